//! What was read of a file of data: told in the report, so that a misreading can be seen.

use serde::{Deserialize, Serialize};

/// What was read of a file of data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataFacts {
    /// What the file is called in messages.
    pub file: String,
    /// Samples: lines without the header and without empty ones.
    pub samples: u64,
    /// Columns in all.
    pub columns: u64,
    /// Columns to learn from: without an index that was left out, and without the class.
    pub features: u64,
    /// How many classes there are.
    pub classes: u64,
    /// The line that was taken for the names of the columns, if one was.
    pub header_line: Option<u64>,
    /// These names, at most 100; `None` where no line was taken for them.
    pub header: Option<Vec<String>>,
    /// Whether the first column was left out, since it merely counts or names the lines.
    pub index_left_out: bool,
    /// What stands between the columns.
    pub separator: char,
    /// What may have been misread, a sentence each.
    pub doubts: Vec<String>,
}

/// Names of columns that are kept.
pub(super) const NAMES_MAX: usize = 100;

/// Names of columns in a sentence.
const NAMES_TOLD: usize = 8;

impl DataFacts {
    /// In a sentence: `d.csv: 4 samples of 2 columns and a class (2 classes); line 1 taken for names: a, b, class`.
    pub fn in_words(&self) -> String {
        let plural = |n: u64, word: &str| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") };
        let classes = if self.classes == 1 { "1 class".to_owned() } else { format!("{} classes", self.classes) };
        let header = match (&self.header, self.header_line) {
            (Some(names), Some(line)) => {
                let names: Vec<&str> = names.iter().map(|name| if name.is_empty() { "(none)" } else { name }).collect();
                let more = if names.len() > NAMES_TOLD { ", …" } else { "" };
                let names = &names[..names.len().min(NAMES_TOLD)];
                format!("line {line} taken for names: {}{more}", names.join(", "))
            }
            _ => "no line taken for names".to_owned(),
        };
        let index = if self.index_left_out { "; column 1 left out as an index" } else { "" };
        let (samples, features) = (plural(self.samples, "sample"), plural(self.features, "column"));
        format!("{}: {samples} of {features} and a class ({classes}); {header}{index}", self.file)
    }
}
