//! Unchanged Python programs, watched by the hook: every Python that is found on the machine, and the libraries of two
//! environments, an old and a new pair of joblib and scikit-learn, which `.ci/python-envs` makes.
//!
//! Each program runs as it is and watched, and must print the same. What the board says of it is compared with what it
//! does, task by task.

#[path = "../common/mod.rs"]
mod common;

mod alone;
mod dask;
mod inputs;
mod lecture;
mod libraries;
mod needs;
mod pools;
mod pythons;
mod scenarios;
mod trouble;
mod watched;
