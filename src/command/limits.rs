//! What parlab refuses to do to a machine that others share, unless told to do it all the same.

use super::failure::Failure;
use crate::machine;
use crate::scenario::{BackendKind, Scenario};

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
