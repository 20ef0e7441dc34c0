//! What went wrong in a run, or may mislead: words for scripts, a sentence for people. Nothing is judged here.

use serde::{Deserialize, Serialize};

/// What went wrong in a run, or may mislead in its figures: a word for scripts and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What scripts and rules go by.
    pub code: WarningCode,
    /// One line.
    pub message: String,
}

/// The kinds of warnings. Their words are part of the report's schema: they are added to, never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WarningCode {
    /// More threads than usable CPUs, where workers bring threads of their own.
    Oversubscribed,
    /// A file of data may have been misread.
    DataInDoubt,
    /// The system does not tell what memory the workers take up.
    MemoryUnknown,
    /// A worker ended before its work did.
    WorkerLost,
    /// A task was given up because it cost two workers.
    TaskFailed,
    /// Tasks of a trial failed.
    TasksFailed,
    /// A fit was stopped before it converged.
    NotConverged,
    /// A trial took longer than its time limit.
    Timeout,
    /// A trial was timed again, since what it took was not what its tasks take.
    TimedAgain,
    /// A trial was disturbed each time that it was timed, and is no sample.
    NoSample,
    /// Trials were too noisy to be samples like others.
    NoisyTrials,
    /// A limit was reached before the intervals were as narrow as was asked for.
    PrecisionNotReached,
    /// Ranks of an MPI program seem to wait for each other for good.
    DeadlockSuspected,
    /// A trial could not be carried on.
    TrialBroken,
    /// Two trials of the same tasks came to different results.
    ResultsDiffer,
    /// The machine became slower or faster during the run.
    Drift,
    /// The trials of a configuration are too short to be timed well.
    TooShort,
    /// More warnings of one kind than are listed.
    More,
    /// The run was cut short and gone on with.
    Resumed,
    /// Its configurations were measured on several machines.
    SeveralMachines,
    /// The run was ended before its last trial.
    Interrupted,
    /// The record of the run ends before the run does.
    Unfinished,
    /// The journal that was asked for could not be written, or not to its end.
    JournalIncomplete,
    /// The report could not be written where it was asked to go.
    ReportRedirected,
    /// An error within parlab.
    InternalError,
}

impl WarningCode {
    /// All codes, in the order of their description.
    pub const ALL: [Self; 25] = [
        Self::Oversubscribed,
        Self::DataInDoubt,
        Self::MemoryUnknown,
        Self::WorkerLost,
        Self::TaskFailed,
        Self::TasksFailed,
        Self::NotConverged,
        Self::Timeout,
        Self::TimedAgain,
        Self::NoSample,
        Self::NoisyTrials,
        Self::PrecisionNotReached,
        Self::DeadlockSuspected,
        Self::TrialBroken,
        Self::ResultsDiffer,
        Self::Drift,
        Self::TooShort,
        Self::More,
        Self::Resumed,
        Self::SeveralMachines,
        Self::Interrupted,
        Self::Unfinished,
        Self::JournalIncomplete,
        Self::ReportRedirected,
        Self::InternalError,
    ];

    /// The word used in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Oversubscribed => "oversubscribed",
            Self::DataInDoubt => "data-in-doubt",
            Self::MemoryUnknown => "memory-unknown",
            Self::WorkerLost => "worker-lost",
            Self::TaskFailed => "task-failed",
            Self::TasksFailed => "tasks-failed",
            Self::NotConverged => "not-converged",
            Self::Timeout => "timeout",
            Self::TimedAgain => "timed-again",
            Self::NoSample => "no-sample",
            Self::NoisyTrials => "noisy-trials",
            Self::PrecisionNotReached => "precision-not-reached",
            Self::DeadlockSuspected => "deadlock-suspected",
            Self::TrialBroken => "trial-broken",
            Self::ResultsDiffer => "results-differ",
            Self::Drift => "drift",
            Self::TooShort => "too-short",
            Self::More => "more",
            Self::Resumed => "resumed",
            Self::SeveralMachines => "several-machines",
            Self::Interrupted => "interrupted",
            Self::Unfinished => "unfinished",
            Self::JournalIncomplete => "journal-incomplete",
            Self::ReportRedirected => "report-redirected",
            Self::InternalError => "internal-error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_and_stored_by_the_same_word() {
        for code in WarningCode::ALL {
            assert_eq!(serde_json::to_value(code).expect("a word"), code.word());
        }
    }
}
