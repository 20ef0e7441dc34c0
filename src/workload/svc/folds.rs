//! Stratified folds without shuffling, sample for sample as scikit-learn's `StratifiedKFold` deals them.

/// The fold in which each sample is tested, from the samples' classes.
///
/// The classes, in the order in which they first appear, are laid end to end; every `folds`-th place belongs to the
/// same fold, which tells how many samples of each class a fold gets. Within a class the first samples go to fold 0,
/// the next to fold 1, and so on.
///
/// # Errors
/// When there is one class only, or one with fewer samples than there are folds.
pub(super) fn stratified(classes: &[u32], folds: u32) -> Result<Vec<u32>, String> {
    let sizes = sizes(classes);
    if sizes.len() < 2 {
        return Err("has samples of one class only; there is nothing to tell apart".to_owned());
    }
    let smallest = sizes.iter().map(|(_, size)| *size).min().unwrap_or(0);
    if (smallest as u64) < u64::from(folds) {
        let samples = if smallest == 1 { "sample" } else { "samples" };
        return Err(format!("folds = {folds} is too many: the smallest class has {smallest} {samples}"));
    }
    let mut fold_of = vec![0; classes.len()];
    let mut laid = 0;
    for (class, size) in sizes {
        let mut members = (0..classes.len()).filter(|&i| classes[i] == class);
        for fold in 0..folds {
            for member in members.by_ref().take(places(laid, laid + size, fold, folds)) {
                fold_of[member] = fold;
            }
        }
        laid += size;
    }
    Ok(fold_of)
}

/// Classes with their sizes, in the order of first appearance.
fn sizes(classes: &[u32]) -> Vec<(u32, usize)> {
    let count = classes.iter().max().map_or(0, |&last| last as usize + 1);
    let mut size_of = vec![0; count];
    let mut order = Vec::new();
    for &class in classes {
        if size_of[class as usize] == 0 {
            order.push(class);
        }
        size_of[class as usize] += 1;
    }
    order.into_iter().map(|class| (class, size_of[class as usize])).collect()
}

/// How many of the places `start..end` are `fold` modulo `folds`.
fn places(start: usize, end: usize, fold: u32, folds: u32) -> usize {
    let (fold, folds) = (fold as usize, folds as usize);
    let below = |end: usize| (end + folds - 1 - fold) / folds;
    below(end) - below(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_has_one_fold_and_folds_are_even() {
        for folds in 2..6 {
            let classes: Vec<u32> = (0..97).map(|i| [0, 1, 1, 2, 0, 1, 0][i % 7]).collect();
            let fold_of = stratified(&classes, folds).unwrap();
            for class in 0..3 {
                let share = |fold| (0..97).filter(|&i| classes[i] == class && fold_of[i] == fold).count();
                let shares: Vec<usize> = (0..folds).map(share).collect();
                assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1, "{shares:?}");
            }
            // Without shuffling a class goes to its folds in order.
            let of_class_1: Vec<u32> = (0..97).filter(|&i| classes[i] == 1).map(|i| fold_of[i]).collect();
            assert!(of_class_1.is_sorted());
        }
    }

    /// Folds as scikit-learn 1.9.1 deals them: `StratifiedKFold(folds).split(X, y)`.
    #[test]
    fn folds_are_those_of_scikit_learn() {
        let mixed = &[1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1];
        let three = &[2, 2, 0, 1, 0, 1, 2, 0, 1, 1, 0, 2, 2];
        let sorted = &[0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1];
        let cases: [(&[u32], u32, &[u32]); 9] = [
            (mixed, 2, &[0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]),
            (mixed, 3, &[0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2]),
            (mixed, 4, &[0, 0, 1, 0, 2, 1, 1, 2, 3, 2, 3]),
            (three, 2, &[0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]),
            (three, 3, &[0, 0, 0, 0, 1, 0, 1, 2, 1, 2, 2, 1, 2]),
            (three, 4, &[0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 2, 3]),
            (sorted, 2, &[0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1]),
            (sorted, 3, &[0, 0, 1, 1, 2, 0, 0, 1, 1, 2, 2, 2]),
            (sorted, 5, &[0, 1, 2, 3, 4, 0, 0, 1, 1, 2, 3, 4]),
        ];
        for (classes, folds, expected) in cases {
            assert_eq!(stratified(classes, folds).unwrap(), expected, "{classes:?} in {folds}");
        }
    }

    #[test]
    fn places_are_counted_as_one_by_one() {
        for (start, end, folds) in [(0, 0, 2), (0, 7, 3), (3, 11, 4), (5, 6, 2), (13, 29, 5)] {
            for fold in 0..folds {
                let counted = (start..end).filter(|place| place % folds as usize == fold as usize).count();
                assert_eq!(places(start, end, fold, folds), counted, "{start}..{end}, {fold} of {folds}");
            }
        }
    }

    #[test]
    fn what_cannot_be_split_is_refused() {
        assert!(stratified(&[0, 0, 0], 2).unwrap_err().contains("one class only"));
        assert!(stratified(&[], 2).unwrap_err().contains("one class only"));
        let wrong = stratified(&[0, 0, 0, 1, 1], 3).unwrap_err();
        assert_eq!(wrong, "folds = 3 is too many: the smallest class has 2 samples");
    }
}
