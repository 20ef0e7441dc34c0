//! The steps of a look: what is new, each thread in its turn, each process, what is dear, what has ended, and what is
//! shown of it. When and how much of it is `sampler`'s.

use std::collections::HashSet;
use std::time::Duration;

use super::error::Status;
use super::look::TreeLook;
use super::sampler::{TreeSampler, of};
use super::tracked_process::{TrackedProcess, seconds};
use super::tracked_thread::{Sights, TrackedThread};
use crate::system::clock::thread_cpu_time;
use crate::system::files::read_head;

/// Threads that are looked at, at most: what more there are take is their process's alone.
const THREADS_MAX: usize = 16_384;

/// Threads, and processes, that are kept when they have ended.
const KEPT_MAX: usize = 4_096;

/// Threads, and processes, that are looked at whatever it costs, so that it goes on.
const LEAST: usize = 8;

/// Between looks; and where each is at a part of the threads only, since fewer looks see more each.
const PACE: Duration = Duration::from_millis(50);
const SLOW_PACE: Duration = Duration::from_millis(100);

/// Between readings of a process's memory.
const MEMORY_NS: u64 = 1_000_000_000;

impl TreeSampler {
    /// What was shown as ended is kept, and shown no more.
    pub(super) fn forget_ended(&mut self) {
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
            if let Some(account) = process.account(Default::default()) {
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
        for pid in self.scan.find(now_ns, &known, self.strays.as_ref()) {
            self.processes.push(TrackedProcess::new(&self.proc, pid, false));
            self.find_threads(self.processes.len() - 1);
        }
        self.is_stale = false;
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

    /// Looks at threads in turn, until that took so much of this thread's CPU time; returns how many.
    pub(super) fn visit_threads(&mut self, until: Duration) -> usize {
        let all = self.threads.len();
        let mut at_process = 0;
        for visited in 0..all {
            if visited >= LEAST && visited % LEAST == 0 && thread_cpu_time() >= until {
                return visited;
            }
            let at = (self.turn) % all;
            self.turn = (at + 1) % all;
            self.visit(at, &mut at_process);
        }
        all
    }

    /// Looks at one thread. `at_process` is where the process of the one before stands, which is most often the same.
    fn visit(&mut self, at: usize, at_process: &mut usize) {
        let thread = &mut self.threads[at];
        if self.processes.get(*at_process).is_none_or(|process| process.pid != thread.pid) {
            *at_process = self.processes.iter().position(|process| process.pid == thread.pid).unwrap_or(usize::MAX);
        }
        let Some(process) = self.processes.get_mut(*at_process) else {
            thread.visit(&mut self.tools, &mut Sights::default());
            return;
        };
        let had_ended = thread.has_ended();
        thread.visit(&mut self.tools, &mut process.sights);
        if thread.has_ended() && !had_ended {
            process.tids.remove(&thread.tid);
            process.cpu.ended_ns += thread.counted().0;
            // Its last time is on the process's account, if that lives.
            process.due_ns = 0;
            self.is_stale = true;
        }
    }

    /// Looks at processes whose time has come, and then at the children of those that have waited for one.
    pub(super) fn refresh_processes(&mut self, until: Duration) {
        let living = self.living();
        let now_ns = self.tools.now_ns;
        let mut waited: HashSet<u32> = HashSet::new();
        let mut refreshed = 0;
        for process in self.processes.iter_mut().filter(|process| !process.has_ended && process.due_ns <= now_ns) {
            if refreshed >= LEAST && refreshed % LEAST == 0 && thread_cpu_time() >= until {
                break;
            }
            refreshed += 1;
            if process.refresh(&mut self.tools, &mut self.finder, of(&living, process.pid)) {
                waited.insert(process.pid);
            }
        }
        for process in self.processes.iter_mut().filter(|process| !process.has_ended) {
            if waited.contains(&process.parent) && process.due_ns > now_ns {
                process.refresh(&mut self.tools, &mut self.finder, of(&living, process.pid));
            }
        }
        self.settle();
    }

    /// Enters what has ended into the ledger.
    fn settle(&mut self) {
        self.end_processes(|process| process.has_ended);
    }

    /// Ends processes, with their threads, and enters them into the ledger.
    pub(super) fn end_processes(&mut self, has_ended: impl Fn(&TrackedProcess) -> bool) {
        let living = self.living();
        let mut ended = Vec::new();
        let mut pids = HashSet::new();
        for process in self.processes.iter_mut().filter(|process| !process.is_settled && has_ended(process)) {
            ended.push(process.as_ended(of(&living, process.pid)));
            pids.insert(process.pid);
            process.is_settled = true;
            process.end(&mut self.tools);
        }
        if ended.is_empty() {
            return;
        }
        for thread in self.threads.iter_mut().filter(|thread| pids.contains(&thread.pid) && !thread.has_ended()) {
            thread.end(&mut self.tools);
            if let Some(process) = self.processes.iter_mut().find(|process| process.pid == thread.pid) {
                process.cpu.ended_ns += thread.counted().0;
            }
        }
        self.is_stale = true;
        let (processes, tools, finder) = (&mut self.processes, &mut self.tools, &mut self.finder);
        self.ledger.enter(&ended, |heir, ns| {
            let heir = processes.iter_mut().find(|process| process.pid == heir && !process.has_ended)?;
            // It may have waited for the child after it was looked at.
            heir.refresh(tools, finder, of(&living, heir.pid));
            (!heir.has_ended).then(|| heir.cpu.claim(ns))
        });
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
        let path = self.proc.join(format!("{}/task/{}/status", thread.pid, thread.tid));
        let Ok(text) = read_head(&path, 1 << 14) else { return };
        let status = Status(String::from_utf8_lossy(&text).into_owned());
        let voluntary = status.number("voluntary_ctxt_switches:");
        let involuntary = status.number("nonvoluntary_ctxt_switches:");
        if let (Some(voluntary), Some(involuntary)) = (voluntary, involuntary) {
            thread.note_switches([voluntary, involuntary]);
        }
    }

    /// What this look shows, having been at so many threads.
    pub(super) fn show(&mut self, visited: usize) -> TreeLook {
        let now_ns = self.tools.now_ns;
        let living = self.living();
        self.cpu_ns = self.cpu_ns.max(self.all_cpu_ns(&living));
        let threads: Vec<_> = self.threads.iter().filter_map(|thread| thread.look(now_ns)).collect();
        let all = self.threads.len();
        let covers = if all == 0 { 1.0 } else { visited as f64 / all as f64 };
        let running_s: f64 = threads.iter().map(|thread| thread.seconds.running).sum();
        TreeLook {
            at_ns: now_ns,
            processes: self.processes.iter().filter_map(|process| process.look(of(&living, process.pid))).collect(),
            oldest_ns: threads.iter().filter(|t| !t.state.has_ended()).map(|t| t.age_ns).max().unwrap_or(0),
            threads,
            cpu_s: seconds(self.cpu_ns),
            unseen_cpu_s: (seconds(self.cpu_ns) - self.kept.seconds.running - running_s).max(0.0),
            covers,
            cost: self.budget.cost(),
            next_in: if covers < 1.0 { SLOW_PACE } else { PACE },
        }
    }
}
