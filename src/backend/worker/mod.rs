//! The worker loop: the same for a serial run, a thread and a forked process. Backends differ in how they start
//! workers, never in what happens here.
//!
//! What a worker does is written to its lane through a `LaneWriter`, and nowhere else.

mod context;
pub(super) mod gil;
mod interpreter;
mod prepared;
mod usage;

use std::any::Any;
use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;

use nix::unistd::{getpid, gettid};

pub(super) use prepared::{LazyJob, PreparedJob};
pub(super) use usage::{counts_since, thread_usage};

use self::interpreter::LaneInterpreter;
use self::usage::AtWork;
use super::board::{Activity, Board, LaneWriter, TaskCursor, TimedTask, next_range, payload};
use crate::machine::{Yardstick, yardstick};
use crate::scenario::Dispatch;
use crate::system::schedule_account::ScheduleAccount;
use crate::workload::{Cancelled, Values};

thread_local! {
    /// What the kernel had on this thread's account when it began to work; `None` when it does not.
    static AT_WORK: Cell<Option<AtWork>> = const { Cell::new(None) };
}

/// Whether a panic of this thread belongs to a task and will be caught, so that it is no cause for alarm.
pub fn panics_are_caught() -> bool {
    let at_work = AT_WORK.take();
    let is_at_work = at_work.is_some();
    AT_WORK.set(at_work);
    is_at_work
}

/// What came of a task, and when it ran.
pub(super) struct TaskRun {
    pub(super) timed: TimedTask,
    /// The values, and the sum over the bytes it was sent with; or why it failed.
    pub(super) values: Result<(Values, u64), String>,
}

/// One worker at its lane.
pub(super) struct Worker<'a> {
    pub(super) board: &'a Board,
    prepared: &'a PreparedJob,
    pub(super) lane: LaneWriter<'a>,
    pub(super) number: u32,
    /// When to ask the kernel again which CPU this is, in ticks.
    cpu_due: Cell<u64>,
    /// Why the task in hand cannot be finished, once it has said so.
    failure: Cell<Option<String>>,
    interpreter: Option<LaneInterpreter<'a>>,
    /// Whose tasks are next.
    cursor: TaskCursor<'a>,
}

/// Ticks between two questions which CPU this is: some milliseconds with either clock.
const CPU_EVERY: u64 = 10_000_000;

impl<'a> Worker<'a> {
    /// # Panics
    /// If the board has no lane of this number.
    pub(super) fn new(board: &'a Board, prepared: &'a PreparedJob, number: u32) -> Self {
        let lane = LaneWriter::new(board, number);
        let interpreter = prepared.gil.as_ref().map(|gil| LaneInterpreter::new(gil, board, lane, number));
        let cursor = TaskCursor::InMemory(board.cursor());
        Self { board, prepared, lane, number, cpu_due: Cell::new(0), failure: Cell::default(), interpreter, cursor }
    }

    /// Takes its tasks from another cursor than the board's.
    pub(super) fn taking_from(self, cursor: TaskCursor<'a>) -> Self {
        Self { cursor, ..self }
    }

    /// Comes to the gate, waits until it opens, runs tasks until there are none left, and leaves.
    pub(super) fn work(&self) {
        self.begin();
        // Only what a lost worker left of its claim is there before the first one of its own.
        let mut claims = self.lane.rest_of_claim().into_iter().chain(std::iter::from_fn(|| self.next_claim()));
        // Being cancelled is no error here: the engine, which asked for it, knows.
        let _ = claims.try_for_each(|range| self.run_range(range));
        self.end();
    }

    /// Comes to the gate, and waits until it opens.
    pub(super) fn begin(&self) {
        self.arrive();
        self.start();
    }

    /// Gets ready and says that it is there.
    pub(super) fn arrive(&self) {
        self.prepared.workload.settle(self);
        self.touch_payload();
        // Whatever it had to complain of, a task will find out for itself.
        drop(self.failure.take());
        // To look at a lane of a hybrid is to look at the process.
        let own = if self.board.spec().per_process.is_some() { getpid() } else { gettid() };
        self.lane.arrive(own.as_raw().cast_unsigned());
    }

    /// Sleeps until the work may begin, or is called off. From then on, panics are counted as tasks' failures, and what
    /// the kernel counts belongs to the trial.
    fn start(&self) {
        let waited = self.look_before();
        self.board.wait_at_gate();
        self.lane.pass_gate();
        AT_WORK.set(AtWork::begin(waited));
    }

    /// Looks at the CPU that it is on, and opens its account with the scheduler: after it has come, so that none of that
    /// is start-up, and before the gate opens, so that none of it is work.
    fn look_before(&self) -> Option<(ScheduleAccount, u64)> {
        let is_to_look = self.board.is_called_to_look(self.number);
        // What a thread keeps for itself is set up at its first use, which must not be within the work.
        AT_WORK.set(None);
        if !is_to_look {
            return (self.number < self.board.spec().looks).then(usage::open_account).flatten();
        }
        let yardstick = self.yardstick();
        let waited = usage::open_account();
        self.lane.look(yardstick);
        waited
    }

    /// Times the yardstick, if this worker is to.
    fn yardstick(&self) -> Option<Yardstick> {
        let clock = self.board.spec().clock;
        (self.number < self.board.spec().yardsticks).then(|| yardstick(|| clock.now()))
    }

    /// Closes the accounts and says that it has nothing left to do.
    pub(super) fn end(&self) {
        self.turn_to(Activity::Idle);
        if let Some(used) = AT_WORK.take().and_then(AtWork::end) {
            self.lane.count_usage(used.counts);
            used.runnable_ns.into_iter().for_each(|ns| self.lane.count_runnable(ns));
            usage::peak_rss_kib().into_iter().for_each(|peak| self.lane.peak_memory(peak));
        }
        if !self.board.is_cancelled() {
            self.yardstick().into_iter().for_each(|yardstick| self.lane.yardstick_after(yardstick));
        }
        self.lane.leave();
        if self.board.spec().lingers {
            self.board.linger();
        }
    }

    /// Takes the next range there is.
    fn next_claim(&self) -> Option<Range<u64>> {
        let range = next_range(self.board.spec(), self.cursor, self.number, self.lane.claims_made())?;
        self.lane.claim(&range);
        Some(range)
    }

    fn run_range(&self, mut range: Range<u64>) -> Result<(), Cancelled> {
        range.try_for_each(|position| self.run_position(position))
    }

    /// Runs the task at a position and puts down what came of it.
    pub(super) fn run_position(&self, position: u64) -> Result<(), Cancelled> {
        let task = self.prepared.task_at(position);
        let result = self.run_task(task, || self.consume_in_place(task))?;
        self.settle(&result);
        Ok(())
    }

    /// Runs a task, after what has to be done with the bytes that it was sent with.
    #[inline]
    pub(super) fn run_task(&self, task: u64, consume: impl FnOnce() -> u64) -> Result<TaskRun, Cancelled> {
        if self.board.is_cancelled() {
            return Err(Cancelled);
        }
        if let Some(interpreter) = &self.interpreter {
            interpreter.enter()?;
        }
        let clock = self.board.spec().clock;
        let start = clock.now();
        self.lane.begin(task, start);
        self.look_at_cpu(start);
        let result = catch_unwind(AssertUnwindSafe(|| {
            let sum = consume();
            self.prepared.workload.run(task, self).map(|values| (values, sum))
        }));
        let end = clock.now();
        if self.interpreter.is_none() {
            // Under a lock it goes on as it is: the lock is kept from task to task.
            self.lane.activity(Activity::Fetching, end);
        }
        let values = match result {
            Ok(Ok(values)) => Ok(values),
            Ok(Err(cancelled)) => Err(self.failure.take().ok_or(cancelled)?),
            Err(panic) => Err(format!("it panicked: {}", words_of(&*panic))),
        };
        Ok(TaskRun { timed: TimedTask { task, start, end }, values })
    }

    /// Turns to what needs no interpreter's lock.
    pub(super) fn turn_to(&self, activity: Activity) {
        match &self.interpreter {
            Some(interpreter) => interpreter.let_go(activity),
            None => self.lane.activity_now(activity),
        }
    }

    /// Puts down what came of a task.
    #[inline]
    pub(super) fn settle(&self, run: &TaskRun) {
        match &run.values {
            Ok((values, sum)) => self.lane.finish(run.timed, values, *sum),
            Err(reason) => self.lane.fail(run.timed, reason),
        }
    }

    /// Reads a task's bytes and writes its result's where they lie, in memory that all share.
    fn consume_in_place(&self, task: u64) -> u64 {
        if self.board.spec().payload == 0 {
            return 0;
        }
        let slot = self.board.slot(self.number);
        payload::consume(task, self.board.input(task), |at, word| slot[at].store(word, Relaxed))
    }

    /// Has the memory of payloads mapped, page by page, so that none of that is paid for within the work.
    fn touch_payload(&self) {
        const PAGE: usize = 4096;
        let spec = self.board.spec();
        if spec.payload > 0 && spec.dispatch == Dispatch::Shared {
            self.board.slot(self.number).iter().step_by(PAGE / 8).for_each(|word| word.store(0, Relaxed));
            let pages = self.board.inputs().iter().step_by(PAGE);
            std::hint::black_box(pages.fold(0, |all, &byte| all ^ byte));
        }
    }

    /// Asks the kernel now and then which CPU this is.
    #[inline]
    fn look_at_cpu(&self, now: u64) {
        if now >= self.cpu_due.get() {
            self.cpu_due.set(now + CPU_EVERY);
            if let Ok(cpu) = nix::sched::sched_getcpu() {
                self.lane.seen_on(cpu as u32);
            }
        }
    }
}

/// What a panic had to say.
fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no reason was given")
}
