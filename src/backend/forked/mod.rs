//! Workers in processes of their own, forked by a forkserver that the engine's side talks to over a socket.
//!
//! ```text
//!   engine's side                                   forkserver's side
//!   processes ── forkserver_client ──── wire ────── forkserver ── workers
//!       └──────────────────────────── pipe ─────────────────────────┘   with `dispatch = "pipe"`
//! ```

pub(super) mod forkserver;
pub(super) mod forkserver_client;
pub(super) mod pipe;
pub(super) mod processes;
mod wire;
