//! What is looked at before a run starts: whether it can run at all, and whether parlab should do that to a machine
//! that others share.

use super::failure::Failure;
use super::memory_check::{Room, check_memory};
use super::task_room;
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
    task_room::check(scenario)?;
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
