//! Looks at a job now and then, on a thread of its own: a batch system that does not answer holds up nothing else.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::batch::{BatchError, BatchSystem, ExitCode, JobId, JobRow, JobState, QueuePlace};

/// How often a batch system is asked, by default: what administrators of clusters put up with.
pub(super) const USUAL_PACE: Duration = Duration::from_secs(10);

/// Of so many looks at a job that waits, one is at the whole queue.
const PLACE_EVERY: u32 = 6;

/// How often it is seen whether it is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// What was seen.
pub(super) enum Sighting {
    /// The job, or why it cannot be seen.
    Job(Result<Vec<JobRow>, BatchError>),
    /// Its place in the queue.
    Place(Option<QueuePlace>),
    /// With what it ended.
    Exit(Option<ExitCode>),
}

/// The thread. Dropping it stops it, whatever it waits for.
pub(super) struct Lookout {
    seen: Receiver<Sighting>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Lookout {
    /// Begins to look at a job, the first time at once.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(super) fn start(system: &'static dyn BatchSystem, job: JobId, pace: Duration) -> io::Result<Self> {
        let (tell, seen) = sync_channel(64);
        let is_over = Arc::new(AtomicBool::new(false));
        let looker = Looker { system, job, tell, is_over: Arc::clone(&is_over) };
        let thread = std::thread::Builder::new().name("job".to_owned()).spawn(move || looker.look_on(pace))?;
        Ok(Self { seen, is_over, thread: Some(thread) })
    }

    /// What was seen since.
    pub(super) fn take(&self) -> impl Iterator<Item = Sighting> {
        self.seen.try_iter()
    }

    /// Whether there is nothing more to see.
    pub(super) fn is_done(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Lookout {
    fn drop(&mut self) {
        self.is_over.store(true, Relaxed);
        // It may wait for room to tell something.
        while self.seen.recv().is_ok() {}
        if let Some(thread) = self.thread.take() {
            // It has nothing more to say, whatever ended it.
            let _ = thread.join();
        }
    }
}

struct Looker {
    system: &'static dyn BatchSystem,
    job: JobId,
    tell: SyncSender<Sighting>,
    is_over: Arc<AtomicBool>,
}

impl Looker {
    fn look_on(&self, pace: Duration) {
        let mut looks = 0;
        while self.is_wanted() && !self.look(looks) {
            let next = Instant::now() + pace;
            while self.is_wanted() && Instant::now() < next {
                std::thread::sleep(LOOK.min(pace));
            }
            looks += 1;
        }
    }

    fn is_wanted(&self) -> bool {
        !self.is_over.load(Relaxed)
    }

    /// Looks once; whether that was the end.
    fn look(&self, looks: u32) -> bool {
        let is_wanted = || self.is_wanted();
        let seen = self.system.look(self.job, &is_wanted);
        let (mut is_last, mut waits_in) = (matches!(seen, Err(BatchError::Forgotten(_))), None);
        let has_ended = seen.as_ref().is_ok_and(|rows| rows.iter().all(|row| matches!(row.state, JobState::Ended(_))));
        if let Ok(rows) = &seen {
            let waiting = rows.iter().find(|row| row.state == JobState::Pending);
            waits_in = waiting.map(|row| row.partition.clone()).filter(|_| looks.is_multiple_of(PLACE_EVERY));
        }
        if has_ended {
            // With what it ended is told before the end, with which all is told. It may be forgotten in this moment.
            let exit = self.system.exit_code(self.job, &is_wanted).ok().flatten();
            self.say(Sighting::Exit(exit));
            is_last = true;
        }
        self.say(Sighting::Job(seen));
        if let Some(partition) = waits_in
            && let Ok(place) = self.system.place(self.job, &partition, &is_wanted)
        {
            self.say(Sighting::Place(place));
        }
        is_last
    }

    fn say(&self, seen: Sighting) {
        // Where nobody listens any more, it is over.
        if self.tell.send(seen).is_err() {
            self.is_over.store(true, Relaxed);
        }
    }
}
