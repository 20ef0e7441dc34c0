//! What messages look like: numbers of eight bytes, little-endian, and payloads, at places that follow from the
//! numbers before them.
//!
//! Several processes read from one pipe, so a reader must know how much is its own before it takes it; and both ends
//! are the same program, so there is nothing to negotiate. A general format would add lengths and tags to this, and
//! its cost would be measured instead of that of the pipe.

use std::ops::Range;

use crate::backend::board::BoardSpec;
use crate::workload::Values;

/// Size of a number.
const WORD: usize = 8;

/// How the messages of a trial are laid out.
///
/// ```text
/// tasks:    first position · count · { task · payload } …
/// results:  worker · count · { task · failed? · values … · sum · payload } …
/// ```
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameLayout {
    payload: usize,
    values: usize,
    /// The most tasks of one message.
    chunk: usize,
}

/// What a message begins with: the first position or the worker, and how many tasks or results follow.
pub(super) const HEAD: usize = 2 * WORD;

impl FrameLayout {
    pub(super) fn of(spec: &BoardSpec) -> Self {
        Self {
            payload: spec.payload as usize,
            values: spec.values,
            chunk: spec.chunk.unwrap_or(1).min(spec.tasks) as usize,
        }
    }

    /// The size of a task within a message.
    pub(super) fn task(&self) -> usize {
        WORD + self.payload
    }

    /// The size of a result within a message.
    pub(super) fn result(&self) -> usize {
        (3 + self.values) * WORD + self.payload
    }

    /// The size of the largest message of tasks.
    pub(super) fn tasks_max(&self) -> usize {
        HEAD + self.chunk * self.task()
    }

    /// The size of the largest message of results.
    pub(super) fn results_max(&self) -> usize {
        HEAD + self.chunk * self.result()
    }

    /// The size of a message with this head, whose entries have this size; `None` if no message has such a head.
    pub(super) fn message(&self, head: [u64; 2], entry: usize) -> Option<usize> {
        let count = usize::try_from(head[1]).ok().filter(|count| (1..=self.chunk).contains(count))?;
        Some(HEAD + count * entry)
    }
}

/// The two numbers that a message begins with.
///
/// # Panics
/// If there are fewer bytes than that.
pub(super) fn head(bytes: &[u8]) -> [u64; 2] {
    [word(bytes, 0), word(bytes, 1)]
}

/// A number at its place.
pub(super) fn word(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; WORD];
    word.copy_from_slice(&bytes[at * WORD..(at + 1) * WORD]);
    u64::from_le_bytes(word)
}

/// Puts a number at its place.
pub(super) fn put_word(bytes: &mut [u8], at: usize, word: u64) {
    bytes[at * WORD..(at + 1) * WORD].copy_from_slice(&word.to_le_bytes());
}

/// Writes a message of tasks: those at these positions, each with its input.
pub(super) fn write_tasks<'i>(
    into: &mut Vec<u8>,
    positions: Range<u64>,
    task_at: impl Fn(u64) -> u64,
    input: impl Fn(u64) -> &'i [u8],
) {
    into.clear();
    into.extend(positions.start.to_le_bytes());
    into.extend((positions.end - positions.start).to_le_bytes());
    for task in positions.map(task_at) {
        into.extend(task.to_le_bytes());
        into.extend_from_slice(input(task));
    }
}

/// A result within a message.
pub(super) struct ResultFrame<'m> {
    pub(super) task: u64,
    /// The values and the sum over the input's bytes; `None` for a task that failed.
    pub(super) values: Option<(Values, u64)>,
    pub(super) payload: &'m [u8],
}

impl FrameLayout {
    /// Writes all of a result but its payload, into the bytes that are its own; returns those of the payload.
    pub(super) fn write_result<'m>(
        &self,
        into: &'m mut [u8],
        task: u64,
        values: Option<&(Values, u64)>,
    ) -> &'m mut [u8] {
        put_word(into, 0, task);
        put_word(into, 1, values.is_none().into());
        let (values, sum) = values.copied().unwrap_or_default();
        values.iter().take(self.values).enumerate().for_each(|(n, value)| put_word(into, 2 + n, value.to_bits()));
        put_word(into, 2 + self.values, sum);
        &mut into[(3 + self.values) * WORD..]
    }

    /// Reads a result from the bytes that are its own.
    pub(super) fn read_result<'m>(&self, bytes: &'m [u8]) -> ResultFrame<'m> {
        let mut values = Values::default();
        let cells = values.iter_mut().take(self.values).enumerate();
        cells.for_each(|(n, value)| *value = f64::from_bits(word(bytes, 2 + n)));
        let failed = word(bytes, 1) != 0;
        ResultFrame {
            task: word(bytes, 0),
            values: (!failed).then(|| (values, word(bytes, 2 + self.values))),
            payload: &bytes[(3 + self.values) * WORD..],
        }
    }
}
