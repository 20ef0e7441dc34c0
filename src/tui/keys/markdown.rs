//! The table of keys as Markdown, for the README. Nothing of a key is decided here.

use std::fmt::Write as _;

use super::{BINDINGS, Context, name};
use crate::tui::theme::Theme;

/// The table as Markdown, for the README.
pub fn keys_markdown() -> String {
    let mut out = String::from("| key | where | does |\n|---|---|---|\n");
    for row in BINDINGS {
        let keys: Vec<String> = row.keys.iter().map(|&key| format!("`{}`", name(key, &Theme::FULL))).collect();
        let places: Vec<&str> = row.on.iter().map(|context| context.word()).collect();
        let places = if row.on.len() == Context::ALL.len() { "everywhere".to_owned() } else { places.join(", ") };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {} | {places} | {} |", keys.join(" "), row.help);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_has_a_line_a_row() {
        let text = keys_markdown();
        assert_eq!(text.lines().count(), BINDINGS.len() + 2);
        assert!(text.contains("| `↑` `k` |"));
        assert!(text.contains("| `ctrl-z` | everywhere |"));
    }
}
