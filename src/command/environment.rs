//! What commands find where they run: the library, the machine, the files of the user.
//!
//! No command is carried out here.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use humantime::format_rfc3339_millis;

use super::failure::Failure;
use crate::cli;
use crate::engine::{ProgramSetting, RunInfo};
use crate::foreign::name;
use crate::machine;
use crate::record::{History, Journal, MachineFacts};
use crate::results;
use crate::scenario::library::{Library, find, standard_folders};
use crate::scenario::{Catalog, Prediction, Scenario, Source};
use crate::system::xdg;
use crate::workload::{self, DataFacts};

/// The scenario to run, as it was found and as the command line changes it.
pub(super) fn scenario(args: &cli::Run) -> Result<(Source, Scenario), Failure> {
    let Some(named) = &args.scenario else { return Err(Failure::usage("no scenario is named")) };
    let source = found(Path::new(named))?;
    let source = match &args.found_at {
        Some(original) => Source::new(original, source.text),
        None => source,
    };
    let scenario =
        source.parse(&catalog(), &args.options.overrides.0).map_err(|problems| Failure::usage(problems.to_string()))?;
    Ok((source, scenario))
}

/// A scenario by what it is called, or by its file.
pub(super) fn found(named: &Path) -> Result<Source, Failure> {
    find(named, &standard_folders()).map_err(|problem| Failure::usage(problem.to_string()))
}

/// The journal that was asked for, if one was. Files that are compared by `check` may turn out to be one as soon as
/// one of them exists, as `run` and `RUN` do where letters count for little; then a new journal is taken away again.
pub(super) fn journal(
    path: Option<&Path>,
    check: &dyn Fn() -> Result<(), Failure>,
) -> Result<Option<Journal>, Failure> {
    let Some(path) = path else { return Ok(None) };
    check()?;
    let is_new = path.symlink_metadata().is_err();
    let journal = Journal::create(path).map_err(|error| {
        Failure::usage(format!("--journal {}: {error}; name a file that can be written", name(path)))
    })?;
    match check() {
        Err(failure) => {
            if is_new {
                // That it cannot be removed is less than what is told already.
                let _ = std::fs::remove_file(path);
            }
            Err(failure)
        }
        Ok(()) => Ok(Some(journal)),
    }
}

/// All scenarios that can be run by name.
pub(super) fn library() -> Library {
    Library::open(&standard_folders(), &catalog())
}

/// Where it is remembered which scenarios were run, if anywhere.
pub(super) fn history_file() -> Option<PathBuf> {
    // A home that is not there, as that of users for services, is none, and is not made.
    History::standard_file(|name| xdg::variable(name).filter(|path| name != "HOME" || path.is_dir()))
}

/// What scenarios are checked against here.
pub(super) fn catalog() -> Catalog {
    Catalog { python: usual_python(), ..Catalog::new(workload::specs(), machine::usable_here().count) }
}

/// The interpreter of Python where none is named: that of PARLAB_PYTHON, else `python3`.
pub(super) fn usual_python() -> String {
    let named = std::env::var("PARLAB_PYTHON").ok().filter(|path| !path.is_empty());
    named.unwrap_or_else(|| "python3".to_owned())
}

/// What a run that begins now is told of its time and place, of where its scenario was found, of what was read of its
/// data, and of what is expected of it.
pub(super) fn run_info(source: Source, data: Option<DataFacts>, predictions: Vec<Prediction>) -> RunInfo {
    // Whole milliseconds: more would pretend to a precision that no wall clock has.
    let stamp = format_rfc3339_millis(SystemTime::now()).to_string();
    let started_at = format!("{}Z", stamp.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.'));
    let (origin, text) = (source.label, source.text);
    // For those that count trials: programs around this one, and its tests.
    let keeps_noisy = std::env::var_os("PARLAB_NOISE").is_some_and(|word| word == "keep");
    RunInfo {
        started_at,
        machine: machine_facts(),
        predictions,
        origin,
        text,
        data,
        widths: results::widths,
        keeps_noisy,
        programs: ProgramSetting::default(),
        part: None,
        earlier: Vec::new(),
    }
}

pub(super) fn machine_facts() -> MachineFacts {
    machine::facts(&machine::usable_here())
}

/// This very program, of which forkservers are made: the link works even if its file was replaced in the meantime.
pub(super) fn program() -> PathBuf {
    PathBuf::from("/proc/self/exe")
}
