//! What is a task? The trait every kind implements, and the registry table of all kinds.
//!
//! A workload is a pure function of the task's index (and of the seed): it must not care who runs it, when, or
//! beside whom. What it leaves in the shared cells may, where that is the lesson. It never prints, and reads the clock
//! for its measurements only, never for its result.

mod cancelled;
mod command;
mod convoy;
mod countdown;
mod crash;
mod data_facts;
mod http;
mod mandelbrot;
mod matmul;
mod memory;
mod param;
mod pi;
mod program;
mod python;
mod race;
mod refcount;
mod registry;
mod score;
mod shared_cells;
mod sleep;
mod square;
mod sum;
mod svc;
mod task;
mod template;
mod triad;
mod waiting;

pub use cancelled::Cancelled;
pub use data_facts::DataFacts;
pub use program::{ProgramCall, program_call, program_script};
pub use python::{PYTHON_TASKS_MAX, PythonCall, python_call};
pub use registry::{
    Tally, Watch, build, build_while, bytes_moved, has_service, moves_bytes, needs, programs_in_words, score, service,
    spec, specs, starts_programs, value_names, watch,
};
pub use score::Score;
pub use shared_cells::SharedCells;
pub use task::{
    BuildError, IsWanted, Needs, ReleasedGil, Service, ServiceAddress, TaskContext, Values, Workload, values_of,
};
pub use waiting::until_readable;
