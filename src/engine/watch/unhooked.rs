//! Finds Pythons of a program whose tasks are not told, since they did not load what would tell them; and asks the
//! others what that costs a task.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::machine::tree::{ProcessLook, TreeLook};
use crate::python::{Hook, flags_that_hide};

/// How long an interpreter may take to load the hook, in nanoseconds: importing is slow on busy machines.
const LOADS_WITHIN_NS: u64 = 2_000_000_000;

/// Between two questions after the cost of a task.
const COST_PACE_NS: u64 = 500_000_000;

/// Looks for them, and for what the hook has to say of itself.
pub(super) struct HookSight {
    hook: Arc<Hook>,
    /// Processes that were looked at and need not be again.
    settled: HashSet<u32>,
    /// When to ask for what a task costs; `None` once that is known.
    cost_due_ns: Option<u64>,
}

impl HookSight {
    pub(super) fn new(hook: Arc<Hook>) -> Self {
        Self { hook, settled: HashSet::new(), cost_due_ns: Some(0) }
    }

    /// What watching adds to a task, when that is first known: it is measured before the first task runs.
    pub(super) fn new_cost(&mut self, now_ns: u64) -> Option<Duration> {
        self.cost_due_ns.filter(|due_ns| now_ns >= *due_ns)?;
        let cost = self.hook.cost_of_a_task();
        self.cost_due_ns = cost.is_none().then_some(now_ns + COST_PACE_NS);
        cost
    }

    /// What is to be said of the Pythons that a look shows, each once.
    pub(super) fn see(&mut self, look: &TreeLook) -> Vec<String> {
        let due = |process: &&ProcessLook| {
            let is_old = look.at_ns.saturating_sub(process.started_ns) >= LOADS_WITHIN_NS;
            process.python.is_some() && is_old && !process.has_ended && !self.settled.contains(&process.pid)
        };
        let due: Vec<&ProcessLook> = look.processes.iter().filter(due).collect();
        if due.is_empty() {
            return Vec::new();
        }
        let started: HashSet<u32> = self.hook.started().into_iter().collect();
        // One that was forked has what its parent has.
        let is_forked = |process: &ProcessLook| {
            look.processes.iter().any(|other| other.pid == process.parent && other.python.is_some())
        };
        self.settled.extend(due.iter().map(|process| process.pid));
        let lacks = due.into_iter().filter(|process| !started.contains(&process.pid) && !is_forked(process));
        lacks.map(in_words).collect()
    }
}

fn in_words(process: &ProcessLook) -> String {
    let line = process.command_line();
    let why = match flags_that_hide(&line) {
        Some(flag) => format!("it was started with {flag}"),
        None => "it was started with another environment, or is not CPython".to_owned(),
    };
    format!("the tasks of process {} ({}) are not told: {why}", process.pid, process.name)
}
