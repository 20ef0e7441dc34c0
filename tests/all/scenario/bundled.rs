//! The bundled scenarios: fine on every machine, complete, and short enough to be tried at once.

use nix::time::{ClockId, clock_gettime};
use parlab::scenario::library::{Library, bundled};
use parlab::scenario::{BackendKind, Job, Overrides, Plan, Scenario, path};

/// Steps of a countdown a second, on a slow machine.
const SLOW_STEPS_PER_S: f64 = 1e9;
/// Iterations of a point of the Mandelbrot set a second, on a slow machine.
const SLOW_ITERATIONS_PER_S: f64 = 3e8;
/// Terms of a sum a second, on a slow machine.
const SLOW_TERMS_PER_S: f64 = 5e8;
/// Operations a second of a good matrix product, on a slow machine.
const SLOW_FLOPS: f64 = 2e10;
/// Atomic updates a second of a cache line that several workers share, on a slow machine.
const SLOW_UPDATES_PER_S: f64 = 3e7;
/// Times that a lock is taken a second, on a slow machine.
const SLOW_HANDOVERS_PER_S: f64 = 1e7;
/// References taken and dropped a second, on a slow machine.
const SLOW_REFERENCES_PER_S: f64 = 1e8;
/// Turns of a loop in Python a second, on a slow machine.
const SLOW_LINES_OF_PYTHON_PER_S: f64 = 2e7;
/// MiB a second that a slow machine's memory delivers.
const SLOW_MIB_PER_S: f64 = 8000.0;

fn on(cores: u32) -> Vec<Scenario> {
    bundled()
        .map(|source| {
            source
                .parse(&super::catalog(cores), &Overrides::default())
                .unwrap_or_else(|problems| panic!("on {cores} cores:\n{problems}"))
        })
        .collect()
}

/// Seconds that a task takes.
fn task_s(job: &Job, task: u64) -> f64 {
    let x = job.inputs.x(task);
    let param = |name: &str| job.params[name].as_number().unwrap();
    match job.kind.as_str() {
        "square" => 1e-8,
        "sleep" => x * param("unit_s"),
        "http" => {
            let inputs = &job.inputs;
            let name = inputs.grid_value("name", task).and_then(|name| name.as_word()).unwrap();
            x * param("unit_s") * name.len() as f64
        }
        "countdown" => x * param("steps") / SLOW_STEPS_PER_S,
        // A round trip finds the lock taken and waits for a switch interval of 5 ms.
        "convoy" if x == 0.0 => param("trips") * (param("trip_s") + 0.005),
        "convoy" => x * param("steps") / SLOW_STEPS_PER_S,
        // The set's area is 1.5, a quarter of the region that is shown; the points outside are gone soon.
        "mandelbrot" => 0.27 * param("width") * param("max_iter") / SLOW_ITERATIONS_PER_S,
        "sum" if job.params["combine"].as_word() == Some("shared") => param("terms") / SLOW_UPDATES_PER_S,
        "sum" => param("terms") / SLOW_TERMS_PER_S,
        "matmul" => 2.0 * param("n").powi(3) / SLOW_FLOPS,
        // Those that want the same cache line take turns, and are slower together than alone.
        "race" => match job.params["protection"].as_word() {
            Some("none" | "sharded") => x * param("steps") / SLOW_TERMS_PER_S,
            Some("mutex") => x * param("steps") / SLOW_HANDOVERS_PER_S,
            _ => x * param("steps") / SLOW_UPDATES_PER_S,
        },
        "refcount" => x * param("steps") / SLOW_REFERENCES_PER_S,
        "memory" => param("mib") * param("passes") / SLOW_MIB_PER_S,
        // More workers do not move more, but none of these trials is longer than the serial one.
        "triad" => param("mib") * param("passes") / SLOW_MIB_PER_S,
        // Fit and score on a half of the lecture's 13 000 samples: the mean over the eight of them.
        "svc" => 0.46,
        "python" => match job.params["function"].as_word() {
            Some("bundled:lecture.py:count") => x * 1e6 / SLOW_LINES_OF_PYTHON_PER_S,
            Some("bundled:lecture.py:query") => x * 0.1,
            Some("bundled:products.py:products") => 20.0 * x.powi(3) / SLOW_FLOPS,
            _ => 2e-5,
        },
        // The search alone, by one worker, and what it takes to load scikit-learn, twice.
        "program" => 2.5,
        other => panic!("no estimate for {other}"),
    }
}

/// Seconds that the whole run takes on a machine with so many cores, starting left aside.
fn run_s(scenario: &Scenario, cores: u32) -> f64 {
    let plan = Plan::of(scenario);
    let trial_s = |config: usize| {
        let config = &plan.configs[config];
        let job = scenario.job_at(config.point.as_ref());
        let tasks = (0..job.inputs.len()).map(|task| task_s(&job, task));
        let sleeps = job.params.get("function").and_then(|name| name.as_word()) == Some("bundled:lecture.py:query");
        let waits = ["sleep", "http"].contains(&job.kind.as_str()) || sleeps;
        let in_turns = job.interpreter.is_some() && config.backend == BackendKind::THREADS
            || [BackendKind::PYTHON_THREADS, BackendKind::JOBLIB_THREADING].contains(&config.backend);
        let hands = match config.workers {
            workers if waits => workers,
            _ if in_turns => 1,
            workers => workers.min(cores),
        };
        let mut free_at = vec![0.0_f64; hands as usize];
        for task in tasks {
            let next = free_at.iter_mut().min_by(|a, b| a.total_cmp(b)).unwrap();
            *next += task;
        }
        free_at.into_iter().fold(0.0, f64::max)
    };
    plan.trials.iter().map(|trial| trial_s(trial.config)).sum()
}

#[test]
fn they_are_fine_on_small_and_large_machines() {
    for cores in [1, 2, 3, 8, 64, 256, 1024] {
        assert_eq!(on(cores).len(), bundled().count());
    }
}

#[test]
fn each_has_its_place_along_the_path_or_outside_of_it() {
    let places: Vec<&str> = path::names().chain(path::OUTSIDE.scenarios.iter().copied()).collect();
    let bundled: Vec<String> = bundled().map(|source| source.name).collect();
    assert_eq!(bundled, places, "a place in src/scenario/path.rs for each, and no other");
    assert!(path::PATH.iter().all(|chapter| !chapter.scenarios.is_empty()));
    let mut once = places.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), places.len());
}

#[test]
fn the_path_follows_the_lecture() {
    let lecture =
        ["cubes", "database", "database-reordered", "crunch", "speedup", "tiny-tasks", "matmul-one", "matmul-all"];
    let at = |name: &str| path::names().position(|known| known == name).unwrap();
    assert!(lecture.iter().chain(&["grid-search", "triad"]).map(|name| at(name)).is_sorted());
    // What goes beyond the lecture comes after it.
    let scenarios = on(2);
    let beyond = |name: &str| scenarios.iter().any(|s| s.name == name && s.tags.iter().any(|tag| tag == "beyond"));
    let first = path::names().position(beyond).unwrap();
    assert!(path::names().skip(first).all(beyond), "a scenario of the lecture after one that goes beyond it");
}

#[test]
fn they_take_a_few_seconds_on_two_cores() {
    for scenario in on(2) {
        let seconds = run_s(&scenario, 2);
        assert!(seconds < 8.0, "{} takes {seconds:.1} s", scenario.name);
    }
    let scenarios = on(2);
    let mean = scenarios.iter().map(|scenario| run_s(scenario, 2)).sum::<f64>() / scenarios.len() as f64;
    assert!(mean < 5.0, "they take {mean:.1} s on average");
}

#[test]
fn they_say_what_they_are_for() {
    for scenario in on(2) {
        assert!(!scenario.title.is_empty() && scenario.title.len() <= 60, "{}", scenario.name);
        assert!(!scenario.summary.is_empty(), "{}", scenario.name);
        assert!(["lecture", "beyond"].contains(&scenario.tags[0].as_str()), "{}", scenario.name);
        assert!(scenario.lesson.contains("Question: ") && scenario.lesson.ends_with('?'), "{}", scenario.name);
        // Paragraphs flow: whoever shows them breaks the lines.
        assert!(scenario.lesson.lines().all(|line| line.is_empty() || line.len() > 40), "{}", scenario.name);
    }
}

#[test]
fn their_lessons_tell_the_truth_about_the_plan() {
    let scenarios = on(2);
    let find = |name: &str| scenarios.iter().find(|scenario| scenario.name == name).unwrap();
    let two_threads = |name: &str| {
        let scenario = find(name);
        let mut free_at = [0.0_f64; 2];
        for task in 0..4 {
            let next = free_at.iter_mut().min_by(|a, b| a.total_cmp(b)).unwrap();
            *next += scenario.job.inputs.x(task);
        }
        free_at[0].max(free_at[1])
    };
    assert_eq!(two_threads("database"), 8.0);
    assert_eq!(two_threads("database-reordered"), 9.5);
    assert_eq!(find("speedup").sweep.workers, [1, 2, 3, 4, 5]);
    assert_eq!(find("speedup").sweep.backends, [BackendKind::PROCESSES]);
    assert!(find("tiny-tasks").sweep.include_startup);
    assert!(find("chunk-size").sweep.include_startup);
    assert_eq!(find("chunk-size").points().len(), 7);
    // The schedule must be free to hand out one query at a time, and a Pool of Python's is told to.
    let chunks = scenarios.iter().filter(|scenario| scenario.job.kind != "python").map(|scenario| scenario.sweep.chunk);
    assert!(chunks.into_iter().all(|chunk| chunk.is_none()));
    assert_eq!(find("python-load-order").sweep.chunk, Some(1));
    assert_eq!(two_threads("python-load-order"), 9.5);
}

#[test]
fn reading_them_all_takes_little_longer_than_reading_their_toml() {
    // The start of the program waits for this: 3 ms when optimised, says `benches/screen.rs`. Here it is compared with
    // what no checker can do without, in CPU time: other tests run beside this one.
    let cpu_s = || {
        let now = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap();
        now.tv_sec() as f64 + now.tv_nsec() as f64 * 1e-9
    };
    let mut best = [f64::INFINITY; 2];
    for _ in 0..20 {
        let start = cpu_s();
        let library = Library::open(&[], &super::catalog(256));
        best[0] = (cpu_s() - start).min(best[0]);
        assert_eq!(library.entries.len(), bundled().count());
        let start = cpu_s();
        assert!(bundled().all(|source| toml::from_str::<toml::Table>(&source.text).is_ok()));
        best[1] = (cpu_s() - start).min(best[1]);
    }
    let [checked, parsed] = best;
    assert!(checked < 8.0 * parsed, "{checked} s to read and check them, {parsed} s to read their TOML");
}
