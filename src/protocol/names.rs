//! The names of a lane's tasks, read once each, and the words that keys are made of.
//!
//! Whatever bytes stand there become a text; a number that no name has is answered with one that says so.

use std::sync::Arc;

use super::layout::{INDEX_BITS, NAME_BYTES, NAMES, NO_INDEX, WORD, lane};
use crate::foreign;
use crate::system::outside_memory::{OutsideMemory, Shrunk};

/// What stands for the name of a task that has none.
const UNNAMED: &str = "(unnamed)";

/// Names of a lane, as far as they are known.
#[derive(Debug)]
pub(super) struct TaskNames {
    known: Vec<Arc<str>>,
    unnamed: Arc<str>,
}

/// A key taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TaskKey {
    /// The name.
    pub(super) name: Arc<str>,
    /// The index, where there is one.
    pub(super) index: Option<u64>,
}

impl Default for TaskNames {
    fn default() -> Self {
        Self { known: Vec::new(), unnamed: UNNAMED.into() }
    }
}

impl TaskNames {
    /// Reads the names that came since the last time; false when the lane tells of more than it can have.
    pub(super) fn read(&mut self, memory: &OutsideMemory, lane_at: usize, used: u64) -> Result<bool, Shrunk> {
        let room = used.min(NAMES as u64) as usize;
        while self.known.len() < room {
            let mut words = [0; NAME_BYTES / WORD];
            memory.read(lane_at + lane::TASK_NAMES + self.known.len() * NAME_BYTES, &mut words)?;
            self.known.push(text(&words).map_or_else(|| self.unnamed.clone(), Arc::from));
        }
        Ok(used <= NAMES as u64)
    }

    /// Takes a key apart, whose bits above name and index are left out.
    pub(super) fn key(&self, key: u64) -> TaskKey {
        TaskKey { name: self.of_key(key).clone(), index: index(key) }
    }

    /// Whether the lane has the name that a key tells of.
    pub(super) fn knows(&self, key: u64) -> bool {
        name_number(key) < self.known.len()
    }

    /// The name that a key tells of.
    pub(super) fn of_key(&self, key: u64) -> &Arc<str> {
        self.known.get(name_number(key)).unwrap_or(&self.unnamed)
    }

    /// How many tasks of each name are still to be done, of the first so many names; those of which there are none are left
    /// out.
    pub(super) fn pending(
        &self,
        memory: &OutsideMemory,
        lane_at: usize,
        told: u64,
    ) -> Result<Vec<(Arc<str>, u64)>, Shrunk> {
        let told = told.min(self.known.len() as u64) as usize;
        let mut counts = vec![0; told];
        memory.read(lane_at + lane::PENDING, &mut counts)?;
        Ok(self.known.iter().cloned().zip(counts).filter(|(_, count)| *count > 0).collect())
    }

    /// The name of a number.
    pub(super) fn name(&self, number: u64) -> Option<Arc<str>> {
        self.known.get(usize::try_from(number).ok()?).cloned()
    }
}

/// The index in a key, where there is one.
pub(super) fn index(key: u64) -> Option<u64> {
    Some(key & NO_INDEX).filter(|&index| index != NO_INDEX)
}

fn name_number(key: u64) -> usize {
    (key >> INDEX_BITS & 0x3fff) as usize
}

/// The text in words, up to the first zero; `None` when there is none.
pub(super) fn text(words: &[u64]) -> Option<String> {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).take_while(|&byte| byte != 0).collect();
    (!bytes.is_empty()).then(|| foreign::bytes(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_with_the_first_zero() {
        let words = |bytes: [u8; 16]| [0, 8].map(|at| u64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap()));
        assert_eq!(text(&words(*b"sixteen letters!")).unwrap(), "sixteen letters!");
        assert_eq!(text(&words(*b"short\0rest of it")).unwrap(), "short");
        assert_eq!(text(&words(*b"\xff\xc3\xa9\0\0\0\0\0\0\0\0\0\0\0\0\0")).unwrap(), "\\xffé");
        assert_eq!(text(&[0, 5]), None);
    }

    #[test]
    fn a_number_that_no_name_has_is_told() {
        let memory = OutsideMemory::own(lane::BYTES).unwrap();
        memory.write(lane::TASK_NAMES, &[u64::from_ne_bytes(*b"fit\0\0\0\0\0")]).unwrap();
        let mut names = TaskNames::default();
        assert_eq!(names.read(&memory, 0, 1), Ok(true));
        assert_eq!(names.key(7), TaskKey { name: "fit".into(), index: Some(7) });
        assert_eq!(names.key(NO_INDEX).index, None);
        assert!(names.knows(7) && !names.knows(1 << INDEX_BITS));
        assert_eq!(&*names.key(1 << INDEX_BITS).name, UNNAMED);
        assert_eq!(names.read(&memory, 0, u64::MAX), Ok(false));
        assert_eq!(names.known.len(), NAMES);
    }
}
