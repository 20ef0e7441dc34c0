//! The ranks of a trial: started together, and gone together.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::host::RankHost;
use super::order::WrittenOrder;
use crate::backend::board::Board;
use crate::backend::external::launching::SharedLauncher;
use crate::backend::external::output::OutputReader;
use crate::backend::external::programs::with_output;
use crate::backend::pool::{Broken, Departure, Notice, Pool};
use crate::system::launch::{How, Word};
use crate::system::process::{LedGroup, LedGroupGuard};

/// How long ranks may take to end once the trial is called off: some of them may be in the midst of a call of MPI.
const GRACE: Duration = Duration::from_millis(500);

/// How long they may take to take leave of each other, once all tasks are done.
const CLOSING: Duration = Duration::from_secs(10);

/// How long they may take to end by force.
const DEATH: Duration = Duration::from_secs(3);

/// Between looks whether all of them have come to their ends.
const LOOK: Duration = Duration::from_millis(2);

/// The ranks of a trial.
pub(super) struct RankPool {
    launching: SharedLauncher,
    /// What the launcher calls the command that started them.
    program: u64,
    board: Arc<Board>,
    /// Ranks may still be about to read it.
    _order: WrittenOrder,
    /// Those on other nodes are told by it that they may go.
    _host: Option<RankHost>,
    reader: Option<OutputReader>,
    /// Reached by the signals that the whole program is sent.
    group: Option<LedGroupGuard>,
    has_left: bool,
    has_ended: bool,
    notices: VecDeque<Notice>,
}

impl RankPool {
    pub(super) fn new(
        launching: SharedLauncher,
        program: u64,
        board: Arc<Board>,
        (order, host): (WrittenOrder, Option<RankHost>),
        reader: OutputReader,
    ) -> Self {
        Self {
            launching,
            program,
            board,
            _order: order,
            _host: host,
            reader: Some(reader),
            group: None,
            has_left: false,
            has_ended: false,
            notices: VecDeque::new(),
        }
    }

    fn step(&mut self, timeout: Duration) -> Result<(), Broken> {
        if !self.has_left && self.board.all_finished() {
            self.leave();
            return Ok(());
        }
        if self.has_ended {
            std::thread::sleep(timeout);
            return Ok(());
        }
        self.hear(timeout.min(LOOK))
    }

    /// Hears what becomes of the command that started them.
    fn hear(&mut self, timeout: Duration) -> Result<(), Broken> {
        match self.launching.hear(timeout)? {
            Some((Word::Started { program, pid, .. }, handle)) if program == self.program => {
                self.group = Some(LedGroup::keep(pid, handle));
                Ok(())
            }
            Some((Word::Ended { program, end }, _)) if program == self.program => {
                self.has_ended = true;
                self.group = None;
                self.ended(end.how)
            }
            Some((Word::Refused { program, why }, _)) if program == self.program => {
                self.has_ended = true;
                Err(Broken(format!("cannot start ranks: {why}")))
            }
            // News of the trial before.
            _ => Ok(()),
        }
    }

    fn ended(&mut self, how: How) -> Result<(), Broken> {
        if self.has_left || self.board.is_cancelled() || self.board.all_finished() {
            self.leave();
            return Ok(());
        }
        let lanes = 0..self.board.spec().lanes;
        let open = lanes.filter(|lane| !self.board.is_finished(*lane)).count();
        let why = format!(
            "the launcher of the ranks has ended ({}), and {open} of {} had not come to their ends; where one rank ends \
             MPI ends all",
            how.in_words(),
            self.board.spec().lanes
        );
        self.has_left = true;
        Err(Broken(self.reader.as_ref().map_or_else(|| why.clone(), |reader| with_output(&why, &reader.output))))
    }

    /// Has all of them left.
    fn leave(&mut self) {
        if std::mem::replace(&mut self.has_left, true) {
            return;
        }
        for worker in 0..self.board.spec().lanes {
            let pid = self.board.read_lane(worker).pid;
            self.notices.push_back(Notice::Left { worker, pid, how: Departure::Exit(0) });
        }
    }

    fn wait_for_end(&mut self, patience: Duration) {
        let until = Instant::now() + patience;
        while !self.has_ended && Instant::now() < until {
            if self.hear(LOOK).is_err() {
                return;
            }
        }
    }
}

impl Pool for RankPool {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        if self.notices.is_empty()
            && let Err(broken) = self.step(timeout)
        {
            return Some(Notice::Broken(broken));
        }
        self.notices.pop_front()
    }

    fn loss_is_fatal(&mut self, worker: u32) -> Option<Broken> {
        Some(Broken(format!("rank {worker} is gone, and MPI ends all others with it")))
    }

    fn replace(&mut self, _: u32) -> Result<(), Broken> {
        Err(Broken("MPI starts no rank in the place of another one".to_owned()))
    }

    fn grace(&self) -> Duration {
        GRACE
    }

    fn kill(&mut self) {
        if !self.has_ended && self.launching.signal(self.program, Signal::SIGKILL).is_ok() {
            self.has_left = true;
            self.wait_for_end(DEATH);
        }
    }
}

impl Drop for RankPool {
    fn drop(&mut self) {
        // What they still have to do is MPI's own affair, and no part of the trial.
        self.board.let_go();
        if self.has_left && !self.board.is_cancelled() {
            self.wait_for_end(CLOSING);
        }
        // Those that go on would do so beside the next trial.
        self.kill();
        self.reader.take().into_iter().for_each(OutputReader::close);
    }
}
