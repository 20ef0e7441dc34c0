//! Looks for processes that are new: descendants of those that are watched, and orphans that came to the reaper.
//!
//! Where the kernel lists children (`CONFIG_PROC_CHILDREN`) and there are few threads, by those lists; else by the parent
//! of each process there is, of which those that were found to be strangers are not asked again for a while. What was
//! started is noticed by the number that the system gave last.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::roots::Strays;
use crate::machine::proc_lists::{
    children_of, has_children_files, last_id_in, numbers_in, own_id, parent_of, threads_of,
};

/// With more threads than that, asking each for its children takes longer than looking through all processes.
const LISTS_MAX: usize = 128;

/// A stranger may have become an orphan after so long: it is asked again.
const STRANGER_NS: u64 = 5_000_000_000;

/// Finds new processes.
#[derive(Debug)]
pub(super) struct Scan {
    proc: PathBuf,
    has_lists: bool,
    /// What tells the number that was given last; asked at each look, and open for that.
    loadavg: Option<File>,
    last_id: Option<u32>,
    /// Processes and their parents, when they were asked.
    strangers: HashMap<u32, u32>,
    asked_ns: u64,
}

impl Scan {
    /// Nothing is read yet, but whether the kernel lists children.
    pub(super) fn new(proc: &Path) -> Self {
        let has_lists = own_id(proc).is_some_and(|me| has_children_files(proc, me));
        let loadavg = File::open(proc.join("loadavg")).ok();
        Self { proc: proc.to_owned(), has_lists, loadavg, last_id: None, strangers: HashMap::new(), asked_ns: 0 }
    }

    /// Whether the system has given a number to a process or thread since this was asked before, or does not tell.
    pub(super) fn may_find(&mut self) -> bool {
        let last = self.given_last();
        if last < self.last_id {
            // Numbers have begun anew, and a stranger's may be given again.
            self.strangers.clear();
        }
        let may = last.is_none() || last != self.last_id;
        self.last_id = last;
        may
    }

    fn given_last(&self) -> Option<u32> {
        let mut bytes = [0; 128];
        let length = self.loadavg.as_ref()?.read_at(&mut bytes, 0).ok()?;
        last_id_in(str::from_utf8(&bytes[..length]).ok()?)
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::super::roots::Roots;
    use super::*;

    /// A `/proc` with processes of one thread each, by their parents; this process is 7.
    struct MadeUp(tempfile::TempDir);

    impl MadeUp {
        fn new(with_lists: bool, parents: &[(u32, u32)]) -> Self {
            let made_up = Self(tempfile::tempdir().unwrap());
            symlink("7", made_up.0.path().join("self")).unwrap();
            made_up.last(60);
            for &(process, parent) in parents {
                made_up.process(process, parent);
                if with_lists {
                    let children = parents.iter().filter(|(_, parent)| *parent == process).map(|(child, _)| child);
                    let list: String = children.map(|child| format!("{child} ")).collect();
                    fs::write(made_up.0.path().join(format!("{process}/task/{process}/children")), list).unwrap();
                }
            }
            made_up
        }

        fn process(&self, process: u32, parent: u32) {
            let folder = self.0.path().join(process.to_string());
            fs::create_dir_all(folder.join(format!("task/{process}"))).unwrap();
            let zeros = "0 ".repeat(40);
            fs::write(folder.join("stat"), format!("{process} (a) S {parent} {zeros}\n")).unwrap();
        }

        fn last(&self, id: u32) {
            fs::write(self.0.path().join("loadavg"), format!("0.00 0.01 0.05 1/82 {id}\n")).unwrap();
        }
    }

    /// parlab with a forkserver of its own and a program, which has children and grandchildren; an orphan of the program's
    /// with a child; a stranger.
    const FAMILY: [(u32, u32); 9] = [(7, 1), (8, 7), (20, 7), (21, 20), (22, 20), (30, 21), (40, 7), (41, 40), (50, 1)];

    fn strays() -> Option<Strays> {
        Roots::of_program(20).with_strays_of(7, |pid| pid == 8).strays
    }

    #[test]
    fn descendants_and_orphans_are_found_with_and_without_the_kernels_lists() {
        for with_lists in [true, false] {
            let made_up = MadeUp::new(with_lists, &FAMILY);
            let mut scan = Scan::new(made_up.0.path());
            assert_eq!(scan.has_lists, with_lists);
            let mut found = scan.find(0, &[(20, vec![20])], None);
            found.sort_unstable();
            assert_eq!(found, [(21, 20), (22, 20), (30, 21)], "{with_lists}");
            let mut found = scan.find(0, &[(20, vec![20]), (21, vec![21])], strays().as_ref());
            found.sort_unstable();
            assert_eq!(found, [(22, 20), (30, 21), (40, 7), (41, 40)], "{with_lists}");
        }
    }

    #[test]
    fn strangers_are_asked_once_in_a_while() {
        let made_up = MadeUp::new(false, &FAMILY);
        let mut scan = Scan::new(made_up.0.path());
        scan.find(STRANGER_NS + 1, &[(20, vec![20])], None);
        // It has become an orphan, and parlab's.
        made_up.process(50, 7);
        let known = [(20, vec![20]), (21, vec![21]), (22, vec![22]), (30, vec![30]), (40, vec![40]), (41, vec![41])];
        assert_eq!(scan.find(2 * STRANGER_NS, &known, strays().as_ref()), []);
        assert_eq!(scan.find(3 * STRANGER_NS, &known, strays().as_ref()), [(50, 7)]);
    }

    #[test]
    fn new_numbers_are_a_reason_to_look() {
        let made_up = MadeUp::new(false, &FAMILY);
        let mut scan = Scan::new(made_up.0.path());
        assert_eq!([scan.may_find(), scan.may_find()], [true, false]);
        made_up.last(61);
        assert_eq!([scan.may_find(), scan.may_find()], [true, false]);
        scan.find(0, &[(20, vec![20])], None);
        assert!(!scan.strangers.is_empty());
        made_up.last(9);
        assert!(scan.may_find() && scan.strangers.is_empty(), "numbers have begun anew");
        fs::write(made_up.0.path().join("loadavg"), "0.00 0.01 0.05\n").unwrap();
        assert_eq!([scan.may_find(), scan.may_find()], [true, true], "it is not told");
        fs::remove_file(made_up.0.path().join("loadavg")).unwrap();
        let mut without = Scan::new(made_up.0.path());
        assert_eq!([without.may_find(), without.may_find()], [true, true]);
    }
}
