//! Clusters of Dask: one of separate processes, watched through its scheduler, and one within a program, by the hook; both
//! with an old and a new version of distributed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use parlab::protocol::{OutsideActivity, OutsideLane, OutsideRecord};
use serde_json::Value;

use crate::common;
use crate::pythons::{environment, program};
use crate::watched::{Tasks, python, watch};

/// A scheduler and two workers of two threads, as processes of their own.
struct Cluster {
    python: PathBuf,
    folder: tempfile::TempDir,
    address: String,
    processes: Vec<Child>,
}

impl Cluster {
    fn start(python: PathBuf) -> Self {
        let folder = common::folder();
        let mut cluster = Self { python, folder, address: String::new(), processes: Vec::new() };
        let file = cluster.folder.path().join("scheduler.json");
        let file = file.to_str().unwrap();
        cluster
            .run("dask_scheduler", &["--host", "127.0.0.1", "--port", "0", "--scheduler-file", file, "--no-dashboard"]);
        let told = until("a scheduler", || serde_json::from_slice::<Value>(&fs::read(file).ok()?).ok());
        cluster.address = told["address"].as_str().unwrap().to_owned();
        for _ in 0..2 {
            let address = cluster.address.clone();
            cluster.run("dask_worker", &[&address, "--nthreads", "2", "--no-nanny", "--no-dashboard"]);
        }
        cluster
    }

    fn run(&mut self, module: &str, arguments: &[&str]) {
        let log = fs::File::create(self.folder.path().join(format!("{module}-{}", self.processes.len()))).unwrap();
        let mut command = Command::new(&self.python);
        command.args(["-m", &format!("distributed.cli.{module}")]).args(arguments).current_dir(self.folder.path());
        // A task that kills its worker is not tried again.
        command.env("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0").stdin(Stdio::null());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        self.processes.push(command.spawn().unwrap());
    }

    /// Watches it; comes back once both workers are seen.
    fn watch(&self, report: &Path) -> Watch {
        let mut command = common::parlab();
        command.arg("watch").arg(self.address.replace("tcp:", "dask:")).arg("--python").arg(&self.python);
        command.args(["--inline", "--format", "json", "-o"]).arg(report).current_dir(self.folder.path());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut watch = Watch { child, output, lines: Vec::new() };
        watch.read_until(2, "is there, with 2 threads");
        watch
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// `parlab watch` while it runs.
struct Watch {
    child: Child,
    output: BufReader<ChildStdout>,
    lines: Vec<String>,
}

impl Watch {
    /// Reads on until so many lines were read that hold some words.
    fn read_until(&mut self, count: usize, words: &str) {
        while self.lines.iter().filter(|line| line.contains(words)).count() < count {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).unwrap();
            assert!(read > 0, "{words} is not there in {:#?}", self.lines);
            self.lines.push(line);
        }
    }

    fn end(mut self) -> (ExitStatus, Vec<String>) {
        self.lines.extend(self.output.lines().map(Result::unwrap));
        (self.child.wait().unwrap(), self.lines)
    }
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + common::PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what} is not there");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn report(path: &Path) -> Value {
    let report: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    report["configs"][0].clone()
}

fn a_cluster(name: &str) {
    let Some(python) = environment(name) else { return };
    let mut cluster = Cluster::start(python);
    let path = cluster.folder.path().join("report.json");

    let first = cluster.watch(&path);
    kill(Pid::from_raw(first.child.id() as i32), Signal::SIGINT).unwrap();
    let (status, lines) = first.end();
    assert_eq!(status.code(), Some(130), "{lines:#?}");
    assert_eq!(report(&path)["lanes"].as_array().unwrap().len(), 4);

    let mut second = cluster.watch(&path);
    let script = Command::new(&cluster.python).arg(program("cluster.py")).arg(&cluster.address).output().unwrap();
    let said = String::from_utf8(script.stdout).unwrap();
    // The first watcher has left nothing; the second one has its plugin and its handler there.
    assert_eq!(said, "total 5050\nfailed 3\nin the scheduler 2\nlost KilledWorker\n");
    second.read_until(1, "is gone, and had in hand: fatal-");
    cluster.processes[0].kill().unwrap();
    let (status, lines) = second.end();
    assert_eq!(status.code(), Some(1), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("the watch ends with what was seen")), "{lines:#?}");
    is_told(&report(&path));
}

fn is_told(config: &Value) {
    let counts = |name: &str| {
        let tasks = config["tasks"].as_array().unwrap();
        let named = tasks.iter().find(|named| named["name"] == name).unwrap_or_else(|| panic!("no {name}: {tasks:?}"));
        ["done", "failed", "pending"].map(|count| named[count].as_u64().unwrap())
    };
    assert_eq!([counts("inc"), counts("total")], [[100, 0, 0], [1, 0, 0]]);
    assert_eq!([counts("bad"), counts("fatal")], [[0, 3, 0], [0, 1, 0]]);
    let lanes = config["lanes"].as_array().unwrap();
    assert_eq!(lanes.iter().map(|lane| lane["tasks"].as_u64().unwrap()).sum::<u64>(), 105);
    let mut names: Vec<&str> = lanes.iter().map(|lane| lane["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    let numbers: Vec<&str> = names.iter().map(|name| name.rsplit('#').next().unwrap()).collect();
    assert_eq!(numbers, ["1", "2", "1", "2"]);
    assert!(names.iter().all(|name| name.starts_with("127.0.0.1:")) && names[0][..14] == names[1][..14]);
    // Each task took 2 ms at least, by whichever clock.
    let running: f64 = lanes.iter().map(|lane| lane["seconds"]["running"].as_f64().unwrap_or(0.0)).sum();
    assert!(running >= 0.2, "{lanes:#?}");
    assert!(lanes.iter().all(|lane| lane["pid"].is_null() && lane["tid"].is_null()));
    let remarks = config["program"]["remarks"].to_string();
    assert!(remarks.contains("is gone, and had fatal in hand"), "{remarks}");
    assert_eq!(config["program"]["exit"]["exit"], 1);
    // That of two workers, not of the client alone.
    assert!(config["memory"]["peak_rss_bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{}", config["memory"]);
}

#[test]
fn a_cluster_of_the_old_version() {
    a_cluster("old");
}

#[test]
fn a_cluster_of_the_new_version() {
    a_cluster("new");
}

#[test]
fn a_cluster_within_a_program() {
    for name in ["old", "new"] {
        let Some(interpreter) = environment(name) else { continue };
        for kind in ["processes", "threads"] {
            let watched = watch(python(&interpreter, &program("local_cluster.py"), kind));
            assert_eq!(watched.stdout, "total 20100\ntree 10\n", "{}", watched.stderr);
            let mut tasks = watched.tasks();
            let counts = |tasks: Tasks| (tasks.well, tasks.failed);
            assert_eq!(tasks.remove("inc").map(counts), Some((210, 0)), "{name} {kind}");
            assert_eq!(tasks.remove("bad").map(counts), Some((0, 4)), "{name} {kind}");
            assert_eq!([tasks.remove("sum"), tasks.remove("max")].map(|tasks| tasks.map(counts)), [Some((1, 0)); 2]);
            assert!(tasks.is_empty(), "{name} {kind}: {tasks:?}");
            let has_tasks = |lane: &&OutsideLane| lane.done + lane.failed > 0;
            let own = watched.lanes.iter().filter(has_tasks).filter(|lane| lane.pid == watched.pid).count();
            assert_eq!(own == 0, kind == "processes", "{:?}", watched.lanes);
        }
    }
}

#[test]
fn a_cluster_within_a_program_tells_what_is_to_be_done_and_what_is_fetched() {
    for name in ["old", "new"] {
        let Some(interpreter) = environment(name) else { continue };
        for kind in ["processes", "threads"] {
            let watched = watch(python(&interpreter, &program("local_transfers.py"), kind));
            assert_eq!(watched.stdout, "slow 780\nboth 5000000\n", "{}", watched.stderr);
            // Two of forty are done in the time of two looks.
            let to_do = watched.pending.get("slow").copied();
            assert!(to_do.is_some_and(|count| (20..=40).contains(&count)), "{name} {kind}: {:?}", watched.pending);
            assert!(watched.lanes.iter().all(|lane| lane.pending.is_empty()), "{name} {kind}: all is done");
            let of = |task: &str| watched.records.iter().filter(|record| &*record.name == task).collect::<Vec<_>>();
            let value = |record: &OutsideRecord, of: &str| {
                record.values.iter().find(|(name, _)| &**name == of).map(|(_, value)| *value as u64)
            };
            let mut made: Vec<u64> = of("make").into_iter().filter_map(|task| value(task, "bytes")).collect();
            made.sort_unstable();
            // What an object of bytes takes is some more than its bytes.
            assert!(
                made.len() == 2 && made.iter().zip([2_000_000, 3_000_000]).all(|(a, b)| (b..b + 100).contains(a)),
                "{made:?}"
            );
            let both = of("both");
            let received = value(both[0], "bytes received");
            assert_eq!(received, Some(made[0]), "{name} {kind}: {both:?}");
            let lane = &watched.lanes[both[0].lane];
            assert!(lane.spent_ns[OutsideActivity::Fetching as usize] > 0, "{name} {kind}: {lane:?}");
        }
    }
}

#[test]
fn a_scheduler_that_goes_away_within_a_program_leaves_nothing_and_what_was_in_hand_is_told() {
    for name in ["old", "new"] {
        let Some(interpreter) = environment(name) else { continue };
        let folder = common::folder();
        let mut command = common::parlab();
        command.args(["watch", "--quiet", "--format", "json", "--"]).arg(&interpreter);
        command.arg(program("scheduler_dies.py")).arg(folder.path()).current_dir(folder.path());
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(137), "{name}: {}", common::stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let config = &report["configs"][0];
        assert_eq!(config["tasks_done"], 20, "{name}: {}", config["tasks"]);
        let in_hand = config["program"]["in_hand"].as_array().unwrap();
        let slow = in_hand.iter().filter(|task| task["task"].as_str().is_some_and(|task| task.starts_with("slow")));
        assert_eq!(slow.count(), 2, "{name}: {in_hand:?}");
        let findings = report["findings"].to_string();
        assert!(findings.contains("killed by SIGKILL") && findings.contains("In hand were slow"), "{findings}");
        for worker in 0..2 {
            let pid = fs::read_to_string(folder.path().join(format!("{worker}.pid"))).unwrap();
            let pid = pid.trim().parse().unwrap();
            common::wait_until("the worker to be gone", || !common::is_alive(pid));
        }
    }
}

#[test]
fn what_is_missing_for_a_cluster_is_told_at_once() {
    let run = |arguments: &[&str]| {
        let output = common::parlab().arg("watch").args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, told) = run(&["dask://127.0.0.1:1", "--python", "/nowhere/python3"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("there is no /nowhere/python3; install Python"), "{told}");
    let folder = common::folder();
    let bare = folder.path().join("python3");
    fs::write(&bare, "#!/bin/sh\necho 'parlab:{\"executable\":\"x\",\"implementation\":\"cpython\",\"version\":[3,9,1],\"free_threaded\":false,\"packages\":{}}'\n").unwrap();
    fs::set_permissions(&bare, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let (code, told) = run(&["dask://127.0.0.1:1", "--python", bare.to_str().unwrap()]);
    assert_eq!(code, Some(2));
    assert!(told.contains("has no distributed") && told.contains("-m pip install distributed"), "{told}");
    for (argument, remedy) in [("dask://nowhere", "write dask://HOST:PORT"), ("prog", "a program stands behind --")] {
        let (code, told) = run(&[argument]);
        assert_eq!(code, Some(2));
        assert!(told.contains(remedy), "{told}");
    }
    let Some(interpreter) = environment("new") else { return };
    // Nothing listens there, since it takes a privilege to.
    let (code, told) = run(&["dask://127.0.0.1:1", "--format", "text", "--python", interpreter.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{told}");
}
