//! A chart in cells: series of points with error bars, a line to compare with, a legend, a crosshair. What lies far off
//! stands at the edge with its value.
//!
//! ```text
//! speedup over workers       ● threads  ◆ processes  ┈┈ ideal      header
//! 2.00┤           ⢀⠠⠂⠁                                             plot: y at its left,
//! 1.50┤       ⢀⠠⠂●⠤⠤⠤⠤⠤●⠤⠤⠤⠤◆↑7.31                                 its last row is the x axis
//! 1.00└────────┬────────┬─────┬────┬─
//!              1        2     3    4                               tick labels
//! ```
//!
//! Where things stand is [`crate::chart`]'s to say. This only rounds that to cells, or to the dots in them, and gives
//! it the theme's characters and colours.

mod canvas;
mod cells;
mod edge;
mod legend;
mod marks;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint;
use crate::chart::{Chart, ChartLayout, ChartPoint, ChartSurface, PlacedPoint};
use crate::tui::theme::{Role, Theme};
use canvas::PlotCanvas;
use cells::PlotCells;

/// A chart on the screen.
#[derive(Debug, Clone, Copy)]
pub struct Plot<'a> {
    /// What it shows.
    pub chart: &'a Chart,
    /// The selected point: index of its series, index in its points.
    pub selected: Option<(usize, usize)>,
    /// What the terminal can show.
    pub theme: &'a Theme,
}

impl Widget for Plot<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        if !self.chart.has_points() {
            paint::put_centred(buf, area, "nothing measured yet", self.theme, self.theme.style(Role::Dim));
            return;
        }
        let Some(layout) = self.layout(area) else { return };
        let cells = PlotCells::new(&layout, area);
        self.y_axis(&layout, &cells, buf);
        self.x_axis(&layout, &cells, self.selected_span(&layout, &cells), buf);
        self.draw_data(&layout, &cells, buf);
        self.legend(&layout.legend, cells.header, buf);
        if let Some((point, placed)) = self.selected_point(&layout) {
            self.selected_y(point, placed, &cells, buf);
            self.selected_x(point, placed, &cells, buf);
        }
    }
}

impl Plot<'_> {
    fn layout(&self, area: Rect) -> Option<ChartLayout> {
        let text_width = |text: &str| paint::width(self.theme, text);
        let surface = ChartSurface { columns: area.width, rows: area.height, text_width: &text_width };
        ChartLayout::new(self.chart, &surface)
    }

    /// The selected point, and where it stands; `None` also for one that is not drawn.
    fn selected_point<'l>(&self, layout: &'l ChartLayout) -> Option<(&ChartPoint, &'l PlacedPoint)> {
        let (series, point) = self.selected?;
        let placed = layout.series.get(series)?.points.iter().find(|placed| placed.index == point)?;
        Some((self.chart.series.get(series)?.points.get(point)?, placed))
    }

    fn y_axis(&self, layout: &ChartLayout, cells: &PlotCells, buf: &mut Buffer) {
        let area = cells.y_axis;
        let Some(axis) = area.right().checked_sub(1).filter(|_| area.width > 0) else { return };
        let symbols = self.theme.symbols();
        let (line, text) = (self.theme.style(Role::Border), self.theme.style(Role::Dim));
        let bottom = cells.plot.bottom() - 1;
        for y in area.top()..bottom {
            paint::dot(buf, area, (axis, y), symbols.vertical, line);
        }
        paint::dot(buf, area, (axis, bottom), symbols.corner, line);
        for tick in &layout.axes.y_ticks {
            let y = cells.row(tick.at);
            paint::put_right(buf, cells.y_labels(), y, &tick.text, self.theme, text);
            if y != bottom {
                paint::dot(buf, area, (axis, y), symbols.tick_y, line);
            }
        }
    }

    /// Where the selected point's own x will stand: from column to column.
    fn selected_span(&self, layout: &ChartLayout, cells: &PlotCells) -> Option<(u16, u16)> {
        let (point, placed) = self.selected_point(layout)?;
        let text = self.chart.x_kind.text(point.x);
        let start = self.centred(cells.column(placed.x), &text, cells.x_labels);
        Some((start, start + paint::width(self.theme, &text)))
    }

    /// The axis with its labels, but for those that would only be seen in part beside the one at `free`.
    fn x_axis(&self, layout: &ChartLayout, cells: &PlotCells, free: Option<(u16, u16)>, buf: &mut Buffer) {
        let symbols = self.theme.symbols();
        let (line, text) = (self.theme.style(Role::Border), self.theme.style(Role::Dim));
        let bottom = cells.plot.bottom() - 1;
        for x in cells.plot.left()..cells.plot.right() {
            paint::dot(buf, cells.plot, (x, bottom), symbols.horizontal, line);
        }
        for tick in &layout.x_ticks {
            let x = cells.column(tick.at);
            paint::dot(buf, cells.plot, (x, bottom), symbols.tick_x, line);
            let start = self.centred(x, &tick.text, cells.x_labels);
            let end = start + paint::width(self.theme, &tick.text);
            if free.is_none_or(|(from, to)| end < from || start > to) {
                paint::put(buf, cells.x_labels, (start, cells.x_labels.y), &tick.text, self.theme, text);
            }
        }
        if let Some(gap) = layout.axes.x_gap {
            let x = cells.column(gap);
            paint::dot(buf, cells.plot, (x, bottom), symbols.gap, line);
        }
        if layout.axes.x.is_log() && cells.y_axis.width > 2 {
            let corner = Rect { width: cells.y_axis.width, ..cells.x_labels };
            paint::put_right(buf, corner, corner.y, "log", self.theme, text);
        }
    }

    /// The selected point's own y, in reverse where the crosshair meets the axis.
    fn selected_y(&self, point: &ChartPoint, placed: &PlacedPoint, cells: &PlotCells, buf: &mut Buffer) {
        let labels = cells.y_labels();
        let text = self.chart.y_unit.text(point.y);
        if placed.beyond.is_some() || paint::width(self.theme, &text) > labels.width {
            return;
        }
        let y = cells.row(placed.y);
        let mark = (labels.right(), y);
        paint::dot(buf, cells.y_axis, mark, self.theme.symbols().tick_y, self.theme.style(Role::Border));
        let blank = " ".repeat(usize::from(labels.width));
        paint::put(buf, labels, (labels.x, y), &blank, self.theme, self.theme.style(Role::Text));
        paint::put_right(buf, labels, y, &text, self.theme, self.theme.style(Role::Selected));
    }

    /// The selected point's own x, in reverse where the crosshair meets the axis.
    fn selected_x(&self, point: &ChartPoint, placed: &PlacedPoint, cells: &PlotCells, buf: &mut Buffer) {
        let labels = cells.x_labels;
        if labels.is_empty() {
            return;
        }
        let style = self.theme.style(Role::Selected);
        let text = self.chart.x_kind.text(point.x);
        let start = self.centred(cells.column(placed.x), &text, labels);
        let end = start + paint::width(self.theme, &text);
        // Blanks beside it cut off a neighbour's digits, which would otherwise read as its own.
        for beside in [start.checked_sub(1), Some(end)].into_iter().flatten() {
            paint::dot(buf, labels, (beside, labels.y), " ", style.remove_modifier(style.add_modifier));
        }
        paint::put(buf, labels, (start, labels.y), &text, self.theme, style);
    }

    /// Where text begins that stands in the middle of column `x`, kept within `area`.
    fn centred(&self, x: u16, text: &str, area: Rect) -> u16 {
        let width = paint::width(self.theme, text);
        let last = area.right().saturating_sub(width).max(area.left());
        x.saturating_sub((width - 1.min(width)) / 2).clamp(area.left(), last)
    }
}

#[cfg(test)]
mod any_input;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vector;
