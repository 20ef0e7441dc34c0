//! A run that goes on until its figures are sure enough, and one whose noisy trials are measured again.

use parlab::record::{Added, Event, Planned};
use parlab::scenario::{AutoRepeats, PlannedTrial};
use parlab::tui::Theme;
use parlab::tui::state::State;

use super::{fixture, frame, text};

/// A run of two blocks of all configurations, both of which have ended.
fn measured(auto: Option<AutoRepeats>) -> State {
    let mut state = fixture::state((120, 40), Theme::FULL);
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
    let mut state = measured(Some(AutoRepeats { precision: 0.05, max_repeats: 30, max_seconds: 60.0 }));
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
