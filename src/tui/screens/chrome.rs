//! The first and the last line of every screen.
//!
//! ```text
//!  parlab  Threads meet the GIL                                        login1 · 8 of 64 cores · load 3.1
//!  …
//!  space freeze   c cancel  tab results   ? help   q stop                         screen 0.4 % · 1.2 kB/s
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::screen::ScreenLogic;
use crate::tui::keys::{self, Action, Binding};
use crate::tui::shared::{Cost, Remark, Shared};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// The title needs this many columns before the machine may take any.
const TITLE_MIN: u16 = 24;

/// What is on, and on which machine.
pub(super) fn header(top: &dyn ScreenLogic, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let x = paint::put(buf, area, (area.x + 1, area.y), "parlab", theme, theme.style(Role::Accent));
    let title = top.title(shared);
    let start = x + 2;
    let wanted = paint::width(theme, title).min(TITLE_MIN);
    let facts = machine(shared);
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

/// Facts about the machine; where there is little room, the first are dropped first.
fn machine(shared: &Shared) -> Vec<String> {
    let machine = &shared.machine;
    let cores = match (machine.usable_cpus, machine.logical_cpus) {
        (usable, all) if usable < all => format!("{usable} of {all} cores"),
        (_, 1) => "1 core".to_owned(),
        (_, all) => format!("{all} cores"),
    };
    let load = shared.sample.as_ref().and_then(|sample| sample.load1).map(|load| format!("load {load:.1}"));
    let host = machine.host.clone();
    host.into_iter().chain([cores]).chain(load).collect()
}

/// The keys of the screen, and what the screen costs, or what is to be said until the next key: keys stand closer
/// together, then the costs go, where room is short.
pub(super) fn footer(top: &dyn ScreenLogic, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let row = Rect { x: area.x + 1, width: area.width - 2, ..area };
    let row = match &shared.notice {
        Some(notice) => said(notice, theme, row, buf),
        None => row,
    };
    let keys: Vec<(String, &str)> = keys::footer(top.context(shared))
        .filter_map(|row| Some((key_names(row, theme), top.label(shared, row)?)))
        .collect();
    let width = |(key, label): &(String, &str)| paint::width(theme, key) + 1 + paint::width(theme, label);
    let bare: u16 = keys.iter().map(width).sum();
    let gaps = keys.len().saturating_sub(1) as u16;
    let cost = shared.cost.filter(|_| shared.notice.is_none()).map(cost_text).unwrap_or_default();
    let needed = |gap: u16| bare + gap * gaps + if cost.is_empty() { 0 } else { 3 + paint::width(theme, &cost) };
    let gap = if needed(3) <= row.width { 3 } else { 2 };
    let mut x = row.x;
    // The last key leaves the screen: it keeps its place, whatever else has to go.
    let last = keys.last().map_or(0, width);
    for (at, key) in keys.iter().enumerate() {
        let beside = if at + 1 < keys.len() { gap + last } else { 0 };
        if x + width(key) + beside > row.right() {
            continue;
        }
        x = paint::put(buf, row, (x, row.y), &key.0, theme, theme.style(Role::Key));
        x = paint::put(buf, row, (x + 1, row.y), key.1, theme, theme.style(Role::Dim)) + gap;
    }
    if needed(gap) <= row.width {
        paint::put_right(buf, row, row.y, &cost, theme, theme.style(Role::Dim));
    }
}

/// Draws what is to be said at the right end of the last line; gives what is left of it.
fn said(notice: &Remark, theme: &Theme, row: Rect, buf: &mut Buffer) -> Rect {
    let mark = match notice.role {
        Role::Good => theme.symbols().tick,
        Role::Bad => theme.symbols().cross,
        _ => theme.symbols().bullet,
    };
    let text = format!("{mark} {}", notice.text);
    let width = paint::width(theme, &text).min(row.width);
    let place = Rect { x: row.right() - width, width, ..row };
    paint::put(buf, place, (place.x, place.y), &text, theme, theme.style(notice.role));
    Rect { width: (row.width - width).saturating_sub(2), ..row }
}

/// The first key; both arrows where the row is the second of a pair.
fn key_names(row: &Binding, theme: &Theme) -> String {
    match row.action {
        Action::Right => theme.symbols().left_right.to_owned(),
        Action::Down => theme.symbols().up_down.to_owned(),
        _ => keys::name(row.keys[0], theme),
    }
}

fn cost_text(cost: Cost) -> String {
    format!("screen {:.1} % · {:.1} kB/s", cost.cpu * 100.0, cost.bytes_per_s / 1e3)
}
