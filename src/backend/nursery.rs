//! The nursery: a small single-threaded process that forks the workers of `processes`.
//!
//! A program with threads must not fork without exec: the child could only make async-signal-safe calls. So
//! parlab starts its own binary again as this process, which never starts a thread, prepares the workload once
//! (its workers then share it copy-on-write), forks, reaps and reports. CPython's `forkserver` and Android's
//! zygote do the same. It lives for one run, speaks only over its standard input, and dies with its parent.

use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, kill, killpg, signal, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, fork, getpgrp, getpid, getppid};
use rustix::event::{PollFd, PollFlags, poll};

use super::board::Board;
use super::crew::Departure;
use super::wire::{Order, Wire, Word};
use super::worker::{Bench, Worker};

/// The hidden sub-command that starts a nursery.
pub const COMMAND: &str = "__nursery";

/// Runs a nursery whose line to the engine is the standard input; returns when the engine hangs up.
pub fn run() -> ExitCode {
    let Some(stream) = standard_input_as_line() else {
        return ExitCode::from(2);
    };
    match Nursery::new(stream).and_then(|mut nursery| nursery.serve()) {
        // The engine is gone, or is done with us: nobody of ours may outlive this.
        Ok(()) | Err(_) => end_group(),
    }
    ExitCode::SUCCESS
}

struct Nursery {
    wire: Wire,
    children: SignalFd,
    bench: Option<Arc<Bench>>,
    board: Option<Board>,
    /// Process id by lane.
    workers: Vec<Option<Pid>>,
}

impl Nursery {
    fn new(stream: UnixStream) -> std::io::Result<Self> {
        name_process("parlab-nursery");
        hear_of_children()?;
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGCHLD);
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&signals), None)?;
        // A panic in a task is caught and counted; its message would only garble somebody's terminal.
        std::panic::set_hook(Box::new(|_| {}));
        Ok(Self {
            wire: Wire::new(stream),
            children: SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?,
            bench: None,
            board: None,
            workers: Vec::new(),
        })
    }

    fn serve(&mut self) -> std::io::Result<()> {
        loop {
            let mut fds = [
                PollFd::from_borrowed_fd(self.wire.as_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(self.children.as_fd(), PollFlags::IN),
            ];
            match poll(&mut fds, None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            let [asked, changed] = fds.map(|fd| !fd.revents().is_empty());
            if changed {
                while let Ok(Some(_)) = self.children.read_signal() {}
                self.report_children()?;
            }
            if asked {
                // One poll may stand for several messages.
                while let Some(order) = self.wire.receive(Some(std::time::Duration::ZERO))? {
                    self.obey(order)?;
                }
            }
        }
    }

    fn obey(&mut self, order: Order) -> std::io::Result<()> {
        let answer = match order {
            Order::Prepare(job) => {
                // The data of two jobs need not fit into memory side by side.
                self.bench = None;
                Some(match Bench::prepare(&job) {
                    Ok(bench) => {
                        self.bench = Some(Arc::new(bench));
                        Word::Ready
                    }
                    Err(error) => Word::Refused(error.to_string()),
                })
            }
            Order::Hire(shape) => {
                let board = self.wire.take_file().ok_or("no board came with the order".to_owned());
                let board = board.and_then(|file| Board::attach(file, shape).map_err(|error| error.to_string()));
                self.end_workers();
                self.workers = vec![None; shape.workers as usize];
                let refusal = board
                    .and_then(|board| {
                        self.board = Some(board);
                        (0..shape.workers).try_for_each(|worker| self.fork_worker(worker))
                    })
                    .err();
                if refusal.is_some() {
                    // Those that could be forked would wait at a gate that never opens.
                    self.end_workers();
                }
                refusal.map(Word::Refused)
            }
            Order::Replace(worker) => self.fork_worker(worker).err().map(Word::Refused),
        };
        answer.map_or(Ok(()), |word| self.wire.send(&word, None))
    }

    #[expect(unsafe_code, reason = "fork is what this process is for")]
    fn fork_worker(&mut self, worker: u32) -> Result<(), String> {
        let (Some(board), Some(bench)) = (&self.board, &self.bench) else {
            return Err("there is no board to work on".to_owned());
        };
        let nursery = getpid();
        // SAFETY: this process has one thread, so the child inherits no lock that nobody holds any more, and
        // may do whatever a process may. It never returns from this block.
        match unsafe { fork() } {
            Ok(ForkResult::Child) => {
                // The line belongs to the nursery: while anybody else held it, the engine could not see its end.
                let _ = nix::unistd::close(self.wire.as_fd().as_raw_fd());
                let status = work_as_child(board, bench, worker, nursery);
                // SAFETY: ends the child at once; nothing of the parent's that was copied here (buffers, exit
                // handlers, destructors) may run a second time.
                unsafe { nix::libc::_exit(status) }
            }
            Ok(ForkResult::Parent { child }) => {
                self.workers[worker as usize] = Some(child);
                Ok(())
            }
            Err(errno) => Err(format!("cannot fork worker {worker}: {}", errno.desc())),
        }
    }

    /// Reaps whoever is gone and tells of whoever was stopped.
    fn report_children(&mut self) -> std::io::Result<()> {
        let flags = WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED | WaitPidFlag::WCONTINUED;
        loop {
            let word = match waitpid(None, Some(flags)) {
                Ok(WaitStatus::Exited(pid, status)) => self.left(pid, Departure::Exit(status)),
                Ok(WaitStatus::Signaled(pid, signal, _)) => {
                    self.left(pid, Departure::Signal(signal.as_str().to_owned()))
                }
                Ok(WaitStatus::Stopped(pid, _)) => self.stalled(pid, true),
                Ok(WaitStatus::Continued(pid)) => self.stalled(pid, false),
                Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return Ok(()),
                Ok(_) | Err(Errno::EINTR) => None,
                Err(errno) => return Err(errno.into()),
            };
            if let Some(word) = word {
                self.wire.send(&word, None)?;
            }
        }
    }

    fn left(&mut self, pid: Pid, how: Departure) -> Option<Word> {
        let worker = self.lane_of(pid)?;
        self.workers[worker] = None;
        Some(Word::Left { worker: worker as u32, pid: pid.as_raw() as u32, how })
    }

    fn stalled(&self, pid: Pid, stopped: bool) -> Option<Word> {
        let worker = self.lane_of(pid)?;
        Some(Word::Stalled { worker: worker as u32, pid: pid.as_raw() as u32, stopped })
    }

    fn lane_of(&self, pid: Pid) -> Option<usize> {
        self.workers.iter().position(|&worker| worker == Some(pid))
    }

    /// Ends the workers of an earlier trial, if any are left; normally all have gone by themselves.
    fn end_workers(&mut self) {
        for pid in self.workers.drain(..).flatten() {
            // Failing means that it is gone already.
            let _ = kill(pid, Signal::SIGKILL);
            let _ = waitid(Id::Pid(pid), WaitPidFlag::WEXITED);
        }
    }
}

/// What a forked worker does, from its first instruction to its exit status.
fn work_as_child(board: &Board, bench: &Bench, worker: u32, nursery: Pid) -> i32 {
    // Tied to the parent's one thread, which is the nursery itself. If that died before this call, nobody would
    // send the signal any more.
    if prctl::set_pdeathsig(Signal::SIGKILL).is_err() || getppid() != nursery {
        return 1;
    }
    name_process(&format!("parlab-w{worker}"));
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
    Worker::new(board, bench, worker).work();
    0
}

/// The name that process lists show: 15 bytes at most.
fn name_process(name: &str) {
    if let Ok(name) = std::ffi::CString::new(name) {
        let _ = prctl::set_name(&name);
    }
}

/// The line to the engine, if standard input is one: nobody starts a nursery by hand.
fn standard_input_as_line() -> Option<UnixStream> {
    let input = std::io::stdin();
    let is_line =
        rustix::net::sockopt::socket_domain(&input).is_ok_and(|domain| domain == rustix::net::AddressFamily::UNIX);
    if !is_line || getpgrp() != getpid() {
        return None;
    }
    let line: OwnedFd = input.as_fd().try_clone_to_owned().ok()?;
    let nothing = std::fs::File::open("/dev/null").ok()?;
    rustix::stdio::dup2_stdin(&nothing).ok()?;
    Some(line.into())
}

/// Undoes a `SIG_IGN` for SIGCHLD, which is handed down through exec: under it the kernel reaps the children by
/// itself and tells nobody.
#[expect(unsafe_code, reason = "signal dispositions have no safe interface")]
fn hear_of_children() -> nix::Result<()> {
    // SAFETY: the default disposition runs no code of ours.
    unsafe { signal(Signal::SIGCHLD, SigHandler::SigDfl) }.map(drop)
}

/// Kills the process group that this nursery leads, itself included.
fn end_group() {
    let _ = killpg(getpgrp(), Signal::SIGKILL);
}
