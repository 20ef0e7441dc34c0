//! Where the time went, by the real binary: shares that are all of the workers' time, whoever runs the tasks.

use crate::common::{parlab, report, stderr, stdout};
use serde_json::Value;

/// What each combination runs: enough for every worker to have something of everything.
const TASKS: &str = "[workload]\nkind = \"countdown\"\nsteps = 2e4\ninputs = { repeat = 1, times = 40 }\n";

fn sweep(sweep: &str) -> Value {
    let toml = format!("{TASKS}[sweep]\nrepeats = 2\nwarmup = 0\nbaseline = \"serial\"\n{sweep}");
    let (report, code, errors) = report(&toml, &[]);
    assert_eq!(code, 0, "{errors}");
    report
}

/// Looks at all configurations of a report, and says how many there were.
fn sound(report: &Value) -> usize {
    let configs = report["configs"].as_array().expect("configs");
    for config in configs {
        let losses = &config["losses"];
        let sum = |shares: &Value| shares.as_object().expect("shares").values().filter_map(Value::as_f64).sum::<f64>();
        assert!((sum(&losses["shares"]) - 1.0).abs() < 0.01, "{config}");
        let unexplained = losses["shares"]["unexplained"].as_f64().expect("a share");
        assert!(unexplained < 0.01, "every lane accounts for its time: {losses}");
        let workers = losses["workers"].as_array().expect("workers");
        assert_eq!(workers.len() as u64, config["workers"].as_u64().expect("workers"));
        assert!(workers.iter().all(|worker| (sum(&worker["shares"]) - 1.0).abs() < 0.01), "{losses}");
        let tasks: u64 = workers.iter().filter_map(|worker| worker["tasks"].as_u64()).sum();
        assert_eq!(tasks, 2 * 40, "of both repeats");
    }
    configs.len()
}

#[test]
fn shares_sum_to_all_of_the_time_for_every_backend_dispatch_and_schedule() {
    let mut seen = 0;
    for schedule in ["static", "dynamic", "guided"] {
        let backends = "backends = [\"threads\", \"processes\", \"hybrid\"]\nworkers = [1, 2, \"2x2\"]";
        seen += sound(&sweep(&format!("schedule = \"{schedule}\"\n{backends}\n")));
    }
    seen += sound(&sweep("schedule = \"stealing\"\nbackends = [\"threads\"]\nworkers = 2\n"));
    let pipe = sweep("backends = [\"processes\"]\nworkers = 2\ndispatch = [\"shared\", \"pipe\"]\n");
    seen += sound(&pipe);
    assert!(seen >= 20, "{seen}");
    for config in pipe["configs"].as_array().expect("configs") {
        let shares = &config["losses"]["shares"];
        let by_pipe = config["dispatch"] == "pipe";
        assert_eq!((shares["pipe"].is_null(), shares["dispatch"].is_null()), (!by_pipe, by_pipe), "{config}");
        assert!(shares["startup"].is_null() && shares["lock"].is_null(), "neither applies");
    }
}

#[test]
fn a_lock_and_a_start_up_that_counts_have_shares() {
    let toml = format!(
        "{TASKS}[interpreter]\ngil = true\n[sweep]\nrepeats = 2\nwarmup = 0\nbackends = [\"threads\"]\nworkers = 2\n\
         include_startup = true\n"
    );
    let (report, code, errors) = report(&toml, &[]);
    assert_eq!(code, 0, "{errors}");
    sound(&report);
    let threads = &report["configs"][1]["losses"]["shares"];
    assert!(threads["lock"].is_f64() && threads["startup"].as_f64().is_some_and(|share| share > 0.0), "{threads}");
}

#[test]
fn the_report_for_people_has_a_table_and_on_request_a_line_a_worker() {
    let run = |options: &[&str]| {
        let fixed = ["run", "cubes", "--repeats", "1", "--warmup", "0", "--workers", "2", "--quiet"];
        let output = parlab().args(fixed).args(options).output().expect("parlab");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output)
    };
    let plain = run(&[]);
    assert!(plain.contains("Where the time went: shares of workers × wall"), "{plain}");
    assert!(plain.lines().all(|line| line.chars().count() <= 80), "{plain}");
    assert!(!plain.contains("Where the time of each worker went"), "{plain}");
    let each = run(&["--by-worker"]);
    assert!(each.contains("Where the time of each worker went") && each.contains("worker 1"), "{each}");
    assert!(each.lines().all(|line| line.chars().count() <= 80), "{each}");
}
