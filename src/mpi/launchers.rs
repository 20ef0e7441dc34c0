//! Which commands start the ranks of an MPI program.

use std::ffi::OsStr;
use std::path::Path;

/// Launchers by their names; Debian and others add which MPI it is of (`mpirun.openmpi`).
const LAUNCHERS: &[&str] = &["mpirun", "mpiexec", "orterun", "prterun", "prun", "srun", "aprun", "jsrun", "ibrun"];

/// Whether a command is one that starts ranks.
pub fn is_launcher(command: &OsStr) -> bool {
    let name = Path::new(command).file_name().and_then(OsStr::to_str).unwrap_or_default();
    let plain = name.split(['.', '-']).next().unwrap_or(name);
    LAUNCHERS.contains(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn launchers_are_known_by_name() {
        for name in ["mpirun", "/usr/bin/mpiexec", "mpirun.mpich", "mpirun-openmpi-mp", "srun", "./mpiexec.hydra"] {
            assert!(is_launcher(OsStr::new(name)), "{name}");
        }
        for name in ["python", "mpirunner", "", "/", "make", "mpi", "sh"] {
            assert!(!is_launcher(OsStr::new(name)), "{name}");
        }
    }
}
