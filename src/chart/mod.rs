//! The geometry of charts: what a chart shows, its axes and ticks, and where everything stands. It draws nothing and
//! knows no screen, no colours and no run, so that whatever draws it (cells of a terminal, a vector picture) shows the
//! same.
//!
//! ```text
//! Chart (model) ── ChartLayout (areas, legend, axes with their ticks, points) ── cells, vectors
//! ```
//!
//! Two units are enough. Areas are in **columns** and **rows** of text: the cells of a terminal, or the width of a
//! digit and the height of a line in a picture. Points are **fractions** of the axes, 0 at the lower left end, 1 at
//! the upper right one: who draws decides how to round them, [`ChartAreas::place`] says where they are exactly.
//!
//! [`heat`] has the geometry of heat maps, [`time`] the ticks of a time axis, [`bins`] histories in fewer steps.

pub mod bins;
pub mod heat;
pub mod time;

mod areas;
mod axes;
mod bars;
mod layout;
mod legend;
mod model;
mod placed;
mod ruler;
mod scale;
mod stack;
mod surface;
mod ticks;
mod unit;

pub use areas::{ChartArea, ChartAreas};
pub use axes::ChartAxes;
pub use bars::BarsLayout;
pub use layout::ChartLayout;
pub use legend::{ChartLegend, LegendEntry, LegendMark};
pub use model::{Chart, ChartCurve, ChartPoint, ChartReference, ChartSeries, SeriesMark, XAxisKind};
pub use placed::{Beyond, CurvePlace, PlacedCurve, PlacedPoint, PlacedReference, PlacedSeries};
pub use scale::{AxisScale, on_axis};
pub use stack::stacked;
pub use surface::ChartSurface;
pub use ticks::AxisTick;
pub use unit::ChartUnit;

#[cfg(test)]
mod tests;
