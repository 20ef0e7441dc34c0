//! `program`: a program by itself. Its launcher is asked for it when the gate opens; what the launcher says of it goes to
//! the one lane of the board.
//!
//! The trial begins when the launcher was about to start it, and ends when it was waited for: what it takes to ask for it,
//! and to hear of it, is none of the program's time. What the kernel takes to start it is, as for a user in a shell.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::joined::JoinedPool;
use super::output::{KeptOutput, OutputReader};
use super::script::ScriptPlace;
use crate::backend::board::{Board, LaneWriter, TimedTask};
use crate::backend::pool::{Backend, Broken, Departure, Notice, Pool, ProgramView, Unready};
use crate::backend::worker::LazyJob;
use crate::foreign;
use crate::scenario::Config;
use crate::system::launch::{Ended, How, Launcher, Word};
use crate::system::process::{LedGroup, LedGroupGuard};
use crate::workload::{IsWanted, ProgramCall, Values, program_call};

/// What a program is started with besides what its scenario says.
#[derive(Debug, Clone, Default)]
pub struct ProgramExtras {
    /// Variables of its environment.
    pub environment: BTreeMap<String, String>,
    /// Where what it writes goes, too, as it comes.
    pub shown_in: Option<Arc<File>>,
    /// A process that runs already and is joined instead: nothing is started.
    pub joins: Option<u32>,
}

/// Runs programs, one at a time.
pub(in crate::backend) struct Programs {
    /// parlab's own binary.
    program: PathBuf,
    extras: Arc<Mutex<ProgramExtras>>,
    launcher: Arc<Mutex<Option<Launcher>>>,
    script: Mutex<ScriptPlace>,
}

impl Programs {
    pub(in crate::backend) fn new(program: &Path, extras: &Arc<Mutex<ProgramExtras>>) -> Self {
        Self {
            program: program.to_owned(),
            extras: Arc::clone(extras),
            launcher: Arc::default(),
            script: Mutex::default(),
        }
    }
}

impl Backend for Programs {
    /// Starts the launcher, unless there is one.
    fn prepare(&self, _: &LazyJob, _: &Config, _: &IsWanted<'_>) -> Result<(), Unready> {
        let mut launcher = lock(&self.launcher);
        if launcher.is_none() {
            let started = Launcher::start(&self.program);
            let failed = |error| {
                Broken(format!("cannot start what starts programs ({}): {error}", foreign::name(&self.program)))
            };
            *launcher = Some(started.map_err(failed)?);
        }
        Ok(())
    }

    fn start(&self, job: &LazyJob, board: &Arc<Board>) -> Result<Box<dyn Pool>, Broken> {
        let extras = lock(&self.extras).clone();
        if let Some(pid) = extras.joins {
            return Ok(Box::new(JoinedPool::new(pid, board)?));
        }
        let script = lock(&self.script).of(&job.job)?;
        let mut call = program_call(&job.job, board.spec().workers, &script);
        call.order.environment.extend(extras.environment);
        let (reader, writer) = OutputReader::start(extras.shown_in).map_err(refused)?;
        let launcher = Arc::clone(&self.launcher);
        let output = Arc::clone(&reader.output);
        let files = [input(&call)?, OwnedFd::from(writer.try_clone().map_err(refused)?), OwnedFd::from(writer)];
        LaneWriter::new(board, 0).arrive(0);
        let (board, stage) = (Arc::clone(board), ProgramStage::Ordered(files));
        Ok(Box::new(ProgramPool {
            launcher,
            board,
            call,
            reader: Some(reader),
            stage,
            called_off: None,
            view: ProgramView::of(output),
        }))
    }
}

/// Locks, also after a panic elsewhere: there is nothing here that a panic could leave half done.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refused(error: std::io::Error) -> Broken {
    Broken(format!("cannot start the program: {error}"))
}

/// What is to be its standard input.
fn input(call: &ProgramCall) -> Result<OwnedFd, Broken> {
    const NOTHING: &str = "/dev/null";
    let path = call.input.as_deref().unwrap_or(NOTHING);
    let opened = File::open(path).map(OwnedFd::from);
    opened.map_err(|error| Broken(format!("cannot have the program read {}: {error}", foreign::escaped(path))))
}

impl ProgramView {
    /// A program of which nothing is known yet.
    pub(super) fn of(output: Arc<KeptOutput>) -> Self {
        Self { began: None, pid: None, launcher: None, output, end: None, failure: None }
    }
}

/// The program of a trial.
struct ProgramPool {
    launcher: Arc<Mutex<Option<Launcher>>>,
    board: Arc<Board>,
    call: ProgramCall,
    reader: Option<OutputReader>,
    stage: ProgramStage,
    /// What the program is to be sent, once its trial is called off.
    called_off: Option<Signal>,
    view: ProgramView,
}

/// How far it has come.
enum ProgramStage {
    /// The gate is not open: its standard input, output and error are there.
    Ordered([OwnedFd; 3]),
    /// The launcher was asked for it.
    Asked {
        program: u64,
        is_told_to_end: bool,
        group: Option<LedGroupGuard>,
    },
    Over,
}

/// How long a program is given to end once it was asked to: it may have something to save.
const GRACE: Duration = Duration::from_secs(2);

/// How long the launcher may take to end a program by force.
const DEATH: Duration = Duration::from_secs(3);

/// The one task.
const TASK: u64 = 0;

/// The last of what it wrote that is told where it failed.
const TOLD_LINES: usize = 6;
const TOLD_BYTES: usize = 600;

impl ProgramPool {
    /// Asks for the program, now that the gate is open.
    fn ask(&mut self) -> Result<(), Broken> {
        let ProgramStage::Ordered(files) = &self.stage else { return Ok(()) };
        LaneWriter::new(&self.board, 0).pass_gate();
        let files = files.each_ref().map(|file| file.as_fd());
        let asked =
            lock(&self.launcher).as_mut().ok_or_else(gone)?.line().and_then(|line| line.order(&self.call.order, files));
        let program = asked.map_err(|_| gone())?;
        self.stage = ProgramStage::Asked { program, is_told_to_end: false, group: None };
        Ok(())
    }

    /// Tells the program to end once the trial is called off.
    fn tell_to_end(&mut self) -> Result<(), Broken> {
        let (ProgramStage::Asked { program, is_told_to_end, .. }, Some(signal)) = (&mut self.stage, self.called_off)
        else {
            return Ok(());
        };
        if *is_told_to_end {
            return Ok(());
        }
        *is_told_to_end = true;
        // One that is stopped hears of it only when it goes on.
        let program = *program;
        self.signal(program, signal).and_then(|()| self.signal(program, Signal::SIGCONT))
    }

    fn signal(&self, program: u64, signal: Signal) -> Result<(), Broken> {
        let mut launcher = lock(&self.launcher);
        launcher.as_mut().ok_or_else(gone)?.line().and_then(|line| line.signal(program, signal)).map_err(|_| gone())
    }

    /// Waits for the next thing that the launcher says, and has it follow.
    fn hear(&mut self, timeout: Duration) -> Result<Option<Notice>, Broken> {
        let heard = lock(&self.launcher).as_mut().ok_or_else(gone)?.line().and_then(|line| line.hear(timeout));
        let Ok(heard) = heard else {
            *lock(&self.launcher) = None;
            return Err(gone());
        };
        let (word, ProgramStage::Asked { program: awaited, group, .. }) = (heard, &mut self.stage) else {
            return Ok(None);
        };
        let lane = LaneWriter::new(&self.board, 0);
        match word {
            Some((Word::Started { program, pid, at_ns, .. }, handle)) if program == *awaited => {
                *group = Some(LedGroup::keep(pid, handle));
                let launcher = lock(&self.launcher).as_ref().map(Launcher::id);
                self.view = ProgramView { began: Some(at_ns), pid: Some(pid), launcher, ..self.view.clone() };
                lane.is_process(pid);
                lane.begin(TASK, at_ns);
                Ok(None)
            }
            Some((Word::Stalled { program, stopped }, _)) if program == *awaited => {
                Ok(Some(Notice::Stalled { worker: 0, pid: self.view.pid.unwrap_or(0), stopped }))
            }
            Some((Word::Ended { program, end }, _)) if program == *awaited => Ok(Some(self.end(end))),
            Some((Word::Refused { program, why }, _)) if program == *awaited => {
                self.stage = ProgramStage::Over;
                let name = foreign::escaped(self.call.order.words.first().map_or("", String::as_str)).into_owned();
                Err(Broken(format!("cannot start {name}: {why}")))
            }
            // Late news of the trial before.
            _ => Ok(None),
        }
    }

    /// Puts down how the program ended.
    fn end(&mut self, end: Ended) -> Notice {
        self.stage = ProgramStage::Over;
        self.reader.take().into_iter().for_each(OutputReader::close);
        let lane = LaneWriter::new(&self.board, 0);
        lane.count_usage([end.user_us, end.system_us, end.voluntary, end.involuntary]);
        end.peak_rss_kib.into_iter().for_each(|peak| lane.peak_memory(peak));
        let timed = TimedTask { task: TASK, start: self.view.began.unwrap_or(end.at_ns), end: end.at_ns };
        // What was told to end has not run to its end, however it took that.
        if !self.board.is_cancelled() {
            match self.call.failure(end.how) {
                None => lane.finish(timed, &values(end.how), 0),
                Some(why) => {
                    lane.fail(timed, &why);
                    self.view.failure = Some(with_output(&why, &self.view.output));
                }
            }
        }
        lane.leave();
        let pid = self.view.pid.unwrap_or(0);
        self.view.end = Some(end);
        Notice::Left { worker: 0, pid, how: Departure::Exit(0) }
    }

    /// Leaves without having asked for the program.
    fn leave(&mut self) -> Notice {
        self.stage = ProgramStage::Over;
        self.reader.take().into_iter().for_each(OutputReader::close);
        LaneWriter::new(&self.board, 0).leave();
        Notice::Left { worker: 0, pid: 0, how: Departure::Exit(0) }
    }
}

fn gone() -> Broken {
    Broken("what starts programs is gone".to_owned())
}

fn values(how: How) -> Values {
    let mut values = Values::default();
    values[0] = how.shell_status().into();
    values
}

/// Why a program failed, with the last lines of what it wrote.
pub(in crate::backend) fn with_output(why: &str, output: &KeptOutput) -> String {
    let last = output.last(TOLD_BYTES);
    // What is cut off at its beginning is no line.
    let is_cut = output.bytes() > last.len() as u64;
    let lines: Vec<String> = last.split(|&byte| byte == b'\n').skip(usize::from(is_cut)).map(foreign::bytes).collect();
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    let told = lines[lines.len().saturating_sub(TOLD_LINES)..].join(" | ");
    if told.is_empty() { why.to_owned() } else { format!("{why}; it wrote: {told}") }
}

impl Pool for ProgramPool {
    fn next(&mut self, timeout: Duration) -> Option<Notice> {
        if matches!(self.stage, ProgramStage::Ordered(_)) {
            if self.board.is_cancelled() {
                return Some(self.leave());
            }
            if !self.board.is_open() {
                std::thread::sleep(timeout);
                return None;
            }
        }
        let heard = self.ask().and_then(|()| self.tell_to_end()).and_then(|()| self.hear(timeout));
        heard.unwrap_or_else(|broken| Some(Notice::Broken(broken)))
    }

    fn call_off(&mut self, signal: Signal) {
        self.called_off.get_or_insert(signal);
    }

    fn replace(&mut self, _: u32) -> Result<(), Broken> {
        Err(Broken("a program cannot be started in the middle".to_owned()))
    }

    fn grace(&self) -> Duration {
        GRACE
    }

    fn program(&self) -> Option<ProgramView> {
        Some(self.view.clone())
    }

    fn kill(&mut self) {
        let ProgramStage::Asked { program, .. } = self.stage else { return };
        let until = std::time::Instant::now() + DEATH;
        let mut going = self.signal(program, Signal::SIGKILL).is_ok();
        while going && std::time::Instant::now() < until {
            going = !matches!(self.hear(Duration::from_millis(20)), Err(_) | Ok(Some(Notice::Left { .. })));
        }
    }
}

impl Drop for ProgramPool {
    fn drop(&mut self) {
        // One that goes on would do so beside the next trial.
        self.kill();
    }
}
