//! The median of a few figures.

use crate::analysis::summary;

/// The median, or no number where there is none.
pub(super) fn median(figures: impl Iterator<Item = f64>) -> f64 {
    summary(&figures.collect::<Vec<f64>>()).map_or(f64::NAN, |s| s.median)
}
