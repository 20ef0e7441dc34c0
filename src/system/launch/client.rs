//! The launcher as parlab holds it: started when first needed, asked, heard, and hung up on.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::launcher::COMMAND;
use super::message::{Ask, ProgramOrder, Word};
use crate::system::line::Line;
use crate::system::secret::Secret;

/// A launcher that runs. Dropping it ends all programs that it has started, with what they have started, and waits for
/// that.
#[derive(Debug)]
pub struct Launcher {
    /// Hung up on first of all.
    line: Option<LauncherLine>,
    child: Child,
}

/// A line to a launcher. Dropping it ends the programs that were asked for on it.
#[derive(Debug)]
pub struct LauncherLine {
    line: Line,
    started: u64,
}

/// How long a launcher may take to end everything: a little longer than it takes itself for what does not die.
const PATIENCE: Duration = Duration::from_secs(3);

impl Launcher {
    /// Starts one; `program` is parlab's own binary.
    ///
    /// # Errors
    /// When the system cannot start it.
    pub fn start(program: &Path) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        let mut command = Command::new(program);
        command.arg0("parlab").arg(COMMAND).stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.process_group(0).spawn()?;
        Ok(Self { line: Some(LauncherLine::new(ours)), child })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Has it take in lines of others of this user, who know where: see [`LauncherLine::open`].
    ///
    /// # Errors
    /// When there can be no such place, or the launcher is gone.
    pub fn listen(&mut self) -> io::Result<Secret> {
        let secret = Secret::new()?;
        let entrance = UnixListener::bind_addr(&place(secret)?)?;
        self.line()?.line.send(&Ask::Listen, &[entrance.as_fd()])?;
        Ok(secret)
    }

    /// Its line to parlab.
    ///
    /// # Errors
    /// When it was hung up on.
    pub fn line(&mut self) -> io::Result<&mut LauncherLine> {
        self.line.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

/// Where a launcher listens: a name that is no file's, and goes with the process.
fn place(secret: Secret) -> io::Result<SocketAddr> {
    SocketAddr::from_abstract_name(format!("parlab-launcher-{}", secret.word()))
}

impl LauncherLine {
    fn new(stream: UnixStream) -> Self {
        Self { line: Line::new(stream), started: 0 }
    }

    /// Opens a line to the launcher that listens there.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(secret: Secret) -> io::Result<Self> {
        UnixStream::connect_addr(&place(secret)?).map(Self::new)
    }

    /// Asks for a program with these files as its standard input, output and error; the number by which it is known on this
    /// line.
    ///
    /// # Errors
    /// When the launcher is gone.
    pub fn order(&mut self, order: &ProgramOrder, files: [BorrowedFd<'_>; 3]) -> io::Result<u64> {
        self.started += 1;
        let program = self.started;
        self.line.send(&Ask::Start { program, order: order.clone() }, &files)?;
        Ok(program)
    }

    /// Sends a signal to the group of a program; nothing happens if that has ended.
    ///
    /// # Errors
    /// When the launcher is gone.
    pub fn signal(&mut self, program: u64, signal: Signal) -> io::Result<()> {
        self.line.send(&Ask::Signal { program, signal: signal as i32 }, &[])
    }

    /// Waits for the next thing that it says, with the handle that came beside it; `None` when the time is up.
    ///
    /// # Errors
    /// When the launcher is gone.
    pub fn hear(&mut self, timeout: Duration) -> io::Result<Option<(Word, Option<OwnedFd>)>> {
        let Some(word) = self.line.receive(Some(timeout))? else { return Ok(None) };
        let handle = matches!(word, Word::Started { has_handle: true, .. }).then(|| self.line.take_file()).flatten();
        Ok(Some((word, handle)))
    }

    /// Whether it said something that was taken in already, of which no poll of the line tells.
    pub fn has_words(&self) -> bool {
        self.line.has_words()
    }
}

impl AsFd for LauncherLine {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.line.as_fd()
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        self.line = None;
        let until = Instant::now() + PATIENCE;
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() >= until {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
