//! The ranks of a watched MPI program: what is wrong, where their time went, what they sent each other, who was late.

use super::wrap::wrapped;
use crate::foreign::escaped;
use crate::record::{MessageFlow, RankFigures, WatchedMpi};
use crate::results::{ProgramFigures, collective_in_words, mpi_share, nodes_in_words, rank_number, trouble_in_words};
use crate::units::{self, Side, aligned};

/// Ranks told one by one, pairs of them, and collectives; the JSON report has all.
const RANKS_MAX: usize = 16;
const PAIRS_MAX: usize = 8;
const COLLECTIVES_MAX: usize = 5;

/// The section; nothing where the program is none of MPI.
pub(super) fn section(figures: &ProgramFigures, width: usize) -> String {
    let Some(mpi) = figures.program.mpi.as_deref() else { return String::new() };
    let parts = [
        heading(mpi, width),
        troubles(mpi, width),
        nodes(mpi, width),
        ranks(mpi),
        pairs(mpi),
        collectives(mpi, width),
        late(mpi),
    ];
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn heading(mpi: &WatchedMpi, width: usize) -> String {
    let share =
        mpi_share(mpi).map_or_else(String::new, |share| format!(", {} of their time in MPI", units::percent(share)));
    let plural = if mpi.ranks == 1 { "" } else { "s" };
    let count = units::count(mpi.ranks.into());
    wrapped(&format!("MPI: {count} rank{plural} of {}{share}.", escaped(&mpi.library)), width, "  ")
}

fn troubles(mpi: &WatchedMpi, width: usize) -> String {
    let told =
        mpi.troubles.iter().map(|trouble| wrapped(&format!("- {}", trouble_in_words(mpi, trouble)), width, "  "));
    told.collect::<Vec<String>>().join("\n")
}

fn nodes(mpi: &WatchedMpi, width: usize) -> String {
    let told = nodes_in_words(mpi).into_iter().map(|node| wrapped(&node, width, "  "));
    told.collect::<Vec<String>>().join("\n")
}

fn ranks(mpi: &WatchedMpi) -> String {
    let heading = ["rank", "pid", "point-to-point", "collective", "waiting", "computing", "calls"].map(str::to_owned);
    let row = |(place, rank): (usize, &RankFigures)| {
        let seconds = [rank.point_to_point_s, rank.collective_s, rank.wait_s, rank.computing_s()];
        let mut row = vec![rank_number(mpi, place as u32), rank.pid.to_string()];
        row.extend(seconds.map(units::seconds));
        row.push(units::count(rank.calls));
        row
    };
    let rows = mpi.by_rank.iter().enumerate().take(RANKS_MAX).map(row);
    let rows: Vec<Vec<String>> = std::iter::once(heading.to_vec()).chain(rows).collect();
    let more = mpi.by_rank.len().saturating_sub(RANKS_MAX);
    let rest = if more > 0 { format!("\n{more} more") } else { String::new() };
    aligned(&rows, Side::of_figures).join("\n") + &rest
}

/// The pairs that most bytes went between.
fn pairs(mpi: &WatchedMpi) -> String {
    if mpi.flows.is_empty() {
        return String::new();
    }
    let mut flows: Vec<&MessageFlow> = mpi.flows.iter().collect();
    flows.sort_by_key(|flow| (std::cmp::Reverse(flow.bytes), flow.from, flow.to));
    let heading = ["messages", "from", "to", "number", "bytes"].map(str::to_owned).to_vec();
    let row = |flow: &&MessageFlow| {
        let from = rank_number(mpi, flow.from);
        vec![String::new(), from, flow.to.to_string(), units::count(flow.messages), units::bytes(flow.bytes)]
    };
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(flows.iter().take(PAIRS_MAX).map(row)).collect();
    let more = flows.len().saturating_sub(PAIRS_MAX) as u64 + mpi.flows_left_out;
    let rest = if more > 0 { format!("\n{} more pairs", units::count(more)) } else { String::new() };
    aligned(&rows, Side::of_figures).join("\n") + &rest
}

fn collectives(mpi: &WatchedMpi, width: usize) -> String {
    let told = mpi.collectives.iter().take(COLLECTIVES_MAX);
    let told = told.map(|figures| wrapped(&collective_in_words(mpi, figures), width, "  "));
    let unread = (mpi.collectives_unread > 0)
        .then(|| format!("{} entries into collectives went by unread", units::count(mpi.collectives_unread)));
    told.chain(unread).collect::<Vec<String>>().join("\n")
}

/// For whom ranks waited longest.
fn late(mpi: &WatchedMpi) -> String {
    /// Shorter waits are not worth a line, in seconds.
    const LEAST_S: f64 = 0.1;
    let longest = mpi.waited.iter().take(3).filter(|waited| waited.seconds >= LEAST_S);
    let line = |waited: &crate::record::WaitedFor| {
        let (rank, on) = (rank_number(mpi, waited.rank), rank_number(mpi, waited.on));
        format!("rank {rank} waited {} for rank {on} (from samples)", units::seconds(waited.seconds))
    };
    longest.map(line).collect::<Vec<String>>().join("\n")
}
