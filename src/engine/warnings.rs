//! What went wrong in a run, gathered as it happens and told at its end.

use std::collections::{BTreeMap, BTreeSet};

use super::more_trials::RunLimit;
use crate::record::{
    Disturbance, Event, IntervalWidth, MpiTrouble, RankWait, Remedy, RunState, TrialEnd, TrialOutcome, Warning,
    WarningCode,
};
use crate::record::{disturbance_in_words, label_at, loss_in_words, task_in_words, trial_in_words};
use crate::record::{width_beside, width_in_words};
use crate::scenario::{Job, Plan, PlannedTrial, Point, plain};
use crate::workload::DataFacts;

/// More warnings of one code than this are counted instead of listed.
const LISTED_MAX: usize = 20;

/// The warnings of a run so far.
pub(super) struct Warnings {
    plan: Plan,
    failed: bool,
    list: Vec<Warning>,
    unlisted: usize,
    /// Tasks of the trial in progress that were given up for the workers they cost.
    given_up: u64,
    /// By point, where the tasks differ from point to point: trial and checksum that the others must equal.
    references: BTreeMap<Option<u32>, (usize, String)>,
    /// Points and tasks whose results have been told to be less than was asked for.
    unsettled: BTreeSet<(Option<u32>, u64)>,
}

impl Warnings {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            plan: plan.clone(),
            failed: false,
            list: Vec::new(),
            unlisted: 0,
            given_up: 0,
            references: BTreeMap::new(),
            unsettled: BTreeSet::new(),
        }
    }

    /// Takes note of more threads than CPUs, where workers bring threads of their own.
    pub(super) fn count_threads(&mut self, inner: u32, usable_cpus: u32) {
        let most = self.plan.configs.iter().map(|config| config.workers).max().unwrap_or(1);
        let threads = u64::from(most) * u64::from(inner);
        if inner > 1 && threads > u64::from(usable_cpus) {
            let message = format!(
                "{most} workers × {inner} inner threads make {threads} threads for {usable_cpus} usable CPUs, which \
                 take turns; fewer of one of the two may be faster"
            );
            self.add(WarningCode::Oversubscribed, message);
        }
    }

    /// Takes note of what may have been misread of the data.
    pub(super) fn doubt_data(&mut self, data: Option<&DataFacts>) {
        for (data, doubt) in data.into_iter().flat_map(|data| data.doubts.iter().map(move |doubt| (data, doubt))) {
            self.add(WarningCode::DataInDoubt, format!("{}: {doubt}", data.file));
        }
    }

    /// Takes note of a trial whose memory should have been measured, and could not be; told once.
    pub(super) fn memory_is_unknown(&mut self) {
        const CODE: WarningCode = WarningCode::MemoryUnknown;
        if self.list.iter().all(|warning| warning.code != CODE) {
            let message = "the system does not tell proportional set sizes (/proc/PID/smaps_rollup), so this run has no \
                           figures of memory";
            self.add(CODE, message.to_owned());
        }
    }

    /// Takes note of trials that follow after those of the plan.
    pub(super) fn plan_grows(&mut self, trials: &[PlannedTrial]) {
        self.plan.trials.extend(trials);
    }

    /// Takes note of a limit that was reached before the figures were as sure as was asked for.
    pub(super) fn is_not_precise(&mut self, limit: RunLimit, widest: IntervalWidth, state: &RunState) {
        let Some(auto) = state.planned.as_ref().and_then(|planned| planned.auto) else { return };
        let label = self.plan.configs.get(widest.config).map(label_at).unwrap_or_default();
        let (wanted, blocks) = (width_in_words(auto.precision), state.blocks());
        let what = match widest.width.is_finite() {
            true => {
                let width = width_beside(widest.width, auto.precision);
                format!("the interval of {label} is {width} wide, and {wanted} was asked for")
            }
            false => format!("{label} has no interval, and one of {wanted} was asked for"),
        };
        let why = match limit {
            RunLimit::Repeats(most) => format!("max_repeats = {most} allows no more than these {blocks} blocks"),
            RunLimit::Seconds(s) => {
                format!("after {blocks} blocks, max_seconds = {} left no time for another", plain(s))
            }
        };
        self.add(WarningCode::PrecisionNotReached, format!("{what}: {why}"));
    }

    /// Takes note of what happens within a trial.
    pub(super) fn hear(&mut self, event: &Event) {
        if let Event::WorkerLost(loss) = event {
            let message = format!("{}: {}", self.trial_in_words(loss.trial), loss_in_words(loss));
            self.add(WarningCode::WorkerLost, message);
            if let (Remedy::TaskFailed, Some(task)) = (loss.remedy, loss.task) {
                self.given_up += 1;
                let trial = self.trial_in_words(loss.trial);
                self.fail(WarningCode::TaskFailed, format!("task {task} of {trial} was given up: it cost two workers"));
            }
        }
    }

    /// Takes note that a trial is timed again.
    pub(super) fn repeated(&mut self, trial: usize, why: Disturbance) {
        let message = format!("{} was timed again: {}", self.trial_in_words(trial), disturbance_in_words(why));
        self.add(WarningCode::TimedAgain, message);
        self.given_up = 0;
    }

    /// Takes note of how a trial ended that was timed so many times.
    pub(super) fn finished(&mut self, trial: usize, outcome: &TrialOutcome, attempts: u32) {
        self.suspect(trial, outcome);
        match outcome.end {
            TrialEnd::TimedOut => {
                let trial = self.trial_in_words(trial);
                let why = outcome.broken.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
                self.fail(
                    WarningCode::Timeout,
                    format!(
                        "{trial} took longer than timeout_s allows and was ended{why}; its configuration is not tried \
                         again"
                    ),
                );
            }
            TrialEnd::Complete if outcome.tasks_failed > 0 => {
                // Those that cost workers have been told one by one.
                let failed = outcome.tasks_failed.saturating_sub(self.given_up);
                let trial = self.trial_in_words(trial);
                let why = outcome.failure.as_deref().unwrap_or("no reason was given");
                match failed {
                    0 => {}
                    1 => self.fail(WarningCode::TasksFailed, format!("a task of {trial} failed: {why}")),
                    _ => self.fail(
                        WarningCode::TasksFailed,
                        format!("{failed} tasks of {trial} failed, one of them thus: {why}"),
                    ),
                }
            }
            TrialEnd::Complete => {
                self.compare(trial, &outcome.checksum);
                outcome.disturbance.into_iter().for_each(|why| self.is_no_sample(trial, why, attempts));
            }
            TrialEnd::Broken => {
                let trial = self.trial_in_words(trial);
                let why = outcome.broken.as_deref().unwrap_or("no reason was given");
                self.fail(WarningCode::TrialBroken, format!("{trial} was given up: {why}"));
            }
            TrialEnd::Cancelled => {}
        }
        self.given_up = 0;
    }

    /// Takes note of ranks that seemed to wait for each other for good.
    fn suspect(&mut self, trial: usize, outcome: &TrialOutcome) {
        let mpi = outcome.program.as_ref().and_then(|program| program.mpi.as_deref());
        for trouble in mpi.iter().flat_map(|mpi| &mpi.troubles) {
            if let MpiTrouble::Deadlock { waits } = trouble {
                let in_call = |wait: &RankWait| format!("{} in {}", wait.rank, wait.call);
                let calls: Vec<String> = waits.iter().map(in_call).collect();
                let trial = self.trial_in_words(trial);
                let message = format!("ranks of {trial} wait for each other: {}", calls.join(", "));
                self.add(WarningCode::DeadlockSuspected, message);
            }
        }
    }

    /// Takes note of fits of a trial, at this point and with this job, that were stopped before they converged; each is
    /// told once.
    pub(super) fn unsettled(&mut self, point: Option<&Point>, job: &Job, tasks: &[u64]) {
        for &task in tasks {
            if !self.unsettled.insert((point.map(|point| point.index), task)) {
                continue;
            }
            let varied = point.map(|point| format!("{} = {}, ", point.key, point.value_in_words()));
            let message = format!(
                "the fit of {}{} was stopped before it converged; its score counts all the same. Scale the data, or raise \
                 max_iter where it is set",
                varied.unwrap_or_default(),
                task_in_words(job, task)
            );
            self.add(WarningCode::NotConverged, message);
        }
    }

    fn is_no_sample(&mut self, trial: usize, why: Disturbance, attempts: u32) {
        let often = match attempts {
            0 | 1 => String::new(),
            n => format!("it was disturbed each of the {n} times that it was timed, at last thus: "),
        };
        let message = format!("{} is no sample: {often}{}", self.trial_in_words(trial), disturbance_in_words(why));
        self.add(WarningCode::NoSample, message);
    }

    fn compare(&mut self, trial: usize, checksum: &str) {
        let point = self.plan.trials.get(trial).and_then(|trial| self.plan.configs.get(trial.config)?.point.as_ref());
        let tasks = point.filter(|point| point.changes_results()).map(|point| point.index);
        let (first, reference) = self.references.entry(tasks).or_insert_with(|| (trial, checksum.to_owned())).clone();
        if reference != checksum {
            let (trial, first) = (self.trial_in_words(trial), self.trial_in_words(first));
            let message =
                format!("the results of {trial} differ from those of {first} (checksums {checksum} and {reference})");
            self.fail(WarningCode::ResultsDiffer, message);
        }
    }

    /// Whether the run failed, and all its warnings.
    pub(super) fn close(&mut self) -> (bool, Vec<Warning>) {
        let mut list = std::mem::take(&mut self.list);
        if self.unlisted > 0 {
            let message = format!("and {} more like these", self.unlisted);
            list.push(Warning { code: WarningCode::More, message });
        }
        (self.failed, list)
    }

    fn fail(&mut self, code: WarningCode, message: String) {
        self.failed = true;
        self.add(code, message);
    }

    pub(super) fn add(&mut self, code: WarningCode, message: String) {
        if self.list.iter().filter(|warning| warning.code == code).count() < LISTED_MAX {
            self.list.push(Warning { code, message });
        } else {
            self.unlisted += 1;
        }
    }

    fn trial_in_words(&self, trial: usize) -> String {
        trial_in_words(&self.plan, trial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Catalog, Overrides, Source};

    #[test]
    fn only_inner_threads_oversubscribe() {
        let text = "title = 't'\n[workload]\nkind = 'matmul'\ntasks = 1\n[sweep]\nworkers = [1, 4]\n";
        let scenario = Source::new("x.toml", text)
            .parse(&Catalog::new(crate::workload::specs(), 2), &Overrides::default())
            .expect("a scenario");
        let told = |inner, cpus| {
            let mut warnings = Warnings::new(&Plan::of(&scenario));
            warnings.count_threads(inner, cpus);
            let (failed, list) = warnings.close();
            assert!(!failed, "it is a warning");
            list.into_iter().map(|warning| warning.message).collect::<Vec<_>>()
        };
        // More workers than CPUs are asked for in so many words, and are no surprise.
        assert!(told(1, 2).is_empty() && told(2, 8).is_empty());
        assert!(told(2, 7)[0].starts_with("4 workers × 2 inner threads make 8 threads for 7 usable CPUs"));
    }
}
