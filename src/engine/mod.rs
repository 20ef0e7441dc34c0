//! How does a run go? A plan, carried out trial by trial on its backends, told as events.
//!
//! The engine owns the run: it starts workers, opens gates, watches the clock, hears cancellations and decides what a
//! lost worker means. It neither prints nor draws, and measures the same whether a user watches or not.

mod control;
mod kind_facts;
mod live;
mod memory;
mod more_trials;
mod noise;
mod noise_warning;
mod order;
mod outcome;
mod pulse;
mod resumed_warning;
mod run;
mod session;
mod stops;
mod supervisor;
mod task_results;
mod trial;
mod warnings;
mod watch;

pub use control::{Control, Urgency};
pub use run::{Executor, ProgramSetting, RunInfo, run};
pub use session::Session;
pub use trial::BoardExecutor;
