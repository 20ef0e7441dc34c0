//! What happens to the state when something happens: pure, so that every key can be tested without a terminal.

mod editing;
mod predict;

use nix::sys::signal::Signal;
use ratatui::layout::Size;

use super::keys::{self, Command, Key};
use super::port::{Draft, Existing, FieldError, LibraryEntry, Preview, Ran, Saved, Unsaved};
use super::screens;
use super::state::{Cost, Drawing, Editor, Ending, Filtering, News, Place, Run, State};
use super::theme::Role;
use crate::machine::Sample;
use crate::record::{Event, Snapshot, Stamped, Status};
use crate::scenario::PredictionSpec;
use crate::scenario::form::ScenarioForm;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// The terminal has a new size.
    Resized(Size),
    /// There will be no more keys: the terminal is gone.
    InputClosed,
    /// An event of the run.
    Engine(Stamped),
    /// The trial in progress, as it is now.
    Snapshot(Snapshot),
    /// The meters, as they are now.
    Sample(Sample),
    /// What the screen costs.
    Cost(Cost),
    /// A signal came in.
    Signal(Signal),
    /// The library was read.
    Entries(Vec<LibraryEntry>),
    /// A run was started.
    Started {
        /// The scenario's name.
        name: String,
    },
    /// A run could not be started.
    Refused {
        /// The scenario's name.
        name: String,
        /// Why: a line or more.
        why: String,
    },
    /// A run of a draft was started.
    Tried(Draft),
    /// The form of a scenario was opened.
    ScenarioForm {
        /// The scenario's name.
        name: String,
        /// Its parameters.
        form: ScenarioForm,
        /// The file that a copy could be saved as.
        file: String,
        /// What it would run.
        checked: Result<Preview, Vec<FieldError>>,
    },
    /// The draft was checked.
    Checked(Result<Preview, Vec<FieldError>>),
    /// The draft was saved, or not; if it was, the library was read anew before.
    Saved(Result<Saved, Unsaved>),
    /// The terminal was in other hands for so many seconds, and is back.
    Resumed {
        /// Seconds that the process stood still.
        stopped_s: f64,
    },
}

/// Something to be done about it.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start to run a scenario, by its name.
    Start(String),
    /// Keep what is expected of a scenario's next runs.
    Predict {
        /// The scenario's name.
        name: String,
        /// What is expected.
        prediction_specs: Vec<PredictionSpec>,
    },

    /// Open the form of a scenario, with another text than its own if there is one; answered by `Msg::ScenarioForm` or
    /// `Msg::Refused`.
    Edit {
        /// The scenario's name.
        name: String,
        /// The text.
        text: Option<String>,
    },
    /// Check a draft; answered by `Msg::Checked`.
    Check(Draft),
    /// Start to run a draft; answered by `Msg::Tried` or `Msg::Refused`.
    Try(Draft),
    /// Save a draft; answered by `Msg::Saved`.
    Save {
        /// What to save.
        draft: Draft,
        /// The file's name, as it was typed.
        file: String,
        /// What is to become of a file that exists.
        existing: Existing,
    },
    /// Cancel the run.
    Cancel,
    /// Kill the run.
    Kill,
    /// Read the library; answered by `Msg::Entries`.
    Reload,
    /// Tell the meters whether a run is on.
    Pace {
        /// Whether it is.
        running: bool,
    },
    /// Hand the terminal to the shell and stop, with everything else in the foreground if asked by key.
    Suspend {
        /// Whether the whole foreground group stops, as with Ctrl-Z, or this process alone.
        group: bool,
    },
    /// Take the terminal anew, after somebody else may have had it.
    Retake,
    /// Draw everything anew.
    Redraw,
    /// Leave.
    Quit(Exit),
}

/// How the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user asked to.
    Quit,
    /// A signal asked to; a terminal that went away counts as `SIGHUP`.
    Signal(Signal),
}

impl Exit {
    /// The exit code: 0, or 128 plus the signal's number.
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(signal) => 128 + signal as i32 as u8,
        }
    }
}

/// Changes the state, and says what else is to be done, in this order.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => match keys::lookup(state.context(), key) {
            Some(command) => return obey(state, command),
            None => return Vec::new(),
        },
        Msg::Resized(size) => {
            state.size = size;
            limit_scrolling(state);
            return vec![Effect::Redraw];
        }
        Msg::InputClosed => return vec![Effect::Quit(Exit::Signal(Signal::SIGHUP))],
        Msg::Engine(stamped) => return hear(state, stamped),
        Msg::Signal(signal) => return on_signal(signal),
        Msg::Started { name } => return started(state, name),
        Msg::Tried(draft) => {
            let effects = started(state, draft.name.clone());
            state.run.iter_mut().for_each(|run| run.draft = Some(draft.clone()));
            return effects;
        }
        Msg::ScenarioForm { name, form, file, checked } => {
            state.library.filtering = Filtering::Closed;
            state.editor = Some(Editor::new(name, form, file, checked));
        }
        Msg::Checked(checked) => state.editor.iter_mut().for_each(|editor| editor.checked = checked.clone()),
        Msg::Saved(outcome) => editing::saved(state, outcome),
        Msg::Snapshot(snapshot) => {
            if let Some(run) = &mut state.run {
                run.see(snapshot);
            }
        }
        Msg::Sample(sample) => state.sample = Some(sample),
        Msg::Cost(cost) => state.cost = Some(cost),
        Msg::Entries(entries) => state.library.replace(entries),
        Msg::Refused { name, why } => refused(state, name, why),
        Msg::Resumed { stopped_s } => {
            resumed(state, stopped_s);
            return vec![Effect::Redraw];
        }
    }
    Vec::new()
}

/// Where the process stood still, so did its threads: the engine times that trial again.
fn resumed(state: &mut State, stopped_s: f64) {
    if let Some(run) = state.run.as_mut().filter(|run| run.is_on() && stopped_s > 0.0) {
        let stopped = crate::units::seconds(stopped_s);
        let text = format!("parlab stood still for {stopped}: the trial in progress is not counted and run again");
        run.tell(News { role: Role::Warn, text });
    }
}

fn on_signal(signal: Signal) -> Vec<Effect> {
    match signal {
        Signal::SIGTERM | Signal::SIGHUP | Signal::SIGINT => vec![Effect::Quit(Exit::Signal(signal))],
        Signal::SIGTSTP => vec![Effect::Suspend { group: false }],
        Signal::SIGCONT => vec![Effect::Retake],
        _ => Vec::new(),
    }
}

fn started(state: &mut State, name: String) -> Vec<Effect> {
    let title = state.library.entries().iter().find(|entry| entry.name == name).map(|entry| entry.title.clone());
    state.library.select_name(&name);
    state.library.filtering = Filtering::Closed;
    state.run = Some(Run::new(name.clone(), title.unwrap_or(name)));
    state.place = Place::Run;
    state.help = None;
    state.predict = None;
    state.editor = None;
    vec![Effect::Pace { running: true }]
}

fn refused(state: &mut State, name: String, why: String) {
    if let Some(editor) = &mut state.editor {
        editor.notice = Some(Err(format!("it was not started: {why}")));
        return;
    }
    state.place = Place::Library;
    state.library.select_name(&name);
    state.library.refuse(name, why);
}

fn hear(state: &mut State, stamped: Stamped) -> Vec<Effect> {
    let ended = matches!(stamped.event, Event::RunFinished { .. });
    let elapsed_s = stamped.elapsed_s;
    let Some(run) = &mut state.run else { return Vec::new() };
    run.apply(stamped);
    if !ended {
        return Vec::new();
    }
    // What was tried is another scenario than the one in the library.
    if run.record.status == Some(Status::Done) && run.draft.is_none() {
        let at = run.record.planned.as_ref().map(|planned| planned.started_at.clone()).unwrap_or_default();
        let ran = Ran { at, best_speedup: run.figures().best_speedup() };
        state.library.took(&run.name, elapsed_s, ran);
    }
    state.place = if run.leaves() { Place::Library } else { Place::Results };
    vec![Effect::Pace { running: false }]
}

fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    if let Some(effects) = predict::obey(state, command) {
        return effects;
    }
    match command {
        Command::Suspend => return vec![Effect::Suspend { group: true }],
        Command::Redraw => return vec![Effect::Redraw],
        _ if state.help.is_none() && state.editor.is_some() => return editing::obey(state, command),
        Command::Predict => predict::open(state),
        Command::KeepPrediction => {}
        Command::Start => return start_selected(state),
        Command::Again => return state.run.iter().map(again).collect(),
        Command::Next => to_the_next(state),
        Command::Reload => return vec![Effect::Reload],
        Command::Cancel => return end(state, false),
        Command::Leave => return end(state, true),
        Command::Back => return back(state),
        // On the help of a run, the hand that wants to cancel must not lose the run's results.
        Command::Quit if state.is_running() => return end(state, false),
        Command::Quit => return vec![Effect::Quit(Exit::Quit)],
        Command::Edit => return editing::open(state),
        Command::Up | Command::Down | Command::PageUp | Command::PageDown | Command::First | Command::Last => {
            navigate(state, command);
        }
        Command::DetailsUp | Command::DetailsDown => scroll_details(state, command),
        Command::Left | Command::Right => {
            if let Some(run) = &mut state.run {
                run.select_neighbour(command == Command::Right);
            }
        }
        Command::Filter => state.library.filtering = Filtering::Typing,
        Command::KeepFilter => state.library.filtering = Filtering::Closed,
        Command::ClearFilter => {
            state.library.clear_filter();
            state.library.filtering = Filtering::Closed;
        }
        Command::Erase => state.library.erase(),
        Command::Type(c) => state.library.type_char(c),
        Command::Pause => state.run.iter_mut().for_each(toggle_drawing),
        Command::Switch => switch(state),
        Command::Help => state.help = Some(0),
        // Keys of the form, which is not open.
        Command::Try | Command::Save | Command::Write | Command::Overwrite | Command::ClearValue => {}
    }
    Vec::new()
}

/// The same once more, whether it is in the library or was only tried.
fn again(run: &Run) -> Effect {
    match &run.draft {
        Some(draft) => Effect::Try(draft.clone()),
        None => Effect::Start(run.name.clone()),
    }
}

fn start_selected(state: &mut State) -> Vec<Effect> {
    match state.library.selected() {
        Some(entry) if entry.preview.is_ok() => vec![Effect::Start(entry.name.clone())],
        Some(entry) => {
            let name = entry.name.clone();
            state.library.refuse(name, "its file has to be mended first".to_owned());
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Selects the next scenario of the path: after the selected one, or after the one that was run.
fn to_the_next(state: &mut State) {
    let here = match (state.place, &state.run) {
        (Place::Run | Place::Results, Some(run)) => Some(run.name.as_str()),
        _ => state.library.selected().map(|entry| entry.name.as_str()),
    };
    if let Some(next) = state.library.next_on_path(here).map(str::to_owned) {
        state.library.select_name(&next);
        state.place = Place::Library;
    }
}

fn scroll_details(state: &mut State, command: Command) {
    let (max, seen) = screens::library::scroll_max(state);
    let (from, half) = (state.library.scroll.min(max), (seen / 2).max(1));
    state.library.scroll = match command {
        Command::DetailsUp => from.saturating_sub(half),
        _ => from.saturating_add(half).min(max),
    };
}

fn toggle_drawing(run: &mut Run) {
    run.drawing = match run.drawing {
        Drawing::Live => Drawing::Paused,
        Drawing::Paused => Drawing::Live,
    };
}

fn end(state: &mut State, leave: bool) -> Vec<Effect> {
    match state.run.as_mut().and_then(|run| run.end_harder(leave)) {
        Some(Ending::Cancelling { .. }) => vec![Effect::Cancel],
        Some(Ending::Killing { .. }) => vec![Effect::Kill],
        Some(Ending::NotAsked) | None => Vec::new(),
    }
}

fn switch(state: &mut State) {
    state.place = match state.place {
        Place::Results => Place::Run,
        Place::Run => Place::Results,
        Place::Library => Place::Library,
    };
    limit_scrolling(state);
}

fn back(state: &mut State) -> Vec<Effect> {
    if state.help.take().is_some() {
        return Vec::new();
    }
    match state.place {
        Place::Results if state.is_running() => state.place = Place::Run,
        Place::Results | Place::Run => state.place = Place::Library,
        Place::Library if !state.library.filter().is_empty() => state.library.clear_filter(),
        Place::Library => return vec![Effect::Quit(Exit::Quit)],
    }
    Vec::new()
}

fn navigate(state: &mut State, command: Command) {
    let (size, theme) = (state.size, state.theme);
    // What fits between header and footer.
    let page = size.height.saturating_sub(6).max(1);
    if let Some(line) = state.help {
        state.help = Some(moved(line.into(), command, page, screens::help::scroll_max(size, &theme)));
        return;
    }
    match (state.place, command) {
        (Place::Library, _) => {
            let last = state.library.matching().len().saturating_sub(1) as u16;
            state.library.select(moved(state.library.position(), command, page, last).into());
        }
        (Place::Results, Command::PageUp | Command::PageDown) => {
            let (max, page) = (screens::results::scroll_max(state), screens::results::page(state));
            if let Some(run) = &mut state.run {
                run.scroll = moved(run.scroll.into(), command, page, max);
            }
        }
        (Place::Results, _) => {
            if let Some(run) = &mut state.run {
                let last = run.figures().rows.len().saturating_sub(1) as u16;
                let row = moved(run.row, command, page, last);
                run.select_row(row.into());
            }
        }
        (Place::Run, _) => {}
    }
}

/// A position after a step, between 0 and `last`.
fn moved(from: usize, command: Command, page: u16, last: u16) -> u16 {
    let from = from.min(last.into()) as u16;
    let to = match command {
        Command::Up => from.saturating_sub(1),
        Command::Down => from.saturating_add(1),
        Command::PageUp => from.saturating_sub(page),
        Command::PageDown => from.saturating_add(page),
        Command::First => 0,
        Command::Last => last,
        _ => from,
    };
    to.min(last)
}

fn limit_scrolling(state: &mut State) {
    let help_max = screens::help::scroll_max(state.size, &state.theme);
    state.help = state.help.map(|line| line.min(help_max));
    state.library.scroll = state.library.scroll.min(screens::library::scroll_max(state).0);
    let max = screens::results::scroll_max(state);
    if let Some(run) = &mut state.run {
        run.scroll = run.scroll.min(max);
    }
}
