//! What the chart of a run can be about: what its scenario is about first, then its figures, one after the other.

use super::points;
use crate::chart::{ChartPoint, ChartReference, ChartUnit};
use crate::results::{Figures, Row};

/// What a chart is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChartSubject {
    /// What the figures say first: speedups, efficiencies where something is varied, rates where nothing is compared.
    #[default]
    Figures,
    /// Efficiencies, over workers.
    Efficiency,
    /// What speedups are made of.
    WallTime,
    /// Tasks a second, beside speedups or efficiencies.
    Throughput,
    /// What was lost or leaked of what the tasks share.
    Loss,
    /// What the processes take up in memory, over time.
    Memory,
    /// How many CPUs watched programs use, over time.
    CpusUsed,
    /// Where the time of the workers went; bars of shares, and no points.
    Time,
}

impl Figures {
    /// What the run's chart can be about, the first as long as the user asks for no other.
    pub fn subjects(&self) -> Vec<ChartSubject> {
        let loss = (!self.loss.is_empty()).then_some(ChartSubject::Loss);
        let memory = self.rows.iter().any(|row| row.memory.is_some()).then_some(ChartSubject::Memory);
        let cpus = self.rows.iter().any(|row| row.program.is_some()).then_some(ChartSubject::CpusUsed);
        if self.is_one_program() {
            return cpus.into_iter().chain(memory).collect();
        }
        let is_compared = self.baseline.is_some();
        let efficiency = (is_compared && self.varied().is_none()).then_some(ChartSubject::Efficiency);
        let throughput = is_compared.then_some(ChartSubject::Throughput);
        let figures = [Some(ChartSubject::Figures), efficiency, Some(ChartSubject::WallTime), throughput];
        let time = self.rows.iter().any(|row| row.time_shares.is_some()).then_some(ChartSubject::Time);
        let first = loss.into_iter().chain(memory.filter(|_| cpus.is_none()));
        let last = time.into_iter().chain(cpus).chain(memory.filter(|_| cpus.is_some()));
        first.chain(figures.into_iter().flatten()).chain(last).collect()
    }
}

impl ChartSubject {
    /// What its y axis shows.
    pub fn measure(self, figures: &Figures) -> &'static str {
        match self {
            Self::Figures => figures.measure(),
            Self::Efficiency => "efficiency",
            Self::WallTime if figures.include_startup => figures.time_name(),
            Self::WallTime => "wall time",
            Self::Throughput => "tasks a second",
            Self::Loss => figures.loss,
            Self::Memory => "memory",
            Self::CpusUsed => "CPUs used",
            Self::Time => "share of the workers' time",
        }
    }

    pub(super) fn unit(self, figures: &Figures) -> ChartUnit {
        match (self, figures.measure()) {
            (Self::Loss | Self::Efficiency | Self::Time, _) | (Self::Figures, "efficiency") => ChartUnit::Fraction,
            (Self::Figures, "speedup") => ChartUnit::Ratio,
            (Self::Figures | Self::Throughput | Self::CpusUsed, _) => ChartUnit::Number,
            (Self::WallTime, _) => ChartUnit::Seconds,
            (Self::Memory, _) => ChartUnit::Bytes,
        }
    }

    pub(super) fn reference(self, figures: &Figures) -> Option<ChartReference> {
        match self {
            Self::Figures => points::reference(figures),
            Self::Efficiency => Some(ChartReference::Level(1.0)),
            Self::Throughput => points::ideal_throughput(figures),
            Self::WallTime | Self::Loss | Self::Memory | Self::CpusUsed | Self::Time => None,
        }
    }

    /// Whether its points have intervals.
    pub(super) fn has_intervals(self) -> bool {
        !matches!(self, Self::Loss | Self::Memory | Self::CpusUsed | Self::Time)
    }

    pub(super) fn point(self, row: &Row, figures: &Figures) -> Option<ChartPoint> {
        match self {
            Self::Figures => points::point(row, figures),
            Self::Efficiency => points::efficiency(row),
            Self::WallTime => points::wall_time(row),
            Self::Throughput => points::throughput(row),
            Self::Loss => Some(ChartPoint::bare(points::x_of(row)?, row.loss?.share())),
            Self::Memory | Self::CpusUsed | Self::Time => None,
        }
    }
}
