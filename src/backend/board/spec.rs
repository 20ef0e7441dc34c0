//! What a board is laid out for, and where its parts begin: numbers only, no memory.

use std::sync::atomic::AtomicU64;

use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::histogram::BUCKETS;
use super::layout::{Header, LaneCells, Record};
use crate::scenario::{Config, Dispatch, Schedule};
use crate::workload::ServiceAddress;

/// Up to this many tasks each gets a record; above it, each lane gets a histogram.
pub const RECORDS_MAX: u64 = 1 << 17;

/// The inputs of a trial overlap once they come to more than this: enough for them not to sit in a core's own cache.
const SPREAD_MAX: u64 = 16 << 20;

/// Inputs begin at multiples of this.
const ALIGNMENT: u64 = 64;

/// What a board is laid out for, and the rules of the trial on it. Each process that maps it must know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardSpec {
    /// How many tasks there are.
    pub tasks: u64,
    /// Rows of the board, each written by one thread or process that takes tasks.
    pub lanes: u32,
    /// The workers of the configuration. A program that is parallel in itself has as many on a single lane.
    pub workers: u32,
    /// Which worker gets which task.
    pub schedule: Schedule,
    /// Tasks handed out at a time; `None` leaves it to the schedule.
    pub chunk: Option<u64>,
    /// How many values a result has.
    pub values: usize,
    /// How many of them, from the first, count in the checksum; the others are measurements.
    pub summed: usize,
    /// What the ticks on the board are.
    pub clock: Clock,
    /// How tasks get to the workers.
    pub dispatch: Dispatch,
    /// Bytes that each task is sent with, and that its result brings back.
    pub payload: u64,
    /// How many workers share a process, where they are threads of forked ones; `None` elsewhere.
    pub per_process: Option<u32>,
    /// Where the trial's service is, if it has one.
    pub service: Option<ServiceAddress>,
    /// Whether workers that have nothing left to do stay until they are let go, so that all of
    /// them can be looked at together.
    pub lingers: bool,
    /// Lanes, from the first, whose workers look at their CPUs at the gate and when they have nothing left to do.
    pub looks: u32,
    /// Lanes, from the first, whose workers time the yardstick then: no more than there are CPUs, since two on one CPU
    /// would time each other, and would take it from those that still work.
    pub yardsticks: u32,
}

/// More workers than this do not keep their accounts open: those of one process would need as many files.
const ACCOUNTS_MAX: u32 = 256;

impl BoardSpec {
    /// For trials of a configuration with so many tasks and lanes, whose results have a single value, by this clock.
    pub fn of(config: &Config, tasks: u64, lanes: u32, clock: Clock) -> Self {
        Self {
            tasks,
            lanes,
            workers: config.workers,
            schedule: config.schedule,
            chunk: config.chunk,
            values: 1,
            summed: 1,
            clock,
            dispatch: config.dispatch,
            payload: config.payload,
            per_process: config.per_process,
            service: None,
            lingers: false,
            looks: 0,
            yardsticks: 0,
        }
    }

    /// With workers that look at so many CPUs.
    #[must_use]
    pub fn looking_at(self, cpus: u32) -> Self {
        let yardsticks = cpus.min(self.lanes);
        let looks = if self.lanes <= ACCOUNTS_MAX { self.lanes } else { yardsticks.min(ACCOUNTS_MAX) };
        Self { looks, yardsticks: yardsticks.min(looks), ..self }
    }

    /// Whether there is a record for each task.
    pub fn has_records(&self) -> bool {
        self.tasks <= RECORDS_MAX
    }

    pub(super) fn lanes_at(&self) -> usize {
        size_of::<Header>()
    }

    pub(super) fn details_at(&self) -> usize {
        self.lanes_at() + self.lanes as usize * size_of::<LaneCells>()
    }

    pub(super) fn details_end(&self) -> usize {
        let details = if self.has_records() {
            self.tasks as usize * size_of::<Record>()
        } else {
            self.lanes as usize * BUCKETS * size_of::<AtomicU64>()
        };
        self.details_at() + details
    }

    /// Where inputs begin: with a cache line, as everything before takes whole ones.
    pub(super) fn inputs_at(&self) -> usize {
        self.details_end().next_multiple_of(64)
    }

    pub(super) fn slots_at(&self) -> usize {
        self.inputs_at() + self.inputs_bytes() as usize
    }

    /// Words that a worker's result takes.
    pub(super) fn slot_words(&self) -> usize {
        self.payload.div_ceil(8) as usize
    }

    pub(super) fn bytes(&self) -> usize {
        self.slots_at() + self.lanes as usize * self.slot_words() * size_of::<AtomicU64>()
    }

    /// How many bytes the inputs of all tasks take together.
    pub(super) fn inputs_bytes(&self) -> u64 {
        match self.payload {
            0 => 0,
            payload => (self.spread() + payload).next_multiple_of(ALIGNMENT),
        }
    }

    /// Where the input of a task begins within that, in bytes.
    pub(super) fn input_offset(&self, task: u64) -> usize {
        // Not a multiple of the payload alone: with the largest, every task would get the same bytes.
        (u128::from(task) * u128::from(self.stride()) % u128::from(self.spread())) as usize
    }

    fn stride(&self) -> u64 {
        self.payload.next_multiple_of(ALIGNMENT) + ALIGNMENT
    }

    fn spread(&self) -> u64 {
        self.tasks.saturating_mul(self.stride()).min(SPREAD_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::BackendKind;
    use proptest::prelude::*;

    fn spec(tasks: u64, payload: u64) -> BoardSpec {
        let config = Config::new(BackendKind::SERIAL, 1);
        BoardSpec { payload, ..BoardSpec::of(&config, tasks, 1, Clock::Monotonic) }
    }

    proptest! {
        #[test]
        fn every_input_lies_within_the_area(tasks in 1..1u64 << 40, payload in 1..=16u64 << 20, at in any::<u64>()) {
            let spec = spec(tasks, payload);
            let begin = spec.input_offset(at % tasks) as u64;
            prop_assert!(begin + payload <= spec.inputs_bytes() && spec.inputs_bytes() <= 33 << 20);
            prop_assert_eq!(begin % 8, 0, "words are read from where words begin");
        }
    }

    #[test]
    fn neighbours_get_different_bytes_even_with_the_largest_payload() {
        for payload in [1, 8, 4096, 16 << 20] {
            let spec = spec(1000, payload);
            let mut offsets: Vec<usize> = (0..1000).map(|task| spec.input_offset(task)).collect();
            offsets.sort_unstable();
            offsets.dedup();
            assert!(offsets.len() >= 900, "{payload}: {}", offsets.len());
        }
    }
}
