//! What a report says of the machine, and how busy it is at the moment. Takes well below a millisecond: nothing here
//! reads a file whose length grows with the number of CPUs, and nothing waits.

use serde::{Deserialize, Serialize};

use super::clock::ClockFacts;
use super::memory_limit::{memory_limited_by, memory_limits};
use super::surroundings::Surroundings;
use super::usable::{Usable, online};

/// What does not change while the program runs. What the system does not tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MachineFacts {
    /// Host name.
    pub host: Option<String>,
    /// Kernel release, e.g. `6.1.0-42-amd64`.
    pub kernel: Option<String>,
    /// Model of the first CPU.
    pub cpu_model: Option<String>,
    /// CPUs the machine has switched on; at least those that are usable.
    pub logical_cpus: u32,
    /// How many of them this process may use.
    pub usable_cpus: u32,
    /// What makes these fewer, e.g. `affinity`, `cgroup cpu.max`, `SLURM_CPUS_PER_TASK`; tightest first.
    pub limited_by: Vec<String>,
    /// Physical memory in bytes.
    pub memory_bytes: Option<u64>,
    /// What allows less than that, e.g. `cgroup memory.max`, `RLIMIT_AS`; tightest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub memory_limited_by: Vec<String>,
    /// The clock that tasks are timed with; `None` where nothing was timed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockFacts>,
}

/// What changes all the time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moment {
    /// Memory that programs could still get without swapping.
    pub memory_available_bytes: Option<u64>,
    /// What of it this process could get, by whichever limit is tightest.
    pub memory_left_bytes: Option<u64>,
    /// Load averages over 1, 5 and 15 minutes: tasks that run, want to run, or wait for a disk.
    pub load: Option<[f64; 3]>,
}

/// The facts of this machine, of which this much is usable.
pub fn facts(usable: &Usable) -> MachineFacts {
    MachineFacts::of(&Surroundings::here(), usable)
}

/// This machine at this moment.
pub fn moment() -> Moment {
    Moment::of(&Surroundings::here())
}

impl MachineFacts {
    /// The facts of these surroundings; host, kernel and processor are always those of this machine.
    pub fn of(here: &Surroundings, usable: &Usable) -> Self {
        let online = online(here).map(|set| set.len()).or_else(|| cpus_in_stat(here)).unwrap_or(0);
        let logical_cpus = online.max(usable.cpus.len());
        Self {
            host: sysinfo::System::host_name().ok().filter(|name| !name.is_empty()),
            kernel: sysinfo::System::kernel_version().ok().filter(|release| !release.is_empty()),
            cpu_model: cpu_model(),
            logical_cpus,
            usable_cpus: usable.count,
            limited_by: usable.limited_by(logical_cpus),
            memory_bytes: memory_bytes(here, "MemTotal:"),
            memory_limited_by: memory_limited_by(&memory_limits(here), memory_bytes(here, "MemTotal:")),
            clock: None,
        }
    }
}

impl Moment {
    /// What these surroundings say now.
    pub fn of(here: &Surroundings) -> Self {
        let memory_available_bytes = memory_bytes(here, "MemAvailable:");
        let left = memory_limits(here).into_iter().map(|limit| limit.left_bytes);
        let memory_left_bytes = left.chain(memory_available_bytes).min();
        Self { memory_available_bytes, memory_left_bytes, load: load(here) }
    }
}

/// Lines `cpu0 …`, `cpu1 …` of `/proc/stat`, for a chroot without `/sys`.
fn cpus_in_stat(here: &Surroundings) -> Option<u32> {
    let stat = here.read("/proc/stat")?;
    let is_a_cpu = |line: &&str| {
        line.strip_prefix("cpu").is_some_and(|rest| rest.bytes().next().is_some_and(|byte| byte.is_ascii_digit()))
    };
    u32::try_from(stat.lines().filter(is_a_cpu).count()).ok()
}

/// A line `MemTotal:  24684096 kB` of `/proc/meminfo`; its kB are 1024 bytes.
fn memory_bytes(here: &Surroundings, key: &str) -> Option<u64> {
    let meminfo = here.read("/proc/meminfo")?;
    let value = meminfo.lines().find_map(|line| line.strip_prefix(key))?;
    value.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

fn load(here: &Surroundings) -> Option<[f64; 3]> {
    let text = here.read("/proc/loadavg")?;
    let mut averages = text.split_whitespace().map(|field| field.parse::<f64>().ok().filter(|x| x.is_finite()));
    let mut next = || averages.next().flatten();
    Some([next()?, next()?, next()?])
}

/// The processor's name for itself, without a file: with several kernels in use on login nodes, opening
/// `/proc/cpuinfo` alone takes 20 ms, because they measure the frequency of every core first.
#[cfg(target_arch = "x86_64")]
fn cpu_model() -> Option<String> {
    use std::arch::x86_64::__cpuid;
    const BRAND: std::ops::RangeInclusive<u32> = 0x8000_0002..=0x8000_0004;
    if __cpuid(0x8000_0000).eax < *BRAND.end() {
        return None;
    }
    let registers = BRAND.map(__cpuid).flat_map(|leaf| [leaf.eax, leaf.ebx, leaf.ecx, leaf.edx]);
    let bytes: Vec<u8> = registers.flat_map(u32::to_le_bytes).take_while(|&byte| byte != 0).collect();
    tidied(&String::from_utf8_lossy(&bytes))
}

/// The model that sysinfo knows, which elsewhere must be put together from part numbers.
#[cfg(not(target_arch = "x86_64"))]
fn cpu_model() -> Option<String> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_cpu_list(sysinfo::CpuRefreshKind::nothing());
    tidied(system.cpus().first()?.brand())
}

/// One space between words and none around them; processors pad their names.
fn tidied(name: &str) -> Option<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{CpuSet, usable, usable_here};

    fn made_up(files: &[(&str, &str)]) -> (tempfile::TempDir, Surroundings) {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let here = Surroundings::made_up(dir.path(), |_| None, CpuSet::parse("0-1"));
        (dir, here)
    }

    fn facts_of(here: &Surroundings) -> MachineFacts {
        MachineFacts::of(here, &usable(here))
    }

    #[test]
    fn a_machine_is_described() {
        let (_dir, here) = made_up(&[
            ("sys/devices/system/cpu/online", "0-3\n"),
            ("proc/meminfo", "MemTotal:       24684096 kB\nMemFree: 1 kB\nMemAvailable:   2048 kB\n"),
            ("proc/loadavg", "1.17 0.49 0.32 4/112 12247\n"),
        ]);
        let facts = facts_of(&here);
        assert_eq!((facts.logical_cpus, facts.usable_cpus), (4, 2));
        assert_eq!(facts.limited_by, ["affinity"]);
        assert_eq!(facts.memory_bytes, Some(24_684_096 << 10));
        let moment = Moment::of(&here);
        assert_eq!(moment.memory_available_bytes, Some(2 << 20));
        assert_eq!(moment.load, Some([1.17, 0.49, 0.32]));
    }

    #[test]
    fn without_files_there_is_still_a_machine() {
        let (_dir, here) = made_up(&[]);
        let facts = facts_of(&here);
        assert_eq!((facts.logical_cpus, facts.usable_cpus, facts.memory_bytes), (2, 2, None));
        assert_eq!(Moment::of(&here), Moment::default());
    }

    #[test]
    fn without_sys_the_cpus_are_counted_in_stat() {
        let stat = "cpu  9 9\ncpu0 1 2\ncpu1 1 2\ncpu2 1 2\nintr 1 2\ncpufreq 3\n";
        let (_dir, here) = made_up(&[("proc/stat", stat)]);
        assert_eq!(facts_of(&here).logical_cpus, 3);
    }

    #[test]
    fn nonsense_is_not_believed() {
        let (_dir, here) = made_up(&[
            ("proc/meminfo", "MemTotal: 18446744073709551615 kB\nMemAvailable: x\n"),
            ("proc/loadavg", "0.1 NaN 0.3"),
        ]);
        assert_eq!(facts_of(&here).memory_bytes, None);
        assert_eq!(Moment::of(&here), Moment::default());
    }

    #[test]
    fn this_machine_has_a_name_and_a_cpu() {
        let facts = facts(&usable_here());
        assert!(facts.host.is_some() && facts.kernel.is_some());
        assert!(facts.usable_cpus >= 1 && facts.usable_cpus <= facts.logical_cpus);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_processor_is_called_what_the_kernel_calls_it() {
        let Ok(cpuinfo) = std::fs::read_to_string("/proc/cpuinfo") else { return };
        let Some(line) = cpuinfo.lines().find(|line| line.starts_with("model name")) else { return };
        let name = line.split_once(':').and_then(|(_, name)| tidied(name));
        assert_eq!(cpu_model(), name);
    }
}
