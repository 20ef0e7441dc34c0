//! The launcher: a small process with one thread that starts programs, waits for them, and kills what they leave behind.
//!
//! It speaks only over its standard input. When parlab hangs up, or is gone, it kills everything that was started and
//! ends; so it must not die with its parent, as a forkserver does. A handle of each program (pidfd) tells of its end; what
//! else becomes of its children it hears by SIGCHLD. As the only one that waits for them, it never takes another process
//! for a program of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use nix::sys::prctl;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, killpg, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::Pid;
use rustix::process::{PidfdFlags, pidfd_open};

use super::message::{Ask, Ended, How, ProgramOrder, Word};
use super::reap::{self, Change, ChildNews, ChildUsage, ReapedNews};
use super::strays;
use crate::system::clock::monotonic_ns;
use crate::system::helper::{hear_of_children, is_dead, name_process, standard_input_as_line};
use crate::system::line::Line;
use crate::system::poll::{PollFd, PollFlags, is_ready, poll};
use crate::system::signals::ENDS;

/// The hidden sub-command that starts a launcher.
pub const COMMAND: &str = "__launcher";

/// How long what was left behind may take to die. Some cannot be killed, as where a program has become another user's.
const DEATH: Duration = Duration::from_secs(2);

/// Runs a launcher whose line to parlab is the standard input; returns when parlab hangs up, and nothing is left.
pub fn run() -> ExitCode {
    let Some(stream) = standard_input_as_line() else {
        return ExitCode::from(2);
    };
    if is_dead(&stream) {
        return ExitCode::FAILURE;
    }
    let Ok(mut launcher) = LauncherProcess::new(Line::new(stream)) else { return ExitCode::FAILURE };
    // That parlab is gone is how it ends.
    let _ = launcher.serve();
    launcher.end_all();
    ExitCode::SUCCESS
}

struct LauncherProcess {
    line: Line,
    children: SignalFd,
    programs: BTreeMap<u64, Program>,
    /// What programs used that were not waited for before their parents were.
    strays_used: ChildUsage,
}

/// A program that runs.
struct Program {
    pid: u32,
    handle: Option<OwnedFd>,
}

impl LauncherProcess {
    fn new(line: Line) -> io::Result<Self> {
        name_process("parlab-launcher");
        hear_of_children()?;
        prctl::set_child_subreaper(true)?;
        let signals = SigSet::from(Signal::SIGCHLD);
        // What the whole program is sent is for parlab to hear, which says what is to become of programs.
        let unheard = ENDS.into_iter().collect::<SigSet>() | signals;
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&unheard), None)?;
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        let children = SignalFd::with_flags(&signals, flags)?;
        Ok(Self { line, children, programs: BTreeMap::new(), strays_used: ChildUsage::default() })
    }

    fn serve(&mut self) -> io::Result<()> {
        loop {
            let (asked, changed) = self.wait()?;
            if changed {
                while let Ok(Some(_)) = self.children.read_signal() {}
                self.look_at_children()?;
            }
            if asked {
                // One poll may stand for several messages.
                while let Some(ask) = self.line.receive(Some(Duration::ZERO))? {
                    self.obey(ask)?;
                }
            }
        }
    }

    /// Waits until something was asked or a child has changed: which of the two.
    fn wait(&self) -> io::Result<(bool, bool)> {
        let handles = self.programs.values().filter_map(|program| program.handle.as_ref());
        let files = [self.line.as_fd(), self.children.as_fd()].into_iter().chain(handles.map(AsFd::as_fd));
        let mut files: Vec<PollFd> = files.map(|file| PollFd::new(file, PollFlags::POLLIN)).collect();
        poll(&mut files, None)?;
        Ok((is_ready(&files[0]), files[1..].iter().any(is_ready)))
    }

    fn obey(&mut self, ask: Ask) -> io::Result<()> {
        match ask {
            Ask::Start { program, order } => {
                let files = [(); 3].map(|()| self.line.take_file());
                let begun = start(&order, files);
                self.tell_of_start(program, begun)
            }
            Ask::Signal { program, signal } => {
                self.programs.get(&program).into_iter().for_each(|program| program.signal(signal));
                Ok(())
            }
        }
    }

    fn tell_of_start(&mut self, program: u64, begun: Result<(Program, u64), String>) -> io::Result<()> {
        match begun {
            Ok((started, at_ns)) => {
                let handle: Vec<BorrowedFd<'_>> = started.handle.iter().map(AsFd::as_fd).collect();
                let word = Word::Started { program, pid: started.pid, at_ns, has_handle: !handle.is_empty() };
                self.line.send(&word, &handle)?;
                self.programs.insert(program, started);
                Ok(())
            }
            Err(why) => self.line.send(&Word::Refused { program, why }, &[]),
        }
    }

    /// Waits for those that have ended, and tells of programs.
    fn look_at_children(&mut self) -> io::Result<()> {
        while let ReapedNews::ChildNews(news) = reap::next() {
            self.hear(news)?;
        }
        Ok(())
    }

    fn hear(&mut self, ChildNews { pid, what }: ChildNews) -> io::Result<()> {
        let at_ns = monotonic_ns();
        let program = self.programs.iter().find(|(_, program)| program.pid.cast_signed() == pid).map(|(id, _)| *id);
        match (program, what) {
            (Some(program), Change::Stopped(stopped)) => self.line.send(&Word::Stalled { program, stopped }, &[]),
            (Some(program), Change::Ended(how, used)) => {
                self.programs.remove(&program);
                let end = self.clean_up(pid, at_ns, how, used);
                self.line.send(&Word::Ended { program, end }, &[])
            }
            (None, Change::Ended(_, used)) => {
                self.strays_used = self.strays_used.and(used);
                Ok(())
            }
            (None, Change::Stopped(_)) => Ok(()),
        }
    }

    /// Kills what a program left behind that has ended: what is in its group, and, where no other program runs that it
    /// could be of, whatever else there is.
    fn clean_up(&mut self, group: i32, at_ns: u64, how: How, used: ChildUsage) -> Ended {
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        let (left_behind, left_some) = if self.programs.is_empty() { self.end_strays() } else { (0, false) };
        let used = used.and(std::mem::take(&mut self.strays_used));
        Ended {
            at_ns,
            how,
            user_us: used.user_us,
            system_us: used.system_us,
            voluntary: used.voluntary,
            involuntary: used.involuntary,
            peak_rss_kib: Some(used.peak_rss_kib).filter(|peak| *peak > own_peak_rss_kib()),
            left_behind,
            left_some,
        }
    }

    /// Kills all descendants there are and waits for them: how many there were, and whether some are left.
    fn end_strays(&mut self) -> (u32, bool) {
        let (until, mut seen) = (Instant::now() + DEATH, BTreeSet::new());
        loop {
            match reap::next() {
                ReapedNews::ChildNews(ChildNews { what: Change::Ended(_, used), .. }) => {
                    self.strays_used = self.strays_used.and(used);
                    continue;
                }
                ReapedNews::ChildNews(_) => continue,
                ReapedNews::NoChildren => return (seen.len() as u32, false),
                ReapedNews::Nothing if Instant::now() >= until => return (seen.len() as u32, true),
                ReapedNews::Nothing => {}
            }
            let left = strays::descendants(std::process::id(), &BTreeSet::new());
            strays::kill_all(&left);
            seen.extend(left);
            self.wait_for_a_death();
        }
    }

    /// Waits until a child ends, or a little while: what is no child yet becomes one when its parent has ended.
    fn wait_for_a_death(&self) {
        let mut files = [PollFd::new(self.children.as_fd(), PollFlags::POLLIN)];
        let _ = poll(&mut files, Some(Duration::from_millis(5)));
        while let Ok(Some(_)) = self.children.read_signal() {}
    }

    /// Kills all programs and what they have started.
    fn end_all(&mut self) {
        self.programs.values().for_each(|program| program.signal(Signal::SIGKILL as i32));
        self.programs.clear();
        self.end_strays();
    }
}

impl Program {
    /// Sends a signal to its group. It has not been waited for, so that its number is its own.
    fn signal(&self, signal: i32) {
        if let Ok(signal) = Signal::try_from(signal) {
            let _ = killpg(Pid::from_raw(self.pid.cast_signed()), signal);
        }
    }
}

/// The largest resident set that this process had, in KiB: that of a child as well, until its program was loaded.
fn own_peak_rss_kib() -> u64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(0, |usage| usage.max_rss().cast_unsigned())
}

/// Starts a program as the leader of a group, and when that was begun.
///
/// # Errors
/// Why it cannot be started.
fn start(order: &ProgramOrder, files: [Option<OwnedFd>; 3]) -> Result<(Program, u64), String> {
    let [Some(input), Some(output), Some(error)] = files else {
        return Err("a file is missing beside the request".to_owned());
    };
    let (name, arguments) = order.words.split_first().ok_or("there is no program to start")?;
    let mut command = Command::new(name);
    // Nothing of this runs code between fork and exec, for which the standard library would have to fork.
    command.args(arguments).envs(&order.environment).stdin(input).stdout(output).stderr(error).process_group(0);
    if let Some(folder) = &order.folder {
        command.current_dir(folder);
    }
    let at_ns = monotonic_ns();
    let child = command.spawn().map_err(|error| why_not(order, &error))?;
    let pid = child.id();
    let handle = rustix::process::Pid::from_raw(pid.cast_signed());
    let handle = handle.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    Ok((Program { pid, handle }, at_ns))
}

/// Why a program cannot be started: a folder that is not there looks like a program that is not.
fn why_not(order: &ProgramOrder, error: &io::Error) -> String {
    match order.folder.as_deref().filter(|folder| !std::path::Path::new(folder).is_dir()) {
        Some(folder) => format!("{folder} is no folder to run it in"),
        None => error.to_string(),
    }
}
