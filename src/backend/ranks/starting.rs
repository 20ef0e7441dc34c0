//! `mpi`: what starts ranks, and what is to be had for that.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::order::{ORDER_VARIABLE, RankOrder};
use super::rank::COMMAND;
use super::rank_pool::RankPool;
use crate::backend::board::Board;
use crate::backend::external::launching::SharedLauncher;
use crate::backend::external::output::OutputReader;
use crate::backend::pool::{Backend, Broken, Pool, Unready};
use crate::backend::worker::LazyJob;
use crate::foreign::name;
use crate::mpi::{RankLauncher, RankLauncherError};
use crate::scenario::Config;
use crate::system::launch::ProgramOrder;
use crate::workload::IsWanted;

/// What Open MPI needs to be told to start more ranks than there are cores, by its versions' names.
const MORE_RANKS_THAN_CORES: [(&str, &str); 2] =
    [("OMPI_MCA_rmaps_base_oversubscribe", "1"), ("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe")];

/// Starts ranks.
pub(in crate::backend) struct Ranks {
    /// parlab's own binary.
    program: PathBuf,
    /// What starts ranks, as the scenario says it.
    launcher: String,
    launching: SharedLauncher,
}

impl Ranks {
    pub(in crate::backend) fn new(program: &Path, launcher: &str) -> Self {
        Self { program: program.to_owned(), launcher: launcher.to_owned(), launching: SharedLauncher::default() }
    }
}

/// Looks whether there is what starts ranks: a command, or the usual one if it is empty.
///
/// # Errors
/// What is missing, with what to do.
pub fn check_launcher(command: &str) -> Result<(), RankLauncherError> {
    find(command).map(drop)
}

fn find(command: &str) -> Result<RankLauncher, RankLauncherError> {
    RankLauncher::find(command, std::env::var_os("PATH").as_deref())
}

fn refused(error: &std::io::Error) -> Broken {
    Broken(format!("cannot start ranks: {error}"))
}

impl Backend for Ranks {
    /// Each rank makes the job ready for itself.
    fn prepare(&self, _: &LazyJob, _: &Config, _: &IsWanted<'_>) -> Result<(), Unready> {
        check_launcher(&self.launcher).map_err(|missing| Broken(missing.to_string()))?;
        self.launching.ready(&self.program)?;
        Ok(())
    }

    fn start(&self, job: &LazyJob, board: &Arc<Board>) -> Result<Box<dyn Pool>, Broken> {
        let launcher = find(&self.launcher).map_err(|missing| Broken(missing.to_string()))?;
        let order = RankOrder::new(&job.job, board, launcher.library_folders());
        let written = order.write().map_err(|error| refused(&error))?;
        let mut words = launcher.words(board.spec().lanes);
        words.extend([own_program()?, COMMAND.to_owned()]);
        let order = ProgramOrder { words, environment: environment(&written.path()), folder: None };
        let (reader, writer) = OutputReader::start(None).map_err(|error| refused(&error))?;
        let nothing = File::open("/dev/null").map_err(|error| refused(&error))?;
        let other = writer.try_clone().map_err(|error| refused(&error))?;
        let files = [OwnedFd::from(nothing), OwnedFd::from(other), OwnedFd::from(writer)];
        let program = self.launching.order(&order, files.each_ref().map(|file| file.as_fd()))?;
        Ok(Box::new(RankPool::new(self.launching.clone(), program, Arc::clone(board), written, reader)))
    }
}

/// This program, by a path that leads other processes to it.
fn own_program() -> Result<String, Broken> {
    let path = std::env::current_exe().ok().filter(|path| path.is_file());
    let path = path.unwrap_or_else(|| PathBuf::from(format!("/proc/{}/exe", std::process::id())));
    let told = path.into_os_string().into_string();
    told.map_err(|path| Broken(format!("cannot start ranks: the path of this program is no text ({})", name(&path))))
}

fn environment(order: &Path) -> BTreeMap<String, String> {
    let may_be_there = |(name, _): &(&str, &str)| std::env::var_os(name).is_none();
    let told = MORE_RANKS_THAN_CORES.into_iter().filter(may_be_there);
    let mut environment: BTreeMap<String, String> =
        told.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    environment.insert(ORDER_VARIABLE.to_owned(), name(order));
    environment
}
