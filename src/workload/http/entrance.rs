//! Who comes in to the server: connections that say the trial's secret. The others are refused, and none is waited for
//! long.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::answers::serve;
use super::password::{Heard, LENGTH, heard};
use crate::system::secret::Secret;

/// How long a connection may take to say the secret.
const ADMISSION: Duration = Duration::from_secs(10);
/// What a stranger is told.
const REFUSAL: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// What a stranger may have said meanwhile, in bytes: unread, it would have the refusal thrown away with the connection.
const LISTENED_TO: usize = 16 << 10;

/// Where connections are looked at before they are served.
pub(super) struct Entrance {
    secret: Secret,
    /// How many may wait here at a time.
    room: usize,
    waiting: Mutex<Waiting>,
}

/// Connections that have not said the secret yet, the oldest first.
#[derive(Default)]
struct Waiting {
    shown_in: u64,
    connections: VecDeque<(u64, AbortHandle)>,
}

impl Entrance {
    pub(super) fn new(secret: Secret, room: usize) -> Arc<Self> {
        Arc::new(Self { secret, room, waiting: Mutex::default() })
    }

    /// Takes a connection in. Where there is no room for it, the oldest has had its time: a worker says the secret at
    /// once.
    pub(super) fn show_in(self: &Arc<Self>, stream: TcpStream) {
        let mut waiting = self.waiting();
        let number = waiting.shown_in;
        waiting.shown_in += 1;
        let task = tokio::spawn(Arc::clone(self).look_at(number, stream));
        waiting.connections.push_back((number, task.abort_handle()));
        if waiting.connections.len() > self.room
            && let Some((_, oldest)) = waiting.connections.pop_front()
        {
            oldest.abort();
        }
    }

    async fn look_at(self: Arc<Self>, number: u64, stream: TcpStream) {
        let knows_it = timeout(ADMISSION, self.is_told_by(&stream)).await;
        self.waiting().connections.retain(|(waiting, _)| *waiting != number);
        match knows_it {
            Ok(Ok(true)) => serve(stream).await,
            _ => refuse(&stream),
        }
    }

    /// Whether a connection begins with the secret; nothing beyond it is read.
    async fn is_told_by(&self, stream: &TcpStream) -> io::Result<bool> {
        let (mut bytes, mut known) = ([0; LENGTH], 0);
        loop {
            stream.readable().await?;
            match stream.try_read(&mut bytes[known..]) {
                Ok(0) => return Ok(false),
                Ok(read) => known += read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            match heard(&bytes[..known], &self.secret) {
                Heard::Part => {}
                Heard::Whole => return Ok(true),
                Heard::Wrong => return Ok(false),
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nothing here can be left half done.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says no, without waiting for anything.
fn refuse(stream: &TcpStream) {
    let _ = stream.try_write(REFUSAL);
    let _ = stream.try_read(&mut [0; LISTENED_TO]);
}
