//! The server that is asked: `GET /users/NAME?unit_s=SECONDS` is answered by 200 or 404 after so many seconds for each
//! character of the name, and by 400 where it makes no sense.
//!
//! All connections are served by one thread, which sleeps while no client has anything to say: it must not take from
//! the workers what is measured. It listens on the loopback interface alone, on a port of the system's choice, and is
//! gone with all its connections when it is dropped.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::oneshot;

use super::super::task::Service;

/// The longest the server may think over one request, whatever it is asked: ten years.
const LONGEST_S: f64 = 10.0 * 365.25 * 86_400.0;

/// Those who exist; so it was in the lecture.
const USERS: [&str; 3] = ["pelita", "aspp", "ASPP"];

/// How long the server waits before it takes connections again, once there was no descriptor for one.
const BREATH: Duration = Duration::from_millis(10);

/// A server in a thread of its own.
pub(super) struct Server {
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it; from now on connections are taken.
    ///
    /// # Errors
    /// When the system refuses a port, a descriptor or a thread.
    pub(super) fn start() -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let port = socket.local_addr()?.port();
        let (stop, stopped) = oneshot::channel();
        let listener = {
            let _within = runtime.enter();
            TcpListener::from_std(socket)?
        };
        let thread = Builder::new().name("http-server".to_owned()).spawn(move || {
            runtime.spawn(take_connections(listener));
            // Told to stop, or the owner that could tell it is gone: the runtime is dropped with all that it carries.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { port, stop: Some(stop), thread: Some(thread) })
    }
}

impl Service for Server {
    fn port(&self) -> u16 {
        self.port
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

async fn take_connections(listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        // Otherwise an answer would wait for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        tokio::spawn(async move {
            // One that breaks is its client's concern.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await;
        });
    }
}

/// How long the server thinks over a name, in seconds, at so many for a character.
pub(super) fn thinking_s(name: &str, unit_s: f64) -> f64 {
    (name.chars().count() as f64 * unit_s).min(LONGEST_S)
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let Some((name, unit_s)) = question(&request) else {
        return Ok(response(StatusCode::BAD_REQUEST, &json!({ "error": "ask GET /users/NAME?unit_s=SECONDS" })));
    };
    let thought_s = thinking_s(&name, unit_s);
    if thought_s > 0.0 {
        tokio::time::sleep(Duration::from_secs_f64(thought_s)).await;
    }
    let exists = USERS.contains(&name.as_str());
    let status = if exists { StatusCode::OK } else { StatusCode::NOT_FOUND };
    Ok(response(status, &json!({ "name": name, "exists": exists, "thought_s": thought_s })))
}

/// The name that is asked for, and seconds for a character.
fn question(request: &Request<Incoming>) -> Option<(String, f64)> {
    let name = request.uri().path().strip_prefix("/users/").filter(|_| request.method() == Method::GET)?;
    let name = percent_decode_str(name).decode_utf8().ok()?.into_owned();
    let unit_s: f64 = request.uri().query()?.strip_prefix("unit_s=")?.parse().ok()?;
    (unit_s.is_finite() && unit_s >= 0.0).then_some((name, unit_s))
}

fn response(status: StatusCode, body: &serde_json::Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, const { hyper::header::HeaderValue::from_static("application/json") });
    response
}
