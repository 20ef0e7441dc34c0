//! The laws against published figures, against truths that are known, and against anything at all.

use proptest::prelude::*;
use rand_core::SeedableRng as _;
use rand_pcg::Pcg64Mcg;

use super::*;

fn points(of: &[(f64, f64)]) -> Vec<ScalingPoint> {
    of.iter().map(|&(workers, throughput)| ScalingPoint { workers, throughput }).collect()
}

/// The data of R's package usl: a SPEC SDM91 benchmark by the number of users.
fn specsdm91() -> Vec<ScalingPoint> {
    let [n, x] = [[1.0, 18.0, 36.0, 72.0, 108.0, 144.0, 216.0], [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2]];
    points(&n.into_iter().zip(x).collect::<Vec<_>>())
}

/// How measurements err.
#[derive(Clone, Copy)]
enum Noise {
    None,
    /// By so much, all alike.
    Even(f64),
    /// By so much of what they are.
    Relative(f64),
}

fn law([alpha, beta, gamma]: [f64; 3], n: f64) -> f64 {
    gamma * n / (1.0 + alpha * (n - 1.0) + beta * n * (n - 1.0))
}

/// Throughputs of a law at the numbers of workers, each off by a normal error.
fn noisy(truth: [f64; 3], workers: &[f64], noise: Noise, seed: u64) -> Vec<ScalingPoint> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    // Box and Muller's transform; 1 − u is never 0.
    let mut normal = || (-2.0 * (1.0 - uniform()).ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
    let mut measured = |throughput: f64| match noise {
        Noise::None => throughput,
        Noise::Even(size) => throughput + size * normal(),
        Noise::Relative(size) => throughput * (1.0 + size * normal()),
    };
    let point = |&workers: &f64| ScalingPoint { workers, throughput: measured(law(truth, workers)) };
    workers.iter().map(point).collect()
}

fn exact(truth: [f64; 3], workers: &[f64]) -> Vec<ScalingPoint> {
    noisy(truth, workers, Noise::None, 0)
}

#[track_caller]
fn near(found: f64, wanted: f64, within: f64) {
    assert!((found - wanted).abs() <= within, "{found}, not {wanted}");
}

#[test]
fn a_published_fit_comes_out_to_its_digits() {
    let usl = usl(&specsdm91()).unwrap();
    let curve = &usl.curve;
    near(curve.alpha.value, 0.0277285, 5e-8);
    near(curve.alpha.standard_error.unwrap(), 0.0091217, 5e-8);
    near(curve.beta.value, 1.0437e-4, 5e-9);
    near(curve.beta.standard_error.unwrap(), 1.988e-5, 5e-9);
    near(curve.gamma.value, 89.9952, 5e-5);
    near(curve.gamma.standard_error.unwrap(), 14.2135, 5e-5);
    near(curve.residual_error.unwrap(), 82.85, 5e-3);
    near(usl.peak_workers().unwrap(), 96.52, 5e-3);
    near(usl.peak_throughput().unwrap(), 1884.0, 0.5);
    assert_eq!((curve.freedom, curve.points, curve.distinct, curve.range), (4, 7, 7, [1.0, 216.0]));
    near(curve.r2.unwrap(), 0.99, 0.01);
    let band = curve.band(108.0).unwrap();
    assert!(band.contains(curve.at(108.0)) && band.high - band.low < 300.0, "{band:?}");
    assert!(curve.band(432.0).unwrap().high - curve.band(432.0).unwrap().low > band.high - band.low);
}

#[test]
fn exact_measurements_give_their_law_back() {
    let printed = points(&[(1.0, 1.0), (2.0, 1.8868), (4.0, 3.0769), (6.0, 3.5294), (8.0, 3.5398), (10.0, 3.3557)]);
    let found = usl(&printed).unwrap();
    near(found.curve.alpha.value, 0.02, 1e-4);
    near(found.curve.beta.value, 0.02, 1e-4);
    near(found.curve.gamma.value, 1.0, 1e-4);
    near(found.peak_workers().unwrap(), 7.0, 0.01);
    // All digits of the same, and in any unit.
    for unit in [1.0, 1e-200, 1e200] {
        let found = usl(&exact([0.02, 0.02, unit], &[1.0, 2.0, 4.0, 6.0, 8.0, 10.0])).unwrap();
        near(found.curve.alpha.value, 0.02, 1e-9);
        near(found.curve.beta.value, 0.02, 1e-9);
        near(found.curve.gamma.value / unit, 1.0, 1e-9);
        near(found.peak_workers().unwrap(), 7.0, 1e-9);
    }
}

#[test]
fn one_worker_need_not_be_measured() {
    let found = usl(&exact([0.05, 0.001, 40.0], &[4.0, 8.0, 16.0, 32.0, 64.0])).unwrap().curve;
    near(found.alpha.value, 0.05, 1e-9);
    near(found.beta.value, 0.001, 1e-9);
    near(found.gamma.value, 40.0, 1e-7);
    near(amdahl(&exact([0.05, 0.0, 40.0], &[2.0, 4.0, 8.0]), None).unwrap().serial_fraction().value, 0.05, 1e-9);
}

#[test]
fn a_parameter_at_its_bound_has_no_error() {
    // Amdahl's law, and linear growth: nothing turns the curve down.
    for alpha in [0.05, 0.0] {
        let law = usl(&exact([alpha, 0.0, 3.0], &[1.0, 2.0, 4.0, 8.0, 16.0])).unwrap();
        near(law.curve.alpha.value, alpha, 1e-9);
        assert_eq!((law.curve.beta.value, law.curve.beta.standard_error, law.peak_workers()), (0.0, None, None));
        assert!(law.curve.beta.is_at_bound && law.curve.gamma.standard_error.is_some());
        assert_eq!(law.limit().is_some(), alpha > 0.0);
    }
    // More than linear growth, which no law has: both are at their bound.
    let above = usl(&points(&[(1.0, 1.0), (2.0, 2.2), (4.0, 4.8), (8.0, 10.4)])).unwrap().curve;
    assert_eq!((above.alpha.value, above.beta.value), (0.0, 0.0));
    assert!(above.alpha.is_at_bound && above.beta.is_at_bound && !above.gamma.is_at_bound);
    // Contention alone, held at its other end: two workers do no more than one.
    let below = usl(&points(&[(1.0, 1.0), (2.0, 0.4), (4.0, 0.06), (8.0, 0.01)])).unwrap().curve;
    assert!(below.beta.is_at_bound && below.beta.value == 1.0, "{below:?}");
}

#[test]
fn three_points_have_values_and_no_errors() {
    let found = usl(&exact([0.1, 0.01, 5.0], &[1.0, 3.0, 9.0])).unwrap();
    near(found.curve.alpha.value, 0.1, 1e-9);
    near(found.curve.beta.value, 0.01, 1e-9);
    assert_eq!((found.curve.freedom, found.curve.residual_error, found.curve.band(3.0)), (0, None, None));
    assert_eq!(found.curve.alpha.standard_error, None);
    assert!(!found.curve.alpha.is_at_bound);
}

#[test]
fn repeated_points_weigh_as_many() {
    let once = [(1.0, 1.0), (2.0, 1.8), (4.0, 2.9), (8.0, 3.6), (2.0, 1.9)];
    let mut twice = once.to_vec();
    twice.extend(once);
    let (once, twice) = (usl(&points(&once)).unwrap().curve, usl(&points(&twice)).unwrap().curve);
    near(once.alpha.value, twice.alpha.value, 1e-9);
    // Twice the squares on 7 degrees of freedom rather than 2, and twice JᵀJ.
    let ratio = twice.alpha.standard_error.unwrap() / once.alpha.standard_error.unwrap();
    near(ratio, (2.0_f64 / 7.0).sqrt(), 1e-6);
}

#[test]
fn amdahls_fraction_is_of_the_cpus_there_are() {
    let mut all = exact([0.05, 0.0, 1.0], &[1.0, 2.0, 4.0, 8.0]);
    all.extend(points(&[(16.0, 5.0), (32.0, 4.0)]));
    let within = amdahl(&all, Some(8)).unwrap();
    near(within.serial_fraction().value, 0.05, 1e-9);
    near(within.limit().unwrap(), 20.0, 1e-6);
    assert_eq!((within.left_out, within.curve.freedom), (2, 2));
    assert!(amdahl(&all, None).unwrap().serial_fraction().value > 0.06);
    assert_eq!(amdahl(&all, Some(2)), Err(Unfit::TooFew { distinct: 2 }));
    all.push(ScalingPoint { workers: 64.0, throughput: f64::NAN });
    assert!(matches!(amdahl(&all, Some(8)), Err(Unfit::Throughput { index: 6, .. })));
}

#[test]
fn gustafsons_fraction_is_of_the_time_on_many_workers() {
    let law = |n: f64| n + (1.0 - n) * 0.2;
    let all: Vec<(f64, f64)> = [1.0, 2.0, 4.0, 8.0].map(|n| (n, 7.0 * law(n))).to_vec();
    let found = gustafson(&points(&all), 7.0).unwrap();
    near(found.serial_fraction, 0.2, 1e-12);
    near(found.standard_error.unwrap(), 0.0, 1e-12);
    assert!(gustafson(&points(&all), 0.0).is_err() && gustafson(&points(&all[..2]), 7.0).is_err());
}

/// In how many of 400 experiments the 95 % intervals of serial fraction, α, β and the curve have their truths in them.
fn covered(noise: Noise) -> [usize; 4] {
    // As a run with four repeats has them.
    let workers: Vec<f64> = [1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0].into_iter().flat_map(|n| [n; 4]).collect();
    let (serial, truth) = ([0.05, 0.0, 100.0], [0.03, 0.004, 100.0]);
    let mut covered = [0; 4];
    for seed in 0..400 {
        let amdahl = amdahl(&noisy(serial, &workers, noise, seed), None).unwrap();
        let found = usl(&noisy(truth, &workers, noise, seed)).unwrap().curve;
        let holds = |parameter, truth| found.ci95(parameter, 1.0).is_some_and(|interval| interval.contains(truth));
        let hits = [
            amdahl.curve.ci95(amdahl.serial_fraction(), 1.0).is_some_and(|interval| interval.contains(serial[0])),
            holds(found.alpha, truth[0]),
            holds(found.beta, truth[1]),
            found.band(12.0).is_some_and(|interval| interval.contains(law(truth, 12.0))),
        ];
        covered.iter_mut().zip(hits).for_each(|(sum, hit)| *sum += usize::from(hit));
    }
    covered
}

#[test]
fn truths_lie_within_their_intervals() {
    // 95 % of 400 are 380, and chance alone makes that 366 to 394 in all but one of 1000 tests.
    let even = covered(Noise::Even(8.0));
    assert!(even.iter().all(|hits| (366..=394).contains(hits)), "{even:?}");
    // Where errors grow with throughput, as those of run times do, equal weights make it somewhat fewer or more.
    let relative = covered(Noise::Relative(0.02));
    assert!(relative.iter().all(|hits| (350..=398).contains(hits)), "{relative:?}");
}

#[test]
fn many_points_take_no_time() {
    let workers: Vec<f64> = (1..=20_000).map(f64::from).collect();
    let found = usl(&noisy([0.01, 1e-7, 1.0], &workers, Noise::Relative(0.02), 1)).unwrap();
    near(found.curve.alpha.value, 0.01, 1e-3);
    near(found.curve.beta.value, 1e-7, 1e-8);
}

proptest! {
    #[test]
    fn anything_is_a_fit_or_an_error(
        all in prop::collection::vec((prop_oneof![0.0..1e3_f64, any::<f64>()], any::<f64>()), 0..12), cpus in 0..9_u32,
    ) {
        let points = points(&all);
        let _ = (amdahl(&points, Some(cpus)), gustafson(&points, all.first().map_or(1.0, |(_, y)| *y)));
        if let Ok(found) = usl(&points) {
            let _ = (found.peak_workers(), found.peak_throughput(), found.limit(), found.curve.band(2.0));
        }
    }

    #[test]
    fn whatever_is_measured_the_fit_is_within_bounds(
        all in prop::collection::vec((1..2000_u32, 1e-3..1e3_f64), 3..20),
    ) {
        let points: Vec<ScalingPoint> =
            all.iter().map(|&(n, throughput)| ScalingPoint { workers: f64::from(n), throughput }).collect();
        if let Ok(Usl { curve }) = usl(&points) {
            prop_assert!((0.0..=1.0).contains(&curve.alpha.value) && (0.0..=1.0).contains(&curve.beta.value));
            prop_assert!(curve.gamma.value >= 0.0 && curve.at(5.0).is_finite());
            // No law of one parameter less is any nearer.
            let squares = |law: &ScalingCurve| -> f64 {
                points.iter().map(|point| (point.throughput - law.at(point.workers)).powi(2)).sum()
            };
            let amdahl = amdahl(&points, None).unwrap();
            prop_assert!(squares(&curve) <= squares(&amdahl.curve) * (1.0 + 1e-6) + 1e-9);
        }
    }

    #[test]
    fn truths_come_back(alpha in 0.0..0.5_f64, beta in 0.0..0.1_f64, gamma in 1e-3..1e3_f64) {
        let found = usl(&exact([alpha, beta, gamma], &[1.0, 2.0, 3.0, 4.0, 8.0, 16.0])).unwrap().curve;
        prop_assert!((found.alpha.value - alpha).abs() < 1e-7, "{:?}", found);
        prop_assert!((found.beta.value - beta).abs() < 1e-7, "{:?}", found);
        prop_assert!((found.gamma.value / gamma - 1.0).abs() < 1e-7, "{:?}", found);
    }
}
