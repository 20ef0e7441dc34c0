//! `parlab watch`: a program of the user's own, run once and shown as it runs. It is the run of a scenario that is made of
//! the command line; its exit status is parlab's.

use std::ffi::OsString;
use std::fs::File;
use std::io::{IsTerminal as _, stdin, stdout};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr as _;
use std::sync::Arc;

use nix::sys::signal::Signal;

use super::environment::{catalog, usual_python};
use super::failure::Failure;
use super::lab;
use super::run::HeadlessRun;
use super::scale::{program_text, source};
use crate::backend::ProgramExtras;
use crate::cli::{self, OverrideArgs, RunOptions};
use crate::engine::ProgramSetting;
use crate::machine::tree::{ProcessLook, Roots, TreeSampler};
use crate::python::{self, WatchUnit};
use crate::record::{Cause, RunState};
use crate::report::FORMATS;
use crate::scenario::{Overrides, ProgramText};
use crate::system::clock::monotonic_ns;
use crate::workload;

/// The program is run once, as the user would run it: nothing of it says how many workers to have, any end will do, and
/// there is nothing to compare it with.
const WORKLOAD: [(&str, &str); 2] = [("tell_workers", "false"), ("expect_status", "[]")];
const SWEEP: [(&str, &str); 5] =
    [("workers", "1"), ("baseline", "\"none\""), ("repeats", "1"), ("warmup", "0"), ("timeout_s", TIMEOUT_S)];

/// How long it may run: what a scenario may say at most.
const TIMEOUT_S: &str = "604800.0";

/// Runs the program and shows it.
///
/// # Errors
/// When it cannot be started.
pub(super) fn watch(args: &cli::WatchArgs, ascii: bool) -> Result<ExitCode, Failure> {
    let mut text = match (args.pid, &args.cluster) {
        (Some(pid), _) => joined(pid)?,
        (None, Some(address)) => {
            let title = Some(format!("dask://{}", address.trim_start_matches("dask://")));
            ProgramText { title, ..program_text(&client_of(address, args.python.as_deref())?)? }
        }
        (None, None) => program_text(&args.command)?,
    };
    text.workload = WORKLOAD.map(owned).to_vec();
    text.sweep = SWEEP.map(owned).to_vec();
    let source = source(&text);
    let scenario =
        source.parse(&catalog(), &Overrides::default()).map_err(|problems| Failure::usage(problems.to_string()))?;
    // What is not there is better told before the screen is.
    if args.pid.is_none() {
        workload::build(&scenario.job).map_err(|error| Failure::usage(error.to_string()))?;
    }
    let unit = if args.chunks { WatchUnit::Chunks } else { WatchUnit::Tasks };
    let shown_in = args.inline.then(|| stdout().as_fd().try_clone_to_owned().map(File::from).map(Arc::new));
    let shown_in = shown_in.transpose().map_err(|error| Failure::run(format!("standard output: {error}")))?;
    let programs = ProgramSetting {
        extras: ProgramExtras { shown_in, joins: args.pid, ..ProgramExtras::default() },
        unit,
        mpi: args.mpi,
        once: true,
    };
    let is_headless = args.format.is_some() || args.output.is_some() || args.inline;
    if !is_headless && stdin().is_terminal() && stdout().is_terminal() {
        let ended = lab::watch(source, scenario, programs, args.journal.as_deref(), ascii)?;
        return Ok(ended.state.and_then(|state| status(&state)).map_or(ended.exit, |status| status.into()));
    }
    let options = options(args);
    let run = HeadlessRun { options: &options, programs, part: None, history: None, earlier: None };
    let ended = run.carry_out(source, scenario)?;
    // What was asked for beside the program, and could not be had, is told where the program has nothing to say.
    let status = status(&ended.state).filter(|status| *status != 0);
    Ok(status.unwrap_or(ended.code).into())
}

/// The command line of a process that is joined, for the title.
///
/// # Errors
/// Why it cannot be joined.
fn joined(pid: u32) -> Result<ProgramText, Failure> {
    let mut sampler = TreeSampler::new(Roots::of_running(pid)).map_err(|error| Failure::usage(error.to_string()))?;
    let look = sampler.look(monotonic_ns());
    let line = look.processes.first().map(ProcessLook::command_line).unwrap_or_default();
    let words = line.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    let mut command: Vec<String> = words.map(|word| String::from_utf8(word.to_owned()).unwrap_or_default()).collect();
    if command.is_empty() {
        command.push(format!("process {pid}"));
    }
    Ok(ProgramText { command, ..ProgramText::default() })
}

/// The program that watches a cluster of Dask: our client of its scheduler, which comes with the hook.
///
/// # Errors
/// When there is no Python that it could run in.
fn client_of(address: &str, python: Option<&Path>) -> Result<Vec<OsString>, Failure> {
    let found = python::find(Some(python.unwrap_or(Path::new(&usual_python()))));
    let found = found.and_then(|found| found.need(&["distributed"]).map(|()| found));
    let found = found.map_err(|missing| Failure::usage(missing.to_string()))?;
    Ok(vec![found.program.into(), "-m".into(), python::DASK_CLIENT.into(), address.into()])
}

fn owned((key, value): (&'static str, &'static str)) -> (&'static str, String) {
    (key, value.to_owned())
}

fn options(args: &cli::WatchArgs) -> RunOptions {
    RunOptions {
        format: args.format.unwrap_or(&FORMATS[0]),
        output: args.output.clone(),
        journal: args.journal.clone(),
        predict: None,
        by_worker: false,
        quiet: args.quiet || args.inline,
        yes: true,
        overrides: OverrideArgs::default(),
    }
}

/// The status that a shell gives for the end of the program; `None` where that was not seen.
fn status(state: &RunState) -> Option<u8> {
    let (_, outcome) = state.finished.last()?;
    match outcome.program.as_ref()?.exit.as_ref()? {
        Cause::Exit(status) => u8::try_from(*status).ok(),
        Cause::Signal(name) => Signal::from_str(name).ok().map(|signal| 128 + signal as u8),
    }
}
