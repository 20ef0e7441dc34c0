//! A child process with a process group of its own, which ends with the value that owns it: the child and all that it
//! has started in its group.
//!
//! All groups that live are known here, so that a program that stops, or ends in a hurry, can have them do the same
//! ([`signal_groups`]), whichever thread owns them and waits for what.
//!
//! A parent that is killed outright runs no destructor. A child that must not outlive even that sees its standard input
//! end, as the forkserver does, if that is a pipe or socket from here.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::poll::{PollFd, PollFlags, poll};

/// The groups whose leaders have not been waited for: as long as one stands here, its number is no other's.
static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

fn groups() -> MutexGuard<'static, Vec<Pid>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Groups that another process started for this one, each with a handle of its leader.
static STARTED_FOR_US: Mutex<Vec<Arc<LedGroup>>> = Mutex::new(Vec::new());

/// A process group that another process started for this one. While it is kept, [`signal_groups`] reaches it.
#[derive(Debug)]
pub struct LedGroup {
    leader: Pid,
    /// Tells whether the leader has ended, even if its number is another process's by now; none where the kernel has no
    /// such handles.
    handle: Option<OwnedFd>,
}

impl LedGroup {
    /// The group that the process with this number leads; `handle` is a pidfd of it.
    pub fn keep(leader: u32, handle: Option<OwnedFd>) -> LedGroupGuard {
        let group = Arc::new(Self { leader: Pid::from_raw(leader.cast_signed()), handle });
        led_groups().push(Arc::clone(&group));
        LedGroupGuard(group)
    }

    fn signal(&self, signal: Signal) {
        let mut files: Vec<PollFd> =
            self.handle.iter().map(|handle| PollFd::new(handle.as_fd(), PollFlags::POLLIN)).collect();
        // A group without its leader may have lost its number to another.
        if poll(&mut files, Some(Duration::ZERO)).is_ok_and(|ended| ended == 0) {
            let _ = killpg(self.leader, signal);
        }
    }
}

/// Keeps a group among those that [`signal_groups`] reaches, until it is dropped.
#[derive(Debug)]
pub struct LedGroupGuard(Arc<LedGroup>);

impl Drop for LedGroupGuard {
    fn drop(&mut self) {
        led_groups().retain(|group| !Arc::ptr_eq(group, &self.0));
    }
}

fn led_groups() -> MutexGuard<'static, Vec<Arc<LedGroup>>> {
    STARTED_FOR_US.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends a signal to everything in all groups that were started here, or for this process, and have not been ended.
pub fn signal_groups(signal: Signal) {
    led_groups().iter().for_each(|group| group.signal(signal));
    // A group of which no process is left needs none.
    groups().iter().for_each(|&group| {
        let _ = killpg(group, signal);
    });
}

/// A child that leads a process group. Dropping it kills the group and waits for the child.
#[derive(Debug)]
pub struct ChildGroup {
    child: Child,
    /// Known once the child was waited for: from then on its number may be another process's.
    status: Option<ExitStatus>,
}

impl ChildGroup {
    /// Starts a command as the leader of a group: a Ctrl-C at the terminal is for this process to hear, and the group
    /// can be killed whole.
    ///
    /// # Errors
    /// When the system cannot start it.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut groups = groups();
        let group = Self { child: command.process_group(0).spawn()?, status: None };
        groups.push(group.pid());
        Ok(group)
    }

    /// The child's process id, which is also the group's.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the child itself goes on; the others of its group may outlive it.
    pub fn is_running(&self) -> bool {
        self.status.is_none() && self.look() == Some(WaitStatus::StillAlive)
    }

    /// Whether the child was stopped since this was last asked, and whether it still is; `None` if it was not.
    pub fn take_stop(&mut self) -> Option<bool> {
        let flags = WaitPidFlag::WSTOPPED | WaitPidFlag::WCONTINUED | WaitPidFlag::WNOHANG;
        if self.status.is_some() {
            return None;
        }
        match waitid(Id::Pid(self.pid()), flags) {
            Ok(WaitStatus::Stopped(..)) => Some(true),
            Ok(WaitStatus::Continued(_)) => Some(false),
            _ => None,
        }
    }

    /// Kills what is left of the group, and returns how the child ended, by this or before.
    ///
    /// # Errors
    /// When the system does not tell, as where children are reaped by themselves (SIGCHLD ignored).
    pub fn end(&mut self) -> io::Result<ExitStatus> {
        if let Some(status) = self.status {
            return Ok(status);
        }
        groups().retain(|&group| group != self.pid());
        if self.look().is_some() {
            // Fails where all are gone.
            let _ = killpg(self.pid(), Signal::SIGKILL);
        }
        let status = self.child.wait()?;
        self.status = Some(status);
        Ok(status)
    }

    /// What the child does, without reaping it: while its number is known here, it cannot become another process's.
    /// `None` once that may have happened.
    fn look(&self) -> Option<WaitStatus> {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        waitid(Id::Pid(self.pid()), flags).ok()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }
}

impl Drop for ChildGroup {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// How a child ended, as a clause: `was killed by SIGKILL`, `ended (exit status: 1)`.
pub fn ending(status: &io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => match status.signal().and_then(|number| Signal::try_from(number).ok()) {
            Some(signal) => format!("was killed by {signal}"),
            None => format!("ended ({status})"),
        },
        Err(error) => format!("cannot be asked ({error})"),
    }
}

/// A handle of a process (pidfd), which is ready for reading once that has ended.
///
/// # Errors
/// When there is no such process, or the system has no such handles.
pub fn handle(pid: u32) -> io::Result<OwnedFd> {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).ok_or(io::ErrorKind::InvalidInput)?;
    Ok(rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())?)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::process::Stdio;
    use std::time::Duration;

    use nix::sys::signal::kill;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn wait_for(what: impl Fn() -> bool) {
        for _ in 0..10_000 {
            if what() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it never came");
    }

    #[test]
    fn the_whole_group_ends_with_its_owner() {
        let mut group = ChildGroup::start(shell("sleep 1000 & echo started; wait").stdout(Stdio::piped())).unwrap();
        let mut stdout = group.child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 8]).unwrap();
        assert!(group.is_running());
        drop(group);
        // The grandchild had the pipe, too: its end is the end of all of them.
        assert_eq!(stdout.read_to_end(&mut Vec::new()).unwrap(), 0);
    }

    #[test]
    fn what_outlives_the_child_in_its_group_is_ended_too() {
        let group = ChildGroup::start(shell("sleep 1000 & echo started").stdout(Stdio::piped()));
        let mut group = group.unwrap();
        let mut stdout = group.child.stdout.take().unwrap();
        wait_for(|| !group.is_running());
        assert_eq!(ending(&group.end()), "ended (exit status: 0)");
        assert_eq!(stdout.read_to_end(&mut Vec::new()).unwrap(), 8);
        assert!(group.end().is_ok_and(|status| status.success()), "it is remembered");
    }

    #[test]
    fn all_groups_can_be_reached_at_once() {
        let mut group = ChildGroup::start(shell("sleep 1000 & echo started; wait").stdout(Stdio::piped())).unwrap();
        group.child.stdout.take().unwrap().read_exact(&mut [0; 8]).unwrap();
        let status = || std::fs::read_to_string(format!("/proc/{}/stat", group.id())).unwrap();
        assert!(groups().contains(&group.pid()));
        // Those of other tests must not be stopped, so this one's is the only one that is.
        killpg(group.pid(), Signal::SIGSTOP).unwrap();
        wait_for(|| status().contains(") T "));
        signal_groups(Signal::SIGCONT);
        wait_for(|| !status().contains(") T "));
        let pid = group.pid();
        drop(group);
        assert!(!groups().contains(&pid), "whose leader was waited for is no longer known");
    }

    #[test]
    fn how_it_ended_is_told() {
        let end = |script: &str, signal: Option<Signal>| {
            let mut group = ChildGroup::start(&mut shell(script)).unwrap();
            if let Some(signal) = signal {
                kill(group.pid(), signal).unwrap();
            }
            wait_for(|| !group.is_running());
            ending(&group.end())
        };
        assert_eq!(end("exit 3", None), "ended (exit status: 3)");
        assert_eq!(end("sleep 1000", Some(Signal::SIGTERM)), "was killed by SIGTERM");
        let mut running = ChildGroup::start(&mut shell("sleep 1000")).unwrap();
        assert_eq!(ending(&running.end()), "was killed by SIGKILL");
        assert!(ChildGroup::start(&mut Command::new("/no/such/program")).is_err());
        assert!(ending(&Err(io::Error::other("gone"))).contains("gone"));
    }
}
