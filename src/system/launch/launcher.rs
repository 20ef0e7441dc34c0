//! The launcher: a small process with one thread that starts programs, waits for them, and kills what they leave behind.
//!
//! It speaks over its standard input, and over the lines that others open who were told where it listens: the workers of a
//! trial whose tasks are programs. Who hangs up loses what was started for it. When parlab hangs up, or is gone, it kills everything that was started and
//! ends; so it must not die with its parent, as a forkserver does. A handle of each program (pidfd) tells of its end; what
//! else becomes of its children it hears by SIGCHLD. As the only one that waits for them, it never takes another process
//! for a program of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::prctl;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, killpg};
use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerCredentials;
use nix::unistd::{Pid, geteuid};
use rustix::process::{PidfdFlags, pidfd_open};

use super::message::{Ask, Ended, How, ProgramOrder, Word};
use super::reap::{self, Change, ChildNews, ChildUsage, ReapedNews};
use super::strays;
use crate::system::clock::monotonic_ns;
use crate::system::helper::{hear_of_children, is_dead, name_process, standard_input_as_line};
use crate::system::line::Line;
use crate::system::poll::{PollFd, PollFlags, is_ready, poll};
use crate::system::signals::{ENDS, ignored};

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

/// The line to parlab: with it, all ends.
const PARLAB: u32 = 0;

/// Lines beside that one at most: far more workers than start programs at a time.
const LINES_MAX: usize = 4096;

struct LauncherProcess {
    /// The lines by number; the first is that to parlab.
    lines: BTreeMap<u32, Line>,
    /// Lines that were opened so far.
    opened: u32,
    /// Where others open lines, once parlab has said so.
    entrance: Option<UnixListener>,
    /// Has something to read once a child has changed.
    children: UnixStream,
    /// By line, and by the number that it has there.
    programs: BTreeMap<(u32, u64), Program>,
    /// What programs used that were not waited for before their parents were.
    strays_used: ChildUsage,
}

/// What there is to be done.
struct Ready {
    is_child: bool,
    is_entrance: bool,
    /// Lines on which something was said.
    lines: Vec<u32>,
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
        // Heard by handlers, since programs inherit which signals are blocked, and do not inherit handlers.
        let (children, heard) = UnixStream::pair()?;
        children.set_nonblocking(true)?;
        signal_hook::low_level::pipe::register(Signal::SIGCHLD as i32, heard)?;
        // What the whole program is sent is for parlab to hear, which says what is to become of programs. What is ignored
        // stays so, for programs too: they are to outlive a hang-up where parlab is.
        let ignored = ignored();
        let heard_of = ENDS.into_iter().filter(|signal| !ignored.contains(*signal));
        for signal in heard_of {
            signal_hook::flag::register(signal as i32, Arc::default())?;
        }
        Ok(Self {
            lines: BTreeMap::from([(PARLAB, line)]),
            opened: 1,
            entrance: None,
            children,
            programs: BTreeMap::new(),
            strays_used: ChildUsage::default(),
        })
    }

    fn serve(&mut self) -> io::Result<()> {
        while self.lines.contains_key(&PARLAB) {
            let Ready { is_child, is_entrance, lines } = self.wait()?;
            if is_child {
                drain(&self.children);
                self.look_at_children();
            }
            for line in lines {
                self.hear(line);
            }
            if is_entrance {
                self.let_in();
            }
        }
        Ok(())
    }

    /// Waits until something was asked, a child has changed, or a line is opened.
    fn wait(&self) -> io::Result<Ready> {
        let handles = self.programs.values().filter_map(|program| program.handle.as_ref());
        let own = std::iter::once(self.children.as_fd()).chain(handles.map(AsFd::as_fd));
        let children = own.clone().count();
        let entrance = self.entrance.iter().map(AsFd::as_fd);
        let files = own.chain(self.lines.values().map(AsFd::as_fd)).chain(entrance);
        let mut files: Vec<PollFd> = files.map(|file| PollFd::new(file, PollFlags::POLLIN)).collect();
        let has_words = self.lines.values().any(Line::has_words);
        poll(&mut files, has_words.then_some(Duration::ZERO))?;
        let (of_children, rest) = files.split_at(children);
        let (of_lines, of_entrance) = rest.split_at(self.lines.len());
        let asks = |(line, file): (&Line, &PollFd)| line.has_words() || is_ready(file);
        let lines =
            self.lines.iter().zip(of_lines).filter(|((_, line), file)| asks((line, file))).map(|((n, _), _)| *n);
        Ok(Ready {
            is_child: of_children.iter().any(is_ready),
            is_entrance: of_entrance.iter().any(is_ready),
            lines: lines.collect(),
        })
    }

    /// Does what was asked on a line; one that is dead is closed.
    fn hear(&mut self, number: u32) {
        loop {
            // One poll may stand for several messages.
            let asked = self.lines.get_mut(&number).map(|line| line.receive(Some(Duration::ZERO)));
            match asked {
                Some(Ok(Some(ask))) => self.obey(number, ask),
                Some(Err(_)) => return self.close(number),
                Some(Ok(None)) | None => return,
            }
        }
    }

    fn obey(&mut self, line: u32, ask: Ask) {
        match ask {
            Ask::Start { program, order } => {
                let files = [(); 3].map(|()| self.lines.get_mut(&line).and_then(Line::take_file));
                self.tell_of_start(line, program, start(&order, files));
            }
            Ask::Signal { program, signal } => {
                self.programs.get(&(line, program)).into_iter().for_each(|program| program.signal(signal));
            }
            Ask::Listen => {
                let file = self.lines.get_mut(&line).and_then(Line::take_file).filter(|_| line == PARLAB);
                self.entrance = file.map(UnixListener::from);
            }
        }
    }

    /// Takes in a line, if it is a process of the same user that opens it.
    fn let_in(&mut self) {
        let Some(Ok((stream, _))) = self.entrance.as_ref().map(UnixListener::accept) else { return };
        let is_own = getsockopt(&stream, PeerCredentials).is_ok_and(|peer| peer.uid() == geteuid().as_raw());
        if is_own && self.lines.len() <= LINES_MAX {
            self.lines.insert(self.opened, Line::new(stream));
            self.opened += 1;
        }
    }

    /// Forgets a line, and ends what was started for it.
    fn close(&mut self, number: u32) {
        self.lines.remove(&number);
        let of_it = self.programs.iter().filter(|((line, _), _)| *line == number);
        of_it.for_each(|(_, program)| program.signal(Signal::SIGKILL as i32));
    }

    /// Says something on a line, which is closed where it cannot be.
    fn say(&mut self, number: u32, word: &Word, files: &[BorrowedFd<'_>]) {
        let said = self.lines.get_mut(&number).map(|line| line.send(word, files));
        if said.is_some_and(|said| said.is_err()) {
            self.close(number);
        }
    }

    fn tell_of_start(&mut self, line: u32, program: u64, begun: Result<(Program, u64), String>) {
        match begun {
            Ok((started, at_ns)) => {
                let handle = started.handle.as_ref().and_then(|handle| handle.try_clone().ok());
                let word = Word::Started { program, pid: started.pid, at_ns, has_handle: handle.is_some() };
                // First of all, so that it is ended if that cannot be said any more.
                self.programs.insert((line, program), started);
                self.say(line, &word, &handle.iter().map(AsFd::as_fd).collect::<Vec<_>>());
            }
            Err(why) => self.say(line, &Word::Refused { program, why }, &[]),
        }
    }

    /// Waits for those that have ended, and tells of programs.
    fn look_at_children(&mut self) {
        while let ReapedNews::ChildNews(news) = reap::next() {
            self.heed(news);
        }
    }

    fn heed(&mut self, ChildNews { pid, what }: ChildNews) {
        let at_ns = monotonic_ns();
        let program = self.programs.iter().find(|(_, program)| program.pid.cast_signed() == pid).map(|(key, _)| *key);
        match (program, what) {
            (Some((line, program)), Change::Stopped(stopped)) => {
                self.say(line, &Word::Stalled { program, stopped }, &[]);
            }
            (Some((line, program)), Change::Ended(how, used)) => {
                self.programs.remove(&(line, program));
                let end = self.clean_up(pid, at_ns, how, used);
                self.say(line, &Word::Ended { program, end }, &[]);
            }
            (None, Change::Ended(_, used)) => self.strays_used = self.strays_used.and(used),
            (None, Change::Stopped(_)) => {}
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
        drain(&self.children);
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

/// Takes what there is to read.
fn drain(mut stream: &UnixStream) {
    let mut bytes = [0; 64];
    while matches!(stream.read(&mut bytes), Ok(n) if n > 0) {}
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
