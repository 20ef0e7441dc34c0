//! What is looked at before a run starts: whether it can run at all, and whether parlab should do that to a machine
//! that others share.

use super::failure::Failure;
use super::task_room;
use crate::machine;
use crate::scenario::{Config, Dispatch, Job, Plan, Scenario};
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
    task_room::check(scenario)?;
    match machine::moment().memory_available_bytes {
        Some(available) => check_memory(scenario, available),
        None => Ok(()),
    }
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

fn check_memory(scenario: &Scenario, available: u64) -> Result<(), Failure> {
    let mut jobs = scenario.jobs();
    jobs.try_for_each(|job| check_memory_of(&job, &Plan::of(scenario).configs, available))
}

/// Whether a job fits, at whichever of these configurations needs most.
fn check_memory_of(job: &Job, configs: &[Config], available: u64) -> Result<(), Failure> {
    let needs = workload::needs(job);
    // Forked workers have the data from their parent, the others from parlab itself, which also makes it where it
    // sends tasks through a pipe; and both stay for the whole run.
    let in_parlab = |config: &Config| config.forks() == 0 || config.dispatch == Dispatch::Pipe;
    let makers = [configs.iter().any(in_parlab), configs.iter().any(|config| config.forks() > 0)];
    let shared = needs.shared_bytes.saturating_mul(makers.map(u64::from).iter().sum());
    let tasks = job.inputs.len();
    let each = |config: &Config| needs.worker_bytes.saturating_add(config.payload_bytes(tasks));
    // What the workers of a process write to is copied once for all of them.
    let copied = |config: &Config| needs.copied_bytes.saturating_mul(config.forks().into());
    let own = |config: &&Config| each(config).saturating_mul(config.workers.into()).saturating_add(copied(config));
    let Some(most) = configs.iter().max_by_key(own) else { return Ok(()) };
    let all = own(&most).saturating_add(shared);
    if all <= available {
        return Ok(());
    }
    let data = match shared {
        0 => String::new(),
        shared => format!("the data takes {}", units::bytes(shared)),
    };
    let workers = match (own(&most) / u64::from(most.workers.max(1)), most.workers) {
        (0, _) => String::new(),
        (each, 1) => format!("one worker needs {}", units::bytes(each)),
        (each, n) => format!("{n} workers need {} each, {} together", units::bytes(each), units::bytes(all)),
    };
    let both = if data.is_empty() || workers.is_empty() { "" } else { ", " };
    Err(Failure::refused(format!(
        "{data}{both}{workers}, and the machine has {} of memory to give; ask for fewer workers or a smaller [workload], or add --yes to try",
        units::bytes(available)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Catalog, Overrides, Source};

    #[test]
    fn what_is_sent_needs_memory_too() {
        let refusal = |chunk: u64, available: u64| {
            let text = format!(
                "title = 't'\n[workload]\nkind = 'square'\ntasks = 50\n[sweep]\nbackends = ['processes']\n\
                 workers = 10\ndispatch = 'pipe'\npayload = 1048576\nchunk = {chunk}\n"
            );
            let scenario = Source::new("x.toml", &text)
                .parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
                .expect("a scenario");
            check_memory(&scenario, available).err().map(|failure| failure.message)
        };
        assert_eq!(refusal(1, 31 << 20), None);
        let message = refusal(1, 30 << 20).expect("a refusal");
        assert!(message.starts_with("10 workers need 3.00 MiB each, 30.0 MiB together"), "{message}");
        // No chunk is larger than all tasks.
        assert_eq!(refusal(1000, 1011 << 20), None);
        assert!(refusal(1000, 1009 << 20).is_some());
    }

    fn refusal(workers: &str, available: u64) -> Option<String> {
        refusal_of("kind = 'triad'", workers, available)
    }

    fn refusal_of(kind: &str, workers: &str, available: u64) -> Option<String> {
        let text = format!("title = 't'\n[workload]\n{kind}\nmib = 100\ntasks = 1\n[sweep]\nworkers = {workers}\n");
        refusal_of_all(&text, available)
    }

    fn refusal_of_all(text: &str, available: u64) -> Option<String> {
        let scenario = Source::new("x.toml", text)
            .parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
            .expect("a scenario");
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
    fn data_counts_once_where_it_is_shared_and_for_each_worker_that_writes_to_it() {
        let read = "kind = 'memory'";
        let processes = "[1, 4]\nbackends = ['processes']\nbaseline = 'none'";
        assert_eq!(refusal_of(read, processes, 100 << 20), None);
        let message = refusal_of(read, processes, (100 << 20) - 1).expect("a refusal");
        assert!(message.starts_with("the data takes 100 MiB, and the machine has 100 MiB"), "{message}");
        // Threads find it in parlab, and processes in their parent.
        let message = refusal_of(read, "4\nbackends = ['threads', 'processes']", (200 << 20) - 1).expect("a refusal");
        assert!(message.starts_with("the data takes 200 MiB, and"), "{message}");

        let write = "kind = 'memory'\naccess = 'write'\npart = 0.5";
        assert_eq!(refusal_of(write, "64\nbackends = ['threads']", 100 << 20), None);
        assert_eq!(refusal_of(write, processes, 300 << 20), None);
        let message = refusal_of(write, processes, (300 << 20) - 1).expect("a refusal");
        let said = "the data takes 100 MiB, 4 workers need 50.0 MiB each, 300 MiB together, and the machine has";
        assert!(message.starts_with(said), "{message}");
    }

    #[test]
    fn the_point_that_needs_most_counts() {
        for values in ["[1, 300, 2]", "[300, 1, 2]", "[1, 2, 300]"] {
            let text = format!(
                "title = 't'\n[workload]\nkind = 'triad'\ntasks = 1\n[vary]\nmib = {values}\n[sweep]\nworkers = 2\n"
            );
            assert_eq!(refusal_of_all(&text, 600 << 20), None, "{values}");
            let message = refusal_of_all(&text, (600 << 20) - 1).expect("a refusal");
            assert!(message.starts_with("2 workers need 300 MiB each"), "{message}");
        }
    }
}
