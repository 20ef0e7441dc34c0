//! Runs of many short trials: what one more trial costs must not grow with those before.

use parlab::record::{Event, Planned};
use parlab::scenario::{Plan, PlannedTrial};
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::update::{Effect, Msg, update};

use super::{fixture, frame};

#[test]
fn twenty_thousand_trials_are_borne() {
    let mut state = fixture::state((80, 24), Theme::FULL);
    fixture::start(&mut state);
    let planned = state.shared.run.as_ref().and_then(|run| run.record.planned.clone()).expect("it was planned");
    let configs: Vec<_> = (0..20).map(|i| planned.plan.configs[i % 8].clone()).collect();
    let trials = (0..20_000).map(|i| PlannedTrial { config: i % 20, repeat: (i / 20) as u32, warmup: false }).collect();
    let plan = Plan { configs, baseline: Some(0), trials };
    fixture::tell(&mut state, 0.0, Event::Planned(Box::new(Planned { plan, ..planned })));
    let outcome = fixture::outcome(0);
    for trial in 0..20_000 {
        let at = trial as f64 * 0.001;
        fixture::tell(&mut state, at, Event::TrialStarted { trial });
        fixture::tell(&mut state, at, Event::TrialFinished { trial, outcome: std::sync::Arc::new(outcome.clone()) });
        // About as many trials as end between two frames.
        if trial % 200 == 0 {
            frame(&state);
        }
        if trial == 10_000 {
            assert_eq!(update(&mut state, Msg::Key(Key::Char('c'))), [Effect::Cancel], "obeyed amid the flood");
        }
    }
    let run = state.shared.run.as_ref().expect("it runs");
    assert_eq!(run.figures().rows.len(), 20);
    assert!(run.figures().rows.iter().all(|row| row.trials == 1000 && row.samples_s.len() == 1000));
    assert_eq!(run.record.samples(7).count(), 1000);
}
