//! The form in which one says beforehand how fast each configuration will be, and what was said.
//!
//! Plain text in fields; what it means is `scenario`'s matter, and is asked once the form is to be kept.

use crate::chart::SeriesMark;
use crate::record::label;
use crate::results::series_marks;
use crate::scenario::{Config, Expected, PredictionSpec};
use crate::tui::line_editor::LineEditor;
use crate::tui::port::LibraryEntry;
use crate::tui::screens::library::state::LibraryList;

/// Bytes of a text; what is longer is no number.
const TEXT_MAX: usize = 9;
/// What an arrow changes a speedup by, and a time relative to itself.
const STEP: f64 = 0.1;

/// The form for a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictForm {
    /// The scenario's name in the library.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The name of the baseline, if there is one to be faster than.
    pub baseline: Option<String>,
    /// A field a configuration.
    pub fields: Vec<PredictField>,
    /// The field that is typed into.
    pub selected: usize,
    /// Why the form cannot be kept as it is.
    pub problem: Option<String>,
}

/// What is expected of a configuration, as typed.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictField {
    /// The configuration's name.
    pub label: String,
    /// The text: a speedup, a time, or nothing.
    pub text: LineEditor,
    /// Its mark, as it has it everywhere.
    pub mark: SeriesMark,
    config: Config,
}

impl PredictField {
    /// What its workers would make of it at best, where each had as much to do: the ideal.
    pub fn ideal(&self) -> f64 {
        f64::from(self.config.workers.max(1))
    }

    /// What the text means; `None` if it is empty or cannot be read.
    pub fn expected(&self) -> Option<Expected> {
        Expected::read(self.text.text()).ok()
    }
}

impl PredictForm {
    /// The form for the scenario that is selected, as it was left or filled in with what was said before; `None` if that
    /// cannot be run.
    pub fn of_selected(library: &LibraryList) -> Option<Self> {
        let entry = library.selected()?;
        let mut form = Self::in_force(library, &entry.name)?;
        // The file may have other configurations by now.
        if let Some(left) = library.unsaid.get(&entry.name).filter(|left| left.len() == form.fields.len()) {
            form.fields.iter_mut().zip(left).for_each(|(field, text)| field.text.set(text.clone()));
        }
        Some(form)
    }

    /// What its fields say.
    pub fn texts(&self) -> Vec<String> {
        self.fields.iter().map(|field| field.text.text().to_owned()).collect()
    }

    /// The form with what is in force.
    fn in_force(library: &LibraryList, name: &str) -> Option<Self> {
        let entry = library.entries().iter().find(|entry| entry.name == name)?;
        Self::new(entry, library.prediction_specs.get(name).map_or(&[], Vec::as_slice))
    }

    /// Whether its fields say what is in force.
    pub fn is_in_force(&self, library: &LibraryList) -> bool {
        Self::in_force(library, &self.name).is_none_or(|in_force| in_force.texts() == self.texts())
    }

    /// Has its fields say what is in force again.
    pub fn reset(&mut self, library: &LibraryList) {
        if let Some(in_force) = Self::in_force(library, &self.name) {
            *self = Self { selected: self.selected, ..in_force };
        }
    }

    /// Empties the field.
    pub fn clear(&mut self) {
        self.problem = None;
        if let Some(field) = self.fields.get_mut(self.selected) {
            field.text.clear();
        }
    }

    /// The form for a scenario, filled in with what was said before; `None` if it cannot be run anyway.
    pub fn new(entry: &LibraryEntry, before: &[PredictionSpec]) -> Option<Self> {
        let preview = entry.preview.as_ref().ok()?;
        let baseline = preview.baseline.and_then(|at| preview.configs.get(at));
        // The baseline is as fast as itself; there is something to expect of it only where it is alone.
        // What is expected holds at every point that a scenario is run at: one field will do for all of them.
        let first = preview.configs.first().and_then(|config| config.point.as_ref());
        let is_here =
            |config: &&Config| config.point.as_ref() == first || first.is_some_and(|point| point.name().is_some());
        let here: Vec<&Config> = preview.configs.iter().filter(is_here).collect();
        let is_baseline =
            |config: &Config| baseline.is_some_and(|baseline| *config == *baseline || baseline.is_emulated_by(config));
        let others: Vec<&Config> = here.iter().copied().filter(|config| !is_baseline(config)).collect();
        let alone = others.is_empty();
        let configs = if alone { here } else { others };
        let marks = series_marks(&preview.configs);
        let mark = |config: &Config| preview.configs.iter().position(|other| other == config).map(|at| marks[at]);
        let field = |config: &Config| {
            let same = |guess: &&PredictionSpec| guess.is_about(config);
            let text = before.iter().find(same).map(|guess| guess.expected.to_string()).unwrap_or_default();
            let mark = mark(config).unwrap_or(SeriesMark { family: config.backend.row(), member: 0 });
            let text = LineEditor::within(text, TEXT_MAX);
            PredictField { label: label(config), text, mark, config: config.clone() }
        };
        Some(Self {
            name: entry.name.clone(),
            title: entry.title.clone(),
            baseline: baseline.filter(|_| !alone).map(label),
            fields: configs.into_iter().map(field).collect(),
            selected: 0,
            problem: None,
        })
    }

    /// To the field before, or after.
    pub fn step(&mut self, down: bool) {
        let to = if down { self.selected + 1 } else { self.selected.saturating_sub(1) };
        self.selected = to.min(self.fields.len().saturating_sub(1));
    }

    /// Adds a character to the field, if it can be part of a speedup or a time.
    pub fn type_char(&mut self, c: char) {
        self.problem = None;
        if let Some(field) = self.fields.get_mut(self.selected)
            && (c.is_ascii_digit() || ['.', 's', 'm', 'u'].contains(&c))
        {
            field.text.insert(c);
        }
    }

    /// Takes back a character of the field.
    pub fn erase(&mut self) {
        self.problem = None;
        if let Some(field) = self.fields.get_mut(self.selected) {
            field.text.erase();
        }
    }

    /// Makes what the field says a little more, or less; begins at a speedup of 1, or at a second.
    pub fn nudge(&mut self, more: bool) {
        self.problem = None;
        let begin = if self.baseline.is_some() { Expected::Speedup(1.0) } else { Expected::WallS(1.0) };
        let Some(field) = self.fields.get_mut(self.selected) else { return };
        let step = if more { STEP } else { -STEP };
        let text = match field.expected() {
            None => begin.to_string(),
            Some(Expected::Speedup(value)) => {
                Expected::Speedup((((value + step) / STEP).round() * STEP * 10.0).round() / 10.0).to_string()
            }
            Some(Expected::WallS(value)) => Expected::WallS(two_digits(value * (1.0 + step))).to_string(),
        };
        // Below a tenth there is nothing that could be less.
        let makes_sense = Expected::read(&text).is_ok() && text.len() <= TEXT_MAX;
        field.text.set(if makes_sense { text } else { begin.to_string() });
    }

    /// What the fields say. Where one cannot be read, that is selected and the form says why.
    pub fn read(&mut self) -> Option<Vec<PredictionSpec>> {
        let mut prediction_specs = Vec::new();
        for (at, field) in self.fields.iter().enumerate().filter(|(_, field)| !field.text.text().is_empty()) {
            let wrong = match Expected::read(field.text.text()) {
                Ok(Expected::Speedup(_)) if self.baseline.is_none() => {
                    "is a speedup, and there is nothing to be faster than: write a time such as 0.5s".to_owned()
                }
                Ok(expected) => {
                    prediction_specs.push(PredictionSpec::of(&field.config, expected));
                    continue;
                }
                Err(wrong) => wrong,
            };
            self.problem = Some(format!("{}: \"{}\" {wrong}", field.label, field.text.text()));
            self.selected = at;
            return None;
        }
        Some(prediction_specs)
    }
}

/// A number rounded to two significant digits.
fn two_digits(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{BackendKind, Point, Value};
    use crate::tui::port::Preview;

    fn entry(baseline: Option<usize>) -> LibraryEntry {
        let configs = [(BackendKind::SERIAL, 1), (BackendKind::THREADS, 2), (BackendKind::THREADS, 4)];
        let preview = Preview {
            kind: "sleep".to_owned(),
            tasks: 4,
            configs: configs.map(|(backend, workers)| Config::new(backend, workers)).into(),
            outline: Vec::new(),
            baseline,
            trials: 3,
            repeats: 1,
            is_auto: false,
            warmup: 0,
            last_wall_s: None,
        };
        LibraryEntry {
            name: "database".to_owned(),
            title: "Waiting".to_owned(),
            summary: String::new(),
            tags: Vec::new(),
            origin: "bundled".to_owned(),
            lesson: String::new(),
            sha256: String::new(),
            group: String::new(),
            on_path: true,
            ran: None,
            preview: Ok(preview),
        }
    }

    fn form(baseline: Option<usize>) -> PredictForm {
        PredictForm::new(&entry(baseline), &[]).expect("a form")
    }

    fn fill(form: &mut PredictForm, text: &str) {
        text.chars().for_each(|c| form.type_char(c));
    }

    fn texts(form: &PredictForm) -> Vec<&str> {
        form.fields.iter().map(|field| field.text.text()).collect()
    }

    #[test]
    fn there_is_a_field_for_all_but_the_baseline() {
        let labels = |form: &PredictForm| form.fields.iter().map(|field| field.label.clone()).collect::<Vec<_>>();
        assert_eq!(labels(&form(Some(0))), ["threads × 2", "threads × 4"]);
        assert_eq!(labels(&form(None)), ["serial", "threads × 2", "threads × 4"]);
        let mut alone = entry(Some(0));
        alone.preview.as_mut().expect("a preview").configs.truncate(1);
        let alone = PredictForm::new(&alone, &[]).expect("a form");
        assert_eq!((labels(&alone), alone.baseline), (vec!["serial".to_owned()], None));
        let mut varied = entry(Some(0));
        if let Ok(preview) = &mut varied.preview {
            let at = |index: u32| {
                let point = Point { index, key: "steps".to_owned(), value: Value::Whole(index.into()) };
                move |config: &Config| Config { point: Some(point.clone()), ..config.clone() }
            };
            preview.configs =
                [0, 1].into_iter().flat_map(|i| preview.configs.iter().map(at(i)).collect::<Vec<_>>()).collect();
        }
        let varied = PredictForm::new(&varied, &[]).expect("a form");
        assert_eq!(labels(&varied), ["threads × 2", "threads × 4"], "once for all points");
        let broken = LibraryEntry { preview: Err(Vec::new()), ..entry(None) };
        assert_eq!(PredictForm::new(&broken, &[]), None);
    }

    #[test]
    fn what_is_typed_is_read() {
        let mut form = form(Some(0));
        fill(&mut form, "1.x8é");
        form.step(true);
        fill(&mut form, "500ms");
        form.step(true);
        assert_eq!((texts(&form), form.selected), (vec!["1.8", "500ms"], 1));
        let guess = |workers, expected| PredictionSpec::of(&Config::new(BackendKind::THREADS, workers), expected);
        let prediction_specs = vec![guess(2, Expected::Speedup(1.8)), guess(4, Expected::WallS(0.5))];
        assert_eq!(form.read(), Some(prediction_specs.clone()));
        let again = PredictForm::new(&entry(Some(0)), &prediction_specs).expect("a form");
        assert_eq!(texts(&again), ["1.8", "0.5s"]);
    }

    #[test]
    fn what_cannot_be_read_is_shown() {
        let mut form = form(Some(0));
        form.step(true);
        fill(&mut form, "1.8.");
        form.step(false);
        assert_eq!(form.read(), None);
        assert_eq!(form.selected, 1);
        assert!(form.problem.as_ref().is_some_and(|problem| problem.starts_with("threads × 4: \"1.8.\" is neither")));
        form.erase();
        assert_eq!((form.problem.clone(), form.read().map(|prediction_specs| prediction_specs.len())), (None, Some(1)));
        let mut without = self::form(None);
        fill(&mut without, "2");
        assert_eq!(without.read(), None);
        assert!(without.problem.is_some_and(|problem| problem.contains("write a time")));
    }

    #[test]
    fn arrows_change_what_a_field_says() {
        let mut form = form(Some(0));
        form.nudge(true);
        assert_eq!(texts(&form)[0], "1");
        (0..3).for_each(|_| form.nudge(true));
        assert_eq!(texts(&form)[0], "1.3");
        (0..9).for_each(|_| form.nudge(false));
        assert_eq!(texts(&form)[0], "0.4");
        (0..40).for_each(|_| form.nudge(false));
        assert!(form.fields[0].expected().is_some(), "never below a tenth");
        form.step(true);
        fill(&mut form, "500ms");
        form.nudge(true);
        assert_eq!(texts(&form)[1], "0.55s");
        let mut without = self::form(None);
        without.nudge(false);
        assert_eq!(texts(&without)[0], "1s");
    }

    #[test]
    fn texts_stay_short() {
        let mut form = form(Some(0));
        fill(&mut form, "1234567890123");
        assert_eq!(texts(&form)[0].len(), TEXT_MAX);
    }

    #[test]
    fn what_was_said_is_told_in_words() {
        let mut library = LibraryList::new(vec![entry(Some(0))]);
        assert_eq!(library.predicted("database"), None);
        let guess = |workers, expected| PredictionSpec::of(&Config::new(BackendKind::THREADS, workers), expected);
        library
            .prediction_specs
            .insert("database".to_owned(), vec![guess(2, Expected::Speedup(1.8)), guess(4, Expected::WallS(0.5))]);
        assert_eq!(library.predicted("database").as_deref(), Some("threads × 2: 1.8 · threads × 4: 0.5s"));
        library.prediction_specs.insert("database".to_owned(), Vec::new());
        assert_eq!(library.predicted("database"), None);
    }
}
