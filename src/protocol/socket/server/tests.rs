//! Connections of writers, and of what is none.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use super::*;
use crate::protocol::layout::{MAGIC, WORD, lane};
use crate::protocol::{Fault, Life, Medium, OutsideBoard, OutsideLook};
use crate::system::clock::monotonic_ns;

const HOST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

struct Client {
    stream: TcpStream,
    header: Vec<u64>,
}

impl Client {
    fn connect(board: &OutsideBoard) -> TcpStream {
        let address = board.address().strip_prefix("tcp:").unwrap().rsplit_once(':').unwrap().0;
        TcpStream::connect(address).unwrap()
    }

    fn greeting(board: &OutsideBoard) -> Vec<u8> {
        let mut greeting = bytes(&[MAGIC, 1, 7, 8]);
        greeting.extend(board.address().rsplit(':').next().unwrap().bytes());
        greeting.extend(*b"remote\0\0");
        greeting.extend([0; 56]);
        greeting
    }

    fn new(board: &OutsideBoard) -> Option<Self> {
        let mut stream = Self::connect(board);
        stream.write_all(&Self::greeting(board)).unwrap();
        let answer = receive(&mut stream, 1);
        if answer[0] != 0 {
            return None;
        }
        let header = receive(&mut stream, 64);
        Some(Self { stream, header })
    }

    fn send(&mut self, kind: u64, words: &[u64]) {
        let mut message = bytes(&[kind | (words.len() as u64 * 8) << 8]);
        message.extend(bytes(words));
        self.stream.write_all(&message).unwrap();
    }

    fn name(&mut self, name: [u8; 8]) {
        self.send(3, &[lane::TASK_NAMES as u64, u64::from_ne_bytes(name)]);
        self.send(3, &[lane::NAMES_USED as u64, 1]);
    }
}

fn bytes(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

fn receive(stream: &mut TcpStream, words: usize) -> Vec<u64> {
    let mut bytes = vec![0; words * WORD];
    stream.read_exact(&mut bytes).unwrap();
    bytes.chunks_exact(WORD).map(|word| u64::from_ne_bytes(word.try_into().unwrap())).collect()
}

fn board(lanes: usize) -> OutsideBoard {
    OutsideBoard::create_in(Medium::Socket(HOST), lanes).unwrap()
}

fn look_until(board: &mut OutsideBoard, holds: impl Fn(&OutsideLook) -> bool) -> OutsideLook {
    let until = Instant::now() + Duration::from_secs(60);
    let mut all = board.look();
    while !holds(&all) {
        assert!(Instant::now() < until, "{all:?}");
        std::thread::sleep(Duration::from_millis(1));
        let look = board.look();
        let (mut records, mut complaints) = (all.records, all.complaints);
        records.extend(look.records.iter().cloned());
        complaints.extend(look.complaints.iter().copied());
        all = OutsideLook { records, complaints, ..look };
    }
    all
}

#[test]
fn what_comes_through_a_connection_is_seen() {
    let mut board = board(2);
    let mut client = Client::new(&board).unwrap();
    assert_eq!(client.header[0], MAGIC);
    client.send(1, &[]);
    let there = receive(&mut client.stream, 1)[0];
    // A clock that is a thousand seconds behind.
    let behind = 1_000_000_000_000;
    let now = there - behind;
    client.send(2, &[behind, 50]);
    client.name(*b"fit\0\0\0\0\0");
    client.send(4, &[5, now, now + 100, 100, 1, 6, now + 200, now + 300, 200, 2]);
    client.send(3, &[lane::STARTED as u64, now + 400, 8]);
    let look = look_until(&mut board, |look| look.lanes.first().is_some_and(|lane| lane.hand.is_some()));
    assert!(look.complaints.is_empty(), "{look:?}");
    let lane = &look.lanes[0];
    assert_eq!((lane.pid, lane.tid, &*lane.name, lane.done, lane.busy_ns >= 200), (7, 8, "remote", 2, true));
    assert_eq!((lane.hand.as_ref().unwrap().index, lane.hand.as_ref().unwrap().since), (Some(7), there + 400));
    let told: Vec<_> = look.records.iter().map(|one| (&*one.name, one.index, one.start, one.end)).collect();
    assert_eq!(told, [("fit", Some(5), there, there + 100), ("fit", Some(6), there + 200, there + 300)]);
    drop(client);
    let look = look_until(&mut board, |look| look.lanes[0].life == Life::Gone);
    assert_eq!(look.lanes[0].hand.as_ref().unwrap().index, Some(7), "it died with a task in hand");
    assert!(board.is_settled());
}

#[test]
fn no_ring_is_overrun_by_what_comes_through_a_connection() {
    const BATCHES: u64 = 50;
    const BATCH: u64 = 2000;
    let mut board = board(1);
    let mut client = Client::new(&board).unwrap();
    client.name(*b"fit\0\0\0\0\0");
    let start = monotonic_ns();
    let writing = std::thread::spawn(move || {
        for batch in 0..BATCHES {
            let numbers = batch * BATCH + 1..=(batch + 1) * BATCH;
            let words: Vec<u64> = numbers.flat_map(|n| [n, start + n, start + n + 1, n, n]).collect();
            client.send(4, &words);
        }
        client
    });
    let look = look_until(&mut board, |look| look.lanes.first().is_some_and(|lane| lane.done == BATCHES * BATCH));
    assert_eq!((look.lanes[0].lost, look.records.len() as u64), (0, BATCHES * BATCH));
    assert_eq!(look.complaints, []);
    drop(writing.join());
}

#[test]
fn there_is_no_lane_for_more_than_there_are_lanes() {
    let mut board = board(1);
    let first = Client::new(&board).unwrap();
    assert!(Client::new(&board).is_none());
    assert_eq!(look_until(&mut board, |look| look.refused == 1).lanes.len(), 1);
    drop(first);
}

#[test]
fn who_sends_nonsense_is_told_of_and_cut_off_and_no_other_is() {
    let nonsense: [&[u64]; 7] = [
        &[9],
        &[4 | 8 << 8, 1],
        &[3 | 8 << 8, 0],
        &[3 | 16 << 8, 0, 4],
        &[3 | 16 << 8, lane::BYTES as u64, 1],
        &[3 | 16 << 8, lane::DONE as u64 + 4, 1],
        &[1 | (1 << 50) << 8],
    ];
    for words in nonsense {
        let mut board = board(2);
        let mut honest = Client::new(&board).unwrap();
        let mut hostile = Client::new(&board).unwrap();
        hostile.stream.write_all(&bytes(words)).unwrap();
        assert_eq!(hostile.stream.read(&mut [0; 8]).unwrap_or(0), 0, "{words:x?}");
        honest.name(*b"fit\0\0\0\0\0");
        let start = monotonic_ns();
        honest.send(4, &[1, start, start + 1, 1, 1]);
        let look = look_until(&mut board, |look| !look.records.is_empty() && !look.complaints.is_empty());
        assert_eq!(look.complaints.len(), 1, "{look:?}");
        assert_eq!((look.complaints[0].fault, look.complaints[0].lane), (Fault::Message, Some(1)));
        assert_eq!((look.lanes[0].done, look.lanes[0].lost), (1, 0));
    }
}

#[test]
fn who_does_not_know_the_secret_is_told_of() {
    let mut board = board(1);
    let mut stranger = Client::connect(&board);
    let mut greeting = Client::greeting(&board);
    greeting[40] ^= 1;
    stranger.write_all(&greeting).unwrap();
    assert_eq!(stranger.read(&mut [0; 8]).unwrap_or(0), 0);
    let look = look_until(&mut board, |look| !look.complaints.is_empty());
    assert_eq!((look.complaints[0].fault, look.complaints[0].lane, look.lanes.len()), (Fault::Message, None, 0));
}

#[test]
fn any_words_in_messages_reach_no_other_lane() {
    let mut dice = crate::system::random::SplitMix64::new(1235);
    for _ in 0..30 {
        let mut board = board(2);
        let mut honest = Client::new(&board).unwrap();
        honest.name(*b"fit\0\0\0\0\0");
        let mut hostile = Client::new(&board).unwrap();
        for round in 0..20 {
            let words: Vec<u64> = match dice.next_word() % 3 {
                0 => (0..5).map(|_| dice.next_word() >> (dice.next_word() % 64)).collect(),
                1 => {
                    vec![lane::LEFT_AT as u64 + dice.next_word() % 32 * 8, dice.next_word() >> (dice.next_word() % 64)]
                }
                _ => vec![lane::DONE as u64, round],
            };
            let kind = if words.len() == 5 { 4 } else { 3 };
            let mut message = bytes(&[kind | (words.len() as u64 * 8) << 8]);
            message.extend(bytes(&words));
            let _ = hostile.stream.write_all(&message);
            let start = monotonic_ns();
            honest.send(4, &[1, start, start + 1, round + 1, round + 1]);
            let look =
                look_until(&mut board, |look| look.lanes.iter().any(|lane| lane.slot == 0 && lane.done == round + 1));
            let lane = look.lanes.iter().find(|lane| lane.slot == 0).unwrap();
            assert_eq!((lane.failed, lane.lost), (0, 0));
            assert!(look.complaints.iter().all(|complaint| complaint.lane == Some(1)), "{look:?}");
        }
    }
}
