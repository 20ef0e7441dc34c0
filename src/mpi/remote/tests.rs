//! Connections of ranks played by hand: what a rank says is looked at as if it stood on the board, and anything else ends the
//! connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::reach::Reach;
use super::RankServer;
use crate::mpi::layout::{self, WORD, collective_record, communicator, lane, sent};
use crate::mpi::look::{MpiLook, RankLife, Sent};
use crate::mpi::wire::{BATCH, CLOCK, GREETING_WORDS, KIND_BITS, MAGIC, PLACE_BITS, TIME, WELCOME};
use crate::system::clock::monotonic_ns;

const GUARD: Duration = Duration::from_secs(60);
/// How far a rank's clock is behind this one.
const BEHIND_NS: u64 = 1 << 40;

fn bytes(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

fn greeting(secret: &str) -> Vec<u8> {
    let mut greeting = bytes(&[MAGIC, layout::MAGIC]);
    greeting.extend(secret.as_bytes());
    greeting.extend(b"node-7.site.example");
    greeting.resize(GREETING_WORDS * WORD, 0);
    greeting
}

fn message(kind: u64, words: &[u64]) -> Vec<u8> {
    let mut message = bytes(&[kind | (words.len() as u64) << KIND_BITS]);
    message.extend(bytes(words));
    message
}

/// A batch of runs: each a place and words.
fn batch(at_ns: u64, runs: &[(usize, &[u64])]) -> Vec<u8> {
    let mut words = vec![at_ns];
    for (place, run) in runs {
        words.push(*place as u64 | (run.len() as u64) << PLACE_BITS);
        words.extend(*run);
    }
    message(BATCH, &words)
}

fn connected(server: &RankServer) -> TcpStream {
    let stream = TcpStream::connect(server.addresses()).unwrap();
    stream.set_read_timeout(Some(GUARD)).unwrap();
    stream
}

fn word(stream: &mut TcpStream) -> u64 {
    let mut bytes = [0; WORD];
    stream.read_exact(&mut bytes).unwrap();
    u64::from_ne_bytes(bytes)
}

fn welcomed(server: &RankServer) -> TcpStream {
    let mut stream = connected(server);
    stream.write_all(&greeting(&server.secret())).unwrap();
    assert_eq!(word(&mut stream), WELCOME);
    stream
}

/// Whether the other end closes the connection, rather than answer.
fn is_closed(stream: &mut TcpStream) -> bool {
    !matches!(stream.read(&mut [0; WORD]), Ok(1..))
}

fn look(server: &RankServer) -> MpiLook {
    let mut look = MpiLook { at_ns: monotonic_ns(), ..MpiLook::default() };
    for (number, lane) in (0..).zip(server.lanes.lock().iter_mut()) {
        lane.look(number, true, &mut look);
    }
    look
}

/// Waits for what a look is to have.
fn until(server: &RankServer, has: impl Fn(&MpiLook) -> bool) -> MpiLook {
    let started = Instant::now();
    loop {
        let look = look(server);
        if has(&look) {
            return look;
        }
        assert!(started.elapsed() < GUARD, "{look:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The words of a rank of a world of two that begins.
fn begins(rank: u64) -> Vec<(usize, u64)> {
    vec![(lane::PID, 41), (lane::TID, 42), (lane::RANK, rank), (lane::SIZE, 2)]
}

fn runs(words: &[(usize, u64)]) -> Vec<(usize, &[u64])> {
    words.iter().map(|(place, word)| (*place, std::slice::from_ref(word))).collect()
}

#[test]
fn what_a_rank_tells_is_looked_at_with_its_times_put_right() {
    let server = RankServer::start(Reach::Node).unwrap();
    let mut stream = welcomed(&server);
    stream.write_all(&message(TIME, &[])).unwrap();
    let asked_ns = word(&mut stream);
    assert!(asked_ns <= monotonic_ns());
    let there = |ago_ns: u64| asked_ns - BEHIND_NS - ago_ns;
    stream.write_all(&message(CLOCK, &[BEHIND_NS, 700])).unwrap();
    let mut words = begins(1);
    words.extend([(lane::BEGAN, there(900)), (lane::SINCE, there(500)), (lane::CALL, 1), (lane::VERSION, 2)]);
    words.extend([(lane::CALLS, 3), (lane::RAN, 60), (lane::RAN_BESIDE, 70)]);
    words.extend([(lane::SENT_AT, 3), (lane::SENT_AT + sent::BYTES, 12)]);
    words.extend([(lane::COMMUNICATORS_AT + communicator::ID, 77), (lane::COMMUNICATORS_USED, 1)]);
    words.push((lane::COMMUNICATORS_AT + communicator::MEMBERS, 0b11));
    stream.write_all(&batch(there(100), &runs(&words))).unwrap();
    let seen = until(&server, |look| !look.ranks.is_empty());
    let rank = &seen.ranks[0];
    assert_eq!((rank.rank, rank.size, rank.pid, rank.tid, rank.life), (1, 2, 41, 42, RankLife::Running));
    assert_eq!((rank.began_ns, rank.call.as_ref().unwrap().since_ns), (asked_ns - 900, asked_ns - 500));
    assert_eq!(*rank.sent, [Sent { to: 0, messages: 3, bytes: 12, ..Sent::default() }]);
    let elsewhere = rank.elsewhere.as_ref().unwrap();
    assert_eq!((&*elsewhere.node, elsewhere.clock_ns, elsewhere.told_ns), ("node-7", 700, asked_ns - 100));
    assert_eq!((elsewhere.ran_ns, elsewhere.ran_beside_ns), (60, 70));

    // A collective, and one that was written over before it could be sent.
    let record = [77, 1, 0, there(400), there(300)];
    let ring: Vec<u64> = record.into_iter().chain([0; collective_record::WORDS]).collect();
    let ended = there(0);
    let told = [(lane::RING_AT, &ring[..]), (lane::WRITTEN, &[2]), (lane::CALL, &[0]), (lane::ENDED, &[ended])];
    stream.write_all(&batch(there(0), &told)).unwrap();
    let mut collectives = Vec::new();
    let started = Instant::now();
    let seen = loop {
        let seen = look(&server);
        collectives.extend(seen.collectives.iter().map(|it| (it.number, it.came_ns, it.left_ns)));
        if seen.ranks[0].life == RankLife::Finalized {
            break seen;
        }
        assert!(started.elapsed() < GUARD);
    };
    assert_eq!((collectives, seen.lost), (vec![(1, asked_ns - 400, asked_ns - 300)], 1));
    assert_eq!(seen.ranks[0].ended_ns, Some(asked_ns));
}

#[test]
fn a_time_is_never_in_the_future() {
    let server = RankServer::start(Reach::Node).unwrap();
    let mut stream = welcomed(&server);
    stream.write_all(&message(CLOCK, &[u64::MAX / 2, 0])).unwrap();
    stream.write_all(&batch(5, &runs(&[begins(0), vec![(lane::BEGAN, 5)]].concat()))).unwrap();
    let seen = until(&server, |look| !look.ranks.is_empty());
    assert!(seen.ranks[0].began_ns <= monotonic_ns());
    assert!(seen.known_ns() <= seen.at_ns);
}

#[test]
fn a_rank_whose_connection_ends_is_gone_unless_it_had_ended() {
    let server = RankServer::start(Reach::Node).unwrap();
    for (rank, ended) in [(0, 0), (1, 9)] {
        let mut stream = welcomed(&server);
        stream.write_all(&batch(5, &runs(&[begins(rank), vec![(lane::ENDED, ended)]].concat()))).unwrap();
    }
    let seen = until(&server, |look| look.ranks.iter().filter(|rank| rank.life != RankLife::Running).count() == 2);
    let mut lives: Vec<(u32, RankLife)> = seen.ranks.iter().map(|rank| (rank.rank, rank.life)).collect();
    lives.sort_by_key(|(rank, _)| *rank);
    assert_eq!(lives, [(0, RankLife::Gone), (1, RankLife::Finalized)]);
}

#[test]
fn messages_may_come_byte_by_byte() {
    let server = RankServer::start(Reach::Node).unwrap();
    let mut stream = connected(&server);
    stream.set_nodelay(true).unwrap();
    let all = [greeting(&server.secret()), batch(5, &runs(&begins(1)))].concat();
    for byte in all {
        stream.write_all(&[byte]).unwrap();
    }
    until(&server, |look| look.ranks.len() == 1);
}

#[test]
fn who_does_not_know_the_secret_is_not_heard() {
    let server = RankServer::start(Reach::Node).unwrap();
    let right = server.secret();
    let wrong = right.replace(|digit: char| digit.is_ascii_digit(), "f").replacen('a', "b", 1);
    for secret in [wrong.replacen(&wrong[..1], "x", 1), "0".repeat(32)] {
        let mut stream = connected(&server);
        stream.write_all(&greeting(&secret)).unwrap();
        assert!(is_closed(&mut stream), "{secret}");
    }
    let mut other = greeting(&right);
    other[WORD] ^= 1;
    let mut stream = connected(&server);
    stream.write_all(&other).unwrap();
    assert!(is_closed(&mut stream), "another layout");
    assert!(server.lanes.lock().is_empty());
    drop(welcomed(&server));
}

#[test]
fn what_is_no_message_ends_the_connection_and_keeps_what_was_told() {
    let server = RankServer::start(Reach::Node).unwrap();
    let beyond = (1 << 32 | lane::WORDS) as u64;
    let wrong: [&[u64]; 7] = [
        &[0],
        &[TIME | 1 << KIND_BITS, 0],
        &[CLOCK],
        &[BATCH],
        &[BATCH | 1 << 40],
        &[BATCH | 3 << KIND_BITS, 0, beyond, 1],
        &[BATCH | 2 << KIND_BITS, 0, u64::MAX],
    ];
    for (number, words) in wrong.iter().enumerate() {
        let mut stream = welcomed(&server);
        stream.write_all(&batch(5, &runs(&begins(1)))).unwrap();
        stream.write_all(&bytes(words)).unwrap();
        assert!(is_closed(&mut stream), "{words:?}");
        assert_eq!(until(&server, |look| look.ranks.len() > number).ranks.len(), number + 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_taken_without_harm(noise in prop::collection::vec(any::<u8>(), 0..400), kind in 0..5_u8, lengths in 0..60_u8) {
        let server = RankServer::start(Reach::Node).unwrap();
        let mut stream = welcomed(&server);
        let mut noise = noise;
        if let [first, length, rest @ ..] = &mut noise[..] {
            (*first, *length) = (kind, lengths);
            rest.iter_mut().take(6).for_each(|byte| *byte = 0);
        }
        let _ = stream.write_all(&noise);
        drop(stream);
        until(&server, |_| server.lanes.lock().iter().all(|lane| lane.is_closed()));
        let mut other = welcomed(&server);
        other.write_all(&batch(5, &runs(&begins(1)))).unwrap();
        until(&server, |look| look.ranks.iter().any(|rank| rank.rank == 1 && rank.size == 2));
    }
}
