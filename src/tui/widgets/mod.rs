//! What the screens are made of: each widget draws plain data into a buffer and knows nothing of a run.
//!
//! All of them are safe at any area, 0×0 included, draw nothing outside of it, set no background, and in ASCII
//! mode draw nothing beyond ASCII. The gaps they leave are left as they were, so draw on a cleared buffer.

pub mod bar_list;
pub mod cores;
pub mod gauge;
pub mod heat_map;
pub mod lanes;
pub mod paint;
mod panel;
pub mod plot;
pub mod sparkline;
pub mod stacked_bars;
pub mod table;

pub use bar_list::{BarItem, BarList};
pub use cores::Cores;
pub use gauge::{Gauge, GaugeProgress};
pub use heat_map::HeatMap;
pub use lanes::{Label, LaneDoing, LaneFold, LaneRow, Lanes, Segment};
pub use plot::Plot;
pub use sparkline::Sparkline;
pub use stacked_bars::{StackPart, StackedBars, StackedItem};
pub use table::{Table, TableCell, TableColumn};

#[cfg(test)]
pub(crate) mod frame;
