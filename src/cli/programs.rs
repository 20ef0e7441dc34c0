//! The words of the commands that run programs of the user's own.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::options::{RunOptions, one_of, report_formats};
use crate::report::Format;

const SCALE_EXAMPLES: &str = "\
Examples:
  parlab scale -- ./prog --threads {workers}
  parlab scale --workers 1,2,4,8 --repeats auto -- ./openmp-prog
  parlab scale --weak 'SIZE={workers}*1000' -- ./prog --size {SIZE}
  parlab scale --format json -- sh -c './a | ./b -j {workers}' | jq '.configs[].efficiency'

Besides {workers} in its arguments, the program is told the number of workers by PARLAB_WORKERS,
OMP_NUM_THREADS, OPENBLAS_NUM_THREADS, MKL_NUM_THREADS, RAYON_NUM_THREADS, GOMAXPROCS and others;
--env gives one of them another value. The number of workers of each run is one of LIST, as in
`parlab run`; pow2..cores if none is given. Speedups are relative to the program with one worker.";

const WATCH_EXAMPLES: &str = "\
Examples:
  parlab watch -- python train.py --jobs -1
  parlab watch -- mpirun -n 4 ./prog     its ranks, and who of them waits for whom
  parlab watch --format json -o report.json -- ./prog
  parlab watch --inline -- make -j 8
  parlab watch --pid 4711                 what runs already, until it ends or Ctrl-C
  parlab watch dask://scheduler:8786

On a terminal the screen shows it, else the report does at its end. What it tells by the protocol of
`parlab adapter` is shown as tasks; so are those of Python's pools, executors and joblib. Of all
others the threads are shown: running, without a CPU, in which call, waiting for a lock or the GIL.
It gets SIGINT, SIGTERM and SIGHUP that parlab gets; the second one ends it by force. What it leaves
running is ended with it. Its standard input is empty.

A cluster of Dask is watched through its scheduler until that ends, or until SIGINT, which leaves it
as it was: each task in the lane of its worker's thread. It takes a Python that has `distributed` in
a version that fits the cluster's: --python, PARLAB_PYTHON or python3.";

/// A program that is watched.
#[derive(Debug, Args)]
#[command(after_help = WATCH_EXAMPLES)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct WatchArgs {
    /// In place of a program: the scheduler of a cluster of Dask
    #[arg(value_name = "dask://HOST:PORT", conflicts_with_all = ["command", "pid", "chunks", "mpi"], value_parser = cluster)]
    pub cluster: Option<String>,

    /// The program and its arguments, behind --
    #[arg(last = true, required_unless_present_any = ["pid", "cluster"], value_name = "CMD")]
    pub command: Vec<OsString>,

    /// Join a process of yours that runs already, with all that it starts: what it does from now on is shown, and it is
    /// left as it is
    #[arg(long, value_name = "PID", conflicts_with_all = ["command", "inline", "chunks", "mpi"])]
    pub pid: Option<u32>,

    /// The Python that is a client of the cluster [default: PARLAB_PYTHON, else python3]
    #[arg(long, value_name = "PATH", requires = "cluster")]
    pub python: Option<PathBuf>,

    /// No screen, but the report in this format at the end.
    #[arg(long, value_name = "FORMAT", value_parser = one_of(|_| true), hide_possible_values = true, help = report_formats())]
    pub format: Option<&'static Format>,

    /// Write the report to a file; no screen
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Write each event of the run to a file, as a line of JSON
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,

    /// Pass the program's output through as it comes, and show no screen
    #[arg(long)]
    pub inline: bool,

    /// Of Python, tell of the chunks that its libraries hand to workers instead of each task: for very short tasks
    #[arg(long)]
    pub chunks: bool,

    /// Watch the ranks of MPI, though the command is none of those that start them (mpirun, mpiexec, srun …)
    #[arg(long)]
    pub mpi: bool,

    /// No progress on standard error
    #[arg(short, long)]
    pub quiet: bool,
}

/// A program whose scaling is studied.
#[derive(Debug, Args)]
#[command(after_help = SCALE_EXAMPLES)]
pub struct Scale {
    /// The program and its arguments, behind --: in them, {workers} stands for the number of workers
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,

    /// Weak scaling: what grows with the workers, such as SIZE={workers}*1000; a variable of the program's environment,
    /// and {SIZE} in its arguments
    #[arg(long, value_name = "NAME=SIZE")]
    pub weak: Option<String>,

    /// A variable of the program's environment, in which {workers} is replaced, too
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub env: Vec<(String, String)>,

    /// The file that the program reads as its standard input [default: nothing]
    #[arg(long, value_name = "FILE")]
    pub stdin: Option<PathBuf>,

    /// The exit status of a run that went well; may be given several times [default: 0]
    #[arg(long, value_name = "N")]
    pub expect_status: Vec<u64>,

    /// What becomes of it.
    #[command(flatten)]
    pub options: RunOptions,
}

/// The address of a cluster's scheduler.
fn cluster(text: &str) -> Result<String, String> {
    let place = text.strip_prefix("dask://").ok_or("a cluster is dask://HOST:PORT; a program stands behind --")?;
    let (host, port) = place.rsplit_once(':').unwrap_or_default();
    match !host.is_empty() && port.parse::<u16>().is_ok() {
        true => Ok(text.to_owned()),
        false => Err("write dask://HOST:PORT, such as dask://127.0.0.1:8786".to_owned()),
    }
}

/// A variable with its value.
fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').unwrap_or_default();
    if name.is_empty() { Err("write NAME=VALUE".to_owned()) } else { Ok((name.to_owned(), value.to_owned())) }
}
