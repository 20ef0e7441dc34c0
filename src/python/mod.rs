//! Python as it is: how unchanged programs are watched, and what interpreters and packages there are.
//!
//! [`Hook`] is a folder of Python modules that a watched program's interpreters load before the program. They patch the
//! libraries that run tasks, and write the tasks to the board by parlab's own adapter.
//! [`find`] tells which interpreter is there, and with which packages.
//! [`RunnerFolder`] is a program of Python that runs a function of a scenario's through a library.
//!
//! What is on the board is read elsewhere. Nothing here starts a program, but an interpreter to ask it what it is.

mod flags;
mod hook;
mod interpreters;
mod runner;

pub use flags::flags_that_hide;
pub use hook::{DASK_CLIENT, Hook, WatchUnit};
pub use interpreters::{Found, Missing, PythonFacts, find, find_with};
pub use runner::{PythonResult, PythonResults, RunnerAccount, RunnerFolder, RunnerInput, RunnerOrder, RunnerWord};
