//! What things on the screen mean, and how many colours there are to say so.

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Colours {
    /// None: modifiers only.
    None,
    /// The sixteen that the user's own terminal theme defines.
    Ansi16,
    /// The fixed cube of 256.
    Ansi256,
    /// Any.
    Rgb,
}

/// Which characters the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Glyphs {
    /// Blocks, braille, box drawing.
    Unicode,
    /// What the fonts of consoles have: straight lines, whole and half blocks, no braille.
    Console,
    /// Nothing beyond ASCII.
    Ascii,
}

/// What something on the screen means, whatever it looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// What one need not read: units, hints, axes.
    Dim,
    /// Titles.
    Title,
    /// Frames.
    Border,
    /// The one accent: progress, what is going on now.
    Accent,
    /// It went well.
    Good,
    /// Worth a look.
    Warn,
    /// It went wrong.
    Bad,
    /// The selected row or point.
    Selected,
    /// A key to press.
    Key,
    /// The ideal line.
    Ideal,
    /// What is of the backend in this row of `scenario/backends.rs`; its marks are [`Theme::mark`](super::Theme::mark)'s.
    Backend(usize),
    /// A meter at this fraction, 0..1.
    Level(f64),
    /// A core that may not be used.
    Unusable,
}
