//! One run of a task's program, from the order to the end of its output.
//!
//! The worker that has it run waits for the launcher's words and for what the program writes, both at once, so that the
//! program never waits for a reader.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, PipeReader, Read as _, Write as _, pipe};
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::foreign::{escaped, name};
use crate::system::launch::{Ended, LauncherLine, ProgramOrder, Word};
use crate::system::poll::{PollFd, PollFlags, is_ready, poll};

/// How often it is looked whether the task is still wanted.
const LOOK: Duration = Duration::from_millis(20);

/// How long a program that took too long is given to end by itself.
const GRACE: Duration = Duration::from_millis(500);

/// How long the end of the output is waited for when the program has ended: something that could not be killed may hold
/// the pipe.
const REST: Duration = Duration::from_millis(200);

/// Bytes that are kept, the last ones: figures are looked for in them.
const KEPT: usize = 1 << 20;

/// What there was to see of a run.
#[derive(Debug, Default)]
pub(super) struct Attempted {
    /// How it ended; `None` where it was called off.
    pub(super) end: Option<Ended>,
    /// Whether it was ended because it took too long.
    pub(super) took_too_long: bool,
    /// The last of what it wrote.
    pub(super) output: Vec<u8>,
}

/// A run that is to be.
pub(super) struct Attempt<'j> {
    order: ProgramOrder,
    input: Option<&'j str>,
    /// Where its output goes, and how much of it.
    file: Option<(PathBuf, u64)>,
    timeout: Duration,
    output: VecDeque<u8>,
}

impl<'j> Attempt<'j> {
    pub(super) fn new(
        order: ProgramOrder,
        input: Option<&'j str>,
        file: Option<(PathBuf, u64)>,
        timeout: Duration,
    ) -> Self {
        Self { order, input, file, timeout, output: VecDeque::new() }
    }

    /// Runs it, while it is wanted.
    ///
    /// # Errors
    /// Why it could not be run.
    pub(super) fn run(
        mut self,
        line: &mut LauncherLine,
        is_called_off: &dyn Fn() -> bool,
    ) -> Result<Attempted, String> {
        let path = self.input.unwrap_or("/dev/null");
        let input = File::open(path).map_err(|error| format!("{}: cannot be read: {error}", escaped(path)))?;
        let mut file = self.file.take().map(OutputFile::create).transpose()?;
        let (mut reader, writer) = pipe().map_err(|error| format!("no pipe: {error}"))?;
        let gone = |_: io::Error| "the launcher is gone".to_owned();
        let program = line.order(&self.order, [input.as_fd(), writer.as_fd(), writer.as_fd()]).map_err(gone)?;
        drop((input, writer));
        let mut attempted = Attempted::default();
        let (mut until, mut is_open) = (Instant::now() + self.timeout, true);
        while attempted.end.is_none() {
            if is_called_off() {
                // It ends with the line.
                line.signal(program, Signal::SIGKILL).map_err(gone)?;
            } else if Instant::now() >= until {
                let signal = if attempted.took_too_long { Signal::SIGKILL } else { Signal::SIGTERM };
                line.signal(program, signal).and_then(|()| line.signal(program, Signal::SIGCONT)).map_err(gone)?;
                (attempted.took_too_long, until) = (true, Instant::now() + GRACE);
            }
            let [has_words, has_output] = wait(line, &reader, is_open, LOOK)?;
            if has_output {
                is_open = self.read(&mut reader, &mut file)?;
            }
            if has_words {
                attempted.end = self.heed(line, program)?;
            }
        }
        let until = Instant::now() + REST;
        while is_open && wait(line, &reader, true, until.saturating_duration_since(Instant::now()))?[1] {
            is_open = self.read(&mut reader, &mut file)?;
        }
        attempted.output = self.output.into();
        Ok(attempted)
    }

    /// Takes what there is of the output; whether there may be more.
    fn read(&mut self, reader: &mut PipeReader, file: &mut Option<OutputFile>) -> Result<bool, String> {
        let mut chunk = vec![0; 64 << 10];
        let bytes = match reader.read(&mut chunk) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(true),
            Err(error) => return Err(format!("its output cannot be read: {error}")),
        };
        let chunk = &chunk[..bytes];
        let over = (self.output.len() + bytes).saturating_sub(KEPT);
        self.output.drain(..over);
        self.output.extend(chunk);
        file.iter_mut().try_for_each(|file| file.add(chunk))?;
        Ok(bytes > 0)
    }

    /// The end of the program, if that is what the launcher says.
    fn heed(&self, line: &mut LauncherLine, awaited: u64) -> Result<Option<Ended>, String> {
        match line.hear(Duration::ZERO).map_err(|_| "the launcher is gone")? {
            Some((Word::Ended { program, end }, _)) if program == awaited => Ok(Some(end)),
            Some((Word::Refused { program, why }, _)) if program == awaited => {
                let program = self.order.words.first().map_or("", String::as_str);
                Err(format!("cannot start {}: {why}", escaped(program)))
            }
            _ => Ok(None),
        }
    }
}

/// Waits until the launcher has something to say, or the program wrote something; which of the two.
fn wait(line: &LauncherLine, reader: &PipeReader, is_open: bool, timeout: Duration) -> Result<[bool; 2], String> {
    let output = is_open.then(|| reader.as_fd());
    let files = std::iter::once(line.as_fd()).chain(output);
    let mut files: Vec<PollFd> = files.map(|file| PollFd::new(file, PollFlags::POLLIN)).collect();
    let timeout = if line.has_words() { Duration::ZERO } else { timeout };
    poll(&mut files, Some(timeout)).map_err(|error| format!("cannot wait for it: {error}"))?;
    Ok([line.has_words() || is_ready(&files[0]), files.get(1).is_some_and(is_ready)])
}

/// A file that holds the first bytes of an output.
struct OutputFile {
    path: PathBuf,
    file: File,
    left: u64,
}

impl OutputFile {
    fn create((path, limit): (PathBuf, u64)) -> Result<Self, String> {
        let file = File::create(&path).map_err(|error| format!("{}: cannot be written: {error}", name(&path)))?;
        Ok(Self { path, file, left: limit })
    }

    fn add(&mut self, chunk: &[u8]) -> Result<(), String> {
        let fits = self.left.min(chunk.len() as u64) as usize;
        self.left -= fits as u64;
        self.file.write_all(&chunk[..fits]).map_err(|error| format!("{}: cannot be written: {error}", name(&self.path)))
    }
}
