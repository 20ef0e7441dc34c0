//! What is looked at before a run starts: whether it can run at all, and whether parlab should do that to a machine
//! that others share.

use super::failure::Failure;
use super::memory_check::{Room, check_memory};
use super::task_room;
use crate::scenario::Scenario;

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
