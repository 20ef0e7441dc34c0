//! What both Run and Results show of the figures: the chart, and the table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::record::{label, label_at, width_beside};
use crate::results::{
    BEYOND, ChartSubject, Figure, Figures, FiguresChart, Row, ShownColumn, View, WORTH_WHILE, columns,
};
use crate::scenario::{Config, SeriesKey};
use crate::tui::screens::losses;
use crate::tui::screens::prose::wrap;
use crate::tui::screens::run::state::RunMonitor;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{BarItem, BarList, Plot, Table, TableCell, TableColumn, paint};
use crate::units::{self, Side};

/// Columns of a heading that a scenario has chosen.
const KEY_MAX: u16 = 13;

/// A chart of fewer columns shows laws where there are measurements, and not beyond.
const NARROW: u16 = 30;

/// What the chart is called.
pub(super) fn title(run: &RunMonitor) -> String {
    let figures = run.figures();
    let subject = run.subject();
    match (subject, figures.varied()) {
        (ChartSubject::Time, _) => losses::TITLE.to_owned(),
        (ChartSubject::Memory, _) => "memory over time".to_owned(),
        (ChartSubject::CpusUsed, _) => "CPUs used over time".to_owned(),
        (_, None) => subject.measure(figures).to_owned(),
        (_, Some(key)) => format!("{} over {key}", subject.measure(figures)),
    }
}

/// Draws the chart; `selected` is a row of the figures.
pub(super) fn render(run: &RunMonitor, selected: Option<usize>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let figures = run.figures();
    if run.subject() == ChartSubject::Time {
        losses::render(figures, selected, theme, area, buf);
        return;
    }
    let mut plotted = FiguresChart::of(figures, run.subject(), run.tasks());
    // Laws are for those who look at points; while a run goes on, nothing is known of them.
    if let Some(fits) = run.fits().filter(|_| selected.is_some()) {
        let reach = if area.width < NARROW { 1.0 } else { BEYOND };
        plotted = plotted.with_laws(fits, reach, figures, run.subject());
    }
    if plotted.is_empty() {
        let text = match (figures.baseline.and_then(|baseline| figures.rows.get(baseline)), run.is_on()) {
            (Some(row), true) => format!("none until {} is measured", row.label),
            (Some(row), false) if row.wall_s.is_none() => format!("none: {} was not measured", row.label),
            (_, false) => "nothing was measured".to_owned(),
            (None, true) => "nothing measured yet".to_owned(),
        };
        instead(&text, theme, area, buf);
        return;
    }
    if plotted.is_few() {
        bars(figures, &plotted, selected, theme, area, buf);
        return;
    }
    let selected = selected.and_then(|row| plotted.point_of(row));
    Plot { chart: &plotted.chart, selected, theme }.render(area, buf);
}

/// Says why there is no chart, in the middle of its place.
fn instead(text: &str, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let lines = wrap(theme, text, area.width);
    let above = area.height.saturating_sub(lines.len() as u16) / 2;
    for (y, line) in (area.y + above..area.bottom()).zip(&lines) {
        paint::put_centred(buf, Rect { y, height: 1, ..area }, line, theme, theme.style(Role::Dim));
    }
}

/// Few configurations are bars with their numbers.
fn bars(
    figures: &Figures,
    plotted: &FiguresChart,
    selected: Option<usize>,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let mut measured = plotted.by_row();
    measured.retain(|(.., point)| point.y.is_finite());
    let names: Vec<String> = measured.iter().map(|(row, ..)| label_at(&figures.rows[*row].config)).collect();
    let items: Vec<BarItem> = measured
        .iter()
        .zip(&names)
        .map(|((row, mark, point), name)| BarItem {
            name,
            mark: *mark,
            point: *point,
            predicted: plotted.predicted(*mark, point.x),
            is_selected: selected == Some(*row),
        })
        .collect();
    BarList { chart: &plotted.chart, items: &items, theme }.render(area, buf);
}

/// Rows of the figures that the table shows as something else: the one that the cursor is on, and the one whose trial
/// is going on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TableMarks {
    pub(super) selected: Option<usize>,
    pub(super) running: Option<usize>,
}

/// A table that is to be drawn.
pub(super) struct TableParts {
    columns: Vec<TableColumn>,
    rows: Vec<Vec<TableCell>>,
}

impl TableParts {
    /// The table of some figures.
    pub(super) fn of(figures: &Figures, theme: &Theme) -> Self {
        let shown = columns(figures, View::Table);
        let columns = shown.iter().enumerate().map(|(index, column)| heading(index, column, theme)).collect();
        let rows = figures.rows.iter().map(|row| cells(row, &shown, figures.wanted, theme)).collect();
        Self { columns, rows }
    }

    fn table<'t>(&'t self, marks: TableMarks, theme: &'t Theme) -> Table<'t> {
        let TableMarks { selected, running } = marks;
        Table { columns: &self.columns, rows: &self.rows, selected, running, theme }
    }

    /// Columns of the screen with all of its own, and with those alone that go only after names are cut; the frame
    /// included.
    pub(super) fn widths(&self, theme: &Theme) -> (u16, u16) {
        let table = self.table(TableMarks::default(), theme);
        (table.width().saturating_add(2), table.least_width().saturating_add(2))
    }
}

/// Draws the table with its frame.
pub(super) fn table(figures: &Figures, marks: TableMarks, title: &str, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block(title, area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    let parts = TableParts::of(figures, theme);
    let table = parts.table(marks, theme);
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
    let side = if index == 0 { Side::Left } else { Side::Right };
    TableColumn { title: heading, side, priority: column.priority, stays: column.stays }
}

fn cells(row: &Row, shown: &[ShownColumn], wanted: Option<f64>, theme: &Theme) -> Vec<TableCell> {
    let cell = |column: &ShownColumn| match column.of(row) {
        None => TableCell::styled(theme.symbols().dash, Role::Dim),
        Some(Figure::Failed) => TableCell::styled(Figure::Failed.words(), Role::Bad),
        Some(Figure::Label(name)) => {
            TableCell::styled(format!("{} {name}", theme.mark(row.mark)), Role::Backend(row.mark.family))
        }
        Some(Figure::Width(width)) => width_cell(width, wanted.unwrap_or_default(), theme),
        Some(figure) => TableCell::from(figure.words()),
    };
    shown.iter().map(cell).collect()
}

/// How wide an interval is, with a tick where that is narrow enough; the figures line up.
fn width_cell(width: f64, wanted: f64, theme: &Theme) -> TableCell {
    let words = width_beside(width, wanted);
    match width <= wanted {
        true => TableCell::styled(format!("{words} {}", theme.symbols().tick), Role::Good),
        false => TableCell::from(format!("{words}  ")),
    }
}

/// How short tasks may be, in so many columns at most: `METG(50 %): threads × 2 1.2 µs · processes × 2 30 µs`. Names are
/// shortened before one of them is left out. `None` while nothing is known.
pub(super) fn shortest_tasks(figures: &Figures, theme: &Theme, width: u16) -> Option<String> {
    let known: Vec<(&Config, f64)> =
        figures.metg.iter().filter_map(|metg| Some((&metg.config, metg.seconds?))).collect();
    if known.is_empty() {
        return None;
    }
    let half = units::percent(WORTH_WHILE);
    let short = |config: &Config| SeriesKey::curve(config).label();
    let same_workers = known.iter().all(|(config, _)| config.workers == known[0].0.workers);
    let names: [Vec<String>; 2] = [
        known.iter().map(|(config, _)| label(config)).collect(),
        known.iter().map(|(config, _)| short(config)).collect(),
    ];
    let texts = names.iter().take(if same_workers { 2 } else { 1 }).flat_map(|names| {
        let each: Vec<String> =
            names.iter().zip(&known).map(|(name, (_, s))| format!("{name} {}", units::seconds(*s))).collect();
        let all = each.join(" · ");
        [format!("METG({half}): {all}"), format!("METG: {all}"), all]
    });
    let words = names[1].iter().zip(&known);
    let words =
        words.map(|(name, (_, s))| format!("{} {}", name.chars().take(3).collect::<String>(), units::seconds(*s)));
    let abbreviated = words.collect::<Vec<_>>().join(" · ");
    let (first, more) = (units::seconds(known[0].1), known.len() - 1);
    let some = if more > 0 { format!(" · {more} more") } else { String::new() };
    let shorter = [format!("METG: {} {first}{some}", names[1][0]), format!("METG {first}{some}")];
    texts.chain([abbreviated]).chain(shorter).find(|text| paint::width(theme, text) <= width)
}
