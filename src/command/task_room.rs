//! Whether the system lets this user start as many processes and threads as a run takes, workers and all that parlab
//! starts beside them: asked before anything is started.

use super::failure::Failure;
use crate::machine::{self, TaskLimit};
use crate::scenario::{Config, Dispatch, Plan, Scenario};
use crate::workload;

/// Threads that a run starts whatever it runs: the engine and its pulse, the listener for signals, and those that write
/// what may have to wait for a reader.
const OF_EVERY_RUN: u64 = 5;

/// Refuses a run for which there is no room.
///
/// # Errors
/// A refusal, exit code 3, that names the limit and the way around it.
pub(super) fn check(scenario: &Scenario) -> Result<(), Failure> {
    machine::task_limit().map_or(Ok(()), |limit| check_against(scenario, &limit))
}

fn check_against(scenario: &Scenario, limit: &TaskLimit) -> Result<(), Failure> {
    let inner = scenario.jobs().map(|job| workload::needs(&job).inner_threads).max().unwrap_or(1);
    let plan = Plan::of(scenario);
    let working = |config: &Config| u64::from(config.lanes()) * u64::from(inner);
    let own = OF_EVERY_RUN + beside(scenario, &plan.configs);
    let Some(most) = plan.configs.iter().max_by_key(|config| working(config)) else { return Ok(()) };
    if working(most) + own <= limit.left {
        return Ok(());
    }
    let workers = match most.workers {
        1 => "1 worker".to_owned(),
        n => format!("{n} workers"),
    };
    let each = if inner > 1 { format!(" ({} threads in all)", working(most)) } else { String::new() };
    Err(Failure::refused(format!(
        "{workers}{each} and {own} more processes and threads of parlab's own are more than the {} that {} leaves you; \
         ask for fewer, or add --yes to try",
        limit.left, limit.name
    )))
}

/// What some trial has beside its workers: a forkserver, which stays for the whole run, the thread that sends tasks
/// through a pipe, and what the tasks ask.
fn beside(scenario: &Scenario, configs: &[Config]) -> u64 {
    [
        configs.iter().any(|config| config.forks() > 0),
        configs.iter().any(|config| config.dispatch == Dispatch::Pipe),
        scenario.jobs().any(|job| workload::has_service(&job.kind)),
    ]
    .map(u64::from)
    .iter()
    .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Catalog, Overrides, Source};

    /// The least that a limit must leave for a scenario.
    fn needed(workload: &str, sweep: &str) -> u64 {
        let text = format!("title = 't'\n[workload]\n{workload}\n[sweep]\n{sweep}\n");
        let scenario = Source::new("x.toml", &text)
            .parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
            .unwrap_or_else(|why| panic!("{why}"));
        let fits = |left: &u64| check_against(&scenario, &TaskLimit { name: "a limit", left: *left }).is_ok();
        (0..).find(fits).expect("some limit")
    }

    #[test]
    fn workers_count_and_so_does_what_is_beside_them() {
        let square = "kind = 'square'\ntasks = 4";
        for (workload, sweep, beside) in [
            (square, "backends = ['serial']", 1),
            (square, "workers = 7\nbackends = ['threads']", 7),
            (square, "workers = [7, 3]\nbackends = ['threads', 'processes']", 7 + 1),
            (square, "workers = 7\nbackends = ['processes']\ndispatch = 'pipe'", 7 + 2),
            (square, "workers = '2x4'\nbackends = ['hybrid']", 8 + 1),
            ("kind = 'http'\ntasks = 2", "workers = 7\nbackends = ['threads']", 7 + 1),
            ("kind = 'matmul'\ntasks = 2\ninner_threads = 3", "workers = 7\nbackends = ['threads']", 21),
        ] {
            assert_eq!(needed(workload, sweep), beside + OF_EVERY_RUN, "{workload}, {sweep}");
        }
    }
}
