//! What is drawn on the canvas, from the back to the front: the ideal line or the level, the crosshair, lines between points,
//! error bars, marks, the selected point.

use std::collections::HashSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Place, Stroke};
use super::{Axes, Canvas, Plot, Point, Scale, Series, column, paint, row};
use crate::tui::theme::Role;

impl Plot<'_> {
    pub(super) fn draw_data(&self, axes: &Axes, mut canvas: Canvas, buf: &mut Buffer) {
        let area = canvas.area;
        self.ideal_line(axes, &mut canvas);
        self.level_line(axes, &mut canvas);
        for series in self.series {
            let style = self.series_style(series);
            let points: Vec<&Point> = series.points.iter().filter(|point| point.is_drawable()).collect();
            for pair in points.windows(2) {
                canvas.line(place(axes, area, pair[0]), place(axes, area, pair[1]), Stroke::Solid, style);
            }
        }
        self.crosshair(axes, area, buf);
        canvas.render(buf);
        self.marks(axes, area, buf);
    }

    fn series_style(&self, series: &Series) -> Style {
        self.theme.style(Role::Series(series.mark))
    }

    /// A straight line on both kinds of axes, from the left edge to the right one; the canvas cuts it.
    fn ideal_line(&self, axes: &Axes, canvas: &mut Canvas) {
        let Some(slope) = self.slope() else { return };
        let area = canvas.area;
        let (margin, columns) = Scale::margins(area.width);
        let at = |cell: f64| {
            let x = axes.x.value((cell - f64::from(margin)) / f64::from(columns.max(1)));
            (cell, (1.0 - axes.y.position(slope * x)) * f64::from(area.height - 1))
        };
        // On the x axis itself the dots would only gnaw at it.
        let (first, last) = (0.0, f64::from(area.width) - 1.0);
        let (from, to) = (at(first), at(last));
        let floor = f64::from(area.height) - 1.51;
        let from = if from.1 > floor && to.1 < floor {
            let t = (floor - from.1) / (to.1 - from.1);
            (first + (last - first) * t, floor)
        } else {
            from
        };
        canvas.line(from, to, Stroke::Dotted, self.theme.style(Role::Ideal));
    }

    fn level_line(&self, axes: &Axes, canvas: &mut Canvas) {
        let Some(level) = self.drawn_level() else { return };
        let y = (1.0 - axes.y.position(level)) * f64::from(canvas.area.height - 1);
        let to = f64::from(canvas.area.width) - 1.0;
        canvas.line((0.0, y), (to, y), Stroke::Dotted, self.theme.style(Role::Ideal));
    }

    fn crosshair(&self, axes: &Axes, area: Rect, buf: &mut Buffer) {
        let Some(point) = self.selected_point() else { return };
        let [horizontal, vertical] = self.theme.symbols().crosshair;
        let style = self.theme.style(Role::Dim);
        let (x, y) = cell(axes, area, point);
        let bottom = area.bottom() - 1;
        if y < bottom {
            for left in area.left()..x {
                paint::dot(buf, area, (left, y), horizontal, style);
            }
        }
        for below in y..bottom {
            paint::dot(buf, area, (x, below), vertical, style);
        }
    }

    /// Error bars and marks. Where two marks would fall on one cell, the second steps aside by one.
    fn marks(&self, axes: &Axes, area: Rect, buf: &mut Buffer) {
        let mut taken = HashSet::new();
        let mut placed = Vec::new();
        // What was measured comes first: it is a prediction that steps aside.
        let measured = self.series.iter().enumerate().map(|(s, series)| (Some(s), series));
        for (s, series) in measured.chain(self.guesses.iter().map(|guess| (None, guess))) {
            for (p, point) in series.points.iter().enumerate().filter(|(_, point)| point.is_drawable()) {
                let (x, y) = cell(axes, area, point);
                let aside = [Some(x), Some(x + 1), x.checked_sub(1)].into_iter().flatten();
                let free = aside.filter(|x| *x >= area.left() && *x < area.right()).find(|x| !taken.contains(&(*x, y)));
                let at = (free.unwrap_or(x), y);
                taken.insert(at);
                let selected = s.is_some_and(|s| self.selected == Some((s, p)));
                placed.push((at, series, point, self.symbol(series, s.is_some()), selected));
            }
        }
        for (at, series, point, ..) in &placed {
            self.error_bar(axes, area, *at, point, self.series_style(series), buf);
        }
        // The selected one last, so that no other hides it.
        placed.sort_by_key(|(.., selected)| *selected);
        for (at, series, _, symbol, selected) in placed {
            let style = self.series_style(series);
            let style =
                if selected { style.add_modifier(self.theme.style(Role::Selected).add_modifier) } else { style };
            paint::dot(buf, area, at, symbol, style);
        }
    }

    fn symbol(&self, series: &Series, measured: bool) -> &'static str {
        let symbols = self.theme.symbols();
        if measured { symbols.marks[series.mark % symbols.marks.len()] } else { symbols.guess }
    }

    fn error_bar(&self, axes: &Axes, area: Rect, (x, y): (u16, u16), point: &Point, style: Style, buf: &mut Buffer) {
        let (low, high) = point.spread();
        let [top, bottom, stem] = self.theme.symbols().whisker;
        // Where there is hardly a spread, rounding alone would give it an end of its own.
        let end = |value: f64| {
            let rows = (axes.y.at(value) - axes.y.at(point.y)).abs() * f64::from(area.height - 1);
            if rows >= 0.5 { row(axes.y.at(value), area) } else { y }
        };
        let (from, to) = (end(high), end(low));
        // An end that falls on the x axis is left out rather than moved.
        for at in from..=to.min(area.bottom().saturating_sub(2)) {
            let symbol = match at {
                at if at == y => continue,
                at if at == from => top,
                at if at == to => bottom,
                _ => stem,
            };
            paint::dot(buf, area, (x, at), symbol, style);
        }
    }
}

/// A point's place on the canvas, in the middle of the cell that its mark has, but for the fraction of a row.
fn place(axes: &Axes, area: Rect, point: &Point) -> Place {
    let x = f64::from(column(axes.x.at(point.x), area) - area.x);
    (x, (1.0 - axes.y.at(point.y)) * f64::from(area.height - 1))
}

fn cell(axes: &Axes, area: Rect, point: &Point) -> (u16, u16) {
    (column(axes.x.at(point.x), area), row(axes.y.at(point.y), area))
}
