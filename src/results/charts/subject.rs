//! What the chart of a run can be about: what its scenario is about first, then its figures.

use super::points;
use crate::chart::{ChartPoint, ChartReference, ChartUnit};
use crate::results::{Figures, Row};

/// What a chart is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChartSubject {
    /// Speedups, efficiencies or rates.
    #[default]
    Figures,
    /// What was lost or leaked of what the tasks share.
    Loss,
    /// What the processes take up in memory, over time.
    Memory,
}

impl Figures {
    /// What the run's chart can be about, the first as long as the user asks for no other.
    pub fn subjects(&self) -> Vec<ChartSubject> {
        let loss = (!self.loss.is_empty()).then_some(ChartSubject::Loss);
        let memory = self.rows.iter().any(|row| row.memory.is_some()).then_some(ChartSubject::Memory);
        loss.into_iter().chain(memory).chain([ChartSubject::Figures]).collect()
    }
}

impl ChartSubject {
    /// What its y axis shows.
    pub fn measure(self, figures: &Figures) -> &'static str {
        match self {
            Self::Figures => figures.measure(),
            Self::Loss => figures.loss,
            Self::Memory => "memory",
        }
    }

    pub(super) fn unit(self, figures: &Figures) -> ChartUnit {
        match (self, figures.measure()) {
            (Self::Loss, _) | (Self::Figures, "efficiency") => ChartUnit::Fraction,
            (Self::Figures, "speedup") => ChartUnit::Ratio,
            (Self::Figures, _) => ChartUnit::Number,
            (Self::Memory, _) => ChartUnit::Bytes,
        }
    }

    pub(super) fn reference(self, figures: &Figures) -> Option<ChartReference> {
        (self == Self::Figures).then(|| points::reference(figures)).flatten()
    }

    /// Whether its points have intervals.
    pub(super) fn has_intervals(self) -> bool {
        self == Self::Figures
    }

    pub(super) fn point(self, row: &Row, figures: &Figures) -> Option<ChartPoint> {
        match self {
            Self::Figures => points::point(row, figures),
            Self::Loss => Some(ChartPoint::bare(points::x_of(row)?, row.loss?.share())),
            Self::Memory => None,
        }
    }
}
