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
    Harm,
    /// What the processes take up in memory, over time.
    Memory,
}

impl Figures {
    /// What the run's chart can be about, the first as long as the user asks for no other.
    pub fn subjects(&self) -> Vec<ChartSubject> {
        let harm = (!self.harm.is_empty()).then_some(ChartSubject::Harm);
        let memory = self.rows.iter().any(|row| row.memory.is_some()).then_some(ChartSubject::Memory);
        harm.into_iter().chain(memory).chain([ChartSubject::Figures]).collect()
    }
}

impl ChartSubject {
    /// What its y axis shows.
    pub fn measure(self, figures: &Figures) -> &'static str {
        match self {
            Self::Figures => figures.measure(),
            Self::Harm => figures.harm,
            Self::Memory => "memory",
        }
    }

    pub(super) fn unit(self, figures: &Figures) -> ChartUnit {
        match (self, figures.measure()) {
            (Self::Harm, _) | (Self::Figures, "efficiency") => ChartUnit::Fraction,
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
            Self::Harm => Some(ChartPoint::bare(points::x_of(row)?, row.harm?.share())),
            Self::Memory => None,
        }
    }
}
