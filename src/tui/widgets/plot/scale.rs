//! From values to fractions of an axis, and the ticks that read well on it.

use crate::units;

/// A linear or logarithmic axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// From `lo` to `hi`, which differ.
    Linear { lo: f64, hi: f64 },
    /// From 2^`lo` to 2^`hi`, which differ.
    Log2 { lo: f64, hi: f64 },
}

/// A value worth a mark on the axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub value: f64,
    pub text: String,
}

impl Scale {
    /// A linear axis, widened by one if it would be a single value.
    pub(super) fn linear(lo: f64, hi: f64) -> Self {
        match hi > lo {
            true => Self::Linear { lo, hi },
            false => Self::Linear { lo: lo - 0.5, hi: lo + 0.5 },
        }
    }

    /// A logarithmic axis over positive values.
    pub(super) fn log(lo: f64, hi: f64) -> Self {
        let (lo, hi) = (lo.log2(), hi.log2());
        match hi > lo {
            true => Self::Log2 { lo, hi },
            false => Self::Log2 { lo: lo - 1.0, hi: lo + 1.0 },
        }
    }

    /// A logarithmic axis that begins at a power of two a little below `lo`, so that nothing lies on the other axis,
    /// and is at least a factor of two long.
    pub(super) fn log_floor(lo: f64, hi: f64) -> Self {
        let lo = (lo.log2() - 0.25).floor();
        Self::Log2 { lo, hi: hi.log2().max(lo + 1.0) }
    }

    pub(super) fn is_log(&self) -> bool {
        matches!(self, Self::Log2 { .. })
    }

    /// The fraction of the axis at which a value lies; below 0 or above 1 outside of it.
    pub(super) fn position(&self, value: f64) -> f64 {
        match *self {
            Self::Linear { lo, hi } => (value - lo) / (hi - lo),
            Self::Log2 { lo, hi } if value > 0.0 => (value.log2() - lo) / (hi - lo),
            Self::Log2 { .. } => 0.0,
        }
    }

    /// As [`Self::position`], kept on the axis.
    pub(super) fn at(&self, value: f64) -> f64 {
        let x = self.position(value);
        if x.is_nan() { 0.0 } else { x.clamp(0.0, 1.0) }
    }

    /// The value at a fraction of the axis.
    pub(super) fn value(&self, position: f64) -> f64 {
        match *self {
            Self::Linear { lo, hi } => lo + (hi - lo) * position,
            Self::Log2 { lo, hi } => (lo + (hi - lo) * position).exp2(),
        }
    }

    /// Columns left free at each end of the x axis, and the columns between its first and last value.
    pub(super) fn margins(width: u16) -> (u16, u16) {
        let margin = (width / 16).clamp(1, 3).min(width.saturating_sub(1) / 2);
        (margin, width.saturating_sub(1 + 2 * margin))
    }

    /// Columns between the first and the last value of the x axis.
    pub(super) fn columns(width: u16) -> u16 {
        Self::margins(width).1
    }

    /// Ticks of the y axis: about one in three rows, or in two for the few that powers of two leave.
    pub(super) fn value_ticks(&self, rows: u16) -> Vec<Tick> {
        let most = f64::from((rows / 3).max(1));
        match *self {
            Self::Linear { lo, hi } => {
                let step = nice_step((hi - lo) / most);
                let decimals = usize::try_from((-step.log10() - 1e-9).ceil() as i32).unwrap_or(0).min(9);
                let text = |v: f64| if v.abs() < 9999.5 { format!("{v:.decimals$}") } else { units::scaled(v) };
                multiples(lo, hi, step).map(|value| Tick { value, text: text(value) }).collect()
            }
            Self::Log2 { lo, hi } => octaves(lo, hi, ((hi - lo) / f64::from((rows / 2).max(1))).ceil().max(1.0)),
        }
    }

    /// Ticks of the x axis at whole numbers of workers: at the measured ones if their labels fit in so many
    /// columns, else at round numbers.
    pub(super) fn worker_ticks(&self, measured: impl Iterator<Item = f64>, columns: u16) -> Vec<Tick> {
        let mut values: Vec<f64> = measured.filter(|x| x.fract() == 0.0).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let ticks: Vec<Tick> = values.into_iter().map(|value| Tick { value, text: plain(value) }).collect();
        if !ticks.is_empty() && self.has_room(&ticks, columns) {
            return ticks;
        }
        match *self {
            Self::Linear { lo, hi } => {
                let mut step = 1.0;
                loop {
                    let first = (lo > 0.0 && lo < step).then_some(lo.ceil());
                    let values = first.into_iter().chain(multiples(lo, hi, step));
                    let mut ticks: Vec<Tick> = values.map(|value| Tick { value, text: plain(value) }).collect();
                    if first.is_some() && !self.has_room(&ticks[..ticks.len().min(2)], columns) {
                        ticks.remove(0);
                    }
                    if self.has_room(&ticks, columns) {
                        return ticks;
                    }
                    step = nice_step(step * 1.01).max((hi - lo) / 1000.0);
                }
            }
            Self::Log2 { lo, hi } => {
                let strides = (1..).map(f64::from).map(|stride| octaves(lo, hi, stride));
                strides.into_iter().find(|ticks| self.has_room(ticks, columns)).unwrap_or_default()
            }
        }
    }

    /// Ticks of the x axis at measured values: at all of them if their labels fit in so many columns, else at every
    /// second, third, and so on.
    pub(super) fn measured_ticks(&self, measured: impl Iterator<Item = f64>, columns: u16) -> Vec<Tick> {
        let mut values: Vec<f64> = measured.collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let every = |stride: usize| -> Vec<Tick> {
            values.iter().step_by(stride).map(|&value| Tick { value, text: compact(value) }).collect()
        };
        (1..=values.len()).map(every).find(|ticks| self.has_room(ticks, columns)).unwrap_or_default()
    }

    /// Whether the labels stand apart by at least a blank.
    fn has_room(&self, ticks: &[Tick], columns: u16) -> bool {
        ticks.windows(2).all(|pair| {
            let apart = (self.at(pair[1].value) - self.at(pair[0].value)) * f64::from(columns);
            let halves = (pair[0].text.len() + pair[1].text.len()) as f64 / 2.0;
            apart >= halves + 1.0
        })
    }
}

/// A whole number without a point, anything else with three digits.
pub(super) fn plain(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e6 { format!("{value:.0}") } else { units::scaled(value) }
}

/// A value as short as three digits can say it: `20`, `2 k`, `1.5 M`, `0.01`.
pub(super) fn compact(value: f64) -> String {
    const PREFIXES: [(f64, &str); 4] = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")];
    let (scale, prefix) = PREFIXES.into_iter().find(|(scale, _)| value.abs() >= *scale).unwrap_or((1.0, ""));
    let mantissa = value / scale;
    match mantissa.abs() {
        a if a > 0.0 && a < 0.01 => format!("{value:.0e}"),
        a => {
            let places = if a >= 99.95 {
                0
            } else if a >= 9.995 {
                1
            } else {
                2
            };
            let digits = format!("{mantissa:.places$}");
            let short = if places > 0 { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
            format!("{short}{prefix}")
        }
    }
}

/// The next of 1, 2, 5 × 10ⁿ.
fn nice_step(at_least: f64) -> f64 {
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

/// Every `stride`-th power of two from 2^`lo` to 2^`hi`.
fn octaves(lo: f64, hi: f64, stride: f64) -> Vec<Tick> {
    let powers = multiples(lo, hi, stride);
    powers.map(|power| power.exp2()).map(|value| Tick { value, text: power_of_two(value) }).collect()
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

    fn texts(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.text.as_str()).collect()
    }

    #[test]
    fn values_get_round_ticks() {
        assert_eq!(texts(&Scale::linear(0.0, 4.0).value_ticks(9)), ["0", "2", "4"]);
        assert_eq!(texts(&Scale::linear(0.0, 4.0).value_ticks(15)), ["0", "1", "2", "3", "4"]);
        assert_eq!(texts(&Scale::linear(0.0, 1.1).value_ticks(9)), ["0.0", "0.5", "1.0"]);
        assert_eq!(texts(&Scale::linear(0.0, 0.034).value_ticks(12)), ["0.00", "0.01", "0.02", "0.03"]);
        assert_eq!(texts(&Scale::linear(0.0, 30_000.0).value_ticks(9)), ["0", "10.0 k", "20.0 k", "30.0 k"]);
        assert_eq!(texts(&Scale::log_floor(0.4, 9.0).value_ticks(30)), ["0.25", "0.5", "1", "2", "4", "8"]);
        assert_eq!(texts(&Scale::log_floor(0.4, 9.0).value_ticks(9)), ["0.25", "1", "4"]);
    }

    #[test]
    fn workers_get_ticks_where_they_were_measured_or_at_round_numbers() {
        let ticks = |xs: &[f64], scale: Scale, columns| {
            let ticks = scale.worker_ticks(xs.iter().copied(), columns);
            ticks.into_iter().map(|tick| tick.text).collect::<Vec<_>>()
        };
        assert_eq!(ticks(&[1.0, 2.0, 5.0], Scale::linear(1.0, 5.0), 30), ["1", "2", "5"]);
        let all: Vec<f64> = (1..=16).map(f64::from).collect();
        assert_eq!(ticks(&all, Scale::linear(1.0, 16.0), 80).len(), 16);
        assert_eq!(ticks(&all, Scale::linear(1.0, 16.0), 30), ["1", "2", "4", "6", "8", "10", "12", "14", "16"]);
        assert_eq!(ticks(&all, Scale::linear(1.0, 16.0), 20), ["1", "5", "10", "15"]);
        let powers: Vec<f64> = (0..=8).map(|n| f64::from(1 << n)).collect();
        assert_eq!(ticks(&powers, Scale::log(1.0, 256.0), 80).len(), 9);
        assert_eq!(ticks(&powers, Scale::log(1.0, 256.0), 24), ["1", "4", "16", "64", "256"]);
    }

    #[test]
    fn measured_values_get_ticks_as_far_as_there_is_room() {
        let decades: Vec<f64> = (0..7).map(|n| 2.0 * 10f64.powi(n)).collect();
        let ticks = |columns| {
            let ticks = Scale::log(2.0, 2e6).measured_ticks(decades.iter().copied(), columns);
            ticks.into_iter().map(|tick| tick.text).collect::<Vec<_>>()
        };
        assert_eq!(ticks(60), ["2", "20", "200", "2 k", "20 k", "200 k", "2 M"]);
        assert_eq!(ticks(24), ["2", "200", "20 k", "2 M"]);
        assert_eq!(ticks(2), ["2"]);
        assert_eq!(Scale::linear(0.0, 1.0).measured_ticks(std::iter::empty(), 20), []);
        let texts = [0.0, 0.01, 0.25, 1.0, 12.5, 999.0, 1000.0, 1536.0, 1.5e6, 1e15, 4e-6, -20.0].map(compact);
        let wanted = ["0", "0.01", "0.25", "1", "12.5", "999", "1 k", "1.54 k", "1.5 M", "1000 T", "4e-6", "-20"];
        assert_eq!(texts, wanted);
    }

    #[test]
    fn positions_and_values_are_inverse() {
        for scale in [Scale::linear(-2.0, 7.0), Scale::log(0.5, 100.0), Scale::linear(3.0, 3.0), Scale::log(2.0, 2.0)] {
            for i in 0..=10 {
                let x = f64::from(i) / 10.0;
                assert!((scale.position(scale.value(x)) - x).abs() < 1e-9);
            }
        }
    }
}
