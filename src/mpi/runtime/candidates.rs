//! Which files may be the MPI of the launcher that has started this rank, the likeliest first. Nothing is loaded here.

use std::ffi::OsString;
use std::path::PathBuf;

/// Names the library, where none is found by itself.
pub const LIBRARY_VARIABLE: &str = "PARLAB_MPI_LIBRARY";

/// Variables that only ranks of Open MPI have.
const OF_OPEN_MPI: [&str; 2] = ["OMPI_COMM_WORLD_RANK", "OMPI_MCA_ess_base_vpid"];
/// A variable of ranks that are started by PMIx: without the launcher's own those of Open MPI, as by `srun --mpi=pmix`.
const OF_PMIX: &str = "PMIX_RANK";
/// Variables that ranks have which are started by the interface of MPICH's launcher.
const OF_MPICH: [&str; 3] = ["PMI_RANK", "PMI_FD", "PMI_PORT"];

const FILES_OF_OPEN_MPI: [&str; 2] = ["libmpi.so.40", "libmpi.so"];
const FILES_OF_MPICH: [&str; 3] = ["libmpich.so.12", "libmpi.so.12", "libmpi.so"];
const FILES_OF_ALL: [&str; 2] = ["libmpi_abi.so.1", "libmpi_abi.so.0"];

/// Whose ranks those are that have such an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MpiFamily {
    /// Open MPI's.
    OpenMpi,
    /// MPICH's, or those of an MPI that came of it.
    Mpich,
}

impl MpiFamily {
    /// What this rank is, as far as its launcher has told.
    pub(super) fn of_rank(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<Self> {
        let has = |names: &[&str]| names.iter().any(|name| variable(name).is_some());
        match (has(&OF_OPEN_MPI), has(&OF_MPICH)) {
            (true, _) => Some(Self::OpenMpi),
            (false, true) => Some(Self::Mpich),
            (false, false) => has(&[OF_PMIX]).then_some(Self::OpenMpi),
        }
    }
}

/// What to try in turn: files in the launcher's folders, then names that the loader finds by itself.
pub(super) fn candidates(family: Option<MpiFamily>, folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut names: Vec<&str> = match family {
        Some(MpiFamily::OpenMpi) => FILES_OF_OPEN_MPI.to_vec(),
        Some(MpiFamily::Mpich) => FILES_OF_MPICH.to_vec(),
        None => [&FILES_OF_MPICH[..], &FILES_OF_OPEN_MPI].concat(),
    };
    names.extend(FILES_OF_ALL);
    let in_folders = folders.iter().flat_map(|folder| names.iter().map(|name| folder.join(name)));
    let mut all: Vec<PathBuf> = in_folders.filter(|file| file.exists()).collect();
    all.extend(names.iter().map(PathBuf::from));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_that_of_the_launcher() {
        let family = |set: &[&str]| MpiFamily::of_rank(&|name| set.contains(&name).then(|| OsString::from("1")));
        assert_eq!(family(&["OMPI_COMM_WORLD_RANK", "PMI_RANK"]), Some(MpiFamily::OpenMpi));
        assert_eq!(family(&["PMI_FD"]), Some(MpiFamily::Mpich));
        assert_eq!(family(&["PMIX_RANK", "PMI_RANK"]), Some(MpiFamily::Mpich));
        assert_eq!(family(&["PMIX_RANK"]), Some(MpiFamily::OpenMpi));
        assert_eq!(family(&["SLURM_PROCID"]), None);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("libmpi.so"), "").unwrap();
        let folders = [folder.path().to_owned(), PathBuf::from("/nowhere")];
        let all = candidates(Some(MpiFamily::OpenMpi), &folders);
        assert_eq!(all[0], folder.path().join("libmpi.so"));
        assert_eq!(all[1..3], [PathBuf::from("libmpi.so.40"), PathBuf::from("libmpi.so")]);
        assert_eq!(candidates(Some(MpiFamily::Mpich), &[])[0], PathBuf::from("libmpich.so.12"));
    }
}
