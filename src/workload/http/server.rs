//! The server that is asked, and comes and goes with its trial.
//!
//! It answers those connections alone that begin with the trial's secret, which its workers know (`password`). Any
//! other is refused (403) and closed, as soon as it says something else or, where it says nothing, after a while; of
//! those that have not said it yet, only so many are kept, and the oldest go first.
//!
//! All connections are served by one thread, which sleeps while no client has anything to say: it must not take from
//! the workers what is measured. It listens on the loopback interface alone, on a port of the system's choice, and is
//! gone with all its connections when it is dropped.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::oneshot;

use super::super::task::{Service, ServiceAddress};
use super::entrance::Entrance;
use crate::system::secret::Secret;

/// How long the server waits before it takes connections again, once there was no descriptor for one.
const BREATH: Duration = Duration::from_millis(10);

/// Connections kept that have not said the secret, besides those of the workers.
pub(super) const STRANGERS_MAX: usize = 64;
/// A server in a thread of its own.
pub(super) struct Server {
    address: ServiceAddress,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it for so many workers; from now on connections are taken.
    ///
    /// # Errors
    /// When the system refuses a port, a descriptor, a thread or a secret.
    pub(super) fn start(workers: u32) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let address = ServiceAddress { port: socket.local_addr()?.port(), secret: Secret::new()? };
        let entrance = Entrance::new(address.secret, workers as usize + STRANGERS_MAX);
        let (stop, stopped) = oneshot::channel();
        let listener = {
            let _within = runtime.enter();
            TcpListener::from_std(socket)?
        };
        let thread = Builder::new().name("http-server".to_owned()).spawn(move || {
            runtime.spawn(take_connections(listener, entrance));
            // Told to stop, or the owner that could tell it is gone: the runtime is dropped with all that it carries.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Service for Server {
    fn address(&self) -> ServiceAddress {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // If it panicked, it is gone all the same.
            let _ = thread.join();
        }
    }
}

async fn take_connections(listener: TcpListener, entrance: Arc<Entrance>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        // Otherwise an answer would wait for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        entrance.show_in(stream);
    }
}
