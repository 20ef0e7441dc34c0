//! What keys do to a run: on its own screen, and on the Results screen where they mean the same.

use super::state::{Drawing, Ending, RunMonitor};
use crate::tui::keys::{Action, Binding, Context};
use crate::tui::message::{Effect, Exit};
use crate::tui::screens::screen::{Step, Transition};
use crate::tui::shared::{Remark, Shared};

pub(super) fn obey(shared: &mut Shared, action: Action) -> Step {
    match action {
        Action::Switch => {
            shared.run.iter_mut().for_each(RunMonitor::go_on);
            Transition::Swap(Context::Results).into()
        }
        Action::Back if shared.is_preparing() => end(shared),
        Action::Back if shared.is_running() => {
            shared.say(Remark::hint("the run goes on; `q` stops it and shows what was measured"));
            Step::DONE
        }
        Action::Back => Transition::Close.into(),
        Action::Freeze => {
            shared.run.iter_mut().for_each(toggle_drawing);
            Step::DONE
        }
        _ => obey_as_a_run(shared, action),
    }
}

/// What an action means wherever a run is shown.
pub(in crate::tui::screens) fn obey_as_a_run(shared: &mut Shared, action: Action) -> Step {
    match action {
        Action::Cancel => end(shared),
        Action::Again => shared.run.as_ref().map_or(Step::DONE, |run| again(run).into()),
        Action::Edit => shared.run.as_ref().map_or(Step::DONE, |run| edit(run).into()),
        Action::Next => to_the_next(shared),
        Action::SaveReport => Effect::OfferReport.into(),
        Action::Help => Transition::Open(Context::Help).into(),
        Action::Quit => cancel_or_quit(shared),
        _ => Step::DONE,
    }
}

/// Cancels the run that is on; quits if there is none.
pub(in crate::tui::screens) fn cancel_or_quit(shared: &mut Shared) -> Step {
    if shared.is_running() { end(shared) } else { Effect::Quit(Exit::Quit).into() }
}

/// The table's label of a key, unless that has come to mean the other of two things.
pub(in crate::tui::screens) fn label(shared: &Shared, row: &Binding) -> &'static str {
    let run = shared.run.as_ref().filter(|run| run.is_on());
    match (row.action, run) {
        (Action::Cancel, Some(run)) if run.ending != Ending::NotAsked => "kill",
        (Action::Freeze, Some(run)) if run.drawing == Drawing::Frozen => "go on",
        _ => row.label,
    }
}

/// Ends the run the next harder way. One that is still being prepared is given up at once: nothing was measured that
/// could be kept, and its preparation may take its time to hear of it.
fn end(shared: &mut Shared) -> Step {
    if shared.is_preparing() {
        shared.drop_preparation();
        let effects = vec![Effect::GiveUp, Effect::Pace { running: false }];
        return Step { transition: Transition::CloseRun, effects };
    }
    match shared.run.as_mut().and_then(|run| run.end_harder()) {
        Some(Ending::Cancelling) => Effect::Cancel.into(),
        Some(Ending::Killing) => Effect::Kill.into(),
        Some(Ending::NotAsked) | None => Step::DONE,
    }
}

/// The same once more, whether it is in the library or was only tried.
fn again(run: &RunMonitor) -> Effect {
    match &run.draft {
        Some(draft) => Effect::Try(draft.clone()),
        None => Effect::Start(run.name.clone()),
    }
}

fn edit(run: &RunMonitor) -> Effect {
    let text = run.draft.as_ref().map(|draft| draft.text.clone());
    Effect::Edit { name: run.name.clone(), text }
}

/// To the next scenario of the path after the one that was run.
fn to_the_next(shared: &mut Shared) -> Step {
    let here = shared.run.as_ref().map(|run| run.name.as_str());
    let Some(next) = shared.library.next_on_path(here).map(str::to_owned) else { return Step::DONE };
    shared.library.select_name(&next);
    Transition::Home.into()
}

fn toggle_drawing(run: &mut RunMonitor) {
    match run.drawing {
        Drawing::Live => run.freeze(),
        Drawing::Frozen => run.go_on(),
    }
}
