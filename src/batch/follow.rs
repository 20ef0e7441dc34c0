//! What is known of a job that is followed, from what the batch system says of it and from what its run's journal does:
//! pending, running, ended. Nothing is asked here, and no clock is read.

use super::error::BatchError;
use super::job::{ExitCode, JobEnd, JobRow, JobState, QueuePlace};
use super::job_id::JobId;

/// A job, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedJob {
    /// Its number.
    pub id: JobId,
    /// How far it has come.
    pub phase: JobPhase,
    /// What the system said of it last: several rows of an array.
    pub rows: Vec<JobRow>,
    /// Where it stands among those that wait.
    pub place: Option<QueuePlace>,
    /// With what it ended.
    pub exit: Option<ExitCode>,
    /// Since when the system does not tell anything of it, and why.
    pub silence: Option<Silence>,
    /// How its run ended, by the run's own journal.
    by_its_run: Option<JobEnd>,
}

/// How far a job has come; of an array, the one that has come farthest without having ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobPhase {
    /// It was sent, and nothing more is known of it.
    Sent,
    /// It waits.
    Pending,
    /// Its machines are made ready.
    Starting,
    /// It runs.
    Running,
    /// It stands still.
    Suspended,
    /// Its machines are cleaned up.
    Completing,
    /// It is over.
    Ended(JobEnd),
}

/// The batch system does not tell anything of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Why, as it was said last.
    pub why: String,
    /// How often it was asked in vain.
    pub times: u32,
}

impl FollowedJob {
    /// A job that was sent.
    pub fn new(id: JobId) -> Self {
        let (phase, by_its_run) = (JobPhase::Sent, None);
        Self { id, phase, rows: Vec::new(), place: None, exit: None, silence: None, by_its_run }
    }

    /// Takes in what the system says of it.
    ///
    /// Systems forget the jobs of an array one by one, some time after each has ended: how those ended stands.
    pub fn saw(&mut self, mut rows: Vec<JobRow>) {
        self.silence = None;
        let is_there = |old: &JobRow| rows.iter().any(|row| row.element == old.element);
        let has_ended = |row: &JobRow| matches!(row.state, JobState::Ended(_)) && row.element.is_some();
        let forgotten: Vec<JobRow> = self.rows.drain(..).filter(|old| has_ended(old) && !is_there(old)).collect();
        rows.extend(forgotten);
        rows.sort_by_key(|row| row.element);
        self.phase = phase_of(&rows).unwrap_or(self.phase);
        if self.phase != JobPhase::Pending {
            self.place = None;
        }
        self.rows = rows;
    }

    /// Takes in that the system says nothing of it. A job that it has forgotten has ended, and how, its run may tell.
    pub fn missed(&mut self, error: &BatchError) {
        match error {
            BatchError::CalledOff => {}
            BatchError::Forgotten(_) => {
                self.silence = None;
                self.phase = JobPhase::Ended(self.by_its_run.unwrap_or(JobEnd::Unknown));
            }
            error => {
                let times = self.silence.as_ref().map_or(0, |silence| silence.times) + 1;
                self.silence = Some(Silence { why: error.to_string(), times });
            }
        }
    }

    /// Takes in how its run ended, as the run's journal tells.
    pub fn run_ended(&mut self, end: JobEnd) {
        self.by_its_run = Some(end);
        if self.phase == JobPhase::Ended(JobEnd::Unknown) {
            self.phase = JobPhase::Ended(end);
        }
    }

    /// How it ended; `None` while it has not.
    pub fn end(&self) -> Option<JobEnd> {
        if let JobPhase::Ended(end) = self.phase { Some(end) } else { None }
    }

    /// The row that tells most of where it is: of the one that has come farthest.
    pub fn row(&self) -> Option<&JobRow> {
        self.rows.iter().filter(|row| rank(row.state) > 0).max_by_key(|row| rank(row.state)).or(self.rows.first())
    }

    /// The number in the array of the one that ended worst, of those that ended badly.
    pub fn worst(&self) -> Option<u32> {
        let ends = self.rows.iter().filter_map(|row| match row.state {
            JobState::Ended(end) if end != JobEnd::Completed => Some((end, row.element?)),
            _ => None,
        });
        ends.max_by_key(|(end, _)| *end).map(|(_, element)| element)
    }

    /// How many jobs of an array are in a state, by whether it is that.
    pub fn count(&self, is_it: impl Fn(JobState) -> bool) -> usize {
        self.rows.iter().filter(|row| is_it(row.state)).count()
    }
}

/// How far one has come without having ended; 0 for one that has.
fn rank(state: JobState) -> u32 {
    match state {
        JobState::Ended(_) => 0,
        JobState::Pending => 1,
        JobState::Suspended => 2,
        JobState::Starting => 3,
        JobState::Completing => 4,
        JobState::Running => 5,
    }
}

/// How far the jobs of an array have come together; `None` of none.
fn phase_of(rows: &[JobRow]) -> Option<JobPhase> {
    let farthest = rows.iter().map(|row| row.state).max_by_key(|state| rank(*state))?;
    Some(match farthest {
        JobState::Running => JobPhase::Running,
        JobState::Starting => JobPhase::Starting,
        JobState::Suspended => JobPhase::Suspended,
        JobState::Completing => JobPhase::Completing,
        JobState::Pending => JobPhase::Pending,
        JobState::Ended(_) => {
            let ends =
                rows.iter().filter_map(|row| if let JobState::Ended(end) = row.state { Some(end) } else { None });
            JobPhase::Ended(ends.max().unwrap_or(JobEnd::Unknown))
        }
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    pub(crate) fn row(element: Option<u32>, state: JobState) -> JobRow {
        JobRow {
            element,
            state,
            reason: None,
            elapsed: "0:07".to_owned(),
            limit: "1:00:00".to_owned(),
            cpus: "4".to_owned(),
            start: None,
            partition: "main".to_owned(),
            nodes: "node1".to_owned(),
        }
    }

    pub(crate) fn job() -> FollowedJob {
        FollowedJob::new("12".parse().unwrap())
    }

    fn down() -> BatchError {
        BatchError::Silent { program: "squeue", patience: Duration::from_secs(15) }
    }

    #[test]
    fn a_job_waits_runs_and_ends() {
        let mut job = job();
        assert_eq!(job.phase, JobPhase::Sent);
        job.saw(vec![row(None, JobState::Pending)]);
        job.place = Some(QueuePlace { place: 2, of: 3 });
        assert_eq!((job.phase, job.end()), (JobPhase::Pending, None));
        job.saw(vec![row(None, JobState::Running)]);
        assert_eq!((job.phase, job.place), (JobPhase::Running, None), "one that runs waits no more");
        job.saw(vec![row(None, JobState::Completing)]);
        assert_eq!(job.phase, JobPhase::Completing);
        job.saw(vec![row(None, JobState::Ended(JobEnd::TimedOut))]);
        assert_eq!(job.end(), Some(JobEnd::TimedOut));
    }

    #[test]
    fn an_array_ends_with_its_last_and_as_its_worst() {
        let mut job = job();
        let states = |states: &[JobState]| (0..).zip(states).map(|(n, state)| row(Some(n), *state)).collect::<Vec<_>>();
        let (done, failed) = (JobState::Ended(JobEnd::Completed), JobState::Ended(JobEnd::Failed));
        job.saw(states(&[failed, JobState::Running, JobState::Pending]));
        assert_eq!((job.phase, job.row().unwrap().element), (JobPhase::Running, Some(1)));
        assert_eq!(job.count(|state| state == JobState::Pending), 1);
        job.saw(states(&[failed, done, JobState::Pending]));
        assert_eq!((job.phase, job.row().unwrap().element), (JobPhase::Pending, Some(2)));
        job.saw(states(&[done, failed, done]));
        assert_eq!((job.end(), job.worst()), (Some(JobEnd::Failed), Some(1)));
        job.saw(Vec::new());
        assert_eq!(job.end(), Some(JobEnd::Failed), "what says nothing changes nothing");
    }

    #[test]
    fn one_of_an_array_that_is_forgotten_has_ended_as_it_did() {
        let mut job = job();
        let (done, failed) = (JobState::Ended(JobEnd::Completed), JobState::Ended(JobEnd::Failed));
        job.saw(vec![row(Some(0), failed), row(Some(1), JobState::Running), row(None, JobState::Pending)]);
        job.saw(vec![row(Some(1), JobState::Running), row(Some(2), JobState::Running)]);
        assert_eq!(job.rows.iter().map(|row| row.element).collect::<Vec<_>>(), [Some(0), Some(1), Some(2)]);
        job.saw(vec![row(Some(1), done), row(Some(2), done)]);
        assert_eq!((job.end(), job.worst()), (Some(JobEnd::Failed), Some(0)));
        // One that is sent once more runs again.
        job.saw(vec![row(Some(0), JobState::Pending)]);
        assert_eq!((job.phase, job.rows.len()), (JobPhase::Pending, 3));
    }

    #[test]
    fn silence_is_counted_and_over_with_the_next_answer() {
        let mut job = job();
        job.saw(vec![row(None, JobState::Running)]);
        job.missed(&down());
        job.missed(&down());
        assert_eq!(job.silence.as_ref().map(|silence| silence.times), Some(2));
        assert_eq!(job.phase, JobPhase::Running, "what is not known has not ended");
        job.missed(&BatchError::CalledOff);
        assert_eq!(job.silence.as_ref().map(|silence| silence.times), Some(2));
        job.saw(vec![row(None, JobState::Running)]);
        assert_eq!(job.silence, None);
    }

    #[test]
    fn of_a_job_that_is_forgotten_its_run_tells_the_end_whichever_is_known_first() {
        let forgotten = BatchError::Forgotten("12".parse().unwrap());
        let mut job = job();
        job.missed(&forgotten);
        assert_eq!(job.end(), Some(JobEnd::Unknown));
        job.run_ended(JobEnd::Completed);
        assert_eq!(job.end(), Some(JobEnd::Completed));
        let mut job = self::job();
        job.run_ended(JobEnd::Failed);
        assert_eq!(job.end(), None, "the job may still clean up");
        job.missed(&forgotten);
        assert_eq!(job.end(), Some(JobEnd::Failed));
    }

    proptest! {
        #[test]
        fn it_has_ended_if_and_only_if_all_its_jobs_have(states in prop::collection::vec(0usize..8, 1..6)) {
            const ALL: [JobState; 8] = [
                JobState::Pending, JobState::Starting, JobState::Running, JobState::Suspended, JobState::Completing,
                JobState::Ended(JobEnd::Completed), JobState::Ended(JobEnd::Cancelled), JobState::Ended(JobEnd::NodeFailed),
            ];
            let mut job = job();
            job.saw((0..).zip(&states).map(|(n, state)| row(Some(n), ALL[*state])).collect());
            let all = states.iter().all(|state| matches!(ALL[*state], JobState::Ended(_)));
            prop_assert_eq!(job.end().is_some(), all);
        }
    }
}
