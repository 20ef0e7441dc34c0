//! Writers of lanes for other languages, as parlab prints them: each a file that a program takes as it is.
//!
//! Texts only; what they do is in the files themselves.

/// A writer of lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adapter {
    /// What `parlab adapter` calls it.
    pub name: &'static str,
    /// The name that its file must have.
    pub file: &'static str,
    /// What it is.
    pub text: &'static str,
    /// A program that uses it.
    pub example: &'static str,
}

/// All writers.
pub const ADAPTERS: &[Adapter] = &[
    Adapter {
        name: "python",
        file: "parlab_board.py",
        text: include_str!("adapters/parlab_board.py"),
        example: include_str!("adapters/example.py"),
    },
    Adapter {
        name: "c",
        file: "parlab_board.h",
        text: include_str!("adapters/parlab_board.h"),
        example: include_str!("adapters/example.c"),
    },
];
