//! What the screen knows of a job: what the batch system says, and what cannot be known.

use crate::batch::{FollowedJob, JobEnd};
use crate::tui::port::JobNews;

/// The job that is followed.
#[derive(Debug, Clone, PartialEq)]
pub struct JobMonitor {
    /// As far as it is known.
    pub job: FollowedJob,
    /// How it ended, once nothing more will become known.
    pub end: Option<JobEnd>,
    /// The last lines that it has printed, if it ended badly.
    pub output: Vec<String>,
    /// Why what its run tells cannot be read.
    pub unreadable: Option<String>,
    /// Whether it was asked to be cancelled from here.
    pub is_cancelled: bool,
    /// Why that was in vain.
    pub refusal: Option<String>,
}

impl JobMonitor {
    /// A job of which nothing is known yet.
    pub fn new(job: FollowedJob) -> Self {
        Self { job, end: None, output: Vec::new(), unreadable: None, is_cancelled: false, refusal: None }
    }

    /// Takes in what became known of it.
    pub fn hear(&mut self, news: JobNews) {
        match news {
            JobNews::Seen(job) => self.job = job,
            JobNews::Unreadable(why) => self.unreadable = Some(why),
            JobNews::Over { end, output } => (self.end, self.output) = (Some(end), output),
            JobNews::Cancelled(Ok(())) => self.refusal = None,
            JobNews::Cancelled(Err(why)) => (self.is_cancelled, self.refusal) = (false, Some(why)),
        }
    }

    /// Whether it can be asked to be cancelled: it goes on, and was not asked before.
    pub fn can_be_cancelled(&self) -> bool {
        self.end.is_none() && self.job.end().is_none() && !self.is_cancelled
    }

    /// How it ended, as soon as that is known.
    pub fn ended(&self) -> Option<JobEnd> {
        self.end.or(self.job.end())
    }
}
