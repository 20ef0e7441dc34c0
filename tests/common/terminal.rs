//! A real pseudo-terminal with a program in it, and the screen that a person would see.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use portable_pty::{Child, CommandBuilder, MasterPty, PtyPair, PtySize, native_pty_system};

use super::{PATIENCE, UNDISTURBED};

/// A terminal window.
pub struct Terminal {
    pair: PtyPair,
    keyboard: Box<dyn Write + Send>,
    reads: Arc<(Mutex<bool>, Condvar)>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
    modes_before: String,
}

struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

/// How a program in a terminal is started.
pub struct Session {
    command: CommandBuilder,
    rows: u16,
    cols: u16,
    /// What the program is told of the size, where that is not the truth.
    told: Option<(u16, u16)>,
}

impl Session {
    pub fn new(program: impl AsRef<std::ffi::OsStr>) -> Self {
        let mut command = CommandBuilder::new(program);
        command.env_remove("NO_COLOR");
        command.env_remove("COLORTERM");
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        command.env("XDG_CONFIG_HOME", "/nonexistent");
        UNDISTURBED.into_iter().for_each(|(name, value)| command.env(name, value));
        command.cwd("/");
        Self { command, rows: 24, cols: 80, told: None }
    }

    /// parlab itself.
    pub fn parlab() -> Self {
        Self::new(super::binary())
    }

    pub fn args<S: AsRef<std::ffi::OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self
    }

    pub fn cwd(mut self, folder: &std::path::Path) -> Self {
        self.command.cwd(folder);
        self
    }

    pub fn size(mut self, cols: u16, rows: u16) -> Self {
        (self.cols, self.rows) = (cols, rows);
        self
    }

    /// The size that the program is told, whatever the window's is.
    pub fn told(mut self, cols: u16, rows: u16) -> Self {
        self.told = Some((cols, rows));
        self
    }

    pub fn open(self) -> Terminal {
        let (cols, rows) = self.told.unwrap_or((self.cols, self.rows));
        let pair = native_pty_system().openpty(pty_size(cols, rows)).expect("a pseudo-terminal");
        let modes_before = modes(&*pair.master);
        let child = pair.slave.spawn_command(self.command).expect("the program");
        let parser = vt100::Parser::new(nonzero(self.rows), nonzero(self.cols), 0);
        let seen = Arc::new(Mutex::new(Seen { parser, bytes: Vec::new() }));
        let mut reader = pair.master.try_clone_reader().expect("the terminal's output");
        let watcher = Arc::clone(&seen);
        let reads = Arc::new((Mutex::new(true), Condvar::new()));
        let may_read = Arc::clone(&reads);
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut chunk) {
                let mut seen = watcher.lock().unwrap();
                seen.parser.process(&chunk[..n]);
                seen.bytes.extend_from_slice(&chunk[..n]);
                drop(seen);
                let reads = may_read.0.lock().unwrap();
                drop(may_read.1.wait_while(reads, |reads| !*reads).unwrap());
            }
        });
        let keyboard = pair.master.take_writer().expect("the terminal's input");
        Terminal { pair, keyboard, reads, child, seen, modes_before }
    }
}

impl Terminal {
    /// The text on the screen.
    pub fn text(&self) -> String {
        self.seen.lock().unwrap().parser.screen().contents()
    }

    /// The colours of a text, wherever it stands on the screen and is not in reverse.
    pub fn colours_of(&self, text: &str) -> Vec<vt100::Color> {
        let seen = self.seen.lock().unwrap();
        let screen = seen.parser.screen();
        let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
        let cell = |y: u16, x: u16| screen.cell(y, x).map_or("", |cell| cell.contents());
        let is_there = |y: u16, x: u16| text.chars().zip(x..).all(|(c, x)| cell(y, x) == c.to_string());
        let places = (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))).filter(|(y, x)| is_there(*y, *x));
        let cells = places.filter_map(|(y, x)| screen.cell(y, x)).filter(|cell| !cell.inverse());
        cells.map(vt100::Cell::fgcolor).collect()
    }

    /// Everything that was ever written to the terminal.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen.lock().unwrap().bytes.clone()
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a running program")
    }

    pub fn send(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).and_then(|()| self.keyboard.flush()).expect("a keyboard");
    }

    pub fn resize(&self, cols: u16, rows: u16) {
        self.seen.lock().unwrap().parser.screen_mut().set_size(nonzero(rows), nonzero(cols));
        self.tell_size(cols, rows);
    }

    /// Tells the program another size, whatever the window's is.
    pub fn tell_size(&self, cols: u16, rows: u16) {
        self.pair.master.resize(pty_size(cols, rows)).expect("another size");
    }

    /// Has no process read the terminal any more, and fills it up: whoever writes to it waits from now on.
    pub fn stop_reading(&self) {
        *self.reads.0.lock().unwrap() = false;
        let name = self.pair.master.tty_name().expect("a name");
        let flags = nix::libc::O_NONBLOCK | nix::libc::O_NOCTTY;
        let mut back = std::fs::OpenOptions::new().write(true).custom_flags(flags).open(name).expect("the terminal");
        // What is read last may still make some room.
        for _ in 0..3 {
            while back.write(b" ").is_ok() {}
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// Has the terminal read again.
    pub fn go_on_reading(&self) {
        *self.reads.0.lock().unwrap() = true;
        self.reads.1.notify_all();
    }

    /// Whether line discipline and control characters are as they were before the program started.
    pub fn has_its_modes(&self) -> bool {
        modes(&*self.pair.master) == self.modes_before
    }

    /// Waits for the program to end, which must be over at once, and returns its exit code.
    pub fn exit_code_at_once(&mut self) -> u32 {
        let until = Instant::now() + super::AT_ONCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.exit_code();
            }
            assert!(Instant::now() < until, "the program does not end");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.pid() as i32), signal).expect("a running program");
    }

    /// Waits until a text is on the screen.
    pub fn wait_for(&self, text: &str) {
        self.wait(&format!("{text:?} on the screen"), |screen| screen.contains(text));
    }

    /// Waits until the screen is as asked for.
    pub fn wait(&self, what: &str, mut holds: impl FnMut(&str) -> bool) {
        let until = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            if holds(&text) {
                return;
            }
            assert!(Instant::now() < until, "waited in vain for {what}; the screen shows:\n{text}");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// Waits for the program to end, and returns its exit code.
    pub fn exit_code(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.exit_code();
            }
            assert!(Instant::now() < until, "the program does not end; the screen shows:\n{}", self.text());
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// Fails unless the terminal is as it was before the program started.
    pub fn assert_restored(&self) {
        // What the program wrote last may still be on its way.
        super::wait_until("the terminal to be restored", || {
            let seen = self.seen.lock().unwrap();
            let screen = seen.parser.screen();
            !screen.alternate_screen() && !screen.hide_cursor() && modes(&*self.pair.master) == self.modes_before
        });
        let seen = self.seen.lock().unwrap();
        let screen = seen.parser.screen();
        assert!(!screen.bracketed_paste() && !screen.application_cursor());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Line discipline and control characters, in words.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("terminal modes"))
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn nonzero(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("a size that is not zero")
}
