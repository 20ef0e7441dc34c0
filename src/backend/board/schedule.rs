//! Which worker gets which tasks next: the schedules that hand out ranges (`stealing` is rayon's own business).
//!
//! The words and rules are those of OpenMP 5.2, section 11.5.3 (`schedule` clause of worksharing loops).

use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::spec::BoardSpec;
use crate::scenario::Schedule;

/// Where it stands which position is next to be taken, counted in tasks: one number for all workers.
#[derive(Clone, Copy)]
pub(in crate::backend) enum TaskCursor<'a> {
    /// In memory that all of them share.
    InMemory(&'a AtomicU64),
    /// Where no worker but one has it.
    Elsewhere(&'a dyn RemoteCursor),
}

/// Numbers that are given out one after the other, and each once, whoever asks.
pub(in crate::backend) trait RemoteCursor {
    /// The next one, counted from 0: how many were given out before.
    fn take(&self) -> u64;
}

/// The next range of positions for a lane that has taken `taken` ranges before; `None` when there are no more.
///
/// Every position below `spec.tasks` is handed out exactly once over all lanes.
#[inline]
pub(in crate::backend) fn next_range(
    spec: &BoardSpec,
    cursor: TaskCursor<'_>,
    lane: u32,
    taken: u64,
) -> Option<Range<u64>> {
    match (spec.schedule, spec.chunk) {
        (Schedule::Dynamic, _) => take_chunk(spec, cursor),
        (Schedule::Guided, _) => take_share(spec, cursor),
        (Schedule::Static | Schedule::Stealing, None) => block(spec, lane, taken),
        (Schedule::Static | Schedule::Stealing, Some(chunk)) => dealt(spec, chunk, lane, taken),
    }
}

/// By an addition: what a task costs at least is one exclusive hold of the cursor's cache line.
#[inline]
fn take_chunk(spec: &BoardSpec, cursor: TaskCursor<'_>) -> Option<Range<u64>> {
    let chunk = spec.chunk.unwrap_or(1);
    // Behind the end it goes no further than each worker asks once, far from 2⁶⁴.
    let start = match cursor {
        TaskCursor::InMemory(cell) => cell.fetch_add(chunk, Relaxed),
        TaskCursor::Elsewhere(cursor) => cursor.take().saturating_mul(chunk),
    };
    (start < spec.tasks).then(|| start..spec.tasks.min(start + chunk))
}

fn take_share(spec: &BoardSpec, cursor: TaskCursor<'_>) -> Option<Range<u64>> {
    let cell = match cursor {
        TaskCursor::InMemory(cell) => cell,
        TaskCursor::Elsewhere(cursor) => return nth_share(spec, cursor.take()),
    };
    let mut start = cell.load(Relaxed);
    while start < spec.tasks {
        let end = start + share_at(spec, start);
        match cell.compare_exchange_weak(start, end, Relaxed, Relaxed) {
            Ok(_) => return Some(start..end),
            Err(moved_to) => start = moved_to,
        }
    }
    None
}

/// The share of that number: where shares begin depends on those before, not on who takes them. There are few, since they
/// begin large.
fn nth_share(spec: &BoardSpec, number: u64) -> Option<Range<u64>> {
    let start = guided_starts(spec).nth(usize::try_from(number).ok()?)?;
    Some(start..start + share_at(spec, start))
}

/// Where ranges begin that shrink.
pub(in crate::backend) fn guided_starts(spec: &BoardSpec) -> impl Iterator<Item = u64> {
    let next = |&start: &u64| Some(start + share_at(spec, start)).filter(|&next| next < spec.tasks);
    std::iter::successors(Some(0), next)
}

/// How many positions are handed out together from `start` on by a schedule with a cursor. Guided: a share of what
/// is left, one part in as many as there are lanes, never less than `chunk`.
#[inline]
pub(in crate::backend) fn share_at(spec: &BoardSpec, start: u64) -> u64 {
    let left = spec.tasks.saturating_sub(start);
    let chunk = spec.chunk.unwrap_or(1);
    match spec.schedule {
        Schedule::Guided => left.div_ceil(u64::from(spec.lanes)).max(chunk).min(left),
        _ => chunk.min(left),
    }
}

/// One contiguous block a lane, their lengths as equal as can be.
fn block(spec: &BoardSpec, lane: u32, taken: u64) -> Option<Range<u64>> {
    let bound = |lane: u32| (u128::from(spec.tasks) * u128::from(lane) / u128::from(spec.lanes)) as u64;
    let range = bound(lane)..bound(lane + 1);
    (taken == 0 && !range.is_empty()).then_some(range)
}

/// Blocks of `chunk` tasks, dealt to the lanes in turn.
fn dealt(spec: &BoardSpec, chunk: u64, lane: u32, taken: u64) -> Option<Range<u64>> {
    let number = taken.checked_mul(u64::from(spec.lanes))?.checked_add(u64::from(lane))?;
    let start = number.checked_mul(chunk)?;
    (start < spec.tasks).then(|| start..spec.tasks.min(start + chunk))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::tests::spec;
    use proptest::prelude::*;

    /// A cursor, and the same kept elsewhere.
    struct TestCursor {
        cell: AtomicU64,
        is_remote: bool,
    }

    impl TestCursor {
        fn new(is_remote: bool) -> Self {
            Self { cell: AtomicU64::new(0), is_remote }
        }

        fn get(&self) -> TaskCursor<'_> {
            if self.is_remote { TaskCursor::Elsewhere(self) } else { TaskCursor::InMemory(&self.cell) }
        }
    }

    impl RemoteCursor for TestCursor {
        fn take(&self) -> u64 {
            self.cell.fetch_add(1, Relaxed)
        }
    }

    /// All ranges that workers get who ask in the order given by `turns`, and then until there is nothing left.
    fn hand_out(spec: &BoardSpec, turns: &[u32], remote: bool) -> Vec<(u32, Range<u64>)> {
        let cursor = TestCursor::new(remote);
        let mut taken = vec![0; spec.lanes as usize];
        let mut all = Vec::new();
        let mut ask = |worker: u32| {
            let range = next_range(spec, cursor.get(), worker, taken[worker as usize])?;
            taken[worker as usize] += 1;
            all.push((worker, range));
            Some(())
        };
        for turn in turns {
            ask(turn % spec.lanes);
        }
        for worker in 0..spec.lanes {
            while ask(worker).is_some() {}
        }
        all
    }

    proptest! {
        #[test]
        fn each_position_is_handed_out_once(
            tasks in 1..3_000u64,
            workers in 1..70u32,
            chunk in prop::option::of(prop_oneof![1..100u64, Just(1_000_000_000_000)]),
            schedule in prop::sample::select(&[Schedule::Static, Schedule::Dynamic, Schedule::Guided]),
            turns in prop::collection::vec(any::<u32>(), 0..200),
            remote: bool,
        ) {
            let mut seen = vec![0u32; tasks as usize];
            for (_, range) in hand_out(&spec(tasks, workers, schedule, chunk), &turns, remote) {
                prop_assert!(!range.is_empty());
                range.for_each(|position| seen[position as usize] += 1);
            }
            prop_assert!(seen.iter().all(|&times| times == 1), "{seen:?}");
        }

        #[test]
        fn the_largest_runs_do_not_overflow(workers in 1..4096u32, chunk in prop::option::of(1..1u64 << 40)) {
            let tasks = 1_000_000_000_000;
            let last = spec(tasks, workers, Schedule::Static, chunk);
            prop_assert!(next_range(&last, TaskCursor::InMemory(&AtomicU64::new(0)), workers - 1, u64::MAX).is_none());
            prop_assert_eq!(block(&spec(tasks, workers, Schedule::Static, None), workers - 1, 0).map(|r| r.end), Some(tasks));
        }
    }

    #[test]
    fn static_halves_are_contiguous() {
        let halves = hand_out(&spec(4, 2, Schedule::Static, None), &[], false);
        assert_eq!(halves, [(0, 0..2), (1, 2..4)]);
    }

    #[test]
    fn static_with_a_chunk_deals_in_turn() {
        let dealt = hand_out(&spec(5, 2, Schedule::Static, Some(1)), &[], false);
        assert_eq!(dealt, [(0, 0..1), (0, 2..3), (0, 4..5), (1, 1..2), (1, 3..4)]);
    }

    #[test]
    fn guided_shares_shrink() {
        let shares: Vec<u64> = hand_out(&spec(100, 4, Schedule::Guided, Some(3)), &[0, 1, 2, 3], true)
            .iter()
            .map(|(_, r)| r.end - r.start)
            .collect();
        assert_eq!(shares[..4], [25, 19, 14, 11]);
        assert!(shares.windows(2).all(|pair| pair[1] <= pair[0]));
        assert!(shares[..shares.len() - 1].iter().all(|&share| share >= 3));
    }
}
