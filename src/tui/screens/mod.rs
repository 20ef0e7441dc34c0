//! The screens: pure drawing of a state into a buffer. One file a screen; `chrome` is what they have in common.
//!
//! Nothing here changes the state, reads a clock or allocates in proportion to the tasks of a run.

mod chrome;
pub mod editor;
pub mod help;
pub mod library;
mod lock;
mod memory;
mod predict;
mod prose;
pub mod results;
mod run;
mod scores;
mod speedups;
mod too_small;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::keys::Context;
use super::state::{Place, State};
use super::theme::Theme;

/// The smallest terminal that the screens fit.
pub const SIZE_MIN: Size = Size::new(60, 16);

/// Draws the state into an area, which is taken to be blank.
pub fn render(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.width < SIZE_MIN.width || area.height < SIZE_MIN.height {
        too_small::render(theme, area, buf);
        return;
    }
    chrome::header(state, theme, Rect { height: 1, ..area }, buf);
    chrome::footer(state, theme, Rect { y: area.bottom() - 1, height: 1, ..area }, buf);
    let body = body(area);
    if let (Some(form), Context::Predict) = (&state.predict, state.context()) {
        predict::render(form, theme, body, buf);
        return;
    }
    if let (None, Some(editor)) = (state.help, &state.editor) {
        return editor::render(editor, theme, body, buf);
    }
    match (state.help, state.place, &state.run) {
        (Some(line), _, _) => help::render(line, theme, body, buf),
        (None, Place::Run, Some(run)) => run::render(run, state.sample.as_ref(), theme, body, buf),
        (None, Place::Results, Some(run)) => results::render(run, theme, body, buf),
        (None, _, _) => library::render(&state.library, &state.machine, theme, body, buf),
    }
}

/// What is left between header and footer.
fn body(area: Rect) -> Rect {
    Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area }
}
