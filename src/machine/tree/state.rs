//! What a thread does, as far as it can be seen from outside, and how its life is divided among that.
//!
//! Plain data; how it is found out is `visit`'s, how it adds up is `thread_life`'s.

use serde::{Deserialize, Serialize};

use super::call::SystemCall;

/// What a thread does at the moment that it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadState {
    /// It could run, and mostly did since it was looked at before. The kernel does not tell who is on a CPU at an
    /// instant.
    Running,
    /// It could run, and mostly had no CPU.
    Queued,
    /// It sleeps in a call of the system.
    InCall(SystemCall),
    /// It sleeps on an address in memory (a futex): a lock, a condition, a barrier, or the end of a thread. Which of
    /// them cannot be seen.
    OnLock,
    /// The same, and the address lies in the part of CPython's own data that holds its global interpreter lock.
    ///
    /// The lock of a sub-interpreter that has one of its own lies elsewhere: a thread that waits for that is
    /// [`OnLock`](Self::OnLock).
    WaitingForGil,
    /// It sleeps where it cannot be disturbed: nearly always for a disk, or a file system.
    OnDisk,
    /// It sleeps, and in what is not told.
    Asleep,
    /// It is stopped, by a signal or a debugger.
    Stopped,
    /// It has ended, and others of its process go on, or its parent has not asked for its status yet.
    Zombie,
    /// It has ended since.
    Gone,
}

impl ThreadState {
    /// Whether it runs or could.
    pub fn is_awake(self) -> bool {
        matches!(self, Self::Running | Self::Queued)
    }

    /// Whether it has ended.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Zombie | Self::Gone)
    }
}

/// How a thread's life is divided, in seconds. The sum is how long it has lived, or has been watched.
///
/// `running` and `queued` are the kernel's own figures where it keeps them; the rest is known as a whole, and divided by
/// what the thread was seen in when it was looked at: counted from samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct StateSeconds {
    /// On a CPU.
    pub running: f64,
    /// Able to run, without a CPU.
    pub queued: f64,
    /// Asleep in calls of the system.
    pub in_call: f64,
    /// Asleep on locks, conditions and the like.
    pub on_lock: f64,
    /// Waiting for CPython's global interpreter lock.
    pub for_gil: f64,
    /// Waiting for a disk.
    pub on_disk: f64,
    /// Stopped.
    pub stopped: f64,
    /// Asleep, in what was never seen or is not told.
    pub asleep: f64,
}

impl StateSeconds {
    /// All of it.
    pub fn sum(&self) -> f64 {
        let Self { running, queued, in_call, on_lock, for_gil, on_disk, stopped, asleep } = self;
        running + queued + in_call + on_lock + for_gil + on_disk + stopped + asleep
    }

    /// Adds another thread's.
    pub fn add(&mut self, other: &Self) {
        self.running += other.running;
        self.queued += other.queued;
        self.in_call += other.in_call;
        self.on_lock += other.on_lock;
        self.for_gil += other.for_gil;
        self.on_disk += other.on_disk;
        self.stopped += other.stopped;
        self.asleep += other.asleep;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_have_all_parts() {
        let parts: StateSeconds = serde_json::from_str(
            r#"{"running": 1, "queued": 2, "in_call": 4, "on_lock": 8, "for_gil": 16, "on_disk": 32, "stopped": 64,
                "asleep": 128}"#,
        )
        .unwrap();
        assert_eq!(parts.sum(), 255.0);
        let mut twice = parts;
        twice.add(&parts);
        assert_eq!(twice.sum(), 510.0);
    }
}
