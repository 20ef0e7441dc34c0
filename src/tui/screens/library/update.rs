//! What keys do in the library.

use super::state::{Filtering, LibraryList};
use super::view;
use crate::tui::keys::{Action, Context};
use crate::tui::message::{Effect, Exit};
use crate::tui::screens::screen::{Step, Transition};
use crate::tui::screens::scroll::moved;
use crate::tui::shared::{Remark, Shared};

pub(super) fn obey(shared: &mut Shared, action: Action) -> Step {
    let library = &mut shared.library;
    match action {
        Action::Start => return of_selected(library, Effect::Start),
        Action::Edit => return edit(shared),
        Action::Predict => return Transition::Open(Context::Predict).into(),
        Action::Runs => return list_runs(shared),
        Action::Help => return Transition::Open(Context::Help).into(),
        Action::Reload => return Effect::Reload.into(),
        Action::Quit => return Effect::Quit(Exit::Quit).into(),
        Action::Back if library.filter().is_empty() => return Effect::Quit(Exit::Quit).into(),
        Action::Back => library.clear_filter(),
        Action::Next => to_the_next(library),
        Action::DetailsUp | Action::DetailsDown => scroll_details(shared, action),
        Action::Filter => library.filtering = Filtering::Typing,
        Action::KeepFilter => library.filtering = Filtering::Closed,
        Action::ClearFilter => {
            library.clear_filter();
            library.filtering = Filtering::Closed;
        }
        Action::Erase => library.erase(),
        Action::Type(c) => library.type_char(c),
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::First | Action::Last => {
            // What fits between header and footer.
            let page = shared.size.height.saturating_sub(6).max(1);
            let last = library.matching().len().saturating_sub(1) as u16;
            library.select(moved(library.position(), action, page, last).into());
        }
        _ => {}
    }
    Step::DONE
}

/// Asks for something to be done with the selected scenario, if that can be run.
fn of_selected(library: &mut LibraryList, effect: impl FnOnce(String) -> Effect) -> Step {
    let Some(entry) = library.selected() else { return Step::DONE };
    let name = entry.name.clone();
    if entry.preview.is_ok() {
        return effect(name).into();
    }
    library.refuse(name, "its file has to be mended first".to_owned());
    Step::DONE
}

/// Opens the form of the selected scenario: as it was left, or anew.
fn edit(shared: &mut Shared) -> Step {
    let name = shared.library.selected().map(|entry| entry.name.clone());
    match name.and_then(|name| go_on(shared, &name)) {
        Some(step) => step,
        None => of_selected(&mut shared.library, |name| Effect::Edit { name, text: None }),
    }
}

/// Opens the form of a scenario that was left with changes in it; `None` if there is none.
pub(in crate::tui::screens) fn go_on(shared: &mut Shared, name: &str) -> Option<Step> {
    let draft = shared.library.drafts.get(name)?.draft();
    shared.library.select_name(name);
    shared.say(Remark::hint("with your changes from before"));
    Some(Step { transition: Transition::Open(Context::Editing), effects: vec![Effect::Check(draft)] })
}

/// Opens the list of the session's runs, if there are any.
fn list_runs(shared: &mut Shared) -> Step {
    shared.file_away();
    if shared.ended().len() == 0 {
        shared.say(Remark::hint("nothing was run yet since parlab was opened"));
        return Step::DONE;
    }
    Transition::Open(Context::Runs).into()
}

/// Selects the next scenario of the path after the selected one.
fn to_the_next(library: &mut LibraryList) {
    let here = library.selected().map(|entry| entry.name.as_str());
    if let Some(next) = library.next_on_path(here).map(str::to_owned) {
        library.select_name(&next);
    }
}

fn scroll_details(shared: &mut Shared, action: Action) {
    let (max, seen) = view::scroll_max(shared);
    let (from, half) = (shared.library.scroll.min(max), (seen / 2).max(1));
    shared.library.scroll = match action {
        Action::DetailsUp => from.saturating_sub(half),
        _ => from.saturating_add(half).min(max),
    };
}
