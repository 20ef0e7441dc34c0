//! A run without the screen that a test watches and interferes with while it goes on.

use std::fs::File;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::{AT_ONCE, PATIENCE, descendants, folder, is_alive, parlab, untitled, wait_until};

/// A run in progress. What it leaves behind when a test gives up is killed.
pub struct Running {
    child: Child,
    folder: tempfile::TempDir,
    /// Everything of its own that was ever seen.
    seen: Vec<u32>,
}

/// How a run ended.
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// Everything it wrote to standard output.
    pub stdout: String,
    /// Everything it wrote to standard error.
    pub stderr: String,
}

impl Running {
    /// Starts `parlab run` on an untitled scenario, with a report in JSON, a journal and a process group of its own.
    pub fn start(toml: &str, options: &[&str]) -> Self {
        Self::start_with(toml, options, |_| {})
    }

    /// The same, with a last word on the command.
    pub fn start_with(toml: &str, options: &[&str], change: impl FnOnce(&mut Command)) -> Self {
        let mut command = parlab();
        command.args(["run", "--format", "json"]).args(options);
        Self::launch(command, toml, change)
    }

    /// Starts a command that runs parlab on a scenario, whose path is added with that of the journal.
    pub fn launch(mut command: Command, toml: &str, change: impl FnOnce(&mut Command)) -> Self {
        let folder = folder();
        let path = untitled(folder.path(), toml);
        command.arg("--journal").arg(folder.path().join("journal")).arg(path);
        command.stdin(Stdio::null());
        command.stdout(File::create(folder.path().join("stdout")).expect("a file"));
        command.stderr(File::create(folder.path().join("stderr")).expect("a file"));
        command.process_group(0);
        change(&mut command);
        let child = command.spawn().expect("parlab starts");
        Self { child, folder, seen: Vec::new() }
    }

    /// The same on behalf of somebody else, who may write the journal.
    pub fn launch_for(user: u32, command: Command, toml: &str) -> Self {
        Self::launch(command, toml, |command| {
            let case = PathBuf::from(command.get_args().last().expect("a scenario"));
            let folder = case.parent().expect("a folder");
            for path in [folder, &case] {
                std::os::unix::fs::chown(path, Some(user), None).expect("another owner");
            }
        })
    }

    /// The process id of parlab itself.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A file in the folder that goes with the run.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What it has written to standard error so far.
    pub fn stderr(&self) -> String {
        read(&self.path("stderr"))
    }

    /// The events of its journal so far.
    pub fn events(&self) -> Vec<Value> {
        events(&self.path("journal"))
    }

    /// The events so far by name and second, on a line each: to see what a test that failed had waited for.
    fn course(&self) -> String {
        let told = |event: &Value| format!("\n{} {} {}", event["elapsed_s"], event["event"], event["trial"]);
        self.events().iter().map(told).collect()
    }

    /// How many events of a name there are so far. They are not parsed for that: this is asked again and again, and what
    /// 400 workers leave behind takes longer to parse than they take to run.
    pub fn count(&self, event: &str) -> usize {
        let name = format!("\"event\":\"{event}\"");
        whole_lines(&read(&self.path("journal"))).filter(|line| line.contains(&name)).count()
    }

    /// Waits for the `n`th event of a name, or for the end of the run.
    pub fn wait_for(&mut self, event: &str, n: usize) {
        self.wait_until(&format!("event {event:?} number {n}"), |run| run.count(event) >= n);
    }

    /// Waits until something holds of the run, which must not end before.
    pub fn wait_until(&mut self, what: &str, mut holds: impl FnMut(&mut Self) -> bool) {
        wait_until(what, || holds(self) || !matches!(self.child.try_wait(), Ok(None)));
        assert!(holds(self), "it ended before {what}: {}", self.stderr());
    }

    /// The processes of its own that are alive: the forkserver and its workers.
    pub fn children(&mut self) -> Vec<(u32, String)> {
        let found = descendants(self.pid());
        self.seen.extend(found.iter().map(|(pid, _)| *pid));
        found
    }

    /// The forked workers that are alive, in the order of their lanes.
    pub fn workers(&mut self) -> Vec<u32> {
        let lane = |name: &str| name.strip_prefix("parlab-w").and_then(|lane| lane.parse::<u32>().ok());
        let mut workers: Vec<(u32, u32)> =
            self.children().iter().filter_map(|(pid, name)| Some((lane(name)?, *pid))).collect();
        workers.sort_unstable();
        workers.into_iter().map(|(_, pid)| pid).collect()
    }

    /// Waits until there are as many forked workers.
    pub fn wait_for_workers(&mut self, n: usize) -> Vec<u32> {
        let mut there = Vec::new();
        self.wait_until(&format!("{n} workers"), |run| {
            there = run.workers();
            there.len() == n
        });
        there
    }

    /// The forkserver: the child that workers are forked from.
    pub fn forkserver(&mut self) -> Option<u32> {
        let parlab = self.pid();
        self.children().iter().map(|(pid, _)| *pid).find(|&pid| {
            let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            parent(pid) == Some(parlab) && command.contains("__forkserver")
        })
    }

    /// Sends a signal to parlab itself.
    pub fn signal(&self, signal: Signal) {
        send(self.pid(), signal);
    }

    /// Waits until parlab has ended, whatever became of its children.
    pub fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(Instant::now() < until, "it does not end; standard error: {}", self.stderr());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for its end, and for that of everything it started.
    pub fn finish(mut self) -> Ended {
        let status = self.wait();
        self.assert_nothing_is_left();
        Ended { status, stdout: read(&self.path("stdout")), stderr: self.stderr() }
    }

    /// Fails the test unless everything that was seen is gone at once when parlab itself has ended.
    pub fn assert_nothing_is_left(&self) {
        let until = Instant::now() + AT_ONCE;
        let left = || self.seen.iter().copied().filter(|&pid| is_alive(pid)).collect::<Vec<u32>>();
        while !left().is_empty() {
            assert!(Instant::now() < until, "left behind: {:?}", left());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("it had come so far: {}\n{:?}", self.course(), self.child.try_wait());
        }
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        for &pid in self.seen.iter().filter(|&&pid| is_alive(pid)) {
            // Only what still is a parlab: the number may have been given to somebody else.
            if std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains("__forkserver")) {
                let _ = kill(Pid::from_raw(pid as i32), Signal::SIGKILL);
            }
        }
    }
}

impl Ended {
    /// The exit code, or 128 and the number of the signal that ended it, as a shell has it.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| 128 + self.status.signal().unwrap_or(0))
    }

    /// The report.
    pub fn report(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no report: {error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The messages of the report's warnings of a code.
    pub fn warnings(&self, code: &str) -> Vec<String> {
        warnings(&self.report(), code)
    }
}

/// The messages of a report's warnings of a code.
pub fn warnings(report: &Value, code: &str) -> Vec<String> {
    let all = report["warnings"].as_array().expect("warnings");
    let told = all.iter().filter(|warning| warning["code"] == code);
    told.map(|warning| warning["message"].as_str().expect("a message").to_owned()).collect()
}

/// Sends a signal; that there is no such process any more is no error.
pub fn send(pid: u32, signal: Signal) {
    let _ = kill(Pid::from_raw(pid as i32), signal);
}

/// The parent of a process.
pub fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// The letter that `ps` shows for a process's state.
pub fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

/// The events of a journal, which may be in the middle of being written.
pub fn events(path: &Path) -> Vec<Value> {
    whole_lines(&read(path)).map(|line| serde_json::from_str(line).expect("an event")).collect()
}

/// The whole lines of a journal but the first, which is its head.
fn whole_lines(journal: &str) -> impl Iterator<Item = &str> {
    journal[..journal.rfind('\n').map_or(0, |end| end + 1)].lines().skip(1)
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}
