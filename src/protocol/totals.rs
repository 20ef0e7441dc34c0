//! Tasks by name: how many, how long.
//!
//! Names come from outside, so that there is a bound on how many are told apart.

use std::collections::HashMap;
use std::sync::Arc;

use super::look::{NameTotal, OutsideRecord};

/// Names that are told apart; the rest is one.
const NAMES_MAX: usize = 4096;

/// What stands for names beyond those that are told apart, here and in a lane.
pub(super) const OTHERS: &str = "(others)";

/// Sums by name.
#[derive(Debug, Default)]
pub(super) struct NameTotals {
    places: HashMap<Arc<str>, usize>,
    /// The name that was counted last, most often the next one's, too, and its place.
    last: Option<(Arc<str>, usize)>,
    all: Vec<NameTotal>,
}

impl NameTotals {
    /// Counts a task that has ended.
    pub(super) fn add(&mut self, record: &OutsideRecord) {
        let place = self.place(&record.name);
        let total = &mut self.all[place];
        let ns = record.end - record.start;
        total.count += 1;
        total.failed += u64::from(record.failed);
        total.ns = total.ns.saturating_add(ns);
        total.shortest_ns = total.shortest_ns.min(ns);
        total.longest_ns = total.longest_ns.max(ns);
    }

    /// All names, in the order in which they were seen.
    pub(super) fn all(&self) -> &[NameTotal] {
        &self.all
    }

    fn place(&mut self, name: &Arc<str>) -> usize {
        match &self.last {
            Some((last, place)) if Arc::ptr_eq(last, name) => *place,
            _ => {
                let place = self.place_by_name(name);
                self.last = Some((name.clone(), place));
                place
            }
        }
    }

    fn place_by_name(&mut self, name: &Arc<str>) -> usize {
        if let Some(&place) = self.places.get(name) {
            return place;
        }
        let name = if self.all.len() + 1 < NAMES_MAX { name.clone() } else { OTHERS.into() };
        let all = &mut self.all;
        *self.places.entry(name).or_insert_with_key(|name| {
            let empty =
                NameTotal { name: name.clone(), count: 0, failed: 0, ns: 0, shortest_ns: u64::MAX, longest_ns: 0 };
            all.push(empty);
            all.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str, ns: u64, failed: bool) -> OutsideRecord {
        OutsideRecord { lane: 0, name: name.into(), index: None, start: 5, end: 5 + ns, failed, values: Vec::new() }
    }

    #[test]
    fn tasks_are_summed_by_name() {
        let mut totals = NameTotals::default();
        [record("a", 7, false), record("b", 1, false), record("a", 3, true)].iter().for_each(|one| totals.add(one));
        let [a, b] = totals.all() else { panic!("{totals:?}") };
        assert_eq!((a.count, a.failed, a.ns, a.shortest_ns, a.longest_ns), (2, 1, 10, 3, 7));
        assert_eq!((&*b.name, b.count), ("b", 1));
    }

    #[test]
    fn there_is_an_end_of_names() {
        let mut totals = NameTotals::default();
        (0..2 * NAMES_MAX).for_each(|n| totals.add(&record(&n.to_string(), u64::MAX - 10, false)));
        assert_eq!(totals.all().len(), NAMES_MAX);
        let others = totals.all().last().unwrap();
        assert_eq!((&*others.name, others.count), (OTHERS, NAMES_MAX as u64 + 1));
    }
}
