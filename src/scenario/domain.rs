//! What a parameter may be: its type, bounds and default, told in the same words wherever they are told.

use super::wording::{plain, plain_whole};

/// The word for as many threads as there are usable CPUs.
pub(super) const ALL_CPUS: &str = "all";

/// What stands for no limit, as in scikit-learn.
pub(super) const NO_LIMIT: f64 = -1.0;

/// Inclusive bounds of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// The smallest value allowed.
    pub min: f64,
    /// The largest value allowed.
    pub max: f64,
}

/// Type, default and bounds of a parameter.
#[derive(Debug, Clone, Copy)]
pub enum Domain {
    /// A real number.
    Number {
        /// The value when the key is absent.
        default: f64,
        /// What is allowed.
        bounds: Bounds,
    },
    /// A whole number; written without a fraction or as a float without one (`2e6`).
    Whole {
        /// The value when the key is absent.
        default: u64,
        /// The smallest value allowed.
        min: u64,
        /// The largest value allowed.
        max: u64,
    },
    /// A whole number from 1 on that something may reach at most, or −1 for no limit, which is the default.
    Limit {
        /// The largest value allowed.
        max: u64,
    },
    /// A number of threads from 1 on, or the word `all`: as many as there are usable CPUs.
    Threads {
        /// The value when the key is absent.
        default: u64,
        /// The largest value allowed.
        max: u64,
    },
    /// Yes or no.
    Flag {
        /// The value when the key is absent.
        default: bool,
    },
    /// A file: beside the scenario file or absolute, or the name of a bundled one. None when the key is absent.
    File {
        /// The parameters that it stands in for, which must be absent when it is given.
        instead_of: &'static [&'static str],
    },
    /// Any text of one line in printable ASCII, not empty.
    Text {
        /// The text when the key is absent.
        default: &'static str,
        /// The most characters allowed.
        max: usize,
    },
    /// A program with its arguments: an array of texts, or a single text. It must be given.
    Command,
    /// Texts in an array: arguments. None when the key is absent.
    Arguments,
    /// Figures that are found in texts: a table of names with regular expressions. None when the key is absent.
    Patterns {
        /// How many there may be.
        most: usize,
    },
    /// Variables of an environment: a table of texts, or an array of `NAME=VALUE`. None when the key is absent.
    Environment,
    /// A whole number, or an array of some.
    Wholes {
        /// The values when the key is absent.
        default: &'static [u64],
        /// The largest value allowed.
        max: u64,
    },
    /// What grows with the number of workers: `NAME={workers}*1000`. None when the key is absent.
    Growth,
    /// A file or folder: beside the scenario file or absolute. None when the key is absent.
    Place,
    /// A function of Python: `file.py:name`, the file beside the scenario, absolute, or a bundled one. It must be given.
    Function,
    /// An interpreter: a name that is found in PATH, or a path, beside the scenario file or absolute.
    Interpreter {
        /// The name when the key is absent.
        default: &'static str,
    },
    /// Packages of Python, by the names by which they are installed, in an array. None when the key is absent.
    Packages,
    /// One of a few words; the first is the default.
    Word {
        /// The words allowed.
        choices: &'static [&'static str],
    },
}

impl Bounds {
    /// The bounds for people: `0 to 1e9`.
    pub fn span(self) -> String {
        format!("{} to {}", plain(self.min), plain(self.max))
    }
}

impl Domain {
    /// What a parameter may be.
    pub fn span(self) -> String {
        match self {
            Self::Number { bounds, .. } => bounds.span(),
            Self::Whole { min, max, .. } => whole_span(min, max),
            Self::Limit { max } => format!("{} or {} for no limit", whole_span(1, max), plain(NO_LIMIT)),
            Self::Threads { max, .. } => format!("{} or \"all\"", whole_span(1, max)),
            Self::Flag { .. } => "true | false".to_owned(),
            Self::File { instead_of: [] } => "a file, beside the scenario file or absolute".to_owned(),
            Self::File { instead_of } => format!("a file, instead of {}", instead_of.join(" and ")),
            Self::Text { max, .. } => format!("1 to {max} ASCII characters"),
            Self::Command => "[\"a program\", \"its arguments\"], or a text with shell = true".to_owned(),
            Self::Arguments => "[\"an argument\", \"{key}\"]".to_owned(),
            Self::Patterns { most } => format!("{{ name = \"a regular expression\" }}, at most {most}"),
            Self::Environment => "{ NAME = \"text\" }".to_owned(),
            Self::Wholes { max, .. } => format!("whole numbers {}, one or an array", whole_span(0, max)),
            Self::Growth => "\"NAME={workers}*1000\"".to_owned(),
            Self::Place => "a path, beside the scenario file or absolute".to_owned(),
            Self::Function => "\"file.py:name\", the file beside the scenario file or absolute".to_owned(),
            Self::Interpreter { .. } => "a name, or a path beside the scenario file or absolute".to_owned(),
            Self::Packages => "[\"numpy\", \"scikit-learn\"]".to_owned(),
            Self::Word { choices } => choices.join(" | "),
        }
    }

    /// What it is when nothing is said, as one would type it; empty if it is nothing then.
    pub fn default_text(self) -> String {
        match self {
            Self::Number { default, .. } => plain(default),
            Self::Whole { default, .. } | Self::Threads { default, .. } => plain_whole(default),
            Self::Limit { .. } => plain(NO_LIMIT),
            Self::Flag { default } => default.to_string(),
            Self::File { .. }
            | Self::Command
            | Self::Arguments
            | Self::Patterns { .. }
            | Self::Environment
            | Self::Growth
            | Self::Place
            | Self::Packages
            | Self::Function => String::new(),
            Self::Wholes { default, .. } => default.iter().map(|&n| plain_whole(n)).collect::<Vec<_>>().join(", "),
            Self::Text { default, .. } | Self::Interpreter { default } => default.to_owned(),
            Self::Word { choices } => choices.first().copied().unwrap_or_default().to_owned(),
        }
    }

    /// What a parameter may be, and what it is when nothing is said.
    pub fn allowed(self) -> String {
        let (span, default) = (self.span(), self.default_text());
        match self {
            Self::Number { .. } => format!("{span}, default {default}"),
            Self::Whole { .. } | Self::Limit { .. } | Self::Threads { .. } => {
                format!("whole numbers {span}, default {default}")
            }
            Self::Flag { .. }
            | Self::Text { .. }
            | Self::Word { .. }
            | Self::Wholes { .. }
            | Self::Interpreter { .. } => {
                format!("{span}; default {default}")
            }
            Self::File { .. }
            | Self::Command
            | Self::Arguments
            | Self::Patterns { .. }
            | Self::Environment
            | Self::Growth
            | Self::Place
            | Self::Packages
            | Self::Function => span,
        }
    }

    /// The words to choose from; empty if there are too many values to name.
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Word { choices } => choices,
            Self::Flag { .. } => &["true", "false"],
            _ => &[],
        }
    }
}

/// Bounds of whole numbers: `1 to 1000`.
pub(super) fn whole_span(min: u64, max: u64) -> String {
    let max = if max == u64::MAX { "2^64 - 1".to_owned() } else { plain_whole(max) };
    format!("{} to {max}", plain_whole(min))
}
