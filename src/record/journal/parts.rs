//! The journals of a run that was measured in parts, a configuration each, perhaps at the same time and on several
//! machines: read as they grow, and told as one run.
//!
//! Each part has the plan of the whole, and its trials have their places in it. What one run alone can know is worked out
//! here: whether the results of all configurations are the same, and which machines they were measured on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::read::JournalError;
use super::tail::JournalTail;
use crate::record::{Event, Planned, Stamped, Status, TrialEnd, TrialOutcome, Warning, WarningCode, label_at};
use crate::workload;

/// The journals of a run: one, or one for each of its parts.
#[derive(Debug, Clone)]
pub struct JournalParts {
    parts: Vec<JournalPart>,
    /// What the whole is, once a part has begun.
    planned: Option<Box<Planned>>,
    /// Seconds since the first part began, as far as is told.
    elapsed_s: f64,
    trials_done: usize,
    is_over: bool,
}

/// A journal, with what was told of it.
#[derive(Debug, Clone)]
struct JournalPart {
    tail: JournalTail,
    told: Vec<Stamped>,
    /// Where it runs.
    host: Option<String>,
    end: Option<(Status, Vec<Warning>)>,
}

impl JournalParts {
    /// Journals of which nothing was read yet, and which need not be there.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let part =
            |path: PathBuf| JournalPart { tail: JournalTail::new(&path), told: Vec::new(), host: None, end: None };
        let parts = paths.into_iter().map(part).collect();
        Self { parts, planned: None, elapsed_s: 0.0, trials_done: 0, is_over: false }
    }

    /// The events that were added since, of the run as a whole; those of a single journal are told as they are.
    ///
    /// # Errors
    /// As [`JournalTail::read`], for the first of them that cannot be read.
    pub fn read(&mut self) -> Result<Vec<Stamped>, JournalError> {
        if let [only] = &mut self.parts[..] {
            return only.tail.read();
        }
        let mut events = Vec::new();
        for index in 0..self.parts.len() {
            for stamped in self.parts[index].tail.read()? {
                events.extend(self.take(index, stamped));
            }
        }
        if !self.is_over && self.parts.iter().all(|part| part.end.is_some()) {
            self.is_over = true;
            events.push(self.the_end());
        }
        Ok(events)
    }

    /// Takes in an event of a part; what is told of it.
    fn take(&mut self, index: usize, stamped: Stamped) -> Vec<Stamped> {
        match &stamped.event {
            Event::Planned(planned) => self.begin(index, planned.clone(), stamped.elapsed_s),
            Event::RunFinished { status, warnings } => {
                self.parts[index].end = Some((*status, warnings.clone()));
                Vec::new()
            }
            // Which trials there are is one part's business alone, and so is in how many sittings.
            Event::TrialsAdded { .. } | Event::Resumed(_) => Vec::new(),
            _ => {
                self.parts[index].told.push(stamped.clone());
                vec![self.told(stamped)]
            }
        }
    }

    /// A part begins: with the first the run does. One that begins anew, since its job was sent once more, has told nothing
    /// that counts, and all is told again without that.
    fn begin(&mut self, index: usize, planned: Box<Planned>, elapsed_s: f64) -> Vec<Stamped> {
        let part = &mut self.parts[index];
        let is_anew = !part.told.is_empty() || part.end.is_some();
        (part.host, part.end) = (planned.machine.host.clone(), None);
        part.told.clear();
        let is_first = self.planned.is_none();
        let planned = self.planned.get_or_insert(planned).clone();
        if !is_first && !is_anew {
            return Vec::new();
        }
        (self.trials_done, self.is_over) = (0, false);
        let mut events = vec![self.told(Stamped { elapsed_s, trials_done: 0, event: Event::Planned(planned) })];
        let told: Vec<Stamped> = self.parts.iter().flat_map(|part| part.told.iter().cloned()).collect();
        events.extend(told.into_iter().map(|stamped| self.told(stamped)));
        events
    }

    /// An event as one of the whole.
    fn told(&mut self, stamped: Stamped) -> Stamped {
        self.elapsed_s = self.elapsed_s.max(stamped.elapsed_s);
        self.trials_done += usize::from(matches!(stamped.event, Event::TrialFinished { .. }));
        Stamped { elapsed_s: self.elapsed_s, trials_done: self.trials_done, event: stamped.event }
    }

    /// The end of the whole, as the worst of its parts.
    fn the_end(&mut self) -> Stamped {
        let ends = || self.parts.iter().filter_map(|part| part.end.as_ref());
        let has = |wanted: Status| ends().any(|(status, _)| *status == wanted);
        let differing = self.differing();
        let mut warnings: Vec<Warning> = Vec::new();
        for warning in ends().flat_map(|(_, warnings)| warnings).chain(&differing).chain(&self.machines()) {
            if !warnings.contains(warning) {
                warnings.push(warning.clone());
            }
        }
        let status = match () {
            () if has(Status::Interrupted) => Status::Interrupted,
            () if has(Status::Failed) || differing.is_some() => Status::Failed,
            () => Status::Done,
        };
        let event = Event::RunFinished { status, warnings };
        Stamped { elapsed_s: self.elapsed_s, trials_done: self.trials_done, event }
    }

    /// That the results of two configurations differ, if those of any do: each part compares its own alone.
    fn differing(&self) -> Option<Warning> {
        let planned = self.planned.as_ref()?;
        if !workload::spec(&planned.job.kind).is_some_and(|spec| spec.measured.is_empty()) {
            return None;
        }
        let mut references: BTreeMap<Option<u32>, (usize, &str)> = BTreeMap::new();
        for (trial, outcome) in self.parts.iter().flat_map(|part| &part.told).filter_map(finished) {
            let is_whole = outcome.end == TrialEnd::Complete && outcome.tasks_failed == 0;
            let config = planned.plan.trials.get(trial).map(|trial| trial.config);
            let Some((config, known)) =
                config.filter(|_| is_whole).and_then(|at| Some((at, planned.plan.configs.get(at)?)))
            else {
                continue;
            };
            let point = known.point.as_ref().filter(|point| point.changes_results()).map(|point| point.index);
            let (first, checksum) = *references.entry(point).or_insert((config, &outcome.checksum));
            if checksum != outcome.checksum {
                let first = planned.plan.configs.get(first).map(label_at).unwrap_or_default();
                let (this, found) = (label_at(known), &outcome.checksum);
                let message =
                    format!("the results of {this} differ from those of {first} (checksums {found} and {checksum})");
                return Some(Warning { code: WarningCode::ResultsDiffer, message });
            }
        }
        None
    }

    /// On which machines the parts were measured, if on several: speedups compare these, too.
    fn machines(&self) -> Option<Warning> {
        let hosts: BTreeSet<&str> = self.parts.iter().filter_map(|part| part.host.as_deref()).collect();
        let named: Vec<&str> = hosts.iter().take(HOSTS_MAX).copied().collect();
        let message = format!(
            "the configurations were measured on {} machines ({}{}): what is compared is these, too",
            hosts.len(),
            named.join(", "),
            if hosts.len() > named.len() { ", …" } else { "" }
        );
        (hosts.len() > 1).then_some(Warning { code: WarningCode::SeveralMachines, message })
    }
}

/// More machines than these are counted, and not named.
const HOSTS_MAX: usize = 4;

fn finished(stamped: &Stamped) -> Option<(usize, &TrialOutcome)> {
    if let Event::TrialFinished { trial, outcome } = &stamped.event { Some((*trial, outcome)) } else { None }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::record::tests_support::planned;
    use crate::record::{Journal, RunState};
    use crate::scenario::PlannedTrial;

    /// Two configurations, two trials each, in turn.
    fn plan(host: &str) -> Event {
        let trials = (0..4).map(|n| PlannedTrial { config: n % 2, repeat: n as u32 / 2, warmup: false });
        let Event::Planned(mut planned) = planned(2, trials.collect()) else { unreachable!() };
        planned.machine.host = Some(host.to_owned());
        Event::Planned(planned)
    }

    fn trial(trial: usize, checksum: &str) -> [Event; 2] {
        let outcome =
            TrialOutcome { end: TrialEnd::Complete, checksum: checksum.to_owned(), ..TrialOutcome::default() };
        [Event::TrialStarted { trial }, Event::TrialFinished { trial, outcome: Arc::new(outcome) }]
    }

    fn end(status: Status, messages: &[&str]) -> Event {
        let warning = |message: &&str| Warning { code: WarningCode::Drift, message: (*message).to_owned() };
        Event::RunFinished { status, warnings: messages.iter().map(warning).collect() }
    }

    fn write(path: &Path, events: impl IntoIterator<Item = Event>) {
        let mut journal = Journal::create(path).unwrap();
        for (n, event) in events.into_iter().enumerate() {
            journal.record(&Stamped { elapsed_s: n as f64, trials_done: n, event });
        }
        journal.settle();
    }

    struct Parts {
        _folder: tempfile::TempDir,
        paths: [PathBuf; 2],
        parts: JournalParts,
        state: RunState,
    }

    impl Parts {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let paths = ["0", "1"].map(|name| folder.path().join(name));
            let parts = JournalParts::new(paths.clone());
            Self { _folder: folder, paths, parts, state: RunState::default() }
        }

        fn read(&mut self) -> usize {
            let events = self.parts.read().unwrap();
            events.iter().for_each(|event| self.state.apply(event));
            events.len()
        }

        fn finished(&self) -> Vec<usize> {
            self.state.finished.iter().map(|(trial, _)| *trial).collect()
        }
    }

    fn part(host: &str, trials: [usize; 2], checksum: &str, last: Event) -> Vec<Event> {
        let trials = trials.into_iter().flat_map(|number| trial(number, checksum));
        [plan(host)].into_iter().chain(trials).chain([last]).collect()
    }

    #[test]
    fn parts_are_told_as_one_run_however_they_come() {
        let mut run = Parts::new();
        assert_eq!(run.read(), 0);
        write(&run.paths[1], part("n1", [1, 3], "a", end(Status::Done, &["slow", "late"])));
        run.read();
        assert_eq!((run.finished(), run.state.status), (vec![1, 3], None));
        write(&run.paths[0], part("n1", [0, 2], "a", end(Status::Done, &["slow"])));
        run.read();
        assert_eq!((run.finished(), run.state.status), (vec![1, 3, 0, 2], Some(Status::Done)));
        assert_eq!((run.state.trials_done, run.state.missing()), (4, vec![]));
        let messages: Vec<&str> = run.state.warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(messages, ["slow", "late"], "each once, and one machine is not worth a word");
        assert_eq!(run.read(), 0, "the end is told once");
        assert_eq!(run.state.samples(0).count(), 2);
    }

    #[test]
    fn results_that_differ_and_machines_that_do_are_told() {
        let mut run = Parts::new();
        write(&run.paths[0], part("n1", [0, 2], "a", end(Status::Done, &[])));
        write(&run.paths[1], part("n2", [1, 3], "b", end(Status::Done, &[])));
        run.read();
        assert_eq!(run.state.status, Some(Status::Failed));
        let told: Vec<_> = run.state.warnings.iter().map(|warning| (warning.code, warning.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (
                    WarningCode::ResultsDiffer,
                    "the results of threads × 2 differ from those of threads × 1 (checksums b and a)"
                ),
                (
                    WarningCode::SeveralMachines,
                    "the configurations were measured on 2 machines (n1, n2): what is compared is these, too"
                ),
            ]
        );
    }

    #[test]
    fn the_worst_end_counts_and_a_part_that_lacks_has_none() {
        let mut run = Parts::new();
        write(&run.paths[0], part("n1", [0, 2], "a", end(Status::Failed, &[])));
        write(&run.paths[1], [plan("n1")].into_iter().chain(trial(1, "a")));
        run.read();
        assert_eq!(run.state.status, None);
        write(&run.paths[1], part("n1", [1, 3], "a", end(Status::Interrupted, &[])));
        run.read();
        assert_eq!(run.state.status, Some(Status::Interrupted));
    }

    #[test]
    fn a_part_that_begins_anew_is_not_counted_twice() {
        let mut run = Parts::new();
        write(&run.paths[0], part("n1", [0, 2], "a", end(Status::Done, &[])));
        write(&run.paths[1], [plan("n1")].into_iter().chain(trial(1, "a")));
        run.read();
        // Another begin, so that it is seen to be another.
        write(&run.paths[1], part("n2", [1, 3], "a", end(Status::Done, &[])));
        run.read();
        assert_eq!((run.finished(), run.state.trials_done), (vec![0, 2, 1, 3], 4));
        assert_eq!(run.state.status, Some(Status::Done));
    }
}
