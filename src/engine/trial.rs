//! One trial from hiring to its last task: hires, opens the gate, watches the clock, hears cancellations, and
//! decides what a lost worker means.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::control::{Control, Urgency};
use super::memory::MemoryWatch;
use super::order::order_figures;
use crate::record::RESULTS_MAX;
use crate::record::{Cause, Event, LockUse, Loss, MemoryCourse, Remedy, TaskResult, TaskTimes, TrialEnd, TrialOutcome};

use super::run::Executor;
use crate::backend::{Backends, Board, BoardSpec, Broken, Clock, Departure, Notice, Pool, TickScale, Totals};
use crate::scenario::{BackendKind, Config, Inputs, Job, Point, Scenario, Value};
use crate::workload::{self, Service, Watch};

/// How often the engine looks up while workers work.
const TICK: Duration = Duration::from_millis(50);
/// How often it tells how far they are.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);
/// How long tasks are given to stop by themselves once a trial is called off.
const GRACE: Duration = Duration::from_millis(50);
/// A look-up that comes later than this may mean that the whole program was stopped.
const LATE: Duration = Duration::from_millis(250);
/// How long the news of such a stop may take to get here.
const NEWS: Duration = Duration::from_millis(100);
/// A trial that loses more workers than this is given up.
const LOSSES_MAX: usize = 1000;

/// Runs trials for real.
pub struct BoardExecutor<'a> {
    scenario: &'a Scenario,
    backends: Backends,
    /// The point whose job the backends works on.
    point: Option<Point>,
    control: &'a Control,
    clock: Clock,
    scale: TickScale,
    value_names: Vec<&'static str>,
    /// How many of the values are the same in every trial.
    summed: usize,
    watch: Watch,
}

impl<'a> BoardExecutor<'a> {
    /// A executor for the trials of one run; `program` is parlab's own binary, of which forkservers are made.
    pub fn new(scenario: &'a Scenario, program: &Path, control: &'a Control) -> Self {
        let clock = Clock::detect();
        let spec = workload::spec(&scenario.job.kind);
        Self {
            scenario,
            backends: Backends::new(&scenario.job, program),
            point: None,
            control,
            clock,
            scale: TickScale::new(clock),
            value_names: spec.map_or(Vec::new(), |spec| spec.results().map(|value| value.name).collect()),
            summed: spec.map_or(0, |spec| spec.values.len()),
            watch: workload::watch(&scenario.job.kind),
        }
    }

    fn shape(&self, config: &Config, service: Option<&dyn Service>) -> BoardSpec {
        BoardSpec {
            tasks: self.scenario.job.inputs.len(),
            workers: config.workers,
            schedule: config.schedule,
            chunk: config.chunk,
            values: self.value_names.len(),
            summed: self.summed,
            clock: self.clock,
            dispatch: config.dispatch,
            payload: config.payload,
            per_process: config.per_process,
            service: service.map(Service::port),
            lingers: self.watch.memory,
        }
    }
}

impl Executor for BoardExecutor<'_> {
    fn trial(
        &mut self,
        trial: usize,
        config: &Config,
        with_results: bool,
        tell: &mut dyn FnMut(Event),
    ) -> TrialOutcome {
        self.run_trial(trial, config, with_results, tell)
            .unwrap_or_else(|broken| TrialOutcome { broken: Some(broken.to_string()), ..TrialOutcome::default() })
    }
}

impl BoardExecutor<'_> {
    /// Carries out a trial for which workers can be hired.
    fn run_trial(
        &mut self,
        trial: usize,
        config: &Config,
        with_results: bool,
        tell: &mut dyn FnMut(Event),
    ) -> Result<TrialOutcome, Broken> {
        let job = self.scenario.job_at(config.point.as_ref());
        if self.point != config.point {
            self.backends.set_job(&job);
            self.point.clone_from(&config.point);
        }
        self.backends.prepare(config.backend, config.dispatch)?;
        let service = workload::service(&self.scenario.job.kind, config.workers);
        let service = service.map_err(|error| Broken(format!("cannot start what the tasks ask: {error}")))?;
        let board = Board::create(self.shape(config, service.as_deref()));
        let board = Arc::new(board.map_err(|error| Broken(format!("cannot make the board: {error}")))?);
        self.control.enter(&board, &job, self.scale);
        forget_peak_memory();
        let hiring = self.clock.now();
        let pool = self.backends.start(config.backend, &board)?;
        let mut supervisor = TrialSupervisor {
            trial,
            board: &board,
            pool,
            service,
            control: self.control,
            tell,
            deadline: Instant::now() + self.scenario.sweep.timeout,
            called_off: None,
            losses: HashMap::new(),
            lost: 0,
            left: 0,
            looked_up: Instant::now(),
            late: false,
            memory: None,
        };
        let mut opened = None;
        let end = supervisor.gather().and_then(|()| {
            let startup = board.totals().last_arrival.saturating_sub(hiring) as f64 * self.scale.seconds_per_tick();
            let startup_s = (config.backend != BackendKind::Serial).then_some(startup);
            if self.watch.memory {
                supervisor.watch_memory();
            }
            let at = board.open_gate();
            self.control.opened(at);
            opened = Some((at, startup_s));
            (supervisor.tell)(Event::GateOpened { trial, startup_s });
            supervisor.attend()
        });
        if matches!(end, Err(EarlyEnd::Broken(_))) {
            // Whoever still works would do so beside the next trial.
            board.cancel();
            supervisor.service = None;
            supervisor.pool.kill();
        }
        let now = self.clock.now();
        if supervisor.late || supervisor.looked_up.elapsed() > LATE {
            // Before this trial is believed, whoever heard of a stop has time to say so.
            std::thread::sleep(NEWS);
        }
        let watched = Watched {
            memory: supervisor.memory.take().and_then(MemoryWatch::close),
            tally: (supervisor.lost == 0).then(|| self.tally(&job, &board)).flatten(),
        };
        drop(supervisor);
        self.control.ended(now);
        let (end, broken) = match end {
            Ok(()) => match missing(&board) {
                0 => (TrialEnd::Complete, None),
                lost => (
                    TrialEnd::Broken,
                    Some(format!("{lost} tasks were lost with workers that were killed while they took them")),
                ),
            },
            Err(EarlyEnd::Called(end)) => (end, None),
            Err(EarlyEnd::Broken(broken)) => (TrialEnd::Broken, Some(broken.to_string())),
        };
        let outcome = self.outcome(&board, end, opened, now, with_results);
        let tally = watched.tally.filter(|_| end == TrialEnd::Complete && outcome.tasks_failed == 0);
        Ok(TrialOutcome { broken, memory: watched.memory, tally, ..outcome })
    }

    /// What the tasks have left in what they share.
    fn tally(&self, job: &Job, board: &Board) -> Option<BTreeMap<String, f64>> {
        let left = self.watch.tally?(job, board.shared_cells());
        (!left.is_empty()).then(|| left.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn outcome(
        &self,
        board: &Board,
        end: TrialEnd,
        opened: Option<(u64, Option<f64>)>,
        now: u64,
        with_results: bool,
    ) -> TrialOutcome {
        let totals = board.totals();
        let tick_s = self.scale.seconds_per_tick();
        let (opened, startup_s) = opened.unwrap_or((now, None));
        let last_end = if end == TrialEnd::Complete { totals.last_end } else { now };
        let wall_s = last_end.saturating_sub(opened) as f64 * tick_s;
        let order = || order_figures(board, &totals, tick_s, wall_s, self.scenario.job.order);
        TrialOutcome {
            end,
            broken: None,
            wall_s,
            startup_s,
            cpu_user_s: totals.user_us as f64 * 1e-6,
            cpu_system_s: totals.system_us as f64 * 1e-6,
            switches_voluntary: totals.voluntary,
            switches_involuntary: totals.involuntary,
            peak_rss_bytes: (totals.peak_rss_kib > 0).then_some(totals.peak_rss_kib * 1024),
            tasks_done: totals.done,
            tasks_failed: totals.failed,
            failure: board.failure(),
            task_s: totals.task_ticks.map(|ticks| {
                let [min, median, p95, max] = ticks.map(|t| t * tick_s);
                TaskTimes { min, median, p95, max }
            }),
            interpreter: self.scenario.job.interpreter.map(|_| lock_use(&totals, tick_s)),
            order: (end == TrialEnd::Complete).then(order).flatten(),
            checksum: format!("{:016x}", totals.checksum),
            results: (with_results && board.shape().tasks <= RESULTS_MAX).then(|| self.results(board)),
            ..TrialOutcome::default()
        }
    }

    fn results(&self, board: &Board) -> Vec<TaskResult> {
        let values = |task| {
            let record = board.read_record(task).filter(|record| !record.failed)?;
            Some(self.value_names.iter().map(|&name| name.to_owned()).zip(record.values).collect())
        };
        let inputs = &self.scenario.job.inputs;
        (0..board.shape().tasks).map(|task| TaskResult { input: input(inputs, task), values: values(task) }).collect()
    }
}

fn lock_use(totals: &Totals, tick_s: f64) -> LockUse {
    let [held_s, waited_s] = totals.lock_ticks.map(|ticks| ticks as f64 * tick_s);
    let [waits, handovers] = totals.lock_counts;
    LockUse { held_s, waited_s, waits, handovers }
}

/// What a report calls the input of a task: `x`, or the grid's keys.
fn input(inputs: &Inputs, task: u64) -> BTreeMap<String, Value> {
    match inputs {
        Inputs::Grid(_) => {
            inputs.grid_point(task).into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect()
        }
        _ => BTreeMap::from([("x".to_owned(), Value::Number(inputs.x(task)))]),
    }
}

/// How many tasks nobody has settled.
fn missing(board: &Board) -> u64 {
    board.shape().tasks.saturating_sub(board.progress().0)
}

/// What trials of some kinds are asked for besides results.
struct Watched {
    memory: Option<MemoryCourse>,
    tally: Option<BTreeMap<String, f64>>,
}

/// Why a trial ends before its last task.
enum EarlyEnd {
    Called(TrialEnd),
    Broken(Broken),
}

/// Stands by while a pool works.
struct TrialSupervisor<'a> {
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
    /// How many workers each task has cost.
    losses: HashMap<u64, u32>,
    lost: usize,
    left: u32,
    looked_up: Instant,
    /// Whether this thread stood still for a while.
    late: bool,
    memory: Option<MemoryWatch<'a>>,
}

impl TrialSupervisor<'_> {
    /// Waits until all workers stand at the gate.
    fn gather(&mut self) -> Result<(), EarlyEnd> {
        while self.board.arrived() < self.board.shape().workers {
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

    /// Waits until all workers have left.
    fn attend(&mut self) -> Result<(), EarlyEnd> {
        let mut told = Instant::now();
        while self.left < self.board.shape().workers || self.recover()? {
            self.look_up()?;
            self.look_at_memory();
            self.hear(TICK.min(self.deadline.saturating_duration_since(Instant::now())))?;
            if told.elapsed() >= PROGRESS_EVERY {
                told = Instant::now();
                let (done, failed) = self.board.progress();
                (self.tell)(Event::Progress { trial: self.trial, done, failed });
            }
        }
        let whole = self.board.progress().0 >= self.board.shape().tasks;
        match self.called_off {
            // Everybody was done already.
            _ if whole => Ok(()),
            Some((_, end)) => Err(EarlyEnd::Called(end)),
            // The workers heard of it first, and were gone before this thread looked up.
            None if self.control.urgency() > Urgency::GoOn => Err(EarlyEnd::Called(TrialEnd::Cancelled)),
            None => Ok(()),
        }
    }

    /// Has a claim run that a worker took to its grave, when everybody else has left; says whether there was one.
    fn recover(&mut self) -> Result<bool, EarlyEnd> {
        if self.lost == 0 || self.board.is_cancelled() {
            return Ok(false);
        }
        let Some(claim) = self.board.lost_claim() else { return Ok(false) };
        self.board.hand_over(0, &claim);
        self.pool.replace(0).map_err(EarlyEnd::Broken)?;
        self.left -= 1;
        Ok(true)
    }

    /// Looks at the clock and at the control, and ends what should end.
    fn look_up(&mut self) -> Result<(), EarlyEnd> {
        self.late |= self.looked_up.elapsed() > LATE;
        self.looked_up = Instant::now();
        let urgency = self.control.urgency();
        if self.called_off.is_none() {
            let end = match urgency {
                Urgency::GoOn if Instant::now() >= self.deadline => TrialEnd::TimedOut,
                Urgency::GoOn => return Ok(()),
                Urgency::Cancel | Urgency::Kill => TrialEnd::Cancelled,
            };
            self.board.cancel();
            // Whoever waits for an answer need not wait any longer.
            self.service = None;
            self.called_off = Some((Instant::now(), end));
        }
        match self.called_off {
            Some((since, end)) if urgency == Urgency::Kill || since.elapsed() >= GRACE => {
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
                self.left += 1;
                Ok(())
            }
            Some(Notice::Left { worker, pid, how }) => self.lose(worker, pid, how),
            Some(Notice::Stalled { worker, pid, stopped }) => {
                self.board.mark_stalled(worker, stopped);
                (self.tell)(Event::WorkerStalled { trial: self.trial, worker, pid, stopped });
                Ok(())
            }
            Some(Notice::Broken(broken)) => Err(EarlyEnd::Broken(broken)),
        }
    }

    /// Decides what becomes of a lost worker's task and place.
    fn lose(&mut self, worker: u32, pid: u32, how: Departure) -> Result<(), EarlyEnd> {
        let task = self.board.mark_lost(worker);
        if self.called_off.is_some() {
            // It was on its way out anyway.
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

/// Starts this process's peak resident set anew, so that a trial is not charged with an earlier one's.
fn forget_peak_memory() {
    // Not every kernel offers it; then the peak is that since the program began.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
