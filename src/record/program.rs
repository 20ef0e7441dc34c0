//! What was seen of a program that is no part of parlab, while it ran and at its end: plain figures.
//!
//! Its lanes stand with those of all trials, in `live` and `lane_totals`; here is what no worker of parlab has. Nothing
//! is sampled here, and nothing is concluded.

use serde::{Deserialize, Serialize};

use super::cause::Cause;
use super::mpi::WatchedMpi;
use super::task_times::TaskTimes;
use crate::machine::tree::LookCost;

/// Names of tasks that are told apart; what bears another is counted together.
pub const TASK_NAMES_MAX: usize = 64;

/// Tasks in hand that are told one by one.
pub const IN_HAND_MAX: usize = 8;

/// A program at one instant, or at its end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WatchedProgram {
    /// The process that was started, or joined.
    pub pid: u32,
    /// Its processes: that one, and all that came of it.
    pub processes: NowAndMost,
    /// The threads of all of them.
    pub threads: NowAndMost,
    /// How many CPUs it used, over time.
    pub cpus: CpuCourse,
    /// CPU seconds of threads that began and ended between two looks: in no lane, but in the sum.
    pub unseen_cpu_s: f64,
    /// The tasks that it told of, by name, those that took the most time first; at most [`TASK_NAMES_MAX`], and a last
    /// entry without a name for all others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<NamedTasks>,
    /// Durations of all tasks that it told of, whatever their names; `None` while none has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_s: Option<TaskTimes>,
    /// How many of them took how long, the shortest first; those in between were none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub durations: Vec<DurationBin>,
    /// What it waited for last; `None` where it told of no task, or of those of one lane alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tail: Option<Tail>,
    /// The end of what it wrote.
    pub output: OutputTail,
    /// How it ended; `None` while it runs, and where that cannot be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<Cause>,
    /// Tasks that lanes had in hand when it ended or was seen last, those begun first before others; at most
    /// [`IN_HAND_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_hand: Vec<TaskInHand>,
    /// How many that were in all.
    #[serde(default)]
    pub in_hand_count: u32,
    /// The process of it that was stopped for the longest time; `None` if none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<StoppedProcess>,
    /// What the kernel killed for want of memory meanwhile.
    #[serde(default)]
    pub memory_kills: MemoryKills,
    /// What looking at its processes and threads has cost, which is no part of what these have used.
    #[serde(default)]
    pub looking: LookCost,
    /// Lanes that there was no room for.
    #[serde(default)]
    pub lanes_left_out: u32,
    /// How often each of its threads was looked at a second, of late; `None` where that was as often as it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks_hz: Option<f64>,
    /// Its ranks, where it is an MPI program and watched as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mpi: Option<Box<WatchedMpi>>,
    /// What could not be seen, and why: a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// A task that had begun and not ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskInHand {
    /// The lane.
    pub lane: u32,
    /// What the lane is called.
    pub worker: String,
    /// The task: name and number.
    pub task: String,
    /// For how long.
    pub seconds: f64,
}

/// A process that was stopped by a signal or a debugger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StoppedProcess {
    /// Its number.
    pub pid: u32,
    /// What it is called.
    pub name: String,
    /// For how long in all.
    pub seconds: f64,
    /// Whether it still was when it was seen last.
    pub is_still: bool,
}

/// Processes that the kernel killed for want of memory while a program ran; `None` where that is not told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryKills {
    /// Of the program's control group.
    pub in_group: Option<u64>,
    /// Of the whole machine.
    pub on_machine: Option<u64>,
}

/// How many there are, and were at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NowAndMost {
    /// At this instant, or when they were last seen.
    pub now: u32,
    /// At most, of all that were looked at together.
    pub most: u32,
}

impl NowAndMost {
    /// With what was seen now.
    pub fn see(&mut self, now: u32) {
        *self = Self { now, most: self.most.max(now) };
    }
}

/// How many CPUs were used over time. Both lists have an entry a sample.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CpuCourse {
    /// Until when each sample lasted, in seconds since the program was started; it began with the end of the one before.
    pub until_s: Vec<f64>,
    /// CPU seconds a second of all its processes together, on average over the sample.
    pub used: Vec<f64>,
}

/// Samples kept of a course; when there are more, each two become one.
const SAMPLES_MAX: usize = 256;

impl CpuCourse {
    /// Adds a sample that lasted until `until_s`, in which `used` CPUs were used on average.
    pub fn push(&mut self, until_s: f64, used: f64) {
        self.until_s.push(until_s);
        self.used.push(used);
        if self.until_s.len() > SAMPLES_MAX {
            self.halve();
        }
    }

    /// Ends it after `until_s` seconds, with `cpu_s` used in all. Samples that lasted longer are made one with the last:
    /// the program was looked at once more before its end was known.
    pub fn close(&mut self, until_s: f64, cpu_s: f64) {
        while self.until_s.last().is_some_and(|last_s| *last_s >= until_s) {
            self.until_s.pop();
            self.used.pop();
        }
        let begun_s = self.until_s.last().copied().unwrap_or(0.0);
        if until_s > begun_s {
            self.push(until_s, ((cpu_s - self.spent_s()) / (until_s - begun_s)).max(0.0));
        }
    }

    /// CPU seconds of all samples together.
    pub fn spent_s(&self) -> f64 {
        let begun = std::iter::once(0.0).chain(self.until_s.iter().copied());
        self.until_s.iter().zip(begun).zip(&self.used).map(|((until_s, from_s), used)| (until_s - from_s) * used).sum()
    }

    /// Makes one of each two samples; CPU seconds stay what they are.
    fn halve(&mut self) {
        let mut kept = Self::default();
        let mut from_s = 0.0;
        for pair in 0..self.until_s.len().div_ceil(2) {
            let last = (2 * pair + 1).min(self.until_s.len() - 1);
            let seconds = |sample: usize| {
                let begun_s = sample.checked_sub(1).map_or(0.0, |before| self.until_s[before]);
                self.used[sample] * (self.until_s[sample] - begun_s)
            };
            let spent_s: f64 = (2 * pair..=last).map(seconds).sum();
            let until_s = self.until_s[last];
            kept.until_s.push(until_s);
            kept.used.push(if until_s > from_s { spent_s / (until_s - from_s) } else { 0.0 });
            from_s = until_s;
        }
        *self = kept;
    }
}

/// Tasks of one name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NamedTasks {
    /// The name; empty for all that have none, or one too many.
    pub name: String,
    /// How many gave a result.
    pub done: u64,
    /// How many failed.
    pub failed: u64,
    /// How many are still to be done, where that is told.
    #[serde(default, skip_serializing_if = "is_none_left")]
    pub pending: u64,
    /// Seconds that those took whose times are known, all together.
    pub seconds: f64,
    /// How many of them that is: a program that is too quick for the reader overwrites some.
    pub timed: u64,
    /// The shortest of these, in seconds.
    pub min_s: f64,
    /// The longest.
    pub max_s: f64,
}

fn is_none_left(count: &u64) -> bool {
    *count == 0
}

/// Tasks that took about as long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct DurationBin {
    /// At least so many seconds.
    pub from_s: f64,
    /// Less than so many: twice that.
    pub to_s: f64,
    /// How many.
    pub tasks: u64,
}

/// The time in which one lane worked alone, since all others had ended their last tasks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// Seconds of it, to the end of the last task.
    pub seconds: f64,
    /// The lane.
    pub lane: u32,
    /// Its last task: name and number.
    pub task: String,
}

/// The end of what a program wrote to standard output and standard error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutputTail {
    /// Bytes that it wrote in all.
    pub bytes: u64,
    /// The last lines as they came, oldest first: a few hundred at most, each cut to a few hundred characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_course_keeps_its_cpu_seconds_in_constant_memory() {
        let mut course = CpuCourse::default();
        let mut spent_s = 0.0;
        for sample in 1..=10_001_u32 {
            let used = f64::from(sample % 3);
            spent_s += used * 0.5;
            course.push(f64::from(sample) * 0.5, used);
        }
        assert!(course.until_s.len() <= SAMPLES_MAX && course.until_s.len() == course.used.len());
        assert_eq!(course.until_s.last(), Some(&5000.5));
        let told_s = course.spent_s();
        assert!((told_s - spent_s).abs() < 1e-6, "{told_s} of {spent_s}");
    }

    #[test]
    fn a_look_after_the_end_loses_no_cpu_seconds() {
        for looked_at_s in [0.3_f64, 0.4, 0.5, 0.7] {
            let mut course = CpuCourse::default();
            course.push(0.2, 1.0);
            course.push(looked_at_s, 0.5);
            course.close(0.4, 0.35);
            assert_eq!(course.until_s.last(), Some(&0.4), "looked at {looked_at_s} s");
            assert!((course.spent_s() - 0.35).abs() < 1e-9, "looked at {looked_at_s} s: {course:?}");
        }
    }
}
