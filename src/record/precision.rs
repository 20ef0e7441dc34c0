//! How sure the figures of a run are: what the results tell the engine, which goes on until it is enough.

use super::event::Added;
use super::state::RunState;

/// How wide the interval of a configuration's figure is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntervalWidth {
    /// The configuration, by its place in the plan.
    pub config: usize,
    /// The interval from end to end, as a part of the figure; infinite while there is none.
    pub width: f64,
}

impl IntervalWidth {
    /// Whether it is no wider than this part of the figure.
    pub fn is_within(&self, precision: f64) -> bool {
        self.width <= precision
    }
}

/// The intervals that a run goes by which decides on its repeats: one for each configuration that is to be sure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Widths(Vec<IntervalWidth>);

impl FromIterator<IntervalWidth> for Widths {
    fn from_iter<T: IntoIterator<Item = IntervalWidth>>(widths: T) -> Self {
        let mut widths: Vec<IntervalWidth> = widths.into_iter().collect();
        widths.sort_by(|a, b| b.width.total_cmp(&a.width).then(a.config.cmp(&b.config)));
        Self(widths)
    }
}

impl Widths {
    /// The widest; `None` where there is nothing to be sure of.
    pub fn widest(&self) -> Option<IntervalWidth> {
        self.0.first().copied()
    }

    /// All of them, the widest first, of equal ones in the plan's order.
    pub fn widest_first(&self) -> &[IntervalWidth] {
        &self.0
    }

    /// How many are no wider than this part of their figures.
    pub fn within(&self, precision: f64) -> usize {
        self.0.iter().filter(|one| one.is_within(precision)).count()
    }
}

impl RunState {
    /// How many blocks of all configurations the plan has so far. Those in which only some are measured again for noise
    /// are none of them.
    pub fn blocks(&self) -> u32 {
        let Some(plan) = self.plan() else { return 0 };
        let mut added = vec![0; plan.configs.len()];
        for (trial, planned) in plan.trials.iter().enumerate() {
            if self.added_for(trial) == Some(Added::Precision) {
                added.get_mut(planned.config).into_iter().for_each(|n| *n += 1);
            }
        }
        let of = added.iter().enumerate().map(|(config, added)| self.planned_repeats(config) + added);
        of.max().and_then(|blocks| u32::try_from(blocks).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_comes_first_and_what_has_no_interval_before_all() {
        let widths = [0.05, 0.2, f64::INFINITY, 0.2].into_iter().enumerate();
        let widths: Widths = widths.map(|(config, width)| IntervalWidth { config, width }).collect();
        let configs: Vec<usize> = widths.widest_first().iter().map(|one| one.config).collect();
        assert_eq!(configs, [2, 1, 3, 0]);
        assert_eq!(widths.widest(), Some(IntervalWidth { config: 2, width: f64::INFINITY }));
        assert_eq!([0.04, 0.05, 0.2, 1e9].map(|precision| widths.within(precision)), [0, 1, 3, 3]);
        assert_eq!((Widths::default().widest(), Widths::default().within(1.0)), (None, 0));
    }
}
