//! The kernel's account of each CPU's time, as `/proc/stat` has it, in ticks since the machine started: text in, numbers
//! out. It reads no file, and knows no clock.
//!
//! Source: proc_stat(5). What virtual machines took (guest, guest_nice) is part of user and nice there, and so it is
//! here: it is not counted a second time.

use super::cpuset::CpuSet;

/// What a CPU did, in ticks (a hundredth of a second on all but the oddest machines).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuTimes {
    /// Programs, virtual machines among them.
    pub user: u64,
    /// Programs of lowered priority.
    pub nice: u64,
    /// The kernel, on behalf of programs.
    pub system: u64,
    /// Nothing.
    pub idle: u64,
    /// Nothing, while something waited for a disk.
    pub iowait: u64,
    /// Interrupts.
    pub irq: u64,
    /// What interrupts left to do.
    pub softirq: u64,
    /// What the hypervisor gave to others while something here wanted to run. On no CPU of this machine was it spent.
    pub steal: u64,
}

impl CpuTimes {
    /// Ticks in which the CPU ran something of this machine.
    pub fn busy(&self) -> u64 {
        [self.user, self.nice, self.system, self.irq, self.softirq].into_iter().fold(0, u64::saturating_add)
    }

    /// All ticks there were.
    pub fn all(&self) -> u64 {
        [self.idle, self.iowait, self.steal].into_iter().fold(self.busy(), u64::saturating_add)
    }

    /// What came since `before`. The kernel lets some counts fall now and then (iowait above all), which is no time.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        self.by_count(before, u64::saturating_sub)
    }

    fn by_count(&self, other: &Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            user: f(self.user, other.user),
            nice: f(self.nice, other.nice),
            system: f(self.system, other.system),
            idle: f(self.idle, other.idle),
            iowait: f(self.iowait, other.iowait),
            irq: f(self.irq, other.irq),
            softirq: f(self.softirq, other.softirq),
            steal: f(self.steal, other.steal),
        }
    }
}

/// The CPUs that are switched on, by id, with their times. The line of all together and what else stands there are left
/// out, and so is a line that is not understood. Old kernels have fewer columns; those are 0.
pub fn parse_cpu_times(text: &str) -> Vec<(u32, CpuTimes)> {
    text.lines().filter_map(parse_line).collect()
}

/// The times of all CPUs of a set together.
pub fn sum_of(times: &[(u32, CpuTimes)], cpus: &CpuSet) -> CpuTimes {
    let of_set = times.iter().filter(|(id, _)| cpus.contains(*id));
    of_set.fold(CpuTimes::default(), |sum, (_, times)| sum.by_count(times, u64::saturating_add))
}

/// `cpu7 user nice system idle iowait irq softirq steal guest guest_nice`.
fn parse_line(line: &str) -> Option<(u32, CpuTimes)> {
    let mut words = line.strip_prefix("cpu")?.split_ascii_whitespace();
    // In the line of all CPUs the first number stands apart from the word.
    let id = line[3..].starts_with(|c: char| c.is_ascii_digit()).then(|| words.next())??.parse().ok()?;
    let mut counts = [0; 8];
    let mut found = 0;
    for (count, word) in counts.iter_mut().zip(words) {
        *count = word.parse().ok()?;
        found += 1;
    }
    let [user, nice, system, idle, iowait, irq, softirq, steal] = counts;
    (found >= 4).then_some((id, CpuTimes { user, nice, system, idle, iowait, irq, softirq, steal }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  110 22 33 440 55 66 77 88 99 0\n\
                        cpu0 10 2 3 40 5 6 7 8 9 1\n\
                        cpu3 100 20 30 400 50 60 70 80 90 0\n\
                        intr 4711 0 0\nctxt 12\nbtime 1\nprocesses 99\ncpufreq 1 2 3 4\n";

    #[test]
    fn each_cpu_has_its_line() {
        let first = CpuTimes { user: 10, nice: 2, system: 3, idle: 40, iowait: 5, irq: 6, softirq: 7, steal: 8 };
        let times = parse_cpu_times(STAT);
        assert_eq!(times.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [0, 3]);
        assert_eq!(times[0].1, first);
        assert_eq!((first.busy(), first.all()), (28, 81), "steal and waiting are no work; guests are counted once");
    }

    #[test]
    fn old_kernels_have_fewer_columns_and_odd_lines_are_left_out() {
        let old = CpuTimes { user: 1, nice: 2, system: 3, idle: 4, ..CpuTimes::default() };
        assert_eq!(parse_cpu_times("cpu0 1 2 3 4\n"), [(0, old)]);
        for text in ["", "cpu0\n", "cpu0 1 2 3\n", "cpu0 1 x 3 4\n", "cpu 1 2 3 4 5\n", "cpu-1 1 2 3 4\n", "cpu"] {
            assert_eq!(parse_cpu_times(text), [], "{text:?}");
        }
    }

    #[test]
    fn usable_cpus_are_added_up() {
        let times = parse_cpu_times(STAT);
        let sum = |cpus: &str| sum_of(&times, &CpuSet::parse(cpus).unwrap());
        assert_eq!(sum("3"), times[1].1);
        assert_eq!(sum("0-7").user, 110);
        assert_eq!(sum("1"), CpuTimes::default());
    }

    #[test]
    fn counts_that_fall_are_no_time() {
        let before = CpuTimes { user: 5, iowait: 9, ..CpuTimes::default() };
        let now = CpuTimes { user: 7, iowait: 8, ..CpuTimes::default() };
        assert_eq!(now.since(&before), CpuTimes { user: 2, ..CpuTimes::default() });
    }

    #[test]
    fn this_machine_can_be_read() {
        let Ok(text) = std::fs::read_to_string("/proc/stat") else { return };
        assert!(parse_cpu_times(&text).iter().all(|(_, times)| times.all() >= times.busy()));
    }
}
