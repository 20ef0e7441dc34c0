//! The CPU time of this process and of its descendants, thread by thread, with the CPU that each was on last. It only
//! reads; what follows from it is `own_load`'s.
//!
//! A descendant is whatever a chain of living parents leads to from here: worker processes are children of a forkserver
//! that is a child of this process. One whose parent ended before it belongs to init or to the next subreaper above, and
//! no longer to this process, which is no subreaper; workers end with their parents, so none of them gets there.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use nix::sys::resource::{Resource, getrlimit};

use super::proc_lists::{children_by_parent, children_of, has_children_files, last_id, own_id, threads_of};
use super::task_stat::TaskStat;

/// Files that stay open from one reading to the next, at most: opening one takes as long as reading it.
const KEPT_MAX: usize = 256;
/// And this part of what the process may have open, so that what it is there for does not run out.
const KEPT_PART: u64 = 8;
/// Bytes of a `stat` file; none is as long.
const STAT_BYTES: usize = 1024;

/// What a thread took so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ThreadTime {
    /// Its id, which may be another's later.
    pub(super) thread: u32,
    /// When it started: of two threads of one id, this tells which.
    pub(super) started: u64,
    /// CPU time in ticks.
    pub(super) ticks: u64,
    /// The CPU that it was on last.
    pub(super) cpu: u32,
}

/// What this process and its descendants took so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OwnTimes {
    /// The threads that live.
    pub(super) threads: Vec<ThreadTime>,
    /// CPU time in ticks of all processes, with that of threads and of children that ended.
    pub(super) all_ticks: u64,
}

/// A process of ours, and its threads.
#[derive(Debug)]
struct OwnProcess {
    process: u32,
    threads: Vec<u32>,
}

/// The processes that are ours, and the files that tell of them.
#[derive(Debug)]
pub(super) struct OwnThreads {
    proc: PathBuf,
    processes: Vec<OwnProcess>,
    files: StatFiles,
    /// The last id that the system gave to a thread or process, when they were listed. As long as it is the same, there
    /// are no others; what ended is noticed when it is read.
    last_id: Option<u32>,
    is_stale: bool,
}

impl OwnThreads {
    /// Nothing is read yet. `proc` is the folder `/proc`.
    pub(super) fn new(proc: impl Into<PathBuf>) -> Self {
        let proc = proc.into();
        let files = StatFiles::new(&proc);
        Self { proc, processes: Vec::new(), files, last_id: None, is_stale: true }
    }

    /// What was taken so far; `None` where the system does not tell.
    pub(super) fn read(&mut self) -> Option<OwnTimes> {
        let last_id = last_id(&self.proc);
        if self.is_stale || last_id.is_none() || last_id != self.last_id {
            self.processes = list(&self.proc, &mut self.files)?;
            self.files.keep_those_of(&self.processes);
            (self.last_id, self.is_stale) = (last_id, false);
        }
        let mut times = OwnTimes::default();
        for own in &self.processes {
            // What ended since is in its parent's account, or will be.
            let Some(stat) = self.files.read(own.process, None) else {
                self.is_stale = true;
                continue;
            };
            times.all_ticks = times.all_ticks.saturating_add(stat.ticks).saturating_add(stat.reaped_ticks);
            if let [only] = own.threads[..] {
                times.threads.push(thread_time(only, &stat));
                continue;
            }
            for &thread in &own.threads {
                match self.files.read(own.process, Some(thread)) {
                    Some(stat) => times.threads.push(thread_time(thread, &stat)),
                    None => self.is_stale = true,
                }
            }
        }
        (!times.threads.is_empty()).then_some(times)
    }
}

fn thread_time(thread: u32, stat: &TaskStat) -> ThreadTime {
    ThreadTime { thread, started: stat.started, ticks: stat.ticks, cpu: stat.cpu }
}

/// This process and its descendants; `None` where the system does not tell.
fn list(proc: &Path, files: &mut StatFiles) -> Option<Vec<OwnProcess>> {
    // By the number that this `/proc` knows it by, which is another one where it is not that of this container.
    let me = own_id(proc)?;
    let by_parent = if has_children_files(proc, me) { None } else { Some(children_by_parent(proc)) };
    let (mut found, mut seen, mut next) = (Vec::new(), HashSet::from([me]), vec![me]);
    while let Some(process) = next.pop() {
        // Most workers have one thread, and their files are open: asking is cheaper than looking into a folder.
        let threads = match files.read(process, None) {
            Some(stat) if stat.threads == 1 => vec![process],
            _ => threads_of(proc, process),
        };
        let children = match &by_parent {
            Some(by_parent) => by_parent.get(&process).cloned().unwrap_or_default(),
            None => threads.iter().flat_map(|thread| children_of(proc, process, *thread)).collect(),
        };
        // A number that was given anew while this goes on must not lead in a circle.
        next.extend(children.into_iter().filter(|child| seen.insert(*child)));
        if !threads.is_empty() {
            found.push(OwnProcess { process, threads });
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The files that tell of processes (no second number) and of their threads, some of them kept open.
#[derive(Debug)]
struct StatFiles {
    proc: PathBuf,
    kept: HashMap<(u32, Option<u32>), File>,
    most: usize,
    bytes: Vec<u8>,
}

impl StatFiles {
    fn new(proc: &Path) -> Self {
        let may_have = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
        let most = usize::try_from(may_have / KEPT_PART).unwrap_or(usize::MAX).min(KEPT_MAX);
        Self { proc: proc.to_owned(), kept: HashMap::new(), most, bytes: vec![0; STAT_BYTES] }
    }

    /// Closes the files of what is not ours any more.
    fn keep_those_of(&mut self, processes: &[OwnProcess]) {
        let ours: HashSet<u32> = processes.iter().flat_map(|own| own.threads.iter().copied()).collect();
        self.kept.retain(|(process, thread), _| ours.contains(&thread.unwrap_or(*process)));
    }

    fn read(&mut self, process: u32, thread: Option<u32>) -> Option<TaskStat> {
        let key = (process, thread);
        if let Some(file) = self.kept.get(&key) {
            let stat = stat_in(file, &mut self.bytes);
            // An open file is that of one thread, and stays mute when another gets its number.
            if stat.is_none() {
                self.kept.remove(&key);
            }
            return stat;
        }
        let path = match thread {
            Some(thread) => format!("{process}/task/{thread}/stat"),
            None => format!("{process}/stat"),
        };
        let file = File::open(self.proc.join(path)).ok()?;
        let stat = stat_in(&file, &mut self.bytes)?;
        if self.kept.len() < self.most {
            self.kept.insert(key, file);
        }
        Some(stat)
    }
}

/// The kernel writes the file anew for each read from its beginning, in one go.
fn stat_in(file: &File, bytes: &mut [u8]) -> Option<TaskStat> {
    let length = file.read_at(bytes, 0).ok()?;
    TaskStat::parse(&bytes[..length])
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A `/proc` with processes: number, parent, threads with their ticks and CPUs; a process has what its threads have.
    struct MadeUp(tempfile::TempDir);

    impl MadeUp {
        fn new(last: u32) -> Self {
            let folder = tempfile::tempdir().unwrap();
            symlink("7", folder.path().join("self")).unwrap();
            fs::write(folder.path().join("loadavg"), format!("0.00 0.01 0.05 1/82 {last}\n")).unwrap();
            Self(folder)
        }

        fn process(&self, process: u32, parent: u32, threads: &[(u32, u64, u32)]) {
            let line = |id: u32, ticks: u64, cpu: u32| {
                let zeros = "0 ".repeat(16);
                let n = threads.len();
                format!("{id} (a) b) S {parent} 1 1 0 -1 0 0 0 0 0 {ticks} 1 20 5 20 0 {n} 0 99 {zeros}{cpu} 0 0\n")
            };
            let at = self.0.path().join(process.to_string());
            for &(thread, ticks, cpu) in threads {
                fs::create_dir_all(at.join(format!("task/{thread}"))).unwrap();
                fs::write(at.join(format!("task/{thread}/stat")), line(thread, ticks, cpu)).unwrap();
            }
            let all = threads.iter().map(|thread| thread.1).sum();
            fs::write(at.join("stat"), line(process, all, threads[0].2)).unwrap();
        }

        fn children(&self, process: u32, thread: u32, children: &str) {
            fs::write(self.0.path().join(format!("{process}/task/{thread}/children")), children).unwrap();
        }

        fn own(&self) -> OwnThreads {
            OwnThreads::new(self.0.path())
        }
    }

    fn ids(times: &OwnTimes) -> Vec<u32> {
        let mut ids: Vec<u32> = times.threads.iter().map(|thread| thread.thread).collect();
        ids.sort_unstable();
        ids
    }

    /// This process with two threads, a forkserver that the second one started, its worker, and a stranger.
    fn family() -> MadeUp {
        let made_up = MadeUp::new(60);
        made_up.process(7, 1, &[(7, 10, 0), (8, 20, 1)]);
        made_up.process(20, 7, &[(20, 30, 2)]);
        made_up.process(30, 20, &[(30, 40, 3)]);
        made_up.process(50, 1, &[(50, 1000, 4)]);
        made_up
    }

    #[test]
    fn descendants_are_found_with_and_without_the_kernels_lists() {
        let made_up = family();
        let without = made_up.own().read().unwrap();
        made_up.children(7, 7, "");
        made_up.children(7, 8, "20 ");
        made_up.children(20, 20, "30 7 30 ");
        let with = made_up.own().read().unwrap();
        for times in [&without, &with] {
            assert_eq!(ids(times), [7, 8, 20, 30]);
            assert_eq!(times.all_ticks, (10 + 20 + 30 + 40) + 3 * 26, "{times:?}");
        }
        let worker = ThreadTime { thread: 30, started: 99, ticks: 41, cpu: 3 };
        assert!(with.threads.contains(&worker), "{with:?}");
    }

    #[test]
    fn they_are_listed_again_when_the_system_has_given_a_number() {
        let made_up = family();
        let mut own = made_up.own();
        own.read().unwrap();
        made_up.process(61, 20, &[(61, 1, 0)]);
        assert_eq!(ids(&own.read().unwrap()), [7, 8, 20, 30], "by the number given last there is none to look for");
        fs::write(made_up.0.path().join("loadavg"), "0.00 0.01 0.05 1/82 61\n").unwrap();
        assert_eq!(ids(&own.read().unwrap()), [7, 8, 20, 30, 61]);
        fs::remove_file(made_up.0.path().join("loadavg")).unwrap();
        made_up.process(62, 61, &[(62, 1, 0)]);
        assert_eq!(ids(&own.read().unwrap()), [7, 8, 20, 30, 61, 62], "without that number, each time");
    }

    #[test]
    fn what_ended_is_left_out_and_then_forgotten() {
        let made_up = family();
        let mut own = made_up.own();
        own.files.most = 0;
        own.read().unwrap();
        fs::remove_dir_all(made_up.0.path().join("20")).unwrap();
        assert_eq!(ids(&own.read().unwrap()), [7, 8, 30]);
        assert_eq!(ids(&own.read().unwrap()), [7, 8], "no chain of parents leads to its child any more");
    }

    #[test]
    fn files_are_kept_within_bounds() {
        let made_up = family();
        let mut own = made_up.own();
        own.files.most = 2;
        assert_eq!(ids(&own.read().unwrap()).len(), 4);
        assert_eq!(own.files.kept.len(), 2);
        assert_eq!(ids(&own.read().unwrap()).len(), 4);
        own.is_stale = true;
        fs::remove_dir_all(made_up.0.path().join("7/task/8")).unwrap();
        own.read().unwrap();
        assert!(own.files.kept.keys().all(|(process, _)| made_up.0.path().join(process.to_string()).exists()));
    }

    #[test]
    fn a_system_that_does_not_tell_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(OwnThreads::new(folder.path()).read(), None);
        symlink("7", folder.path().join("self")).unwrap();
        assert_eq!(OwnThreads::new(folder.path()).read(), None);
        fs::create_dir_all(folder.path().join("7/task/7")).unwrap();
        assert_eq!(OwnThreads::new(folder.path()).read(), None);
    }

    #[test]
    fn this_thread_is_among_those_of_this_machine() {
        let mut own = OwnThreads::new("/proc");
        let Some(times) = own.read() else { return };
        assert!(times.threads.iter().any(|thread| thread.thread == std::process::id()), "{times:?}");
    }
}
