//! Where the time went, as the Results show it: a bar a configuration, and a table of its workers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::record::label_at;
use crate::results::{Figures, LossShares, Row, TimeUse, WorkerShares};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{StackPart, StackedBars, StackedItem, Table, TableCell, TableColumn, paint};
use crate::units;

/// A share below this everywhere is not worth a name.
const LEAST: f64 = 0.005;

/// What the chart is called.
pub(super) const TITLE: &str = "where the time went";

/// Draws a bar for each configuration that was measured; `selected` is a row of the figures.
pub(super) fn render(figures: &Figures, selected: Option<usize>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let told: Vec<(usize, &Row, &LossShares)> = (figures.rows.iter().enumerate())
        .filter_map(|(index, row)| Some((index, row, row.time_shares.as_ref()?)))
        .collect();
    let uses = uses(|what| told.iter().filter_map(|(.., shares)| shares.of(what)).fold(0.0, f64::max));
    let parts: Vec<StackPart> = uses.iter().map(|what| part(*what, theme)).collect();
    let texts: Vec<(String, Vec<f64>, String)> = told
        .iter()
        .map(|(_, row, shares)| {
            let of_parts = uses.iter().map(|what| shares.of(*what).unwrap_or(0.0)).collect();
            let work = units::percent(shares.of(TimeUse::Work).unwrap_or(0.0));
            (label_at(&row.config), of_parts, format!("{} {work}", TimeUse::Work.heading()))
        })
        .collect();
    let items: Vec<StackedItem> = (told.iter().zip(&texts))
        .map(|((index, row, _), (name, shares, figure))| StackedItem {
            name,
            mark: row.mark,
            shares,
            figure,
            is_selected: selected == Some(*index),
        })
        .collect();
    StackedBars { parts: &parts, items: &items, theme }.render(area, buf);
}

/// Work, and what takes a share worth a name; `most` is the largest of a use.
fn uses(most: impl Fn(TimeUse) -> f64) -> Vec<TimeUse> {
    TimeUse::ALL.into_iter().filter(|what| *what == TimeUse::Work || most(*what) >= LEAST).collect()
}

fn part(what: TimeUse, theme: &Theme) -> StackPart<'static> {
    let role = match what {
        TimeUse::Work => None,
        TimeUse::Lock | TimeUse::Unexplained => Some(Role::Text),
        TimeUse::Gate | TimeUse::Idle => Some(Role::Dim),
        TimeUse::Pipe | TimeUse::Dispatch => Some(Role::Accent),
        TimeUse::Startup | TimeUse::Queue => Some(Role::Warn),
        TimeUse::Others => Some(Role::Bad),
    };
    StackPart { name: what.heading(), symbol: theme.symbols().time_uses[what as usize], role }
}

/// Draws the workers of a configuration with a frame, a row each.
pub(super) fn workers(losses: &LossShares, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block("where its workers' time went", area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    let uses = uses(|what| losses.workers.iter().filter_map(|worker| worker.of(what)).fold(0.0, f64::max));
    let waits = losses.workers.iter().any(|worker| worker.blocked >= LEAST);
    let others: Vec<TimeUse> = uses.into_iter().filter(|what| *what != TimeUse::Work).collect();
    let mut columns =
        vec![TableColumn::left("worker", 0), TableColumn::right("tasks", 1), TableColumn::right("computes", 0)];
    columns.extend(waits.then(|| TableColumn::right("blocked", 0)));
    columns.extend((2..).zip(&others).map(|(priority, what)| TableColumn::right(what.heading(), priority)));
    let percent = |share: Option<f64>| match share {
        Some(share) => TableCell::from(format!("{} %", paint::percent(share))),
        None => TableCell::styled(theme.symbols().dash, Role::Dim),
    };
    let cells = |(lane, worker): (usize, &WorkerShares)| {
        let computes = worker.of(TimeUse::Work).map(|work| work - worker.blocked);
        let first: [TableCell; 3] = [lane.to_string().into(), units::count(worker.tasks).into(), percent(computes)];
        let blocked = waits.then(|| percent(Some(worker.blocked)));
        let rest = others.iter().map(|what| percent(worker.of(*what)));
        first.into_iter().chain(blocked).chain(rest).collect()
    };
    let rows: Vec<Vec<TableCell>> = losses.workers.iter().enumerate().map(cells).collect();
    let table = Table { columns: &columns, rows: &rows, selected: None, running: None, theme };
    let hidden = table.hidden(inner.height);
    table.render(inner, buf);
    if hidden > 0 {
        paint::on_frame(buf, area, &format!("{hidden} more"), theme);
    }
}
