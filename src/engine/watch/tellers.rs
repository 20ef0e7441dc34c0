//! Threads of a program that tell of their tasks, as lanes: what they say of their tasks, and beside it what the kernel
//! says of the thread.

use super::tasks::task_in_words;
use super::threads::{SecondsDoing, ThreadBook, activity, call, seconds, told};
use crate::machine::tree::ThreadLook;
use crate::protocol::{Life, OutsideActivity, OutsideLane};
use crate::record::{Activity, IN_HAND_MAX, LaneKind, LaneState, LaneTotals, LaneView, TaskInHand};

/// A lane as it is seen at `at_ns`, for a program that was started at `started_ns`.
pub(super) fn view(lane: &OutsideLane, threads: &ThreadBook, at_ns: u64, started_ns: u64) -> LaneView {
    let thread = threads.thread(lane.tid);
    let hand = lane.hand.as_ref();
    LaneView {
        state: state(lane),
        kind: LaneKind::Tasks,
        name: lane.name.to_string(),
        call: thread.filter(|_| hand.is_some()).map(|thread| call(thread.state)).unwrap_or_default(),
        pid: lane.tid,
        cpu: thread.map(|thread| thread.cpu),
        task: hand.map(|task| task.index.unwrap_or(lane.done + lane.failed)),
        x: hand.and_then(|task| task.index).map(|index| index as f64),
        task_started_s: hand.map_or(0.0, |task| task.since.saturating_sub(started_ns) as f64 * 1e-9),
        fraction: hand.and_then(|task| task.fraction),
        done: lane.done + lane.failed,
        busy_s: lane.busy_ns as f64 * 1e-9,
        activity: doing(lane, thread),
        seconds: spent(lane, thread, at_ns),
        memory_bytes: (lane.memory > 0).then_some(lane.memory),
        ..LaneView::default()
    }
}

/// What it did until `at_ns`.
pub(super) fn totals(lane: &OutsideLane, threads: &ThreadBook, at_ns: u64, started_ns: u64) -> LaneTotals {
    let since_start = |at_ns: u64| at_ns.saturating_sub(started_ns) as f64 * 1e-9;
    LaneTotals {
        kind: LaneKind::Tasks,
        name: lane.name.to_string(),
        pid: if lane.is_elsewhere() { 0 } else { lane.pid },
        tid: (!lane.is_elsewhere()).then_some(lane.tid),
        tasks: lane.done + lane.failed,
        arrived_s: since_start(lane.claimed_at),
        until_s: since_start(lane.ended_at.unwrap_or(at_ns)),
        seconds: told(&spent(lane, threads.thread(lane.tid), at_ns)),
    }
}

/// The tasks that lanes have in hand at `at_ns`, those begun first before others, as far as they are told one by one.
pub(super) fn in_hand(lanes: &[OutsideLane], at_ns: u64) -> Vec<TaskInHand> {
    let in_hand = lanes.iter().enumerate().filter_map(|(place, lane)| {
        let task = lane.hand.as_ref()?;
        Some(TaskInHand {
            lane: place as u32,
            worker: if lane.name.is_empty() { format!("thread {}", lane.tid) } else { lane.name.to_string() },
            task: task_in_words(&task.name, task.index),
            seconds: lane.ended_at.unwrap_or(at_ns).saturating_sub(task.since) as f64 * 1e-9,
        })
    });
    let mut in_hand: Vec<TaskInHand> = in_hand.collect();
    in_hand.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    in_hand.truncate(IN_HAND_MAX);
    in_hand
}

/// What is to be said of a thread that is gone with a task in hand: a pool may wait for it for ever.
pub(super) fn died_at_work(lane: &OutsideLane) -> Option<String> {
    let task = lane.hand.as_ref().filter(|_| lane.life == Life::Gone)?;
    let task = task_in_words(&task.name, task.index);
    if lane.is_elsewhere() {
        return Some(format!("{} is gone, and had {task} in hand", lane.name));
    }
    let who = if lane.name.is_empty() { format!("thread {}", lane.tid) } else { lane.name.to_string() };
    Some(format!(
        "{who} (process {}) is gone, and had {task} in hand: a pool that waits for it may wait for ever",
        lane.pid
    ))
}

fn state(lane: &OutsideLane) -> LaneState {
    match lane.life {
        Life::Alive => LaneState::Running,
        Life::Left => LaneState::Finished,
        Life::Gone if lane.hand.is_some() => LaneState::Lost,
        Life::Gone => LaneState::Finished,
    }
}

/// Whether it has told of no task so far: it may tell of what is to be done alone, as a thread that hands tasks out.
fn is_without_tasks(lane: &OutsideLane) -> bool {
    lane.hand.is_none() && lane.done + lane.failed == 0
}

/// Within a task, what the kernel says is what it does, unless it says more itself; the same of one without tasks, which is
/// not idle for that.
fn doing(lane: &OutsideLane, thread: Option<&ThreadLook>) -> Activity {
    match (own_word(lane.activity), thread) {
        (Activity::Idle, Some(thread)) if is_without_tasks(lane) => activity(thread.state),
        (Activity::Running, Some(thread)) => activity(thread.state),
        (own, _) => own,
    }
}

fn own_word(activity: OutsideActivity) -> Activity {
    match activity {
        OutsideActivity::Running => Activity::Running,
        OutsideActivity::WaitingForLock => Activity::WaitingForLock,
        OutsideActivity::Blocked => Activity::Blocked,
        OutsideActivity::Native => Activity::Native,
        OutsideActivity::Fetching => Activity::Fetching,
        OutsideActivity::Delivering => Activity::Delivering,
        OutsideActivity::Idle => Activity::Idle,
    }
}

/// Where its time went: what it tells, in which its time in tasks is divided by what the kernel saw of the thread.
///
/// The kernel counts from the thread's start and the lane from its claim, so that only proportions are taken from there;
/// and between tasks a thread mostly waits: of its waits, those are left out that its idle time accounts for.
fn spent(lane: &OutsideLane, thread: Option<&ThreadLook>, at_ns: u64) -> SecondsDoing {
    let mut told = [0.0; Activity::COUNT];
    for own in OutsideActivity::ALL {
        told[own_word(own) as usize] = lane.spent_ns[own as usize] as f64 * 1e-9;
    }
    if let Some(thread) = thread.filter(|_| is_without_tasks(lane)) {
        return seconds(&thread.seconds);
    }
    let in_tasks = told[Activity::Running as usize];
    let Some(thread) = thread.filter(|_| in_tasks > 0.0 && at_ns >= lane.claimed_at) else { return told };
    let mut seen = seconds(&thread.seconds);
    let waits = [Activity::Blocked, Activity::WaitingForLock];
    let elsewhere_s = thread.seconds.sum() - in_tasks;
    let waited_s: f64 = waits.iter().map(|wait| seen[*wait as usize]).sum();
    let kept = if waited_s > 0.0 { ((waited_s - elsewhere_s) / waited_s).clamp(0.0, 1.0) } else { 0.0 };
    waits.iter().for_each(|wait| seen[*wait as usize] *= kept);
    let sum: f64 = seen.iter().sum();
    if sum <= 0.0 {
        return told;
    }
    told[Activity::Running as usize] = 0.0;
    told.iter_mut().zip(seen).for_each(|(told, seen)| *told += in_tasks * seen / sum);
    told
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::tests_support::lane;
    use super::*;
    use crate::machine::tree::{StateSeconds, ThreadState};
    use crate::protocol::OutsideTask;

    fn thread(seconds: StateSeconds) -> ThreadBook {
        let mut book = ThreadBook::default();
        let look = ThreadLook {
            pid: 10,
            tid: 11,
            name: Arc::from("worker"),
            state: ThreadState::WaitingForGil,
            seconds,
            cpu: 0,
            turns: 0,
            switches: None,
            started_ns: 0,
            age_ns: 0,
        };
        book.see(&[look], 1);
        book
    }

    fn at_work() -> OutsideLane {
        let mut lane = lane();
        lane.hand = Some(OutsideTask { name: Arc::from("fit"), index: Some(7), since: 1_000, fraction: None });
        lane.activity = OutsideActivity::Running;
        lane.spent_ns[OutsideActivity::Running as usize] = 3_000_000_000;
        lane.spent_ns[OutsideActivity::Idle as usize] = 1_000_000_000;
        lane
    }

    #[test]
    fn time_in_tasks_is_divided_by_what_the_kernel_saw() {
        let seen = StateSeconds { running: 1.0, for_gil: 2.0, in_call: 1.0, ..StateSeconds::default() };
        let view = view(&at_work(), &thread(seen), 4_000_000_000, 0);
        let of = |activity: Activity| view.seconds[activity as usize];
        assert_eq!([of(Activity::Running), of(Activity::WaitingForGil), of(Activity::Idle)], [1.0, 2.0, 1.0]);
        assert_eq!(of(Activity::Blocked), 0.0, "it waited between its tasks");
        assert_eq!((view.activity, view.task, view.x), (Activity::WaitingForGil, Some(7), Some(7.0)));
        assert!((view.seconds.iter().sum::<f64>() - 4.0).abs() < 1e-9);
    }

    #[test]
    fn one_without_tasks_does_what_the_kernel_says() {
        let mut lane = lane();
        lane.spent_ns[OutsideActivity::Idle as usize] = 4_000_000_000;
        lane.activity = OutsideActivity::Idle;
        let seen = StateSeconds { running: 1.0, in_call: 3.0, ..StateSeconds::default() };
        let hands_out = view(&lane, &thread(seen), 4_000_000_000, 0);
        let of = |view: &LaneView, activity: Activity| view.seconds[activity as usize];
        assert_eq!([of(&hands_out, Activity::Running), of(&hands_out, Activity::Blocked)], [1.0, 3.0]);
        assert_eq!((of(&hands_out, Activity::Idle), hands_out.activity), (0.0, Activity::WaitingForGil));
        lane.done = 1;
        let between_tasks = view(&lane, &thread(seen), 4_000_000_000, 0);
        assert_eq!((of(&between_tasks, Activity::Idle), between_tasks.activity), (4.0, Activity::Idle));
    }

    #[test]
    fn without_the_kernels_word_its_own_stands() {
        let view = view(&at_work(), &ThreadBook::default(), 4_000_000_000, 0);
        assert_eq!(view.seconds[Activity::Running as usize], 3.0);
        assert_eq!(view.activity, Activity::Running);
    }

    #[test]
    fn a_thread_elsewhere_has_no_number_here() {
        let mut lane = at_work();
        (lane.tid, lane.memory) = (0, 5);
        let totals = totals(&lane, &ThreadBook::default(), 0, 0);
        assert_eq!((totals.pid, totals.tid), (0, None));
        assert_eq!(view(&lane, &ThreadBook::default(), 0, 0).memory_bytes, Some(5));
    }

    #[test]
    fn what_is_in_hand_is_told_with_the_longest_first() {
        let (mut one, mut other) = (at_work(), at_work());
        (one.name, other.name) = (Arc::from(""), Arc::from("host:1 #2"));
        other.hand = Some(OutsideTask { name: Arc::from("score"), index: None, since: 500, fraction: None });
        let many: Vec<OutsideLane> = [lane(), one, other].into_iter().chain((0..20).map(|_| at_work())).collect();
        let told = in_hand(&many, 2_000);
        assert_eq!(told.len(), IN_HAND_MAX);
        assert_eq!((told[0].lane, told[0].worker.as_str(), told[0].task.as_str()), (2, "host:1 #2", "score"));
        assert_eq!((told[1].lane, told[1].worker.as_str(), told[1].task.as_str()), (1, "thread 11", "fit 7"));
        assert!((told[0].seconds - 1.5e-6).abs() < 1e-12);
    }

    #[test]
    fn who_dies_at_work_is_named_with_the_task() {
        let mut lane = at_work();
        assert_eq!(died_at_work(&lane), None);
        lane.life = Life::Gone;
        let said = died_at_work(&lane).unwrap();
        assert!(said.starts_with("worker (process 10) is gone, and had fit 7 in hand"), "{said}");
        lane.name = Arc::from("");
        assert!(died_at_work(&lane).unwrap().starts_with("thread 11 (process 10) is gone"));
        (lane.tid, lane.name) = (0, Arc::from("host:1 #2"));
        assert_eq!(died_at_work(&lane).unwrap(), "host:1 #2 is gone, and had fit 7 in hand");
        lane.hand = None;
        assert_eq!(died_at_work(&lane), None, "it was between tasks");
    }
}
