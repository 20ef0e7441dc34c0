//! `parlab` itself: the screen, with the library, the engine and the meters behind it.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::drafts;
use super::environment::{catalog, journal, library, machine_facts, program, run_info};
use super::failure::Failure;
use super::field_errors::trouble;
use super::history;
use super::needs;
use super::outputs;
use super::preparation::PreparedRun;
use super::saved_reports;
use super::trust::Consent;
use crate::cli::Cli;
use crate::engine::{ProgramSetting, RunInfo, Session};
use crate::machine::{self, Pace, Sampler};
use crate::record::{Event, History, Journal, JournalLost, MachineFacts, RunState, Stamped};
use crate::report;
use crate::scenario::form::ScenarioForm;
use crate::scenario::library::{Entry, find, standard_folders};
use crate::scenario::{
    Origin, Overrides, Plan, Prediction, PredictionSpec, Scenario, Source, label, outline, path, predictions,
};
use crate::tui::port::{
    Draft, Existing, FieldError, Lab, LibraryEntry, LiveRun, Preview, Ran, ReportOffer, RunNotice, RunSink, SampleSink,
    Saved, Unsaved,
};
use crate::tui::{self, FirstScreen, Theme};
use crate::workload;

/// Opens the screen.
///
/// # Errors
/// When there is no terminal, or no such scenario.
pub(super) fn open(cli: &Cli) -> Result<ExitCode, Failure> {
    let opened = match &cli.scenario {
        None => None,
        Some(what) => {
            Some(find(Path::new(what), &standard_folders()).map_err(|problem| Failure::usage(problem.to_string()))?)
        }
    };
    let env = |name: &str| std::env::var(name).ok();
    let (theme, if_proven) = (Theme::detect(&env, cli.ascii), Theme::if_proven(&env, cli.ascii));
    let (mut lab, selected) = LabSettings::new(opened.as_ref())?;
    let written = cli.journal.as_deref().map(outputs::journal_output);
    let read = outputs::inputs_of_all(&library(), lab.guest.as_ref());
    let journal = journal(cli.journal.as_deref(), &|| outputs::check(written.as_slice(), &read))?;
    lab.journal = journal.map(|journal| Arc::new(Mutex::new(journal)));
    lab.journal_file.clone_from(&cli.journal);
    let (journal, troubles) = (lab.journal.clone(), lab.troubles.clone());
    let opening = selected.map_or(FirstScreen::Library, FirstScreen::Selected);
    let exit = tui::run(lab, opening, theme, if_proven).map_err(|error| Failure::run(error.to_string()))?;
    troubles.tell();
    let is_recorded = journal.is_none_or(|journal| is_whole(&mut lock(&journal)));
    Ok(ExitCode::from(if is_recorded || exit.code() != 0 { exit.code() } else { 1 }))
}

/// A program that was watched on the screen.
pub(super) struct WatchedOnScreen {
    /// How the screen was left.
    pub(super) exit: ExitCode,
    /// What is known of the program's run, if that came to its end.
    pub(super) state: Option<RunState>,
}

/// Opens the screen on a program that is run at once, and leaves it with that.
///
/// # Errors
/// When there is no terminal, or the journal cannot be written.
pub(super) fn watch(
    source: Source,
    scenario: Scenario,
    programs: ProgramSetting,
    journal_file: Option<&Path>,
    ascii: bool,
) -> Result<WatchedOnScreen, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let (theme, if_proven) = (Theme::detect(&env, ascii), Theme::if_proven(&env, ascii));
    let name = source.name.clone();
    let Source { origin, text, .. } = source;
    let lab = LabSettings {
        guest: Some(Entry {
            name: name.clone(),
            call: name.clone(),
            origin,
            text,
            scenario: Ok(scenario),
            lacks: None,
        }),
        is_alone: true,
        programs,
        journal: journal(journal_file, &|| Ok(()))?.map(|journal| Arc::new(Mutex::new(journal))),
        journal_file: journal_file.map(Path::to_owned),
        ..LabSettings::default()
    };
    let (journal, troubles, last) = (lab.journal.clone(), lab.troubles.clone(), Arc::clone(&lab.last));
    let exit =
        tui::run(lab, FirstScreen::Started(name), theme, if_proven).map_err(|error| Failure::run(error.to_string()))?;
    troubles.tell();
    let is_recorded = journal.is_none_or(|journal| is_whole(&mut lock(&journal)));
    let code = if is_recorded || exit.code() != 0 { exit.code() } else { 1 };
    let state = lock(&last).take();
    Ok(WatchedOnScreen { exit: ExitCode::from(code), state })
}

/// What does not concern a run, such as a history that cannot be read: each told once, after the screen is closed.
#[derive(Clone, Default)]
struct Troubles(Arc<Mutex<BTreeSet<String>>>);

impl Troubles {
    fn note(&self, trouble: Option<String>) {
        lock(&self.0).extend(trouble);
    }

    fn tell(&self) {
        lock(&self.0).iter().for_each(|trouble| report::complain(trouble));
    }
}

/// Whether everything is in the journal; if not, that is told where the user looks after the screen is closed.
fn is_whole(journal: &mut Journal) -> bool {
    journal.settle();
    if let Some(lost) = journal.lost() {
        report::complain(&lost.warning().message);
    }
    journal.lost().is_none()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes an event down. The last one of a run says if that could not be done to the end.
fn write_down(journal: &mut Journal, stamped: &mut Stamped) {
    journal.record(stamped);
    if let Event::RunFinished { warnings, .. } = &mut stamped.event {
        journal.settle();
        warnings.extend(journal.lost().map(JournalLost::warning));
    }
}

/// What the screen works on: scenarios that were found, runs that are started, meters.
#[derive(Default)]
struct LabSettings {
    /// The scenario that was named on the command line, where the library does not have it.
    guest: Option<Entry>,
    /// The library as it was read last, by what its scenarios are called by.
    scenarios: Mutex<HashMap<String, Entry>>,
    sampler: OnceLock<Sampler>,
    /// One for all runs, in the order they happen.
    journal: Option<Arc<Mutex<Journal>>>,
    /// Where that is.
    journal_file: Option<PathBuf>,
    /// Whether the last run that was started is of a scenario of the library as it is, and is to be remembered.
    remembers: AtomicBool,
    /// Whether the guest is all that there is.
    is_alone: bool,
    /// What is done with programs.
    programs: ProgramSetting,
    /// What is known of the last run that ended.
    last: Arc<Mutex<Option<RunState>>>,
    /// What the user was asked before programs of files are run.
    consent: Mutex<Consent>,
    /// What is told when the screen is closed.
    troubles: Troubles,
    /// What is expected of scenarios, by their names in the library.
    prediction_specs: Mutex<HashMap<String, Vec<PredictionSpec>>>,
}

impl LabSettings {
    /// The bench, and what its library calls the scenario that was opened.
    ///
    /// # Errors
    /// When that scenario has problems: they are better read on the command line than on a screen.
    fn new(opened: Option<&Source>) -> Result<(Self, Option<String>), Failure> {
        let mut bench = Self::default();
        let Some(source) = opened else { return Ok((bench, None)) };
        let scenario =
            source.parse(&catalog(), &Overrides::default()).map_err(|problems| Failure::usage(problems.to_string()))?;
        let known = library().entries.into_iter().find(|entry| is_the_same(entry, source));
        let call = known.as_ref().map_or_else(|| source.label.clone(), |entry| entry.call.clone());
        if known.is_none() {
            bench.guest = Some(Entry::of(source, &call, scenario));
        }
        Ok((bench, Some(call)))
    }
}

impl LabSettings {
    /// What is expected of a scenario; what its file no longer has is left out.
    fn predictions(&self, name: &str, scenario: &Scenario) -> Vec<Prediction> {
        let plan = Plan::of(scenario);
        let prediction_specs = self.prediction_specs.lock().unwrap_or_else(PoisonError::into_inner);
        let specs = prediction_specs.get(name).map_or(&[][..], Vec::as_slice);
        specs.chunks(1).filter_map(|guess| predictions(guess, &plan).ok()).flatten().collect()
    }
}

/// Whether an entry of the library is the scenario that was found, by whatever path.
fn is_the_same(entry: &Entry, source: &Source) -> bool {
    match (&entry.origin, &source.origin) {
        (Origin::Bundled, Origin::Bundled) => entry.name == source.name,
        (Origin::File(a), Origin::File(b)) => match (a.canonicalize(), b.canonicalize()) {
            (Ok(a), Ok(b)) => a == b,
            _ => a == b,
        },
        _ => false,
    }
}

impl Lab for LabSettings {
    fn machine(&self) -> MachineFacts {
        machine_facts()
    }

    fn entries(&self) -> Vec<LibraryEntry> {
        let found = if self.is_alone { Vec::new() } else { library().entries };
        let mut entries: Vec<Entry> = self.guest.iter().cloned().chain(found).collect();
        needs::note(&mut entries, needs::PATIENCE_OF_SCREEN);
        let mut scenarios = self.scenarios.lock().unwrap_or_else(PoisonError::into_inner);
        *scenarios = entries.iter().map(|entry| (entry.call.clone(), entry.clone())).collect();
        let (history, trouble) = history::history();
        self.troubles.note(trouble);
        entries.into_iter().map(|entry| library_entry(entry, &history)).collect()
    }

    fn predict(&self, name: &str, specs: Vec<PredictionSpec>) {
        self.prediction_specs.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), specs);
    }

    fn start(&self, name: &str, tell: RunSink) -> Result<Box<dyn LiveRun>, String> {
        let entry = self.entry(name)?;
        let source = drafts::source(&entry, &entry.text);
        let scenario = entry.scenario.map_err(|problems| problems.to_string())?;
        let predictions = self.predictions(name, &scenario);
        self.remembers.store(!self.is_alone, Relaxed);
        self.begin(scenario, source, predictions, tell)
    }

    fn form(&self, name: &str, text: Option<&str>) -> Result<ScenarioForm, String> {
        let entry = self.entry(name)?;
        let form =
            |text: &str| ScenarioForm::of(text, &catalog()).map_err(|why| format!("it cannot be edited here: {why}"));
        let Some(text) = text else { return form(&entry.text) };
        let changed = form(text)?;
        // What was changed is told from what the file says, wherever that is still the same file.
        let told = form(&entry.text).ok().and_then(|of_file| of_file.changed_into(&changed));
        Ok(told.unwrap_or(changed))
    }

    fn check(&self, draft: &Draft, form: &ScenarioForm) -> Result<Preview, Vec<FieldError>> {
        let homeless = |text: String| vec![FieldError { row: None, text }];
        let entry = self.entry(&draft.name).map_err(homeless)?;
        match drafts::parse(&drafts::source(&entry, &draft.text)) {
            Ok(scenario) => Ok(preview(&scenario)),
            Err(problems) => Err(problems.iter().map(|problem| trouble(problem, &draft.text, form)).collect()),
        }
    }

    fn start_draft(&self, draft: &Draft, tell: RunSink) -> Result<Box<dyn LiveRun>, String> {
        let entry = self.entry(&draft.name)?;
        if draft.text == entry.text {
            return self.start(&draft.name, tell);
        }
        let source = drafts::source(&entry, &draft.text);
        let scenario = drafts::parse(&source).map_err(|problems| problems.to_string())?;
        self.remembers.store(false, Relaxed);
        self.begin(drafts::named(scenario), source, Vec::new(), tell)
    }

    fn ended(&self, record: &RunState) {
        if self.is_alone {
            *lock(&self.last) = Some(record.clone());
        }
        if self.remembers.load(Relaxed) {
            self.troubles.note(history::remember(record));
        }
    }

    fn suggest_file(&self, name: &str) -> String {
        let name = self.entry(name).map_or_else(|_| name.to_owned(), |entry| entry.name);
        label(&drafts::suggest(&name, &standard_folders()))
    }

    fn save(&self, draft: &Draft, file: &str, existing: Existing) -> Result<Saved, Unsaved> {
        let entry = self.entry(&draft.name).map_err(Unsaved::Failed)?;
        let path = drafts::save(&entry, &draft.text, file, existing, self.journal_file.as_deref())?;
        let found = library().entries.into_iter().find(|entry| is_file(entry, &path));
        Ok(Saved { file: label(&path), name: found.map(|entry| entry.call) })
    }

    fn summary(&self, record: &RunState, columns: u16) -> String {
        report::text::render_within(record, columns.into())
    }

    fn offer_report(&self, record: &RunState) -> ReportOffer {
        saved_reports::offer(record)
    }

    fn save_report(&self, record: &RunState, format: &str, file: &str, existing: Existing) -> Result<String, Unsaved> {
        saved_reports::save(record, format, file, existing, |path| {
            let read = outputs::inputs_of_all(&library(), self.guest.as_ref());
            outputs::check_saved(path, self.journal_file.as_deref(), read)
        })
    }

    fn watch(&self, samples: SampleSink) -> Result<(), String> {
        let usable = machine::usable_here().cpus;
        let sampler =
            Sampler::start(Pace::Idle, &usable, samples).map_err(|error| format!("cannot watch the cores: {error}"))?;
        // There is one for as long as the screen is open; a second would stop at once.
        let _ = self.sampler.set(sampler);
        Ok(())
    }

    fn set_pace(&self, running: bool) {
        if let Some(sampler) = self.sampler.get() {
            sampler.set_pace(if running { Pace::Running } else { Pace::Idle });
        }
    }
}

impl LabSettings {
    /// A scenario of the library as it was read last.
    fn entry(&self, name: &str) -> Result<Entry, String> {
        let scenarios = self.scenarios.lock().unwrap_or_else(PoisonError::into_inner);
        scenarios.get(name).cloned().ok_or_else(|| format!("{name} is no longer in the library"))
    }

    fn begin(
        &self,
        scenario: Scenario,
        source: Source,
        predictions: Vec<Prediction>,
        tell: RunSink,
    ) -> Result<Box<dyn LiveRun>, String> {
        if !self.is_alone {
            lock(&self.consent).ask(&source, &scenario)?;
        }
        let journal = self.journal.clone();
        let tell = Arc::new(tell);
        let refuse = Arc::clone(&tell);
        let hear = move |mut stamped| {
            if let Some(journal) = &journal {
                // A disk that is full ends the journal, never the run.
                write_down(&mut lock(journal), &mut stamped);
            }
            tell(RunNotice::Event(stamped));
        };
        let programs = self.programs.clone();
        let begin = move |scenario, data, control| {
            let info = RunInfo { programs, ..run_info(source, data, predictions) };
            Session::start(scenario, info, program(), control, hear)
        };
        let run = PreparedRun::start(scenario, begin, move |why| refuse(RunNotice::Refused(why)))?;
        Ok(Box::new(run))
    }
}

/// Whether an entry of the library is this file, by whatever path.
fn is_file(entry: &Entry, path: &Path) -> bool {
    matches!(&entry.origin, Origin::File(own) if own.canonicalize().ok() == path.canonicalize().ok())
}

fn library_entry(entry: Entry, history: &History) -> LibraryEntry {
    let chapter = entry.chapter();
    let origin = match &entry.origin {
        Origin::Bundled => "bundled".to_owned(),
        Origin::File(path) => label(path),
    };
    let group = match (chapter, &entry.origin) {
        (Some(chapter), _) => chapter.title.to_owned(),
        (None, Origin::File(path)) => path.parent().map(label).unwrap_or_default(),
        (None, Origin::Bundled) => String::new(),
    };
    let on_path = chapter.is_some_and(|chapter| *chapter != path::OUTSIDE);
    let ran = |sha256: &str| {
        let past = history.of(&entry.name, chapter.is_some(), sha256)?;
        Some(Ran { at: past.at.clone(), best_speedup: past.best_speedup })
    };
    match entry.scenario {
        Ok(scenario) => LibraryEntry {
            group,
            on_path,
            ran: ran(&scenario.sha256),
            name: entry.call,
            origin,
            preview: Ok(preview(&scenario)),
            title: scenario.title,
            summary: needs::told_before(entry.lacks, scenario.summary),
            tags: scenario.tags,
            lesson: scenario.lesson,
            sha256: scenario.sha256,
        },
        Err(problems) => LibraryEntry {
            group,
            on_path,
            ran: None,
            name: entry.call,
            title: entry.name,
            summary: String::new(),
            tags: Vec::new(),
            origin,
            lesson: String::new(),
            sha256: String::new(),
            preview: Err(problems.iter().map(ToString::to_string).collect()),
        },
    }
}

fn preview(scenario: &Scenario) -> Preview {
    let spec = workload::spec(&scenario.job.kind);
    let plan = Plan::of(scenario);
    Preview {
        kind: scenario.job.kind.clone(),
        tasks: scenario.job.inputs.len(),
        outline: spec.map(|spec| outline(scenario, spec)).unwrap_or_default(),
        trials: plan.trials.len(),
        baseline: plan.baseline,
        configs: plan.configs,
        repeats: scenario.sweep.repeats,
        is_auto: scenario.sweep.auto.is_some(),
        warmup: scenario.sweep.warmup,
        last_wall_s: None,
    }
}
