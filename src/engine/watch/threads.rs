//! The threads of a program as lanes, kept from look to look: a thread that was seen once keeps its place when it is
//! gone. Nothing is read from the system here.

use std::collections::HashMap;

use crate::machine::tree::{StateSeconds, ThreadLook, ThreadState};
use crate::record::{Activity, LANES_MAX, LaneKind, LaneState, LaneTotals, LaneView, StoppedProcess};

/// Seconds by activity, by its number.
pub(super) type SecondsDoing = [f64; Activity::COUNT];

/// The threads that were seen, in the order in which that was.
#[derive(Default)]
pub(super) struct ThreadBook {
    rows: Vec<ThreadRow>,
    /// The row of a thread by its number: of one that is gone, until its number is given anew.
    by_tid: HashMap<u32, usize>,
    /// Threads that there was no room for.
    left_out: u32,
}

/// A thread, as it was last seen.
struct ThreadRow {
    look: ThreadLook,
    /// Nanoseconds of `CLOCK_MONOTONIC` at which it was seen last.
    seen_ns: u64,
}

impl ThreadBook {
    /// Takes in the threads of a look at `at_ns`.
    pub(super) fn see(&mut self, threads: &[ThreadLook], at_ns: u64) {
        for look in threads {
            let known = self.by_tid.get(&look.tid).copied();
            match known.filter(|row| self.rows[*row].look.started_ns == look.started_ns) {
                Some(row) => self.rows[row] = ThreadRow { look: look.clone(), seen_ns: at_ns },
                None if self.rows.len() < LANES_MAX as usize => {
                    self.by_tid.insert(look.tid, self.rows.len());
                    self.rows.push(ThreadRow { look: look.clone(), seen_ns: at_ns });
                }
                None => self.left_out += u32::from(known.is_none()),
            }
        }
    }

    /// How many have a place.
    pub(super) fn len(&self) -> u32 {
        self.rows.len() as u32
    }

    /// Threads that there was no room for.
    pub(super) fn left_out(&self) -> u32 {
        self.left_out
    }

    /// The thread with this number, as it was last seen.
    pub(super) fn thread(&self, tid: u32) -> Option<&ThreadLook> {
        self.by_tid.get(&tid).map(|row| &self.rows[*row].look)
    }

    /// CPU seconds of all threads of a process but one.
    pub(super) fn ran_beside_s(&self, pid: u32, tid: u32) -> f64 {
        let others = self.rows.iter().filter(|row| row.look.pid == pid && row.look.tid != tid);
        others.map(|row| row.look.seconds.running).sum()
    }

    /// The process with the thread that was stopped for the longest time; of equals the one that was seen first, which is
    /// the one that others came of. `None` if none was for a time worth telling.
    pub(super) fn stopped_longest(&self) -> Option<StoppedProcess> {
        /// Stops are seen from samples; what is shorter than a few of them is none.
        const LEAST_S: f64 = 0.2;
        let stopped = self.rows.iter().map(|row| &row.look).filter(|look| look.seconds.stopped >= LEAST_S);
        let longest = stopped.reduce(|a, b| if b.seconds.stopped > 1.1 * a.seconds.stopped { b } else { a })?;
        Some(StoppedProcess {
            pid: longest.pid,
            name: longest.name.to_string(),
            seconds: longest.seconds.stopped,
            is_still: longest.state == ThreadState::Stopped,
        })
    }

    /// A lane for each.
    pub(super) fn views(&self) -> Vec<LaneView> {
        self.rows.iter().map(|row| view(&row.look)).collect()
    }

    /// What each did, for a program that was started at `started_ns`.
    pub(super) fn totals(&self, started_ns: u64) -> Vec<LaneTotals> {
        self.rows.iter().map(|row| totals(row, started_ns)).collect()
    }
}

fn view(look: &ThreadLook) -> LaneView {
    let seconds = seconds(&look.seconds);
    LaneView {
        state: state(look.state),
        kind: LaneKind::Thread,
        name: look.name.to_string(),
        call: call(look.state),
        pid: look.tid,
        cpu: Some(look.cpu),
        busy_s: seconds[Activity::Running as usize],
        activity: activity(look.state),
        seconds,
        ..LaneView::default()
    }
}

fn totals(row: &ThreadRow, started_ns: u64) -> LaneTotals {
    let since_start = |at_ns: u64| at_ns.saturating_sub(started_ns) as f64 * 1e-9;
    let until_s = since_start(row.seen_ns.saturating_sub(row.look.age_ns));
    LaneTotals {
        kind: LaneKind::Thread,
        name: row.look.name.to_string(),
        pid: row.look.pid,
        tid: Some(row.look.tid),
        tasks: 0,
        arrived_s: since_start(row.look.started_ns).min(until_s),
        until_s,
        seconds: told(&seconds(&row.look.seconds)),
    }
}

/// Those that took any time.
pub(super) fn told(seconds: &SecondsDoing) -> std::collections::BTreeMap<Activity, f64> {
    Activity::ALL.into_iter().map(|activity| (activity, seconds[activity as usize])).filter(|(_, s)| *s > 0.0).collect()
}

fn state(state: ThreadState) -> LaneState {
    match state {
        ThreadState::Stopped => LaneState::Stalled,
        ThreadState::Zombie | ThreadState::Gone => LaneState::Finished,
        _ => LaneState::Running,
    }
}

/// What a thread does, in the terms that lanes have.
pub(super) fn activity(state: ThreadState) -> Activity {
    match state {
        ThreadState::Running => Activity::Running,
        ThreadState::Queued => Activity::Queued,
        ThreadState::OnLock => Activity::WaitingForLock,
        ThreadState::WaitingForGil => Activity::WaitingForGil,
        ThreadState::InCall(_) | ThreadState::OnDisk | ThreadState::Asleep | ThreadState::Stopped => Activity::Blocked,
        ThreadState::Zombie | ThreadState::Gone => Activity::Idle,
    }
}

/// What it waits in, as the kernel calls it.
pub(super) fn call(state: ThreadState) -> String {
    match state {
        ThreadState::InCall(call) => call.to_string(),
        ThreadState::OnDisk => "disk".to_owned(),
        ThreadState::Asleep => "asleep".to_owned(),
        ThreadState::Stopped => "stopped".to_owned(),
        _ => String::new(),
    }
}

/// The same of the time that it has spent.
pub(super) fn seconds(of: &StateSeconds) -> SecondsDoing {
    let mut seconds = [0.0; Activity::COUNT];
    seconds[Activity::Running as usize] = of.running;
    seconds[Activity::Queued as usize] = of.queued;
    seconds[Activity::WaitingForLock as usize] = of.on_lock;
    seconds[Activity::WaitingForGil as usize] = of.for_gil;
    seconds[Activity::Blocked as usize] = of.in_call + of.on_disk + of.asleep + of.stopped;
    seconds
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn look(tid: u32, started_ns: u64, running: f64) -> ThreadLook {
        ThreadLook {
            pid: 10,
            tid,
            name: Arc::from("worker"),
            state: ThreadState::Running,
            seconds: StateSeconds { running, in_call: 1.0, ..StateSeconds::default() },
            cpu: 1,
            turns: 0,
            switches: None,
            started_ns,
            age_ns: 0,
        }
    }

    #[test]
    fn a_thread_keeps_its_place_and_a_number_given_anew_has_a_new_one() {
        let mut book = ThreadBook::default();
        book.see(&[look(11, 5, 0.5), look(12, 6, 0.1)], 100);
        book.see(&[look(12, 6, 0.2)], 200);
        book.see(&[look(11, 300, 0.7)], 400);
        let ran: Vec<f64> = book.views().iter().map(|lane| lane.busy_s).collect();
        assert_eq!(ran, [0.5, 0.2, 0.7]);
        assert_eq!(book.thread(11).unwrap().started_ns, 300);
        let totals = book.totals(0);
        assert_eq!(totals[1].seconds[&Activity::Blocked], 1.0);
        assert_eq!(totals[1].tid, Some(12));
        assert!((totals[1].until_s - 200e-9).abs() < 1e-15);
    }

    #[test]
    fn the_process_that_was_stopped_longest_is_told() {
        let mut book = ThreadBook::default();
        book.see(&[look(11, 5, 0.5)], 100);
        assert_eq!(book.stopped_longest(), None);
        let stopped = |tid, stopped| {
            let seconds = StateSeconds { stopped, ..StateSeconds::default() };
            ThreadLook { pid: tid, seconds, ..look(tid, 5, 0.0) }
        };
        book.see(&[stopped(12, 0.1), stopped(13, 3.0), stopped(14, 3.05)], 200);
        assert_eq!(book.stopped_longest().map(|one| (one.pid, one.seconds)), Some((13, 3.0)), "all by one signal");
    }

    #[test]
    fn threads_by_the_thousand_are_bounded() {
        let mut book = ThreadBook::default();
        let many: Vec<ThreadLook> = (0..LANES_MAX + 7).map(|tid| look(tid, 1, 0.0)).collect();
        book.see(&many, 2);
        assert_eq!((book.views().len(), book.left_out()), (LANES_MAX as usize, 7));
    }
}
