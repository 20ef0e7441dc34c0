//! The steps of a look: what is new, each thread in its turn, each process, what is dear, what has ended, and what is
//! shown of it. When and how much of it is `sampler`'s.

use std::collections::HashSet;
use std::time::Duration;

use super::look::TreeLook;
use super::sampler::TreeSampler;
use super::tracked_process::{TrackedProcess, seconds};
use super::tracked_thread::{Sights, TrackedThread};
use crate::machine::status_file::StatusFile;
use crate::system::clock::thread_cpu_time;

/// Threads that are looked at, at most: what more there are take is their process's alone.
const THREADS_MAX: usize = 16_384;

/// Threads, and processes, that are kept when they have ended.
const KEPT_MAX: usize = 4_096;

/// Threads, and processes, that are looked at whatever it costs, so that it goes on.
const LEAST: usize = 8;

/// How often it is asked what a look has cost so far: after so many threads, or processes.
const ASKED_AFTER: usize = 16;

/// So many threads that are known to sleep on cost as much as a look at one.
const SLEEPERS: usize = 16;

/// A program that starts and ends processes all the time is not followed for ever: the next look goes on.
const ROUNDS_MAX: usize = 16;

/// Between looks; and where each is at a part of the threads only, since fewer looks see more each, or is dear: half of
/// them show nearly as much.
const PACE: Duration = Duration::from_millis(50);
const SLOW_PACE: Duration = Duration::from_millis(100);
const DEAR: Duration = Duration::from_micros(200);

/// Between readings of a process's memory.
const MEMORY_NS: u64 = 1_000_000_000;

impl TreeSampler {
    /// What was shown as ended is kept, and shown no more.
    pub(super) fn forget_ended(&mut self) {
        if !std::mem::take(&mut self.has_ended) {
            return;
        }
        let (kept, turn) = (&mut self.kept, self.turn);
        let mut at = 0;
        let mut passed = 0;
        self.threads.retain(|thread| {
            at += 1;
            if !thread.has_ended() {
                return true;
            }
            passed += usize::from(at <= turn);
            if let Some(account) = thread.account() {
                kept.seconds.add(&account.seconds);
                if kept.threads.len() < KEPT_MAX { kept.threads.push(account) } else { kept.left_out += 1 }
            }
            false
        });
        self.turn -= passed;
        self.processes.retain(|process| {
            if !process.has_ended {
                return true;
            }
            kept.before_ns += process.cpu.before_ns();
            if let Some(account) = process.account() {
                if kept.processes.len() < KEPT_MAX { kept.processes.push(account) } else { kept.left_out += 1 }
            }
            false
        });
    }

    /// Looks for new processes and threads, if there may be any and it may be done now.
    pub(super) fn find_new(&mut self) {
        let now_ns = self.tools.now_ns;
        if !self.scanning.is_due(now_ns) || !(self.scan.may_find() | self.is_stale) {
            return;
        }
        let begun = thread_cpu_time();
        for at in 0..self.processes.len() {
            self.find_threads(at);
        }
        let known: Vec<(u32, Vec<u32>)> =
            self.processes.iter().map(|process| (process.pid, process.tids.iter().copied().collect())).collect();
        for (pid, parent) in self.scan.find(now_ns, &known, self.strays.as_ref()) {
            self.processes.push(TrackedProcess::new(&self.proc, pid, parent, false));
            self.find_threads(self.processes.len() - 1);
        }
        self.is_stale = false;
        self.tools.descriptors.share_among(self.threads.len());
        self.scanning.done(now_ns, thread_cpu_time().saturating_sub(begun));
    }

    fn find_threads(&mut self, at: usize) {
        let process = &mut self.processes[at];
        if process.has_ended {
            return;
        }
        for tid in process.new_threads(&self.proc, self.is_stale) {
            if self.threads.len() < THREADS_MAX {
                self.threads.push(TrackedThread::new(&self.proc, process.pid, tid));
            }
        }
    }

    /// Looks at threads in turn, until that took so much of this thread's CPU time; returns how many need no look any more.
    pub(super) fn visit_threads(&mut self, until: Duration) -> usize {
        let all = self.threads.len();
        let now_ns = self.tools.now_ns;
        self.processes.iter_mut().filter(|process| !process.has_ended).for_each(|p| p.ask_whether_it_ran(now_ns));
        // In parts of a look at a thread.
        let (mut at_process, mut effort, mut asked_at) = (0, 0, LEAST * SLEEPERS);
        for passed in 0..all {
            let at = self.turn % all;
            if !self.threads[at].can_wait(now_ns) {
                if effort >= asked_at {
                    if thread_cpu_time() >= until {
                        return passed;
                    }
                    asked_at = effort + ASKED_AFTER * SLEEPERS;
                }
                effort += if self.visit(at, &mut at_process) { SLEEPERS } else { 1 };
            }
            self.turn = (at + 1) % all;
        }
        all
    }

    /// Looks at one thread, unless it is known to sleep on: returns whether its files were read. `at_process` is where the
    /// process of the one before stands, which is most often the same.
    fn visit(&mut self, at: usize, at_process: &mut usize) -> bool {
        let thread = &mut self.threads[at];
        if self.processes.get(*at_process).is_none_or(|process| process.pid != thread.pid) {
            *at_process = self.processes.iter().position(|process| process.pid == thread.pid).unwrap_or(usize::MAX);
        }
        let Some(process) = self.processes.get_mut(*at_process) else {
            thread.visit(&mut self.tools, &mut Sights::default());
            return true;
        };
        if thread.sleeps_on(process.ran_before_ns) {
            thread.sleep_on(self.tools.now_ns);
            return false;
        }
        let before = (thread.has_ended(), thread.ran_ns(), thread.counted().0);
        thread.visit(&mut self.tools, &mut process.sights);
        process.cpu.note_thread(thread.ran_ns() - before.1, thread.counted().0 - before.2);
        if thread.has_ended() && !before.0 {
            process.tids.remove(&thread.tid);
            // Its last time is on the process's account, if that lives.
            process.due_ns = 0;
            (self.is_stale, self.has_ended) = (true, true);
        }
        true
    }

    /// Looks at processes whose time has come, and then at the children of those that have ended or waited for one: their
    /// time must not count there and here.
    pub(super) fn refresh_processes(&mut self, until: Duration) {
        let now_ns = self.tools.now_ns;
        let (mut refreshed, mut is_over) = (0, false);
        let changed = self.refresh_where(|process| {
            refreshed += usize::from(process.due_ns <= now_ns);
            is_over |= refreshed > LEAST && refreshed % ASKED_AFTER == LEAST && thread_cpu_time() >= until;
            process.due_ns <= now_ns && !is_over
        });
        self.follow(changed);
    }

    /// Looks at the children of processes that have changed, and theirs, and enters what has ended into the ledger.
    pub(super) fn follow(&mut self, mut changed: HashSet<u32>) {
        for _ in 0..ROUNDS_MAX {
            if changed.is_empty() {
                return;
            }
            let mut next = self.refresh_where(|process| changed.contains(&process.parent));
            next.extend(self.end_processes(|process| process.has_ended));
            changed = next;
        }
    }

    /// Looks at some of the processes; returns those that have ended or waited for a child since.
    fn refresh_where(&mut self, mut is_meant: impl FnMut(&TrackedProcess) -> bool) -> HashSet<u32> {
        let mut changed = HashSet::new();
        for process in self.processes.iter_mut().filter(|process| !process.has_ended) {
            if is_meant(process) && process.refresh(&mut self.tools, &mut self.finder) {
                changed.insert(process.pid);
            }
        }
        changed
    }

    /// Ends processes, with their threads, and enters them into the ledger. Returns the living ones that had to be looked
    /// at for that, and have waited for a child since.
    pub(super) fn end_processes(&mut self, has_ended: impl Fn(&TrackedProcess) -> bool) -> HashSet<u32> {
        let is_new = |process: &&TrackedProcess| !process.is_settled && has_ended(process);
        let mut pids: HashSet<u32> = self.processes.iter().filter(is_new).map(|process| process.pid).collect();
        if pids.is_empty() {
            return HashSet::new();
        }
        let changed = self.refresh_kin(&mut pids);
        let mut ended = Vec::new();
        for process in self.processes.iter_mut().filter(|process| pids.contains(&process.pid) && !process.is_settled) {
            ended.push(process.as_ended());
            process.is_settled = true;
            process.end(&mut self.tools);
        }
        self.end_threads_of(&pids);
        let processes = &mut self.processes;
        self.ledger.enter(&ended, |heir, ns| {
            let heir = processes.iter_mut().find(|process| process.pid == heir && !process.has_ended)?;
            Some(heir.cpu.claim(ns))
        });
        changed
    }

    /// Looks at the parents and children of processes that have ended: a parent may have waited for them after it was
    /// looked at, and a child for which it waited has ended, too. Those that have ended are added.
    fn refresh_kin(&mut self, ended: &mut HashSet<u32>) -> HashSet<u32> {
        let mut changed = HashSet::new();
        let mut known = ended.clone();
        loop {
            let kin = |process: &TrackedProcess| match ended.contains(&process.pid) {
                true => Some(process.parent),
                false => ended.contains(&process.parent).then_some(process.pid),
            };
            let next: HashSet<u32> = self.processes.iter().filter_map(kin).filter(|pid| !known.contains(pid)).collect();
            if next.is_empty() {
                return changed;
            }
            changed.extend(self.refresh_where(|process| next.contains(&process.pid)));
            let over = self.processes.iter().filter(|process| next.contains(&process.pid) && process.has_ended);
            ended.extend(over.map(|process| process.pid));
            known.extend(next);
        }
    }

    fn end_threads_of(&mut self, processes: &HashSet<u32>) {
        (self.is_stale, self.has_ended) = (true, true);
        for thread in self.threads.iter_mut().filter(|thread| processes.contains(&thread.pid) && !thread.has_ended()) {
            thread.end(&mut self.tools);
        }
    }

    /// Reads what is dear of one process and of some threads, if that may be done now.
    pub(super) fn read_dear(&mut self) {
        let now_ns = self.tools.now_ns;
        if self.reading_memory.is_due(now_ns) {
            let oldest = self.processes.iter_mut().filter(|process| !process.has_ended).min_by_key(|p| p.memory_ns);
            if let Some(process) = oldest.filter(|process| now_ns.saturating_sub(process.memory_ns) >= MEMORY_NS) {
                let begun = thread_cpu_time();
                process.read_memory(now_ns);
                self.reading_memory.done(now_ns, thread_cpu_time().saturating_sub(begun));
            }
        }
        if self.reading_switches.is_due(now_ns) && !self.threads.is_empty() {
            let begun = thread_cpu_time();
            self.read_switches();
            self.reading_switches.done(now_ns, thread_cpu_time().saturating_sub(begun));
        }
    }

    fn read_switches(&mut self) {
        self.switches_turn = (self.switches_turn + 1) % self.threads.len();
        let thread = &mut self.threads[self.switches_turn];
        let folder = self.proc.join(format!("{}/task/{}", thread.pid, thread.tid));
        let Ok(status) = StatusFile::of(&folder) else { return };
        let voluntary = status.number("voluntary_ctxt_switches:");
        let involuntary = status.number("nonvoluntary_ctxt_switches:");
        if let (Some(voluntary), Some(involuntary)) = (voluntary, involuntary) {
            thread.note_switches([voluntary, involuntary]);
        }
    }

    /// What this look shows, having been at so many threads.
    pub(super) fn show(&mut self, visited: usize) -> TreeLook {
        let now_ns = self.tools.now_ns;
        self.cpu_ns = self.cpu_ns.max(self.all_cpu_ns());
        let threads: Vec<_> = self.threads.iter().filter_map(|thread| thread.look(now_ns)).collect();
        let all = self.threads.len();
        let covers = if all == 0 { 1.0 } else { visited as f64 / all as f64 };
        let running_s: f64 = threads.iter().map(|thread| thread.seconds.running).sum();
        TreeLook {
            at_ns: now_ns,
            processes: self.processes.iter().filter_map(TrackedProcess::look).collect(),
            oldest_ns: threads.iter().filter(|t| !t.state.has_ended()).map(|t| t.age_ns).max().unwrap_or(0),
            threads,
            cpu_s: seconds(self.cpu_ns),
            unseen_cpu_s: (seconds(self.cpu_ns) - self.kept.seconds.running - running_s).max(0.0),
            covers,
            cost: self.budget.cost(),
            next_in: if covers < 1.0 || self.budget.usual() > DEAR { SLOW_PACE } else { PACE },
        }
    }
}
