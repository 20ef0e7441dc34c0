//! Job control: stopping as Ctrl-Z has it, where a shell could bring this process back.
//!
//! A process that was stopped where no shell watches stays so for ever. The kernel drops SIGTSTP there, in what POSIX
//! calls an orphaned process group, and so does one that asks here first; SIGSTOP would stop it all the same. When to
//! stop, and what else has to, is the caller's matter.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, raise, sigaction};
use nix::unistd::{Pid, getpgid, getpgrp, getppid, getsid};

use super::signals::ignored;

/// What stops together with this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// This process alone.
    Process,
    /// Its process group, as with Ctrl-Z: a shell that waits for `cargo run` would not notice that only its child has
    /// stopped.
    Group,
}

/// How long the news that this process goes on may take from one of its threads to another.
const NEWS: Duration = Duration::from_millis(100);

/// Whether a shell could bring this process back: in its group there is a child of a process of the same session that
/// is in another group, such as a shell with job control; and its parent did not have it ignore Ctrl-Z.
pub fn can_be_resumed() -> bool {
    let group = getpgrp();
    let is_orphaned = || !(is_watched(getppid(), group) || members(group).any(|parent| is_watched(parent, group)));
    !ignored().contains(Signal::SIGTSTP) && !is_orphaned()
}

/// Whether the parent of a member of the group would see it stop.
fn is_watched(parent: Pid, group: Pid) -> bool {
    // Number 0 would mean this process: its parent is beyond what can be seen from here, as in a container.
    parent.as_raw() > 0
        && getpgid(Some(parent)).is_ok_and(|of_parent| of_parent != group)
        && getsid(Some(parent)).ok() == getsid(None).ok()
}

/// The parents of all members of a group that can be seen.
fn members(group: Pid) -> impl Iterator<Item = Pid> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten();
    processes.filter_map(move |entry| {
        let stat = std::fs::read_to_string(entry.ok()?.path().join("stat")).ok()?;
        // After the name, which may hold anything: state, parent, group.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(1).map(str::parse::<i32>);
        let (parent, of_it) = (fields.next()?.ok()?, fields.next()?.ok()?);
        (of_it == group.as_raw()).then(|| Pid::from_raw(parent))
    })
}

/// Stops until this process is told to go on; says whether it did stop, which the kernel may refuse. Whatever handler
/// SIGTSTP has comes to nothing meanwhile.
///
/// # Errors
/// When the system refuses to have the handler changed.
pub fn stop(extent: Extent) -> io::Result<bool> {
    let goes_on = Arc::new(AtomicBool::new(false));
    let hook = signal_hook::flag::register(Signal::SIGCONT as i32, Arc::clone(&goes_on))?;
    let stopped = stop_by_default(extent);
    let until = Instant::now() + NEWS;
    while !goes_on.load(Relaxed) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    signal_hook::low_level::unregister(hook);
    stopped.map(|()| goes_on.load(Relaxed))
}

/// Has SIGTSTP do what it does by default: stop, unless the group is orphaned.
#[expect(unsafe_code, reason = "signal dispositions have no safe interface")]
fn stop_by_default(extent: Extent) -> io::Result<()> {
    let plain = |handler| SigAction::new(handler, SaFlags::empty(), SigSet::empty());
    // SAFETY: neither disposition runs code of this program, and the last call puts back what was there.
    let set = |action: &SigAction| unsafe { sigaction(Signal::SIGTSTP, action) };
    let before = set(&plain(SigHandler::SigIgn))?;
    if extent == Extent::Group {
        // The others, since it is ignored here.
        let _ = kill(Pid::from_raw(0), Signal::SIGTSTP);
    }
    set(&plain(SigHandler::SigDfl))?;
    // To this very thread: it stops in here, and all others with it.
    let raised = raise(Signal::SIGTSTP);
    set(&before)?;
    Ok(raised?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_beyond_what_can_be_seen_watches_none() {
        assert!(!is_watched(Pid::from_raw(0), getpgrp()));
        assert!(!is_watched(getppid(), getpgid(Some(getppid())).unwrap()), "one of the same group does not");
    }

    #[test]
    fn the_members_of_a_group_are_found_with_their_parents() {
        assert!(members(getpgrp()).any(|parent| parent == getppid()));
        assert_eq!(members(Pid::from_raw(i32::MAX)).count(), 0);
    }
}
