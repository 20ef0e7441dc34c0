//! What a job asks for: what the command line says, else what follows from the scenario, told as such.

use std::time::Duration;

use crate::batch::{Amount, JobName, JobRequest, MemorySize, Reasoned, TimeLimit};
use crate::cli;
use crate::command::environment::catalog;
use crate::command::failure::Failure;
use crate::command::memory_check::needed_bytes;
use crate::mpi::is_launcher;
use crate::scenario::{Catalog, Plan, Scenario, Source, Value};
use crate::units;

/// What parlab takes besides what its tasks allocate, and so does each worker.
const OWN_BYTES: u64 = 128 << 20;
const WORKER_BYTES: u64 = 32 << 20;

/// Steps in which memory is asked for.
const MEMORY_STEP: u64 = 64 << 20;

/// What a job may take for its start.
const START: Duration = Duration::from_secs(120);

/// A scenario as it will be in the job, and what that asks for.
///
/// # Errors
/// When it has problems.
pub(super) fn of_scenario(args: &cli::Submit, source: &Source) -> Result<(Scenario, JobRequest), Failure> {
    let parse = |cpus: u32| {
        let catalog = Catalog { cpus, ..catalog() };
        source.parse(&catalog, &args.overrides.0).map_err(|problems| Failure::usage(problems.to_string()))
    };
    let cpus = match args.cpus {
        Some(cpus) => Reasoned::said(cpus),
        None => usual_cpus(&parse)?,
    };
    let scenario = parse(cpus.value.get())?;
    let plan = Plan::of(&scenario);
    let widest = widest(&plan);
    if args.array && scenario.sweep.auto.is_some() {
        let message = "--array: repeats = \"auto\" needs all configurations in one job; give a number of repeats";
        return Err(Failure::usage(message));
    }
    let jobs = u32::try_from(plan.configs.len()).unwrap_or(u32::MAX);
    let (cpus, tasks) = shared_out(args, &scenario, cpus, widest);
    let needs = JobRequest {
        time: args.time.map(Reasoned::said).or_else(|| Some(time(&scenario, &plan, args.array))),
        array: args.array.then_some(Amount::at_least_one(jobs)),
        memory: args.mem.map(Reasoned::said).or_else(|| memory(&scenario, widest)),
        ..asked(args, &source.name, cpus, tasks)
    };
    Ok((scenario, needs))
}

/// What a program asks for, of which nothing is known but its launcher.
pub(super) fn of_program(args: &cli::Submit, command: &[String]) -> JobRequest {
    let cpus = match args.cpus {
        Some(cpus) => Reasoned::said(cpus),
        None => Reasoned::because(Amount::ONE, "--cpus says otherwise: nothing is known of the program"),
    };
    let name = command.first().map_or("", |name| name.rsplit('/').next().unwrap_or_default());
    let tasks = args.tasks.or_else(|| ranks(command)).unwrap_or(Amount::ONE);
    JobRequest {
        time: args.time.map(Reasoned::said),
        memory: args.mem.map(Reasoned::said),
        ..asked(args, name, cpus, tasks)
    }
}

/// CPUs of each task, and tasks: what has one process of parlab's is one task, and of ranks each is one.
fn shared_out(
    args: &cli::Submit,
    scenario: &Scenario,
    cpus: Reasoned<Amount>,
    widest: u32,
) -> (Reasoned<Amount>, Amount) {
    if !launches(scenario) {
        return (cpus, args.tasks.unwrap_or(Amount::ONE));
    }
    let why = "One for each rank; --cpus says otherwise, and --tasks how many ranks there are at most.";
    let each = args.cpus.map_or_else(|| Reasoned::because(Amount::ONE, why), Reasoned::said);
    (each, args.tasks.unwrap_or(Amount::at_least_one(widest)))
}

/// Whether a scenario starts ranks, as workers or by its program: a job's script must not start such a one as a step, as
/// theirs would wait for its end.
pub(super) fn launches(scenario: &Scenario) -> bool {
    if scenario.sweep.backends.iter().any(|backend| backend.spec().is_launched()) {
        return true;
    }
    let first = scenario.job.params.get("command").and_then(|command| match command {
        Value::Words(words) => words.first(),
        _ => None,
    });
    // `{mpirun}` stands for the launcher of a Python's MPI.
    first.is_some_and(|first| is_launcher(first.trim_matches(['{', '}']).as_ref()))
}

/// What is the same for all jobs.
fn asked(args: &cli::Submit, name: &str, cpus_per_task: Reasoned<Amount>, tasks: Amount) -> JobRequest {
    JobRequest {
        name: JobName::of(name),
        partition: args.partition.clone(),
        account: args.account.clone(),
        time: None,
        nodes: args.nodes.unwrap_or(Amount::ONE),
        tasks,
        cpus_per_task,
        memory: None,
        array: None,
    }
}

/// CPUs for the widest configuration. Where that is as wide as there are CPUs, there are as many as here.
fn usual_cpus(parse: &impl Fn(u32) -> Result<Scenario, Failure>) -> Result<Reasoned<Amount>, Failure> {
    let here = catalog().cpus;
    let widest_at = |cpus: u32| parse(cpus).map(|scenario| widest(&Plan::of(&scenario)));
    let (widest, other) = (widest_at(here)?, widest_at(here.saturating_add(1))?);
    Ok(if widest == other {
        Reasoned::because(Amount::at_least_one(widest), "As many as the widest configuration has workers.")
    } else {
        let why = "As many as may be used here: the workers are as many as there are cores. --cpus says otherwise.";
        Reasoned::because(Amount::at_least_one(here), why)
    })
}

fn widest(plan: &Plan) -> u32 {
    plan.configs.iter().map(|config| config.workers).max().unwrap_or(1)
}

/// What the trials may take at most.
fn time(scenario: &Scenario, plan: &Plan, is_array: bool) -> Reasoned<TimeLimit> {
    // Those of an array have as many each as there are repeats of a configuration.
    let jobs = if is_array { plan.configs.len().max(1) } else { 1 };
    let (trials, limit) = (plan.trials.len() / jobs, scenario.sweep.timeout);
    let planned = limit.saturating_mul(u32::try_from(trials).unwrap_or(u32::MAX));
    let each = units::seconds(limit.as_secs_f64());
    let (most, more) = match &scenario.sweep.auto {
        Some(auto) => {
            let added = Duration::try_from_secs_f64(auto.max_seconds).unwrap_or_default();
            (planned.saturating_add(added), format!(" and {} for those added", units::seconds(auto.max_seconds)))
        }
        None => (planned, String::new()),
    };
    let why = format!(
        "An estimate, and no more than that: {trials} trials of at most {each} each{more}. --time says otherwise."
    );
    Reasoned::because(TimeLimit::at_least(most.saturating_add(START)), why)
}

/// What is allocated, and what that is allocated by; nothing where that is not known.
fn memory(scenario: &Scenario, workers: u32) -> Option<Reasoned<MemorySize>> {
    let tasks = needed_bytes(scenario)?;
    let all = tasks.saturating_add(OWN_BYTES).saturating_add(WORKER_BYTES.saturating_mul(workers.into()));
    let rounded = all.div_ceil(MEMORY_STEP).saturating_mul(MEMORY_STEP);
    let why = format!(
        "An estimate: {} that tasks allocate, and what {workers} workers and parlab take. --mem says otherwise.",
        units::bytes(tasks)
    );
    Some(Reasoned::because(MemorySize::at_least(rounded), why))
}

/// How many ranks a launcher was told to start.
fn ranks(command: &[String]) -> Option<Amount> {
    if !is_launcher(command.first()?.as_ref()) {
        return None;
    }
    let mut words = command.iter().skip(1).take_while(|word| word.starts_with('-') || is_number(word));
    while let Some(word) = words.next() {
        if ["-n", "-np", "--np", "--ntasks"].contains(&word.as_str()) {
            return words.next()?.parse().ok();
        }
        if let Some(number) = word.strip_prefix("--ntasks=").or_else(|| word.strip_prefix("-n")) {
            return number.parse().ok();
        }
    }
    None
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Overrides;
    use crate::workload;

    #[test]
    fn ranks_are_those_that_the_launcher_is_told() {
        let ranks = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            ranks(&words).map(Amount::get)
        };
        assert_eq!(ranks("mpirun -n 4 ./prog"), Some(4));
        assert_eq!(ranks("/usr/bin/mpiexec --oversubscribe -np 16 ./prog -n 3"), Some(16));
        assert_eq!(ranks("srun --ntasks=8 ./prog"), Some(8));
        assert_eq!(ranks("srun -n2 ./prog"), Some(2));
        assert_eq!(ranks("mpirun ./prog -n 3"), None);
        assert_eq!(ranks("python -n 3"), None);
        assert_eq!(ranks("mpirun -n four ./prog"), None);
        assert_eq!(ranks(""), None);
    }

    fn scenario(text: &str, cpus: u32) -> Scenario {
        let catalog = Catalog::new(workload::specs(), cpus);
        Source::new("x.toml", text).parse(&catalog, &Overrides::default()).unwrap()
    }

    #[test]
    fn cpus_are_those_of_the_widest_configuration_or_of_this_machine() {
        let needed = |workers: &str| {
            let text = format!("title = 't'\n[workload]\nkind = 'square'\ntasks = 1\n[sweep]\nworkers = {workers}\n");
            usual_cpus(&|cpus| Ok(scenario(&text, cpus))).unwrap()
        };
        let fixed = needed("[1, 8, 3]");
        assert_eq!(
            (fixed.value.get(), fixed.why.unwrap().as_str()),
            (8, "As many as the widest configuration has workers.")
        );
        for open in ["'1..cores'", "'1..cores+3'", "'cores'"] {
            let found = needed(open);
            assert_eq!(found.value.get(), catalog().cpus, "{open}");
            assert!(found.why.unwrap().contains("as there are cores"), "{open}");
        }
    }

    #[test]
    fn time_is_what_the_trials_may_take_and_memory_what_tasks_allocate() {
        let text = "title = 't'\n[workload]\nkind = 'triad'\nmib = 100\ntasks = 1\n[sweep]\nworkers = [1, 4]\nrepeats = 2\n\
                    warmup = 1\ntimeout_s = 600.0\nbackends = ['threads']\nbaseline = 'none'\n";
        let scenario = scenario(text, 4);
        let plan = Plan::of(&scenario);
        let time = time(&scenario, &plan, false);
        // Two configurations, three trials each, of ten minutes.
        assert_eq!(time.value.to_string(), "01:02:00");
        assert!(time.why.unwrap().contains("6 trials of at most 10 min 00 s each."));
        let memory = memory(&scenario, widest(&plan)).unwrap();
        assert_eq!(memory.value.to_string(), "704M", "{memory:?}");
        assert!(memory.why.unwrap().starts_with("An estimate: 400 MiB that tasks allocate"));
    }

    #[test]
    fn a_launcher_of_ranks_is_known_in_a_scenario_too() {
        let of = |command: &str| {
            let text = format!("title = 't'\n[workload]\nkind = 'program'\ncommand = [{command}]\n");
            launches(&scenario(&text, 2))
        };
        assert!(of("'mpirun', '-n', '{workers}', 'true'") && of("'/usr/bin/srun', 'true'"));
        assert!(!of("'true'") && !of("'sh', '-c', 'mpirun'"));
        assert!(!launches(&scenario("title = 't'\n[workload]\nkind = 'square'\ntasks = 1\n", 2)));
    }

    #[test]
    fn of_programs_no_memory_is_known() {
        let text = "title = 't'\n[workload]\nkind = 'program'\ncommand = ['true']\n";
        assert_eq!(memory(&scenario(text, 2), 2), None);
    }
}
