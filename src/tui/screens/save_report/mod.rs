//! Writing the report of the run on the screen into a file: its name, its format, and whether it may replace another.
//!
//! The results stay in sight above. Nothing is written here: that is the lab's matter, in the background.

pub mod state;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::run;
use super::screen::{ScreenLogic, Step, Transition};
use crate::tui::keys::{Action, Context};
use crate::tui::message::Effect;
use crate::tui::port::Existing;
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;
use state::{SaveReport, SaveStage};

impl ScreenLogic for SaveReport {
    fn context(&self, _shared: &Shared) -> Context {
        match self.stage {
            SaveStage::Naming | SaveStage::Writing => Context::Saving,
            SaveStage::Asking => Context::Asking,
        }
    }

    fn title<'a>(&'a self, shared: &'a Shared) -> &'a str {
        run::title(shared)
    }

    fn obey(&mut self, _shared: &mut Shared, action: Action) -> Step {
        match (self.stage, action) {
            (SaveStage::Asking, Action::Overwrite) => return self.write(Existing::Replaced).into(),
            (SaveStage::Asking, Action::Back) => self.ask_for_name(),
            (_, Action::Back) => return Transition::Close.into(),
            (_, Action::Help) => return Transition::Open(Context::Help).into(),
            (SaveStage::Naming, Action::Write) => return self.write(Existing::Kept).into(),
            (SaveStage::Naming, action) => self.type_into(action),
            (SaveStage::Asking | SaveStage::Writing, _) => {}
        }
        Step::DONE
    }

    fn paste(&mut self, _shared: &mut Shared, line: &str) -> Step {
        if self.stage == SaveStage::Naming {
            self.file.insert_line(line);
        }
        Step::DONE
    }

    fn view(&self, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
        view::render(self, shared, theme, area, buf);
    }
}

impl SaveReport {
    /// Asks for the report to be written.
    fn write(&mut self, existing: Existing) -> Effect {
        let format = self.format().name;
        self.stage = SaveStage::Writing;
        Effect::SaveReport { format, file: self.file.text().to_owned(), existing }
    }
}
