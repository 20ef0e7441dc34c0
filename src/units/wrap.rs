//! Breaking prose into lines, which `textwrap` does; here it is settled what must not be parted.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// Stands for a blank that no line may end at.
const NO_BREAK: char = '\u{a0}';

/// Text in lines of at most `width` columns, all but the first indented. Lines end at blanks, and within words where
/// one alone is too long (scripts without blanks are); a character wider than the line has one to itself. Runs of white
/// space are one blank. There is at least one line.
pub fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let may_break = |c: char| c.is_whitespace() && c != NO_BREAK;
    let words: Vec<&str> = text.split(may_break).filter(|word| !word.is_empty()).collect();
    fold(&words.join(" "), width, indent)
}

/// As [`wrap`], for a line whose blanks are to stay as they are, but for those that a new line takes the place of.
pub fn fold(line: &str, width: usize, indent: &str) -> Vec<String> {
    let options = Options::new(width)
        .subsequent_indent(indent)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(line, options).into_iter().map(|line| line.replace(NO_BREAK, " ")).collect()
}

/// The text with single blanks between its words, at which [`wrap`] breaks no line where a figure and its percent sign,
/// or a name and its number of workers (`threads × 2`), belong together.
pub fn bind(text: &str) -> String {
    let is_times = |word: &str| word == "×" || word == "x";
    let mut out = String::with_capacity(text.len());
    let mut after_times = false;
    for word in text.split_whitespace() {
        let belongs = after_times || word.starts_with('%') || is_times(word);
        if !out.is_empty() {
            out.push(if belongs { NO_BREAK } else { ' ' });
        }
        after_times = is_times(word) && !out.is_empty();
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    #[test]
    fn lines_break_at_blanks() {
        assert_eq!(wrap("one two three", 7, ""), ["one two", "three"]);
        assert_eq!(wrap("one two three", 7, "  "), ["one two", "  three"]);
        assert_eq!(wrap(" one\n\ttwo ", 80, ""), ["one two"]);
        assert_eq!(wrap("well-known", 6, ""), ["well-k", "nown"]);
        assert_eq!(wrap("", 6, "  "), [""]);
    }

    #[test]
    fn a_line_that_fits_keeps_its_blanks() {
        assert_eq!(fold("  serial    8.40 s", 18, "  "), ["  serial    8.40 s"]);
        assert_eq!(fold("  serial    8.40 s  1.00", 18, "    "), ["  serial    8.40 s", "    1.00"]);
    }

    #[test]
    fn words_that_are_too_long_are_broken() {
        assert_eq!(wrap("incomprehensible, all", 6, ""), ["incomp", "rehens", "ible,", "all"]);
        assert_eq!(wrap("ab abcdefgh", 3, ""), ["ab", "abc", "def", "gh"]);
        assert_eq!(wrap("並列並列並列", 5, ""), ["並列", "並列", "並列"]);
        assert_eq!(wrap("漢字", 1, ""), ["漢", "字"]);
        assert_eq!(wrap("ππ ππ", 5, ""), ["ππ ππ"]);
    }

    #[test]
    fn what_belongs_together_stays_together() {
        let wrapped = |text: &str, width| wrap(&bind(text), width, "");
        assert_eq!(wrapped("With threads × 2 it was\n38 %.", 12), ["With", "threads × 2", "it was 38 %."]);
        assert_eq!(wrapped("processes x 4: 2 x", 15), ["processes x 4:", "2 x"]);
        assert_eq!(wrapped(" % x max ", 3), ["% x", " ma", "x"]);
        assert_eq!(bind("x y %"), "x y\u{a0}%", "nothing is before it that it could count");
        assert_eq!(bind(" "), "");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_too_wide(text in "[a-zé漢…×% x\n]{0,200}", width in 2..40_usize) {
            let squeeze = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let lines = wrap(&bind(&text), width, "");
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
            prop_assert!(lines.iter().all(|line| line.width() <= width));
        }
    }
}
