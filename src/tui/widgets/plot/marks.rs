//! What is drawn on the plot, from the back to the front: the line to compare with, lines between points, the
//! crosshair, error bars, marks, the selected point.

use std::collections::HashSet;

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::canvas::{CanvasPlace, LineStroke};
use super::{Plot, PlotCanvas, PlotCells, paint};
use crate::chart::{Beyond, ChartLayout, PlacedCurve, PlacedPoint, PlacedReference, PlacedSeries, on_axis};
use crate::tui::theme::Role;

/// A mark in its cell.
pub(super) struct PlotMark<'a> {
    pub(super) at: (u16, u16),
    pub(super) point: &'a PlacedPoint,
    pub(super) symbol: &'static str,
    pub(super) style: Style,
    pub(super) is_selected: bool,
    /// What is written beside it: the value of what lies beyond the edge, or what tells it from others.
    pub(super) note: String,
}

impl Plot<'_> {
    pub(super) fn draw_data(&self, layout: &ChartLayout, cells: &PlotCells, buf: &mut Buffer) {
        let mut canvas = PlotCanvas::new(cells.plot, self.theme);
        for curve in &layout.curves {
            self.curve(curve, cells, &mut canvas);
        }
        if let Some(line) = &layout.reference {
            self.reference_line(line, cells, &mut canvas);
        }
        for series in &layout.series {
            let style = self.series_style(series);
            let stroke = LineStroke::Dashed(self.theme.dashes(series.mark));
            for [from, to] in series.joined() {
                canvas.line(cells.place(from), cells.place(to), stroke, style);
            }
        }
        self.crosshair(layout, cells, buf);
        canvas.render(buf);
        self.draw_marks(self.marks(layout, cells), cells, buf);
    }

    fn series_style(&self, series: &PlacedSeries) -> Style {
        self.theme.style(Role::Backend(series.mark.family))
    }

    /// A dot every so often, farther apart along the edges of its band: lighter than what was measured.
    fn curve(&self, curve: &PlacedCurve, cells: &PlotCells, canvas: &mut PlotCanvas) {
        let style = self.theme.style(Role::Backend(curve.mark.family));
        let dim = self.theme.style(Role::Dim);
        let [along, edges] = canvas.spacing();
        for [upper, lower] in cells.fractions(edges).filter_map(|(column, x)| {
            let [low, high] = curve.at(x)?.band?;
            Some([(column, cells.down(high)), (column, cells.down(low))])
        }) {
            canvas.speck(upper, '\'', dim);
            canvas.speck(lower, ',', dim);
        }
        for (column, place) in cells.fractions(along).filter_map(|(column, x)| Some((column, curve.at(x)?))) {
            canvas.speck((column, cells.down(place.y)), '.', style);
        }
    }

    /// From corner to corner; the canvas cuts it.
    fn reference_line(&self, line: &PlacedReference, cells: &PlotCells, canvas: &mut PlotCanvas) {
        // On the x axis itself the dots would only gnaw at it.
        let floor = f64::from(cells.plot.height) - 1.51;
        for pair in line.points.windows(2) {
            let (from, to) = (cells.at(pair[0]), cells.at(pair[1]));
            if from.1 > floor && to.1 > floor {
                continue;
            }
            let on_floor =
                |(a, b): (CanvasPlace, CanvasPlace)| (a.0 + (b.0 - a.0) * (floor - a.1) / (b.1 - a.1), floor);
            let start = if from.1 > floor { on_floor((from, to)) } else { from };
            canvas.line(start, to, LineStroke::Dotted, self.theme.style(Role::Ideal));
        }
    }

    fn crosshair(&self, layout: &ChartLayout, cells: &PlotCells, buf: &mut Buffer) {
        let Some((_, placed)) = self.selected_point(layout) else { return };
        let [horizontal, vertical] = self.theme.symbols().crosshair;
        let style = self.theme.style(Role::Dim);
        let (x, y) = cells.cell(placed);
        let bottom = cells.plot.bottom() - 1;
        if y < bottom {
            for left in cells.plot.left()..x {
                paint::dot(buf, cells.plot, (left, y), horizontal, style);
            }
        }
        for below in y..bottom {
            paint::dot(buf, cells.plot, (x, below), vertical, style);
        }
    }

    /// A mark for each point. Where two would fall on one cell, the second steps aside by one.
    fn marks<'l>(&self, layout: &'l ChartLayout, cells: &PlotCells) -> Vec<PlotMark<'l>> {
        let symbols = self.theme.symbols();
        let (mut taken, mut edges) = (HashSet::new(), HashSet::new());
        let mut marks = Vec::new();
        // What was measured comes first: it is a prediction that steps aside.
        let measured = layout.series.iter().enumerate().map(|(s, series)| (Some(s), series));
        for (s, series) in measured.chain(layout.predictions.iter().map(|predicted| (None, predicted))) {
            let symbol = if s.is_some() { self.theme.mark(series.mark) } else { symbols.guess };
            for point in &series.points {
                let (x, mut y) = cells.cell(point);
                if point.beyond == Some(Beyond::Below) {
                    y = y.min(cells.plot.bottom().saturating_sub(2)).max(cells.plot.y);
                }
                // Of several beyond the edge each has a line of its own, or their values could not be read.
                while point.beyond.is_some() && edges.contains(&(x, y)) && y + 2 < cells.plot.bottom() {
                    y = if point.beyond == Some(Beyond::Above) { y + 1 } else { y.saturating_sub(1).max(cells.plot.y) };
                }
                if point.beyond.is_some() {
                    edges.insert((x, y));
                }
                let aside = [Some(x), Some(x + 1), x.checked_sub(1)].into_iter().flatten();
                let mut inside = aside.filter(|x| *x >= cells.plot.left() && *x < cells.plot.right());
                let free = inside.find(|x| !taken.contains(&(*x, y)));
                let at = (free.unwrap_or(x), y);
                taken.insert(at);
                let is_selected = s.is_some_and(|s| self.selected == Some((s, point.index)));
                let note = self.note(s, point);
                marks.push(PlotMark { at, point, symbol, style: self.series_style(series), is_selected, note });
            }
        }
        marks
    }

    /// Error bars, then marks, the selected one last, so that no other hides it.
    fn draw_marks(&self, mut marks: Vec<PlotMark<'_>>, cells: &PlotCells, buf: &mut Buffer) {
        for mark in marks.iter().filter(|mark| mark.point.beyond.is_none()) {
            self.error_bar(mark, cells, buf);
        }
        self.notes(&marks, cells, buf);
        marks.sort_by_key(|mark| mark.is_selected);
        let selected = self.theme.style(Role::Selected).add_modifier;
        for mark in marks {
            let style = if mark.is_selected { mark.style.add_modifier(selected) } else { mark.style };
            paint::dot(buf, cells.plot, mark.at, mark.symbol, style);
        }
    }

    fn error_bar(&self, mark: &PlotMark<'_>, cells: &PlotCells, buf: &mut Buffer) {
        let (x, y) = mark.at;
        let [top, bottom, stem] = self.theme.symbols().whisker;
        // Where there is hardly a spread, rounding alone would give it an end of its own.
        let end = |fraction: f64| {
            let end = on_axis(fraction);
            let rows = (end - mark.point.y).abs() * cells.height();
            if rows >= 0.5 { cells.row(end) } else { y }
        };
        // One that goes on beyond the edge has no end there.
        let is_cut = |fraction: f64| !(0.0..=1.0).contains(&fraction);
        let top = if is_cut(mark.point.high) { stem } else { top };
        let bottom = if is_cut(mark.point.low) { stem } else { bottom };
        let (from, to) = (end(mark.point.high), end(mark.point.low));
        // An end that falls on the x axis is left out rather than moved.
        for at in from..=to.min(cells.plot.bottom().saturating_sub(2)) {
            let symbol = match at {
                at if at == y => continue,
                at if at == from => top,
                at if at == to => bottom,
                _ => stem,
            };
            paint::dot(buf, cells.plot, (x, at), symbol, mark.style);
        }
    }
}
