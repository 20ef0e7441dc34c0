//! What `[emulated]` makes of a scenario of kind `python`: two points called by names, each with tasks, backends and a
//! baseline of its own.

use parlab::scenario::{BackendKind, Config, Overrides, Plan, Point, Scenario, library};

use super::parse;

fn beside(sweep: &str) -> Scenario {
    let text = format!(
        "title = 't'\n[workload]\nkind = 'python'\nfunction = 'lecture.py:count'\ninputs = [1, 2]\n[emulated]\n\
         kind = 'countdown'\nsteps = 1e6\n[interpreter]\ngil = true\nswitch_interval_ms = 2\n[sweep]\n{sweep}\n"
    );
    parse(&text).unwrap_or_else(|problems| panic!("{text}\n{problems}"))
}

fn who(config: &Config) -> (Option<&'static str>, &'static str, u32) {
    (config.point.as_ref().and_then(Point::name), config.backend.word(), config.workers)
}

#[test]
fn the_emulation_has_the_inputs_of_the_function_and_the_lock_alone() {
    let scenario = beside("order = 'shuffled'\nseed = 7");
    assert!(scenario.job.interpreter.is_none(), "CPython has its own");
    let emulated = scenario.emulated.as_ref().expect("an emulation");
    assert_eq!(emulated.interpreter.map(|lock| lock.switch_interval_ms), Some(2.0));
    assert_eq!((emulated.kind.as_str(), emulated.params["steps"].as_number()), ("countdown", Some(1e6)));
    assert_eq!((&emulated.inputs, emulated.order, emulated.seed), (&scenario.job.inputs, scenario.job.order, 7));
    let [python, other] = scenario.points().try_into().expect("two points");
    assert_eq!(*scenario.job_at(python.as_ref()), scenario.job);
    assert_eq!(*scenario.job_at(other.as_ref()), *emulated);
    let kinds: Vec<String> = scenario.jobs().map(|job| job.kind.clone()).collect();
    assert_eq!(kinds, ["python", "countdown"], "both are looked at before the run");
    assert!(python.is_some_and(|point| point.changes_results()), "their checksums are none of each other's business");
}

#[test]
fn each_side_has_its_backends_and_its_baseline() {
    let plan = Plan::of(&beside("backends = ['python-threads', 'joblib-loky']\nworkers = [1, 2]\nrepeats = 2"));
    let (python, emulated) = (Some("CPython"), Some("emulated"));
    let expected = [
        (python, "serial", 1),
        (python, "python-threads", 1),
        (python, "python-threads", 2),
        (python, "joblib-loky", 1),
        (python, "joblib-loky", 2),
        (emulated, "serial", 1),
        (emulated, "threads", 1),
        (emulated, "threads", 2),
        (emulated, "processes", 1),
        (emulated, "processes", 2),
    ];
    assert_eq!(plan.configs.iter().map(who).collect::<Vec<_>>(), expected);
    let baselines: Vec<Option<usize>> = plan.baselines();
    assert_eq!(baselines, [[Some(0); 5], [Some(5); 5]].concat());
    for block in plan.trials.iter().filter(|trial| !trial.warmup).collect::<Vec<_>>().chunks(10) {
        let mut configs: Vec<usize> = block.iter().map(|trial| trial.config).collect();
        configs.sort_unstable();
        assert_eq!(configs, (0..10).collect::<Vec<_>>(), "both in every block");
    }
}

#[test]
fn libraries_with_one_counterpart_are_emulated_once() {
    let plan = Plan::of(&beside("backends = ['python-threads', 'joblib-threading']\nworkers = [2]"));
    let emulated: Vec<_> = plan.configs.iter().map(who).filter(|(name, ..)| *name == Some("emulated")).collect();
    assert_eq!(emulated, [(Some("emulated"), "serial", 1), (Some("emulated"), "threads", 2)]);
    let stands_for = |at: usize| plan.configs[at].is_emulated_by(&plan.configs[4]);
    assert_eq!([1, 2, 3, 4].map(stands_for), [true, true, false, false], "{:?}", plan.configs);
}

#[test]
fn every_backend_that_runs_python_has_a_counterpart_that_does_not() {
    for backend in BackendKind::ALL {
        let own = backend.counterpart();
        assert_eq!(own.counterpart(), own);
        assert_eq!(own == backend, !["python", "joblib", "dask"].iter().any(|word| backend.word().starts_with(word)));
    }
}

#[test]
fn keys_of_the_emulation_are_set_by_their_path() {
    let source = library::bundled().find(|source| source.name == "gil-real").expect("it is bundled");
    let mut overrides = Overrides::default();
    overrides.set("emulated.steps", "1e3");
    let scenario = source.parse(&super::catalog(2), &overrides).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(scenario.emulated.expect("an emulation").params["steps"].as_number(), Some(1e3));
}

#[test]
fn names_are_those_that_parlab_gives() {
    let point = |word: &str| {
        let text = format!(r#"{{"index": 0, "key": "interpreter", "value": "{word}"}}"#);
        serde_json::from_str::<Point>(&text).expect("a point")
    };
    assert_eq!(point("emulated").name(), Some("emulated"));
    assert_eq!(point("\\u001b[2J").name(), None, "a journal may say anything");
}
