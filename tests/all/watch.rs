//! `parlab watch`: real programs of all sorts, which must be what they are without it, and be seen whole.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::common::running::send;
use crate::common::terminal::{Session, Terminal};
use crate::common::{folder, have, is_alive, parlab, skip, stderr, stdout, wait_until};

/// Watches a program to its end, without the screen.
pub(crate) fn watch(args: &[&str], command: &[&str]) -> Output {
    let mut parlab = parlab();
    parlab.args(["watch", "--quiet"]).args(args);
    if !command.is_empty() {
        parlab.arg("--").args(command);
    }
    parlab.output().expect("parlab")
}

pub(crate) fn shell(words: &str) -> Output {
    watch(&[], &["sh", "-c", words])
}

/// The report of a program, and the one configuration in it.
pub(crate) fn seen(command: &[&str]) -> (Output, Value) {
    let output = watch(&["--format", "json"], command);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
    let config = report["configs"][0].clone();
    (output, config)
}

pub(crate) fn start(args: &[&str], command: &[&str]) -> Child {
    let mut parlab = parlab();
    parlab.args(["watch", "--quiet"]).args(args);
    if !command.is_empty() {
        parlab.arg("--").args(command);
    }
    parlab.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("parlab")
}

pub(crate) fn python() -> bool {
    let is_there = have("python3");
    if !is_there {
        skip("it needs python3");
    }
    is_there
}

#[test]
fn the_status_of_the_program_is_parlabs() {
    for (words, code) in [("exit 0", 0), ("exit 7", 7), ("kill -SEGV $$", 139), ("kill -KILL $$", 137)] {
        let output = shell(words);
        assert_eq!(output.status.code(), Some(code), "{words}: {}", stderr(&output));
    }
    let missing = watch(&[], &["no-such-program-anywhere"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("no such program in PATH"), "{}", stderr(&missing));
}

#[test]
fn it_is_as_it_would_be_without_parlab() {
    // Signals that were blocked or ignored, open files, the number of workers: nothing of parlab's is handed on.
    let words = "grep -E '^Sig(Blk|Ign)' /proc/self/status | tr '\\t' ' '; ls /proc/self/fd | wc -l; pwd; umask; nice; \
                 echo omp=$OMP_NUM_THREADS";
    let bare = Command::new("sh").args(["-c", words]).stdin(Stdio::null()).output().expect("sh");
    let (_, config) = seen(&["sh", "-c", words]);
    let lines = config["program"]["output"]["lines"].as_array().expect("lines");
    let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
    assert_eq!(lines, stdout(&bare).lines().collect::<Vec<_>>());
    assert_eq!(lines.len(), 7);
}

#[test]
fn signals_reach_it_and_its_answer_counts() {
    for (signal, name, code) in [(Signal::SIGINT, "INT", 5), (Signal::SIGTERM, "TERM", 6), (Signal::SIGHUP, "HUP", 9)] {
        let folder = folder();
        let ready = folder.path().join("ready");
        let words = format!("trap 'exit {code}' {name}; : > {}; while :; do sleep 0.05; done", ready.display());
        let child = start(&[], &["sh", "-c", &words]);
        wait_until("the program to be ready", || ready.exists());
        send(child.id(), signal);
        let output = child.wait_with_output().expect("parlab");
        assert_eq!(output.status.code(), Some(code), "{name}: {}", stderr(&output));
    }
}

#[test]
fn one_that_heeds_no_signal_is_killed_with_all_it_started() {
    let folder = folder();
    let pids = folder.path().join("pids");
    let words = format!(
        "trap '' INT TERM HUP; (setsid sh -c 'trap \"\" HUP TERM; echo $$ >> {0}; while :; do sleep 1; done' &); \
         echo $$ >> {0}; while :; do sleep 1; done",
        pids.display()
    );
    let child = start(&[], &["sh", "-c", &words]);
    let told = || std::fs::read_to_string(&pids).unwrap_or_default();
    wait_until("both processes", || told().lines().count() == 2);
    send(child.id(), Signal::SIGINT);
    let output = child.wait_with_output().expect("parlab");
    assert_eq!(output.status.code(), Some(137), "{}", stderr(&output));
    for pid in told().lines().map(|pid| pid.parse().expect("a number")) {
        wait_until("it to be gone", || !is_alive(pid));
    }
}

#[test]
fn daemons_that_it_leaves_are_ended() {
    let folder = folder();
    let pid = folder.path().join("pid");
    let words = format!("(setsid sh -c 'echo $$ > {}; exec sleep 1000' &); sleep 0.3", pid.display());
    let output = shell(&words);
    assert_eq!(output.status.code(), Some(0));
    let pid = std::fs::read_to_string(&pid).expect("it was started").trim().parse().expect("a number");
    wait_until("the daemon to be gone", || !is_alive(pid));
}

#[test]
fn it_is_run_once_however_noisy_the_machine_is() {
    let folder = folder();
    let runs = folder.path().join("runs");
    let mut others: Vec<Child> =
        (0..4).map(|_| Command::new("sh").args(["-c", "while :; do :; done"]).spawn().expect("sh")).collect();
    let words = format!("echo run >> {}; sleep 0.5", runs.display());
    let output =
        parlab().env_remove("PARLAB_NOISE").args(["watch", "--", "sh", "-c", &words]).output().expect("parlab");
    others.iter_mut().for_each(|other| drop(other.kill().and_then(|()| other.wait())));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&runs).expect("runs"), "run\n", "{}", stderr(&output));
}

#[test]
fn much_output_is_counted_and_its_end_kept() {
    let (_, config) = seen(&["sh", "-c", "head -c 200000000 /dev/zero | tr '\\0' x; printf '\\nlast \\033[2Jline\\n'"]);
    let output = &config["program"]["output"];
    assert_eq!(output["bytes"], 200_000_015);
    let lines = output["lines"].as_array().expect("lines");
    assert_eq!(lines.last().and_then(Value::as_str), Some("last \\u{1b}[2Jline"));
    let (_, none) = seen(&["sh", "-c", "exec >&- 2>&-; exit 0"]);
    assert_eq!(none["program"]["output"]["bytes"], 0);
}

#[test]
fn output_is_passed_through_where_that_is_asked_for() {
    let output = watch(&["--inline"], &["sh", "-c", "echo to the terminal; echo an error >&2"]);
    let text = stdout(&output);
    assert!(text.starts_with("to the terminal\nan error\n"), "{text}");
}

#[test]
fn what_it_used_is_what_the_kernel_says() {
    if !python() {
        return;
    }
    let code = "import resource as r\nfor _ in range(3_000_000): pass\nx = bytearray(64 << 20)\nx[::4096] = x[::4096]\n\
                u = r.getrusage(r.RUSAGE_SELF)\nprint(u.ru_utime + u.ru_stime, u.ru_maxrss)";
    let (_, config) = seen(&["python3", "-c", code]);
    let line = config["program"]["output"]["lines"][0].as_str().expect("a line").to_owned();
    let own: Vec<f64> = line.split(' ').map(|number| number.parse().expect("a number")).collect();
    let cpu = |which: &str| config["cpu_s"][which].as_f64().expect("seconds");
    let used = cpu("user") + cpu("system");
    // It was counted before the interpreter ended, of which a wrapper may have been the first process.
    assert!(used >= own[0] && used < own[0] + 1.0, "{used} s for {line}");
    let peak = config["memory"]["peak_rss_bytes"].as_f64().expect("bytes");
    assert!(peak >= own[1] * 1024.0, "{peak} for {line}");
    let course = &config["program"]["cpus"];
    let until: Vec<f64> = course["until_s"].as_array().expect("times").iter().filter_map(Value::as_f64).collect();
    let rates: Vec<f64> = course["used"].as_array().expect("rates").iter().filter_map(Value::as_f64).collect();
    let begun = [0.0].into_iter().chain(until.iter().copied());
    let sum: f64 = until.iter().zip(begun).zip(&rates).map(|((to, from), used)| (to - from) * used).sum();
    assert!((sum - used).abs() < 1e-6, "the course adds up to {sum} s of {used} s");
}

#[test]
fn threads_are_lanes_with_their_states() {
    if !python() {
        return;
    }
    // Each of three has the GIL for 30 ms and waits for it for 60: without that a look finds most of them awake on a
    // machine that has other work, since they wake every 5 ms and wait for a CPU.
    let code = "import sys, threading, time\nsys.setswitchinterval(0.03)\nend = time.time() + 2\ndef count():\n\
                \x20   while time.time() < end: pass\nlock = threading.Lock(); lock.acquire()\n\
                all = [threading.Thread(target=count) for _ in range(3)]\n\
                wait = threading.Thread(target=lock.acquire, daemon=True)\n\
                [t.start() for t in all + [wait]]; [t.join() for t in all]\n";
    let (output, config) = seen(&["python3", "-c", code]);
    assert_eq!(output.status.code(), Some(0));
    let lanes = config["lanes"].as_array().expect("lanes");
    assert!(lanes.iter().all(|lane| lane["kind"] == "thread" && lane["tasks"].is_null()), "{lanes:?}");
    let seconds = |lane: &Value, what: &str| lane["seconds"][what].as_f64().unwrap_or(0.0);
    let mut counting: Vec<&Value> = lanes.iter().collect();
    counting.sort_by(|a, b| seconds(b, "running").total_cmp(&seconds(a, "running")));
    for lane in &counting[..3] {
        assert!(seconds(lane, "waiting-for-gil") > 0.0, "three of them want it all the time: {lane}");
    }
    // It needs the GIL to begin.
    let waits = |lane: &&Value| seconds(lane, "waiting-for-lock") > 1.0 && seconds(lane, "waiting-for-gil") < 0.5;
    assert!(lanes.iter().filter(waits).count() >= 1, "one waits for a lock that is not the GIL: {lanes:?}");
    let shares: f64 = config["program"]["shares"].as_object().expect("shares").values().filter_map(Value::as_f64).sum();
    assert!((shares - 1.0).abs() < 1e-9, "{shares}");
}

/// A script of some tasks in a pool of processes and one of threads.
const POOLS: &str = "\
import multiprocessing as mp, time
from concurrent.futures import ThreadPoolExecutor
def square(x):
    time.sleep(0.002)
    if x == 13: raise ValueError(x)
    return x * x
def cube(x): return x * x * x
if __name__ == '__main__':
    with mp.get_context('fork').Pool(2) as pool:
        done = [pool.apply_async(square, (x,)) for x in range(40)]
        [d.wait() for d in done]
    with ThreadPoolExecutor(3) as pool: list(pool.map(cube, range(25)))
";

#[test]
fn tasks_of_python_are_counted_by_name() {
    if !python() {
        return;
    }
    let folder = folder();
    let script = folder.path().join("pools.py");
    std::fs::write(&script, POOLS).expect("a file");
    let (output, config) = seen(&["python3", script.to_str().expect("a path")]);
    assert_eq!(output.status.code(), Some(0), "{}", config["program"]["output"]);
    let tasks = config["tasks"].as_array().expect("tasks");
    let of = |name: &str| tasks.iter().find(|task| task["name"] == name).unwrap_or_else(|| panic!("{name}: {tasks:?}"));
    assert_eq!((&of("square")["done"], &of("square")["failed"]), (&39.into(), &1.into()));
    assert_eq!((&of("cube")["done"], &of("cube")["failed"]), (&25.into(), &0.into()));
    assert_eq!((&config["tasks_done"], &config["tasks_failed"]), (&64.into(), &1.into()));
    let lanes = config["lanes"].as_array().expect("lanes");
    assert!(lanes.iter().all(|lane| lane["kind"] == "tasks"), "{lanes:?}");
    assert_eq!(lanes.iter().filter_map(|lane| lane["tasks"].as_u64()).sum::<u64>(), 65);
    let binned: u64 =
        config["program"]["durations"].as_array().expect("bins").iter().filter_map(|b| b["tasks"].as_u64()).sum();
    assert_eq!(binned, 65);
}

#[test]
fn a_pool_whose_worker_is_killed_is_told_with_lane_and_task() {
    if !python() {
        return;
    }
    let folder = folder();
    let script = folder.path().join("killed.py");
    let ready = folder.path().join("ready");
    let code = format!(
        "import multiprocessing as mp, os, signal, time\ndef fit(x):\n    if x == 3: open({:?}, 'w').close(); \
         os.kill(os.getpid(), signal.SIGKILL)\n    return x\nif __name__ == '__main__':\n    \
         with mp.get_context('fork').Pool(1) as pool: print(pool.map(fit, range(8), chunksize=1))\n",
        ready.display()
    );
    std::fs::write(&script, code).expect("a file");
    let child = start(&["--format", "json"], &["python3", script.to_str().expect("a path")]);
    wait_until("the worker to be gone", || ready.exists());
    // CPython waits for ever; that a lane is dead is seen at the next look.
    std::thread::sleep(std::time::Duration::from_millis(500));
    send(child.id(), Signal::SIGTERM);
    let output = child.wait_with_output().expect("parlab");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let remarks = report["configs"][0]["program"]["remarks"].to_string();
    assert!(remarks.contains("is gone, and had fit 3 in hand"), "{remarks}");
}

#[test]
fn a_python_that_loads_no_hook_is_told() {
    if !python() {
        return;
    }
    let (_, config) = seen(&["python3", "-I", "-c", "import time; time.sleep(3.5)"]);
    let remarks = config["program"]["remarks"].to_string();
    assert!(remarks.contains("are not told: it was started with -I"), "{remarks}");
}

#[test]
fn two_thousand_threads_are_watched() {
    if !have("cc") {
        return;
    }
    let folder = folder();
    let mut code = String::from("#include <pthread.h>\n#include <unistd.h>\n");
    let _ = writeln!(code, "static void *f(void *x) {{ sleep(3); return x; }}");
    let _ = writeln!(code, "int main() {{ for (int i = 0; i < 2000; i++) {{ pthread_t t; pthread_attr_t a;");
    let _ = writeln!(code, "pthread_attr_init(&a); pthread_attr_setstacksize(&a, 65536);");
    let _ = writeln!(code, "if (pthread_create(&t, &a, f, 0)) return 1; }} sleep(3); return 0; }}");
    compiled(folder.path(), &code);
    let output = parlab()
        .current_dir(folder.path())
        .args(["watch", "--quiet", "--format", "json", "--", "./prog"])
        .output()
        .expect("parlab");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
    let program = &report["configs"][0]["program"];
    assert_eq!(output.status.code(), Some(0), "{}", report["warnings"]);
    assert_eq!(program["threads"]["most"], 2001);
    assert!(program["lanes_left_out"].as_u64().is_some_and(|left| left > 900), "{program}");
    let looking = &program["looking"];
    assert!(looking["looks"].as_u64().is_some_and(|looks| looks > 2), "{looking}");
    // It may be one hundredth of a core, besides what is saved up for the first looks.
    assert!(looking["share"].as_f64().is_some_and(|share| share > 0.0 && share < 0.1), "{looking}");
}

pub(crate) fn compiled(folder: &Path, code: &str) {
    std::fs::write(folder.join("prog.c"), code).expect("a file");
    let made = Command::new("cc").args(["-O1", "-pthread", "-o", "prog", "prog.c"]).current_dir(folder).output();
    let made = made.expect("cc");
    assert!(made.status.success(), "{}", stderr(&made));
}

#[test]
fn the_screen_shows_it_and_is_left_with_its_status() {
    let folder = folder();
    let go = folder.path().join("go");
    let words = format!("echo hello from the program; while ! [ -e {} ]; do sleep 0.05; done; exit 3", go.display());
    let mut terminal = on_screen(folder.path(), &words);
    terminal.wait_for("CPUs used");
    terminal.wait_for("threads");
    terminal.send("o");
    terminal.wait_for("hello from the program");
    terminal.send("o");
    terminal.wait_for("CPUs used");
    std::fs::write(&go, "").expect("a file");
    terminal.wait_for("exit status 3");
    terminal.wait_for("quit");
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 3);
    terminal.assert_restored();
}

#[test]
fn ctrl_c_on_the_screen_reaches_it() {
    let folder = folder();
    let words = "trap 'echo was asked; exit 4' INT; echo ready; while :; do sleep 0.05; done";
    let mut terminal = on_screen(folder.path(), words);
    terminal.wait_for("CPUs used");
    terminal.send("o");
    terminal.wait_for("ready");
    terminal.send("\x03");
    terminal.wait_for("was asked");
    terminal.wait_for("quit");
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 4);
}

/// A script that is watched on the screen, whose words stand nowhere on that.
fn on_screen(folder: &Path, words: &str) -> Terminal {
    std::fs::write(folder.join("script.sh"), words).expect("a file");
    Session::parlab().args(["watch", "--", "sh", "script.sh"]).cwd(folder).open()
}

#[test]
fn what_runs_already_is_joined_and_left_alone() {
    if !python() {
        return;
    }
    let code = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n\
                while True: pass";
    let mut other = Command::new("python3").args(["-c", code]).spawn().expect("python3");
    let pid = other.id().to_string();
    // A wrapper may have to become the interpreter first.
    wait_until("its second thread", || {
        std::fs::read_dir(format!("/proc/{pid}/task")).is_ok_and(|threads| threads.count() == 2)
    });
    let child = start(&["--format", "json", "--pid", &pid], &[]);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    send(child.id(), Signal::SIGINT);
    let output = child.wait_with_output().expect("parlab");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
    let config = &report["configs"][0];
    assert!(is_alive(other.id()), "it is left as it is");
    assert_eq!(config["lanes"].as_array().map(Vec::len), Some(2), "{config}");
    assert!(config["program"]["cpus_used"].as_f64().is_some_and(|used| used > 0.0), "{config}");
    other.kill().and_then(|()| other.wait()).expect("it ends");
    let gone = watch(&["--pid", &pid], &[]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(stderr(&gone).contains(&pid), "{}", stderr(&gone));
}

#[test]
fn one_that_is_joined_is_watched_to_its_end() {
    let mut other = Command::new("sleep").arg("3").spawn().expect("sleep");
    let child = start(&["--format", "json", "--pid", &other.id().to_string()], &[]);
    other.wait().expect("it ends");
    let output = child.wait_with_output().expect("parlab");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
    assert_eq!((output.status.code(), &report["status"]), (Some(0), &"done".into()));
    assert!(report["configs"][0]["program"]["exit"].is_null(), "how it ended is not told to parlab");
}
