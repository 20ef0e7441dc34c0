//! How do ranks of MPI programs tell what they do? By a library that is loaded before their MPI, stands between the two, and
//! notes each call on a board of the ranks.
//!
//! Nothing here starts a program or draws a lane; it knows `system` alone.

mod board;
mod calls;
mod collective_book;
mod launchers;
#[allow(clippy::missing_docs_in_private_items, missing_docs, unreachable_pub, reason = "the library has it, too")]
mod layout;
mod look;
#[allow(clippy::missing_docs_in_private_items, missing_docs, unreachable_pub, reason = "the library has it, too")]
mod numbers;
mod preload;
mod rank_lane;
mod remote;
mod runtime;
mod stuck;
#[cfg(test)]
mod stuck_tests;
#[cfg(test)]
mod tests_support;
mod waiting;
#[allow(clippy::missing_docs_in_private_items, missing_docs, unreachable_pub, reason = "the library has it, too")]
mod wire;

pub use board::MpiBoard;
pub use calls::{CALLS, Call, CallClass, CallKind};
pub use collective_book::{CollectiveBook, CollectiveTotals, RankOfWorld};
pub use launchers::is_launcher;
pub use look::{CallInHand, CollectiveRecord, Communicator, Elsewhere, MpiLook, Peers, RankLife, RankLook, Sent};
pub use preload::Preload;
pub use remote::Reach;
pub use runtime::{APART_VARIABLE, LIBRARY_VARIABLE, MpiRuntime, RankLauncher, RankLauncherError, SharedCounter};
pub use stuck::{StuckWatch, Suspicion};
pub use waiting::{Wait, waits};
