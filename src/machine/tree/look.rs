//! What a look at a program's processes and threads shows, and what is kept of them in the end: plain data.
//!
//! Instants are nanoseconds of `CLOCK_MONOTONIC`. Names have passed through `foreign`.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::python::PythonSeen;
use super::state::{StateSeconds, ThreadState};

/// A look at all processes and threads.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeLook {
    /// When.
    pub at_ns: u64,
    /// The processes, oldest known first; with those that have ended since the look before.
    pub processes: Vec<ProcessLook>,
    /// The threads that were ever looked at, in the order in which they were found; with those that have ended since the
    /// look before.
    pub threads: Vec<ThreadLook>,
    /// CPU time of all of it so far, in seconds: of what has ended, too.
    pub cpu_s: f64,
    /// The part of it that no thread was seen to take: of threads and processes that came and went between looks, or
    /// took it after they were looked at last.
    pub unseen_cpu_s: f64,
    /// The part of the threads that this look was at, 0 to 1: fewer where looking at all would cost too much. The others
    /// are shown as they were. Threads that have not run for a second are looked at ten times a second at most.
    pub covers: f64,
    /// How old the oldest of what is shown of a thread is, in nanoseconds.
    pub oldest_ns: u64,
    /// What looking has cost so far.
    pub cost: LookCost,
    /// When to look next.
    pub next_in: Duration,
}

/// What looking costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LookCost {
    /// CPU time of all looks, in seconds.
    pub cpu_s: f64,
    /// As a part of one core's time since the first.
    pub share: f64,
    /// How many looks.
    pub looks: u64,
}

/// A thread.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadLook {
    /// Its process.
    pub pid: u32,
    /// Its own number; of a process's first thread, the process's.
    pub tid: u32,
    /// Its name, which is the program's unless it was given one: 15 bytes at most.
    pub name: Arc<str>,
    /// What it does.
    pub state: ThreadState,
    /// What it did so far; of one that was there before it was watched, since then.
    pub seconds: StateSeconds,
    /// The CPU that it is on, or was on last; looked up once a second.
    pub cpu: u32,
    /// How often it was given a CPU.
    pub turns: u64,
    /// How often it gave up its CPU, and how often that was taken from it, when that was last read, which is dear and
    /// done rarely; `None` before.
    pub switches: Option<[u64; 2]>,
    /// When it began, within 10 ms.
    pub started_ns: u64,
    /// How long ago this was so.
    pub age_ns: u64,
}

/// A process.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessLook {
    /// Its number.
    pub pid: u32,
    /// Its parent's.
    pub parent: u32,
    /// Whether it is one that was asked for.
    pub is_root: bool,
    /// Its program's name, by its first argument: `python3`.
    pub name: Arc<str>,
    /// Its command line, shortened.
    pub command: Arc<str>,
    /// The file of its program, if that may be known.
    pub exe: Option<Arc<str>>,
    /// When it began, within 10 ms.
    pub started_ns: u64,
    /// Threads that live.
    pub threads: u32,
    /// CPU time of all threads that it has had, in seconds.
    pub cpu_s: f64,
    /// CPU time of its children that ended and that it waited for, in seconds.
    pub reaped_cpu_s: f64,
    /// The part of `cpu_s` that no thread was seen to take.
    pub unseen_cpu_s: f64,
    /// Memory.
    pub memory: MemorySeen,
    /// What is seen of its CPython; `None` if it has none, as far as is seen.
    pub python: Option<PythonSeen>,
    /// Whether it is seen in which calls its threads sleep.
    pub calls: CallSight,
    /// Whether it has ended.
    pub has_ended: bool,
}

impl ProcessLook {
    /// Its command line as the kernel has it now: words with a zero byte after each. Empty once it has ended.
    pub fn command_line(&self) -> Vec<u8> {
        std::fs::read(format!("/proc/{}/cmdline", self.pid)).unwrap_or_default()
    }
}

/// Memory of a process, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemorySeen {
    /// What it has.
    pub rss_bytes: u64,
    /// The same with pages that several share split among them, when that was last read, which is dear and done rarely.
    pub pss_bytes: Option<u64>,
    /// The most that it had, by the kernel, or by what was seen where that is more.
    pub peak_rss_bytes: u64,
}

/// Whether it is seen in which calls of the system the threads of a process sleep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallSight {
    /// It is.
    #[default]
    Seen,
    /// This user may not trace the process: it is another's, has more rights, or a security module forbids it. Its
    /// threads are [`Asleep`](ThreadState::Asleep), and locks are not told from anything else.
    Refused,
    /// It is of another architecture, whose calls have other numbers: [`Asleep`](ThreadState::Asleep).
    OtherArchitecture,
}

/// What is kept of a thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadAccount {
    /// Its process.
    pub pid: u32,
    /// Its number.
    pub tid: u32,
    /// Its name.
    pub name: String,
    /// When it began, within 10 ms.
    pub started_ns: u64,
    /// When it was looked at last.
    pub last_seen_ns: u64,
    /// What it did.
    pub seconds: StateSeconds,
    /// The calls that it slept in, with seconds, longest first: eight at most.
    pub calls: Vec<(String, f64)>,
    /// How often it was given a CPU.
    pub turns: u64,
    /// How often it gave up its CPU, and how often that was taken from it, when that was last read: before it ended.
    pub switches: Option<[u64; 2]>,
}

/// What is kept of a process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessAccount {
    /// Its number.
    pub pid: u32,
    /// Its parent's, when it was last looked at.
    pub parent: u32,
    /// Its program's name.
    pub name: String,
    /// Its command line, shortened.
    pub command: String,
    /// When it began, within 10 ms.
    pub started_ns: u64,
    /// Whether it has ended.
    pub has_ended: bool,
    /// CPU time of all threads that it has had, in seconds, when it was last looked at.
    pub cpu_s: f64,
    /// The part of it that no thread was seen to take.
    pub unseen_cpu_s: f64,
    /// Threads that were found in it.
    pub threads: u64,
    /// Memory, when it was last looked at.
    pub memory: MemorySeen,
    /// Its CPython, if it has one.
    pub python: Option<PythonSeen>,
    /// Whether it was seen in which calls its threads slept.
    pub calls: CallSight,
}

/// What is kept of all of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TreeAccount {
    /// The processes, in the order in which they were found; the first thousands of them.
    pub processes: Vec<ProcessAccount>,
    /// The threads, in the order in which they ended, then those that live; the first thousands of them.
    pub threads: Vec<ThreadAccount>,
    /// Threads and processes beyond that.
    pub left_out: u64,
    /// What all threads that were seen did, those that are left out here among them.
    pub seconds: StateSeconds,
    /// CPU time of all of it, in seconds.
    pub cpu_s: f64,
    /// The part of it that no thread was seen to take.
    pub unseen_cpu_s: f64,
    /// What looking has cost.
    pub cost: LookCost,
}
