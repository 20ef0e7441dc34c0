//! What both Run and Results show of the figures: the chart, and the table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::record::label;
use crate::results::{Figure, Figures, FiguresChart, Row, ShownColumn, View, WORTH_WHILE, columns};
use crate::tui::screens::run::state::RunMonitor;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Plot, Table, TableCell, TableColumn, paint};
use crate::units;

/// Columns of a heading that a scenario has chosen.
const KEY_MAX: u16 = 13;

/// What the chart is called.
pub(super) fn title(figures: &Figures) -> String {
    match figures.varied() {
        None => figures.measure().to_owned(),
        Some(key) => format!("{} over {key}", figures.measure()),
    }
}

/// Draws the chart; `selected` is a row of the figures.
pub(super) fn render(run: &RunMonitor, selected: Option<usize>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let figures = run.figures();
    let plotted = FiguresChart::of(figures, run.tasks());
    if plotted.is_empty() {
        let text = match (figures.baseline.and_then(|baseline| figures.rows.get(baseline)), run.is_on()) {
            (Some(row), true) => format!("none until {} is measured", row.label),
            (Some(row), false) if row.wall_s.is_none() => format!("none: {} was not measured", row.label),
            (_, false) => "nothing was measured".to_owned(),
            (None, true) => "nothing measured yet".to_owned(),
        };
        paint::put_centred(buf, area, &text, theme, theme.style(Role::Dim));
        return;
    }
    let selected = selected.and_then(|row| plotted.point_of(row));
    Plot { chart: &plotted.chart, selected, theme }.render(area, buf);
}

/// Rows of the figures that the table shows as something else: the one that the cursor is on, and the one whose trial
/// is going on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TableMarks {
    pub(super) selected: Option<usize>,
    pub(super) running: Option<usize>,
}

/// Draws the table with its frame.
pub(super) fn table(figures: &Figures, marks: TableMarks, title: &str, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block(title, area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    let shown = columns(figures, View::Table);
    let columns: Vec<TableColumn> =
        shown.iter().enumerate().map(|(index, column)| heading(index, column, theme)).collect();
    let rows: Vec<Vec<TableCell>> = figures.rows.iter().map(|row| cells(row, &shown, theme)).collect();
    let TableMarks { selected, running } = marks;
    let table = Table { columns: &columns, rows: &rows, selected, running, theme };
    let hidden = table.hidden(inner.height);
    table.render(inner, buf);
    if hidden > 0 {
        paint::on_frame(buf, area, &format!("{hidden} more"), theme);
    }
}

fn heading(index: usize, column: &ShownColumn, theme: &Theme) -> TableColumn {
    let heading = match column.is_scenarios {
        true => paint::fit(theme, column.heading, KEY_MAX).into_owned(),
        false => column.heading.replace('_', " "),
    };
    if index == 0 { TableColumn::left(heading, column.priority) } else { TableColumn::right(heading, column.priority) }
}

fn cells(row: &Row, shown: &[ShownColumn], theme: &Theme) -> Vec<TableCell> {
    let cell = |column: &ShownColumn| match column.of(row) {
        None => TableCell::styled(theme.symbols().dash, Role::Dim),
        Some(Figure::Failed) => TableCell::styled(Figure::Failed.words(), Role::Bad),
        Some(Figure::Label(name)) => {
            TableCell::styled(format!("{} {name}", theme.mark(row.mark)), Role::Backend(row.mark.family))
        }
        Some(figure) => TableCell::from(figure.words()),
    };
    shown.iter().map(cell).collect()
}

/// How short tasks may be, in so many columns at most: `METG(50 %): threads × 2 1.2 µs`. `None` while nothing is known.
pub(super) fn shortest_tasks(figures: &Figures, theme: &Theme, width: u16) -> Option<String> {
    let known = figures.metg.iter().filter_map(|metg| Some((label(&metg.config), metg.seconds?)));
    let mut text = String::new();
    for (name, seconds) in known {
        let start =
            if text.is_empty() { format!("METG({}): ", units::percent(WORTH_WHILE)) } else { format!("{text} · ") };
        let longer = format!("{start}{name} {}", units::seconds(seconds));
        if paint::width(theme, &longer) > width {
            break;
        }
        text = longer;
    }
    (!text.is_empty()).then_some(text)
}
