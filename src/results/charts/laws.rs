//! The curves of fitted laws in the terms of a chart. They are fitted once, to speedups or rates; all other charts show
//! the same curves.

use super::{ChartSubject, FiguresChart, points};
use crate::results::{Figures, Fits};

impl FiguresChart {
    /// With the curves of the laws of its series, up to `reach` times the workers that were measured, where the subject
    /// is one that laws tell of.
    pub fn with_laws(mut self, fits: &Fits, reach: f64, figures: &Figures, subject: ChartSubject) -> Self {
        let baseline = figures.baseline.and_then(|baseline| figures.rows.get(baseline));
        let of_baseline = baseline.map(|row| f64::from(row.config.workers));
        // Tasks a second of the baseline; where there is none, the laws are of tasks a second themselves.
        let rate = baseline.map_or(Some(1.0), points::rate);
        let time_s = match baseline {
            Some(row) => row.told_time_s(),
            None => figures.rows.iter().find_map(|row| Some(row.tasks_per_s? * row.told_wall_s()?)),
        };
        self.chart.curves = match (subject, of_baseline) {
            (ChartSubject::Figures, _) => fits.curves(reach, |_, value| value),
            (ChartSubject::Efficiency, Some(workers)) => fits.curves(reach, |n, speedup| speedup * workers / n),
            (ChartSubject::WallTime, _) => {
                time_s.map(|time_s| fits.curves(reach, |_, value| time_s / value)).unwrap_or_default()
            }
            (ChartSubject::Throughput, _) => {
                rate.map(|rate| fits.curves(reach, |_, speedup| speedup * rate)).unwrap_or_default()
            }
            (ChartSubject::Efficiency, None)
            | (ChartSubject::Loss | ChartSubject::Memory | ChartSubject::CpusUsed | ChartSubject::Time, _) => {
                Vec::new()
            }
        };
        self
    }
}
