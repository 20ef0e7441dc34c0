//! A rank, from its start to its end: this program, started by a launcher of MPI as one of several. It works at the lane of
//! its number.

use std::sync::Arc;

use super::link::{LinkedRank, RankLink};
use super::order::{HOST_VARIABLE, RankOrder};
use crate::backend::board::{Board, RemoteCursor, TaskCursor};
use crate::backend::worker::{PreparedJob, Worker};
use crate::foreign::name;
use crate::mpi::{LIBRARY_VARIABLE, MpiRuntime, SharedCounter};
use crate::system::helper::name_process;

/// The hidden sub-command that starts a rank.
pub const COMMAND: &str = "__rank";

/// Runs a rank, from its start to its end.
///
/// # Errors
/// Why it cannot work. The launcher ends the others then.
pub fn run() -> Result<(), String> {
    // A panic in a task is caught and counted; its message would only be in the way.
    std::panic::set_hook(Box::new(|_| {}));
    let (order, board, link) = reach()?;
    let board = Arc::new(board);
    let mpi = MpiRuntime::load(&order.library_folders)?;
    let any_thread = mpi.init();
    let (rank, size) = (mpi.rank(), mpi.size());
    if size != order.spec.lanes {
        return Err(format!(
            "this is rank {rank} of {size}, and {} were asked for: the library that was loaded is of another MPI than the \
             launcher; name the right one by {LIBRARY_VARIABLE}",
            order.spec.lanes
        ));
    }
    name_process(&format!("parlab-r{rank}"));
    let counter = SharedCounter::new(&mpi, any_thread)?;
    let prepared = PreparedJob::prepare(&order.job, &|| true);
    let prepared = prepared.map_err(|error| format!("cannot prepare the workload: {error}"))?;
    let cursor = match counter.cell() {
        Some(cell) => TaskCursor::InMemory(cell),
        None => TaskCursor::Elsewhere(&counter),
    };
    let linked = link.map(|link| link.follow(&board, rank)).transpose();
    let mut linked = linked.map_err(|error| format!("the line to parlab is broken: {error}"))?;
    Worker::new(&board, &prepared, rank).taking_from(cursor).work();
    linked.iter_mut().for_each(LinkedRank::close);
    // MPI's own way to wait for others is to ask again and again, which would take CPUs from those that still work.
    board.linger();
    drop(counter);
    mpi.finalize();
    Ok(())
}

/// What to do, and the board to do it at: parlab's, or one of this rank's own with a line to parlab.
fn reach() -> Result<(RankOrder, Board, Option<RankLink>), String> {
    let here = RankOrder::of_this_process().and_then(|order| {
        let board = order.board();
        let board = board.map_err(|error| format!("cannot reach the board ({}): {error}", name(&order.board)))?;
        Ok((order, board, None))
    });
    let Some(address) = std::env::var(HOST_VARIABLE).ok().filter(|_| here.is_err()) else { return here };
    let linked = RankLink::open(&address);
    let (link, order) = linked.map_err(|error| format!("cannot reach the parlab that started this rank: {error}"))?;
    let board = Board::create(order.spec).map_err(|error| format!("there is no memory for a board: {error}"))?;
    Ok((order, board, Some(link)))
}

impl RemoteCursor for SharedCounter<'_> {
    fn take(&self) -> u64 {
        self.count()
    }
}
