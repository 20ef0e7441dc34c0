//! One trial from the start of its workers to its last task: makes what it needs, has it supervised, and reads off what
//! was measured.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::control::{Control, Urgency};
use super::kind_facts::KindFacts;
use super::noise::NoiseReader;
use super::outcome::OutcomeReader;
use super::pulse::{BEAT, BEAT_OF_A_WATCH, Pulse, Standstill};
use super::run::{Executor, ProgramSetting};
use super::supervisor::{EarlyEnd, Starting, TrialSupervisor};
use super::watch::{ProgramEnd, ProgramWatch};
use crate::backend::{
    Backends, Board, BoardSpec, Broken, Clock, ProgramExtras, ProgramView, TickScale, Unready, ranks_reach,
};
use crate::machine::{self, NoiseCounter};
use crate::mpi::{self, Reach};
use crate::python::WatchUnit;
use crate::record::{Disturbance, Event, TrialEnd, TrialOutcome};
use crate::scenario::{Config, Job, Point, RecordedResults, Runtime, Scenario};
use crate::workload::{self, Service};

/// Runs trials for real.
pub struct BoardExecutor<'a> {
    scenario: &'a Scenario,
    backends: Backends,
    /// The point whose job the backends work on.
    point: Option<Point>,
    /// What tasks of the next trial came to before the run was cut short.
    recorded: RecordedResults,
    /// Whether the job that the backends work on has such tasks.
    has_recorded: bool,
    control: &'a Control,
    clock: Clock,
    scale: TickScale,
    program: PathBuf,
    /// Of the job that the backends work on.
    kind: KindFacts,
    /// Whether the job took longer to prepare than a trial may.
    is_too_slow: bool,
    pulse: Pulse,
    counter: NoiseCounter,
    /// What programs are started with, whatever the trial.
    extras: ProgramExtras,
    /// What is told of Python's tasks.
    unit: WatchUnit,
    /// Whether all of them are programs of MPI.
    mpi: bool,
    /// CPUs that its workers can keep busy.
    cpus: u32,
}

/// Whether ranks may be on other nodes, whose time-stamp counters have nothing to do with this one's.
fn are_ranks_far(scenario: &Scenario) -> bool {
    let mut backends = scenario.sweep.backends.iter().chain(&scenario.sweep.baseline);
    backends.any(|backend| backend.spec().is_launched()) && ranks_reach(&scenario.sweep.launcher) == Reach::Network
}

/// Said of a trial that had no time left to begin.
const TOO_SLOW: &str = "its workload was not ready by then";

impl<'a> BoardExecutor<'a> {
    /// An executor for the trials of one run; `program` is parlab's own binary, of which forkservers are made.
    pub fn new(scenario: &'a Scenario, program: &Path, programs: ProgramSetting, control: &'a Control) -> Self {
        let ProgramSetting { extras, unit, mpi, once } = programs;
        let kind = KindFacts::of(&scenario.job);
        // What others write down of a program has the clock that all have.
        let clock = if kind.runs_outside() || are_ranks_far(scenario) { Clock::Monotonic } else { Clock::detect() };
        let usable = machine::usable_here();
        Self {
            scenario,
            backends: Backends::new(&scenario.job, program, &scenario.sweep.launcher),
            point: None,
            recorded: RecordedResults::new(),
            has_recorded: false,
            control,
            clock,
            scale: TickScale::new(clock),
            program: program.to_owned(),
            kind,
            is_too_slow: control.is_slow_to_prepare(),
            pulse: Pulse::start(if once { BEAT_OF_A_WATCH } else { BEAT }),
            counter: NoiseCounter::new(&usable.cpus),
            extras,
            unit,
            mpi,
            cpus: usable.count,
        }
    }

    /// The board of a trial.
    fn board(&self, config: &Config, service: Option<&dyn Service>) -> Result<Board, Broken> {
        let (tasks, lanes) = (self.scenario.job.inputs.len(), config.backend.spec().lanes);
        // A program looks at nothing for parlab.
        let looks = if self.kind.runs_outside() { 0 } else { self.cpus };
        let spec = BoardSpec {
            values: self.kind.value_names.len(),
            summed: self.kind.summed,
            service: service.map(Service::address),
            lingers: self.kind.watch.memory,
            ..BoardSpec::of(config, tasks, lanes(config.workers), self.clock).looking_at(looks)
        };
        Board::create(spec).map_err(|error| Broken(format!("cannot make the board: {error}")))
    }

    /// From now on its workers are started.
    fn starting(&self, config: &Config) -> Starting<'_> {
        Starting {
            since: self.clock.now(),
            scale: self.scale,
            is_startup: config.backend.spec().starts_workers() || self.kind.runtime == Runtime::Python,
            watches_memory: self.kind.watch.memory,
            counter: &self.counter,
        }
    }
}

impl Executor for BoardExecutor<'_> {
    fn take_over(&mut self, recorded: RecordedResults) {
        self.recorded = recorded;
    }

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

impl<'a> BoardExecutor<'a> {
    /// Runs a trial for which workers can be started.
    fn run_trial(
        &mut self,
        trial: usize,
        config: &Config,
        with_results: bool,
        tell: &mut dyn FnMut(Event),
    ) -> Result<TrialOutcome, Broken> {
        let job = self.turn_to_job_of(config);
        match self.prepare(config) {
            Ok(()) => {}
            Err(Unready::CalledOff) => return Ok(self.called_off()),
            Err(Unready::Broken(broken)) => return Err(broken),
        }
        let service = workload::service(&job.kind, config.workers, &self.program);
        let service = service.map_err(|error| Broken(format!("cannot start what the tasks ask: {error}")))?;
        let board = Arc::new(self.board(config, service.as_deref())?);
        self.control.enter(&board, &job, self.scale);
        forget_peak_memory();
        self.pulse.take();
        let starting = self.starting(config);
        let watch = self.watch_of(config, &job)?;
        let pool = self.backends.start(config.backend, &board)?;
        let timeout = self.scenario.sweep.timeout;
        let supervisor = TrialSupervisor::new(trial, &board, pool, service, self.control, tell, timeout);
        let mut supervisor = supervisor.watching(watch).telling_results(self.kind.watch.tasks);
        let end = supervisor.run(starting);
        let now = self.clock.now();
        let standstill = self.pulse.take();
        let counts = supervisor.counts().cloned();
        let (opening, memory) = (supervisor.opening(), supervisor.take_memory());
        let (program, watch) = (supervisor.program(), supervisor.take_watch());
        let (lost_none, saw_stops) = (supervisor.lost_none(), supervisor.saw_stops());
        let tally = lost_none.then(|| self.tally(&job, &board)).flatten();
        // Its workers are gone before the trial counts as ended.
        drop(supervisor);
        self.control.ended(now);
        // A loss that could not be made good is one all the same.
        let lost_tasks = !lost_none && matches!(end, Err(EarlyEnd::NotWhole(_)));
        let (end, broken) = ended(end);
        let tick_s = self.scale.seconds_per_tick();
        let noise = NoiseReader {
            board: &board,
            tick_s,
            is_forked: config.forks() > 0 || workload::starts_programs(&job.kind),
            is_whole: lost_none && end == TrialEnd::Complete,
        };
        let noise = counts.map(|counts| noise.noise(&counts));
        let reader = OutcomeReader {
            job: &job,
            board: &board,
            value_names: &self.kind.value_names,
            settled: self.kind.settled,
            tick_s,
        };
        let outcome = reader.outcome(end, opening, now);
        let results = with_results.then(|| reader.results()).flatten();
        let tally = tally.filter(|_| end == TrialEnd::Complete && outcome.tasks_failed == 0);
        let disturbance = disturbance(&outcome, standstill, saw_stops, !lost_none);
        let disturbance = disturbance.or(lost_tasks.then_some(Disturbance::WorkerReplaced));
        let is_pieced = !job.recorded.is_empty() && outcome.end == TrialEnd::Complete;
        let disturbance = if is_pieced { Some(Disturbance::TwoSittings) } else { disturbance };
        let outcome = TrialOutcome { disturbance, broken, memory, tally, noise, results, ..outcome };
        Ok(program.map_or(outcome.clone(), |program| watched(outcome, program, watch)))
    }

    /// What looks at the program of a trial, and what has that tell of itself; `None` for trials of parlab's own workers.
    fn watch_of(&self, config: &Config, job: &Job) -> Result<Option<ProgramWatch>, Broken> {
        if !config.backend.spec().is_program() {
            return Ok(None);
        }
        let order = workload::program_call(job, config.workers, Path::new("")).order;
        let is_mpi = self.mpi || order.words.first().is_some_and(|word| mpi::is_launcher(word.as_ref()));
        let variable = |name: &str| order.environment.get(name).map(Into::into).or_else(|| std::env::var_os(name));
        let words: Vec<OsString> = order.words.iter().map(Into::into).collect();
        let ranks = is_mpi.then(|| Reach::of(&words, &variable));
        let watch = ProgramWatch::new(self.unit, ranks);
        let watch = watch.map_err(|error| Broken(format!("cannot make a board for the program: {error}")))?;
        let mut extras = self.extras.clone();
        extras.environment.extend(watch.environment(&order.environment));
        self.backends.set_extras(extras);
        Ok(Some(watch))
    }

    /// Has the backend prepare what its workers need, within the time that a trial may take.
    fn prepare(&self, config: &Config) -> Result<(), Unready> {
        let until = Instant::now() + self.scenario.sweep.timeout;
        let is_wanted = || self.control.urgency() == Urgency::GoOn && Instant::now() < until;
        if self.is_too_slow { Err(Unready::CalledOff) } else { self.backends.prepare(config, &is_wanted) }
    }

    /// What becomes of a trial that was called off before its workload was ready.
    fn called_off(&mut self) -> TrialOutcome {
        if self.control.urgency() > Urgency::GoOn {
            return TrialOutcome { end: TrialEnd::Cancelled, ..TrialOutcome::default() };
        }
        // Where the program was stopped meanwhile, it is tried again.
        let stopped = self.control.is_disturbed() || self.pulse.take() != Standstill::default();
        self.is_too_slow = !stopped;
        TrialOutcome {
            end: TrialEnd::TimedOut,
            disturbance: stopped.then_some(Disturbance::ProgramStopped),
            broken: Some(TOO_SLOW.to_owned()),
            ..TrialOutcome::default()
        }
    }

    /// Has the backends turn to the job of a configuration.
    fn turn_to_job_of(&mut self, config: &Config) -> Cow<'a, Job> {
        let mut job = self.scenario.job_at(config.point.as_ref());
        let recorded = std::mem::take(&mut self.recorded);
        let has_recorded = !recorded.is_empty();
        if has_recorded {
            job.to_mut().recorded = recorded;
        }
        if self.point != config.point || self.has_recorded || has_recorded {
            self.has_recorded = has_recorded;
            self.backends.set_job(&job);
            self.kind = KindFacts::of(&job);
            self.point.clone_from(&config.point);
            self.is_too_slow = self.control.is_slow_to_prepare();
        }
        job
    }

    /// What the tasks have left in what they share.
    fn tally(&self, job: &Job, board: &Board) -> Option<BTreeMap<String, f64>> {
        let left = self.kind.watch.tally?(job, board.shared_cells());
        (!left.is_empty()).then(|| left.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

/// The outcome of a trial of a program, with what was seen of that.
fn watched(outcome: TrialOutcome, program: ProgramView, watch: Option<ProgramWatch>) -> TrialOutcome {
    let failure = program.failure.or(outcome.failure.clone());
    let end = program.end.as_ref().map_or_else(ProgramEnd::default, ProgramEnd::of);
    // Of one that was joined no account is handed over.
    let seen_s = watch.as_ref().filter(|_| program.end.is_none()).and_then(ProgramWatch::cpu_s);
    match watch.and_then(|watch| watch.close(&end)) {
        Some((program, lanes, memory)) => TrialOutcome {
            failure,
            program: Some(program),
            lanes,
            memory: memory.or(outcome.memory),
            cpu_user_s: seen_s.unwrap_or(outcome.cpu_user_s),
            ..outcome
        },
        None => TrialOutcome { failure, ..outcome },
    }
}

/// How a trial ended, and why if that was too early.
fn ended(end: Result<(), EarlyEnd>) -> (TrialEnd, Option<String>) {
    match end {
        Ok(()) => (TrialEnd::Complete, None),
        Err(EarlyEnd::Called(end)) => (end, None),
        Err(EarlyEnd::Broken(broken)) => (TrialEnd::Broken, Some(broken.to_string())),
        Err(EarlyEnd::NotWhole(why)) => (TrialEnd::Broken, Some(why)),
    }
}

/// What makes the time of a trial worth nothing, if it ran to its end or to its time limit.
fn disturbance(outcome: &TrialOutcome, still: Standstill, saw_stops: bool, lost_workers: bool) -> Option<Disturbance> {
    /// A standstill of a smaller part of the wall time than this is no worse than what repeats differ by.
    const PART: f64 = 0.01;
    let counts = |still: Duration| !still.is_zero() && still.as_secs_f64() > PART * outcome.wall_s;
    match outcome.end {
        TrialEnd::Complete if outcome.tasks_failed == 0 => {}
        TrialEnd::TimedOut => {}
        _ => return None,
    }
    let causes = [
        (counts(still.suspended), Disturbance::MachineSuspended),
        (counts(still.stopped), Disturbance::ProgramStopped),
        (saw_stops, Disturbance::WorkersStopped),
        // What took too long did not do so for the sake of a worker.
        (lost_workers && outcome.end == TrialEnd::Complete, Disturbance::WorkerReplaced),
    ];
    causes.into_iter().find(|(holds, _)| *holds).map(|(_, cause)| cause)
}

/// Starts this process's peak resident set anew, so that a trial is not charged with an earlier one's.
fn forget_peak_memory() {
    // Not every kernel offers it; then the peak is that since the program began.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
