//! Signals, and outputs that cannot be written: a run ends when it is told to, and what it measured is not lost.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::running::{Ended, Running, events, send};
use crate::common::{self, AT_ONCE, Unprivileged, folder, parlab, stderr, stdout, untitled, wait_until};
use nix::sys::signal::Signal::{self, SIGCONT, SIGHUP, SIGINT, SIGSTOP, SIGTERM};
use nix::sys::signal::killpg;
use nix::unistd::Pid;
use serde_json::Value;

/// What is allowed from a signal to the end. It is printed beside what was measured; a busy machine may
/// take longer than the workers' and the engine's own deadlines add up to, so no test depends on it.
const ALLOWED: Duration = Duration::from_millis(200);

/// A scenario of one backend whose tasks last longer than any test.
fn endless(kind: &str, backend: &str) -> String {
    format!(
        "[workload]\n{kind}\ninputs = [1, 1, 1]\n[sweep]\nbackends = [\"{backend}\"]\nworkers = 2\nbaseline = \"none\"\n\
         repeats = 2\nwarmup = 0\n"
    )
}

const SLEEP: &str = "kind = \"sleep\"\nunit_s = 3600";
const COUNTDOWN: &str = "kind = \"countdown\"\nsteps = 1e14";
const PI: &str = "kind = \"pi\"\ndarts = 1e12";

/// A scenario of short trials: 2 backends, 20 repeats, some 0.1 s each.
const SHORT: &str = "[workload]\nkind = \"sleep\"\nunit_s = 0.1\ninputs = [1, 1]\n[sweep]\n\
     backends = [\"threads\", \"processes\"]\nworkers = 2\nbaseline = \"none\"\nrepeats = 20\nwarmup = 0\n";

/// A scenario that is over in no time.
const TINY: &str = "[workload]\nkind = \"square\"\ntasks = 10\n[sweep]\nworkers = 2\nrepeats = 1\nwarmup = 0\n";

fn code_of(signal: Signal) -> i32 {
    128 + signal as i32
}

/// Sends a signal to a run, and waits for its end; how long that took.
fn end(mut run: Running, signal: Signal) -> (Ended, Duration) {
    run.children();
    let begun = Instant::now();
    run.signal(signal);
    run.wait();
    let took = begun.elapsed();
    (run.finish(), took)
}

fn assert_interrupted(ended: &Ended, signal: Signal, what: &str) -> Value {
    assert_eq!(ended.code(), code_of(signal), "{what}: {}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{what}: {}", ended.stderr);
    let report = ended.report();
    assert_eq!(report["status"], "interrupted", "{what}");
    assert_eq!(ended.warnings("interrupted").len(), 1, "{what}: {}", report["warnings"]);
    assert!(ended.warnings("trial-broken").is_empty(), "nothing broke, {what}: {}", report["warnings"]);
    report
}

#[test]
fn the_first_signal_ends_long_tasks_cleanly() {
    let mut all = Vec::new();
    for kind in [SLEEP, COUNTDOWN, PI] {
        for backend in ["serial", "threads", "processes"] {
            for signal in [SIGINT, SIGTERM, SIGHUP] {
                let mut run = Running::start(&endless(kind, backend), &["--quiet"]);
                run.wait_for("gate_opened", 1);
                // Into the middle of the tasks.
                std::thread::sleep(Duration::from_millis(20));
                let (ended, took) = end(run, signal);
                let what = format!("{kind} by {backend}, {signal}");
                let report = assert_interrupted(&ended, signal, &what);
                assert!(took < AT_ONCE, "{what}: {took:?}");
                let config = &report["configs"][0];
                assert!(config["wall_s"]["median"].is_null(), "{what}: nothing was measured");
                assert_eq!(config["tasks_failed"].as_u64().unwrap_or(0), 0, "{what}");
                all.push(took);
            }
        }
    }
    all.sort();
    eprintln!(
        "from the signal to the end of parlab: median {:?}, longest {:?} of {} (allowed: {ALLOWED:?})",
        all[all.len() / 2],
        all[all.len() - 1],
        all.len()
    );
}

#[test]
fn stealing_threads_are_ended_too() {
    for kind in [SLEEP, COUNTDOWN] {
        let toml = format!("{}schedule = \"stealing\"\n", endless(kind, "threads"));
        let mut run = Running::start(&toml, &["--quiet"]);
        run.wait_for("gate_opened", 1);
        let (ended, took) = end(run, SIGINT);
        assert_interrupted(&ended, SIGINT, kind);
        assert!(took < AT_ONCE, "{took:?}");
    }
}

#[test]
fn what_was_measured_before_the_signal_is_kept() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let mut run = Running::start(SHORT, &["--quiet"]);
        run.wait_for("trial_finished", 4);
        let (ended, _) = end(run, signal);
        let report = assert_interrupted(&ended, signal, "short trials");
        let samples: Vec<usize> = report["configs"]
            .as_array()
            .expect("configs")
            .iter()
            .map(|config| config["wall_s"]["samples"].as_array().map_or(0, Vec::len))
            .collect();
        let kept: usize = samples.iter().sum();
        assert!((4..20).contains(&kept) && samples.iter().all(|&n| n >= 2), "{samples:?}");
        for config in report["configs"].as_array().expect("configs") {
            assert!(config["wall_s"]["median"].as_f64().is_some_and(|s| s >= 0.1), "{config:#}");
            assert_eq!(config["tasks_done"], 2);
        }
    }
}

#[test]
fn a_signal_while_workers_are_hired_ends_the_run() {
    let toml = "[workload]\nkind = \"sleep\"\ninputs = { repeat = 3600, times = 900 }\n[sweep]\n\
         backends = [\"processes\"]\nworkers = 400\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n";
    for after in [1, 50, 300] {
        let mut run = Running::start(toml, &["--quiet"]);
        run.wait_until("some workers", |run| run.workers().len() > after);
        let (ended, took) = end(run, SIGINT);
        assert_interrupted(&ended, SIGINT, "while starting");
        assert!(took < AT_ONCE, "{took:?}");
    }
}

#[test]
fn ctrl_c_reaches_the_run_and_not_its_workers() {
    let mut run = Running::start(&endless(SLEEP, "processes"), &["--quiet"]);
    run.wait_for("gate_opened", 1);
    run.wait_for_workers(2);
    // A terminal sends it to everybody in the foreground.
    killpg(Pid::from_raw(run.pid() as i32), SIGINT).expect("a process group");
    run.wait();
    assert_eq!(run.count("worker_lost"), 0);
    assert_interrupted(&run.finish(), SIGINT, "Ctrl-C");
}

#[test]
fn a_task_that_ignores_the_cancellation_is_killed_after_a_moment() {
    let mut run = Running::start(HANGING, &["--quiet"]);
    run.wait_for("gate_opened", 1);
    run.wait_for_workers(2);
    std::thread::sleep(Duration::from_millis(50));
    let (ended, took) = end(run, SIGINT);
    assert_interrupted(&ended, SIGINT, "a hanging task");
    assert!(took < AT_ONCE, "{took:?}");
    eprintln!("from the signal to the end of parlab, with a task that hangs: {took:?} (allowed: {ALLOWED:?})");
}

/// Tasks that never come back.
const HANGING: &str = "[workload]\nkind = \"crash\"\nhow = \"hang\"\nat = 1\nwait_s = 0\ninputs = [1, 1]\n[sweep]\n\
     backends = [\"processes\"]\nworkers = 2\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n";

#[test]
fn the_second_signal_kills_at_once() {
    for second in [SIGINT, SIGTERM] {
        let mut run = Running::start(HANGING, &["--quiet"]);
        run.wait_for("gate_opened", 1);
        run.wait_for_workers(2);
        let begun = Instant::now();
        run.signal(SIGINT);
        std::thread::sleep(Duration::from_millis(15));
        run.signal(second);
        let status = run.wait();
        let took = begun.elapsed();
        let code = status.code();
        assert!(code == Some(code_of(SIGINT)) || code == Some(code_of(second)), "{status:?}");
        assert!(took < AT_ONCE, "{took:?}");
        run.assert_nothing_is_left();
    }
}

#[test]
fn a_hail_of_signals_is_survived() {
    for backend in ["threads", "processes"] {
        let mut run = Running::start(&endless(COUNTDOWN, backend), &["--quiet"]);
        run.wait_for("gate_opened", 1);
        run.children();
        for n in 0..40 {
            run.signal([SIGINT, SIGTERM, SIGHUP][n % 3]);
        }
        let status = run.wait();
        assert!(status.code().is_some_and(|code| [129, 130, 143].contains(&code)), "{status:?}");
        run.assert_nothing_is_left();
    }
}

#[test]
fn an_ignored_hangup_stays_ignored() {
    // As `nohup` has it, for a run that is to outlive its terminal.
    if !common::can_ignore("HUP") {
        return;
    }
    let mut command = Command::new("env");
    command
        .arg("--ignore-signal=HUP")
        .arg(common::binary())
        .envs(crate::common::UNDISTURBED)
        .args(["run", "--quiet", "--format", "json"]);
    let toml = "[workload]\nkind = \"sleep\"\nunit_s = 0.4\ninputs = [1, 1]\n[sweep]\nbackends = [\"processes\"]\n\
         workers = 2\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n";
    let mut run = Running::launch(command, toml, |_| {});
    run.wait_for("gate_opened", 1);
    run.signal(SIGHUP);
    let ended = run.finish();
    assert_eq!((ended.code(), ended.report()["status"].as_str()), (0, Some("done")), "{}", ended.stderr);
}

#[test]
fn a_trial_that_was_stopped_is_timed_again() {
    for (backend, limit) in [("threads", ""), ("threads", "timeout_s = 1\n"), ("serial", "timeout_s = 1\n")] {
        let toml = format!(
            "[workload]\nkind = \"sleep\"\nunit_s = 0.3\ninputs = [1, 1]\n[sweep]\nbackends = [\"{backend}\"]\n\
             workers = 2\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\n{limit}"
        );
        let mut run = Running::start(&toml, &["--quiet"]);
        run.wait_for("gate_opened", 1);
        let stopped = Instant::now();
        run.signal(SIGSTOP);
        std::thread::sleep(Duration::from_millis(1500));
        let stopped_s = stopped.elapsed().as_secs_f64();
        run.signal(SIGCONT);
        run.wait();
        assert_eq!(run.count("trial_started"), 2, "{backend} {limit}");
        let ended = run.finish();
        assert_eq!(ended.code(), 0, "{backend} {limit}: {}", ended.report()["warnings"]);
        let wall = ended.report()["configs"][0]["wall_s"]["median"].as_f64().expect("a wall");
        assert!((0.3..stopped_s).contains(&wall), "the stop of {stopped_s} s is not part of it: {wall}");
    }
}

/// Runs a shell line in which `$P` is the program and `$S` a scenario.
fn shell(line: &str, toml: &str) -> std::process::Output {
    let folder = folder();
    let scenario = untitled(folder.path(), toml);
    let mut command = Command::new("sh");
    command.args(["-c", line]).env("P", common::binary()).env("S", scenario).current_dir(folder.path());
    let output = command.output().expect("a shell");
    assert!(!stderr(&output).contains("panicked"), "{line}: {}", stderr(&output));
    output
}

#[test]
fn signals_that_were_blocked_when_it_was_started_are_heard() {
    for (signal, code) in [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] {
        let mut command = Command::new("env");
        command.arg("--block-signal=INT,TERM,HUP").arg(common::binary()).args(["run", "--quiet", "--format", "json"]);
        let toml = "[workload]\nkind = 'sleep'\ninputs = [1000]\n[sweep]\nworkers = 1\nbackends = ['processes']\n";
        let mut run = Running::launch(command, toml, |_| {});
        run.wait_for("gate_opened", 1);
        run.signal(signal);
        assert_eq!(run.finish().code(), code, "{signal}");
    }
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    for line in [
        "{ $P run $S --quiet; echo $? >&2; } | head -1",
        "{ $P run $S --quiet --format json; echo $? >&2; } | true",
        "{ $P list; echo $? >&2; } | head -1",
        "{ $P list --kinds --format json; echo $? >&2; } | true",
        "{ $P machine; echo $? >&2; } | true",
        "{ $P show cubes; echo $? >&2; } | true",
        "{ $P --help; echo $? >&2; } | true",
    ] {
        let output = shell(line, TINY);
        assert_eq!(stderr(&output).trim(), "0", "{line}");
    }
}

#[test]
fn closed_outputs_are_no_panic() {
    for (line, expected) in [
        ("$P run $S --quiet >&-", 1),
        ("$P run $S --quiet -o report >&-", 0),
        ("$P run $S --quiet >/dev/null", 0),
        ("$P run $S --quiet 1<>/dev/null", 0),
        ("$P run $S 2>&-", 0),
        ("$P run $S <&-", 0),
        ("$P run $S <&- >&- 2>&-", 1),
        ("$P list >&-", 1),
        ("$P run nonsense 2>&-", 2),
        ("$P run nonsense >&- 2>&-", 2),
        ("$P run $S --quiet --backends processes <&-", 0),
    ] {
        let output = shell(line, TINY);
        assert_eq!(output.status.code(), Some(expected), "{line}: {}", stderr(&output));
    }
    let output = shell("$P run $S --quiet >&-", TINY);
    assert_eq!(stderr(&output), "parlab: failed to write the report to standard output: it is closed\n");
    let output = shell("$P run $S --format json 2>/dev/full", TINY);
    assert_eq!(output.status.code(), Some(0));
    assert!(serde_json::from_str::<Value>(&stdout(&output)).is_ok());
}

#[test]
fn a_report_that_cannot_be_written_where_it_should_is_not_lost() {
    for target in ["/dev/full", "/proc/parlab-report.json", "missing/folder/report.json", "."] {
        let output = shell(&format!("$P run $S --quiet --format json -o {target}"), TINY);
        assert_eq!(output.status.code(), Some(1), "{target}");
        let report: Value = serde_json::from_str(&stdout(&output)).expect("the report, on standard output");
        assert_eq!(report["status"], "done", "{target}");
        assert!(stderr(&output).contains(target), "{target}: {}", stderr(&output));
    }
    let output = shell("$P run $S --quiet --format json -o /dev/full >/dev/full", TINY);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/dev/full") && stderr(&output).contains("standard output"));
    let output = shell("$P run $S --quiet >/dev/full", TINY);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("standard output"), "{}", stderr(&output));
}

#[test]
fn a_limit_on_the_size_of_files_is_told_and_costs_no_report() {
    // Whole units of half a KiB: room for the board, and then not even for that.
    let toml = TINY.replace("10\n", "1000\n");
    let output = shell("ulimit -f 200 && $P run $S --quiet --format json -o report.json", &toml);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("report.json"), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).expect("the report, on standard output");
    assert_eq!(report["status"], "done");
    let output = shell("ulimit -f 20 && $P run $S --quiet --format json", &toml);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).expect("a report");
    let broken = common::running::warnings(&report, "trial-broken");
    assert!(broken.len() == 3 && broken[0].contains("board"), "{broken:?}");
}

#[test]
fn a_report_in_a_file_is_the_one_on_standard_output() {
    let output = shell("$P run $S --quiet --format json -o report.json && cat report.json", TINY);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).expect("a report");
    assert_eq!((report["status"].as_str(), stderr(&output).as_str()), (Some("done"), ""));
}

#[test]
fn a_journal_that_cannot_be_written_does_not_endanger_the_run() {
    for quiet in ["", "--quiet"] {
        let output = shell(&format!("$P run $S {quiet} --format json --journal /dev/full"), TINY);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(serde_json::from_str::<Value>(&stdout(&output)).is_ok_and(|report| report["status"] == "done"));
        assert_eq!(stderr(&output).matches("/dev/full").count(), 1, "told once: {}", stderr(&output));
    }
    for target in ["missing/folder/journal", "/proc/parlab-journal", "."] {
        let output = shell(&format!("$P run $S --journal {target}"), TINY);
        assert_eq!(output.status.code(), Some(2), "before anything is run: {}", stderr(&output));
        assert!(stderr(&output).contains(target) && stdout(&output).is_empty());
    }
}

#[test]
fn a_folder_that_takes_no_files_leaves_the_report_on_standard_output() {
    use std::os::unix::fs::PermissionsExt as _;
    // Nothing is forbidden to root.
    let Some(user) = Unprivileged::new(54_324) else { return };
    let folder = folder();
    let scenario = untitled(folder.path(), TINY);
    let closed = folder.path().join("closed");
    std::fs::create_dir(&closed).expect("a folder");
    for (path, mode) in [(folder.path(), 0o755), (&closed, 0o555)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    }
    let mut command = user.parlab();
    command.args(["run", "--quiet", "-o"]).arg(closed.join("report")).arg(scenario);
    let output = command.output().expect("parlab");
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("serial"), "{}", stdout(&output));
    assert!(stderr(&output).contains("closed/report"), "{}", stderr(&output));
}

#[test]
fn a_reader_that_does_not_read_can_be_left() {
    // More results than a pipe holds, and no process that reads them: the report waits until a signal ends that.
    let folder = folder();
    let scenario = untitled(folder.path(), &TINY.replace("10\n", "10000\n"));
    let journal = folder.path().join("journal");
    let mut child = parlab()
        .args(["run", "--quiet", "--format", "json", "--journal"])
        .args([&journal, &scenario])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("parlab");
    wait_until("the run is over", || events(&journal).iter().any(|told| told["event"] == "run_finished"));
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().expect("a child").is_none(), "it waits for its reader");
    send(child.id(), SIGTERM);
    wait_until("one signal is enough", || child.try_wait().expect("a child").is_some());
    assert_eq!(child.wait().expect("a status").code(), Some(143));
}
