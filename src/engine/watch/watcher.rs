//! The thread that looks at a program while it runs, and what others may see of it meanwhile.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, PipeReader, PipeWriter, pipe};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::books::Books;
use super::mpi_sight::{MpiSetup, MpiSight};
use super::output;
use super::unhooked::HookSight;
use crate::backend::KeptOutput;
use crate::machine::MemoryKillCounter;
use crate::machine::tree::{Roots, TreeSampler};
use crate::mpi::Reach;
use crate::protocol::{BOARD_VARIABLE, OutsideBoard};
use crate::python::{Hook, WatchUnit};
use crate::record::{Cause, LaneTotals, LaneView, MemoryCourse, MemoryKills, Span, WatchedProgram};
use crate::system::clock::monotonic_ns;
use crate::system::launch::{Ended, How, signal_name};
use crate::system::poll::{PollFd, PollFlags, poll};

/// Lanes of the board that a program may write: more than a node has threads that tell of tasks.
const LANES: usize = 1024;

/// Between looks at the threads of a program that tells of its tasks.
const BESIDE_TASKS: Duration = Duration::from_millis(100);

/// Between looks at a board that no program has opened, of which it would be told.
const UNOPENED: Duration = Duration::from_millis(100);

/// A program that is going to be watched.
pub(in crate::engine) struct ProgramWatch {
    /// Until there is a thread that looks at it.
    board: Option<OutsideBoard>,
    address: String,
    /// What has Python tell of its tasks; `None` where that cannot be had, and why.
    hook: Result<Arc<Hook>, String>,
    /// What has ranks of MPI tell of their calls; `None` for programs that are not watched as those of MPI.
    mpi: Option<MpiSetup>,
    live: Option<Arc<WatchedLive>>,
    /// Closed when it is over, which wakes the thread.
    over: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

/// How a program ended, as far as that is known.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct ProgramEnd {
    /// With which status, or by which signal.
    pub(in crate::engine) exit: Option<Cause>,
    /// When, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(in crate::engine) at_ns: Option<u64>,
    /// CPU seconds of it and all that it waited for.
    pub(in crate::engine) cpu_s: Option<f64>,
}

impl ProgramEnd {
    /// As what started the program has it.
    pub(in crate::engine) fn of(end: &Ended) -> Self {
        let exit = match end.how {
            How::Exit(status) => Cause::Exit(status),
            How::Signal(number) => Cause::Signal(signal_name(number)),
        };
        let cpu_s = (end.user_us + end.system_us) as f64 * 1e-6;
        Self { exit: Some(exit), at_ns: Some(end.at_ns), cpu_s: Some(cpu_s) }
    }
}

/// What is seen of a program while it runs.
pub(in crate::engine) struct WatchedLive {
    books: Mutex<Books>,
    output: Arc<KeptOutput>,
    is_over: AtomicBool,
}

impl ProgramWatch {
    /// Makes a board for a program to write, and what has Python write it; for one of MPI the same for its ranks, which may
    /// be so far away.
    ///
    /// # Errors
    /// When the system has no memory for it.
    pub(in crate::engine) fn new(unit: WatchUnit, ranks: Option<Reach>) -> io::Result<Self> {
        let board = OutsideBoard::create(LANES)?;
        let address = board.address().to_owned();
        let hook = Hook::install(&address, unit).map(Arc::new);
        let hook = hook.map_err(|error| format!("Python is not asked for its tasks: {error}"));
        let mpi = ranks.map(MpiSetup::new).transpose()?;
        Ok(Self { address, board: Some(board), hook, mpi, live: None, over: None, thread: None })
    }

    /// What the program's environment has to say for it to be watched; `own` is what its scenario says there.
    pub(in crate::engine) fn environment(&self, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut environment = BTreeMap::from([(BOARD_VARIABLE.to_owned(), self.address.clone())]);
        if let Ok(hook) = &self.hook {
            let here = std::env::var_os("PYTHONPATH");
            let path = own.get("PYTHONPATH").map(OsString::from).or(here);
            // A path that is no text is left as it is, and Python is not watched.
            let told = hook.environment_beside(path.as_deref()).into_iter();
            let told: Option<Vec<(String, String)>> =
                told.map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
            environment.extend(told.into_iter().flatten());
        }
        environment.extend(self.mpi.iter().flat_map(|mpi| mpi.environment(own)));
        environment
    }

    /// Whether it is being looked at.
    pub(in crate::engine) fn is_on(&self) -> bool {
        self.live.is_some()
    }

    /// Looks at the program from now on, which was started at `started_ns`; `reaper` adopts its orphans.
    ///
    /// # Errors
    /// When it may not be looked at, or the system refuses a thread.
    pub(in crate::engine) fn follow(
        &mut self,
        pid: u32,
        reaper: Option<u32>,
        started_ns: u64,
        output: &Arc<KeptOutput>,
    ) -> io::Result<Arc<WatchedLive>> {
        let roots = match reaper {
            Some(reaper) => Roots::of_program(pid).with_strays_of(reaper, |_| false),
            // It was there before.
            None => Roots::of_running(pid),
        };
        let live = Arc::new(WatchedLive {
            books: Mutex::new(Books::new(pid, started_ns)),
            output: Arc::clone(output),
            is_over: AtomicBool::new(false),
        });
        let (over, closed) = pipe()?;
        // A program that may not be looked at tells of its tasks all the same.
        let tree = TreeSampler::new(roots).map_err(|error| live.lock().remark(error.to_string())).ok();
        let is_joined = reaper.is_none();
        let hook = self.hook.as_ref().map(Arc::clone);
        let hook = hook.map_err(|why| live.lock().remark(why.clone())).ok();
        let unreachable = self.mpi.as_ref().and_then(MpiSetup::unreachable);
        unreachable.into_iter().for_each(|why| live.lock().remark(why));
        let mpi = self.mpi.as_mut().map_or(Ok(None), MpiSetup::sight);
        let mpi = mpi.map_err(|why| live.lock().remark(why)).ok().flatten();
        let watcher = Watcher {
            live: Arc::clone(&live),
            over,
            kills: MemoryKillCounter::new(pid),
            kills_due_ns: 0,
            tree,
            board: self.board.take(),
            mpi,
            hook: hook.filter(|_| !is_joined).map(HookSight::new),
        };
        let thread = std::thread::Builder::new().name("watch".to_owned()).spawn(move || watcher.watch())?;
        (self.thread, self.over) = (Some(thread), Some(closed));
        self.live = Some(Arc::clone(&live));
        Ok(live)
    }

    /// CPU seconds of it so far, as they were seen.
    pub(in crate::engine) fn cpu_s(&self) -> Option<f64> {
        self.live.as_ref().map(|live| live.lock().cpu_s())
    }

    /// Ends the looking, after a last look, and gives what there is to keep; `None` if it was never followed.
    pub(in crate::engine) fn close(
        mut self,
        end: &ProgramEnd,
    ) -> Option<(WatchedProgram, Vec<LaneTotals>, Option<MemoryCourse>)> {
        self.stop();
        let live = self.live.take()?;
        let mut books = live.lock();
        if let Ok(hook) = &self.hook {
            hook.cost_of_a_task().into_iter().for_each(|cost| books.see_cost(cost));
        }
        books.close(end.at_ns.unwrap_or_else(monotonic_ns), end.cpu_s);
        let program = books.program(output::tail(&live.output), end.exit.clone());
        Some((program, books.lane_totals(), books.memory()))
    }

    fn stop(&mut self) {
        if let Some(live) = &self.live {
            live.is_over.store(true, Relaxed);
        }
        self.over = None;
        // If it panicked, that was reported when it happened.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Drop for ProgramWatch {
    fn drop(&mut self) {
        self.stop();
    }
}

impl WatchedLive {
    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its lanes at this instant.
    pub(in crate::engine) fn lanes(&self) -> Vec<LaneView> {
        self.lock().views(monotonic_ns())
    }

    /// Its tasks so far, where there are few enough to be drawn.
    pub(in crate::engine) fn spans(&self) -> Vec<Span> {
        self.lock().spans()
    }

    /// All else that is to be seen of it.
    pub(in crate::engine) fn program(&self) -> WatchedProgram {
        self.lock().program(output::tail(&self.output), None)
    }

    /// What its processes took up in memory so far.
    pub(in crate::engine) fn memory(&self) -> Option<MemoryCourse> {
        self.lock().memory()
    }
}

/// How long after a look at the control group of a program of such an age the next one is due: programs enter another one
/// when they are started, and hardly ever later, and a look costs as much as one at a dozen threads.
fn group_due_in_ns(age_ns: u64) -> u64 {
    (age_ns / 4).min(1_000_000_000)
}

/// Looks at a program until that is over.
struct Watcher {
    live: Arc<WatchedLive>,
    /// Hung up when it is over.
    over: PipeReader,
    kills: MemoryKillCounter,
    /// When it is to be looked again in which control group it is.
    kills_due_ns: u64,
    tree: Option<TreeSampler>,
    board: Option<OutsideBoard>,
    mpi: Option<MpiSight>,
    hook: Option<HookSight>,
}

impl Watcher {
    fn watch(mut self) {
        let mut tree_due_ns = 0;
        loop {
            // Before the look: what happened until it was over has to be in the last one.
            let is_over = self.live.is_over.load(Relaxed);
            let now_ns = monotonic_ns();
            if now_ns >= tree_due_ns || is_over {
                self.follow_group(now_ns);
                tree_due_ns = now_ns + self.look_at_tree(now_ns).as_nanos() as u64;
            }
            let board_in = self.look_at_board(is_over).min(self.look_at_ranks(is_over));
            if is_over {
                let (in_group, on_machine) = (self.kills.in_group(), self.kills.on_machine());
                let mut books = self.live.lock();
                books.see_kills(MemoryKills { in_group, on_machine });
                let complaint = self.mpi.as_ref().and_then(MpiSight::complaint);
                complaint.into_iter().for_each(|complaint| books.remark(complaint));
                return;
            }
            let tree_in = Duration::from_nanos(tree_due_ns.saturating_sub(monotonic_ns()));
            self.wait(board_in.min(tree_in));
        }
    }

    fn follow_group(&mut self, now_ns: u64) {
        if now_ns >= self.kills_due_ns {
            self.kills.follow();
            self.kills_due_ns = now_ns + group_due_in_ns(now_ns.saturating_sub(self.live.lock().started_ns));
        }
    }

    /// When to look next.
    fn look_at_tree(&mut self, now_ns: u64) -> Duration {
        const NEVER: Duration = Duration::from_secs(3600);
        let Some(tree) = &mut self.tree else { return NEVER };
        let look = tree.look(now_ns);
        let unhooked = self.hook.as_mut().map(|hook| hook.see(&look)).unwrap_or_default();
        let cost = self.hook.as_mut().and_then(|hook| hook.new_cost(now_ns));
        let mut books = self.live.lock();
        books.see_tree(&look);
        cost.into_iter().for_each(|cost| books.see_cost(cost));
        unhooked.into_iter().for_each(|remark| books.remark(remark));
        // Its tasks are what is shown then: threads are looked at for what they use alone.
        if books.tells_of_tasks() { look.next_in.max(BESIDE_TASKS) } else { look.next_in }
    }

    fn look_at_board(&mut self, is_last: bool) -> Duration {
        const NEVER: Duration = Duration::from_secs(3600);
        let Some(board) = &mut self.board else { return NEVER };
        let mut books = self.live.lock();
        let look = board.look_in_runs(is_last, &mut |run| books.see_tasks(run));
        books.see_board(look, board.totals());
        drop(books);
        if board.first_open().is_some() { UNOPENED } else { board.next_look_in() }
    }

    fn look_at_ranks(&mut self, is_last: bool) -> Duration {
        const NEVER: Duration = Duration::from_secs(3600);
        let Some(mpi) = &mut self.mpi else { return NEVER };
        let (look, next_in) = mpi.look(is_last);
        look.into_iter().for_each(|look| self.live.lock().see_ranks(look));
        next_in
    }

    /// Waits for so long, until it is over, or until the program opens its board.
    fn wait(&self, timeout: Duration) {
        let opened = self.board.as_ref().and_then(OutsideBoard::first_open);
        let files = std::iter::once(self.over.as_fd()).chain(opened);
        let mut files: Vec<PollFd<'_>> = files.map(|file| PollFd::new(file, PollFlags::POLLIN)).collect();
        if poll(&mut files, Some(timeout)).is_err() {
            std::thread::sleep(timeout);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_program_is_followed_to_its_group_more_often() {
        const MS: u64 = 1_000_000;
        let ages = [0, 200 * MS, 4_000 * MS, 60_000 * MS];
        assert_eq!(ages.map(group_due_in_ns), [0, 50 * MS, 1_000 * MS, 1_000 * MS]);
    }
}
