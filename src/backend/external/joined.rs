//! A program that runs already and is joined: it is looked at from the opening of the gate until it ends, or until the
//! trial is called off, and left as it is. It is no child of parlab, so that how it ended is not told.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use super::output::KeptOutput;
use crate::backend::board::{Board, LaneWriter, TimedTask};
use crate::backend::pool::{Broken, Departure, Notice, Pool, ProgramView};
use crate::system::clock::monotonic_ns;
use crate::system::poll::{PollFd, PollFlags, poll};
use crate::system::process::handle;
use crate::workload::Values;

/// A process that was joined.
pub(in crate::backend) struct JoinedPool {
    board: Arc<Board>,
    /// Ready for reading once the process has ended.
    handle: OwnedFd,
    view: ProgramView,
    is_over: bool,
}

/// The one task: to be there.
const TASK: u64 = 0;

impl JoinedPool {
    /// Joins a process.
    ///
    /// # Errors
    /// When there is no such process.
    pub(in crate::backend) fn new(pid: u32, board: &Arc<Board>) -> Result<Self, Broken> {
        let handle = handle(pid).map_err(|error| Broken(format!("cannot join process {pid}: {error}")))?;
        LaneWriter::new(board, 0).arrive(pid);
        let view = ProgramView { pid: Some(pid), ..ProgramView::of(Arc::<KeptOutput>::default()) };
        Ok(Self { board: Arc::clone(board), handle, view, is_over: false })
    }

    /// Begins with the opening of the gate.
    fn begin(&mut self) {
        let now = monotonic_ns();
        let lane = LaneWriter::new(&self.board, 0);
        lane.pass_gate();
        lane.begin(TASK, now);
        self.view.began = Some(now);
    }

    fn end(&mut self, has_ended: bool) -> Notice {
        self.is_over = true;
        let (lane, end) = (LaneWriter::new(&self.board, 0), monotonic_ns());
        let timed = TimedTask { task: TASK, start: self.view.began.unwrap_or(end), end };
        if has_ended {
            lane.finish(timed, &Values::default(), 0);
        }
        lane.leave();
        Notice::Left { worker: 0, pid: self.view.pid.unwrap_or(0), how: Departure::Exit(0) }
    }
}

impl Pool for JoinedPool {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        if self.is_over {
            std::thread::sleep(timeout);
            return None;
        }
        if self.board.is_cancelled() {
            return Some(self.end(false));
        }
        if self.view.began.is_none() && self.board.is_open() {
            self.begin();
        }
        let ready = poll(&mut [PollFd::new(self.handle.as_fd(), PollFlags::POLLIN)], Some(timeout));
        (ready.is_ok_and(|ready| ready > 0) && self.view.began.is_some()).then(|| self.end(true))
    }

    fn replace(&mut self, _: u32) -> Result<(), Broken> {
        Err(Broken("a program that was joined cannot be started".to_owned()))
    }

    fn program(&self) -> Option<ProgramView> {
        Some(self.view.clone())
    }

    /// It is the user's, and goes on.
    fn kill(&mut self) {}
}
