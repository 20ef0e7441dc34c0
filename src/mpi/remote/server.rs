//! The thread that serves all connections of ranks. It stores what comes and never looks at it.

use std::io::{self, PipeReader, PipeWriter, pipe};
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::connection::RankConnection;
use super::lanes::RemoteLanes;
use super::reach::Reach;
use crate::mpi::layout::RANKS;
use crate::system::poll::{PollFd, PollFlags, is_ready, poll};
use crate::system::secret::Secret;

/// How often it is looked whether connections have greeted.
const IDLE_FOR: Duration = Duration::from_secs(1);
/// For so long none is accepted after one could not be, as when this process has as many files as it may.
const REFUSED_FOR: Duration = Duration::from_millis(200);
/// Connections beyond one a lane, which are yet to greet.
const MORE_CONNECTIONS: usize = 16;

/// A running server; it ends with this.
pub(in crate::mpi) struct RankServer {
    /// What has come.
    pub(in crate::mpi) lanes: Arc<RemoteLanes>,
    addresses: String,
    secret: Secret,
    over: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl RankServer {
    /// Listens for ranks that are so far away, on a port that the system chooses.
    ///
    /// # Errors
    /// When the system refuses a port or a thread.
    pub(in crate::mpi) fn start(reach: Reach) -> io::Result<Self> {
        let listener = reach.listener()?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let addresses: Vec<String> =
            reach.addresses().iter().map(|address| std::net::SocketAddr::new(*address, port).to_string()).collect();
        let secret = Secret::new()?;
        let lanes = Arc::new(RemoteLanes::default());
        let (closed, over) = pipe()?;
        let for_thread = Arc::clone(&lanes);
        let serve = move || serve(&for_thread, &secret, &listener, &closed);
        let thread = std::thread::Builder::new().name("ranks".to_owned()).spawn(serve)?;
        Ok(Self { lanes, addresses: addresses.join(","), secret, over: Some(over), thread: Some(thread) })
    }

    /// Where ranks find it.
    pub(in crate::mpi) fn addresses(&self) -> &str {
        &self.addresses
    }

    /// What they have to know.
    pub(in crate::mpi) fn secret(&self) -> String {
        self.secret.word()
    }
}

impl Drop for RankServer {
    fn drop(&mut self) {
        drop(self.over.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Serves until the other end of the pipe is closed.
fn serve(lanes: &RemoteLanes, secret: &Secret, listener: &TcpListener, over: &PipeReader) {
    let mut connections: Vec<RankConnection> = Vec::new();
    let mut refused_until = Instant::now();
    loop {
        let listens = Instant::now() >= refused_until;
        let Some(ready) = wait(over, listener, &connections, listens) else { return };
        if listens && !accept(listener, &mut connections) {
            refused_until = Instant::now() + REFUSED_FOR;
        }
        let mut ready = ready.into_iter();
        connections.retain_mut(|connection| {
            // What was accepted just now is looked at, too.
            let may_have_come = ready.next().unwrap_or(true);
            let stays = connection.is_in_time() && (!may_have_come || connection.serve(secret, lanes).is_ok());
            if let Some(lane) = connection.lane().filter(|_| !stays) {
                lanes.lock()[lane].close();
            }
            stays
        });
    }
}

/// Waits until something can be done, and tells which of the connections may have something; `None` when it is over.
fn wait(over: &PipeReader, listener: &TcpListener, connections: &[RankConnection], listens: bool) -> Option<Vec<bool>> {
    let input = |file| PollFd::new(file, PollFlags::POLLIN);
    let mut files = vec![input(over.as_fd())];
    files.extend(connections.iter().map(|connection| input(connection.stream.as_fd())));
    files.extend(listens.then(|| input(listener.as_fd())));
    let time = if listens { IDLE_FOR } else { REFUSED_FOR };
    if poll(&mut files, Some(time)).is_err() {
        std::thread::sleep(REFUSED_FOR);
    }
    if is_ready(&files[0]) {
        return None;
    }
    Some(files[1..=connections.len()].iter().map(is_ready).collect())
}

/// Accepts those that are there; false when one could not be.
fn accept(listener: &TcpListener, connections: &mut Vec<RankConnection>) -> bool {
    loop {
        match listener.accept() {
            Ok((stream, _)) if connections.len() < RANKS + MORE_CONNECTIONS => {
                connections.extend(RankConnection::new(stream));
            }
            Ok(_) => {}
            Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
