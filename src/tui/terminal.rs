//! The terminal: taken over once, given back exactly once, and written to only where something changed.
//!
//! It is given back by `Drop`, by the panic hook before the panic's message is printed, whichever thread panics, and by
//! a signal that ends the process on the spot. It may be one that is not read, as over a line that is stalled: nothing
//! here waits for that longer than a moment. No mouse capture: people select text over SSH.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, OnceLock, TryLockError};
use std::time::{Duration, Instant};

use crossterm::cursor::Hide;
use crossterm::event::EnableBracketedPaste;
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen};
use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::backend::panics_are_caught;
use crate::system::outlet::Outlet;
use crate::system::{fatal, raw_mode};

/// What gives the terminal back: the end of a synchronised update, pastes as keys, the normal screen, the cursor. As bytes, for a
/// handler of a signal can make none.
const GIVE_BACK: &[u8] = b"\x1b[?2026l\x1b[?2004l\x1b[?1049l\x1b[?25h";

/// How long a terminal may take to read what it was sent last.
const PATIENCE: Duration = Duration::from_millis(200);

/// Whether this process has taken the terminal at the moment. One for the process, as the terminal itself is.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether a thread panicked while the terminal was taken.
static PANICKED: AtomicBool = AtomicBool::new(false);
/// The way to it.
static OUTLET: OnceLock<Outlet> = OnceLock::new();

/// The terminal while it is taken. Dropping it gives it back.
#[derive(Debug)]
pub struct Terminal {
    out: Outlet,
    shown: FrameDiff,
    bytes_written: u64,
}

impl Terminal {
    /// Takes over the terminal: raw mode, alternate screen, no cursor.
    ///
    /// # Errors
    /// When standard output is no terminal, or one that cannot be set up.
    pub fn take() -> io::Result<Self> {
        if !io::stdout().is_terminal() {
            return Err(io::Error::other("standard output is not a terminal; `parlab run` works without one"));
        }
        give_back_on_panic();
        fatal::before_the_end(give_back_on_the_spot);
        let mut terminal = Self { out: outlet()?, shown: FrameDiff::new(Rect::ZERO), bytes_written: 0 };
        terminal.enter()?;
        Ok(terminal)
    }

    /// Shows a frame. What is on the screen already is not written again; if nothing changed, nothing is written.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, area: Rect, render: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        let mut frame = Vec::new();
        self.shown.frame(area, render, &mut frame)?;
        self.write(&frame)
    }

    /// Whether the last frame has been read, so that there is room for another.
    pub fn is_read(&self) -> bool {
        self.out.is_idle()
    }

    /// Gives the terminal back for a while; [`Self::resume`] takes it again.
    pub fn pause(&mut self) {
        give_back();
    }

    /// Takes the terminal again, however it was left, and forgets what is on it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn resume(&mut self) -> io::Result<()> {
        give_back();
        self.enter()
    }

    /// Forgets what is on the screen: the next frame is written whole.
    pub fn forget(&mut self) {
        self.shown.forget();
    }

    /// Asks the terminal where the cursor stands after a character of two bytes: one that takes UTF-8 answers with the
    /// second column, which comes in like a key.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn ask_for_utf8(&mut self) -> io::Result<()> {
        self.write("\x1b[H\u{e9}\x1b[6n".as_bytes())
    }

    /// Writes lines to the normal screen, when the terminal has been given back. One that does not read them is left to
    /// itself.
    pub fn leave_behind(&self, lines: &[String]) {
        let text = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();
        if self.out.is_idle() && self.out.write(text.as_bytes()).is_ok() {
            self.out.flush(PATIENCE);
        }
    }

    /// All bytes written to the terminal so far.
    pub fn bytes_written(&self) -> u64 {
        self.bytes_written
    }

    /// Whether a thread panicked, so that the terminal was given back.
    pub fn lost_to_a_panic(&self) -> bool {
        PANICKED.load(Ordering::SeqCst)
    }

    fn enter(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        raw_mode::make_raw()?;
        let mut bytes = Vec::new();
        queue!(bytes, EnterAlternateScreen, Hide, EnableBracketedPaste)?;
        self.shown.forget();
        self.write(&bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() || !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.out.write(bytes)?;
        self.bytes_written += bytes.len() as u64;
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// The outlet to standard output: made with the first terminal that is taken.
fn outlet() -> io::Result<Outlet> {
    if let Some(outlet) = OUTLET.get() {
        return Ok(outlet.clone());
    }
    // Not through the standard library's buffer, whose lock a thread that is left behind would keep.
    let outlet = Outlet::to(File::from(io::stdout().as_fd().try_clone_to_owned()?))?;
    Ok(OUTLET.get_or_init(|| outlet).clone())
}

/// Gives the terminal back if it is taken; does nothing otherwise. What it does not read is thrown away, or what gives it
/// back would not come through.
pub(super) fn give_back() {
    let _turn = turn_to_give_back();
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // A terminal that is gone needs no restoring, so errors end here. The mode is reset even if writing fails.
    if let Some(outlet) = OUTLET.get()
        && outlet.write(GIVE_BACK).is_ok()
        && !outlet.flush(PATIENCE)
        && !outlet.is_idle()
    {
        raw_mode::discard_unread();
        // It may have been among what was thrown away; twice costs nothing.
        let _ = outlet.write(GIVE_BACK);
        outlet.flush(PATIENCE);
    }
    raw_mode::make_cooked();
}

/// Waits until no other thread is giving the terminal back: a program that ended meanwhile would leave it half done. Not
/// for longer than that takes at most, since a thread may panic while it is at it.
fn turn_to_give_back() -> Option<MutexGuard<'static, ()>> {
    static GIVING: Mutex<()> = Mutex::new(());
    let until = Instant::now() + 3 * PATIENCE;
    loop {
        match GIVING.try_lock() {
            Ok(turn) => return Some(turn),
            Err(TryLockError::Poisoned(turn)) => return Some(turn.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() > until => return None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// The same in a handler of a signal.
fn give_back_on_the_spot() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        OUTLET.get().into_iter().for_each(Outlet::silence);
        raw_mode::write_last(GIVE_BACK);
        raw_mode::make_cooked();
    }
}

fn give_back_on_panic() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // A task's panic is the backend's business: it is counted as that task's failure.
            if panics_are_caught() {
                return;
            }
            let was_taken = TAKEN.load(Ordering::SeqCst);
            if was_taken {
                give_back();
            }
            report(panic);
            if was_taken {
                // Last, since the program ends upon it.
                PANICKED.store(true, Ordering::SeqCst);
            }
        }));
    });
}

/// What the terminal shows, and the bytes that take it to the next frame.
#[derive(Debug)]
struct FrameDiff {
    shown: Buffer,
    next: Buffer,
    known: bool,
}

impl FrameDiff {
    fn new(area: Rect) -> Self {
        Self { shown: Buffer::empty(area), next: Buffer::empty(area), known: false }
    }

    fn forget(&mut self) {
        self.known = false;
    }

    /// Appends the bytes that change what is shown into the frame that `render` draws; none if it is the same.
    fn frame(&mut self, area: Rect, render: impl FnOnce(&mut Buffer), out: &mut Vec<u8>) -> io::Result<()> {
        if self.next.area != area {
            self.next.resize(area);
            self.known = false;
        }
        self.next.reset();
        render(&mut self.next);
        if !self.known {
            self.shown = Buffer::empty(area);
        }
        let mut changes = self.shown.diff_iter(&self.next).peekable();
        if changes.peek().is_none() && self.known {
            return Ok(());
        }
        queue!(out, BeginSynchronizedUpdate)?;
        if !self.known {
            queue!(out, Clear(ClearType::All))?;
        }
        CrosstermBackend::new(&mut *out).draw(changes)?;
        queue!(out, EndSynchronizedUpdate)?;
        std::mem::swap(&mut self.shown, &mut self.next);
        self.known = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use ratatui::style::Style;

    use crossterm::event::DisableBracketedPaste;

    use super::*;

    const AREA: Rect = Rect::new(0, 0, 20, 3);

    fn bytes(diff: &mut FrameDiff, area: Rect, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        diff.frame(
            area,
            |buf| {
                buf.set_string(0, 0, text, Style::new());
            },
            &mut out,
        )
        .expect("a Vec takes everything");
        out
    }

    fn screen(chunks: &[Vec<u8>]) -> String {
        let mut parser = vt100::Parser::new(NonZero::new(3).unwrap(), NonZero::new(20).unwrap(), 0);
        chunks.iter().for_each(|chunk| parser.process(chunk));
        parser.screen().contents()
    }

    #[test]
    fn what_gives_it_back_undoes_what_took_it() {
        use crossterm::cursor::Show;
        use crossterm::terminal::LeaveAlternateScreen;
        let mut bytes = Vec::new();
        queue!(bytes, EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show).unwrap();
        assert_eq!(bytes, GIVE_BACK);
    }

    #[test]
    fn the_same_frame_again_costs_nothing() {
        let mut diff = FrameDiff::new(Rect::ZERO);
        assert!(!bytes(&mut diff, AREA, "one").is_empty());
        assert!(bytes(&mut diff, AREA, "one").is_empty());
        diff.forget();
        assert!(!bytes(&mut diff, AREA, "one").is_empty(), "unless the screen was lost");
    }

    #[test]
    fn changes_alone_are_written_and_leave_the_right_picture() {
        let mut diff = FrameDiff::new(Rect::ZERO);
        let whole = bytes(&mut diff, AREA, "tasks done 41");
        let change = bytes(&mut diff, AREA, "tasks done 42");
        assert!(change.len() < 64, "{} bytes for one character", change.len());
        assert!(change.starts_with(b"\x1b[?2026h") && change.ends_with(b"\x1b[?2026l"));
        assert_eq!(screen(&[whole, change]), "tasks done 42");
    }

    #[test]
    fn a_new_size_clears_what_was_there() {
        let mut diff = FrameDiff::new(Rect::ZERO);
        let wide = bytes(&mut diff, AREA, "a long line of text");
        let small = bytes(&mut diff, Rect::new(0, 0, 10, 2), "short");
        assert_eq!(screen(&[wide, small]), "short");
        assert!(!bytes(&mut diff, Rect::ZERO, "").is_empty(), "even to nothing");
    }
}
