//! A run that goes on until its figures are sure enough, and one whose noisy trials are measured again.

use std::sync::Arc;

use parlab::record::{Added, Event, Planned, Status, TrialOutcome};
use parlab::scenario::{AutoRepeats, PlannedTrial};
use parlab::tui::Theme;
use parlab::tui::state::State;
use ratatui::layout::Size;

use super::{LARGE, LEAST, SIZES, expect, fixture, frame, text};

const AUTO: AutoRepeats = AutoRepeats { precision: 0.05, max_repeats: 30, max_seconds: 60.0 };

/// A run of two blocks of all configurations, both of which have ended.
fn measured(auto: Option<AutoRepeats>) -> State {
    let mut state = fixture::state(LARGE, Theme::FULL);
    fixture::start(&mut state);
    let planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    fixture::tell(&mut state, 0.0, Event::Planned(Box::new(Planned { auto, ..planned })));
    fixture::run_trials(&mut state, 16);
    state
}

/// The next block, of these configurations.
fn add(state: &mut State, configs: &[usize], why: Added) {
    let trials = configs.iter().map(|&config| PlannedTrial { config, repeat: 2, warmup: false }).collect();
    fixture::tell(state, 40.0, Event::TrialsAdded { trials, why });
    fixture::tell(state, 40.0, Event::TrialStarted { trial: 16 });
}

#[test]
fn how_sure_the_figures_are_is_told_instead_of_a_time() {
    let mut state = measured(Some(AUTO));
    add(&mut state, &[0, 1, 2, 3, 4, 5, 6, 7], Added::Precision);
    let screen = text(&frame(&state));
    let line = screen.lines().find(|line| line.contains("wanted 5 %; block 3")).expect("a line");
    assert!(line.contains("interval"), "{line}");
    let gauge = screen.lines().find(|line| line.contains("run ") && line.contains("block 3")).expect("the run's bar");
    let gauge = gauge.split("run ").last().expect("what is behind it");
    assert!(!gauge.contains('%') && !screen.contains("ETA"), "how long it takes is not known: {gauge}");
    let run = state.shared.run.as_ref().expect("it runs");
    assert_eq!((run.run_fraction(), run.eta_s()), (None, None));
}

#[test]
fn trials_that_are_measured_again_are_news_and_count() {
    let mut state = measured(None);
    let before = text(&frame(&state));
    assert!(!before.contains("wanted") && !before.contains("block"), "{before}");
    add(&mut state, &[0, 2, 5], Added::Noise);
    let screen = text(&frame(&state));
    assert!(screen.contains("measured again for noise: 3 trials"), "{screen}");
    assert!(screen.contains("trial 17 of 19"), "{screen}");
    let run = state.shared.run.as_ref().expect("it runs");
    assert_eq!(run.trials(), (19, 16));
    assert!(run.eta_s().is_some_and(|s| s > 0.0));
}

/// Runs a third block of all, in which the last configuration was slow, and begins a fourth.
fn third_block(state: &mut State) {
    add(state, &[0, 1, 2, 3, 4, 5, 6, 7], Added::Precision);
    for trial in 16..24 {
        let at = 40.0 + trial as f64;
        fixture::tell(state, at, Event::TrialStarted { trial });
        let outcome = fixture::outcome(trial - 16);
        let wall_s = (outcome.wall_s + 0.08) * if trial == 23 { 1.2 } else { 1.0 };
        let outcome = Arc::new(TrialOutcome { wall_s, ..outcome });
        fixture::tell(state, at + wall_s, Event::TrialFinished { trial, outcome });
    }
    let trials = (0..8).map(|config| PlannedTrial { config, repeat: 3, warmup: false }).collect();
    fixture::tell(state, 70.0, Event::TrialsAdded { trials, why: Added::Precision });
    fixture::tell(state, 70.0, Event::TrialStarted { trial: 26 });
    fixture::tell(state, 70.01, Event::GateOpened { trial: 26, startup_s: Some(0.0018) });
}

#[test]
fn how_sure_each_figure_is_stands_in_its_row() {
    for (size_name, size, theme) in SIZES {
        let mut state = measured(Some(AUTO));
        third_block(&mut state);
        (state.shared.size, state.shared.theme) = (Size::new(size.0, size.1), theme);
        expect(&format!("run-widths-{size_name}"), &state);
    }
}

/// The row of the table that tells of this configuration, after its name.
fn row(state: &State, label: &str) -> String {
    let screen = text(&frame(state));
    let table = screen.lines().skip_while(|line| !line.contains("width")).skip(1);
    let mut rows = table.filter_map(|line| Some(line.split_once(label)?.1.split('│').next()?.to_owned()));
    rows.next().expect("a row")
}

#[test]
fn a_tick_says_which_figures_are_sure_enough() {
    let mut state = measured(Some(AUTO));
    assert!(row(&state, "threads × 2").contains("none"), "two repeats have no interval");
    assert!(text(&frame(&state)).contains("so far · 0 of 7 within 5 %"));
    third_block(&mut state);
    assert!(row(&state, "threads × 1").contains("0.2 % ✓"), "{}", row(&state, "threads × 1"));
    let wide = row(&state, "threads × 2");
    assert!(wide.contains("7.7 %") && !wide.contains('✓'), "{wide}");
    assert!(!row(&state, "serial").contains(['%', '✓']), "the baseline is as fast as itself");
    assert!(text(&frame(&state)).contains("so far · 2 of 7 within 5 %"));
    // Where they need be less sure, the same widths are narrow enough.
    let mut state = measured(Some(AutoRepeats { precision: 0.1, ..AUTO }));
    third_block(&mut state);
    assert!(row(&state, "threads × 2").contains("7.7 % ✓"), "{}", row(&state, "threads × 2"));
    fixture::finish(&mut state, Status::Done, &[]);
    assert!(!text(&frame(&state)).contains("7.7 %"), "the run has ended");
}

#[test]
fn on_a_small_screen_the_row_of_the_trial_tells_how_sure_it_is() {
    let mut state = measured(Some(AUTO));
    third_block(&mut state);
    state.shared.size = Size::new(LEAST.0, LEAST.1);
    let running = text(&frame(&state));
    let running = running.lines().find(|line| line.contains("» ") || line.contains("»●")).expect("its row").to_owned();
    assert!(running.contains("1.50  7.7 %"), "{running}");
}
