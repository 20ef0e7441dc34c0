//! What is left on the terminal when the screen is closed: the report of the run that was looked at last.

use super::shared::Shared;
use super::theme::Theme;
use crate::record::RunState;
use crate::units;

/// How far a line is indented that goes on with the one above.
const INDENT: &str = "  ";

/// Its lines, as many as one sees at once, and no wider: `report` is given the columns that there are. None where
/// nothing was run.
pub(super) fn lines(shared: &mut Shared, report: impl FnOnce(&RunState, u16) -> String) -> Vec<String> {
    shared.file_away();
    let looked_at = shared.run.as_ref().filter(|run| !run.is_on() && run.record.planned.is_some());
    let Some(run) = looked_at.or_else(|| shared.ended().next()) else { return Vec::new() };
    let (columns, rows) = (shared.size.width.max(1), usize::from(shared.size.height.saturating_sub(2)));
    in_sight(folded(&report(&run.record, columns), columns, &shared.theme), rows)
}

/// The lines of a text as the terminal shows them, in so many columns.
fn folded(text: &str, columns: u16, theme: &Theme) -> Vec<String> {
    text.lines().flat_map(|line| units::fold(&theme.text(line), columns.into(), INDENT)).collect()
}

/// At most so many of the lines; where that is not all, the last says so.
fn in_sight(mut lines: Vec<String>, rows: usize) -> Vec<String> {
    if lines.len() > rows && rows > 0 {
        let hidden = lines.len() - (rows - 1);
        lines[rows - 1] = format!("({hidden} more lines)");
    }
    lines.truncate(rows);
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    #[test]
    fn what_is_out_of_sight_is_counted() {
        let lines = |n: usize| (0..n).map(|line| line.to_string()).collect();
        assert_eq!(in_sight(lines(3), 3), ["0", "1", "2"]);
        assert_eq!(in_sight(lines(4), 3), ["0", "1", "(2 more lines)"]);
        assert!(in_sight(lines(4), 0).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_cut_at_any_width(text in "([a-z×µ…漢]{0,70} {1,9}){0,12}\n[a-z ]{0,300}", columns in 40u16..=200) {
            for theme in [Theme::FULL, Theme::PLAIN] {
                let lines = folded(&text, columns, &theme);
                prop_assert!(lines.iter().all(|line| line.width() <= usize::from(columns)), "{lines:?}");
                let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                let shown = text.lines().map(|line| letters(&theme.text(line))).collect::<String>();
                prop_assert_eq!(letters(&lines.concat()), shown);
            }
        }
    }
}
