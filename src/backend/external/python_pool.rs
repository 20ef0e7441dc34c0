//! The interpreter of a trial, from its start to its end: what its runner says, and what follows from that for the board.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, PipeReader, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;

use super::copied_lanes::CopiedLanes;
use super::launching::SharedLauncher;
use super::output::OutputReader;
use super::programs::with_output;
use crate::backend::board::{Board, LaneWriter};
use crate::backend::pool::{Broken, Departure, Notice, Pool};
use crate::foreign;
use crate::python::{RunnerAccount, RunnerFolder, RunnerWord};
use crate::system::launch::{How, Word, signal_name};
use crate::system::poll::{PollFd, PollFlags, poll};
use crate::system::process::{LedGroup, LedGroupGuard};

/// How long an interpreter may take to end once it was asked to.
const GRACE: Duration = Duration::from_millis(500);

/// How long it may take to close what it has, once all tasks are done.
const CLOSING: Duration = Duration::from_secs(10);

/// How long it may take to end by force.
const DEATH: Duration = Duration::from_secs(3);

/// The longest line that is read.
const LINE_MAX: usize = 4 << 20;

/// The line to the runner.
pub(super) struct RunnerLine {
    told: PipeReader,
    ask: File,
    read: Vec<u8>,
    has_ended: bool,
}

impl RunnerLine {
    pub(super) fn new(told: PipeReader, ask: File) -> io::Result<Self> {
        fcntl(&told, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok(Self { told, ask, read: Vec::new(), has_ended: false })
    }

    /// Opens the gate. That it is gone is found out otherwise.
    fn go(&mut self) {
        let _ = self.ask.write_all(b"go\n");
    }

    /// Waits for the next word; `None` when the time is up. What it says that is no word is passed over.
    fn hear(&mut self, timeout: Duration) -> Option<RunnerWord> {
        if let Some(word) = self.word() {
            return Some(word);
        }
        if self.has_ended {
            std::thread::sleep(timeout);
            return None;
        }
        let _ = poll(&mut [PollFd::new(self.told.as_fd(), PollFlags::POLLIN)], Some(timeout));
        let mut chunk = vec![0; 64 << 10];
        loop {
            match self.told.read(&mut chunk) {
                Ok(0) => self.has_ended = true,
                Ok(bytes) if self.read.len() + bytes <= LINE_MAX => {
                    self.read.extend(&chunk[..bytes]);
                    continue;
                }
                Ok(_) => self.has_ended = true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => {}
            }
            return self.word();
        }
    }

    fn word(&mut self) -> Option<RunnerWord> {
        while let Some(end) = self.read.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.read.drain(..=end).collect();
            if let Some(word) = RunnerWord::parse(&line) {
                return Some(word);
            }
        }
        None
    }
}

/// How far the interpreter has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PythonStage {
    /// The library makes its workers.
    Starting,
    /// They wait for the gate.
    AtGate,
    /// They work.
    Working,
    /// All tasks are done, or none will be any more.
    Over,
}

/// The interpreter of a trial.
pub(super) struct PythonPool {
    launcher: SharedLauncher,
    program: u64,
    board: Arc<Board>,
    lanes: CopiedLanes,
    line: RunnerLine,
    folder: RunnerFolder,
    reader: Option<OutputReader>,
    stage: PythonStage,
    /// Reached by the signals that the whole program is sent.
    group: Option<LedGroupGuard>,
    has_ended: bool,
    is_told_to_end: bool,
    notices: VecDeque<Notice>,
}

impl PythonPool {
    pub(super) fn new(
        launcher: SharedLauncher,
        program: u64,
        board: Arc<Board>,
        lanes: CopiedLanes,
        line: RunnerLine,
        folder: RunnerFolder,
        reader: OutputReader,
    ) -> Self {
        Self {
            launcher,
            program,
            board,
            lanes,
            line,
            folder,
            reader: Some(reader),
            stage: PythonStage::Starting,
            group: None,
            has_ended: false,
            is_told_to_end: false,
            notices: VecDeque::new(),
        }
    }

    /// Does what is to be done next, and waits for what the runner says.
    fn step(&mut self, timeout: Duration) -> Result<(), Broken> {
        if self.board.is_cancelled() && !self.is_told_to_end {
            self.is_told_to_end = true;
            // One that is stopped hears of it only when it goes on.
            self.launcher.signal(self.program, Signal::SIGTERM)?;
            self.launcher.signal(self.program, Signal::SIGCONT)?;
        }
        if self.stage == PythonStage::AtGate && self.board.is_open() {
            self.lanes.pass_gate(&self.board);
            self.line.go();
            self.stage = PythonStage::Working;
        }
        let word = self.line.hear(timeout.min(self.lanes.next_look_in()));
        if let Some(word) = word {
            return self.obey(word);
        }
        if self.stage == PythonStage::Working {
            self.lanes.look(&self.board);
        }
        self.hear_of_end(Duration::ZERO)?;
        match self.has_ended {
            true => self.ended_early(),
            false => Ok(()),
        }
    }

    fn obey(&mut self, word: RunnerWord) -> Result<(), Broken> {
        match word {
            RunnerWord::Ready(workers) if self.stage == PythonStage::Starting => {
                self.lanes.arrive(&self.board, workers);
                self.stage = PythonStage::AtGate;
                Ok(())
            }
            RunnerWord::Done(account) if self.stage == PythonStage::Working => self.finish(&account),
            RunnerWord::Lost { pid, status } if !self.board.is_cancelled() => {
                let worker = self.lanes.lose(&self.board, pid);
                let how = match status {
                    status if status < 0 => Departure::Signal(signal_name(-status)),
                    status => Departure::Exit(status),
                };
                self.notices.push_back(Notice::Left { worker, pid, how });
                Ok(())
            }
            RunnerWord::Error(why) if !self.board.is_cancelled() => {
                Err(Broken(self.with_the_dead(&foreign::escaped(&why))))
            }
            _ => Ok(()),
        }
    }

    /// All tasks are done: what is not yet put down is, and what the workers used.
    fn finish(&mut self, account: &RunnerAccount) -> Result<(), Broken> {
        let results =
            self.folder.results().map_err(|error| Broken(format!("cannot read Python's results: {error}")))?;
        self.lanes.complete(&self.board, results.0);
        let workers = self.lanes.workers().to_vec();
        let first = |pid: &u32| workers.iter().position(|(of, _)| of == pid).map_or(0, |lane| lane as u32);
        for (pid, counts) in &account.used {
            LaneWriter::new(&self.board, first(pid)).count_usage(*counts);
        }
        for (pid, peak) in &account.peaks {
            LaneWriter::new(&self.board, first(pid)).peak_memory(*peak);
        }
        for (lane, (_, tid)) in (0..).zip(&workers).filter(|(lane, _)| *lane < self.lanes.count()) {
            let queued = account.queued.as_ref().and_then(|queued| queued.get(tid));
            queued.into_iter().for_each(|ns| LaneWriter::new(&self.board, lane).count_runnable(*ns));
        }
        self.leave();
        Ok(())
    }

    /// Has all lanes left.
    fn leave(&mut self) {
        self.stage = PythonStage::Over;
        for lane in 0..self.lanes.count() {
            LaneWriter::new(&self.board, lane).leave();
            let pid = self.lanes.workers().get(lane as usize).map_or(0, |(pid, _)| *pid);
            self.notices.push_back(Notice::Left { worker: lane, pid, how: Departure::Exit(0) });
        }
    }

    /// The interpreter has ended, and not all tasks are done.
    fn ended_early(&mut self) -> Result<(), Broken> {
        if self.stage == PythonStage::Over {
            return Ok(());
        }
        // What it said last may still be in the pipe.
        if let Some(word) = self.line.hear(Duration::ZERO) {
            return self.obey(word);
        }
        if self.board.is_cancelled() {
            self.leave();
            return Ok(());
        }
        Err(self.broken("Python ended before its tasks were done"))
    }

    /// Hears whether the interpreter has ended.
    fn hear_of_end(&mut self, timeout: Duration) -> Result<(), Broken> {
        match self.launcher.hear(timeout)? {
            Some((Word::Started { program, pid, .. }, handle)) if program == self.program => {
                self.group = Some(LedGroup::keep(pid, handle));
                Ok(())
            }
            Some((Word::Ended { program, end }, _)) if program == self.program => {
                self.has_ended = true;
                self.group = None;
                if self.stage != PythonStage::Over && !self.board.is_cancelled() && end.how != How::Exit(1) {
                    let why = format!("Python ended before its tasks were done ({})", end.how.in_words());
                    return match self.line.hear(Duration::ZERO) {
                        Some(word) => self.obey(word),
                        None => Err(self.broken(&why)),
                    };
                }
                Ok(())
            }
            Some((Word::Refused { program, why }, _)) if program == self.program => {
                self.has_ended = true;
                Err(Broken(format!("cannot start Python: {why}")))
            }
            // News of the trial before.
            _ => Ok(()),
        }
    }

    /// Why it cannot go on, with the worker that is gone and with the last of what was written.
    fn broken(&mut self, why: &str) -> Broken {
        let why = self.with_the_dead(why);
        Broken(self.reader.as_ref().map_or_else(|| why.clone(), |reader| with_output(&why, &reader.output)))
    }

    fn with_the_dead(&mut self, why: &str) -> String {
        self.stage = PythonStage::Over;
        let dead = self.lanes.died_at_work(&self.board);
        let in_words = |(lane, pid, task): (u32, u32, u64)| {
            format!("; worker {lane} (process {pid}) is gone and had task {task} in hand")
        };
        why.to_owned() + &dead.into_iter().map(in_words).collect::<String>()
    }

    /// Waits until the interpreter has ended, so long at most.
    fn wait_for_end(&mut self, patience: Duration) {
        let until = Instant::now() + patience;
        while !self.has_ended && Instant::now() < until {
            // It must not be held up by what it has to say.
            let _ = self.line.hear(Duration::ZERO);
            if self.hear_of_end(Duration::from_millis(5)).is_err() {
                return;
            }
        }
    }
}

impl Pool for PythonPool {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        if self.notices.is_empty()
            && let Err(broken) = self.step(timeout)
        {
            return Some(Notice::Broken(broken));
        }
        self.notices.pop_front()
    }

    fn loss_is_fatal(&mut self, worker: u32) -> Option<Broken> {
        Some(Broken(format!(
            "worker {worker} is gone, and multiprocessing would wait for its task for ever; nothing can be run in its place"
        )))
    }

    fn replace(&mut self, _: u32) -> Result<(), Broken> {
        Err(Broken("only its library can replace a worker of Python".to_owned()))
    }

    fn grace(&self) -> Duration {
        GRACE
    }

    fn kill(&mut self) {
        if !self.has_ended && self.launcher.signal(self.program, Signal::SIGKILL).is_ok() {
            self.stage = PythonStage::Over;
            self.wait_for_end(DEATH);
        }
    }
}

impl Drop for PythonPool {
    fn drop(&mut self) {
        // What a library has made outside of its processes only that itself removes.
        if self.stage == PythonStage::Over && !self.board.is_cancelled() {
            self.wait_for_end(CLOSING);
        }
        // One that goes on would do so beside the next trial.
        self.kill();
        self.reader.take().into_iter().for_each(OutputReader::close);
    }
}
