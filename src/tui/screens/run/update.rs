//! What keys do to a run: on its own screen, and on the Results screen where they mean the same.

use super::look::WholePanel;
use super::state::{Drawing, Ending, RunMonitor};
use super::view;
use crate::tui::keys::{Action, Binding, Context};
use crate::tui::message::{Effect, Exit};
use crate::tui::screens::library::update::go_on;
use crate::tui::screens::screen::{Step, Transition};
use crate::tui::screens::scroll::moved;
use crate::tui::shared::{Remark, Shared};
use crate::tui::widgets::LaneFold;

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
        Action::Back => left(shared),
        Action::Freeze => {
            shared.run.iter_mut().for_each(toggle_drawing);
            Step::DONE
        }
        Action::Zoom => {
            shared.run.iter_mut().for_each(|run| run.look.zoom = run.look.zoom.closer());
            Step::DONE
        }
        Action::Fold => {
            shared.run.iter_mut().for_each(|run| run.look.toggle_fold());
            Step::DONE
        }
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::First | Action::Last => {
            scroll(shared, action);
            Step::DONE
        }
        _ => obey_as_a_run(shared, action),
    }
}

/// Looks at the lanes from another one on, if there are more of them than rows.
fn scroll(shared: &mut Shared, action: Action) {
    let rows = view::lane_rows(shared);
    let Some(run) = &mut shared.run else { return };
    let all = u16::try_from(run.snapshot.lanes.len()).unwrap_or(u16::MAX);
    if let Some(last) = all.checked_sub(rows).filter(|last| *last > 0) {
        let first = moved(run.look.first(), action, rows, last);
        run.look.fold = LaneFold::From(first.into());
    }
}

/// Back to where the run was started from; where that was the command line, out.
pub(in crate::tui::screens) fn left(shared: &Shared) -> Step {
    if shared.is_alone { Effect::Quit(Exit::Quit).into() } else { Transition::Close.into() }
}

/// What an action means wherever a run is shown.
pub(in crate::tui::screens) fn obey_as_a_run(shared: &mut Shared, action: Action) -> Step {
    match action {
        // Its library has nothing else, and a program is run once.
        Action::Again | Action::Edit | Action::Next if shared.is_alone => Step::DONE,
        Action::Cancel => end(shared),
        Action::Again => shared.run.as_ref().map_or(Step::DONE, |run| again(run).into()),
        Action::Edit => edit(shared),
        Action::Next => to_the_next(shared),
        Action::TurnChart => {
            shared.run.iter_mut().for_each(RunMonitor::turn_chart);
            Step::DONE
        }
        Action::Output => {
            shared
                .run
                .iter_mut()
                .filter(|run| run.only_program().is_some())
                .for_each(|run| run.look.toggle(WholePanel::Output));
            Step::DONE
        }
        Action::Ranks => {
            let of_mpi = shared.run.iter_mut().filter(|run| has_ranks(run));
            of_mpi.for_each(|run| run.look.toggle(WholePanel::Ranks));
            Step::DONE
        }
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

/// The table's label of a key, unless that has come to mean the other of two things; `None` for one that means nothing
/// here.
pub(in crate::tui::screens) fn label(shared: &Shared, row: &Binding) -> Option<&'static str> {
    let run = shared.run.as_ref().filter(|run| run.is_on());
    let label = match (row.action, run) {
        (Action::Again | Action::Edit | Action::Next, _) if shared.is_alone => return None,
        (Action::Back, None) if shared.is_alone => "quit",
        (Action::Output, _) if shared.run.as_ref().is_none_or(|run| run.only_program().is_none()) => return None,
        (Action::Ranks, _) if !shared.run.as_ref().is_some_and(has_ranks) => return None,
        (Action::Cancel, Some(run)) if run.ending != Ending::NotAsked => "kill",
        (Action::Freeze, Some(run)) if run.drawing == Drawing::Frozen => "go on",
        _ => row.label,
    };
    Some(label)
}

/// Whether it is of an MPI program whose ranks are seen.
fn has_ranks(run: &RunMonitor) -> bool {
    run.only_program().is_some_and(|program| program.mpi.is_some())
}

/// Ends the run the next harder way. One that is still being prepared is given up at once: nothing was measured that
/// could be kept, and its preparation may take its time to hear of it.
fn end(shared: &mut Shared) -> Step {
    if shared.job.is_some() {
        return Transition::Swap(Context::Cancelling).into();
    }
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

/// Opens the form of the scenario that was run: as it was left, unless what was run is another change of it.
fn edit(shared: &mut Shared) -> Step {
    let Some(run) = &shared.run else { return Step::DONE };
    let (name, text) = (run.name.clone(), run.draft.as_ref().map(|draft| draft.text.clone()));
    let is_the_draft = |text: &String| shared.library.drafts.get(&name).is_some_and(|kept| kept.draft().text == *text);
    let kept = text.as_ref().is_none_or(is_the_draft).then(|| go_on(shared, &name)).flatten();
    kept.unwrap_or_else(|| Effect::Edit { name, text }.into())
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
