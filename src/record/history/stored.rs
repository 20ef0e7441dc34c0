//! The text of the file in which runs are remembered: what is in it, and why it cannot be understood.
//!
//! A record that makes no sense costs itself and no other. Whatever wrote the file, what is shown of it is escaped.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{History, Past};
use crate::foreign::{self, escaped, is_hazard, name};
use crate::system::files::ReadError;

/// What the file says it is.
const SCHEMA: &str = "parlab.history/1";
/// What files of other versions say.
const SCHEMAS: &str = "parlab.history/";
/// The longest text of a record that is believed, in bytes.
const MAX_TEXT: usize = 200;

/// Why runs are not remembered, or what was remembered of them is not known.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The file cannot be read.
    #[error("the history of runs {} cannot be read and is left alone: {cause}", name(file))]
    Unread {
        /// The file.
        file: PathBuf,
        /// Why not.
        cause: ReadError,
    },
    /// A later version of the program wrote it.
    #[error(
        "the history of runs {} was written by another version of parlab ({}) and is left alone",
        name(file),
        escaped(schema)
    )]
    OtherVersion {
        /// The file.
        file: PathBuf,
        /// What it says it is.
        schema: String,
    },
    /// It is no history.
    #[error("the history of runs {} cannot be understood; the next run that is done moves it aside", name(file))]
    Unsound {
        /// The file.
        file: PathBuf,
    },
    /// The run is not remembered.
    #[error("the run is not remembered in {}: {cause}", name(file))]
    Unwritten {
        /// The file.
        file: PathBuf,
        /// Why not.
        cause: io::Error,
    },
}

/// Why a text is no history.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misread {
    /// It is one of another version.
    OtherVersion(String),
    /// It is none.
    Unsound,
}

#[derive(Deserialize)]
struct Head {
    schema: String,
}

#[derive(Deserialize)]
struct Records<'t> {
    // As they stand there: a figure that no number can hold is that record's fault alone.
    #[serde(borrow)]
    runs: Vec<&'t RawValue>,
}

#[derive(Serialize)]
struct Stored<'h> {
    schema: &'static str,
    runs: &'h [Past],
}

/// What a text remembers; an empty one remembers nothing.
pub(super) fn parse(bytes: &[u8]) -> Result<History, Misread> {
    // Some editors write a byte order mark.
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if text.trim_ascii().is_empty() {
        return Ok(History::default());
    }
    let head: Head = serde_json::from_slice(text).map_err(|_| Misread::Unsound)?;
    if head.schema != SCHEMA {
        let is_ours = head.schema.starts_with(SCHEMAS);
        return Err(if is_ours { Misread::OtherVersion(head.schema) } else { Misread::Unsound });
    }
    let records: Records<'_> = serde_json::from_slice(text).map_err(|_| Misread::Unsound)?;
    let mut history = History::default();
    let runs = records.runs.into_iter().filter_map(|record| serde_json::from_str(record.get()).ok());
    runs.filter(is_sound).for_each(|past| history.add(past));
    Ok(history)
}

/// The text that remembers all this.
pub(super) fn text(history: &History) -> io::Result<String> {
    Ok(foreign::json(&Stored { schema: SCHEMA, runs: &history.runs })? + "\n")
}

/// Whether a record can be shown: short plain text, and a speedup that is one.
fn is_sound(past: &Past) -> bool {
    let plain = |text: &str| !text.is_empty() && text.len() <= MAX_TEXT && !text.chars().any(is_hazard);
    let ascii = |text: &str| plain(text) && text.is_ascii();
    let speedup = past.best_speedup.is_none_or(|speedup| speedup.is_finite() && speedup > 0.0);
    plain(&past.name) && ascii(&past.sha256) && ascii(&past.at) && speedup
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(records: &[&str]) -> Result<History, Misread> {
        parse(format!("{{\"schema\":\"{SCHEMA}\",\"runs\":[{}]}}", records.join(",")).as_bytes())
    }

    fn record(name: &str, speedup: &str) -> String {
        format!("{{\"name\":\"{name}\",\"bundled\":true,\"sha256\":\"a\",\"at\":\"b\",\"best_speedup\":{speedup}}}")
    }

    #[test]
    fn a_bad_record_costs_itself_alone() {
        let long = "x".repeat(MAX_TEXT + 1);
        let mut bad: Vec<String> = ["\"1.5\"", "-1.0", "0", "1e999", "[]", "true"].map(|x| record("bad", x)).to_vec();
        bad.extend(["a\\u001b[2J", "\\u009b", "\\u202e", "", "\\ud800", &long].map(|name| record(name, "1.0")));
        bad.extend(["7", "null", "[]", "{}", "{\"name\":\"x\"}"].map(str::to_owned));
        bad.push(record("bad", "null").replace("\"at\"", "\"name\":\"again\",\"at\""));
        bad.push(record("bad", "null").replace("\"sha256\":\"a\"", "\"sha256\":\"é\""));
        for bad in &bad {
            let found =
                history(&[&record("one", "1.5"), bad, &record("two", "null")]).unwrap_or_else(|_| panic!("{bad}"));
            let names: Vec<&str> = found.runs.iter().map(|past| past.name.as_str()).collect();
            assert_eq!(names, ["one", "two"], "{bad}");
        }
        assert_eq!(history(&[&record("one", "1.5").replace('}', ",\"more\":1}")]).unwrap().runs.len(), 1, "from later");
    }

    #[test]
    fn what_is_no_history_is_told_from_one_of_another_version() {
        let other = |text: &str| parse(text.as_bytes()).unwrap_err();
        assert_eq!(
            other("{\"schema\":\"parlab.history/2\",\"runs\":{}}"),
            Misread::OtherVersion("parlab.history/2".into())
        );
        let sound = format!("{{\"schema\":\"{SCHEMA}\",\"runs\":[]}}");
        for text in [
            "[]",
            "\u{0}",
            "x",
            "{\"schema\": 7",
            "{\"schema\":7,\"runs\":[]}",
            "{\"schema\":\"other\",\"runs\":[]}",
            "{\"runs\":[]}",
            &sound[..sound.len() - 1],
            &sound.replace("\"runs\"", "\"runs\":[],\"runs\""),
            &sound.replace("\"runs\"", "\"schema\":\"x\",\"runs\""),
            &sound.replace("[]", "[NaN]"),
            &format!("{sound}x"),
        ] {
            assert_eq!(other(text), Misread::Unsound, "{text}");
        }
        for text in ["", " \n", &sound, &format!("\u{feff}{sound}\n")] {
            assert_eq!(parse(text.as_bytes()), Ok(History::default()), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let history = history(&[&record("a \\\"b\\\" é", "1.5"), &record("two", "null")]).unwrap();
        assert_eq!(history.runs.len(), 2);
        assert_eq!(parse(text(&history).unwrap().as_bytes()), Ok(history));
    }
}
