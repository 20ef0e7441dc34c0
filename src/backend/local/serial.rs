//! `serial`: one plain loop.
//!
//! The loop has a thread to itself, because the engine's own must stay free to enforce the time limit and to
//! hear a cancellation; its start does not count as start-up.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::backend::board::Board;
use crate::backend::pool::{Backend, Broken, Departure, Notice, Pool, Unready};
use crate::backend::worker::{LazyJob, Worker};
use crate::machine::check_room_for_threads;
use crate::scenario::Config;
use crate::workload::IsWanted;

/// Starts the loop.
pub(in crate::backend) struct Serial;

impl Backend for Serial {
    fn prepare(&self, job: &LazyJob, _: &Config, is_wanted: &IsWanted<'_>) -> Result<(), Unready> {
        job.prepare(is_wanted).map(drop)
    }

    fn start(&self, job: &LazyJob, board: &Arc<Board>) -> Result<Box<dyn Pool>, Broken> {
        let (leave, left) = mpsc::channel();
        let (board, prepared) = (Arc::clone(board), job.prepared()?);
        check_room_for_threads(1).map_err(|why| Broken(format!("cannot start a thread: {why}")))?;
        std::thread::Builder::new()
            .name("serial".to_owned())
            .spawn(move || {
                Worker::new(&board, &prepared, 0).work();
                // Not listened to any more after a cancelled trial was abandoned.
                let _ = leave.send(());
            })
            .map_err(|error| Broken(format!("cannot start a thread: {error}")))?;
        Ok(Box::new(Alone { left }))
    }
}

/// The one worker of a serial trial.
struct Alone {
    left: Receiver<()>,
}

impl Pool for Alone {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        self.left.recv_timeout(timeout).ok()?;
        Some(Notice::Left { worker: 0, pid: 0, how: Departure::Exit(0) })
    }

    fn replace(&mut self, _: u32) -> Result<(), Broken> {
        Err(Broken("a serial run has no process to replace its worker".to_owned()))
    }

    fn kill(&mut self) {}
}
