//! The file that a report is to be written into, while its name is typed.

use crate::tui::keys::Action;
use crate::tui::line_editor::LineEditor;
use crate::tui::port::{ReportFormat, ReportOffer, Unsaved};

/// The name, and what it is written in.
#[derive(Debug, Clone)]
pub struct SaveReport {
    /// The file's name.
    pub file: LineEditor,
    formats: Vec<ReportFormat>,
    /// What it is written in where the ending does not say.
    chosen: usize,
    /// What the keys do.
    pub stage: SaveStage,
    /// Why it was not written.
    pub problem: Option<String>,
}

/// What the keys do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveStage {
    /// They change the name.
    Naming,
    /// They answer whether a file is to be overwritten.
    Asking,
    /// Nothing but leave: it is being written.
    Writing,
}

impl SaveReport {
    /// The form with what is offered.
    pub fn new(offer: ReportOffer) -> Self {
        let ending = offer.formats.first().map_or("", |format| format.ending);
        let file = LineEditor::new(format!("{}.{ending}", offer.stem));
        Self { file, formats: offer.formats, chosen: 0, stage: SaveStage::Naming, problem: None }
    }

    /// What it is written in: what the ending says, or else what was chosen last.
    pub fn format(&self) -> ReportFormat {
        const NONE: ReportFormat = ReportFormat { name: "", summary: "", ending: "" };
        self.ending_says().or(self.formats.get(self.chosen).copied()).unwrap_or(NONE)
    }

    fn ending_says(&self) -> Option<ReportFormat> {
        let ending = self.file.text().rsplit_once('.')?.1.trim_end();
        self.formats.iter().copied().find(|format| format.ending == ending)
    }

    /// Takes the next format, and gives the name its ending.
    fn next_format(&mut self) {
        let now = self.format();
        let at = self.formats.iter().position(|format| *format == now).unwrap_or(0);
        self.chosen = (at + 1) % self.formats.len().max(1);
        let Some(next) = self.formats.get(self.chosen) else { return };
        let text = self.file.text();
        let stem = self.ending_says().and_then(|said| text.trim_end().strip_suffix(said.ending));
        let stem = stem.map_or_else(|| format!("{text}."), str::to_owned);
        self.file.set(format!("{stem}{}", next.ending));
    }

    /// What a key does to the name.
    pub(super) fn type_into(&mut self, action: Action) {
        self.problem = None;
        match action {
            Action::Type(c) => self.file.insert(c),
            Action::Erase => self.file.erase(),
            Action::ClearValue => self.file.clear(),
            Action::Left | Action::Right => self.file.step(action == Action::Right),
            Action::First | Action::Last => self.file.jump(action == Action::Last),
            Action::NextFormat => self.next_format(),
            _ => {}
        }
    }

    /// Back to the name.
    pub(super) fn ask_for_name(&mut self) {
        self.stage = SaveStage::Naming;
        self.problem = None;
    }

    /// Takes in why it was not written.
    pub fn refuse(&mut self, why: Unsaved) {
        (self.stage, self.problem) = match why {
            Unsaved::Exists => (SaveStage::Asking, Some(format!("{} exists; overwrite it?", self.file.text()))),
            Unsaved::Failed(why) => (SaveStage::Naming, Some(format!("not saved: {why}"))),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> SaveReport {
        let format = |name, ending| ReportFormat { name, summary: "", ending };
        SaveReport::new(ReportOffer {
            stem: "a.b".to_owned(),
            formats: vec![format("text", "txt"), format("json", "json")],
        })
    }

    #[test]
    fn the_ending_says_what_it_is_written_in() {
        let mut form = form();
        assert_eq!((form.file.text(), form.format().name), ("a.b.txt", "text"));
        form.type_into(Action::NextFormat);
        assert_eq!((form.file.text(), form.format().name), ("a.b.json", "json"));
        form.type_into(Action::NextFormat);
        assert_eq!((form.file.text(), form.format().name), ("a.b.txt", "text"));
        form.file.set("report.json".to_owned());
        assert_eq!(form.format().name, "json");
        form.file.set("report".to_owned());
        assert_eq!(form.format().name, "text", "what was chosen last");
        form.type_into(Action::NextFormat);
        assert_eq!((form.file.text(), form.format().name), ("report.json", "json"));
    }
}
