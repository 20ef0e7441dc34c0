//! Whether each task of a trial was run exactly once: looked up task by task where there are records, and not taken from
//! sums, which may agree by accident. Only reads.

use std::sync::atomic::Ordering::{Acquire, Relaxed};

use super::checksum::fingerprint;
use super::layout::{Record, verdict};
use super::memory::Board;

/// What the records of a trial come to.
#[derive(Default, PartialEq)]
struct Recorded {
    done: u64,
    failed: u64,
    checksum: u64,
}

impl Board {
    /// Whether each task was run once, with a result or without. Only to be asked when all workers have left.
    ///
    /// # Errors
    /// What speaks against it, in words.
    pub fn audit(&self) -> Result<(), String> {
        let (tasks, (settled, _)) = (self.spec().tasks, self.progress());
        match tasks.checked_sub(settled) {
            Some(0) => {}
            Some(lost) => {
                return Err(format!("{lost} tasks were lost with workers that were killed while they took them"));
            }
            None => return Err(format!("{settled} tasks were counted where there are {tasks}")),
        }
        if self.spec().has_records() { self.audit_records() } else { Ok(()) }
    }

    fn audit_records(&self) -> Result<(), String> {
        let mut recorded = Recorded::default();
        for task in 0..self.spec().tasks {
            let Some(record) = self.record(task) else { return Err(format!("there is no record of task {task}")) };
            match record.verdict.load(Acquire) & 0xFFFF_FFFF {
                verdict::DONE => recorded.count(self, task, record),
                verdict::FAILED => recorded.failed += 1,
                _ => return Err(format!("task {task} was counted, and no worker ran it")),
            }
        }
        let totals = self.totals();
        let told = Recorded { done: totals.done, failed: totals.failed, checksum: totals.checksum };
        // What the bytes of a payload add to it is on no record.
        let is_summed = self.spec().payload == 0;
        let recorded = if is_summed { recorded } else { Recorded { checksum: told.checksum, ..recorded } };
        if recorded == told { Ok(()) } else { Err("the results and their sum do not agree".to_owned()) }
    }
}

impl Recorded {
    fn count(&mut self, board: &Board, task: u64, record: &Record) {
        let values = record.values.each_ref().map(|value| f64::from_bits(value.load(Relaxed)));
        self.done += 1;
        self.checksum = self.checksum.wrapping_add(fingerprint(task, &values[..board.spec().summed], 0));
    }
}
