//! The library, written to a file from which programs can load it, and what their environment has to say for that.
//!
//! The file lives as long as the value; programs that have loaded it go on.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::board::MpiBoard;
use super::remote::Reach;
use crate::foreign::name;
use crate::system::private_folder::{PrivateFolder, may_run_programs};

/// What the build made of `library/`.
const LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/parlab_mpi.so"));

/// How the folders begin.
const PREFIX: &str = "parlab-mpi-";
const FILE: &str = "parlab_mpi.so";

/// Tells the loader what to load before all else.
const LOADER_VARIABLE: &str = "LD_PRELOAD";
/// Tells the library where the board is.
const BOARD_VARIABLE: &str = "PARLAB_MPI_BOARD";
/// Tell it where it is taken in without one, and what it has to know for that.
const ADDRESSES_VARIABLE: &str = "PARLAB_MPI_CONNECT";
const SECRET_VARIABLE: &str = "PARLAB_MPI_SECRET";
/// Tells Open MPI which variables its ranks on other machines get, too.
const OPEN_MPI_VARIABLE: &str = "OMPI_MCA_mca_base_env_list";

/// The library in a file, for one board.
#[derive(Debug)]
pub struct Preload {
    folder: PrivateFolder,
    /// What the library has to know, by variables.
    told: Vec<(&'static str, String)>,
}

impl Preload {
    /// Writes the library to a private folder, for programs that write to this board, or connect to its server; where they
    /// may be on other nodes, to one that these may see.
    ///
    /// # Errors
    /// When there is no folder from which programs may be loaded.
    pub fn install(board: &MpiBoard, reach: Reach) -> io::Result<Self> {
        let parents: Vec<PathBuf> = match reach {
            Reach::Node => PrivateFolder::parents().collect(),
            Reach::Network => PrivateFolder::shared_parents().collect(),
        };
        let mut failed = None;
        for parent in parents {
            match Self::install_in(&parent, board) {
                Ok(preload) => return Ok(preload),
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(|| io::Error::other("there is no folder for temporary files")))
    }

    fn install_in(parent: &Path, board: &MpiBoard) -> io::Result<Self> {
        if LIBRARY.is_empty() {
            return Err(io::Error::other("this parlab was built without the library for them"));
        }
        // The loader splits its list at both.
        if parent.as_os_str().as_bytes().iter().any(|byte| b": ".contains(byte)) || !parent.is_absolute() {
            return Err(io::Error::other(format!("{LOADER_VARIABLE} cannot name a folder in {}", name(parent))));
        }
        if !may_run_programs(parent) {
            return Err(io::Error::other(format!("no library may be loaded from {}", name(parent))));
        }
        let folder = PrivateFolder::create_in(parent, PREFIX)?;
        fs::write(folder.path().join(FILE), LIBRARY)?;
        let mut told = vec![(BOARD_VARIABLE, board.address().to_owned())];
        if let Some((addresses, secret)) = board.server() {
            told.extend([(ADDRESSES_VARIABLE, addresses), (SECRET_VARIABLE, secret)]);
        }
        Ok(Self { folder, told })
    }

    /// What a program must have in its environment beside what this process has in its own; `own` is what the program is to
    /// be given anyhow.
    pub fn environment(&self, own: &dyn Fn(&str) -> Option<OsString>) -> Vec<(OsString, OsString)> {
        let here = |variable: &str| own(variable).or_else(|| env::var_os(variable));
        let mut libraries = self.file().into_os_string();
        let names = self.told.iter().map(|(name, _)| *name);
        let mut list: OsString = [LOADER_VARIABLE].into_iter().chain(names).collect::<Vec<&str>>().join(";").into();
        for (value, variable, between) in [(&mut libraries, LOADER_VARIABLE, ":"), (&mut list, OPEN_MPI_VARIABLE, ";")]
        {
            if let Some(others) = here(variable).filter(|others| !others.is_empty()) {
                value.push(between);
                value.push(others);
            }
        }
        let told = self.told.iter().map(|(name, value)| (OsString::from(name), value.into()));
        told.chain([(LOADER_VARIABLE.into(), libraries), (OPEN_MPI_VARIABLE.into(), list)]).collect()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_loads_already_is_loaded_after_it() {
        let parent = tempfile::tempdir().unwrap();
        let mut board = MpiBoard::create().unwrap();
        board.listen(Reach::Node).unwrap();
        let preload = Preload::install_in(parent.path(), &board).unwrap();
        let own = |name: &str| (name == LOADER_VARIABLE).then(|| OsString::from("/lib/own.so"));
        let environment = preload.environment(&own);
        let of = |name: &str| environment.iter().find(|(of, _)| of == name).unwrap().1.to_str().unwrap().to_owned();
        let libraries = of(LOADER_VARIABLE);
        let (ours, others) = libraries.split_once(':').unwrap();
        assert_eq!((fs::read(ours).unwrap(), others), (LIBRARY.to_vec(), "/lib/own.so"));
        assert_eq!(of(BOARD_VARIABLE), board.address());
        assert!(of(ADDRESSES_VARIABLE).starts_with("127.0.0.1:"));
        let list = of(OPEN_MPI_VARIABLE);
        assert!(environment.iter().all(|(name, _)| name == OPEN_MPI_VARIABLE || list.contains(name.to_str().unwrap())));
        drop(preload);
        assert!(!Path::new(ours).exists());
    }

    #[test]
    fn a_folder_that_the_loader_would_split_is_not_used() {
        let parent = tempfile::Builder::new().prefix("a b").tempdir().unwrap();
        assert!(Preload::install_in(parent.path(), &MpiBoard::create().unwrap()).is_err());
    }
}
