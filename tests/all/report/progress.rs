//! ProgressReporter as lines.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use parlab::record::{Added, Event, RunState, Stamped, TrialEnd};
use parlab::report::ProgressReporter;
use parlab::report::progress::ProgressLines;
use parlab::scenario::{AutoRepeats, PlannedTrial};
use parlab::units::Letters;

use super::fixtures;

/// A sink that can be read afterwards.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn told(events: &[Stamped]) -> String {
    let paper = Paper::default();
    let mut progress =
        ProgressReporter::ProgressLines(Box::new(ProgressLines::to(Box::new(paper.clone()), Letters::Any)));
    let mut state = RunState::default();
    for event in events {
        state.tell(event, &mut [&mut progress]);
        progress.tick(1, &state);
    }
    progress.finish();
    let text = paper.0.lock().unwrap().clone();
    String::from_utf8(text).unwrap()
}

#[test]
fn a_line_a_trial() {
    let told = told(&fixtures::done());
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 16);
    assert_eq!(lines[0], "trial 1/16  serial  warm-up 1/1  20.000 s");
    assert_eq!(lines[11], "trial 12/16  processes × 2  repeat 2/3  1.250 s");
}

#[test]
fn losses_and_stalls_are_told() {
    let mut events = fixtures::failed();
    let stall = |stopped| Event::WorkerStalled { trial: 1, worker: 0, pid: 4241, stopped };
    for (at, event) in [(6, stall(true)), (7, stall(false))] {
        events.insert(at, Stamped { elapsed_s: 2.5, trials_done: 1, event });
    }
    insta::assert_snapshot!(told(&events));
}

#[test]
fn trials_that_are_added_are_told() {
    let mut events = fixtures::done();
    let Event::Planned(planned) = &mut events[0].event else { panic!("no plan") };
    planned.auto = Some(AutoRepeats { precision: 0.05, max_repeats: 30, max_seconds: 60.0 });
    let block = |configs: u32, repeat, why| {
        let trials = (0..configs as usize).map(|config| PlannedTrial { config, repeat, warmup: false }).collect();
        Stamped { elapsed_s: 40.0, trials_done: 16, event: Event::TrialsAdded { trials, why } }
    };
    let end = events.pop();
    events.extend([block(1, 3, Added::Noise), block(3, 4, Added::Noise), block(4, 5, Added::Precision)]);
    events.extend(end);
    let told = told(&events);
    let lines: Vec<&str> = told.lines().skip(16).collect();
    assert_eq!(lines[..2], ["measured again for noise: 1 trial", "measured again for noise: 3 trials"]);
    assert!(lines[2].contains("interval") && lines[2].ends_with(", wanted 5 %; block 4"), "{}", lines[2]);
    let widths = "intervals  threads × 2: 345 %, threads × 1: 136 %, processes × 2: 0 %";
    assert_eq!(lines[3..], [widths, widths], "at the end of a block, and of the run");
}

#[test]
fn a_trial_that_ended_badly_says_how() {
    for (end, words) in [
        (TrialEnd::Cancelled, "cancelled after 0.500 s"),
        (TrialEnd::TimedOut, "timed out after 0.500 s"),
        (TrialEnd::Broken, "broken off after 0.500 s"),
    ] {
        let mut events = fixtures::interrupted();
        for stamped in &mut events {
            if let Event::TrialFinished { trial: 6, outcome } = &mut stamped.event {
                Arc::make_mut(outcome).end = end;
            }
        }
        let told = told(&events);
        assert_eq!(told.lines().last().unwrap(), format!("trial 7/16  threads × 2  repeat 1/3  {words}"));
    }
}

#[test]
fn quiet_is_quiet_and_a_terminal_gets_bars() {
    assert!(matches!(ProgressReporter::new(true, true, Letters::Any), ProgressReporter::Silent));
    assert!(matches!(ProgressReporter::new(true, false, Letters::Any), ProgressReporter::Silent));
    assert!(matches!(ProgressReporter::new(false, true, Letters::Any), ProgressReporter::Bars(_)));
    assert!(matches!(ProgressReporter::new(false, false, Letters::Any), ProgressReporter::ProgressLines(_)));
}
