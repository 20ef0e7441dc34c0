//! What limits the CPUs that may be used, as those that find limits hand it to those that take the least of them.

use super::cpuset::CpuSet;

/// Something that limits the CPUs that may be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// What it is: `affinity`, `cgroup cpu.max`, `cgroup cpu.cfs_quota_us`, `cgroup cpuset`, `SLURM_CPUS_PER_TASK` or
    /// `SLURM_CPUS_ON_NODE`.
    pub name: String,
    /// What it says, for people: the control group and its figures, the CPUs.
    pub detail: String,
    /// How many CPUs it leaves; more than 0, and not always whole.
    pub cpus: f64,
}

/// A limit with the CPUs it names, if it names any.
pub(super) struct Restriction {
    pub(super) limit: Limit,
    pub(super) allowed: Option<CpuSet>,
}

impl Limit {
    /// How many CPUs it leaves for all the time; at least 1, since something must run the program.
    pub fn whole_cpus(&self) -> u32 {
        (self.cpus as u32).max(1)
    }
}
