//! Looks at all processes and threads of a program, ten to twenty times a second, within what that may cost.
//!
//! Each look is at as many threads as it may be, in turn; the others are shown as they were. Nothing here waits or starts
//! a thread: the caller looks when it likes.

use std::path::{Path, PathBuf};

use super::budget::{LookBudget, Rationed, SHARE};
use super::cpu_ledger::CpuLedger;
use super::error::{self, TreeError};
use super::kept_files::Descriptors;
use super::look::{ProcessAccount, ThreadAccount, TreeAccount, TreeLook};
use super::python::PythonFinder;
use super::roots::{Roots, Strays};
use super::scan::Scan;
use super::state::StateSeconds;
use super::tracked_process::{TrackedProcess, seconds};
use super::tracked_thread::{Tools, TrackedThread};
use crate::system::clock::{boottime_ns, monotonic_ns, thread_cpu_time};
use crate::system::schedule_account::ScheduleAccount;

/// Bytes of the longest file that is read in one go.
const FILE_BYTES: usize = 1_024;

/// Looks at the processes and threads of a program.
#[derive(Debug)]
pub struct TreeSampler {
    pub(super) proc: PathBuf,
    pub(super) tools: Tools,
    pub(super) strays: Option<Strays>,
    pub(super) scan: Scan,
    pub(super) finder: PythonFinder,
    pub(super) processes: Vec<TrackedProcess>,
    pub(super) threads: Vec<TrackedThread>,
    /// The thread whose turn is next.
    pub(super) turn: usize,
    pub(super) ledger: CpuLedger,
    pub(super) kept: Kept,
    pub(super) budget: LookBudget,
    pub(super) scanning: Rationed,
    pub(super) reading_memory: Rationed,
    pub(super) reading_switches: Rationed,
    pub(super) switches_turn: usize,
    /// Whether something has ended since the last look that is shown once more.
    pub(super) has_ended: bool,
    /// Whether threads may have ended that were counted.
    pub(super) is_stale: bool,
    pub(super) cpu_ns: u64,
}

/// What is kept of what has ended.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) processes: Vec<ProcessAccount>,
    pub(super) threads: Vec<ThreadAccount>,
    pub(super) left_out: u64,
    pub(super) seconds: StateSeconds,
    /// CPU time that does not count, of processes that have ended.
    pub(super) before_ns: u64,
}

impl TreeSampler {
    /// Nothing is read yet but whether it can be.
    ///
    /// # Errors
    /// Why a process that is named cannot be watched.
    pub fn new(roots: Roots) -> Result<Self, TreeError> {
        Self::below(Path::new("/proc"), roots)
    }

    /// The same, with a folder `/proc` of its own.
    pub(super) fn below(proc: &Path, roots: Roots) -> Result<Self, TreeError> {
        for pid in &roots.pids {
            match error::check(proc, *pid) {
                // A program that was just started may be over already: its end is told all the same.
                Err(TreeError::HasEnded(_)) if !roots.ran_before => {}
                checked => checked?,
            }
        }
        let (now_ns, boot_ns) = (monotonic_ns(), boottime_ns());
        let tools = Tools {
            now_ns,
            descriptors: Descriptors::new(),
            bytes: vec![0; FILE_BYTES],
            has_accounts: ScheduleAccount::open().is_some(),
            boot_ahead_ns: boot_ns.saturating_sub(now_ns),
            counted_from_ns: if roots.ran_before { now_ns } else { 0 },
        };
        Ok(Self {
            proc: proc.to_owned(),
            tools,
            strays: roots.strays,
            scan: Scan::new(proc),
            finder: PythonFinder::default(),
            processes: roots.pids.iter().map(|pid| TrackedProcess::new(proc, *pid, 0, true)).collect(),
            threads: Vec::new(),
            turn: 0,
            ledger: CpuLedger::default(),
            kept: Kept::default(),
            budget: LookBudget::new(SHARE),
            scanning: Rationed::new(0.1 * SHARE),
            reading_memory: Rationed::new(0.05 * SHARE),
            // Counted for the account in the end: nobody waits for them.
            reading_switches: Rationed::new(0.01 * SHARE),
            switches_turn: 0,
            has_ended: false,
            is_stale: true,
            cpu_ns: 0,
        })
    }

    /// Watches without regard to what it costs.
    pub fn at_any_cost(mut self) -> Self {
        self.budget = LookBudget::new(1.0);
        for rationed in [&mut self.scanning, &mut self.reading_memory, &mut self.reading_switches] {
            *rationed = Rationed::new(1.0);
        }
        self
    }

    /// Looks. `now_ns` is the time by `CLOCK_MONOTONIC`; what it costs is CPU time of the calling thread.
    pub fn look(&mut self, now_ns: u64) -> TreeLook {
        let begun = thread_cpu_time();
        let may_cost = self.budget.begin(now_ns);
        self.tools.now_ns = now_ns;
        self.forget_ended();
        self.find_new();
        let visited = self.visit_threads(begun + may_cost.mul_f64(0.8));
        self.refresh_processes(begun + may_cost);
        if thread_cpu_time() < begun + may_cost {
            self.read_dear();
        }
        let mut look = self.show(visited);
        self.budget.end(thread_cpu_time().saturating_sub(begun));
        look.cost = self.budget.cost();
        look
    }

    /// A process was waited for, and this is its CPU time with that of the children it waited for: the sum of the two
    /// times of `wait4`'s `rusage`, in seconds. Without being told, what was last seen counts.
    pub fn waited_for(&mut self, pid: u32, cpu_s: f64) {
        let changed = self.end_processes(|process| process.pid == pid);
        self.follow(changed);
        self.ledger.tell(pid, (cpu_s.max(0.0) * 1e9) as u64);
    }

    /// Whether any of it lives, as far as the last look has shown; one that has ended and was not waited for does not.
    pub fn is_alive(&self) -> bool {
        self.processes.iter().any(|process| !process.has_ended && !process.is_zombie())
    }

    /// All that is known of it so far.
    pub fn account(&self) -> TreeAccount {
        let kept = &self.kept;
        let mut account = TreeAccount {
            processes: kept.processes.clone(),
            threads: kept.threads.clone(),
            left_out: kept.left_out,
            seconds: kept.seconds,
            cpu_s: seconds(self.cpu_ns.max(self.all_cpu_ns())),
            unseen_cpu_s: 0.0,
            cost: self.budget.cost(),
        };
        for process in &self.processes {
            account.processes.extend(process.account());
        }
        for thread in self.threads.iter().filter_map(TrackedThread::account) {
            account.seconds.add(&thread.seconds);
            account.threads.push(thread);
        }
        account.unseen_cpu_s = (account.cpu_s - account.seconds.running).max(0.0);
        account
    }

    pub(super) fn all_cpu_ns(&self) -> u64 {
        // What has ended is in the ledger.
        let lives = || self.processes.iter().filter(|process| !process.has_ended);
        let taken_ns: u64 = lives().map(|process| process.cpu.now_ns() + process.cpu.reaped_ns).sum();
        let before_ns: u64 = lives().map(|process| process.cpu.before_ns()).sum();
        let twice_ns = self.reaped_zombies_ns();
        (taken_ns + self.ledger.ns()).saturating_sub(before_ns + self.kept.before_ns + twice_ns)
    }

    /// CPU time of processes that have ended and that may be on their parents' accounts already: a parent has it for a
    /// moment before the child disappears.
    fn reaped_zombies_ns(&self) -> u64 {
        let zombies = || self.processes.iter().filter(|process| !process.has_ended && process.is_zombie());
        let twice_ns = |parent: &TrackedProcess| {
            let theirs = zombies().filter(|zombie| zombie.parent == parent.pid);
            let theirs_ns: u64 = theirs.map(|zombie| zombie.cpu.now_ns()).sum();
            theirs_ns.min(parent.cpu.recent_ns)
        };
        self.processes.iter().filter(|process| !process.has_ended && process.cpu.recent_ns > 0).map(twice_ns).sum()
    }
}
