//! What a chart is drawn on: its size, and how much room text takes on it.

use super::ticks::AxisTick;

/// What a chart is drawn on.
#[derive(Clone, Copy)]
pub struct ChartSurface<'a> {
    /// Its width in columns.
    pub columns: u16,
    /// Its height in rows.
    pub rows: u16,
    /// Columns that a text takes on it.
    pub text_width: &'a dyn Fn(&str) -> u16,
}

/// The y axis has labels where these leave so many columns, and longer ones than a third of the surface only there.
const BESIDE_LABELS: u16 = 12;

impl ChartSurface<'_> {
    pub(super) fn width(&self, text: &str) -> u16 {
        (self.text_width)(text)
    }

    /// Columns of the y axis with its labels. There is room for a value of some digits, whatever the ticks are, so
    /// that the chart stands still when one is written there.
    pub(super) fn y_axis_width(&self, ticks: &[AxisTick]) -> u16 {
        let ticks = ticks.iter().map(|tick| self.width(&tick.text)).max().unwrap_or(0);
        let most = (self.columns / 3).max(self.columns.saturating_sub(BESIDE_LABELS));
        let labels = ticks.max(if self.columns >= 40 { 4 } else { 2 }).min(most);
        if self.columns >= labels.saturating_add(BESIDE_LABELS) { labels + 1 } else { 0 }
    }
}
