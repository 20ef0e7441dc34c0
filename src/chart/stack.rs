//! The geometry of a bar that is divided into shares: whole columns for each.

/// Columns of each share of a bar of so many: as near to the shares as whole columns can be (largest remainders). Shares
/// are parts of 1; what they lack of it, or is no number, takes none.
pub fn stacked(shares: &[f64], columns: u16) -> Vec<u16> {
    let exact: Vec<f64> = shares.iter().map(|share| share.clamp(0.0, 1.0) * f64::from(columns)).collect();
    let exact: Vec<f64> = exact.into_iter().map(|part| if part.is_finite() { part } else { 0.0 }).collect();
    let mut whole: Vec<u16> = exact.iter().map(|part| part.floor() as u16).collect();
    let all = exact.iter().sum::<f64>().round().min(f64::from(columns)) as u32;
    let given: u32 = whole.iter().map(|part| u32::from(*part)).sum();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()).then(a.cmp(&b)));
    for &at in order.iter().take(all.saturating_sub(given) as usize) {
        whole[at] += 1;
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_go_to_the_largest_remainders() {
        assert_eq!(stacked(&[0.5, 0.5], 10), [5, 5]);
        assert_eq!(stacked(&[0.34, 0.33, 0.33], 10), [4, 3, 3]);
        assert_eq!(stacked(&[0.96, 0.04], 10), [10, 0]);
        assert_eq!(stacked(&[0.5, f64::NAN], 10), [5, 0]);
        assert!(stacked(&[], 10).is_empty());
    }

    proptest! {
        #[test]
        fn shares_of_one_fill_the_bar(parts in prop::collection::vec(0.01..1.0_f64, 1..12), columns in 0..300_u16) {
            let all: f64 = parts.iter().sum();
            let shares: Vec<f64> = parts.iter().map(|part| part / all).collect();
            let whole = stacked(&shares, columns);
            prop_assert_eq!(whole.iter().sum::<u16>(), columns);
            for (share, whole) in shares.iter().zip(whole) {
                prop_assert!((share * f64::from(columns) - f64::from(whole)).abs() < 1.0);
            }
        }
    }
}
