//! What tasks come to while a trial goes on, for kinds whose tasks are worth not being run again: read off the board now
//! and then, each task once.

use std::time::Instant;

use crate::backend::Board;

/// Looking costs some nanoseconds a task that is not done: no more than this part of the time is spent with that, so that
/// of many tasks a crash may lose the last moments.
const PART: u32 = 100;

/// Tells each task once.
pub(super) struct TaskResults {
    /// Tasks that have not been told.
    left: Vec<u64>,
    /// When it is time to look again.
    next: Instant,
}

impl TaskResults {
    /// For the tasks of a trial; those of one with too many for records are not told.
    pub(super) fn new(board: &Board) -> Self {
        let left = if board.spec().has_records() { (0..board.spec().tasks).collect() } else { Vec::new() };
        Self { left, next: Instant::now() }
    }

    /// What has come in since, when it is time, or in the end; empty where nothing has.
    pub(super) fn due(&mut self, board: &Board, is_end: bool) -> Vec<(u64, Vec<Option<f64>>)> {
        let mut told = Vec::new();
        let begun = Instant::now();
        if !is_end && begun < self.next {
            return told;
        }
        self.left.retain(|&task| match board.read_record(task) {
            None => true,
            // What failed may go well the next time; and JSON has no infinity.
            Some(record) if record.failed || record.values.iter().any(|value| value.is_infinite()) => false,
            Some(record) => {
                let value = |value: f64| Some(value).filter(|value| !value.is_nan());
                told.push((task, record.values.into_iter().map(value).collect()));
                false
            }
        });
        self.next = begun + begun.elapsed() * PART;
        told
    }
}
