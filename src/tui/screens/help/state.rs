//! The help's state: where it was opened, how far it is scrolled, and what is searched for in it.

use crate::tui::keys::{Action, Context};
use crate::tui::line_editor::LineEditor;

/// The help, wherever it was opened.
#[derive(Debug, Clone)]
pub struct HelpScreen {
    /// The first line that is shown.
    pub first: u16,
    /// What keys meant where it was opened.
    pub(super) here: Context,
    /// The words that are searched for.
    pub(super) search: LineEditor,
    pub(super) is_typing: bool,
}

/// Bytes of a search: more tell nothing more.
const SEARCH_MAX: usize = 64;

impl HelpScreen {
    /// The help for a screen on which keys have this meaning.
    pub fn of(here: Context) -> Self {
        Self { first: 0, here, search: LineEditor::within(String::new(), SEARCH_MAX), is_typing: false }
    }

    /// What a key does to the search.
    pub(super) fn search(&mut self, action: Action) {
        match action {
            Action::Type(c) => self.search.insert(c),
            Action::Erase => self.search.erase(),
            Action::ClearFilter => self.search.clear(),
            _ => {}
        }
        self.is_typing = !matches!(action, Action::ClearFilter | Action::KeepFilter);
        self.first = 0;
    }
}
