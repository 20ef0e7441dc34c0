//! The options that commands have in common which run something, and how they name a format.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::overrides::OverrideArgs;
use crate::report::{FORMATS, Format};

/// What becomes of a run.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// How to write the report.
    #[arg(
        long,
        default_value = "text",
        value_name = "FORMAT",
        value_parser = one_of(|_| true),
        hide_possible_values = true,
        help = report_formats()
    )]
    pub format: &'static Format,

    /// Write the report to a file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Write each event of the run to a file, as a line of JSON
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,

    /// What you expect, before it is measured: WORKERS:SPEEDUP such as 2:1.8,4:3; or 2:0.5s, threads:2:1.9,
    /// hybrid:2x4:5
    #[arg(long, value_name = "PAIRS")]
    pub predict: Option<String>,

    /// Tell where the time of each worker went, too (JSON always has it)
    #[arg(long)]
    pub by_worker: bool,

    /// No progress on standard error
    #[arg(short, long)]
    pub quiet: bool,

    /// Run it even where parlab would refuse because of its size, and run the programs of a file without asking
    #[arg(short, long)]
    pub yes: bool,

    // Last, since its heading would otherwise hold for all that follows.
    /// What to run otherwise than the scenario says.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

/// Reads the name of a format among those that can do what is asked.
pub(super) fn one_of(can: fn(&Format) -> bool) -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS.iter().filter(|format| can(format));
    PossibleValuesParser::new(names.map(|format| PossibleValue::new(format.name).help(format.summary)))
        .try_map(|name| Format::named(&name).ok_or("no such format"))
}

/// What the help says of the formats of a report: which there are, and which will be.
pub(super) fn report_formats() -> String {
    let names = |written: bool| {
        let names: Vec<&str> =
            FORMATS.iter().filter(|format| format.report.is_some() == written).map(|format| format.name).collect();
        enumerated(&names, if written { "or" } else { "and" })
    };
    format!("How to write the report: {} ({} come with a later version)", names(true), names(false))
}

/// Words in a row: `csv, md and svg`.
fn enumerated(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [before @ .., end] => format!("{} {last} {end}", before.join(", ")),
    }
}
