//! How the screen stops as Ctrl-Z has it, with all workers, and comes back.

use std::io;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::signals::asked_to_end;
use super::terminal::Terminal;
use crate::system::jobs::{self, Extent};
use crate::system::process::signal_groups;
use crate::system::raw_mode::is_in_foreground;

/// How long the news that a stopped program is to end may take to get here.
const NEWS: Duration = Duration::from_millis(100);

/// What became of a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspension {
    /// No shell could have brought parlab back: it did not stop.
    Refused,
    /// It is to end, which a signal has said or will say in a moment.
    ToEnd,
    /// It goes on.
    Over {
        /// Whether it stood still at all.
        stopped: bool,
        /// How long it was away.
        away: Duration,
    },
}

/// Stops, with everything else in the foreground if that is meant, and all workers; returns when parlab goes on and has
/// the terminal again. `stood_still` says to the run that time is lost.
///
/// # Errors
/// When the terminal is gone, or nothing can be stopped.
pub fn suspend(terminal: &mut Terminal, extent: Extent, stood_still: &dyn Fn()) -> io::Result<Suspension> {
    if !jobs::can_be_resumed() {
        return Ok(Suspension::Refused);
    }
    let before = Instant::now();
    terminal.pause();
    // Also before, since the engine may look up before this thread does when all go on.
    stood_still();
    signal_groups(Signal::SIGSTOP);
    let back = come_back(terminal, extent);
    // Again, in case another trial had begun by then; before the workers go on, or this could hit the next.
    stood_still();
    // Whether they go on or end: stopped they could do neither.
    signal_groups(Signal::SIGCONT);
    Ok(match back? {
        Some(stopped) => Suspension::Over { stopped, away: before.elapsed() },
        None => Suspension::ToEnd,
    })
}

/// Stops until the terminal is this program's again, and takes it; says whether it stopped, or nothing if it is to end.
fn come_back(terminal: &mut Terminal, extent: Extent) -> io::Result<Option<bool>> {
    let mut stopped = jobs::stop(extent)?;
    // Gone on in the background, where nothing may be done to the terminal: to stay stopped is all that is left.
    while !may_go_on() {
        stopped |= jobs::stop(Extent::Process)?;
    }
    if asked_to_end() {
        return Ok(None);
    }
    terminal.resume()?;
    Ok(Some(stopped))
}

/// Whether the terminal is this program's again, or it is to end.
fn may_go_on() -> bool {
    if is_in_foreground().unwrap_or(true) {
        return true;
    }
    // `kill %1` has a stopped program both end and go on, in any order.
    std::thread::sleep(NEWS);
    asked_to_end()
}
