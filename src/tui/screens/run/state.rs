//! A run's state: the fold over its events, the last snapshot, and what the user looks at.

use std::cell::OnceCell;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

pub use super::following::{Drawing, Ending};
use super::lane_history::LaneHistory;
use super::look::LanesLook;
use super::news::News;
use super::zoom::Zoom;
use crate::record::{Event, RunState, Snapshot, Stamped, TrialEnd, TrialOutcome, added_in_words};
use crate::results::{
    ChartSubject, Eta, Figures, Finding, Fits, Row, SearchFigures, findings, is_open, precision_in_words,
};
use crate::scenario::{Config, Job, PlannedTrial};
use crate::tui::port::Draft;
use crate::workload;

/// A run that is on, or that was.
#[derive(Debug, Clone)]
pub struct RunMonitor {
    /// Its number in the session.
    pub number: u64,
    /// The scenario's name in the library.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What was made of the scenario, if it was changed for this run.
    pub draft: Option<Draft>,
    /// What its events told.
    pub record: RunState,
    /// The trial on the screen: the one in progress, or the last.
    pub trial: Option<usize>,
    /// That trial, as last seen.
    pub snapshot: Snapshot,
    /// What a grid search has found in that trial, as last seen.
    finding: Option<SearchFigures>,
    /// What a grid search has found: the first of its trials that ran to the end, else the last that was seen.
    found: Option<SearchFigures>,
    /// Checksums of the results that are kept, each with the name of its point.
    results_of: BTreeSet<(Option<&'static str>, String)>,
    /// How busy its workers were.
    pub history: LaneHistory,
    /// How its lanes are looked at.
    pub look: LanesLook,
    /// Whether the screen follows.
    pub drawing: Drawing,
    /// What happened since the screen stands still: it is taken in when that goes on.
    held: Vec<Stamped>,
    /// Whether the user asked it to end.
    pub ending: Ending,
    /// What happened lately, newest last.
    pub news: VecDeque<News>,
    /// The row of the figures that the user selected; `None` for the best one.
    chosen: Option<usize>,
    /// The first line of the lesson that is shown.
    pub scroll: u16,
    /// Which panel of the results has the screen to itself.
    pub zoom: Zoom,
    /// Which of the subjects of the chart is shown: so many after the first.
    subject: usize,
    /// When the gate of the trial opened, in seconds since the run began; `None` while workers are started.
    gate_s: Option<f64>,
    /// What follows from the record: worked out when it is to be shown, since trials may end by the thousand between
    /// two frames.
    figures: OnceCell<Figures>,
    fits: OnceCell<Fits>,
    findings: OnceCell<Vec<Finding>>,
    eta: OnceCell<Eta>,
}

/// News older than this many others are forgotten.
const NEWS_MAX: usize = 8;

impl RunMonitor {
    /// A run of which no event has come yet.
    pub fn new(name: String, title: String) -> Self {
        Self {
            number: 0,
            name,
            title,
            draft: None,
            record: RunState::default(),
            trial: None,
            snapshot: Snapshot::default(),
            finding: None,
            found: None,
            results_of: BTreeSet::new(),
            history: LaneHistory::default(),
            look: LanesLook::default(),
            drawing: Drawing::Live,
            held: Vec::new(),
            ending: Ending::NotAsked,
            news: VecDeque::new(),
            chosen: None,
            scroll: 0,
            zoom: Zoom::default(),
            subject: 0,
            gate_s: None,
            figures: OnceCell::new(),
            fits: OnceCell::new(),
            findings: OnceCell::new(),
            eta: OnceCell::new(),
        }
    }

    /// Whether it goes on.
    pub fn is_on(&self) -> bool {
        self.record.status.is_none()
    }

    /// Whether it is still being prepared: of a run that goes on the plan is known.
    pub fn is_preparing(&self) -> bool {
        self.is_on() && self.record.planned.is_none()
    }

    /// Takes in an event: at once, or when the picture goes on. The end is always told.
    pub fn hear(&mut self, stamped: Stamped) {
        let is_the_end = matches!(stamped.event, Event::RunFinished { .. });
        if self.drawing == Drawing::Frozen && !is_the_end {
            // Of how far a trial has come only the last word counts.
            let is_news_of = |event: &Event| matches!(event, Event::Progress { .. });
            if is_news_of(&stamped.event) && self.held.last().is_some_and(|last| is_news_of(&last.event)) {
                self.held.pop();
            }
            return self.held.push(stamped);
        }
        self.go_on();
        self.apply(stamped);
    }

    /// Holds the picture. Before a run goes on there is none.
    pub fn freeze(&mut self) {
        if self.is_on() && !self.is_preparing() {
            self.drawing = Drawing::Frozen;
        }
    }

    /// Goes on with the picture, and takes in what has happened meanwhile.
    pub fn go_on(&mut self) {
        self.drawing = Drawing::Live;
        for stamped in std::mem::take(&mut self.held) {
            self.apply(stamped);
        }
    }

    fn apply(&mut self, mut stamped: Stamped) {
        if let Event::TrialFinished { trial, outcome } = &mut stamped.event {
            self.take_results(*trial, outcome);
        }
        self.record.apply(&stamped);
        match stamped.event {
            Event::Planned(planned) => {
                self.title.clone_from(&planned.scenario.title);
                self.figures.take();
                self.fits.take();
            }
            Event::TrialStarted { trial } => {
                self.trial = Some(trial);
                self.snapshot = Snapshot::default();
                self.finding = None;
                self.history = LaneHistory::default();
                self.gate_s = None;
                self.eta.take();
            }
            Event::GateOpened { .. } => self.gate_s = Some(stamped.elapsed_s),
            Event::Progress { trial, done, failed } if self.trial == Some(trial) => {
                self.snapshot.done = self.snapshot.done.max(done);
                self.snapshot.failed = self.snapshot.failed.max(failed);
            }
            Event::Progress { .. } | Event::TasksDone { .. } => {}
            Event::WorkerLost(loss) => self.tell(News::lost(&loss)),
            Event::WorkerStalled { worker, pid, stopped, .. } => self.tell(News::stalled(worker, pid, stopped)),
            Event::TrialRepeated { why, .. } => self.tell(News::repeated(why)),
            Event::TrialsAdded { trials, why } => {
                self.eta.take();
                added_in_words(trials.len(), why).into_iter().for_each(|text| self.tell(News::added(text)));
            }
            Event::Resumed(_) => self.eta.take().map_or((), drop),
            Event::TrialFinished { outcome, .. } => {
                self.snapshot.done = outcome.tasks_done.saturating_add(outcome.tasks_failed);
                self.snapshot.failed = outcome.tasks_failed;
                self.figures.take();
                self.fits.take();
                self.eta.take();
            }
            Event::RunFinished { .. } => {
                self.figures.take();
                self.findings.take();
            }
        }
    }

    /// Looks at a trial's results, and keeps them only where no other trial has the same ones: the report tells them once,
    /// and ten thousand of them for each trial would cost memory for nothing.
    fn take_results(&mut self, trial: usize, outcome: &mut Arc<TrialOutcome>) {
        let Some(results) = &outcome.results else { return };
        self.find(|job| SearchFigures::of_results(job, results));
        let is_whole = outcome.end == TrialEnd::Complete && outcome.tasks_failed == 0;
        let name = self.record.plan().and_then(|plan| plan.name_of(trial));
        if is_whole && !self.results_of.insert((name, outcome.checksum.clone())) {
            Arc::make_mut(outcome).results = None;
        }
    }

    /// What the trials so far have shown.
    pub fn figures(&self) -> &Figures {
        self.figures.get_or_init(|| Figures::of(&self.record))
    }

    /// The laws of its series, once it has ended: before, each trial would bend them.
    pub fn fits(&self) -> Option<&Fits> {
        (!self.is_on()).then(|| self.fits.get_or_init(|| Fits::of(self.figures())))
    }

    /// Its job, if that searches a grid.
    fn search(&self) -> Option<&Job> {
        let planned = self.record.planned.as_ref()?;
        workload::score(&planned.job).map(|_| &planned.job)
    }

    /// Takes in what a trial has found, unless everything is known: all trials find the same.
    fn find(&mut self, figures: impl FnOnce(&Job) -> Option<SearchFigures>) {
        if self.found.as_ref().is_some_and(SearchFigures::is_whole) {
            return;
        }
        if let Some(figures) = self.search().and_then(figures) {
            self.found = Some(figures);
        }
    }

    /// What a grid search has found in all; `None` for other kinds, and while nothing is known.
    pub fn found(&self) -> Option<&SearchFigures> {
        self.found.as_ref()
    }

    /// What it has found in the trial on the screen, or in all where that trial is not followed.
    pub fn finding(&self) -> Option<&SearchFigures> {
        self.finding.as_ref().or(self.found())
    }

    /// Whether there is something to be found that is not known yet.
    pub fn is_searching(&self) -> bool {
        self.is_on() && self.search().is_some() && !self.found.as_ref().is_some_and(SearchFigures::is_whole)
    }

    /// What its figures come to, in sentences; nothing while it is on, when the next trial may turn all of it over.
    pub fn findings(&self) -> &[Finding] {
        if self.is_on() { &[] } else { self.findings.get_or_init(|| findings(&self.record, self.figures())) }
    }

    fn eta(&self) -> &Eta {
        self.eta.get_or_init(|| Eta::of(&self.record))
    }

    /// Takes in a snapshot of the trial in progress, or of the last one.
    pub fn see(&mut self, snapshot: Snapshot) {
        // Between two trials there may be nothing to see, and the last picture is better than none.
        if self.record.current.is_some() || !snapshot.lanes.is_empty() {
            self.history.see(&snapshot);
            self.finding = self.search().and_then(|job| SearchFigures::so_far(job, &snapshot.values));
            if let Some(figures) = self.finding.clone() {
                self.find(|_| Some(figures));
            }
            self.snapshot = snapshot;
        }
    }

    /// Adds a line of news.
    pub fn tell(&mut self, news: News) {
        if self.news.len() == NEWS_MAX {
            self.news.pop_front();
        }
        self.news.push_back(news);
    }

    /// Asks for the next harder way to end: cancel, then kill. `None` when nothing harder is left.
    pub fn end_harder(&mut self) -> Option<Ending> {
        let harder = match self.ending {
            Ending::NotAsked => Ending::Cancelling,
            Ending::Cancelling => Ending::Killing,
            Ending::Killing => return None,
        };
        self.ending = harder;
        Some(harder)
    }

    /// Tasks in a trial.
    pub fn tasks(&self) -> u64 {
        self.record.planned.as_ref().map_or(0, |planned| planned.scenario.tasks)
    }

    /// The trial on the screen with its configuration.
    pub fn planned_trial(&self) -> Option<(PlannedTrial, &Config)> {
        let plan = &self.record.planned.as_ref()?.plan;
        let trial = *plan.trials.get(self.trial?)?;
        Some((trial, plan.configs.get(trial.config)?))
    }

    /// The row of the figures that the trial on the screen is of.
    pub fn row_on_screen(&self) -> Option<&Row> {
        let (trial, _) = self.planned_trial()?;
        self.figures().rows.get(trial.config)
    }

    /// The row whose trial goes on, by its index.
    pub fn running_row(&self) -> Option<usize> {
        self.record.current.and(self.planned_trial()).map(|(trial, _)| trial.config)
    }

    /// All trials, and how many of them have ended.
    pub fn trials(&self) -> (usize, usize) {
        (self.record.planned.as_ref().map_or(0, |planned| planned.plan.trials.len()), self.record.finished.len())
    }

    /// The outcome of the trial on the screen, if it has ended.
    pub fn outcome(&self) -> Option<&TrialOutcome> {
        let (trial, outcome) = self.record.finished.last()?;
        (Some(*trial) == self.trial && self.record.current.is_none()).then_some(outcome)
    }

    /// Tasks done in the trial on the screen, those in hand counted by the part that is done.
    pub fn tasks_done(&self) -> f64 {
        let in_hand: f64 = match self.record.current {
            Some(_) => self.snapshot.lanes.iter().filter_map(|lane| lane.fraction).map(|f| f.clamp(0.0, 1.0)).sum(),
            None => 0.0,
        };
        (self.snapshot.done as f64 + in_hand).min(self.tasks() as f64)
    }

    /// The part of the trial on the screen that is done, 0 to 1.
    pub fn trial_fraction(&self) -> f64 {
        let tasks = self.tasks();
        if tasks == 0 { 0.0 } else { self.tasks_done() / tasks as f64 }
    }

    /// The part of the run that is done, by trials, 0 to 1; `None` where it is not known how many there will be.
    pub fn run_fraction(&self) -> Option<f64> {
        if is_open(&self.record) {
            return None;
        }
        let (all, ended) = self.trials();
        if all == 0 {
            return Some(0.0);
        }
        let current = if self.record.current.is_some() { self.trial_fraction() } else { 0.0 };
        Some(((ended as f64 + current) / all as f64).min(1.0))
    }

    /// How sure its figures are, where it goes on until they are sure enough: in a line, and in a shorter one.
    pub fn precision(&self) -> Option<[String; 2]> {
        precision_in_words(&self.record, self.figures())
    }

    /// Whether the workers of the trial on the screen are still being started.
    pub fn is_starting(&self) -> bool {
        self.record.current.is_some() && self.gate_s.is_none()
    }

    /// Seconds since the run began.
    pub fn elapsed_s(&self) -> f64 {
        match self.gate_s.filter(|_| self.record.current.is_some()) {
            Some(gate_s) => self.record.elapsed_s.max(gate_s + self.snapshot.elapsed_s),
            None => self.record.elapsed_s,
        }
    }

    /// Seconds that the run may still take: what each configuration took before; for one that was not measured yet,
    /// what the others took on average. `None` while nothing can be said.
    pub fn eta_s(&self) -> Option<f64> {
        if !self.is_on() {
            return None;
        }
        let current = self.record.current.map(|_| (self.trial_fraction(), self.snapshot.elapsed_s));
        self.eta().left_s(current)
    }

    /// The selected row: the best one until the user selects another.
    pub fn row(&self) -> usize {
        self.chosen.or_else(|| self.figures().best()).unwrap_or(0)
    }

    /// Selects a row of the table, or the last one where there are not so many.
    pub fn select_row(&mut self, row: usize) {
        self.chosen = Some(row.min(self.figures().rows.len().saturating_sub(1)));
    }

    /// Moves to the next point of the chart, or to the one before: series by series, each by its workers, or by
    /// what is varied.
    pub fn select_neighbour(&mut self, next: bool) {
        let figures = self.figures();
        let rows = &figures.rows;
        let series = |row: usize| {
            let config = &rows[row].config;
            let place = figures.varied().map(|_| rows[row].place);
            (rows[row].mark, config.workers, place)
        };
        let value =
            |row: usize| rows[row].config.point.as_ref().and_then(|point| point.value.as_number()).unwrap_or(0.0);
        let selected = self.row();
        let is_there = |row: &usize| *row == selected || !figures.is_yardstick(&rows[*row]);
        let mut points: Vec<usize> = (0..rows.len()).filter(is_there).collect();
        points.sort_by(|&a, &b| series(a).cmp(&series(b)).then(value(a).total_cmp(&value(b))));
        let Some(at) = points.iter().position(|&row| row == selected) else { return };
        let to = if next { at + 1 } else { at.saturating_sub(1) };
        if let Some(&row) = points.get(to) {
            self.select_row(row);
        }
    }

    /// What its chart is about.
    pub fn subject(&self) -> ChartSubject {
        self.subject_after(0)
    }

    /// What its chart is about once it is turned so many times more.
    pub fn subject_after(&self, turns: usize) -> ChartSubject {
        let subjects = self.figures().subjects();
        subjects.get((self.subject + turns) % subjects.len().max(1)).copied().unwrap_or_default()
    }

    /// Turns the chart to the next thing that it can be about.
    pub fn turn_chart(&mut self) {
        self.subject = (self.subject + 1) % self.figures().subjects().len().max(1);
    }

    /// Seconds that a trial like the current one took, if one was measured.
    pub fn expected_s(&self) -> Option<f64> {
        self.eta().expected_s()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_alone_work_nothing_out() {
        let mut run = RunMonitor::new("many".to_owned(), "many".to_owned());
        for trial in 0..20_000 {
            run.hear(Stamped { elapsed_s: 0.0, trials_done: trial, event: Event::TrialStarted { trial } });
            assert!(run.figures.get().is_none() && run.eta.get().is_none());
        }
        assert!(run.figures().rows.is_empty() && run.figures.get().is_some(), "but what is asked for is worked out");
    }
}
