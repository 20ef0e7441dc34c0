//! Which scenarios were run before: what is remembered, in memory. The file is read and written by [`file`].

mod file;
mod stored;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::system::xdg;

pub use file::{MovedAside, read_history, remember};
pub use stored::HistoryError;

/// The most runs of the user's own scenarios that are remembered; the oldest are forgotten.
const MAX_OWN: usize = 200;
/// The most runs of bundled ones: more than there will ever be.
const MAX_BUNDLED: usize = 500;

/// The last run of a scenario that went well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// The scenario's name.
    pub name: String,
    /// Whether it is a bundled one.
    pub bundled: bool,
    /// SHA-256 of its text at that time.
    pub sha256: String,
    /// When the run began: RFC 3339, UTC.
    pub at: String,
    /// The best of the median speedups; `None` if it has none.
    pub best_speedup: Option<f64>,
}

/// All that is remembered: one run a scenario.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    runs: Vec<Past>,
}

impl History {
    /// Where the file is: `$XDG_STATE_HOME/parlab/history.json`, where the variable stands for `~/.local/state` if it
    /// is unset or not absolute (XDG Base Directory Specification 0.8). `None` if there is no home either: then
    /// nothing is remembered.
    pub fn standard_file(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
        Some(xdg::state_folder(variable)?.join("parlab").join("history.json"))
    }

    /// The run of a scenario. A bundled one is known by its name, whatever its text was then; one of the user's by
    /// its name and its text, since another text is another experiment.
    pub fn of(&self, name: &str, bundled: bool, sha256: &str) -> Option<&Past> {
        self.runs.iter().find(|past| past.name == name && past.bundled == bundled && (bundled || past.sha256 == sha256))
    }

    /// Remembers a run in place of the last one of the same scenario.
    pub fn add(&mut self, past: Past) {
        self.runs.retain(|old| {
            let same_text = past.bundled || old.sha256 == past.sha256;
            !(old.name == past.name && old.bundled == past.bundled && same_text)
        });
        self.runs.push(past);
        for (bundled, most) in [(true, MAX_BUNDLED), (false, MAX_OWN)] {
            let mut surplus = self.runs.iter().filter(|past| past.bundled == bundled).count().saturating_sub(most);
            self.runs.retain(|past| {
                let goes = past.bundled == bundled && surplus > 0;
                surplus -= usize::from(goes);
                !goes
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(name: &str, bundled: bool, sha256: &str) -> Past {
        let at = "2026-01-02T03:04:05Z".to_owned();
        Past { name: name.to_owned(), bundled, sha256: sha256.to_owned(), at, best_speedup: Some(1.5) }
    }

    #[test]
    fn the_last_run_counts_and_old_ones_of_ones_own_are_forgotten() {
        let mut history = History::default();
        history.add(past("database", true, "a"));
        history.add(Past { best_speedup: None, ..past("database", true, "b") });
        assert_eq!(history.of("database", true, "").unwrap().best_speedup, None);
        assert_eq!(history.runs.len(), 1);
        (0..MAX_OWN + 3).for_each(|i| history.add(past("mine", false, &i.to_string())));
        assert_eq!(history.runs.len(), 1 + MAX_OWN);
        assert!(history.of("mine", false, "2").is_none() && history.of("mine", false, "3").is_some());
        assert!(history.of("database", true, "").is_some());
    }

    #[test]
    fn the_file_stands_in_the_state_folder_or_nowhere() {
        let file = |variables: &[(&str, &str)]| {
            let get = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
            History::standard_file(get).map(|path| crate::foreign::name(&path))
        };
        let here = Some("/s/parlab/history.json".to_owned());
        let home = Some("/h/.local/state/parlab/history.json".to_owned());
        assert_eq!(file(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]), here);
        assert_eq!(file(&[("XDG_STATE_HOME", "s"), ("HOME", "/h")]), home);
        assert_eq!(file(&[("XDG_STATE_HOME", ""), ("HOME", "/h")]), home);
        assert_eq!(file(&[("HOME", "")]), None);
        assert_eq!(file(&[]), None);
    }
}
