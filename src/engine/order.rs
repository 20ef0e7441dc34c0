//! How the tasks of a trial filled their workers' time, and what another order would have made of them.
//!
//! Worked out once, when a trial is over, from what the workers left on the board: never while anything is timed.

use crate::analysis;
use crate::backend::{Board, Totals};
use crate::record::OrderFigures;
use crate::scenario::Order;

/// Up to this many tasks other orders are tried out on paper.
const TRIED_MAX: u64 = 10_000;

/// Those of a trial that ran to its end; `None` if a task failed, since it is unknown how long it would have taken.
pub(super) fn order_figures(
    board: &Board,
    totals: &Totals,
    seconds_per_tick: f64,
    wall_s: f64,
    order: Order,
) -> Option<OrderFigures> {
    let spec = board.spec();
    let [.., longest] = totals.task_ticks.filter(|_| totals.failed == 0)?;
    let busy: u64 = (0..spec.lanes).map(|lane| board.read_lane(lane).busy).sum();
    let total_s = busy as f64 * seconds_per_tick;
    let durations_s = durations_s(board, seconds_per_tick, order);
    let tried = |end: fn(&[f64], u32) -> Option<f64>| end(durations_s.as_deref()?, spec.lanes);
    Some(OrderFigures {
        longest_s: longest * seconds_per_tick,
        total_s,
        idle_s: (f64::from(spec.lanes) * wall_s - total_s).max(0.0),
        as_given_s: tried(analysis::as_given),
        longest_first_s: tried(analysis::longest_first),
    })
}

/// The durations of all tasks in the order in which they were, or should have been, handed out.
fn durations_s(board: &Board, seconds_per_tick: f64, order: Order) -> Option<Vec<f64>> {
    let tasks = board.spec().tasks;
    if tasks > TRIED_MAX {
        return None;
    }
    let times = |task| board.read_record(task).map(|record| (record.start, record.end));
    let mut records: Vec<(u64, u64)> = (0..tasks).map(times).collect::<Option<_>>()?;
    // As written, that is the order of the tasks, in whatever blocks they were dealt; any other one shows in when
    // they began.
    if order != Order::Given {
        records.sort_unstable();
    }
    Some(records.into_iter().map(|(start, end)| end.saturating_sub(start) as f64 * seconds_per_tick).collect())
}
