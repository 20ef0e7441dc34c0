//! A linear or logarithmic axis laid on whole rows: its range is chosen so that every tick stands exactly on one.
//!
//! The range is the finest that holds the data, has three ticks or more, and has the value in its place that one
//! compares with. The row of the other axis stays free: nothing is drawn through that line.

use super::scale::AxisScale;
use super::ticks::AxisTick;
use super::unit::ChartUnit;

/// From where to where an axis has to go, what it is to say there, and how many rows (or columns) it has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ruler {
    /// The least value that it has to hold.
    pub lo: f64,
    /// The greatest.
    pub hi: f64,
    /// Rows from the first to the last, both counted.
    pub rows: u16,
    /// How its values are written, which says what is round.
    pub unit: ChartUnit,
    /// Whether the first row is the other axis, which data keep off.
    pub on_axis: bool,
    /// How many rows ticks may stand apart.
    pub apart: (u32, u32),
    /// Whether it counts powers of two.
    pub is_log: bool,
}

/// How many rows the ticks of a y axis of so many rows stand apart: two at least, where there are enough, and no more
/// than about ten of them in all.
pub(super) fn rows_apart(rows: u16) -> (u32, u32) {
    let rows = u32::from(rows);
    (if rows <= 6 { 1 } else { (rows / 9).max(2) }, (rows / 3).max(8))
}

/// An axis has so many ticks at least.
const TICKS_MIN: usize = 3;
/// How far data keep off the other axis, in rows: more than half of one, or they would be rounded onto it.
const OFF_AXIS: f64 = 0.55;
/// With fewer rows than this, that would cost too many of them.
const ROWS_TO_SPARE: u16 = 5;

/// The least length of an axis, as a part of its values.
const LEAST_SPAN: f64 = 0.1;

/// A range with its ticks, in the terms that it is even in: values, or powers of two.
struct Ruled {
    bottom: f64,
    a_row: f64,
    step: f64,
}

impl Ruler {
    /// A linear axis.
    pub(super) fn linear(self) -> (AxisScale, Vec<AxisTick>) {
        let gaps = f64::from(self.rows.max(2) - 1);
        let ruled = self.finest(self.lo, self.wide_hi(), &self.linear_steps(), self.unit.anchor());
        let Some(ruled) = ruled else { return (AxisScale::linear(self.lo, self.hi), Vec::new()) };
        let scale = AxisScale::Linear { lo: ruled.bottom, hi: ruled.bottom + gaps * ruled.a_row };
        let values = self.told(&ruled, gaps);
        let texts = self.unit.labels(&values);
        let ticks = values.into_iter().zip(texts).map(|(value, text)| scale.tick(value, text)).collect();
        (scale, ticks)
    }

    /// A logarithmic axis over positive values, with ticks at powers of two.
    pub(super) fn log(mut self) -> (AxisScale, Vec<AxisTick>) {
        self.is_log = true;
        let gaps = f64::from(self.rows.max(2) - 1);
        let steps: Vec<f64> = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 16.0, 20.0, 32.0, 64.0].to_vec();
        let ruled = self.finest(self.lo.log2(), self.hi.log2(), &steps, Some(0.0));
        let Some(ruled) = ruled else { return (AxisScale::log_floor(self.lo, self.hi), Vec::new()) };
        let scale = AxisScale::Log2 { lo: ruled.bottom, hi: ruled.bottom + gaps * ruled.a_row };
        let values = ruled.values(gaps).into_iter().map(f64::exp2);
        (scale, values.map(|value| scale.tick(value, self.power_of_two(value))).collect())
    }

    fn power_of_two(&self, value: f64) -> String {
        match (self.unit, value) {
            (ChartUnit::Bytes | ChartUnit::Fraction | ChartUnit::Seconds, value) => self.unit.short(value),
            (_, v) if v >= 1.0 => super::unit::plain(v),
            (_, v) if v >= 0.125 => format!("{v}"),
            (_, v) => format!("{v:.0e}"),
        }
    }

    /// The upper end, apart from the lower one by more than what is too little to be seen.
    fn wide_hi(&self) -> f64 {
        let largest = self.lo.abs().max(self.hi.abs());
        self.hi.max(self.lo + if largest > 0.0 { LEAST_SPAN * largest } else { 1.0 })
    }

    /// Round steps, of every size that could do.
    fn linear_steps(&self) -> Vec<f64> {
        let span = self.wide_hi() - self.lo;
        let base = self.unit.base();
        let from = ((span / f64::from(self.rows.max(2))).log(base)).floor() as i32 - 1;
        let powers = (from..from + 5).map(|power| base.powi(power));
        let steps = powers.flat_map(|power| self.unit.steps().iter().map(move |step| step * power));
        steps.filter(|step| *step >= self.unit.least_step(self.hi) * (1.0 - 1e-9)).collect()
    }

    /// The range with the smallest rows that will do.
    fn finest(&self, lo: f64, hi: f64, steps: &[f64], anchor: Option<f64>) -> Option<Ruled> {
        let gaps = f64::from(self.rows.checked_sub(1).filter(|gaps| *gaps >= 2)?);
        let (least, most) = self.apart;
        let all = steps.iter().flat_map(|step| (least..=most).map(move |apart| (*step, step / f64::from(apart))));
        let mut found: Vec<Ruled> = all.flat_map(|(step, a_row)| self.placed(lo, step, a_row, anchor)).collect();
        let holds = |ruled: &Ruled| ruled.bottom + gaps * ruled.a_row >= hi - 1e-9 * ruled.a_row;
        let anchored = |ruled: &Ruled| {
            let inside = anchor.filter(|anchor| (lo..=hi).contains(anchor));
            inside
                .is_none_or(|anchor| ruled.values(gaps).iter().any(|value| (value - anchor).abs() < 1e-9 * ruled.step))
        };
        found.retain(|ruled| holds(ruled) && anchored(ruled) && self.told(ruled, gaps).len() >= TICKS_MIN);
        found.into_iter().min_by(|a, b| a.a_row.total_cmp(&b.a_row).then(a.step.total_cmp(&b.step)))
    }

    /// The values of its ticks: none below nothing, where there is none of that.
    fn told(&self, ruled: &Ruled, gaps: f64) -> Vec<f64> {
        let mut values = ruled.values(gaps);
        values.retain(|value| *value >= 0.0 || self.lo < 0.0 || self.is_log);
        values
    }

    /// A range with such rows that begins as high as it may: with ticks at multiples of the step, or where these miss
    /// what must have one, at multiples from there.
    fn placed(&self, lo: f64, step: f64, a_row: f64, anchor: Option<f64>) -> Vec<Ruled> {
        let off = if self.on_axis && self.rows >= ROWS_TO_SPARE { OFF_AXIS * a_row } else { 0.0 };
        let bottom = |from: f64| ((lo - off - from) / a_row + 1e-9).floor() * a_row + from;
        let mut found = vec![Ruled { bottom: bottom(0.0), a_row, step }];
        let is_whole = |x: f64| (x - x.round()).abs() < 1e-9;
        if let Some(anchor) = anchor.filter(|anchor| !is_whole(anchor / step) && is_whole(step) && *anchor == 1.0) {
            let shifted = bottom(anchor);
            found.push(Ruled { bottom: shifted, a_row, step });
        }
        found
    }
}

impl Ruled {
    /// The values of its ticks.
    fn values(&self, gaps: f64) -> Vec<f64> {
        // Ticks count from nothing, unless the rows do not: then from 1.
        let rows_to_zero = self.bottom / self.a_row;
        let from = if (rows_to_zero - rows_to_zero.round()).abs() < 1e-6 { 0.0 } else { 1.0 };
        let first = ((self.bottom - from) / self.step - 1e-9).ceil();
        let top = self.bottom + gaps * self.a_row;
        let last = ((top - from) / self.step + 1e-9).floor();
        let n = (last - first).clamp(-1.0, 1000.0) as i64;
        (0..=n).map(|i| (first + i as f64) * self.step + from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruler(lo: f64, hi: f64, rows: u16, unit: ChartUnit) -> Ruler {
        Ruler { lo, hi, rows, unit, on_axis: true, apart: rows_apart(rows), is_log: false }
    }

    fn texts(ticks: &[AxisTick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.text.as_str()).collect()
    }

    #[track_caller]
    fn assert_on_rows(ticks: &[AxisTick], rows: u16) {
        for tick in ticks {
            let row = tick.at * f64::from(rows - 1);
            assert!((row - row.round()).abs() < 1e-6, "{} stands between two rows: {row}", tick.text);
        }
        let at: Vec<f64> = ticks.iter().map(|tick| tick.at * f64::from(rows - 1)).collect();
        let apart: Vec<f64> = at.windows(2).map(|pair| (pair[1] - pair[0]).round()).collect();
        assert!(apart.windows(2).all(|pair| pair[0] == pair[1]), "{apart:?}");
    }

    #[test]
    fn ticks_stand_on_rows_and_are_three_at_least() {
        let units = [ChartUnit::Ratio, ChartUnit::Fraction, ChartUnit::Number, ChartUnit::Bytes, ChartUnit::Seconds];
        let ranges = [(0.79, 1.04), (0.9, 2.0), (0.01, 1.0), (1.0, 15.8), (0.0, 0.03), (3e5, 4e9), (1.0, 1.0)];
        for unit in units {
            for (lo, hi) in ranges {
                for rows in 3..40 {
                    let (scale, ticks) = ruler(lo, hi, rows, unit).linear();
                    assert!(ticks.len() >= 3, "{unit:?} {lo} {hi} on {rows} rows: {scale:?} {ticks:?}");
                    assert_on_rows(&ticks, rows);
                    let row = |value: f64| scale.position(value) * f64::from(rows - 1);
                    assert!(rows < ROWS_TO_SPARE || row(lo).round() >= 1.0, "{lo} {hi} {rows}");
                    assert!(row(hi).round() <= f64::from(rows - 1), "{lo} {hi} {rows}");
                }
            }
        }
    }

    #[test]
    fn no_change_has_a_tick() {
        for (lo, hi) in [(0.79, 1.04), (0.9, 2.0), (0.01, 1.0), (1.0, 15.8), (1.0, 40.0), (0.5, 1.01)] {
            for rows in 3..40 {
                let (_, ticks) = ruler(lo, hi, rows, ChartUnit::Ratio).linear();
                assert!(ticks.iter().any(|tick| tick.text.parse() == Ok(1.0)), "{lo} {hi} {rows}: {:?}", texts(&ticks));
            }
        }
    }

    #[test]
    fn small_differences_have_rows_of_their_own() {
        let (scale, ticks) = ruler(0.79, 1.04, 9, ChartUnit::Ratio).linear();
        let row = |value: f64| (scale.position(value) * 8.0).round() as i32;
        assert!(row(0.79) < row(0.85) && row(0.85) < row(1.0) && row(1.0) < row(1.04), "{scale:?}");
        assert_eq!(texts(&ticks), ["0.80", "0.90", "1.00", "1.10"]);
    }

    #[test]
    fn logarithms_have_ticks_at_powers_of_two() {
        for rows in 3..40 {
            let (scale, ticks) = ruler(0.9, 50.0, rows, ChartUnit::Ratio).log();
            assert!(ticks.len() >= 3 && scale.is_log(), "{ticks:?}");
            assert!(ticks.iter().any(|tick| tick.text == "1"), "{rows}: {:?}", texts(&ticks));
            assert_on_rows(&ticks, rows);
        }
    }
}
