//! The first and the last line of every screen.
//!
//! ```text
//!  parlab  Threads meet the GIL                                        login1 · 8 of 64 cores · load 3.1
//!  …
//!  space pause drawing   c cancel   tab results   ? help   q stop                screen 0.4 % · 1.2 kB/s
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::keys::{self, Binding, Command, Context};
use crate::tui::state::{Cost, Drawing, Ending, Place, State};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// The title needs this many columns before the machine may take any.
const TITLE_MIN: u16 = 24;

/// What is on, and on which machine.
pub(super) fn header(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let x = paint::put(buf, area, (area.x + 1, area.y), "parlab", theme, theme.style(Role::Accent));
    let title = title(state);
    let start = x + 2;
    let wanted = paint::width(theme, title).min(TITLE_MIN);
    let facts = machine(state);
    let right = (0..facts.len()).map(|dropped| facts[dropped..].join(" · ")).find(|text| {
        let room = area.right().saturating_sub(start + wanted);
        paint::width(theme, text) + 3 <= room
    });
    let mut title_area = Rect { x: start, width: area.right().saturating_sub(start), ..area };
    if let Some(text) = right {
        let row = Rect { width: area.width - 1, ..area };
        let at = paint::put_right(buf, row, area.y, &text, theme, theme.style(Role::Dim));
        title_area.width = at.saturating_sub(start + 2);
    }
    paint::put(buf, title_area, (start, area.y), title, theme, theme.style(Role::Title));
}

fn title(state: &State) -> &str {
    match (state.help, state.place, &state.run) {
        (Some(_), _, _) => "help",
        (None, Place::Run | Place::Results, Some(run)) => &run.title,
        (None, _, _) => "a lab for parallel workloads",
    }
}

/// Facts about the machine; where there is little room, the first are dropped first.
fn machine(state: &State) -> Vec<String> {
    let machine = &state.machine;
    let cores = match (machine.usable_cpus, machine.logical_cpus) {
        (usable, all) if usable < all => format!("{usable} of {all} cores"),
        (_, 1) => "1 core".to_owned(),
        (_, all) => format!("{all} cores"),
    };
    let load = state.sample.as_ref().and_then(|sample| sample.load1).map(|load| format!("load {load:.1}"));
    let host = machine.host.clone();
    host.into_iter().chain([cores]).chain(load).collect()
}

/// The keys of the screen, and what the screen costs.
pub(super) fn footer(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let context = state.context();
    let mut x = area.x + 1;
    for (i, row) in keys::footer(context).enumerate() {
        let key = key_names(row, theme);
        let label = label(row, state);
        let gap = if i == 0 { 0 } else { 3 };
        let width = gap + paint::width(theme, &key) + 1 + paint::width(theme, label);
        if x + width > area.right() {
            break;
        }
        x = paint::put(buf, area, (x + gap, area.y), &key, theme, theme.style(Role::Key));
        x = paint::put(buf, area, (x + 1, area.y), label, theme, theme.style(Role::Dim));
    }
    if let Some(cost) = state.cost {
        let text = cost_text(cost);
        let row = Rect { width: area.width - 1, ..area };
        if x + 3 + paint::width(theme, &text) <= row.right() {
            paint::put_right(buf, row, area.y, &text, theme, theme.style(Role::Dim));
        }
    }
}

/// The first key; both arrows where the row is the second of a pair.
fn key_names(row: &Binding, theme: &Theme) -> String {
    match row.command {
        Command::Right => theme.symbols().left_right.to_owned(),
        _ => keys::name(row.keys[0], theme),
    }
}

/// The table's label, unless the key has come to mean the other of two things.
fn label(row: &Binding, state: &State) -> &'static str {
    let run = state.run.as_ref().filter(|_| matches!(state.context(), Context::Running | Context::Interim));
    match (row.command, run) {
        (Command::Cancel, Some(run)) if run.ending != Ending::NotAsked => "kill",
        (Command::Pause, Some(run)) if run.drawing == Drawing::Paused => "go on drawing",
        _ => row.label,
    }
}

fn cost_text(cost: Cost) -> String {
    let percent = cost.cpu * 100.0;
    let bytes = cost.bytes_per_s;
    let rate = if bytes < 999.5 { format!("{bytes:.0} B/s") } else { format!("{} kB/s", units::digits(bytes / 1e3)) };
    format!("screen {percent:.1} % · {rate}")
}
