//! What keys do while a scenario's parameters are tried.
//!
//! Every change is checked at once by the parser, which is asked through an effect; nothing is run or saved that it
//! does not accept.

use super::{Effect, moved};
use crate::tui::keys::Command;
use crate::tui::line_editor::LineEditor;
use crate::tui::port::{Existing, Saved, Unsaved};
use crate::tui::screens;
use crate::tui::state::{Editor, Place, Stage, State};

/// Opens the form of the selected scenario, or of the one that was run.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let run = state.run.as_ref().filter(|_| state.place != Place::Library);
    if let Some(run) = run {
        let text = run.draft.as_ref().map(|draft| draft.text.clone());
        return vec![Effect::Edit { name: run.name.clone(), text }];
    }
    match state.library.selected() {
        Some(entry) if entry.preview.is_ok() => vec![Effect::Edit { name: entry.name.clone(), text: None }],
        Some(entry) => {
            let name = entry.name.clone();
            state.library.refuse(name, "its file has to be mended first".to_owned());
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Obeys a command while the form is open.
pub(super) fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    let page = screens::editor::page(state);
    let Some(editor) = &mut state.editor else { return Vec::new() };
    match editor.stage {
        Stage::Filling => fill(state, command, page),
        Stage::Naming => name(state, command),
        Stage::Asking => answer(state, command),
    }
}

fn fill(state: &mut State, command: Command, page: u16) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    let changed = match command {
        Command::Up | Command::Down | Command::PageUp | Command::PageDown => {
            let last = u16::try_from(editor.form.rows().len().saturating_sub(1)).unwrap_or(u16::MAX);
            editor.select(moved(editor.position(), command, page, last).into());
            return Vec::new();
        }
        Command::Left | Command::Right => {
            let next = command == Command::Right;
            let has_choices = editor.selected().is_some_and(|row| !row.choices.is_empty());
            if has_choices { editor.choose(next) } else { editor.change(|line| line.step(next)) }
        }
        Command::First | Command::Last => editor.change(|line| line.jump(command == Command::Last)),
        Command::Type(c) => editor.change(|line| line.insert(c)),
        Command::Erase => editor.change(LineEditor::erase),
        Command::ClearValue => editor.change(LineEditor::clear),
        Command::Try => return start(editor),
        Command::Save => {
            save(editor);
            return Vec::new();
        }
        Command::Back => {
            state.editor = None;
            return Vec::new();
        }
        _ => return Vec::new(),
    };
    if !changed {
        return Vec::new();
    }
    editor.notice = None;
    vec![Effect::Check(editor.draft())]
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

fn start(editor: &mut Editor) -> Vec<Effect> {
    if is_fine(editor, "run") { vec![Effect::Try(editor.draft())] } else { Vec::new() }
}

fn save(editor: &mut Editor) {
    if is_fine(editor, "saved") {
        editor.notice = None;
        editor.stage = Stage::Naming;
    }
}

fn name(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    match command {
        Command::Type(c) => editor.file.insert(c),
        Command::Erase => editor.file.erase(),
        Command::ClearValue => editor.file.clear(),
        Command::Left | Command::Right => editor.file.step(command == Command::Right),
        Command::First | Command::Last => editor.file.jump(command == Command::Last),
        Command::Write => return vec![write(editor, Existing::Kept)],
        Command::Back => {
            editor.stage = Stage::Filling;
            editor.notice = None;
        }
        _ => {}
    }
    Vec::new()
}

fn answer(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(editor) = &mut state.editor else { return Vec::new() };
    match command {
        Command::Overwrite => return vec![write(editor, Existing::Replaced)],
        Command::Back => {
            editor.stage = Stage::Naming;
            editor.notice = None;
        }
        _ => {}
    }
    Vec::new()
}

fn write(editor: &Editor, existing: Existing) -> Effect {
    Effect::Save { draft: editor.draft(), file: editor.file.text().to_owned(), existing }
}

/// Takes in how saving went: back to the library if the file is a part of it, which was read anew.
pub(super) fn saved(state: &mut State, outcome: Result<Saved, Unsaved>) {
    let Some(editor) = &mut state.editor else { return };
    match outcome {
        Ok(Saved { file, name: Some(name) }) => {
            state.editor = None;
            state.place = Place::Library;
            state.library.select_name(&name);
            state.library.tell(name, format!("saved as {file}"));
        }
        Ok(Saved { file, name: None }) => {
            editor.stage = Stage::Filling;
            editor.notice = Some(Ok(format!("saved as {file}, outside of the library: parlab {file} opens it")));
        }
        Err(Unsaved::Exists) => {
            editor.stage = Stage::Asking;
            editor.notice = Some(Err(format!("{} exists; overwrite it?", editor.file.text())));
        }
        Err(Unsaved::Failed(why)) => {
            editor.stage = Stage::Naming;
            editor.notice = Some(Err(format!("not saved: {why}")));
        }
    }
}
