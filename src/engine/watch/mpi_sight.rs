//! The board that the ranks of an MPI program write, and what has them do so.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::time::Duration;

use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::mpi::{MpiBoard, MpiLook, Preload, Reach};
use crate::system::clock::monotonic_ns;

/// Between looks at the ranks.
const BETWEEN: Duration = Duration::from_millis(100);

/// What has ranks tell of themselves. Programs that have begun go on when it is dropped.
pub(super) struct MpiSetup {
    preload: Result<Preload, String>,
    /// Until there is a thread that looks at it.
    board: Option<MpiBoard>,
    /// Why ranks on other nodes are not seen, where there may be some.
    unreachable: Option<String>,
}

impl MpiSetup {
    /// Makes a board, and the library that writes it, for ranks that are so far away.
    ///
    /// # Errors
    /// When the system has no memory for it.
    pub(super) fn new(reach: Reach) -> io::Result<Self> {
        let mut board = MpiBoard::create()?;
        // Ranks beside this process need no port.
        let listens = board.listen(reach).err().filter(|_| reach == Reach::Network);
        let unreachable = listens.map(|error| format!("ranks on other nodes are not seen: {error}"));
        let preload = Preload::install(&board, reach);
        let preload = preload.map_err(|error| format!("the ranks of MPI programs are not seen: {error}"));
        Ok(Self { preload, board: Some(board), unreachable })
    }

    /// What the program's environment has to say; `own` is what its scenario says there.
    pub(super) fn environment(&self, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let Ok(preload) = &self.preload else { return BTreeMap::new() };
        let own = |name: &str| own.get(name).map(OsString::from);
        // A value that is no text is left as it is, and the ranks are not watched.
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        preload.environment(&own).into_iter().map(text).collect::<Option<_>>().unwrap_or_default()
    }

    /// What is to be said of ranks on other nodes.
    pub(super) fn unreachable(&self) -> Option<String> {
        self.unreachable.clone()
    }

    /// What looks at the board.
    ///
    /// # Errors
    /// Why the ranks cannot be seen.
    pub(super) fn sight(&mut self) -> Result<Option<MpiSight>, String> {
        self.preload.as_ref().map_err(String::clone)?;
        Ok(self.board.take().map(|board| MpiSight { board, due_ns: 0, has_seen: false }))
    }
}

/// Looks at the ranks now and then.
pub(super) struct MpiSight {
    board: MpiBoard,
    due_ns: u64,
    has_seen: bool,
}

impl MpiSight {
    /// A look where one is due, and when the next one is; `is_last` when the program has ended.
    pub(super) fn look(&mut self, is_last: bool) -> (Option<MpiLook>, Duration) {
        let now_ns = monotonic_ns();
        if now_ns < self.due_ns && !is_last {
            return (None, Duration::from_nanos(self.due_ns - now_ns));
        }
        self.due_ns = now_ns + BETWEEN.as_nanos() as u64;
        let look = self.board.look(is_last, &|pid| !is_last && is_there(pid));
        self.has_seen |= !look.ranks.is_empty();
        (Some(look), BETWEEN)
    }

    /// What is to be said where no rank ever told of itself.
    pub(super) fn complaint(&self) -> Option<String> {
        (!self.has_seen).then(|| {
            "no rank of MPI told of itself: the program is none of MPI, has MPI linked into it statically, or its ranks \
             are on nodes that do not reach this one"
                .to_owned()
        })
    }
}

/// Whether there is a process with this number.
fn is_there(pid: u32) -> bool {
    kill(Pid::from_raw(pid as i32), None).is_ok()
}
