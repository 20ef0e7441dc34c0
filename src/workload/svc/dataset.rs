//! The samples that all tasks share: loaded from a CSV, or drawn from the seed.

use libsvm_rs::SvmNode;
use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::csv::{self, CsvOptions, CsvTable};
use crate::foreign::printable;
use crate::scenario::{data, data_label};
use crate::workload::data_facts::{DataFacts, NAMES_MAX};
use crate::workload::task::IsWanted;
use crate::{machine, units};

/// Samples with their classes.
pub(super) struct Dataset {
    /// What it is called in messages.
    pub(super) name: String,
    /// The numbers of each sample: as many for all, none left out.
    pub(super) rows: Vec<Vec<SvmNode>>,
    /// The class of each sample, numbered in the order of their labels.
    pub(super) classes: Vec<u32>,
    /// What was read of the file that they were loaded from; `None` if they were drawn.
    pub(super) facts: Option<DataFacts>,
}

impl Dataset {
    /// Numbers that a sample has.
    pub(super) fn features(&self) -> usize {
        self.rows.first().map_or(1, Vec::len)
    }
}

/// The most classes: every pair of them takes a fit.
const CLASSES_MAX: usize = 1000;

/// What a fit keeps for each sample besides its numbers: coefficients, gradients, places in the cache.
const FIT_BYTES: u128 = 160;

/// Numbers drawn between two questions whether they are still wanted.
const STRIDE: u64 = 1 << 16;

/// Loads a located CSV.
///
/// # Errors
/// What is wrong with it, with file and line; or that it takes more memory than there is.
pub(super) fn load(located: &str, options: CsvOptions) -> Result<Dataset, String> {
    let name = data_label(located);
    let text = data(located).map_err(|problem| problem.to_string())?;
    let (samples, values) = csv::extent(&text);
    fits(&name, samples, values, available_bytes())?;
    let table = csv::read(&text, options).map_err(|wrong| format!("{name}{wrong}"))?;
    let mut labels: Vec<i64> = table.labels.clone();
    labels.sort_unstable();
    labels.dedup();
    if labels.len() > CLASSES_MAX {
        return Err(format!("{name}: the last column has {} classes; at most {CLASSES_MAX} are allowed", labels.len()));
    }
    let facts = Some(facts_of(&name, &table, labels.len()));
    let class = |label| labels.partition_point(|known| known < label) as u32;
    Ok(Dataset { name, classes: table.labels.iter().map(class).collect(), rows: table.rows, facts })
}

fn facts_of(name: &str, table: &CsvTable, classes: usize) -> DataFacts {
    let names = |names: &Vec<String>| names.iter().take(NAMES_MAX).map(|name| printable(name)).collect();
    DataFacts {
        file: name.to_owned(),
        samples: table.rows.len() as u64,
        columns: table.columns as u64,
        features: table.rows.first().map_or(0, Vec::len) as u64,
        classes: classes as u64,
        header_line: table.header.as_ref().map(|(line, _)| *line),
        header: table.header.as_ref().map(|(_, header)| names(header)),
        index_left_out: table.index,
        separator: table.separator,
        doubts: table.doubts.clone(),
    }
}

/// At most how many samples and how many numbers a located CSV holds, without reading them.
///
/// # Errors
/// As [`load`].
pub(super) fn extent(located: &str) -> Result<(u64, u64), String> {
    data(located).map(|text| csv::extent(&text)).map_err(|problem| problem.to_string())
}

/// Bytes that a worker takes for its training set and for the state of a fit, at most.
pub(super) fn training_bytes(samples: u64, values: u64) -> u64 {
    let bytes = once_bytes(samples, values) + u128::from(samples) * FIT_BYTES;
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Bytes of the samples that all workers share.
pub(super) fn shared_bytes(samples: u64, values: u64) -> u64 {
    u64::try_from(once_bytes(samples, values)).unwrap_or(u64::MAX)
}

/// Draws samples of two classes in turn: the numbers of class 0 from normal distributions around −1 ÷ √features, those
/// of class 1 around 1 ÷ √features, each with standard deviation 1. However many features there are, the classes lie
/// two standard deviations apart, so that at best 84 % can be told apart.
///
/// # Errors
/// That they take more memory than there is.
pub(super) fn draw(samples: u64, features: u64, seed: u64, is_wanted: &IsWanted<'_>) -> Result<Dataset, String> {
    let name = format!("samples = {samples}, features = {features}");
    fits(&name, samples, samples.saturating_mul(features), available_bytes())?;
    let shift = 1.0 / (features as f64).sqrt();
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let classes: Vec<u32> = (0..samples).map(|i| (i % 2) as u32).collect();
    // Of what is not wanted any more the rest is left out: no trial will look at it.
    let stride = (STRIDE / features.max(1)).max(1);
    let wanted = (0..).zip(&classes).take_while(|(sample, _)| sample % stride > 0 || is_wanted());
    let rows = wanted.map(|(_, &class)| {
        let centre = if class == 0 { -shift } else { shift };
        (1..=features).map(|index| SvmNode { index: index as i32, value: centre + normal(&mut rng) }).collect()
    });
    Ok(Dataset { name, rows: rows.collect(), classes, facts: None })
}

/// A draw from the standard normal distribution (Box & Muller 1958).
fn normal(rng: &mut Pcg64Mcg) -> f64 {
    // In (0, 1], because 0 has no logarithm.
    let mut uniform = || ((rng.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64;
    let (radius, angle) = (uniform(), uniform());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// Whether so much data fits into the memory that is free; looked at before any of it is allocated.
fn fits(name: &str, samples: u64, values: u64, available_bytes: Option<u64>) -> Result<(), String> {
    let needed = once_bytes(samples, values) + u128::from(training_bytes(samples, values));
    match available_bytes {
        Some(available) if needed > u128::from(available) => Err(format!(
            "{name}: {} samples take {} of memory while one worker trains, and {} are free; use fewer",
            units::count(samples),
            units::bytes(u64::try_from(needed).unwrap_or(u64::MAX)),
            units::bytes(available),
        )),
        _ => Ok(()),
    }
}

/// Bytes of samples that hold so many numbers, with a label each.
fn once_bytes(samples: u64, values: u64) -> u128 {
    let per_sample = size_of::<Vec<SvmNode>>() + size_of::<f64>();
    u128::from(samples) * per_sample as u128 + u128::from(values) * size_of::<SvmNode>() as u128
}

fn available_bytes() -> Option<u64> {
    machine::moment().memory_left_bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_samples_are_as_described() {
        let Dataset { rows, classes, .. } = draw(20_000, 4, 7, &|| true).unwrap();
        assert_eq!((rows.len(), rows[0].len()), (20_000, 4));
        assert_eq!(classes[..4], [0, 1, 0, 1]);
        assert_eq!(rows[9].iter().map(|node| node.index).collect::<Vec<_>>(), [1, 2, 3, 4]);
        for (class, centre) in [(0, -0.5), (1, 0.5)] {
            let of_class = || (0..rows.len()).filter(|&i| classes[i] == class).flat_map(|i| &rows[i]);
            let count = of_class().count() as f64;
            let mean = of_class().map(|node| node.value).sum::<f64>() / count;
            let variance = of_class().map(|node| (node.value - mean).powi(2)).sum::<f64>() / count;
            // Within five standard errors.
            assert!((mean - centre).abs() < 5.0 / count.sqrt(), "{mean}");
            assert!((variance - 1.0).abs() < 5.0 * (2.0 / count).sqrt(), "{variance}");
        }
    }

    #[test]
    fn the_seed_decides_the_draw() {
        let numbers = |seed| draw(10, 3, seed, &|| true).unwrap().rows.concat();
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
    }

    #[test]
    fn what_does_not_fit_is_told_before_it_is_allocated() {
        let wrong = draw(1_000_000_000, 100_000, 1, &|| true).err().unwrap();
        assert!(wrong.starts_with("samples = 1000000000, features = 100000: 1 000 000 000 samples take"), "{wrong}");
        assert!(fits("x", 1000, 4000, Some(352_000)).is_ok());
        assert!(fits("x", 1000, 4000, Some(351_999)).is_err());
        assert!(fits("x", u64::MAX, u64::MAX, None).is_ok(), "where the memory is not known, nothing is refused");
    }
}
