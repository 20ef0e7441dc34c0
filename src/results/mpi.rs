//! The ranks of a watched MPI program in words and figures: who waits for whom, what is wrong, how much of their time they
//! spend in MPI. Nothing is sampled here.

use crate::foreign::escaped;
use crate::record::{CollectiveFigures, MpiTrouble, RankFigures, RankWait, WatchedMpi};
use crate::units;

/// Ranks that are named one by one in a sentence.
const NAMED: usize = 6;

/// A rank, by its place among those that were seen: `3`, or with several worlds `0 of world 2`.
pub fn rank_number(mpi: &WatchedMpi, place: u32) -> String {
    match mpi.by_rank.get(place as usize) {
        Some(rank) if mpi.worlds > 1 => format!("{} of world {}", rank.rank, rank.world),
        Some(rank) => rank.rank.to_string(),
        None => "?".to_owned(),
    }
}

/// Ranks by their places: `1, 2 and 5`; of many the first ones, and how many others.
pub fn ranks_in_words(mpi: &WatchedMpi, places: &[u32]) -> String {
    listed(mpi, places, "and")
}

/// `rank 3`, `ranks 1 and 2`.
fn numbered(mpi: &WatchedMpi, places: &[u32]) -> String {
    format!("rank{} {}", if places.len() == 1 { "" } else { "s" }, ranks_in_words(mpi, places))
}

/// The ranks of each other node, with how well its clock is known: `ranks 2 and 3 on b, with times to ±37.0 µs`.
pub fn nodes_in_words(mpi: &WatchedMpi) -> Vec<String> {
    let mut nodes: Vec<(&str, Vec<u32>, f64)> = Vec::new();
    for (place, rank) in (0..).zip(&mpi.by_rank) {
        let Some(name) = rank.node.as_deref() else { continue };
        let known = nodes.iter().position(|node| node.0 == name).unwrap_or_else(|| {
            nodes.push((name, Vec::new(), 0.0));
            nodes.len() - 1
        });
        nodes[known].1.push(place);
        nodes[known].2 = nodes[known].2.max(rank.clock_s.unwrap_or_default());
    }
    let told = nodes.iter().map(|(name, places, clock_s)| {
        format!("{} on {}, with times to ±{}", numbered(mpi, places), escaped(name), units::seconds(*clock_s))
    });
    told.collect()
}

/// How far off the difference between times of two ranks may be, in seconds: 0 where all have one clock.
pub(super) fn clocks_s(mpi: &WatchedMpi) -> f64 {
    let mut worst: Vec<f64> = mpi.by_rank.iter().filter_map(|rank| rank.clock_s).collect();
    worst.sort_by(|a, b| b.total_cmp(a));
    worst.iter().take(2).sum()
}

fn listed(mpi: &WatchedMpi, places: &[u32], last: &str) -> String {
    let mut names: Vec<String> = places.iter().take(NAMED).map(|place| rank_number(mpi, *place)).collect();
    if places.len() > NAMED {
        names.push(format!("{} others", places.len() - NAMED));
    }
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, others)) => format!("{} {last} {end}", others.join(", ")),
    }
}

/// `0 in MPI_Recv waits for 3`.
pub fn wait_in_words(mpi: &WatchedMpi, wait: &RankWait) -> String {
    let on = match (wait.on.as_slice(), wait.any) {
        ([], _) => String::new(),
        (on, true) => format!(" for {}", listed(mpi, on, "or")),
        (on, false) => format!(" for {}", listed(mpi, on, "and")),
    };
    format!("{} waits{on}", in_call(mpi, wait))
}

/// The same where there is little room: `0 Recv → 3`.
pub fn wait_briefly(mpi: &WatchedMpi, wait: &RankWait) -> String {
    let call = wait.call.trim_start_matches("MPI_");
    let on = if wait.any { listed(mpi, &wait.on, "or") } else { listed(mpi, &wait.on, "and") };
    format!("{} {} → {on}", rank_number(mpi, wait.rank), escaped(call))
}

fn in_call(mpi: &WatchedMpi, wait: &RankWait) -> String {
    format!("{} in {}", rank_number(mpi, wait.rank), escaped(&wait.call))
}

/// What is wrong, in a sentence without its full stop.
pub fn trouble_in_words(mpi: &WatchedMpi, trouble: &MpiTrouble) -> String {
    match trouble {
        MpiTrouble::Deadlock { waits } => deadlock(mpi, waits),
        MpiTrouble::WaitsForGone { wait, gone } => format!(
            "rank {} waits for {}, which {} left MPI",
            in_call(mpi, wait),
            ranks_in_words(mpi, gone),
            if gone.len() == 1 { "has" } else { "have" }
        ),
        MpiTrouble::Mismatch { wait, other, called } => format!(
            "rank {} where rank {} has called {}: all ranks of a communicator have to call the same",
            in_call(mpi, wait),
            rank_number(mpi, *other),
            escaped(called)
        ),
        MpiTrouble::Aborted { rank, code } => {
            format!("rank {} called MPI_Abort with code {code}", rank_number(mpi, *rank))
        }
        MpiTrouble::Gone { ranks } => {
            let is_elsewhere = |rank: &u32| mpi.by_rank.get(*rank as usize).is_some_and(|rank| rank.node.is_some());
            let or_lost =
                if ranks.iter().any(is_elsewhere) { ", or the connection to their node was lost" } else { "" };
            format!("{} ended without MPI_Finalize{or_lost}", numbered(mpi, ranks))
        }
        MpiTrouble::Silent { ranks } => {
            format!("{} sent nothing for some seconds: what is told of them is old", numbered(mpi, ranks))
        }
        MpiTrouble::Alone { worlds } => format!(
            "{worlds} ranks are each alone in a world of their own: the launcher is that of another MPI than the \
             program's{}",
            library(mpi)
        ),
        MpiTrouble::Unseen { ranks } => format!(
            "{ranks} of {} ranks {} not seen: on nodes that do not reach this one, or not begun",
            mpi.ranks,
            if *ranks == 1 { "is" } else { "are" }
        ),
    }
}

fn library(mpi: &WatchedMpi) -> String {
    if mpi.library.is_empty() { String::new() } else { format!(", {}", escaped(&mpi.library)) }
}

/// `deadlock suspected: 0 → 1 → 0 (0 in MPI_Recv, 1 in MPI_Send) for 3.20 s`.
fn deadlock(mpi: &WatchedMpi, waits: &[RankWait]) -> String {
    let places: Vec<u32> = waits.iter().map(|wait| wait.rank).collect();
    let next = places.iter().cycle().skip(1);
    let is_circle = waits.iter().zip(next).all(|(wait, next)| wait.on.contains(next));
    let who = match is_circle {
        true if waits.len() <= 2 * NAMED => {
            let circle = places.iter().chain(places.first()).map(|place| rank_number(mpi, *place));
            circle.collect::<Vec<String>>().join(" → ")
        }
        _ => format!("ranks {} wait for each other", ranks_in_words(mpi, &places)),
    };
    let mut calls: Vec<String> = waits.iter().take(NAMED).map(|wait| in_call(mpi, wait)).collect();
    if waits.len() > NAMED {
        calls.push("…".to_owned());
    }
    let seconds = waits.iter().map(|wait| wait.seconds).fold(f64::INFINITY, f64::min);
    format!("deadlock suspected: {who} ({}) for {}", calls.join(", "), units::seconds(seconds))
}

/// The part of all ranks' time that they spent in calls of MPI; `None` before there is any.
pub fn mpi_share(mpi: &WatchedMpi) -> Option<f64> {
    let sum = |of: fn(&RankFigures) -> f64| mpi.by_rank.iter().map(of).sum::<f64>();
    let life_s = sum(|rank| rank.life_s);
    (life_s > 0.0).then(|| (sum(RankFigures::mpi_s) / life_s).min(1.0))
}

/// `MPI_Allreduce of 4 ranks: 30 times, first to last 1.20 ms apart on average, 5.00 ms at most; rank 3 came last 28 times`.
pub fn collective_in_words(mpi: &WatchedMpi, figures: &CollectiveFigures) -> String {
    let times = |n: u64| if n == 1 { "once".to_owned() } else { format!("{} times", units::count(n)) };
    let (last, how_often) = figures.last;
    let mean_s = figures.spread_s / figures.count.max(1) as f64;
    let who = match figures.members {
        0 | 1 => String::new(),
        _ => format!("; rank {} came last {}", rank_number(mpi, last), times(how_often)),
    };
    let clocks_s = clocks_s(mpi);
    let clocks = match mean_s > clocks_s || clocks_s == 0.0 {
        true => String::new(),
        false => format!("; the clocks of nodes are known to {} only", units::seconds(clocks_s)),
    };
    format!(
        "{} of {} rank{}: {}, first to last {} apart on average, {} at most{who}{clocks}",
        escaped(&figures.call),
        figures.members,
        if figures.members == 1 { "" } else { "s" },
        times(figures.count),
        units::seconds(mean_s),
        units::seconds(figures.worst_spread_s)
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// So many ranks of one world.
    pub(crate) fn ranks(n: u32) -> WatchedMpi {
        let rank = |rank| RankFigures {
            rank,
            pid: 100 + rank,
            life_s: 10.0,
            point_to_point_s: 1.0,
            collective_s: f64::from(rank),
            wait_s: 0.5,
            calls: 20,
            ..RankFigures::default()
        };
        WatchedMpi {
            library: "MPICH 4.0.2".to_owned(),
            worlds: 1,
            ranks: n,
            by_rank: (0..n).map(rank).collect(),
            ..WatchedMpi::default()
        }
    }

    /// A rank in a call that waits.
    pub(crate) fn wait(rank: u32, call: &str, on: &[u32], seconds: f64) -> RankWait {
        RankWait { rank, call: call.to_owned(), seconds, on: on.to_vec(), any: false }
    }

    #[test]
    fn waits_are_told_in_words() {
        let mpi = ranks(12);
        assert_eq!(wait_in_words(&mpi, &wait(0, "MPI_Recv", &[3], 2.1)), "0 in MPI_Recv waits for 3");
        assert_eq!(wait_in_words(&mpi, &wait(1, "MPI_Barrier", &[2, 3], 0.8)), "1 in MPI_Barrier waits for 2 and 3");
        assert_eq!(wait_briefly(&mpi, &wait(1, "MPI_Barrier", &[2, 3], 0.8)), "1 Barrier → 2 and 3");
        let any = RankWait { any: true, ..wait(1, "MPI_Waitany", &[2, 3, 4], 0.8) };
        assert_eq!(wait_in_words(&mpi, &any), "1 in MPI_Waitany waits for 2, 3 or 4");
        let many = wait(0, "MPI_Bcast", &(1..12).collect::<Vec<u32>>(), 1.0);
        assert_eq!(wait_in_words(&mpi, &many), "0 in MPI_Bcast waits for 1, 2, 3, 4, 5, 6 and 5 others");
        assert_eq!(wait_in_words(&mpi, &wait(0, "MPI_Mrecv", &[], 1.0)), "0 in MPI_Mrecv waits");
        let worlds = WatchedMpi { worlds: 2, ..ranks(2) };
        assert_eq!(rank_number(&worlds, 1), "1 of world 0");
    }

    #[test]
    fn troubles_are_told_in_words() {
        let mpi = ranks(3);
        let said = |trouble: MpiTrouble| trouble_in_words(&mpi, &trouble);
        let circle =
            vec![wait(0, "MPI_Recv", &[1], 3.0), wait(1, "MPI_Send", &[2], 2.5), wait(2, "MPI_Recv", &[0], 4.0)];
        assert_eq!(
            said(MpiTrouble::Deadlock { waits: circle.clone() }),
            "deadlock suspected: 0 → 1 → 2 → 0 (0 in MPI_Recv, 1 in MPI_Send, 2 in MPI_Recv) for 2.50 s"
        );
        let knot =
            vec![wait(0, "MPI_Recv", &[1, 2], 3.0), wait(1, "MPI_Send", &[2], 2.5), wait(2, "MPI_Recv", &[1], 4.0)];
        assert!(
            said(MpiTrouble::Deadlock { waits: knot })
                .starts_with("deadlock suspected: ranks 0, 1 and 2 wait for each other (0 in MPI_Recv")
        );
        assert_eq!(
            said(MpiTrouble::WaitsForGone { wait: wait(0, "MPI_Barrier", &[1], 3.0), gone: vec![1] }),
            "rank 0 in MPI_Barrier waits for 1, which has left MPI"
        );
        let mismatch =
            MpiTrouble::Mismatch { wait: wait(0, "MPI_Barrier", &[], 3.0), other: 2, called: "MPI_Bcast".to_owned() };
        assert!(said(mismatch).starts_with("rank 0 in MPI_Barrier where rank 2 has called MPI_Bcast"));
        assert_eq!(said(MpiTrouble::Aborted { rank: 1, code: 7 }), "rank 1 called MPI_Abort with code 7");
        assert_eq!(said(MpiTrouble::Gone { ranks: vec![0, 2] }), "ranks 0 and 2 ended without MPI_Finalize");
        assert!(said(MpiTrouble::Alone { worlds: 4 }).contains("another MPI than the program's, MPICH 4.0.2"));
        let unseen = "1 of 3 ranks is not seen: on nodes that do not reach this one, or not begun";
        assert_eq!(said(MpiTrouble::Unseen { ranks: 1 }), unseen);
    }

    #[test]
    fn ranks_of_other_nodes_are_told_with_what_is_uncertain_of_them() {
        let mut mpi = ranks(4);
        assert_eq!((nodes_in_words(&mpi), clocks_s(&mpi)), (Vec::new(), 0.0));
        for (rank, node, clock_s) in [(1, "a", 3e-5), (2, "b", 4e-5), (3, "a", 5e-5)] {
            mpi.by_rank[rank].node = Some(node.to_owned());
            mpi.by_rank[rank].clock_s = Some(clock_s);
        }
        let told = ["ranks 1 and 3 on a, with times to ±50.0 µs", "rank 2 on b, with times to ±40.0 µs"];
        assert_eq!(nodes_in_words(&mpi), told);
        assert_eq!(clocks_s(&mpi), 9e-5);
        let figures = |spread_s| CollectiveFigures { members: 4, count: 10, spread_s, ..CollectiveFigures::default() };
        let ending = "; the clocks of nodes are known to 90.0 µs only";
        assert!(collective_in_words(&mpi, &figures(8e-4)).ends_with(ending));
        assert!(!collective_in_words(&mpi, &figures(1e-3)).ends_with(ending));
        let said = |ranks: &[u32]| trouble_in_words(&mpi, &MpiTrouble::Gone { ranks: ranks.to_vec() });
        assert_eq!(said(&[0]), "rank 0 ended without MPI_Finalize");
        assert_eq!(said(&[2]), "rank 2 ended without MPI_Finalize, or the connection to their node was lost");
        let silent = trouble_in_words(&mpi, &MpiTrouble::Silent { ranks: vec![1, 2] });
        assert_eq!(silent, "ranks 1 and 2 sent nothing for some seconds: what is told of them is old");
    }

    #[test]
    fn the_share_of_mpi_is_of_all_ranks_together() {
        assert_eq!(mpi_share(&ranks(3)), Some((1.5 + 2.5 + 3.5) / 30.0));
        assert_eq!(mpi_share(&ranks(0)), None);
    }

    #[test]
    fn a_collective_is_told_with_who_came_last() {
        let figures = CollectiveFigures {
            call: "MPI_Allreduce".to_owned(),
            members: 4,
            count: 30,
            spread_s: 0.036,
            worst_spread_s: 0.005,
            waited_s: 0.1,
            last: (3, 28),
            first: (0, 30),
        };
        assert_eq!(
            collective_in_words(&ranks(4), &figures),
            "MPI_Allreduce of 4 ranks: 30 times, first to last 1.20 ms apart on average, 5.00 ms at most; rank 3 came \
             last 28 times"
        );
    }
}
