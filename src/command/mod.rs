//! What does each command do? One function a command, in which the rooms meet: scenarios are found, runs are
//! started, and what comes of them is handed to a report or to the screen.
//!
//! Nothing is measured, checked or worded here that a room could do for itself.

mod adapter;
mod drafts;
mod environment;
mod failure;
mod field_errors;
mod fit;
mod history;
mod lab;
mod memory_check;
mod metg;
mod needs;
mod outputs;
mod preparation;
mod rehearsal;
mod resume;
mod run;
mod saved_reports;
mod scale;
mod signals;
mod submit;
mod task_room;
mod trust;
mod typed_files;
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::{self, Cli, Command};
use crate::foreign::PlainText;
use crate::report::Format;
use crate::report::machine::MachineNow;
use crate::scenario::library::{bundled, find, standard_folders};
use crate::scenario::{DiagnosticList, Overrides, Source, label, schema};
use crate::{machine, report};
use environment::{catalog, library};
use failure::Failure;

/// Does what the command line says.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(words) => return say(&words),
    };
    // On the screen as without: nothing can be told any more once that signal has come.
    let _ = signals::outlive_file_limits();
    let done = match &cli.command {
        None => lab::open(&cli),
        Some(Command::Run(args)) => match &args.resume {
            Some(journal) => resume::resume(args, journal),
            None => run::run(args),
        },
        Some(Command::Watch(args)) => watch::watch(args, cli.ascii),
        Some(Command::Scale(args)) => scale::scale(args),
        Some(Command::Submit(args)) => submit::submit(args, cli.ascii),
        Some(Command::Metg(args)) => metg::metg(args),
        Some(Command::List(args)) => list(args),
        Some(Command::Show { name }) => show(name),
        Some(Command::Check { files }) => check(files),
        Some(Command::Schema) => print(&PlainText::own_words(format!("{:#}\n", schema(&catalog())))),
        Some(Command::Machine { format }) => machine(format),
        Some(Command::Fit(args)) => fit::fit(args, cli.ascii),
        Some(Command::Adapter { language, example }) => {
            adapter::adapter(language, *example).and_then(|text| print(&PlainText::own_words(text)))
        }
        Some(Command::Completions { shell }) => print(&PlainText::own_words(cli::completions(*shell))),
        Some(Command::Man) => print(&PlainText::own_words(cli::manual())),
        Some(Command::Forkserver { .. }) => return crate::backend::run_forkserver(),
    };
    done.unwrap_or_else(|failure| {
        report::complain(&failure.message);
        failure.exit_code()
    })
}

/// Prints what the command line has to say of itself: help and version, or bad usage.
fn say(words: &clap::Error) -> ExitCode {
    let code = ExitCode::from(u8::try_from(words.exit_code()).unwrap_or(2));
    match report::deliver_by(|| words.print()) {
        // Help that was asked for and did not arrive has failed; a complaint stays one, whether it is read or not.
        Err(error) if !words.use_stderr() => {
            report::complain(&error.to_string());
            Failure::run("").exit_code()
        }
        _ => code,
    }
}

/// `parlab list`: the library, or the kinds of workload.
fn list(args: &cli::List) -> Result<ExitCode, Failure> {
    let format = args.format;
    match (args.kinds, format.kinds, format.library) {
        (true, Some(kinds), _) => print(&PlainText::lines(&kinds())),
        (false, _, Some(list)) => {
            let (history, trouble) = history::history();
            trouble.iter().for_each(|trouble| report::complain(trouble));
            let mut library = library();
            needs::note(&mut library.entries, needs::PATIENCE);
            print(&PlainText::lines(&list(&library, &history)))
        }
        _ => Err(Failure::usage(format!(
            "--format {}: only kinds are written so; add --kinds, or use text or json",
            format.name
        ))),
    }
}

/// `parlab show`: a bundled scenario's TOML.
fn show(name: &str) -> Result<ExitCode, Failure> {
    match bundled().find(|source| source.name == name) {
        Some(source) => print(&PlainText::of_file(&source.text)),
        None => {
            let source =
                find(Path::new(name), &standard_folders()).map_err(|problem| Failure::usage(problem.to_string()))?;
            print(&PlainText::of_file(&source.text))
        }
    }
}

/// `parlab check`: whether files are scenarios, and everything that is wrong with them if not.
fn check(files: &[PathBuf]) -> Result<ExitCode, Failure> {
    let mut all_right = true;
    for file in files {
        let checked = Source::open(file)
            .map_err(DiagnosticList::from)
            .and_then(|source| needs::with_all_it_needs(&source, source.parse(&catalog(), &Overrides::default())?));
        all_right &= checked.is_ok();
        print(&PlainText::lines(&report::catalog::check_text(&label(file), &checked)))?;
    }
    Ok(if all_right { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// `parlab machine`: what is seen of it, for which it is watched for a second.
fn machine(format: &Format) -> Result<ExitCode, Failure> {
    let write = format.machine.ok_or_else(|| Failure::usage(format!("--format {}: not for machines", format.name)))?;
    let usable = machine::usable_here();
    print(&PlainText::lines(&write(&MachineNow {
        facts: machine::facts(&usable),
        memory: machine::memory_limits_here(),
        moment: machine::moment(),
        noise: machine::noise_now(&usable.cpus),
        usable,
    })))
}

/// Prints what a command is for.
fn print(text: &PlainText) -> Result<ExitCode, Failure> {
    report::deliver(text).map_err(|error| Failure::run(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
