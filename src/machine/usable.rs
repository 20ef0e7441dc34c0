//! Which CPUs may really be used, and what says so: the least of affinity, control groups and Slurm.
//!
//! A machine's CPU count says little about what a process gets: a batch system, a container or `taskset` may leave
//! it far fewer, and workers beyond those only take turns. `std::thread::available_parallelism` knows affinity and
//! quotas; cpusets of other hierarchies and Slurm's variables it does not, and it does not say why.

use super::cgroup;
use super::cpuset::CpuSet;
use super::limit::{Limit, Restriction};
use super::surroundings::Surroundings;

/// The CPUs that may be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Usable {
    /// The CPUs that work may run on. May hold more than `count`: a quota limits time, not places.
    pub cpus: CpuSet,
    /// How many can be kept busy all the time; at least 1.
    ///
    /// Quotas are rounded down: with 1.5 CPUs' worth of time a second worker would be stopped half of the time, and
    /// would look like a poor speedup of the program. [`Limit::cpus`] keeps the fraction.
    pub count: u32,
    /// Everything found that sets a limit, whether or not it is the tightest.
    pub limits: Vec<Limit>,
}

/// The CPUs that this process may use, here and now.
pub fn usable_here() -> Usable {
    usable(&Surroundings::here())
}

/// The CPUs that a process in these surroundings may use.
pub fn usable(here: &Surroundings) -> Usable {
    let mut cpus = affinity(here);
    let detail = format!("CPUs {cpus}");
    let mut limits = vec![Limit { name: "affinity".to_owned(), detail, cpus: f64::from(cpus.len()) }];
    for Restriction { limit, allowed } in cgroup::restrictions(here) {
        let left = allowed.map_or_else(|| cpus.clone(), |allowed| cpus.intersection(&allowed));
        // This process does run somewhere, so a set that excludes every CPU it may run on cannot be about it.
        if !left.is_empty() {
            cpus = left;
            limits.push(limit);
        }
    }
    limits.extend(slurm(here));
    let count = limits.iter().map(Limit::whole_cpus).fold(cpus.len(), u32::min);
    Usable { cpus, count, limits }
}

impl Usable {
    /// The names of the limits that leave less than `logical_cpus`, tightest first, each once.
    pub fn limited_by(&self, logical_cpus: u32) -> Vec<String> {
        let mut tight: Vec<&Limit> = self.limits.iter().filter(|limit| limit.cpus < f64::from(logical_cpus)).collect();
        tight.sort_by(|a, b| a.cpus.total_cmp(&b.cpus));
        let mut names: Vec<String> = Vec::new();
        for limit in tight {
            if !names.contains(&limit.name) {
                names.push(limit.name.clone());
            }
        }
        names
    }
}

/// The affinity mask; where the kernel does not give it, the same from `/proc`, then every CPU there is, then CPU 0.
fn affinity(here: &Surroundings) -> CpuSet {
    let set = here.affinity().cloned().or_else(|| allowed_in_status(here)).or_else(|| online(here));
    set.filter(|set| !set.is_empty()).unwrap_or_else(|| CpuSet::from_iter([0]))
}

/// `Cpus_allowed_list` of `/proc/self/status`: the affinity without a limit on the number of CPUs.
fn allowed_in_status(here: &Surroundings) -> Option<CpuSet> {
    let status = here.read("/proc/self/status")?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    CpuSet::parse(list).filter(|set| !set.is_empty())
}

/// The CPUs that the machine has switched on.
pub(super) fn online(here: &Surroundings) -> Option<CpuSet> {
    CpuSet::parse(&here.read("/sys/devices/system/cpu/online")?).filter(|set| !set.is_empty())
}

/// What Slurm granted: the CPUs of this task; those of all tasks in the script of a job, which starts them; else those of
/// the job on this node.
fn slurm(here: &Surroundings) -> Option<Limit> {
    const PER_TASK: &str = "SLURM_CPUS_PER_TASK";
    const ON_NODE: &str = "SLURM_CPUS_ON_NODE";
    let number = |name: &str| here.variable(name)?.trim().parse::<u32>().ok().filter(|&number| number > 0);
    let limit = |name: &str, detail: String, cpus: u32| Limit { name: name.to_owned(), detail, cpus: f64::from(cpus) };
    let Some(per_task) = number(PER_TASK) else {
        return number(ON_NODE).map(|cpus| limit(ON_NODE, "set by Slurm".to_owned(), cpus));
    };
    let is_step = here.variable("SLURM_STEP_ID").is_some();
    let tasks = if is_step { 1 } else { number("SLURM_NTASKS").unwrap_or(1) };
    let all = per_task.saturating_mul(tasks).min(number(ON_NODE).unwrap_or(u32::MAX).max(per_task));
    let detail = if tasks > 1 { format!("set by Slurm, for {tasks} tasks") } else { "set by Slurm".to_owned() };
    Some(limit(PER_TASK, detail, all))
}
