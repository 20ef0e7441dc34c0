//! Where a job's script has its files: in a folder of the job's own, or beside the script where a user sends it.

use crate::batch::ScriptWord;

/// The files of a job, as its script names them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Places {
    /// The copy of the scenario; `None` where the job reads the scenario's own file.
    pub(super) scenario: Option<String>,
    /// Each event of the run.
    pub(super) journal: ScriptWord,
    /// The report in JSON.
    pub(super) report: ScriptWord,
    /// What the job prints, as Slurm's patterns have it; `None` where that is said when the script is sent.
    pub(super) output: Option<&'static str>,
}

impl Places {
    /// In the folder where the script is sent, by the job's number.
    pub(super) fn beside() -> Self {
        let named = |ending: &str| ScriptWord::Expanded(format!("\"parlab-$SLURM_JOB_ID.{ending}\""));
        Self { scenario: None, journal: named("jsonl"), report: named("json"), output: Some("parlab-%j.txt") }
    }
}
