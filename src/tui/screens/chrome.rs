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
/// together, then the costs go, then keys, where room is short. The way out stays, whatever else has to go, and of the
/// others the help goes last.
pub(super) fn footer(top: &dyn ScreenLogic, shared: &Shared, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let row = Rect { x: area.x + 1, width: area.width - 2, ..area };
    let keys = FooterKeys::of(top, shared, theme);
    let row = match &shared.notice {
        Some(notice) => said(notice, theme, row, keys.exit_width() + NOTICE_GAP, buf),
        None => row,
    };
    let cost = shared.cost.filter(|_| shared.notice.is_none()).map(cost_text).unwrap_or_default();
    let beside = if cost.is_empty() { 0 } else { 3 + paint::width(theme, &cost) };
    let gap = if keys.width(3) + beside <= row.width { 3 } else { 2 };
    keys.render(gap, theme, row, buf);
    if keys.width(gap) + beside <= row.width {
        paint::put_right(buf, row, row.y, &cost, theme, theme.style(Role::Dim));
    }
}

/// Columns between the keys and what is said at their right.
const NOTICE_GAP: u16 = 2;

/// A key that the footer names.
struct FooterKey<'s> {
    name: String,
    label: &'s str,
    width: u16,
}

/// The keys that the footer names where it has room, in their order.
struct FooterKeys<'s> {
    keys: Vec<FooterKey<'s>>,
    /// The one that leaves the screen; of several the last.
    exit: Option<usize>,
    /// The one that opens the help.
    help: Option<usize>,
}

impl<'s> FooterKeys<'s> {
    fn of(top: &'s dyn ScreenLogic, shared: &'s Shared, theme: &Theme) -> Self {
        let (mut keys, mut exit, mut help) = (Vec::new(), None, None);
        for row in keys::footer(top.context(shared)) {
            let Some(label) = top.label(shared, row) else { continue };
            if row.leaves() {
                exit = Some(keys.len());
            }
            if row.action == Action::Help {
                help = Some(keys.len());
            }
            let name = key_names(row, theme);
            let width = paint::width(theme, &name) + 1 + paint::width(theme, label);
            keys.push(FooterKey { name, label, width });
        }
        Self { keys, exit, help }
    }

    fn exit_width(&self) -> u16 {
        self.exit.map_or(0, |exit| self.keys[exit].width)
    }

    /// Columns of all of them.
    fn width(&self, gap: u16) -> u16 {
        let gaps = self.keys.len().saturating_sub(1) as u16;
        self.keys.iter().map(|key| key.width).sum::<u16>() + gap * gaps
    }

    /// Those that there is room for: the way out before all others, then the help, then the rest in their order.
    fn fitting(&self, gap: u16, room: u16) -> Vec<usize> {
        let mut kept = Vec::new();
        let mut used = 0;
        for at in self.exit.into_iter().chain(self.help).chain(0..self.keys.len()) {
            let more = self.keys[at].width + if kept.is_empty() { 0 } else { gap };
            if !kept.contains(&at) && used + more <= room {
                used += more;
                kept.push(at);
            }
        }
        kept.sort_unstable();
        kept
    }

    fn render(&self, gap: u16, theme: &Theme, row: Rect, buf: &mut Buffer) {
        let mut x = row.x;
        for at in self.fitting(gap, row.width) {
            let key = &self.keys[at];
            x = paint::put(buf, row, (x, row.y), &key.name, theme, theme.style(Role::Key));
            x = paint::put(buf, row, (x + 1, row.y), key.label, theme, theme.style(Role::Dim)) + gap;
        }
    }
}

/// Draws what is to be said at the right end of the last line, but for `kept` columns of it; gives what is left of it.
fn said(notice: &Remark, theme: &Theme, row: Rect, kept: u16, buf: &mut Buffer) -> Rect {
    let mark = match notice.role {
        Role::Good => theme.symbols().tick,
        Role::Bad => theme.symbols().cross,
        _ => theme.symbols().bullet,
    };
    let text = format!("{mark} {}", notice.text);
    let width = paint::width(theme, &text).min(row.width.saturating_sub(kept));
    let place = Rect { x: row.right() - width, width, ..row };
    paint::put(buf, place, (place.x, place.y), &text, theme, theme.style(notice.role));
    Rect { width: (row.width - width).saturating_sub(NOTICE_GAP), ..row }
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

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::record::MachineFacts;
    use crate::tui::keys::Context;
    use crate::tui::screens::layout::SIZE_MIN;
    use crate::tui::screens::screen::Step;

    /// A screen of which nothing but its keys is known.
    struct KeysOnly(Context);

    impl ScreenLogic for KeysOnly {
        fn context(&self, _shared: &Shared) -> Context {
            self.0
        }

        fn title<'a>(&'a self, _shared: &'a Shared) -> &'a str {
            ""
        }

        fn obey(&mut self, _shared: &mut Shared, _action: Action) -> Step {
            Step::DONE
        }

        fn view(&self, _shared: &Shared, _theme: &Theme, _area: Rect, _buf: &mut Buffer) {}
    }

    /// The last line of a screen.
    fn last_line(context: Context, notice: Option<&str>, theme: Theme, width: u16) -> String {
        let mut shared = Shared::new(Vec::new(), MachineFacts::default(), theme, Size { width, height: 1 });
        shared.notice = notice.map(Remark::good);
        shared.cost = Some(Cost { cpu: 0.004, bytes_per_s: 1200.0 });
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        footer(&KeysOnly(context), &shared, &theme, area, &mut buf);
        buf.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn the_way_out_is_on_every_last_line() {
        let long = "written into a-long-name.json ".repeat(7);
        for theme in [Theme::FULL, Theme::PLAIN] {
            for context in Context::ALL {
                let exit = keys::footer(context).filter(|row| row.leaves()).last().expect("a way out");
                let exit = format!(" {} {} ", key_names(exit, &theme), exit.label);
                for length in [0, 1, 30, 60, 200] {
                    let notice = (length > 0).then(|| &long[..length]);
                    for width in SIZE_MIN.width..=200 {
                        let line = last_line(context, notice, theme, width);
                        assert!(line.contains(&exit), "{context:?} at {width}: {line:?} without {exit:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_help_is_on_every_last_line_of_a_screen_that_has_it() {
        for context in Context::ALL {
            if let Some(help) = keys::footer(context).find(|row| row.action == Action::Help) {
                let help = format!(" {} {} ", key_names(help, &Theme::FULL), help.label);
                for width in SIZE_MIN.width..=200 {
                    let line = last_line(context, None, Theme::FULL, width);
                    assert!(line.contains(&help), "{context:?} at {width}: {line:?} without {help:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_said_leaves_room_for_the_way_out() {
        let line = last_line(Context::Results, Some(&"saved ".repeat(20)), Theme::FULL, 60);
        assert_eq!(line, " q back  ✓ saved saved saved saved saved saved saved saved… ");
    }
}
