//! What a worker has written to its lane and of its tasks, as words: to be carried from the board that it works at to
//! another one, on another machine. Ticks of that machine's clock are put right on the way.
//!
//! Nothing is sent here.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::lane_cell::LaneCell;
use super::layout::{Claim, LaneCells, Reason, Record, UsageCells, worker_state};
use super::memory::Board;

/// Words of a task's record, its number first.
pub(in crate::backend) const RECORD_WORDS: usize = 1 + size_of::<Record>() / size_of::<u64>();

/// Reads of a lane until its worker has finished no task meanwhile.
const READS: u32 = 64;

/// All cells of a lane, in the order in which they are stored: what makes others valid comes after them.
fn cells(lane: &LaneCells) -> Vec<LaneCell<'_>> {
    use LaneCell::{Narrow, Plain, Tick};
    // All of them by their names, so that none is forgotten.
    let LaneCells {
        done,
        failed,
        checksum,
        hand,
        started,
        busy,
        last_end,
        activity,
        fraction,
        cpu,
        waits_ns,
        taken,
        claims,
        shortest,
        longest,
        pid,
        worker_state,
        arrived_at,
        looked,
        yardstick,
        yardstick_cost,
        reason: Reason { length, words },
        usage,
    } = lane;
    let mut all = Vec::with_capacity(160);
    for Claim { start, end, base, starts, squares } in claims {
        all.extend([start, end, base, starts, squares].map(Plain));
    }
    all.extend([Plain(taken), Tick(started), Plain(waits_ns), Narrow(fraction)]);
    all.extend([Narrow(cpu), Narrow(pid), Tick(arrived_at)]);
    activity.cells(&mut all);
    let UsageCells { user_us, system_us, voluntary, involuntary, peak_rss_kib, runnable_ns } = usage;
    all.extend([user_us, system_us, voluntary, involuntary, peak_rss_kib, runnable_ns].map(Plain));
    all.extend(words.iter().map(Plain));
    all.push(Plain(length));
    all.extend(yardstick.iter().chain([yardstick_cost, shortest, longest, busy]).map(Plain));
    all.push(Tick(last_end));
    all.extend(checksum.iter().chain([hand, failed, done]).map(Plain));
    all.extend([Narrow(looked), Narrow(worker_state)]);
    all
}

impl Board {
    /// A lane as it is, as words.
    pub(in crate::backend) fn lane_words(&self, lane: u32) -> Vec<u64> {
        let lane = self.lane(lane);
        let mut words = Vec::new();
        for _ in 0..READS {
            let done = lane.done.load(Acquire);
            words = cells(lane).iter().map(LaneCell::load).collect();
            // What is valid by that count was not written over.
            if lane.done.load(Acquire) == done {
                break;
            }
        }
        words
    }

    /// Makes a lane what words of another board's say; `here` puts ticks right. `None` where they are no lane's. The lane
    /// of a worker that is taken to be lost stays as it is.
    pub(in crate::backend) fn put_lane(&self, lane: u32, words: &[u64], here: &dyn Fn(u64) -> u64) -> Option<()> {
        let lane = (lane < self.spec().lanes).then(|| self.lane(lane))?;
        let cells = cells(lane);
        if words.len() != cells.len() {
            return None;
        }
        let before = (lane.worker_state.load(Acquire), lane.looked.load(Acquire));
        if before.0 == worker_state::LOST {
            return Some(());
        }
        cells.iter().zip(words).for_each(|(cell, word)| cell.store(*word, here));
        if before.0 == worker_state::ABSENT && lane.worker_state.load(Acquire) != worker_state::ABSENT {
            self.count_arrival();
        }
        if before.1 == 0 && lane.looked.load(Acquire) != 0 {
            self.count_look();
        }
        Some(())
    }

    /// The record of a task that was run, as words; `None` before it is whole, and where there are no records.
    pub(in crate::backend) fn record_words(&self, task: u64) -> Option<[u64; RECORD_WORDS]> {
        let record = self.record(task)?;
        let verdict = Some(record.verdict.load(Acquire)).filter(|verdict| *verdict != 0)?;
        let mut words = [0; RECORD_WORDS];
        words[..4].copy_from_slice(&[task, verdict, record.start.load(Relaxed), record.end.load(Relaxed)]);
        words[4..].iter_mut().zip(&record.values).for_each(|(word, cell)| *word = cell.load(Relaxed));
        Some(words)
    }

    /// Makes a task's record what words say, run by a lane; `None` where there is no such task.
    pub(in crate::backend) fn put_record(
        &self,
        lane: u32,
        words: &[u64; RECORD_WORDS],
        here: &dyn Fn(u64) -> u64,
    ) -> Option<()> {
        let [task, verdict, start, end, values @ ..] = words;
        let record = self.record(*task)?;
        record.values.iter().zip(values).for_each(|(cell, word)| cell.store(*word, Relaxed));
        record.start.store(here(*start), Relaxed);
        record.end.store(here(*end), Relaxed);
        record.verdict.store(u64::from(*verdict as u32) | u64::from(lane) << 32, Release);
        Some(())
    }

    /// The durations of a lane as they were counted, where there are no records.
    pub(in crate::backend) fn histogram_words(&self, lane: u32) -> Option<Vec<u64>> {
        Some(self.histogram(lane)?.iter().map(|count| count.load(Relaxed)).collect())
    }

    /// Makes these what words say; `None` where they are none.
    pub(in crate::backend) fn put_histogram(&self, lane: u32, words: &[u64]) -> Option<()> {
        let counts = self.histogram(lane).filter(|counts| counts.len() == words.len())?;
        counts.iter().zip(words).for_each(|(count, word)| count.store(*word, Relaxed));
        Some(())
    }

    /// What workers at other boards have to know of this one's gate: whether they are to look at their CPUs, may begin, may
    /// go, and are called off.
    pub(in crate::backend) fn gate_words(&self) -> [u64; 4] {
        let gate = &self.header().gate;
        let [look, open, leave] = [&gate.look, &gate.open, &gate.leave].map(|cell| u64::from(cell.load(Acquire)));
        [look, open, leave, self.is_cancelled().into()]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;
    use crate::backend::board::{Activity, LaneWriter, TimedTask};
    use crate::backend::tests::spec;
    use crate::scenario::Schedule;
    use crate::workload::Values;

    #[test]
    fn a_lane_is_carried_with_its_ticks_put_right() {
        let spec = spec(4, 2, Schedule::Dynamic, None);
        let [there, here] = [spec; 2].map(|spec| Board::create(spec).unwrap());
        let lane = LaneWriter::new(&there, 1);
        lane.arrive(77);
        lane.pass_gate();
        lane.claim(&(2..4));
        let mut values = Values::default();
        values[0] = 2.5;
        lane.begin(2, 1000);
        lane.finish(TimedTask { task: 2, start: 1000, end: 1500 }, &values, 0);
        lane.begin(3, 1600);
        lane.fail(TimedTask { task: 3, start: 1600, end: 1700 }, "why");
        lane.activity(Activity::Idle, 2000);
        let later = |ticks: u64| ticks + 10_000;
        assert_eq!(here.arrived(), 0);
        here.put_lane(1, &there.lane_words(1), &later).unwrap();
        assert_eq!((here.arrived(), here.progress(), here.failure().as_deref()), (1, (2, 1), Some("why")));
        let (read, was) = (here.read_lane(1), there.read_lane(1));
        assert_eq!((read.pid, read.done), (77, 2), "the failed one among them");
        assert_eq!(here.lane(1).last_end.load(Relaxed), 11_700);
        let (read, was) = (read.activity, was.activity);
        assert_eq!((read.began, read.since), (was.began + 10_000, was.since + 10_000));
        assert_eq!(read.spent, was.spent);
        assert_eq!(here.totals().checksum, there.totals().checksum);
        for task in 0..4 {
            let words = there.record_words(task);
            assert_eq!(words.is_some(), task >= 2);
            words.into_iter().for_each(|words| here.put_record(0, &words, &later).unwrap());
        }
        let record = here.record_words(2).unwrap();
        assert_eq!(record[..5], [2, 1, 11_000, 11_500, 2.5_f64.to_bits()], "run by the lane that carried it");
        assert_eq!(here.put_lane(1, &[0; 3], &later), None);
        assert_eq!(here.put_lane(2, &there.lane_words(1), &later), None);
        assert_eq!(here.put_record(0, &[9; RECORD_WORDS], &later), None);
    }

    #[test]
    fn the_lane_of_a_worker_that_is_lost_stays() {
        let spec = spec(4, 1, Schedule::Dynamic, None);
        let [there, here] = [spec; 2].map(|spec| Board::create(spec).unwrap());
        LaneWriter::new(&there, 0).arrive(7);
        here.put_lane(0, &there.lane_words(0), &|ticks| ticks).unwrap();
        here.mark_lost(0);
        here.put_lane(0, &there.lane_words(0), &|ticks| ticks).unwrap();
        assert_eq!(here.arrived(), 0);
    }
}
