//! What is drawn on the plot, from the back to the front: the line to compare with, lines between points, the
//! crosshair, error bars, marks, the selected point.

use std::collections::HashSet;

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::canvas::LineStroke;
use super::{Plot, PlotCanvas, PlotCells, paint};
use crate::chart::{ChartLayout, PlacedPoint, PlacedReference, PlacedSeries, on_axis};
use crate::tui::theme::Role;

/// A mark in its cell.
struct PlotMark<'a> {
    at: (u16, u16),
    point: &'a PlacedPoint,
    symbol: &'static str,
    style: Style,
    is_selected: bool,
}

impl Plot<'_> {
    pub(super) fn draw_data(&self, layout: &ChartLayout, cells: &PlotCells, buf: &mut Buffer) {
        let mut canvas = PlotCanvas::new(cells.plot, self.theme);
        if let Some(line) = &layout.reference {
            self.reference_line(line, cells, &mut canvas);
        }
        for series in &layout.series {
            let style = self.series_style(series);
            for pair in series.points.windows(2) {
                canvas.line(
                    cells.place(&pair[0]),
                    cells.place(&pair[1]),
                    LineStroke::Dashed(self.theme.dashes(series.mark)),
                    style,
                );
            }
        }
        self.crosshair(layout, cells, buf);
        canvas.render(buf);
        self.draw_marks(self.marks(layout, cells), cells, buf);
    }

    fn series_style(&self, series: &PlacedSeries) -> Style {
        self.theme.style(Role::Backend(series.mark.family))
    }

    /// From the left edge to the right one; the canvas cuts it.
    fn reference_line(&self, line: &PlacedReference, cells: &PlotCells, canvas: &mut PlotCanvas) {
        let (first, last) = (0.0, f64::from(cells.plot.width) - 1.0);
        let (from, to) = ((first, cells.down(line.left)), (last, cells.down(line.right)));
        // On the x axis itself the dots would only gnaw at it.
        let floor = f64::from(cells.plot.height) - 1.51;
        let from = if from.1 > floor && to.1 < floor {
            let t = (floor - from.1) / (to.1 - from.1);
            (first + (last - first) * t, floor)
        } else {
            from
        };
        canvas.line(from, to, LineStroke::Dotted, self.theme.style(Role::Ideal));
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
        let mut taken = HashSet::new();
        let mut marks = Vec::new();
        // What was measured comes first: it is a prediction that steps aside.
        let measured = layout.series.iter().enumerate().map(|(s, series)| (Some(s), series));
        for (s, series) in measured.chain(layout.predictions.iter().map(|predicted| (None, predicted))) {
            let symbol = if s.is_some() { self.theme.mark(series.mark) } else { symbols.guess };
            for point in &series.points {
                let (x, y) = cells.cell(point);
                let aside = [Some(x), Some(x + 1), x.checked_sub(1)].into_iter().flatten();
                let mut inside = aside.filter(|x| *x >= cells.plot.left() && *x < cells.plot.right());
                let free = inside.find(|x| !taken.contains(&(*x, y)));
                let at = (free.unwrap_or(x), y);
                taken.insert(at);
                let is_selected = s.is_some_and(|s| self.selected == Some((s, point.index)));
                marks.push(PlotMark { at, point, symbol, style: self.series_style(series), is_selected });
            }
        }
        marks
    }

    /// Error bars, then marks, the selected one last, so that no other hides it.
    fn draw_marks(&self, mut marks: Vec<PlotMark<'_>>, cells: &PlotCells, buf: &mut Buffer) {
        for mark in &marks {
            self.error_bar(mark, cells, buf);
        }
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
