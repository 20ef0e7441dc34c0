//! What follows from a record? Figures, charts, grid searches, predictions and findings.
//!
//! Everything here is worked out from a [`crate::record::RunState`] alone: whether the run has just ended, goes on, or
//! was read from a journal makes no difference.

mod busy_cpus;
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
mod losses;
mod marks;
mod median;
mod message_grid;
mod metg_sweep;
mod moved;
mod mpi;
mod noise;
mod precision;
mod predictions;
mod program;
mod search;
mod shortest_tasks;
mod speedups;
mod task_counts;
mod time_use;
mod times;
mod widths;

pub use busy_cpus::BusyCpus;
pub use charts::{ChartSubject, FiguresChart, cpus_over_time, memory_over_time};
pub use columns::{COLUMNS, Column, ColumnPlace, ShownColumn, View, columns};
pub use eta::{Eta, is_open};
pub use figure::{Figure, tally_figure};
pub use figures::{Figures, INTERVAL, Row, Usage, results};
pub use findings::{Finding, findings};
pub use fits::{BEYOND, Fits, FittedFile, ScalingReference, SeriesFit, plus_minus, workers_in_words};
pub use loss::SharedLoss;
pub use losses::{LossShares, WorkerShares};
pub use marks::series_marks;
pub use message_grid::MessageGrid;
pub use metg_sweep::{MetgCurve, MetgPlan, MetgPoint, MetgStep, MetgStudy, MetgSweep};
pub use mpi::{
    collective_in_words, mpi_share, nodes_in_words, rank_number, ranks_in_words, trouble_in_words, wait_briefly,
    wait_in_words,
};
pub use noise::{NoiseFigures, TrialWithNoise, trials_with_noise};
pub use precision::{precision_in_words, widths};
pub use predictions::{Predicted, off_by};
pub use program::{ProgramFigures, activity_heading, exit_in_words, is_one_program, lane_in_words, tasks_in_words};
pub use search::{Combination, SearchFigures};
pub use shortest_tasks::{Metg, WORTH_WHILE};
pub use speedups::Speedup;
pub use task_counts::TaskCounts;
pub use time_use::TimeUse;
