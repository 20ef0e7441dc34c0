//! Breaking prose into lines.

use crate::units::{bind, wrap};

/// Text in lines no wider than `width` columns; all but the first are indented.
pub(super) fn wrapped(text: &str, width: usize, indent: &str) -> String {
    wrap(&bind(text), width, indent).join("\n")
}

/// Paragraphs, each wrapped on its own: they are parted by empty lines, and an item of a list begins a new one.
pub(super) fn paragraphs(text: &str, width: usize) -> String {
    let mut blocks: Vec<(String, &str)> = Vec::new();
    let mut open = false;
    for line in text.trim().lines().map(str::trim) {
        let item = line.starts_with("- ") || line.starts_with("* ");
        match blocks.last_mut() {
            Some((block, _)) if open && !item && !line.is_empty() => {
                block.push(' ');
                block.push_str(line);
            }
            _ => blocks.push((line.to_owned(), if item { "  " } else { "" })),
        }
        open = !line.is_empty();
    }
    blocks.iter().map(|(block, indent)| wrapped(block, width, indent)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrapped("one two three", 7, ""), "one two\nthree");
        assert_eq!(wrapped("one two three", 7, "  "), "one two\n  three");
        assert_eq!(wrapped("incomprehensible, all", 6, ""), "incomp\nrehens\nible,\nall");
        assert_eq!(wrapped("並列並列並列", 5, ""), "並列\n並列\n並列");
        assert_eq!(wrapped("", 6, ""), "");
        assert_eq!(wrapped("ππ ππ", 5, ""), "ππ ππ");
    }

    #[test]
    fn paragraphs_and_lists_stay_apart() {
        let text = "\nNote\nthis:\n- a point\n  that goes on\n- another\n\nThe end.\n";
        assert_eq!(paragraphs(text, 12), "Note this:\n- a point\n  that goes\n  on\n- another\n\nThe end.");
        assert_eq!(paragraphs("  \n", 12), "");
    }
}
