//! What looking may cost: a part of one core's time, saved up for a while where less is needed.

use std::time::Duration;

use super::look::LookCost;

/// The part of one core's time that looking may take: 1 % with what it takes to wake up for it.
pub(super) const SHARE: f64 = 0.0095;

/// What can be saved up: to open the files of a program that has started, or threads that came all at once.
const SAVED_MAX_NS: f64 = 2e7;

/// CPU time that looking may take, and has taken.
#[derive(Debug)]
pub(super) struct LookBudget {
    share: f64,
    left_ns: f64,
    first_ns: Option<u64>,
    last_ns: u64,
    spent: Duration,
    /// Of a look, on average of late.
    usual: Duration,
    looks: u64,
}

impl LookBudget {
    /// The part of one core's time that may be taken.
    pub(super) fn new(share: f64) -> Self {
        Self {
            share,
            left_ns: SAVED_MAX_NS,
            first_ns: None,
            last_ns: 0,
            spent: Duration::ZERO,
            usual: Duration::ZERO,
            looks: 0,
        }
    }

    /// A look begins; what it may cost.
    pub(super) fn begin(&mut self, now_ns: u64) -> Duration {
        if self.first_ns.is_some() {
            let gained = now_ns.saturating_sub(self.last_ns) as f64 * self.share;
            self.left_ns = (self.left_ns + gained).min(SAVED_MAX_NS);
        }
        self.first_ns.get_or_insert(now_ns);
        self.last_ns = self.last_ns.max(now_ns);
        Duration::from_nanos(self.left_ns.max(0.0) as u64)
    }

    /// A look has ended, and cost this.
    pub(super) fn end(&mut self, cost: Duration) {
        self.left_ns -= cost.as_nanos() as f64;
        self.spent += cost;
        self.usual = (self.usual * 7 + cost) / 8;
        self.looks += 1;
    }

    /// What a look costs of late.
    pub(super) fn usual(&self) -> Duration {
        self.usual
    }

    /// What all looks have cost.
    pub(super) fn cost(&self) -> LookCost {
        let wall_s = self.first_ns.map_or(0, |first| self.last_ns - first) as f64 / 1e9;
        let cpu_s = self.spent.as_secs_f64();
        LookCost { cpu_s, share: if wall_s > 0.0 { cpu_s / wall_s } else { 0.0 }, looks: self.looks }
    }
}

/// Something that is dear, and is done as often as it may be by what it cost.
#[derive(Debug)]
pub(super) struct Rationed {
    share: f64,
    due_ns: u64,
}

impl Rationed {
    /// The part of one core's time that it may take.
    pub(super) fn new(share: f64) -> Self {
        Self { share, due_ns: 0 }
    }

    /// Whether it may be done now.
    pub(super) fn is_due(&self, now_ns: u64) -> bool {
        now_ns >= self.due_ns
    }

    /// It was done, and cost this.
    pub(super) fn done(&mut self, now_ns: u64, cost: Duration) {
        self.due_ns = now_ns.saturating_add((cost.as_nanos() as f64 / self.share) as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn what_is_not_spent_is_saved_up_to_a_point() {
        let mut budget = LookBudget::new(0.01);
        assert_eq!(budget.begin(1000 * MS), Duration::from_millis(20));
        budget.end(Duration::from_millis(21));
        assert_eq!(budget.begin(1050 * MS), Duration::ZERO);
        budget.end(Duration::ZERO);
        assert_eq!(budget.begin(1150 * MS), Duration::from_micros(500));
        budget.end(Duration::ZERO);
        assert_eq!(budget.begin(60_000 * MS), Duration::from_millis(20));
        assert_eq!(budget.cost(), LookCost { cpu_s: 0.021, share: 0.021 / 59.0, looks: 3 });
        budget.begin(MS);
        assert_eq!(budget.cost().cpu_s, 0.021, "a clock that goes back");
    }

    #[test]
    fn what_costs_more_is_done_less_often() {
        let mut dear = Rationed::new(0.001);
        assert!(dear.is_due(0));
        dear.done(100 * MS, Duration::from_micros(50));
        assert!(!dear.is_due(149 * MS) && dear.is_due(150 * MS));
    }
}
