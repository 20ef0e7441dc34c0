//! What the times of a run give reason to doubt: drift, outliers, trials too short for the clock.

use parlab::record::WarningCode;
use parlab::results::Figures;
use parlab::tui::keys::Key;
use serde_json::Value;

use crate::found::made::{Made, processes, serial, threads};

/// Times that change by this factor from block to block, and scatter by 1 % around that.
fn course(first_s: f64, factor: f64, blocks: i32) -> Vec<f64> {
    (0..blocks).map(|block| first_s * factor.powi(block) * if block % 2 == 0 { 1.005 } else { 0.995 }).collect()
}

/// Two configurations on a machine whose times change by this factor from block to block.
fn drifting(factor: f64, blocks: i32) -> Made {
    Made::new("countdown", 16)
        .with(serial(), &course(1.0, factor, blocks))
        .with(threads(2), &course(0.5, factor, blocks))
}

fn warnings(report: &Value, code: WarningCode) -> Vec<String> {
    let all = report["warnings"].as_array().expect("warnings").iter();
    let told = all.filter(|warning| warning["code"] == code.word());
    told.map(|warning| warning["message"].as_str().expect("a sentence").to_owned()).collect()
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn drift_is_told_with_its_direction_and_by_how_much() {
    let made = drifting(1.06, 6);
    let expected = "the machine became slower during the run: from the first block to the last all times became 33 % \
                    longer. Speedups are paired by block, and not affected; the times and their intervals are";
    assert_eq!(warnings(&made.json(), WarningCode::Drift), [expected]);
    assert!(words(&made.text()).contains(&format!("! {expected} (drift)")), "{}", made.text());
    let screen = made.results((200, 60), &[]);
    assert!(screen.contains("the machine became slower during the run"), "{screen}");
    // The speedup is as sure as if nothing had changed.
    let ci95 = Figures::of(&made.ended()).rows[1].speedup_ci95().expect("six blocks");
    assert!(1.999 < ci95.low && ci95.high < 2.001, "{ci95:?}");
    let faster = warnings(&drifting(0.94, 5).json(), WarningCode::Drift);
    assert!(
        matches!(&faster[..], [only] if only.starts_with("the machine became faster during the run") && only.contains("became 22 % shorter")),
        "{faster:?}"
    );
}

#[test]
fn a_steady_machine_and_few_blocks_are_not_said_to_drift() {
    for made in [drifting(1.0, 10), drifting(1.1, 3), drifting(1.001, 6)] {
        assert_eq!(warnings(&made.json(), WarningCode::Drift), [""; 0]);
    }
}

fn clock(resolution_s: f64, reading_s: f64) -> Option<parlab::record::ClockFacts> {
    let source = "clock_monotonic".to_owned();
    Some(parlab::record::ClockFacts { source, resolution_s, reading_s, empty_task_s: None })
}

#[test]
fn trials_that_are_too_short_are_told_once() {
    let mut made = Made::new("square", 4)
        .with(serial(), &[40e-6, 41e-6, 39e-6])
        .with(threads(2), &[2e-3, 2e-3, 2e-3])
        .with(processes(2), &[90e-6, 91e-6, 92e-6]);
    assert_eq!(warnings(&made.json(), WarningCode::TooShort), [""; 0], "nothing is known of the clock");
    // Its steps are as fine as can be, and a look at it takes 100 ns.
    made.planned.machine.clock = clock(1e-9, 1e-7);
    let told = warnings(&made.json(), WarningCode::TooShort);
    let expected = "trials too short to be timed well, which needs 100 µs: serial takes 40.0 µs, and one more \
                    configuration. Give them more tasks, or longer ones";
    assert_eq!(told, [expected]);
}

#[test]
fn a_coarse_clock_needs_longer_trials() {
    let mut made = Made::new("square", 4).with(serial(), &[2e-3, 2.1e-3, 1.9e-3]);
    made.planned.machine.clock = clock(1e-6, 2e-8);
    assert_eq!(warnings(&made.json(), WarningCode::TooShort), [""; 0], "2 000 steps");
    assert_eq!(made.json()["machine"]["clock"]["resolution_s"], 1e-6);
    assert!(made.text().contains("clock clock_monotonic · steps of 1.00 µs · a reading 20.0 ns"), "{}", made.text());
    made.planned.machine.clock = clock(4e-6, 2e-8);
    let told = warnings(&made.json(), WarningCode::TooShort);
    assert!(matches!(&told[..], [only] if only.contains("which needs 4.00 ms: serial takes 2.00 ms.")), "{told:?}");
}

#[test]
fn outliers_are_flagged_and_count_all_the_same() {
    let made = Made::new("countdown", 16)
        .with(serial(), &[1.0, 1.01, 0.99, 1.0, 1.02])
        .with(threads(2), &[0.5, 0.505, 0.75, 0.495, 0.51]);
    let json = made.json();
    assert_eq!(json["configs"][0]["wall_s"]["outliers"], serde_json::json!([]));
    assert_eq!(json["configs"][1]["wall_s"]["outliers"], serde_json::json!([2]));
    assert_eq!(json["configs"][1]["speedup"]["pairs"], 5, "it counts");
    let text = words(&made.text());
    assert!(text.contains("Far from the other repeats, and counted all the same: threads × 2 750 ms."), "{text}");
    let screen = made.results((200, 60), &[Key::End]);
    assert!(screen.contains("repeats 5 of 495–750 ms, 1 far off"), "{screen}");
}
