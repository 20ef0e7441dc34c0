//! How is it seen? The terminal, its keys, and four screens.

pub mod input;
pub mod keys;
pub mod pacer;
pub mod signals;
pub mod terminal;
pub mod theme;
pub mod widgets;
