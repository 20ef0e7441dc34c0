//! From the geometry of a chart to cells: which area each part has, which row and column a fraction of an axis is in.

use ratatui::layout::Rect;

use super::canvas::CanvasPlace;
use crate::chart::{ChartArea, ChartLayout, PlacedPoint};

/// Where the parts of a chart stand on the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlotCells {
    pub(super) header: Rect,
    /// The y axis and its labels, beside the plot.
    pub(super) y_axis: Rect,
    /// Points and lines; its last row is the x axis.
    pub(super) plot: Rect,
    pub(super) x_labels: Rect,
    margin: u16,
    span: u16,
}

impl PlotCells {
    /// `area` has the size that the layout was made for.
    pub(super) fn new(layout: &ChartLayout, area: Rect) -> Self {
        let on_screen =
            |part: ChartArea| Rect { x: area.x + part.x, y: area.y + part.y, width: part.width, height: part.height };
        Self {
            header: on_screen(layout.areas.header),
            y_axis: on_screen(layout.areas.y_axis),
            plot: on_screen(layout.areas.plot),
            x_labels: on_screen(layout.areas.x_labels),
            margin: layout.areas.margin,
            span: layout.areas.span(),
        }
    }

    /// The labels of the y axis: all of it but the axis itself.
    pub(super) fn y_labels(&self) -> Rect {
        Rect { width: self.y_axis.width.saturating_sub(1), ..self.y_axis }
    }

    /// The row for a fraction of the y axis; 0 is the last row of the plot.
    pub(super) fn row(&self, fraction: f64) -> u16 {
        let up = (fraction * self.height()).round() as u16;
        self.plot.bottom() - 1 - up.min(self.plot.height - 1)
    }

    /// The column for a fraction of the x axis, which leaves a margin at both ends.
    pub(super) fn column(&self, fraction: f64) -> u16 {
        let along = (fraction * f64::from(self.span)).round() as u16;
        self.plot.x + self.margin + along.min(self.span)
    }

    /// The cell of a point.
    pub(super) fn cell(&self, point: &PlacedPoint) -> (u16, u16) {
        (self.column(point.x), self.row(point.y))
    }

    /// A point's place on the canvas: in the middle of the column that its mark has, but for the fraction of a row; or
    /// beyond the canvas.
    pub(super) fn place(&self, point: &PlacedPoint) -> CanvasPlace {
        (f64::from(self.column(point.x) - self.plot.x), self.down(point.line_y))
    }

    /// A place on the canvas for fractions of both axes, which may lie beyond their ends.
    pub(super) fn at(&self, (x, y): (f64, f64)) -> CanvasPlace {
        (f64::from(self.margin) + x * f64::from(self.span), self.down(y))
    }

    /// Places along the canvas, so many columns apart, each with its fraction of the x axis.
    pub(super) fn fractions(&self, apart: f64) -> impl Iterator<Item = (f64, f64)> {
        let (margin, span) = (f64::from(self.margin), f64::from(self.span.max(1)));
        let count = (f64::from(self.plot.width) / apart) as u32;
        (0..=count).map(move |i| f64::from(i) * apart).map(move |column| (column, (column - margin) / span))
    }

    /// Rows from the top of the canvas down to a fraction of the y axis, which may lie beyond its ends.
    pub(super) fn down(&self, fraction: f64) -> f64 {
        (1.0 - fraction) * self.height()
    }

    /// Rows from the first one of the plot to its last.
    pub(super) fn height(&self) -> f64 {
        f64::from(self.plot.height - 1)
    }
}
