//! The shortest task that is still worth handing out.
//!
//! Granularities are in seconds, efficiencies fractions.

/// A measured point: how long a task occupies a worker, all overhead included, and how efficient that was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grain {
    /// The granularity: wall seconds × workers ÷ tasks.
    pub granularity_s: f64,
    /// The efficiency.
    pub efficiency: f64,
}

impl Grain {
    /// The point of a trial; `None` if it has no tasks, or no time to speak of.
    pub fn of(wall_s: f64, workers: u32, tasks: u64, efficiency: f64) -> Option<Self> {
        let granularity_s = wall_s * f64::from(workers) / tasks as f64;
        let fine = granularity_s.is_finite() && granularity_s > 0.0 && efficiency.is_finite();
        fine.then_some(Self { granularity_s, efficiency })
    }
}

/// METG(`threshold`), the minimum effective task granularity in seconds: the smallest granularity at which the
/// efficiency is still at least `threshold` (Slaughter et al., *Task Bench*, SC20, who take 0.5).
///
/// Between the smallest granularity that was measured to be efficient and the next smaller one, which was not, the
/// efficiency is taken to grow with the logarithm of the granularity. `None` without such points on both sides: what
/// lies beyond the measured ones is not known.
pub fn metg(grains: &[Grain], threshold: f64) -> Option<f64> {
    let mut sorted = grains.to_vec();
    sorted.sort_by(|a, b| a.granularity_s.total_cmp(&b.granularity_s));
    let efficient = sorted.iter().position(|grain| grain.efficiency >= threshold)?;
    let (below, above) = (sorted.get(efficient.checked_sub(1)?)?, sorted[efficient]);
    let part = (threshold - below.efficiency) / (above.efficiency - below.efficiency);
    let [from, to] = [below.granularity_s, above.granularity_s].map(f64::ln);
    Some((from + (to - from) * part).exp()).filter(|s| s.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grains(points: &[(f64, f64)]) -> Vec<Grain> {
        points.iter().map(|&(granularity_s, efficiency)| Grain { granularity_s, efficiency }).collect()
    }

    fn close(got: Option<f64>, wanted: f64) {
        let got = got.expect("a granularity");
        assert!((got / wanted - 1.0).abs() < 1e-12, "{got}, not {wanted}");
    }

    #[test]
    fn it_lies_between_the_points_on_both_sides() {
        // Half-way from 0.25 to 0.75 in efficiency is half-way from 1 to 100 µs on a logarithmic scale: 10 µs.
        close(metg(&grains(&[(1e-6, 0.25), (1e-4, 0.75)]), 0.5), 1e-5);
        // A quarter of the way from 0.4 to 0.8: 1 µs × 16^¼.
        close(metg(&grains(&[(1e-6, 0.4), (16e-6, 0.8)]), 0.5), 2e-6);
        // Another threshold: 0.7 is three quarters of the way, 1 µs × 16^¾.
        close(metg(&grains(&[(1e-6, 0.4), (16e-6, 0.8)]), 0.7), 8e-6);
        // The order of the points is of no consequence, nor are those farther away.
        close(metg(&grains(&[(1.0, 0.99), (1e-4, 0.75), (1e-8, 0.01), (1e-6, 0.25)]), 0.5), 1e-5);
    }

    #[test]
    fn a_point_on_the_threshold_is_efficient() {
        close(metg(&grains(&[(1e-6, 0.2), (3e-5, 0.5), (1e-3, 0.9)]), 0.5), 3e-5);
    }

    #[test]
    fn the_smallest_efficient_granularity_counts() {
        // Efficiency that dips and comes back: the last rise, at the smaller granularity, is the one.
        close(metg(&grains(&[(1e-6, 0.25), (1e-4, 0.75), (1e-3, 0.4), (1e-2, 0.9)]), 0.5), 1e-5);
    }

    #[test]
    fn nothing_is_made_up_beyond_the_measured_points() {
        assert_eq!(metg(&[], 0.5), None);
        assert_eq!(metg(&grains(&[(1e-6, 0.6), (1e-4, 0.9)]), 0.5), None, "efficient from the first point on");
        assert_eq!(metg(&grains(&[(1e-6, 0.1), (1e-4, 0.49)]), 0.5), None, "never efficient");
        assert_eq!(metg(&grains(&[(1e-4, 0.9)]), 0.5), None);
    }

    #[test]
    fn granularity_counts_every_worker() {
        // 2 workers, 1000 tasks, 0.01 s: each task had a worker for 20 µs.
        let grain = Grain::of(0.01, 2, 1000, 0.5).unwrap();
        assert!((grain.granularity_s - 2e-5).abs() < 1e-18, "{grain:?}");
        assert_eq!(Grain::of(0.01, 2, 0, 0.5), None);
        assert_eq!(Grain::of(0.0, 2, 10, 0.5), None);
        assert_eq!(Grain::of(0.01, 2, 10, f64::NAN), None);
    }

    proptest! {
        #[test]
        fn it_never_leaves_its_bracket(
            points in prop::collection::vec((1e-9..1e3_f64, 0.0..1.5_f64), 0..20), threshold in 0.05..1.0_f64,
        ) {
            let all = grains(&points);
            if let Some(found) = metg(&all, threshold) {
                let efficient = all.iter().filter(|grain| grain.efficiency >= threshold);
                let least = efficient.map(|grain| grain.granularity_s).fold(f64::INFINITY, f64::min);
                prop_assert!(found <= least * (1.0 + 1e-9));
                let slack = 1.0 + 1e-9;
                prop_assert!(all.iter().any(|grain| grain.efficiency < threshold && grain.granularity_s <= found * slack));
            }
        }
    }
}
