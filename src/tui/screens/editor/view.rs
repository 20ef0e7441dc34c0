//! Trying a scenario's parameters: a row a key, what is wrong beside it, and below what the selected one does.
//!
//! ```text
//! ╭ try it: Number crunching ───────────────────────────────────────────────╮
//! │ [workload]                                                              │
//! │ ▸* steps           4e7▌              steps, 1 to 1e12, default 1e6      │
//! │    inputs          1, 8, 1.5, 2      numbers, or { repeat = …, … }      │
//! │ [sweep]                                                                 │
//! │  ✗ workers         0..4              must be at least 1                 │
//! ╰─────────────────────────────────────────────────────────────────────────╯
//! ╭ steps ──────────────────────────────────────────────────────────────────╮
//! │ steps for one unit of input                                             │
//! │ it would run serial · threads × 2: 12 trials                            │
//! ╰─────────────────────────────────────────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::widgets::Widget as _;

use super::state::{Editor, Stage};
use crate::scenario::form::FormRow;
use crate::tui::screens::layout::body;
use crate::tui::screens::library::view::config_words;
use crate::tui::screens::prose::{ProseColumn, more_lines};
use crate::tui::screens::typed;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// Rows of the panel below, frame included, and on large screens.
const BELOW: u16 = 7;
const BELOW_LARGE: u16 = 10;
const LARGE: u16 = 34;
/// Columns of keys, and the least that values take.
const KEY_MAX: u16 = 20;
const VALUE_MIN: u16 = 18;

/// Before a row that says something else than the file.
const CHANGED: &str = "*";

/// A line of the list.
enum ListLine<'a> {
    Table(&'a str),
    FormRow(usize, &'a FormRow),
}

/// Draws the form and what there is to say of the selected row.
pub(super) fn render(editor: &Editor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (above, below) = split(area);
    form(editor, theme, above, buf);
    match editor.stage {
        Stage::Filling => help(editor, theme, below, buf),
        Stage::Naming | Stage::Asking => saving(editor, theme, below, buf),
    }
}

/// Rows that a page moves by.
pub(super) fn page(size: Size) -> u16 {
    let area = body(Rect::from((Position::ORIGIN, size)));
    split(area).0.height.saturating_sub(4).max(1)
}

fn split(area: Rect) -> (Rect, Rect) {
    let below = if area.height >= LARGE { BELOW_LARGE } else { BELOW.min(area.height / 2) };
    let above = Rect { height: area.height - below, ..area };
    (above, Rect { y: above.bottom(), height: below, ..area })
}

fn list(editor: &Editor) -> Vec<ListLine<'_>> {
    let mut lines = Vec::new();
    let mut table = "";
    for (index, row) in editor.form.rows().iter().enumerate() {
        if row.table != table {
            table = &row.table;
            lines.push(ListLine::Table(table));
        }
        lines.push(ListLine::FormRow(index, row));
    }
    lines
}

fn form(editor: &Editor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let title = editor.form.rows().first().map_or("", |row| row.value.as_str());
    let block = theme.block(&format!("try it: {title}"), area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let lines = list(editor);
    let room = usize::from(inner.height);
    let at = |line: &ListLine| matches!(line, ListLine::FormRow(index, _) if *index == editor.position());
    let selected = lines.iter().position(at).unwrap_or(0);
    // Two lines ahead of the selected one, so that one sees what comes.
    let start = (selected + 3).saturating_sub(room).min(lines.len().saturating_sub(room));
    for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(start)) {
        let place = Rect { y, height: 1, ..inner };
        match line {
            ListLine::Table(name) => {
                paint::put(buf, place, (place.x, y), &format!("[{name}]"), theme, theme.style(Role::Dim));
            }
            ListLine::FormRow(index, row) => item(editor, *index, row, theme, place, buf),
        }
    }
    let below = lines.len().saturating_sub(start + room);
    if below > 0 {
        paint::on_frame(buf, area, &format!("{below} more"), theme);
    }
}

fn item(editor: &Editor, index: usize, row: &FormRow, theme: &Theme, place: Rect, buf: &mut Buffer) {
    let (is_selected, y) = (index == editor.position(), place.y);
    let trouble = editor.troubles(index).next();
    let (mark, role) = match (trouble, row.is_changed()) {
        (Some(_), _) => (theme.symbols().cross, Role::Bad),
        (None, true) => (CHANGED, Role::Accent),
        (None, false) => (" ", Role::Text),
    };
    if is_selected {
        paint::dot(buf, place, (place.x, y), theme.symbols().pointer, theme.style(Role::Accent));
    }
    paint::dot(buf, place, (place.x + 1, y), mark, theme.style(role));
    let keys = keys_width(editor, theme, place.width);
    let key = Rect { x: place.x + 3, width: keys, ..place };
    paint::put(buf, key, (key.x, y), &row.key, theme, theme.style(if is_selected { Role::Title } else { Role::Text }));
    let rest = Rect { x: key.right() + 2, width: place.width.saturating_sub(keys + 5), ..place };
    let value = Rect { width: (rest.width * 2 / 5).max(VALUE_MIN).min(rest.width), ..rest };
    if is_selected && editor.stage == Stage::Filling {
        typed::render(&editor.value(), &default(row), theme, value, buf);
    } else if row.value.is_empty() {
        paint::put(buf, value, (value.x, y), &default(row), theme, theme.style(Role::Dim));
    } else {
        paint::put(buf, value, (value.x, y), &row.value, theme, theme.style(Role::Text));
    }
    let note = Rect { x: value.right() + 2, width: rest.width.saturating_sub(value.width + 2), ..rest };
    match trouble {
        Some(trouble) => paint::put(buf, note, (note.x, y), trouble, theme, theme.style(Role::Bad)),
        None => paint::put(buf, note, (note.x, y), &row.allowed, theme, theme.style(Role::Dim)),
    };
}

/// What counts where nothing is said: in brackets, so that it looks like nothing that was typed.
fn default(row: &FormRow) -> String {
    if row.default.is_empty() { String::new() } else { format!("({})", row.default) }
}

fn keys_width(editor: &Editor, theme: &Theme, width: u16) -> u16 {
    let longest = editor.form.rows().iter().map(|row| paint::width(theme, &row.key)).max().unwrap_or(0);
    longest.min(KEY_MAX).min(width / 3)
}

/// What the selected row does, and what all of it would run, or what is wrong with it.
fn help(editor: &Editor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(row) = editor.selected() else { return };
    let block = theme.block(&row.key, area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let mut column = ProseColumn::new(theme, inner.width);
    if let Some(notice) = &editor.notice {
        match notice {
            Ok(text) => column.text(&format!("{} {text}", theme.symbols().tick), Role::Good),
            Err(text) => column.text(&format!("{} {text}", theme.symbols().cross), Role::Bad),
        }
    }
    let troubles: Vec<&str> = editor.troubles(editor.position()).collect();
    troubles.iter().for_each(|trouble| column.text(&format!("{} {trouble}", theme.symbols().cross), Role::Bad));
    if troubles.is_empty() {
        match row.allowed.as_str() {
            "" => column.text(&row.help, Role::Text),
            allowed => column.text(&format!("{} ({allowed})", row.help), Role::Text),
        }
    }
    match &editor.checked {
        Ok(preview) => {
            let count = |n: u64, what: &str| format!("{} {what}{}", units::count(n), if n == 1 { "" } else { "s" });
            let (trials, tasks) = (count(preview.trials as u64, "trial"), count(preview.tasks, "task"));
            let text = format!("it would run {trials} of {tasks}: {}", config_words(&preview.configs));
            column.text(&text, Role::Dim);
        }
        Err(troubles) => {
            let homeless = troubles.iter().filter(|trouble| trouble.row.is_none());
            homeless.for_each(|trouble| column.text(&format!("{} {}", theme.symbols().cross, trouble.text), Role::Bad));
        }
    }
    let below = column.render(0, inner, buf);
    if below > 0 {
        paint::on_frame(buf, area, &more_lines(below), theme);
    }
}

/// The file to save, and whether it may be overwritten.
fn saving(editor: &Editor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block("save as", area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    if inner.height == 0 {
        return;
    }
    let line = Rect { height: 1, ..inner };
    match editor.stage {
        Stage::Naming => typed::render(&editor.file, "", theme, line, buf),
        _ => drop(paint::put(buf, line, (line.x, line.y), editor.file.text(), theme, theme.style(Role::Text))),
    }
    let rest = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    let mut column = ProseColumn::new(theme, rest.width);
    match &editor.notice {
        Some(Err(text)) => column.text(&format!("{} {text}", theme.symbols().cross), Role::Bad),
        Some(Ok(text)) => column.text(text, Role::Good),
        None => column.text("a scenario file of your own; in the library it is called by the file's name", Role::Dim),
    }
    column.render(0, rest, buf);
}
