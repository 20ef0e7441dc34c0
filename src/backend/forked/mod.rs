//! Workers in processes of their own, forked by a forkserver that the engine's side talks to over a socket.

pub(super) mod forkserver;
pub(super) mod pipe;
pub(super) mod processes;
mod wire;
