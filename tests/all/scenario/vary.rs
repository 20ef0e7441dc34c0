//! What `[vary]` makes of a scenario: points, each with all configurations, its own tasks and its own baseline.

use parlab::scenario::{Axis, BackendKind, Config, Plan, Scenario, Schedule, Value};
use proptest::prelude::*;

use super::parse;

fn varied(vary: &str, sweep: &str) -> Scenario {
    let text = format!("title = 't'\n[workload]\nkind = 'countdown'\ntasks = 10\n[vary]\n{vary}\n[sweep]\n{sweep}\n");
    parse(&text).unwrap_or_else(|problems| panic!("{text}\n{problems}"))
}

/// What a configuration is called apart from its point.
fn who(config: &Config) -> (BackendKind, u32) {
    (config.backend, config.workers)
}

#[test]
fn each_point_has_its_own_tasks() {
    let scenario = varied("steps = [2e1, 200, 2e3]", "");
    let values = [20.0, 200.0, 2000.0].map(Value::Number).to_vec();
    assert_eq!(scenario.vary, Some(Axis { key: "steps".to_owned(), values: values.clone() }));
    let points = scenario.points();
    for (index, value) in values.into_iter().enumerate() {
        let point = points[index].as_ref().unwrap();
        assert_eq!((point.index as usize, &point.key, &point.value), (index, &"steps".to_owned(), &value));
        let job = scenario.job_at(Some(point));
        assert_eq!(job.params["steps"], value);
        assert_eq!((&job.inputs, job.seed), (&scenario.job.inputs, scenario.job.seed), "and nothing else");
    }
    let jobs: Vec<Value> = scenario.jobs().map(|job| job.params["steps"].clone()).collect();
    assert_eq!(jobs, points.iter().flatten().map(|point| point.value.clone()).collect::<Vec<_>>());
}

#[test]
fn a_key_of_the_sweep_changes_who_gets_what_and_no_task() {
    let scenario = varied("chunk = [1, 10, 1e3]", "workers = 2");
    assert_eq!(scenario.jobs().count(), 1);
    for point in scenario.points() {
        assert_eq!(*scenario.job_at(point.as_ref()), scenario.job);
    }
    let plan = Plan::of(&scenario);
    let chunks: Vec<(Option<u64>, u64)> = (plan.configs.iter())
        .map(|config| (config.chunk, config.point.as_ref().unwrap().value.as_number().unwrap() as u64))
        .collect();
    assert_eq!(chunks.len(), 9);
    assert!(chunks.iter().all(|(chunk, value)| *chunk == Some(*value)), "{chunks:?}");
    assert!(plan.configs.iter().all(|config| config.schedule == Schedule::Dynamic));
}

#[test]
fn where_nothing_is_varied_there_is_one_point_without_a_name() {
    let scenario = super::with_sweep("");
    assert_eq!((scenario.points(), scenario.jobs().count()), (vec![None], 1));
    let plan = Plan::of(&scenario);
    assert!(plan.configs.iter().all(|config| config.point.is_none()));
    assert_eq!(plan.baselines(), vec![Some(0); plan.configs.len()]);
}

#[test]
fn numbers_of_every_kind_of_parameter_can_be_varied() {
    let text = |body: &str| format!("title = 't'\n[workload]\nkind = {body}\n");
    for (body, value) in [
        ("'triad'\ntasks = 2\n[vary]\nmib = [1, 64]", Value::Whole(64)),
        ("'matmul'\ntasks = 2\n[vary]\ninner_threads = [1, 2]", Value::Whole(2)),
        ("'sleep'\ntasks = 2\n[vary]\nunit_s = [0.5, 0.25]", Value::Number(0.25)),
        ("'countdown'\n[grid]\nx = [1, 2]\n[vary]\nsteps = [5, 7]", Value::Number(7.0)),
    ] {
        let scenario = parse(&text(body)).unwrap_or_else(|problems| panic!("{body}\n{problems}"));
        let key = scenario.vary.as_ref().unwrap().key.clone();
        let last = scenario.points().pop().unwrap();
        assert_eq!(scenario.job_at(last.as_ref()).params[&key], value, "{body}");
    }
    // The chunk of a search changes none of its scores.
    assert!(parse(&text("'svc'\n[grid]\nC = [1, 2]\n[vary]\nchunk = [1, 2]")).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_configuration_is_run_at_every_point_once_a_round(
        points in 2..8usize, workers in prop::collection::hash_set(1..9u32, 1..5),
        baseline in prop::sample::select(vec!["serial", "threads", "processes", "none"]),
        repeats in 1..4u32, warmup in 0..3u32, seed in any::<u64>(), by_chunk in any::<bool>(),
    ) {
        let workers: Vec<u32> = workers.into_iter().collect();
        let body = format!("workers = {workers:?}\nbaseline = '{baseline}'\nrepeats = {repeats}\nwarmup = {warmup}\nseed = {seed}");
        let values: Vec<usize> = (1..=points).collect();
        let key = if by_chunk { "chunk" } else { "steps" };
        let plan = Plan::of(&varied(&format!("{key} = {values:?}"), &body));
        let without = Plan::of(&super::with_sweep(&body));
        let each = without.configs.len();
        prop_assert_eq!(plan.configs.len(), each * points);
        for (index, config) in plan.configs.iter().enumerate() {
            prop_assert_eq!(config.point.as_ref().map(|point| point.index as usize), Some(index / each));
            prop_assert_eq!(who(config), who(&without.configs[index % each]));
            prop_assert!(!plan.configs[..index].contains(config));
        }
        // Block by block, all of them.
        let rounds: Vec<&[_]> = plan.trials.chunks(plan.configs.len()).collect();
        prop_assert_eq!(rounds.len(), (repeats + warmup) as usize);
        for (number, round) in rounds.into_iter().enumerate() {
            prop_assert!(round.iter().all(|trial| trial.warmup == (number < warmup as usize)));
            let mut configs: Vec<usize> = round.iter().map(|trial| trial.config).collect();
            configs.sort_unstable();
            prop_assert!(configs.into_iter().eq(0..plan.configs.len()));
        }
        // The baseline of a configuration is the baseline's own at the same point.
        for (config, of) in plan.configs.iter().zip(plan.baselines()) {
            prop_assert_eq!(of.is_none(), baseline == "none");
            if let Some(of) = of {
                prop_assert_eq!(&plan.configs[of].point, &config.point);
                prop_assert_eq!(plan.configs[of].backend.word(), baseline);
                prop_assert_eq!(plan.configs[of].workers, 1);
            }
        }
        for (config, place) in plan.configs.iter().zip(plan.places()) {
            prop_assert_eq!(who(config), who(&plan.configs[place]));
        }
    }
}
