//! `parlab watch` with programs that behave badly: whatever they do, they are seen, told of, and ended with all that they
//! have started.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::common::running::send;
use crate::common::terminal::Session;
use crate::common::{Unprivileged, folder, have, is_alive, parlab, skip, stderr, stdout, wait_until};
use crate::watch::{compiled, python, seen, shell, start, watch};

fn told(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn pid_in(path: &Path) -> u32 {
    wait_until("its number to be told", || told(path).ends_with('\n'));
    told(path).trim().parse().expect("a number")
}

/// A program's line in a status file, in KiB.
fn peak_kib(pid: u32) -> u64 {
    let status = told(Path::new(&format!("/proc/{pid}/status")));
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn a_daemon_that_leaves_its_session_and_its_parents_is_ended() {
    let folder = folder();
    let pid = folder.path().join("pid");
    let inner = format!("trap \"\" HUP TERM; echo $$ > {}; while :; do sleep 1; done", pid.display());
    fs::write(folder.path().join("daemon.sh"), inner).expect("a file");
    let daemon = folder.path().join("daemon.sh");
    let words = format!(
        "setsid sh -c 'sh {} > /dev/null 2>&1 < /dev/null & exit 0'; while ! [ -s {} ]; do sleep 0.02; done; exit 4",
        daemon.display(),
        pid.display()
    );
    let output = shell(&words);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let pid = pid_in(&pid);
    wait_until("the daemon to be gone", || !is_alive(pid));
}

#[test]
fn one_that_ignores_the_signal_is_killed_and_so_told() {
    let folder = folder();
    let ready = folder.path().join("ready");
    let words = format!("trap '' TERM; : > {}; while :; do sleep 0.05; done", ready.display());
    let child = start(&["--format", "text"], &["sh", "-c", &words]);
    wait_until("the program to be ready", || ready.exists());
    send(child.id(), Signal::SIGTERM);
    let output = child.wait_with_output().expect("parlab");
    assert_eq!(output.status.code(), Some(137), "{}", stderr(&output));
    let text = stdout(&output);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("The program was called off, and was killed by SIGKILL after"), "{text}");
    assert!(text.contains("· called off after "), "{text}");
    assert!(!text.contains("program × 1") && !text.contains("chunk 1"), "{text}");
}

#[test]
fn one_that_closes_its_output_is_watched_on() {
    let (output, config) = seen(&["sh", "-c", "exec >&- 2>&-; sleep 0.5; exit 5"]);
    assert_eq!(output.status.code(), Some(5));
    assert_eq!(config["program"]["output"]["bytes"], 0);
    assert!(config["wall_s"]["median"].as_f64().is_some_and(|wall_s| wall_s >= 0.5), "{config}");
}

#[test]
fn a_gigabyte_of_output_takes_up_no_memory() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let words = format!(
        "echo begun; : > {0}; while ! [ -e {1} ]; do sleep 0.02; done; head -c 1000000000 /dev/zero; : > {2}; \
         while ! [ -e {3} ]; do sleep 0.02; done",
        path("ready").display(),
        path("go").display(),
        path("done").display(),
        path("end").display()
    );
    let child = start(&["--format", "json"], &["sh", "-c", &words]);
    wait_until("the program to be ready", || path("ready").exists());
    let before = peak_kib(child.id());
    fs::write(path("go"), "").expect("a file");
    wait_until("all to be written", || path("done").exists());
    let grown = peak_kib(child.id()).saturating_sub(before);
    fs::write(path("end"), "").expect("a file");
    let output = child.wait_with_output().expect("parlab");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["configs"][0]["program"]["output"]["bytes"], 1_000_000_006_u64);
    assert!(grown < 32 << 10, "its peak has grown by {grown} KiB, from {before} KiB");
}

#[test]
fn what_would_command_a_terminal_is_only_told() {
    // Its title, its screen, by one byte and by two: in what it writes, in its arguments, and as its name.
    let folder = folder();
    let name = folder.path().join("\u{1b}]0;mine\u{7}\u{1b}[2Jx");
    fs::write(&name, "#!/bin/sh\nprintf '\\033]0;mine\\007\\033[2J\\2332J\\n'; sleep 1\n").expect("a program");
    fs::set_permissions(&name, fs::Permissions::from_mode(0o755)).expect("a mode");
    let words = [name.to_str().expect("text"), "\u{1b}[31mred\u{9b}2J"];
    for format in ["text", "json"] {
        let output = watch(&["--format", format], &words);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = String::from_utf8(output.stdout).expect("text");
        let is_command = |c: char| c.is_control() && c != '\n';
        assert!(!text.contains(is_command), "{format}: {text:?}");
        assert!(text.contains("2J"), "it is told all the same: {text}");
    }
    let mut terminal = Session::parlab().args(["watch", "--"].iter().chain(&words)).open();
    terminal.wait_for("quit");
    let bytes = terminal.bytes();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    assert!(!holds(b"\x1b]0;mine") && !holds(b"\x1b[31mred"));
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 0);
}

/// A control group whose memory has a limit, where one can be made.
struct SmallGroup(PathBuf);

impl SmallGroup {
    fn make(bytes: u64) -> Option<Self> {
        let name = format!("parlab-test-{}", std::process::id());
        let places = [("/sys/fs/cgroup", "memory.max"), ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")];
        places.into_iter().find_map(|(root, limit)| {
            let group = Self(Path::new(root).join(&name));
            fs::create_dir(&group.0).ok()?;
            let is_limited = group.0.join(limit).exists() && fs::write(group.0.join(limit), bytes.to_string()).is_ok();
            let _ = fs::write(group.0.join("memory.swap.max"), "0");
            is_limited.then_some(group)
        })
    }
}

impl Drop for SmallGroup {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn one_that_the_kernel_kills_for_memory_is_told_as_that() {
    if !python() {
        return;
    }
    let Some(group) = SmallGroup::make(48 << 20) else {
        skip("it needs a control group that limits memory, which root can make");
        return;
    };
    let words = format!(
        "echo $$ > {}/cgroup.procs || exit 9; sleep 1; exec python3 -c 'x = b\"x\" * (512 << 20)'",
        group.0.display()
    );
    let output = watch(&["--format", "json"], &["sh", "-c", &words]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let program = &report["configs"][0]["program"];
    assert_eq!(output.status.code(), Some(137), "{program}");
    assert!(program["memory_kills"]["in_group"].as_u64().is_some_and(|kills| kills >= 1), "{program}");
    let findings = report["findings"].to_string();
    assert!(findings.contains("of the program's control group for want of memory"), "{findings}");
    assert!(findings.contains("killed by SIGKILL"), "{findings}");
}

#[test]
fn one_that_gets_no_memory_is_told_by_what_it_says() {
    if !python() {
        return;
    }
    let words = "ulimit -v 300000; exec python3 -c 'x = b\"x\" * (1 << 30)'";
    let output = watch(&["--format", "text"], &["sh", "-c", words]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("MemoryError") && text.contains("The program ended with exit status 1."), "{text}");
}

#[test]
fn one_that_is_stopped_is_told_with_how_long() {
    let folder = folder();
    let (pid, end) = (folder.path().join("pid"), folder.path().join("end"));
    let words = format!("echo $$ > {}; while ! [ -e {} ]; do sleep 0.05; done", pid.display(), end.display());
    let child = start(&["--format", "json"], &["sh", "-c", &words]);
    let pid = pid_in(&pid);
    // It is seen at work, then stopped.
    std::thread::sleep(Duration::from_millis(500));
    send(pid, Signal::SIGSTOP);
    std::thread::sleep(Duration::from_millis(1500));
    send(pid, Signal::SIGCONT);
    fs::write(end, "").expect("a file");
    let output = child.wait_with_output().expect("parlab");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let stopped = &report["configs"][0]["program"]["stopped"];
    assert_eq!((&stopped["pid"], &stopped["is_still"]), (&pid.into(), &false.into()));
    assert!(stopped["seconds"].as_f64().is_some_and(|seconds| seconds > 0.7), "{stopped}");
    assert!(report["findings"].to_string().contains("The program was stopped for"), "{}", report["findings"]);
}

#[test]
fn one_that_is_stopped_is_shown_and_can_be_ended() {
    let folder = folder();
    let path = folder.path().join("pid");
    let words = format!("echo $$ > {}; while :; do sleep 0.05; done", path.display());
    fs::write(folder.path().join("script.sh"), words).expect("a file");
    let mut terminal = Session::parlab().args(["watch", "--", "sh", "script.sh"]).cwd(folder.path()).open();
    let pid = pid_in(&path);
    terminal.wait_for("CPUs used");
    send(pid, Signal::SIGSTOP);
    terminal.wait_for("stopped");
    terminal.send("\x03");
    terminal.wait_for("killed by SIGINT");
    terminal.wait_for("quit");
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 130);
    assert!(!is_alive(pid));
}

#[test]
fn one_that_becomes_another_user_is_watched_as_far_as_may_be() {
    if !have("cc") {
        return;
    }
    let Some(user) = Unprivileged::new(61_017) else { return };
    let folder = folder();
    // It becomes root altogether, so that its user may not even send it a signal.
    compiled(
        folder.path(),
        "#include <unistd.h>\n#include <stdio.h>\nint main() { if (setgid(0) || setuid(0)) return 9; puts(\"root\"); \
         fflush(stdout); sleep(2); return 6; }",
    );
    let program = folder.path().join("prog");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o6755)).expect("a mode");
    let output = user
        .parlab()
        .args(["watch", "--quiet", "--format", "json", "--"])
        .arg(&program)
        .current_dir("/")
        .output()
        .expect("parlab");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
    let program = &report["configs"][0]["program"];
    if output.status.code() == Some(9) {
        skip("the folder of tests is mounted nosuid");
        return;
    }
    assert_eq!(output.status.code(), Some(6), "{program}");
    let remarks = program["remarks"].to_string();
    // It may have been seen before it became that, or not.
    let is_told = remarks.contains("may not be looked into by this user") || remarks.contains("belongs to user 0");
    assert!(is_told, "{program}");
    assert_eq!(program["exit"]["exit"], 6);
}

#[test]
fn two_thousand_threads_are_drawn() {
    if !have("cc") {
        return;
    }
    let folder = folder();
    compiled(
        folder.path(),
        "#include <pthread.h>\n#include <unistd.h>\nstatic void *f(void *x) { while (access(\"end\", F_OK)) usleep(200000); \
         return x; }\nint main() { for (int i = 0; i < 2000; i++) { pthread_t t; pthread_attr_t a; \
         pthread_attr_init(&a); pthread_attr_setstacksize(&a, 65536); if (pthread_create(&t, &a, f, 0)) return 1; } \
         f(0); return 0; }",
    );
    let mut terminal = Session::parlab().args(["watch", "--", "./prog"]).cwd(folder.path()).size(120, 40).open();
    terminal.wait_for("2001 threads");
    fs::write(folder.path().join("end"), "").expect("a file");
    terminal.wait_for("quit");
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 0);
}

/// A pool in which one task takes long.
const POOL: &str = "\
import multiprocessing as mp, sys, time
def fit(x):
    if x == 2:
        open(sys.argv[1], 'w').close()
        time.sleep(600)
    return x
if __name__ == '__main__':
    with mp.get_context('fork').Pool(1) as pool: pool.map(fit, range(9), chunksize=1)
";

#[test]
fn a_run_that_is_called_off_is_told_with_how_far_it_came() {
    if !python() {
        return;
    }
    for (signal, code) in [(Signal::SIGINT, None), (Signal::SIGTERM, Some(143))] {
        let folder = folder();
        let (script, ready) = (folder.path().join("pool.py"), folder.path().join("ready"));
        fs::write(&script, POOL).expect("a file");
        let words = ["python3", script.to_str().expect("a path"), ready.to_str().expect("a path")];
        let child = start(&["--format", "json"], &words);
        wait_until("the task to be at work", || ready.exists());
        // Until the board was looked at: it is, several times a second.
        std::thread::sleep(Duration::from_millis(500));
        send(child.id(), signal);
        let output = child.wait_with_output().expect("parlab");
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        assert!(code.is_none() || output.status.code() == code, "{}", output.status);
        assert_eq!(report["status"], "interrupted");
        let findings = report["findings"].to_string();
        assert!(findings.contains("The program was called off, and "), "{findings}");
        if signal == Signal::SIGTERM {
            // By SIGINT the task is given up by Python itself, and has failed.
            assert!(findings.contains("Until then 2 tasks had ended."), "{findings}");
            assert!(findings.contains("In hand was fit 2 on ForkPoolWorker-1 for "), "{findings}");
        }
    }
}

#[test]
fn one_that_is_killed_from_elsewhere_is_told_with_what_it_did() {
    let folder = folder();
    let path = folder.path().join("pid");
    let words = format!("echo $$ > {}; while :; do :; done", path.display());
    let child = start(&["--format", "text"], &["sh", "-c", &words]);
    let pid = pid_in(&path);
    std::thread::sleep(Duration::from_millis(700));
    kill(Pid::from_raw(pid as i32), Signal::SIGKILL).expect("a signal");
    let output = child.wait_with_output().expect("parlab");
    assert_eq!(output.status.code(), Some(137));
    let text = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("The program was killed by SIGKILL"), "{text}");
    assert!(text.contains(&format!("Its busiest thread was sh ({pid}): it computed for")), "{text}");
    assert!(text.contains(&format!("pid {pid} · started ")) && text.contains("killed by SIGKILL after "), "{text}");
}

#[test]
fn one_that_takes_longer_than_it_may_is_told_as_that() {
    let folder = folder();
    let text = "title = \"slow\"\n[workload]\nkind = \"program\"\ncommand = [\"sh\", \"-c\", \"while :; do :; done\"]\n\
                [sweep]\nworkers = \"1\"\nbaseline = \"none\"\nrepeats = 1\nwarmup = 0\ntimeout_s = 1.0\n";
    fs::write(folder.path().join("slow.toml"), text).expect("a file");
    let output = parlab()
        .args(["run", "--yes", "--quiet", "--format", "text", "slow.toml"])
        .current_dir(folder.path())
        .output()
        .expect("parlab");
    let told = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("The program was not done within its time limit, after"), "{told}{}", stderr(&output));
    assert!(told.contains("Its busiest thread was sh"), "{told}");
}

#[test]
fn each_flag_that_hides_tasks_is_told_and_none_where_they_are_told() {
    if !python() {
        return;
    }
    let lines = "import time; time.sleep(3.5)";
    let remarks = |flags: &[&str]| {
        let words: Vec<&str> = ["python3"].iter().chain(flags).chain(&["-c", lines]).copied().collect();
        seen(&words).1["program"]["remarks"].to_string()
    };
    for flag in ["-E", "-S", "-I"] {
        let told = remarks(&[flag]);
        assert!(told.contains(&format!("are not told: it was started with {flag}")), "{flag}: {told}");
    }
    let none = remarks(&[]);
    assert!(!none.contains("are not told"), "{none}");
}

#[test]
fn what_watching_costs_is_told_where_tasks_are_short_and_chunks_cost_less() {
    if !python() {
        return;
    }
    let folder = folder();
    let script = folder.path().join("short.py");
    let code = "import multiprocessing as mp\ndef nothing(x): pass\nif __name__ == '__main__':\n    \
                with mp.get_context('fork').Pool(1) as pool: pool.map(nothing, range(4000), chunksize=500)\n";
    fs::write(&script, code).expect("a file");
    let run = |options: &[&str]| {
        let words = ["python3", script.to_str().expect("a path")];
        let output = watch(&[&["--format", "json"], options].concat(), &words);
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        report["configs"][0].clone()
    };
    let each = run(&[]);
    assert_eq!(each["tasks_done"], 4000);
    let remarks = each["program"]["remarks"].to_string();
    assert!(remarks.contains("to tell of a task takes about") && remarks.contains("--chunks"), "{remarks}");
    let chunks = run(&["--chunks"]);
    assert_eq!(chunks["tasks_done"], 8, "{}", chunks["tasks"]);
}
