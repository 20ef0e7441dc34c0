//! The library, written to a file from which programs can load it, and what their environment has to say for that.
//!
//! The file lives as long as the value; programs that have loaded it go on.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

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
/// Tells Open MPI which variables its ranks on other machines get, too.
const OPEN_MPI_VARIABLE: &str = "OMPI_MCA_mca_base_env_list";

/// The library in a file, for one board.
#[derive(Debug)]
pub struct Preload {
    folder: PrivateFolder,
    board: String,
}

impl Preload {
    /// Writes the library to a private folder, for programs that write to the board with this address.
    ///
    /// # Errors
    /// When there is no folder from which programs may be loaded.
    pub fn install(board: &str) -> io::Result<Self> {
        let mut failed = None;
        for parent in PrivateFolder::parents() {
            match Self::install_in(&parent, board) {
                Ok(preload) => return Ok(preload),
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(|| io::Error::other("there is no folder for temporary files")))
    }

    fn install_in(parent: &Path, board: &str) -> io::Result<Self> {
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
        Ok(Self { folder, board: board.to_owned() })
    }

    /// What a program must have in its environment beside what this process has in its own; `own` is what the program is to
    /// be given anyhow.
    pub fn environment(&self, own: &dyn Fn(&str) -> Option<OsString>) -> Vec<(OsString, OsString)> {
        let here = |variable: &str| own(variable).or_else(|| env::var_os(variable));
        let mut libraries = self.file().into_os_string();
        let mut list = OsString::from(format!("{LOADER_VARIABLE};{BOARD_VARIABLE}"));
        for (value, variable, between) in [(&mut libraries, LOADER_VARIABLE, ":"), (&mut list, OPEN_MPI_VARIABLE, ";")]
        {
            if let Some(others) = here(variable).filter(|others| !others.is_empty()) {
                value.push(between);
                value.push(others);
            }
        }
        [(LOADER_VARIABLE, libraries), (BOARD_VARIABLE, self.board.clone().into()), (OPEN_MPI_VARIABLE, list)]
            .map(|(name, value)| (name.into(), value))
            .into()
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
        let preload = Preload::install_in(parent.path(), "/proc/1/fd/3").unwrap();
        let own = |name: &str| (name == LOADER_VARIABLE).then(|| OsString::from("/lib/own.so"));
        let environment = preload.environment(&own);
        let of = |name: &str| environment.iter().find(|(of, _)| of == name).unwrap().1.to_str().unwrap().to_owned();
        let libraries = of(LOADER_VARIABLE);
        let (ours, others) = libraries.split_once(':').unwrap();
        assert_eq!((fs::read(ours).unwrap(), others), (LIBRARY.to_vec(), "/lib/own.so"));
        assert_eq!(of(BOARD_VARIABLE), "/proc/1/fd/3");
        drop(preload);
        assert!(!Path::new(ours).exists());
    }

    #[test]
    fn a_folder_that_the_loader_would_split_is_not_used() {
        let parent = tempfile::Builder::new().prefix("a b").tempdir().unwrap();
        assert!(Preload::install_in(parent.path(), "").is_err());
    }
}
