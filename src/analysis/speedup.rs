//! From times to speedups, and what a speedup says about the work.
//!
//! Times are in seconds. A time that is not positive gives no speedup: there is nothing to divide by.

/// The speedup S = T_baseline / T (Amdahl, *Validity of the Single Processor Approach*, 1967, in today's notation).
pub fn speedup(baseline_wall_s: f64, wall_s: f64) -> Option<f64> {
    let measured = |s: f64| s.is_finite() && s > 0.0;
    (measured(baseline_wall_s) && measured(wall_s)).then(|| baseline_wall_s / wall_s).filter(|s| s.is_finite())
}

/// The smallest and the largest speedup among repeats: the baseline's median time ÷ each sample.
///
/// This is a spread over what was measured and no confidence interval. `None` without samples, or if one of them
/// gives no speedup.
pub fn speedup_range(baseline_median_s: f64, samples_s: &[f64]) -> Option<(f64, f64)> {
    let mut range = None;
    for &sample in samples_s {
        let s = speedup(baseline_median_s, sample)?;
        let (low, high) = range.unwrap_or((s, s));
        range = Some((s.min(low), s.max(high)));
    }
    range
}

/// The efficiency E = S · b / p of `workers` p against a baseline on `baseline_workers` b: the part of the added
/// workers that paid (Eager, Zahorjan & Lazowska, *Speedup Versus Efficiency in Parallel Systems*, 1989, for b = 1).
///
/// 1 is ideal; more is possible (caches). `None` if there are no workers.
pub fn efficiency(speedup: f64, workers: u32, baseline_workers: u32) -> Option<f64> {
    (workers > 0 && baseline_workers > 0 && speedup.is_finite())
        .then(|| speedup * f64::from(baseline_workers) / f64::from(workers))
}

/// The experimentally determined serial fraction e = (1/S − 1/p) / (1 − 1/p) for a speedup over one worker
/// (Karp & Flatt, *Measuring Parallel Processor Performance*, CACM 33(5), 1990).
///
/// A fraction that grows with p points at overhead; one that stays, at work that is truly serial. Negative when
/// the speedup is more than p. `None` for p = 1, where the formula has no value.
pub fn karp_flatt(speedup: f64, workers: u32) -> Option<f64> {
    if workers <= 1 || !speedup.is_finite() || speedup <= 0.0 {
        return None;
    }
    let share = 1.0 / f64::from(workers);
    Some((1.0 / speedup - share) / (1.0 - share)).filter(|e| e.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speedups_are_ratios_of_times() {
        assert_eq!(speedup(2.0, 0.5), Some(4.0));
        for (baseline, wall) in [(0.0, 1.0), (1.0, 0.0), (f64::NAN, 1.0), (1.0, f64::INFINITY), (-1.0, 1.0)] {
            assert_eq!(speedup(baseline, wall), None, "{baseline} / {wall}");
        }
        assert_eq!(speedup(1e300, 1e-300), None, "too large for a number");
    }

    #[test]
    fn the_range_spans_all_repeats() {
        assert_eq!(speedup_range(1.0, &[0.5, 0.25, 0.4]), Some((2.0, 4.0)));
        assert_eq!(speedup_range(1.0, &[0.5]), Some((2.0, 2.0)));
        assert_eq!(speedup_range(1.0, &[]), None);
        assert_eq!(speedup_range(1.0, &[0.5, 0.0]), None);
    }

    #[test]
    fn efficiency_counts_the_baselines_workers() {
        assert_eq!(efficiency(3.0, 4, 1), Some(0.75));
        assert_eq!(efficiency(1.5, 4, 2), Some(0.75));
        assert_eq!(efficiency(1.0, 0, 1), None);
    }

    #[test]
    fn karp_and_flatt_find_amdahls_serial_fraction() {
        // Amdahl: S = 1 / (s + (1 − s) / p). Their fraction must give s back, whatever p is.
        for workers in [2, 3, 8, 1000] {
            let s = 1.0 / (0.1 + 0.9 / f64::from(workers));
            let e = karp_flatt(s, workers).unwrap();
            assert!((e - 0.1).abs() < 1e-12, "{workers}: {e}");
        }
        assert_eq!(karp_flatt(4.0, 4), Some(0.0));
        assert!(karp_flatt(5.0, 4).unwrap() < 0.0);
        assert_eq!(karp_flatt(1.0, 1), None);
        assert_eq!(karp_flatt(0.0, 4), None);
    }
}
