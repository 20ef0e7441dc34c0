//! Which processes and threads there are, by the lists in `/proc`: who is whose child, which threads a process has, and
//! which id the system gave last. Nothing is kept here from one reading to the next.
//!
//! What is not told, or has ended meanwhile, is an empty list.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::task_stat::TaskStat;

/// The id that this `/proc` knows this process by, which is another one where it is not that of this container.
pub(super) fn own_id(proc: &Path) -> Option<u32> {
    fs::read_link(proc.join("self")).ok()?.to_str()?.parse().ok()
}

/// The ids of a process's threads.
pub(super) fn threads_of(proc: &Path, process: u32) -> Vec<u32> {
    numbers_in(&proc.join(format!("{process}/task")))
}

/// Whether the kernel lists children (`CONFIG_PROC_CHILDREN`).
pub(super) fn has_children_files(proc: &Path, me: u32) -> bool {
    proc.join(format!("{me}/task/{me}/children")).exists()
}

/// The children that a thread started and that have not been waited for.
pub(super) fn children_of(proc: &Path, process: u32, thread: u32) -> Vec<u32> {
    let text = fs::read_to_string(proc.join(format!("{process}/task/{thread}/children"))).unwrap_or_default();
    text.split_ascii_whitespace().filter_map(|child| child.parse().ok()).collect()
}

/// All processes there are, by their parents.
pub(super) fn children_by_parent(proc: &Path) -> HashMap<u32, Vec<u32>> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for process in numbers_in(proc) {
        if let Some(parent) = parent_of(proc, process) {
            children.entry(parent).or_default().push(process);
        }
    }
    children
}

/// A process's parent; `None` if it has ended.
pub(super) fn parent_of(proc: &Path, process: u32) -> Option<u32> {
    let line = fs::read(proc.join(format!("{process}/stat"))).ok()?;
    TaskStat::parse(&line).map(|stat| stat.parent)
}

/// Entries of a folder whose names are numbers.
pub(super) fn numbers_in(folder: &Path) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The id that was given last, from `0.00 0.01 0.05 1/82 4711`.
pub(super) fn last_id(proc: &Path) -> Option<u32> {
    last_id_in(&fs::read_to_string(proc.join("loadavg")).ok()?)
}

/// The same, from the text of the file.
pub(super) fn last_id_in(loadavg: &str) -> Option<u32> {
    loadavg.split_ascii_whitespace().nth(4)?.parse().ok()
}
