//! Why a task failed, left on its worker's lane for the engine to find: a short text in shared memory.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::layout::Reason;
use super::memory::Board;

impl Reason {
    /// Writes it down, cut to the room there is; what a lane says first stays.
    pub(in crate::backend) fn write(&self, text: &str) {
        if self.length.load(Relaxed) > 0 {
            return;
        }
        let text = &text[..text.floor_char_boundary(self.words.len() * 8)];
        for (word, bytes) in self.words.iter().zip(text.as_bytes().chunks(8)) {
            let mut eight = [0; 8];
            eight[..bytes.len()].copy_from_slice(bytes);
            word.store(u64::from_le_bytes(eight), Relaxed);
        }
        self.length.store(text.len() as u64, Release);
    }

    fn read(&self) -> Option<String> {
        let length = self.length.load(Acquire) as usize;
        let bytes: Vec<u8> = self.words.iter().flat_map(|word| word.load(Relaxed).to_le_bytes()).take(length).collect();
        (length > 0).then(|| String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Board {
    /// Why a task failed, as the first worker says that knows.
    pub fn failure(&self) -> Option<String> {
        self.lanes().find_map(|lane| lane.reason.read())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_stays_as_far_as_there_is_room() {
        let reason = Reason::default();
        assert_eq!(reason.read(), None);
        reason.write(&format!("no {}", "é".repeat(70)));
        reason.write("another");
        assert_eq!(reason.read(), Some(format!("no {}", "é".repeat(58))));
        let reason = Reason::default();
        reason.write("12345678");
        assert_eq!(reason.read().as_deref(), Some("12345678"));
    }
}
