//! `parlab scale`: a scaling study of any program, as the run of a scenario that is made of the command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use super::environment::catalog;
use super::failure::Failure;
use super::run;
use crate::cli;
use crate::foreign::name;
use crate::scenario::{Origin, ProgramText, Source};

/// Runs the program with each number of workers and delivers the report.
///
/// # Errors
/// When it cannot be started. How it went is in the exit code.
pub(super) fn scale(args: &cli::Scale) -> Result<ExitCode, Failure> {
    let mut text = program_text(&args.command)?;
    text.environment = args.env.iter().map(|pair| (pair.0.clone(), pair.1.clone())).collect();
    text.growth.clone_from(&args.weak);
    text.expected.clone_from(&args.expect_status);
    text.input = args.stdin.as_ref().map(|path| words(path.as_os_str())).transpose()?;
    text.sweep = vec![("workers", WORKERS.to_owned()), ("timeout_s", TIMEOUT_S.to_owned())];
    let source = source(&text);
    let overrides = &args.options.overrides.0;
    let scenario = source.parse(&catalog(), overrides).map_err(|problems| Failure::usage(problems.to_string()))?;
    run::run_scenario(&args.options, source, scenario)
}

/// The numbers of workers where none are named.
const WORKERS: &str = "\"pow2..cores\"";

/// How long each run of the program may take where nothing is said: a day.
const TIMEOUT_S: &str = "86400.0";

/// A program of the command line.
///
/// # Errors
/// When some of it is no text, which the file of a scenario could not hold.
pub(super) fn program_text(command: &[OsString]) -> Result<ProgramText, Failure> {
    let command = command.iter().map(|word| words(word)).collect::<Result<_, _>>()?;
    Ok(ProgramText { command, ..ProgramText::default() })
}

/// The text as if it stood in a file of the working folder.
pub(super) fn source(text: &ProgramText) -> Source {
    let label = "the command line".to_owned();
    Source { name: text.name(), label, origin: Origin::File(PathBuf::new()), text: text.text() }
}

fn words(word: &std::ffi::OsStr) -> Result<String, Failure> {
    let refused = || Failure::usage(format!("{}: is no text (UTF-8), as arguments must be here", name(word)));
    word.to_str().map(str::to_owned).ok_or_else(refused)
}
