//! Which processes are to be watched: those that are named, and all that descends from them.

use std::fmt;

/// Tells of a child of the reaper whether it is the reaper's own.
type IsOwn = Box<dyn Fn(u32) -> bool + Send>;

/// Processes that are to be watched, with all of their descendants.
///
/// A process whose parent ends becomes a child of the next subreaper above. Those that were found before are watched
/// further; of those that were not, only the children of a reaper that is known can be told
/// ([`with_strays_of`](Self::with_strays_of)).
#[derive(Debug)]
pub struct Roots {
    pub(super) pids: Vec<u32>,
    /// Whether they ran before they were watched, so that only what they do from now on counts.
    pub(super) ran_before: bool,
    pub(super) strays: Option<Strays>,
}

impl Roots {
    /// A program that was just started, as a child of this process: all that it does counts.
    pub fn of_program(pid: u32) -> Self {
        Self { pids: vec![pid], ran_before: false, strays: None }
    }

    /// A process that runs already: what its threads did before does not count.
    pub fn of_running(pid: u32) -> Self {
        Self { pids: vec![pid], ran_before: true, strays: None }
    }

    /// With the children of a process that has made itself the reaper of orphans
    /// (`prctl(PR_SET_CHILD_SUBREAPER)`), but for those that are its own.
    ///
    /// `is_own` is asked by process id, from the thread that looks, and must know of a child before that is started.
    pub fn with_strays_of(mut self, reaper: u32, is_own: impl Fn(u32) -> bool + Send + 'static) -> Self {
        self.strays = Some(Strays { reaper, is_own: Box::new(is_own) });
        self
    }
}

/// Orphans, by who has them now.
pub(super) struct Strays {
    pub(super) reaper: u32,
    is_own: IsOwn,
}

impl Strays {
    /// Whether a child of the reaper's belongs to what is watched.
    pub(super) fn has(&self, pid: u32) -> bool {
        pid != self.reaper && !(self.is_own)(pid)
    }
}

impl fmt::Debug for Strays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "children of {}", self.reaper)
    }
}
