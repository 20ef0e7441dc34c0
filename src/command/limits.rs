//! What is looked at before a run starts: whether it can run at all, and whether parlab should do that to a machine
//! that others share.

use super::failure::Failure;
use super::memory_check::{Room, check_memory};
use crate::machine;
use crate::scenario::Scenario;
use crate::workload;

/// Refuses what the system would not let this user have, or has not got itself.
///
/// # Errors
/// A refusal, exit code 3, that names the limit and the way around it.
pub(super) fn check(scenario: &Scenario, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    check_workers(scenario)?;
    check_memory(scenario, &Room::here())
}

/// Makes the workload ready once and drops it again, so that data that cannot be used is told before anything is
/// measured, instead of once a trial. Comes after [`check`]: whether there is room is known by then. Stops between two
/// jobs when the run `is_wanted` no more.
///
/// # Errors
/// Exit code 2, with what is wrong.
pub(super) fn check_workload(scenario: &Scenario, is_wanted: &dyn Fn() -> bool) -> Result<(), Failure> {
    scenario
        .jobs()
        .take_while(|_| is_wanted())
        .try_for_each(|job| workload::build(&job).map(drop))
        .map_err(|error| Failure::usage(error.to_string()))
}

fn check_workers(scenario: &Scenario) -> Result<(), Failure> {
    let hires = scenario.sweep.backends.iter().any(|backend| backend.spec().starts_workers());
    let most = scenario.sweep.workers.iter().copied().max().unwrap_or(1);
    let inner = scenario.jobs().map(|job| workload::needs(&job).inner_threads).max().unwrap_or(1);
    let threads = u64::from(most) * u64::from(inner);
    let Some(limit) = machine::task_limit().filter(|_| hires) else { return Ok(()) };
    if threads <= limit.left {
        return Ok(());
    }
    let each = if threads > u64::from(most) { format!(", {threads} threads in all,") } else { String::new() };
    Err(Failure::refused(format!(
        "{most} workers{each} are more than the {} processes and threads that {} leaves you; ask for fewer, or add --yes to try",
        limit.left, limit.name
    )))
}
