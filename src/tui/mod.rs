//! How is it seen? The terminal, its keys, and four screens.

pub mod theme;
pub mod widgets;
