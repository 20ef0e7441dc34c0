//! The thread that serves all connections of a board.
//!
//! It stores what comes and never looks at it; who looks at the board tells how far, so that no ring is overrun.

use std::io::{self, PipeReader, PipeWriter, pipe};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::thread::JoinHandle;
use std::time::Duration;

use super::connection::{Connection, ConnectionEnd};
use super::served::ServedBoard;
use crate::protocol::layout::Shape;
use crate::system::poll::{PollFd, PollFlags, is_ready, poll};
use crate::system::secret::Secret;

/// How long a connection without room in its ring waits before it is tried again.
const HELD_FOR: Duration = Duration::from_millis(1);
/// How often it is looked whether connections have greeted.
const IDLE_FOR: Duration = Duration::from_secs(1);
/// Connections beyond one a lane, which are yet to greet.
const MORE_CONNECTIONS: usize = 16;

/// A running server; it ends with this.
pub(in crate::protocol) struct SocketServer {
    /// What it shares with the board.
    pub(in crate::protocol) shared: Arc<ServedBoard>,
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
        let shared = Arc::new(ServedBoard::new(shape, secret)?);
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

fn serve(shared: &ServedBoard, listener: &TcpListener, woken: &PipeReader) {
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
            served.map_err(|why| shared.close(connection.slot(), why == ConnectionEnd::Nonsense)).is_ok()
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
