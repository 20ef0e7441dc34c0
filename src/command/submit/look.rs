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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::AtomicU32;

    use super::*;
    use crate::batch::StillWanted;

    /// A batch system that counts what it is asked.
    struct Counter {
        state: JobState,
        /// Whether it answers only when it is not wanted any more.
        hangs: bool,
        looks: AtomicU32,
        places: AtomicU32,
        exits: AtomicU32,
    }

    impl Counter {
        const fn new(state: JobState, hangs: bool) -> Self {
            Self { state, hangs, looks: AtomicU32::new(0), places: AtomicU32::new(0), exits: AtomicU32::new(0) }
        }

        fn asked(&self) -> [u32; 3] {
            [&self.looks, &self.places, &self.exits].map(|count| count.load(Relaxed))
        }
    }

    impl BatchSystem for Counter {
        fn name(&self) -> &'static str {
            "counter"
        }

        fn submit(&self, _: &Path, _: &Path, _: &Path, _: bool) -> Result<JobId, BatchError> {
            Err(BatchError::CalledOff)
        }

        fn look(&self, _: JobId, is_wanted: StillWanted<'_>) -> Result<Vec<JobRow>, BatchError> {
            self.looks.fetch_add(1, Relaxed);
            while self.hangs && is_wanted() {
                std::thread::sleep(Duration::from_millis(1));
            }
            let word = || String::new();
            let (elapsed, limit, cpus, nodes) = (word(), word(), word(), word());
            let (reason, start, partition) = (None, None, "main".to_owned());
            let state = self.state;
            Ok(vec![JobRow { element: None, state, reason, elapsed, limit, cpus, start, partition, nodes }])
        }

        fn place(&self, _: JobId, _: &str, _: StillWanted<'_>) -> Result<Option<QueuePlace>, BatchError> {
            self.places.fetch_add(1, Relaxed);
            Ok(None)
        }

        fn exit_code(&self, _: JobId, _: StillWanted<'_>) -> Result<Option<ExitCode>, BatchError> {
            self.exits.fetch_add(1, Relaxed);
            Ok(None)
        }

        fn cancel(&self, _: JobId, _: StillWanted<'_>) -> Result<(), BatchError> {
            Ok(())
        }
    }

    fn look_at(system: &'static Counter, pace: Duration) -> Lookout {
        Lookout::start(system, "7".parse().unwrap(), pace).unwrap()
    }

    fn wait_until(holds: impl Fn() -> bool) {
        let until = Instant::now() + Duration::from_secs(60);
        while !holds() {
            assert!(Instant::now() < until, "waited in vain");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn it_asks_as_seldom_as_administrators_put_up_with() {
        assert!(USUAL_PACE >= Duration::from_secs(10));
        static SYSTEM: Counter = Counter::new(JobState::Pending, false);
        let lookout = look_at(&SYSTEM, USUAL_PACE);
        wait_until(|| SYSTEM.asked() == [1, 1, 0]);
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(SYSTEM.asked(), [1, 1, 0]);
        drop(lookout);
    }

    #[test]
    fn the_whole_queue_is_asked_for_less_often_than_the_job() {
        static SYSTEM: Counter = Counter::new(JobState::Pending, false);
        let lookout = look_at(&SYSTEM, Duration::from_millis(1));
        wait_until(|| {
            lookout.take().for_each(drop);
            SYSTEM.asked()[0] > 3 * PLACE_EVERY
        });
        drop(lookout);
        let [looks, places, exits] = SYSTEM.asked();
        assert_eq!((places, exits), (looks.div_ceil(PLACE_EVERY), 0), "of {looks}");
    }

    #[test]
    fn a_job_that_has_ended_is_asked_for_once() {
        static SYSTEM: Counter = Counter::new(JobState::Ended(crate::batch::JobEnd::Failed), false);
        let lookout = look_at(&SYSTEM, Duration::ZERO);
        wait_until(|| lookout.is_done());
        let seen: Vec<bool> = lookout.take().map(|seen| matches!(seen, Sighting::Exit(_))).collect();
        assert_eq!((seen, SYSTEM.asked()), (vec![true, false], [1, 0, 1]), "with what it ended is told first");
    }

    #[test]
    fn what_does_not_answer_is_not_waited_for() {
        static SYSTEM: Counter = Counter::new(JobState::Running, true);
        let lookout = look_at(&SYSTEM, USUAL_PACE);
        wait_until(|| SYSTEM.asked()[0] == 1);
        assert_eq!(lookout.take().count(), 0);
        drop(lookout);
    }
}
