//! The thread that serves all connections of a board.
//!
//! It stores what comes and never looks at it; who looks at the board tells how far, so that no ring is overrun.

use std::io::{self, PipeReader, PipeWriter, pipe};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::thread::JoinHandle;
use std::time::Duration;

use super::connection::{Connection, Ended};
use super::wire::Greeting;
use crate::protocol::layout::{Shape, header, lane};
use crate::protocol::memory::{OutsideMemory, Shrunk};
use crate::system::clock::monotonic_ns;
use crate::system::poll::{PollFd, PollFlags, is_ready, poll};
use crate::system::secret::Secret;

/// How long a connection without room in its ring waits before it is tried again.
const HELD_FOR: Duration = Duration::from_millis(1);
/// How often it is looked whether connections have greeted.
const IDLE_FOR: Duration = Duration::from_secs(1);
/// Connections beyond one a lane, which are yet to greet.
const MORE_CONNECTIONS: usize = 16;

/// What server and board know of a lane besides its memory.
#[derive(Debug, Default)]
pub(in crate::protocol) struct SharedLane {
    /// The number of the last record that was looked at. By who looks.
    pub(in crate::protocol) seen: AtomicU64,
    /// When the connection ended; 0 before. By the server.
    pub(in crate::protocol) closed: AtomicU64,
    /// Whether it ended since it sent what is no message. By the server.
    pub(in crate::protocol) is_nonsense: AtomicBool,
}

/// What server and board share.
pub(in crate::protocol) struct Shared {
    /// The board's memory.
    pub(in crate::protocol) memory: OutsideMemory,
    /// How it is laid out.
    pub(super) shape: Shape,
    /// What writers know.
    pub(super) secret: Secret,
    /// Each lane's.
    pub(in crate::protocol) lanes: Box<[SharedLane]>,
    /// Whether a connection without a lane sent what is no greeting.
    pub(in crate::protocol) is_strange: AtomicBool,
    /// Connections that there are.
    pub(in crate::protocol) open: AtomicUsize,
    claimed: AtomicUsize,
    is_over: AtomicBool,
}

impl Shared {
    /// A lane for a writer; lanes are not used again.
    pub(super) fn claim(&self, greeting: &Greeting) -> Option<usize> {
        let slot = self.claimed.load(Acquire);
        if slot >= self.shape.lanes {
            let refused = self.memory.word(header::REFUSED).unwrap_or(0);
            let _ = self.memory.write(header::REFUSED, &[refused + 1]);
            return None;
        }
        self.claimed.fetch_add(1, AcqRel);
        self.write_claim(slot, greeting).ok()?;
        Some(slot)
    }

    fn write_claim(&self, slot: usize, greeting: &Greeting) -> Result<(), Shrunk> {
        let at = self.shape.lane_at(slot);
        self.memory.write(at + lane::GENERATION, &[1])?;
        self.memory.write(at + lane::PID, &greeting.identity)?;
        self.memory.write(at + lane::CLAIMED_AT, &[monotonic_ns()])?;
        self.memory.write(at + lane::THREAD_NAME, &greeting.thread_name)?;
        self.memory.write(at + lane::GENERATION, &[2])
    }

    fn close(&self, slot: Option<usize>, why: &Ended) {
        let is_nonsense = *why == Ended::Nonsense;
        match slot.map(|slot| &self.lanes[slot]) {
            Some(lane) => {
                lane.is_nonsense.store(is_nonsense, Release);
                lane.closed.store(monotonic_ns(), Release);
            }
            None if is_nonsense => self.is_strange.store(true, Release),
            None => {}
        }
    }
}

/// A running server; it ends with this.
pub(in crate::protocol) struct SocketServer {
    /// What it shares with the board.
    pub(in crate::protocol) shared: Arc<Shared>,
    /// What writers are told.
    pub(in crate::protocol) address: String,
    wake: PipeWriter,
    thread: Option<JoinHandle<()>>,
}

impl SocketServer {
    /// Listens on an address of this machine, on a port that the system chooses.
    ///
    /// # Errors
    /// When the system refuses the address, a thread or the memory.
    pub(in crate::protocol) fn start(host: IpAddr, shape: Shape) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::new(host, 0))?;
        listener.set_nonblocking(true)?;
        let secret = Secret::new()?;
        let address = format!("tcp:{}:{}", listener.local_addr()?, secret.word());
        let shared = Arc::new(Shared {
            memory: OutsideMemory::own(shape.bytes())?,
            shape,
            secret,
            lanes: (0..shape.lanes).map(|_| SharedLane::default()).collect(),
            is_strange: AtomicBool::new(false),
            open: AtomicUsize::new(0),
            claimed: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        });
        let (woken, wake) = pipe()?;
        let for_thread = shared.clone();
        let serve = move || serve(&for_thread, &listener, &woken);
        let thread = std::thread::Builder::new().name("parlab-board".into()).spawn(serve)?;
        Ok(Self { shared, address, wake, thread: Some(thread) })
    }
}

impl Drop for SocketServer {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Release);
        let _ = io::Write::write(&mut self.wake, &[0]);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve(shared: &Shared, listener: &TcpListener, woken: &PipeReader) {
    let mut connections: Vec<Connection> = Vec::new();
    while !shared.is_over.load(Acquire) {
        let ready = wait(listener, woken, &connections);
        accept(listener, &mut connections, shared.shape.lanes + MORE_CONNECTIONS);
        shared.open.store(connections.len(), Release);
        let mut ready = ready.into_iter();
        connections.retain_mut(|connection| {
            // What was accepted just now is looked at, too.
            let may_have_come = ready.next().unwrap_or(true);
            let served = if may_have_come { connection.serve(shared) } else { connection.check() };
            served.map_err(|why| shared.close(connection.slot(), &why)).is_ok()
        });
        shared.open.store(connections.len(), Release);
    }
}

/// Waits until something can be done, and tells which of the connections may have something.
fn wait(listener: &TcpListener, woken: &PipeReader, connections: &[Connection]) -> Vec<bool> {
    let reading = || connections.iter().filter(|connection| connection.wants_to_read());
    let input = |file| PollFd::new(file, PollFlags::POLLIN);
    let mut files = vec![input(woken.as_fd()), input(listener.as_fd())];
    files.extend(reading().map(|connection| input(connection.stream.as_fd())));
    let time = if files.len() < connections.len() + 2 { HELD_FOR } else { IDLE_FOR };
    if poll(&mut files, Some(time)).is_err() {
        std::thread::sleep(HELD_FOR);
    }
    let mut files = files[2..].iter();
    connections.iter().map(|connection| !connection.wants_to_read() || files.next().is_none_or(is_ready)).collect()
}

fn accept(listener: &TcpListener, connections: &mut Vec<Connection>, most: usize) {
    while let Ok((stream, _)) = listener.accept() {
        if connections.len() < most
            && let Ok(connection) = Connection::new(stream)
        {
            connections.push(connection);
        }
    }
}

#[cfg(test)]
mod tests;
