//! Ranks that cannot reach the board's memory, since they are on other nodes, or in a container of their own: they connect
//! to this process and send what changes of their lanes, which are kept here and looked at like those of the board.
//!
//! ```text
//!   reach            whether ranks of a command may be on other nodes, and where they find this one
//!   connection       what a rank sends, byte by byte
//!   lanes            what has come of it
//!   server           all connections, by one thread
//! ```
//!
//! Who does not know the secret is not heard. A connection that sends anything else is closed, and its lane keeps what it had.

mod connection;
mod lanes;
mod reach;
mod server;

pub use reach::Reach;
pub(super) use server::RankServer;
