//! Collectives by call and communicator: how far apart their ranks came, and who came first and last.
//!
//! One counts when all of its ranks have left it and were read. Ranks are told by world and number, since places change when
//! further ranks appear.

use std::collections::{BTreeMap, HashMap};

use super::look::{CollectiveRecord, MpiLook};

/// Collectives that are waited for until all ranks have left them; the oldest of more are given up.
const PENDING_MAX: usize = 4096;

/// Kinds that are told apart; those of further ones are not counted.
const KINDS_MAX: usize = 64;

/// A rank, by world and number.
pub type RankOfWorld = (u32, u32);

/// Collectives of one call on communicators of the same ranks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CollectiveTotals {
    /// The call, without `MPI_`.
    pub call: &'static str,
    /// Ranks of the communicator.
    pub members: u32,
    /// How many of them all ranks have left.
    pub count: u64,
    /// Nanoseconds from the first rank's coming to the last one's, of all together.
    pub spread_ns: u64,
    /// The same of the one where they were farthest apart.
    pub worst_spread_ns: u64,
    /// Nanoseconds that ranks were there before the last one came, of all ranks and all of them together.
    pub waited_ns: u64,
    /// How often each rank came last.
    last: BTreeMap<RankOfWorld, u64>,
    /// How often each came first.
    first: BTreeMap<RankOfWorld, u64>,
}

impl CollectiveTotals {
    /// The rank that came last most often, and how often that was; of equals the lowest.
    pub fn last(&self) -> Option<(RankOfWorld, u64)> {
        most(&self.last)
    }

    /// The same for the one that came first.
    pub fn first(&self) -> Option<(RankOfWorld, u64)> {
        most(&self.first)
    }
}

fn most(counts: &BTreeMap<RankOfWorld, u64>) -> Option<(RankOfWorld, u64)> {
    counts.iter().map(|(rank, count)| (*rank, *count)).reduce(|a, b| if b.1 > a.1 { b } else { a })
}

/// Which collective: the world, the communicator and its number there.
type Which = (u32, u64, u64);

/// One that not all ranks have left.
#[derive(Debug, Clone)]
struct Pending {
    call: &'static str,
    members: u32,
    left: u32,
    came_sum_ns: u128,
    first: (u64, RankOfWorld),
    last: (u64, RankOfWorld),
    /// Whether ranks called different ones.
    is_mixed: bool,
    order: u64,
}

/// All of them.
#[derive(Debug, Default)]
pub struct CollectiveBook {
    kinds: HashMap<(u32, u64, &'static str), CollectiveTotals>,
    pending: HashMap<Which, Pending>,
    begun: u64,
    /// Those that were not counted: given up, or overwritten before they were read.
    pub unread: u64,
}

impl CollectiveBook {
    /// Takes in what ranks have left since the look before.
    pub fn see(&mut self, look: &MpiLook) {
        self.unread = self.unread.saturating_add(look.lost);
        for record in &look.collectives {
            if let Some(rank) = look.ranks.get(record.place as usize) {
                self.see_record((rank.world, rank.rank), record);
            }
        }
        if self.pending.len() > PENDING_MAX {
            self.give_up_oldest();
        }
    }

    /// All kinds, those for which ranks waited longest before others.
    pub fn kinds(&self) -> Vec<&CollectiveTotals> {
        let mut kinds: Vec<(&(u32, u64, &str), &CollectiveTotals)> = self.kinds.iter().collect();
        kinds.sort_by_key(|(which, kind)| (std::cmp::Reverse(kind.waited_ns), **which));
        kinds.into_iter().map(|(_, kind)| kind).collect()
    }

    fn see_record(&mut self, rank: RankOfWorld, record: &CollectiveRecord) {
        let which = (rank.0, record.communicator, record.number);
        let came = (record.came_ns, rank);
        self.begun += 1;
        let pending = self.pending.entry(which).or_insert_with(|| Pending {
            call: record.call.name,
            members: record.members,
            left: 0,
            came_sum_ns: 0,
            first: came,
            last: came,
            is_mixed: false,
            order: self.begun,
        });
        pending.left += 1;
        pending.came_sum_ns += u128::from(record.came_ns);
        pending.first = pending.first.min(came);
        pending.last = pending.last.max(came);
        pending.is_mixed |= pending.call != record.call.name;
        if pending.left >= pending.members
            && let Some(whole) = self.pending.remove(&which).filter(|whole| !whole.is_mixed)
        {
            self.count(which, &whole);
        }
    }

    fn count(&mut self, (world, communicator, _): Which, whole: &Pending) {
        let key = (world, communicator, whole.call);
        if self.kinds.len() >= KINDS_MAX && !self.kinds.contains_key(&key) {
            self.unread = self.unread.saturating_add(u64::from(whole.members));
            return;
        }
        let kind = self.kinds.entry(key).or_default();
        (kind.call, kind.members) = (whole.call, whole.members);
        let spread_ns = whole.last.0 - whole.first.0;
        let waited_ns = (u128::from(whole.last.0) * u128::from(whole.left)).saturating_sub(whole.came_sum_ns);
        kind.count += 1;
        kind.spread_ns = kind.spread_ns.saturating_add(spread_ns);
        kind.worst_spread_ns = kind.worst_spread_ns.max(spread_ns);
        kind.waited_ns = kind.waited_ns.saturating_add(u64::try_from(waited_ns).unwrap_or(u64::MAX));
        if whole.members > 1 {
            *kind.first.entry(whole.first.1).or_default() += 1;
            *kind.last.entry(whole.last.1).or_default() += 1;
        }
    }

    fn give_up_oldest(&mut self) {
        let mut orders: Vec<u64> = self.pending.values().map(|pending| pending.order).collect();
        let middle = orders.len() / 2;
        let (_, kept_from, _) = orders.select_nth_unstable(middle);
        let kept_from = *kept_from;
        let given_up: u64 = self
            .pending
            .values()
            .filter(|pending| pending.order < kept_from)
            .map(|pending| u64::from(pending.left))
            .sum();
        self.unread = self.unread.saturating_add(given_up);
        self.pending.retain(|_, pending| pending.order >= kept_from);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::{WORLD, call, computing};
    use super::*;

    fn record(place: u32, number: u64, came_ns: u64) -> CollectiveRecord {
        CollectiveRecord {
            place,
            communicator: WORLD,
            members: 3,
            number,
            call: call("Allreduce"),
            came_ns,
            left_ns: came_ns + 1,
        }
    }

    #[test]
    fn who_came_last_and_how_long_others_waited_is_counted() {
        let mut collective_book = CollectiveBook::default();
        let mut look = computing(3);
        look.collectives = vec![record(0, 1, 100), record(2, 1, 400), record(0, 2, 1_000)];
        collective_book.see(&look);
        assert_eq!(collective_book.kinds().len(), 0, "one is missing");
        look.collectives = vec![record(1, 1, 200), record(1, 2, 1_000), record(2, 2, 1_500)];
        collective_book.see(&look);
        let kind = collective_book.kinds()[0];
        assert_eq!((kind.call, kind.members, kind.count), ("Allreduce", 3, 2));
        assert_eq!((kind.spread_ns, kind.worst_spread_ns), (300 + 500, 500));
        assert_eq!(kind.waited_ns, (300 + 200) + (500 + 500));
        assert_eq!(kind.last(), Some(((0, 2), 2)));
        assert_eq!(kind.first(), Some(((0, 0), 2)));
    }

    #[test]
    fn what_not_all_were_seen_at_is_given_up_and_counted() {
        let mut collective_book = CollectiveBook::default();
        let mut look = computing(3);
        look.lost = 3;
        look.collectives = (0..2 * PENDING_MAX as u64).map(|number| record(0, number, number)).collect();
        collective_book.see(&look);
        assert!(collective_book.pending.len() <= PENDING_MAX + 1);
        assert_eq!(collective_book.unread, 3 + PENDING_MAX as u64);
        look = computing(3);
        let last = 2 * PENDING_MAX as u64 - 1;
        look.collectives = vec![record(1, last, 1), record(2, last, 2)];
        collective_book.see(&look);
        assert_eq!(collective_book.kinds()[0].count, 1, "the newest were kept");
    }
}
