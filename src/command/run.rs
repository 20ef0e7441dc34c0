//! `parlab run`: a run without the screen. Progress goes to standard error, the report to standard output.

use std::io::{IsTerminal as _, stderr};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::environment::{journal, program, run_info, scenario};
use super::failure::Failure;
use super::history::HistoryKeeper;
use super::outputs::{self, NamedFile};
use super::rehearsal::rehearse;
use super::{signals, task_room, trust};
use crate::cli;
use crate::engine::{Control, ProgramSetting, RunInfo, Session};
use crate::foreign::{PlainText, escaped};
use crate::record::{Journal, JournalLost, RunState, Stamped, Status, Warning, WarningCode};
use crate::report::{self, DeliveryError, ProgressReporter};
use crate::scenario::{self, Origin, Plan, Prediction, Scenario, Source};
use crate::units::Letters;
use crate::workload::DataFacts;

/// How often the progress of a trial is shown.
const REFRESH: Duration = Duration::from_millis(200);

/// Runs a scenario and delivers its report.
///
/// # Errors
/// When it cannot be started. How it went is in the exit code.
pub(super) fn run(args: &cli::Run) -> Result<ExitCode, Failure> {
    let (source, scenario) = scenario(args)?;
    if !args.options.yes {
        trust::ask(&source, &scenario)?;
    }
    if let Some(part) = args.configuration {
        return run_part(&args.options, source, scenario, part);
    }
    run_scenario(&args.options, source, scenario)
}

/// Runs a checked scenario and delivers its report.
///
/// # Errors
/// As [`run`].
pub(super) fn run_scenario(args: &cli::RunOptions, source: Source, scenario: Scenario) -> Result<ExitCode, Failure> {
    let (programs, history) = (ProgramSetting::default(), Some(HistoryKeeper::new()));
    let run = HeadlessRun { options: args, programs, part: None, history, earlier: None };
    run.carry_out(source, scenario).map(|ended| ExitCode::from(ended.code))
}

/// Runs one configuration of a scenario, of which the others are run elsewhere. As a run of the scenario it is none to be
/// remembered.
fn run_part(args: &cli::RunOptions, source: Source, scenario: Scenario, part: usize) -> Result<ExitCode, Failure> {
    let configs = Plan::of(&scenario).configs.len();
    if part >= configs {
        let message = format!("--configuration {part}: the plan has {configs}, counted from 0");
        return Err(Failure::usage(message));
    }
    let programs = ProgramSetting::default();
    let run = HeadlessRun { options: args, programs, part: Some(part), history: None, earlier: None };
    run.carry_out(source, scenario).map(|ended| ExitCode::from(ended.code))
}

/// A run without the screen, before it begins.
pub(super) struct HeadlessRun<'a> {
    /// What becomes of it.
    pub(super) options: &'a cli::RunOptions,
    /// What is done with programs.
    pub(super) programs: ProgramSetting,
    /// The configuration that is measured, if it is one alone.
    pub(super) part: Option<usize>,
    /// Remembers it, if it is to be remembered.
    pub(super) history: Option<HistoryKeeper>,
    /// The run that it goes on with, if one was cut short, and that one's journal.
    pub(super) earlier: Option<(&'a Path, EarlierRun)>,
}

/// A run that was cut short.
pub(super) struct EarlierRun {
    /// What it has told, from its plan on.
    pub(super) events: Vec<Stamped>,
    /// What is known of it.
    pub(super) state: RunState,
    /// Its journal, to which it is added, unless another one is written.
    pub(super) journal: Option<Journal>,
}

/// A run that has ended.
pub(super) struct HeadlessEnd {
    /// What is known of it.
    pub(super) state: RunState,
    /// How it went, with the delivery of its report.
    pub(super) code: u8,
}

impl HeadlessRun<'_> {
    /// Carries it out and delivers its report.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn carry_out(self, source: Source, scenario: Scenario) -> Result<HeadlessEnd, Failure> {
        let Self { options: args, programs, part, history, earlier } = self;
        args.format.reporter().map_err(|error| Failure::usage(error.to_string()))?;
        let (outputs, inputs) = files(args, &source, &scenario, earlier.as_ref().map(|(path, _)| *path));
        outputs::check(&outputs, &inputs)?;
        let predictions = predictions(args.predict.as_deref(), &scenario)?;
        if !args.yes {
            // Before there is any thread beside this one, each of which would be counted twice.
            task_room::check(&scenario)?;
        }
        let control = Arc::new(Control::default());
        let heard = signals::listen(Arc::clone(&control))
            .map_err(|error| Failure::run(format!("cannot listen for signals: {error}")))?;
        let scenario = Arc::new(scenario);
        let data = rehearse(&scenario, args.yes, &control)?;
        let asked = journal(args.journal.as_deref(), &|| outputs::check(&outputs, &inputs))?;
        let (journal, events, state) = taken_up(asked, earlier.map(|(_, earlier)| earlier), data.as_ref())?;
        let progress = ProgressReporter::new(args.quiet, stderr().is_terminal(), Letters::of_environment());
        let mut watchers = Watchers { progress, journal, history };
        let info = RunInfo { programs, part, earlier: events, ..run_info(source, data, predictions) };
        let mut state = carry_out(Arc::unwrap_or_clone(scenario), info, control, &mut watchers, state)?;
        heard.run_is_over();
        watchers.progress.finish();
        let journal = watchers.journal.as_ref().and_then(Journal::lost).map(JournalLost::warning);
        let is_recorded = journal.is_none();
        state.warnings.extend(journal);
        let is_delivered = deliver(&state, args)?;
        watchers.progress.drain();
        let code = match state.status {
            Some(Status::Interrupted) => heard.exit_code().unwrap_or(130),
            Some(Status::Done) if is_delivered && is_recorded => 0,
            _ => 1,
        };
        Ok(HeadlessEnd { state, code })
    }
}

/// What a run writes, and what it reads. The journal of one that is gone on with is either.
fn files(
    args: &cli::RunOptions,
    source: &Source,
    scenario: &Scenario,
    resumed: Option<&Path>,
) -> (Vec<NamedFile>, Vec<NamedFile>) {
    let mut outputs = outputs::outputs(args.output.as_deref(), args.journal.as_deref());
    let Some(path) = resumed else { return (outputs, outputs::inputs(&source.origin, scenario)) };
    let mut inputs = outputs::inputs(&Origin::Bundled, scenario);
    let journal = outputs::resumed_journal(path);
    if args.journal.is_some() {
        inputs.push(journal);
    } else {
        outputs.push(journal);
    }
    (outputs, inputs)
}

/// The journal that is written, what an earlier run has told, and what is known of that: nothing where none is gone on with.
/// Another journal than its own begins with all that it has told.
///
/// # Errors
/// When the data is not what it was.
fn taken_up(
    asked: Option<Journal>,
    earlier: Option<EarlierRun>,
    data: Option<&DataFacts>,
) -> Result<(Option<Journal>, Vec<Stamped>, RunState), Failure> {
    let Some(EarlierRun { events, state, journal }) = earlier else {
        return Ok((asked, Vec::new(), RunState::default()));
    };
    let before = state.planned.as_ref().and_then(|planned| planned.data.as_ref());
    if let (Some(before), Some(now)) = (before, data)
        && before != now
    {
        let file = escaped(&now.file);
        return Err(Failure::usage(format!("{file}: not what it was when the run began; run it anew")));
    }
    let mut journal = asked.or(journal);
    if journal.as_ref().is_some_and(Journal::is_new) {
        journal.iter_mut().for_each(|journal| events.iter().for_each(|event| journal.record(event)));
    }
    Ok((journal, events, state))
}

/// Delivers the report of a run that lacks nothing; how it went, as an exit code.
///
/// # Errors
/// When there is no such format.
pub(super) fn deliver_finished(args: &cli::RunOptions, state: &RunState) -> Result<u8, Failure> {
    let is_delivered = deliver(state, args)?;
    Ok(u8::from(!(is_delivered && state.status != Some(Status::Failed))))
}

/// Delivers the report of a run, and complains where it could not be; whether it was.
///
/// # Errors
/// When there is no such format.
fn deliver(state: &RunState, args: &cli::RunOptions) -> Result<bool, Failure> {
    let write = args.format.reporter().map_err(|error| Failure::usage(error.to_string()))?;
    let letters = Letters::of_environment();
    let told = |state: &RunState| {
        let each =
            if args.by_worker && args.format.is_for_people { report::text::by_worker(state) } else { String::new() };
        let gap = if each.is_empty() { "" } else { "\n" };
        let text = PlainText::lines(&(write(state) + gap + &each));
        if args.format.is_for_people { text.map(|text| letters.fit(text)) } else { text }
    };
    let delivered = deliver_to(state, args.output.as_deref(), told);
    if let Err(error) = &delivered {
        report::complain(&error.to_string());
    }
    Ok(delivered.is_ok())
}

/// Delivers a report; one that goes elsewhere than it was asked to says so.
fn deliver_to(
    state: &RunState,
    path: Option<&Path>,
    told: impl Fn(&RunState) -> PlainText,
) -> Result<(), DeliveryError> {
    let text = told(state);
    let Some(path) = path else { return report::deliver(&text) };
    report::deliver_to(path, &text, |message| {
        let mut state = state.clone();
        state.warnings.push(Warning { code: WarningCode::ReportRedirected, message });
        told(&state)
    })
}

/// What the command line expects of the configurations.
fn predictions(text: Option<&str>, scenario: &Scenario) -> Result<Vec<Prediction>, Failure> {
    let Some(text) = text else { return Ok(Vec::new()) };
    scenario::prediction_specs(text)
        .and_then(|prediction_specs| scenario::predictions(&prediction_specs, &Plan::of(scenario)))
        .map_err(|wrong| Failure::usage(format!("--predict {}: {wrong}", scenario::printable(text))))
}

/// Who is told of the run as it goes.
struct Watchers {
    progress: ProgressReporter,
    journal: Option<Journal>,
    history: Option<HistoryKeeper>,
}

impl Watchers {
    fn tell(&mut self, event: &Stamped, state: &mut RunState) {
        state.tell(event, &mut [&mut self.progress, &mut self.journal, &mut self.history]);
        self.tell_of_loss();
        if let Some(trouble) = self.history.as_mut().and_then(HistoryKeeper::trouble) {
            self.progress.warn(&trouble);
        }
    }

    /// Has the journal written to its end, if that can be.
    fn settle(&mut self) {
        self.journal.iter_mut().for_each(Journal::settle);
        self.tell_of_loss();
    }

    fn tell_of_loss(&mut self) {
        if let Some(lost) = self.journal.as_mut().and_then(Journal::newly_lost) {
            self.progress.warn(&lost.to_string());
        }
    }
}

/// Carries out the run, and tells the watchers; what is known of it in the end.
fn carry_out(
    scenario: Scenario,
    info: RunInfo,
    control: Arc<Control>,
    watchers: &mut Watchers,
    mut state: RunState,
) -> Result<RunState, Failure> {
    let (tell, events) = mpsc::channel();
    let session = Session::start(scenario, info, program(), control, move |stamped| {
        let _ = tell.send(stamped);
    })
    .map_err(|error| Failure::run(format!("cannot start the run: {error}")))?;
    loop {
        match events.recv_timeout(REFRESH) {
            Ok(stamped) => watchers.tell(&stamped, &mut state),
            Err(RecvTimeoutError::Timeout) => watchers.progress.tick(session.control().progress().0, &state),
            Err(RecvTimeoutError::Disconnected) => {
                watchers.settle();
                return Ok(state);
            }
        }
    }
}
