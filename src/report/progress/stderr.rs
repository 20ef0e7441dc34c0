//! Standard error as progress is written to it: nothing waits for a reader, who may not read.
//!
//! What is not read for long is lost beyond a limit: progress is no result.

use std::fmt::{Debug, Write as _};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use indicatif::TermLike;

use crate::report::readers::awaiting;
use crate::system::outlet::Outlet;
use crate::system::terminal::stderr_columns;

/// Bytes that may wait to be read.
const WAITING_MAX: usize = 1 << 20;

/// How long a terminal may take to show the end of the progress.
const PATIENCE: Duration = Duration::from_millis(200);

/// The one way to standard error, once it is made; `None` where there is no thread to be had.
static OUTLET: OnceLock<Option<Outlet>> = OnceLock::new();

fn outlet() -> Option<&'static Outlet> {
    let start = || Outlet::to(File::from(io::stderr().as_fd().try_clone_to_owned().ok()?)).ok();
    OUTLET.get_or_init(start).as_ref()
}

/// Waits for a moment until what was written has been read.
pub(super) fn settle() {
    if let Some(Some(outlet)) = OUTLET.get() {
        outlet.flush(PATIENCE);
    }
}

/// Waits until what was written has been read, however long that takes. A signal may end the program meanwhile.
pub(super) fn drain() {
    if let Some(Some(outlet)) = OUTLET.get() {
        awaiting(|| while !outlet.flush(PATIENCE) && !outlet.is_idle() {});
    }
}

/// Standard error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unhurried;

impl Write for Unhurried {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match outlet() {
            None => io::stderr().write(bytes),
            Some(outlet) if outlet.waiting() > WAITING_MAX => Ok(bytes.len()),
            Some(outlet) => outlet.write(bytes).map(|()| bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Columns of the terminal that standard error is.
pub(super) fn columns() -> u16 {
    stderr_columns().unwrap_or(80)
}

/// A terminal for bars: what is drawn goes out whole.
#[derive(Debug)]
pub(super) struct BarsTerminal<W> {
    out: W,
    columns: fn() -> u16,
    drawn: Mutex<String>,
}

impl BarsTerminal<Unhurried> {
    /// Standard error, where it is a terminal.
    pub(super) fn on_stderr() -> Self {
        Self::on(Unhurried, columns)
    }
}

impl<W> BarsTerminal<W> {
    /// One that is written to in this way, and is so wide.
    pub(super) fn on(out: W, columns: fn() -> u16) -> Self {
        Self { out, columns, drawn: Mutex::default() }
    }

    fn add(&self, text: std::fmt::Arguments<'_>) -> io::Result<()> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).write_fmt(text).map_err(io::Error::other)
    }

    /// A move of the cursor, `\x1b[nX`; of nothing there is none.
    fn control(&self, n: usize, letter: char) -> io::Result<()> {
        if n == 0 { Ok(()) } else { self.add(format_args!("\x1b[{n}{letter}")) }
    }
}

impl<W: Write + Clone + Debug + Send + Sync> TermLike for BarsTerminal<W> {
    fn width(&self) -> u16 {
        (self.columns)()
    }
    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.control(n, 'A')
    }
    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.control(n, 'B')
    }
    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.control(n, 'C')
    }
    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.control(n, 'D')
    }
    fn write_line(&self, s: &str) -> io::Result<()> {
        self.add(format_args!("{s}\n"))
    }
    fn write_str(&self, s: &str) -> io::Result<()> {
        self.add(format_args!("{s}"))
    }
    fn clear_line(&self) -> io::Result<()> {
        self.add(format_args!("\r\x1b[2K"))
    }
    fn flush(&self) -> io::Result<()> {
        let drawn = std::mem::take(&mut *self.drawn.lock().unwrap_or_else(PoisonError::into_inner));
        self.out.clone().write_all(drawn.as_bytes())
    }
}
