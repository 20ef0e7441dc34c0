//! A run from its first event to its last: trial after trial of the plan, in order.
//!
//! It does not know how a trial is executed; that is an [`Executor`]'s business, which tests replace by one with
//! scripted durations.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use super::control::{Control, Urgency};
use super::more_trials::{Next, next};
use super::noise_warning::noise_warning;
use super::resumed_warning::resumed_warning;
use super::warnings::Warnings;
use crate::backend::ProgramExtras;
use crate::python::WatchUnit;
use crate::record::{
    Disturbance, Event, MachineFacts, Planned, Resumption, RunState, ScenarioFacts, Stamped, Status, TrialEnd,
    TrialOutcome, Warning, WarningCode, Widths, disturbance_in_words,
};
use crate::scenario::{Config, Plan, Point, Prediction, RecordedResults, Scenario, Setup};
use crate::workload::{self, DataFacts};

/// Executes single trials.
pub trait Executor {
    /// Takes what tasks of the next trial came to before the run was cut short: these are not run again.
    fn take_over(&mut self, _recorded: RecordedResults) {}

    /// Executes the trial with this index by this configuration; `with_results` asks for each task's result. Whatever
    /// becomes of it, the outcome tells what had been done by then.
    fn trial(&mut self, trial: usize, config: &Config, with_results: bool, tell: &mut dyn FnMut(Event))
    -> TrialOutcome;
}

/// What a run is told from outside.
pub struct RunInfo {
    /// When it begins: RFC 3339, UTC.
    pub started_at: String,
    /// Where it is run.
    pub machine: MachineFacts,
    /// What is expected of its configurations.
    pub predictions: Vec<Prediction>,
    /// Where the scenario was found: a label for people.
    pub origin: String,
    /// The scenario's TOML text.
    pub text: String,
    /// What was read of the file of data that it names, if it names one.
    pub data: Option<DataFacts>,
    /// Works out how sure each figure of a run is; nothing where there is nothing to be sure of.
    pub widths: fn(&RunState) -> Widths,
    /// Whether noisy trials are neither measured again nor told of in a warning.
    pub keeps_noisy: bool,
    /// What is done with programs, if the scenario runs any.
    pub programs: ProgramSetting,
    /// The configuration that is measured of those that are planned, if it is one alone: no trials are added then.
    pub part: Option<usize>,
    /// What a run that was cut short has told, from its plan on, if this one goes on with it; else nothing.
    pub earlier: Vec<Stamped>,
}

/// What is done with programs that a scenario runs, besides what that says.
#[derive(Debug, Clone, Default)]
pub struct ProgramSetting {
    /// What they are started with.
    pub extras: ProgramExtras,
    /// What is told of Python's tasks.
    pub unit: WatchUnit,
    /// Whether they are watched as programs of MPI though their command is no launcher that is known.
    pub mpi: bool,
    /// Whether each trial is run once whatever disturbs it, and counts all the same: what a program does it has done.
    pub once: bool,
}

/// Carries out a scenario and tells each event as it happens; the last one says how it ended.
pub fn run(
    scenario: &Scenario,
    mut setting: RunInfo,
    executor: &mut dyn Executor,
    control: &Control,
    tell: &mut dyn FnMut(Stamped),
) -> Status {
    let plan = Plan::of(scenario);
    let widths = setting.widths;
    let again = MeasuredAgain::of(&setting);
    let earlier = std::mem::take(&mut setting.earlier);
    let mut run = RunLoop {
        scenario,
        begun: Instant::now(),
        before_s: 0.0,
        ended: BTreeSet::new(),
        state: RunState::default(),
        again,
        part: setting.part,
        trials_done: 0,
        warnings: Warnings::new(&plan),
        timed_out: BTreeSet::new(),
        with_results: BTreeSet::new(),
        repeatable: scenario.jobs().all(|job| workload::spec(&job.kind).is_some_and(|spec| spec.measured.is_empty())),
        told: BTreeSet::new(),
        tell,
    };
    let inner = scenario.jobs().map(|job| workload::needs(&job).inner_threads).max().unwrap_or(1);
    run.warnings.count_threads(inner, setting.machine.usable_cpus);
    let planned = planned(scenario, setting, plan);
    run.warnings.doubt_data(planned.data.as_ref());
    run.begin(planned, &earlier);
    let mut begin_at = 0;
    loop {
        begin_at = run.trials(begin_at, executor, control);
        if control.urgency() > Urgency::GoOn || !run.goes_on(widths) {
            break;
        }
    }
    run.finish(control.urgency() > Urgency::GoOn)
}

/// A disturbed trial is timed again so many times at most.
const AGAIN_MAX: u32 = 3;

/// A trial that is to be carried out.
struct Asked {
    trial: usize,
    config: Config,
    with_results: bool,
}

/// Which trials are run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MeasuredAgain {
    /// None: what a program does it has done.
    Nothing,
    /// Those that something disturbed.
    Disturbed,
    /// And those that were too noisy.
    DisturbedAndNoisy,
}

impl MeasuredAgain {
    fn of(setting: &RunInfo) -> Self {
        match (setting.programs.once, setting.keeps_noisy) {
            (true, _) => Self::Nothing,
            (false, true) => Self::Disturbed,
            (false, false) => Self::DisturbedAndNoisy,
        }
    }
}

/// The state of a run.
struct RunLoop<'a> {
    scenario: &'a Scenario,
    begun: Instant,
    /// Seconds that it had taken when it was cut short, if it goes on.
    before_s: f64,
    /// Trials that had come to their end by then.
    ended: BTreeSet<usize>,
    /// What the events have told: the plan, and what came of it so far.
    state: RunState,
    again: MeasuredAgain,
    part: Option<usize>,
    trials_done: usize,
    warnings: Warnings,
    /// Configurations with a trial that took too long; their others are not tried.
    timed_out: BTreeSet<usize>,
    /// Configurations whose results need not be asked for again.
    with_results: BTreeSet<usize>,
    /// Whether equal checksums mean equal results; times measured within tasks are in no checksum.
    repeatable: bool,
    /// Checksums of the results that have been told, each with the name of its point: under another name they are of
    /// another kind.
    told: BTreeSet<(Option<&'static str>, String)>,
    tell: &'a mut dyn FnMut(Stamped),
}

impl RunLoop<'_> {
    /// Tells what is planned; or, if the run goes on with one that was cut short, takes in what that has told, and tells
    /// that it goes on.
    fn begin(&mut self, planned: Planned, earlier: &[Stamped]) {
        if earlier.is_empty() {
            return self.tell(Event::Planned(Box::new(planned)));
        }
        earlier.iter().for_each(|stamped| self.state.apply(stamped));
        self.before_s = self.state.elapsed_s;
        let Planned { parlab, started_at, machine, .. } = planned;
        let resumed = Event::Resumed(Box::new(Resumption { parlab, started_at, machine }));
        self.trials_done = self.state.kept();
        self.tell(resumed);
        self.ended = self.state.finished.iter().map(|(trial, _)| *trial).collect();
        self.take_note_of_earlier(earlier);
    }

    /// Takes note of what has told of trials that count, as if it had just happened.
    fn take_note_of_earlier(&mut self, earlier: &[Stamped]) {
        let mut attempts = 1;
        for stamped in earlier {
            match &stamped.event {
                Event::TrialsAdded { trials, .. } => self.warnings.plan_grows(trials),
                Event::TrialStarted { .. } | Event::RunFinished { .. } => {}
                Event::TrialRepeated { trial, why } => {
                    attempts += 1;
                    self.warnings.repeated(*trial, *why);
                }
                Event::TrialFinished { trial, outcome } => {
                    if let Some((index, config)) = self.config_of(*trial).filter(|_| self.counts(*trial, outcome)) {
                        let ask = Asked { trial: *trial, config, with_results: false };
                        self.take_note(&ask, index, outcome, attempts);
                    }
                    attempts = 1;
                }
                event => self.warnings.hear(event),
            }
        }
    }

    /// Whether this is the outcome that counts of a trial.
    fn counts(&self, trial: usize, outcome: &Arc<TrialOutcome>) -> bool {
        self.state.finished.iter().any(|(other, counted)| *other == trial && Arc::ptr_eq(counted, outcome))
    }

    /// The configuration of a trial of the plan, with its index.
    fn config_of(&self, trial: usize) -> Option<(usize, Config)> {
        let plan = self.state.plan()?;
        let index = plan.trials.get(trial)?.config;
        Some((index, plan.configs.get(index)?.clone()))
    }

    /// Carries out the trials of the plan from this one on, unless the run is to end; where those begin that may follow.
    fn trials(&mut self, begin_at: usize, executor: &mut dyn Executor, control: &Control) -> usize {
        let end = self.state.plan().map_or(0, |plan| plan.trials.len());
        for trial in begin_at..end {
            if control.urgency() > Urgency::GoOn {
                break;
            }
            if !self.ended.contains(&trial) && self.is_of_the_part(trial) {
                self.trial(trial, executor, control);
            }
        }
        end
    }

    fn is_of_the_part(&self, trial: usize) -> bool {
        self.part.is_none() || self.config_of(trial).map(|(config, _)| config) == self.part
    }

    /// Adds a block of trials to the plan, if one is to follow.
    fn goes_on(&mut self, widths: fn(&RunState) -> Widths) -> bool {
        if self.part.is_some() {
            return false;
        }
        match next(&self.state, widths, self.again != MeasuredAgain::DisturbedAndNoisy) {
            Next::Block(trials, why) => {
                self.warnings.plan_grows(&trials);
                self.tell(Event::TrialsAdded { trials, why });
                return true;
            }
            Next::Limit(limit, widest) => self.warnings.is_not_precise(limit, widest, &self.state),
            Next::Nothing => {}
        }
        false
    }

    fn trial(&mut self, trial: usize, executor: &mut dyn Executor, control: &Control) {
        let Some((index, config)) = self.config_of(trial) else { return };
        if self.timed_out.contains(&index) {
            return;
        }
        let with_results = !self.with_results.contains(&index);
        let ask = Asked { trial, config, with_results };
        if let Some(recorded) = self.state.recorded(trial) {
            executor.take_over(recorded.clone());
        }
        let (mut outcome, attempts) = self.timed(&ask, executor, control);
        self.trials_done += 1;
        if self.take_note(&ask, index, &outcome, attempts) && self.repeatable {
            // The same to the last bit, by a configuration before: once is enough, in memory and in the journal.
            outcome.results = None;
        }
        self.tell(Event::TrialFinished { trial, outcome: Arc::new(outcome) });
    }

    /// Takes note of a trial of a configuration that has come to its end, after so many attempts; whether its results were
    /// told before.
    fn take_note(&mut self, ask: &Asked, index: usize, outcome: &TrialOutcome, attempts: u32) -> bool {
        if outcome.end == TrialEnd::TimedOut {
            self.timed_out.insert(index);
        }
        let point = ask.config.point.as_ref();
        let has_results = outcome.end == TrialEnd::Complete && outcome.results.is_some();
        if has_results {
            self.with_results.insert(index);
        }
        let is_told = has_results && !self.told.insert((point.and_then(Point::name), outcome.checksum.clone()));
        let job = self.scenario.job_at(point);
        if workload::watch(&job.kind).memory && outcome.end == TrialEnd::Complete && outcome.memory.is_none() {
            self.warnings.memory_is_unknown();
        }
        self.warnings.unsettled(point, &job, &outcome.unsettled);
        self.warnings.finished(ask.trial, outcome, attempts);
        is_told
    }

    /// Has a trial carried out, and again where something disturbed it: workers or the whole program that were stopped, a
    /// lost worker. The last outcome, and how many there were. Whatever disturbs a trial says so in
    /// [`TrialOutcome::disturbance`] or to the [`Control`], and this alone decides what becomes of it.
    fn timed(&mut self, ask: &Asked, executor: &mut dyn Executor, control: &Control) -> (TrialOutcome, u32) {
        let mut attempts = 1;
        loop {
            let outcome = self.attempt(ask, executor, control);
            if self.again == MeasuredAgain::Nothing {
                return (counted_as_it_is(outcome), attempts);
            }
            // What was run before the run was cut short is not run again for the sake of its time.
            let again = outcome.disturbance.filter(|why| *why != Disturbance::TwoSittings);
            let again = again.filter(|_| attempts <= AGAIN_MAX && control.urgency() == Urgency::GoOn);
            let Some(why) = again else { return (outcome, attempts) };
            attempts += 1;
            self.warnings.repeated(ask.trial, why);
            self.tell(Event::TrialRepeated { trial: ask.trial, why });
        }
    }

    fn attempt(&mut self, ask: &Asked, executor: &mut dyn Executor, control: &Control) -> TrialOutcome {
        control.take_disturbance();
        // From here on what is seen is of this trial: the picture of the one before would be taken for it.
        control.leave();
        self.tell(Event::TrialStarted { trial: ask.trial });
        let outcome = executor.trial(ask.trial, &ask.config, ask.with_results, &mut |event| {
            self.warnings.hear(&event);
            self.tell(event);
        });
        // While the program was stopped its threads were, too, but neither the clock nor the time limit was.
        let ran = matches!(outcome.end, TrialEnd::Complete | TrialEnd::TimedOut) && outcome.tasks_failed == 0;
        let stopped = (control.take_disturbance() && ran).then_some(Disturbance::ProgramStopped);
        TrialOutcome { disturbance: stopped.or(outcome.disturbance), ..outcome }
    }

    fn finish(&mut self, interrupted: bool) -> Status {
        if let Some(message) = noise_warning(&self.state).filter(|_| self.again == MeasuredAgain::DisturbedAndNoisy) {
            self.warnings.add(WarningCode::NoisyTrials, message);
        }
        if let Some(message) = resumed_warning(&self.state) {
            self.warnings.add(WarningCode::Resumed, message);
        }
        let (failed, mut warnings) = self.warnings.close();
        let status = match (interrupted, failed) {
            (true, _) => Status::Interrupted,
            (false, true) => Status::Failed,
            (false, false) => Status::Done,
        };
        if interrupted {
            let message = "the run was ended before its last trial; what was measured until then is kept";
            warnings.push(Warning { code: WarningCode::Interrupted, message: message.to_owned() });
        }
        self.tell(Event::RunFinished { status, warnings });
        status
    }

    fn tell(&mut self, event: Event) {
        let elapsed_s = self.before_s + self.begun.elapsed().as_secs_f64();
        let stamped = Stamped { elapsed_s, trials_done: self.trials_done, event };
        self.state.apply(&stamped);
        (self.tell)(stamped);
    }
}

/// The outcome as a sample, whatever disturbed it: that is told of the program that was run.
fn counted_as_it_is(mut outcome: TrialOutcome) -> TrialOutcome {
    let disturbance = outcome.disturbance.take();
    if let (Some(why), Some(program)) = (disturbance, &mut outcome.program) {
        program.remarks.push(format!("{}: its wall time has that in it", disturbance_in_words(why)));
    }
    outcome
}

fn planned(scenario: &Scenario, setting: RunInfo, plan: Plan) -> Planned {
    let locked = scenario.emulated.as_ref().unwrap_or(&scenario.job);
    Planned {
        parlab: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: setting.started_at,
        scenario: ScenarioFacts {
            name: scenario.name.clone(),
            title: scenario.title.clone(),
            lesson: scenario.lesson.clone(),
            kind: scenario.job.kind.clone(),
            tasks: scenario.job.inputs.len(),
            seed: scenario.job.seed,
            sha256: scenario.sha256.clone(),
            include_startup: scenario.sweep.include_startup,
            interpreter: locked.interpreter,
            emulated: scenario.emulated.as_ref().map(|job| job.kind.clone()),
        },
        origin: setting.origin,
        text: setting.text,
        job: scenario.job.clone(),
        timeout_s: scenario.sweep.timeout.as_secs_f64(),
        setup: Some(Box::new(Setup::of(scenario))),
        auto: scenario.sweep.auto,
        machine: setting.machine,
        plan,
        data: setting.data,
        predictions: setting.predictions,
    }
}
