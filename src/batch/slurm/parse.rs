//! The words of Slurm's programs, as they have been since version 20, read without believing more than can be true.

use crate::batch::job::{ExitCode, JobEnd, JobRow, JobState, QueuePlace};
use crate::batch::job_id::JobId;

/// What `squeue` is asked to say of a job, a line each: the reason last, since it may hold anything.
pub(super) const FORMAT: &str = "%i|%T|%M|%l|%C|%S|%P|%N|%r";
const FIELDS: usize = 9;

/// The number of a job that was sent: `4711`, or `4711;cluster`.
pub(super) fn submitted(said: &str) -> Option<JobId> {
    let line = said.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    line.split(';').next()?.parse().ok()
}

/// The rows of a job.
///
/// # Errors
/// The first line that is none.
pub(super) fn rows(said: &str) -> Result<Vec<JobRow>, String> {
    let lines = said.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| row(line).ok_or_else(|| line.to_owned())).collect()
}

fn row(line: &str) -> Option<JobRow> {
    let fields: Vec<&str> = line.splitn(FIELDS, '|').map(str::trim).collect();
    let &[id, state, elapsed, limit, cpus, start, partition, nodes, reason] = &fields[..] else { return None };
    let (job, element) = id.split_once('_').map_or((id, None), |(job, element)| (job, Some(element)));
    job.parse::<JobId>().ok()?;
    let told = |word: &str| (!["", "N/A", "None", "(null)", "Unknown"].contains(&word)).then(|| word.to_owned());
    Some(JobRow {
        // Those of an array that are not told apart yet are told as one: `4711_[2-5]`.
        element: element.and_then(|element| element.parse().ok()),
        state: state_of(state)?,
        reason: told(reason),
        elapsed: elapsed.to_owned(),
        limit: limit.to_owned(),
        cpus: cpus.to_owned(),
        start: told(start),
        partition: partition.to_owned(),
        nodes: nodes.to_owned(),
    })
}

/// States as Slurm writes them in full.
fn state_of(word: &str) -> Option<JobState> {
    Some(match word {
        "PENDING" | "REQUEUED" | "REQUEUE_FED" | "REQUEUE_HOLD" | "SPECIAL_EXIT" | "RESV_DEL_HOLD" => JobState::Pending,
        "CONFIGURING" => JobState::Starting,
        "RUNNING" | "RESIZING" | "SIGNALING" | "STAGE_OUT" => JobState::Running,
        "SUSPENDED" | "STOPPED" => JobState::Suspended,
        "COMPLETING" => JobState::Completing,
        "COMPLETED" => JobState::Ended(JobEnd::Completed),
        "CANCELLED" | "REVOKED" => JobState::Ended(JobEnd::Cancelled),
        "TIMEOUT" | "DEADLINE" => JobState::Ended(JobEnd::TimedOut),
        "PREEMPTED" => JobState::Ended(JobEnd::Preempted),
        "FAILED" | "LAUNCH_FAILED" | "RECONFIG_FAIL" => JobState::Ended(JobEnd::Failed),
        "OUT_OF_MEMORY" => JobState::Ended(JobEnd::OutOfMemory),
        "NODE_FAIL" | "BOOT_FAIL" => JobState::Ended(JobEnd::NodeFailed),
        _ => return None,
    })
}

/// Where a job stands among numbers of jobs, a line each; the first of several of its own counts.
pub(super) fn place(said: &str, job: JobId) -> Option<QueuePlace> {
    let mut jobs: Vec<JobId> = said.lines().filter_map(|line| line.trim().parse().ok()).collect();
    let mut seen = std::collections::HashSet::new();
    jobs.retain(|job| seen.insert(*job));
    let place = jobs.iter().position(|found| *found == job)?;
    Some(QueuePlace { place: u32::try_from(place).ok()? + 1, of: u32::try_from(jobs.len()).ok()? })
}

/// With what the script ended: `ExitCode=1:0` of the line of each job, the worst of them.
pub(super) fn exit_code(said: &str) -> Option<ExitCode> {
    let of_line = |line: &str| {
        let told = line.split_whitespace().find_map(|word| word.strip_prefix("ExitCode="))?;
        let (status, signal) = told.split_once(':')?;
        Some(ExitCode { status: status.parse().ok()?, signal: signal.parse().ok()? })
    };
    said.lines().filter_map(of_line).max_by_key(|code| (code.signal, code.status))
}

/// Whether a complaint is that there is no such job.
pub(super) fn is_forgotten(complaint: &str) -> bool {
    let complaint = complaint.to_ascii_lowercase();
    complaint.contains("invalid job id")
}

/// The line of a complaint that says most, without the program's own name: the last one, or what it names an error.
pub(super) fn complaint<'a>(program: &str, complaint: &'a str) -> &'a str {
    let lines = || complaint.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().find(|line| line.contains("error:")).or_else(|| lines().next_back());
    let line = error.unwrap_or("says nothing");
    let line = line.strip_prefix(program).unwrap_or(line).trim_start_matches([':', ' ']);
    line.strip_prefix("error:").unwrap_or(line).trim()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn job(number: u32) -> JobId {
        number.to_string().parse().unwrap()
    }

    #[test]
    fn rows_are_read_as_squeue_writes_them() {
        let waits = "12|PENDING|0:00|1:00:00|4|2026-11-28T10:00:00|main||Resources\n";
        let expected = JobRow {
            element: None,
            state: JobState::Pending,
            reason: Some("Resources".to_owned()),
            elapsed: "0:00".to_owned(),
            limit: "1:00:00".to_owned(),
            cpus: "4".to_owned(),
            start: Some("2026-11-28T10:00:00".to_owned()),
            partition: "main".to_owned(),
            nodes: String::new(),
        };
        assert_eq!(rows(waits), Ok(vec![expected.clone()]));
        let of_array = "12_3|RUNNING|0:07|UNLIMITED|4|N/A|main|node[1-2]|None\n\n12_[4-9%2]|PENDING|0:00|1:00|4|N/A|a,b|\
                        |Nodes | are (busy)\n";
        let rows = rows(of_array).unwrap();
        assert_eq!((rows[0].element, rows[0].state, rows[0].nodes.as_str()), (Some(3), JobState::Running, "node[1-2]"));
        assert_eq!((&rows[0].reason, &rows[0].start), (&None, &None));
        assert_eq!((rows[1].element, rows[1].reason.as_deref()), (None, Some("Nodes | are (busy)")));
        assert_eq!(super::rows(""), Ok(Vec::new()));
        for wrong in ["12|PENDING", "x|PENDING|||||||", "12|DREAMING|||||||", "slurm_load_jobs: down"] {
            assert_eq!(super::rows(wrong), Err(wrong.to_owned()));
        }
    }

    #[test]
    fn numbers_are_read_with_and_without_a_cluster() {
        assert_eq!(submitted("4711\n"), Some(job(4711)));
        assert_eq!(submitted("sbatch: some advice\n4711;north\n"), Some(job(4711)));
        assert_eq!((submitted(""), submitted("Submitted batch job 7")), (None, None));
    }

    #[test]
    fn places_are_counted_by_jobs_not_by_their_elements() {
        assert_eq!(place("7\n7\n9\n12\n12\n30\n", job(12)), Some(QueuePlace { place: 3, of: 4 }));
        assert_eq!(place("7\n", job(12)), None);
    }

    #[test]
    fn the_worst_exit_code_counts() {
        let of_one = "JobId=5 JobName=x UserId=root(0) ExitCode=0:15 DerivedExitCode=0:0 RunTime=00:00:01";
        assert_eq!(exit_code(of_one), Some(ExitCode { status: 0, signal: 15 }));
        let of_array = "JobId=6 ArrayTaskId=1 ExitCode=0:0 x\nJobId=7 ArrayTaskId=0 ExitCode=3:0 x\n";
        assert_eq!(exit_code(of_array), Some(ExitCode { status: 3, signal: 0 }));
        assert_eq!((exit_code(""), exit_code("ExitCode=x:y")), (None, None));
    }

    #[test]
    fn complaints_are_told_without_what_stands_around_them() {
        let said = "sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed: x\n";
        assert_eq!(complaint("sbatch", said), "invalid partition specified: nope");
        assert_eq!(
            complaint("squeue", "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n"),
            "slurm_load_jobs error: Unable to contact slurm controller (connect failure)"
        );
        assert_eq!(complaint("scancel", ""), "says nothing");
        assert!(is_forgotten("slurm_load_jobs error: Invalid job id specified\n") && !is_forgotten("down"));
    }

    proptest! {
        #[test]
        fn any_words_are_read_or_refused(said in "[0-9_|:A-Za-z\\[\\]= \n-]{0,200}|\\PC*") {
            if let Ok(rows) = rows(&said) {
                prop_assert!(rows.len() <= said.lines().count());
            }
            let _ = (submitted(&said), exit_code(&said), complaint("squeue", &said));
            if let Some(found) = place(&said, job(7)) {
                prop_assert!((1..=found.of).contains(&found.place));
            }
        }

        #[test]
        fn what_is_written_is_read_back(number in 1u32.., element in prop::option::of(0u32..9999), reason in "[A-Za-z(),| ]{1,30}x") {
            let id = element.map_or_else(|| number.to_string(), |element| format!("{number}_{element}"));
            let rows = rows(&format!("{id}|RUNNING|0:01|1:00|1|N/A|main|n1|{reason}\n")).unwrap();
            prop_assert_eq!(rows[0].element, element);
            prop_assert_eq!(rows[0].reason.as_deref(), Some(reason.trim()));
        }
    }
}
