//! Whether there is memory for a run: on the machine, in the control group, and in the address space of each process.
//! Looked at before anything of it is allocated.

use super::failure::Failure;
use crate::machine::{self, MemoryLimit, SPARE_BYTES, THREAD_BYTES, tightest};
use crate::scenario::{Config, Dispatch, Job, Plan, Scenario};
use crate::units;
use crate::workload::{self, Needs};

/// How much memory there is to give, and by whom.
pub(super) struct Room {
    /// To all processes together.
    together: Option<Giver>,
    /// To each process.
    each: Option<Giver>,
}

/// Who gives how much.
struct Giver {
    name: String,
    bytes: u64,
}

impl Giver {
    fn of(limit: &MemoryLimit) -> Self {
        Self { name: limit.in_words(), bytes: limit.left_bytes }
    }
}

impl Room {
    /// What there is here and now.
    pub(super) fn here() -> Self {
        let limits = machine::memory_limits_here();
        let machine = Self::of_machine(machine::moment().memory_available_bytes.unwrap_or(u64::MAX)).together;
        let group = tightest(&limits, false).map(Giver::of);
        Self {
            together: machine.into_iter().chain(group).min_by_key(|giver| giver.bytes),
            each: tightest(&limits, true).map(Giver::of),
        }
    }

    /// What the machine has, where nothing else limits it.
    pub(super) fn of_machine(bytes: u64) -> Self {
        Self { together: Some(Giver { name: "the machine".to_owned(), bytes }), each: None }
    }
}

/// Whether a scenario fits, job by job.
///
/// # Errors
/// A refusal that says what is needed, and who has how much of it.
pub(super) fn check_memory(scenario: &Scenario, room: &Room) -> Result<(), Failure> {
    let configs = Plan::of(scenario).configs;
    scenario.jobs().try_for_each(|job| {
        let (needs, tasks) = (workload::needs(&job), job.inputs.len());
        room.together.iter().try_for_each(|giver| check_all(&job, &needs, &configs, giver))?;
        room.each.iter().try_for_each(|giver| check_each(&needs, tasks, &configs, giver))
    })
}

/// What all processes of a scenario allocate together, where it needs most; `None` for programs, of which that is not known.
pub(super) fn needed_bytes(scenario: &Scenario) -> Option<u64> {
    let configs = Plan::of(scenario).configs;
    let of_job = |job: &Job| {
        let is_known = !workload::starts_programs(&job.kind);
        is_known.then(|| most_of_all(job, &workload::needs(job), &configs).map_or(0, |most| most.all))
    };
    scenario.jobs().map(|job| of_job(&job)).try_fold(0, |most, bytes| Some(most.max(bytes?)))
}

/// What a job needs where it needs most.
struct MostOfAll<'a> {
    config: &'a Config,
    /// What is there once.
    shared: u64,
    /// What the workers have besides.
    own: u64,
    all: u64,
}

/// What a job needs at whichever of these configurations needs most.
fn most_of_all<'a>(job: &Job, needs: &Needs, configs: &'a [Config]) -> Option<MostOfAll<'a>> {
    // Forked workers have the data from their parent, the others from parlab itself, which also makes it where it
    // sends tasks through a pipe; and both stay for the whole run.
    let in_parlab = |config: &Config| config.forks() == 0 || config.dispatch == Dispatch::Pipe;
    let is_launched = |config: &Config| config.backend.spec().is_launched();
    let forks = |config: &Config| config.forks() > 0 && !is_launched(config);
    let makers = [configs.iter().any(in_parlab), configs.iter().any(forks)];
    let shared = needs.shared_bytes.saturating_mul(makers.map(u64::from).iter().sum());
    let tasks = job.inputs.len();
    let each = |config: &Config| needs.worker_bytes.saturating_add(config.payload_bytes(tasks));
    // What the workers of a process write to is copied once for all of them.
    // Those that were not forked each make all of it for themselves.
    let copied = |config: &Config| {
        let made = if is_launched(config) { needs.shared_bytes } else { 0 };
        needs.copied_bytes.saturating_add(made).saturating_mul(config.forks().into())
    };
    let own = |config: &&Config| each(config).saturating_mul(config.workers.into()).saturating_add(copied(config));
    let config = configs.iter().max_by_key(own)?;
    let own = own(&config);
    Some(MostOfAll { config, shared, own, all: own.saturating_add(shared) })
}

/// Whether a job fits, at whichever of these configurations needs most.
fn check_all(job: &Job, needs: &Needs, configs: &[Config], giver: &Giver) -> Result<(), Failure> {
    let Some(most) = most_of_all(job, needs, configs) else { return Ok(()) };
    let all = most.all;
    if all <= giver.bytes {
        return Ok(());
    }
    let data = match most.shared {
        0 => String::new(),
        shared => format!("the data takes {}", units::bytes(shared)),
    };
    let workers = match (most.own / u64::from(most.config.workers.max(1)), most.config.workers) {
        (0, _) => String::new(),
        (each, 1) => format!("one worker needs {}", units::bytes(each)),
        (each, n) => format!("{n} workers need {} each, {} together", units::bytes(each), units::bytes(all)),
    };
    let both = if data.is_empty() || workers.is_empty() { "" } else { ", " };
    Err(refusal(&format!("{data}{both}{workers}"), giver))
}

/// Whether each process of a job fits into what a process may take, its threads' stacks included.
fn check_each(needs: &Needs, tasks: u64, configs: &[Config], giver: &Giver) -> Result<(), Failure> {
    let need = |config: &&Config| {
        let workers = workers_of_a_process(config);
        let stacks = threads_of_a_process(config, needs).saturating_mul(THREAD_BYTES);
        // The memory that all share is seen by each.
        let sent = config.payload_bytes(tasks).saturating_mul(config.workers.into());
        let own = needs.worker_bytes.saturating_mul(workers).saturating_add(stacks);
        own.saturating_add(needs.shared_bytes).saturating_add(sent)
    };
    let Some(most) = configs.iter().max_by_key(need) else { return Ok(()) };
    let bytes = need(&most);
    if bytes == 0 || bytes.saturating_add(SPARE_BYTES) <= giver.bytes {
        return Ok(());
    }
    let (workers, threads) = (workers_of_a_process(most), threads_of_a_process(most, needs));
    let who = if workers == 1 { "a worker".to_owned() } else { format!("{workers} workers in a process") };
    let verb = if workers == 1 { "needs" } else { "need" };
    let stacks = match threads {
        0 => String::new(),
        1 => ", the stack of its thread included".to_owned(),
        threads => format!(", the stacks of {threads} threads included"),
    };
    let (bytes, spare) = (units::bytes(bytes), units::bytes(SPARE_BYTES));
    Err(refusal(&format!("{who} {verb} {bytes}{stacks}, and parlab itself {spare}"), giver))
}

fn workers_of_a_process(config: &Config) -> u64 {
    u64::from(config.workers) / u64::from(config.forks().max(1)).max(1)
}

/// Threads that are started in a process: a forked one has its first worker in the thread that it begins with.
fn threads_of_a_process(config: &Config, needs: &Needs) -> u64 {
    let workers = workers_of_a_process(config);
    let started = if config.forks() > 0 { workers.saturating_sub(1) } else { workers };
    let inner = if needs.inner_threads > 1 { workers.saturating_mul(needs.inner_threads.into()) } else { 0 };
    started.saturating_add(inner)
}

fn refusal(need: &str, giver: &Giver) -> Failure {
    Failure::refused(format!(
        "{need}, and {} has {} of memory to give; ask for fewer workers or a smaller [workload], or add --yes to try",
        giver.name,
        units::bytes(giver.bytes)
    ))
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
            check_memory(&scenario, &Room::of_machine(available)).err().map(|failure| failure.message)
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
        check_memory(&scenario, &Room::of_machine(available)).err().map(|failure| failure.message)
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
