//! The words of `parlab submit`: what is handed to a batch system, and what its job asks for.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;

use super::options::{one_of, report_formats};
use super::overrides::OverrideArgs;
use crate::batch::{Amount, JobId, JobName, MemorySize, TimeLimit};
use crate::report::Format;

const SUBMIT_EXAMPLES: &str = "\
Examples:
  parlab submit numbers.toml                          the batch script for Slurm, to look at or to save
  parlab submit numbers.toml --cpus 32 --mem 8G --go  send it, and follow the job
  parlab submit --attach 4711                         come back to it, or look at what it has come to
  parlab submit numbers.toml --array --go             a job for each configuration, and one report
  parlab submit --go -- mpirun -n 4 ./prog            a program of your own, watched in a job

What is not said follows from the scenario: CPUs from its widest configuration, memory from what its
tasks allocate, time from its trials and their time limits. `cores` in a LIST is then the number of
CPUs that the job has.

With --go the job's files are kept in $XDG_STATE_HOME/parlab/jobs (~/.local/state/parlab/jobs), which
the machines of the cluster must share: the scenario as it is now, script, journal, report, output.
On a terminal the screen follows the job; closing it leaves the job alone. Without one, or with
--detach, its number is told. Slurm is asked every 10 seconds at most.";

/// What is handed to a batch system.
#[derive(Debug, Args)]
#[command(after_help = SUBMIT_EXAMPLES)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Submit {
    /// A bundled name or a file
    #[arg(required_unless_present_any = ["command", "attach"])]
    pub scenario: Option<OsString>,

    /// In place of a scenario: a program and its arguments, behind --
    #[arg(last = true, value_name = "CMD", conflicts_with_all = ["scenario", "attach"])]
    pub command: Vec<OsString>,

    /// A job for each configuration, merged into one report
    #[arg(long, conflicts_with_all = ["command", "attach"])]
    pub array: bool,

    /// Send it, and follow the job; without this its script is printed and nothing else done
    #[arg(long)]
    pub go: bool,

    /// With --go: tell the job's number, and do not follow it
    #[arg(long, requires = "go")]
    pub detach: bool,

    /// Follow a job that was sent before
    #[arg(long, value_name = "JOB", conflicts_with_all = ["scenario", "go"])]
    pub attach: Option<JobId>,

    /// Where it may run: a partition, or several
    #[arg(long, value_name = "NAME")]
    pub partition: Option<JobName>,

    /// On whose account it is
    #[arg(long, value_name = "NAME")]
    pub account: Option<JobName>,

    /// How long it may take: minutes, HH:MM:SS or DAYS-HH:MM:SS [default: an estimate]
    #[arg(long, value_name = "TIME")]
    pub time: Option<TimeLimit>,

    /// Machines [default: 1]
    #[arg(long, value_name = "N")]
    pub nodes: Option<Amount>,

    /// Processes that the program's launcher starts [default: those of mpirun -n N, else 1]
    #[arg(long, value_name = "N")]
    pub tasks: Option<Amount>,

    /// CPUs of each of them [default: as many as the scenario has workers]
    #[arg(long, value_name = "N")]
    pub cpus: Option<Amount>,

    /// Memory on each machine, such as 2000M or 4G [default: an estimate]
    #[arg(long, value_name = "SIZE")]
    pub mem: Option<MemorySize>,

    /// How to write the report where there is no screen.
    #[arg(
        long,
        default_value = "text",
        value_name = "FORMAT",
        value_parser = one_of(|_| true),
        hide_possible_values = true,
        help = report_formats()
    )]
    pub format: &'static Format,

    /// Run the programs of a file without asking
    #[arg(short, long)]
    pub yes: bool,

    /// How often the batch system is asked, in seconds: for tests, which have one of their own.
    #[arg(long, hide = true, value_name = "S", value_parser = seconds)]
    pub look_every: Option<Duration>,

    // Last, since its heading would otherwise hold for all that follows.
    /// What to run otherwise than the scenario says.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "write seconds".to_owned())
}
