//! The strokes that widgets share: clipped text, text cut to a width, and bars in eighths of a cell.
//!
//! Everything is clipped to the area it is given, and text passes through the theme, so that no stroke can leave
//! its widget or its character set.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::tui::theme::{Role, Theme};

/// Columns that `text` takes as shown by `theme`.
pub fn width(theme: &Theme, text: &str) -> u16 {
    u16::try_from(theme.text(text).width()).unwrap_or(u16::MAX)
}

/// `text` as `theme` shows it, cut to `columns` with an ellipsis if it is longer.
pub fn fit<'a>(theme: &Theme, text: &'a str, columns: u16) -> Cow<'a, str> {
    let text = theme.text(text);
    let columns = usize::from(columns);
    if text.width() <= columns {
        return text;
    }
    let ellipsis = theme.symbols().ellipsis;
    let (room, tail) = match columns.checked_sub(ellipsis.width()) {
        Some(room) if room > 0 => (room, ellipsis),
        _ => (columns, ""),
    };
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > room {
            break;
        }
        out.push(c);
    }
    out.push_str(tail);
    Cow::Owned(out)
}

/// As [`fit`], for a configuration's name: what is cut is the word before its numbers, for these tell it from the
/// others. `processes × 2 pipe` is `pro… × 2 pipe`.
pub fn fit_name<'a>(theme: &Theme, name: &'a str, columns: u16) -> Cow<'a, str> {
    let Some(at) = name.find(" × ").filter(|_| width(theme, name) > columns) else { return fit(theme, name, columns) };
    let (word, numbers) = name.split_at(at);
    match columns.checked_sub(width(theme, numbers)) {
        Some(room) if room >= SHORT_WORD => Cow::Owned(format!("{}{}", fit(theme, word, room), theme.text(numbers))),
        _ => fit(theme, name, columns),
    }
}

/// As [`fit`], for the name of a thread, which as a rule is told from others by its end: what is cut is the middle.
/// `Dask-Default-Threads-4711-2` is `Dask-De…-4711-2`.
pub fn fit_ends<'a>(theme: &Theme, name: &'a str, columns: u16) -> Cow<'a, str> {
    let shown = theme.text(name);
    if width(theme, name) <= columns {
        return shown;
    }
    let mut room = usize::from(columns / 2);
    let fits = |c: &char| {
        let columns = c.width().unwrap_or(0);
        let has_room = columns <= room;
        room = if has_room { room - columns } else { 0 };
        has_room
    };
    let end: Vec<char> = shown.chars().rev().take_while(fits).collect();
    let end: String = end.into_iter().rev().collect();
    let begun = fit(theme, name, columns - width(theme, &end)).into_owned();
    Cow::Owned(begun + &end)
}

/// Columns that the word of a configuration's name takes at least, where it is cut.
const SHORT_WORD: u16 = 3;

/// The area without a column at its left and right.
pub fn padded(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

/// Writes `text` at `(x, y)`, cut at the right edge of `area`; returns the column after it.
pub fn put(buf: &mut Buffer, area: Rect, (x, y): (u16, u16), text: &str, theme: &Theme, style: Style) -> u16 {
    let area = area.intersection(buf.area);
    if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
        return x;
    }
    let text = fit(theme, text, area.right() - x);
    buf.set_stringn(x, y, text, usize::from(area.right() - x), style).0
}

/// Writes `text` so that it ends at the right edge of `area`, in row `y`; returns the column it begins at.
pub fn put_right(buf: &mut Buffer, area: Rect, y: u16, text: &str, theme: &Theme, style: Style) -> u16 {
    let x = area.right().saturating_sub(width(theme, text)).max(area.left());
    put(buf, area, (x, y), text, theme, style);
    x
}

/// Writes `text` in the middle of `area`.
pub fn put_centred(buf: &mut Buffer, area: Rect, text: &str, theme: &Theme, style: Style) {
    let x = area.x + area.width.saturating_sub(width(theme, text)) / 2;
    put(buf, area, (x, area.y + area.height.saturating_sub(1) / 2), text, theme, style);
}

/// Writes a hint into the lower line of a frame, at the right.
pub fn on_frame(buf: &mut Buffer, frame: Rect, text: &str, theme: &Theme) {
    on_frame_as(buf, frame, text, theme, Role::Dim);
}

/// As [`on_frame`], for what means more than a hint.
pub fn on_frame_as(buf: &mut Buffer, frame: Rect, text: &str, theme: &Theme, role: Role) {
    let line = Rect { y: frame.bottom().saturating_sub(1), height: 1, width: frame.width.saturating_sub(2), ..frame };
    put_right(buf, line, line.y, &format!(" {text} "), theme, theme.style(role));
}

/// Sets one cell if it lies in `area`; `symbol` must be one column wide and come from the theme's symbols.
pub fn dot(buf: &mut Buffer, area: Rect, (x, y): (u16, u16), symbol: &str, style: Style) {
    if area.contains((x, y).into())
        && let Some(cell) = buf.cell_mut((x, y))
    {
        cell.set_symbol(symbol).set_style(style);
    }
}

/// Fills the first row of `area` from the left, in eighths of a cell. Anything above 0 shows at least an eighth,
/// and only what is full shows as full.
pub fn bar(buf: &mut Buffer, area: Rect, fraction: f64, theme: &Theme, style: Style) {
    let eighths = eighths(fraction, area.width);
    let symbols = &theme.symbols().eighths;
    for i in 0..area.width {
        let here = eighths.saturating_sub(u32::from(i) * 8).min(8);
        if here == 0 {
            break;
        }
        dot(buf, area, (area.x + i, area.y), symbols[here as usize - 1], style);
    }
}

/// Eighths of so many cells that a fraction fills.
pub fn eighths(fraction: f64, columns: u16) -> u32 {
    let all = u32::from(columns) * 8;
    if all == 0 || fraction.is_nan() || fraction <= 0.0 {
        return 0;
    }
    if fraction >= 1.0 {
        return all;
    }
    ((fraction * f64::from(all)).round() as u32).clamp(1, all - 1)
}

/// A fraction in whole percent; what is neither nothing nor all is shown as neither.
pub fn percent(fraction: f64) -> u8 {
    match fraction {
        x if x.is_nan() || x <= 0.0 => 0,
        x if x >= 1.0 => 100,
        x => ((x * 100.0).round() as u8).min(99),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns_not_by_characters() {
        assert_eq!(fit(&Theme::FULL, "processes", 9), "processes");
        assert_eq!(fit(&Theme::FULL, "processes", 6), "proce…");
        assert_eq!(fit(&Theme::PLAIN, "processes", 6), "proc..");
        assert_eq!(fit(&Theme::FULL, "漢字漢字", 6), "漢字…");
        assert_eq!(fit(&Theme::FULL, "漢字漢字", 7), "漢字漢…");
        assert_eq!(fit(&Theme::FULL, "abc", 1), "a");
        assert_eq!(fit(&Theme::FULL, "abc", 0), "");
        assert_eq!(width(&Theme::PLAIN, "1 µs …"), 8);
    }

    #[test]
    fn names_keep_what_tells_them_apart() {
        assert_eq!(fit_name(&Theme::FULL, "processes × 2 pipe", 18), "processes × 2 pipe");
        assert_eq!(fit_name(&Theme::FULL, "processes × 2 pipe", 13), "pro… × 2 pipe");
        assert_eq!(fit_name(&Theme::PLAIN, "processes × 2 pipe", 13), "pr.. x 2 pipe");
        assert_eq!(fit_name(&Theme::FULL, "processes × 2 pipe", 11), "processes …");
        assert_eq!(fit_name(&Theme::FULL, "serial", 4), "ser…");
    }

    #[test]
    fn names_of_threads_keep_both_ends() {
        assert_eq!(fit_ends(&Theme::FULL, "Dask-Default-Threads-4711-2", 15), "Dask-De…-4711-2");
        assert_eq!(fit_ends(&Theme::PLAIN, "ForkPoolWorker-12", 9), "For..r-12");
        assert_eq!(fit_ends(&Theme::FULL, "worker", 6), "worker");
        assert_eq!(fit_ends(&Theme::FULL, "漢字漢字", 7), "漢字…字");
        assert_eq!(fit_ends(&Theme::FULL, "worker", 0), "");
    }

    #[test]
    fn bars_show_something_for_little_and_full_only_for_all() {
        assert_eq!(eighths(0.0, 10), 0);
        assert_eq!(eighths(0.001, 10), 1);
        assert_eq!(eighths(0.5, 10), 40);
        assert_eq!(eighths(0.9999, 10), 79);
        assert_eq!(eighths(1.0, 10), 80);
        assert_eq!(eighths(f64::NAN, 10), 0);
        assert_eq!(eighths(0.5, 0), 0);
        assert_eq!((percent(0.996), percent(1.2), percent(-1.0), percent(f64::NAN)), (99, 100, 0, 0));
    }

    #[test]
    fn strokes_stay_in_their_area() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 2));
        let area = Rect::new(2, 0, 4, 1);
        put(&mut buf, area, (3, 0), "abcdef", &Theme::FULL, Style::new());
        put(&mut buf, area, (0, 1), "outside", &Theme::FULL, Style::new());
        dot(&mut buf, area, (6, 0), "x", Style::new());
        assert_eq!(super::super::frame::lines(&buf), "   ab…");
    }
}
