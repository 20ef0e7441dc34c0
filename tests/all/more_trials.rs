//! Trials beyond the plan, from a scenario through the engine to the report and the journal: noisy ones measured again, and
//! blocks until the figures are sure enough. Trials are thought up, as in `scripted`.

use std::time::Duration;

use parlab::backend::Broken;
use parlab::engine::Control;
use parlab::record::{Added, Event, Journal, RunState, Status, TrialEnd, TrialNoise, TrialOutcome, read};
use parlab::report::json;
use parlab::scenario::{BackendKind, Config};

use crate::common::folder;
use crate::scripted::{QUERIES, Told, played, well};

/// A trial of which the machine's noise was counted: others took so many CPU seconds of the 2 CPUs' 20.
fn beside(others_s: f64, outcome: TrialOutcome) -> TrialOutcome {
    let noise = TrialNoise { usable_cpus: 2, over_s: 10.0, others_s: Some(others_s), ..TrialNoise::default() };
    TrialOutcome { noise: Some(noise), ..outcome }
}

fn is_threads_2(config: &Config) -> bool {
    config.backend == BackendKind::THREADS && config.workers == 2
}

/// A run in which others took so many CPU seconds beside the `n`th trial of a configuration.
fn noisy(toml: &str, mut others_s: impl FnMut(&Config, u32) -> f64) -> Told {
    played(toml, &Control::default(), |config, n, _, _| Ok(beside(others_s(config, n), well(config, n))))
}

/// The blocks that were added: how many trials, and why.
fn added(told: &Told) -> Vec<(usize, Added)> {
    let added = |event: &Event| match event {
        Event::TrialsAdded { trials, why } => Some((trials.len(), *why)),
        _ => None,
    };
    told.events.iter().filter_map(|stamped| added(&stamped.event)).collect()
}

fn samples(told: &Told, backend: &str, workers: u64) -> Vec<f64> {
    let report = told.report();
    let configs = report["configs"].as_array().expect("configs");
    let row = configs.iter().find(|config| config["backend"] == backend && config["workers"] == workers);
    let samples = row.expect("a row")["wall_s"]["samples"].as_array().expect("samples").clone();
    samples.iter().map(|sample| sample.as_f64().expect("seconds")).collect()
}

#[test]
fn a_quiet_run_adds_nothing() {
    let told = noisy(QUERIES, |_, _| 0.5);
    assert_eq!((told.status, told.asked.len()), (Status::Done, 20));
    assert_eq!((added(&told), told.warnings()), (vec![], vec![]));
}

#[test]
fn a_noisy_trial_is_measured_again_beside_its_baseline() {
    let told = noisy(QUERIES, |config, n| if is_threads_2(config) && n == 2 { 5.0 } else { 0.0 });
    assert_eq!((told.status, told.asked.len()), (Status::Done, 22));
    assert_eq!(added(&told), [(2, Added::Noise)]);
    let mut last: Vec<&str> = told.asked[20..].iter().map(|(name, _)| name.as_str()).collect();
    last.sort_unstable();
    assert_eq!(last, ["serial × 1", "threads × 2"]);
    assert_eq!(samples(&told, "threads", 2), [8.0, 8.25, 8.375], "8.125 is left out");
    assert_eq!(samples(&told, "serial", 1), [12.5, 12.625, 12.75, 12.875]);
    let message = "1 of 17 trials was noisy (1 by other programs); 2 trials were measured again for that, and 1 noisy one \
                   is left out";
    assert_eq!(told.warnings(), [("noisy-trials", message)]);
}

#[test]
fn a_noisy_warm_up_is_of_no_concern() {
    let told = noisy(QUERIES, |_, n| if n == 0 { 15.0 } else { 0.0 });
    assert_eq!((added(&told), told.warnings()), (vec![], vec![]));
}

#[test]
fn where_it_never_becomes_quiet_all_is_kept_and_told() {
    let told = noisy(QUERIES, |_, _| 4.6);
    assert_eq!((told.status, told.asked.len()), (Status::Done, 35), "as many again as counted ones were planned");
    assert_eq!(added(&told), [(5, Added::Noise); 3]);
    assert_eq!(samples(&told, "threads", 2).len(), 6);
    let message = "30 of 30 trials were noisy (30 by other programs); 15 trials were measured again for that, and no \
                   noisy one is left out; too few quiet ones were measured of serial, threads × 1, threads × 2 and 2 \
                   more, whose noisy ones count: others took 23 % of the CPUs: times are too long, and speedups of \
                   configurations that use all CPUs too low";
    assert_eq!(told.warnings(), [("noisy-trials", message)]);
}

/// The queries until the figures are sure enough.
fn auto(limits: &str) -> String {
    QUERIES.replace("repeats  = 3", &format!("repeats  = \"auto\"\n{limits}"))
}

#[test]
fn blocks_are_added_until_every_interval_is_narrow_enough() {
    // One repeat is a tenth longer, and all the others are alike: it takes some until it counts for little.
    let steady = |config: &Config, n: u32| {
        let is_long = n == 1 && config.backend != BackendKind::SERIAL;
        let outcome = well(config, 1);
        TrialOutcome { wall_s: outcome.wall_s * if is_long { 1.1 } else { 1.0 }, ..outcome }
    };
    let told = played(&auto("precision = 0.05"), &Control::default(), |config, n, _, _| Ok(steady(config, n)));
    let blocks = added(&told);
    assert!(!blocks.is_empty() && blocks.iter().all(|block| *block == (5, Added::Precision)), "{blocks:?}");
    assert_eq!((told.status, told.warnings()), (Status::Done, vec![]));
    let widest = parlab::results::widths(&told.state).widest().expect("intervals").width;
    assert!(widest <= 0.05, "{widest}");
    assert_eq!(samples(&told, "threads", 2).len(), 3 + blocks.len());
    // The block before the last was not enough.
    let is_last = |event: &Event| matches!(event, Event::TrialsAdded { .. });
    let last = told.events.iter().rposition(|stamped| is_last(&stamped.event)).expect("a block");
    let mut before = RunState::default();
    told.events[..last].iter().for_each(|stamped| before.apply(stamped));
    assert!(parlab::results::widths(&before).widest().expect("intervals").width > 0.05);
    // Where three are enough, nothing is added.
    let told = played(&auto("precision = 1"), &Control::default(), |config, n, _, _| Ok(steady(config, n)));
    assert_eq!((added(&told), told.asked.len()), (vec![], 20));
}

/// Times that never settle, but for the baseline's: every other one is twice as long.
fn restless(config: &Config, n: u32) -> TrialOutcome {
    let is_long = n % 2 == 1 && config.backend != BackendKind::SERIAL;
    let outcome = well(config, 1);
    TrialOutcome { wall_s: outcome.wall_s * if is_long { 2.0 } else { 1.0 }, ..outcome }
}

#[test]
fn the_most_repeats_are_a_limit_that_is_told() {
    let toml = auto("max_repeats = 5");
    let told = played(&toml, &Control::default(), |config, n, _, _| Ok(restless(config, n)));
    assert_eq!((told.status, added(&told)), (Status::Done, vec![(5, Added::Precision); 2]));
    let [(code, message)] = told.warnings()[..] else { panic!("{:?}", told.warnings()) };
    assert_eq!(code, "precision-not-reached");
    assert!(message.ends_with("5 % was asked for: max_repeats = 5 allows no more than these 5 blocks"), "{message}");
    assert!(message.starts_with("the interval of ") && message.contains(" % wide, and "), "{message}");
}

#[test]
fn the_most_seconds_are_a_limit_that_is_told() {
    let told = played(&auto("max_seconds = 0.001"), &Control::default(), |config, n, _, _| {
        std::thread::sleep(Duration::from_millis(1));
        Ok(restless(config, n))
    });
    assert_eq!((told.status, added(&told)), (Status::Done, vec![]), "the three that every run begins with take longer");
    let [(code, message)] = told.warnings()[..] else { panic!("{:?}", told.warnings()) };
    assert_eq!(code, "precision-not-reached");
    assert!(message.ends_with("after 3 blocks, max_seconds = 0.001 left no time for another"), "{message}");
}

#[test]
fn without_a_baseline_the_times_are_what_is_to_be_sure() {
    let toml = auto("baseline = \"none\"\nmax_repeats = 4");
    let told = played(&toml, &Control::default(), |config, n, _, _| Ok(restless(config, n)));
    assert_eq!(added(&told), [(4, Added::Precision)]);
    assert_eq!(told.warnings().iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["precision-not-reached"]);
    let told = played(&toml, &Control::default(), |config, _, _, _| Ok(well(config, 1)));
    assert_eq!((added(&told), told.warnings()), (vec![], vec![]));
}

#[test]
fn what_fails_is_not_waited_for() {
    let told = played(&auto("max_repeats = 4"), &Control::default(), |config, n, _, _| match config.backend {
        BackendKind::PROCESSES => Err(Broken("none to be had".to_owned())),
        _ => Ok(beside(if n == 1 { 9.0 } else { 0.0 }, restless(config, n))),
    });
    assert_eq!(told.status, Status::Failed);
    assert_eq!(added(&told), [(3, Added::Noise), (3, Added::Precision)]);
}

#[test]
fn a_run_that_added_trials_is_told_again_byte_for_byte() {
    let told = played(&auto("max_repeats = 4"), &Control::default(), |config, n, _, _| {
        Ok(beside(if is_threads_2(config) && n == 2 { 5.0 } else { 0.0 }, restless(config, n)))
    });
    let whys: Vec<Added> = added(&told).into_iter().map(|(_, why)| why).collect();
    assert_eq!(whys, [Added::Noise, Added::Precision]);
    let folder = folder();
    let path = folder.path().join("journal");
    let mut journal = Journal::create(&path).expect("a journal");
    told.events.iter().for_each(|stamped| journal.record(stamped));
    journal.settle();
    drop(journal);
    let recording = read(&path).expect("a journal");
    assert!(!recording.torn);
    assert_eq!(json::render(&recording.state()), json::render(&told.state));
}

#[test]
fn a_run_that_is_cancelled_in_an_added_block_ends_there() {
    for toml in [QUERIES.to_owned(), auto("")] {
        let control = Control::default();
        let told = played(&toml, &control, |config, n, _, trial| {
            if trial == 21 {
                control.cancel();
                return Ok(TrialOutcome { end: TrialEnd::Cancelled, ..well(config, n) });
            }
            Ok(beside(if is_threads_2(config) && n < 3 { 5.0 } else { 0.0 }, well(config, n)))
        });
        assert_eq!((told.status, told.asked.len(), added(&told)), (Status::Interrupted, 22, vec![(2, Added::Noise)]));
        let codes: Vec<&str> = told.warnings().iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, ["noisy-trials", "interrupted"]);
        assert_eq!(samples(&told, "processes", 2).len(), 3, "what was measured is kept");
    }
}
