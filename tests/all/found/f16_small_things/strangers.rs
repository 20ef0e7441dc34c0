//! The server that tasks of `http` ask: strangers find its port, and get nothing from it but a refusal.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Instant;

use crate::common::running::Running;
use crate::common::{AT_ONCE, report};

/// Sixteen questions, which take two workers a second or so.
const TOML: &str = "[workload]\nkind = 'http'\n[grid]\nname = ['pelita', 'aspp', 'ASPP', 'guido']\n\
                    unit_s = [0.02, 0.03, 0.04, 0.05]\n\
                    [sweep]\nbackends = ['processes']\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";

/// The ports of the loopback interface that a process listens on.
fn ports(pid: u32) -> Vec<u16> {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let sockets: Vec<String> = links
        .filter_map(|link| std::fs::read_link(link.path()).ok()?.to_str().map(str::to_owned))
        .filter_map(|target| Some(target.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let table = std::fs::read_to_string("/proc/net/tcp").expect("a table of sockets");
    let rows = table.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row[3] == "0A" && sockets.iter().any(|socket| socket == row[9]))
        .filter_map(|row| u16::from_str_radix(row[1].rsplit_once(':')?.1, 16).ok())
        .collect()
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("a connection");
    stream.set_read_timeout(Some(AT_ONCE)).expect("a time limit");
    stream
}

/// What a stranger hears who says something.
fn heard(port: u16, said: &[u8]) -> String {
    let mut stream = connect(port);
    let _ = stream.write_all(said);
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert!(error.kind() == std::io::ErrorKind::ConnectionReset, "it is kept waiting: {error}");
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn strangers_get_nothing_and_change_nothing() {
    let (undisturbed, code, stderr) = report(TOML, &[]);
    assert_eq!(code, 0, "{stderr}");
    let mut run = Running::start(TOML, &[]);
    run.wait_for("gate_opened", 1);
    let port = ports(run.pid()).first().copied().expect("a server");
    let mut silent: Vec<TcpStream> = (0..40).map(|_| connect(port)).collect();
    for stream in &mut silent {
        stream.write_all(b"GET /users/pelita?unit_s=0 HTTP/1.1\r\nX: ").expect("a connection");
    }
    silent.extend((0..40).map(|_| connect(port)));
    let request = b"GET /users/pelita?unit_s=0 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let answer = heard(port, request);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 403 "), "{answer}");
    let endless = vec![b'x'; 4 << 20];
    let answer = heard(port, &endless);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 403 "), "{answer}");
    let ended = run.finish();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    let told = |report: &serde_json::Value| report["configs"][0]["checksum"].clone();
    assert_eq!(told(&ended.report()), told(&undisturbed));
}

#[test]
fn a_run_is_ended_while_strangers_say_nothing() {
    let toml = "[workload]\nkind = 'http'\nunit_s = 100\ninputs = [1, 1]\n\
                [sweep]\nbackends = ['threads']\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";
    let mut run = Running::start(toml, &[]);
    run.wait_for("gate_opened", 1);
    let port = ports(run.pid()).first().copied().expect("a server");
    let _silent: Vec<TcpStream> = (0..100).map(|_| connect(port)).collect();
    let begun = Instant::now();
    run.signal(nix::sys::signal::Signal::SIGTERM);
    let ended = run.finish();
    assert_eq!(ended.code(), 143, "{}", ended.stderr);
    assert!(begun.elapsed() < AT_ONCE);
}
