//! The library: what there is to run, and what the selected scenario is about.
//!
//! ```text
//! ╭ scenarios 6 · 1 of 5 run ──╮╭ Threads meet the GIL ───────────────────────────╮
//! │ A map                      ││ one line about it                               │
//! │  ✓ Cubes by map            ││                                                 │
//! │ Waiting                    ││ workload  countdown, 4 tasks a trial            │
//! │    Waiting for a database  ││ runs      serial · threads × 1–5                │
//! │ Computing                  ││ trials    …                                     │
//! │ ▸  Threads meet the GIL    ││                                                 │
//! │ ./scenarios                ││ what to look for                                │
//! │ ✗  broken                  ││ …                                               │
//! ╰────────────────────────────╯╰─────────────────────────────────────────────────╯
//! ```

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::plan;
use super::state::{Filtering, LibraryList, ListRow};
use crate::record::MachineFacts;
use crate::scenario::{Config, Point, Scales, SeriesKey};
use crate::tui::port::{LibraryEntry, Preview, Ran};
use crate::tui::screens::layout::body_of;
use crate::tui::screens::prose::{ProseColumn, more_lines};
use crate::tui::shared::Shared;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// Rows of a column that has room for the machine's panel.
const MACHINE_FROM: u16 = 28;
/// Where there are fewer columns than this, the details come below the list.
const BESIDE_MIN: u16 = 76;

/// Columns of the list besides the titles: frame, marks, a blank at the end.
const BESIDE_TITLES: u16 = 7;
/// Columns that the list takes at least.
const LIST_MIN: u16 = 32;

/// Before a scenario whose form was left with changes in it.
const CHANGED: &str = "*";

/// Draws the list and the details.
pub(super) fn render(library: &LibraryList, machine: &MachineFacts, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (left, right) = split(area, library, theme);
    let left = self::machine(machine, library.height(), theme, left, buf);
    list(library, theme, left, buf);
    let right = plan::beside(library.selected(), theme, right, buf);
    let Some(entry) = library.selected() else {
        let block = theme.block("", right.width);
        let inner = block.inner(right);
        block.render(right, buf);
        let text = if library.entries().is_empty() { "there are no scenarios" } else { "no scenario has these words" };
        paint::put_centred(buf, inner, text, theme, theme.style(Role::Dim));
        return;
    };
    let block = theme.block(&entry.title, right.width);
    let inner = paint::padded(block.inner(right));
    block.render(right, buf);
    let below = column(library, entry, theme, inner.width).render(library.scroll, inner, buf);
    if below > 0 {
        paint::on_frame(buf, right, &format!("J: {}", more_lines(below)), theme);
    }
}

/// The furthest that the details can be scrolled, and the lines that are seen of them.
pub(super) fn scroll_max(shared: &Shared) -> (u16, u16) {
    let (Some(area), Some(entry)) = (body_of(shared.size), shared.library.selected()) else { return (0, 0) };
    let (_, right) = split(area, &shared.library, &shared.theme);
    let (width, height) = (right.width.saturating_sub(4), right.height.saturating_sub(2));
    let column = column(&shared.library, entry, &shared.theme, width);
    (column.height().saturating_sub(height), height)
}

/// All that there is to say of an entry.
fn column<'a>(library: &LibraryList, entry: &LibraryEntry, theme: &'a Theme, width: u16) -> ProseColumn<'a> {
    let mut column = ProseColumn::new(theme, width);
    if let Some((name, why)) = &library.refusal
        && *name == entry.name
    {
        column.text(&format!("{} it was not started: {why}", theme.symbols().cross), Role::Bad);
        column.blank();
    }
    if let Some((name, what)) = &library.notice
        && *name == entry.name
    {
        column.text(&format!("{} {what}", theme.symbols().tick), Role::Good);
        column.blank();
    }
    if library.is_changed(&entry.name) {
        let text = "* you changed it: `e` goes on with that; it is kept until parlab ends, or `ctrl-s` there saves it";
        column.text(text, Role::Accent);
        column.blank();
    }
    match &entry.preview {
        Ok(preview) => details(entry, preview, library.predicted(&entry.name), &mut column),
        Err(problems) => broken(entry, problems, &mut column),
    }
    column
}

/// The list takes what its longest title needs, and leaves more than half of the columns.
fn split(area: Rect, library: &LibraryList, theme: &Theme) -> (Rect, Rect) {
    if area.width >= BESIDE_MIN {
        let longest = library.entries().iter().map(|entry| paint::width(theme, &title(entry))).max().unwrap_or(0);
        let most = area.width * 9 / 20;
        let width = longest.saturating_add(BESIDE_TITLES).clamp(LIST_MIN.min(most), most);
        let left = Rect { width, ..area };
        return (left, Rect { x: left.right(), width: area.width - width, ..area });
    }
    let wanted = u16::try_from(library.height()).unwrap_or(u16::MAX).saturating_add(2);
    let top = Rect { height: wanted.clamp(4, area.height / 2), ..area };
    (top, Rect { y: top.bottom(), height: area.height - top.height, ..area })
}

/// What the work will run on, and why on no more.
fn machine_fields(machine: &MachineFacts) -> Vec<(&'static str, String, Role)> {
    let mut cores = format!("{} usable of {}", machine.usable_cpus, machine.logical_cpus);
    if !machine.limited_by.is_empty() {
        let _ = write!(cores, ", by {}", machine.limited_by.join(", "));
    }
    let mut fields = vec![("cores", cores, Role::Text)];
    fields.extend(machine.memory_bytes.map(|bytes| ("memory", units::bytes(bytes), Role::Text)));
    fields.extend(machine.cpu_model.clone().map(|model| ("cpu", model, Role::Dim)));
    fields.extend(machine.kernel.clone().map(|kernel| ("kernel", kernel, Role::Dim)));
    fields
}

/// Draws the machine at the bottom of the list's column if there is room to spare; returns what is left.
fn machine(machine: &MachineFacts, rows: usize, theme: &Theme, area: Rect, buf: &mut Buffer) -> Rect {
    if area.height < MACHINE_FROM {
        return area;
    }
    let fields = machine_fields(machine);
    let mut column = ProseColumn::new(theme, area.width.saturating_sub(4));
    for (name, text, role) in &fields {
        column.field(name, text, *role);
    }
    let height = column.height() + 2;
    if usize::from(area.height) < rows + 3 + usize::from(height) {
        return area;
    }
    let place = Rect { y: area.bottom() - height, height, ..area };
    let block = theme.block("this machine", place.width);
    let inner = paint::padded(block.inner(place));
    block.render(place, buf);
    column.render(0, inner, buf);
    Rect { height: area.height - height, ..area }
}

fn list(library: &LibraryList, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (shown, all) = (library.matching().len(), library.entries().len());
    let title = match library.progress() {
        _ if shown < all => format!("scenarios {shown} of {all}"),
        (_, 0) => format!("scenarios {all}"),
        (run, path) => format!("scenarios {all} · {run} of {path} run"),
    };
    let block = theme.block(&title, area.width);
    let mut inner = block.inner(area);
    block.render(area, buf);
    if library.filtering == Filtering::Typing || !library.filter().is_empty() {
        filter(library, theme, Rect { height: 1, ..inner }, buf);
        inner = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    }
    let height = usize::from(inner.height);
    let is_selected = |row: &ListRow<'_>| matches!(row, ListRow::Entry(at, _) if *at == library.position());
    let start = (library.rows().position(|row| is_selected(&row)).unwrap_or(0) + 1).saturating_sub(height);
    for (y, row) in (inner.y..).zip(library.rows().skip(start).take(height)) {
        let place = Rect { y, height: 1, ..inner };
        match row {
            ListRow::Heading(text) => {
                let text_place = Rect { x: place.x + 1, width: place.width.saturating_sub(2), ..place };
                paint::put(buf, text_place, (text_place.x, y), text, theme, theme.style(Role::Dim));
            }
            ListRow::Entry(_, entry) => {
                if library.is_changed(&entry.name) {
                    paint::dot(buf, place, (place.x + 3, y), CHANGED, theme.style(Role::Accent));
                }
                item(entry, is_selected(&row), theme, place, buf);
            }
        }
    }
}

fn filter(library: &LibraryList, theme: &Theme, row: Rect, buf: &mut Buffer) {
    let x = paint::put(buf, row, (row.x + 1, row.y), "/", theme, theme.style(Role::Key));
    let x = paint::put(buf, row, (x + 1, row.y), library.filter(), theme, theme.style(Role::Text));
    if library.filtering == Filtering::Typing {
        paint::dot(buf, row, (x, row.y), " ", theme.style(Role::Selected));
    }
}

fn item(entry: &LibraryEntry, selected: bool, theme: &Theme, row: Rect, buf: &mut Buffer) {
    let symbols = theme.symbols();
    let (mark, role) = match (&entry.preview, selected) {
        (Err(_), _) => (symbols.cross, Role::Bad),
        (Ok(_), true) => (symbols.pointer, Role::Accent),
        (Ok(_), false) => (" ", Role::Text),
    };
    paint::dot(buf, row, (row.x + 1, row.y), mark, theme.style(role));
    if entry.ran.is_some() {
        paint::dot(buf, row, (row.x + 2, row.y), symbols.tick, theme.style(Role::Good));
    }
    let title = Rect { x: row.x + 4, width: row.width.saturating_sub(5), ..row };
    paint::put(buf, title, (title.x, row.y), &shown(entry, title.width, theme), theme, theme.style(Role::Text));
    if selected {
        buf.set_style(row, theme.style(Role::Selected));
    }
}

/// What an entry is called: one of the user's own by its name as well, since a copy may have the title of another.
fn title(entry: &LibraryEntry) -> String {
    let is_own = entry.origin != "bundled" && entry.title != entry.name && !entry.title.contains(&entry.name);
    if is_own { format!("{} ({})", entry.title, entry.name) } else { entry.title.clone() }
}

/// The same where there is room for so many columns: the name alone where the title would be cut.
fn shown(entry: &LibraryEntry, room: u16, theme: &Theme) -> String {
    let title = title(entry);
    let fits = |text: &str| paint::width(theme, text) <= room;
    if fits(&title) || !fits(&entry.name) { title } else { entry.name.clone() }
}

fn broken(entry: &LibraryEntry, problems: &[String], column: &mut ProseColumn) {
    column.text("this scenario cannot be run until its file is mended:", Role::Bad);
    for problem in problems {
        column.blank();
        column.text(problem, Role::Text);
    }
    column.blank();
    column.field("from", &entry.origin, Role::Dim);
    column.text("`R` reads it again", Role::Dim);
}

fn details(entry: &LibraryEntry, preview: &Preview, expected: Option<String>, column: &mut ProseColumn) {
    column.text(&entry.summary, Role::Text);
    column.blank();
    let tasks = match preview.tasks {
        1 => "1 task a trial".to_owned(),
        n => format!("{} tasks a trial", units::count(n)),
    };
    column.field("workload", &format!("{}, {tasks}", preview.kind), Role::Text);
    for (about, text) in &preview.outline {
        column.field(about, text, Role::Text);
    }
    column.field("runs", &config_words(&preview.configs), Role::Text);
    if let Some(varied) = varied_words(&preview.configs) {
        column.field("varies", &varied, Role::Text);
    }
    column.field("trials", &trial_words(preview), Role::Text);
    if let Some(wall_s) = preview.last_wall_s {
        column.field("takes", &format!("{} the last time", units::seconds(wall_s)), Role::Text);
    }
    match &entry.ran {
        Some(ran) => column.field("last run", &ran_words(ran), Role::Text),
        None => column.field("last run", "none yet", Role::Dim),
    }
    if let Some(expected) = expected {
        column.field("expected", &expected, Role::Text);
    }
    if !entry.tags.is_empty() {
        column.field("tags", &entry.tags.join(" · "), Role::Dim);
    }
    column.field("from", &format!("{} ({})", entry.origin, entry.name), Role::Dim);
    if !entry.lesson.trim().is_empty() {
        column.blank();
        column.heading("what to look for");
        column.text(&entry.lesson, Role::Text);
    }
}

/// The day, and how fast it was.
fn ran_words(ran: &Ran) -> String {
    let day = ran.at.split('T').next().unwrap_or_default();
    match ran.best_speedup {
        Some(speedup) => format!("{day}, best speedup {}", units::digits(speedup)),
        None => day.to_owned(),
    }
}

fn trial_words(preview: &Preview) -> String {
    let configs = match preview.configs.len() {
        1 => "1 configuration".to_owned(),
        n => format!("{n} configurations"),
    };
    let repeats = match preview.repeats {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    };
    let warmup = match preview.warmup {
        0 => String::new(),
        1 => ", and once to warm up".to_owned(),
        n => format!(", and {n} times to warm up"),
    };
    let least = if preview.is_auto { "at least " } else { "" };
    format!("{least}{}: {configs}, {repeats} each{warmup}", preview.trials)
}

/// Configurations in few words: `serial · threads × 1–5, 8`.
pub(in crate::tui::screens) fn config_words(configs: &[Config]) -> String {
    let mut out = String::new();
    for curve in SeriesKey::curves() {
        let of_it = || configs.iter().filter(|config| SeriesKey::curve(config) == curve);
        let layouts: Vec<String> = of_it()
            .filter_map(|config| config.layout().map(|layout| format!("{}x{}", layout.processes, layout.threads)))
            .collect();
        let mut workers: Vec<u32> = of_it().map(|config| config.workers).collect();
        workers.sort_unstable();
        workers.dedup();
        if workers.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push_str(" · ");
        }
        out.push_str(curve.backend.word());
        if !layouts.is_empty() {
            let _ = write!(out, " × {}", layouts.join(", "));
        } else if curve.backend.spec().scales != Scales::Single {
            let _ = write!(out, " × {}", ranges(&workers));
        }
        out.push_str(&curve.dispatch_suffix());
    }
    out
}

/// What is varied, from where to where: `steps: 7 values from 2 to 2000000`; or by which interpreters the tasks are run.
fn varied_words(configs: &[Config]) -> Option<String> {
    let points = || configs.iter().filter_map(|config| config.point.as_ref());
    let (first, last) = (points().next()?, points().next_back()?);
    let [from, to] = [first, last].map(Point::value_in_words);
    if first.name().is_some() {
        return Some(format!("{}: {from} and {to}", first.key));
    }
    Some(format!("{}: {} values from {from} to {to}", first.key, last.index + 1))
}

/// Ascending numbers with runs of at least three joined: `1–5, 8`.
fn ranges(numbers: &[u32]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for run in numbers.chunk_by(|a, b| *b == a + 1) {
        match run {
            [first, _, .., last] => parts.push(format!("{first}–{last}")),
            few => parts.extend(few.iter().map(u32::to_string)),
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{BackendKind, Dispatch};

    #[test]
    fn configurations_in_few_words() {
        let config = Config::new;
        let configs = [
            config(BackendKind::SERIAL, 1),
            config(BackendKind::PROCESSES, 1),
            config(BackendKind::PROCESSES, 2),
            config(BackendKind::PROCESSES, 3),
            config(BackendKind::PROCESSES, 8),
            config(BackendKind::THREADS, 2),
            Config { per_process: Some(4), ..config(BackendKind::HYBRID, 8) },
            Config { per_process: Some(1), ..config(BackendKind::HYBRID, 2) },
            Config { dispatch: Dispatch::Pipe, ..config(BackendKind::PROCESSES, 2) },
        ];
        assert_eq!(
            config_words(&configs),
            "serial · threads × 2 · processes × 1–3, 8 · processes × 2 pipe · hybrid × 2x4, 2x1"
        );
        assert_eq!(ranges(&[1, 2]), "1, 2");
        assert_eq!(config_words(&[]), "");
    }
}
