//! Words beside marks: the value of a point that lies beyond the edge, and what tells points of one x from each other.

use std::collections::HashSet;

use ratatui::buffer::Buffer;

use super::marks::PlotMark;
use super::{Plot, PlotCells, paint};
use crate::chart::{Beyond, PlacedPoint};
use crate::tui::theme::Role;

impl Plot<'_> {
    /// What is written beside a point of a series, or of a prediction.
    pub(super) fn note(&self, series: Option<usize>, point: &PlacedPoint) -> String {
        let all = series.map(|series| &self.chart.series[series]);
        let value = all.and_then(|series| series.points.get(point.index)).map(|found| found.y);
        let tag = all.and_then(|series| series.tags.get(point.index)).cloned().unwrap_or_default();
        let arrow = match point.beyond {
            Some(Beyond::Above) => "↑",
            Some(Beyond::Below) => "↓",
            None => return tag,
        };
        let value = value.map(|value| self.chart.y_unit.text(value)).unwrap_or_default();
        let gap = if tag.is_empty() { "" } else { " " };
        format!("{arrow}{value}{gap}{tag}")
    }

    /// Writes each where nothing else is: right of its mark, left of it, or in the rows around.
    pub(super) fn notes(&self, marks: &[PlotMark<'_>], cells: &PlotCells, buf: &mut Buffer) {
        let mut taken: HashSet<(u16, u16)> = marks.iter().map(|mark| mark.at).collect();
        for mark in marks.iter().filter(|mark| !mark.note.is_empty()) {
            let width = paint::width(self.theme, &mark.note);
            let Some((x, y)) = place(mark, width, cells, &taken) else { continue };
            taken.extend((x..x + width).map(|x| (x, y)));
            let style = if mark.point.beyond.is_some() { self.theme.style(Role::Text) } else { mark.style };
            paint::put(buf, cells.plot, (x, y), &mark.note, self.theme, style);
        }
    }
}

/// Where so many columns are free, the nearest to a mark.
fn place(mark: &PlotMark<'_>, width: u16, cells: &PlotCells, taken: &HashSet<(u16, u16)>) -> Option<(u16, u16)> {
    let (x, y) = mark.at;
    let rows = [Some(y), y.checked_sub(1), Some(y + 1), y.checked_sub(2), Some(y + 2)];
    let columns = [Some(x + 1), x.checked_sub(width)];
    let places = rows.into_iter().flatten().flat_map(|y| columns.into_iter().flatten().map(move |x| (x, y)));
    let is_free = |&(x, y): &(u16, u16)| {
        let inside = x >= cells.plot.left() && x + width <= cells.plot.right();
        let above_axis = y >= cells.plot.top() && y + 1 < cells.plot.bottom();
        inside && above_axis && (x..x + width).all(|x| !taken.contains(&(x, y)))
    };
    places.into_iter().find(is_free)
}
