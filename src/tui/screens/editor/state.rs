//! A scenario while its parameters are tried: the form, the cursor, what the parser says, and the name to save it by.
//!
//! Nothing is read, checked or written here: that is the lab's matter, and its answers are kept.

use crate::scenario::form::{FormRow, ScenarioForm};
use crate::tui::line_editor::LineEditor;
use crate::tui::port::{Draft, FieldError, Preview};

/// A form that is being filled in.
#[derive(Debug, Clone)]
pub struct Editor {
    /// The scenario in the library that it began with.
    pub name: String,
    /// Its parameters.
    pub form: ScenarioForm,
    /// What it would run, or what is wrong with it.
    pub checked: Result<Preview, Vec<FieldError>>,
    /// The selected row.
    row: usize,
    /// The cursor in the selected row's value.
    cursor: usize,
    /// Where a copy would be saved; shown when one is asked for.
    pub file: LineEditor,
    /// What the keys do.
    pub stage: Stage,
    /// The last answer to a command: that it went well, or why not.
    pub notice: Option<Result<String, String>>,
}

/// What the keys do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// They change values.
    Filling,
    /// They change the name of the file to save.
    Naming,
    /// They answer whether a file is to be overwritten.
    Asking,
}

impl Editor {
    /// A form as it was opened; the first thing that is said of the tasks is selected.
    pub fn new(name: String, form: ScenarioForm, file: String, checked: Result<Preview, Vec<FieldError>>) -> Self {
        let says = |row: &FormRow| !row.table.is_empty() && !row.value.is_empty();
        let first = form.rows().iter().position(says).unwrap_or(0);
        let mut editor = Self {
            name,
            form,
            checked,
            row: 0,
            cursor: 0,
            file: LineEditor::new(file),
            stage: Stage::Filling,
            notice: None,
        };
        editor.select(first);
        editor
    }

    /// The form as it is opened again: with nothing asked or told.
    pub fn resting(&self) -> Self {
        Self { stage: Stage::Filling, notice: None, ..self.clone() }
    }

    /// The position of the selected row.
    pub fn position(&self) -> usize {
        self.row
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&FormRow> {
        self.form.rows().get(self.row)
    }

    /// The selected row's value with the cursor.
    pub fn value(&self) -> LineEditor {
        LineEditor::at(self.selected().map(|row| row.value.clone()).unwrap_or_default(), self.cursor)
    }

    /// Selects a row, or the last; the cursor goes to the end of its value.
    pub fn select(&mut self, row: usize) {
        self.row = row.min(self.form.rows().len().saturating_sub(1));
        self.cursor = usize::MAX;
        self.cursor = self.value().cursor();
    }

    /// Changes the selected row's value, or moves the cursor in it; whether it says something else now.
    pub fn change(&mut self, change: impl FnOnce(&mut LineEditor)) -> bool {
        let mut line = self.value();
        change(&mut line);
        let differs = self.selected().is_some_and(|row| row.value != line.text());
        self.cursor = line.cursor();
        self.form.set(self.row, line.text().to_owned());
        differs
    }

    /// Takes the next of the values to choose from, or the one before; whether there are any.
    pub fn choose(&mut self, next: bool) -> bool {
        let Some(row) = self.selected().filter(|row| !row.choices.is_empty()) else { return false };
        let value = if row.value.is_empty() { &row.default } else { &row.value };
        let all = row.choices.len();
        let at = match (row.choices.iter().position(|choice| choice == value), next) {
            (Some(at), true) => (at + 1) % all,
            (Some(at), false) => (at + all - 1) % all,
            (None, _) => 0,
        };
        let choice = row.choices[at].clone();
        self.change(|line| line.set(choice))
    }

    /// What was made of the scenario.
    pub fn draft(&self) -> Draft {
        Draft { name: self.name.clone(), text: self.form.text() }
    }

    /// What is wrong with a row, the value itself first.
    pub fn troubles(&self, row: usize) -> impl Iterator<Item = &str> {
        let troubles = self.checked.as_ref().err().into_iter().flatten();
        troubles.filter(move |trouble| trouble.row == Some(row)).map(|trouble| trouble.text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Catalog;
    use crate::workload;

    fn editor() -> Editor {
        let text = "title = 't'\n[workload]\nkind = 'countdown'\nsteps = 5\ninputs = [1, 2]\n[sweep]\nworkers = 2\n";
        let form = ScenarioForm::of(text, &Catalog::new(workload::specs(), 2)).unwrap();
        Editor::new("x".to_owned(), form, "x-2.toml".to_owned(), Err(Vec::new()))
    }

    fn at(editor: &mut Editor, key: &str) {
        let row = editor.form.rows().iter().position(|row| row.key == key).unwrap();
        editor.select(row);
    }

    #[test]
    fn values_are_typed_at_the_cursor() {
        let mut editor = editor();
        assert_eq!(editor.selected().map(|row| row.key.as_str()), Some("steps"));
        assert!(editor.change(|line| line.insert('é')));
        assert_eq!(editor.value().halves(), ("5é", ""));
        assert!(!editor.change(|line| line.step(false)));
        editor.change(|line| line.erase());
        assert_eq!(editor.value().halves(), ("", "é"));
        assert!(!editor.change(|line| line.erase()), "there is nothing before the cursor");
        editor.change(|line| line.jump(true));
        assert!(!editor.change(|line| line.insert('\n')), "controls are not typed");
        editor.change(LineEditor::clear);
        assert!(editor.form.is_changed() && !editor.draft().text.contains("steps"));
    }

    #[test]
    fn words_are_chosen_around_and_around() {
        let mut editor = editor();
        assert!(!editor.choose(true), "there are too many numbers to choose from");
        at(&mut editor, "schedule");
        for expected in ["guided", "stealing", "static", "dynamic"] {
            assert!(editor.choose(true));
            assert_eq!(editor.value().text(), expected, "it begins with the default");
        }
        editor.choose(false);
        assert_eq!(editor.value().text(), "static");
        assert!(editor.draft().text.contains("schedule = \"static\""));
    }
}
