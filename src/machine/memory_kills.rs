//! Which processes the kernel killed for want of memory while a program ran: of the program's control group, and of the
//! whole machine. The kernel tells everybody how many, and only the administrator which.

use super::hierarchy::{Hierarchy, levels};
use super::surroundings::Surroundings;

/// Counts them from its making on.
pub struct MemoryKillCounter {
    pid: u32,
    here: Surroundings,
    mounts: String,
    /// What was last read of which groups the program is in.
    membership: String,
    /// Its group's file, the line's name therein, and what stood there first.
    group: Option<GroupCount>,
    /// Those of groups that it was in before.
    before: Option<u64>,
    on_machine_before: Option<u64>,
}

struct GroupCount {
    file: String,
    first: u64,
}

/// The files that tell of it: of version 2, and of version 1.
const FILES: [(Hierarchy, &str); 2] =
    [(Hierarchy::Unified, "memory.events"), (Hierarchy::Legacy("memory"), "memory.oom_control")];

impl MemoryKillCounter {
    /// For a process that runs already.
    pub fn new(pid: u32) -> Self {
        Self::within(Surroundings::here(), pid)
    }

    fn within(here: Surroundings, pid: u32) -> Self {
        let mounts = here.read("/proc/self/mountinfo").unwrap_or_default();
        let on_machine_before = of_machine(&here);
        let (membership, group, before) = (String::new(), None, None);
        let mut counter = Self { pid, here, mounts, membership, group, before, on_machine_before };
        counter.follow();
        counter
    }

    /// Follows the process to its group: it may enter another one at any time.
    pub fn follow(&mut self) {
        let membership = self.here.read(&format!("/proc/{}/cgroup", self.pid)).unwrap_or_default();
        // Of one that has ended version 1 says that it is in the outermost.
        if membership.is_empty() || membership == self.membership || self.is_over() {
            return;
        }
        self.before = self.in_group();
        self.group = FILES.iter().find_map(|(hierarchy, name)| {
            let level = levels(*hierarchy, &membership, &self.mounts).pop()?;
            let file = format!("{}/{name}", level.folder.trim_end_matches('/'));
            Some(GroupCount { first: self.count(&file)?, file })
        });
        self.membership = membership;
    }

    /// Whether the process is one no more, but for its status.
    fn is_over(&self) -> bool {
        let stat = self.here.read(&format!("/proc/{}/stat", self.pid)).unwrap_or_default();
        // The name before the state may hold anything, brackets too.
        stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']))
    }

    fn count(&self, file: &str) -> Option<u64> {
        line(&self.here.read(file)?, "oom_kill")
    }

    /// How many of its control group; `None` where the kernel does not tell.
    pub fn in_group(&self) -> Option<u64> {
        let now = self.group.as_ref().and_then(|group| Some(self.count(&group.file)?.saturating_sub(group.first)));
        now.map_or(self.before, |now| Some(now + self.before.unwrap_or(0)))
    }

    /// How many of the whole machine.
    pub fn on_machine(&self) -> Option<u64> {
        Some(of_machine(&self.here)?.saturating_sub(self.on_machine_before?))
    }
}

fn of_machine(here: &Surroundings) -> Option<u64> {
    line(&here.read("/proc/vmstat")?, "oom_kill")
}

/// The number after a name, in a text of lines `name number`.
fn line(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn counter(root: &Path) -> MemoryKillCounter {
        MemoryKillCounter::within(Surroundings::made_up(root, |_| None, None), 7)
    }

    #[test]
    fn kills_are_counted_in_each_group_that_a_process_comes_to() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, "proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        write(root, "proc/vmstat", "nr_free_pages 5\noom_kill 8\n");
        write(root, "proc/7/cgroup", "0::/a\n");
        write(root, "proc/7/stat", "7 (a) b) S 1");
        let events = |group: &str, kills: u64| {
            let text = format!("max 3\noom 4\noom_kill {kills}\noom_group_kill 0\n");
            write(root, &format!("sys/fs/cgroup/{group}/memory.events"), &text);
        };
        events("a", 2);
        events("b", 5);
        let mut counter = counter(root);
        assert_eq!((counter.in_group(), counter.on_machine()), (Some(0), Some(0)));
        events("a", 3);
        write(root, "proc/7/cgroup", "0::/b\n");
        counter.follow();
        events("b", 7);
        write(root, "proc/vmstat", "nr_free_pages 5\noom_kill 12\n");
        assert_eq!((counter.in_group(), counter.on_machine()), (Some(3), Some(4)));
        // It has ended: what is told of its group now is none of it.
        write(root, "proc/7/stat", "7 (a) b) Z 1");
        write(root, "proc/7/cgroup", "0::/\n");
        counter.follow();
        assert_eq!(counter.in_group(), Some(3));
    }

    #[test]
    fn version_one_tells_it_elsewhere_and_what_is_not_told_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert_eq!((counter(root).in_group(), counter(root).on_machine()), (None, None));
        write(root, "proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
        write(root, "proc/7/cgroup", "4:memory:/x\n0::/\n");
        write(root, "proc/7/stat", "7 (prog) S 1");
        let control = "sys/fs/cgroup/memory/x/memory.oom_control";
        write(root, control, "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
        let counter = counter(root);
        write(root, control, "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        assert_eq!(counter.in_group(), Some(1));
    }
}
