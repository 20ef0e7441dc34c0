//! What workers elsewhere write to an outside board, put down on the lanes of a trial's own: as if they had written there.
//!
//! Tasks of which nothing was seen in time are put down at the end, from what the runner kept of them.

use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant};

use crate::backend::board::{Activity, Board, LaneWriter, TimedTask};
use crate::protocol::{Life, OutsideBoard, OutsideLane, OutsideRecord};
use crate::python::PythonResult;
use crate::workload::{Values, values_of};

/// How long it may take until it is seen that a thread is gone: more than the time between two looks for that.
const DEATH_SEEN: Duration = Duration::from_millis(300);

/// Lanes for workers that take the place of others.
const SPARE: usize = 64;

/// Both boards' lanes.
pub(super) struct CopiedLanes {
    outside: OutsideBoard,
    lanes: u32,
    /// The lane of each thread.
    lane_of: HashMap<u32, u32>,
    /// Process and thread of each lane's first worker.
    workers: Vec<(u32, u32)>,
    /// The task that each lane has in hand.
    hands: Vec<Option<u64>>,
    /// Which tasks are put down.
    settled: Vec<bool>,
    /// Threads that are gone, with what they had in hand.
    dead: Vec<(u32, u32, u64)>,
}

impl CopiedLanes {
    /// For a trial with so many lanes and tasks.
    ///
    /// # Errors
    /// When the system has no memory for the board.
    pub(super) fn new(lanes: u32, tasks: u64) -> io::Result<Self> {
        Ok(Self {
            outside: OutsideBoard::create(lanes as usize + SPARE)?,
            lanes,
            lane_of: HashMap::new(),
            workers: Vec::new(),
            hands: vec![None; lanes as usize],
            settled: vec![false; tasks as usize],
            dead: Vec::new(),
        })
    }

    /// Where the workers find the board that they write to.
    pub(super) fn address(&self) -> &str {
        self.outside.address()
    }

    /// How long the next look may wait.
    pub(super) fn next_look_in(&self) -> Duration {
        self.outside.next_look_in()
    }

    /// Has the workers come to the gate, by process and thread; lanes without one as well, for nothing waits for them.
    pub(super) fn arrive(&mut self, board: &Board, workers: Vec<(u32, u32)>) {
        for lane in 0..self.lanes {
            let worker = workers.get(lane as usize).copied();
            self.lane_of.extend(worker.map(|(_, tid)| (tid, lane)));
            LaneWriter::new(board, lane).arrive(worker.map_or(0, |(pid, tid)| if pid == tid { pid } else { tid }));
        }
        self.workers = workers;
    }

    /// Has all of them pass the gate.
    pub(super) fn pass_gate(&self, board: &Board) {
        (0..self.lanes).for_each(|lane| LaneWriter::new(board, lane).pass_gate());
    }

    /// Puts down what has come since the last look.
    pub(super) fn look(&mut self, board: &Board) {
        let look = self.outside.look();
        for record in look.records.iter().filter(|record| !record.failed) {
            let lane = self.lane(look.lanes[record.lane].tid);
            self.put_down(board, lane, record);
        }
        for outside in &look.lanes {
            self.take_in_hand(board, outside);
        }
    }

    /// A task that ended well. Of one that failed the reason comes later.
    fn put_down(&mut self, board: &Board, lane: u32, record: &OutsideRecord) {
        let (Some(task), Some((_, value))) = (record.index, record.values.first()) else { return };
        let timed = TimedTask { task, start: record.start, end: record.end };
        self.settle(board, lane, timed, |writer| writer.finish(timed, &value_alone(*value), 0));
    }

    /// Puts a task down, unless it is.
    fn settle(&mut self, board: &Board, lane: u32, timed: TimedTask, put: impl FnOnce(&LaneWriter<'_>)) {
        let Some(settled) = self.settled.get_mut(timed.task as usize).filter(|settled| !**settled) else { return };
        *settled = true;
        let writer = LaneWriter::new(board, lane);
        if self.hands[lane as usize] != Some(timed.task) {
            writer.begin(timed.task, timed.start);
        }
        put(&writer);
        self.hands[lane as usize] = None;
        writer.activity(Activity::Fetching, timed.end);
    }

    fn take_in_hand(&mut self, board: &Board, outside: &OutsideLane) {
        let hand = outside.hand.as_ref().and_then(|hand| Some((hand.index?, hand.since)));
        let Some((task, since)) = hand.filter(|(task, _)| self.settled.get(*task as usize) == Some(&false)) else {
            return;
        };
        if outside.life == Life::Gone && !self.dead.iter().any(|(_, tid, _)| *tid == outside.tid) {
            self.dead.push((outside.pid, outside.tid, task));
        }
        // One that has come for another has no lane of its own: what that died with stays in its hand.
        let Some(lane) = self.lane_of.get(&outside.tid).copied() else { return };
        if self.hands[lane as usize] != Some(task) {
            self.hands[lane as usize] = Some(task);
            LaneWriter::new(board, lane).begin(task, since);
        }
    }

    /// The lane of a thread; one that has come for another has that of any that is there.
    fn lane(&self, tid: u32) -> u32 {
        let is_dead = |lane: &u32| {
            let worker = self.workers.get(*lane as usize);
            worker.is_some_and(|(_, tid)| self.dead.iter().any(|(_, dead, _)| dead == tid))
        };
        let any = || (0..self.lanes).find(|lane| !is_dead(lane)).unwrap_or(0);
        self.lane_of.get(&tid).copied().unwrap_or_else(any)
    }

    /// A process is gone: its lane, on which stands what it had in hand.
    pub(super) fn lose(&mut self, board: &Board, pid: u32) -> u32 {
        self.look(board);
        let lane = self.workers.iter().position(|(of, _)| *of == pid).map_or(0, |lane| lane as u32);
        self.hands[lane as usize] = None;
        let outside = self.outside.last_look().lanes;
        outside.iter().filter(|outside| outside.pid == pid).for_each(|outside| self.take_in_hand(board, outside));
        lane
    }

    /// The workers that are gone, those seen first before others: each with its lane, its process and the task that it had
    /// in hand. Whether a thread is there is not looked at with every look, so that this takes a moment; and where one dies,
    /// a library may end the others.
    pub(super) fn died_at_work(&mut self, board: &Board) -> Vec<(u32, u32, u64)> {
        let until = Instant::now() + DEATH_SEEN;
        while Instant::now() < until {
            self.look(board);
            std::thread::sleep(self.outside.next_look_in());
        }
        self.dead.iter().map(|(pid, tid, task)| (self.lane(*tid), *pid, *task)).collect()
    }

    /// Puts down all that is not yet, at the end.
    pub(super) fn complete(&mut self, board: &Board, results: Vec<PythonResult>) {
        self.look(board);
        for PythonResult { task, start, end, tid, value } in results {
            let (lane, timed) = (self.lane(tid), TimedTask { task, start, end });
            self.settle(board, lane, timed, |writer| match &value {
                Ok(value) => writer.finish(timed, &value_alone(*value), 0),
                Err(why) => writer.fail(timed, why),
            });
        }
    }

    /// Process and thread of each lane's first worker.
    pub(super) fn workers(&self) -> &[(u32, u32)] {
        &self.workers
    }

    /// How many lanes there are.
    pub(super) fn count(&self) -> u32 {
        self.lanes
    }
}

fn value_alone(value: f64) -> Values {
    values_of([value])
}
