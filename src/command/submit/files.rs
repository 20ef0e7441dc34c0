//! Where a job's script has its files: in a folder of the job's own, or beside the script where a user sends it.

use std::path::{Path, PathBuf};

use crate::batch::{JobFolder, ScriptWord};
use crate::command::failure::Failure;
use crate::foreign::name;

/// The copy of the scenario.
pub(super) const SCENARIO: &str = "scenario.toml";
/// The script.
pub(super) const SCRIPT: &str = "script.sh";
/// Each event of the run.
pub(super) const JOURNAL: &str = "journal.jsonl";
/// The report in JSON.
pub(super) const REPORT: &str = "report.json";
/// What the job prints.
pub(super) const OUTPUT: &str = "output.txt";

/// The files of a job, as its script names them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct JobFiles {
    /// The copy of the scenario; `None` where the job reads the scenario's own file.
    pub(super) scenario: Option<String>,
    /// Each event of the run.
    pub(super) journal: ScriptWord,
    /// The report in JSON.
    pub(super) report: ScriptWord,
    /// What the job prints, as Slurm's patterns have it; `None` where that is said when the script is sent.
    pub(super) output: Option<&'static str>,
}

impl JobFiles {
    /// In the folder where the script is sent, by the job's number.
    pub(super) fn beside(is_array: bool) -> Self {
        let id = if is_array { "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" } else { "$SLURM_JOB_ID" };
        let named = |ending: &str| ScriptWord::Expanded(format!("\"parlab-{id}.{ending}\""));
        let output = Some(if is_array { "parlab-%A_%a.txt" } else { "parlab-%j.txt" });
        Self { scenario: None, journal: named("jsonl"), report: named("json"), output }
    }

    /// In a folder of the job's own; those of an array by their numbers.
    ///
    /// # Errors
    /// When its path is no text.
    pub(super) fn within(folder: &Path, is_array: bool) -> Result<Self, Failure> {
        let file = |name: &str| text(&folder.join(name));
        let numbered = |name: &str| {
            let (before, after) = name.split_once('.').unwrap_or((name, ""));
            Ok(ScriptWord::numbered(&file(&format!("{before}-"))?, &format!(".{after}")))
        };
        let named = |name: &str| if is_array { numbered(name) } else { file(name).map(ScriptWord::from) };
        let (journal, report) = (named(JOURNAL)?, named(REPORT)?);
        Ok(Self { scenario: Some(file(SCENARIO)?), journal, report, output: None })
    }
}

/// The journals of a job: one for each of an array.
pub(super) fn journals(folder: &JobFolder, array: Option<u32>) -> Vec<PathBuf> {
    let (before, after) = JOURNAL.split_once('.').unwrap_or((JOURNAL, ""));
    match array {
        None => vec![folder.file(JOURNAL)],
        Some(jobs) => (0..jobs).map(|job| folder.file(&format!("{before}-{job}.{after}"))).collect(),
    }
}

/// What a job has printed; of an array that of one of them.
pub(super) fn output(folder: &JobFolder, element: Option<u32>) -> PathBuf {
    element.map_or_else(|| folder.file(OUTPUT), |element| folder.file(&format!("{OUTPUT}.{element}")))
}

/// A path as a script holds it.
///
/// # Errors
/// When it is no text.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let refused = || Failure::usage(format!("{}: is no text (UTF-8), as a script must be", name(path)));
    path.to_str().map(str::to_owned).ok_or_else(refused)
}
