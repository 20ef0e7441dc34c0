//! Looks for processes that are new: descendants of those that are watched, and orphans that came to the reaper.
//!
//! Where the kernel lists children (`CONFIG_PROC_CHILDREN`) and there are few threads, by those lists; else by the parent
//! of each process there is, of which those that were found to be strangers are not asked again for a while. What was
//! started is noticed by the number that the system gave last.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::roots::Strays;
use crate::machine::proc_lists::{children_of, has_children_files, last_id, numbers_in, own_id, parent_of, threads_of};

/// With more threads than that, asking each for its children takes longer than looking through all processes.
const LISTS_MAX: usize = 128;

/// A stranger may have become an orphan after so long: it is asked again.
const STRANGER_NS: u64 = 5_000_000_000;

/// Finds new processes.
#[derive(Debug)]
pub(super) struct Scan {
    proc: PathBuf,
    has_lists: bool,
    last_id: Option<u32>,
    /// Processes and their parents, when they were asked.
    strangers: HashMap<u32, u32>,
    asked_ns: u64,
}

impl Scan {
    /// Nothing is read yet, but whether the kernel lists children.
    pub(super) fn new(proc: &Path) -> Self {
        let has_lists = own_id(proc).is_some_and(|me| has_children_files(proc, me));
        Self { proc: proc.to_owned(), has_lists, last_id: None, strangers: HashMap::new(), asked_ns: 0 }
    }

    /// Whether the system has given a number to a process or thread since this was asked before, or does not tell.
    pub(super) fn may_find(&mut self) -> bool {
        let last = last_id(&self.proc);
        if last < self.last_id {
            // Numbers have begun anew, and a stranger's may be given again.
            self.strangers.clear();
        }
        let may = last.is_none() || last != self.last_id;
        self.last_id = last;
        may
    }

    /// Processes that are new, each behind its parent and with it. `known` are those that are watched, with their
    /// threads.
    pub(super) fn find(&mut self, now_ns: u64, known: &[(u32, Vec<u32>)], strays: Option<&Strays>) -> Vec<(u32, u32)> {
        let threads: usize = known.iter().map(|(_, threads)| threads.len()).sum();
        let by_parent = if self.has_lists && threads <= LISTS_MAX { None } else { Some(self.ask_all(now_ns, known)) };
        let children = |process: u32, threads: Option<&[u32]>| {
            let children = match &by_parent {
                Some(by_parent) => by_parent.get(&process).cloned().unwrap_or_default(),
                None => listed_children(&self.proc, process, threads),
            };
            children.into_iter().map(move |child| (child, process))
        };
        let mut seen: HashSet<u32> = known.iter().map(|(process, _)| *process).collect();
        let mut next: Vec<(u32, u32)> =
            known.iter().flat_map(|(process, threads)| children(*process, Some(threads))).collect();
        if let Some(strays) = strays {
            next.extend(children(strays.reaper, None).filter(|(child, _)| strays.has(*child)));
            seen.insert(strays.reaper);
        }
        next.reverse();
        let mut found = Vec::new();
        while let Some((process, parent)) = next.pop() {
            if seen.insert(process) {
                next.extend(children(process, None));
                found.push((process, parent));
            }
        }
        found.iter().for_each(|(process, _)| {
            self.strangers.remove(process);
        });
        found
    }

    /// All processes that are not watched, by their parents.
    fn ask_all(&mut self, now_ns: u64, known: &[(u32, Vec<u32>)]) -> HashMap<u32, Vec<u32>> {
        if now_ns.saturating_sub(self.asked_ns) > STRANGER_NS {
            self.strangers.clear();
            self.asked_ns = now_ns;
        }
        let there: HashSet<u32> = numbers_in(&self.proc).into_iter().collect();
        self.strangers.retain(|process, _| there.contains(process));
        let known: HashSet<u32> = known.iter().map(|(process, _)| *process).collect();
        for process in there {
            if !known.contains(&process) && !self.strangers.contains_key(&process) {
                let parent = parent_of(&self.proc, process);
                self.strangers.extend(parent.map(|parent| (process, parent)));
            }
        }
        let mut by_parent: HashMap<u32, Vec<u32>> = HashMap::new();
        for (process, parent) in &self.strangers {
            by_parent.entry(*parent).or_default().push(*process);
        }
        by_parent
    }
}

fn listed_children(proc: &Path, process: u32, threads: Option<&[u32]>) -> Vec<u32> {
    let threads = threads.map_or_else(|| threads_of(proc, process), <[u32]>::to_vec);
    threads.iter().flat_map(|thread| children_of(proc, process, *thread)).collect()
}
