//! What does each command do? One function a command, in which the rooms meet: scenarios are found, runs are
//! started, and what comes of them is handed to a report or to the screen.
//!
//! Nothing is measured, checked or worded here that a room could do for itself.

mod drafts;
mod environment;
mod failure;
mod history;
mod lab;
mod limits;
mod preparation;
mod run;
mod saved_reports;
mod signals;
mod typed_files;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::{self, Cli, Command};
use crate::report::Format;
use crate::scenario::library::{bundled, find, standard_folders};
use crate::scenario::{DiagnosticList, Overrides, Source, label, schema};
use crate::{machine, report};
use environment::{catalog, library};
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
        Some(Command::Schema) => print(&format!("{:#}\n", schema(&catalog()))),
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
