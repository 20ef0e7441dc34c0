//! What was seen of a program so far, and the picture that it makes: for the screen at any time, for the record at the
//! end. It is told what was seen; it looks at nothing itself.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use super::looks::LookRate;
use super::ranks::RankBook;
use super::tasks::{TaskBook, by_name};
use super::tellers;
use super::threads::ThreadBook;
use crate::machine::tree::{CallSight, GilSight, LookCost, ProcessLook, TreeLook};
use crate::mpi::MpiLook;
use crate::protocol::{NameTotal, OutsideLane, OutsideLook, OutsideRun};
use crate::record::{
    Cause, CpuCourse, LaneTotals, LaneView, MemoryCourse, MemoryKills, NowAndMost, OutputTail, Span, WatchedProgram,
};
use crate::units;

/// The shortest time that a sample of the courses lasts, in nanoseconds.
const SAMPLE_NS: u64 = 200_000_000;
/// Samples of memory that are kept; beyond that each second one is dropped.
const MEMORY_MAX: usize = 256;
/// Remarks that are kept.
const REMARKS_MAX: usize = 32;

/// What was seen of a program so far.
#[derive(Default)]
pub(super) struct Books {
    /// When it was started, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(super) started_ns: u64,
    pid: u32,
    threads: ThreadBook,
    /// Those that tell of tasks, at the last look.
    tellers: Vec<OutsideLane>,
    ranks: RankBook,
    tasks: TaskBook,
    /// Whether any came since the last look.
    has_new_tasks: bool,
    totals: Vec<NameTotal>,
    looked_ns: u64,
    looks: LookRate,
    processes: NowAndMost,
    thread_count: NowAndMost,
    cpus: CpuCourse,
    /// When the sample of the courses began that is not closed yet, and the CPU time until then.
    sample: (u64, f64),
    cpu_s: f64,
    unseen_cpu_s: f64,
    memory: MemoryCourse,
    /// What each process takes up, in bytes, as it was last seen.
    bytes_by_pid: HashMap<u32, u64>,
    kills: MemoryKills,
    looking: LookCost,
    remarks: Vec<String>,
    /// What a task of Python takes longer since it is watched.
    cost: Option<Duration>,
    told: BTreeSet<String>,
}

impl Books {
    /// For a program that was started at `started_ns`.
    pub(super) fn new(pid: u32, started_ns: u64) -> Self {
        Self { pid, started_ns, sample: (started_ns, 0.0), looked_ns: started_ns, ..Self::default() }
    }

    /// Takes in what the kernel tells of its processes and threads.
    pub(super) fn see_tree(&mut self, look: &TreeLook) {
        self.looked_ns = self.looked_ns.max(look.at_ns);
        self.threads.see(&look.threads, look.at_ns);
        let living: Vec<&ProcessLook> = look.processes.iter().filter(|process| !process.has_ended).collect();
        self.processes.see(living.len() as u32);
        self.looking = look.cost;
        self.thread_count.see(living.iter().map(|process| process.threads).sum());
        (self.cpu_s, self.unseen_cpu_s) = (look.cpu_s, look.unseen_cpu_s);
        if look.at_ns >= self.sample.0 + SAMPLE_NS {
            self.close_sample(look.at_ns);
            self.see_memory(&living, look.at_ns);
        }
        self.looks.see(look.at_ns, look.covers);
        for process in &living {
            sight(process).into_iter().for_each(|remark| self.remark(remark));
        }
    }

    fn close_sample(&mut self, at_ns: u64) {
        let (since_ns, before_s) = self.sample;
        let seconds = at_ns.saturating_sub(since_ns) as f64 * 1e-9;
        if seconds > 0.0 {
            self.cpus.push(self.since_start_s(at_ns), ((self.cpu_s - before_s) / seconds).max(0.0));
            self.sample = (at_ns, self.cpu_s);
        }
    }

    fn see_memory(&mut self, living: &[&ProcessLook], at_ns: u64) {
        let bytes = |process: &&ProcessLook| process.memory.pss_bytes.unwrap_or(process.memory.rss_bytes);
        self.bytes_by_pid = living.iter().map(|process| (process.pid, bytes(process))).collect();
        // Where it tells of processes elsewhere, it is their memory that matters.
        let total = match self.tellers.iter().any(OutsideLane::is_elsewhere) {
            true => self.tellers.iter().map(|lane| lane.memory).sum(),
            false => living.iter().map(bytes).sum::<u64>(),
        };
        if total == 0 {
            return;
        }
        self.memory.at_s.push(self.since_start_s(at_ns));
        self.memory.total_bytes.push(total);
        self.memory.peak_bytes = self.memory.peak_bytes.max(total);
        if self.memory.at_s.len() > MEMORY_MAX {
            self.memory.thin_out();
        }
    }

    /// Takes in what the kernel killed for want of memory so far.
    pub(super) fn see_kills(&mut self, kills: MemoryKills) {
        self.kills = kills;
    }

    /// Takes in tasks that have ended, before the look that came upon them.
    pub(super) fn see_tasks(&mut self, run: &OutsideRun<'_>) {
        self.tasks.add(run, self.started_ns);
        self.has_new_tasks = true;
    }

    /// Takes in what it tells of its lanes, and its tasks in all.
    pub(super) fn see_board(&mut self, look: OutsideLook, totals: &[NameTotal]) {
        self.looked_ns = self.looked_ns.max(look.at);
        if std::mem::take(&mut self.has_new_tasks) {
            totals.clone_into(&mut self.totals);
        }
        look.complaints.iter().for_each(|complaint| self.remark(complaint.to_string()));
        look.lanes.iter().filter_map(tellers::died_at_work).for_each(|remark| self.remark(remark));
        if look.refused > 0 {
            self.remark("more threads told of their tasks than there are lanes; those beyond are not seen".to_owned());
        }
        self.tellers = look.lanes;
    }

    /// Takes in what the ranks of an MPI program tell.
    pub(super) fn see_ranks(&mut self, look: MpiLook) {
        self.looked_ns = self.looked_ns.max(look.at_ns);
        if look.refused > 0 {
            self.remark("there are more ranks than lanes; those beyond are not seen".to_owned());
        }
        self.ranks.see(look, &self.threads);
    }

    /// Takes in what it costs a task of Python to be told of, as its hook measured it.
    pub(super) fn see_cost(&mut self, cost: Duration) {
        self.cost = Some(cost);
    }

    /// Says what it costs a task to be told of, where that is a part of what tasks take.
    fn cost_remark(&self) -> Option<String> {
        /// From this part of the median task on.
        const NOTABLE: f64 = 0.05;
        let cost_s = self.cost?.as_secs_f64();
        let is_notable = cost_s > NOTABLE * self.tasks.times()?.median;
        is_notable.then(|| {
            format!(
                "to tell of a task takes about {}, more than {} of what half of the tasks take: --chunks tells of \
                 chunks alone",
                units::seconds(cost_s),
                units::percent(NOTABLE)
            )
        })
    }

    /// Notes something that could not be seen, once.
    pub(super) fn remark(&mut self, remark: String) {
        if self.told.len() < REMARKS_MAX && self.told.insert(remark.clone()) {
            self.remarks.push(remark);
        }
    }

    fn since_start_s(&self, at_ns: u64) -> f64 {
        at_ns.saturating_sub(self.started_ns) as f64 * 1e-9
    }

    /// The lanes: the ranks of an MPI program, those that tell of tasks, or all threads where none does.
    pub(super) fn views(&self, now_ns: u64) -> Vec<LaneView> {
        if !self.ranks.is_empty() {
            return self.ranks.views(&self.threads);
        }
        if self.tellers.is_empty() {
            return self.threads.views();
        }
        let mut is_told = HashSet::new();
        let view = |lane: &OutsideLane| {
            let view = tellers::view(lane, &self.threads, now_ns, self.started_ns);
            // Threads of one process have one memory: it stands at the first of them.
            let own = || self.bytes_by_pid.get(&lane.pid).filter(|_| is_told.insert(lane.pid)).copied();
            LaneView { memory_bytes: view.memory_bytes.or_else(own), ..view }
        };
        self.tellers.iter().map(view).collect()
    }

    /// The tasks, where there are few enough to be drawn.
    pub(super) fn spans(&self) -> Vec<Span> {
        self.tasks.spans()
    }

    /// What its processes took up so far.
    pub(super) fn memory(&self) -> Option<MemoryCourse> {
        (self.memory.peak_bytes > 0).then(|| self.memory.clone())
    }

    /// The program as it stands.
    pub(super) fn program(&self, output: OutputTail, exit: Option<Cause>) -> WatchedProgram {
        let mut stopped = self.threads.stopped_longest();
        // One that has ended went on before, unless it was killed: that may have been between two looks.
        let went_on = exit.as_ref().is_some_and(|exit| *exit != Cause::Signal("SIGKILL".to_owned()));
        stopped.iter_mut().filter(|stopped| stopped.pid == self.pid).for_each(|stopped| stopped.is_still &= !went_on);
        WatchedProgram {
            pid: self.pid,
            processes: self.processes,
            threads: self.thread_count,
            cpus: self.cpus.clone(),
            unseen_cpu_s: self.unseen_cpu_s,
            tasks: by_name(&self.totals, &self.tellers),
            task_s: self.tasks.times(),
            durations: self.tasks.bins(),
            tail: self.tasks.tail(),
            output,
            exit,
            in_hand: tellers::in_hand(&self.tellers, self.looked_ns),
            in_hand_count: self.tellers.iter().filter(|lane| lane.hand.is_some()).count() as u32,
            stopped,
            memory_kills: self.kills,
            looking: self.looking,
            lanes_left_out: self.lanes_left_out(),
            looks_hz: self.looks.of_late().filter(|_| self.has_threads_as_lanes()),
            mpi: self.ranks.figures(),
            remarks: self.looks.remark().into_iter().chain(self.cost_remark()).chain(self.remarks.clone()).collect(),
        }
    }

    /// Threads that have no lane: those for which there was no room, and those that were never looked at.
    fn lanes_left_out(&self) -> u32 {
        if self.has_threads_as_lanes() {
            self.threads.left_out().max(self.thread_count.most.saturating_sub(self.threads.len()))
        } else {
            0
        }
    }

    /// What its lanes did until the last look.
    pub(super) fn lane_totals(&self) -> Vec<LaneTotals> {
        if !self.ranks.is_empty() {
            return self.ranks.totals(self.started_ns);
        }
        if self.tellers.is_empty() {
            return self.threads.totals(self.started_ns);
        }
        let totals = |lane| tellers::totals(lane, &self.threads, self.looked_ns, self.started_ns);
        self.tellers.iter().map(totals).collect()
    }

    fn has_threads_as_lanes(&self) -> bool {
        self.tellers.is_empty() && self.ranks.is_empty()
    }

    /// Whether tasks are its lanes.
    pub(super) fn tells_of_tasks(&self) -> bool {
        !self.tellers.is_empty()
    }

    /// CPU seconds so far.
    pub(super) fn cpu_s(&self) -> f64 {
        self.cpu_s
    }

    /// Says that it ended at `end_ns`, having used so many CPU seconds in all, where that is known.
    pub(super) fn close(&mut self, end_ns: u64, cpu_s: Option<f64>) {
        self.cpu_s = cpu_s.unwrap_or(self.cpu_s);
        self.cpus.close(self.since_start_s(end_ns), self.cpu_s);
        (self.processes.now, self.thread_count.now) = (0, 0);
    }
}

/// What cannot be seen of a process, and why.
fn sight(process: &ProcessLook) -> Vec<String> {
    let name = format!("process {} ({})", process.pid, process.name);
    let calls = match process.calls {
        CallSight::Seen => None,
        CallSight::Refused => Some(format!(
            "{name} may not be looked into by this user: in what its threads sleep, and for which locks, is not seen"
        )),
        CallSight::OtherArchitecture => {
            Some(format!("{name} is of another architecture: in which calls its threads sleep is not seen"))
        }
    };
    let gil = process.python.as_ref().and_then(|python| match python.gil {
        GilSight::Seen => None,
        GilSight::FreeThreaded => Some(format!("{name} is a Python without a GIL")),
        GilSight::NoSymbol => {
            Some(format!("{name} is a Python without symbols: waits for its GIL look like those for other locks"))
        }
    });
    calls.into_iter().chain(gil).collect()
}
