//! Backends whose law is known: what a run makes of their trials is their law again, within its errors.

use parlab::report::text;
use parlab::system::random::SplitMix64;
use serde_json::Value;

use super::*;

const SWEEP: &str = "\
title = \"Scaling\"
[workload]
kind  = \"square\"
tasks = 64
[sweep]
backends = [\"threads\", \"processes\"]
workers  = [1, 2, 4, 6, 8, 12, 16, 20]
repeats  = 6
warmup   = 0
";

/// Amdahl's serial fraction of threads; contention and coherency of processes.
const SERIAL: f64 = 0.05;
const ALPHA: f64 = 0.03;
const BETA: f64 = 0.004;

/// By how much each trial errs: a standard deviation, as a part of its time.
const NOISE: f64 = 0.02;

fn speedup(config: &Config) -> f64 {
    let n = f64::from(config.workers);
    match config.backend {
        BackendKind::THREADS => n / (1.0 + SERIAL * (n - 1.0)),
        BackendKind::PROCESSES => n / (1.0 + ALPHA * (n - 1.0) + BETA * n * (n - 1.0)),
        _ => 1.0,
    }
}

/// A run of the scenario on 16 CPUs by these laws.
fn played_by_laws(toml: &str, seed: u64) -> RunState {
    let mut words = SplitMix64::new(seed);
    // The sum of twelve has a variance of one, and nearly a normal distribution.
    let mut normal = || (0..12).map(|_| (words.next_word() >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0;
    let play = |config: &Config, _: u32, _: &mut dyn FnMut(Event), _: usize| {
        let wall_s = 10.0 / speedup(config) * (1.0 + NOISE * normal());
        Ok(TrialOutcome { wall_s, tasks_done: 64, ..well(config, 1) })
    };
    let mut script = Script { play, counts: BTreeMap::new(), asked: Vec::new() };
    let mut info = setting();
    info.machine.usable_cpus = 16;
    let mut state = RunState::default();
    run(&scenario(toml), info, &mut script, &Control::default(), &mut |stamped| state.apply(&stamped));
    assert_eq!(state.status, Some(Status::Done));
    state
}

/// The entry of a law of a backend.
fn law(report: &Value, backend: &str, law: &str) -> Value {
    let fits = report["fits"].as_array().expect("an array");
    fits.iter().find(|fit| fit["backend"] == backend && fit["law"] == law).cloned().unwrap_or(Value::Null)
}

/// Whether a truth lies within the 95 % interval of a parameter, on 5 or 4 degrees of freedom.
fn holds(fit: &Value, name: &str, truth: f64) -> bool {
    let (value, error) = (fit["parameters"][name].as_f64(), fit["standard_errors"][name].as_f64());
    value.zip(error).is_some_and(|(value, error)| (value - truth).abs() <= 2.776 * error)
}

#[test]
fn known_laws_come_back() {
    let (mut serial, mut contention, mut coherency) = (0, 0, 0);
    for seed in 0..40 {
        let report: Value = serde_json::from_str(&json::render(&played_by_laws(SWEEP, seed))).expect("JSON");
        let amdahl = law(&report, "threads", "amdahl");
        assert_eq!((&amdahl["points"], &amdahl["points_left_out"]), (&7.into(), &1.into()), "20 workers share 16 CPUs");
        serial += u32::from(holds(&amdahl, "serial_fraction", SERIAL));
        let usl = law(&report, "processes", "usl");
        assert_eq!(usl["degrees_of_freedom"], 5);
        contention += u32::from(holds(&usl, "alpha", ALPHA));
        coherency += u32::from(holds(&usl, "beta", BETA));
        let peak = usl["peak_workers"].as_f64().expect("a peak");
        assert!((13.0..=19.0).contains(&peak), "{peak} is far from 15.6");
    }
    // 95 % of 40 are 38; by chance alone there are fewer than 34 once in a thousand times.
    assert!(serial >= 34 && contention >= 33 && coherency >= 33, "{serial} {contention} {coherency}");
}

#[test]
fn each_series_has_a_line() {
    let told = text::render(&played_by_laws(SWEEP, 1));
    let at = told.find("Scaling: ").unwrap_or_else(|| panic!("{told}"));
    insta::assert_snapshot!(told[at..].split("\n\n").next().unwrap_or_default());
}

#[test]
fn too_few_numbers_of_workers_are_told() {
    let state = played_by_laws(&SWEEP.replace("[1, 2, 4, 6, 8, 12, 16, 20]", "[1, 2]"), 1);
    let report: Value = serde_json::from_str(&json::render(&state)).expect("JSON");
    assert_eq!(report["fits"], serde_json::json!([]));
    let told = text::render(&state);
    assert!(told.contains("- threads: a law needs at least 3 different numbers of workers; there are 2\n"), "{told}");
    let state = played_by_laws(&SWEEP.replace("[1, 2, 4, 6, 8, 12, 16, 20]", "[4]"), 1);
    assert!(!text::render(&state).contains("Scaling:"));
    // Where something else is varied, the workers are not what counts.
    let varied = played_by_laws(&format!("{SWEEP}[vary]\nchunk = [1, 2]\n"), 1);
    assert!(!text::render(&varied).contains("Amdahl"));
}
