//! The estimate of Hodges and Lehmann with its exact interval: what Student's on logarithms is compared with in a
//! simulation, and not used for anything else.

use crate::analysis::Interval;

/// The median of all Walsh averages (xᵢ + xⱼ)/2, i ≤ j, and the interval of at least 95 % from the exact distribution
/// of Wilcoxon's signed-rank statistic (Hodges & Lehmann, *Estimates of Location Based on Rank Tests*, 1963; Hollander,
/// Wolfe & Chicken, *Nonparametric Statistical Methods*, 3.3). There is none for fewer than 6: the widest possible one,
/// from the least to the largest, has 93.75 % for 5.
pub(super) fn hodges_lehmann(samples: &[f64]) -> (f64, Option<Interval>) {
    let n = samples.len();
    let pairs = (0..n).flat_map(|i| (i..n).map(move |j| (i, j)));
    let mut averages: Vec<f64> = pairs.map(|(i, j)| f64::midpoint(samples[i], samples[j])).collect();
    averages.sort_by(f64::total_cmp);
    let m = averages.len();
    let median = f64::midpoint(averages[(m - 1) / 2], averages[m / 2]);
    let beyond = beyond(n);
    (median, (beyond > 0).then(|| Interval { low: averages[beyond - 1], high: averages[m - beyond] }))
}

/// How many Walsh averages may be left out on each side: the statistic is below that with a probability of at most
/// 2.5 %.
fn beyond(n: usize) -> usize {
    let most = n * (n + 1) / 2;
    // How many of the 2ⁿ sets of ranks have which sum.
    let mut sets = vec![0_u64; most + 1];
    sets[0] = 1;
    for rank in 1..=n {
        for sum in (rank..=most).rev() {
            sets[sum] += sets[sum - rank];
        }
    }
    let all = (1_u64 << n) as f64;
    let mut below = 0;
    sets.iter()
        .take_while(|&&sets| {
            below += sets;
            below as f64 / all <= 0.025
        })
        .count()
}

#[test]
fn critical_values_are_those_of_the_tables() {
    // Hollander, Wolfe & Chicken, table A.4: 0, 2, 8 and 52 are the largest sums with at most 2.5 % at or below them.
    let listed = [(5, 0), (6, 1), (7, 3), (10, 9), (20, 53)];
    assert_eq!(listed.map(|(n, _)| (n, beyond(n))), listed);
}

#[test]
fn the_median_of_the_averages() {
    let (value, interval) = hodges_lehmann(&[1.0, 2.0, 9.0]);
    assert_eq!((value, interval), (3.5, None), "1, 1.5, 2, 5, 5.5, 9");
    let (_, interval) = hodges_lehmann(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(interval, Some(Interval { low: 1.0, high: 6.0 }));
}
