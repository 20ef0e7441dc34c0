//! How many more processes and threads the system will let this user start.

use std::path::{Path, PathBuf};

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
    let soft = getrlimit(Resource::RLIMIT_NPROC).ok().map(|(soft, _)| soft).filter(|&soft| soft < i32::MAX as u64);
    let account = soft.and_then(|soft| account_limit(Path::new("/proc"), soft));
    let group = group_limit(Path::new("/sys/fs/cgroup"), &std::fs::read_to_string("/proc/self/cgroup").ok()?);
    account.into_iter().chain(group).min_by_key(|limit| limit.left)
}

/// The namespace of users that a process is in, as containers without privileges have one of their own: root there is
/// root nowhere else.
enum UserNamespace {
    /// The first one, that of the machine itself.
    Machine,
    /// Another.
    Nested {
        /// What `/proc/PID/ns/user` points to for all that are in it; `None` where that is not to be seen.
        link: Option<PathBuf>,
        /// Whether its root is the machine's root.
        is_rooted: bool,
    },
}

impl UserNamespace {
    fn read(process: &Path) -> Self {
        let map = std::fs::read_to_string(process.join("uid_map")).unwrap_or_default();
        let ranges: Vec<Vec<&str>> = map.lines().map(|line| line.split_whitespace().collect()).collect();
        match &ranges[..] {
            // A kernel without such namespaces has no map.
            [] => Self::Machine,
            [range] if range[..] == ["0", "0", "4294967295"] => Self::Machine,
            ranges => Self::Nested {
                link: std::fs::read_link(process.join("ns/user")).ok(),
                is_rooted: ranges.iter().any(|range| range.starts_with(&["0", "0"])),
            },
        }
    }

    /// Whether the kernel lets a process have more all the same. Capabilities within a namespace do not count.
    fn is_exempt(&self, own: &Account) -> bool {
        match self {
            Self::Machine => own.user == 0 || own.capabilities & LIFTING != 0,
            Self::Nested { is_rooted, .. } => own.user == 0 && *is_rooted,
        }
    }

    /// Whether a process of the same user counts: those outside of a nested namespace have an account of their own, and
    /// no process within may look at where they are.
    fn counts(&self, process: &Path) -> bool {
        match self {
            Self::Machine | Self::Nested { link: None, .. } => true,
            Self::Nested { link, .. } => std::fs::read_link(process.join("ns/user")).ok() == *link,
        }
    }
}

/// Capabilities that lift the limit on processes: `CAP_SYS_ADMIN` and `CAP_SYS_RESOURCE`.
const LIFTING: u64 = 1 << 21 | 1 << 24;

/// What the limit on a user's processes leaves this one, whose `/proc` is at `proc`: the kernel counts all threads of
/// the same real user, and lets root and the privileged have more all the same.
fn account_limit(proc: &Path, soft: u64) -> Option<TaskLimit> {
    let own = Account::read(&proc.join("self"))?;
    let namespace = UserNamespace::read(&proc.join("self"));
    if namespace.is_exempt(&own) {
        return None;
    }
    let processes = std::fs::read_dir(proc).ok()?.filter_map(|entry| {
        let entry = entry.ok()?;
        entry.file_name().to_str()?.parse::<u32>().ok()?;
        Account::read(&entry.path()).filter(|other| other.user == own.user && namespace.counts(&entry.path()))
    });
    let taken: u64 = processes.map(|process| process.threads).sum();
    Some(TaskLimit { name: "the limit on processes (ulimit -u)", left: soft.saturating_sub(taken) })
}

/// What a process's status says of whom it belongs to.
struct Account {
    /// The real user.
    user: u32,
    threads: u64,
    /// Effective capabilities, a bit each.
    capabilities: u64,
}

impl Account {
    fn read(process: &Path) -> Option<Self> {
        let status = std::fs::read_to_string(process.join("status")).ok()?;
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
        Some(Self {
            user: field("Uid:")?.parse().ok()?,
            threads: field("Threads:")?.parse().ok()?,
            capabilities: u64::from_str_radix(field("CapEff:")?, 16).ok()?,
        })
    }
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
    fn what_the_user_has_already_is_taken_off() {
        let proc = tempfile::tempdir().expect("a folder");
        let process = |name: &str, user: u32, threads: u32, capabilities: &str| {
            let status = format!("Name:\tx\nUid:\t{user}\t0\t0\t0\nThreads:\t{threads}\nCapEff:\t{capabilities}\n");
            fs::create_dir_all(proc.path().join(name)).expect("a process");
            fs::write(proc.path().join(name).join("status"), status).expect("a status");
        };
        let left = || account_limit(proc.path(), 100).map(|limit| limit.left);
        assert_eq!(left(), None);
        process("self", 1000, 3, "0000000000000000");
        process("12", 1000, 3, "0000000000000000");
        process("13", 1000, 40, "000001ffffffffff");
        process("14", 0, 50, "000001ffffffffff");
        process("sys", 1000, 50, "0000000000000000");
        fs::create_dir(proc.path().join("15")).expect("a process that is gone");
        assert_eq!(left(), Some(57));
        process("16", 1000, 1000, "0000000000000000");
        assert_eq!(left(), Some(0));
        for (user, capabilities) in [(0, "0"), (1000, "0000000000200000"), (1000, "0000000001000000")] {
            process("self", user, 3, capabilities);
            assert_eq!(left(), None, "{user} with {capabilities}");
        }
        process("self", 1000, 3, "fffffffffedfffff");
        assert!(left().is_some(), "every other capability does not help");
    }

    #[test]
    fn root_of_a_container_is_no_root() {
        let proc = tempfile::tempdir().expect("a folder");
        let process = |name: &str, map: &str, namespace: &str| {
            let folder = proc.path().join(name);
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(folder.join("ns")).expect("a process");
            let status = "Uid:\t0\t0\t0\t0\nThreads:\t3\nCapEff:\t000001ffffffffff\n";
            fs::write(folder.join("status"), status).expect("a status");
            fs::write(folder.join("uid_map"), map).expect("a map");
            std::os::unix::fs::symlink(namespace, folder.join("ns/user")).expect("a namespace");
        };
        let left = || account_limit(proc.path(), 100).map(|limit| limit.left);
        let (whole, container) = ("0 0 4294967295\n", "0 1000 1\n1 100000 65536\n");
        process("self", whole, "user:[1]");
        process("12", whole, "user:[1]");
        assert_eq!(left(), None);
        process("self", container, "user:[2]");
        process("13", container, "user:[2]");
        assert_eq!(left(), Some(97), "only those of the container are its user's");
        process("self", "0 0 1\n", "user:[2]");
        assert_eq!(left(), None, "whose root is root");
    }

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
