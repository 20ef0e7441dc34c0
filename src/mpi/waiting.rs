//! Who waits for whom: of each rank in a call that may wait, the ranks that could end it. Nothing is looked at but what a
//! look has.

use std::collections::HashMap;

use super::calls::{Call, CallKind};
use super::look::{CallInHand, Communicator, MpiLook, RankLife, RankLook};

/// A rank in a call that may wait. Ranks are told by their places in the look.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// Which rank.
    pub place: u32,
    /// In which call.
    pub call: &'static Call,
    /// Since when, in nanoseconds of `CLOCK_MONOTONIC`.
    pub since_ns: u64,
    /// For which ranks; empty where that is not known.
    pub on: Vec<u32>,
    /// Whether some of these may do: others than all of them.
    pub any: bool,
    /// Whether ranks that are not told may end it, too, so that nothing can be concluded.
    pub others: bool,
}

/// The ranks of a look by world and number.
#[derive(Debug)]
pub(super) struct RankPlaces(HashMap<(u32, u32), u32>);

impl RankPlaces {
    pub(super) fn of(look: &MpiLook) -> Self {
        let places = look.ranks.iter().enumerate().map(|(place, rank)| ((rank.world, rank.rank), place as u32));
        Self(places.collect())
    }

    /// The place of a rank of the same world as another one; `None` where it was not seen.
    pub(super) fn beside(&self, of: &RankLook, rank: u32) -> Option<u32> {
        self.0.get(&(of.world, rank)).copied()
    }
}

/// All that wait, by place.
pub fn waits(look: &MpiLook) -> Vec<Wait> {
    let places = RankPlaces::of(look);
    let mut collectives = HashMap::new();
    let ranks = look.ranks.iter().enumerate();
    ranks.filter_map(|(place, rank)| wait_of(place as u32, rank, look, &places, &mut collectives)).collect()
}

/// Who has not come to a collective, by world, communicator and number: the same for all that are there.
type Absent = HashMap<(u32, u64, u64), (Vec<u32>, bool)>;

fn wait_of(place: u32, rank: &RankLook, look: &MpiLook, places: &RankPlaces, collectives: &mut Absent) -> Option<Wait> {
    let hand = rank.call.as_ref().filter(|_| rank.life == RankLife::Running)?;
    if !hand.call.kind.may_wait() {
        return None;
    }
    let (on, others) = match hand.call.kind {
        CallKind::Collective => {
            let which = (rank.world, hand.communicator, hand.number);
            collectives.entry(which).or_insert_with(|| absent(rank, hand, look, places)).clone()
        }
        _ => peers(rank, hand, places),
    };
    let is_for_all = matches!(hand.call.kind, CallKind::Collective) || (on.len() == 1 && !hand.peers.from_any);
    Some(Wait { place, call: hand.call, since_ns: hand.since_ns, any: !is_for_all, on, others })
}

/// The ranks that a call of two sides names, and whether there are others.
fn peers(rank: &RankLook, hand: &CallInHand, places: &RankPlaces) -> (Vec<u32>, bool) {
    let mut numbers = hand.peers.to.clone();
    numbers.extend(&hand.peers.from);
    if hand.peers.from_any {
        numbers.extend(members(rank, hand).into_iter().filter(|member| *member != rank.rank));
    }
    let mut on: Vec<u32> = numbers.iter().filter_map(|number| places.beside(rank, *number)).collect();
    let others = hand.peers.others || on.len() < numbers.len() || numbers.is_empty();
    on.sort_unstable();
    on.dedup();
    (on, others)
}

/// The ranks of the communicator that have not come to a collective, and whether there are others that may not have.
fn absent(rank: &RankLook, hand: &CallInHand, look: &MpiLook, places: &RankPlaces) -> (Vec<u32>, bool) {
    if hand.number == 0 || known(rank, hand).is_none_or(|communicator| communicator.members.is_empty()) {
        return (Vec::new(), true);
    }
    let mut others = false;
    let mut on = Vec::new();
    for member in members(rank, hand) {
        match places.beside(rank, member) {
            None => others = true,
            Some(place) if entered(&look.ranks[place as usize], hand.communicator) < hand.number => on.push(place),
            Some(_) => {}
        }
    }
    // All have come: it goes on, however long that takes.
    let goes_on = on.is_empty();
    (on, others || goes_on)
}

/// Collectives that a rank has entered on a communicator.
pub(super) fn entered(rank: &RankLook, communicator: u64) -> u64 {
    rank.communicators.iter().find(|known| known.id == communicator).map_or(0, |known| known.collectives)
}

fn known<'a>(rank: &'a RankLook, hand: &CallInHand) -> Option<&'a Communicator> {
    rank.communicators.iter().find(|known| known.id == hand.communicator)
}

/// The ranks of the communicator of a call, as those of the world; of all where it is not told.
fn members(rank: &RankLook, hand: &CallInHand) -> Vec<u32> {
    match known(rank, hand) {
        Some(communicator) => communicator.members.to_vec(),
        None => (0..rank.size).collect(),
    }
}
