//! The shortest task worth handing out: what is thought up is found again, and the real binary finds something.

use std::process::Child;

use parlab::engine::{Control, Executor, RunInfo, run};
use parlab::record::{Event, MachineFacts, RunState, TrialEnd, TrialOutcome, Widths};
use parlab::results::{Figures, MetgCurve, MetgPlan, MetgStep, MetgSweep};
use parlab::scenario::{BackendKind, Catalog, Config, Overrides, Scenario, Source};
use parlab::workload;
use serde_json::Value;

use crate::common::{folder, parlab, stderr, stdout, wait_until};

/// A machine on which a step takes a nanosecond, and handing out a task so much of a worker's time.
struct Simulated {
    step: MetgStep,
    /// Seconds, of threads and of processes.
    overhead_s: [f64; 2],
    /// Relative to the time, from the n-th trial on this machine.
    noise: fn(u32) -> f64,
    trials: u32,
}

impl Executor for Simulated {
    fn trial(&mut self, _: usize, config: &Config, _: bool, _: &mut dyn FnMut(Event)) -> TrialOutcome {
        let work_s = self.step.steps as f64 * 1e-9;
        let task_s = match config.backend {
            BackendKind::SERIAL => work_s,
            BackendKind::THREADS => work_s + self.overhead_s[0],
            _ => work_s + self.overhead_s[1],
        };
        self.trials += 1;
        let wall_s = self.step.tasks as f64 * task_s / f64::from(config.workers) * (1.0 + (self.noise)(self.trials));
        let checksum = "0123456789abcdef".to_owned();
        TrialOutcome {
            end: TrialEnd::Complete,
            wall_s,
            tasks_done: self.step.tasks,
            checksum,
            ..TrialOutcome::default()
        }
    }
}

fn scenario(step: MetgStep) -> Scenario {
    let MetgStep { steps, tasks } = step;
    let toml = format!(
        "title = \"Simulated\"\n[workload]\nkind = \"countdown\"\nsteps = {steps}\n\
         inputs = {{ repeat = 1, times = {tasks} }}\n[sweep]\nworkers = 2\nchunk = 1\nrepeats = 5\n"
    );
    let catalog = Catalog::new(workload::specs(), 2);
    Source::new("simulated.toml", toml).parse(&catalog, &Overrides::default()).expect("a scenario")
}

/// Searches on a simulated machine, and gives the curves of threads and processes with the lengths that were tried.
fn found(overhead_s: [f64; 2], noise: fn(u32) -> f64) -> (Vec<MetgCurve>, Vec<u64>) {
    let mut sweep = MetgSweep::new(MetgPlan { first: 256, serial_s: 0.02, tasks_max: 200_000 });
    let (mut tried, mut trials) = (Vec::new(), 0);
    while let Some(step) = sweep.next() {
        assert!(!tried.contains(&step.steps) && step.tasks >= 100, "{step:?}, {tried:?}");
        tried.push(step.steps);
        let info = RunInfo {
            started_at: "2026-01-02T03:04:05Z".to_owned(),
            machine: MachineFacts::default(),
            predictions: Vec::new(),
            data: None,
            origin: "simulated.toml".to_owned(),
            text: String::new(),
            keeps_noisy: true,
            programs: parlab::engine::ProgramSetting::default(),
            part: None,
            earlier: Vec::new(),
            widths: |_| Widths::default(),
        };
        let mut machine = Simulated { step, overhead_s, noise, trials };
        let mut state = RunState::default();
        run(&scenario(step), info, &mut machine, &Control::default(), &mut |stamped| state.apply(&stamped));
        trials = machine.trials;
        sweep.add(step, &Figures::of(&state));
    }
    (sweep.curves().to_vec(), tried)
}

fn quiet(_: u32) -> f64 {
    0.0
}

/// Up to 2 % more or less, the same in every run of this test.
fn shaken(trial: u32) -> f64 {
    let mixed = (u64::from(trial) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed >> 40) as f64 / f64::from(1 << 24) - 0.5) * 0.04
}

#[test]
fn a_known_overhead_is_found_again() {
    // At one half a task takes as long as handing it out: METG is twice that.
    for (noise, error) in [(quiet as fn(u32) -> f64, 0.01), (shaken, 0.05)] {
        for overhead_s in [[70e-9, 100e-9], [300e-9, 900e-9], [2e-6, 40e-6]] {
            let (curves, tried) = found(overhead_s, noise);
            assert_eq!(curves.len(), 2, "threads, and processes");
            assert!(tried.len() <= 20, "{tried:?}");
            for (curve, overhead_s) in curves.iter().zip(overhead_s) {
                let seconds = curve.seconds().expect("points on both sides");
                assert!((seconds / (2.0 * overhead_s) - 1.0).abs() < error, "{seconds}, not {}", 2.0 * overhead_s);
                assert_eq!((curve.at_most(), curve.at_least()), (None, None));
            }
        }
    }
}

#[test]
fn what_lies_beyond_all_lengths_is_told_as_a_bound() {
    let (curves, tried) = found([0.0, 1.0], quiet);
    assert!(tried.contains(&1) && tried.iter().any(|steps| *steps >= 1 << 20), "{tried:?}");
    let [threads, processes] = &curves[..] else { panic!("{curves:?}") };
    assert_eq!((threads.seconds(), processes.seconds()), (None, None));
    let at_most = threads.at_most().expect("it was efficient from the first point on");
    assert!((at_most - 1e-9).abs() < 1e-12, "{at_most}");
    assert!(processes.at_least().is_some_and(|seconds| seconds > 1.0), "{processes:?}");
}

#[test]
fn a_baseline_that_is_not_measured_ends_the_search() {
    let mut sweep = MetgSweep::new(MetgPlan { first: 256, serial_s: 0.02, tasks_max: 1000 });
    let step = sweep.next().expect("a first step");
    assert_eq!(step, MetgStep { steps: 256, tasks: 1000 });
    sweep.add(step, &Figures::default());
    assert_eq!((sweep.next(), sweep.curves().len()), (None, 0));
}

#[test]
fn the_binary_finds_it_and_writes_it_for_scripts() {
    let folder = folder();
    let file = folder.path().join("metg.json");
    let options = ["metg", "--schedule", "dynamic", "--repeats", "1", "--format", "json", "-o"];
    let output = parlab().args(options).arg(&file).output().expect("parlab");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).lines().any(|line| line.starts_with("dynamic, tasks of 256 steps")), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
    assert_eq!((&report["schema"], &report["status"]), (&"parlab.metg/1".into(), &"done".into()));
    let curves = report["metg"].as_array().expect("curves");
    let named: Vec<[&str; 3]> = (curves.iter())
        .map(|curve| ["backend", "schedule", "dispatch"].map(|key| curve[key].as_str().unwrap_or("")))
        .collect();
    let all = [["threads", "dynamic", ""], ["processes", "dynamic", "shared"], ["processes", "dynamic", "pipe"]];
    assert_eq!(named, all);
    for curve in curves {
        assert_eq!((&curve["workers"], &curve["chunk"]), (&2.into(), &1.into()));
        let bounds = ["seconds", "at_most_s", "at_least_s"].map(|key| curve[key].as_f64());
        assert!(bounds.iter().flatten().all(|seconds| *seconds > 0.0), "{curve}");
        let points = curve["points"].as_array().expect("points");
        assert!(!points.is_empty() && points.iter().all(|point| point["granularity_s"].is_f64()), "{curve}");
    }
    assert!(report["published"].as_array().is_some_and(|others| others.len() > 5));
}

#[test]
fn people_get_a_table_beside_what_others_take() {
    let options = ["metg", "--backends", "threads", "--schedule", "static,dynamic", "--repeats", "1", "--quiet"];
    let output = parlab().args(options).output().expect("parlab");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    let text = stdout(&output);
    for words in ["METG(50 %)", "threads × 2  static", "threads × 2  dynamic", "multiprocessing.Pool", "not here"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!text.contains("pipe"), "threads take none: {text}");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_measured() {
    let cases: &[(&[&str], &str)] = &[
        (&["--workers", "0"], "--workers"),
        (&["--backends", "ray"], "--backends"),
        (&["--schedule", "fastest"], "--schedule"),
        (&["--schedule", "stealing", "--backends", "processes"], "--schedule"),
        (&["--chunk", "0"], "--chunk"),
        (&["--format", "csv"], "--format"),
        (&["speedup"], "speedup"),
    ];
    for (options, word) in cases {
        let output = parlab().arg("metg").args(*options).output().expect("parlab");
        assert_eq!(output.status.code(), Some(2), "{options:?}: {}", stderr(&output));
        assert!(stdout(&output).is_empty() && stderr(&output).contains(word), "{options:?}: {}", stderr(&output));
    }
}

/// What a test that gives up leaves behind is killed.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn an_interrupted_search_tells_what_it_has() {
    use nix::sys::signal::{Signal, kill};
    let folder = folder();
    let (log, out) = (folder.path().join("log"), folder.path().join("out"));
    let file = |path| std::fs::File::create(path).expect("a file");
    let mut command = parlab();
    command.args(["metg", "--repeats", "10", "--format", "json"]).stdout(file(&out)).stderr(file(&log));
    let mut child = Killed(command.spawn().expect("parlab"));
    wait_until("a first length", || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("tasks of")));
    kill(nix::unistd::Pid::from_raw(child.0.id().cast_signed()), Signal::SIGINT).expect("a signal");
    let code = child.0.wait().expect("its end").code();
    assert_eq!(code, Some(130), "{}", std::fs::read_to_string(&log).unwrap_or_default());
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&out).expect("a report")).expect("JSON");
    assert_eq!(report["status"], "interrupted");
    assert!(report["metg"].as_array().is_some_and(|curves| !curves.is_empty()), "{report}");
}
