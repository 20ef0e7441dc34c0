//! The ticks that read well on an axis: round values, or measured ones, as far as their labels have room.

use super::scale::AxisScale;
use super::unit::{ChartUnit, plain};

/// A value worth a mark on the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisTick {
    /// The value.
    pub value: f64,
    /// Where it stands, as a fraction of the axis.
    pub at: f64,
    /// Its label.
    pub text: String,
}

/// How much room there is for labels along an axis.
#[derive(Clone, Copy)]
pub(super) struct LabelRoom<'a> {
    /// Columns from the first value of the axis to the last.
    pub columns: u16,
    /// Columns that a text takes.
    pub text_width: &'a dyn Fn(&str) -> u16,
}

impl LabelRoom<'_> {
    /// Whether the labels stand apart by at least a blank.
    fn holds(&self, ticks: &[AxisTick]) -> bool {
        let width = |tick: &AxisTick| f64::from((self.text_width)(&tick.text));
        ticks.windows(2).all(|pair| {
            let apart = (pair[1].at - pair[0].at) * f64::from(self.columns);
            apart >= f64::midpoint(width(&pair[0]), width(&pair[1])) + 1.0
        })
    }
}

impl AxisScale {
    pub(super) fn tick(&self, value: f64, text: String) -> AxisTick {
        AxisTick { value, at: self.at(value), text }
    }

    /// Ticks of the x axis at whole numbers of workers: at the measured ones if their labels have room, else at round
    /// numbers.
    pub(super) fn worker_ticks(&self, measured: impl Iterator<Item = f64>, room: LabelRoom<'_>) -> Vec<AxisTick> {
        let whole = distinct(measured.filter(|x| x.fract() == 0.0));
        let ticks: Vec<AxisTick> = whole.into_iter().map(|value| self.tick(value, plain(value))).collect();
        if !ticks.is_empty() && room.holds(&ticks) {
            return ticks;
        }
        match *self {
            Self::Linear { lo, hi } => self.round_worker_ticks((lo, hi), room),
            Self::Log2 { lo, hi } => {
                let mut strides = (1..).map(f64::from).map(|stride| self.octaves((lo, hi), stride));
                strides.find(|ticks| room.holds(ticks)).unwrap_or_default()
            }
        }
    }

    /// Ticks at multiples of the least round step that leaves the labels room, and at the first number of workers.
    fn round_worker_ticks(&self, (lo, hi): (f64, f64), room: LabelRoom<'_>) -> Vec<AxisTick> {
        let mut step = 1.0;
        loop {
            let first = (lo > 0.0 && lo < step).then_some(lo.ceil());
            let values = first.into_iter().chain(multiples(lo, hi, step));
            let mut ticks: Vec<AxisTick> = values.map(|value| self.tick(value, plain(value))).collect();
            if first.is_some() && !room.holds(&ticks[..ticks.len().min(2)]) {
                ticks.remove(0);
            }
            if room.holds(&ticks) {
                return ticks;
            }
            step = round_step(step * 1.01).max((hi - lo) / 1000.0);
        }
    }

    /// Ticks of the x axis at measured values: at all of them if their labels have room, else at every second, third,
    /// and so on.
    pub(super) fn measured_ticks(
        &self,
        measured: impl Iterator<Item = f64>,
        unit: ChartUnit,
        room: LabelRoom<'_>,
    ) -> Vec<AxisTick> {
        let values = distinct(measured);
        let every = |stride: usize| -> Vec<AxisTick> {
            values.iter().step_by(stride).map(|&value| self.tick(value, unit.short(value))).collect()
        };
        (1..=values.len()).map(every).find(|ticks| room.holds(ticks)).unwrap_or_default()
    }

    /// Ticks of an axis of time, at round seconds that leave the labels room.
    pub(super) fn time_ticks(&self, room: LabelRoom<'_>) -> Vec<AxisTick> {
        let (lo, hi) = (self.value(0.0), self.value(1.0));
        let mut step = round_step((hi - lo) / 8.0);
        loop {
            let values: Vec<f64> = multiples(lo, hi, step).collect();
            let ticks: Vec<AxisTick> =
                values.iter().map(|&value| self.tick(value, crate::units::seconds(value))).collect();
            if room.holds(&ticks) {
                return ticks;
            }
            step = round_step(step * 1.01);
        }
    }

    /// Every `stride`-th power of two from 2^`lo` to 2^`hi`.
    fn octaves(&self, (lo, hi): (f64, f64), stride: f64) -> Vec<AxisTick> {
        let powers = multiples(lo, hi, stride).map(f64::exp2);
        powers.map(|value| self.tick(value, power_of_two(value))).collect()
    }
}

/// Each value once, in ascending order.
fn distinct(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

/// The next of 1, 2, 5 × 10ⁿ.
fn round_step(at_least: f64) -> f64 {
    if !(at_least.is_finite() && at_least > 0.0) {
        return 1.0;
    }
    let decade = 10f64.powf(at_least.log10().floor());
    let found = [1.0, 2.0, 5.0].into_iter().map(|m| m * decade).find(|step| *step >= at_least * (1.0 - 1e-9));
    found.unwrap_or(10.0 * decade)
}

/// Multiples of `step` from `lo` to `hi`, both included.
fn multiples(lo: f64, hi: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (lo / step - 1e-9).ceil();
    let last = (hi / step + 1e-9).floor();
    let n = (last - first).clamp(-1.0, 2000.0) as i64;
    (0..=n).map(move |i| (first + i as f64) * step)
}

fn power_of_two(value: f64) -> String {
    match value {
        v if v >= 1.0 => plain(v),
        v if v >= 0.125 => format!("{v}"),
        v => format!("{v:.0e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(columns: u16) -> LabelRoom<'static> {
        LabelRoom { columns, text_width: &|text| text.len() as u16 }
    }

    #[test]
    fn workers_get_ticks_where_they_were_measured_or_at_round_numbers() {
        let ticks = |xs: &[f64], scale: AxisScale, columns| {
            let ticks = scale.worker_ticks(xs.iter().copied(), room(columns));
            ticks.into_iter().map(|tick| tick.text).collect::<Vec<_>>()
        };
        assert_eq!(ticks(&[1.0, 2.0, 5.0], AxisScale::linear(1.0, 5.0), 30), ["1", "2", "5"]);
        let all: Vec<f64> = (1..=16).map(f64::from).collect();
        assert_eq!(ticks(&all, AxisScale::linear(1.0, 16.0), 80).len(), 16);
        assert_eq!(ticks(&all, AxisScale::linear(1.0, 16.0), 30), ["1", "2", "4", "6", "8", "10", "12", "14", "16"]);
        assert_eq!(ticks(&all, AxisScale::linear(1.0, 16.0), 20), ["1", "5", "10", "15"]);
        let powers: Vec<f64> = (0..=8).map(|n| f64::from(1 << n)).collect();
        assert_eq!(ticks(&powers, AxisScale::log(1.0, 256.0), 80).len(), 9);
        assert_eq!(ticks(&powers, AxisScale::log(1.0, 256.0), 24), ["1", "4", "16", "64", "256"]);
    }

    #[test]
    fn wider_labels_leave_room_for_fewer() {
        let scale = AxisScale::linear(1.0, 5.0);
        let ticks = |text_width| {
            let ticks = scale.worker_ticks([1.0, 2.0, 5.0].into_iter(), LabelRoom { columns: 30, text_width });
            ticks.into_iter().map(|tick| tick.text).collect::<Vec<_>>()
        };
        assert_eq!(ticks(&|_| 6), ["1", "2", "5"]);
        assert_eq!(ticks(&|_| 7), ["2", "4"]);
        assert_eq!(ticks(&|_| u16::MAX), ["5"]);
    }

    #[test]
    fn measured_values_get_ticks_as_far_as_there_is_room() {
        let decades: Vec<f64> = (0..7).map(|n| 2.0 * 10f64.powi(n)).collect();
        let ticks = |columns| {
            let ticks =
                AxisScale::log(2.0, 2e6).measured_ticks(decades.iter().copied(), ChartUnit::Number, room(columns));
            ticks.into_iter().map(|tick| tick.text).collect::<Vec<_>>()
        };
        assert_eq!(ticks(60), ["2", "20", "200", "2 k", "20 k", "200 k", "2 M"]);
        assert_eq!(ticks(24), ["2", "200", "20 k", "2 M"]);
        assert_eq!(ticks(2), ["2"]);
        assert_eq!(AxisScale::linear(0.0, 1.0).measured_ticks(std::iter::empty(), ChartUnit::Number, room(20)), []);
    }
}
