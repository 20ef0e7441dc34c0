//! The keys: one table that drives dispatch, the footer, the help screen and the README's list.
//!
//! A key that is not in the table does nothing, except that letters are typed into an open filter or form. What an
//! action does is the screen's matter.

mod action;
mod context;
mod markdown;

pub use action::Action;
pub use context::Context;
pub use markdown::keys_markdown;

use super::theme::Theme;

/// A key press, as far as the table needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character, with whatever shift made of it.
    Char(char),
    /// A letter with Ctrl.
    Ctrl(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Backspace.
    Backspace,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// A page towards the beginning.
    PageUp,
    /// A page towards the end.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// The first function key.
    F1,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// The keys, the one to show first.
    pub keys: &'static [Key],
    /// Where they are valid.
    pub on: &'static [Context],
    /// What they ask for.
    pub action: Action,
    /// A word or two for the footer; empty for keys that need no reminder.
    pub label: &'static str,
    /// A line for the help.
    pub help: &'static str,
}

use Action as C;
use Context::{
    Asking, Cancelling, Editing, Filter, Following, Help, Interim, Library, Predict, Ran, Results, Running, Runs,
    Saving,
};
use Key::{Char, Ctrl};

const EVERYWHERE: &[Context] = &Context::ALL;

/// The table. The footer shows a screen's rows in this order.
pub const BINDINGS: &[Binding] = &[
    row(&[Key::Enter], &[Library], C::Start, "run", "run the selected scenario"),
    row(&[Char('p')], &[Library], C::Predict, "predict", "say beforehand how fast each configuration will be"),
    row(&[Key::Enter], &[Predict], C::KeepPrediction, "keep", "keep the prediction for the scenario's next runs"),
    row(&[Key::Up], &[Predict], C::Up, "", "to the configuration before"),
    row(&[Key::Down], &[Predict], C::Down, "fields", "to the next configuration"),
    row(&[Key::Left], &[Predict], C::Left, "", "a tenth less, while predicting"),
    row(&[Key::Right], &[Predict], C::Right, "less, more", "a tenth more, while predicting"),
    row(&[Key::Backspace, Ctrl('h')], &[Predict], C::Erase, "", "take back a digit"),
    row(&[Key::Esc, Ctrl('c')], &[Predict], C::Back, "skip", "leave the prediction as it was; what was typed is kept"),
    row(&[Char('r')], &[Ran, Results], C::Again, "again", "run the same scenario again"),
    row(&[Char('s')], &[Ran, Results, Following], C::SaveReport, "save", "write the report into a file"),
    row(&[Key::Enter], &[Runs], C::Reopen, "open", "show the results of the selected run again"),
    row(
        &[Char('n')],
        &[Library, Ran, Results],
        C::Next,
        "next",
        "to the next scenario of the path that was not run yet",
    ),
    row(
        &[Char('e')],
        &[Library, Ran, Results],
        C::Edit,
        "try",
        "change the scenario's parameters, run that, and save it",
    ),
    row(&[Key::Enter, Ctrl('r')], &[Editing], C::Try, "run", "run the scenario as it was changed"),
    row(&[Ctrl('s')], &[Editing], C::Save, "save", "save it as a scenario file of your own"),
    row(&[Key::Enter, Ctrl('s')], &[Saving], C::Write, "save", "save it as this file"),
    row(&[Key::Tab], &[Saving], C::NextFormat, "format", "of a report: the next format"),
    row(&[Char('y')], &[Asking], C::Overwrite, "overwrite", "save it in place of the file that exists"),
    row(&[Key::Esc, Char('n'), Ctrl('c')], &[Asking], C::Back, "keep", "leave the file that exists as it is"),
    row(&[Key::Esc, Ctrl('c')], &[Editing], C::Back, "leave", "back; what was changed is kept for the next `e`"),
    row(&[Ctrl('x')], &[Editing, Predict], C::Reset, "reset", "take all changes back"),
    row(&[Key::Esc, Ctrl('c')], &[Saving], C::Back, "back", "back, with nothing saved"),
    row(&[Key::Up], &[Editing], C::Up, "", "to the parameter before"),
    row(&[Key::Down, Key::Tab], &[Editing], C::Down, "rows", "to the next parameter"),
    row(&[Key::PageUp], &[Editing], C::PageUp, "", "a page of parameters up"),
    row(&[Key::PageDown], &[Editing], C::PageDown, "", "a page of parameters down"),
    row(&[Key::Left], &[Editing], C::Left, "", "the choice before, where there are some; else the cursor to the left"),
    row(&[Key::Right], &[Editing], C::Right, "choices", "the next choice, where there are some; else the cursor"),
    row(&[Ctrl('u')], &[Editing], C::ClearValue, "default", "empty the value: it has its default then"),
    row(&[Ctrl('u')], &[Predict], C::ClearValue, "", "empty the field"),
    row(&[Key::Left], &[Saving], C::Left, "", "the cursor to the left"),
    row(&[Key::Right], &[Saving], C::Right, "", "the cursor to the right"),
    row(&[Ctrl('u')], &[Saving], C::ClearValue, "", "empty the name"),
    row(&[Key::Home], &[Editing, Saving], C::First, "", "to the start of what is typed"),
    row(&[Key::End], &[Editing, Saving], C::Last, "", "to its end"),
    row(&[Key::Backspace, Ctrl('h')], &[Editing, Saving], C::Erase, "", "take back a character"),
    row(&[Char('/')], &[Library], C::Filter, "filter", "show only scenarios with these words"),
    row(&[Char('/')], &[Help], C::Filter, "search", "show only keys and words with these words"),
    row(&[Key::Tab], &[Library], C::Runs, "runs", "the results of what was run since parlab was opened"),
    row(&[Key::Enter], &[Filter], C::KeepFilter, "keep", "close the filter and keep it"),
    row(&[Key::Esc], &[Filter], C::ClearFilter, "clear", "empty the filter and close it"),
    row(&[Key::Backspace, Ctrl('h')], &[Filter], C::Erase, "", "take back a character"),
    row(&[Key::Up], &[Filter], C::Up, "", "one up, while filtering"),
    row(&[Key::Down], &[Filter], C::Down, "", "one down, while filtering"),
    row(
        &[Key::Up, Char('k')],
        &[Library, Running, Ran, Interim, Results, Runs, Help],
        C::Up,
        "",
        "one up: scenario, worker, row of the table, line",
    ),
    row(&[Key::Down, Char('j')], &[Library, Running, Ran, Interim, Results, Runs, Help], C::Down, "", "one down"),
    row(&[Key::Left, Char('h')], &[Interim, Results], C::Left, "", "to the point before, series by series"),
    row(&[Key::Right, Char('l')], &[Interim, Results], C::Right, "", "to the next point, series by series"),
    row(
        &[Char('z')],
        &[Interim, Results],
        C::Zoom,
        "zoom",
        "one panel on the whole screen: what happened, the chart, the table, and all of them again",
    ),
    row(
        &[Char('y')],
        &[Running, Ran, Interim, Results, Following],
        C::TurnChart,
        "",
        "the chart of something else: speedup, efficiency, wall time, throughput, where the time went, and where there is, updates lost or memory",
    ),
    row(
        &[Char('o')],
        &[Running, Ran, Interim, Results],
        C::Output,
        "output",
        "of a program that is watched: its output on the whole screen, and all else again",
    ),
    row(
        &[Char('m')],
        &[Running, Ran, Interim, Results],
        C::Ranks,
        "messages",
        "of an MPI program: who waits for whom, and the messages between its ranks, on the whole screen, and all else again",
    ),
    row(
        &[Key::PageUp, Ctrl('b')],
        &[Library, Running, Ran, Interim, Results, Runs, Help],
        C::PageUp,
        "",
        "a page up: scenarios, workers, lesson and problems, the help",
    ),
    row(
        &[Key::PageDown, Ctrl('f')],
        &[Library, Running, Ran, Interim, Results, Runs, Help],
        C::PageDown,
        "",
        "a page down",
    ),
    row(&[Char('g'), Key::Home], &[Library, Running, Ran, Interim, Results, Runs, Help], C::First, "", "to the first"),
    row(&[Char('G'), Key::End], &[Library, Running, Ran, Interim, Results, Runs, Help], C::Last, "", "to the last"),
    row(&[Char('J'), Ctrl('d')], &[Library], C::DetailsDown, "", "half a page down in the scenario's details"),
    row(&[Char('K'), Ctrl('u')], &[Library], C::DetailsUp, "", "half a page up in the scenario's details"),
    row(&[Char('R')], &[Library], C::Reload, "", "read the scenario files again"),
    row(&[Char('z')], &[Running, Ran], C::Zoom, "zoom", "the workers' last 200 ms, then 50 ms, then all again"),
    row(&[Char('f')], &[Running, Ran], C::Fold, "fold", "more workers than rows: one a row, or all of them in groups"),
    row(&[Char(' ')], &[Running], C::Freeze, "freeze", "hold the picture or go on drawing; the run itself goes on"),
    row(
        &[Char('c'), Ctrl('c')],
        &[Running, Interim],
        C::Cancel,
        "cancel",
        "cancel the run and show what was measured; again: kill it",
    ),
    row(&[Key::Tab], &[Running, Ran, Following], C::Switch, "results", "to the results so far"),
    row(&[Key::Tab], &[Interim, Results], C::Switch, "run", "to the run's cores and workers, or its job"),
    row(&[Char('c')], &[Following], C::Cancel, "cancel", "cancel the job; asks first"),
    row(&[Char('y')], &[Cancelling], C::CancelJob, "cancel", "cancel the job, whether it waits or runs"),
    row(&[Key::Esc, Char('n'), Char('q'), Ctrl('c')], &[Cancelling], C::Back, "keep", "leave the job alone"),
    row(
        &[Char('?'), Key::F1],
        &[Library, Predict, Running, Ran, Interim, Results, Following, Runs],
        C::Help,
        "help",
        "this help",
    ),
    row(
        &[Char('q'), Key::Esc, Ctrl('c')],
        &[Following],
        C::Back,
        "close",
        "close the screen; the job is left alone, and `parlab submit --attach` comes back to it",
    ),
    row(&[Key::F1], &[Filter, Editing, Saving], C::Help, "help", "this help, where `?` is typed"),
    row(&[Char('q')], &[Running], C::Cancel, "stop", "as `c`: nothing that was measured is thrown away"),
    row(
        &[Key::Esc],
        &[Running],
        C::Back,
        "",
        "give up a run that is still being prepared; one that goes on is not ended",
    ),
    row(&[Char('q'), Key::Esc], &[Ran, Interim, Results, Runs, Help], C::Back, "back", "back one screen"),
    row(&[Char('?'), Key::F1], &[Help], C::Back, "", "close the help"),
    row(&[Char('q')], &[Library], C::Back, "quit", "quit; where a filter is on, that goes first"),
    row(&[Key::Esc], &[Library], C::ClearFilter, "", "take the filter away; it never quits"),
    row(
        &[Ctrl('c')],
        &[Library, Filter, Ran, Results, Runs, Help],
        C::Quit,
        "",
        "quit; on the help of a run: cancel it",
    ),
    row(&[Ctrl('z')], EVERYWHERE, C::Suspend, "", "suspend; `fg` comes back"),
    row(&[Ctrl('l')], EVERYWHERE, C::Redraw, "", "draw everything anew"),
];

const fn row(
    keys: &'static [Key],
    on: &'static [Context],
    action: Action,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding { keys, on, action, label, help }
}

/// The action for a key; `None` if it means nothing here.
pub fn lookup(context: Context, key: Key) -> Option<Action> {
    let listed = BINDINGS.iter().find(|row| row.on.contains(&context) && row.keys.contains(&key));
    match (listed, context, key) {
        (Some(row), _, _) => Some(row.action),
        (None, Filter | Predict | Editing | Saving, Char(c)) => Some(C::Type(c)),
        _ => None,
    }
}

impl Binding {
    /// Whether it is a way out of where it is valid: back one screen, or to the end of what is going on.
    pub fn leaves(&self) -> bool {
        matches!(self.action, Action::Back | Action::Cancel | Action::ClearFilter)
    }
}

/// The rows that the footer shows.
pub fn footer(context: Context) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |row| !row.label.is_empty() && row.on.contains(&context))
}

/// A key's name: arrows as the theme draws them.
pub fn name(key: Key, theme: &Theme) -> String {
    let [left, right, up, down] = theme.symbols().arrows;
    match key {
        Char(' ') => "space".to_owned(),
        Char(c) => c.to_string(),
        Ctrl(c) => format!("ctrl-{c}"),
        Key::Up => up.to_owned(),
        Key::Down => down.to_owned(),
        Key::Left => left.to_owned(),
        Key::Right => right.to_owned(),
        Key::Enter => "enter".to_owned(),
        Key::Esc => "esc".to_owned(),
        Key::Tab => "tab".to_owned(),
        Key::Backspace => "backspace".to_owned(),
        Key::PageUp => "pgup".to_owned(),
        Key::PageDown => "pgdn".to_owned(),
        Key::Home => "home".to_owned(),
        Key::End => "end".to_owned(),
        Key::F1 => "f1".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_has_two_meanings_on_one_screen() {
        let mut seen = HashSet::new();
        for row in BINDINGS {
            for &context in row.on {
                for &key in row.keys {
                    assert!(seen.insert((context, key)), "{key:?} is bound twice on {context:?}");
                }
            }
        }
    }

    #[test]
    fn every_row_is_reachable_and_documented() {
        for row in BINDINGS {
            assert!(!row.keys.is_empty() && !row.on.is_empty(), "{row:?} can never be reached");
            assert!(!row.help.is_empty(), "{row:?} is not documented");
            for &context in row.on {
                assert_eq!(lookup(context, row.keys[0]), Some(row.action));
            }
        }
    }

    #[test]
    fn every_command_has_a_key() {
        // The match makes the compiler ask for a line here when an action is added.
        let has_key = |action: Action| match action {
            C::Type(_) => true,
            C::Up | C::Down | C::Left | C::Right | C::PageUp | C::PageDown | C::First | C::Last => true,
            C::DetailsUp | C::DetailsDown => true,
            C::Edit | C::Try | C::Save | C::Write | C::Overwrite | C::ClearValue | C::Reset => true,
            C::Start | C::Again | C::Next | C::Filter | C::KeepFilter | C::ClearFilter | C::Erase | C::Reload => true,
            C::Predict | C::KeepPrediction => true,
            C::Runs | C::Reopen | C::SaveReport | C::NextFormat => true,
            C::Freeze | C::Cancel | C::CancelJob | C::Switch | C::Help | C::Back | C::Quit => true,
            C::Zoom | C::Fold => true,
            C::Suspend | C::Redraw => true,
            C::TurnChart | C::Output | C::Ranks => true,
        };
        let bound: HashSet<Action> = BINDINGS.iter().map(|row| row.action).collect();
        assert!(bound.iter().all(|&action| has_key(action)));
        assert_eq!(bound.len(), 45, "every action but `Type` is in the table");
    }

    #[test]
    fn every_screen_says_how_to_leave_it() {
        for context in Context::ALL {
            assert!(footer(context).any(Binding::leaves), "{context:?}");
        }
    }

    #[test]
    fn letters_are_typed_only_where_one_types() {
        for context in [Editing, Saving] {
            for c in "aeknqryRGJ/? 0".chars() {
                assert_eq!(lookup(context, Char(c)), Some(C::Type(c)), "{context:?}");
            }
        }
        assert_eq!(lookup(Predict, Char('1')), Some(C::Type('1')));
        assert_eq!(lookup(Asking, Char('x')), None);
        assert_eq!(lookup(Filter, Char('q')), Some(C::Type('q')));
        assert_eq!(lookup(Filter, Char(' ')), Some(C::Type(' ')));
        assert_eq!(lookup(Library, Char('x')), None);
        assert_eq!(lookup(Filter, Ctrl('x')), None);
    }
}
