//! `mpi`: what starts ranks, and what is to be had for that.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::host::RankHost;
use super::order::{HOST_VARIABLE, ORDER_VARIABLE, RankOrder, WrittenOrder};
use super::rank::COMMAND;
use super::rank_pool::RankPool;
use crate::backend::board::Board;
use crate::backend::external::launching::SharedLauncher;
use crate::backend::external::output::OutputReader;
use crate::backend::pool::{Backend, Broken, Pool, Unready};
use crate::backend::worker::LazyJob;
use crate::foreign::name;
use crate::mpi::{APART_VARIABLE, LIBRARY_VARIABLE, RankLauncher, RankLauncherError, Reach};
use crate::scenario::Config;
use crate::system::launch::ProgramOrder;
use crate::workload::IsWanted;

/// What Open MPI needs to be told to start more ranks than there are cores, by its versions' names.
const MORE_RANKS_THAN_CORES: [(&str, &str); 2] =
    [("OMPI_MCA_rmaps_base_oversubscribe", "1"), ("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe")];

/// Tells Open MPI which variables its ranks on other nodes get, too; those of parlab's that are set.
const OPEN_MPI_LIST: &str = "OMPI_MCA_mca_base_env_list";
const TOLD_TO_ALL: [&str; 2] = [LIBRARY_VARIABLE, APART_VARIABLE];

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
        let order = RankOrder::new(&job.job, board, launcher.library_folders()).map_err(|error| refused(&error))?;
        let written = order.write().map_err(|error| refused(&error))?;
        let reach = ranks_reach(&self.launcher);
        let host = (reach == Reach::Network).then(|| RankHost::start(reach, board, &order)).transpose();
        let host = host.map_err(|error| refused(&error))?;
        let mut words = launcher.words(board.spec().lanes);
        words.extend([own_program()?, COMMAND.to_owned()]);
        let order = ProgramOrder { words, environment: environment(&written, host.as_ref()), folder: None };
        let (reader, writer) = OutputReader::start(None).map_err(|error| refused(&error))?;
        let nothing = File::open("/dev/null").map_err(|error| refused(&error))?;
        let other = writer.try_clone().map_err(|error| refused(&error))?;
        let files = [OwnedFd::from(nothing), OwnedFd::from(other), OwnedFd::from(writer)];
        let program = self.launching.order(&order, files.each_ref().map(|file| file.as_fd()))?;
        Ok(Box::new(RankPool::new(self.launching.clone(), program, Arc::clone(board), (written, host), reader)))
    }
}

/// This program, by a path that leads other processes to it.
fn own_program() -> Result<String, Broken> {
    let path = std::env::current_exe().ok().filter(|path| path.is_file());
    let path = path.unwrap_or_else(|| PathBuf::from(format!("/proc/{}/exe", std::process::id())));
    let told = path.into_os_string().into_string();
    told.map_err(|path| Broken(format!("cannot start ranks: the path of this program is no text ({})", name(&path))))
}

/// What ranks have in their environment besides this process's own.
fn environment(order: &WrittenOrder, host: Option<&RankHost>) -> BTreeMap<String, String> {
    let here = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mut environment: BTreeMap<String, String> = BTreeMap::new();
    environment.insert(ORDER_VARIABLE.to_owned(), order.address.clone());
    environment.extend(host.map(|host| (HOST_VARIABLE.to_owned(), host.address.clone())));
    let own = TOLD_TO_ALL.iter().filter(|name| here(name).is_some()).map(|name| (*name).to_owned());
    let list: Vec<String> = here(OPEN_MPI_LIST).into_iter().chain(environment.keys().cloned()).chain(own).collect();
    environment.insert(OPEN_MPI_LIST.to_owned(), list.join(";"));
    let unsaid = MORE_RANKS_THAN_CORES.into_iter().filter(|(name, _)| here(name).is_none());
    environment.extend(unsaid.map(|(name, value)| (name.to_owned(), value.to_owned())));
    environment
}

/// How far away the ranks may be that a launcher starts, by its command.
pub fn ranks_reach(launcher: &str) -> Reach {
    let words: Vec<OsString> = launcher.split_whitespace().map(OsString::from).collect();
    Reach::of(&words, &|name| std::env::var_os(name))
}
