//! What happens while a pool works: waits for workers, opens the gate, watches the clock, hears cancellations, and
//! decides what a lost worker means.
//!
//! What was measured meanwhile is read off the board afterwards, in `outcome`.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::control::{Control, Urgency};
use super::memory::MemoryWatch;
use super::stops::Stops;
use super::task_results::TaskResults;
use super::watch::ProgramWatch;
use crate::backend::{Board, Broken, Departure, Notice, Pool, ProgramView, TickScale};
use crate::machine::{NoiseCounter, NoiseCounts, NoiseReading};
use crate::record::{Cause, Event, Loss, MemoryCourse, Remedy, TrialEnd};
use crate::system::signals::ends;
use crate::workload::Service;

/// How often the engine looks up while workers work.
const TICK: Duration = Duration::from_millis(20);
/// How often it does while a program is watched, which has a thread of its own for that: there are no workers to look at,
/// its end is heard at once, and a tenth of a second until it is asked to end is not noticed.
const TICK_BESIDE_WATCH: Duration = Duration::from_millis(100);
/// How often it tells how far they are.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);
/// How long workers at the gate may take to look at their CPUs, which takes each a tenth of a millisecond.
const LOOK_MAX: Duration = Duration::from_millis(250);
/// How long the news that all were sent a signal may take to get here.
const NEWS: Duration = Duration::from_millis(100);
/// A trial that loses more workers than this is given up.
const LOSSES_MAX: usize = 1000;

/// Why a trial ends before its last task.
pub(super) enum EarlyEnd {
    Called(TrialEnd),
    Broken(Broken),
    /// All workers have left, and tasks are missing or were run twice: why, in words.
    NotWhole(String),
}

/// When a gate was opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    /// In ticks.
    pub(super) at: u64,
    /// Seconds from the start of starting workers until all were ready; `None` where that is no start-up.
    pub(super) startup_s: Option<f64>,
}

/// Stands by while a pool works.
pub(super) struct TrialSupervisor<'a> {
    trial: usize,
    board: &'a Board,
    pool: Box<dyn Pool>,
    /// What the tasks ask, until the trial is called off or over.
    service: Option<Box<dyn Service>>,
    control: &'a Control,
    tell: &'a mut dyn FnMut(Event),
    deadline: Instant,
    /// Since when, and why, the trial is being ended.
    called_off: Option<(Instant, TrialEnd)>,
    opening: Option<Opening>,
    /// How many workers each task has cost.
    losses: HashMap<u64, u32>,
    lost: usize,
    left: u32,
    stops: Stops,
    memory: Option<MemoryWatch<'a>>,
    /// Tells what tasks come to, if that is to be told.
    results: Option<TaskResults>,
    /// Looks at the program that is run, if it is one.
    watch: Option<ProgramWatch>,
    /// What the kernel had counted when the gate was opened.
    before: Option<NoiseReading>,
    /// What it counted until the end.
    counts: Option<NoiseCounts>,
}

/// Why workers are being waited for, and since when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Starting<'c> {
    /// When the first of them was started, in ticks.
    pub(super) since: u64,
    /// How long a tick is.
    pub(super) scale: TickScale,
    /// Whether the time that it takes counts as start-up.
    pub(super) is_startup: bool,
    /// Whether their memory is to be watched.
    pub(super) watches_memory: bool,
    /// Counts what happens on the CPUs besides.
    pub(super) counter: &'c NoiseCounter,
}

impl<'a> TrialSupervisor<'a> {
    /// For workers that were started, and may go on for `timeout` from now.
    pub(super) fn new(
        trial: usize,
        board: &'a Board,
        pool: Box<dyn Pool>,
        service: Option<Box<dyn Service>>,
        control: &'a Control,
        tell: &'a mut dyn FnMut(Event),
        timeout: Duration,
    ) -> Self {
        Self {
            trial,
            board,
            pool,
            service,
            control,
            tell,
            deadline: Instant::now() + timeout,
            called_off: None,
            opening: None,
            losses: HashMap::new(),
            lost: 0,
            left: 0,
            stops: Stops::default(),
            memory: None,
            results: None,
            watch: None,
            before: None,
            counts: None,
        }
    }

    /// Waits for the workers, lets them work, and waits until all have left.
    ///
    /// # Errors
    /// When they did not come to the end of the work. Those of a trial that broke are ended.
    pub(super) fn run(&mut self, starting: Starting<'_>) -> Result<(), EarlyEnd> {
        let end = self.gather().and_then(|()| {
            self.open_gate(starting)?;
            self.attend()
        });
        self.tell_results(true);
        self.begin_with_program();
        self.counts = self.before.take().map(|before| starting.counter.between(&before, &starting.counter.read()));
        if matches!(end, Err(EarlyEnd::Broken(_))) {
            // Those that still work would do so beside the next trial.
            self.board.cancel();
            self.service = None;
            self.pool.kill();
        }
        end
    }

    /// Has the trial begin when its program was started, if it is one: what it took to ask for that is none of it.
    fn begin_with_program(&mut self) {
        let began = self.pool.program().and_then(|program| program.began);
        if let (Some(opening), Some(began)) = (&mut self.opening, began) {
            opening.at = began;
            self.control.opened(began);
        }
    }

    /// Telling what tasks come to, if they are of a kind for that.
    pub(super) fn telling_results(self, is_told: bool) -> Self {
        let results = is_told.then(|| TaskResults::new(self.board));
        Self { results, ..self }
    }

    /// With something that looks at the program, for it is one that is run.
    pub(super) fn watching(self, watch: Option<ProgramWatch>) -> Self {
        Self { watch, ..self }
    }

    /// Has the program looked at once it is known which process that is.
    fn follow_program(&mut self) {
        let Some(watch) = self.watch.as_mut().filter(|watch| !watch.is_on()) else { return };
        let Some(ProgramView { began: Some(began), pid: Some(pid), launcher, output, .. }) = self.pool.program() else {
            return;
        };
        if let Ok(live) = watch.follow(pid, launcher, began, &output) {
            self.control.watches(live);
        }
    }

    /// How long it may wait for news before it looks up.
    fn tick(&self) -> Duration {
        let is_looked_at = self.watch.as_ref().is_some_and(ProgramWatch::is_on);
        if is_looked_at && self.memory.is_none() && self.called_off.is_none() { TICK_BESIDE_WATCH } else { TICK }
    }

    /// What looks at the program, once that is over.
    pub(super) fn take_watch(&mut self) -> Option<ProgramWatch> {
        self.watch.take()
    }

    /// What is to be seen of the program that was run, if it was one.
    pub(super) fn program(&self) -> Option<ProgramView> {
        self.pool.program()
    }

    /// When the gate was opened, if it was.
    pub(super) fn opening(&self) -> Option<Opening> {
        self.opening
    }

    /// Whether all workers that were started came to their end.
    pub(super) fn lost_none(&self) -> bool {
        self.lost == 0
    }

    /// Whether workers were stopped from outside for a while, and went on or came to their end.
    pub(super) fn saw_stops(&self) -> bool {
        self.stops.are_over()
    }

    /// The course of the workers' memory, if it was watched.
    pub(super) fn take_memory(&mut self) -> Option<MemoryCourse> {
        self.memory.take().and_then(MemoryWatch::close)
    }

    /// What the kernel counted of the CPUs from the gate's opening to the end, if it was opened.
    pub(super) fn counts(&self) -> Option<&NoiseCounts> {
        self.counts.as_ref()
    }

    /// Opens the gate, when all workers have looked at their CPUs: of that, nothing is start-up and nothing is work.
    fn open_gate(&mut self, starting: Starting<'_>) -> Result<(), EarlyEnd> {
        let startup_ticks = self.board.totals().last_arrival.saturating_sub(starting.since);
        let startup_s = startup_ticks as f64 * starting.scale.seconds_per_tick();
        let startup_s = starting.is_startup.then_some(startup_s);
        if starting.watches_memory {
            self.watch_memory();
        }
        self.have_looks()?;
        self.before = Some(starting.counter.read());
        let at = self.board.open_gate();
        self.control.opened(at);
        self.opening = Some(Opening { at, startup_s });
        (self.tell)(Event::GateOpened { trial: self.trial, startup_s });
        Ok(())
    }

    /// Has the workers at the gate look at their CPUs. Of one that is lost meanwhile the replacement looks; one that does
    /// not get to it, since it is stopped, keeps no other waiting.
    fn have_looks(&mut self) -> Result<(), EarlyEnd> {
        let until = Instant::now() + LOOK_MAX;
        self.board.call_for_looks();
        while Instant::now() < until && !self.have_all_looked() {
            self.look_up()?;
            self.board.wait_for_looks(Duration::from_millis(5));
            self.hear(Duration::ZERO)?;
        }
        Ok(())
    }

    fn have_all_looked(&self) -> bool {
        self.board.arrived() >= self.board.spec().lanes && self.board.all_looked()
    }

    /// Waits until all workers stand at the gate.
    fn gather(&mut self) -> Result<(), EarlyEnd> {
        while self.board.arrived() < self.board.spec().lanes {
            self.look_up()?;
            self.board.wait_for_arrivals(Duration::from_millis(5));
            self.hear(Duration::ZERO)?;
        }
        Ok(())
    }

    /// Watches the workers' memory from now on; all of them stand at the gate.
    fn watch_memory(&mut self) {
        let mut watch = MemoryWatch::new(self.board, self.pool.parent());
        self.control.measured(watch.sample());
        watch.begin();
        self.memory = Some(watch);
    }

    /// Looks at the workers' memory when that is due, and lets them go when they have nothing left to do.
    fn look_at_memory(&mut self) {
        let Some(watch) = &mut self.memory else { return };
        if watch.is_over() {
            return;
        }
        let is_over = self.board.all_finished();
        if is_over || watch.is_due() {
            self.control.measured(watch.sample());
        }
        if is_over {
            watch.end();
            self.board.let_go();
        }
    }

    /// Tells what tasks came to since, where that is told.
    fn tell_results(&mut self, is_end: bool) {
        let Some(results) = &mut self.results else { return };
        let results = results.due(self.board, is_end);
        if !results.is_empty() {
            (self.tell)(Event::TasksDone { trial: self.trial, results });
        }
    }

    /// Waits until all workers have left.
    fn attend(&mut self) -> Result<(), EarlyEnd> {
        let mut told = Instant::now();
        while self.left < self.board.spec().lanes || self.recover()? {
            self.look_up()?;
            self.look_at_memory();
            self.tell_results(false);
            self.hear(self.tick().min(self.deadline.saturating_duration_since(Instant::now())))?;
            self.follow_program();
            if told.elapsed() >= PROGRESS_EVERY {
                told = Instant::now();
                let (done, failed) = self.board.progress();
                (self.tell)(Event::Progress { trial: self.trial, done, failed });
            }
        }
        let whole = self.board.progress().0 >= self.board.spec().tasks;
        match self.called_off {
            // All of it was done already.
            _ if whole => self.board.audit().map_err(EarlyEnd::NotWhole),
            Some((_, end)) => Err(EarlyEnd::Called(end)),
            // The workers heard of it first, and were gone before this thread looked up.
            None if self.control.urgency() > Urgency::GoOn => Err(EarlyEnd::Called(TrialEnd::Cancelled)),
            None => self.board.audit().map_err(EarlyEnd::NotWhole),
        }
    }

    /// Has a claim run that was lost with a worker, when all others have left; says whether there was one. The worker
    /// that runs it may be lost, too: it is then replaced as any other, and its replacement has the same claim.
    fn recover(&mut self) -> Result<bool, EarlyEnd> {
        if self.lost == 0 || self.board.is_cancelled() {
            return Ok(false);
        }
        let lost = self.board.lost_claims();
        let Some(claim) = lost.first() else { return Ok(false) };
        self.board.hand_over(0, claim);
        self.pool.replace(0).map_err(EarlyEnd::Broken)?;
        self.left -= 1;
        Ok(true)
    }

    /// Looks at the clock and at the control, and ends what should end.
    fn look_up(&mut self) -> Result<(), EarlyEnd> {
        if let Some(stopped) = self.pool.take_stop() {
            self.stops.forkserver(stopped);
        }
        let urgency = self.control.urgency();
        if self.called_off.is_none() {
            let end = match urgency {
                Urgency::GoOn if Instant::now() >= self.deadline => TrialEnd::TimedOut,
                Urgency::GoOn => return Ok(()),
                Urgency::Cancel | Urgency::Kill => TrialEnd::Cancelled,
            };
            self.board.cancel();
            self.pool.call_off(self.control.asked_by());
            // A task that waits for an answer need not wait any longer.
            self.service = None;
            self.called_off = Some((Instant::now(), end));
        }
        match self.called_off {
            Some((since, end)) if urgency == Urgency::Kill || since.elapsed() >= self.pool.grace() => {
                self.pool.kill();
                Err(EarlyEnd::Called(end))
            }
            _ => Ok(()),
        }
    }

    /// Waits for the next notice and deals with it.
    fn hear(&mut self, timeout: Duration) -> Result<(), EarlyEnd> {
        match self.pool.next(timeout) {
            None => Ok(()),
            Some(Notice::Left { worker, .. }) if self.board.is_finished(worker) => {
                self.stops.gone(worker);
                self.left += 1;
                Ok(())
            }
            Some(Notice::Left { worker, pid, how }) => self.lose(worker, pid, how),
            Some(Notice::Stalled { worker, pid, stopped }) => {
                self.board.mark_stalled(worker, stopped);
                self.stops.worker(worker, stopped);
                // Stopped with the whole program, it is no news of the worker's own.
                if !self.control.is_disturbed() {
                    (self.tell)(Event::WorkerStalled { trial: self.trial, worker, pid, stopped });
                }
                Ok(())
            }
            Some(Notice::Broken(broken)) => Err(EarlyEnd::Broken(broken)),
        }
    }

    /// Decides what becomes of a lost worker's task and place.
    fn lose(&mut self, worker: u32, pid: u32, how: Departure) -> Result<(), EarlyEnd> {
        let task = self.board.mark_lost(worker);
        self.stops.gone(worker);
        if self.called_off.is_some() {
            // It was on its way out anyway.
            self.left += 1;
            return Ok(());
        }
        if self.was_for_all(&how) {
            self.look_up()?;
            self.left += 1;
            return Ok(());
        }
        self.lost += 1;
        let fatal = self.pool.loss_is_fatal(worker);
        let remedy = if fatal.is_some() { Remedy::GivenUp } else { self.remedy(task) };
        if let (Remedy::TaskFailed, Some(task)) = (remedy, task) {
            self.board.give_up_task(worker, task);
            self.pool.give_up(task);
        }
        let cause = match how {
            Departure::Exit(status) => Cause::Exit(status),
            Departure::Signal(name) => Cause::Signal(name),
        };
        (self.tell)(Event::WorkerLost(Loss { trial: self.trial, worker, pid, cause, task, remedy }));
        if remedy == Remedy::GivenUp {
            let too_many = || Broken(format!("more than {LOSSES_MAX} workers were lost"));
            return Err(EarlyEnd::Broken(fatal.unwrap_or_else(too_many)));
        }
        self.pool.replace(worker).map_err(EarlyEnd::Broken)
    }

    /// Whether a worker was ended by a signal that the whole program was sent, as by a batch system whose patience is at
    /// its end: that the program was told to end may be heard a moment later.
    fn was_for_all(&self, how: &Departure) -> bool {
        let Departure::Signal(name) = how else { return false };
        if !name.parse().is_ok_and(ends) {
            return false;
        }
        let until = Instant::now() + NEWS;
        while self.control.urgency() == Urgency::GoOn && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.control.urgency() > Urgency::GoOn
    }

    fn remedy(&mut self, task: Option<u64>) -> Remedy {
        if self.lost > LOSSES_MAX {
            return Remedy::GivenUp;
        }
        let Some(task) = task else { return Remedy::Replaced };
        let cost = self.losses.entry(task).or_default();
        *cost += 1;
        if *cost == 1 { Remedy::Retried } else { Remedy::TaskFailed }
    }
}
