//! The ranks of a watched MPI program, for scripts: `configs[].mpi`. Nothing is worked out here.

use serde::Serialize;

use crate::record::{CollectiveFigures, MpiTrouble, RankFigures, RankWait, WaitedFor, WatchedMpi};
use crate::results::{mpi_share, trouble_in_words};

/// Ranks up to which matrices are told; more make a report that nobody reads.
const RANKS_MAX: usize = 1024;

/// Messages from each rank, a row, to each, a column; `null` for ranks that were not seen.
type Matrix = Vec<Option<Vec<u64>>>;

/// The ranks, in the order of worlds and numbers in all lists.
#[derive(Serialize)]
pub(super) struct MpiJson<'a> {
    /// How many there are, those not seen among them.
    ranks: u32,
    worlds: u32,
    /// Which MPI, with its version.
    implementation: &'a str,
    /// The part of all ranks' time that they spent in MPI.
    share: Option<f64>,
    by_rank: &'a [RankFigures],
    /// Where the time of each rank went.
    seconds: Vec<Seconds>,
    /// Messages of two sides; `null` where there are too many ranks.
    messages: Option<Matrix>,
    /// The same in bytes.
    bytes: Option<Matrix>,
    /// Pairs of ranks left out of both.
    pairs_left_out: u64,
    waits: &'a [RankWait],
    waited: &'a [WaitedFor],
    collectives: &'a [CollectiveFigures],
    collectives_unread: u64,
    troubles: Vec<TroubleJson<'a>>,
}

/// Where the time of a rank went; together its life.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Seconds {
    point_to_point: f64,
    collective: f64,
    wait: f64,
    computing: f64,
}

#[derive(Serialize)]
struct TroubleJson<'a> {
    message: String,
    what: &'a MpiTrouble,
}

impl<'a> MpiJson<'a> {
    pub(super) fn of(mpi: &'a WatchedMpi) -> Self {
        let seconds = |rank: &RankFigures| Seconds {
            point_to_point: rank.point_to_point_s,
            collective: rank.collective_s,
            wait: rank.wait_s,
            computing: rank.computing_s(),
        };
        let trouble = |what: &'a MpiTrouble| TroubleJson { message: trouble_in_words(mpi, what), what };
        Self {
            ranks: mpi.ranks,
            worlds: mpi.worlds,
            implementation: &mpi.library,
            share: mpi_share(mpi),
            by_rank: &mpi.by_rank,
            seconds: mpi.by_rank.iter().map(seconds).collect(),
            messages: matrix(mpi, |flow| flow.messages),
            bytes: matrix(mpi, |flow| flow.bytes),
            pairs_left_out: mpi.flows_left_out,
            waits: &mpi.waits,
            waited: &mpi.waited,
            collectives: &mpi.collectives,
            collectives_unread: mpi.collectives_unread,
            troubles: mpi.troubles.iter().map(trouble).collect(),
        }
    }
}

/// Rows and columns by world and rank. Ranks send to those of their own world.
fn matrix(mpi: &WatchedMpi, of: fn(&crate::record::MessageFlow) -> u64) -> Option<Matrix> {
    let ranks = mpi.ranks as usize;
    if ranks > RANKS_MAX {
        return None;
    }
    let column = columns(mpi);
    let mut rows: Matrix = vec![None; ranks];
    for place in 0..mpi.by_rank.len() {
        if let Some(row) = column(place, mpi.by_rank[place].rank).and_then(|at| rows.get_mut(at)) {
            *row = Some(vec![0; ranks]);
        }
    }
    for flow in &mpi.flows {
        let from = mpi.by_rank.get(flow.from as usize).and_then(|rank| column(flow.from as usize, rank.rank));
        let cell = from.and_then(|from| rows.get_mut(from)?.as_mut()?.get_mut(column(flow.from as usize, flow.to)?));
        cell.into_iter().for_each(|cell| *cell = of(flow));
    }
    Some(rows)
}

/// Where a rank of the same world as the one at a place stands among all that there are: behind those of the worlds before.
/// The size of a world is that of its highest rank seen, of the last one what is left.
fn columns(mpi: &WatchedMpi) -> impl Fn(usize, u32) -> Option<usize> {
    let world_of: Vec<u32> = mpi.by_rank.iter().map(|rank| rank.world).collect();
    let mut starts = vec![0_usize];
    for world in 0..mpi.worlds {
        let highest = mpi.by_rank.iter().filter(|rank| rank.world == world).map(|rank| rank.rank + 1).max();
        starts.push(starts[world as usize] + highest.unwrap_or(0) as usize);
    }
    move |place, rank| Some(starts.get(*world_of.get(place)? as usize)? + rank as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::MessageFlow;

    #[test]
    fn rows_of_ranks_that_were_not_seen_are_null() {
        let rank = |rank: u32| RankFigures { rank, ..RankFigures::default() };
        let flow = |from, to, messages| MessageFlow { from, to, messages, bytes: 8 * messages };
        let mpi = WatchedMpi {
            worlds: 1,
            ranks: 3,
            by_rank: vec![rank(0), rank(2)],
            flows: vec![flow(0, 1, 5), flow(1, 0, 7)],
            ..WatchedMpi::default()
        };
        let json = serde_json::to_value(MpiJson::of(&mpi)).unwrap();
        assert_eq!(json["messages"], serde_json::json!([[0, 5, 0], null, [7, 0, 0]]));
        assert_eq!(json["bytes"], serde_json::json!([[0, 40, 0], null, [56, 0, 0]]));
    }

    #[test]
    fn ranks_of_several_worlds_stand_behind_each_other() {
        let rank = |world: u32| RankFigures { world, ..RankFigures::default() };
        let flows = vec![MessageFlow { from: 1, to: 0, messages: 3, bytes: 9 }];
        let by_rank = vec![rank(0), rank(1)];
        let mpi = WatchedMpi { worlds: 2, ranks: 2, by_rank, flows, ..WatchedMpi::default() };
        let json = serde_json::to_value(MpiJson::of(&mpi)).unwrap();
        assert_eq!(json["messages"], serde_json::json!([[0, 0], [0, 3]]));
    }
}
