//! A rank's line to parlab, where it cannot reach the board: it works at a board of its own, of which its lane and what it has
//! done go to parlab's now and then; how the gate stands there is told back.
//!
//! When the line breaks, parlab is gone, and this process ends.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::frames::{
    CLOCK, FrameBuffer, GATE, HELLO, HISTOGRAM, LANE, ORDER, RANK, RECORDS, TIME, WORD, bytes_of, bytes_of_words, send,
};
use super::order::RankOrder;
use crate::backend::board::Board;
use crate::system::clock::monotonic_ns;

/// For so long an address is tried.
const PATIENCE: Duration = Duration::from_secs(2);
/// Round trips of which the tightest tells the time.
const ROUND_TRIPS: u32 = 10;
/// Between what is sent while the rank works.
const AT_WORK: Duration = Duration::from_millis(100);
/// The same before: parlab waits for all to come.
const AT_GATE: Duration = Duration::from_millis(2);

/// A line that parlab has answered on.
pub(super) struct RankLink {
    stream: TcpStream,
    buffer: FrameBuffer,
}

/// What is sent while a rank works, until it has come to its end.
pub(super) struct LinkedRank {
    /// Hung up when the last is to be sent.
    at_work: Option<Sender<()>>,
    sender: Option<JoinHandle<()>>,
}

struct LinkState {
    board: Arc<Board>,
    lane: u32,
    told: Mutex<SentState>,
}

/// What parlab has.
struct SentState {
    stream: TcpStream,
    lane: Vec<u64>,
    histogram: Option<Vec<u64>>,
    /// Tasks whose record was sent.
    records: Vec<bool>,
    settled: (u64, u64),
}

impl RankLink {
    /// Connects to parlab by an address that it gave, and asks what to do.
    ///
    /// # Errors
    /// When it is at none of these, or does not answer.
    pub(super) fn open(address: &str) -> io::Result<(Self, RankOrder)> {
        let unknown = || io::Error::from(io::ErrorKind::InvalidInput);
        let (addresses, secret) = address.split_once(';').ok_or_else(unknown)?;
        let mut addresses = addresses.split(',').filter_map(|address| address.parse().ok());
        let connect = |address: SocketAddr| TcpStream::connect_timeout(&address, PATIENCE).ok();
        let stream = addresses.find_map(connect).ok_or(io::ErrorKind::NotConnected)?;
        stream.set_nodelay(true)?;
        let mut link = Self { stream, buffer: FrameBuffer::default() };
        let word = |bytes: &[u8]| bytes.try_into().map(u64::from_ne_bytes).unwrap_or_default();
        let secret: Vec<u64> = secret.as_bytes().chunks(WORD).map(word).collect();
        send(&mut link.stream, HELLO, &secret)?;
        let answer = link.buffer.receive(&mut link.stream)?;
        let order = (answer.kind == ORDER).then(|| bytes_of_words(&answer.words)).flatten().ok_or_else(unknown)?;
        let order = serde_json::from_slice(&order)?;
        Ok((link, order))
    }

    /// Says which rank this is, and has its board follow parlab's, and the other way round.
    ///
    /// # Errors
    /// When the line breaks, or the system refuses a thread.
    pub(super) fn follow(mut self, board: &Arc<Board>, rank: u32) -> io::Result<LinkedRank> {
        let clock = self.align()?;
        send(&mut self.stream, CLOCK, &clock)?;
        send(&mut self.stream, RANK, &[rank.into()])?;
        let told = SentState {
            stream: self.stream.try_clone()?,
            lane: Vec::new(),
            histogram: None,
            records: vec![false; if board.spec().has_records() { board.spec().tasks as usize } else { 0 }],
            settled: (0, 0),
        };
        let shared = Arc::new(LinkState { board: Arc::clone(board), lane: rank, told: Mutex::new(told) });
        let (at_work, is_at_work) = channel();
        let listening = Arc::clone(&shared);
        std::thread::Builder::new().name("gate".to_owned()).spawn(move || listening.listen(self))?;
        let sending = Arc::clone(&shared);
        let send = move || sending.send_on(&is_at_work);
        let sender = std::thread::Builder::new().name("link".to_owned()).spawn(send)?;
        Ok(LinkedRank { at_work: Some(at_work), sender: Some(sender) })
    }

    /// What to add to this clock to have parlab's, and how far off that may be: by the tightest of some round trips.
    fn align(&mut self) -> io::Result<[u64; 2]> {
        let (mut tightest_ns, mut offset) = (u64::MAX, 0);
        for _ in 0..ROUND_TRIPS {
            let asked_ns = monotonic_ns();
            send(&mut self.stream, TIME, &[])?;
            let answer = self.buffer.receive(&mut self.stream)?;
            let took_ns = monotonic_ns().saturating_sub(asked_ns);
            let there_ns = answer.words.first().filter(|_| answer.kind == TIME).ok_or(io::ErrorKind::InvalidData)?;
            if took_ns < tightest_ns {
                (tightest_ns, offset) = (took_ns, there_ns.wrapping_sub(asked_ns + took_ns / 2));
            }
        }
        Ok([offset, tightest_ns.div_ceil(2)])
    }
}

impl LinkState {
    /// Has the gate of this rank's board stand as parlab's does, as long as there is a line.
    fn listen(&self, mut link: RankLink) {
        while let Ok(frame) = link.buffer.receive(&mut link.stream) {
            let [look, open, leave, is_cancelled] = frame.words[..] else { continue };
            if frame.kind != GATE {
                continue;
            }
            if look != 0 {
                self.board.call_for_looks();
            }
            if open != 0 && !self.board.is_open() {
                self.board.open_gate();
            }
            if leave != 0 {
                self.board.let_go();
            }
            if is_cancelled != 0 {
                self.board.cancel();
            }
        }
        // Nobody is there any more that this is done for.
        std::process::exit(1);
    }

    /// Sends what has changed, again and again, and once more when the rank has come to its end.
    fn send_on(&self, is_at_work: &Receiver<()>) {
        loop {
            let between = if self.board.is_open() { AT_WORK } else { AT_GATE };
            let is_over = is_at_work.recv_timeout(between) == Err(RecvTimeoutError::Disconnected);
            // A line that is broken is seen by who listens.
            if self.tell().is_err() || is_over {
                return;
            }
        }
    }

    fn tell(&self) -> io::Result<()> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // Before its records, so that none is missing that it counts.
        let lane = self.board.lane_words(self.lane);
        let mut frames = Vec::new();
        let reading = self.board.progress();
        if reading != told.settled {
            told.settled = reading;
            frames.extend(self.records(&mut told));
        }
        let histogram = self.board.histogram_words(self.lane);
        if histogram != told.histogram {
            frames.extend(bytes_of(HISTOGRAM, histogram.as_deref().unwrap_or_default()));
            told.histogram = histogram;
        }
        if lane != told.lane {
            frames.extend(bytes_of(LANE, &lane));
            told.lane = lane;
        }
        told.stream.write_all(&frames)
    }

    /// A frame of the records that were not sent yet.
    fn records(&self, told: &mut SentState) -> Vec<u8> {
        let mut words = Vec::new();
        for (task, is_told) in (0..).zip(&mut told.records).filter(|(_, is_told)| !**is_told) {
            if let Some(record) = self.board.record_words(task) {
                words.extend(record);
                *is_told = true;
            }
        }
        if words.is_empty() { Vec::new() } else { bytes_of(RECORDS, &words) }
    }
}

impl LinkedRank {
    /// Sends the last there is to tell.
    pub(super) fn close(&mut self) {
        drop(self.at_work.take());
        let _ = self.sender.take().map(JoinHandle::join);
    }
}
