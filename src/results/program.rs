//! What a watched program did, in figures: how many CPUs it used, what its threads did with their time, how its tasks
//! went. From the last trial of a configuration, whether its time counts or not: a program that failed was seen, too.

use std::borrow::Cow;

use super::task_counts::TaskCounts;
use crate::foreign::escaped;
use crate::record::{
    Activity, Cause, LaneKind, LaneTotals, NamedTasks, RunState, TrialEnd, TrialOutcome, WatchedProgram,
};
use crate::scenario::Plan;
use crate::units;

/// A watched program, as its last trial left it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgramFigures {
    /// What was seen of it.
    pub program: WatchedProgram,
    /// How its trial ended, which may be before the program would have.
    pub end: TrialEnd,
    /// Its lanes, in the order in which they were first seen.
    pub lanes: Vec<LaneTotals>,
    /// Seconds from its start to its end.
    pub wall_s: f64,
    /// CPU seconds of all its processes.
    pub cpu_s: f64,
    /// How many CPUs it kept busy on average.
    pub cpus_used: f64,
    /// What its processes took up at most, all together, in bytes; `None` where that was not seen.
    pub peak_memory_bytes: Option<u64>,
    /// Where the time of all its lanes went: parts of the time that they lived, the largest first. Their sum is 1.
    pub shares: Vec<(Activity, f64)>,
    /// The tasks that it told of; `None` if it told of none.
    pub tasks: Option<TaskCounts>,
}

impl ProgramFigures {
    /// Those of a trial; `None` for a trial that was none of a program.
    pub fn of(outcome: &TrialOutcome) -> Option<Self> {
        let program = outcome.program.clone()?;
        let cpu_s = outcome.cpu_user_s + outcome.cpu_system_s;
        Some(Self {
            end: outcome.end,
            lanes: outcome.lanes.clone(),
            wall_s: outcome.wall_s,
            cpu_s,
            cpus_used: if outcome.wall_s > 0.0 { cpu_s / outcome.wall_s } else { 0.0 },
            shares: shares(&outcome.lanes),
            peak_memory_bytes: outcome.memory.as_ref().map(|memory| memory.peak_bytes).or(outcome.peak_rss_bytes),
            tasks: (!program.tasks.is_empty()).then(|| TaskCounts::of(outcome)),
            program,
        })
    }

    /// Whether it told of tasks: then its lanes are those that ran them.
    pub fn tells_tasks(&self) -> bool {
        self.lanes.iter().any(|lane| lane.kind == LaneKind::Tasks)
    }

    /// The part of the lanes' time that an activity took.
    pub fn share(&self, activity: Activity) -> f64 {
        self.shares.iter().find(|(of, _)| *of == activity).map_or(0.0, |(_, share)| *share)
    }
}

/// What the configuration is called of a plan that has one program alone.
pub(super) const THE_PROGRAM: &str = "the program";

/// Whether a plan is of one program that is run once: there is nothing to compare it with.
pub fn is_one_program(plan: &Plan) -> bool {
    let is_program = matches!(plan.configs.as_slice(), [only] if only.backend.spec().is_program());
    is_program && plan.trials.len() == 1
}

/// The program of the last trial of a configuration that has ended.
pub(super) fn of_config(state: &RunState, config: usize) -> Option<ProgramFigures> {
    let plan = state.plan()?;
    let of_this = |trial: &usize| plan.trials.get(*trial).is_some_and(|planned| planned.config == config);
    let last = state.finished.iter().rev().find(|(trial, _)| of_this(trial))?;
    ProgramFigures::of(&last.1)
}

/// What an activity of a watched program's threads is called in headings and legends.
pub fn activity_heading(activity: Activity) -> &'static str {
    match activity {
        Activity::Running => "running",
        Activity::Queued => "no CPU",
        Activity::WaitingForGil => "GIL",
        Activity::WaitingForLock => "lock",
        Activity::Blocked => "in calls",
        Activity::Native => "native",
        Activity::Fetching | Activity::Delivering => "between tasks",
        Activity::AtGate => "starting",
        Activity::Idle => "idle",
        Activity::Sending => "sending",
        Activity::Receiving => "receiving",
        Activity::InCollective => "collective",
        Activity::WaitingForMessages => "waiting",
    }
}

/// What a lane is called: by its thread's name.
pub fn lane_in_words(lane: &LaneTotals) -> String {
    match (lane.name.is_empty(), lane.tid) {
        (false, _) => escaped(&lane.name).into_owned(),
        (true, Some(tid)) => format!("thread {tid}"),
        (true, None) => format!("process {}", lane.pid),
    }
}

/// Tasks of one name: `square: 1 000 tasks, 2 of them failed, 1.20 s each, 3.40 s at most`.
pub fn tasks_in_words(named: &NamedTasks) -> String {
    let all = named.done + named.failed;
    let name = if named.name.is_empty() { Cow::Borrowed("tasks of other names") } else { escaped(&named.name) };
    let failed =
        if named.failed > 0 { format!(", {} of them failed", units::count(named.failed)) } else { String::new() };
    let times = match named.timed {
        0 => String::new(),
        n => format!(", {} each, {} at most", units::seconds(named.seconds / n as f64), units::seconds(named.max_s)),
    };
    format!("{name}: {} task{}{failed}{times}", units::count(all), if all == 1 { "" } else { "s" })
}

/// How a program ended.
pub fn exit_in_words(exit: Option<&Cause>) -> String {
    match exit {
        None => "its end was not seen".to_owned(),
        Some(Cause::Exit(0)) => "done".to_owned(),
        Some(Cause::Exit(status)) => format!("exit status {status}"),
        Some(Cause::Signal(name)) => format!("killed by {}", escaped(name)),
    }
}

/// Parts of the lanes' time, the largest first; nothing where there was none.
fn shares(lanes: &[LaneTotals]) -> Vec<(Activity, f64)> {
    let seconds = |activity: Activity| {
        let of_lanes = lanes.iter().filter_map(|lane| lane.seconds.get(&activity));
        of_lanes.copied().filter(|seconds| seconds.is_finite() && *seconds > 0.0).sum::<f64>()
    };
    let mut all: Vec<(Activity, f64)> = Activity::ALL.map(|activity| (activity, seconds(activity))).into();
    let sum: f64 = all.iter().map(|(_, seconds)| seconds).sum();
    all.retain(|(_, seconds)| *seconds > 0.0);
    all.iter_mut().for_each(|(_, seconds)| *seconds /= sum);
    all.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn shares_are_of_the_time_that_lanes_lived() {
        let lane = |running: f64, gil: f64| LaneTotals {
            kind: LaneKind::Thread,
            seconds: BTreeMap::from([(Activity::Running, running), (Activity::WaitingForGil, gil)]),
            ..LaneTotals::default()
        };
        let outcome = TrialOutcome {
            wall_s: 4.0,
            cpu_user_s: 3.0,
            cpu_system_s: 1.0,
            lanes: vec![lane(3.0, 1.0), lane(0.0, 4.0)],
            program: Some(WatchedProgram::default()),
            ..TrialOutcome::default()
        };
        let figures = ProgramFigures::of(&outcome).unwrap();
        assert_eq!(figures.shares, [(Activity::WaitingForGil, 0.625), (Activity::Running, 0.375)]);
        assert_eq!((figures.cpus_used, figures.tasks, figures.tells_tasks()), (1.0, None, false));
        assert_eq!(ProgramFigures::of(&TrialOutcome::default()), None);
    }
}
