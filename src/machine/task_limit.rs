//! How many more processes and threads the system will let this user start.

use std::path::Path;

use nix::sys::resource::{Resource, getrlimit};

/// The tightest limit on processes and threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLimit {
    /// What sets it.
    pub name: &'static str,
    /// How many more may be started.
    pub left: u64,
}

/// The tightest limit in force; `None` where there is none to be seen.
pub fn task_limit() -> Option<TaskLimit> {
    let account = getrlimit(Resource::RLIMIT_NPROC).ok().map(|(soft, _)| soft).filter(|&soft| soft < i32::MAX as u64);
    let account = account.map(|left| TaskLimit { name: "the limit on processes (ulimit -u)", left });
    let group = group_limit(Path::new("/sys/fs/cgroup"), &std::fs::read_to_string("/proc/self/cgroup").ok()?);
    account.into_iter().chain(group).min_by_key(|limit| limit.left)
}

/// What the pids controllers on the way up from this process's group leave, with the version-2 hierarchy mounted
/// at `mount`, and the version-1 controller beneath it.
fn group_limit(mount: &Path, membership: &str) -> Option<TaskLimit> {
    let groups = membership.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?.trim_start_matches('/'));
        let root = match controllers {
            "" => mount.to_owned(),
            list if list.split(',').any(|controller| controller == "pids") => mount.join("pids"),
            _ => return None,
        };
        Some((root.clone(), root.join(path)))
    });
    let left = groups.flat_map(|(root, group)| {
        let levels: Vec<_> =
            group.ancestors().take_while(|level| level.starts_with(&root)).map(Path::to_owned).collect();
        levels.into_iter().filter_map(|level| {
            let number = |file: &str| std::fs::read_to_string(level.join(file)).ok()?.trim().parse::<u64>().ok();
            Some(number("pids.max")?.saturating_sub(number("pids.current")?))
        })
    });
    left.min().map(|left| TaskLimit { name: "the control group (pids.max)", left })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_tightest_ancestor_counts() {
        let mount = tempfile::tempdir().expect("a folder");
        let level = |path: &str, max: &str, current: &str| {
            let folder = mount.path().join(path);
            fs::create_dir_all(&folder).expect("a level");
            fs::write(folder.join("pids.max"), max).expect("a limit");
            fs::write(folder.join("pids.current"), current).expect("a count");
        };
        level("user", "100\n", "90\n");
        level("user/session", "max\n", "10\n");
        let limit = group_limit(mount.path(), "0::/user/session\n").expect("a limit");
        assert_eq!(limit.left, 10);
        level("pids/job", "8\n", "5\n");
        let limit = group_limit(mount.path(), "0::/user/session\n8:cpu,pids:/job\n7:memory:/other\n").expect("a limit");
        assert_eq!(limit.left, 3);
        assert_eq!(group_limit(mount.path(), "0::/nowhere\nnonsense"), None);
    }
}
