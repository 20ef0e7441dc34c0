//! Where a job's script has its files: in a folder of the job's own, or beside the script where a user sends it.

use std::path::Path;

use crate::batch::ScriptWord;
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
    pub(super) fn beside() -> Self {
        let named = |ending: &str| ScriptWord::Expanded(format!("\"parlab-$SLURM_JOB_ID.{ending}\""));
        Self { scenario: None, journal: named("jsonl"), report: named("json"), output: Some("parlab-%j.txt") }
    }

    /// In a folder of the job's own.
    ///
    /// # Errors
    /// When its path is no text.
    pub(super) fn within(folder: &Path) -> Result<Self, Failure> {
        let file = |name: &str| text(&folder.join(name));
        let (journal, report) = (file(JOURNAL)?.into(), file(REPORT)?.into());
        Ok(Self { scenario: Some(file(SCENARIO)?), journal, report, output: None })
    }
}

/// A path as a script holds it.
///
/// # Errors
/// When it is no text.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let refused = || Failure::usage(format!("{}: is no text (UTF-8), as a script must be", name(path)));
    path.to_str().map(str::to_owned).ok_or_else(refused)
}
