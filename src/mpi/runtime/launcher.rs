//! What starts ranks: a command of the user's, or the usual one, with the number of ranks put in.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What stands for the number of ranks in a launcher's command.
const WORKERS: &str = "{workers}";

/// By these names launchers are looked for where none is said.
const USUAL: [&str; 2] = ["mpirun", "mpiexec"];

/// A launcher that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankLauncher {
    /// Its own words, the first of which is a path.
    words: Vec<String>,
}

/// Why ranks cannot be started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RankLauncherError {
    /// None of the usual ones is there.
    #[error(
        "there is no mpirun or mpiexec in PATH; install an MPI (Debian: apt-get install mpich; without being root: \
         python3 -m pip install mpich), or say what starts ranks by launcher"
    )]
    Missing,
    /// A program without a loader can load nothing.
    #[error("this parlab is linked statically and cannot load an MPI: ranks need one that is not")]
    Static,
    /// The one that was said is not there.
    #[error("there is no program {0}, which launcher names")]
    NotThere(String),
}

impl RankLauncher {
    /// The launcher of a command, or the usual one if it is empty. Words are what stands between blanks. `path` is `PATH`.
    ///
    /// # Errors
    /// When it is not there.
    pub fn find(command: &str, path: Option<&OsStr>) -> Result<Self, RankLauncherError> {
        if cfg!(target_feature = "crt-static") {
            return Err(RankLauncherError::Static);
        }
        let mut words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        let found = match words.first() {
            None => USUAL.iter().find_map(|name| in_path(name, path)).ok_or(RankLauncherError::Missing)?,
            Some(name) => in_path(name, path).ok_or_else(|| RankLauncherError::NotThere(crate::foreign::name(name)))?,
        };
        let found = found.to_str().ok_or_else(|| RankLauncherError::NotThere(crate::foreign::name(&found)))?;
        match words.first_mut() {
            Some(first) => found.clone_into(first),
            None => words.push(found.to_owned()),
        }
        Ok(Self { words })
    }

    /// The words that start so many ranks of what follows them.
    pub fn words(&self, ranks: u32) -> Vec<String> {
        let count = ranks.to_string();
        let mut words: Vec<String> = self.words.iter().map(|word| word.replace(WORKERS, &count)).collect();
        if !self.words.iter().any(|word| word.contains(WORKERS)) {
            words.extend(["-n".to_owned(), count]);
        }
        words
    }

    /// Folders where the libraries of its MPI may be: those beside the one that it lies in itself.
    pub fn library_folders(&self) -> Vec<PathBuf> {
        let program = Path::new(&self.words[0]);
        let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
        let homes = [program, &real].map(|program| program.parent().and_then(Path::parent).map(Path::to_owned));
        let mut folders: Vec<PathBuf> =
            homes.iter().flatten().flat_map(|home| [home.join("lib"), home.join("lib64")]).collect();
        folders.dedup();
        folders
    }
}

/// A program by its path, or by its name in one of the folders of `path`.
fn in_path(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|program| program.is_file());
    }
    std::env::split_paths(path?).map(|folder| folder.join(name)).find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launcher_is_found_by_what_is_said_or_by_its_usual_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().as_os_str());
        assert_eq!(RankLauncher::find("", path), Err(RankLauncherError::Missing));
        let there = folder.path().join("mpiexec");
        std::fs::write(&there, "").unwrap();
        let name = there.to_str().unwrap().to_owned();
        for said in ["", "mpiexec", &name] {
            assert_eq!(RankLauncher::find(said, path).unwrap().words(4), [name.as_str(), "-n", "4"], "{said}");
        }
        let found = RankLauncher::find("mpiexec --np={workers} -v", path).unwrap();
        assert_eq!(found.words(12), [name.as_str(), "--np=12", "-v"]);
        assert_eq!(RankLauncher::find("srun", path), Err(RankLauncherError::NotThere("srun".to_owned())));
        assert_eq!(RankLauncher::find("mpiexec", None), Err(RankLauncherError::NotThere("mpiexec".to_owned())));
    }

    #[test]
    fn libraries_are_looked_for_beside_it_and_beside_what_it_is_a_link_to() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(home.join("opt/bin")).unwrap();
        std::fs::create_dir_all(home.join("usr/bin")).unwrap();
        std::fs::write(home.join("opt/bin/mpirun"), "").unwrap();
        std::os::unix::fs::symlink(home.join("opt/bin/mpirun"), home.join("usr/bin/mpirun")).unwrap();
        let found = RankLauncher::find(home.join("usr/bin/mpirun").to_str().unwrap(), None).unwrap();
        let expected = ["usr/lib", "usr/lib64", "opt/lib", "opt/lib64"].map(|folder| home.join(folder));
        assert_eq!(found.library_folders(), expected);
    }
}
