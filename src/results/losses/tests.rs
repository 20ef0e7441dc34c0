//! Accounts that were thought up, and where their time went.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::record::{Activity, LaneTotals, LockUse, TrialEnd, TrialNoise};
use crate::scenario::{BackendKind, Schedule};

fn lane(arrived_s: f64, seconds: &[(Activity, f64)]) -> LaneTotals {
    let until_s = arrived_s + seconds.iter().map(|(_, s)| s).sum::<f64>();
    let seconds: BTreeMap<Activity, f64> = seconds.iter().copied().collect();
    LaneTotals { pid: 1, tasks: 3, arrived_s, until_s, seconds, ..LaneTotals::default() }
}

fn trial(wall_s: f64, lanes: Vec<LaneTotals>) -> TrialOutcome {
    TrialOutcome { end: TrialEnd::Complete, wall_s, startup_s: Some(0.5), lanes, ..TrialOutcome::default() }
}

fn of(trials: &[TrialOutcome], config: &Config, counts_startup: bool) -> LossShares {
    let samples: Vec<&TrialOutcome> = trials.iter().collect();
    time_shares(&samples, config, counts_startup).expect("shares")
}

fn threads() -> Config {
    Config::new(BackendKind::THREADS, 2)
}

fn told(shares: &LossShares) -> Vec<(&'static str, f64)> {
    let thousandths = |share: f64| (share * 1000.0).round() / 1000.0;
    shares.shares.iter().map(|(what, share)| (what.key(), thousandths(*share))).collect()
}

/// A second before the gate, one at work, a quarter of one for tasks, and idle to the end.
fn two_lanes() -> Vec<LaneTotals> {
    use Activity::{AtGate, Fetching, Idle, Running};
    vec![
        lane(-1.0, &[(AtGate, 1.0), (Running, 1.5), (Fetching, 0.5)]),
        lane(-2.0, &[(AtGate, 2.5), (Running, 0.5), (Fetching, 0.5), (Idle, 0.5)]),
    ]
}

#[test]
fn shares_are_of_workers_times_wall() {
    let shares = of(&[trial(2.0, two_lanes())], &threads(), false);
    let all = [("work", 0.5), ("gate", 0.125), ("dispatch", 0.25), ("idle", 0.125), ("unexplained", 0.0)];
    assert_eq!(told(&shares), all);
    assert_eq!(shares.workers.len(), 2);
    assert_eq!((shares.workers[0].tasks, shares.workers[0].of(TimeUse::Work)), (3, Some(0.75)));
    assert_eq!(shares.workers[1].of(TimeUse::Gate), Some(0.25));
}

#[test]
fn start_up_is_a_share_only_where_it_counts() {
    let shares = of(&[trial(2.0, two_lanes())], &threads(), true);
    assert_eq!((shares.of(TimeUse::Startup), shares.of(TimeUse::Work)), (Some(0.2), Some(0.4)));
    assert_eq!(shares.workers[0].of(TimeUse::Work), Some(0.75), "a lane knows nothing of it");
    assert_eq!(of(&[trial(2.0, two_lanes())], &threads(), false).of(TimeUse::Startup), None);
}

#[test]
fn what_tasks_wait_for_is_work_and_a_pipe_is_no_dispatch() {
    use Activity::{Blocked, Delivering, Fetching, Native, Running, WaitingForLock};
    let seconds = [
        (Running, 0.125),
        (Blocked, 0.25),
        (Native, 0.125),
        (WaitingForLock, 0.25),
        (Fetching, 0.125),
        (Delivering, 0.125),
    ];
    let locked = || {
        let interpreter = Some(LockUse { held_s: 0.1, waited_s: 0.25, waits: 1, handovers: 0 });
        TrialOutcome { interpreter, ..trial(1.0, vec![lane(0.0, &seconds)]) }
    };
    let pipe = Config { dispatch: Dispatch::Pipe, ..Config::new(BackendKind::PROCESSES, 1) };
    let all = [("work", 0.5), ("lock", 0.25), ("gate", 0.0), ("pipe", 0.25), ("idle", 0.0), ("unexplained", 0.0)];
    let shares = of(&[locked()], &pipe, false);
    assert_eq!((told(&shares), shares.workers[0].blocked), (all.to_vec(), 0.25));
}

#[test]
fn late_workers_and_those_that_never_came_are_told() {
    use Activity::Running;
    let lanes = vec![lane(0.5, &[(Running, 0.5)]), LaneTotals::default()];
    let all = [("work", 0.25), ("gate", 0.25), ("dispatch", 0.0), ("idle", 0.0), ("unexplained", 0.5)];
    assert_eq!(told(&of(&[trial(1.0, lanes)], &threads(), false)), all);
}

#[test]
fn what_is_done_after_the_last_task_does_not_count() {
    use Activity::{AtGate, Fetching, Idle, Running};
    // The first sees that nothing is left after the end; the second has hardly come through the gate by then.
    let lanes = vec![
        lane(-1.0, &[(AtGate, 1.0), (Running, 1.0), (Fetching, 0.25)]),
        lane(-1.0, &[(AtGate, 2.25), (Fetching, 0.25), (Idle, 0.0)]),
    ];
    let all = [("work", 0.5), ("gate", 0.5), ("dispatch", 0.0), ("idle", 0.0), ("unexplained", 0.0)];
    assert_eq!(told(&of(&[trial(1.0, lanes)], &threads(), false)), all);
}

fn noise(runnable_s: Option<f64>, others_s: Option<f64>) -> Option<TrialNoise> {
    Some(TrialNoise { usable_cpus: 2, over_s: 1.0, others_s, runnable_s, ..TrialNoise::default() })
}

/// Two workers who compute all the time, beside this noise.
fn beside(noise: Option<TrialNoise>, workers: usize) -> LossShares {
    let lanes = vec![lane(0.0, &[(Activity::Running, 1.0)]); workers];
    let outcome = TrialOutcome { noise, cpu_user_s: 1.5, ..trial(1.0, lanes) };
    of(&[outcome], &threads(), false)
}

#[test]
fn time_without_a_cpu_is_taken_out_of_the_work() {
    let shares = beside(noise(Some(0.5), Some(0.5)), 2);
    assert_eq!(
        [TimeUse::Work, TimeUse::Others, TimeUse::Queue].map(|what| shares.of(what)),
        [Some(0.75), Some(0.25), Some(0.0)]
    );
    // Others had a tenth of a second; the rest of the waiting was for workers of the same pool.
    let shares = beside(noise(Some(2.0), Some(0.1)), 4);
    assert_eq!((shares.of(TimeUse::Others), shares.of(TimeUse::Queue)), (Some(0.025), Some(0.475)));
    assert_eq!(shares.of(TimeUse::Work), Some(0.5));
    let stolen = TrialNoise { steal_s: Some(0.4), ..noise(Some(0.0), Some(0.5)).expect("noise") };
    let share = beside(Some(stolen), 2).of(TimeUse::Others).expect("a share");
    assert!((share - 0.15).abs() < 1e-12, "three quarters of 0.4 s of 2 s, and not {share}");
}

#[test]
fn what_is_not_known_is_not_made_up() {
    for unknown in [None, noise(None, None)] {
        let shares = beside(unknown, 2);
        assert_eq!((shares.of(TimeUse::Others), shares.of(TimeUse::Queue)), (None, None));
        assert_eq!(shares.of(TimeUse::Work), Some(1.0));
    }
    // Two workers want both CPUs: what others had, they had from these.
    assert_eq!(beside(noise(None, Some(0.5)), 2).of(TimeUse::Others), Some(0.25));
    assert_eq!(beside(noise(None, Some(0.5)), 1).of(TimeUse::Others), Some(0.0), "they had the other CPU");
    assert_eq!(beside(noise(None, Some(0.5)), 4).of(TimeUse::Others), None);
    assert_eq!(beside(noise(Some(1.0), None), 4).of(TimeUse::Others), None);
    // One sample that does not know it leaves it open for all.
    let lanes = || vec![lane(0.0, &[(Activity::Running, 1.0)])];
    let known = TrialOutcome { noise: noise(Some(0.5), Some(0.5)), ..trial(1.0, lanes()) };
    let shares = of(&[known, trial(1.0, lanes())], &threads(), false);
    assert_eq!((shares.of(TimeUse::Others), shares.of(TimeUse::Queue)), (None, None));
    assert_eq!((shares.of(TimeUse::Work), shares.of(TimeUse::Unexplained)), (Some(1.0), Some(0.0)));
}

#[test]
fn samples_are_added_and_not_mixed() {
    use Activity::{Idle, Running};
    let short = trial(1.0, vec![lane(0.0, &[(Running, 1.0)])]);
    let long = trial(3.0, vec![lane(0.0, &[(Running, 1.0), (Idle, 2.0)])]);
    let shares = of(&[short, long], &threads(), false);
    assert_eq!((shares.of(TimeUse::Work), shares.of(TimeUse::Idle)), (Some(0.5), Some(0.5)));
    assert_eq!(shares.workers[0].tasks, 6);
}

#[test]
fn without_accounts_there_are_no_shares() {
    assert_eq!(time_shares(&[&trial(1.0, Vec::new())], &threads(), false), None);
    assert_eq!(time_shares(&[], &threads(), false), None);
    assert_eq!(time_shares(&[&trial(0.0, two_lanes())], &threads(), false), None);
}

#[test]
fn each_use_stands_at_the_place_of_its_number() {
    assert!(TimeUse::ALL.iter().enumerate().all(|(number, what)| *what as usize == number));
    let keys: std::collections::BTreeSet<&str> = TimeUse::ALL.iter().map(|what| what.key()).collect();
    assert_eq!(keys.len(), TimeUse::COUNT);
}

/// A lane as the engine reads it off: its activities are its time.
fn any_lane() -> impl Strategy<Value = LaneTotals> {
    (-3.0..3.0_f64, prop::collection::vec(0.0..2.0_f64, Activity::COUNT)).prop_map(|(arrived_s, seconds)| {
        let spent: Vec<(Activity, f64)> = Activity::ALL.into_iter().zip(seconds).collect();
        lane(arrived_s, &spent)
    })
}

proptest! {
    #[test]
    fn shares_sum_to_one_for_every_backend_dispatch_and_schedule(
        lanes in prop::collection::vec(any_lane(), 1..6),
        wall_s in 0.01..4.0_f64,
        backend in prop::sample::select(BackendKind::ALL.to_vec()),
        dispatch in prop::sample::select(Dispatch::ALL.to_vec()),
        schedule in prop::sample::select(Schedule::ALL.to_vec()),
        counts_startup in any::<bool>(),
        locked in any::<bool>(),
        seen in prop::option::of((
            prop::option::of(0.0..9.0_f64), prop::option::of(0.0..9.0_f64), prop::option::of(0.0..9.0_f64),
        )),
    ) {
        let config = Config { schedule, dispatch, ..Config::new(backend, lanes.len() as u32) };
        let noise = seen.and_then(|(runnable_s, others_s, steal_s)| {
            Some(TrialNoise { steal_s, ..noise(runnable_s, others_s)? })
        });
        let interpreter = locked.then_some(LockUse { held_s: 0.0, waited_s: 0.0, waits: 0, handovers: 0 });
        let outcome = TrialOutcome { noise, interpreter, cpu_user_s: 1.0, ..trial(wall_s, lanes) };
        let shares = of(&[outcome], &config, counts_startup);
        let sum: f64 = shares.shares.iter().map(|(_, share)| share).sum();
        prop_assert!((sum - 1.0).abs() < 1e-9, "{shares:?}");
        prop_assert!(shares.shares.iter().all(|(_, share)| (-1e-9..=1.0 + 1e-9).contains(share)), "{shares:?}");
        for worker in &shares.workers {
            let sum: f64 = worker.shares.iter().map(|(_, share)| share).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9, "{worker:?}");
        }
    }

    #[test]
    fn whole_accounts_leave_nothing_unexplained(
        parts in prop::collection::vec(prop::collection::vec(0.01..1.0_f64, Activity::COUNT), 1..5),
        wall_s in 0.01..4.0_f64,
        early_s in 0.0..2.0_f64,
    ) {
        // Each lane came before the gate was opened, and is accounted for to the end.
        let lanes = parts.iter().map(|parts| {
            let scale = wall_s / parts.iter().sum::<f64>();
            let mut spent: Vec<(Activity, f64)> =
                Activity::ALL.into_iter().zip(parts.iter().map(|part| part * scale)).collect();
            spent[Activity::AtGate as usize].1 += early_s;
            lane(-early_s, &spent)
        });
        let interpreter = Some(LockUse { held_s: 0.0, waited_s: 0.0, waits: 0, handovers: 0 });
        let outcome = TrialOutcome { interpreter, ..trial(wall_s, lanes.collect()) };
        let shares = of(&[outcome], &threads(), false);
        prop_assert!(shares.of(TimeUse::Unexplained).expect("a share") < 1e-9, "{shares:?}");
    }
}
