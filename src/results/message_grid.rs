//! What ranks sent each other, as a square of cells: a rank a row and a column, or several where there are more ranks than
//! cells.

use crate::chart::heat::HeatScale;
use crate::record::WatchedMpi;

/// The square.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageGrid {
    /// Ranks in a row, and in a column; the last ones may have fewer.
    pub ranks_each: u32,
    /// Rows, and columns.
    pub side: usize,
    /// Bytes from the ranks of a row to those of a column, row by row.
    pub bytes: Vec<u64>,
    /// Messages, likewise.
    pub messages: Vec<u64>,
    /// The logarithms of the least and the most bytes.
    scale: HeatScale,
}

impl MessageGrid {
    /// The messages within the first world, in at most so many rows.
    pub fn of(mpi: &WatchedMpi, rows_max: usize) -> Self {
        let ranks = mpi.by_rank.iter().filter(|rank| rank.world == 0);
        let size = match mpi.worlds {
            1 => mpi.ranks,
            _ => ranks.map(|rank| rank.rank + 1).max().unwrap_or(0),
        };
        let ranks_each = size.div_ceil(u32::try_from(rows_max.max(1)).unwrap_or(u32::MAX)).max(1);
        let side = size.div_ceil(ranks_each) as usize;
        let none = vec![0; side * side];
        let scale = HeatScale { low: 0.0, high: 0.0 };
        let mut grid = Self { ranks_each, side, bytes: none.clone(), messages: none, scale };
        for flow in &mpi.flows {
            let from = mpi.by_rank.get(flow.from as usize).filter(|rank| rank.world == 0).map(|rank| rank.rank);
            let (Some(from), to) = (from, flow.to) else { continue };
            let (row, column) = ((from / ranks_each) as usize, (to / ranks_each) as usize);
            if row < side && column < side {
                let cell = row * side + column;
                grid.bytes[cell] = grid.bytes[cell].saturating_add(flow.bytes);
                grid.messages[cell] = grid.messages[cell].saturating_add(flow.messages);
            }
        }
        let sent = |cell: &usize| grid.messages[*cell] > 0;
        grid.scale = HeatScale::of((0..grid.bytes.len()).filter(sent).map(|cell| log(grid.bytes[cell])));
        grid
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.messages.iter().all(|messages| *messages == 0)
    }

    /// How full the shade of a cell is, 0..1: by the logarithm of its bytes, since these differ by orders of magnitude;
    /// `None` where there was no message.
    pub fn level(&self, cell: usize) -> Option<f64> {
        (*self.messages.get(cell)? > 0).then(|| self.scale.level(log(self.bytes[cell])))
    }

    /// The least and the most bytes of cells that have any message.
    pub fn range(&self) -> Option<(u64, u64)> {
        let sent =
            || self.bytes.iter().zip(&self.messages).filter(|(_, messages)| **messages > 0).map(|(bytes, _)| *bytes);
        Some((sent().min()?, sent().max()?))
    }

    /// What the ranks of a row are called: `3`, `4-7`.
    pub fn label(&self, row: usize, ranks: u32) -> String {
        let first = row as u32 * self.ranks_each;
        let last = (first + self.ranks_each).min(ranks.max(first + 1)) - 1;
        if last == first { first.to_string() } else { format!("{first}-{last}") }
    }
}

fn log(bytes: u64) -> f64 {
    (bytes.max(1) as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::super::mpi::tests::ranks;
    use super::*;
    use crate::record::MessageFlow;

    fn ring(n: u32) -> WatchedMpi {
        let flow = |from| MessageFlow { from, to: (from + 1) % n, messages: 2, bytes: 10 };
        WatchedMpi { flows: (0..n).map(flow).collect(), ..ranks(n) }
    }

    #[test]
    fn each_rank_has_a_row_where_there_is_room() {
        let grid = MessageGrid::of(&ring(3), 10);
        assert_eq!((grid.side, grid.ranks_each), (3, 1));
        assert_eq!(grid.bytes, [0, 10, 0, 0, 0, 10, 10, 0, 0]);
        assert_eq!([grid.level(0), grid.level(1)], [None, Some(1.0)]);
        assert_eq!(grid.range(), Some((10, 10)));
    }

    #[test]
    fn many_ranks_share_rows_and_lose_nothing() {
        let grid = MessageGrid::of(&ring(10), 4);
        assert_eq!((grid.side, grid.ranks_each), (4, 3));
        assert_eq!(grid.bytes.iter().sum::<u64>(), 100);
        assert_eq!((grid.bytes[0], grid.bytes[1]), (20, 10), "within 0-2, and from 2 to 3");
        assert_eq!([grid.label(0, 10), grid.label(3, 10)], ["0-2", "9"]);
    }

    #[test]
    fn shades_go_by_orders_of_magnitude() {
        let mut mpi = ring(3);
        (mpi.flows[0].bytes, mpi.flows[1].bytes, mpi.flows[2].bytes) = (1, 1_000, 1_000_000);
        let grid = MessageGrid::of(&mpi, 10);
        let levels: Vec<f64> = [1, 5, 6].into_iter().filter_map(|cell| grid.level(cell)).collect();
        assert!((levels[1] - 0.5).abs() < 1e-9 && levels[0] == 0.0 && levels[2] == 1.0, "{levels:?}");
    }
}
