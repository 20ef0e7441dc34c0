//! Writers that have no shared memory: what they send is stored in lanes of a board of the program's own, where it is
//! looked at as if they had written it there themselves.
//!
//! ```text
//!   wire             what the bytes of a connection mean
//!   connection       one writer: its greeting, then its messages, stored in its lane
//!   served           what is shared with who looks
//!   server           all of them, by one thread
//! ```
//!
//! A connection that sends anything else is closed, and its lane keeps what it had.

mod connection;
mod served;
mod server;
mod wire;

pub(super) use served::ServedBoard;
pub(super) use server::SocketServer;
