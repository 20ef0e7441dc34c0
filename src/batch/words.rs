//! A job in words, for people: what it waits for, where it runs, how it ended. What is shown of the batch system's own
//! words has passed through `foreign`.

use super::follow::{FollowedJob, JobPhase};
use super::job::{ExitCode, JobEnd, JobState};
use crate::foreign::printable;

/// Why jobs wait, by Slurm's words for it.
const REASONS: &[(&str, &str)] = &[
    ("Priority", "jobs of higher priority come first"),
    ("Resources", "what it asks for is not free"),
    ("Dependency", "a job that it depends on has not ended"),
    ("BeginTime", "it is not to start yet"),
    ("JobHeldUser", "it is held; scontrol release lets it go"),
    ("JobHeldAdmin", "an administrator holds it"),
    ("PartitionDown", "the partition is closed"),
    ("PartitionInactive", "the partition is closed"),
    ("PartitionNodeLimit", "it asks for more machines than the partition gives"),
    ("PartitionTimeLimit", "it asks for more time than the partition gives: --time"),
    ("ReqNodeNotAvail", "a machine that it asks for is not available"),
    ("Reservation", "its reservation has not begun"),
    ("AssocGrpCpuLimit", "the account has as many CPUs as it may"),
    ("QOSMaxJobsPerUserLimit", "you have as many jobs as you may"),
    ("QOSMaxCpuPerUserLimit", "you have as many CPUs as you may"),
    ("JobArrayTaskLimit", "as many of the array run as may at a time"),
];

/// Why a job waits: in our words, with the system's own in parentheses; those alone where they are not known.
pub fn reason_in_words(reason: &str) -> String {
    let shown = printable(reason);
    let word = reason.split([',', ' ']).next().unwrap_or_default();
    match REASONS.iter().find(|(known, _)| *known == word) {
        Some((_, meaning)) => format!("{meaning} ({shown})"),
        None => shown,
    }
}

/// How far a job has come, in one line.
pub fn job_in_words(job: &FollowedJob) -> String {
    let state = format!("{}{}", phase_in_words(job), of_array(job));
    match &job.silence {
        Some(silence) => format!("{state}, by what was last known: {}; the job is not affected", silence.why),
        None => state,
    }
}

fn phase_in_words(job: &FollowedJob) -> String {
    match job.phase {
        JobPhase::Sent => "was sent".to_owned(),
        JobPhase::Pending => pending(job),
        JobPhase::Starting => format!("is started{}", place_of(job)),
        JobPhase::Running => running(job, false),
        JobPhase::Suspended => "stands still: it was suspended".to_owned(),
        JobPhase::Completing => "has ended; its machines are cleaned up".to_owned(),
        JobPhase::Ended(end) => ended_in_words(end, job.exit),
    }
}

/// How far a job has come, in few words that change as it runs, without why it waits and for how long.
pub fn state_in_words(job: &FollowedJob) -> String {
    let state = match job.phase {
        JobPhase::Pending => "waits".to_owned(),
        JobPhase::Running => running(job, true),
        _ => phase_in_words(job),
    };
    state + &of_array(job)
}

/// Where a job stands among those that wait, if that is known: `place 2 of 7 in main`.
pub fn place_in_words(job: &FollowedJob) -> Option<String> {
    let place = job.place?;
    let partition = job.row().map_or_else(String::new, |row| format!(" in {}", printable(&row.partition)));
    Some(format!("place {} of {}{partition}", place.place, place.of))
}

fn pending(job: &FollowedJob) -> String {
    let row = job.row();
    let reason = row.and_then(|row| row.reason.as_deref()).map(|reason| format!(": {}", reason_in_words(reason)));
    let place = place_in_words(job).map(|place| format!("; {place}"));
    let start = row.and_then(|row| row.start.as_deref()).map(|at| format!("; expected to start {}", printable(at)));
    ["waits".to_owned()].into_iter().chain(reason).chain(start).chain(place).collect()
}

/// Where it runs, on what, and how long it may; how long it has, if asked for.
fn running(job: &FollowedJob, with_elapsed: bool) -> String {
    let cpus = job.row().map_or_else(String::new, |row| match row.cpus.as_str() {
        "1" => ", 1 CPU".to_owned(),
        cpus => format!(", {} CPUs", printable(cpus)),
    });
    let limit = job.row().map_or_else(String::new, |row| {
        let limit = printable(&row.limit);
        match with_elapsed {
            true => format!(", for {} of {limit}", printable(&row.elapsed)),
            false => format!(", may take {limit}"),
        }
    });
    format!("runs{}{cpus}{limit}", place_of(job))
}

fn place_of(job: &FollowedJob) -> String {
    let nodes = job.row().map(|row| printable(&row.nodes)).filter(|nodes| !nodes.is_empty());
    nodes.map_or_else(String::new, |nodes| format!(" on {nodes}"))
}

/// How many of an array have come how far.
fn of_array(job: &FollowedJob) -> String {
    let all = job.rows.len();
    if all < 2 {
        return String::new();
    }
    let (waiting, ended) =
        (job.count(|state| state == JobState::Pending), job.count(|state| matches!(state, JobState::Ended(_))));
    let parts = [(waiting, "waiting"), (all - waiting - ended, "running"), (ended, "ended")];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    format!(" (of {all} jobs {})", parts.join(", "))
}

/// How a job ended.
pub fn ended_in_words(end: JobEnd, exit: Option<ExitCode>) -> String {
    let with = match exit {
        Some(ExitCode { signal: 0, status }) => format!(": exit status {status}"),
        Some(ExitCode { signal, .. }) => format!(": killed by signal {signal}"),
        None => String::new(),
    };
    match end {
        JobEnd::Completed => "is completed".to_owned(),
        JobEnd::Failed => format!("failed{with}"),
        JobEnd::Cancelled => "was cancelled".to_owned(),
        JobEnd::TimedOut => "took longer than it may, and was ended: --time gives it more".to_owned(),
        JobEnd::Preempted => "was ended: another job took its place".to_owned(),
        JobEnd::OutOfMemory => "needed more memory than it may, and was ended: --mem gives it more".to_owned(),
        JobEnd::NodeFailed => "was ended: a machine failed".to_owned(),
        JobEnd::Unknown => "is over; how it ended, the batch system has forgotten".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::batch::error::BatchError;
    use crate::batch::follow::tests::{job, row};
    use crate::batch::job::{JobRow, QueuePlace};

    #[test]
    fn a_job_that_waits_says_for_what_until_when_and_behind_whom() {
        let mut job = job();
        assert_eq!(job_in_words(&job), "was sent");
        let start = Some("2026-11-28T10:00:00".to_owned());
        job.saw(vec![JobRow { reason: Some("Priority".to_owned()), start, ..row(None, JobState::Pending) }]);
        job.place = Some(QueuePlace { place: 2, of: 7 });
        assert_eq!(
            job_in_words(&job),
            "waits: jobs of higher priority come first (Priority); expected to start 2026-11-28T10:00:00; place 2 of 7 in main"
        );
        job.saw(vec![row(None, JobState::Pending)]);
        job.place = None;
        assert_eq!(job_in_words(&job), "waits");
        assert_eq!(
            reason_in_words("ReqNodeNotAvail, UnavailableNodes:n1"),
            "a machine that it asks for is not available (ReqNodeNotAvail, UnavailableNodes:n1)"
        );
        assert_eq!(reason_in_words("Odd\u{1b}[2J"), "Odd\\u{1b}[2J");
    }

    #[test]
    fn a_job_that_runs_says_where_and_what_is_not_known_is_not_said() {
        let mut job = job();
        job.saw(vec![row(None, JobState::Running)]);
        assert_eq!(job_in_words(&job), "runs on node1, 4 CPUs, may take 1:00:00");
        assert_eq!(state_in_words(&job), "runs on node1, 4 CPUs, for 0:07 of 1:00:00");
        job.missed(&BatchError::Silent { program: "squeue", patience: Duration::from_secs(15) });
        assert_eq!(
            job_in_words(&job),
            "runs on node1, 4 CPUs, may take 1:00:00, by what was last known: squeue does not answer within 15 s; the job is \
             not affected"
        );
    }

    #[test]
    fn an_array_says_how_many_have_come_how_far() {
        let mut job = job();
        let done = JobState::Ended(JobEnd::Completed);
        job.saw(vec![row(Some(0), done), row(Some(1), JobState::Running), row(Some(2), JobState::Running)]);
        assert_eq!(job_in_words(&job), "runs on node1, 4 CPUs, may take 1:00:00 (of 3 jobs 2 running, 1 ended)");
        job.saw(vec![row(Some(0), done), row(Some(1), JobState::Ended(JobEnd::OutOfMemory))]);
        let told = job_in_words(&job);
        assert!(told.starts_with("needed more memory") && told.ends_with("(of 2 jobs 2 ended)"), "{told}");
    }

    #[test]
    fn every_end_has_words_of_its_own() {
        let exit = |status, signal| Some(ExitCode { status, signal });
        assert_eq!(ended_in_words(JobEnd::Failed, exit(7, 0)), "failed: exit status 7");
        assert_eq!(ended_in_words(JobEnd::Failed, exit(0, 9)), "failed: killed by signal 9");
        assert_eq!(ended_in_words(JobEnd::Completed, exit(0, 0)), "is completed");
        assert_eq!(ended_in_words(JobEnd::Cancelled, exit(0, 15)), "was cancelled");
        for (end, says) in [
            (JobEnd::TimedOut, "--time"),
            (JobEnd::OutOfMemory, "--mem"),
            (JobEnd::NodeFailed, "machine"),
            (JobEnd::Preempted, "another job"),
            (JobEnd::Unknown, "forgotten"),
        ] {
            assert!(ended_in_words(end, None).contains(says), "{end:?}");
        }
    }
}
