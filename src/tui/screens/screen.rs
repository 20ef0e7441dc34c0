//! What every screen is asked: what keys mean on it, what it is called, what becomes of an action, how it looks.
//!
//! Only the screen on top is asked. It may change what it keeps itself and what all screens share; to open or close
//! screens it names a [`Transition`], so that no screen has to know another.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::keys::{Action, Binding, Context};
use crate::tui::message::Effect;
use crate::tui::shared::Shared;
use crate::tui::theme::Theme;

/// A screen.
pub trait ScreenLogic {
    /// What keys mean on it now.
    fn context(&self, shared: &Shared) -> Context;

    /// What the first line calls it.
    fn title<'a>(&'a self, shared: &'a Shared) -> &'a str;

    /// Does what a key asked for.
    fn obey(&mut self, shared: &mut Shared, action: Action) -> Step;

    /// Takes in a line that was pasted; it means nothing where nothing is typed.
    fn paste(&mut self, _shared: &mut Shared, _line: &str) -> Step {
        Step::DONE
    }

    /// Draws it between the first and the last line.
    fn view(&self, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer);

    /// What the last line says of a key; `None` for one that would do nothing now.
    fn label(&self, _shared: &Shared, row: &Binding) -> Option<&'static str> {
        Some(row.label)
    }

    /// Sees to it that nothing is scrolled beyond its end: it was opened, or the terminal has a new size.
    fn fit(&mut self, _shared: &mut Shared) {}

    /// Whether nothing is to be drawn until a key is pressed.
    fn is_frozen(&self, _shared: &Shared) -> bool {
        false
    }

    /// Whether it shows the trial in progress, which should be kept up to date then.
    fn wants_snapshots(&self, _shared: &Shared) -> bool {
        false
    }
}

/// What becomes of the screens. A screen to open is named by what its keys mean there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// They stay as they are.
    Stay,
    /// The one on top is closed.
    Close,
    /// Another comes on top.
    Open(Context),
    /// Another comes in place of the one on top.
    Swap(Context),
    /// All are closed but the library.
    Home,
    /// The run's is closed, wherever it lies.
    CloseRun,
}

/// What a screen makes of an action.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What becomes of the screens.
    pub transition: Transition,
    /// What else is to be done, in this order.
    pub effects: Vec<Effect>,
}

impl Step {
    /// Nothing more.
    pub const DONE: Self = Self { transition: Transition::Stay, effects: Vec::new() };
}

impl From<Transition> for Step {
    fn from(transition: Transition) -> Self {
        Self { transition, ..Self::DONE }
    }
}

impl From<Effect> for Step {
    fn from(effect: Effect) -> Self {
        Self { effects: vec![effect], ..Self::DONE }
    }
}
