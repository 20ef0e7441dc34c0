//! What happens to the state when something happens: pure, so that every key can be tested without a terminal.
//!
//! What a key means is the top screen's matter; here is what messages from outside mean, whatever is shown.

use nix::sys::signal::Signal;

use super::keys::{self, Action};
use super::port::{Draft, Ran, ReportOffer, Saved, Unsaved};
use super::screens::editor::state::{Editor, Stage};
use super::screens::job::JobScreen;
use super::screens::library::state::Filtering;
use super::screens::results::ResultsScreen;
use super::screens::run::RunScreen;
use super::screens::run::news::News;
use super::screens::run::state::RunMonitor;
use super::screens::save_report::state::SaveReport;
use super::screens::{Screen, transit};
use super::shared::Remark;
use super::state::State;
use super::theme::Role;
use crate::record::{Event, Stamped, Status};
use crate::system::signals::ends;

pub use super::message::{Effect, Exit, Msg};

/// Said where Ctrl-Z would stop parlab for good.
const CANNOT_STOP: &str = "not stopped: there is no shell here to bring parlab back";

/// Changes the state, and says what else is to be done, in this order.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => {
            state.shared.notice = None;
            return keys::lookup(state.context(), key).map_or_else(Vec::new, |action| obey(state, action));
        }
        Msg::Paste(text) => return paste(state, &text),
        Msg::CursorAt(column) => return prove(state, column),
        Msg::Resized(size) => {
            state.shared.size = size;
            state.screens.iter_mut().for_each(|screen| screen.fit(&mut state.shared));
            return vec![Effect::Redraw];
        }
        Msg::InputClosed => return vec![Effect::Quit(Exit::Signal(Signal::SIGHUP))],
        Msg::Engine(stamped) => return hear(state, stamped),
        Msg::Job(news) => state.shared.job.iter_mut().for_each(|job| job.hear(news.clone())),
        Msg::Signal(signal) => return on_signal(signal),
        Msg::Started { name } => return started(state, name, None),
        Msg::Tried(draft) => return started(state, draft.name.clone(), Some(draft)),
        Msg::ScenarioForm { name, form, file, checked } => {
            state.shared.library.filtering = Filtering::Closed;
            state.screens.keep(|screen| !is_a_form(screen));
            state.screens.open(Screen::Editor(Editor::new(name, form, file, checked)));
        }
        Msg::Checked(checked) => {
            if let Some(editor) = editor(state) {
                editor.checked = checked;
            }
        }
        Msg::Saved(outcome) => saved(state, outcome),
        Msg::Snapshot(snapshot) => {
            if let Some(run) = &mut state.shared.run {
                run.see(snapshot);
            }
        }
        // A picture that stands still stays as it is, however often it has to be drawn anew.
        Msg::Sample(_) | Msg::Cost(_) if state.shared.is_frozen() => {}
        Msg::Sample(sample) => state.shared.sample = Some(sample),
        Msg::Cost(cost) => state.shared.cost = Some(cost),
        Msg::ReportOffer(offer) => name_report(state, offer),
        Msg::ReportSaved(outcome) => report_saved(state, outcome),
        Msg::Entries(entries) => state.shared.library.replace(entries),
        Msg::CannotStop => state.shared.say(Remark::bad(CANNOT_STOP)),
        Msg::Refused { name, why } => return refused(state, name, why),
        Msg::Resumed { stopped_s } => {
            resumed(state, stopped_s);
            return vec![Effect::Redraw];
        }
    }
    Vec::new()
}

/// Does what a key asked for: what it means everywhere, or else what the top screen makes of it.
fn obey(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Suspend => return vec![Effect::Suspend { group: true }],
        Action::Redraw => return vec![Effect::Redraw],
        _ => {}
    }
    let step = state.screens.top_mut().obey(&mut state.shared, action);
    transit(&mut state.screens, &mut state.shared, step.transition);
    step.effects
}

/// Puts a pasted text into the field that is typed into, as one line; elsewhere it is no command.
fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let line = text.trim_end_matches(['\r', '\n']).replace("\r\n", " ").replace(['\r', '\n', '\t'], " ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    let State { screens, shared } = state;
    shared.notice = None;
    let step = screens.top_mut().paste(shared, &line);
    transit(screens, shared, step.transition);
    step.effects
}

/// Draws with more characters, if the terminal has proven that it takes them.
fn prove(state: &mut State, column: u16) -> Vec<Effect> {
    let State { screens, shared } = state;
    let Some(theme) = shared.if_proven.take().filter(|_| column == 2) else { return Vec::new() };
    shared.theme = theme;
    screens.iter_mut().for_each(|screen| screen.fit(shared));
    vec![Effect::Redraw]
}

/// Whether a screen is a form over another, with something that was typed.
fn is_a_form(screen: &Screen) -> bool {
    matches!(screen, Screen::Editor(_) | Screen::Predict(_))
}

/// The form of a scenario that is being tried, if it is open.
fn editor(state: &mut State) -> Option<&mut Editor> {
    state.screens.iter_mut().find_map(|screen| if let Screen::Editor(editor) = screen { Some(editor) } else { None })
}

/// Where the process stood still, so did its threads: the engine times that trial again.
fn resumed(state: &mut State, stopped_s: f64) {
    if let Some(run) = state.shared.run.as_mut().filter(|run| run.is_on() && stopped_s > 0.0) {
        let stopped = crate::units::seconds(stopped_s);
        let text = format!("parlab stood still for {stopped}: the trial in progress is not counted and run again");
        run.tell(News { role: Role::Warn, text });
    }
}

fn on_signal(signal: Signal) -> Vec<Effect> {
    match signal {
        _ if ends(signal) => vec![Effect::Quit(Exit::Signal(signal))],
        Signal::SIGTSTP => vec![Effect::Suspend { group: false }],
        Signal::SIGCONT => vec![Effect::Retake],
        _ => Vec::new(),
    }
}

/// A run is being prepared: it is shown on top of the screen that it was started from, which comes back if it cannot be
/// run.
fn started(state: &mut State, name: String, draft: Option<Draft>) -> Vec<Effect> {
    let State { screens, shared } = state;
    if shared.is_preparing() {
        screens.close_topmost(Screen::is_of_a_run);
    }
    if draft.is_some() {
        let open =
            screens.iter().find_map(|screen| if let Screen::Editor(editor) = screen { Some(editor) } else { None });
        if let Some(editor) = open {
            shared.library.keep_draft(editor);
        }
    }
    screens.keep(|screen| !matches!(screen, Screen::Help(_) | Screen::Predict(_)));
    let title = shared.library.entries().iter().find(|entry| entry.name == name).map(|entry| entry.title.clone());
    shared.library.select_name(&name);
    shared.library.filtering = Filtering::Closed;
    let mut run = RunMonitor::new(name.clone(), title.unwrap_or(name));
    run.draft = draft;
    shared.begin_run(run);
    screens.open(if shared.job.is_some() { Screen::Job(JobScreen::default()) } else { Screen::Run(RunScreen) });
    vec![Effect::Pace { running: true }]
}

/// What was to be run or edited cannot be: says so where it was asked for.
fn refused(state: &mut State, name: String, why: String) -> Vec<Effect> {
    let mut effects = Vec::new();
    if state.shared.is_preparing() {
        state.shared.drop_preparation();
        state.screens.close_topmost(Screen::is_of_a_run);
        effects.push(Effect::Pace { running: false });
    }
    if let Some(editor) = editor(state) {
        editor.notice = Some(Err(format!("it was not started: {why}")));
        return effects;
    }
    state.screens.keep(|screen| matches!(screen, Screen::Help(_)));
    state.shared.library.select_name(&name);
    state.shared.library.refuse(name, why);
    effects
}

/// An event of the run. With the first the run goes on, and there is no way back to what it was started from.
fn hear(state: &mut State, stamped: Stamped) -> Vec<Effect> {
    let ended = matches!(stamped.event, Event::RunFinished { .. });
    let elapsed_s = stamped.elapsed_s;
    let State { screens, shared } = state;
    if shared.is_preparing() {
        shared.keep_run();
        screens.close_below_topmost(Screen::is_of_a_run);
    }
    let Some(run) = &mut shared.run else { return Vec::new() };
    run.hear(stamped);
    if !ended {
        return Vec::new();
    }
    // What was tried is another scenario than the one in the library.
    if run.record.status == Some(Status::Done) && run.draft.is_none() {
        let at = run.record.planned.as_ref().map(|planned| planned.started_at.clone()).unwrap_or_default();
        let ran = Ran { at, best_speedup: run.figures().best_speedup() };
        shared.library.took(&run.name, elapsed_s, ran);
    }
    // How a job ended that did not come to the end of its run is told on its own screen.
    if shared.job.is_none() || run.record.status == Some(Status::Done) {
        screens.swap_topmost(Screen::is_of_a_run, Screen::Results(ResultsScreen));
    }
    vec![Effect::Pace { running: false }]
}

/// Asks for the name of a file for the report, unless something else has come on top meanwhile.
fn name_report(state: &mut State, offer: ReportOffer) {
    if state.screens.top().is_of_a_run() && !state.is_running() {
        state.screens.open(Screen::SaveReport(SaveReport::new(offer)));
    }
}

/// Takes in how writing a report went: back to where it was asked for, if it did well.
fn report_saved(state: &mut State, outcome: Result<String, Unsaved>) {
    let State { screens, shared } = state;
    let form =
        screens.iter_mut().find_map(|screen| if let Screen::SaveReport(form) = screen { Some(form) } else { None });
    match (form, outcome) {
        (Some(form), Err(why)) => form.refuse(why),
        (_, Ok(file)) => {
            screens.close_topmost(|screen| matches!(screen, Screen::SaveReport(_)));
            shared.say(Remark::good(format!("saved as {file}")));
        }
        (None, Err(Unsaved::Exists)) => shared.say(Remark::bad("the report was not saved: the file exists")),
        (None, Err(Unsaved::Failed(why))) => shared.say(Remark::bad(format!("the report was not saved: {why}"))),
    }
}

/// Takes in how saving went: back to the library if the file is a part of it, which was read anew.
fn saved(state: &mut State, outcome: Result<Saved, Unsaved>) {
    let Some(editor) = editor(state) else { return };
    match outcome {
        Ok(Saved { file, name: Some(name) }) => {
            let draft = editor.name.clone();
            state.shared.library.drafts.remove(&draft);
            state.screens.keep(|_| false);
            state.shared.library.select_name(&name);
            state.shared.library.tell(name, format!("saved as {file}"));
        }
        Ok(Saved { file, name: None }) => {
            editor.stage = Stage::Filling;
            editor.notice = Some(Ok(format!("saved as {file}, outside of the library: parlab {file} opens it")));
        }
        Err(Unsaved::Exists) => {
            editor.stage = Stage::Asking;
            editor.notice = Some(Err(format!("{} exists; overwrite it?", editor.file.text())));
        }
        Err(Unsaved::Failed(why)) => {
            editor.stage = Stage::Naming;
            editor.notice = Some(Err(format!("not saved: {why}")));
        }
    }
}
