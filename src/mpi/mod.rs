//! How do ranks of MPI programs tell what they do? By a library that is loaded before their MPI, stands between the two, and
//! notes each call on a board of the ranks.
//!
//! Nothing here starts a program or draws a lane; it knows `system` alone.

mod calls;
mod look;

pub use calls::{CALLS, Call, Class, Deed};
pub use look::{Attendance, CallInHand, Communicator, MpiLook, Peers, RankLife, RankLook, Sent};
