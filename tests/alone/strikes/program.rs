//! parlab in a terminal of its own that can be closed, or without one, and all that it has started.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

use nix::fcntl::OFlag;
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::Signal;
use nix::sys::termios::{Termios, tcgetattr};

use super::cases::Case;
use crate::common::running::{events, send};
use crate::common::{folder, is_alive, parlab, scenario};

/// The environment variable by which all processes of a round are known, whoever their parent is.
const MARK: &str = "PARLAB_STRUCK";

pub(super) struct Program {
    child: Child,
    mark: String,
    folder: tempfile::TempDir,
    window: Option<Window>,
}

/// A terminal, and what it shows.
struct Window {
    master: PtyMaster,
    slave: File,
    before: Termios,
    parser: vt100::Parser,
}

impl Window {
    fn open(rows: u16, columns: u16) -> (Self, File) {
        let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC);
        // Inherited by a child, it would never be closed.
        let master = master.expect("a terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("a terminal of ours");
        let name = ptsname_r(&master).expect("its name");
        let mut options = File::options();
        let slave = options.read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits()).open(name);
        let slave = slave.expect("its other side");
        let before = tcgetattr(slave.as_fd()).expect("its modes");
        let size: (NonZeroU16, NonZeroU16) = (rows.try_into().expect("rows"), columns.try_into().expect("columns"));
        let copy = slave.try_clone().expect("a copy");
        (Self { master, slave, before, parser: vt100::Parser::new(size.0, size.1, 0) }, copy)
    }

    fn look(&mut self) {
        let mut chunk = [0; 1 << 14];
        while let Ok(n @ 1..) = self.master.read(&mut chunk) {
            self.parser.process(&chunk[..n]);
        }
    }

    fn is_raw(&mut self) -> bool {
        self.look();
        let screen = self.parser.screen();
        let modes = tcgetattr(self.slave.as_fd()).ok();
        modes.as_ref() != Some(&self.before) || screen.alternate_screen() || screen.hide_cursor()
    }
}

impl Program {
    pub(super) fn start(case: &Case, mark: String) -> Self {
        let folder = folder();
        let toml = scenario(folder.path(), "case", &case.toml);
        let own = parlab();
        let mut window = None;
        let mut command = if case.on_screen {
            let (opened, slave) = Window::open(24, 80);
            window = Some(opened);
            // Becomes the program itself, at the head of a session with this terminal.
            let mut command = Command::new("setsid");
            command.arg("--ctty").arg(own.get_program()).args(["--journal"]).env("LINES", "24").env("COLUMNS", "80");
            let copy = || Stdio::from(slave.try_clone().expect("a copy"));
            command.stdin(copy()).stdout(copy()).stderr(copy()).env("TERM", "xterm-256color");
            command
        } else {
            let mut command = Command::new(own.get_program());
            command.args(["run", "--quiet", "--format", "json", "--journal"]).stdin(Stdio::null());
            command.stdout(File::create(folder.path().join("stdout")).expect("a file")).stderr(Stdio::null());
            command
        };
        for (key, value) in own.get_envs() {
            value.map(|value| command.env(key, value));
        }
        let child = command.arg(folder.path().join("journal")).arg(toml).env(MARK, &mark).spawn().expect("parlab");
        Self { child, mark, folder, window }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    pub(super) fn stdout(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stdout")).unwrap_or_default()
    }

    /// How it ended, if it has; what it writes to its terminal is read meanwhile.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.window.iter_mut().for_each(Window::look);
        self.child.try_wait().expect("a child")
    }

    /// Whether the run has begun that is to be struck: on the screen it takes a key.
    pub(super) fn begin(&mut self, asked: &mut Instant) -> bool {
        let has_begun = std::fs::metadata(self.journal()).is_ok_and(|file| file.len() > 0);
        let is_shown = |window: &&mut Window| window.parser.screen().alternate_screen();
        let is_due = !has_begun && asked.elapsed().as_millis() > 60;
        if let Some(window) = self.window.as_mut().filter(|window| is_due && is_shown(window)) {
            *asked = Instant::now();
            let _ = window.master.write_all(b"\r");
        }
        has_begun
    }

    /// Whether the run itself is over: the screen stays.
    pub(super) fn run_is_over(&self) -> bool {
        events(&self.journal()).iter().any(|event| event["event"] == "run_finished")
    }

    /// The forkserver and its workers, by name.
    fn forked(&self) -> Vec<(u32, String)> {
        let name = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let all = marked(&self.mark).into_iter().filter(|&pid| pid != self.pid());
        all.map(|pid| (pid, name(pid).trim().to_owned())).collect()
    }

    pub(super) fn workers(&self) -> Vec<u32> {
        self.forked().into_iter().filter(|(_, name)| name.starts_with("parlab-w")).map(|(pid, _)| pid).collect()
    }

    pub(super) fn forkserver(&self) -> Option<u32> {
        self.forked().into_iter().find(|(_, name)| name == "parlab-forkserv").map(|(pid, _)| pid)
    }

    pub(super) fn has_screen(&self) -> bool {
        self.window.is_some()
    }

    /// Closes the window; `false` if it has none.
    pub(super) fn close_terminal(&mut self) -> bool {
        self.window.take().is_some()
    }

    /// Whether its terminal, if it still has one, was left other than it was.
    pub(super) fn left_raw(&mut self) -> bool {
        self.window.as_mut().is_some_and(Window::is_raw)
    }

    /// What it has started and is still there.
    pub(super) fn orphans(&self) -> Vec<u32> {
        marked(&self.mark).into_iter().filter(|&pid| is_alive(pid)).collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.orphans().into_iter().for_each(|pid| send(pid, Signal::SIGKILL));
    }
}

/// All processes with a mark in their environment.
fn marked(mark: &str) -> Vec<u32> {
    let wanted = format!("{MARK}={mark}");
    let bears = |path: &Path| {
        let environment = std::fs::read(path.join("environ")).unwrap_or_default();
        environment.split(|&byte| byte == 0).any(|entry| entry == wanted.as_bytes())
    };
    let all = std::fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok().filter(|_| bears(&entry.path()))).collect()
}
