//! Running text: wrapped at words, and written down a column that can be scrolled.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// So many lines more: `1 more line`, `8 more lines`.
pub(super) fn more_lines(n: usize) -> String {
    if n == 1 { "1 more line".to_owned() } else { format!("{n} more lines") }
}

/// Columns that field names take, with the gap after them.
const FIELD: u16 = 10;

/// Longer lines are hard to read: the eye loses the way back.
const MEASURE: u16 = 90;

/// Wraps text at words to `width` columns, as `theme` shows it.
///
/// Lines of a paragraph flow together; a blank line parts paragraphs, and a line that begins with a blank or with
/// a list's dash stays a line of its own. Words longer than a line are broken.
pub(super) fn wrap(theme: &Theme, text: &str, width: u16) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut flowing = false;
    for line in text.trim_end().lines() {
        let shown = theme.text(line.trim_end());
        let own_line = line.starts_with([' ', '\t']) || line.starts_with("- ");
        match paragraphs.last_mut() {
            Some(paragraph) if flowing && !own_line && !shown.is_empty() => {
                paragraph.push(' ');
                paragraph.push_str(&units::bind(&shown));
            }
            _ => paragraphs.push(units::bind(&shown)),
        }
        flowing = !shown.is_empty();
    }
    paragraphs.iter().flat_map(|paragraph| units::wrap(paragraph, width.clamp(1, MEASURE).into(), "")).collect()
}

/// Lines to be written below each other, of which an area shows as many as it has room for.
pub(super) struct ProseColumn<'a> {
    theme: &'a Theme,
    width: u16,
    lines: Vec<ProseLine>,
}

/// A line of a column: a field's name, if it is the first of one, and the text beside it.
struct ProseLine {
    name: Option<String>,
    indent: u16,
    text: String,
    role: Role,
}

impl<'a> ProseColumn<'a> {
    /// A column of so many columns of text, without a line yet.
    pub(super) fn new(theme: &'a Theme, width: u16) -> Self {
        Self { theme, width: width.min(MEASURE), lines: Vec::new() }
    }

    /// Its lines so far.
    pub(super) fn height(&self) -> u16 {
        u16::try_from(self.lines.len()).unwrap_or(u16::MAX)
    }

    /// Leaves a line free.
    pub(super) fn blank(&mut self) {
        self.lines.push(ProseLine { name: None, indent: 0, text: String::new(), role: Role::Text });
    }

    /// A heading.
    pub(super) fn heading(&mut self, text: &str) {
        self.lines.push(ProseLine { name: None, indent: 0, text: text.to_owned(), role: Role::Title });
    }

    /// A paragraph.
    pub(super) fn text(&mut self, text: &str, role: Role) {
        self.wrapped(None, 0, text, role);
    }

    /// A name at the left, and what it stands for beside it.
    pub(super) fn field(&mut self, name: &str, text: &str, role: Role) {
        self.wrapped(Some(name.to_owned()), FIELD, text, role);
    }

    fn wrapped(&mut self, mut name: Option<String>, indent: u16, text: &str, role: Role) {
        for text in wrap(self.theme, text, self.width.saturating_sub(indent)) {
            self.lines.push(ProseLine { name: name.take(), indent, text, role });
        }
    }

    /// Writes the lines from `first` on, or the last ones that fill the area; returns how many are left below.
    pub(super) fn render(&self, first: u16, area: Rect, buf: &mut Buffer) -> usize {
        let room = usize::from(area.height);
        let first = usize::from(first).min(self.lines.len().saturating_sub(room));
        for (y, line) in (area.y..area.bottom()).zip(&self.lines[first..]) {
            if let Some(name) = &line.name {
                paint::put(buf, area, (area.x, y), name, self.theme, self.theme.style(Role::Dim));
            }
            let at = (area.x.saturating_add(line.indent), y);
            paint::put(buf, area, at, &line.text, self.theme, self.theme.style(line.role));
        }
        (self.lines.len() - first).saturating_sub(room)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    #[test]
    fn paragraphs_flow_and_lists_stay() {
        let text = "one two\nthree four\n\n- a list\n- of two\nwith more\n  indented";
        let expected = ["one two", "three four", "", "- a list", "- of two", "with more", "indented"];
        assert_eq!(wrap(&Theme::FULL, text, 10), expected);
        assert_eq!(wrap(&Theme::FULL, "one two\nthree", 20), ["one two three"]);
        assert_eq!(wrap(&Theme::FULL, "", 20), Vec::<String>::new());
    }

    #[test]
    fn long_words_are_broken() {
        assert_eq!(wrap(&Theme::FULL, "ab abcdefgh", 3), ["ab", "abc", "def", "gh"]);
        assert_eq!(wrap(&Theme::FULL, "漢字", 1), ["漢", "字"]);
        assert_eq!(wrap(&Theme::PLAIN, "1…2", 4), ["1...", "2"]);
    }

    proptest! {
        #[test]
        fn no_word_is_lost(text in "[a-zé…×\n ]{0,200}", width in 1u16..40) {
            let squeeze = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let lines = wrap(&Theme::FULL, &text, width);
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
            prop_assert!(lines.iter().all(|line| line.width() <= usize::from(width)));
        }
    }
}
