//! The command line: what may be written there, and what `--help` says of it. Types only.
//!
//! Values are taken loosely, as words and numbers; what they mean, and whether they suit the scenario, is settled
//! where a scenario is resolved. Nothing here runs anything, and nothing but usage errors is decided here.

mod generated;
mod options;
mod overrides;
mod programs;
mod submit;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

pub use generated::{completions, manual};

use crate::foreign::{PlainText, name};
use crate::protocol::ADAPTERS;
use crate::report::Format;

pub use options::RunOptions;
use options::one_of;
pub use overrides::OverrideArgs;
pub use programs::{Scale, WatchArgs};
pub use submit::Submit;

/// Commands of the contract that this version does not have.
const LATER: [&str; 3] = ["compare", "report", "replay"];

const USAGE: &str = "parlab [--ascii] [SCENARIO]\n       parlab <COMMAND>";

const EXAMPLES: &str = "\
Examples:
  parlab                                  the screen, on the library of scenarios
  parlab numbers.toml                     the screen, opened on a file
  parlab list                             what there is to run
  parlab run numbers.toml --format json -o report.json
  parlab watch -- python train.py         a program of your own, live
  parlab scale -- ./prog -j {workers}     how it scales
  parlab submit numbers.toml              the batch script for Slurm; --go sends it, and follows the job
  parlab fit measurements.csv             how it scales, and where more workers stop paying
  parlab run numbers.toml --backends threads,processes --workers 1..cores

A scenario file that is called like a command is reached as ./list.

Exit codes:
  0    done
  1    the run failed: a task failed, results differ, a worker was lost for good,
       or report or journal could not be written where they were asked to go
  2    bad usage or a bad scenario
  3    refused by a limit
  129  hung up      130  interrupted      143  terminated
Whatever was measured before a failure is still reported.";

const RUN_EXAMPLES: &str = "\
Examples:
  parlab run numbers.toml
  parlab run numbers.toml --workers 1,2,4 --repeats 5
  parlab run numbers.toml -s steps=1e6 -s interpreter.gil=true -s 'vary.chunk=[1, 10]'
  parlab run numbers.toml --format json --quiet | jq '.configs[].speedup.value'
  parlab run numbers.toml --predict 2:1.8,4:3
  parlab run numbers.toml -o report.json --format json --journal run.jsonl

LIST: 4 · 1,2,4 · 1..8 · 1..8 step 2 · 1..cores · 1..cores+3 · pow2..cores · 2x4 (processes x threads)
where `cores` is the number of CPUs that may really be used (see `parlab machine`).";

const FIT_EXAMPLES: &str = "\
Examples:
  parlab fit measurements.csv
  parlab fit measurements.csv --cpus 16 --format json | jq '.fits[].parameters'
  parlab fit - < measurements.csv

The file is a CSV whose header names a column workers, and throughput or seconds:
  workers,throughput
  1,64.9
  18,995.9
Other columns are passed over; one number of workers may have several lines.";

const METG_EXAMPLES: &str = "\
Examples:
  parlab metg
  parlab metg --backends processes --schedule dynamic
  parlab metg --workers 1..cores --format json -o metg.json

METG(50 %), the minimum effective task granularity: wall time × workers ÷ tasks at which
half of the workers' time is work, against the serial loop, with start-up left aside.";

const ADAPTER_EXAMPLES: &str = "\
Examples:
  parlab adapter python > parlab_board.py
  parlab adapter python --example > example.py
  parlab adapter c > parlab_board.h
  parlab adapter c --example > example.c && cc -O2 -pthread example.c -o example
  parlab adapter protocol | less

A program that parlab starts finds in PARLAB_BOARD where to write; without it, the writers do nothing.";

/// What `parlab adapter` takes for the page of the protocol.
pub const PROTOCOL: &str = "protocol";

/// A terminal lab for parallel workloads: run them serially, in threads and in forked processes, and watch.
///
/// Without a command, the screen opens: on the library of scenarios, or on the scenario that is named.
#[derive(Debug, Parser)]
#[command(name = "parlab", version, override_usage = USAGE, after_help = EXAMPLES)]
pub struct Cli {
    /// Draw the screen with ASCII characters alone
    #[arg(long, global = true)]
    pub ascii: bool,

    /// Open the screen on this scenario: a bundled name or a file
    pub scenario: Option<OsString>,

    /// Write each event of the runs on the screen to a file, as a line of JSON
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,

    /// What to do instead of opening the screen.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do instead of opening the screen.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a scenario without the screen; the report goes to standard output
    Run(Box<Run>),
    /// Watch any program as it runs: its tasks, or its threads and processes; its exit status is passed on
    Watch(Box<WatchArgs>),
    /// Study how any program scales that is parallel by itself; the report goes to standard output
    Scale(Box<Scale>),
    /// Hand a scenario or a program to Slurm: print the batch script, send it, follow the job
    Submit(Box<Submit>),
    /// Find the shortest task worth handing out, by backend and schedule
    Metg(MetgArgs),
    /// List the scenarios that can be run by name
    List(List),
    /// Print a bundled scenario's TOML, to start one of your own from
    Show {
        /// The scenario's name, as `parlab list` has it
        name: String,
    },
    /// Check scenario files: every problem with file, line, key and remedy
    Check {
        /// Scenario files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Print the JSON schema of scenario files, by which editors complete and check their keys
    Schema,
    /// Tell what parlab sees: CPUs, which of them are usable and why, memory, load, and whether others leave them
    /// alone, for which it watches for a second
    Machine {
        /// How to write it
        #[arg(long, default_value = "text", value_name = "FORMAT", value_parser = one_of(|format| format.machine.is_some()))]
        format: &'static Format,
    },
    /// Fit the laws of scaling to measurements, and tell where more workers stop paying
    Fit(Fit),
    /// Print a writer for one's own programs, by which they show their tasks in parlab
    #[command(after_help = ADAPTER_EXAMPLES)]
    Adapter {
        /// For which language; protocol is the page for all others
        #[arg(value_name = "LANGUAGE", value_parser = adapters())]
        language: String,
        /// Print a program that uses the writer
        #[arg(long)]
        example: bool,
    },
    /// Print the script by which a shell completes commands and options
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Print the manual page; `parlab man | man -l -` shows it
    Man,
    /// The small process that workers are forked from; parlab starts it for itself.
    #[command(name = "__forkserver", hide = true)]
    Forkserver {
        /// Whatever the parent has to say.
        #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

/// What is run, and what becomes of the report.
#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub struct Run {
    /// A bundled name or a file
    #[arg(required_unless_present = "resume")]
    pub scenario: Option<OsString>,

    /// Go on with a run that was cut short, from its journal: only what it lacks is measured, and added to the journal,
    /// or written to that of --journal with all of it
    #[arg(long, value_name = "JOURNAL", conflicts_with_all = ["scenario", "predict"])]
    pub resume: Option<PathBuf>,

    /// Where the scenario was found that this file is a copy of: paths in it are beside that.
    #[arg(long, value_name = "FILE", hide = true, conflicts_with = "resume")]
    pub found_at: Option<PathBuf>,

    /// The one configuration of the plan that is measured, counted from 0: others are in journals of their own.
    #[arg(long, value_name = "N", hide = true, conflicts_with = "resume")]
    pub configuration: Option<usize>,

    /// What becomes of it.
    #[command(flatten)]
    pub options: RunOptions,
}

/// For whom the shortest tasks are looked for, and what becomes of the answer.
#[derive(Debug, Args)]
#[command(after_help = METG_EXAMPLES)]
pub struct MetgArgs {
    /// Who is measured: threads, processes [default: both]
    #[arg(long, value_name = "LIST")]
    pub backends: Option<String>,

    /// Which worker gets which task: static, dynamic, guided, stealing [default: all that a backend can]
    #[arg(long, value_name = "LIST")]
    pub schedule: Option<String>,

    /// Numbers of workers, as in `parlab run`
    #[arg(long, value_name = "LIST", default_value = "2")]
    pub workers: String,

    /// Tasks handed out at a time [default: 1]
    #[arg(long, value_name = "N")]
    pub chunk: Option<u64>,

    /// Counted trials of each length [default: 5]
    #[arg(long, value_name = "N")]
    pub repeats: Option<u64>,

    /// Decides all randomness
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// How to write it
    #[arg(long, default_value = "text", value_name = "FORMAT", value_parser = one_of(|format| format.metg.is_some()))]
    pub format: &'static Format,

    /// Write it to a file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// No progress on standard error
    #[arg(short, long)]
    pub quiet: bool,

    /// Measure even where parlab would refuse because of the number of workers
    #[arg(short, long)]
    pub yes: bool,
}

/// What to list.
#[derive(Debug, Args)]
pub struct List {
    /// List the kinds of workload instead, with their parameters
    #[arg(long)]
    pub kinds: bool,

    /// How to write it; md is a page of reference, and goes with --kinds
    #[arg(long, default_value = "text", value_name = "FORMAT", value_parser = one_of(|format| format.kinds.is_some()))]
    pub format: &'static Format,
}

/// What the laws of scaling are fitted to.
#[derive(Debug, Args)]
#[command(after_help = FIT_EXAMPLES)]
pub struct Fit {
    /// A CSV with a header, workers,throughput or workers,seconds; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// How to write it
    #[arg(long, default_value = "text", value_name = "FORMAT", value_parser = one_of(|format| format.fit.is_some()))]
    pub format: &'static Format,

    /// CPUs of the machine that was measured: more workers than that stay out of Amdahl's fit
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub cpus: Option<u32>,

    /// Write the result to a file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The languages that there is a writer for, and the page of the protocol.
fn adapters() -> PossibleValuesParser {
    PossibleValuesParser::new(ADAPTERS.iter().map(|adapter| adapter.name).chain([PROTOCOL]))
}

impl Cli {
    /// Reads a command line, the program's own name first.
    ///
    /// # Errors
    /// What clap has to say: help and version, to be printed, or bad usage, exit code 2. Both know how to print
    /// themselves and which code to exit with.
    pub fn read<I>(args: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item: Into<OsString> + Clone>,
    {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        let usage = |message: String| Self::command().error(ErrorKind::InvalidSubcommand, message);
        // Looked for before clap has its say, which would be about the arguments of a command it does not know.
        if let Some(later) = first_word(&args).and_then(later) {
            return Err(usage(format!(
                "`parlab {later}` comes with a later version (a scenario file of this name is reached as ./{later})"
            )));
        }
        let cli = Self::try_parse_from(&args).map_err(|error| harmless(error, &args))?;
        match (&cli.scenario, &cli.command) {
            (Some(scenario), Some(_)) => Err(usage(format!(
                "`{}` stands before a command: name a scenario, or give a command, not both",
                name(scenario)
            ))),
            _ => Ok(cli),
        }
    }
}

/// The same error with the arguments that it repeats escaped.
///
/// What clap says has its own escape sequences, for colours, which cannot be told from those of an argument any more.
/// So it is asked to say the same of arguments that have none.
fn harmless(error: clap::Error, args: &[OsString]) -> clap::Error {
    let shown: Vec<String> = args.iter().map(name).collect();
    if shown.iter().zip(args).all(|(shown, arg)| arg == shown.as_str()) {
        return error;
    }
    match Cli::try_parse_from(shown) {
        Err(same) if same.kind() == error.kind() => same,
        // They mean something else now: an argument that is no text, above all.
        _ => {
            let said = error.render().to_string();
            let said = said.split("\n\nUsage: ").next().unwrap_or_default();
            let said = PlainText::lines(said.strip_prefix("error: ").unwrap_or(said));
            Cli::command().error(error.kind(), said.as_str().trim_end())
        }
    }
}

/// The first argument that is no flag, unless `--` has said that what follows is meant literally.
fn first_word(args: &[OsString]) -> Option<&OsStr> {
    let before = args.iter().skip(1).take_while(|arg| *arg != "--");
    before.map(OsString::as_os_str).find(|arg| !arg.as_encoded_bytes().starts_with(b"-"))
}

fn later(word: &OsStr) -> Option<&'static str> {
    LATER.into_iter().find(|later| word == *later)
}
