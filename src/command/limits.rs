//! What is looked at before a run starts: whether it can run at all, and whether parlab should do that to a machine
//! that others share.

use super::failure::Failure;
use crate::machine;
use crate::scenario::{BackendKind, Scenario};
use crate::workload;

/// Makes the workload ready once and drops it again, so that data that cannot be used is told before anything is
/// measured, instead of once a trial.
///
/// # Errors
/// Exit code 2, with what is wrong.
pub(super) fn check_workload(scenario: &Scenario) -> Result<(), Failure> {
    workload::build(&scenario.job).map(drop).map_err(|error| Failure::usage(error.to_string()))
}

/// Refuses more workers than the system would let this user have.
///
/// # Errors
/// A refusal, exit code 3, that names the limit and the way around it.
pub(super) fn check(scenario: &Scenario, yes: bool) -> Result<(), Failure> {
    let hires = scenario.sweep.backends.iter().any(|&backend| backend != BackendKind::Serial);
    let most = scenario.sweep.workers.iter().copied().max().unwrap_or(1);
    let Some(limit) = machine::task_limit().filter(|_| hires && !yes) else { return Ok(()) };
    if u64::from(most) <= limit.left {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "{most} workers are more than the {} processes and threads that {} leaves you; ask for fewer, or add --yes to try",
        limit.left, limit.name
    )))
}
