//! How short tasks may be, of a run that varies their length: METG(50 %).

use std::collections::BTreeMap;

use crate::analysis::{Grain, metg};
use crate::scenario::{Config, KindSpec};

/// The efficiency at which tasks count as worth handing out.
pub const WORTH_WHILE: f64 = 0.5;

/// The minimum effective task granularity of a backend with so many workers.
#[derive(Debug, Clone, PartialEq)]
pub struct Metg {
    /// Its configuration at the first point.
    pub config: Config,
    /// METG(50 %) in seconds; `None` unless the efficiency was measured on both sides of that.
    pub seconds: Option<f64>,
}

/// What was measured of a configuration at a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured<'a> {
    pub(super) config: &'a Config,
    /// Its place among the configurations of its point.
    pub(super) place: usize,
    /// How long its tasks took in all, as it is told, in seconds.
    pub(super) told_s: Option<f64>,
    pub(super) efficiency: Option<f64>,
}

impl Measured<'_> {
    fn grain(&self, tasks: u64) -> Option<Grain> {
        Grain::of(self.told_s?, self.config.workers, tasks, self.efficiency?)
    }
}

/// Whether the points differ in how long their tasks are: that is what all parameters of a kind say, but those that count
/// threads.
fn varies_length(spec: &KindSpec, config: &Config) -> bool {
    let counts_threads = |key: &str| spec.params.iter().any(|param| param.name == key && param.unit == "threads");
    let point = config.point.as_ref().filter(|point| point.name().is_none());
    point.is_some_and(|point| point.changes_tasks() && !counts_threads(&point.key))
}

/// METG(50 %) of everything but the baseline, where the points differ in the length of their tasks.
pub(super) fn shortest_tasks(spec: &KindSpec, tasks: u64, all: &[Measured<'_>], baseline: Option<usize>) -> Vec<Metg> {
    let (Some(first), Some(baseline)) = (all.first(), baseline.and_then(|baseline| all.get(baseline))) else {
        return Vec::new();
    };
    if !varies_length(spec, first.config) {
        return Vec::new();
    }
    let mut grains: BTreeMap<usize, Vec<Grain>> = BTreeMap::new();
    for one in all {
        grains.entry(one.place).or_default().extend(one.grain(tasks));
    }
    let is_told = |one: &&Measured<'_>| one.config.point == first.config.point && one.place != baseline.place;
    let seconds = |place: usize| grains.get(&place).and_then(|grains| metg(grains, WORTH_WHILE));
    all.iter().filter(is_told).map(|one| Metg { config: one.config.clone(), seconds: seconds(one.place) }).collect()
}
