//! The tasks that a program tells of, taken in look by look: what is kept of them, in memory that does not grow with
//! their number.

use std::sync::Arc;

use crate::backend::DurationHistogram;
use crate::protocol::{EndedTask, NameTotal, OutsideLane, OutsideRun};
use crate::record::{DurationBin, NamedTasks, SPANS_MAX, Span, TASK_NAMES_MAX, Tail, TaskTimes};

/// Nanoseconds since the program was started.
pub(super) type SinceStart = u64;

/// What is known of the tasks so far.
#[derive(Default)]
pub(super) struct TaskBook {
    /// Each of them, while there are few enough to be drawn.
    spans: Vec<Span>,
    durations: DurationHistogram,
    /// Tasks by the power of two that their nanoseconds lie in; empty before the first.
    octaves: Vec<u64>,
    timed: u64,
    shortest: u64,
    longest: u64,
    /// The last task of each lane.
    last: Vec<Option<LastTask>>,
}

/// The last task of a lane: put into words when it is told, since there may be a hundred thousand a second.
#[derive(Debug, Clone)]
struct LastTask {
    end: SinceStart,
    name: Arc<str>,
    index: Option<u64>,
}

impl TaskBook {
    /// Takes in tasks of a program that was started at `started`.
    pub(super) fn add(&mut self, run: &OutsideRun<'_>, started: u64) {
        let since_start = |at: u64| at.saturating_sub(started);
        if self.timed + run.tasks.len() as u64 <= SPANS_MAX {
            let spans = (self.timed..).zip(run.tasks).map(|(number, task)| span(run, task, since_start, number));
            self.spans.extend(spans);
        } else {
            self.spans = Vec::new();
        }
        self.octaves.resize(u64::BITS as usize, 0);
        for task in run.tasks {
            let took = since_start(task.end).saturating_sub(since_start(task.start));
            self.durations.add(took);
            self.octaves[took.checked_ilog2().unwrap_or(0) as usize] += 1;
            self.shortest = if self.timed == 0 { took } else { self.shortest.min(took) };
            self.longest = self.longest.max(took);
            self.timed += 1;
        }
        if let Some(last) = run.tasks.last() {
            self.ended_last(run, last.index, since_start(last.end));
        }
    }

    fn ended_last(&mut self, run: &OutsideRun<'_>, index: Option<u64>, end: SinceStart) {
        if self.last.len() <= run.lane {
            self.last.resize(run.lane + 1, None);
        }
        let last = &mut self.last[run.lane];
        match last {
            Some(last) if end < last.end => {}
            Some(last) if Arc::ptr_eq(&last.name, run.name) => (last.end, last.index) = (end, index),
            _ => *last = Some(LastTask { end, name: run.name.clone(), index }),
        }
    }

    /// Each task, by lane; empty once there are too many of them.
    pub(super) fn spans(&self) -> Vec<Span> {
        let mut spans = self.spans.clone();
        spans.sort_by(|a, b| a.worker.cmp(&b.worker).then(a.start_s.total_cmp(&b.start_s)));
        spans
    }

    /// How long they took; `None` while none has ended.
    pub(super) fn times(&self) -> Option<TaskTimes> {
        let (shortest, longest) = (self.shortest as f64, self.longest as f64);
        // A bucket's middle may lie beyond the extremes, which are exact.
        let [median, p95] = self.durations.quantiles([0.5, 0.95])?.map(|ns| ns.clamp(shortest, longest) * 1e-9);
        Some(TaskTimes { min: shortest * 1e-9, median, p95, max: longest * 1e-9 })
    }

    /// How many took how long.
    pub(super) fn bins(&self) -> Vec<DurationBin> {
        let edge = |octave: u32| 2_f64.powi(octave as i32) * 1e-9;
        let bin = |(n, tasks): (u32, &u64)| DurationBin { from_s: edge(n), to_s: edge(n + 1), tasks: *tasks };
        (0..).zip(&self.octaves).filter(|(_, tasks)| **tasks > 0).map(bin).collect()
    }

    /// How long one lane worked alone at the end; `None` where no other did.
    pub(super) fn tail(&self) -> Option<Tail> {
        let mut ends: Vec<(u32, &LastTask)> =
            (0..).zip(&self.last).filter_map(|(n, last)| Some((n, last.as_ref()?))).collect();
        ends.sort_by_key(|(lane, last)| (std::cmp::Reverse(last.end), *lane));
        let [(lane, last), (_, before), ..] = ends[..] else { return None };
        let task = task_in_words(&last.name, last.index);
        Some(Tail { seconds: (last.end - before.end) as f64 * 1e-9, lane, task })
    }
}

fn span(run: &OutsideRun<'_>, ended: &EndedTask, since_start: impl Fn(u64) -> SinceStart, number: u64) -> Span {
    let task = ended.index.unwrap_or(number);
    Span {
        worker: run.lane as u32,
        task,
        x: task as f64,
        start_s: since_start(ended.start) as f64 * 1e-9,
        end_s: since_start(ended.end) as f64 * 1e-9,
        failed: run.failed,
    }
}

/// A task: its name, and its number where it has one.
pub(super) fn task_in_words(name: &str, index: Option<u64>) -> String {
    match (name, index) {
        ("", None) => "a task without a name".to_owned(),
        ("", Some(index)) => format!("task {index}"),
        (name, None) => name.to_owned(),
        (name, Some(index)) => format!("{name} {index}"),
    }
}

/// Tasks by name, those that took the most time first. What the lanes counted and no record tells of has no name.
pub(super) fn by_name(totals: &[NameTotal], lanes: &[OutsideLane]) -> Vec<NamedTasks> {
    let mut all: Vec<NamedTasks> = totals.iter().map(named).collect();
    for (name, count) in lanes.iter().flat_map(|lane| &lane.pending) {
        match all.iter_mut().find(|named| named.name == **name) {
            Some(named) => named.pending += count,
            None => all.push(NamedTasks { name: name.to_string(), pending: *count, ..NamedTasks::default() }),
        }
    }
    all.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then_with(|| a.name.cmp(&b.name)));
    let beyond = all.split_off(all.len().min(TASK_NAMES_MAX));
    let mut others = beyond.into_iter().fold(NamedTasks::default(), added);
    let counted = |of: fn(&OutsideLane) -> u64| lanes.iter().map(of).sum::<u64>();
    let told = |of: fn(&NamedTasks) -> u64| all.iter().map(of).sum::<u64>();
    others.done = counted(|lane| lane.done).saturating_sub(told(|named| named.done));
    others.failed = counted(|lane| lane.failed).saturating_sub(told(|named| named.failed));
    all.extend((others.done + others.failed + others.pending > 0).then_some(others));
    all
}

fn named(total: &NameTotal) -> NamedTasks {
    NamedTasks {
        name: total.name.to_string(),
        done: total.count - total.failed.min(total.count),
        failed: total.failed,
        pending: 0,
        seconds: total.ns as f64 * 1e-9,
        timed: total.count,
        min_s: total.shortest_ns as f64 * 1e-9,
        max_s: total.longest_ns as f64 * 1e-9,
    }
}

/// Both without a name; counts are those of what is timed, and put right by the caller.
fn added(sum: NamedTasks, one: NamedTasks) -> NamedTasks {
    let is_first = sum.timed == 0;
    NamedTasks {
        name: String::new(),
        done: sum.done + one.done,
        failed: sum.failed + one.failed,
        pending: sum.pending + one.pending,
        seconds: sum.seconds + one.seconds,
        timed: sum.timed + one.timed,
        min_s: if is_first { one.min_s } else { sum.min_s.min(one.min_s) },
        max_s: sum.max_s.max(one.max_s),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn add(book: &mut TaskBook, lane: usize, index: u64, start: u64, ends: &[u64]) {
        let task = |(index, end): (u64, &u64)| EndedTask { index: Some(index), start, end: *end };
        let tasks: Vec<EndedTask> = (index..).zip(ends).map(task).collect();
        let run = OutsideRun { lane, name: &Arc::from("fit"), failed: index == 3, tasks: &tasks, values: &[] };
        book.add(&run, 1_000);
    }

    #[test]
    fn few_tasks_are_kept_one_by_one_and_many_in_bins() {
        let mut book = TaskBook::default();
        assert_eq!((book.times(), book.tail(), book.bins().len()), (None, None, 0));
        add(&mut book, 1, 3, 1_000, &[1_000 + 3 * 1_000_000]);
        add(&mut book, 0, 0, 1_000, &[1_000 + 1_000_000]);
        let spans = book.spans();
        assert_eq!((spans[0].worker, spans[0].failed, spans[0].end_s), (0, false, 1e-3));
        assert_eq!((spans[1].worker, spans[1].failed, spans[1].task), (1, true, 3));
        assert_eq!(book.tail(), Some(Tail { seconds: 2e-3, lane: 1, task: "fit 3".to_owned() }));
        let times = book.times().unwrap();
        assert_eq!((times.min, times.max), (1e-3, 3e-3));
        assert!(times.median >= 1e-3 && times.p95 <= 3e-3);
        add(&mut book, 0, 4, 2_000, &vec![2_010; SPANS_MAX as usize - 2]);
        assert_eq!(book.spans().len() as u64, SPANS_MAX);
        add(&mut book, 0, 4, 2_000, &[2_010, 2_000_010, 5_001_000]);
        assert!(book.spans().is_empty(), "too many to be drawn");
        assert_eq!(book.bins().iter().map(|bin| bin.tasks).sum::<u64>(), SPANS_MAX + 3);
        let last = Some(Tail { seconds: 2e-3, lane: 0, task: "fit 6".to_owned() });
        assert_eq!((book.tail(), book.times().unwrap().max), (last, 4.999e-3), "the last of a run counts");
    }

    #[test]
    fn what_is_counted_and_not_named_is_told_without_a_name() {
        let total = |name: &str, count, ns| NameTotal {
            name: Arc::from(name),
            count,
            failed: 1,
            ns,
            shortest_ns: 1,
            longest_ns: ns,
        };
        let mut lane = super::super::tests_support::lane();
        (lane.done, lane.failed) = (12, 2);
        let tasks = by_name(&[total("quick", 3, 10), total("slow", 4, 99)], &[lane]);
        let told: Vec<_> = tasks.iter().map(|named| (named.name.as_str(), named.done, named.failed)).collect();
        assert_eq!(told, [("slow", 3, 1), ("quick", 2, 1), ("", 7, 0)]);
        assert_eq!(tasks[2].timed, 0, "nothing is known of their time");
    }

    #[test]
    fn what_is_to_be_done_stands_with_its_name_also_before_the_first_is() {
        let total = NameTotal { name: "fit".into(), count: 3, failed: 1, ns: 9, shortest_ns: 1, longest_ns: 4 };
        let mut lane = super::super::tests_support::lane();
        (lane.done, lane.failed) = (2, 1);
        lane.pending = vec![("fit".into(), 7), ("sum".into(), 1)];
        let tasks = by_name(&[total], &[lane]);
        let told: Vec<_> = tasks.iter().map(|named| (named.name.as_str(), named.done, named.pending)).collect();
        assert_eq!(told, [("fit", 2, 7), ("sum", 0, 1)]);
    }

    #[test]
    fn names_beyond_the_most_are_counted_together() {
        let totals: Vec<NameTotal> = (0..100)
            .map(|n| NameTotal {
                name: Arc::from(format!("task{n}")),
                count: 2,
                failed: 0,
                ns: n,
                shortest_ns: 1,
                longest_ns: n,
            })
            .collect();
        let mut lane = super::super::tests_support::lane();
        lane.done = 200;
        let tasks = by_name(&totals, &[lane]);
        assert_eq!(tasks.len(), TASK_NAMES_MAX + 1);
        assert_eq!((tasks[0].name.as_str(), tasks[TASK_NAMES_MAX].done), ("task99", 72));
        assert_eq!(tasks.iter().map(|named| named.done).sum::<u64>(), 200);
    }
}
