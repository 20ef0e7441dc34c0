//! Backends whose law is known: what a run makes of their trials is their law again, within its errors.

use parlab::record::TrialNoise;
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
    played_on(toml, seed, |_, _, outcome| outcome)
}

/// The same on a machine that does something to the `n`th trial of a configuration.
fn played_on(toml: &str, seed: u64, machine: fn(&Config, u32, TrialOutcome) -> TrialOutcome) -> RunState {
    let mut words = SplitMix64::new(seed);
    // The sum of twelve has a variance of one, and nearly a normal distribution.
    let mut normal = || (0..12).map(|_| (words.next_word() >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0;
    let play = |config: &Config, n: u32, _: &mut dyn FnMut(Event), _: usize| {
        let wall_s = 10.0 / speedup(config) * (1.0 + NOISE * normal());
        Ok(machine(config, n, TrialOutcome { wall_s, tasks_done: 64, ..well(config, 1) }))
    };
    let mut script = Script { play, counts: BTreeMap::new(), asked: Vec::new() };
    let mut info = setting();
    info.machine.usable_cpus = 16;
    info.keeps_noisy = false;
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
    assert_known_laws_come_back(|seed| played_by_laws(SWEEP, seed));
}

/// From block to block all becomes slower, by 30 % in all; beside one trial others take half of the CPUs, and it takes
/// three times as long.
fn drifting_and_disturbed(config: &Config, n: u32, outcome: TrialOutcome) -> TrialOutcome {
    let is_disturbed = config.backend == BackendKind::PROCESSES && config.workers == 8 && n == 2;
    let wall_s = outcome.wall_s * (1.0 + 0.06 * f64::from(n)) * if is_disturbed { 3.0 } else { 1.0 };
    let others_s = if is_disturbed { 8.0 * wall_s } else { 0.0 };
    let noise = TrialNoise { usable_cpus: 16, over_s: wall_s, others_s: Some(others_s), ..TrialNoise::default() };
    TrialOutcome { wall_s, noise: Some(noise), ..outcome }
}

#[test]
fn known_laws_come_back_from_a_machine_that_drifts_and_is_used_by_others() {
    let played = |seed| {
        let state = played_on(SWEEP, seed, drifting_and_disturbed);
        let report: Value = serde_json::from_str(&json::render(&state)).expect("JSON");
        let configs = report["configs"].as_array().expect("configurations");
        let is_it = |config: &&Value| config["backend"] == "processes" && config["workers"] == 8;
        let disturbed = configs.iter().find(is_it).expect("the disturbed one");
        assert_eq!((&disturbed["noise"]["tainted"], &disturbed["noise"]["repeated"]), (&1.into(), &1.into()));
        assert_eq!(disturbed["wall_s"]["samples"].as_array().map(Vec::len), Some(6), "five and the one measured again");
        state
    };
    assert_known_laws_come_back(played);
    // Without that trial being left out the laws would not come back: it is far off.
    let kept = played_on(SWEEP, 0, |config, n, outcome| TrialOutcome {
        noise: None,
        ..drifting_and_disturbed(config, n, outcome)
    });
    let report: Value = serde_json::from_str(&json::render(&kept)).expect("JSON");
    let residual =
        |report: &Value| law(report, "processes", "usl")["residual_standard_error"].as_f64().expect("an error");
    let clean: Value = serde_json::from_str(&json::render(&played(0))).expect("JSON");
    assert!(residual(&report) > 2.0 * residual(&clean), "{} {}", residual(&report), residual(&clean));
}

fn assert_known_laws_come_back(played: impl Fn(u64) -> RunState) {
    let (mut serial, mut contention, mut coherency) = (0, 0, 0);
    for seed in 0..40 {
        let report: Value = serde_json::from_str(&json::render(&played(seed))).expect("JSON");
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
