//! How wide the intervals are that a run goes by which decides on its repeats: the one definition of that.

use super::speedups::Speedup;
use super::times::Times;
use crate::analysis::Interval;

/// Of each configuration the interval of its speedup or, where nothing is compared with anything, of its time, from end to
/// end and as a part of that figure: infinite while there is none, and `None` where there is nothing to be sure of.
pub(super) fn widths(speedups: &[Option<Speedup>], times: &[Option<Times>]) -> Vec<Option<f64>> {
    let compared = || speedups.iter().map(|speedup| speedup.filter(|speedup| speedup.pairs > 0));
    if compared().any(|speedup| speedup.is_some()) {
        return compared().map(|speedup| speedup.map(|speedup| width(speedup.value, speedup.ci95))).collect();
    }
    let of_time = |times: &Times| times.estimate.map_or(f64::INFINITY, |time| width(time.value, time.ci95));
    times.iter().map(|times| times.as_ref().map(of_time)).collect()
}

fn width(value: f64, ci95: Option<Interval>) -> f64 {
    ci95.map_or(f64::INFINITY, |ci95| (ci95.high - ci95.low) / value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{geometric_mean, summary};

    #[test]
    fn where_nothing_is_compared_with_a_baseline_times_count() {
        let speedup = |pairs, ci95: Option<(f64, f64)>| {
            Some(Speedup { value: 2.0, ci95: ci95.map(|(low, high)| Interval { low, high }), pairs })
        };
        let speedups = [speedup(0, None), speedup(3, Some((1.5, 2.5))), speedup(2, None), None];
        assert_eq!(widths(&speedups, &[]), [None, Some(0.5), Some(f64::INFINITY), None]);
        let seconds = [1.0, 1.0, 1.0];
        let summary = summary(&seconds).expect("times");
        let times = Times { samples: Vec::new(), summary, estimate: geometric_mean(&seconds) };
        assert_eq!(widths(&[speedup(0, None), None], &[Some(times), None]), [Some(0.0), None]);
    }
}
