//! How much memory this process may take up, and what says so: control groups at every level, and the limits on a
//! process's address space and data.
//!
//! The machine's free memory says little about it: a batch system, a container or `ulimit -v` may leave far less, and
//! what goes beyond is killed or refused. What cannot be read, or makes no sense, limits nothing.

use super::hierarchy::{Hierarchy, Level, levels};
use super::surroundings::Surroundings;
use crate::units;

/// Something that limits the memory that may be taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryLimit {
    /// What it is: `cgroup memory.max`, `cgroup memory.high`, `cgroup memory.limit_in_bytes`, `SLURM_MEM_PER_NODE`,
    /// `SLURM_MEM_PER_CPU`, `RLIMIT_AS` or `RLIMIT_DATA`.
    pub name: String,
    /// What it says, for people: the control group or the command that sets it.
    pub detail: String,
    /// What it allows, in bytes.
    pub bytes: u64,
    /// What it still leaves, in bytes.
    pub left_bytes: u64,
    /// Whether it holds for each process alone, and not for all together.
    pub each_process: bool,
}

/// From here on a number stands for no limit: version 1 writes the largest multiple of a page.
const NO_LIMIT: u64 = 1 << 62;

/// All limits on memory in these surroundings, outer groups before inner ones.
pub fn memory_limits(here: &Surroundings) -> Vec<MemoryLimit> {
    let groups = [
        (Hierarchy::Unified, GroupFiles { limit: "memory.max", usage: "memory.current", cache: "inactive_file" }),
        (Hierarchy::Unified, GroupFiles { limit: "memory.high", usage: "memory.current", cache: "inactive_file" }),
        (
            Hierarchy::Legacy("memory"),
            GroupFiles { limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", cache: "total_inactive_file" },
        ),
    ];
    let read = |path| here.read(path).unwrap_or_default();
    let (cgroup, mountinfo) = (read("/proc/self/cgroup"), read("/proc/self/mountinfo"));
    let mut limits = Vec::new();
    for (hierarchy, files) in groups {
        limits.extend(levels(hierarchy, &cgroup, &mountinfo).iter().filter_map(|level| files.limit(here, level)));
    }
    limits.extend(slurm(here));
    let status = read("/proc/self/status");
    limits.extend(PROCESS_LIMITS.iter().filter_map(|limit| limit.read(&read("/proc/self/limits"), &status)));
    limits
}

/// All limits on memory, here and now.
pub fn memory_limits_here() -> Vec<MemoryLimit> {
    memory_limits(&Surroundings::here())
}

/// The limit that leaves least, of those that hold for each process alone, or of those for all together.
pub fn tightest(limits: &[MemoryLimit], each_process: bool) -> Option<&MemoryLimit> {
    limits.iter().filter(|limit| limit.each_process == each_process).min_by_key(|limit| limit.left_bytes)
}

/// The names of the limits that allow less than so many bytes, tightest first, each once.
pub(super) fn memory_limited_by(limits: &[MemoryLimit], memory_bytes: Option<u64>) -> Vec<String> {
    let mut tight: Vec<&MemoryLimit> =
        limits.iter().filter(|limit| memory_bytes.is_none_or(|memory| limit.bytes < memory)).collect();
    tight.sort_by_key(|limit| limit.bytes);
    let mut names: Vec<String> = Vec::new();
    for limit in tight {
        if !names.contains(&limit.name) {
            names.push(limit.name.clone());
        }
    }
    names
}

/// Where a control group says what it allows and what is taken.
struct GroupFiles {
    limit: &'static str,
    usage: &'static str,
    /// The part of what is taken that the kernel gives back when it is asked for: file contents not used of late.
    cache: &'static str,
}

impl GroupFiles {
    fn limit(&self, here: &Surroundings, level: &Level) -> Option<MemoryLimit> {
        let file = |name| here.read(&format!("{}/{name}", level.folder.trim_end_matches('/')));
        let number = |name| file(name)?.trim().parse::<u64>().ok();
        let bytes = number(self.limit).filter(|&bytes| bytes < NO_LIMIT)?;
        let cache = file("memory.stat").and_then(|stat| field(&stat, self.cache)).unwrap_or(0);
        let taken = number(self.usage).unwrap_or(0).saturating_sub(cache);
        Some(MemoryLimit {
            name: format!("cgroup {}", self.limit),
            detail: level.group.clone(),
            bytes,
            left_bytes: bytes.saturating_sub(taken),
            each_process: false,
        })
    }
}

/// A line `name 123` of several.
fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// What Slurm granted on this node, in MiB: for the job, or for each of its CPUs here; 0 stands for all of it.
fn slurm(here: &Surroundings) -> Option<MemoryLimit> {
    let number = |name: &str| here.variable(name)?.trim().parse::<u64>().ok().filter(|&number| number > 0);
    let of_node = number("SLURM_MEM_PER_NODE").map(|mib| ("SLURM_MEM_PER_NODE", mib));
    let of_cpus = || {
        let mib = number("SLURM_MEM_PER_CPU")?.checked_mul(number("SLURM_CPUS_ON_NODE")?)?;
        Some(("SLURM_MEM_PER_CPU", mib))
    };
    let (name, mib) = of_node.or_else(of_cpus)?;
    let bytes = mib.checked_mul(1 << 20)?;
    let detail = "set by Slurm".to_owned();
    Some(MemoryLimit { name: name.to_owned(), detail, bytes, left_bytes: bytes, each_process: false })
}

/// A limit of the kernel's on a process.
struct ProcessLimit {
    name: &'static str,
    detail: &'static str,
    /// How its line of `/proc/self/limits` begins.
    line: &'static str,
    /// How the line of `/proc/self/status` begins that says what is taken.
    taken: &'static str,
}

const PROCESS_LIMITS: [ProcessLimit; 2] = [
    ProcessLimit {
        name: "RLIMIT_AS",
        detail: "the address space of a process (ulimit -v)",
        line: "Max address space",
        taken: "VmSize:",
    },
    ProcessLimit {
        name: "RLIMIT_DATA",
        detail: "the data of a process (ulimit -d)",
        line: "Max data size",
        taken: "VmData:",
    },
];

impl ProcessLimit {
    fn read(&self, limits: &str, status: &str) -> Option<MemoryLimit> {
        // `Max address space  1073741824  unlimited  bytes`: the soft limit comes first.
        let soft = limits.lines().find_map(|line| line.strip_prefix(self.line)?.split_whitespace().next());
        let bytes = soft?.parse::<u64>().ok().filter(|&bytes| bytes < NO_LIMIT)?;
        let taken = status.lines().find_map(|line| line.strip_prefix(self.taken)?.split_whitespace().next());
        let taken = taken.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0).saturating_mul(1024);
        Some(MemoryLimit {
            name: self.name.to_owned(),
            detail: self.detail.to_owned(),
            bytes,
            left_bytes: bytes.saturating_sub(taken),
            each_process: true,
        })
    }
}

impl MemoryLimit {
    /// In a sentence: `cgroup memory.max of /job`, `RLIMIT_AS, the address space of a process (ulimit -v),`.
    pub fn in_words(&self) -> String {
        match self.detail.starts_with('/') {
            true => format!("{} of {}", self.name, self.detail),
            false => format!("{}, {},", self.name, self.detail),
        }
    }

    /// What it allows and leaves: `2.00 GiB, of which 1.50 GiB left`.
    pub fn figures(&self) -> String {
        format!("{}, of which {} left", units::bytes(self.bytes), units::bytes(self.left_bytes))
    }
}
