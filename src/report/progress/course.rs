//! How far a run has come, and how long the rest will take by what its trials took so far.
//!
//! Slim on purpose: no outcome is kept, so following a run costs no memory to speak of.

use crate::record::{Event, Stamped, TrialEnd, TrialOutcome, label_at};
use crate::report::loss_sentence;
use crate::scenario::{Plan, PlannedTrial};
use crate::units;

/// A fold over events that knows where the run stands.
#[derive(Debug, Default)]
pub(super) struct RunCourse {
    plan: Option<Plan>,
    /// Tasks of a trial.
    pub(super) tasks: u64,
    /// Trials ended.
    trials_done: usize,
    /// Seconds since the run began, by the last event.
    elapsed_s: f64,
    /// When the trial in progress was started.
    started_s: f64,
    /// By configuration: what its trials took, hiring included.
    spent: Vec<Spent>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    seconds: f64,
    trials: u32,
}

impl Spent {
    fn mean_s(self) -> Option<f64> {
        (self.trials > 0).then(|| self.seconds / f64::from(self.trials))
    }
}

impl RunCourse {
    /// Takes in the next event.
    pub(super) fn apply(&mut self, stamped: &Stamped) {
        self.elapsed_s = stamped.elapsed_s;
        self.trials_done = stamped.trials_done;
        match &stamped.event {
            Event::Planned(planned) => {
                self.tasks = planned.scenario.tasks;
                self.spent = vec![Spent::default(); planned.plan.configs.len()];
                self.plan = Some(planned.plan.clone());
            }
            Event::TrialStarted { .. } => self.started_s = stamped.elapsed_s,
            Event::TrialFinished { trial, outcome } if outcome.end == TrialEnd::Complete => {
                let config = self.planned(*trial).map(|planned| planned.config);
                if let Some(spent) = config.and_then(|config| self.spent.get_mut(config)) {
                    spent.seconds += stamped.elapsed_s - self.started_s;
                    spent.trials += 1;
                }
            }
            _ => {}
        }
    }

    /// How many trials there are.
    fn trials(&self) -> usize {
        self.plan.as_ref().map_or(0, |plan| plan.trials.len())
    }

    /// Seconds until the last trial ends, `since_s` seconds after the last event: each trial ahead is expected to
    /// take what its configuration took so far, else what trials took on average. `None` before the first has ended.
    pub(super) fn remaining_s(&self, since_s: f64) -> Option<f64> {
        let all = self.spent.iter().fold(Spent::default(), |sum, spent| Spent {
            seconds: sum.seconds + spent.seconds,
            trials: sum.trials + spent.trials,
        });
        let average_s = all.mean_s()?;
        let expected_s = |trial: &PlannedTrial| -> f64 {
            self.spent.get(trial.config).and_then(|spent| spent.mean_s()).unwrap_or(average_s)
        };
        let ahead = self.plan.as_ref()?.trials.get(self.trials_done..)?;
        let current_s = ahead.first().map_or(0.0, |trial| {
            let gone_s = self.elapsed_s - self.started_s + since_s;
            (expected_s(trial) - gone_s).max(0.0)
        });
        Some(current_s + ahead.iter().skip(1).map(expected_s).sum::<f64>())
    }

    /// The part of the run that is done: of its time, or of its trials while nothing is known of their time.
    pub(super) fn fraction(&self, since_s: f64) -> f64 {
        let gone_s = self.elapsed_s + since_s;
        let (done, all) = match self.remaining_s(since_s) {
            Some(remaining_s) => (gone_s, gone_s + remaining_s),
            None => (self.trials_done as f64, self.trials() as f64),
        };
        if all > 0.0 { (done / all).min(1.0) } else { 0.0 }
    }

    /// A trial's place in the run: `trial 3/12  processes × 2  repeat 1/3`.
    pub(super) fn heading(&self, trial: usize) -> Option<String> {
        let plan = self.plan.as_ref()?;
        let planned = self.planned(trial)?;
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
    pub(super) fn trial_line(&self, stamped: &Stamped) -> Option<String> {
        let Event::TrialFinished { trial, outcome } = &stamped.event else { return None };
        Some(format!("{}  {}", self.heading(*trial)?, ending(outcome)))
    }

    /// What there is to say of a worker that was lost, or stopped.
    pub(super) fn incident_line(&self, stamped: &Stamped) -> Option<String> {
        match &stamped.event {
            Event::WorkerLost(loss) => Some(loss_sentence(loss, self.plan.as_ref())),
            Event::WorkerStalled { worker, pid, stopped: true, .. } => Some(format!(
                "worker {worker} (pid {pid}) was stopped from outside; it goes on after `kill -CONT {pid}`"
            )),
            Event::WorkerStalled { worker, pid, stopped: false, .. } => {
                Some(format!("worker {worker} (pid {pid}) goes on"))
            }
            _ => None,
        }
    }

    fn planned(&self, trial: usize) -> Option<&PlannedTrial> {
        self.plan.as_ref()?.trials.get(trial)
    }
}

fn ending(outcome: &TrialOutcome) -> String {
    let wall = wall(outcome.wall_s);
    let end = match outcome.end {
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
    use super::*;
    use crate::record::{MachineFacts, Planned, ScenarioFacts};
    use crate::scenario::{BackendKind, Config};

    /// Two configurations in turn, four trials.
    fn course() -> RunCourse {
        let config = |workers| Config::new(BackendKind::THREADS, workers);
        let trials = (0..4).map(|n| PlannedTrial { config: n % 2, repeat: n as u32 / 2, warmup: false }).collect();
        let mut course = RunCourse::default();
        let planned = Planned {
            parlab: String::new(),
            started_at: String::new(),
            scenario: ScenarioFacts { tasks: 8, ..ScenarioFacts::default() },
            machine: MachineFacts::default(),
            plan: Plan { configs: vec![config(1), config(2)], baseline: Some(0), trials },
            predictions: Vec::new(),
        };
        course.apply(&Stamped { elapsed_s: 0.0, trials_done: 0, event: Event::Planned(Box::new(planned)) });
        course
    }

    fn outcome() -> TrialOutcome {
        TrialOutcome { end: TrialEnd::Complete, startup_s: Some(0.0), tasks_done: 8, ..TrialOutcome::default() }
    }

    /// Runs a trial from one time to another.
    fn run(course: &mut RunCourse, trial: usize, from_s: f64, to_s: f64) {
        course.apply(&Stamped { elapsed_s: from_s, trials_done: trial, event: Event::TrialStarted { trial } });
        let event = Event::TrialFinished { trial, outcome: Box::new(outcome()) };
        course.apply(&Stamped { elapsed_s: to_s, trials_done: trial + 1, event });
    }

    #[test]
    fn the_time_left_is_told_by_what_each_configuration_took() {
        let mut course = course();
        assert_eq!(course.remaining_s(0.0), None, "nothing is known yet");
        assert_eq!(course.fraction(0.0), 0.0);
        run(&mut course, 0, 0.0, 6.0);
        course.apply(&Stamped { elapsed_s: 6.0, trials_done: 1, event: Event::TrialStarted { trial: 1 } });
        assert_eq!(course.remaining_s(0.0), Some(18.0), "the other configuration may take as long");
        assert_eq!(course.fraction(0.0), 0.25);
        run(&mut course, 1, 6.0, 8.0);
        course.apply(&Stamped { elapsed_s: 8.0, trials_done: 2, event: Event::TrialStarted { trial: 2 } });
        assert_eq!(course.remaining_s(0.0), Some(8.0));
        assert_eq!(course.remaining_s(5.0), Some(3.0), "time goes by within a trial");
        assert_eq!(course.remaining_s(60.0), Some(2.0), "a trial may take longer than expected");
        assert_eq!(course.fraction(0.0), 0.5);
        run(&mut course, 2, 8.0, 14.0);
        run(&mut course, 3, 14.0, 16.0);
        assert_eq!((course.remaining_s(0.0), course.fraction(0.0)), (Some(0.0), 1.0));
    }

    #[test]
    fn walls_line_up_where_they_can() {
        assert_eq!(wall(0.412), "0.412 s");
        assert_eq!(wall(12.5), "12.500 s");
        assert_eq!(wall(0.001_8), "1.80 ms");
        assert_eq!(wall(125.0), "2 min 05 s");
    }
}
