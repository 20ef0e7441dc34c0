//! What timing costs: the clock's steps and readings, and the worker loop around tasks that do nothing. Measured once at
//! the start of a run, in a few milliseconds.

use std::time::Instant;

use super::board::{Board, BoardSpec, Clock};
use super::worker::{PreparedJob, Worker};
use crate::machine::ClockFacts;
use crate::scenario::{BackendKind, Config, Permutation};
use crate::system::clock::monotonic_ns;
use crate::workload::{Cancelled, TaskContext, Values, Workload};

/// Readings that are compared with each other: a fraction of a millisecond of them.
const READINGS: usize = 5_000;

/// Empty tasks: a fraction of a millisecond of them.
const TASKS: u64 = 2_000;

/// What the clock of this machine can tell, and what telling it costs.
pub fn clock_facts() -> ClockFacts {
    let clock = Clock::detect();
    let mut readings = vec![0; READINGS];
    let begun = monotonic_ns();
    readings.iter_mut().for_each(|reading| *reading = clock.now());
    let over_s = monotonic_ns().saturating_sub(begun) as f64 * 1e-9;
    let ticks = readings[READINGS - 1].saturating_sub(readings[0]).max(1);
    let reading_s = over_s / READINGS as f64;
    let steps = readings.windows(2).filter_map(|two| two[1].checked_sub(two[0])).filter(|&step| step > 0);
    // A clock that never moved has steps longer than all of this.
    let step_s = steps.min().map_or(over_s, |step| step as f64 * over_s / ticks as f64);
    ClockFacts { source: clock.word().to_owned(), resolution_s: step_s, reading_s, empty_task_s: empty_task_s(clock) }
}

/// A task that does nothing.
struct Nothing;

impl Workload for Nothing {
    fn run(&self, _: u64, _: &dyn TaskContext) -> Result<Values, Cancelled> {
        Ok(Values::default())
    }

    fn cost(&self, _: u64) -> f64 {
        1.0
    }
}

/// Seconds for each of many tasks that do nothing, as a worker of this thread runs them; `None` where the system has no
/// memory for a board. What a worker does once, before its first task and after its last, is taken off.
fn empty_task_s(clock: Clock) -> Option<f64> {
    let (once_s, all_s) = (empty_tasks_s(clock, 1)?, empty_tasks_s(clock, TASKS)?);
    Some((all_s - once_s) / (TASKS - 1) as f64).filter(|s| *s > 0.0)
}

/// Seconds from the arrival of a worker to its leave, with so many tasks between.
fn empty_tasks_s(clock: Clock, tasks: u64) -> Option<f64> {
    let config = Config::new(BackendKind::SERIAL, 1);
    let board = Board::create(BoardSpec::of(&config, tasks, 1, clock)).ok()?;
    let prepared = PreparedJob::of(Box::new(Nothing), Permutation::Identity);
    board.open_gate();
    let begun = Instant::now();
    Worker::new(&board, &prepared, 0).work();
    Some(begun.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_fine_and_reading_it_is_cheap() {
        let facts = clock_facts();
        assert!(facts.resolution_s > 0.0 && facts.resolution_s < 1e-3, "{facts:?}");
        assert!(facts.reading_s > 0.0 && facts.reading_s < 1e-3, "{facts:?}");
        // On a busy machine the single task may have taken longer than all the others together.
        assert!(facts.empty_task_s.is_none_or(|s| s > 0.0 && s < 1e-2), "{facts:?}");
        assert!(["tsc", "clock_monotonic"].contains(&facts.source.as_str()));
    }
}
