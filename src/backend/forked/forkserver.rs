//! The forkserver: a small single-threaded process that forks the workers of `processes` and `hybrid`.
//!
//! A program with threads must not fork without exec: the child could only make async-signal-safe calls. So
//! parlab starts its own binary again as this process, which never starts a thread itself, prepares the workload once
//! (its workers then share it copy-on-write), forks, reaps and reports. CPython's `forkserver` and Android's
//! zygote do the same. It lives for one run, speaks only over its standard input, and dies with its parent.

use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, killpg, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, fork, getpgrp, getpid, getppid};

use super::pipe::{self, PipeEnds};
use super::wire::{Reply, Request, Wire};
use crate::backend::board::{Board, BoardSpec};
use crate::backend::pool::Departure;
use crate::backend::worker::{PreparedJob, Worker};
use crate::machine::check_room_for_threads;
use crate::scenario::Dispatch;
use crate::system::helper::{hear_of_children, is_dead, name_process, standard_input_as_line};
use crate::system::poll::{PollFd, PollFlags, is_ready, poll};
use crate::system::signals::ENDS;

/// The hidden sub-command that starts a forkserver.
pub const COMMAND: &str = "__forkserver";

/// Runs a forkserver whose line to the engine is the standard input; returns when the engine hangs up.
pub fn run() -> ExitCode {
    // First of all, since it neither hears while it prepares a job nor while it is stopped that its line is dead. Tied to
    // the thread that started it, which lives as long as the run.
    let tied = tie_to_parent();
    let Some(stream) = standard_input_as_line() else {
        return ExitCode::from(2);
    };
    if let Err(reason) = tied {
        // That is the answer to whatever is asked first.
        let _ = Wire::new(stream).send(&Reply::Refused(reason), &[]);
        return ExitCode::FAILURE;
    }
    if is_dead(&stream) {
        return ExitCode::FAILURE;
    }
    match Forkserver::new(stream).and_then(|mut forkserver| forkserver.serve()) {
        // The engine is gone, or is done with this forkserver: no worker may outlive it.
        Ok(()) | Err(_) => end_group(),
    }
    ExitCode::SUCCESS
}

struct Forkserver {
    wire: Wire,
    children: SignalFd,
    prepared: Option<Arc<PreparedJob>>,
    board: Option<Board>,
    /// The workers' ends of the pipes, where tasks come through one.
    ends: Option<PipeEnds>,
    /// Process id by lane.
    workers: Vec<Option<Pid>>,
    /// Lanes that lost their process together, until all of them are asked for.
    orphaned_lanes: Vec<OrphanedLanes>,
}

/// Lanes of a process that is gone, which are to share a process again: it is forked when the engine has dealt with
/// the loss of each of them.
struct OrphanedLanes {
    lanes: Vec<u32>,
    asked: usize,
}

impl Forkserver {
    fn new(stream: UnixStream) -> std::io::Result<Self> {
        name_process("parlab-forkserver");
        hear_of_children()?;
        let signals = SigSet::from(Signal::SIGCHLD);
        // What the whole program is sent is for the engine to hear: it ends this process. Workers hear all of it.
        let unheard = ENDS.into_iter().collect::<SigSet>() | signals;
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&unheard), None)?;
        // A panic in a task is caught and counted; its message would only garble the user's terminal.
        std::panic::set_hook(Box::new(|_| {}));
        Ok(Self {
            wire: Wire::new(stream),
            children: SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?,
            prepared: None,
            board: None,
            ends: None,
            workers: Vec::new(),
            orphaned_lanes: Vec::new(),
        })
    }

    fn serve(&mut self) -> std::io::Result<()> {
        loop {
            let mut files = [self.wire.as_fd(), self.children.as_fd()].map(|file| PollFd::new(file, PollFlags::POLLIN));
            let asked_before = self.wire.has_words();
            poll(&mut files, asked_before.then_some(Duration::ZERO))?;
            let [asked, changed] = files.map(|file| is_ready(&file));
            if changed {
                while let Ok(Some(_)) = self.children.read_signal() {}
                self.report_children()?;
            }
            if asked || asked_before {
                // One poll may stand for several messages.
                while let Some(request) = self.wire.receive(Some(Duration::ZERO))? {
                    self.obey(request)?;
                }
            }
        }
    }

    fn obey(&mut self, request: Request) -> std::io::Result<()> {
        let answer = match request {
            Request::Prepare(job) => {
                // The data of two jobs need not fit into memory side by side.
                self.prepared = None;
                Some(match PreparedJob::prepare(&job, &|| true) {
                    Ok(prepared) => {
                        self.prepared = Some(Arc::new(prepared));
                        Reply::Ready
                    }
                    Err(error) => Reply::Refused(error.to_string()),
                })
            }
            Request::Start(spec) => self.start(spec).err().map(Reply::Refused),
            Request::Replace(worker) => self.replace(worker).err().map(Reply::Refused),
        };
        answer.map_or(Ok(()), |word| self.wire.send(&word, &[]))
    }

    /// Maps the board that came beside the request, and forks all its workers.
    fn start(&mut self, spec: BoardSpec) -> Result<(), String> {
        let board = self.take_file();
        let ends = match spec.dispatch {
            Dispatch::Shared => Ok(None),
            Dispatch::Pipe => self.take_file().and_then(|tasks| Ok(Some(PipeEnds::new(tasks, self.take_file()?)))),
        };
        self.end_workers();
        self.workers = vec![None; spec.lanes as usize];
        self.board = Some(Board::attach(board?, spec).map_err(|error| error.to_string())?);
        self.ends = ends?;
        let lanes: Vec<u32> = (0..spec.lanes).collect();
        let each = spec.per_process.unwrap_or(1).max(1) as usize;
        let forked = lanes.chunks(each).try_for_each(|lanes| self.fork_worker(lanes));
        if forked.is_err() {
            // Those that could be forked would wait at a gate that never opens.
            self.end_workers();
        }
        forked
    }

    fn take_file(&mut self) -> Result<OwnedFd, String> {
        self.wire.take_file().ok_or_else(|| "a file is missing beside the request".to_owned())
    }

    /// Forks a process for a lane again, or waits until those are asked for that are to share it.
    fn replace(&mut self, worker: u32) -> Result<(), String> {
        let Some(at) = self.orphaned_lanes.iter().position(|orphaned_lanes| orphaned_lanes.lanes.contains(&worker))
        else {
            return self.fork_worker(&[worker]);
        };
        self.orphaned_lanes[at].asked += 1;
        if self.orphaned_lanes[at].asked < self.orphaned_lanes[at].lanes.len() {
            return Ok(());
        }
        let OrphanedLanes { lanes, .. } = self.orphaned_lanes.swap_remove(at);
        self.fork_worker(&lanes)
    }

    /// Forks a process for some lanes: a worker each, as threads if there are to be several.
    #[expect(unsafe_code, reason = "fork is what this process is for")]
    fn fork_worker(&mut self, lanes: &[u32]) -> Result<(), String> {
        let (Some(board), Some(prepared)) = (&self.board, &self.prepared) else {
            return Err("there is no board to work on".to_owned());
        };
        let forkserver = getpid();
        // SAFETY: this process has one thread, so the child inherits no lock held by a thread that it lacks, and may do
        // whatever a process may. It never returns from this block.
        match unsafe { fork() } {
            Ok(ForkResult::Child) => {
                // The line belongs to the forkserver: while another process held it, the engine could not see its end.
                let _ = nix::unistd::close(self.wire.as_fd().as_raw_fd());
                let status = work_as_child(board, prepared, self.ends.as_ref(), lanes, forkserver);
                // SAFETY: ends the child at once; nothing of the parent's that was copied here (buffers, exit
                // handlers, destructors) may run a second time.
                unsafe { nix::libc::_exit(status) }
            }
            Ok(ForkResult::Parent { child }) => {
                lanes.iter().for_each(|&lane| self.workers[lane as usize] = Some(child));
                Ok(())
            }
            Err(errno) => Err(format!("cannot fork worker {}: {}", lanes[0], errno.desc())),
        }
    }

    /// Reaps children that are gone, and tells of those that were stopped.
    fn report_children(&mut self) -> std::io::Result<()> {
        let flags = WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED | WaitPidFlag::WCONTINUED;
        loop {
            let words = match waitpid(None, Some(flags)) {
                Ok(WaitStatus::Exited(_, NO_THREADS)) => {
                    vec![Reply::Refused("cannot start the threads of a process: the system refuses".to_owned())]
                }
                Ok(WaitStatus::Exited(_, NOT_TIED)) => vec![Reply::Refused(not_tied("the system refuses"))],
                Ok(WaitStatus::Exited(pid, status)) => self.left(pid, &Departure::Exit(status)),
                Ok(WaitStatus::Signaled(pid, signal, _)) => {
                    self.left(pid, &Departure::Signal(signal.as_str().to_owned()))
                }
                Ok(WaitStatus::Stopped(pid, _)) => self.stalled(pid, true),
                Ok(WaitStatus::Continued(pid)) => self.stalled(pid, false),
                Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return Ok(()),
                Ok(_) | Err(Errno::EINTR) => Vec::new(),
                Err(errno) => return Err(errno.into()),
            };
            for word in &words {
                self.wire.send(word, &[])?;
            }
        }
    }

    fn left(&mut self, pid: Pid, how: &Departure) -> Vec<Reply> {
        let lanes = self.lanes_of(pid);
        lanes.iter().for_each(|&lane| self.workers[lane as usize] = None);
        // The engine asks again for those that had not come to their end, as it sees on the board that no worker writes
        // to any more.
        let lost = |lane: &u32| self.board.as_ref().is_some_and(|board| !board.is_finished(*lane));
        let orphaned_lanes: Vec<u32> = lanes.iter().copied().filter(lost).collect();
        if orphaned_lanes.len() > 1 {
            self.orphaned_lanes.push(OrphanedLanes { lanes: orphaned_lanes, asked: 0 });
        }
        let left = |&worker: &u32| Reply::Left { worker, pid: pid.as_raw() as u32, how: how.clone() };
        lanes.iter().map(left).collect()
    }

    fn stalled(&self, pid: Pid, stopped: bool) -> Vec<Reply> {
        let told = |&worker: &u32| Reply::Stalled { worker, pid: pid.as_raw() as u32, stopped };
        self.lanes_of(pid).iter().map(told).collect()
    }

    fn lanes_of(&self, pid: Pid) -> Vec<u32> {
        let of_it = |(_, worker): &(usize, &Option<Pid>)| **worker == Some(pid);
        self.workers.iter().enumerate().filter(of_it).map(|(lane, _)| lane as u32).collect()
    }

    /// Ends the workers of an earlier trial, if any are left; normally all have gone by themselves.
    fn end_workers(&mut self) {
        self.orphaned_lanes.clear();
        let mut pids: Vec<Pid> = self.workers.drain(..).flatten().collect();
        // Those of one process stand side by side.
        pids.dedup();
        for pid in pids {
            // Failing means that it is gone already.
            let _ = kill(pid, Signal::SIGKILL);
            let _ = waitid(Id::Pid(pid), WaitPidFlag::WEXITED);
        }
    }
}

/// The exit status of a process whose threads cannot be started.
const NO_THREADS: i32 = 71;
/// That of one that cannot be tied to its parent.
const NOT_TIED: i32 = 72;

/// Sees to it that this process dies with its parent: the thread that forked it.
///
/// # Errors
/// Why it cannot, as in a sandbox that forbids the call: such a process may outlive everything, and is not to be.
fn tie_to_parent() -> Result<(), String> {
    prctl::set_pdeathsig(Signal::SIGKILL).map_err(|errno| not_tied(&format!("{errno:?}, {}", errno.desc())))
}

fn not_tied(why: &str) -> String {
    format!("cannot have workers die with parlab: prctl(PR_SET_PDEATHSIG) is refused ({why})")
}

/// What a forked process does, from its first instruction to its exit status: works at its lanes, the first of them
/// by itself.
fn work_as_child(
    board: &Board,
    prepared: &PreparedJob,
    ends: Option<&PipeEnds>,
    lanes: &[u32],
    forkserver: Pid,
) -> i32 {
    if tie_to_parent().is_err() {
        return NOT_TIED;
    }
    // The parent's one thread is the forkserver itself. If that died before this call, the signal would never come.
    if getppid() != forkserver {
        return 1;
    }
    let name = |lane: u32| format!("parlab-w{lane}");
    name_process(&name(lanes[0]));
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
    let work = |lane: u32| {
        let worker = Worker::new(board, prepared, lane);
        match ends {
            None => worker.work(),
            Some(ends) => pipe::work(&worker, ends),
        }
    };
    match work_side_by_side(lanes, work) {
        Ok(()) => 0,
        Err(_) => NO_THREADS,
    }
}

/// Works at all these lanes: at the first by itself, at each other one in a thread, or at none.
///
/// # Errors
/// When the system refuses a thread.
fn work_side_by_side(lanes: &[u32], work: impl Fn(u32) + Sync) -> std::io::Result<()> {
    let Some((&first, others)) = lanes.split_first() else { return Ok(()) };
    check_room_for_threads(others.len() as u32).map_err(std::io::Error::other)?;
    // What those that were started are to do once all are there, or once one is not to be had.
    let (all_there, work) = (&OnceLock::new(), &work);
    std::thread::scope(|scope| {
        for (index, &lane) in (1..).zip(others) {
            let body = move || {
                if *all_there.wait() {
                    work(lane);
                }
            };
            let started = std::thread::Builder::new().name(format!("parlab-t{index}")).spawn_scoped(scope, body);
            if let Err(error) = started {
                let _ = all_there.set(false);
                return Err(error);
            }
        }
        let _ = all_there.set(true);
        work(first);
        Ok(())
    })
}

/// Kills the process group that this forkserver leads, itself included.
fn end_group() {
    let _ = killpg(getpgrp(), Signal::SIGKILL);
}
