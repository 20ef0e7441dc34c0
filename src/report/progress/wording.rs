//! Where a run stands, in the lines and bars of its progress: which trial it is at, how that went, and how long the
//! rest will take.

use unicode_width::UnicodeWidthStr as _;

use crate::foreign::escaped;
use crate::record::{Added, Event, RunState, Stamped, TrialEnd, TrialOutcome, Widths};
use crate::record::{added_in_words, disturbance_in_words, label_at, stall_in_words, widths_in_words};
use crate::report::loss_sentence;
use crate::results::{Eta, Figures, is_open, precision_in_words};
use crate::units::{self, Letters};

/// So many figures at most are told of one by one, of how sure they are.
const WIDTHS_MAX: usize = 8;

/// Seconds until the last trial ends, `since_s` seconds after the last event. `None` before the first has ended.
pub(super) fn remaining_s(state: &RunState, since_s: f64) -> Option<f64> {
    let gone_s = state.elapsed_s - state.current_started_s + since_s;
    Eta::of(state).left_s(state.current.map(|_| (0.0, gone_s)))
}

/// The part of the run that is done: of its time, or of its trials while nothing is known of their time. `None` for a run
/// that decides on its repeats, whose end is not known.
pub(super) fn fraction(state: &RunState, since_s: f64) -> Option<f64> {
    if is_open(state) {
        return None;
    }
    let gone_s = state.elapsed_s + since_s;
    let (done, all) = match remaining_s(state, since_s) {
        Some(remaining_s) => (gone_s, gone_s + remaining_s),
        None => (state.trials_done as f64, state.plan().map_or(0, |plan| plan.trials.len()) as f64),
    };
    Some(if all > 0.0 { (done / all).min(1.0) } else { 0.0 })
}

/// A trial's place in the run: `trial 3/12  processes × 2  repeat 1/3`.
pub(super) fn heading(state: &RunState, trial: usize) -> Option<String> {
    let plan = state.plan()?;
    let planned = plan.trials.get(trial)?;
    let config = plan.configs.get(planned.config)?;
    let rounds = plan.trials.iter().filter(|other| other.warmup == planned.warmup).map(|other| other.repeat).max();
    Some(format!(
        "trial {}/{}  {}  {} {}/{}",
        trial + 1,
        plan.trials.len(),
        label_at(config),
        if planned.warmup { "warm-up" } else { "repeat" },
        planned.repeat.saturating_add(1),
        rounds.unwrap_or(planned.repeat).saturating_add(1),
    ))
}

/// What there is to say when a trial has ended.
pub(super) fn trial_line(event: &Stamped, state: &RunState) -> Option<String> {
    let Event::TrialFinished { trial, outcome } = &event.event else { return None };
    Some(format!("{}  {}", heading(state, *trial)?, ending(outcome, counts_startup(state))))
}

/// What there is to say of a worker that was lost, or stopped, and of trials that were added.
pub(super) fn incident_line(event: &Stamped, state: &RunState) -> Option<String> {
    match &event.event {
        Event::WorkerLost(loss) => Some(loss_sentence(loss, state.plan())),
        Event::WorkerStalled { worker, pid, stopped, .. } => Some(stall_in_words(*worker, *pid, *stopped)),
        Event::TrialRepeated { trial, why } => {
            Some(format!("{}  {}: timed again", heading(state, *trial)?, disturbance_in_words(*why)))
        }
        Event::TrialsAdded { trials, why } => added_in_words(trials.len(), *why)
            .or_else(|| precision_in_words(state, &Figures::of(state)).map(|[full, _]| full)),
        Event::Resumed(_) => Some(format!("gone on with after {} trials", state.trials_done)),
        _ => None,
    }
}

/// How sure each figure is at the end of a block and of the run, where that decides on its repeats.
pub(super) fn widths_line(event: &Stamped, state: &RunState) -> Option<String> {
    let is_end = matches!(event.event, Event::TrialsAdded { why: Added::Precision, .. } | Event::RunFinished { .. });
    let auto = state.planned.as_ref()?.auto.filter(|_| is_end)?;
    let widths = Figures::of(state).widths();
    Some(format!("intervals  {}", widths_in_words(state.plan()?, &widths, auto.precision, WIDTHS_MAX)?))
}

/// The same in so many columns: as many of them by name as there is room for, one at least.
pub(super) fn widths_in(state: &RunState, widths: &Widths, columns: usize, letters: Letters) -> Option<String> {
    let planned = state.planned.as_ref()?;
    let precision = planned.auto?.precision;
    let told = |most| {
        let words = widths_in_words(&planned.plan, widths, precision, most)?;
        Some(letters.fit(&escaped(&words)).into_owned())
    };
    let fits = |words: &String| words.width() <= columns;
    (2..=WIDTHS_MAX).rev().filter_map(told).find(fits).or_else(|| told(1))
}

/// Whether speedups are made of wall time and start-up.
fn counts_startup(state: &RunState) -> bool {
    state.planned.as_ref().is_some_and(|planned| planned.scenario.include_startup)
}

fn ending(outcome: &TrialOutcome, counts_startup: bool) -> String {
    let startup_s = outcome.startup_s.filter(|_| counts_startup);
    let wall = match startup_s {
        Some(startup_s) => format!("{} with start-up", wall(outcome.wall_s + startup_s)),
        None => wall(outcome.wall_s),
    };
    let end = match outcome.end {
        TrialEnd::Complete if outcome.disturbance.is_some() => format!("disturbed, {wall}"),
        TrialEnd::Complete => wall,
        TrialEnd::Cancelled => format!("cancelled after {wall}"),
        TrialEnd::TimedOut => format!("timed out after {wall}"),
        TrialEnd::Broken => format!("broken off after {wall}"),
    };
    match outcome.tasks_failed {
        0 => end,
        1 => format!("{end}  1 task failed"),
        n => format!("{end}  {} tasks failed", units::count(n)),
    }
}

/// Seconds with three decimals, which line up; very short and long times in a unit that suits them.
fn wall(s: f64) -> String {
    if (0.1..100.0).contains(&s) { format!("{s:.3} s") } else { units::seconds(s) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::record::{IntervalWidth, MachineFacts, Planned, ScenarioFacts};
    use crate::scenario::{AutoRepeats, BackendKind, Config, Inputs, Job, Order, Plan, PlannedTrial};

    /// Two configurations in turn, four trials.
    fn course() -> RunState {
        let config = |workers| Config::new(BackendKind::THREADS, workers);
        let trials = (0..4).map(|n| PlannedTrial { config: n % 2, repeat: n as u32 / 2, warmup: false }).collect();
        let mut course = RunState::default();
        let planned = Planned {
            parlab: String::new(),
            started_at: String::new(),
            scenario: ScenarioFacts { tasks: 8, ..ScenarioFacts::default() },
            origin: String::new(),
            text: String::new(),
            job: Job {
                kind: "sleep".to_owned(),
                params: std::collections::BTreeMap::new(),
                inputs: Inputs::Range { tasks: 8 },
                order: Order::Given,
                seed: 1,
                interpreter: None,
                recorded: std::collections::BTreeMap::new(),
            },
            data: None,
            timeout_s: 60.0,
            setup: None,
            auto: None,
            machine: MachineFacts::default(),
            plan: Plan { configs: vec![config(1), config(2)], baseline: Some(0), trials },
            predictions: Vec::new(),
        };
        course.apply(&Stamped { elapsed_s: 0.0, trials_done: 0, event: Event::Planned(Box::new(planned)) });
        course
    }

    fn outcome(wall_s: f64) -> TrialOutcome {
        TrialOutcome { end: TrialEnd::Complete, wall_s, startup_s: Some(0.0), tasks_done: 8, ..TrialOutcome::default() }
    }

    /// Runs a trial from one time to another.
    fn run(course: &mut RunState, trial: usize, from_s: f64, to_s: f64) {
        course.apply(&Stamped { elapsed_s: from_s, trials_done: trial, event: Event::TrialStarted { trial } });
        let event = Event::TrialFinished { trial, outcome: Arc::new(outcome(to_s - from_s)) };
        course.apply(&Stamped { elapsed_s: to_s, trials_done: trial + 1, event });
    }

    #[test]
    fn the_time_left_is_told_by_what_each_configuration_took() {
        let mut course = course();
        assert_eq!(remaining_s(&course, 0.0), None, "nothing is known yet");
        assert_eq!(fraction(&course, 0.0), Some(0.0));
        run(&mut course, 0, 0.0, 6.0);
        course.apply(&Stamped { elapsed_s: 6.0, trials_done: 1, event: Event::TrialStarted { trial: 1 } });
        assert_eq!(remaining_s(&course, 0.0), Some(18.0), "the other configuration may take as long");
        assert_eq!(fraction(&course, 0.0), Some(0.25));
        run(&mut course, 1, 6.0, 8.0);
        course.apply(&Stamped { elapsed_s: 8.0, trials_done: 2, event: Event::TrialStarted { trial: 2 } });
        assert_eq!(remaining_s(&course, 0.0), Some(8.0));
        assert_eq!(remaining_s(&course, 5.0), Some(3.0), "time goes by within a trial");
        assert_eq!(remaining_s(&course, 60.0), Some(2.0), "a trial may take longer than expected");
        assert_eq!(fraction(&course, 0.0), Some(0.5));
        run(&mut course, 2, 8.0, 14.0);
        run(&mut course, 3, 14.0, 16.0);
        assert_eq!((remaining_s(&course, 0.0), fraction(&course, 0.0)), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn a_trial_is_told_with_its_start_up_where_that_counts() {
        let mut course = course();
        let outcome = Arc::new(TrialOutcome { startup_s: Some(0.25), ..outcome(0.5) });
        let event = Event::TrialFinished { trial: 0, outcome };
        let finished = Stamped { elapsed_s: 1.0, trials_done: 1, event };
        let told = |course: &RunState| trial_line(&finished, course).expect("a line");
        assert!(told(&course).contains("0.500 s") && !told(&course).contains("start-up"), "{}", told(&course));
        course.planned.iter_mut().for_each(|planned| planned.scenario.include_startup = true);
        assert!(told(&course).contains("0.750 s with start-up"), "{}", told(&course));
    }

    /// Widths of so many configurations in percent, the first of which is none.
    fn widths(percent: &[f64]) -> Widths {
        let widths = percent.iter().enumerate();
        widths.map(|(config, percent)| IntervalWidth { config: config + 1, width: percent / 100.0 }).collect()
    }

    #[test]
    fn of_many_figures_the_least_sure_are_told() {
        let mut course = course();
        let planned = course.planned.as_mut().expect("a plan");
        planned.auto = Some(AutoRepeats { precision: 0.05, max_repeats: 30, max_seconds: 60.0 });
        planned.plan.configs = (1..20).map(|workers| Config::new(BackendKind::THREADS, workers)).collect();
        let in_columns =
            |percent: &[f64], columns| widths_in(&course, &widths(percent), columns, Letters::Any).expect("widths");
        let few = [3.1, 8.12, f64::INFINITY, 5.04];
        assert_eq!(
            in_columns(&few, 80),
            "threads × 4: none, threads × 3: 8.1 %, threads × 5: >5 %, threads × 2: 3.1 %"
        );
        assert_eq!(in_columns(&few, 70), "threads × 4: none, threads × 3: 8.1 %, 2 more, 1 of them within 5 %");
        assert_eq!(in_columns(&few, 3), "threads × 4: none, 3 more, 1 of them within 5 %", "one is told in any case");
        let many: Vec<f64> = (0..18).map(|n| if n == 3 { 23.4 } else { 4.0 }).collect();
        let told = in_columns(&many, 1000);
        assert!(
            told.starts_with("threads × 5: 23 %, threads × 2: 4 %, threads × 3: 4 %, threads × 4: 4 %, "),
            "{told}"
        );
        assert!(told.ends_with(", threads × 9: 4 %, 10 more within 5 %"), "{told}");
        assert_eq!(in_columns(&[9.0; 10], 42), "threads × 2: 9 %, threads × 3: 9 %, 8 more");
        let ascii = widths_in(&course, &widths(&few), 32, Letters::Ascii).expect("widths");
        assert!(ascii.starts_with("threads x 4: none, ") && ascii.is_ascii(), "{ascii}");
        assert_eq!(widths_in(&course, &Widths::default(), 80, Letters::Any), None);
    }

    #[test]
    fn walls_line_up_where_they_can() {
        assert_eq!(wall(0.412), "0.412 s");
        assert_eq!(wall(12.5), "12.500 s");
        assert_eq!(wall(0.001_8), "1.80 ms");
        assert_eq!(wall(125.0), "2 min 05 s");
    }
}
