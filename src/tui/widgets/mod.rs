//! What the screens are made of: each widget draws plain data into a buffer and knows nothing of a run.
//!
//! All of them are safe at any area, 0×0 included, draw nothing outside of it, set no background, and in ASCII
//! mode draw nothing beyond ASCII. The gaps they leave are left as they were, so draw on a cleared buffer.

pub mod cores;
pub mod gauge;
pub mod heat_map;
pub mod lanes;
pub mod paint;
pub mod plot;
pub mod strip;
pub mod table;

pub use cores::Cores;
pub use gauge::{Gauge, Progress};
pub use heat_map::{HeatCell, HeatMap};
pub use lanes::{Label, LaneRow, Lanes, Segment, Turn};
pub use plot::Plot;
pub use strip::Strip;
pub use table::{Align, Cell, Column, Table};

#[cfg(test)]
pub(crate) mod frame;
