//! A history told in fewer steps, or in more, than it has: what a column of a busy line or of memory over time shows.

/// The mean of the part of `history` that falls into this one of `bins` equal parts. Fractions are kept to 0..1; what
/// is not finite counts as 0.
pub fn mean(history: &[f32], bin: usize, bins: usize) -> f64 {
    let n = history.len();
    let from = bin * n / bins;
    let to = ((bin + 1) * n / bins).max(from + 1).min(n);
    let part = history.get(from..to).unwrap_or_default();
    if part.is_empty() {
        return 0.0;
    }
    let sum: f64 = part.iter().map(|x| f64::from(*x)).filter(|x| x.is_finite()).map(|x| x.clamp(0.0, 1.0)).sum();
    sum / part.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_stretch_and_shrink() {
        let history = [0.0, 0.25, 0.5, 1.0];
        let all = |bins: usize| (0..bins).map(|bin| mean(&history, bin, bins)).collect::<Vec<_>>();
        assert_eq!(all(4), [0.0, 0.25, 0.5, 1.0]);
        assert_eq!(all(2), [0.125, 0.75]);
        assert_eq!(all(8), [0.0, 0.0, 0.25, 0.25, 0.5, 0.5, 1.0, 1.0]);
        assert_eq!(mean(&[f32::NAN, f32::INFINITY, -1.0, 2.0], 0, 1), 0.25);
        assert_eq!(mean(&[], 0, 2), 0.0);
    }
}
