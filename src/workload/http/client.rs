//! The worker's end of a connection: writes a request, waits as it is told to, reads the answer.
//!
//! It needs one descriptor and no thread, so that a forked worker can have it as well as one thread of many. It is no
//! HTTP client for the world: it understands what `server` says, and calls everything else a failure.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::super::cancelled::Cancelled;
use super::super::task::ServiceAddress;
use super::password::password;

/// The longest answer taken, in bytes.
const LONGEST: usize = 64 << 10;
/// More header lines than any answer has.
const HEADERS: usize = 32;
/// How long one attempt to connect may take: with thousands of workers at once, one may be overheard.
const ATTEMPT: Duration = Duration::from_millis(100);
/// How long all attempts together may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to the server.
pub(super) struct ResponseLine {
    address: ServiceAddress,
    stream: TcpStream,
    /// Read, but not understood yet.
    received: Vec<u8>,
}

/// What the server said.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) exists: bool,
    pub(super) thought_s: f64,
}

/// Why there is no answer.
#[derive(Debug, PartialEq)]
pub(super) enum ClientError {
    /// It is not wanted any more.
    Cancelled,
    /// For this reason.
    Failed(String),
}

impl From<Cancelled> for ClientError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// The part of an answer's body that is of interest.
#[derive(Deserialize)]
struct Body {
    exists: bool,
    thought_s: f64,
}

impl ResponseLine {
    /// Connects to the server on the loopback interface and says that it is one of the trial's own, unless that is called
    /// off.
    pub(super) fn open(service: ServiceAddress, cancelled: &dyn Fn() -> bool) -> Result<Self, ClientError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, service.port));
        let begun = Instant::now();
        let mut stream = loop {
            match TcpStream::connect_timeout(&address, ATTEMPT) {
                Ok(stream) => break stream,
                Err(_) if cancelled() => return Err(ClientError::Cancelled),
                Err(error) if error.kind() == ErrorKind::TimedOut && begun.elapsed() < PATIENCE => {}
                Err(error) => return Err(failed("cannot connect to the server", &error)),
            }
        };
        // Otherwise a request would wait for the acknowledgement of the one before.
        stream
            .set_nodelay(true)
            .and_then(|()| stream.write_all(password(&service.secret).as_bytes()))
            .map_err(|error| failed("cannot use the connection", &error))?;
        Ok(Self { address: service, stream, received: Vec::new() })
    }

    pub(super) fn address(&self) -> ServiceAddress {
        self.address
    }

    /// Asks for a name, with seconds to think for each of its characters; `wait` returns when there is something to
    /// read, or says that the answer is not wanted any more.
    pub(super) fn ask(
        &mut self,
        name: &str,
        unit_s: f64,
        wait: impl Fn(BorrowedFd<'_>) -> Result<(), Cancelled>,
    ) -> Result<Answer, ClientError> {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let request =
            format!("GET /users/{name}?unit_s={unit_s} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", self.address.port);
        self.stream.write_all(request.as_bytes()).map_err(|error| failed("cannot ask the server", &error))?;
        loop {
            wait(self.stream.as_fd())?;
            self.fill()?;
            if let Some(answer) = self.understand()? {
                return Ok(answer);
            }
        }
    }

    /// Reads what there is.
    fn fill(&mut self) -> Result<(), ClientError> {
        let mut chunk = [0; 1024];
        match self.stream.read(&mut chunk) {
            Ok(0) => Err(ClientError::Failed("the server hung up".to_owned())),
            Ok(n) if self.received.len() + n > LONGEST => {
                Err(ClientError::Failed("the server's answer is too long".to_owned()))
            }
            Ok(n) => {
                self.received.extend_from_slice(&chunk[..n]);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(failed("cannot read the server's answer", &error)),
        }
    }

    /// The answer, once all of it has come.
    fn understand(&mut self) -> Result<Option<Answer>, ClientError> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let head = match response.parse(&self.received) {
            Ok(httparse::Status::Complete(head)) => head,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(error) => return Err(failed("the server's answer is no HTTP", &error)),
        };
        let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse::<usize>().ok());
        let length = length.ok_or_else(|| ClientError::Failed("the server's answer has no length".to_owned()))?;
        let status = response.code.unwrap_or_default();
        let Some(body) = self.received.get(head..head.saturating_add(length)) else { return Ok(None) };
        let answer = match status {
            200 | 404 => {
                let body: Body = serde_json::from_slice(body)
                    .map_err(|error| failed("the server's answer makes no sense", &error))?;
                Answer { status, exists: body.exists, thought_s: body.thought_s }
            }
            _ => return Err(ClientError::Failed(format!("the server answered with status {status}"))),
        };
        self.received.drain(..head + length);
        Ok(Some(answer))
    }
}

fn failed(what: &str, error: &dyn std::error::Error) -> ClientError {
    ClientError::Failed(format!("{what}: {error}"))
}
