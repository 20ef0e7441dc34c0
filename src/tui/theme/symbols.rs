//! The characters to draw with, in two sets of the same shape: blocks and braille, or ASCII alone.

use ratatui::symbols::border;

use crate::units;

/// A set of characters. Every one is one column wide, except [`Symbols::ideal`], [`Symbols::ellipsis`],
/// [`Symbols::arrows`], [`Symbols::up_down`] and [`Symbols::left_right`], which may be longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbols {
    /// Horizontal bar: one eighth to eight eighths, filled from the left.
    pub eighths: [&'static str; 8],
    /// What is left of a progress bar.
    pub track: &'static str,
    /// Vertical bar: one eighth to eight eighths, filled from below.
    pub levels: [&'static str; 8],
    /// Density in equal steps, from nearly nothing to full.
    pub shades: &'static [&'static str],
    /// Load of others on a bar.
    pub others: &'static str,
    /// Load of others on a tile, in thirds.
    pub others_thirds: [&'static str; 3],
    /// A core that may not be used.
    pub unusable: &'static str,
    /// Mark of a prediction.
    pub guess: &'static str,
    /// The ideal line, in a legend.
    pub ideal: &'static str,
    /// A curve by a law, in a legend.
    pub law: &'static str,
    /// Frame of a block.
    pub border: border::Set<'static>,
    /// Horizontal line.
    pub horizontal: &'static str,
    /// Vertical line.
    pub vertical: &'static str,
    /// Vertical axis with a tick to its left.
    pub tick_y: &'static str,
    /// Horizontal axis with a tick below.
    pub tick_x: &'static str,
    /// Where the axes meet.
    pub corner: &'static str,
    /// A gap in an axis.
    pub gap: &'static str,
    /// Upper and lower end of an error bar, and its stem.
    pub whisker: [&'static str; 3],
    /// Horizontal and vertical line of a crosshair.
    pub crosshair: [&'static str; 2],
    /// Left and right end of a task on a time line.
    pub span_ends: [&'static str; 2],
    /// Body of a task on a time line, and of one that failed.
    pub span_body: [&'static str; 2],
    /// A task that is still running, at its open end.
    pub span_open: &'static str,
    /// On the time line of a worker: it has the interpreter's lock, has it in turns, waits for it, is blocked, runs
    /// native code, gets tasks, has no CPU, sends or receives, is in a collective.
    pub doing: [&'static str; 9],
    /// On a bar of where the time went: work, an interpreter's lock, at the gate, the pipe, dispatch, idle, start-up, others,
    /// no CPU, unknown.
    pub time_uses: [&'static str; 10],
    /// A tick that points up from the text to its right.
    pub tick_up: &'static str,
    /// Something that failed.
    pub cross: &'static str,
    /// Something that went well.
    pub tick: &'static str,
    /// What the cursor is on.
    pub pointer: &'static str,
    /// What is going on now.
    pub running: &'static str,
    /// Before an item.
    pub bullet: &'static str,
    /// Between items on a line.
    pub dot: &'static str,
    /// Between two numbers: from, to.
    pub dash: &'static str,
    /// As in "threads × 2".
    pub times: &'static str,
    /// Cut off here.
    pub ellipsis: &'static str,
    /// Left, right, up, down.
    pub arrows: [&'static str; 4],
    /// Keys up and down.
    pub up_down: &'static str,
    /// Keys left and right.
    pub left_right: &'static str,
}

pub(super) static UNICODE: Symbols = Symbols {
    eighths: units::EIGHTHS,
    track: "░",
    levels: units::LEVELS,
    shades: &["░", "▒", "▓", "█"],
    others: "░",
    others_thirds: ["-", "=", "≡"],
    unusable: "·",
    guess: "?",
    ideal: "┈┈",
    law: "⠂⠂",
    border: border::ROUNDED,
    horizontal: "─",
    vertical: "│",
    tick_y: "┤",
    tick_x: "┬",
    corner: "└",
    gap: "≈",
    whisker: ["┬", "┴", "│"],
    crosshair: ["╌", "╎"],
    span_ends: ["▐", "▌"],
    span_body: ["─", "╳"],
    span_open: "╌",
    doing: ["█", "▒", "░", "┄", "═", "⇄", "╎", "»", "┼"],
    time_uses: ["█", "░", "╎", "⇄", "▒", "·", "▓", "╳", "┄", "?"],
    tick_up: "╵",
    cross: "✗",
    tick: "✓",
    pointer: "▸",
    running: "»",
    bullet: "•",
    dot: "·",
    dash: "–",
    times: "×",
    ellipsis: "…",
    arrows: ["←", "→", "↑", "↓"],
    up_down: "↑↓",
    left_right: "←→",
};

/// What code page 437 has.
pub(super) static CONSOLE: Symbols = Symbols {
    eighths: ["▌", "▌", "▌", "▌", "▌", "▌", "▌", "█"],
    track: "░",
    levels: ["_", "_", "▄", "▄", "▄", "▄", "█", "█"],
    shades: &["░", "▒", "▓", "█"],
    others: "░",
    others_thirds: ["-", "=", "≡"],
    unusable: "·",
    guess: "?",
    ideal: "··",
    law: "'.",
    border: border::PLAIN,
    horizontal: "─",
    vertical: "│",
    tick_y: "┤",
    tick_x: "┬",
    corner: "└",
    gap: "≈",
    whisker: ["┬", "┴", "│"],
    crosshair: ["─", "│"],
    span_ends: ["▐", "▌"],
    span_body: ["─", "x"],
    span_open: ">",
    doing: ["█", "▒", "░", "·", "═", "≡", "│", "»", "┼"],
    time_uses: ["█", "░", "│", "≡", "▒", "·", "▓", "x", "~", "?"],
    tick_up: "│",
    cross: "x",
    tick: "+",
    pointer: ">",
    running: "»",
    bullet: "·",
    dot: "·",
    dash: "-",
    times: "x",
    ellipsis: "..",
    arrows: ["←", "→", "↑", "↓"],
    up_down: "↑↓",
    left_right: "←→",
};

pub(super) static ASCII: Symbols = Symbols {
    eighths: [".", ".", ":", ":", "=", "=", "#", "#"],
    track: ".",
    levels: ["_", ".", ",", "-", "=", "+", "*", "#"],
    shades: &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    others: ":",
    others_thirds: ["-", "=", "%"],
    unusable: ".",
    guess: "?",
    ideal: "..",
    law: "'.",
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
    horizontal: "-",
    vertical: "|",
    tick_y: "+",
    tick_x: "+",
    corner: "+",
    gap: "/",
    whisker: ["-", "-", "|"],
    crosshair: ["~", ":"],
    span_ends: ["[", "]"],
    span_body: ["-", "x"],
    span_open: ">",
    doing: ["#", "=", ":", "~", "N", "<", "|", ">", "+"],
    time_uses: ["#", ":", "|", "<", "=", ".", "+", "x", "~", "?"],
    tick_up: "'",
    cross: "x",
    tick: "+",
    pointer: ">",
    running: "*",
    bullet: "*",
    dot: "-",
    dash: "-",
    times: "x",
    ellipsis: "..",
    arrows: ["left", "right", "up", "down"],
    up_down: "up/down",
    left_right: "left/right",
};
