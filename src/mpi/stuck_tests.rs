//! Each rule by a look made by hand, and all of them beside a model of ranks that says what is a deadlock.

use proptest::prelude::*;

use super::look::{RankLife, Sent};
use super::stuck::{StuckWatch, Suspicion};
use super::tests_support::{NOW_NS, computing, elsewhere, enter, gather};
use super::{MpiLook, waits};

/// What is suspected of a look that stays as it is.
fn suspected(look: &MpiLook) -> Vec<Suspicion> {
    let mut watch = StuckWatch::default();
    assert!(watch.see(look).is_empty(), "one look is not enough");
    watch.see(&MpiLook { at_ns: look.at_ns + 300_000_000, ..look.clone() }).to_vec()
}

/// The ranks of a circle that is suspected.
fn circle(look: &MpiLook) -> Vec<u32> {
    match suspected(look).as_slice() {
        [Suspicion::Deadlock(waits)] => waits.iter().map(|wait| wait.place).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_waits_for_whom_is_told() {
    let mut look = computing(4);
    enter(&mut look, 0, "Recv", &[], &[3], 2.0);
    enter(&mut look, 1, "Sendrecv", &[2], &[3], 2.0);
    gather(&mut look, 2, "Barrier", 2.0);
    let told: Vec<(u32, Vec<u32>, bool)> = waits(&look).into_iter().map(|it| (it.place, it.on, it.any)).collect();
    assert_eq!(told, [(0, vec![3], false), (1, vec![2, 3], true), (2, vec![0, 1, 3], false)]);
    enter(&mut look, 3, "Isend", &[0], &[], 2.0);
    assert_eq!(waits(&look).len(), 3, "it does not wait");
    look.ranks[0].call.as_mut().unwrap().peers.from_any = true;
    assert_eq!((waits(&look)[0].on.clone(), waits(&look)[0].any), (vec![1, 2, 3], true));
}

#[test]
fn a_circle_of_receives_is_suspected_and_not_at_once() {
    let mut look = computing(4);
    (0..3).for_each(|rank| enter(&mut look, rank, "Recv", &[], &[(rank + 1) % 3], 2.0));
    assert_eq!(circle(&look), [0, 1, 2], "the fourth only computes");
    enter(&mut look, 1, "Recv", &[], &[2], 0.5);
    assert_eq!(suspected(&look), [], "one has not waited for long");
}

#[test]
fn of_ranks_elsewhere_only_what_they_have_told_counts() {
    let mut look = computing(2);
    enter(&mut look, 0, "Recv", &[], &[1], 2.0);
    enter(&mut look, 1, "Recv", &[], &[0], 2.0);
    let told_ns = |look: &MpiLook, told_ns: u64| {
        let mut look = look.clone();
        look.ranks[1].elsewhere = Some(elsewhere(told_ns));
        look
    };
    assert_eq!(suspected(&told_ns(&look, u64::MAX)).len(), 1);
    let mut watch = StuckWatch::default();
    for later_ns in (0..10).map(|n| n * 300_000_000) {
        // Since it entered the call, it was not heard of for long enough.
        let at = MpiLook { at_ns: NOW_NS + later_ns, ..told_ns(&look, NOW_NS - 1_200_000_000) };
        assert!(watch.see(&at).is_empty());
    }
    let mut watch = StuckWatch::default();
    for later_ns in (0..10).map(|n| n * 300_000_000) {
        // It was, but there is nothing new of it: one look of it is not enough.
        let at = MpiLook { at_ns: NOW_NS + later_ns, ..told_ns(&look, NOW_NS) };
        assert!(watch.see(&at).is_empty());
    }
    assert_eq!(watch.see(&told_ns(&look, NOW_NS + 300_000_000)).len(), 0, "that is later than the look");
    let at = MpiLook { at_ns: NOW_NS + 3_000_000_000, ..told_ns(&look, NOW_NS + 300_000_000) };
    assert_eq!(watch.see(&at).len(), 1);
}

#[test]
fn who_waits_for_one_that_computes_is_not_stuck() {
    let mut look = computing(3);
    enter(&mut look, 0, "Recv", &[], &[1], 500.0);
    enter(&mut look, 1, "Recv", &[], &[2], 500.0);
    assert_eq!(suspected(&look), []);
    gather(&mut look, 0, "Allreduce", 500.0);
    gather(&mut look, 1, "Allreduce", 500.0);
    assert_eq!(suspected(&look), []);
}

#[test]
fn a_long_transfer_is_no_deadlock() {
    let mut look = computing(2);
    enter(&mut look, 0, "Send", &[1], &[], 60.0);
    enter(&mut look, 1, "Recv", &[], &[0], 60.0);
    assert_eq!(suspected(&look), []);
    look.ranks[1].call.as_mut().unwrap().tag = Some(1);
    assert_eq!(circle(&look), [0, 1], "of other tags it is one");
    look.ranks[1].call.as_mut().unwrap().tag = None;
    assert_eq!(suspected(&look), []);
    enter(&mut look, 1, "Ssend", &[0], &[], 60.0);
    assert_eq!(circle(&look), [0, 1], "both send");
}

#[test]
fn what_was_begun_before_may_answer() {
    let mut look = computing(2);
    enter(&mut look, 0, "Recv", &[], &[1], 60.0);
    enter(&mut look, 1, "Recv", &[], &[0], 60.0);
    let begun = Sent { to: 0, messages: 1, bytes: 4, sending: 1, receiving: 0 };
    look.ranks[1].sent = [begun].into();
    assert_eq!(suspected(&look), []);
    look.ranks[1].sent = [Sent { sending: 0, ..begun }].into();
    assert_eq!(circle(&look), [0, 1], "that message has come");
}

#[test]
fn any_of_several_may_answer() {
    let mut look = computing(3);
    enter(&mut look, 0, "Waitall", &[1, 2], &[], 60.0);
    enter(&mut look, 1, "Recv", &[], &[0], 60.0);
    look.ranks[1].call.as_mut().unwrap().tag = Some(5);
    look.ranks[0].call.as_mut().unwrap().tag = Some(6);
    assert_eq!(suspected(&look), [], "the third may");
    enter(&mut look, 2, "Recv", &[], &[1], 60.0);
    assert!(!suspected(&look).is_empty());
    look.ranks[2].is_threaded = true;
    assert_eq!(suspected(&look), [], "another thread of it may");
}

#[test]
fn a_collective_without_one_that_never_comes_is_suspected() {
    let mut look = computing(3);
    gather(&mut look, 0, "Barrier", 5.0);
    gather(&mut look, 1, "Barrier", 5.0);
    enter(&mut look, 2, "Recv", &[], &[0], 5.0);
    assert_eq!(circle(&look), [0, 2]);
    look.ranks[2].call = None;
    look.ranks[2].life = RankLife::Finalized;
    let found = suspected(&look);
    assert!(found.iter().all(|it| matches!(it, Suspicion::WaitsForGone(_, gone) if *gone == [2])), "{found:?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn different_collectives_in_the_same_place_are_told() {
    let mut look = computing(2);
    gather(&mut look, 0, "Barrier", 5.0);
    gather(&mut look, 1, "Bcast", 5.0);
    let found = suspected(&look);
    assert!(matches!(&found[0], Suspicion::Mismatch { other: 1, called, .. } if called.name == "Bcast"), "{found:?}");
    gather(&mut look, 1, "Barrier", 5.0);
    look.ranks[1].communicators[0].collectives = 1;
    look.ranks[1].call.as_mut().unwrap().number = 1;
    assert_eq!(suspected(&look), [], "all are there: it takes as long as it takes");
}

#[test]
fn who_is_ended_while_stuck_stays_told_and_who_goes_on_does_not() {
    let mut look = computing(2);
    (0..2).for_each(|rank| enter(&mut look, rank, "Recv", &[], &[1 - rank], 2.0));
    let mut watch = StuckWatch::default();
    watch.see(&look);
    look.at_ns += 300_000_000;
    let found = watch.see(&look).to_vec();
    assert_eq!(found.len(), 1);
    let mut ended = look.clone();
    ended.ranks.iter_mut().for_each(|rank| (rank.life, rank.call) = (RankLife::Gone, None));
    ended.at_ns += 300_000_000;
    assert_eq!(watch.see(&ended), found);
    look.at_ns += 600_000_000;
    look.ranks[0].calls += 1;
    look.ranks[0].call = None;
    assert_eq!(watch.see(&look), []);
}

#[test]
fn ranks_of_other_worlds_are_not_meant() {
    let mut look = computing(4);
    for (place, rank) in look.ranks.iter_mut().enumerate() {
        (rank.world, rank.rank, rank.size) = (place as u32 / 2, place as u32 % 2, 2);
    }
    enter(&mut look, 0, "Recv", &[], &[1], 5.0);
    enter(&mut look, 3, "Recv", &[], &[0], 5.0);
    let told: Vec<Vec<u32>> = waits(&look).into_iter().map(|wait| wait.on).collect();
    assert_eq!(told, [vec![1], vec![2]]);
    assert_eq!(suspected(&look), []);
}

/// What a rank of the model does next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Send(u32),
    Receive(u32),
    Barrier,
}

/// Ranks that make their steps by rendezvous until none can make one; gives how far each came.
fn run(programs: &[Vec<Step>]) -> Vec<usize> {
    let mut at = vec![0; programs.len()];
    let step = |at: &[usize], rank: usize| programs[rank].get(at[rank]).copied();
    loop {
        let before = at.clone();
        for rank in 0..programs.len() {
            if let Some(Step::Send(to)) = step(&at, rank)
                && matches!(step(&at, to as usize), Some(Step::Receive(from)) if from as usize == rank)
            {
                at[rank] += 1;
                at[to as usize] += 1;
            }
        }
        if (0..programs.len()).all(|rank| matches!(step(&at, rank), Some(Step::Barrier))) {
            at.iter_mut().for_each(|at| *at += 1);
        }
        if at == before {
            return at;
        }
    }
}

/// The look at these ranks when they have come so far.
fn look_at(programs: &[Vec<Step>], at: &[usize]) -> MpiLook {
    let ranks = programs.len() as u32;
    let mut look = computing(ranks);
    for (rank, program) in programs.iter().enumerate() {
        let of = rank as u32;
        let barriers = program[..at[rank]].iter().filter(|step| matches!(step, Step::Barrier)).count();
        look.ranks[rank].communicators[0].collectives = barriers as u64;
        match program.get(at[rank]) {
            None => (look.ranks[rank].life, look.ranks[rank].ended_ns) = (RankLife::Finalized, Some(NOW_NS)),
            Some(Step::Send(to)) => enter(&mut look, of, "Ssend", &[*to], &[], 9.0),
            Some(Step::Receive(from)) => enter(&mut look, of, "Recv", &[], &[*from], 9.0),
            Some(Step::Barrier) => gather(&mut look, of, "Barrier", 9.0),
        }
    }
    look
}

fn programs() -> impl Strategy<Value = Vec<Vec<Step>>> {
    (2_u32..6).prop_flat_map(|ranks| {
        let step = move |own: u32| {
            let other = (0..ranks - 1).prop_map(move |other| if other >= own { other + 1 } else { other });
            prop_oneof![
                3 => other.clone().prop_map(Step::Send),
                3 => other.prop_map(Step::Receive),
                1 => Just(Step::Barrier),
            ]
        };
        (0..ranks).map(|own| prop::collection::vec(step(own), 0..5)).collect::<Vec<_>>()
    })
}

proptest! {
    /// Where none can go on and some have not come to their end, that is suspected; the same ranks are never suspected
    /// while any of them computes instead.
    #[test]
    fn what_is_stuck_is_suspected_and_what_computes_is_not(programs in programs(), computes in 0_usize..6) {
        let at = run(&programs);
        let mut look = look_at(&programs, &at);
        let is_stuck = at.iter().zip(&programs).any(|(at, program)| *at < program.len());
        prop_assert_eq!(!suspected(&look).is_empty(), is_stuck, "{:?} at {:?}", programs, at);
        // One that computes may answer all: nothing may be suspected of those that wait for it, however indirectly.
        let one = computes % look.ranks.len();
        look.ranks[one].call = None;
        look.ranks[one].life = RankLife::Running;
        let mut waits_for_it = vec![false; look.ranks.len()];
        waits_for_it[one] = true;
        for _ in 0..look.ranks.len() {
            for wait in waits(&look).iter().filter(|wait| wait.call.name != "Barrier") {
                waits_for_it[wait.place as usize] |= wait.on.iter().any(|on| waits_for_it[*on as usize]);
            }
        }
        for suspicion in suspected(&look) {
            let waits = match suspicion {
                Suspicion::Deadlock(waits) => waits,
                Suspicion::WaitsForGone(wait, _) | Suspicion::Mismatch { wait, .. } => vec![wait],
            };
            for wait in waits {
                prop_assert!(!waits_for_it[wait.place as usize], "{:?} at {:?}: {:?}", programs, at, wait);
            }
        }
    }
}
