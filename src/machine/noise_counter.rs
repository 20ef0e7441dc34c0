//! What the kernel counts of the usable CPUs, read at two instants: how busy they were, what the hypervisor took, pressure,
//! throttling, and the CPU time of this process. It waits for nothing and judges nothing.
//!
//! Sources: proc_stat(5), `Documentation/accounting/psi.rst`, `Documentation/admin-guide/cgroup-v2.rst` (cpu.stat) and
//! `Documentation/scheduler/sched-bwc.rst` of the kernel.

use super::cpu_times::{CpuTimes, parse_cpu_times, sum_of};
use super::cpuset::CpuSet;
use super::hierarchy::{Hierarchy, levels};
use super::noise_limits::TICKS_MIN_S;
use super::surroundings::Surroundings;
use crate::system::clock::{monotonic_ns, process_cpu_time};

/// `USER_HZ`, which is 100 on all architectures of today but Alpha: `/proc/stat` counts in ticks of 10 ms.
const TICKS_PER_S: f64 = 100.0;

/// With fewer ticks of all usable CPUs than this, a time is so short that a tick or two are the rounding of `/proc/stat`: of
/// 20, one tick is 5 %.
const TICKS_FINE: u64 = 20;

/// With fewer ticks than this nothing is told at all.
const TICKS_MIN: u64 = 6;

/// Reads the counts of some CPUs.
#[derive(Debug)]
pub struct NoiseCounter {
    cpus: CpuSet,
    /// Files `cpu.stat` of the control groups that this process is in, outer ones first.
    groups: Vec<String>,
}

/// The counts at an instant. What the system does not tell is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct NoiseReading {
    at_ns: u64,
    own_s: f64,
    times: Option<CpuTimes>,
    pressure_us: Option<u64>,
    throttled: Vec<Option<Throttled>>,
}

/// What the quota of a control group took so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Throttled {
    periods: u64,
    ns: u64,
}

/// What was counted between two instants. What the system does not tell, or not so finely, is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NoiseCounts {
    /// CPUs that it was counted over.
    pub usable_cpus: u32,
    /// Seconds between the two.
    pub over_s: f64,
    /// CPU seconds that the usable CPUs were busy, by any program.
    pub busy_s: Option<f64>,
    /// CPU seconds that the hypervisor took.
    pub steal_s: Option<f64>,
    /// Whether it was so short that only amounts beyond the counters' rounding are told.
    pub is_coarse: bool,
    /// CPU seconds of this process, all threads.
    pub own_s: f64,
    /// Seconds that threads of the control group were kept off the CPUs for its quota: of the level that this was most at.
    pub throttled_s: Option<f64>,
    /// Periods of the quota in which that was so.
    pub throttled_periods: Option<u64>,
    /// Seconds in which some thread of the machine waited for a CPU.
    pub pressure_s: Option<f64>,
}

impl NoiseCounter {
    /// For these CPUs of this machine, and the control groups that this process is in now.
    pub fn new(cpus: &CpuSet) -> Self {
        Self::of(&Surroundings::here(), cpus)
    }

    fn of(here: &Surroundings, cpus: &CpuSet) -> Self {
        Self { cpus: cpus.clone(), groups: groups(here) }
    }

    /// The counts now. Takes as long as it takes the kernel to write `/proc/stat`: some 100 µs on a small machine.
    pub fn read(&self) -> NoiseReading {
        self.read_from(&Surroundings::here())
    }

    fn read_from(&self, here: &Surroundings) -> NoiseReading {
        let throttled = self.groups.iter().map(|path| throttled(&here.read(path)?)).collect();
        let pressure_us = here.read("/proc/pressure/cpu").and_then(|text| some_total(&text));
        // Ticks and own time side by side, for one is taken from the other.
        let times = here.read("/proc/stat").and_then(|text| self.times(&text));
        NoiseReading { at_ns: monotonic_ns(), own_s: process_cpu_time().as_secs_f64(), times, pressure_us, throttled }
    }

    fn times(&self, stat: &str) -> Option<CpuTimes> {
        let times = sum_of(&parse_cpu_times(stat), &self.cpus);
        (times.all() > 0).then_some(times)
    }

    /// What was counted from one reading of this counter to a later one.
    pub fn between(&self, before: &NoiseReading, after: &NoiseReading) -> NoiseCounts {
        let times = before.times.zip(after.times).map(|(before, after)| after.since(&before));
        let times = times.filter(|times| times.all() >= TICKS_MIN);
        let seconds = |ticks: u64| ticks as f64 / TICKS_PER_S;
        let throttled = before.throttled.iter().zip(&after.throttled).filter_map(|(before, after)| {
            let (before, after) = ((*before)?, (*after)?);
            let (ns, periods) = (after.ns.saturating_sub(before.ns), after.periods.saturating_sub(before.periods));
            Some(Throttled { periods, ns })
        });
        let throttled = throttled.max_by_key(|throttled| throttled.ns);
        let pressure = before.pressure_us.zip(after.pressure_us);
        NoiseCounts {
            usable_cpus: self.cpus.len(),
            over_s: after.at_ns.saturating_sub(before.at_ns) as f64 * 1e-9,
            busy_s: times.map(|times| seconds(times.busy())),
            steal_s: times.and_then(|times| certain(seconds(times.steal), times.all() < TICKS_FINE)),
            is_coarse: times.is_some_and(|times| times.all() < TICKS_FINE),
            own_s: (after.own_s - before.own_s).max(0.0),
            throttled_s: throttled.map(|throttled| throttled.ns as f64 * 1e-9),
            throttled_periods: throttled.map(|throttled| throttled.periods),
            pressure_s: pressure.map(|(before, after)| after.saturating_sub(before) as f64 * 1e-6),
        }
    }
}

impl NoiseCounts {
    /// CPU seconds that other programs took of the usable CPUs: what these were busy, less one's own time and the `more`
    /// seconds of one's processes that are not in it. Never below nothing, and never above what the CPUs have: ticks are
    /// counted by samples, own time exactly. Of a short time only what cannot be rounding is told.
    pub fn others_s(&self, more: f64) -> Option<f64> {
        let most = f64::from(self.usable_cpus) * self.over_s;
        let others_s = (self.busy_s? - self.own_s - more).min(most).max(0.0);
        certain(others_s, self.is_coarse)
    }
}

/// So many seconds, unless they may be nothing but rounding. In a time of few ticks that much counts all the same.
fn certain(seconds: f64, is_coarse: bool) -> Option<f64> {
    (!is_coarse || seconds >= TICKS_MIN_S).then_some(seconds)
}

/// The files with the counts of throttling, of both versions of control groups, outer levels first.
fn groups(here: &Surroundings) -> Vec<String> {
    let read = |path| here.read(path).unwrap_or_default();
    let (cgroup, mountinfo) = (read("/proc/self/cgroup"), read("/proc/self/mountinfo"));
    let all = [Hierarchy::Unified, Hierarchy::Legacy("cpu")].into_iter();
    let all = all.flat_map(|hierarchy| levels(hierarchy, &cgroup, &mountinfo));
    let paths = all.map(|level| format!("{}/cpu.stat", level.folder.trim_end_matches('/')));
    paths.filter(|path| here.read(path).is_some_and(|text| throttled(&text).is_some())).collect()
}

/// `nr_throttled 7` with `throttled_usec 1234` (version 2) or `throttled_time 1234000` in nanoseconds (version 1).
fn throttled(text: &str) -> Option<Throttled> {
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
    let ns = value("throttled_usec").map(|us: u64| us.saturating_mul(1000)).or_else(|| value("throttled_time"))?;
    Some(Throttled { periods: value("nr_throttled")?, ns })
}

/// Microseconds of `some avg10=0.00 avg60=0.00 avg300=0.00 total=1234`.
fn some_total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("some "))?;
    line.split_ascii_whitespace().find_map(|word| word.strip_prefix("total=")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const CGROUP: &str = "0::/job/step\n";
    const MOUNTS: &str = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    /// A machine of CPUs 0 to 2, of which 0 and 2 may be used, before and after.
    fn between(before: &[(&str, &str)], after: &[(&str, &str)]) -> NoiseCounts {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), &[("proc/self/cgroup", CGROUP), ("proc/self/mountinfo", MOUNTS)]);
        write(root.path(), before);
        let here = Surroundings::made_up(root.path(), |_| None, None);
        let counter = NoiseCounter::of(&here, &CpuSet::parse("0,2").unwrap());
        let first = counter.read_from(&here);
        write(root.path(), after);
        let second = counter.read_from(&here);
        counter.between(&first, &second)
    }

    #[test]
    fn only_usable_cpus_count() {
        let counts = between(
            &[("proc/stat", "cpu 0\ncpu0 10 0 0 5 0 0 0 1\ncpu1 0 0 0 0 0 0 0 0\ncpu2 10 0 0 5 0 0 0 1\n")],
            &[("proc/stat", "cpu 0\ncpu0 40 1 2 5 0 3 4 4\ncpu1 900 0 0 0 0 0 0 900\ncpu2 10 0 0 65 0 0 0 2\n")],
        );
        assert_eq!((counts.usable_cpus, counts.busy_s, counts.steal_s), (2, Some(0.4), Some(0.04)));
        let exact = NoiseCounts { own_s: 0.1, over_s: 0.4, ..counts };
        assert!((exact.others_s(0.05).unwrap() - 0.25).abs() < 1e-12);
        assert_eq!(exact.others_s(0.7), Some(0.0), "never below nothing");
        assert_eq!(NoiseCounts { over_s: 0.1, ..exact }.others_s(0.0), Some(0.2), "nor above what the CPUs have");
    }

    #[test]
    fn of_a_time_of_few_ticks_only_what_is_certain_is_told() {
        let stat = |busy: u64, idle: u64, steal: u64| format!("cpu0 {busy} 0 0 {idle} 0 0 0 {steal}\n");
        let counts = |busy: u64, idle: u64, steal: u64| {
            let (before, after) = (stat(0, 0, 1), stat(busy, idle, 1 + steal));
            let counts = between(&[("proc/stat", before.as_str())], &[("proc/stat", after.as_str())]);
            let counts = NoiseCounts { own_s: 0.0, over_s: 1.0, ..counts };
            (counts.others_s(0.0), counts.steal_s)
        };
        // So short that nothing is told; then what is more than rounding; then everything.
        assert_eq!(counts(5, 0, 0), (None, None));
        assert_eq!(counts(2, 4, 0), (None, None));
        assert_eq!(counts(7, 8, 0), (Some(0.07), None));
        assert_eq!(counts(0, 10, 3), (None, Some(0.03)));
        assert_eq!(counts(2, 18, 0), (Some(0.02), Some(0.0)));
        // A trial of one worker for 77 ms beside one that computes on the other of two CPUs.
        let beside =
            NoiseCounts { usable_cpus: 2, over_s: 0.077, busy_s: Some(0.15), is_coarse: true, ..Default::default() };
        assert!(beside.others_s(0.077).is_some_and(|s| s > 0.07));
        assert_eq!(beside.others_s(0.14), None, "a tick may be rounding");
    }

    #[test]
    fn throttling_is_that_of_the_level_that_was_throttled_most() {
        let [root, job, step] = ["", "job/", "job/step/"].map(|level| format!("sys/fs/cgroup/{level}cpu.stat"));
        let counts = between(
            &[
                (&root, "usage_usec 9\n"),
                (&job, "nr_throttled 1\nthrottled_usec 5\n"),
                (&step, "nr_throttled 0\nthrottled_usec 0\n"),
            ],
            &[
                (&root, "usage_usec 10\n"),
                (&job, "nr_throttled 3\nthrottled_usec 250005\n"),
                (&step, "nr_throttled 9\nthrottled_usec 10\n"),
            ],
        );
        assert_eq!((counts.throttled_s, counts.throttled_periods), (Some(0.25), Some(2)));
    }

    #[test]
    fn version_1_counts_nanoseconds() {
        let text = "nr_periods 7\nnr_throttled 2\nthrottled_time 1500\n";
        assert_eq!(throttled(text), Some(Throttled { periods: 2, ns: 1500 }));
        assert_eq!(throttled("usage_usec 12\n"), None, "the root has no quota");
    }

    #[test]
    fn pressure_is_what_some_waited() {
        let text = |total| format!("some avg10=1.00 avg60=0.00 avg300=0.00 total={total}\nfull avg10=0 total=7\n");
        let (before, after) = (text(1_000_000), text(1_250_000));
        let counts = between(&[("proc/pressure/cpu", &before)], &[("proc/pressure/cpu", &after)]);
        assert_eq!(counts.pressure_s, Some(0.25));
    }

    #[test]
    fn what_the_system_does_not_tell_is_not_made_up() {
        let counts = between(&[], &[("proc/pressure/cpu", "nonsense"), ("proc/stat", "cpu0 x\n")]);
        let known =
            NoiseCounts { usable_cpus: 2, over_s: counts.over_s, own_s: counts.own_s, ..NoiseCounts::default() };
        assert_eq!(counts, known);
        assert_eq!(counts.others_s(0.0), None);
    }

    #[test]
    fn own_time_is_counted() {
        let counter = NoiseCounter::new(&CpuSet::parse("0").unwrap());
        let before = counter.read();
        let begun = process_cpu_time();
        while (process_cpu_time() - begun).as_millis() < 20 {
            std::hint::black_box((0..1_000_u64).sum::<u64>());
        }
        let counts = counter.between(&before, &counter.read());
        assert!(counts.own_s >= 0.02 && counts.over_s > 0.0, "{counts:?}");
    }
}
