//! The help: every key and every word, from tables.
//!
//! ```text
//! ╭ keys ────────────────────────────────────────────────────────────────────────╮
//! │ enter          run the selected scenario                            Library  │
//! │ …                                                                            │
//! │ words                                                                        │
//! │ speedup        the baseline's time ÷ this configuration's time; …            │
//! ╰──────────────────────────────────────────────────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::widgets::Widget as _;

use crate::results::COLUMNS;
use crate::scenario::BackendKind;
use crate::tui::keys::{self, BINDINGS, Binding, Context};
use crate::tui::screens::prose::{more_lines, wrap};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// The words that the screens use, in the order one meets them: before those of the table of results,
const WORDS_BEFORE_COLUMNS: &[(&str, &str)] = &[
    (
        "path",
        "the lecture's scenarios in its order, and what goes beyond it; a tick marks those that were run to their end",
    ),
    ("task", "one application of the workload to one input"),
    ("worker", "one thread or process that runs tasks"),
    ("backend", "how workers are started: {backends}"),
    ("trial", "all tasks run once by one configuration: backend, workers, schedule"),
    ("repeat", "a trial of a configuration that was run before; repeats of all configurations are interleaved"),
    ("warm-up", "a trial that is run and not counted"),
    ("schedule", "which worker gets which task: static, dynamic, guided or stealing"),
];

/// and after them.
const WORDS_AFTER_COLUMNS: &[(&str, &str)] = &[
    ("point", "one value of what a scenario varies; speedups are relative to the baseline at the same point"),
    ("METG(50 %)", "the shortest task, wall × workers ÷ tasks, at which the efficiency is still 50 %"),
    ("ideal line", "speedup = workers: what perfect sharing would give"),
    ("baseline", "the configuration that speedups are relative to; as a rule, serial"),
    ("cores", "how busy each was since the last sample; those that may not be used are marked apart"),
    ("screen", "what the screen itself costs: CPU time of one core, and bytes written to the terminal"),
];

/// All words with their meanings, in order.
fn words() -> impl Iterator<Item = (&'static str, String)> {
    let backends =
        BackendKind::ALL.map(|backend| format!("{} ({})", backend.word(), backend.spec().summary)).join(", ");
    let columns = COLUMNS.iter().filter_map(|column| Some((column.heading, column.doc?)));
    let all = WORDS_BEFORE_COLUMNS.iter().copied().chain(columns).chain(WORDS_AFTER_COLUMNS.iter().copied());
    all.map(move |(word, meaning)| (word, meaning.replace("{backends}", &backends)))
}

/// Columns that keys and words take, with the gap after them.
const NAME: u16 = 20;
/// Columns that the places take, where there is room for them.
const PLACES: u16 = 36;
/// Lines narrower than this do without places.
const PLACES_MIN: u16 = 110;

/// A line of the help.
struct HelpLine {
    name: String,
    role: Role,
    text: String,
    places: String,
}

/// Draws the help from its line `first` on.
pub(super) fn render(first: u16, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let lines = lines(theme, area.width);
    let block = theme.block("keys and words", area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let last_first = lines.len().saturating_sub(inner.height.into());
    let start = usize::from(first).min(last_first);
    for (y, line) in (inner.y..inner.bottom()).zip(&lines[start..]) {
        let row = Rect { y, height: 1, ..inner };
        paint::put(buf, row, (row.x, y), &line.name, theme, theme.style(line.role));
        paint::put(buf, row, (row.x + NAME, y), &line.text, theme, theme.style(Role::Text));
        if !line.places.is_empty() {
            let places = Rect { x: row.right() - PLACES, width: PLACES, ..row };
            paint::put_right(buf, places, y, &line.places, theme, theme.style(Role::Dim));
        }
    }
    let below = lines.len() - start - lines[start..].len().min(inner.height.into());
    if below > 0 {
        paint::on_frame(buf, area, &more_lines(below), theme);
    }
}

/// The furthest that the help can be scrolled on a terminal of this size.
pub fn scroll_max(size: Size, theme: &Theme) -> u16 {
    let shown = size.height.saturating_sub(4);
    u16::try_from(lines(theme, size.width).len()).unwrap_or(u16::MAX).saturating_sub(shown)
}

fn lines(theme: &Theme, area_width: u16) -> Vec<HelpLine> {
    let with_places = area_width >= PLACES_MIN;
    let beside = NAME + 4 + if with_places { PLACES + 2 } else { 0 };
    let width = area_width.saturating_sub(beside);
    let mut out = Vec::new();
    for row in BINDINGS {
        let places = if with_places { places(row) } else { String::new() };
        entry(&mut out, theme, (key_names(row, theme), Role::Key), row.help, &places, width);
    }
    out.push(HelpLine { name: String::new(), role: Role::Text, text: String::new(), places: String::new() });
    for (word, meaning) in words() {
        entry(&mut out, theme, (word.to_owned(), Role::Title), &meaning, "", width);
    }
    out
}

fn entry(out: &mut Vec<HelpLine>, theme: &Theme, (name, role): (String, Role), text: &str, places: &str, width: u16) {
    let mut name = Some(name);
    let mut places = Some(places.to_owned());
    for text in wrap(theme, text, width) {
        out.push(HelpLine {
            name: name.take().unwrap_or_default(),
            role,
            text,
            places: places.take().unwrap_or_default(),
        });
    }
}

fn key_names(row: &Binding, theme: &Theme) -> String {
    row.keys.iter().map(|&key| keys::name(key, theme)).collect::<Vec<_>>().join("  ")
}

fn places(row: &Binding) -> String {
    if row.on.len() == Context::ALL.len() {
        return "everywhere".to_owned();
    }
    let mut screens: Vec<&str> = Vec::new();
    for context in row.on {
        let screen = context.screen();
        if !screens.contains(&screen) {
            screens.push(screen);
        }
    }
    screens.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_and_words_are_there_and_can_be_scrolled_to() {
        for (width, height) in [(60, 16), (80, 24), (200, 60)] {
            let lines = lines(&Theme::FULL, width);
            let named = lines.iter().filter(|line| !line.name.is_empty()).count();
            assert_eq!(named, BINDINGS.len() + words().count());
            let max = scroll_max(Size::new(width, height), &Theme::FULL);
            assert_eq!(usize::from(max), lines.len().saturating_sub(usize::from(height) - 4));
        }
    }
}
