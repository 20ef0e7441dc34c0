//! The results, and below them the file that they are to be written into.
//!
//! ```text
//! ╭ save the report as ───────────────────────────────────────────────────────╮
//! │ database-20260102-030405.txt▌                                             │
//! │ text: for people; tab takes the next format                               │
//! ╰───────────────────────────────────────────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::state::{SaveReport, SaveStage};
use crate::tui::screens::prose::ProseColumn;
use crate::tui::screens::results;
use crate::tui::screens::typed;
use crate::tui::shared::Shared;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// Rows of the panel, frame included.
const PANEL: u16 = 5;

/// Draws both.
pub(super) fn render(form: &SaveReport, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let height = PANEL.min(area.height);
    let above = Rect { height: area.height - height, ..area };
    if let Some(run) = &shared.run {
        results::view::render(run, theme, above, buf);
    }
    panel(form, theme, Rect { y: above.bottom(), height, ..area }, buf);
}

fn panel(form: &SaveReport, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block("save the report as", area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let line = Rect { height: inner.height.min(1), ..inner };
    match form.stage {
        SaveStage::Naming => typed::render(&form.file, "", theme, line, buf),
        SaveStage::Asking | SaveStage::Writing => {
            paint::put(buf, line, (line.x, line.y), form.file.text(), theme, theme.style(Role::Text));
        }
    }
    let rest = Rect { y: line.bottom(), height: inner.height - line.height, ..inner };
    let mut column = ProseColumn::new(theme, rest.width);
    match (&form.problem, form.stage) {
        (Some(problem), _) => column.text(&format!("{} {problem}", theme.symbols().cross), Role::Bad),
        (None, SaveStage::Writing) => column.text("it is being written…", Role::Dim),
        (None, _) => {
            let format = form.format();
            let summary = format.summary.to_lowercase();
            column.text(&format!("{}: {summary}; tab takes the next format", format.name), Role::Dim);
        }
    }
    column.render(0, rest, buf);
}
