//! The rows that reports and screens share.

use parlab::record::label;

use parlab::results::{Figures, Speedup, TaskCounts};
use parlab::scenario::BackendKind;

use super::fixtures::{self, state};

#[track_caller]
fn near(found: Option<f64>, expected: f64) {
    let found = found.expect("a figure");
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn speedups_relate_the_times_of_a_block() {
    let figures = Figures::of(&state(&fixtures::done()));
    assert_eq!(figures.baseline, Some(0));
    let [serial, thread, threads, processes] = figures.rows.as_slice() else { panic!("{figures:?}") };
    // Serial took 2, 2.5 and 1.5 s; processes × 2 half as long in each block, threads × 1 always 2 s.
    assert_eq!(processes.speedup.map(|speedup| speedup.value), Some(2.0));
    assert_eq!(processes.efficiency, Some(1.0));
    assert_eq!(processes.karp_flatt, Some(0.0));
    assert_eq!(serial.speedup, Some(Speedup { value: 1.0, ci95: None, pairs: 0 }));
    near(thread.efficiency, 7.5_f64.cbrt() / 2.0);
    assert_eq!(thread.karp_flatt, None, "no serial fraction for one worker");
    // S = ∛2.5 on two workers that took 1.5, 1 and 2 s: e = (1/S − 0.5) / 0.5.
    near(threads.karp_flatt, 2.0 / 2.5_f64.cbrt() - 1.0);
    near(threads.tasks_per_s, 4.0 / 3.0_f64.cbrt());
}

#[test]
fn intervals_need_three_repeats_and_something_to_compare() {
    let near = |found: Option<parlab::analysis::Interval>, low: f64, high: f64| {
        let found = found.expect("an interval");
        assert!((found.low - low).abs() < 1e-5 && (found.high - high).abs() < 1e-5, "{found:?}");
    };
    let figures = Figures::of(&state(&fixtures::done()));
    // exp(m ± 4.302653 · s / √3) of the logarithms of 2, 2.5, 1.5; the ratios of 2, 2.5, 1.5 to 1, 1.25, 0.75 are all 2.
    near(figures.rows[0].wall.and_then(|wall| wall.ci95), 1.036104, 3.698032);
    near(figures.rows[3].speedup_ci95(), 2.0, 2.0);
    assert_eq!(figures.rows[0].speedup_ci95(), None, "nothing is compared with itself");
    // Start-up counts here as it does in the speedup: 2, 2.5, 1.5 over 1.25, 1.5, 1.
    near(Figures::of(&state(&fixtures::done_with_startup())).rows[3].speedup_ci95(), 1.391153, 1.811334);
    let two = Figures::of(&state(&fixtures::Script::new(fixtures::planned()).trials(12).events));
    assert_eq!(
        (two.rows[3].samples_s.len(), two.rows[3].wall.and_then(|wall| wall.ci95), two.rows[3].speedup_ci95()),
        (2, None, None)
    );
}

#[test]
fn warm_ups_are_not_counted() {
    let figures = Figures::of(&state(&fixtures::done()));
    for row in &figures.rows {
        assert_eq!(row.trials, 3);
        assert_eq!(row.samples_s.len(), 3);
        assert!(row.wall_s.unwrap().max < 20.0, "{row:?}");
    }
}

#[test]
fn usage_is_gathered_over_the_samples() {
    let figures = Figures::of(&state(&fixtures::done()));
    let usage = figures.rows[3].usage.as_ref().unwrap();
    assert_eq!((usage.cpu_user_s, usage.cpu_system_s), (1.75, 0.125));
    assert_eq!((usage.switches_voluntary, usage.switches_involuntary), (11, 3));
    assert_eq!(usage.peak_rss_bytes, Some(3 << 20));
    let times = usage.task_s.unwrap();
    assert_eq!((times.min, times.median, times.p95, times.max), (0.125, 0.5, 0.75, 1.0));
}

#[test]
fn start_up_counts_on_both_sides_when_asked_for() {
    let mut events = fixtures::done_with_startup();
    let figures = Figures::of(&state(&events));
    // (2 + 0) ÷ (1 + 0.25), 2.5 ÷ 1.5 and 1.5 ÷ 1; the wall time itself stays as measured.
    near(figures.rows[3].speedup.map(|speedup| speedup.value), 4.0_f64.cbrt());
    assert_eq!(figures.rows[3].wall_s.unwrap().median, 1.0);
    let parlab::record::Event::Planned(planned) = &mut events[0].event else { panic!("no plan") };
    planned.plan.baseline = Some(2);
    let figures = Figures::of(&state(&events));
    // A baseline on two workers: 2.125 ÷ 1.25, 1.125 ÷ 1.5 and 1.625 ÷ 1, all of it efficient.
    near(figures.rows[3].speedup.map(|speedup| speedup.value), 2.071875_f64.cbrt());
    near(figures.rows[3].efficiency, 2.071875_f64.cbrt());
    assert_eq!(figures.rows[3].karp_flatt, None, "no formula for this baseline");
}

#[test]
fn nothing_is_told_of_what_was_not_measured() {
    let figures = Figures::of(&state(&fixtures::interrupted()));
    let cancelled = &figures.rows[2];
    assert_eq!((cancelled.wall_s, cancelled.speedup, cancelled.efficiency), (None, None, None));
    assert_eq!(cancelled.tasks, Some(TaskCounts { done: 1, failed: 0 }), "from the last trial");
    let never = &figures.rows[3];
    assert_eq!((never.trials, never.tasks, never.usage.clone()), (0, None, None));
    assert!(figures.rows[1].speedup.is_some());
}

#[test]
fn before_the_baseline_has_ended_there_is_no_speedup() {
    let mut events = fixtures::Script::new(fixtures::planned()).trials(4);
    let figures = Figures::of(&state(&events.events));
    assert_eq!(figures.baseline, Some(0));
    assert!(figures.rows.iter().all(|row| row.speedup.is_none() && row.wall_s.is_none()));
    events = events.trials(1);
    let figures = Figures::of(&state(&events.events));
    assert_eq!(figures.rows[0].speedup, Some(Speedup { value: 1.0, ci95: None, pairs: 0 }));
    assert!(figures.rows[1].speedup.is_none());
}

#[test]
fn failed_tasks_show_even_beside_good_repeats() {
    let mut planned = fixtures::planned();
    planned.plan.trials.retain(|trial| !trial.warmup);
    let mut script = fixtures::Script::new(planned).trials(11);
    let mut bad = fixtures::outcome(parlab::scenario::PlannedTrial { config: 3, repeat: 2, warmup: false });
    (bad.tasks_done, bad.tasks_failed) = (2, 2);
    script.start(11, Some(0.25));
    script.end(11, bad);
    let figures = Figures::of(&state(&script.events));
    assert_eq!(figures.rows[3].samples_s, [1.0, 1.25], "a trial with failed tasks is no sample");
    assert_eq!(figures.rows[3].tasks, Some(TaskCounts { done: 2, failed: 2 }));
}

#[test]
fn without_a_plan_there_are_no_rows() {
    assert_eq!(Figures::of(&state(&[])), Figures::default());
}

#[test]
fn configurations_have_names() {
    assert_eq!(label(&fixtures::config(BackendKind::SERIAL, 1)), "serial");
    assert_eq!(label(&fixtures::config(BackendKind::PROCESSES, 64)), "processes × 64");
}
