//! The tasks that a program told of, by name: a row each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::foreign::escaped;
use crate::record::NamedTasks;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Table, TableCell, TableColumn, paint};
use crate::units;

/// Rows that it needs for so many names, the frame included.
pub(in crate::tui::screens) fn height(tasks: &[NamedTasks]) -> u16 {
    if tasks.is_empty() { 0 } else { u16::try_from(tasks.len()).unwrap_or(u16::MAX).saturating_add(3) }
}

/// Draws them with a frame.
pub(in crate::tui::screens) fn render(tasks: &[NamedTasks], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block("tasks by name", area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    let with_pending = tasks.iter().any(|named| named.pending > 0);
    let mut columns = vec![TableColumn::left("", 0), TableColumn::right("done", 0)];
    columns.extend(with_pending.then(|| TableColumn::right("to do", 0)));
    columns.extend([
        TableColumn::right("failed", 3),
        TableColumn::right("time", 1),
        TableColumn::right("mean", 2),
        TableColumn::right("longest", 4),
    ]);
    let rows: Vec<Vec<TableCell>> = tasks.iter().map(|named| cells(named, with_pending, theme)).collect();
    let table = Table { columns: &columns, rows: &rows, selected: None, running: None, theme };
    let hidden = table.hidden(inner.height);
    table.render(inner, buf);
    if hidden > 0 {
        paint::on_frame(buf, area, &format!("{hidden} more"), theme);
    }
}

fn cells(named: &NamedTasks, with_pending: bool, theme: &Theme) -> Vec<TableCell> {
    let seconds = |seconds: f64| match named.timed {
        0 => TableCell::styled(theme.symbols().dash, Role::Dim),
        _ => TableCell::from(units::seconds(seconds)),
    };
    let name = match named.name.as_str() {
        "" => TableCell::styled("others", Role::Dim),
        name => TableCell::from(escaped(name).into_owned()),
    };
    let failed = TableCell::styled(units::count(named.failed), if named.failed > 0 { Role::Bad } else { Role::Dim });
    let mut cells = vec![name, units::count(named.done).into()];
    cells.extend(with_pending.then(|| TableCell::from(units::count(named.pending))));
    cells.extend([failed, seconds(named.seconds), seconds(named.seconds / named.timed as f64), seconds(named.max_s)]);
    cells
}
