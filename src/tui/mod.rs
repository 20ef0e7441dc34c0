//! How is it seen? The terminal, its keys, and five screens.
//!
//! ```text
//!  input ─┐                                   ┌─ effects ─▶ port (the lab)
//!  signals┼─▶ app ─▶ update(State, Msg) ──────┤
//!  engine ┘                                   └─ screens::render(&State) ─▶ terminal
//! ```
//!
//! - [`port`]: what is needed from outside; [`app`]: the loop that holds everything together
//! - [`message`]: what happens, and what is to be done about it
//! - [`state`] and [`update`](mod@update): what is known, and how it changes; pure
//! - [`keys`]: the one table of keys; [`line_editor`]: the one line that is typed
//! - [`screens`]: a stack of them, of which the top one decides what a key means, and pure drawing with [`theme`] and
//!   [`widgets`]; [`shared`] is what they all look at
//! - [`terminal`], [`input`], [`mod@size`], [`signals`], [`suspension`]: the only files that touch the terminal and the process
//! - [`mailbox`]: messages on their way to the loop; [`background`]: a thread for what may take time
//! - [`pacer`], [`cost`]: when to draw, and what it costs
//!
//! Nothing here measures anything: what is shown was measured elsewhere, whether it is shown or not.

pub mod app;
pub mod background;
pub mod cost;
pub mod input;
pub mod keys;
pub mod line_editor;
pub mod mailbox;
pub mod message;
pub mod pacer;
pub mod port;
mod provoked;
mod remains;
mod saving;
pub mod screens;
pub mod shared;
pub mod signals;
pub mod size;
pub mod state;
pub mod suspension;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod widgets;

pub use app::{FirstScreen, run};
pub use port::{Draft, Lab, LibraryEntry, LiveRun, Preview, Ran};
pub use theme::Theme;
pub use update::Exit;
