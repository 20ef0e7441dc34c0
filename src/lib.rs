//! parlab: a terminal lab for parallel workloads.
//!
//! A **scenario** is planned into **trials**; for each trial the **engine** starts a pool of workers of a **backend**;
//! they run the **workload**'s tasks off one shared **board**; the **machine** is watched meanwhile; the **record**
//! keeps what happened; **results** are what follows from it; **report** and **tui** only show what they are handed.
//!
//! ```text
//!   main ─ command ─ cli            what was asked for; where the rooms meet
//!             │
//!      ┌──────┴──────┐
//!    report         tui             how is it told, how is it seen?     engine    how does a run go?
//!      └──────┬──────┘                                                    │
//!          results ── analysis      what follows from a record?           │
//!             │                                                           │
//!          record ────────────────────────────────────────────────────────┘   what is known of a run?
//!             │
//!          backend                  who does it?              machine   on what?
//!             │
//!          workload                 what is a task?           units     how are figures written?
//!             │
//!          scenario                 what is to be run?
//!
//!   chart     where does it stand in a picture?            system    what is asked of the system?
//!   protocol  how do other programs tell what they do?     foreign   how is shown what others wrote?
//!   python    and how does unchanged Python?               batch     how is work handed to a batch system?
//!   mpi       and the ranks of unchanged MPI programs?
//! ```
//!
//! Workers are a serial loop, a pool of threads, forked processes, forked processes with a pool of threads each, or ranks
//! of MPI, which a launcher of that starts.
//! Forked workers get their tasks from shared memory or, to see what that saves, as messages through a pipe.
//!
//! A program that is no part of parlab is a trial, too: its launcher starts it, and what it tells by `protocol` and what
//! the kernel tells of its threads in `machine::tree` become the lanes of that trial; of an MPI program its ranks do, of which
//! a library tells that is loaded before its MPI: `mpi/library`, a crate of its own, built beside this one and kept in it. Ranks
//! on other nodes connect to `mpi/remote`.
//!
//! What shows a run and what carries it out know nothing of each other: events, snapshots and what is folded from them
//! are plain data of the `record`, which a journal holds as well. Only `command` has both in hand.
//!
//! Other programs write a board of its own layout, which the **protocol** says in words (`parlab adapter protocol`) and
//! reads without believing more than can be true.
//!
//! What a batch system runs is parlab again, with a journal that the login node reads: `batch` hands it over, and follows
//! the job without knowing what it computes.
//!
//! A room imports what stands below it, never what stands above; `analysis`, `batch`, `chart`, `machine`, `mpi`, `protocol` and
//! `units` know none of the others, and `python` the `protocol` alone, but that figures are written with `units` and that every room
//! may use `system` and `foreign`, which know none.
//! Only `tui` names ratatui and crossterm; only `cli`, `report` and `tui` print. `tests/layers` reads the sources and
//! holds them to this.
//!
//! # Where do I add …
//! - a kind of workload? A file beside `workload/square.rs`, and its row of `workload/registry.rs`, which also says
//!   what it shares and a trial tells of.
//! - a bundled scenario? A file in `scenarios/`, and its place along the path in `scenario/path.rs`.
//! - a key of scenarios? A row of `scenario/keys.rs`, whose `set` says where its value goes; parser, schema, form,
//!   options and README come from there.
//! - a backend? A file beside `backend/local/threads.rs` that starts workers and hands back a [`backend::Pool`], its
//!   line in the table of `backend/backends.rs`, and what is told of it in a row of `scenario/backends.rs`: nothing
//!   else asks for a backend by name.
//! - an event? [`record::Event`]; the [`record::RunState`] folds it, reports and screens follow.
//! - something that watches a run? A [`record::Observer`], and its place in `command/run.rs`.
//! - a figure? [`analysis`] for a formula, a field of [`results::Row`] unless it follows from one that is there, and a
//!   line of [`results::COLUMNS`]: text report, screen and help take it from there.
//! - a law of scaling? A file beside `analysis/laws/usl.rs`, a field of [`results::SeriesFit`], which says what it is fitted
//!   to, and its entry in `report/fits.rs`.
//! - a cause of noise? What is counted of it in `machine/noise_counter.rs`, a variant of [`record::NoiseCause`], and from
//!   which amount on it counts in `machine/noise_limits.rs` and `record/taint.rs`.
//! - a library of Python whose tasks are told? A module beside `python/hook/parlab_pool.py`, and its line in the hook's
//!   table; a language whose programs tell their tasks themselves? A writer beside `protocol/adapters/parlab_board.h`.
//! - a call of MPI? A row of `mpi/calls.rs`, from which the library's functions are made; what differs from MPI to MPI
//!   stands in `mpi/library/abi.rs`.
//! - something that is wrong with ranks? A rule in `mpi/stuck.rs`, a variant of [`record::MpiTrouble`], and its words in
//!   `results/mpi.rs`.
//! - something that is seen of a watched program? [`machine::tree`], [`record::WatchedProgram`], and where it is shown:
//!   `report/text/program.rs`, `tui/screens/program`.
//! - a sentence about what happened? A rule beside `results/findings/speed.rs`, and a line in its table.
//! - a call of the system that two rooms need? A function in `system`, whose first page says which library it goes by.
//! - something a chart shows? What it is and where it stands in [`chart`], what it is of a run in `results/charts.rs`,
//!   then how cells show it in `tui/widgets/plot`.
//! - a cell that other programs write? A constant and a row in `protocol/layout.rs`, from which the header and the page
//!   come; then the writers in `protocol/adapters`, and `protocol/lane.rs`, which says how far it is believed.
//! - a writer for another language? A file in `protocol/adapters`, and its row of [`protocol::ADAPTERS`].
//! - text that others wrote, shown? It passes through [`foreign`], or `tests/layers` objects.
//! - a library of Python as a backend? A class in `python/runner/parlab_runner.py` that makes its workers and hands out
//!   tasks, its line in the table of `backend/external/pythons.rs`, and its row of `scenario/backends.rs`.
//! - something that a job asks for? A field of [`batch::JobRequest`], its line in `batch/script.rs`, and its option in
//!   `cli/submit.rs`.
//! - a batch system? A file beside `batch/slurm` that says how it is asked, and its line in `batch/systems.rs`.
//! - a format of reports? A file beside `report/json.rs`, and a line of [`report::FORMATS`].
//! - a key of the screen? A row in [`tui::keys`]; footer, help and README come from there. What it does is said in the
//!   `update` of each screen that has it.
//! - a screen? A folder beside `tui/screens/help`, a variant of [`tui::screens::Screen`] and what opens it, and in
//!   [`tui::keys`] a context with its keys.
//! - a command? [`cli`] for its words, `command/` for what it does.

pub mod analysis;
pub mod backend;
pub mod batch;
pub mod chart;
pub mod cli;
mod command;
pub mod engine;
pub mod foreign;
pub mod machine;
pub mod mpi;
pub mod protocol;
pub mod python;
pub mod record;
pub mod report;
pub mod results;
pub mod scenario;
pub mod system;
pub mod tui;
pub mod units;
pub mod workload;

use std::process::ExitCode;

/// The program: reads the command line, does what it says, and returns the exit code.
pub fn main() -> ExitCode {
    system::allocator::keep_address_space();
    // These must be small and quick to start: they skip everything else.
    match std::env::args_os().nth(1) {
        Some(argument) if argument == backend::FORKSERVER_COMMAND => return backend::run_forkserver(),
        Some(argument) if argument == backend::RANK_COMMAND => return rank(),
        Some(argument) if argument == system::launch::COMMAND => return system::launch::run(),
        _ => {}
    }
    command::main()
}

/// A rank of MPI: what it has to complain of goes where the parlab reads that has started it.
fn rank() -> ExitCode {
    match backend::run_rank() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            report::complain(&why);
            ExitCode::FAILURE
        }
    }
}
