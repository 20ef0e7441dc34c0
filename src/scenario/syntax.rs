//! Makes the most of a text that is no valid TOML: complaints in plain words, and a mended text to read on with.
//!
//! The TOML parser recovers from most errors, but gives up the whole rest of a file after a key without a value,
//! and a whole table after an unclosed header. Both are mended within their line, so that line numbers hold.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, Error};

use super::wording::{escaped, printable};

/// What the TOML parser says of a key that is followed by nothing.
const NO_VALUE: &str = "key with no value";
/// What it says of a header without its bracket.
const UNCLOSED: [(&str, &str); 2] = [("unclosed table", "]"), ("unclosed array table", "]]")];

/// A broken text beyond this many bytes is read up to its first mistake only: the parser keeps each of them, and
/// a megabyte can hold a million.
const THOROUGH: usize = 64 << 10;

/// What is wrong with a text as TOML, and what to read in its stead.
pub(super) struct Damage {
    /// The first complaint of each line.
    pub(super) complaints: Vec<Complaint>,
    /// The text with its mistakes mended or cut off; its lines are still the same.
    pub(super) readable: String,
}

/// Looks at a text; nothing if it is valid TOML.
pub(super) fn damage(text: &str) -> Option<Damage> {
    let first = DeTable::parse(text).err()?;
    if text.len() > THOROUGH {
        let start = SourceLines::of(text).start(offset(text, &first));
        let mut complaints = complaints(text, &[first]);
        complaints.iter_mut().for_each(|complaint| complaint.message.push_str("; the rest was not read"));
        return Some(Damage { complaints, readable: text[..start].to_owned() });
    }
    let errors = DeTable::parse_recoverable(text).1;
    let mut complaints = complaints(text, &errors);
    let readable = mended(text, &errors);
    if readable != text {
        complaints.extend(self::complaints(&readable, &DeTable::parse_recoverable(&readable).1));
    }
    Some(Damage { complaints, readable })
}

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
pub(super) struct SourceLines(Vec<usize>);

impl SourceLines {
    pub(super) fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(breaks).collect())
    }

    /// The line of an offset, counted from 1.
    pub(super) fn number(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    /// Where the line of an offset begins.
    fn start(&self, offset: usize) -> usize {
        self.0[self.number(offset) as usize - 1]
    }

    /// The line of an offset, without its end.
    fn text<'t>(&self, text: &'t str, offset: usize) -> &'t str {
        text[self.start(offset)..].lines().next().unwrap_or_default()
    }
}

/// The first complaint of each line.
fn complaints(text: &str, errors: &[Error]) -> Vec<Complaint> {
    let lines = SourceLines::of(text);
    let mut first = BTreeMap::new();
    for error in errors {
        let offset = offset(text, error);
        let line = lines.number(offset);
        first.entry(line).or_insert_with(|| Complaint {
            line,
            excerpt: printable(lines.text(text, offset).trim()),
            message: in_plain_words(error),
        });
    }
    first.into_values().collect()
}

/// The text with its stumbling blocks out of the way.
fn mended(text: &str, errors: &[Error]) -> String {
    let lines = SourceLines::of(text);
    let mut seen = BTreeSet::new();
    let mut mends: BTreeMap<u32, String> = BTreeMap::new();
    for error in errors {
        let Some(span) = error.span() else { continue };
        let number = lines.number(span.start);
        // Once a line: its length may be that of the text.
        if seen.insert(number)
            && let Some(mend) =
                mend(error.message(), lines.text(text, span.start), span.start - lines.start(span.start))
        {
            mends.insert(number, mend);
        }
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
    out
}

/// What to read instead of a line with a mistake at one of its bytes, if that helps.
fn mend(message: &str, line: &str, at: usize) -> Option<String> {
    if message.starts_with(NO_VALUE) {
        // Quotes of three may span lines; without one of them the next would open what this one closed.
        let spans_lines = line.contains("\"\"\"") || line.contains("'''");
        return (!spans_lines).then(String::new);
    }
    let what = message.split(',').next().unwrap_or_default();
    let (_, bracket) = UNCLOSED.iter().find(|(unclosed, _)| *unclosed == what)?;
    Some(format!("{}{bracket}", line.get(..at)?))
}

/// Where an error is best shown: a string that was never closed where it opens, not at the end of the file.
fn offset(text: &str, error: &Error) -> usize {
    let offset = error.span().map_or(0, |span| span.start);
    let quotes = match error.message() {
        message if message.starts_with("invalid multi-line basic string") => "\"\"\"",
        message if message.starts_with("invalid multi-line literal string") => "'''",
        _ => return offset,
    };
    let at_end = text[offset..].trim_end().is_empty();
    if at_end { text.rfind(quotes).unwrap_or(offset) } else { offset }
}

fn in_plain_words(error: &Error) -> String {
    let empty = error.span().is_some_and(|span| span.is_empty());
    let message = match error.message() {
        message if message.starts_with("string values must be quoted") && empty => "there is no value".to_owned(),
        message if message.starts_with("string values must be quoted") => "text must stand in quotes".to_owned(),
        message if message.starts_with(NO_VALUE) => "there is no value; write key = value".to_owned(),
        message => escaped(message).into_owned(),
    };
    format!("is not valid TOML: {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readable(text: &str) -> String {
        damage(text).map_or_else(|| text.to_owned(), |damage| damage.readable)
    }

    #[test]
    fn stumbling_blocks_are_mended_within_their_line() {
        assert_eq!(readable("a = 1\nfoo\n[b # x\nc = 2\n[[d\n"), "a = 1\n\n[b]\nc = 2\n[[d]]\n");
        assert_eq!(readable("a = \n"), "a = \n");
        assert!(damage("a = 1\n").is_none());
    }

    #[test]
    fn an_unclosed_string_is_shown_where_it_opens() {
        let found = damage("a = 1\nb = \"\"\"\nc\nd\n").unwrap().complaints;
        assert_eq!(found.iter().map(|c| c.line).collect::<Vec<_>>(), [2]);
        assert_eq!(found[0].excerpt, "b = \"\"\"");
    }

    #[test]
    fn a_large_text_is_read_up_to_its_first_mistake() {
        let text = format!("a = 1\nb\n{}", "c = \n".repeat(20_000));
        let damage = damage(&text).unwrap();
        assert_eq!(damage.readable, "a = 1\n");
        assert_eq!(damage.complaints.len(), 1);
        assert!(damage.complaints[0].message.ends_with("; the rest was not read"));
    }
}
