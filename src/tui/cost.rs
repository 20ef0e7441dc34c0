//! What the screen itself costs: its own CPU time and the bytes it writes, so that it can say so.

use std::time::{Duration, Instant};

use super::state::Cost;
use crate::system::clock::thread_cpu_time;

/// Figures are worked out anew this often; a figure that changes all the time would itself cost bytes.
const EVERY: Duration = Duration::from_secs(2);

/// Watches the cost of the thread that draws, and of the meters.
#[derive(Debug)]
pub struct Meter {
    since: Reading,
    sampler_cpu_s: f64,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Instant,
    cpu_s: f64,
    bytes: u64,
}

impl Meter {
    /// Begins to watch; `bytes` is what was written so far.
    pub fn new(at: Instant, bytes: u64) -> Self {
        Self { since: Reading { at, cpu_s: thread_cpu_time().as_secs_f64(), bytes }, sampler_cpu_s: 0.0 }
    }

    /// Notes the CPU seconds that the meters have taken so far.
    pub fn sampler(&mut self, cpu_s: f64) {
        self.sampler_cpu_s = cpu_s;
    }

    /// The cost since the last figures, if it is time for new ones. To be called on the thread that draws.
    pub fn read(&mut self, at: Instant, bytes: u64) -> Option<Cost> {
        let now = Reading { at, cpu_s: thread_cpu_time().as_secs_f64() + self.sampler_cpu_s, bytes };
        let cost = between(self.since, now)?;
        self.since = now;
        Some(cost)
    }
}

fn between(before: Reading, now: Reading) -> Option<Cost> {
    let over = now.at.duration_since(before.at);
    if over < EVERY {
        return None;
    }
    let over_s = over.as_secs_f64();
    let cpu = ((now.cpu_s - before.cpu_s) / over_s).max(0.0);
    Some(Cost { cpu, bytes_per_s: now.bytes.saturating_sub(before.bytes) as f64 / over_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_is_a_rate_over_the_time_between() {
        let at = Instant::now();
        let before = Reading { at, cpu_s: 1.0, bytes: 1000 };
        let after = |seconds, cpu_s, bytes| Reading { at: at + Duration::from_secs(seconds), cpu_s, bytes };
        assert_eq!(between(before, after(1, 1.5, 3000)), None, "too early to tell");
        assert_eq!(between(before, after(4, 1.5, 3000)), Some(Cost { cpu: 0.125, bytes_per_s: 500.0 }));
    }
}
