//! Where the time went: the workers' time of a configuration in shares, by what it was spent on.
//!
//! Worked out from the lanes' accounts and what the machine was seen to do, and from nothing else: no time is told that
//! was not counted, and what the accounts leave open is a share of its own. Nothing is worded here beyond names.

mod lane;
mod taken;

use super::time_use::{TimeUse, UseSeconds};
use crate::record::{RunState, TrialOutcome};
use crate::scenario::{Config, Dispatch};

/// Where the time of a configuration's workers went, all its samples taken together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LossShares {
    /// The shares of workers × wall time, and of the start-up where that counts: those that apply, in the order of
    /// [`TimeUse::ALL`]. Their sum is 1.
    pub shares: Vec<(TimeUse, f64)>,
    /// The same of each worker, by its lane; see [`WorkerShares`].
    pub workers: Vec<WorkerShares>,
}

/// Where the time of one worker went, all samples taken together.
///
/// Its lane knows nothing of start-ups, nor of time without a CPU: that is within the others of its shares.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WorkerShares {
    /// Tasks that it finished, failed ones included, in all samples.
    pub tasks: u64,
    /// The shares of the wall time, as of the whole. Their sum is 1.
    pub shares: Vec<(TimeUse, f64)>,
    /// Of its work, what its tasks waited by themselves: a share of the wall time, too.
    pub blocked: f64,
}

impl LossShares {
    /// The share of a use; `None` where it does not apply, or is not known.
    pub fn of(&self, what: TimeUse) -> Option<f64> {
        share_of(&self.shares, what)
    }
}

impl WorkerShares {
    /// The share of a use; `None` where it does not apply.
    pub fn of(&self, what: TimeUse) -> Option<f64> {
        share_of(&self.shares, what)
    }
}

fn share_of(shares: &[(TimeUse, f64)], what: TimeUse) -> Option<f64> {
    shares.iter().find(|(of, _)| *of == what).map(|(_, share)| *share)
}

/// Those of a configuration of a run; `None` while there is no sample with accounts of its lanes.
pub(super) fn of_config(state: &RunState, index: usize, config: &Config) -> Option<LossShares> {
    let counts_startup = state.planned.as_ref()?.scenario.include_startup;
    let samples: Vec<&TrialOutcome> = state.samples(index).collect();
    time_shares(&samples, config, counts_startup)
}

/// Those of some trials of a configuration that ran to their end.
fn time_shares(samples: &[&TrialOutcome], config: &Config, counts_startup: bool) -> Option<LossShares> {
    let by_pipe = config.dispatch == Dispatch::Pipe;
    let mut trials: Vec<TrialTime> =
        samples.iter().filter_map(|outcome| TrialTime::of(outcome, by_pipe, counts_startup)).collect();
    let all_s: f64 = trials.iter().map(|trial| trial.workers_s).sum();
    if trials.is_empty() || all_s <= 0.0 {
        return None;
    }
    // What only some of the trials tell is taken out of none: it would be missing from what it lies in for those alone.
    let knows_others = trials.iter().all(|trial| trial.taken.others_s.is_some());
    let knows_queue = trials.iter().all(|trial| trial.taken.queue_s.is_some());
    trials.iter_mut().for_each(|trial| trial.take_out(knows_others, knows_queue));
    let sums = TimeUse::ALL.map(|what| trials.iter().map(|trial| trial.seconds[what as usize]).sum());
    let locked = samples.iter().any(|outcome| outcome.interpreter.is_some());
    let in_lanes = |what: TimeUse| match what {
        TimeUse::Lock => locked,
        TimeUse::Pipe => by_pipe,
        TimeUse::Dispatch => !by_pipe,
        TimeUse::Startup | TimeUse::Others | TimeUse::Queue => false,
        TimeUse::Work | TimeUse::Gate | TimeUse::Idle | TimeUse::Unexplained => true,
    };
    let applies = |what: TimeUse| match what {
        TimeUse::Startup => counts_startup && samples.iter().any(|outcome| outcome.startup_s.is_some()),
        TimeUse::Others => knows_others,
        TimeUse::Queue => knows_queue,
        _ => in_lanes(what),
    };
    Some(LossShares { shares: shares(&sums, &applies), workers: workers(&trials, &in_lanes) })
}

/// Each worker for itself.
fn workers(trials: &[TrialTime], applies: &dyn Fn(TimeUse) -> bool) -> Vec<WorkerShares> {
    let lanes = trials.iter().map(|trial| trial.lanes.len()).max().unwrap_or(0);
    let worker = |lane: usize| {
        let accounts = || trials.iter().filter_map(move |trial| trial.lanes.get(lane));
        let sums = TimeUse::ALL.map(|what| accounts().map(|(time, _)| time.seconds[what as usize]).sum());
        let blocked_s: f64 = accounts().map(|(time, _)| time.blocked_s()).sum();
        WorkerShares {
            tasks: accounts().map(|(_, tasks)| tasks).sum(),
            shares: shares(&sums, applies),
            blocked: blocked_s / sums.iter().sum::<f64>(),
        }
    };
    (0..lanes).map(worker).collect()
}

/// Parts of their sum. What does not apply, but took time all the same, is not explained.
fn shares(seconds: &UseSeconds, applies: &dyn Fn(TimeUse) -> bool) -> Vec<(TimeUse, f64)> {
    let all_s: f64 = seconds.iter().sum();
    let strays_s: f64 = TimeUse::ALL.iter().filter(|what| !applies(**what)).map(|what| seconds[*what as usize]).sum();
    let told_s = |what: TimeUse| match what {
        TimeUse::Unexplained => seconds[what as usize] + strays_s,
        _ => seconds[what as usize],
    };
    let share = |what: TimeUse| if all_s > 0.0 { told_s(what) / all_s } else { f64::NAN };
    TimeUse::ALL.into_iter().filter(|what| applies(*what)).map(|what| (what, share(what))).collect()
}

/// Where the time of the workers of one trial went.
struct TrialTime {
    /// Workers × wall time, and start-up where that counts: what the seconds below add up to.
    workers_s: f64,
    seconds: UseSeconds,
    /// Of that, seconds that the workers computed.
    computing_s: f64,
    /// Time without a CPU, which is within the seconds until it is taken out.
    taken: taken::Taken,
    /// Each lane with its tasks.
    lanes: Vec<(lane::LaneTime, u64)>,
}

impl TrialTime {
    /// `None` for a trial without accounts, or without time; and for one of a program that was watched, whose threads come
    /// and go as they like.
    fn of(outcome: &TrialOutcome, by_pipe: bool, counts_startup: bool) -> Option<Self> {
        let wall_s = outcome.wall_s;
        if outcome.program.is_some() || outcome.lanes.is_empty() || !wall_s.is_finite() || wall_s <= 0.0 {
            return None;
        }
        let accounts: Vec<lane::LaneTime> =
            outcome.lanes.iter().map(|totals| lane::LaneTime::of(totals, wall_s, by_pipe)).collect();
        let mut seconds = TimeUse::ALL.map(|what| accounts.iter().map(|lane| lane.seconds[what as usize]).sum());
        let computing_s: f64 = accounts.iter().map(|lane| lane.computing_s).sum();
        let taken = taken::Taken::of(outcome, accounts.len(), computing_s + seconds[TimeUse::Dispatch as usize]);
        let startup_s = outcome.startup_s.filter(|_| counts_startup).unwrap_or(0.0).max(0.0);
        let workers = accounts.len() as f64;
        seconds[TimeUse::Startup as usize] = workers * startup_s;
        Some(Self {
            workers_s: workers * (wall_s + startup_s),
            seconds,
            computing_s,
            taken,
            lanes: accounts.into_iter().zip(outcome.lanes.iter().map(|totals| totals.tasks)).collect(),
        })
    }

    /// Counts time without a CPU by itself, as far as that is wanted; else it stays in what it lies in.
    fn take_out(&mut self, others: bool, queue: bool) {
        let taken = taken::Taken {
            others_s: self.taken.others_s.filter(|_| others),
            queue_s: self.taken.queue_s.filter(|_| queue),
        };
        taken.take_out(&mut self.seconds, self.computing_s);
    }
}

#[cfg(test)]
mod tests;
