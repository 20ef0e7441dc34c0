//! What does each command do? One function a command, in which the rooms meet: scenarios are found, runs are
//! started, and what comes of them is handed to a report or to the screen.
//!
//! Nothing is measured, checked or worded here that a room could do for itself.

mod drafts;
mod failure;
mod history;
mod lab;
mod limits;
mod preparation;
mod run;
mod signals;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;

use crate::cli::{self, Cli, Command};
use crate::engine::RunInfo;
use crate::record::{History, Journal, MachineFacts};
use crate::report::Format;
use crate::scenario::library::{Library, bundled, find, standard_folders};
use crate::scenario::{Catalog, DiagnosticList, Overrides, Prediction, Scenario, Source, label, schema};
use crate::system::xdg;
use crate::{machine, report, workload};
use failure::Failure;

/// Does what the command line says.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // That the words cannot be written is no reason for another exit code.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let done = match &cli.command {
        None => lab::open(&cli),
        Some(Command::Run(args)) => run::run(args),
        Some(Command::List(args)) => list(args),
        Some(Command::Show { name }) => show(name),
        Some(Command::Check { files }) => check(files),
        Some(Command::Schema) => print(&format!(
            "{:#}
",
            schema(&catalog())
        )),
        Some(Command::Machine { format }) => machine(format),
        Some(Command::Completions { shell }) => print(&cli::completions(*shell)),
        Some(Command::Man) => print(&cli::manual()),
        Some(Command::Forkserver { .. }) => return crate::backend::run_forkserver(),
    };
    done.unwrap_or_else(|failure| {
        report::complain(&failure.message);
        failure.exit_code()
    })
}

/// `parlab list`: the library, or the kinds of workload.
fn list(args: &cli::List) -> Result<ExitCode, Failure> {
    let format = args.format;
    match (args.kinds, format.kinds, format.library) {
        (true, Some(kinds), _) => print(&kinds()),
        (false, _, Some(list)) => print(&list(&library(), &history::history())),
        _ => Err(Failure::usage(format!(
            "--format {}: only kinds are written so; add --kinds, or use text or json",
            format.name
        ))),
    }
}

/// `parlab show`: a bundled scenario's TOML.
fn show(name: &str) -> Result<ExitCode, Failure> {
    match bundled().find(|source| source.name == name) {
        Some(source) => print(&source.text),
        None => {
            let source =
                find(Path::new(name), &standard_folders()).map_err(|problem| Failure::usage(problem.to_string()))?;
            print(&source.text)
        }
    }
}

/// `parlab check`: whether files are scenarios, and everything that is wrong with them if not.
fn check(files: &[PathBuf]) -> Result<ExitCode, Failure> {
    let mut all_right = true;
    for file in files {
        let checked = Source::open(file)
            .map_err(DiagnosticList::from)
            .and_then(|source| source.parse(&catalog(), &Overrides::default()));
        all_right &= checked.is_ok();
        print(&report::catalog::check_text(&label(file), &checked))?;
    }
    Ok(if all_right { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// `parlab machine`: what is seen of it.
fn machine(format: &Format) -> Result<ExitCode, Failure> {
    let write = format.machine.ok_or_else(|| Failure::usage(format!("--format {}: not for machines", format.name)))?;
    let usable = machine::usable_here();
    print(&write(&machine::facts(&usable), &usable, &machine::moment()))
}

/// Prints what a command is for.
fn print(text: &str) -> Result<ExitCode, Failure> {
    report::deliver(text, None).map_err(|error| Failure::run(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

/// The scenario to run, as it was found and as the command line changes it.
fn scenario(args: &cli::Run) -> Result<(Source, Scenario), Failure> {
    let source =
        find(Path::new(&args.scenario), &standard_folders()).map_err(|problem| Failure::usage(problem.to_string()))?;
    let scenario =
        source.parse(&catalog(), &args.overrides.0).map_err(|problems| Failure::usage(problems.to_string()))?;
    Ok((source, scenario))
}

/// The journal that was asked for, if one was.
fn journal(path: Option<&Path>) -> Result<Option<Journal>, Failure> {
    let Some(path) = path else { return Ok(None) };
    Journal::create(path).map(Some).map_err(|error| {
        Failure::usage(format!("--journal {}: {error}; name a file that can be written", path.display()))
    })
}

/// All scenarios that can be run by name.
fn library() -> Library {
    Library::open(&standard_folders(), &catalog())
}

/// Where it is remembered which scenarios were run, if anywhere.
fn history_file() -> Option<PathBuf> {
    History::standard_file(xdg::variable)
}

/// What scenarios are checked against here.
fn catalog() -> Catalog {
    Catalog::new(workload::specs(), machine::usable_here().count)
}

/// What a run that begins now is told of its time and place, of where its scenario was found, and of what is expected
/// of it.
fn run_info(source: Source, predictions: Vec<Prediction>) -> RunInfo {
    // Whole milliseconds: more would pretend to a precision that nobody's wall clock has.
    let now = Timestamp::now();
    let started_at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now).to_string();
    RunInfo { started_at, machine: machine_facts(), predictions, origin: source.label, text: source.text }
}

fn machine_facts() -> MachineFacts {
    machine::facts(&machine::usable_here())
}

/// This very program, of which forkservers are made: the link works even if its file was replaced in the meantime.
fn program() -> PathBuf {
    PathBuf::from("/proc/self/exe")
}
