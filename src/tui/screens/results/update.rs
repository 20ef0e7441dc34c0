//! What keys do on the Results screen.

use super::view;
use crate::tui::keys::{Action, Context};
use crate::tui::screens::run;
use crate::tui::screens::screen::{Step, Transition};
use crate::tui::screens::scroll::moved;
use crate::tui::shared::Shared;

pub(super) fn obey(shared: &mut Shared, action: Action) -> Step {
    match action {
        Action::Switch => return Transition::Swap(Context::Running).into(),
        Action::Back if shared.is_running() => return Transition::Swap(Context::Running).into(),
        Action::Back => return run::left(shared),
        Action::PageUp | Action::PageDown => {
            let (max, page) = (view::scroll_max(shared), view::page(shared));
            shared.run.iter_mut().for_each(|run| run.scroll = moved(run.scroll.into(), action, page, max));
        }
        Action::Up | Action::Down | Action::First | Action::Last => {
            if let Some(run) = &mut shared.run {
                let last = run.figures().rows.len().saturating_sub(1) as u16;
                run.select_row(moved(run.row(), action, 1, last).into());
            }
        }
        Action::Left | Action::Right => {
            shared.run.iter_mut().for_each(|run| run.select_neighbour(action == Action::Right));
        }
        Action::Zoom => shared.run.iter_mut().for_each(|run| {
            run.zoom = run.zoom.next();
            run.scroll = 0;
        }),
        _ => return run::obey_as_a_run(shared, action),
    }
    Step::DONE
}
