//! Tasks by name: how many, how long.
//!
//! Names come from outside, so that there is a bound on how many are told apart.

use std::collections::HashMap;
use std::sync::Arc;

use super::look::{EndedTask, NameTotal, OutsideRun};

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
    /// Counts tasks that have ended.
    pub(super) fn add(&mut self, run: &OutsideRun<'_>) {
        let place = self.place(run.name);
        let total = &mut self.all[place];
        let count = run.tasks.len() as u64;
        total.count += count;
        total.failed += if run.failed { count } else { 0 };
        for ns in run.tasks.iter().map(EndedTask::took) {
            total.ns = total.ns.saturating_add(ns);
            total.shortest_ns = total.shortest_ns.min(ns);
            total.longest_ns = total.longest_ns.max(ns);
        }
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

    fn add(totals: &mut NameTotals, name: &str, ns: &[u64], failed: bool) {
        let tasks: Vec<EndedTask> = ns.iter().map(|ns| EndedTask { index: None, start: 5, end: 5 + ns }).collect();
        totals.add(&OutsideRun { lane: 0, name: &name.into(), failed, tasks: &tasks, values: &[] });
    }

    #[test]
    fn tasks_are_summed_by_name() {
        let mut totals = NameTotals::default();
        add(&mut totals, "a", &[7, 9], false);
        add(&mut totals, "b", &[1], false);
        add(&mut totals, "a", &[3, 4], true);
        let [a, b] = totals.all() else { panic!("{totals:?}") };
        assert_eq!((a.count, a.failed, a.ns, a.shortest_ns, a.longest_ns), (4, 2, 23, 3, 9));
        assert_eq!((&*b.name, b.count), ("b", 1));
    }

    #[test]
    fn there_is_an_end_of_names() {
        let mut totals = NameTotals::default();
        (0..2 * NAMES_MAX).for_each(|n| add(&mut totals, &n.to_string(), &[u64::MAX - 10], false));
        assert_eq!(totals.all().len(), NAMES_MAX);
        let others = totals.all().last().unwrap();
        assert_eq!((&*others.name, others.count), (OTHERS, NAMES_MAX as u64 + 1));
    }
}
