//! Where the machine is read from: files below a root, the environment, and the affinity mask.
//!
//! Everything that this room wants to know of the system passes through here (the meters excepted, which are
//! sysinfo's and `own_threads`'), so that a made-up machine in a temporary folder is as good as a real one. Reading never fails loudly: what
//! cannot be read is not there.

use std::path::{Path, PathBuf};

use nix::sched::{CpuSet as Mask, sched_getaffinity};
use nix::unistd::Pid;

use super::cpuset::CpuSet;
use crate::system::files::read_head;

/// No file that is read here is longer on any real machine; the longest is the list of mounts.
const FILE_LIMIT: u64 = 4 << 20;

/// Looks up an environment variable.
type Environment = Box<dyn Fn(&str) -> Option<String> + Send>;

/// A machine to look at: this one, or one that a test made up.
pub struct Surroundings {
    root: PathBuf,
    env: Environment,
    affinity: Option<CpuSet>,
}

impl Surroundings {
    /// This machine, and the calling thread's affinity as it is now.
    pub fn here() -> Self {
        Self { root: PathBuf::from("/"), env: Box::new(|name| std::env::var(name).ok()), affinity: affinity_here() }
    }

    /// A machine whose `/proc`, `/sys` and other folders lie below `root`, with this environment. `affinity` is
    /// `None` where the kernel would not tell.
    pub fn made_up(
        root: impl Into<PathBuf>,
        env: impl Fn(&str) -> Option<String> + Send + 'static,
        affinity: Option<CpuSet>,
    ) -> Self {
        Self { root: root.into(), env: Box::new(env), affinity }
    }

    /// The CPUs that the kernel lets this thread run on.
    pub(super) fn affinity(&self) -> Option<&CpuSet> {
        self.affinity.as_ref()
    }

    /// An environment variable.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.env)(name)
    }

    /// The text of a file, given by its absolute path. Of a file that is too long only whole lines are kept.
    pub(super) fn read(&self, path: &str) -> Option<String> {
        let relative = Path::new(path).strip_prefix("/").unwrap_or(Path::new(path));
        let mut bytes = read_head(&self.root.join(relative), FILE_LIMIT).ok()?;
        if bytes.len() as u64 == FILE_LIMIT {
            // A number cut in two would be read as a smaller one.
            let whole_lines = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |end| end + 1);
            bytes.truncate(whole_lines);
        }
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The calling thread's affinity. The kernel refuses when it was built for more CPUs than the mask has room for.
fn affinity_here() -> Option<CpuSet> {
    let mask = sched_getaffinity(Pid::from_raw(0)).ok()?;
    let set: CpuSet = (0..Mask::count()).filter(|&id| mask.is_set(id) == Ok(true)).map(|id| id as u32).collect();
    (!set.is_empty()).then_some(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(root: &Path) -> Surroundings {
        Surroundings::made_up(root, |_| None, None)
    }

    #[test]
    fn files_are_found_below_the_root() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("proc")).unwrap();
        std::fs::write(dir.path().join("proc/loadavg"), b"0.5 \xff\n").unwrap();
        let here = below(dir.path());
        assert_eq!(here.read("/proc/loadavg").as_deref(), Some("0.5 \u{fffd}\n"));
        assert_eq!(here.read("/proc/stat"), None);
        assert_eq!(here.read("/proc"), None, "a folder is no file");
    }

    #[test]
    fn a_file_without_end_is_cut_at_a_line() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("long"), "12345\n".repeat(1 << 20)).unwrap();
        let text = below(dir.path()).read("/long").unwrap();
        assert!(text.len() as u64 <= FILE_LIMIT && text.ends_with("\n12345\n"), "{} bytes", text.len());
        std::fs::write(dir.path().join("long"), "9".repeat(5 << 20)).unwrap();
        assert_eq!(below(dir.path()).read("/long").as_deref(), Some(""));
    }

    #[test]
    fn this_thread_may_run_somewhere() {
        let here = Surroundings::here();
        assert!(here.affinity().is_none_or(|set| !set.is_empty()));
        assert!(here.variable("PATH").is_some());
    }
}
