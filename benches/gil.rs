//! Does the emulated lock slow two threads down as CPython's own does? The same tasks, serially and by two threads,
//! here and in python3: in turns, in one run, so that the ratios mean something. Without python3 it is skipped.
//!
//! Both sides are fitted to each other first: a unit of input is what takes Python [`UNIT_S`] alone, and so it is here.
//! Each round is serial, threads, threads, serial, so that a drift of the machine meets both alike; Python is warmed up
//! before. The machine should have nothing else to do: whoever is woken late is given the lock late.
//!
//! `cargo bench --bench gil` · `cargo bench --bench gil -- 9` for another number of rounds.

use std::path::Path;
use std::process::Command;

use parlab::engine::{BoardExecutor, Control, Executor as _, ProgramSetting};

use parlab::record::TrialEnd;
use parlab::scenario::{BackendKind, Catalog, Config, Overrides, Scenario, Source};
use parlab::workload;

const ROUNDS: usize = 7;
/// How long the countdown for one unit of input should take one thread alone.
const UNIT_S: f64 = 0.5;
/// The largest relative difference between the two slowdowns.
const ALLOWED: f64 = 0.10;

/// What is compared: the tasks' kind, its parameters and the two inputs; what one looks at; the same in Python.
struct Case {
    name: &'static str,
    workload: &'static str,
    inputs: [f64; 2],
    figure: Figure,
    python: &'static str,
}

/// What is slowed down.
#[derive(Clone, Copy, PartialEq)]
enum Figure {
    /// The wall time of both tasks.
    Wall,
    /// The mean round trip of the second task, beside the first one and alone.
    RoundTrip,
}

impl Figure {
    /// What the Python program calls it.
    fn word(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::RoundTrip => "trip",
        }
    }
}

const CASES: [Case; 4] = [
    Case {
        name: "both compute",
        workload: "kind = 'countdown'\nsteps = STEPS",
        inputs: [1.0, 1.0],
        figure: Figure::Wall,
        python: "compute",
    },
    Case {
        name: "both wait",
        workload: "kind = 'sleep'\nunit_s = 0.2",
        inputs: [1.0, 1.0],
        figure: Figure::Wall,
        python: "wait",
    },
    Case {
        name: "one of each, wall",
        workload: "kind = 'convoy'\nsteps = STEPS\ntrips = 60\ntrip_s = 0.0005",
        inputs: [1.0, 0.0],
        figure: Figure::Wall,
        python: "convoy",
    },
    Case {
        name: "one of each, round trip",
        workload: "kind = 'convoy'\nsteps = STEPS\ntrips = 60\ntrip_s = 0.0005",
        inputs: [1.0, 0.0],
        figure: Figure::RoundTrip,
        python: "convoy",
    },
];

/// The same tasks for CPython. It prints the serial and the threaded figure of a case, or the steps a unit takes.
const PROGRAM: &str = "
import sys, time
from multiprocessing.pool import ThreadPool
case, steps, figure = sys.argv[1], int(sys.argv[2]), sys.argv[3]
def countdown(n):
    while n > 0:
        n -= 1
def compute(x):
    countdown(int(x * steps))
def wait(x):
    time.sleep(x * 0.2)
def convoy(x):
    start = time.perf_counter()
    if x > 0:
        countdown(int(x * steps))
        return 0
    for _ in range(60):
        time.sleep(0.0005)
    return (time.perf_counter() - start) / 60
if case == 'calibrate':
    times = []
    for _ in range(5):
        start = time.perf_counter()
        countdown(steps)
        times.append(time.perf_counter() - start)
    print(min(times) / steps)
    sys.exit()
task, inputs = {'compute': (compute, [1, 1]), 'wait': (wait, [1, 1]), 'convoy': (convoy, [1, 0])}[case]
def timed(run):
    start = time.perf_counter()
    results = run(task, inputs)
    wall = time.perf_counter() - start
    return results[1] if figure == 'trip' else wall
with ThreadPool(2) as pool:
    serial = lambda f, xs: [f(x) for x in xs]
    threads = lambda f, xs: pool.map(f, xs, chunksize=1)
    timed(threads)
    times = [timed(run) for run in (serial, threads, threads, serial)]
    print((times[0] + times[3]) / 2, (times[1] + times[2]) / 2)
";

fn main() {
    let rounds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS).max(1);
    let Some([step_s]) = python(&["calibrate", "2000000", ""]) else {
        println!("gil: skipped, python3 is not found");
        return;
    };
    let python_steps = (UNIT_S / step_s).round();
    let our_steps = our_steps();
    println!("gil: two threads, switch interval 5 ms, a unit of {UNIT_S} s; medians of {rounds}");
    println!("{:<26}{:>28}{:>28}{:>10}", "", "parlab", "CPython", "");
    let heading = format!("{:>9}{:>9}{:>10}", "serial", "threads", "÷");
    println!("{:<26}{heading}{heading}{:>10}", "seconds", "ratio");
    for case in &CASES {
        let (mut ours, mut theirs) = (Times::default(), Times::default());
        for _ in 0..rounds {
            ours.add(parlab(case, our_steps));
            theirs.add(
                python(&[case.python, &python_steps.to_string(), case.figure.word()]).expect("python3 ran before"),
            );
        }
        let ratio = ours.slowdown() / theirs.slowdown();
        let verdict = if (ratio - 1.0).abs() <= ALLOWED { "" } else { "  MORE THAN 10 % APART" };
        println!("{:<26}{}{}{ratio:>10.3}{verdict}", case.name, ours.told(), theirs.told());
    }
}

/// A figure of the serial runs and of those with threads, in seconds.
#[derive(Default)]
struct Times {
    serial: Vec<f64>,
    threads: Vec<f64>,
}

impl Times {
    fn add(&mut self, [serial, threads]: [f64; 2]) {
        self.serial.push(serial);
        self.threads.push(threads);
    }

    fn slowdown(&self) -> f64 {
        median(&self.threads) / median(&self.serial)
    }

    fn told(&self) -> String {
        format!("{:>9.4}{:>9.4}{:>10.3}", median(&self.serial), median(&self.threads), self.slowdown())
    }
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The figure of a serial run and of one with two threads.
fn parlab(case: &Case, steps: f64) -> [f64; 2] {
    let scenario = scenario(&case.workload.replace("STEPS", &steps.to_string()), case.inputs);
    let run = |backend| figure(case, &scenario, backend);
    let (serial, threads) = (BackendKind::SERIAL, BackendKind::THREADS);
    let [first, second, third, fourth] = [serial, threads, threads, serial].map(run);
    [f64::midpoint(first, fourth), f64::midpoint(second, third)]
}

fn figure(case: &Case, scenario: &Scenario, backend: BackendKind) -> f64 {
    let control = Control::default();
    let mut executor =
        BoardExecutor::new(scenario, Path::new(env!("CARGO_BIN_EXE_parlab")), ProgramSetting::default(), &control);
    let workers = if backend == BackendKind::SERIAL { 1 } else { 2 };
    let outcome = executor.trial(0, &Config::new(backend, workers), true, &mut |_| {});
    assert_eq!((outcome.end, outcome.tasks_done), (TrialEnd::Complete, 2));
    match case.figure {
        Figure::Wall => outcome.wall_s,
        Figure::RoundTrip => {
            let results = outcome.results.expect("results of so few tasks are kept");
            results[1].values.as_ref().expect("a task that did not fail")["mean_s"]
        }
    }
}

fn scenario(workload: &str, [first, second]: [f64; 2]) -> Scenario {
    let text = format!(
        "title = 'gil'\n[workload]\n{workload}\ninputs = [{first:?}, {second:?}]\n[interpreter]\ngil = true\n\
         [sweep]\nbackends = ['threads']\nworkers = 2\n"
    );
    Source::new("gil.toml", &text)
        .parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

/// Steps of a countdown that take one thread as long as a unit should.
fn our_steps() -> f64 {
    let steps = 2e8;
    let scenario = scenario(&format!("kind = 'countdown'\nsteps = {steps}"), [1.0, 1.0]);
    let case = &CASES[0];
    let best = (0..5).map(|_| figure(case, &scenario, BackendKind::SERIAL) / 2.0).fold(f64::INFINITY, f64::min);
    (UNIT_S / best * steps).round()
}

/// The numbers that Python prints; `None` without python3.
fn python<const N: usize>(arguments: &[&str]) -> Option<[f64; N]> {
    let output = Command::new("python3").args(["-c", PROGRAM]).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let numbers: Option<Vec<f64>> = text.split_whitespace().map(|word| word.parse().ok()).collect();
    numbers?.try_into().ok()
}
