//! What is looked at before a run starts: whether it can run at all, and whether parlab should do that to a machine
//! that others share.

use super::failure::Failure;
use crate::machine;
use crate::scenario::{BackendKind, Plan, Scenario};
use crate::units;
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
    match machine::moment().memory_available_bytes {
        Some(available) => check_memory(scenario, available),
        None => Ok(()),
    }
}

/// Makes the workload ready once and drops it again, so that data that cannot be used is told before anything is
/// measured, instead of once a trial. Comes after [`check`]: whether there is room is known by then.
///
/// # Errors
/// Exit code 2, with what is wrong.
pub(super) fn check_workload(scenario: &Scenario) -> Result<(), Failure> {
    scenario
        .jobs()
        .try_for_each(|job| workload::build(&job).map(drop))
        .map_err(|error| Failure::usage(error.to_string()))
}

fn check_workers(scenario: &Scenario) -> Result<(), Failure> {
    let hires = scenario.sweep.backends.iter().any(|&backend| backend != BackendKind::Serial);
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

fn check_memory(scenario: &Scenario, available: u64) -> Result<(), Failure> {
    let each = scenario.jobs().map(|job| workload::needs(&job).worker_bytes).max().unwrap_or(0);
    let most = Plan::of(scenario).configs.iter().map(|config| config.workers).max().unwrap_or(1);
    let all = each.saturating_mul(most.into());
    if all <= available {
        return Ok(());
    }
    let [each, all, available] = [each, all, available].map(units::bytes);
    let workers = if most == 1 {
        format!("one worker needs {each}")
    } else {
        format!("{most} workers need {each} each, {all} together")
    };
    Err(Failure::refused(format!(
        "{workers}, and the machine has {available} of memory to give; ask for fewer workers or a smaller [workload], or add --yes to try"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(workers: &str, available: u64) -> Option<String> {
        refusal_of(&format!("mib = 100\n[sweep]\nworkers = {workers}"), available)
    }

    fn refusal_of(rest: &str, available: u64) -> Option<String> {
        let text = format!("title = 't'\n[workload]\nkind = 'triad'\ntasks = 1\n{rest}\n");
        let scenario = crate::scenario::parse("x.toml", "x", &text, workload::specs(), 2).expect("a scenario");
        check_memory(&scenario, available).err().map(|failure| failure.message)
    }

    #[test]
    fn memory_is_compared_with_what_there_is() {
        assert_eq!(refusal("[1, 4]", 400 << 20), None);
        let message = refusal("[1, 4]", (400 << 20) - 1).expect("a refusal");
        assert!(message.starts_with("4 workers need 100 MiB each, 400 MiB together"), "{message}");
        let message = refusal("1", 1 << 20).expect("a refusal");
        assert!(message.starts_with("one worker needs 100 MiB, and the machine has 1.00 MiB"), "{message}");
    }

    #[test]
    fn the_point_that_needs_most_counts() {
        for values in ["[1, 300, 2]", "[300, 1, 2]", "[1, 2, 300]"] {
            let varied = format!("[vary]\nmib = {values}\n[sweep]\nworkers = 2");
            assert_eq!(refusal_of(&varied, 600 << 20), None, "{values}");
            let message = refusal_of(&varied, (600 << 20) - 1).expect("a refusal");
            assert!(message.starts_with("2 workers need 300 MiB each"), "{message}");
        }
    }
}
