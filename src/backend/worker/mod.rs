//! The worker loop: the same for a serial run, a thread and a forked process. Backends differ in how they hire,
//! never in what happens here.

mod context;
pub(super) mod gil;
mod interpreter;

use std::any::Any;
use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::unistd::{getpid, gettid};

use self::gil::Gil;
use self::interpreter::LaneInterpreter;
use super::board::Board;
use super::board::histogram::record;
use super::board::layout::{LaneCells, activity, verdict, worker_state};
use super::board::payload;
use super::board::recovery::starts_of;
use super::board::schedule::next_range;
use super::forked::pipe::{PipeClient, PipeEnds, put_payload_word};
use crate::scenario::{Dispatch, Job, Permutation};
use crate::system::{futex, random};
use crate::workload::{BuildError, Cancelled, ReleasedGil, TaskContext as _, Values, Workload, build};

/// What all workers of a run share: the workload, ready to run, and the order of its tasks. Forked processes have a
/// copy each, and so an interpreter of their own.
pub(in crate::backend) struct PreparedJob {
    workload: Box<dyn Workload>,
    order: Permutation,
    /// The interpreter's lock, if tasks are to be run under one.
    gil: Option<Gil>,
}

impl PreparedJob {
    /// Prepares a job: loads and computes whatever its tasks share.
    ///
    /// # Errors
    /// [`BuildError`] if the workload cannot be made ready.
    pub(in crate::backend) fn prepare(job: &Job) -> Result<Self, BuildError> {
        let workload = build(job)?;
        let order = Permutation::of(job, |task| workload.cost(task));
        let gil = job.interpreter.map(|interpreter| Gil::new(interpreter.switch_interval()));
        Ok(Self::of(workload, order).under(gil))
    }

    pub(in crate::backend) fn of(workload: Box<dyn Workload>, order: Permutation) -> Self {
        Self { workload, order, gil: None }
    }

    pub(in crate::backend) fn under(self, gil: Option<Gil>) -> Self {
        Self { gil, ..self }
    }

    /// The task at a position of the order.
    pub(in crate::backend) fn task_at(&self, position: u64) -> u64 {
        self.order.task_at(position)
    }
}

thread_local! {
    /// What the kernel had on this thread's account when it began to work; `None` when it does not.
    static AT_WORK: Cell<Option<Usage>> = const { Cell::new(None) };
}

/// Whether a panic of this thread belongs to a task and will be caught, so that nobody need be alarmed.
pub fn panics_are_caught() -> bool {
    let usage = AT_WORK.take();
    AT_WORK.set(usage);
    usage.is_some()
}

/// What came of a task, and when it ran.
struct TaskRun {
    task: u64,
    start: u64,
    end: u64,
    /// The values, and the sum over the bytes it was sent with; or why it failed.
    values: Result<(Values, u64), String>,
}

/// One worker at its lane.
pub(in crate::backend) struct Worker<'a> {
    board: &'a Board,
    prepared: &'a PreparedJob,
    lane: &'a LaneCells,
    number: u32,
    /// When to ask the kernel again which CPU this is, in ticks.
    cpu_due: Cell<u64>,
    /// Why the task in hand cannot be finished, once it has said so.
    failure: Cell<Option<String>>,
    interpreter: Option<LaneInterpreter<'a>>,
}

/// Ticks between two questions which CPU this is: some milliseconds with either clock.
const CPU_EVERY: u64 = 10_000_000;

impl<'a> Worker<'a> {
    pub(in crate::backend) fn new(board: &'a Board, prepared: &'a PreparedJob, number: u32) -> Self {
        let interpreter = prepared.gil.as_ref().map(|gil| LaneInterpreter::new(gil, board, number));
        Self {
            board,
            prepared,
            lane: board.lane(number),
            number,
            cpu_due: Cell::new(0),
            failure: Cell::default(),
            interpreter,
        }
    }

    /// Comes to the gate, waits until it opens, runs tasks until there are none left, and leaves.
    pub(in crate::backend) fn work(&self) {
        self.arrive();
        self.wait_at_gate();
        self.begin();
        // Being cancelled is no error here: the engine, who asked for it, knows.
        let _ = std::iter::from_fn(|| self.next_claim()).try_for_each(|range| self.run_range(range));
        self.end();
    }

    /// As [`Worker::work`], with tasks that come through a pipe and results that go back through another.
    pub(in crate::backend) fn work_by_pipe(&self, ends: &PipeEnds) {
        let mut client = PipeClient::new(self.board, ends, self.number);
        self.arrive();
        self.wait_at_gate();
        self.begin();
        let _ = self.run_fetched(&mut client);
        self.end();
    }

    /// Fetches chunk after chunk, and delivers their results. They count as done when they are delivered.
    fn run_fetched(&self, client: &mut PipeClient<'_>) -> Result<(), Cancelled> {
        let mut results = Vec::new();
        loop {
            // Whoever waits for the pipe, or has the kernel copy, keeps nobody from running; the next task takes the
            // lock again.
            self.release(ReleasedGil::Blocked);
            let Some(positions) = client.fetch(|positions| self.claim(positions))? else { break };
            let count = positions.end - positions.start;
            for n in 0..count as usize {
                let (task, input, output) = client.open(n);
                let result = self.run_task(task, || match input {
                    [] => 0,
                    _ => payload::consume(task, input, |at, word| put_payload_word(output, at, word)),
                })?;
                self.lane.hand.store(0, Relaxed);
                client.close(n, task, result.values.as_ref().ok());
                results.push(result);
            }
            self.release(ReleasedGil::Blocked);
            client.deliver(count, || results.drain(..).for_each(|result| self.settle(&result)))?;
        }
        Ok(())
    }

    /// Gets ready and says that it is there.
    pub(in crate::backend) fn arrive(&self) {
        self.prepared.workload.settle(self);
        self.touch_payload();
        // Whatever it had to complain of, a task will find out for itself.
        drop(self.failure.take());
        let lane = self.lane;
        // Whoever wants to know who is at a lane of a hybrid wants to know the process.
        let own = if self.board.shape().per_process.is_some() { getpid() } else { gettid() };
        lane.pid.store(own.as_raw().cast_unsigned(), Relaxed);
        lane.arrived_at.store(self.board.shape().clock.now(), Relaxed);
        // What its predecessor held is no longer in anybody's hand.
        lane.hand.store(0, Relaxed);
        lane.interpreter.activity.store(activity::NOTHING, Relaxed);
        lane.worker_state.store(worker_state::WAITING, Relaxed);
        let arrivals = &self.board.header().gate.arrivals;
        // Only the last one to come is waited for.
        if arrivals.fetch_add(1, Release) + 1 >= self.board.shape().workers {
            futex::wake_all(arrivals);
        }
    }

    /// Sleeps until the work may begin, or is called off.
    pub(in crate::backend) fn wait_at_gate(&self) {
        self.board.wait_at_gate();
        self.lane.worker_state.store(worker_state::RUNNING, Relaxed);
    }

    /// From here on, panics are counted as tasks' failures and the kernel's accounts belong to the trial.
    pub(in crate::backend) fn begin(&self) {
        AT_WORK.set(thread_usage());
    }

    /// Closes the accounts and says that it has nothing left to do.
    pub(in crate::backend) fn end(&self) {
        if let Some(interpreter) = &self.interpreter {
            interpreter.end();
        }
        self.account(AT_WORK.take());
        self.lane.hand.store(0, Relaxed);
        self.lane.worker_state.store(worker_state::FINISHED, Release);
        if self.board.shape().lingers {
            self.linger();
        }
    }

    /// Stays until it is let go, or the trial is called off.
    fn linger(&self) {
        let leave = &self.board.header().gate.leave;
        while leave.load(Acquire) == 0 && !self.board.is_cancelled() {
            // Nobody who calls off a trial thinks of those that have nothing left to do.
            futex::wait(leave, 0, Some(Duration::from_millis(20)));
        }
    }

    /// What is left of the range in hand (a lost worker may have left some of it), or else the next one.
    fn next_claim(&self) -> Option<Range<u64>> {
        let taken = self.lane.taken.load(Relaxed);
        if taken > 0 {
            let rest = self.rest_of_claim(taken);
            if !rest.is_empty() {
                return Some(rest);
            }
        }
        let range = next_range(self.board.shape(), &self.board.header().cursor.0, self.number, taken)?;
        self.claim(&range);
        Some(range)
    }

    /// Writes down that a range is this worker's to run.
    fn claim(&self, range: &Range<u64>) {
        let taken = self.lane.taken.load(Relaxed);
        let claim = &self.lane.claims[((taken + 1) % 2) as usize];
        claim.start.store(range.start, Relaxed);
        claim.end.store(range.end, Relaxed);
        claim.base.store(self.settled(), Relaxed);
        claim.starts.store(starts_of(self.lane).wrapping_add(range.start), Relaxed);
        self.lane.taken.store(taken + 1, Release);
    }

    fn rest_of_claim(&self, taken: u64) -> Range<u64> {
        let claim = &self.lane.claims[(taken % 2) as usize];
        claim.start.load(Relaxed) + (self.settled() - claim.base.load(Relaxed))..claim.end.load(Relaxed)
    }

    /// Tasks of this lane that are over, one way or another.
    fn settled(&self) -> u64 {
        self.lane.done.load(Relaxed) + self.lane.failed.load(Relaxed)
    }

    fn run_range(&self, mut range: Range<u64>) -> Result<(), Cancelled> {
        range.try_for_each(|position| self.run_position(position))
    }

    /// Runs the task at a position and puts down what came of it.
    pub(in crate::backend) fn run_position(&self, position: u64) -> Result<(), Cancelled> {
        let task = self.prepared.order.task_at(position);
        let result = self.run_task(task, || self.consume_in_place(task))?;
        self.settle(&result);
        Ok(())
    }

    /// Runs a task, after what has to be done with the bytes that it was sent with.
    #[inline]
    fn run_task(&self, task: u64, consume: impl FnOnce() -> u64) -> Result<TaskRun, Cancelled> {
        if self.board.is_cancelled() {
            return Err(Cancelled);
        }
        if let Some(interpreter) = &self.interpreter {
            interpreter.enter()?;
        }
        let clock = self.board.shape().clock;
        let start = clock.now();
        self.take_in_hand(task, start);
        let result = catch_unwind(AssertUnwindSafe(|| {
            let sum = consume();
            self.prepared.workload.run(task, self).map(|values| (values, sum))
        }));
        let end = clock.now();
        match result {
            Ok(Ok(values)) => Ok(TaskRun { task, start, end, values: Ok(values) }),
            Ok(Err(cancelled)) => match self.failure.take() {
                Some(reason) => Ok(TaskRun { task, start, end, values: Err(reason) }),
                None => Err(cancelled),
            },
            Err(panic) => {
                let reason = format!("it panicked: {}", words_of(&*panic));
                Ok(TaskRun { task, start, end, values: Err(reason) })
            }
        }
    }

    /// Puts down what came of a task.
    #[inline]
    fn settle(&self, result: &TaskRun) {
        match &result.values {
            Ok((values, sum)) => self.put_down(result, values, *sum),
            Err(reason) => self.give_up(result, reason),
        }
    }

    /// Reads a task's bytes and writes its result's where they lie, in memory that all share.
    fn consume_in_place(&self, task: u64) -> u64 {
        if self.board.shape().payload == 0 {
            return 0;
        }
        let slot = self.board.slot(self.number);
        payload::consume(task, self.board.input(task), |at, word| slot[at].store(word, Relaxed))
    }

    /// Has the memory of payloads mapped, page by page, so that nobody pays for that within the work.
    fn touch_payload(&self) {
        const PAGE: usize = 4096;
        let shape = self.board.shape();
        if shape.payload > 0 && shape.dispatch == Dispatch::Shared {
            self.board.slot(self.number).iter().step_by(PAGE / 8).for_each(|word| word.store(0, Relaxed));
            let pages = self.board.inputs().iter().step_by(PAGE);
            std::hint::black_box(pages.fold(0, |all, &byte| all ^ byte));
        }
    }

    fn take_in_hand(&self, task: u64, start: u64) {
        let lane = self.lane;
        lane.started.store(start, Relaxed);
        lane.fraction.store(f32::NAN.to_bits(), Relaxed);
        lane.waits_ns.store(0, Relaxed);
        lane.hand.store(task + 1, Release);
        if start >= self.cpu_due.get() {
            self.cpu_due.set(start + CPU_EVERY);
            if let Ok(cpu) = nix::sched::sched_getcpu() {
                lane.cpu.store(cpu as u32 + 1, Relaxed);
            }
        }
    }

    fn put_down(&self, result: &TaskRun, values: &Values, payload_sum: u64) {
        let (lane, &TaskRun { task, start, end, .. }) = (self.lane, result);
        let ticks = end.saturating_sub(start);
        if let Some(cells) = self.board.record(task) {
            if self.board.shape().dispatch == Dispatch::Shared {
                cells.values.iter().zip(values).for_each(|(cell, value)| cell.store(value.to_bits(), Relaxed));
            }
            self.put_on_record(task, start, end, verdict::DONE);
        } else if let Some(histogram) = self.board.histogram(self.number) {
            record(histogram, ticks);
        }
        let done = lane.done.load(Relaxed);
        if done == 0 || ticks < lane.shortest.load(Relaxed) {
            lane.shortest.store(ticks, Relaxed);
        }
        if ticks > lane.longest.load(Relaxed) {
            lane.longest.store(ticks, Relaxed);
        }
        lane.busy.store(lane.busy.load(Relaxed) + ticks, Relaxed);
        lane.last_end.store(end, Relaxed);
        let sum = lane.checksum[(done % 2) as usize].load(Relaxed);
        let sum = sum.wrapping_add(fingerprint(task, &values[..self.board.shape().summed], payload_sum));
        lane.checksum[((done + 1) % 2) as usize].store(sum, Relaxed);
        // In this order: a worker killed in between is seen to hold nothing, and the task is run again.
        lane.hand.store(0, Relaxed);
        lane.done.store(done + 1, Release);
    }

    fn give_up(&self, &TaskRun { task, start, end, .. }: &TaskRun, reason: &str) {
        self.lane.reason.write(reason);
        self.put_on_record(task, start, end, verdict::FAILED);
        self.lane.last_end.store(end, Relaxed);
        self.lane.hand.store(0, Relaxed);
        self.lane.failed.fetch_add(1, Release);
    }

    fn put_on_record(&self, task: u64, start: u64, end: u64, verdict: u64) {
        if let Some(cells) = self.board.record(task) {
            cells.start.store(start, Relaxed);
            cells.end.store(end, Relaxed);
            cells.verdict.store(verdict | u64::from(self.number) << 32, Release);
        }
    }

    fn account(&self, before: Option<Usage>) {
        let (Some(before), Some(after)) = (before, thread_usage()) else { return };
        let (before, after) = (counts(&before), counts(&after));
        self.lane.usage.add(std::array::from_fn(|i| after[i] - before[i]));
        let cells = &self.lane.usage;
        if let Some(peak) = peak_rss_kib() {
            cells.peak_rss_kib.fetch_max(peak, Relaxed);
        }
    }
}

/// Microseconds in user mode and in the kernel, voluntary and involuntary context switches.
pub(in crate::backend) fn counts(usage: &Usage) -> [u64; 4] {
    let us = |time: nix::sys::time::TimeVal| (time.tv_sec() * 1_000_000 + time.tv_usec()) as u64;
    let switches = [usage.voluntary_context_switches(), usage.involuntary_context_switches()];
    [us(usage.user_time()), us(usage.system_time()), switches[0] as u64, switches[1] as u64]
}

/// What a panic had to say.
fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no reason was given")
}

pub(in crate::backend) fn thread_usage() -> Option<Usage> {
    getrusage(UsageWho::RUSAGE_THREAD).ok()
}

/// The largest resident set of this process, in KiB. Not `ru_maxrss`, which also remembers what the program used
/// that this one was started from, however large that was.
fn peak_rss_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// What a result adds to the checksum: depends on the task and every bit of its values and of what it was sent with,
/// and the sum over all tasks does not depend on their order.
pub(in crate::backend) fn fingerprint(task: u64, values: &[f64], payload_sum: u64) -> u64 {
    let start = random::output(task, 1);
    values.iter().fold(start, |sum, value| random::mix(sum ^ value.to_bits())).wrapping_add(payload_sum)
}
