//! How much of each core's load is this process's own, its worker processes' and all threads' included: what follows from
//! two readings of CPU times, and when it is time for the next.
//!
//! Reading takes the longer the more threads there are, and the machine is being measured: it may cost [`BUDGET`], and is
//! done less often where it would cost more. In between, the own part of each core's load is taken to be what it was.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use super::core::Core;
use super::own_threads::{OwnThreads, OwnTimes, ThreadTime};
use crate::system::clock::thread_cpu_time;

/// The part of one core's time that reading may take.
const BUDGET: f64 = 0.005;

/// `USER_HZ`, which is 100 on all architectures of today but Alpha, whatever the kernel's own pace is.
const TICKS_PER_S: f64 = 100.0;

/// Own load of cores, as it was when it was last read.
#[derive(Debug)]
pub(super) struct OwnLoad {
    threads: OwnThreads,
    /// What was read last.
    before: Option<OwnTimes>,
    /// Seconds that each core was busy since, and how long that is.
    busy_s: Vec<f64>,
    since: Duration,
    /// The own part of each core's load.
    parts: Option<Vec<f64>>,
    /// Samples to be left out before the next reading.
    leave_out: u64,
}

impl OwnLoad {
    /// Reads for the first time, so that the next reading has something to differ from. `proc` is the folder `/proc`.
    pub(super) fn new(proc: impl Into<PathBuf>) -> Self {
        let mut threads = OwnThreads::new(proc);
        let before = threads.read();
        Self { threads, before, busy_s: Vec::new(), since: Duration::ZERO, parts: None, leave_out: 0 }
    }

    /// The own load of each core in a sample of all load, 0 to 1 and no more than that, and how old the knowledge is that
    /// this goes by; `None` where nothing is known.
    pub(super) fn of(&mut self, layout: &[Core], load: &[f32], over: Duration) -> Option<(Vec<f32>, Duration)> {
        self.note(load, over);
        if self.leave_out == 0 {
            let begun = thread_cpu_time();
            self.read(layout);
            self.leave_out = samples_left_out(thread_cpu_time().saturating_sub(begun), over);
        } else {
            self.leave_out -= 1;
        }
        let parts = self.parts.as_ref()?;
        let own = load.iter().zip(parts).map(|(load, part)| (f64::from(*load) * part) as f32).collect();
        Some((own, self.since))
    }

    fn note(&mut self, load: &[f32], over: Duration) {
        self.busy_s.resize(load.len(), 0.0);
        for (busy_s, load) in self.busy_s.iter_mut().zip(load) {
            *busy_s += f64::from(*load) * over.as_secs_f64();
        }
        self.since += over;
    }

    fn read(&mut self, layout: &[Core]) {
        let now = self.threads.read();
        self.parts = match (&self.before, &now) {
            (Some(before), Some(now)) => {
                let own_s = own_seconds(before, now, layout, &self.busy_s);
                Some(own_s.iter().zip(&self.busy_s).map(|(own_s, busy_s)| part(*own_s, *busy_s)).collect())
            }
            _ => None,
        };
        self.before = now;
        self.busy_s.fill(0.0);
        self.since = Duration::ZERO;
    }
}

/// `a ÷ b` within 0 and 1; nothing of nothing is 0.
fn part(a: f64, b: f64) -> f64 {
    if b > 0.0 { (a / b).clamp(0.0, 1.0) } else { 0.0 }
}

/// Samples to leave out so that a reading that took so much CPU time stays within the budget.
fn samples_left_out(cost: Duration, over: Duration) -> u64 {
    let samples = cost.as_secs_f64() / (BUDGET * over.as_secs_f64());
    if samples.is_finite() { (samples.ceil() as u64).saturating_sub(1) } else { 0 }
}

/// Seconds of each core that were own between two readings, of the `busy_s` that it was busy meanwhile.
///
/// What a thread took is laid to the core that it is on now, as far as that was busy. What is left – of threads that have
/// moved since, or ended – is laid to usable cores by what else they have been busy with, so that the sum is right.
fn own_seconds(before: &OwnTimes, now: &OwnTimes, layout: &[Core], busy_s: &[f64]) -> Vec<f64> {
    let places: HashMap<u32, usize> = layout.iter().enumerate().map(|(place, core)| (core.id, place)).collect();
    let mut own_s = vec![0.0; busy_s.len()];
    let mut seen = 0;
    for (cpu, ticks) in taken(before, now) {
        seen += ticks;
        if let Some(own_s) = places.get(&cpu).and_then(|place| own_s.get_mut(*place)) {
            *own_s += ticks as f64 / TICKS_PER_S;
        }
    }
    // Less than what was seen where a process of ours has become another's.
    let all = now.all_ticks.saturating_sub(before.all_ticks).max(seen);
    for (own_s, busy_s) in own_s.iter_mut().zip(busy_s) {
        *own_s = own_s.min(*busy_s);
    }
    let left_s = all as f64 / TICKS_PER_S - own_s.iter().sum::<f64>();
    let room = |place: usize, own_s: f64| if layout[place].usable { (busy_s[place] - own_s).max(0.0) } else { 0.0 };
    let rooms_s: f64 = (0..own_s.len().min(layout.len())).map(|place| room(place, own_s[place])).sum();
    let filled = part(left_s, rooms_s);
    for (place, own_s) in own_s.iter_mut().enumerate().take(layout.len()) {
        *own_s += filled * room(place, *own_s);
    }
    own_s
}

/// The CPU of each thread that lives, and the ticks that it took since: all of a new one's.
fn taken(before: &OwnTimes, now: &OwnTimes) -> impl Iterator<Item = (u32, u64)> {
    let name = |thread: &ThreadTime| (thread.thread, thread.started);
    let known: HashMap<(u32, u64), u64> = before.threads.iter().map(|thread| (name(thread), thread.ticks)).collect();
    now.threads.iter().map(move |thread| {
        let before = known.get(&name(thread)).copied().unwrap_or(0);
        (thread.cpu, thread.ticks.saturating_sub(before))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threads by number, start, ticks and CPU, and the ticks of those that ended.
    fn times(threads: &[(u32, u64, u64, u32)], ended: u64) -> OwnTimes {
        let threads: Vec<ThreadTime> =
            threads.iter().map(|&(thread, started, ticks, cpu)| ThreadTime { thread, started, ticks, cpu }).collect();
        let all_ticks = threads.iter().map(|thread| thread.ticks).sum::<u64>() + ended;
        OwnTimes { threads, all_ticks }
    }

    /// CPUs 0, 2 and 5, of which the last may not be used.
    fn layout() -> Vec<Core> {
        [(0, true), (2, true), (5, false)].map(|(id, usable)| Core { id, usable }).to_vec()
    }

    fn own(before: &OwnTimes, now: &OwnTimes, busy_s: [f64; 3]) -> Vec<f64> {
        let own_s = own_seconds(before, now, &layout(), &busy_s);
        own_s.iter().map(|own_s| (own_s * 1e6).round() / 1e6).collect()
    }

    #[test]
    fn what_a_thread_took_is_laid_to_its_core() {
        let before = times(&[(1, 0, 100, 0), (2, 0, 50, 2)], 0);
        let now = times(&[(1, 0, 120, 0), (2, 0, 55, 2)], 0);
        assert_eq!(own(&before, &now, [0.25, 0.25, 0.25]), [0.2, 0.05, 0.0]);
        assert_eq!(own(&now, &now, [0.25, 0.25, 0.25]), [0.0; 3]);
    }

    #[test]
    fn what_a_thread_took_before_it_moved_is_laid_to_what_else_was_busy() {
        let before = times(&[(1, 0, 100, 0)], 0);
        let now = times(&[(1, 0, 120, 2)], 0);
        assert_eq!(own(&before, &now, [0.0, 0.25, 0.0]), [0.0, 0.2, 0.0], "it ran there");
        assert_eq!(own(&before, &now, [0.25, 0.05, 0.25]), [0.15, 0.05, 0.0], "it cannot have: the CPU was idle");
    }

    #[test]
    fn threads_that_ended_and_new_ones_count() {
        let before = times(&[(1, 0, 100, 0), (2, 0, 10, 0)], 0);
        // The second took 20 more and ended; the third took 5 since it started.
        let now = times(&[(1, 0, 100, 0), (3, 7, 5, 2)], 30);
        assert_eq!(own(&before, &now, [0.2, 0.25, 1.0]), [0.1, 0.15, 0.0]);
        // A process of ours became another's: what is seen counts.
        let fewer = times(&[(1, 0, 110, 0)], 0);
        assert_eq!(own(&times(&[(1, 0, 100, 0), (2, 0, 900, 0)], 0), &fewer, [0.2, 0.2, 0.2]), [0.1, 0.0, 0.0]);
    }

    #[test]
    fn a_number_that_was_given_anew_is_another_thread() {
        let before = times(&[(1, 0, 500, 0)], 0);
        let anew = times(&[(1, 9, 7, 0)], 500);
        assert_eq!(own(&before, &anew, [0.25, 0.0, 0.0]), [0.07, 0.0, 0.0]);
        let less = times(&[(1, 0, 7, 0)], 500);
        assert_eq!(own(&before, &less, [0.25, 0.0, 0.0]), [0.07, 0.0, 0.0], "less than before is nothing of its own");
    }

    #[test]
    fn own_load_is_never_above_all_load() {
        let (before, now) = (times(&[(1, 0, 0, 0), (2, 0, 0, 9)], 0), times(&[(1, 0, 90, 0), (2, 0, 90, 9)], 0));
        assert_eq!(own(&before, &now, [0.25, 0.1, 0.25]), [0.25, 0.1, 0.0], "nor is it anywhere but on usable cores");
        assert_eq!(own(&before, &now, [0.0; 3]), [0.0; 3]);
        assert_eq!(own_seconds(&before, &now, &[], &[]), Vec::<f64>::new());
        assert_eq!(own_seconds(&before, &now, &[], &[0.5]), [0.0], "a core that is not in the layout");
    }

    #[test]
    fn a_reading_that_costs_more_is_made_less_often() {
        let over = Duration::from_millis(250);
        let left_out = |us| samples_left_out(Duration::from_micros(us), over);
        assert_eq!([0, 100, 1250, 1251, 2500, 12_500].map(left_out), [0, 0, 0, 1, 1, 9]);
        assert_eq!(samples_left_out(Duration::from_secs(1), Duration::ZERO), 0);
    }

    #[test]
    fn between_readings_the_own_part_is_what_it_was() {
        let layout = layout();
        let mut own = OwnLoad::new("/nonexistent");
        let over = Duration::from_millis(250);
        assert_eq!(own.of(&layout, &[0.5; 3], over), None);
        own.parts = Some(vec![0.5, 1.0, 0.0]);
        own.leave_out = 2;
        let first = own.of(&layout, &[0.8, 0.4, 1.0], over);
        assert_eq!(first, Some((vec![0.4, 0.4, 0.0], over)));
        assert_eq!(own.of(&layout, &[0.0; 3], over), Some((vec![0.0; 3], over * 2)));
        assert_eq!(own.of(&layout, &[0.5; 3], over), None, "it is read again, and cannot be");
    }
}
