//! Two bars on a terminal: the trial in progress with its tasks, and the whole run, each with its ETA. Below them, where
//! the run goes on until its figures are sure enough, how sure each is.

use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::stderr::{BarsTerminal, columns};
use super::wording;
use crate::foreign::escaped;
use crate::record::{Event, RunState, Stamped, Widths};
use crate::results::{Figures, is_open};
use crate::units::{self, Letters};

/// The shortest time between two drawings: what is shown must not disturb what is measured.
const REDRAW: Duration = Duration::from_millis(200);

/// Steps of the run's bar.
const RUN_STEPS: u64 = 1000;

/// Bars that are redrawn in place.
pub struct Bars {
    letters: Letters,
    all: MultiProgress,
    trial: ProgressBar,
    run: ProgressBar,
    /// How sure each figure is, once that is known.
    intervals: Option<ProgressBar>,
    widths: Widths,
    /// Columns of the terminal.
    columns: fn() -> u16,
    /// When the last event came.
    heard: Instant,
    /// When the gate of the trial in progress opened.
    gate: Option<Instant>,
    /// When the bars were drawn last.
    drawn: Option<Instant>,
}

impl Bars {
    pub(super) fn on_stderr(letters: Letters) -> Self {
        Self::on(ProgressDrawTarget::term_like_with_hz(Box::new(BarsTerminal::on_stderr()), 5), columns, letters)
    }

    pub(super) fn on(target: ProgressDrawTarget, columns: fn() -> u16, letters: Letters) -> Self {
        let all = MultiProgress::with_draw_target(target);
        let style = ProgressStyle::with_template("{prefix}  {wide_bar}  {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars(match letters {
                Letters::Any => "█▉▊▋▌▍▎▏ ",
                Letters::Ascii => "#- ",
            });
        let bar = |steps| all.add(ProgressBar::new(steps).with_style(style.clone()));
        let (trial, run) = (bar(1), bar(RUN_STEPS));
        run.set_prefix("run");
        let (intervals, widths) = (None, Widths::default());
        Self { letters, all, trial, run, intervals, widths, columns, heard: Instant::now(), gate: None, drawn: None }
    }

    pub(super) fn observe(&mut self, event: &Stamped, state: &RunState) {
        self.heard = Instant::now();
        if let Some(line) = wording::incident_line(event, state) {
            self.line(&line);
        }
        match &event.event {
            Event::Planned(planned) => self.trial.set_length(planned.scenario.tasks),
            Event::TrialStarted { trial } => {
                self.gate = None;
                let heading = wording::heading(state, *trial).unwrap_or_default();
                self.trial.set_prefix(self.letters.fit(&escaped(&heading)).into_owned());
                self.refresh(0, state);
            }
            Event::GateOpened { .. } => self.gate = Some(self.heard),
            Event::Progress { done, .. } => self.refresh(*done, state),
            Event::TrialFinished { outcome, .. } => {
                self.refresh(outcome.tasks_done.saturating_add(outcome.tasks_failed), state);
            }
            Event::RunFinished { .. } => self.clear(),
            Event::WorkerLost(_)
            | Event::WorkerStalled { .. }
            | Event::TrialRepeated { .. }
            | Event::TasksDone { .. } => {}
            Event::Resumed(_) => {
                self.trial.set_length(state.planned.as_ref().map_or(0, |planned| planned.scenario.tasks));
                self.refresh(0, state);
            }
            Event::TrialsAdded { .. } => {
                self.widths = Figures::of(state).widths();
                self.refresh(0, state);
            }
        }
    }

    pub(super) fn tick(&mut self, done: u64, state: &RunState) {
        self.refresh(done, state);
    }

    /// Writes a line above the bars.
    pub(super) fn line(&mut self, line: &str) {
        // A terminal that is gone is no reason to stop measuring.
        let _ = self.all.println(self.letters.fit(&escaped(line)));
    }

    /// Takes the bars away.
    pub(super) fn clear(&mut self) {
        let _ = self.all.clear();
        self.all.set_draw_target(ProgressDrawTarget::hidden());
    }

    fn refresh(&mut self, done: u64, state: &RunState) {
        let now = Instant::now();
        if self.drawn.is_some_and(|drawn| now.duration_since(drawn) < REDRAW) {
            return;
        }
        self.drawn = Some(now);
        let gate_s = self.gate.map(|gate| now.duration_since(gate).as_secs_f64());
        let tasks = state.planned.as_ref().map_or(0, |planned| planned.scenario.tasks);
        let message = trial_message(done, tasks, gate_s);
        self.trial.set_message(self.letters.fit(&message).into_owned());
        self.trial.set_position(done);
        let since_s = now.duration_since(self.heard).as_secs_f64();
        let remaining_s = wording::remaining_s(state, since_s);
        let fraction = wording::fraction(state, since_s);
        self.run.set_message(run_message(fraction, remaining_s, state.blocks()));
        self.run.set_position((fraction.unwrap_or_default() * RUN_STEPS as f64) as u64);
        self.tell_intervals(state);
    }

    /// Tells how sure each figure is, in a line below the bars.
    fn tell_intervals(&mut self, state: &RunState) {
        const NAME: &str = "intervals  ";
        let room = usize::from((self.columns)()).saturating_sub(NAME.len());
        let told = wording::widths_in(state, &self.widths, room, self.letters);
        let Some(told) = told.filter(|_| is_open(state)) else { return };
        let style = || ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let line = self.intervals.get_or_insert_with(|| self.all.add(ProgressBar::new(1).with_style(style())));
        line.set_message(format!("{NAME}{told}"));
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.clear();
    }
}

fn trial_message(done: u64, tasks: u64, gate_s: Option<f64>) -> String {
    let counts = format!("{} of {} tasks", units::count(done), units::count(tasks));
    match gate_s {
        None => "starting".to_owned(),
        Some(gone_s) if done > 0 && done < tasks => {
            format!("{counts}  ETA {}", eta(gone_s * (tasks - done) as f64 / done as f64))
        }
        Some(_) => counts,
    }
}

/// How far the run is; where its end is not known, how many blocks of trials it has so far.
fn run_message(fraction: Option<f64>, remaining_s: Option<f64>, blocks: u32) -> String {
    let Some(fraction) = fraction else { return format!("block {blocks}") };
    let percent = format!("{:.0} %", fraction * 100.0);
    match remaining_s {
        Some(remaining_s) => format!("{percent}  ETA {}", eta(remaining_s)),
        None => percent,
    }
}

/// Whole seconds below a hundred, minutes and hours above.
fn eta(s: f64) -> String {
    if s < 99.5 { format!("{s:.0} s") } else { units::seconds(s) }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::num::NonZero;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::record::{Added, Planned, ScenarioFacts, Status, TrialEnd, TrialOutcome};
    use crate::scenario::{AutoRepeats, BackendKind, Config, Inputs, Job, Order, Plan, PlannedTrial};

    /// A terminal of 80 columns in memory.
    #[derive(Clone)]
    struct Screen(Arc<Mutex<vt100::Parser>>);

    impl Screen {
        fn new() -> Self {
            let size = |n| NonZero::new(n).unwrap();
            Self(Arc::new(Mutex::new(vt100::Parser::new(size(10), size(80), 0))))
        }

        fn rows(&self) -> Vec<String> {
            self.0.lock().unwrap().screen().rows(0, 80).map(|row| row.trim_end().to_owned()).collect()
        }

        fn target(&self) -> ProgressDrawTarget {
            ProgressDrawTarget::term_like(Box::new(BarsTerminal::on(self.clone(), || 80)))
        }
    }

    impl std::fmt::Debug for Screen {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "{:?}", self.rows())
        }
    }

    impl io::Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // As a terminal's driver has it, a new line begins at the left.
            let text = String::from_utf8_lossy(bytes).replace('\n', "\r\n");
            self.0.lock().unwrap().process(text.as_bytes());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn stamped(event: Event) -> Stamped {
        Stamped { elapsed_s: 0.0, trials_done: 0, event }
    }

    fn planned() -> Event {
        Event::Planned(Box::new(Planned {
            parlab: String::new(),
            started_at: String::new(),
            scenario: ScenarioFacts { tasks: 4, ..ScenarioFacts::default() },
            origin: String::new(),
            text: String::new(),
            job: Job {
                kind: "sleep".to_owned(),
                params: std::collections::BTreeMap::new(),
                inputs: Inputs::Range { tasks: 4 },
                order: Order::Given,
                seed: 1,
                interpreter: None,
                recorded: std::collections::BTreeMap::new(),
            },
            data: None,
            timeout_s: 60.0,
            setup: None,
            auto: None,
            machine: crate::record::MachineFacts::default(),
            plan: Plan {
                configs: vec![Config::new(BackendKind::PROCESSES, 2)],
                baseline: None,
                trials: vec![PlannedTrial { config: 0, repeat: 0, warmup: false }; 3],
            },
            predictions: Vec::new(),
        }))
    }

    /// Tells the bars of an event.
    fn tell(bars: &mut Bars, state: &mut RunState, event: Event) {
        let event = stamped(event);
        state.apply(&event);
        bars.observe(&event, state);
    }

    #[test]
    fn bars_are_drawn_and_taken_away() {
        let screen = Screen::new();
        let mut state = RunState::default();
        let mut bars = Bars::on(screen.target(), || 80, Letters::Any);
        tell(&mut bars, &mut state, planned());
        tell(&mut bars, &mut state, Event::TrialStarted { trial: 0 });
        let stall = Event::WorkerStalled { trial: 0, worker: 1, pid: 7, stopped: false };
        tell(&mut bars, &mut state, stall);
        let rows = screen.rows();
        assert_eq!(rows[0], "worker 1 (pid 7) goes on", "{rows:?}");
        assert!(
            rows[1].starts_with("trial 1/3  processes × 2  repeat 1/1  ") && rows[1].ends_with("starting"),
            "{rows:?}"
        );
        assert!(rows[2].starts_with("run  ") && rows[2].ends_with("0 %"), "{rows:?}");
        bars.clear();
        let rows = screen.rows();
        assert!(rows[1..].iter().all(String::is_empty), "{rows:?}");
    }

    #[test]
    fn where_nothing_but_ascii_is_shown_bars_are_of_it() {
        let screen = Screen::new();
        let mut state = RunState::default();
        let mut bars = Bars::on(screen.target(), || 80, Letters::Ascii);
        tell(&mut bars, &mut state, planned());
        bars.line("2 × 2 workers …");
        tell(&mut bars, &mut state, Event::TrialStarted { trial: 0 });
        bars.trial.set_position(2);
        bars.trial.force_draw();
        let rows = screen.rows();
        assert_eq!(rows[0], "2 x 2 workers ...");
        assert!(rows[1].starts_with("trial 1/3  processes x 2  repeat 1/1  ####"), "{rows:?}");
        assert!(rows.concat().is_ascii(), "{rows:?}");
    }

    /// A run that goes on until its figures are sure enough, after three blocks: one configuration is always twice as fast
    /// as the baseline, and the other was slow once.
    fn three_blocks(bars: &mut Bars, state: &mut RunState) {
        let Event::Planned(mut planned) = planned() else { panic!("no plan") };
        planned.auto = Some(AutoRepeats { precision: 0.05, max_repeats: 30, max_seconds: 60.0 });
        let config = |backend, workers| Config::new(backend, workers);
        planned.plan = Plan {
            configs: vec![
                config(BackendKind::SERIAL, 1),
                config(BackendKind::THREADS, 2),
                config(BackendKind::PROCESSES, 2),
            ],
            baseline: Some(0),
            trials: (0..9).map(|n| PlannedTrial { config: n % 3, repeat: n as u32 / 3, warmup: false }).collect(),
        };
        tell(bars, state, Event::Planned(planned));
        for trial in 0..9 {
            tell(bars, state, Event::TrialStarted { trial });
            let wall_s = [[1.0, 0.5, 0.5], [1.0, 0.5, 0.52], [1.0, 0.5, 0.5]][trial / 3][trial % 3];
            let outcome = TrialOutcome { end: TrialEnd::Complete, wall_s, tasks_done: 4, ..TrialOutcome::default() };
            tell(bars, state, Event::TrialFinished { trial, outcome: Arc::new(outcome) });
        }
    }

    #[test]
    fn below_the_bars_stands_how_sure_each_figure_is() {
        let screen = Screen::new();
        let mut state = RunState::default();
        let mut bars = Bars::on(screen.target(), || 80, Letters::Any);
        three_blocks(&mut bars, &mut state);
        assert!(!format!("{screen:?}").contains("intervals"), "nothing is known before the first blocks have ended");
        let trials = (0..3).map(|config| PlannedTrial { config, repeat: 3, warmup: false }).collect();
        tell(&mut bars, &mut state, Event::TrialsAdded { trials, why: Added::Precision });
        bars.drawn = None;
        bars.tick(0, &state);
        bars.all.suspend(|| {});
        let rows = screen.rows();
        let at = rows.iter().position(|row| row.starts_with("run  ")).expect("the run's bar");
        assert_eq!(rows[at + 1], "intervals  processes × 2: 11 %, threads × 2: 0 %", "{rows:?}");
        tell(&mut bars, &mut state, Event::RunFinished { status: Status::Done, warnings: Vec::new() });
        assert!(!format!("{screen:?}").contains("intervals"), "{screen:?}");
    }

    #[test]
    fn bars_are_drawn_at_most_five_times_a_second() {
        let mut state = RunState::default();
        let mut bars = Bars::on(ProgressDrawTarget::hidden(), || 80, Letters::Any);
        tell(&mut bars, &mut state, planned());
        tell(&mut bars, &mut state, Event::GateOpened { trial: 0, startup_s: Some(0.0) });
        let mut drawn = std::collections::BTreeSet::new();
        let begun = Instant::now();
        for done in 0..1000 {
            bars.tick(done, &state);
            drawn.extend(bars.drawn);
        }
        let most = begun.elapsed().as_millis() / REDRAW.as_millis() + 1;
        assert!(!drawn.is_empty() && drawn.len() as u128 <= most, "{} in {:?}", drawn.len(), begun.elapsed());
    }

    #[test]
    fn the_trials_bar_tells_tasks_and_time_left() {
        assert_eq!(trial_message(0, 4, None), "starting");
        assert_eq!(trial_message(0, 4, Some(1.0)), "0 of 4 tasks");
        assert_eq!(trial_message(1, 4, Some(4.0)), "1 of 4 tasks  ETA 12 s");
        assert_eq!(trial_message(4, 4, Some(4.0)), "4 of 4 tasks");
        assert_eq!(trial_message(10_000, 1_000_000, Some(2.0)), "10 000 of 1 000 000 tasks  ETA 3 min 18 s");
    }

    #[test]
    fn the_runs_bar_has_no_eta_before_a_trial_has_ended() {
        assert_eq!(run_message(Some(0.0), None, 3), "0 %");
        assert_eq!(run_message(Some(0.375), Some(11.7), 3), "38 %  ETA 12 s");
        assert_eq!(run_message(None, None, 4), "block 4", "nor a percentage where the end is not known");
    }
}
