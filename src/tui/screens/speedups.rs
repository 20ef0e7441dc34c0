//! The chart that both Run and Results show: a series a backend, over workers.
//!
//! A scenario without a baseline has no speedups; its chart shows tasks a second instead.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::engine::{Figures, Row};
use crate::scenario::BackendKind;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Plot, Point, Series, paint};

/// What the chart is called.
pub(super) fn title(figures: &Figures) -> &'static str {
    if figures.baseline.is_some() { "speedup" } else { "tasks a second" }
}

/// Draws the chart; `selected` is a row of the figures.
pub(super) fn render(figures: &Figures, selected: Option<usize>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut series: Vec<Series> = Vec::new();
    let mut chosen = None;
    for (mark, backend) in backends(figures).enumerate() {
        let rows = figures.rows.iter().enumerate().filter(|(_, row)| row.config.backend == backend);
        let mut points: Vec<(usize, Point)> =
            rows.filter_map(|(index, row)| Some((index, point(row, figures)?))).collect();
        points.sort_by(|(_, a), (_, b)| a.x.total_cmp(&b.x));
        if let Some(at) = points.iter().position(|(index, _)| Some(*index) == selected) {
            chosen = Some((series.len(), at));
        }
        if !points.is_empty() {
            let points = points.into_iter().map(|(_, point)| point).collect();
            series.push(Series { name: backend.word().to_owned(), mark, points });
        }
    }
    if series.is_empty() {
        let text = match figures.baseline.and_then(|baseline| figures.rows.get(baseline)) {
            Some(row) => format!("once {} was measured", row.label),
            None => "nothing measured yet".to_owned(),
        };
        paint::put_centred(buf, area, &text, theme, theme.style(Role::Dim));
        return;
    }
    let ideal = figures.baseline.and_then(|baseline| figures.rows.get(baseline));
    let ideal = ideal.map(|row| 1.0 / f64::from(row.config.workers.max(1)));
    let y_label = title(figures);
    Plot { series: &series, ideal, selected: chosen, x_label: "workers", y_label, theme }.render(area, buf);
}

/// The mark and colour of a row's backend, as in the chart.
pub(super) fn mark(figures: &Figures, row: &Row) -> usize {
    backends(figures).position(|backend| backend == row.config.backend).unwrap_or(0)
}

/// The backends of the plan, whether measured or not, so that none changes its mark when another comes.
fn backends(figures: &Figures) -> impl Iterator<Item = BackendKind> {
    BackendKind::ALL.into_iter().filter(|backend| figures.rows.iter().any(|row| row.config.backend == *backend))
}

fn point(row: &Row, figures: &Figures) -> Option<Point> {
    let x = f64::from(row.config.workers);
    if figures.baseline.is_some() {
        let speedup = row.speedup?;
        return Some(Point { x, y: speedup.value, low: speedup.low, high: speedup.high });
    }
    let (wall, y) = (row.wall_s?, row.tasks_per_s?);
    Some(Point { x, y, low: y * wall.median / wall.max, high: y * wall.median / wall.min })
}
