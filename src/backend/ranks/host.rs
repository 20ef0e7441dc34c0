//! Takes in the ranks of a trial that cannot reach its board, since they are on other nodes: tells them what to do and how the
//! gate stands, and stores on the board what they tell.
//!
//! One thread serves all of them. Who does not know the secret is not heard.

use std::io::{self, PipeReader, PipeWriter, pipe};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::frames::{
    CLOCK, Frame, FrameBuffer, GATE, HELLO, HISTOGRAM, LANE, ORDER, RANK, RECORDS, TIME, WORD, WORDS_MAX,
    WORDS_OF_STRANGERS, send, words_of_bytes,
};
use super::order::RankOrder;
use crate::backend::board::{Board, RECORD_WORDS};
use crate::mpi::Reach;
use crate::system::clock::monotonic_ns;
use crate::system::poll::{PollFd, PollFlags, is_ready, poll};
use crate::system::secret::Secret;

/// Between looks at the gate while it is closed: so late it may open for ranks elsewhere.
const AT_GATE: Duration = Duration::from_millis(1);
/// The same once it is open.
const AT_WORK: Duration = Duration::from_millis(20);
/// A connection that has not said who it is by then is closed.
const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// Connections beyond one a lane.
const MORE_CONNECTIONS: usize = 16;

/// A host of ranks; it ends with this.
pub(super) struct RankHost {
    /// Where ranks find it, and what they have to know.
    pub(super) address: String,
    over: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl RankHost {
    /// Listens for the ranks of a trial.
    pub(super) fn start(reach: Reach, board: &Arc<Board>, order: &RankOrder) -> io::Result<Self> {
        let listener = reach.listener()?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let secret = Secret::new()?;
        let addresses = reach.addresses().into_iter().map(|address| SocketAddr::new(address, port).to_string());
        let address = format!("{};{}", addresses.collect::<Vec<String>>().join(","), secret.word());
        let (closed, over) = pipe()?;
        let served = ServedRanks {
            board: Arc::clone(board),
            order: words_of_bytes(&serde_json::to_vec(order)?),
            secret,
            gate: board.gate_words(),
            ranks: Vec::new(),
        };
        let serve = move || served.serve(&listener, &closed);
        let thread = std::thread::Builder::new().name("ranks".to_owned()).spawn(serve)?;
        Ok(Self { address, over: Some(over), thread: Some(thread) })
    }
}

impl Drop for RankHost {
    fn drop(&mut self) {
        drop(self.over.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// What the thread has in hand.
struct ServedRanks {
    board: Arc<Board>,
    order: Vec<u64>,
    secret: Secret,
    /// How the gate stood when ranks were last told.
    gate: [u64; 4],
    ranks: Vec<RankLine>,
}

/// The connection of a rank.
struct RankLine {
    stream: TcpStream,
    opened: Instant,
    buffer: FrameBuffer,
    is_known: bool,
    lane: Option<u32>,
    /// What to add to its clock.
    offset: u64,
}

impl ServedRanks {
    /// Serves until the other end of the pipe is closed.
    fn serve(mut self, listener: &TcpListener, over: &PipeReader) {
        while let Some(ready) = self.wait(listener, over) {
            self.accept(listener);
            let (board, order, secret, gate) = (&self.board, &self.order, &self.secret, &self.gate);
            let mut ready = ready.into_iter();
            self.ranks.retain_mut(|rank| {
                let may_have_come = ready.next().unwrap_or(true);
                let is_in_time = rank.is_known || rank.opened.elapsed() < HELLO_WITHIN;
                is_in_time && (!may_have_come || rank.serve(board, order, secret, gate).is_ok())
            });
            let gate = self.board.gate_words();
            if gate != self.gate {
                self.gate = gate;
                self.ranks.retain_mut(|rank| !rank.is_known || send(&mut rank.stream, GATE, &gate).is_ok());
            }
        }
    }

    /// Waits until something can be done, or the gate is to be looked at; `None` when it is over.
    fn wait(&self, listener: &TcpListener, over: &PipeReader) -> Option<Vec<bool>> {
        let input = |file| PollFd::new(file, PollFlags::POLLIN);
        let mut files = vec![input(over.as_fd()), input(listener.as_fd())];
        files.extend(self.ranks.iter().map(|rank| input(rank.stream.as_fd())));
        let time = if self.board.is_open() { AT_WORK } else { AT_GATE };
        if poll(&mut files, Some(time)).is_err() {
            std::thread::sleep(AT_WORK);
        }
        (!is_ready(&files[0])).then(|| files[2..].iter().map(is_ready).collect())
    }

    fn accept(&mut self, listener: &TcpListener) {
        while let Ok((stream, _)) = listener.accept() {
            let is_room = self.ranks.len() < self.board.spec().lanes as usize + MORE_CONNECTIONS;
            self.ranks.extend(is_room.then(|| RankLine::new(stream).ok()).flatten());
        }
    }
}

impl RankLine {
    fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let (opened, buffer) = (Instant::now(), FrameBuffer::default());
        Ok(Self { stream, opened, buffer, is_known: false, lane: None, offset: 0 })
    }

    /// Takes what has come.
    fn serve(&mut self, board: &Board, order: &[u64], secret: &Secret, gate: &[u64; 4]) -> io::Result<()> {
        let is_open = self.buffer.fill(&mut self.stream)?;
        loop {
            let most = if self.is_known { WORDS_MAX } else { WORDS_OF_STRANGERS };
            let Some(frame) = self.buffer.next(most)? else { break };
            match self.is_known {
                true => self.take(&frame, board, gate)?.ok_or(io::ErrorKind::InvalidData)?,
                false => self.welcome(&frame, secret, order)?,
            }
        }
        if is_open { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn welcome(&mut self, frame: &Frame, secret: &Secret, order: &[u64]) -> io::Result<()> {
        const _: () = assert!(Secret::WORD / WORD <= WORDS_OF_STRANGERS);
        let word: Vec<u8> = frame.words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        self.is_known = frame.kind == HELLO && secret.is(&word);
        if !self.is_known {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        // It may be long: the rank waits for it, and reads.
        self.stream.set_nonblocking(false)?;
        self.stream.set_write_timeout(Some(HELLO_WITHIN))?;
        send(&mut self.stream, ORDER, order)?;
        self.stream.set_nonblocking(true)
    }

    /// Takes a frame; `None` where it means nothing.
    fn take(&mut self, frame: &Frame, board: &Board, gate: &[u64; 4]) -> io::Result<Option<()>> {
        let offset = self.offset;
        let here = move |there: u64| there.wrapping_add(offset).min(monotonic_ns());
        let stored = match (frame.kind, &frame.words[..], self.lane) {
            (RANK, &[rank], None) => {
                self.lane = u32::try_from(rank).ok().filter(|rank| *rank < board.spec().lanes);
                send(&mut self.stream, GATE, gate)?;
                self.lane.map(drop)
            }
            (TIME, [], _) => {
                send(&mut self.stream, TIME, &[monotonic_ns()])?;
                Some(())
            }
            (CLOCK, &[offset, _], _) => {
                self.offset = offset;
                Some(())
            }
            (LANE, words, Some(lane)) => board.put_lane(lane, words, &here),
            (HISTOGRAM, words, Some(lane)) => board.put_histogram(lane, words),
            (RECORDS, words, Some(lane)) => words.chunks(RECORD_WORDS).try_for_each(|words| {
                let words: &[u64; RECORD_WORDS] = words.try_into().ok()?;
                board.put_record(lane, words, &here)
            }),
            _ => None,
        };
        Ok(stored)
    }
}
