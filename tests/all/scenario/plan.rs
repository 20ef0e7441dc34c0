//! Plans and permutations: decided by the seed alone, complete, and one to one.

use std::collections::BTreeMap;

use parlab::scenario::{BackendKind, Config, Dispatch, Inputs, Job, Order, Permutation, Plan, Schedule};
use proptest::prelude::*;

use super::with_sweep;

fn job(inputs: Inputs, order: Order, seed: u64) -> Job {
    Job {
        kind: "square".into(),
        params: BTreeMap::new(),
        inputs,
        order,
        seed,
        interpreter: None,
        recorded: std::collections::BTreeMap::new(),
    }
}

fn orders() -> impl Strategy<Value = Order> {
    prop::sample::select(Order::ALL.to_vec())
}

fn inputs() -> impl Strategy<Value = Inputs> {
    prop_oneof![
        (1..3000u64).prop_map(|tasks| Inputs::Range { tasks }),
        (60_000..140_000u64).prop_map(|tasks| Inputs::Range { tasks }),
        (1..3000u64, 0.0..9.0).prop_map(|(times, value)| Inputs::Repeat { value, times }),
        prop::collection::vec(-9.0..9.0, 1..500).prop_map(Inputs::List),
    ]
}

/// Whether every task has exactly one position.
fn is_one_to_one(permutation: &Permutation, tasks: u64) -> bool {
    let mut seen = vec![false; tasks as usize];
    (0..tasks).all(|position| {
        let task = permutation.task_at(position);
        task < tasks && !std::mem::replace(&mut seen[task as usize], true)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_order_hands_out_each_task_once(inputs in inputs(), order in orders(), seed in any::<u64>()) {
        let job = job(inputs, order, seed);
        let permutation = Permutation::of(&job, |task| job.inputs.x(task));
        prop_assert!(is_one_to_one(&permutation, job.inputs.len()));
        prop_assert_eq!(&Permutation::of(&job, |task| job.inputs.x(task)), &permutation);
    }

    #[test]
    fn longest_and_shortest_come_first(inputs in inputs(), grows in any::<bool>()) {
        let sign = if grows { 1.0 } else { -1.0 };
        for (order, wanted) in [(Order::LongestFirst, -1.0), (Order::ShortestFirst, 1.0)] {
            let job = job(inputs.clone(), order, 1);
            let cost = |task| sign * job.inputs.x(task);
            let permutation = Permutation::of(&job, cost);
            let costs = (0..job.inputs.len()).map(|position| wanted * cost(permutation.task_at(position)));
            prop_assert!(costs.is_sorted());
        }
    }

    #[test]
    fn tasks_of_equal_cost_keep_their_order(inputs in inputs()) {
        for order in [Order::LongestFirst, Order::ShortestFirst] {
            let job = job(inputs.clone(), order, 1);
            let permutation = Permutation::of(&job, |_| 1.0);
            prop_assert!((0..job.inputs.len()).all(|position| permutation.task_at(position) == position));
        }
    }

    #[test]
    fn a_plan_is_decided_by_its_scenario(
        seed in any::<u64>(),
        workers in prop::collection::vec(1..40u32, 1..8),
        repeats in 1..6u32,
        warmup in 0..4u32,
    ) {
        let body = format!("seed = {seed}\nworkers = {workers:?}\nrepeats = {repeats}\nwarmup = {warmup}");
        let scenario = with_sweep(&body);
        let plan = Plan::of(&scenario);
        prop_assert_eq!(&Plan::of(&scenario.clone()), &plan);
        // Every configuration is there once, and has each of its repeats and warm-ups once.
        for (index, config) in plan.configs.iter().enumerate() {
            prop_assert!(!plan.configs[..index].contains(config));
            for (warm, rounds) in [(true, warmup), (false, repeats)] {
                let of_config = plan.trials.iter().filter(|trial| trial.config == index && trial.warmup == warm);
                let mut numbers: Vec<u32> = of_config.map(|trial| trial.repeat).collect();
                numbers.sort_unstable();
                prop_assert_eq!(numbers, (0..rounds).collect::<Vec<_>>());
            }
        }
        // Repeats are interleaved: a block ends before the next begins.
        let rounds: Vec<_> = plan.trials.iter().map(|trial| (!trial.warmup, trial.repeat)).collect();
        prop_assert!(rounds.is_sorted());
    }
}

#[test]
fn the_baseline_has_no_place_of_its_own_in_a_block() {
    // Among five configurations, of two backends with two numbers of workers; the first block is no exception.
    for block in [0, 1] {
        let mut places = [0; 5];
        for seed in 0..600 {
            let plan = Plan::of(&with_sweep(&format!("seed = {seed}\nworkers = [2, 3]\nrepeats = 2\nwarmup = 1")));
            let of_block: Vec<_> = plan.trials.iter().filter(|t| !t.warmup && t.repeat == block).collect();
            let place =
                of_block.iter().position(|trial| Some(trial.config) == plan.baseline).expect("it is there once");
            places[place] += 1;
        }
        assert!(places.iter().all(|n| (80..160).contains(n)), "{places:?} of 600");
    }
}

#[test]
fn ranges_too_long_for_a_table_are_shuffled_one_to_one_too() {
    for tasks in [65_536, 65_537, 131_072, 131_073, 262_143, 1_000_000] {
        let job = job(Inputs::Range { tasks }, Order::Shuffled, 7);
        let permutation = Permutation::of(&job, |_| 1.0);
        assert!(is_one_to_one(&permutation, tasks), "{tasks} tasks");
        let fixed = (0..tasks).filter(|position| permutation.task_at(*position) == *position).count();
        assert!(fixed < 50, "{fixed} of {tasks} tasks stayed where they were");
    }
}

#[test]
fn a_trillion_tasks_are_shuffled_in_no_memory() {
    let tasks = 1_000_000_000_000;
    let job = job(Inputs::Range { tasks }, Order::Shuffled, 7);
    let permutation = Permutation::of(&job, |_| 1.0);
    assert!((0..1000).all(|i| permutation.task_at(i * 999_999_937) < tasks));
}

#[test]
fn other_seeds_give_other_plans_and_shuffles() {
    let plan = |seed: u64| Plan::of(&with_sweep(&format!("seed = {seed}\nworkers = '1..8'"))).trials;
    assert_ne!(plan(1), plan(2));
    for tasks in [1000, 100_000] {
        let first = |seed| {
            let job = job(Inputs::Range { tasks }, Order::Shuffled, seed);
            let permutation = Permutation::of(&job, |_| 1.0);
            (0..20).map(|position| permutation.task_at(position)).collect::<Vec<_>>()
        };
        assert_ne!(first(1), first(2));
    }
}

#[test]
fn the_same_seed_gives_the_same_plan_in_every_version() {
    let plan = Plan::of(&with_sweep("backends = ['processes', 'serial']\nworkers = [2, 1]\nrepeats = 2\nwarmup = 1"));
    let configs: Vec<_> = plan.configs.iter().map(|config| (config.backend, config.workers)).collect();
    assert_eq!(configs, [(BackendKind::SERIAL, 1), (BackendKind::PROCESSES, 2), (BackendKind::PROCESSES, 1)]);
    let order: Vec<usize> = plan.trials.iter().map(|trial| trial.config).collect();
    assert_eq!(order, [0, 1, 2, 2, 1, 0, 2, 0, 1]);
}

#[test]
fn the_baseline_need_not_be_among_the_backends_nor_be_at_all() {
    let plan = Plan::of(&with_sweep("backends = ['threads']\nworkers = 2\nbaseline = 'processes'"));
    assert_eq!((plan.configs.len(), plan.baseline), (2, Some(0)));
    let plan = Plan::of(&with_sweep("backends = ['threads']\nworkers = 2\nbaseline = 'none'"));
    assert_eq!((plan.configs.len(), plan.baseline), (1, None));
    let plan = Plan::of(&with_sweep("backends = ['threads']\nworkers = [2, 1]\nbaseline = 'threads'"));
    assert_eq!((plan.configs.len(), plan.baseline), (2, Some(0)));
    assert_eq!(plan.configs[0].workers, 1);
}

#[test]
fn beside_stealing_threads_a_serial_baseline_walks_the_range() {
    let plan = Plan::of(&with_sweep("backends = ['threads']\nworkers = 2\nschedule = 'stealing'"));
    let schedules: Vec<Schedule> = plan.configs.iter().map(|config| config.schedule).collect();
    assert_eq!(schedules, [Schedule::Static, Schedule::Stealing]);
}

#[test]
fn only_processes_have_a_pipe_and_only_hybrids_teams() {
    let body = "backends = ['threads', 'hybrid', 'processes']\nworkers = '3, 2x2'\ndispatch = ['pipe', 'shared', 'pipe']\n\
                payload = 100\nbaseline = 'processes'";
    let plan = Plan::of(&with_sweep(body));
    let config = |backend, workers| Config { payload: 100, ..Config::new(backend, workers) };
    let piped = |workers| Config { dispatch: Dispatch::Pipe, ..config(BackendKind::PROCESSES, workers) };
    let wanted = [
        config(BackendKind::PROCESSES, 1),
        config(BackendKind::THREADS, 3),
        config(BackendKind::THREADS, 4),
        Config { per_process: Some(2), ..config(BackendKind::HYBRID, 4) },
        piped(3),
        config(BackendKind::PROCESSES, 3),
        piped(4),
        config(BackendKind::PROCESSES, 4),
    ];
    assert_eq!(plan.configs, wanted);
    let old = r#"{"backend":"processes","workers":2,"schedule":"dynamic","chunk":1}"#;
    let read: Config = serde_json::from_str(old).expect("a journal of before");
    assert_eq!(read, Config::new(BackendKind::PROCESSES, 2));
}
