//! Looks made by hand.

use std::sync::Arc;

use super::calls::{CALLS, Call};
use super::look::{CallInHand, Communicator, Elsewhere, MpiLook, Peers, RankLife, RankLook};

/// The communicator of all ranks.
pub(super) const WORLD: u64 = 7;

/// When looks are.
pub(super) const NOW_NS: u64 = 1_000_000_000_000;

/// A call by its name.
pub(super) fn call(name: &str) -> &'static Call {
    CALLS.iter().find(|call| call.name == name).expect("a call")
}

/// So many ranks that compute.
pub(super) fn computing(ranks: u32) -> MpiLook {
    let members: Vec<u32> = (0..ranks).collect();
    let rank = |rank: u32| RankLook {
        world: 0,
        rank,
        size: ranks,
        pid: 100 + rank,
        tid: 100 + rank,
        library: "MPI".to_owned(),
        may_be_threaded: false,
        is_threaded: false,
        life: RankLife::Running,
        began_ns: 0,
        ended_ns: None,
        call: None,
        spent_ns: [0; 4],
        calls: 0,
        sent: Arc::default(),
        communicators: vec![Communicator { id: WORLD, members: members.as_slice().into(), ..Communicator::default() }],
        elsewhere: None,
    };
    MpiLook { at_ns: NOW_NS, ranks: (0..ranks).map(rank).collect(), ..MpiLook::default() }
}

/// Has a rank in a call of two sides for so many seconds.
pub(super) fn enter(look: &mut MpiLook, rank: u32, name: &str, to: &[u32], from: &[u32], seconds: f64) {
    look.ranks[rank as usize].call = Some(CallInHand {
        call: call(name),
        since_ns: NOW_NS - (seconds * 1e9) as u64,
        peers: Peers { to: to.to_vec(), from: from.to_vec(), ..Peers::default() },
        tag: Some(0),
        communicator: WORLD,
        number: 0,
    });
}

/// Has a rank in its next collective of all ranks for so many seconds.
pub(super) fn gather(look: &mut MpiLook, rank: u32, name: &str, seconds: f64) {
    enter(look, rank, name, &[], &[], seconds);
    let rank = &mut look.ranks[rank as usize];
    let known = &mut rank.communicators[0];
    known.collectives += 1;
    known.last = Some(call(name));
    let hand = rank.call.as_mut().expect("it was set");
    (hand.number, hand.tag) = (known.collectives, None);
}

/// A rank's being elsewhere, where it told of itself last at that time.
pub(super) fn elsewhere(told_ns: u64) -> Elsewhere {
    Elsewhere { number: 0, node: "node".into(), clock_ns: 50_000, told_ns, ran_ns: 0, ran_beside_ns: 0 }
}
