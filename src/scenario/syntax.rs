//! Makes the most of a text that is no valid TOML: complaints in plain words, and a mended text to read on with.
//!
//! The TOML parser recovers from most errors, but gives up the whole rest of a file after a key without a value,
//! and a whole table after an unclosed header. Both are mended within their line, so that line numbers hold.

use std::collections::BTreeMap;

use toml::de::Error;

use super::wording::{escaped, printable};

/// What the TOML parser says of a key that is followed by nothing.
const NO_VALUE: &str = "key with no value";
/// What it says of a header without its bracket.
const UNCLOSED: [(&str, &str); 2] = [("unclosed table", "]"), ("unclosed array table", "]]")];

/// A line that is no valid TOML.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) line: u32,
    /// The line, fit to be shown.
    pub(super) excerpt: String,
    pub(super) message: String,
}

/// The offsets at which the lines of a text begin.
#[derive(Debug)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(breaks).collect())
    }

    /// The line of an offset, counted from 1.
    pub(super) fn number(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    /// A line by its number, without its end.
    fn text<'t>(&self, text: &'t str, number: u32) -> &'t str {
        let start = self.0[number as usize - 1];
        text[start..].lines().next().unwrap_or_default()
    }
}

/// The first complaint of each line.
pub(super) fn complaints(text: &str, errors: &[Error]) -> Vec<Complaint> {
    let lines = Lines::of(text);
    let mut first = BTreeMap::new();
    for error in errors {
        let line = lines.number(offset(text, error));
        first.entry(line).or_insert_with(|| Complaint {
            line,
            excerpt: printable(lines.text(text, line).trim()),
            message: in_plain_words(error),
        });
    }
    first.into_values().collect()
}

/// The text with its stumbling blocks out of the way, if there are any.
pub(super) fn mended(text: &str, errors: &[Error]) -> Option<String> {
    let lines = Lines::of(text);
    let mut mends: BTreeMap<u32, String> = BTreeMap::new();
    for error in errors {
        let Some(span) = error.span() else { continue };
        let number = lines.number(span.start);
        let line = lines.text(text, number);
        if error.message().starts_with(NO_VALUE) && !line.contains("\"\"\"") && !line.contains("'''") {
            mends.insert(number, String::new());
        }
        let bracket = UNCLOSED.iter().find(|(what, _)| error.message().split(',').next() == Some(what));
        if let Some((_, bracket)) = bracket {
            let kept = line.get(..span.start - lines.0[number as usize - 1]).unwrap_or_default();
            mends.insert(number, format!("{kept}{bracket}"));
        }
    }
    if mends.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 2 * mends.len());
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        match mends.get(&number) {
            Some(mend) => {
                out.push_str(mend);
                out.push('\n');
            }
            None => out.push_str(line),
        }
    }
    Some(out)
}

/// Where an error is best shown: a string that was never closed where it opens, not at the end of the file.
fn offset(text: &str, error: &Error) -> usize {
    let offset = error.span().map_or(0, |span| span.start);
    let quotes = match error.message() {
        message if message.starts_with("invalid multi-line basic string") => "\"\"\"",
        message if message.starts_with("invalid multi-line literal string") => "'''",
        _ => return offset,
    };
    let at_end = offset >= text.trim_end().len();
    if at_end { text.rfind(quotes).unwrap_or(offset) } else { offset }
}

fn in_plain_words(error: &Error) -> String {
    let empty = error.span().is_some_and(|span| span.is_empty());
    let message = match error.message() {
        message if message.starts_with("string values must be quoted") && empty => "there is no value".to_owned(),
        message if message.starts_with("string values must be quoted") => "text must stand in quotes".to_owned(),
        message if message.starts_with(NO_VALUE) => "there is no value; write key = value".to_owned(),
        message => escaped(message),
    };
    format!("is not valid TOML: {message}")
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    fn mend(text: &str) -> Option<String> {
        mended(text, &DeTable::parse_recoverable(text).1)
    }

    #[test]
    fn stumbling_blocks_are_mended_within_their_line() {
        assert_eq!(mend("a = 1\nfoo\n[b # x\nc = 2\n[[d\n"), Some("a = 1\n\n[b]\nc = 2\n[[d]]\n".to_owned()));
        assert_eq!(mend("a = 1\n"), None);
        assert_eq!(mend("a = \n"), None);
    }

    #[test]
    fn an_unclosed_string_is_shown_where_it_opens() {
        let text = "a = 1\nb = \"\"\"\nc\nd\n";
        let found = complaints(text, &DeTable::parse_recoverable(text).1);
        assert_eq!(found.iter().map(|c| c.line).collect::<Vec<_>>(), [2]);
        assert_eq!(found[0].excerpt, "b = \"\"\"");
    }
}
