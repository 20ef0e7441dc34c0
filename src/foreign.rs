//! The one door for what others wrote: names of files, options, cells, messages, before they are shown anywhere.
//!
//! A character that does more on a terminal than take its place (a control, or what turns or hides text) is written
//! as its number, and so is a byte that is no character. What is printed at all has passed through [`PlainText`];
//! what stands within a line has passed through [`escaped`], [`printable`] or [`name`] before, since only those know
//! that a line break is none of the text's own. Nothing is judged here, and nothing printed.

use std::borrow::Cow;
use std::ffi::OsStr;

use serde::Serialize;

/// The longest excerpt of foreign text that a message holds, in characters.
const EXCERPT: usize = 48;

/// Whether a character can do more on a terminal than take its place: controls, and what turns or hides text.
pub fn is_hazard(c: char) -> bool {
    // Nearly all there is comes first.
    !matches!(c, ' '..='~')
        && (c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'))
}

/// A text within a line, whole: `a\u{1b}[2J`.
pub fn escaped(text: &str) -> Cow<'_, str> {
    rewritten(text, |c| is_hazard(c).then(|| c.escape_unicode().to_string()))
}

/// A text within a line: the first line of it, shortened.
pub fn printable(text: &str) -> String {
    let text = text.trim_end();
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    let cut = line.char_indices().nth(EXCERPT).map_or(line.len(), |(at, _)| at);
    let mut out = escaped(&line[..cut]).into_owned();
    if cut < text.len() {
        out.push('…');
    }
    out
}

/// A path, or anything else that the system takes for a name: within a line, whole, a byte that is no character as
/// `\xff`.
pub fn name(name: &(impl AsRef<OsStr> + ?Sized)) -> String {
    bytes(name.as_ref().as_encoded_bytes())
}

/// Bytes that should be text, as [`name`] has it.
pub fn bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(&escaped(chunk.valid()));
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("\\x{byte:02x}")));
    }
    out
}

/// A value as JSON in several lines, without a line break at its end.
///
/// JSON leaves most hazards as they are; here they are written as `\u009b`, which is the same text to all that read it.
///
/// # Errors
/// When the value is none that JSON has, such as a map whose keys are no texts.
pub fn json(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(value).map(json_escaped)
}

/// The same in one line.
///
/// # Errors
/// As [`json`].
pub fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value).map(json_escaped)
}

/// JSON has hazards within texts alone, but for the line breaks between its members.
fn json_escaped(json: String) -> String {
    match rewritten(&json, |c| (is_hazard(c) && c != '\n').then(|| utf16(c))) {
        Cow::Borrowed(_) => json,
        Cow::Owned(escaped) => escaped,
    }
}

fn utf16(c: char) -> String {
    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// Text in lines that may go to a terminal, whatever it holds: all that is printed is of this type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainText(String);

impl PlainText {
    /// Lines of our own, some of which hold what others wrote.
    pub fn lines(text: &str) -> Self {
        Self(rewritten(text, |c| (is_hazard(c) && c != '\n').then(|| c.escape_unicode().to_string())).into_owned())
    }

    /// A file's text for a reader who wants to have that file: tabs stay, and lines end as ours do.
    pub fn of_file(text: &str) -> Self {
        // As TOML writes such a character within quotes.
        let toml = |c: char| match u32::from(c) {
            number @ ..=0xffff => format!("\\u{number:04x}"),
            number => format!("\\U{number:08x}"),
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        Self(rewritten(&text, |c| (is_hazard(c) && !['\n', '\t'].contains(&c)).then(|| toml(c))).into_owned())
    }

    /// What the program generates of nothing but its own words, such as scripts, whose bytes matter.
    pub fn own_words(text: String) -> Self {
        Self(text)
    }

    /// The same with other characters in place of some, none of which is a hazard.
    pub fn map(self, change: impl FnOnce(&str) -> Cow<'_, str>) -> Self {
        Self::lines(&change(&self.0))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text with something else in place of some characters.
fn rewritten(text: &str, instead: impl Fn(char) -> Option<String>) -> Cow<'_, str> {
    // Nearly every text is as it should be.
    let Some(first) = text.char_indices().find_map(|(at, c)| instead(c).map(|_| at)) else {
        return Cow::Borrowed(text);
    };
    let mut out = text[..first].to_owned();
    for c in text[first..].chars() {
        match instead(c) {
            Some(other) => out.push_str(&other),
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::Path;

    use super::*;

    /// One of each sort.
    const HAZARDS: &str = "\u{0}\u{7}\u{8}\t\n\u{b}\r\u{1b}\u{7f}\u{85}\u{9b}\u{9d}\u{ad}\u{61c}\u{200b}\u{200e}\u{202e}\
                           \u{2028}\u{2029}\u{2066}\u{feff}\u{e0041}";

    fn hazards_in(text: &str) -> Vec<char> {
        text.chars().filter(|&c| is_hazard(c)).collect()
    }

    #[test]
    fn what_is_harmless_stays_as_it_is() {
        let text = "plain × “text” – 漢字 é e\u{301} 👍🏽 \\u{1b}";
        assert!(matches!(escaped(text), Cow::Borrowed(_)));
        assert_eq!((name(text), PlainText::lines(text).as_str()), (text.to_owned(), text));
        assert_eq!(json_line(&"é\"").unwrap(), r#""é\"""#);
    }

    #[test]
    fn no_hazard_leaves_any_of_the_ways_out() {
        assert_eq!(HAZARDS.chars().filter(|&c| !is_hazard(c)).count(), 0);
        for hazard in HAZARDS.chars() {
            let text = format!("a{hazard}b");
            for out in [escaped(&text).into_owned(), printable(&text), name(&text)] {
                assert_eq!(hazards_in(&out), [], "{out}");
                assert!(out.starts_with('a') && !out.contains(&text), "{out}");
            }
            assert!(hazards_in(PlainText::lines(&text).as_str()).iter().all(|&c| c == '\n'));
            assert!(hazards_in(PlainText::of_file(&text).as_str()).iter().all(|&c| c == '\n' || c == '\t'));
            let (line, lines) = (json_line(&[&text]).unwrap(), json(&[&text]).unwrap());
            assert_eq!(hazards_in(&line), [], "{line}");
            assert_eq!(serde_json::from_str::<Vec<String>>(&line).unwrap(), std::slice::from_ref(&text));
            assert_eq!(serde_json::from_str::<Vec<String>>(&lines).unwrap(), std::slice::from_ref(&text));
            assert!(hazards_in(&lines).iter().all(|&c| c == '\n'), "{lines}");
        }
    }

    #[test]
    fn bytes_that_are_no_characters_are_told_from_those_that_are() {
        let path = Path::new(OsStr::from_bytes(b"a\x9b2J\xff\xc3\xa9\xe2\x82"));
        assert_eq!(name(path), "a\\x9b2J\\xffé\\xe2\\x82");
        assert_eq!(name("\u{9b}"), "\\u{9b}");
    }

    #[test]
    fn excerpts_are_short_and_harmless() {
        assert_eq!(printable("plain"), "plain");
        assert_eq!(printable("\u{1b}[2Jx\u{202e}y"), "\\u{1b}[2Jx\\u{202e}y");
        assert_eq!(printable("one\ntwo"), "one…");
        assert_eq!(printable(&"é".repeat(60)), format!("{}…", "é".repeat(48)));
    }

    #[test]
    fn a_file_is_still_the_same_to_its_parser() {
        let text = "\u{feff}a = \"x\u{202e}\u{e0041}\"\r\n\tb = 1\n";
        assert_eq!(PlainText::of_file(text).as_str(), "a = \"x\\u202e\\U000e0041\"\n\tb = 1\n");
    }
}
