//! Where the time of each lane of a trial went, as it is kept of the trial.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::live::Activity;

/// Lanes kept of a trial: the first of them.
pub const LANES_MAX: u32 = 1024;

/// What a lane is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaneKind {
    /// A worker of parlab.
    #[default]
    Worker,
    /// A thread of another program that tells of its tasks.
    Tasks,
    /// A thread of another program, as the kernel tells of it.
    Thread,
    /// A rank of an MPI program, as its calls tell of it.
    Rank,
}

impl LaneKind {
    /// Whether it is one of parlab's own.
    pub fn is_worker(&self) -> bool {
        *self == Self::Worker
    }
}

/// What a lane did with its time, from its first worker's arrival at the gate to the end of the trial.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LaneTotals {
    /// What it is of.
    #[serde(default, skip_serializing_if = "LaneKind::is_worker")]
    pub kind: LaneKind,
    /// What its thread is called; empty for workers of parlab, which go by their numbers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Process or thread id of its last worker; 0 if none ever came. The process of a thread of another program.
    pub pid: u32,
    /// That thread; `None` for workers of parlab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tid: Option<u32>,
    /// Tasks finished, failed ones included.
    pub tasks: u64,
    /// When its first worker came to the gate, in seconds since that was opened: below 0 but for late replacements.
    pub arrived_s: f64,
    /// Until when it is accounted for: the end of the trial, or when its worker left if that was later.
    pub until_s: f64,
    /// Seconds in each activity; those that took none are left out. Together they are the time from `arrived_s` to
    /// `until_s`.
    pub seconds: BTreeMap<Activity, f64>,
}

impl LaneTotals {
    /// Whether it is of a thread that cannot be looked at from here: another process tells of it.
    pub fn is_elsewhere(&self) -> bool {
        self.kind == LaneKind::Tasks && self.tid.is_none()
    }
}
