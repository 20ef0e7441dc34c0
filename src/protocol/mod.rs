//! How do other programs tell what they do? By a board that any of them may write: `parlab.board/1`.
//!
//! ```text
//!   layout                            which cell lies where
//!      lane · ring · names · life     one lane, followed and checked from look to look
//!   socket                            writers without shared memory, stored as if they had some
//!   board ── look                     all of them, and what a look hands out
//!   adapters · page                   writers in other languages, and the protocol in words
//! ```
//!
//! What others write is believed as far as it can be true, and reaches no further than its own lane. Nothing here starts
//! a program or draws a lane; it knows `system` alone.

mod activity;
mod adapters;
mod board;
mod complaint;
mod lane;
mod layout;
mod life;
mod look;
mod looking;
mod names;
mod pace;
mod page;
mod place;
mod ring;
mod socket;
mod totals;

pub use activity::{OutsideActivity, SpentNs};
pub use adapters::{ADAPTERS, Adapter};
pub use board::{LANES_MAX, OutsideBoard};
pub use complaint::{Fault, OutsideComplaint};
pub use look::{EndedTask, Life, NameTotal, OutsideLane, OutsideLook, OutsideRecord, OutsideRun, OutsideTask};
pub use page::protocol_page;
pub use place::{BOARD_VARIABLE, Medium};
