//! The parts of a surface that a chart takes: legend, axes, plot; and where the fractions of the axes are within it.

use super::surface::ChartSurface;

/// A part of the surface, in columns and rows from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartArea {
    /// Columns left of it.
    pub x: u16,
    /// Rows above it.
    pub y: u16,
    /// Its columns.
    pub width: u16,
    /// Its rows.
    pub height: u16,
}

/// All parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartAreas {
    /// The legend's lines; no rows where the surface is low.
    pub header: ChartArea,
    /// The y axis in its last column, left of that the labels; no columns where the surface is narrow.
    pub y_axis: ChartArea,
    /// Points and lines; the x axis runs along its last row.
    pub plot: ChartArea,
    /// Labels of the x axis, over the whole width; no rows where the surface is low.
    pub x_labels: ChartArea,
    /// Columns left free within the plot, at each end of the x axis.
    pub margin: u16,
}

/// A plot narrower than this shows nothing.
const NARROWEST_PLOT: u16 = 4;

/// Rows that the plot keeps whatever the legend would take.
const LOWEST_PLOT: u16 = 4;

/// Rows that the legend may have on a surface of so many: a fifth of it, or one line.
pub(super) fn legend_rows(rows: u16) -> u16 {
    if rows >= 6 { (rows - 1).saturating_sub(LOWEST_PLOT).min((rows / 5).max(1)) } else { 0 }
}

/// Rows that the plot has on a surface of so many, below a legend of so many.
pub(super) fn plot_rows(rows: u16, legend: u16) -> u16 {
    rows.saturating_sub(legend + u16::from(rows >= 4))
}

impl ChartAreas {
    /// The y axis takes so many columns, which are fewer than there are, and the legend so many rows; `None` where
    /// nothing can be seen.
    pub(super) fn new(surface: &ChartSurface<'_>, axis_columns: u16, above: u16) -> Option<Self> {
        let below = u16::from(surface.rows >= 4);
        let (width, height) = (surface.columns - axis_columns, plot_rows(surface.rows, above));
        if width < NARROWEST_PLOT || height == 0 {
            return None;
        }
        let part = |y, height| ChartArea { x: 0, y, width: surface.columns, height };
        Some(Self {
            header: part(0, above),
            y_axis: ChartArea { width: axis_columns, ..part(above, height) },
            plot: ChartArea { x: axis_columns, width, ..part(above, height) },
            x_labels: part(above + height, below),
            margin: (width / 16).clamp(1, 3).min((width - 1) / 2),
        })
    }

    /// Columns between the first and the last value of the x axis.
    pub fn span(&self) -> u16 {
        self.plot.width - (1 + 2 * self.margin)
    }

    /// The fractions of the x axis at the plot's edges: in the middle of its first column and of its last.
    pub fn edges(&self) -> [f64; 2] {
        let span = f64::from(self.span().max(1));
        [0.0, f64::from(self.plot.width) - 1.0].map(|column| (column - f64::from(self.margin)) / span)
    }

    /// Where a pair of fractions is on the surface, in columns from its left edge and rows from its upper one. What
    /// is at a cell of a terminal is in that cell's middle.
    pub fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let left = f64::from(self.plot.x + self.margin) + 0.5;
        let bottom = f64::from(self.plot.y + self.plot.height) - 0.5;
        (left + x * f64::from(self.span()), bottom - y * f64::from(self.plot.height - 1))
    }
}
