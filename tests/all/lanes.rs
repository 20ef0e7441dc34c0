//! Where the time of each lane went stands in the journal, adds up for every backend, and says what the tasks did.

use crate::common;
use serde_json::Value;

/// The tasks of a trial, and how long each sleeps.
const TASKS: u64 = 12;
const NAP_S: f64 = 0.002;

/// A small trial of each way to run that these keys of `[sweep]` name.
fn scenario(ways: &str) -> String {
    format!(
        "[workload]\nkind = 'sleep'\nunit_s = {NAP_S}\ninputs = {{ repeat = 1, times = {TASKS} }}\n[sweep]\n\
         workers = ['1x2']\nrepeats = 1\nwarmup = 0\n{ways}"
    )
}

/// The outcomes of all trials, as they stand in the journal.
fn outcomes(toml: &str) -> Vec<Value> {
    let folder = common::folder();
    let scenario = common::untitled(folder.path(), toml);
    let journal = folder.path().join("run.jsonl");
    let mut run = common::parlab();
    let output = run.args(["run", "--quiet", "--journal"]).arg(&journal).arg(scenario).output().expect("parlab");
    assert!(output.status.success(), "{}", common::stderr(&output));
    let text = std::fs::read_to_string(journal).expect("a journal");
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
    events.filter(|event| event["event"] == "trial_finished").map(|mut event| event["outcome"].take()).collect()
}

fn seconds(lane: &Value, activity: &str) -> f64 {
    lane["seconds"][activity].as_f64().unwrap_or(0.0)
}

#[test]
fn what_lanes_did_adds_up_for_every_backend() {
    // Serial, threads, processes by shared memory and by a pipe, hybrid: as many of them as follow the schedule.
    const ALL: &str = "backends = ['threads', 'processes', 'hybrid']\ndispatch = ['shared', 'pipe']\n";
    const SHARED: &str = "backends = ['threads', 'processes', 'hybrid']\nschedule = 'static'\n";
    let with_lock = format!("{ALL}[interpreter]\ngil = true\n");
    let cases =
        [(ALL, 5, 1), (&with_lock, 5, 1), (SHARED, 4, 0), ("backends = ['threads']\nschedule = 'stealing'\n", 2, 0)];
    for (more, trials, through_pipes) in cases {
        let outcomes = outcomes(&scenario(more));
        assert_eq!(outcomes.len(), trials, "{more}");
        for outcome in &outcomes {
            let lanes = outcome["lanes"].as_array().expect("lanes");
            assert!([1, 2].contains(&lanes.len()), "{outcome}");
            let mut tasks = 0;
            for lane in lanes {
                let of = |key: &str| lane[key].as_f64().expect("a number");
                let sum: f64 =
                    lane["seconds"].as_object().expect("activities").values().filter_map(Value::as_f64).sum();
                let time_s = of("until_s") - of("arrived_s");
                assert!((sum - time_s).abs() < 1e-9 * time_s.max(1.0), "{more}: {sum} in {time_s}: {lane}");
                assert!(of("arrived_s") <= 0.0 && of("until_s") >= outcome["wall_s"].as_f64().expect("a time") - 1e-9);
                assert!(lane["pid"].as_u64().is_some_and(|pid| pid > 0));
                let has_lock = more.contains("gil");
                assert!(has_lock || seconds(lane, "waiting-for-lock") == 0.0, "{lane}");
                let here = lane["tasks"].as_u64().expect("a count");
                assert!(seconds(lane, "blocked") >= here as f64 * NAP_S * 0.99, "{more}: {lane}");
                tasks += here;
            }
            assert_eq!(tasks, TASKS, "{outcome}");
        }
        let delivering = |outcome: &&Value| outcome["lanes"].to_string().contains("delivering");
        let delivered = outcomes.iter().filter(delivering).count();
        assert_eq!(delivered, through_pipes, "{more}: only what goes through a pipe is delivered");
    }
}
