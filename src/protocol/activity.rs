//! What a writer's thread does at an instant, and where its time went.
//!
//! The numbers are those of the protocol; nothing is measured here.

use super::layout::{ACTIVITIES, ACTIVITY_BITS};

/// What a writer's thread does. With a task in hand it runs, between tasks it is idle, unless it tells more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutsideActivity {
    /// Runs a task.
    Running = 1,
    /// Waits for a lock, within a task.
    WaitingForLock = 2,
    /// Waits for something else, within a task: a file, a socket, time.
    Blocked = 3,
    /// Runs code within a task that holds no lock of an interpreter.
    Native = 4,
    /// Gets a task.
    Fetching = 5,
    /// Hands over a result.
    Delivering = 6,
    /// Has nothing to do.
    Idle = 7,
}

impl OutsideActivity {
    /// All of them, in the order of their numbers, which are 1 to 7.
    pub const ALL: [Self; 7] = [
        Self::Running,
        Self::WaitingForLock,
        Self::Blocked,
        Self::Native,
        Self::Fetching,
        Self::Delivering,
        Self::Idle,
    ];

    /// What the protocol and the adapters call it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::WaitingForLock => "lock",
            Self::Blocked => "blocked",
            Self::Native => "native",
            Self::Fetching => "fetching",
            Self::Delivering => "delivering",
            Self::Idle => "idle",
        }
    }

    /// The activity of a number; `None` for 0 and what is none.
    pub fn of_number(number: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number.checked_sub(1)?).ok()?).copied()
    }

    /// Whether it is something done within a task.
    pub const fn is_within_a_task(self) -> bool {
        matches!(self, Self::Running | Self::WaitingForLock | Self::Blocked | Self::Native)
    }
}

/// Nanoseconds by activity, at the place of its number; together the time from claiming the lane on.
pub type SpentNs = [u64; ACTIVITIES];

/// What a lane tells of its activity, and what else is needed to make an account of it. Times in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// The word of the activity.
    pub(super) word: u64,
    /// What was spent before, as the lane has it.
    pub(super) spent: SpentNs,
    /// In tasks so far, the one in hand with it.
    pub(super) busy: u64,
    /// How long the lane has been claimed.
    pub(super) life: u64,
    /// Since when there is a task in hand, or none.
    pub(super) since: u64,
    /// Whether there is one.
    pub(super) is_in_task: bool,
    /// The instant of the look, or of the end.
    pub(super) now: u64,
}

impl Told {
    /// What is done, and since when.
    pub(super) fn now(&self) -> (OutsideActivity, u64) {
        let plain = if self.is_in_task { OutsideActivity::Running } else { OutsideActivity::Idle };
        let told = OutsideActivity::of_number(self.word & ((1 << ACTIVITY_BITS) - 1));
        let since = self.word >> ACTIVITY_BITS;
        match told {
            Some(told) if told.is_within_a_task() == self.is_in_task && since <= self.now => {
                (told, since.max(self.since))
            }
            _ => (plain, self.since),
        }
    }

    /// Where the time went. What is told in particular is taken off running or being idle, and never more than there is,
    /// so that all of it sums to the life of the lane.
    pub(super) fn account(&self) -> SpentNs {
        let mut spent = [0; ACTIVITIES];
        let (activity, since) = self.now();
        let mut left = [self.life.saturating_sub(self.busy), self.busy.min(self.life)];
        for one in OutsideActivity::ALL {
            let plain = matches!(one, OutsideActivity::Running | OutsideActivity::Idle);
            if !plain {
                let open = if one == activity { self.now.saturating_sub(since) } else { 0 };
                let left = &mut left[usize::from(one.is_within_a_task())];
                spent[one as usize] = self.spent[one as usize].saturating_add(open).min(*left);
                *left -= spent[one as usize];
            }
        }
        spent[OutsideActivity::Running as usize] = left[1];
        spent[OutsideActivity::Idle as usize] = left[0];
        spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_stands_at_the_place_of_its_number() {
        for (number, activity) in (1..).zip(OutsideActivity::ALL) {
            assert_eq!((OutsideActivity::of_number(number), activity as u64), (Some(activity), number));
        }
        assert!([0, 8, 15, u64::MAX].iter().all(|&number| OutsideActivity::of_number(number).is_none()));
    }

    #[test]
    fn what_is_told_in_particular_is_taken_off_the_rest() {
        let mut spent = [0; ACTIVITIES];
        (spent[3], spent[5]) = (10, 7);
        let told = Told { word: 90 << 4 | 2, spent, busy: 60, life: 100, since: 80, is_in_task: true, now: 100 };
        assert_eq!(told.now(), (OutsideActivity::WaitingForLock, 90));
        assert_eq!(told.account(), [0, 40, 10, 10, 0, 7, 0, 33]);
        let between = Told { is_in_task: false, ..told };
        assert_eq!(between.now(), (OutsideActivity::Idle, 80), "no task waits for a lock where there is none");
    }

    proptest! {
        #[test]
        fn the_sums_are_the_life_whatever_is_told(
            word: u64, spent: [u64; ACTIVITIES], busy: u64, life: u64, since: u64, is_in_task: bool, now: u64,
        ) {
            let told = Told { word, spent, busy, life, since, is_in_task, now };
            prop_assert_eq!(told.account().iter().sum::<u64>(), life);
        }
    }
}
