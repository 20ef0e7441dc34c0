//! `http`: whole runs, with a server that comes and goes with each trial.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal::{SIGINT, SIGKILL, SIGTERM};
use serde_json::Value;

use crate::common::running::{Running, send, warnings};
use crate::common::{AT_ONCE, report};

/// Asks for three users and two nobodies: 25 characters.
const NAMES: &str = "[grid]\nname = ['pelita', 'aspp', 'ASPP', 'Pelita', 'guido']\n";

/// Long waits for somebody who is asked once by each of two workers.
const LONG: &str = "[workload]\nkind = 'http'\nunit_s = 100\ninputs = [1, 1]\n";

fn sweep(backends: &str, rest: &str) -> String {
    format!("[sweep]\nbackends = [{backends}]\nrepeats = 1\nwarmup = 0\n{rest}")
}

/// Addresses and ports that a process listens on, as the kernel writes them.
fn listens(pid: u32) -> Vec<String> {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten();
    let targets = links.filter_map(|link| std::fs::read_link(link.ok()?.path()).ok());
    let inodes: Vec<String> = targets
        .filter_map(|target| Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| std::fs::read_to_string(path).unwrap_or_default());
    let rows = tables.iter().flat_map(|table| table.lines().skip(1)).map(|row| row.split_whitespace().collect());
    rows.filter(|row: &Vec<&str>| row[3] == "0A" && inodes.iter().any(|inode| inode == row[9]))
        .map(|row| row[1].to_owned())
        .collect()
}

fn is_open(address: &str) -> bool {
    let port = address.rsplit_once(':').and_then(|(_, port)| u16::from_str_radix(port, 16).ok()).expect("a port");
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn wall_s(config: &Value) -> f64 {
    config["wall_s"]["median"].as_f64().expect("a wall")
}

#[test]
fn known_and_unknown_users_are_told_apart_everywhere() {
    let toml = format!(
        "[workload]\nkind = 'http'\nunit_s = 0\n{NAMES}{}",
        sweep("'threads', 'processes'", "workers = [1, 3]")
    );
    let (report, code, stderr) = report(&toml, &[]);
    assert_eq!((code, report["status"].as_str()), (0, Some("done")), "{stderr}");
    let configs = report["configs"].as_array().expect("configurations");
    assert_eq!(configs.len(), 5);
    assert!(configs.iter().all(|config| config["checksum"] == configs[0]["checksum"]), "{configs:?}");
    let results = configs[0]["results"].as_array().expect("results");
    let told: Vec<_> = results
        .iter()
        .map(|result| {
            let value = |name: &str| result["values"][name].as_f64().expect("a value");
            assert!(value("round_trip_s") > 0.0 && value("thought_s") == 0.0);
            (result["input"]["name"].as_str().expect("a name"), value("status"), value("exists"))
        })
        .collect();
    let expected = [
        ("pelita", 200.0, 1.0),
        ("aspp", 200.0, 1.0),
        ("ASPP", 200.0, 1.0),
        ("Pelita", 404.0, 0.0),
        ("guido", 404.0, 0.0),
    ];
    assert_eq!(told, expected);
}

#[test]
fn workers_wait_beside_each_other() {
    let toml =
        format!("[workload]\nkind = 'http'\nunit_s = 0.04\n{NAMES}{}", sweep("'threads', 'processes'", "workers = 5"));
    let (report, code, stderr) = report(&toml, &[]);
    assert_eq!(code, 0, "{stderr}");
    let configs = report["configs"].as_array().expect("configurations");
    let serial_s = wall_s(&configs[0]);
    assert!((1.0..10.0).contains(&serial_s), "25 characters at 0.04 s, and not {serial_s} s");
    for config in &configs[1..] {
        // The longest name has 6 of the 25 characters.
        let part = wall_s(config) / serial_s;
        assert!((0.1..0.6).contains(&part), "{}: {part} of the serial time", config["backend"]);
    }
    let thought_s = configs[0]["results"][0]["values"]["thought_s"].as_f64().expect("a value");
    assert!((thought_s - 0.24).abs() < 1e-9, "{thought_s}");
    let cpu_s = configs[0]["cpu_s"]["user"].as_f64().expect("user time");
    assert!(cpu_s < 0.25 * serial_s, "who waits does not compute: {cpu_s} s");
}

#[test]
fn x_multiplies_the_time_and_the_name_may_be_the_same_for_all() {
    let toml = format!(
        "[workload]\nkind = 'http'\nname = 'a b/c%'\nunit_s = 1e-4\ninputs = [0, 1, 2.5]\n{}",
        sweep("'serial'", "")
    );
    let (report, _, stderr) = report(&toml, &[]);
    let results = report["configs"][0]["results"].as_array().unwrap_or_else(|| panic!("{stderr}"));
    let thought: Vec<_> = results.iter().map(|result| result["values"]["thought_s"].as_f64().expect("s")).collect();
    for (thought_s, expected) in thought.iter().zip([0.0, 6e-4, 1.5e-3]) {
        assert!((thought_s - expected).abs() < 1e-12, "{thought:?}");
    }
}

#[test]
fn many_workers_are_served_at_once() {
    let toml = format!(
        "[workload]\nkind = 'http'\nunit_s = 0.1\nname = 'aspp'\ninputs = {{ repeat = 1, times = 256 }}\n{}",
        sweep("'threads', 'processes'", "workers = [64, 256]\nbaseline = 'none'")
    );
    let (report, code, stderr) = report(&toml, &[]);
    assert_eq!(code, 0, "{stderr}{}", report["warnings"]);
    for config in report["configs"].as_array().expect("configurations") {
        assert_eq!(config["tasks_done"], 256);
        // One after the other: 102 s. Side by side: 1.6 and 0.4 s.
        assert!(wall_s(config) < 10.0, "{}: {}", config["backend"], wall_s(config));
    }
}

#[test]
fn the_server_is_on_the_loopback_interface_and_gone_after_the_trial() {
    let toml = format!("[workload]\nkind = 'http'\nunit_s = 0.1\n{NAMES}{}", sweep("'processes'", "workers = 2"));
    let mut run = Running::start(&toml, &["--quiet"]);
    let mut seen: Vec<String> = Vec::new();
    for trial in 1..=2 {
        run.wait_for("gate_opened", trial);
        let here = listens(run.pid());
        assert_eq!(here.len(), 1, "one server, in parlab itself: {here:?}");
        assert!(here[0].starts_with("0100007F:"), "{here:?}");
        assert!(is_open(&here[0]) && !seen.iter().any(|before| is_open(before)), "{here:?} after {seen:?}");
        seen.extend(here);
    }
    assert_eq!(run.finish().code(), 0);
    assert!(!seen.iter().any(|address| is_open(address)));
}

#[test]
fn a_long_wait_is_cut_short() {
    for backend in ["serial", "threads", "processes"] {
        for (signal, code) in [(SIGINT, 130), (SIGTERM, 143)] {
            let toml = format!("{LONG}{}", sweep(&format!("'{backend}'"), "workers = 2\nbaseline = 'none'"));
            let mut run = Running::start(&toml, &["--quiet"]);
            run.wait_for("gate_opened", 1);
            std::thread::sleep(Duration::from_millis(100));
            let here = listens(run.pid());
            let begun = Instant::now();
            run.signal(signal);
            let ended = run.finish();
            assert!(begun.elapsed() < AT_ONCE, "{backend}: {:?}", begun.elapsed());
            assert_eq!(ended.code(), code, "{backend}: {}", ended.stderr);
            let config = &ended.report()["configs"][0];
            assert_eq!(config["tasks_failed"].as_u64().unwrap_or(0), 0, "{backend}: cancelled is not failed");
            assert!(!is_open(&here[0]), "{backend}");
        }
    }
}

#[test]
fn a_wait_beyond_the_time_limit_is_ended_and_the_next_trial_has_a_server() {
    for backend in ["threads", "processes"] {
        let toml = format!(
            "[workload]\nkind = 'http'\nunit_s = 0.4\n[grid]\nname = ['aspp', 'pelita']\n{}",
            sweep(&format!("'{backend}'"), "workers = [1, 2]\ntimeout_s = 3.2\nbaseline = 'none'")
        );
        let (report, code, _) = report(&toml, &[]);
        assert_eq!((code, warnings(&report, "timeout").len()), (1, 1), "{backend}: {}", report["warnings"]);
        assert_eq!(report["warnings"].as_array().map(Vec::len), Some(1), "{backend}: {}", report["warnings"]);
        let configs = report["configs"].as_array().expect("configurations");
        let well = configs.iter().find(|config| config["workers"] == 2).expect("two workers");
        assert_eq!(well["tasks_done"], 2, "{backend}");
    }
}

#[test]
fn a_worker_that_is_killed_is_replaced_and_asks_again() {
    let toml = format!(
        "[workload]\nkind = 'http'\nunit_s = 0.3\n[grid]\nname = ['aspp', 'nemo']\n{}",
        sweep("'processes'", "workers = 2\nbaseline = 'none'")
    );
    let mut run = Running::start(&toml, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    run.wait_until("two workers are there", |run| run.workers().len() == 2);
    send(run.workers()[0], SIGKILL);
    let ended = run.finish();
    let report = ended.report();
    assert_eq!((ended.code(), &report["configs"][0]["tasks_done"]), (0, &2.into()), "{}", report["warnings"]);
}

#[test]
fn names_and_times_have_bounds() {
    let wrong = [
        ("name = ''", "name = '': must not be empty"),
        ("name = 'Jürgen'", "name = 'Jürgen': must be of printable ASCII characters alone"),
        ("name = \"a\\tb\"", "must be of printable ASCII characters alone"),
        ("name = 7", "name = 7: must be a string, not a number"),
        ("unit_s = -1", "unit_s = -1: must be at least 0"),
        ("unit_s = 3601", "unit_s = 3601: must be at most 3600"),
        ("unit_s = nan", "unit_s = nan: must be a number, not nan"),
    ];
    for (body, expected) in wrong {
        let told = super::objections("http", body);
        assert!(told.contains(expected), "{told}");
    }
    let long = super::objections("http", &format!("name = '{}'", "x".repeat(65)));
    assert!(long.contains("has 65 characters; at most 64 are allowed"), "{long}");
}

#[test]
fn too_few_open_files_are_told_before_anything_is_asked() {
    let folder = crate::common::folder();
    let toml = format!("{LONG}{}", sweep("'threads'", "workers = 200\nbaseline = 'none'"));
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "ulimit -n 100; exec \"$0\" run \"$1\" --quiet --format json"]);
    shell.arg(crate::common::binary()).arg(crate::common::untitled(folder.path(), &toml));
    let output = shell.output().expect("a shell");
    assert_eq!(output.status.code(), Some(1), "{}", crate::common::stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let told = warnings(&report, "trial-broken");
    assert!(told[0].contains("it takes 528 open files, and 100 are allowed (ulimit -Hn)"), "{told:?}");
}
