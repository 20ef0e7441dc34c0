//! Scenarios tell what they are about: updates lost, memory by whom and over time, what a byte costs, bytes a second.

use std::collections::BTreeMap;

use parlab::record::{MemoryCourse, ProcessMemory, TrialOutcome};
use parlab::scenario::{Config, Dispatch, Value};
use parlab::tui::keys::Key;

use super::made::{Made, at, processes, serial, threads};
use crate::common;

const MIB: u64 = 1 << 20;

fn messages(made: &Made) -> Vec<String> {
    let json = made.json();
    let findings = json["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["message"].as_str().expect("a sentence").to_owned()).collect()
}

fn lost(part: f64) -> impl Fn(&mut TrialOutcome) {
    move |outcome| {
        let tally = [("lost", part), ("found", 16e6 - part), ("expected", 16e6)];
        let tally: BTreeMap<String, f64> = tally.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        outcome.tally = Some(tally);
    }
}

fn race() -> Made {
    Made::new("race", 16)
        .and(serial(), &[1.0, 1.01, 0.99], lost(0.0))
        .and(threads(1), &[1.0, 1.01, 0.99], lost(0.0))
        .and(threads(2), &[1.2, 1.21, 1.19], lost(4e6))
        .and(threads(4), &[1.3, 1.31, 1.29], lost(8e6))
}

#[test]
fn lost_updates_are_told_and_drawn() {
    let all = messages(&race());
    assert_eq!(all[0], "threads × 4 lost 8 000 000 of 16 000 000 updates, 50 %; serial and threads × 1 lost none.");
    assert!(race().text().contains("threads × 4 lost 8 000 000"), "{}", race().text());
    for size in [(60, 16), (80, 24), (120, 40)] {
        let screen = race().results(size, &[]);
        assert!(screen.lines().nth(1).is_some_and(|top| top.contains(" lost updates ")), "{size:?}\n{screen}");
        assert!(screen.contains("50 %┤"), "in per cent, {size:?}\n{screen}");
        // Another key has the speedups back.
        let other = race().results(size, &[Key::Char('y')]);
        assert!(other.lines().nth(1).is_some_and(|top| top.contains(" speedup ")), "{size:?}\n{other}");
    }
    let kept = Made::new("race", 16).and(serial(), &[1.0], lost(0.0)).and(threads(2), &[0.5], lost(0.0));
    assert_eq!(messages(&kept)[0], "No updates lost: all 16 000 000 of each trial are there.");
}

fn course(workers: u32, each: &[u64]) -> impl Fn(&mut TrialOutcome) {
    let each: Vec<u64> = each.iter().map(|mib| mib * MIB).collect();
    move |outcome| {
        let own = |worker| ProcessMemory { workers: vec![worker], bytes: each.clone() };
        let total: Vec<u64> = each.iter().map(|bytes| bytes * u64::from(workers + 1)).collect();
        outcome.memory = Some(MemoryCourse {
            peak_bytes: total.iter().copied().max().unwrap_or(0),
            at_s: (0..each.len()).map(|n| n as f64 * 0.25).collect(),
            total_bytes: total,
            processes: (0..workers).map(own).collect(),
            parent_bytes: Some(each.clone()),
        });
    }
}

#[test]
fn memory_is_told_by_whom_and_drawn_over_time() {
    let made = Made::new("memory", 8).and(serial(), &[1.0, 1.0], course(0, &[70, 70, 70])).and(
        processes(4),
        &[2.0, 2.0],
        course(4, &[14, 40, 64]),
    );
    let all = messages(&made);
    let expected = "processes × 4 take 320 MiB of memory (4 × 64.0 MiB in the workers, 64.0 MiB in their parent), up from \
                    70.0 MiB within 500 ms; serial 70.0 MiB.";
    assert_eq!(all[0], expected);
    for size in [(80, 24), (120, 40)] {
        let screen = made.results(size, &[Key::Home, Key::Down]);
        assert!(screen.lines().nth(1).is_some_and(|top| top.contains(" memory over time ")), "{size:?}\n{screen}");
        assert!(screen.contains("256 MiB┤") && screen.contains("500 ms"), "{size:?}\n{screen}");
        assert!(screen.contains("◆ processes × 4"), "{size:?}\n{screen}");
    }
    let line = made.results((200, 60), &[Key::Home, Key::Down]);
    assert!(line.contains("memory 320 MiB (4 × 64.0 MiB in the workers, 64.0 MiB in their parent)"), "{line}");
}

#[test]
fn a_byte_is_told_by_what_it_costs() {
    let pipe = Config { dispatch: Dispatch::Pipe, ..processes(2) };
    let mut made = Made::new("square", 16);
    for (index, payload) in [0_u64, 1 << 24].into_iter().enumerate() {
        let point = |config: Config| Config { payload, ..at(config, index as u32, "payload", Value::Whole(payload)) };
        let near = |s: f64| [s, s * 1.01, s * 0.99];
        // 16 tasks of 16 MiB are 2^28 bytes; two workers: 0.5 and 5 ns a byte.
        let bytes = (payload * 16) as f64;
        made = made
            .with(point(serial()), &near(1e-5 + bytes * 0.4e-9))
            .with(point(threads(2)), &near(1e-5 + bytes * 0.25e-9))
            .with(point(pipe.clone()), &near(1e-3 + bytes * 2.5e-9));
    }
    let all = messages(&made);
    let expected = "A byte of payload costs 0.50 ns with threads × 2 and 5.00 ns with processes × 2 pipe: 10.0 times as much by the \
         dearest way.";
    assert_eq!(all[0], expected);
    let json = made.json();
    let per_byte = json["configs"][5]["payload_s_per_byte"].as_f64().expect("a number");
    assert!((per_byte / 5e-9 - 1.0).abs() < 0.01, "{per_byte}");
    assert_eq!(json["configs"][2]["payload_s_per_byte"], serde_json::Value::Null, "no payload, no byte");
    for size in [(120, 40), (200, 60)] {
        let screen = made.results(size, &[Key::End]);
        assert!(screen.contains("a byte") && screen.contains("5.01 ns"), "{size:?}\n{screen}");
    }
    assert!(made.text().contains("5.01 ns"), "{}", made.text());
}

#[test]
fn bytes_a_second_are_a_column_and_a_sentence() {
    let mut made = Made::new("triad", 4).with(serial(), &[1.0, 1.01, 0.99]).with(threads(2), &[0.8, 0.81, 0.79]);
    let numbers = [("mib", 384), ("passes", 4)];
    made.planned.job.params = numbers.into_iter().map(|(name, value)| (name.to_owned(), Value::Whole(value))).collect();
    // Four tasks of four passes over 384 MiB, by whole iterations of 24 bytes.
    let bytes = 16.0 * 24.0 * f64::from((384_u32 << 20) / 24);
    let json = made.json();
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let rate = number(&json["configs"][0]["bytes_per_s"]) * number(&json["configs"][0]["wall_s"]["estimate"]);
    assert!((rate / bytes - 1.0).abs() < 1e-9, "{rate}");
    let all = messages(&made);
    let expected = "Data moved at 8.05 GB/s with threads × 2, against 6.44 GB/s with serial: 1.25 times as fast with 2.00 \
                    times the workers.";
    assert_eq!(all[0], expected);
    assert!(made.text().contains("GB/s") && made.text().contains("8.05"), "{}", made.text());
    for size in [(60, 16), (80, 24), (120, 40)] {
        let screen = made.results(size, &[]);
        assert!(screen.contains("GB/s") && screen.contains("8.05"), "{size:?}\n{screen}");
    }
}

#[test]
fn other_runs_are_not_told_of_any_of_it() {
    let made = Made::new("countdown", 4).with(serial(), &[1.0, 1.01, 0.99]).with(threads(2), &[0.5, 0.51, 0.49]);
    let all = messages(&made).join("\n");
    for word in ["lost", "memory", "byte", "GB/s"] {
        assert!(!all.contains(word), "{all}");
    }
    let (screen, json) = (made.results((120, 40), &[]), made.json());
    assert!(!screen.contains("GB/s") && !screen.contains("a byte") && !screen.contains("y: memory"), "{screen}");
    assert_eq!(json["configs"][1]["bytes_per_s"], serde_json::Value::Null);
}

#[test]
fn a_real_race_and_a_real_triad_say_so() {
    let run = |scenario: &str, changes: &[&str]| {
        let output = common::parlab().args(["run", "--quiet", scenario]).args(changes).output().expect("parlab");
        common::stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let race = run("race", &["--repeats", "1"]);
    assert!(race.contains("updates") && (race.contains(" lost none") || race.contains("No updates lost")), "{race}");
    let triad = run("triad", &["-s", "mib=6", "-s", "passes=1"]);
    assert!(triad.contains("moved at") && triad.contains("GB/s"), "{triad}");
}
