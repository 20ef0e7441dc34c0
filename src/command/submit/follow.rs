//! Follows a job: what the batch system says of it, and what its run writes to the journal. Whatever becomes of the one
//! that follows, the job is left alone.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::look::{Lookout, Sighting};
use crate::batch::{BatchSystem, FollowedJob, JobEnd, JobId, ended_in_words};
use crate::record::{Event, JournalParts, Stamped, Status, Warning, WarningCode};

/// How long the last lines of a journal may take to be seen here once the job has ended.
const LATE: Duration = Duration::from_secs(3);

/// Something that became known.
pub(super) enum JobNotice {
    /// The job is not as it was.
    Job(FollowedJob),
    /// Its run told something.
    Event(Box<Stamped>),
    /// What its run tells cannot be read, and why.
    Unreadable(String),
    /// The job has ended, and nothing more will become known; of an array the number of the one that ended worst.
    Ended(JobEnd, Option<u32>),
}

/// A job that is followed.
pub(super) struct Follower {
    job: FollowedJob,
    lookout: Lookout,
    /// `None` once it turned out to be none.
    journal: Option<JournalParts>,
    /// When the run told something last, and how many of its trials had ended; `None` before.
    last: Option<Stamped>,
    /// Whether the run has told its last.
    run_is_over: bool,
    /// Since when the job is known to have ended.
    ended: Option<Instant>,
    told: Option<FollowedJob>,
}

impl Follower {
    /// Begins to follow a job.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(super) fn start(
        system: &'static dyn BatchSystem,
        id: JobId,
        journals: Vec<PathBuf>,
        pace: Duration,
    ) -> io::Result<Self> {
        Ok(Self {
            job: FollowedJob::new(id),
            lookout: Lookout::start(system, id, pace)?,
            journal: Some(JournalParts::new(journals)),
            last: None,
            run_is_over: false,
            ended: None,
            told: None,
        })
    }

    /// What became known since; called a few times a second.
    pub(super) fn step(&mut self) -> Vec<JobNotice> {
        let is_done = self.lookout.is_done();
        for sighting in self.lookout.take() {
            match sighting {
                Sighting::Job(Ok(rows)) => self.job.saw(rows),
                Sighting::Job(Err(error)) => self.job.missed(&error),
                Sighting::Place(place) => self.job.place = place,
                Sighting::Exit(exit) => self.job.exit = exit,
            }
        }
        let mut notices = self.read();
        if self.told.as_ref() != Some(&self.job) {
            self.told = Some(self.job.clone());
            notices.insert(0, JobNotice::Job(self.job.clone()));
        }
        if let Some(end) = self.job.end().filter(|_| is_done) {
            let ended = *self.ended.get_or_insert_with(Instant::now);
            let may_come = self.journal.is_some() && !self.run_is_over && ended.elapsed() < LATE;
            if !may_come {
                notices.extend(self.cut_short().map(|event| JobNotice::Event(Box::new(event))));
                notices.push(JobNotice::Ended(end, self.job.worst()));
            }
        }
        notices
    }

    /// What the run has told since.
    fn read(&mut self) -> Vec<JobNotice> {
        let Some(journal) = &mut self.journal else { return Vec::new() };
        match journal.read() {
            Ok(events) => {
                events.iter().for_each(|stamped| self.hear(stamped));
                events.into_iter().map(|event| JobNotice::Event(Box::new(event))).collect()
            }
            Err(error) => {
                self.journal = None;
                vec![JobNotice::Unreadable(error.to_string())]
            }
        }
    }

    /// The end of a run that has told none, since its job had ended before: what was measured by then counts.
    fn cut_short(&mut self) -> Option<Stamped> {
        let last = self.last.take().filter(|_| !self.run_is_over)?;
        let end = ended_in_words(self.job.end().unwrap_or(JobEnd::Unknown), self.job.exit);
        let message = format!("the journal ends before the run does: its job {end}");
        let warnings = vec![Warning { code: WarningCode::Unfinished, message }];
        self.run_is_over = true;
        Some(Stamped { event: Event::RunFinished { status: Status::Interrupted, warnings }, ..last })
    }

    fn hear(&mut self, stamped: &Stamped) {
        let Stamped { elapsed_s, trials_done, event } = stamped;
        // Without the event itself, which may be large.
        let nothing = Event::TrialStarted { trial: 0 };
        self.last = Some(Stamped { elapsed_s: *elapsed_s, trials_done: *trials_done, event: nothing });
        match event {
            Event::Planned(_) => self.run_is_over = false,
            Event::RunFinished { status, .. } => {
                self.run_is_over = true;
                match status {
                    Status::Done => self.job.run_ended(JobEnd::Completed),
                    Status::Failed => self.job.run_ended(JobEnd::Failed),
                    // By a user, or since time was up: the run cannot tell.
                    Status::Interrupted => {}
                }
            }
            _ => {}
        }
    }
}
