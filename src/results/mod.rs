//! What follows from a record? Figures, charts, grid searches, predictions and findings.
//!
//! Everything here is worked out from a [`crate::record::RunState`] alone: whether the run has just ended, goes on, or
//! was read from a journal makes no difference.

mod charts;
mod column_values;
mod columns;
mod doubts;
mod eta;
mod figure;
mod figures;
mod findings;
mod fits;
mod loss;
mod marks;
mod median;
mod moved;
mod noise;
mod predictions;
mod search;
mod speedups;
mod times;

pub use charts::{ChartSubject, FiguresChart};
pub use columns::{COLUMNS, Column, ColumnPlace, ShownColumn, View, columns};
pub use eta::Eta;
pub use figure::Figure;
pub use figures::{Figures, INTERVAL, Metg, Row, TaskCounts, Usage, WORTH_WHILE, results, tally_figure};
pub use findings::{Finding, findings};
pub use fits::{BEYOND, Fits, FittedFile, ScalingReference, SeriesFit, plus_minus, workers_in_words};
pub use loss::SharedLoss;
pub use marks::series_marks;
pub use noise::{NoiseFigures, TrialWithNoise, trials_with_noise};
pub use predictions::{Predicted, off_by};
pub use search::{Combination, SearchFigures};
pub use speedups::Speedup;
