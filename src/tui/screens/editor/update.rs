//! What keys do while a scenario's parameters are tried.
//!
//! Every change is checked at once by the parser, which is asked through an effect; nothing is run or saved that it
//! does not accept.

use super::state::{Editor, Stage};
use crate::tui::keys::{Action, Context};
use crate::tui::line_editor::LineEditor;
use crate::tui::message::Effect;
use crate::tui::port::Existing;
use crate::tui::screens::screen::{Step, Transition};
use crate::tui::screens::scroll::moved;

/// Obeys an action; a page is so many rows.
pub(super) fn obey(editor: &mut Editor, page: u16, action: Action) -> Step {
    match editor.stage {
        Stage::Filling => fill(editor, page, action),
        Stage::Naming => name(editor, action),
        Stage::Asking => answer(editor, action),
    }
}

/// Takes in a line that was pasted.
pub(super) fn paste(editor: &mut Editor, line: &str) -> Step {
    match editor.stage {
        Stage::Filling => {
            if editor.change(|value| value.insert_line(line)) {
                editor.notice = None;
                return Effect::Check(editor.draft()).into();
            }
        }
        Stage::Naming => editor.file.insert_line(line),
        Stage::Asking => {}
    }
    Step::DONE
}

fn fill(editor: &mut Editor, page: u16, action: Action) -> Step {
    let changed = match action {
        Action::Up | Action::Down | Action::PageUp | Action::PageDown => {
            let last = u16::try_from(editor.form.rows().len().saturating_sub(1)).unwrap_or(u16::MAX);
            editor.select(moved(editor.position(), action, page, last).into());
            return Step::DONE;
        }
        Action::Left | Action::Right => {
            let next = action == Action::Right;
            let has_choices = editor.selected().is_some_and(|row| !row.choices.is_empty());
            if has_choices { editor.choose(next) } else { editor.change(|line| line.step(next)) }
        }
        Action::First | Action::Last => editor.change(|line| line.jump(action == Action::Last)),
        Action::Type(c) => editor.change(|line| line.insert(c)),
        Action::Erase => editor.change(LineEditor::erase),
        Action::ClearValue => editor.change(LineEditor::clear),
        Action::Try => return start(editor),
        Action::Save => {
            save(editor);
            return Step::DONE;
        }
        Action::Help => return Transition::Open(Context::Help).into(),
        Action::Reset => {
            let was_changed = editor.form.is_changed();
            editor.form.reset();
            editor.select(editor.position());
            was_changed
        }
        _ => return Step::DONE,
    };
    if !changed {
        return Step::DONE;
    }
    editor.notice = None;
    Effect::Check(editor.draft()).into()
}

/// Whether the parser has nothing against it; says so if it has.
fn is_fine(editor: &mut Editor, what: &str) -> bool {
    if let Err(troubles) = &editor.checked {
        let first = troubles.iter().filter_map(|trouble| trouble.row).min();
        if let Some(row) = first {
            editor.select(row);
        }
        editor.notice = Some(Err(format!("not {what}: mend what is marked first")));
        return false;
    }
    true
}

fn start(editor: &mut Editor) -> Step {
    if is_fine(editor, "run") { Effect::Try(editor.draft()).into() } else { Step::DONE }
}

fn save(editor: &mut Editor) {
    if is_fine(editor, "saved") {
        editor.notice = None;
        editor.stage = Stage::Naming;
    }
}

fn name(editor: &mut Editor, action: Action) -> Step {
    match action {
        Action::Type(c) => editor.file.insert(c),
        Action::Erase => editor.file.erase(),
        Action::ClearValue => editor.file.clear(),
        Action::Left | Action::Right => editor.file.step(action == Action::Right),
        Action::First | Action::Last => editor.file.jump(action == Action::Last),
        Action::Write => return write(editor, Existing::Kept).into(),
        Action::Help => return Transition::Open(Context::Help).into(),
        Action::Back => {
            editor.stage = Stage::Filling;
            editor.notice = None;
        }
        _ => {}
    }
    Step::DONE
}

fn answer(editor: &mut Editor, action: Action) -> Step {
    match action {
        Action::Overwrite => return write(editor, Existing::Replaced).into(),
        Action::Back => {
            editor.stage = Stage::Naming;
            editor.notice = None;
        }
        _ => {}
    }
    Step::DONE
}

fn write(editor: &Editor, existing: Existing) -> Effect {
    Effect::Save { draft: editor.draft(), file: editor.file.text().to_owned(), existing }
}
