//! What comes before the first task: building a workload, loading data, starting processes. It hears keys, signals and the
//! time limit at once, and leaves nothing behind.

use std::path::Path;
use std::time::Instant;

use nix::sys::signal::Signal::{self, SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGSTOP, SIGTERM};

use crate::common::running::{Running, send, state};
use crate::common::terminal::Session;
use crate::common::{self, AT_ONCE, descendants, folder, untitled, wait_until};

/// Data that takes far longer to make than any test waits: gigabytes, once for each of many points.
fn endless(backend: &str) -> String {
    let points: Vec<String> = (1..=100).map(|point| point.to_string()).collect();
    format!(
        "[workload]\nkind = 'memory'\nmib = 2048\ninputs = [1]\n[vary]\npasses = [{}]\n[sweep]\n\
         backends = ['{backend}']\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n",
        points.join(", ")
    )
}

/// Samples that are drawn one number after the other.
const DRAWN: &str = "[workload]\nkind = 'svc'\nsamples = 20000\nfeatures = 1000\n[grid]\nC = [1.0, 2.0]\n[sweep]\n\
     backends = ['threads']\nworkers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";

fn code_of(signal: Signal) -> i32 {
    128 + signal as i32
}

/// Waits until a run has threads at work that prepare it.
fn wait_for_preparation(run: &Running) {
    let pid = run.pid();
    let is_at_it = move || {
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        tasks
            .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok())
            .any(|name| name.trim() == "aside")
    };
    // Seen once is enough: between two parts of it there is no such thread for a moment.
    wait_until("the preparation", is_at_it);
}

#[test]
fn a_signal_before_the_run_begins_ends_it_with_a_report() {
    for (name, toml) in [("memory", endless("threads")), ("processes", endless("processes")), ("svc", DRAWN.to_owned())]
    {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let mut run = Running::start(&toml, &["--quiet", "--yes"]);
            wait_for_preparation(&run);
            let begun = Instant::now();
            run.signal(signal);
            let status = run.wait();
            eprintln!("{name}, {signal}: over after {:?}", begun.elapsed());
            assert!(begun.elapsed() < AT_ONCE);
            assert_eq!(status.code(), Some(code_of(signal)), "{name}, {signal}");
            let ended = run.finish();
            assert_eq!(ended.report()["status"], "interrupted", "{name}, {signal}");
        }
    }
}

#[test]
fn the_time_limit_counts_before_the_run_begins() {
    for backend in ["threads", "processes", "serial"] {
        let toml = format!("{}timeout_s = 0.3\n", endless(backend).replace("mib = 2048", "mib = 6144"));
        let begun = Instant::now();
        let mut run = Running::start(&toml, &["--quiet", "--yes"]);
        run.children();
        run.wait();
        eprintln!("{backend}: over after {:?}", begun.elapsed());
        let ended = run.finish();
        assert_eq!(ended.status.code(), Some(1), "{backend}: {}", ended.stderr);
        let told = ended.warnings("timeout");
        assert!(!told.is_empty() && told[0].contains("not ready"), "{backend}: {told:?}");
        assert_eq!(ended.report()["status"], "failed");
    }
}

/// Waits for a forkserver, and stops it before it has answered; or says that it was too quick for that.
fn stopped_forkserver(run: &mut Running) -> Option<u32> {
    run.wait_until("the forkserver", |run| run.forkserver().is_some() || run.count("gate_opened") > 0);
    let forkserver = run.forkserver()?;
    send(forkserver, SIGSTOP);
    wait_until("it is stopped", || matches!(state(forkserver), Some('T' | 'Z') | None));
    let answered = run.count("gate_opened") > 0 || !run.workers().is_empty();
    (!answered).then_some(forkserver)
}

/// A job that takes a forkserver a while, and the rehearsal before it no longer than that.
const SLOW: &str = "[workload]\nkind = 'memory'\nmib = 1024\ninputs = [1, 1]\n[sweep]\nbackends = ['processes']\n\
     workers = 2\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";

#[test]
fn a_forkserver_that_hangs_holds_nothing_up() {
    for signal in [SIGINT, SIGTERM] {
        let mut run = Running::start(SLOW, &["--quiet", "--yes"]);
        let stopped = stopped_forkserver(&mut run).expect("a forkserver that still prepares");
        let begun = Instant::now();
        run.signal(signal);
        assert_eq!(run.wait().code(), Some(code_of(signal)));
        eprintln!("{signal}: over after {:?}", begun.elapsed());
        assert!(begun.elapsed() < AT_ONCE);
        wait_until("it is gone", || !common::is_alive(stopped));
        assert_eq!(run.finish().report()["status"], "interrupted");
    }
    let mut run = Running::start(&format!("{SLOW}timeout_s = 20\n"), &["--quiet", "--yes"]);
    let stopped = stopped_forkserver(&mut run).expect("a forkserver that still prepares");
    let ended = run.finish();
    assert_eq!((ended.code(), ended.warnings("timeout").len()), (1, 1), "{:?}", ended.report()["warnings"]);
    assert!(!common::is_alive(stopped));
}

#[test]
fn a_forkserver_at_work_dies_with_parlab() {
    let mut run = Running::start(SLOW, &["--quiet", "--yes"]);
    run.wait_until("the forkserver", |run| run.forkserver().is_some());
    let forkserver = run.forkserver().expect("a forkserver");
    // It neither reads its line nor runs at all; before it had its first instruction, either.
    send(forkserver, SIGSTOP);
    run.signal(SIGKILL);
    run.wait();
    send(forkserver, SIGCONT);
    run.assert_nothing_is_left();
}

#[test]
fn processes_that_are_being_started_end_at_once() {
    let toml = "[workload]\nkind = 'sleep'\ninputs = { repeat = 60, times = 4000 }\n[sweep]\nbackends = ['processes']\n\
                workers = 1000\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n";
    let mut run = Running::start(toml, &["--quiet", "--yes"]);
    run.wait_until("some workers", |run| run.workers().len() > 50);
    let begun = Instant::now();
    run.signal(SIGTERM);
    assert_eq!(run.wait().code(), Some(143));
    assert!(begun.elapsed() < AT_ONCE);
    assert_eq!(run.finish().report()["status"], "interrupted");
}

/// What is opened on the screen and asked to run.
fn preparing(folder: &Path, toml: &str) -> crate::common::terminal::Terminal {
    let file = untitled(folder, toml);
    let mut terminal = Session::parlab().args([file]).open();
    terminal.wait_for("quit");
    terminal.send("\r");
    terminal.wait_for("preparing");
    terminal
}

/// CPU time of a process, all threads, in ticks.
fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
    let fields = stat.rsplit_once(')').expect("a name").1.split_whitespace().skip(11).take(2);
    fields.map(|field| field.parse::<u64>().expect("a number")).sum()
}

#[test]
fn what_is_given_up_on_the_screen_is_not_gone_on_with() {
    let folder = folder();
    let mut terminal = preparing(folder.path(), &endless("threads").replace("mib = 2048", "mib = 384"));
    terminal.send("c");
    terminal.wait("the library", |screen| screen.contains("/ filter"));
    // Nothing is prepared any more behind the library: it stands nearly still.
    let pid = terminal.pid();
    let asides = || {
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("threads").flatten();
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        names.filter(|name| ["aside", "preparation"].contains(&name.trim())).count()
    };
    wait_until("what prepared to be gone", || asides() == 0);
    let before = ticks(pid);
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert!(ticks(pid) - before < 50, "half of a CPU is used for nothing");
    terminal.send("\x03");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn signals_end_the_screen_while_it_prepares() {
    for signal in [SIGINT, SIGTERM] {
        let folder = folder();
        let mut terminal = preparing(folder.path(), &endless("processes").replace("mib = 2048", "mib = 384"));
        let family: Vec<u32> = descendants(terminal.pid()).into_iter().map(|(pid, _)| pid).collect();
        terminal.signal(signal);
        assert_eq!(terminal.exit_code_at_once(), code_of(signal) as u32);
        terminal.assert_restored();
        wait_until("nothing to be left", || !family.iter().any(|&pid| common::is_alive(pid)));
    }
}

#[test]
fn the_time_limit_is_heard_while_the_screen_prepares() {
    let folder = folder();
    let toml = format!("{}timeout_s = 0.3\n", endless("threads"));
    let mut terminal = preparing(folder.path(), &toml);
    terminal.wait("the end", |screen| screen.contains("again") || screen.contains("failed"));
    terminal.send("\x03");
    terminal.exit_code();
    terminal.assert_restored();
}
