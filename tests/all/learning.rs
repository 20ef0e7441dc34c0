//! What a run teaches, by the real binary: the sentences about what was measured, and predictions beside it.

use crate::common::{self, folder, parlab, report, stderr, stdout, untitled};
use serde_json::Value;

/// The lecture's database in small.
fn database(inputs: &str, schedule: &str) -> String {
    format!(
        "[workload]\nkind = \"sleep\"\nunit_s = 0.04\ninputs = {inputs}\n\
         [sweep]\nbackends = [\"threads\"]\nworkers = 2\nrepeats = 3\nwarmup = 0\nschedule = \"{schedule}\"\n"
    )
}

fn findings(report: &Value) -> Vec<(String, String)> {
    let all = report["findings"].as_array().expect("findings");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    all.iter().map(|finding| (text(&finding["rule"]), text(&finding["message"]))).collect()
}

fn rules(report: &Value) -> Vec<String> {
    findings(report).into_iter().map(|(rule, _)| rule).collect()
}

#[test]
fn what_the_order_cost_is_told_from_real_tasks() {
    let (late, code, _) = report(&database("[1, 1.5, 2, 8]", "dynamic"), &[]);
    assert_eq!(code, 0);
    let found = findings(&late);
    assert!((2..=5).contains(&found.len()), "{found:?}");
    let order = found.iter().find(|(rule, _)| rule == "order");
    assert!(order.is_some_and(|(_, message)| message.contains("longest first they would take")), "{found:?}");
    let (early, ..) = report(&database("[8, 1, 1.5, 2]", "dynamic"), &[]);
    let rules = rules(&early);
    assert!(rules.contains(&"longest".to_owned()) && !rules.contains(&"order".to_owned()), "{rules:?}");
}

#[test]
fn who_waits_is_told_to_scale_beyond_the_cpus() {
    let cpus = std::thread::available_parallelism().expect("a number").get();
    let workers = 4 * cpus;
    let scenario = format!(
        "[workload]\nkind = \"sleep\"\nunit_s = 0.03\ninputs = {{ repeat = 1, times = {} }}\n\
         [sweep]\nbackends = [\"threads\"]\nworkers = {workers}\nrepeats = 1\nwarmup = 0\n",
        2 * workers
    );
    let (report, ..) = report(&scenario, &[]);
    assert!(rules(&report).contains(&"waiting".to_owned()), "{:?}", findings(&report));
}

#[test]
fn the_text_report_has_the_same_sentences() {
    let folder = folder();
    let path = untitled(folder.path(), &database("[1, 1.5, 2, 8]", "dynamic"));
    let output = parlab().args(["run", "--quiet"]).arg(path).output().expect("parlab");
    let text = stdout(&output);
    let told = text.split("What happened\n").nth(1).expect("a section");
    assert!(told.starts_with("- ") && told.contains("threads × 2"), "{text}");
}

#[test]
fn three_repeats_have_intervals_and_two_have_none() {
    let (three, ..) = report(&database("[1, 1, 1, 1]", "dynamic"), &[]);
    let threads = &three["configs"][1];
    let ends = |value: &Value| [0, 1].map(|i| value[i].as_f64().expect("an end"));
    let [low, high] = ends(&threads["wall_s"]["ci95"]);
    let told = threads["wall_s"]["estimate"].as_f64().expect("a number");
    assert!(0.0 < low && low <= told && told <= high, "{threads}");
    let [low, high] = ends(&threads["speedup"]["ci95"]);
    assert!(0.0 < low && low <= high, "{threads}");
    assert!(three["configs"][0]["speedup"]["ci95"].is_null(), "the baseline against itself");
    let (two, ..) = report(&database("[1, 1, 1, 1]", "dynamic"), &["--repeats", "2"]);
    assert!(two["configs"][1]["wall_s"]["ci95"].is_null() && two["configs"][1]["speedup"]["ci95"].is_null());
}

#[test]
fn predictions_stand_beside_what_was_measured() {
    let folder = folder();
    let journal = folder.path().join("run.jsonl");
    let journal_path = journal.to_str().expect("a path");
    let options = ["--predict", "2:1.5", "--journal", journal_path];
    let (told, code, errors) = report(&database("[1, 1, 1, 1]", "dynamic"), &options);
    assert_eq!((code, errors.as_str()), (0, ""));
    let [serial, threads] = [&told["configs"][0], &told["configs"][1]];
    assert!(serial["predicted"].is_null(), "the baseline's speedup is no guess");
    let (predicted, measured) = (&threads["predicted"], threads["speedup"]["value"].as_f64().expect("a speedup"));
    assert_eq!((predicted["speedup"].as_f64(), predicted["wall_s"].as_f64()), (Some(1.5), None));
    let error = predicted["error"].as_f64().expect("an error");
    assert!((error - (1.5 / measured - 1.0)).abs() < 1e-12, "{error} for {measured}");
    assert!(rules(&told).contains(&"prediction".to_owned()));
    let first = std::fs::read_to_string(&journal).expect("the journal");
    let first = first.lines().nth(1).expect("an event");
    assert!(first.contains(r#""predictions":[{"config":1,"expected":{"speedup":1.5}}]"#), "{first}");
}

#[test]
fn times_are_predicted_for_every_configuration() {
    let (told, ..) = report(&database("[1, 1, 1, 1]", "dynamic"), &["--predict", "1:160ms,threads:2:0.08s"]);
    for (config, wall_s) in [(0, 0.16), (1, 0.08)] {
        let predicted = &told["configs"][config]["predicted"];
        assert_eq!(predicted["wall_s"].as_f64(), Some(wall_s));
        let measured = told["configs"][config]["wall_s"]["estimate"].as_f64().expect("a time");
        assert!((predicted["error"].as_f64().expect("an error") - (wall_s / measured - 1.0)).abs() < 1e-12);
    }
    let (without, ..) = report(&database("[1, 1, 1, 1]", "dynamic"), &[]);
    assert!(without["configs"][1]["predicted"].is_null());
}

#[test]
fn predictions_about_nothing_are_refused() {
    let folder = folder();
    let path = untitled(folder.path(), &database("[1, 1]", "dynamic"));
    let none = untitled_without_baseline(folder.path());
    let cases = [
        (&path, "2", "cannot be read; write 2:1.8"),
        (&path, "3:1.8", "no configuration has 3 workers; there are 1, 2"),
        (&path, "processes:2:1.8", "no configuration uses processes"),
        (&path, "1:1.0", "is the baseline, whose speedup is 1"),
        (&none, "2:1.8", "without a baseline there are no speedups"),
    ];
    for (path, text, message) in cases {
        let output = parlab().args(["run", "--quiet", "--predict", text]).arg(path).output().expect("parlab");
        assert_eq!(output.status.code(), Some(2), "{text}");
        let errors = stderr(&output);
        assert!(errors.starts_with(&format!("parlab: --predict {text}: ")) && errors.contains(message), "{errors}");
        assert!(stdout(&output).is_empty(), "nothing was run");
    }
}

fn untitled_without_baseline(folder: &std::path::Path) -> std::path::PathBuf {
    let toml = format!("title = \"None\"\n{}baseline = \"none\"\n", database("[1, 1]", "dynamic"));
    common::scenario(folder, "none", &toml)
}
