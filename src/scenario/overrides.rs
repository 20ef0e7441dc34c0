//! What the command line says instead of the file: keys with text as it was typed, checked where the file is checked.
//!
//! File and command line are one range of offsets, in which every value has its place: the file's bytes come first, the
//! options follow far behind.

use super::wording::printable;

/// What stands at this offset and beyond was given on the command line; no file is as long.
pub(super) const COMMAND_LINE: usize = usize::MAX / 4;

/// What stands at this offset and beyond was given on the command line and is no TOML: it is taken as it was typed.
pub(super) const BARE: usize = usize::MAX / 2;

/// The option that stands in for any key.
const SET: &str = "-s";

/// Keys of a scenario with what stands in for their values, in the order they were typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides(Vec<Override>);

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Override {
    /// The option of its own that the key was given by, such as `--repeats`; `None` for `-s`.
    pub(super) option: Option<String>,
    /// The key as it was typed, with or without its table.
    pub(super) key: String,
    /// The value as it was typed.
    pub(super) text: String,
}

impl Overrides {
    /// Adds `-s KEY=VALUE`: the value is TOML, or else the text that it is.
    pub fn set(&mut self, key: &str, text: &str) {
        self.0.push(Override { option: None, key: key.to_owned(), text: text.to_owned() });
    }

    /// Adds what was typed behind the option of a key's own: `--repeats 5` is `("repeats", "5")`.
    pub fn set_by_option(&mut self, name: &str, text: &str) {
        let option = Some(format!("--{name}"));
        self.0.push(Override { option, key: name.to_owned(), text: text.to_owned() });
    }

    /// Each option with its key and the text, in the order they were typed.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.0.iter().map(|it| (it.option.as_deref().unwrap_or(SET), it.key.as_str(), it.text.as_str()))
    }

    /// How the option at an offset is named, with its value or the part of it that was typed there.
    pub(super) fn subject(&self, offset: usize, typed: Option<&str>) -> String {
        let at = if offset >= BARE { offset - BARE } else { offset - COMMAND_LINE };
        match self.placed().take_while(|(start, _)| *start <= at).last() {
            Some((_, Override { option: Some(option), text, .. })) => {
                format!("{option} \"{}\"", printable(typed.unwrap_or(text)))
            }
            Some((_, Override { key, text, .. })) => format!("{SET} {}", printable(&format!("{key}={text}"))),
            None => SET.to_owned(),
        }
    }

    /// Each of them with where it begins on the command line, as if they stood in a row: `key=text key=text`.
    pub(super) fn placed(&self) -> impl Iterator<Item = (usize, &Override)> {
        self.0.iter().scan(0, |end, it| {
            let start = *end;
            *end += it.key.len() + it.text.len() + 2;
            Some((start, it))
        })
    }
}
