//! The ranks of an MPI program, from look to look: as lanes, and in figures.
//!
//! While a rank is in a call of MPI, that is what it does; else what the kernel says of its thread.

use std::collections::HashMap;

use super::outside_mpi::{OutsideMpi, RankProcess, process, thread_of};
use super::threads::{SecondsDoing, ThreadBook, activity, told};
use crate::mpi::{
    CallClass, CallInHand, CollectiveBook, CollectiveTotals, MpiLook, RankLife, RankLook, RankOfWorld, StuckWatch,
    Suspicion, Wait, waits,
};
use crate::record::{
    Activity, COLLECTIVES_MAX, CollectiveFigures, FLOWS_MAX, LaneKind, LaneState, LaneTotals, LaneView, MessageFlow,
    MpiTrouble, RankFigures, RankWait, WaitedFor, WatchedMpi,
};

/// A rank elsewhere that has not told of itself for so long is told to be silent: they tell some times a second.
const SILENT_NS: u64 = 5_000_000_000;

/// All that is known of the ranks.
#[derive(Debug, Default)]
pub(super) struct RankBook {
    look: MpiLook,
    /// Seconds outside of MPI by what the kernel said meanwhile, of each process.
    outside: HashMap<RankProcess, OutsideMpi>,
    waits: Vec<Wait>,
    /// Nanoseconds that one waited for another, as looks found them.
    waited_ns: HashMap<(RankOfWorld, RankOfWorld), u64>,
    collective_book: CollectiveBook,
    stuck: StuckWatch,
    suspicions: Vec<Suspicion>,
}

impl RankBook {
    /// Takes in a look at the board of ranks; what the kernel tells of threads stands in `threads`.
    pub(super) fn see(&mut self, mut look: MpiLook, threads: &ThreadBook) {
        for rank in &mut look.ranks {
            let outside = self.outside.entry(process(rank)).or_default();
            outside.see(rank, outside_s(rank, look.at_ns), threads);
            rank.is_threaded |= rank.may_be_threaded && outside.has_company(rank, look.at_ns, threads);
        }
        self.collective_book.see(&look);
        self.suspicions = self.stuck.see(&look).to_vec();
        self.waits = waits(&look);
        self.count_waits(&look);
        self.look = look;
    }

    /// Whether any was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.look.ranks.is_empty()
    }

    /// A lane for each.
    pub(super) fn views(&self, threads: &ThreadBook) -> Vec<LaneView> {
        self.look.ranks.iter().map(|rank| self.view(rank, threads)).collect()
    }

    /// What each did, for a program that was started at `started_ns`.
    pub(super) fn totals(&self, started_ns: u64) -> Vec<LaneTotals> {
        let since_start = |at_ns: u64| at_ns.saturating_sub(started_ns) as f64 * 1e-9;
        let totals = |rank: &RankLook| LaneTotals {
            kind: LaneKind::Rank,
            name: self.name(rank),
            pid: rank.pid,
            tid: Some(rank.tid),
            tasks: 0,
            arrived_s: since_start(rank.began_ns),
            until_s: since_start(rank.ended_ns.unwrap_or(self.look.at_ns)),
            seconds: told(&self.seconds(rank)),
        };
        self.look.ranks.iter().map(totals).collect()
    }

    /// What they sent each other, and how they went; `None` before any was seen.
    pub(super) fn figures(&self) -> Option<Box<WatchedMpi>> {
        if self.is_empty() {
            return None;
        }
        let (flows, flows_left_out) = self.flows();
        Some(Box::new(WatchedMpi {
            library: self.look.ranks[0].library.clone(),
            worlds: self.worlds(),
            ranks: self.size(),
            by_rank: self.look.ranks.iter().map(|rank| figures(rank, self.look.at_ns)).collect(),
            flows,
            flows_left_out,
            waits: self.waits(),
            waited: self.waited(),
            collectives: self.collectives(),
            collectives_unread: self.collective_book.unread,
            troubles: self.troubles(),
        }))
    }

    /// Lays the time since the last look, for which this one stands, to those that ranks wait for in calls of two sides.
    fn count_waits(&mut self, look: &MpiLook) {
        let by_number = |place: u32| {
            let rank = &look.ranks[place as usize];
            (rank.world, rank.rank)
        };
        let between_ns = look.at_ns.saturating_sub(if self.is_empty() { look.at_ns } else { self.look.at_ns });
        let for_one = self.waits.iter().filter(|wait| !wait.any && wait.on.len() == 1);
        for wait in for_one.filter(|wait| wait.call.class != CallClass::Collective) {
            let on = &look.ranks[wait.on[0] as usize];
            // In a call with this one it is no more late.
            let is_late = on.call.as_ref().is_none_or(|call| !call.peers.to.contains(&by_number(wait.place).1));
            if is_late && on.life == RankLife::Running {
                let waited = self.waited_ns.entry((by_number(wait.place), by_number(wait.on[0]))).or_default();
                *waited = waited.saturating_add(between_ns);
            }
        }
    }

    fn place(&self, (world, rank): RankOfWorld) -> Option<u32> {
        self.look.ranks.iter().position(|look| (look.world, look.rank) == (world, rank)).map(|place| place as u32)
    }

    fn waits(&self) -> Vec<RankWait> {
        let mut waits: Vec<RankWait> = self.waits.iter().map(|wait| self.rank_wait(wait)).collect();
        waits.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        waits
    }

    fn rank_wait(&self, wait: &Wait) -> RankWait {
        let rank = self.look.ranks.get(wait.place as usize);
        let until_ns = rank.and_then(|rank| rank.ended_ns).unwrap_or(self.look.at_ns);
        RankWait {
            rank: wait.place,
            call: format!("MPI_{}", wait.call.name),
            seconds: until_ns.saturating_sub(wait.since_ns) as f64 * 1e-9,
            on: wait.on.clone(),
            any: wait.any,
        }
    }

    fn waited(&self) -> Vec<WaitedFor> {
        /// Pairs that are told.
        const PAIRS_MAX: usize = 64;
        let mut longest: Vec<_> = self.waited_ns.iter().map(|(pair, ns)| (std::cmp::Reverse(*ns), *pair)).collect();
        longest.sort_unstable();
        let waited = longest.into_iter().take(PAIRS_MAX).filter_map(|(ns, (rank, on))| {
            Some(WaitedFor { rank: self.place(rank)?, on: self.place(on)?, seconds: ns.0 as f64 * 1e-9 })
        });
        waited.collect()
    }

    fn collectives(&self) -> Vec<CollectiveFigures> {
        let of = |kind: &&CollectiveTotals| {
            let told = |most: Option<(RankOfWorld, u64)>| {
                most.and_then(|(rank, count)| Some((self.place(rank)?, count))).unwrap_or_default()
            };
            CollectiveFigures {
                call: format!("MPI_{}", kind.call),
                members: kind.members,
                count: kind.count,
                spread_s: kind.spread_ns as f64 * 1e-9,
                worst_spread_s: kind.worst_spread_ns as f64 * 1e-9,
                waited_s: kind.waited_ns as f64 * 1e-9,
                last: told(kind.last()),
                first: told(kind.first()),
            }
        };
        self.collective_book.kinds().iter().take(COLLECTIVES_MAX).map(of).collect()
    }

    fn suspected(&self, suspicion: &Suspicion) -> MpiTrouble {
        match suspicion {
            Suspicion::Deadlock(waits) => {
                MpiTrouble::Deadlock { waits: waits.iter().map(|wait| self.rank_wait(wait)).collect() }
            }
            Suspicion::WaitsForGone(wait, gone) => {
                MpiTrouble::WaitsForGone { wait: self.rank_wait(wait), gone: gone.clone() }
            }
            Suspicion::Mismatch { wait, other, called } => MpiTrouble::Mismatch {
                wait: self.rank_wait(wait),
                other: *other,
                called: format!("MPI_{}", called.name),
            },
        }
    }

    fn worlds(&self) -> u32 {
        self.look.ranks.last().map_or(0, |rank| rank.world + 1)
    }

    /// Ranks of all worlds, as these tell.
    fn size(&self) -> u32 {
        let mut worlds = self.look.ranks.chunk_by(|a, b| a.world == b.world);
        let sizes = worlds.by_ref().map(|world| u64::from(world[0].size));
        sizes.sum::<u64>().min(u64::from(u32::MAX)) as u32
    }

    fn name(&self, rank: &RankLook) -> String {
        match self.worlds() {
            1 => format!("rank {}", rank.rank),
            _ => format!("rank {} of world {}", rank.rank, rank.world),
        }
    }

    fn view(&self, rank: &RankLook, threads: &ThreadBook) -> LaneView {
        let thread = thread_of(rank, threads);
        let seconds = self.seconds(rank);
        LaneView {
            state: match rank.life {
                RankLife::Running => LaneState::Running,
                RankLife::Finalized => LaneState::Finished,
                RankLife::Aborted(_) | RankLife::Gone => LaneState::Lost,
            },
            kind: LaneKind::Rank,
            name: self.name(rank),
            call: rank.call.as_ref().map(in_words).unwrap_or_default(),
            pid: rank.tid,
            cpu: thread.map(|thread| thread.cpu),
            busy_s: seconds[Activity::Running as usize],
            activity: match &rank.call {
                _ if rank.life != RankLife::Running => Activity::Idle,
                Some(call) => doing(call.call.class),
                None => thread.map_or(self.outside_doing(rank), |thread| activity(thread.state)),
            },
            seconds,
            ..LaneView::default()
        }
    }

    fn outside_doing(&self, rank: &RankLook) -> Activity {
        self.outside.get(&process(rank)).map_or(Activity::Running, |outside| outside.doing)
    }

    /// Where the time of a rank went: its calls, and outside of them what the kernel saw.
    fn seconds(&self, rank: &RankLook) -> SecondsDoing {
        let mut seconds = self.outside.get(&process(rank)).map(|outside| outside.seconds).unwrap_or_default();
        for class in [CallClass::Sending, CallClass::Receiving, CallClass::Collective, CallClass::Wait] {
            seconds[doing(class) as usize] += rank.spent_ns[class as usize] as f64 * 1e-9;
        }
        seconds
    }

    /// Messages by pair, and how many pairs there was no room for.
    fn flows(&self) -> (Vec<MessageFlow>, u64) {
        let ranks = self.look.ranks.iter().enumerate();
        let flows = ranks.flat_map(|(from, rank)| {
            let sent = rank.sent.iter().filter(|sent| sent.messages > 0);
            sent.map(move |sent| MessageFlow {
                from: from as u32,
                to: sent.to,
                messages: sent.messages,
                bytes: sent.bytes,
            })
        });
        let mut flows: Vec<MessageFlow> = flows.collect();
        let left_out = flows.len().saturating_sub(FLOWS_MAX);
        if left_out > 0 {
            flows.sort_by_key(|flow| std::cmp::Reverse(flow.bytes));
            flows.truncate(FLOWS_MAX);
            flows.sort_by_key(|flow| (flow.from, flow.to));
        }
        (flows, left_out as u64)
    }

    fn troubles(&self) -> Vec<MpiTrouble> {
        let ranks = || self.look.ranks.iter().enumerate().map(|(place, rank)| (place as u32, rank));
        let aborted = ranks().filter_map(|(rank, look)| match look.life {
            RankLife::Aborted(code) => Some(MpiTrouble::Aborted { rank, code }),
            _ => None,
        });
        let mut troubles: Vec<MpiTrouble> = aborted.collect();
        troubles.extend(self.suspicions.iter().map(|suspicion| self.suspected(suspicion)));
        let gone: Vec<u32> = ranks().filter(|(_, look)| look.life == RankLife::Gone).map(|(rank, _)| rank).collect();
        let silent: Vec<u32> =
            ranks().filter(|(_, look)| silence_ns(look, self.look.at_ns) > SILENT_NS).map(|(rank, _)| rank).collect();
        if !silent.is_empty() {
            troubles.push(MpiTrouble::Silent { ranks: silent });
        }
        // Where one aborts, the launcher ends the others.
        if !gone.is_empty() && troubles.is_empty() {
            troubles.push(MpiTrouble::Gone { ranks: gone });
        }
        if self.worlds() > 1 && self.look.ranks.iter().all(|rank| rank.size == 1) {
            troubles.push(MpiTrouble::Alone { worlds: self.worlds() });
        }
        let unseen = self.size().saturating_sub(self.look.ranks.len() as u32);
        if unseen > 0 {
            troubles.push(MpiTrouble::Unseen { ranks: unseen });
        }
        troubles
    }
}

/// Seconds of a rank in no call of MPI.
fn outside_s(rank: &RankLook, at_ns: u64) -> f64 {
    let in_calls: u64 = rank.spent_ns.iter().fold(0, |sum, spent_ns| sum.saturating_add(*spent_ns));
    life_ns(rank, at_ns).saturating_sub(in_calls) as f64 * 1e-9
}

fn life_ns(rank: &RankLook, at_ns: u64) -> u64 {
    rank.ended_ns.unwrap_or(at_ns).saturating_sub(rank.began_ns)
}

fn figures(rank: &RankLook, at_ns: u64) -> RankFigures {
    let of = |class: CallClass| rank.spent_ns[class as usize] as f64 * 1e-9;
    RankFigures {
        world: rank.world,
        rank: rank.rank,
        pid: rank.pid,
        life_s: life_ns(rank, at_ns) as f64 * 1e-9,
        point_to_point_s: of(CallClass::Sending) + of(CallClass::Receiving),
        collective_s: of(CallClass::Collective),
        wait_s: of(CallClass::Wait),
        calls: rank.calls,
        finalized: rank.life == RankLife::Finalized,
        node: rank.elsewhere.as_ref().map(|elsewhere| elsewhere.node.to_string()),
        clock_s: rank.elsewhere.as_ref().map(|elsewhere| elsewhere.clock_ns as f64 * 1e-9),
    }
}

/// For how long a rank elsewhere has not told of itself, that should.
fn silence_ns(rank: &RankLook, at_ns: u64) -> u64 {
    let told_ns = rank.elsewhere.as_ref().filter(|_| rank.life == RankLife::Running).map(|elsewhere| elsewhere.told_ns);
    told_ns.map_or(0, |told_ns| at_ns.saturating_sub(told_ns))
}

/// What a rank does that is in a call.
fn doing(class: CallClass) -> Activity {
    match class {
        CallClass::Sending => Activity::Sending,
        CallClass::Receiving => Activity::Receiving,
        CallClass::Collective => Activity::InCollective,
        CallClass::Wait => Activity::WaitingForMessages,
    }
}

/// A call, with the ranks that it names: `MPI_Recv from 2`.
fn in_words(call: &CallInHand) -> String {
    let list = |ranks: &[u32]| ranks.iter().map(u32::to_string).collect::<Vec<String>>().join(", ");
    let (to, from) = (&call.peers.to, &call.peers.from);
    let to = if to.is_empty() { String::new() } else { format!(" to {}", list(to)) };
    let from = match from.is_empty() {
        true if call.peers.from_any => " from any".to_owned(),
        true => String::new(),
        false => format!(" from {}", list(from)),
    };
    format!("MPI_{}{to}{from}", call.call.name)
}
