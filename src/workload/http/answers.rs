//! What the server answers: `GET /users/NAME?unit_s=SECONDS` by 200 or 404 after so many seconds for each character of
//! the name, and by 400 where it makes no sense.

use std::convert::Infallible;
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
use tokio::net::TcpStream;

/// The longest the server may think over one request, whatever it is asked: ten years.
const LONGEST_S: f64 = 10.0 * 365.25 * 86_400.0;

/// Those who exist; so it was in the lecture.
const USERS: [&str; 3] = ["pelita", "aspp", "ASPP"];

/// The longest head of a request that is read, in bytes, and the most header lines. The workers' take a tenth of that.
const HEAD_MAX: usize = 8 << 10;
const HEADERS_MAX: usize = 16;

/// Serves a connection to its end.
pub(super) async fn serve(stream: TcpStream) {
    let mut http = http1::Builder::new();
    http.max_buf_size(HEAD_MAX).max_headers(HEADERS_MAX);
    // One that breaks is its client's concern.
    let _ = http.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
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
