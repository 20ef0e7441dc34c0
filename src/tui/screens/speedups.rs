//! What both Run and Results show of the figures: the chart, a series a backend and dispatch over workers, and the table.
//!
//! A scenario without a baseline has no speedups; its chart shows tasks a second instead. Where a scenario varies a
//! number, the chart shows efficiency over that, a series a backend, dispatch and number of workers.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::chart::{Chart, ChartPoint, ChartReference, ChartSeries, XAxisKind};
use crate::record::label;
use crate::results::{Figure, Figures, Row, ShownColumn, View, WORTH_WHILE, columns};
use crate::scenario::{Expected, SeriesKey};
use crate::tui::screens::run::state::RunMonitor;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Plot, Table, TableCell, TableColumn, paint};
use crate::units;

/// Columns of a heading that a scenario has chosen.
const KEY_MAX: u16 = 13;

/// What the chart is called.
pub(super) fn title(figures: &Figures) -> String {
    match figures.varied() {
        None => measure(figures).to_owned(),
        Some(key) => format!("{} over {key}", measure(figures)),
    }
}

/// What the chart shows.
fn measure(figures: &Figures) -> &'static str {
    match (figures.baseline, figures.varied()) {
        (None, _) => "tasks a second",
        (Some(_), None) => "speedup",
        (Some(_), Some(_)) => "efficiency",
    }
}

/// Draws the chart; `selected` is a row of the figures.
pub(super) fn render(run: &RunMonitor, selected: Option<usize>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let figures = run.figures();
    let mut lines: BTreeMap<usize, Vec<(usize, ChartPoint)>> = BTreeMap::new();
    for (index, row) in figures.rows.iter().enumerate() {
        if let (Some(mark), Some(point)) = (mark(figures, row), point(row, figures)) {
            lines.entry(mark).or_default().push((index, point));
        }
    }
    let mut series: Vec<ChartSeries> = Vec::new();
    let mut chosen = None;
    for (mark, mut points) in lines {
        points.sort_by(|(_, a), (_, b)| a.x.total_cmp(&b.x));
        if let Some(at) = points.iter().position(|(index, _)| Some(*index) == selected) {
            chosen = Some((series.len(), at));
        }
        let name = name(figures, &figures.rows[points[0].0]);
        let points = points.into_iter().map(|(_, point)| point).collect();
        series.push(ChartSeries { name, mark, points });
    }
    let predictions = predicted(run);
    if series.is_empty() && predictions.is_empty() {
        let text = match (figures.baseline.and_then(|baseline| figures.rows.get(baseline)), run.is_on()) {
            (Some(row), true) => format!("none until {} is measured", row.label),
            (Some(row), false) if row.wall_s.is_none() => format!("none: {} was not measured", row.label),
            (_, false) => "nothing was measured".to_owned(),
            (None, true) => "nothing measured yet".to_owned(),
        };
        paint::put_centred(buf, area, &text, theme, theme.style(Role::Dim));
        return;
    }
    let (reference, x_kind, x_label) = match figures.varied() {
        None => (ideal(figures), XAxisKind::Workers, "workers"),
        Some(key) => (figures.baseline.map(|_| ChartReference::Level(WORTH_WHILE)), XAxisKind::Values, key),
    };
    let (x_label, y_label) = (x_label.to_owned(), measure(figures).to_owned());
    let chart = Chart { series, predictions, reference, x_kind, x_label, y_label };
    Plot { chart: &chart, selected: chosen, theme }.render(area, buf);
}

/// The ideal speedup: 1 at the baseline's own number of workers, and as many times that as there are workers.
fn ideal(figures: &Figures) -> Option<ChartReference> {
    let baseline = figures.rows.get(figures.baseline?)?;
    Some(ChartReference::Ideal { slope: 1.0 / f64::from(baseline.config.workers.max(1)) })
}

/// Draws the table with its frame; `selected` is a row of the figures.
pub(super) fn table(
    figures: &Figures,
    selected: Option<usize>,
    title: &str,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let block = theme.block(title, area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    let shown = columns(figures, View::Table);
    let columns: Vec<TableColumn> =
        shown.iter().enumerate().map(|(index, column)| heading(index, column, theme)).collect();
    let rows: Vec<Vec<TableCell>> = figures.rows.iter().map(|row| cells(row, &shown, figures, theme)).collect();
    let table = Table { columns: &columns, rows: &rows, selected, theme };
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

fn cells(row: &Row, shown: &[ShownColumn], figures: &Figures, theme: &Theme) -> Vec<TableCell> {
    let cell = |column: &ShownColumn| match column.of(row) {
        None => TableCell::styled(theme.symbols().dash, Role::Dim),
        Some(Figure::Failed) => TableCell::styled(Figure::Failed.words(), Role::Bad),
        Some(Figure::Label(name)) => TableCell::styled(name, mark(figures, row).map_or(Role::Text, Role::Series)),
        Some(figure) => TableCell::from(figure.words()),
    };
    shown.iter().map(cell).collect()
}

/// What was predicted in terms of the chart, a series a curve; nothing where the chart is over what is varied.
fn predicted(run: &RunMonitor) -> Vec<ChartSeries> {
    let figures = run.figures();
    if figures.varied().is_some() {
        return Vec::new();
    }
    let points = |curve: SeriesKey| -> Vec<ChartPoint> {
        let rows = figures.rows.iter().filter(|row| SeriesKey::curve(&row.config) == curve);
        let place = |row: &Row| {
            let predicted = row.predicted?;
            let y = match (figures.baseline, predicted.expected) {
                (Some(_), _) => predicted.speedup?,
                (None, Expected::WallS(wall_s)) => run.tasks() as f64 / wall_s,
                (None, Expected::Speedup(_)) => return None,
            };
            Some(ChartPoint { x: f64::from(row.config.workers), y, low: y, high: y })
        };
        rows.filter_map(place).collect()
    };
    let all = curves(figures).enumerate().map(|(mark, curve)| ChartSeries {
        name: curve.label(),
        mark,
        points: points(curve),
    });
    all.filter(|series| !series.points.is_empty()).collect()
}

/// The mark and colour of a row in chart and table: its curve's, or that of its place among the rows of its point.
/// `None` for what is not in the chart.
fn mark(figures: &Figures, row: &Row) -> Option<usize> {
    match figures.varied() {
        None => curves(figures).position(|curve| curve == SeriesKey::curve(&row.config)),
        Some(_) if figures.is_yardstick(row) => None,
        Some(_) => {
            let baseline = figures.baseline.and_then(|baseline| figures.rows.get(baseline));
            let is_before = baseline.is_some_and(|baseline| baseline.place < row.place);
            Some(row.place - usize::from(is_before))
        }
    }
}

/// What the legend calls the series of a row.
fn name(figures: &Figures, row: &Row) -> String {
    match figures.varied() {
        None => SeriesKey::curve(&row.config).label(),
        Some(_) => row.label.clone(),
    }
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

/// The curves of the plan, whether measured or not, so that none changes its mark when another comes.
fn curves(figures: &Figures) -> impl Iterator<Item = SeriesKey> {
    SeriesKey::curves().filter(|curve| figures.rows.iter().any(|row| SeriesKey::curve(&row.config) == *curve))
}

fn point(row: &Row, figures: &Figures) -> Option<ChartPoint> {
    let x = match &row.config.point {
        None => f64::from(row.config.workers),
        Some(point) => point.value.as_number()?,
    };
    if figures.baseline.is_some() {
        let speedup = row.speedup?;
        let part = if row.config.point.is_some() { row.efficiency? / speedup.value } else { 1.0 };
        return Some(ChartPoint { x, y: speedup.value * part, low: speedup.low * part, high: speedup.high * part });
    }
    let (wall, y) = (row.wall_s?, row.tasks_per_s?);
    Some(ChartPoint { x, y, low: y * wall.median / wall.max, high: y * wall.median / wall.min })
}
