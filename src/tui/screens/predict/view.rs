//! The form for predictions: a field a configuration, and how the speedups would look beside each other.
//!
//! ```text
//! ╭ predict: Waiting for a database ─────────────────────────────────────────────╮
//! │ How many times as fast as serial will each be? …                             │
//! │                                                                              │
//! │ ▸ ● threads × 2    1.8▏       ████████████                                   │
//! │   ● threads × 4    0.5s                                                      │
//! ╰──────────────────────────────────────────────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::state::{PredictField, PredictForm};
use crate::scenario::Expected;
use crate::tui::screens::prose::ProseColumn;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// Columns that a field's text takes, with the cursor and a gap.
const TEXT: u16 = 12;
/// The longest bar, in columns.
const BAR: u16 = 40;

/// Draws the form.
pub(super) fn render(form: &PredictForm, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block(&format!("predict: {}", form.title), area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let words = words(form, theme, inner.width);
    words.render(0, inner, buf);
    let used = (words.height() + 1).min(inner.height);
    let list = Rect { y: inner.y + used, height: inner.height - used, ..inner };
    let height = usize::from(list.height);
    let start = (form.selected + 1).saturating_sub(height);
    let name_width = form.fields.iter().map(|field| paint::width(theme, &field.label)).max().unwrap_or(0);
    let ideals = form.fields.iter().filter(|field| speedup(field).is_some()).map(PredictField::ideal);
    let most = form.fields.iter().filter_map(speedup).chain(ideals).fold(1.0, f64::max);
    for (y, (at, field)) in (list.y..list.bottom()).zip(form.fields.iter().enumerate().skip(start)) {
        let row = Rect { y, height: 1, ..list };
        let selected = at == form.selected;
        if selected {
            paint::dot(buf, row, (row.x, y), theme.symbols().pointer, theme.style(Role::Accent));
        }
        let name = if selected { Role::Title } else { Role::Text };
        let colour = Role::Backend(field.mark.family);
        paint::dot(buf, row, (row.x + 2, y), theme.mark(field.mark), theme.style(colour));
        paint::put(buf, row, (row.x + 4, y), &field.label, theme, theme.style(name));
        let x = row.x + 4 + name_width + 2;
        let end = paint::put(buf, row, (x, y), field.text.text(), theme, theme.style(Role::Text));
        if selected {
            paint::dot(buf, row, (end, y), " ", theme.style(Role::Selected));
        }
        if let Some(speedup) = speedup(field) {
            let left = x + TEXT;
            let room = Rect { x: left, width: row.right().saturating_sub(left).min(BAR), ..row };
            bar((speedup, field.ideal(), most), colour, theme, room, buf);
        }
    }
    let hidden = form.fields.len() - height.min(form.fields.len());
    if hidden > 0 {
        paint::on_frame(buf, area, &format!("{hidden} more"), theme);
    }
}

/// Draws a speedup as a bar, the ideal as a mark beside it; and says so where it is beyond that.
fn bar((speedup, ideal, most): (f64, f64, f64), colour: Role, theme: &Theme, room: Rect, buf: &mut Buffer) {
    let is_beyond = speedup > ideal;
    let text = format!("more than its {} alone can give", workers(ideal));
    let width = paint::width(theme, &text) + 2;
    let bars = Rect { width: if is_beyond { room.width.saturating_sub(width) } else { room.width }, ..room };
    paint::bar(buf, bars, speedup / most, theme, theme.style(colour));
    if !is_beyond && speedup < ideal && bars.width > 0 {
        let at = ((ideal / most * f64::from(bars.width)).round() as u16).clamp(1, bars.width) - 1;
        paint::dot(buf, bars, (bars.x + at, bars.y), theme.symbols().vertical, theme.style(Role::Ideal));
    }
    if is_beyond {
        let place = Rect { x: bars.right() + 2, width: room.right().saturating_sub(bars.right() + 2), ..room };
        paint::put(buf, place, (place.x, place.y), &text, theme, theme.style(Role::Warn));
    }
}

fn workers(ideal: f64) -> String {
    if ideal < 2.0 { "1 worker".to_owned() } else { format!("{ideal:.0} workers") }
}

/// The question, and what is wrong with the answer.
fn words<'a>(form: &PredictForm, theme: &'a Theme, width: u16) -> ProseColumn<'a> {
    let mut column = ProseColumn::new(theme, width);
    let question = match &form.baseline {
        Some(baseline) => format!(
            "How many times as fast as {baseline} will each be? Write a speedup such as 1.8, or a time such as 0.5s or \
             500ms; leave empty what you have no idea of. The mark beside a bar is the ideal."
        ),
        None => "How long will each take? Write a time such as 0.5s or 500ms; leave empty what you have no idea of."
            .to_owned(),
    };
    column.text(&question, Role::Text);
    if let Some(problem) = &form.problem {
        column.blank();
        column.text(&format!("{} {problem}", theme.symbols().cross), Role::Bad);
    }
    column
}

fn speedup(field: &PredictField) -> Option<f64> {
    match field.expected()? {
        Expected::Speedup(value) => Some(value),
        Expected::WallS(_) => None,
    }
}
