//! What the control groups allow: quotas of CPU time and sets of CPUs, at every level that can be seen.
//!
//! Ancestors count: a group may use no more than what each group around it may, and the kernel does not repeat an
//! outer quota further in. What cannot be read, or makes no sense, restricts nothing.

use super::cpuset::CpuSet;
use super::hierarchy::{Hierarchy, Level, levels};
use super::limit::{Limit, Restriction};
use super::surroundings::Surroundings;
use crate::units::seconds;

/// The kernel's period of CPU quotas where a group does not name one: 100 ms.
const DEFAULT_PERIOD_US: f64 = 100_000.0;

/// Reads what a level allows, if it restricts anything.
type CgroupReader = fn(&Surroundings, &Level) -> Option<Restriction>;

/// What there is to read, and in which hierarchy.
const READERS: [(Hierarchy, CgroupReader); 4] = [
    (Hierarchy::Unified, cpu_max),
    (Hierarchy::Unified, unified_cpuset),
    (Hierarchy::Legacy("cpu"), cfs_quota),
    (Hierarchy::Legacy("cpuset"), legacy_cpuset),
];

/// All restrictions by control groups, outer levels before inner ones. A level that allows the same CPUs as the one
/// around it is not told again.
pub(super) fn restrictions(here: &Surroundings) -> Vec<Restriction> {
    let read = |path| here.read(path).unwrap_or_default();
    let (cgroup, mountinfo) = (read("/proc/self/cgroup"), read("/proc/self/mountinfo"));
    let mut found = Vec::new();
    for (hierarchy, reader) in READERS {
        let mut told: Vec<Restriction> =
            levels(hierarchy, &cgroup, &mountinfo).iter().filter_map(|level| reader(here, level)).collect();
        told.dedup_by(|inner, outer| inner.allowed.is_some() && inner.allowed == outer.allowed);
        found.append(&mut told);
    }
    found
}

/// Version 2: `max 100000` or `150000 100000`.
fn cpu_max(here: &Surroundings, level: &Level) -> Option<Restriction> {
    let text = file(here, level, "cpu.max")?;
    let mut fields = text.split_whitespace();
    let quota_us = microseconds(fields.next()?)?;
    let period_us = fields.next().map_or(Some(DEFAULT_PERIOD_US), microseconds)?;
    Some(quota("cgroup cpu.max", level, quota_us, period_us))
}

/// Version 1: two files; a quota of -1 is none.
fn cfs_quota(here: &Surroundings, level: &Level) -> Option<Restriction> {
    let quota_us = microseconds(&file(here, level, "cpu.cfs_quota_us")?)?;
    let period_us =
        file(here, level, "cpu.cfs_period_us").map_or(Some(DEFAULT_PERIOD_US), |text| microseconds(&text))?;
    Some(quota("cgroup cpu.cfs_quota_us", level, quota_us, period_us))
}

fn unified_cpuset(here: &Surroundings, level: &Level) -> Option<Restriction> {
    cpuset(level, &file(here, level, "cpuset.cpus.effective")?)
}

fn legacy_cpuset(here: &Surroundings, level: &Level) -> Option<Restriction> {
    let text = file(here, level, "cpuset.effective_cpus").or_else(|| file(here, level, "cpuset.cpus"))?;
    cpuset(level, &text)
}

fn quota(name: &str, level: &Level, quota_us: f64, period_us: f64) -> Restriction {
    let (time, period) = (seconds(quota_us / 1e6), seconds(period_us / 1e6));
    let detail = format!("{}: {time} of CPU time every {period}", level.group);
    Restriction { limit: Limit { name: name.to_owned(), detail, cpus: quota_us / period_us }, allowed: None }
}

/// A group without CPUs can hold no process, so an empty set says nothing about this process.
fn cpuset(level: &Level, text: &str) -> Option<Restriction> {
    let allowed = CpuSet::parse(text).filter(|set| !set.is_empty())?;
    let detail = format!("{}: CPUs {allowed}", level.group);
    let limit = Limit { name: "cgroup cpuset".to_owned(), detail, cpus: f64::from(allowed.len()) };
    Some(Restriction { limit, allowed: Some(allowed) })
}

/// The file's text, unless it is missing or blank.
fn file(here: &Surroundings, level: &Level, name: &str) -> Option<String> {
    let folder = level.folder.trim_end_matches('/');
    here.read(&format!("{folder}/{name}")).filter(|text| !text.trim().is_empty())
}

/// A positive number of microseconds.
fn microseconds(text: &str) -> Option<f64> {
    text.trim().parse::<u64>().ok().filter(|&us| us > 0).map(|us| us as f64)
}
