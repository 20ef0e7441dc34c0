//! Which ranges no worker ran although they were taken from the shared cursor: those of workers that were killed before
//! they could write down what they had got. Only reads.
//!
//! The cursor is moved by an addition, which leaves no trace of who moved it. So each lane keeps two sums over the ranges
//! it has taken, of their starts and of the squares of these. What the sums over all ranges there are, known beforehand,
//! exceed them by belongs to the lost ones: this tells one or two of them for certain. Three could not be told from three
//! others; then the trial is not whole, and is timed again.

use std::ops::Range;

use super::claims::StartSums;
use super::memory::Board;
use super::schedule::{guided_starts, share_at};
use super::spec::BoardSpec;
use crate::scenario::{Dispatch, Schedule};

impl StartSums {
    /// Over all ranges there are; `None` for schedules without a cursor.
    fn of_all(spec: &BoardSpec) -> Option<Self> {
        match spec.schedule {
            Schedule::Dynamic => Some(Self::of_equal(spec.tasks, spec.chunk.unwrap_or(1))),
            Schedule::Guided => Some(guided_starts(spec).fold(Self::default(), Self::and)),
            Schedule::Static | Schedule::Stealing => None,
        }
    }

    /// Over 0, `chunk`, 2 `chunk` … below `tasks`.
    fn of_equal(tasks: u64, chunk: u64) -> Self {
        // At most 10¹² of them, so that three times their cube is below 2¹²⁸.
        let (ranges, chunk) = (u128::from(tasks.div_ceil(chunk)), u128::from(chunk));
        let numbers = ranges * (ranges - 1) / 2;
        let squares = ranges * (ranges - 1) * (2 * ranges - 1) / 6;
        Self { starts: numbers.wrapping_mul(chunk) as u64, squares: squares.wrapping_mul(chunk * chunk) as u64 }
    }

    fn minus(self, other: Self) -> Self {
        Self { starts: self.starts.wrapping_sub(other.starts), squares: self.squares.wrapping_sub(other.squares) }
    }
}

impl Board {
    /// The ranges that no worker ran although all of them were handed out; empty if there are none, or if it cannot be
    /// told which. Only to be asked when all workers have left.
    pub fn lost_claims(&self) -> Vec<Range<u64>> {
        let spec = self.spec();
        if spec.dispatch == Dispatch::Pipe {
            // Nothing is taken from the cursor, and the dispatcher knows what it has sent.
            return Vec::new();
        }
        let missing = spec.tasks.saturating_sub(self.progress().0);
        let Some(all) = StartSums::of_all(spec).filter(|_| missing > 0) else { return Vec::new() };
        let taken = self.lanes().map(StartSums::of_lane);
        let lost = taken.fold(all, StartSums::minus);
        one_range(spec, missing, lost).or_else(|| two_ranges(spec, missing, lost)).unwrap_or_default()
    }
}

/// The only range, if one alone comes to this.
fn one_range(spec: &BoardSpec, missing: u64, lost: StartSums) -> Option<Vec<Range<u64>>> {
    let start = lost.starts;
    let is_it = is_start(spec, start) && share_at(spec, start) == missing && StartSums::default().and(start) == lost;
    is_it.then(|| Vec::from([Range { start, end: start + missing }]))
}

/// The only two ranges that come to this; `None` if there are none, or others, too.
///
/// From x + y = s and x² + y² = q follows (y − x)² = 2q − s², of which the last 64 bits are known.
fn two_ranges(spec: &BoardSpec, missing: u64, lost: StartSums) -> Option<Vec<Range<u64>>> {
    let (sum, farthest) = (lost.starts, u128::from(spec.tasks));
    if sum >= spec.tasks.checked_mul(2)? {
        return None;
    }
    let low = lost.squares.wrapping_mul(2).wrapping_sub(sum.wrapping_mul(sum));
    let mut found = None;
    for high in 0..=(farthest * farthest) >> 64 {
        let squared = high << 64 | u128::from(low);
        let distance = squared.isqrt();
        if distance * distance != squared {
            continue;
        }
        let pair = pair_at(spec, missing, sum, distance as u64);
        if pair.is_some() && found.replace(pair).is_some() {
            return None;
        }
    }
    found?
}

/// The two ranges whose starts have this sum and this distance, if there are such.
fn pair_at(spec: &BoardSpec, missing: u64, sum: u64, distance: u64) -> Option<Vec<Range<u64>>> {
    let twice = sum.checked_sub(distance).filter(|twice| twice.is_multiple_of(2) && distance > 0)?;
    let starts = [twice / 2, twice / 2 + distance];
    let [first, second] = starts.map(|start| start..start + share_at(spec, start));
    let tasks = (first.end - first.start) + (second.end - second.start);
    (tasks == missing && starts.into_iter().all(|start| is_start(spec, start))).then(|| vec![first, second])
}

/// Whether a range begins here.
fn is_start(spec: &BoardSpec, start: u64) -> bool {
    start < spec.tasks
        && match spec.schedule {
            Schedule::Guided => guided_starts(spec).any(|known| known == start),
            _ => start.is_multiple_of(spec.chunk.unwrap_or(1)),
        }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backend::tests::spec;

    fn ranges(spec: &BoardSpec, starts: &[u64]) -> Vec<Range<u64>> {
        starts.iter().map(|&start| start..start + share_at(spec, start)).collect()
    }

    fn found(spec: &BoardSpec, lost: &[Range<u64>]) -> Option<Vec<Range<u64>>> {
        let missing = lost.iter().map(|range| range.end - range.start).sum();
        let sums = lost.iter().fold(StartSums::default(), |sums, range| sums.and(range.start));
        one_range(spec, missing, sums).or_else(|| two_ranges(spec, missing, sums))
    }

    proptest! {
        #[test]
        fn any_one_or_two_of_the_largest_runs_are_told(
            chunk in prop_oneof![Just(1u64), 1..1_000u64, 1..1u64 << 36],
            numbers in prop::collection::btree_set(0..1_000_000_000_000u64, 1..3),
            tasks in 1_000_000_000..=1_000_000_000_000u64,
        ) {
            let spec = spec(tasks, 8, Schedule::Dynamic, Some(chunk));
            let all = tasks.div_ceil(chunk);
            let mut starts: Vec<u64> = numbers.into_iter().map(|number| number % all * chunk).collect();
            starts.sort_unstable();
            starts.dedup();
            let lost = ranges(&spec, &starts);
            prop_assert_eq!(found(&spec, &lost), Some(lost));
        }

        #[test]
        fn sums_over_all_are_those_of_a_loop(
            tasks in 1..5_000u64,
            lanes in 1..70u32,
            chunk in prop::option::of(1..60u64),
            schedule in prop::sample::select(&[Schedule::Dynamic, Schedule::Guided]),
        ) {
            let spec = spec(tasks, lanes, schedule, chunk);
            let starts = (0..tasks).filter(|&start| is_start(&spec, start));
            prop_assert_eq!(StartSums::of_all(&spec), Some(starts.fold(StartSums::default(), StartSums::and)));
        }
    }

    #[test]
    fn the_largest_sums_do_not_overflow() {
        let largest = StartSums::of_equal(1_000_000_000_000, 1);
        assert_eq!(largest.starts, 499_999_999_999_500_000_000_000_u128 as u64);
        assert_eq!(StartSums::of_equal(1_000_000_000_000, 1_000_000_000_000), StartSums::default());
    }

    #[test]
    fn three_are_not_guessed_at() {
        let spec = spec(1_000, 4, Schedule::Dynamic, Some(1));
        // 1 + 6 + 8 = 2 + 4 + 9 and 1 + 36 + 64 = 4 + 16 + 81.
        assert_eq!(found(&spec, &ranges(&spec, &[1, 6, 8])), None);
    }
}
