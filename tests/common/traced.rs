//! Processes that are stopped between two instructions, so that a strike falls exactly where it should.
//!
//! All calls for a process must come from the thread that took hold of it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::Instant;

use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal::{SIGKILL, SIGTRAP};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::PATIENCE;

/// The shared memory of a trial, as one of its processes has it open.
pub struct BoardFile(File);

impl BoardFile {
    /// The one that a process has open at present.
    pub fn of(pid: u32) -> Option<Self> {
        let mut files = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.filter_map(Result::ok);
        let is_board = |path: &std::path::Path| path.to_string_lossy().starts_with("/memfd:parlab-board");
        let board = files.find(|file| std::fs::read_link(file.path()).is_ok_and(|path| is_board(&path)))?;
        File::open(board.path()).ok().map(Self)
    }

    /// Where the next claim begins: the first word of the header.
    pub fn cursor(&self) -> u64 {
        let mut word = [0; 8];
        self.0.read_exact_at(&mut word, 0).expect("a cursor");
        u64::from_ne_bytes(word)
    }
}

/// A process that this thread has hold of, stopped.
pub struct Traced(Pid);

impl Traced {
    /// Takes hold of a process that runs.
    pub fn stop(pid: u32) -> Self {
        let traced = Self::watch(pid, Options::empty());
        ptrace::interrupt(traced.0).expect("a process to stop");
        traced.wait();
        traced
    }

    /// Takes hold of a process and lets it run on; whatever it forks is stopped at birth.
    pub fn watch_births(pid: u32) -> Self {
        Self::watch(pid, Options::PTRACE_O_TRACEFORK)
    }

    fn watch(pid: u32, options: Options) -> Self {
        let pid = Pid::from_raw(pid as i32);
        ptrace::seize(pid, options).expect("a process to take hold of");
        Self(pid)
    }

    /// Waits for the next process that this one forks, which has not run one instruction yet.
    pub fn next_birth(&self) -> Self {
        loop {
            let status = self.wait();
            let child = self.born(status);
            self.pass_on(status);
            if let Some(child) = child {
                return child;
            }
        }
    }

    /// The child that it stopped for having forked, if that is what it stopped for.
    fn born(&self, status: WaitStatus) -> Option<Self> {
        let WaitStatus::PtraceEvent(_, _, event) = status else { return None };
        (event == ptrace::Event::PTRACE_EVENT_FORK as i32).then(|| {
            let child = Self(Pid::from_raw(ptrace::getevent(self.0).expect("a child") as i32));
            child.wait();
            child
        })
    }

    /// Lets it run one instruction after another until something holds.
    pub fn step_until(&self, mut holds: impl FnMut() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < until, "it does not come to that");
            ptrace::step(self.0, None).expect("a step");
            // A step ends at once, however it ends. Asleep until then, this thread takes no time from the process.
            match waitpid(self.0, Some(WaitPidFlag::__WALL)).expect("a process of ours") {
                WaitStatus::Stopped(_, SIGTRAP) | WaitStatus::PtraceEvent(..) => {}
                WaitStatus::Stopped(_, signal) => panic!("it got {signal} in the middle"),
                other => panic!("it went in the middle: {other:?}"),
            }
        }
    }

    /// Kills it where it stands.
    pub fn kill(self) {
        kill(self.0, SIGKILL).expect("a process to kill");
        while !matches!(self.wait(), WaitStatus::Signaled(..) | WaitStatus::Exited(..)) {}
    }

    /// Lets go of it, stopped as it is: it runs on.
    pub fn let_go(self) {
        ptrace::detach(self.0, None).expect("a process to let go of");
    }

    /// Lets go of it while it runs, and of what it has forked meanwhile; it may have come to its end.
    pub fn stop_and_let_go(self) {
        // One that is gone cannot be stopped, and its parent hears of that when it was waited for here.
        let _ = ptrace::interrupt(self.0);
        loop {
            let status = self.wait();
            if matches!(status, WaitStatus::Signaled(..) | WaitStatus::Exited(..)) {
                return;
            }
            let Some(child) = self.born(status) else { break };
            child.let_go();
            // As far as the interruption.
            let _ = ptrace::cont(self.0, None);
        }
        if ptrace::detach(self.0, None).is_err() {
            self.wait();
        }
    }

    fn pass_on(&self, status: WaitStatus) {
        let signal = |signal: Signal| Some(signal).filter(|&signal| signal != SIGTRAP);
        match status {
            WaitStatus::Stopped(_, with) => ptrace::cont(self.0, signal(with)).expect("it goes on"),
            WaitStatus::PtraceEvent(..) => ptrace::cont(self.0, None).expect("it goes on"),
            other => panic!("it is gone: {other:?}"),
        }
    }

    fn wait(&self) -> WaitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            let flags = WaitPidFlag::__WALL | WaitPidFlag::WNOHANG;
            match waitpid(self.0, Some(flags)).expect("a process of ours") {
                WaitStatus::StillAlive => std::thread::yield_now(),
                status => return status,
            }
            assert!(Instant::now() < until, "waited in vain for process {}", self.0);
        }
    }
}
