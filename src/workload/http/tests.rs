//! Both ends of the line against each other, and the worker's end against servers that misbehave.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::client::{Answer, ClientError, ResponseLine};
use super::password::{LENGTH, password};
use super::server::{STRANGERS_MAX, Server};
use crate::system::secret::Secret;
use crate::workload::{Cancelled, Service as _, ServiceAddress, until_readable};

fn open(server: &Server) -> ResponseLine {
    open_at(server.address())
}

fn open_at(address: ServiceAddress) -> ResponseLine {
    ResponseLine::open(address, &|| false).unwrap_or_else(|trouble| panic!("{trouble:?}"))
}

fn ask(line: &mut ResponseLine, name: &str, unit_s: f64) -> Result<Answer, ClientError> {
    line.ask(name, unit_s, |socket| until_readable(socket, &|| false))
}

#[test]
fn users_are_known_to_the_letter() {
    let server = Server::start(4).unwrap();
    let mut line = open(&server);
    for name in ["pelita", "aspp", "ASPP"] {
        assert_eq!(ask(&mut line, name, 0.0), Ok(Answer { status: 200, exists: true, thought_s: 0.0 }), "{name}");
    }
    for name in ["Pelita", "pelita ", "nobody", "a b", "%61spp", "../aspp", "aspp?x=1", "#", "~", "a/b", "\"'<&"] {
        assert_eq!(ask(&mut line, name, 0.0), Ok(Answer { status: 404, exists: false, thought_s: 0.0 }), "{name}");
    }
}

#[test]
fn every_character_of_a_name_is_thought_about() {
    let server = Server::start(4).unwrap();
    let mut line = open(&server);
    for (name, thought_s) in [("pelita", 0.06), ("a b%", 0.04)] {
        let begun = Instant::now();
        let answer = ask(&mut line, name, 0.01).unwrap();
        assert!((answer.thought_s - thought_s).abs() < 1e-12, "{answer:?}");
        assert!(begun.elapsed() >= Duration::from_secs_f64(thought_s), "{:?}", begun.elapsed());
    }
}

#[test]
fn hundreds_are_thought_about_at_once() {
    let server = Server::start(256).unwrap();
    let begun = Instant::now();
    let mut lines: Vec<ResponseLine> = (0..256).map(|_| open(&server)).collect();
    std::thread::scope(|scope| {
        for line in &mut lines {
            scope.spawn(|| assert_eq!(ask(line, "aspp", 0.1).unwrap().status, 200));
        }
    });
    // One after the other they would take 102 seconds.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn no_other_machine_can_reach_it() {
    let server = Server::start(4).unwrap();
    drop(open(&server));
    // Another address of the loopback interface, and the machine's own one: nothing is sent to find that out.
    let route = UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        Ok(socket.local_addr()?.ip())
    });
    let elsewhere = [IpAddr::from([127, 0, 0, 2])].into_iter().chain(route.ok().filter(|ip| !ip.is_loopback()));
    for ip in elsewhere {
        let refused = TcpStream::connect_timeout(&(ip, server.address().port).into(), Duration::from_secs(5));
        assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused, "{ip}");
    }
}

#[test]
fn it_is_gone_when_it_is_dropped_and_so_are_its_connections() {
    let server = Server::start(4).unwrap();
    let address = server.address();
    let mut waiting = open(&server);
    let waits = std::thread::spawn(move || ask(&mut waiting, "aspp", 1000.0));
    std::thread::sleep(Duration::from_millis(50));
    let begun = Instant::now();
    drop(server);
    assert_eq!(waits.join().unwrap(), Err(ClientError::Failed("the server hung up".to_owned())));
    assert!(begun.elapsed() < Duration::from_secs(5));
    let Err(ClientError::Failed(reason)) = ResponseLine::open(address, &|| false) else { panic!("it still listens") };
    assert!(reason.starts_with("cannot connect to the server: Connection refused"), "{reason}");
    assert_eq!(ResponseLine::open(address, &|| true).err(), Some(ClientError::Cancelled));
}

#[test]
fn a_wait_that_is_called_off_ends() {
    let server = Server::start(4).unwrap();
    let looks = std::cell::Cell::new(0);
    let asked = open(&server).ask("aspp", 1000.0, |socket| {
        until_readable(socket, &|| {
            looks.set(looks.get() + 1);
            looks.get() > 2
        })
    });
    assert_eq!((asked, looks.get()), (Err(ClientError::Cancelled), 3));
    assert_eq!(ClientError::from(Cancelled), ClientError::Cancelled);
}

/// What a server answers that is spoken to directly, after these first words.
fn raw(server: &Server, first: &str, request: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.address().port)).unwrap();
    let words = format!("{first}{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    // One that has heard enough may be gone before all is said.
    let _ = stream.write_all(words.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn what_makes_no_sense_is_refused() {
    let server = Server::start(4).unwrap();
    let raw = |request| raw(&server, &password(&server.address().secret), request);
    for request in [
        "GET /",
        "GET /users/aspp",
        "GET /users/aspp?unit_s=nan",
        "GET /users/aspp?unit_s=-1",
        "GET /users/aspp?unit_s=inf",
        "GET /users/%ff?unit_s=0",
        "POST /users/aspp?unit_s=0",
        "GET /groups/aspp?unit_s=0",
    ] {
        assert!(raw(request).starts_with("HTTP/1.1 400 "), "{request}");
    }
    assert!(raw("GET /users/aspp?unit_s=0").starts_with("HTTP/1.1 200 "));
}

#[test]
fn strangers_are_refused_whatever_they_say() {
    let (server, other) = (Server::start(4).unwrap(), Server::start(4).unwrap());
    let request = "GET /users/aspp?unit_s=0";
    let of_another = password(&other.address().secret);
    for first in ["", "parlab ", &of_another, &of_another.to_uppercase(), &"x".repeat(1 << 20)] {
        let answer = raw(&server, first, request);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 403 "), "{first:.50}: {answer}");
    }
    assert!(raw(&server, "", request).starts_with("HTTP/1.1 403 "), "and politely");
    assert_eq!(ask(&mut open(&server), "aspp", 0.0).unwrap().status, 200);
}

#[test]
fn strangers_that_say_nothing_hold_up_no_client() {
    let server = Server::start(4).unwrap();
    let mut first = open(&server);
    assert_eq!(ask(&mut first, "aspp", 0.0).unwrap().status, 200);
    let connect = || TcpStream::connect((Ipv4Addr::LOCALHOST, server.address().port)).unwrap();
    let mut silent: Vec<TcpStream> = (0..4 + STRANGERS_MAX).map(|_| connect()).collect();
    // Those come in while the ones before them are still there.
    for stream in &mut silent {
        stream.write_all(b"par").unwrap();
    }
    let mut lines: Vec<ResponseLine> = (0..4).map(|_| open(&server)).collect();
    for line in lines.iter_mut().chain([&mut first]) {
        assert_eq!(ask(line, "aspp", 0.0).unwrap().status, 200);
    }
    // The room is for so many, and what is beyond that has gone: the oldest first.
    silent.extend((0..4 + STRANGERS_MAX).map(|_| connect()));
    assert_eq!(silent[0].read(&mut [0; 16]).unwrap_or(0), 0);
    assert_eq!(ask(&mut open(&server), "aspp", 0.0).unwrap().status, 200);
    let begun = Instant::now();
    drop(server);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

/// A server that takes one connection, waits for a request, and says the same thing whatever it is asked.
fn parrot(says: &'static [u8]) -> (ServiceAddress, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = at_port_of(&listener);
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; LENGTH]).unwrap();
        let mut request = [0; 512];
        let _ = stream.read(&mut request).unwrap();
        // A client that has heard enough hangs up in the middle.
        let _ = says.iter().try_for_each(|byte| stream.write_all(&[*byte]));
    });
    (address, thread)
}

fn at_port_of(listener: &TcpListener) -> ServiceAddress {
    ServiceAddress { port: listener.local_addr().unwrap().port(), secret: Secret::new().unwrap() }
}

fn said(says: &'static [u8]) -> Result<Answer, ClientError> {
    let (address, thread) = parrot(says);
    let answer = ask(&mut open_at(address), "x", 0.0);
    thread.join().unwrap();
    answer
}

#[test]
fn an_answer_may_come_in_pieces() {
    let body = br#"{"exists":true,"thought_s":0.25}"#;
    assert_eq!(body.len(), 32);
    let answer = said(b"HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\n{\"exists\":true,\"thought_s\":0.25}");
    assert_eq!(answer, Ok(Answer { status: 200, exists: true, thought_s: 0.25 }));
}

#[test]
fn servers_that_misbehave_are_failures_with_a_reason() {
    let cases: [(&[u8], &str); 6] = [
        (b"", "the server hung up"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\n{", "the server hung up"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "the server answered with status 503"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "the server's answer has no length"),
        (b"SMTP ready\r\n\r\n", "the server's answer is no HTTP: "),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "the server's answer makes no sense: "),
    ];
    for (says, reason) in cases {
        let Err(ClientError::Failed(told)) = said(says) else { panic!("{says:?} is no failure") };
        assert!(told.starts_with(reason), "{told}");
    }
}

#[test]
fn an_answer_without_end_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut line = open_at(at_port_of(&listener));
    let endless = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        while stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nxxxxxxxxxxxxxxxx").is_ok() {}
    });
    assert_eq!(ask(&mut line, "x", 0.0), Err(ClientError::Failed("the server's answer is too long".to_owned())));
    drop(line);
    endless.join().unwrap();
}
