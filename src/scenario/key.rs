//! How a key that every scenario has is described, and what may be given for it.
//!
//! Only the *shape* of a description lives here; the table of all keys is `keys`.

use super::domain::{Domain, whole_span};
use super::list::WorkerList;
use super::model::{AutoRepeats, Sweep, Value};
use super::schedule::Order;
use super::wording::{plain, plain_whole};

/// A key of scenario files: all that parser, schema, form, command line and reference know of it.
#[derive(Debug)]
pub struct KeySpec {
    /// The table it stands in; empty for the top of the file.
    pub table: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What an option of its own takes, where `run` has one that is called as the key is: `N`, `LIST`.
    pub option: Option<&'static str>,
    /// What may be given for it, and what it is when nothing is.
    pub domain: KeyDomain,
    /// Its unit; empty if it has none.
    pub unit: &'static str,
    /// One line: what it does.
    pub doc: &'static str,
    /// Whether a form has a row for it: prose is left to an editor that was made for it.
    pub in_form: bool,
    /// Whether `[vary]` may give it several values, one after the other.
    pub vary: Vary,
    /// Where its value goes.
    pub(super) set: fn(&mut KeyValues, KeyValue),
}

/// What comes of several values for a key in one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vary {
    /// It cannot have several.
    Never,
    /// The results are the same with each of them.
    SameResults,
    /// The results are others with each, though the tasks are the same.
    OtherResults,
}

/// Type, bounds and default of a key.
#[derive(Debug, Clone, Copy)]
pub enum KeyDomain {
    /// As a parameter of a kind may be.
    Plain(Domain),
    /// A number above 0.
    Positive {
        /// The value when the key is absent.
        default: f64,
        /// The largest value allowed.
        max: f64,
    },
    /// A whole number that something else decides when the key is absent.
    Automatic {
        /// What decides then.
        by: &'static str,
        /// The smallest value allowed.
        min: u64,
        /// The largest value allowed.
        max: u64,
    },
    /// A whole number, or a word that leaves it to the run.
    WholeOr {
        /// The value when the key is absent.
        default: u64,
        /// The smallest value allowed.
        min: u64,
        /// The largest value allowed.
        max: u64,
        /// The word.
        word: &'static str,
    },
    /// One of a few words.
    Word {
        /// The word when the key is absent.
        default: &'static str,
        /// The words allowed.
        choices: fn() -> Vec<&'static str>,
    },
    /// An array of a few words, each once.
    Words {
        /// The words when the key is absent.
        default: &'static [&'static str],
        /// The words allowed.
        choices: fn() -> Vec<&'static str>,
        /// Whether a single word needs no array.
        or_one: bool,
    },
    /// Numbers of workers: a LIST, or an array of numbers and of layouts.
    Workers {
        /// The LIST when the key is absent.
        default: &'static str,
    },
    /// Text of one line, not empty.
    Line {
        /// The most characters.
        max: usize,
    },
    /// Text of any number of lines.
    Lines {
        /// The most characters.
        max: usize,
    },
    /// An array of texts of one line.
    Tags {
        /// How many there may be.
        most: usize,
        /// The most characters of each.
        max: usize,
    },
    /// The name of a kind of workload.
    Kind,
    /// One input a task, within the kind's bounds.
    Inputs,
    /// So many tasks, with the inputs 0, 1, 2, …
    Tasks,
}

/// The values of all keys of `""`, `[interpreter]` and `[sweep]`.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyValues {
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) tags: Vec<String>,
    pub(super) lesson: String,
    pub(super) gil: bool,
    pub(super) switch_interval_ms: f64,
    pub(super) workers: WorkerList,
    pub(super) sweep: Sweep,
    /// Whether the run decides how many repeats it needs, and within which limits it would.
    pub(super) is_auto: bool,
    pub(super) auto: AutoRepeats,
    pub(super) order: Order,
    pub(super) seed: u64,
}

/// The value of a key, within its domain.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum KeyValue {
    /// Left to something else.
    Left,
    One(Value),
    Words(Vec<&'static str>),
    Workers(WorkerList),
    Text(String),
    Texts(Vec<String>),
}

impl KeySpec {
    /// A flag that does nothing: a row of the table states what it is instead.
    pub(super) const PLAIN: Self = Self {
        table: "",
        name: "",
        option: None,
        domain: KeyDomain::Plain(Domain::Flag { default: false }),
        unit: "",
        doc: "",
        in_form: true,
        vary: Vary::Never,
        set: |_, _| {},
    };

    /// Its name with its table: `sweep.repeats`, `title`.
    pub fn path(&self) -> String {
        if self.table.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.table, self.name) }
    }

    /// Its option on the command line, if it has one: `--repeats`.
    pub fn flag(&self) -> Option<String> {
        self.option.map(|_| format!("--{}", self.name))
    }

    /// What it may be, with its unit.
    pub fn allowed(&self) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!("{}, ", self.unit) };
        format!("{unit}{}", self.domain.span())
    }

    /// What it does, and in which unit if the words do not say so themselves.
    pub fn doc_with_unit(&self) -> String {
        let is_said = self.unit.is_empty() || self.doc.split(' ').any(|word| word == self.unit);
        if is_said { self.doc.to_owned() } else { format!("{}, in {}", self.doc, self.unit) }
    }
}

impl KeyDomain {
    /// What a key may be.
    pub fn span(self) -> String {
        match self {
            Self::Plain(domain) => domain.span(),
            Self::Positive { max, .. } => format!("up to {}", plain(max)),
            Self::WholeOr { min, max, word, .. } => format!("{} or \"{word}\"", whole_span(min, max)),
            Self::Automatic { by, min, max } => format!("{}; left to {by}", whole_span(min, max)),
            Self::Word { choices, .. } | Self::Words { choices, .. } => choices().join(" | "),
            Self::Workers { .. } => "a LIST: 4 · 1,2,4 · 1..cores+3 · pow2..cores · 2x4".to_owned(),
            Self::Line { .. } => "one line".to_owned(),
            Self::Lines { .. } => "text".to_owned(),
            Self::Tags { .. } => "words".to_owned(),
            Self::Kind => "the name of a kind".to_owned(),
            Self::Inputs => "numbers, or { repeat = …, times = … }".to_owned(),
            Self::Tasks => "a whole number, instead of inputs".to_owned(),
        }
    }

    /// What it is when nothing is said, as one would type it; empty if it is nothing then.
    pub fn default_text(self) -> String {
        match self {
            Self::Plain(domain) => domain.default_text(),
            Self::Positive { default, .. } => plain(default),
            Self::WholeOr { default, .. } => plain_whole(default),
            Self::Word { default, .. } | Self::Workers { default } => default.to_owned(),
            Self::Words { default, .. } => default.join(", "),
            _ => String::new(),
        }
    }

    /// The words that may be given; empty where it is not words that it takes.
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Self::Plain(domain) => domain.choices().to_vec(),
            Self::Word { choices, .. } | Self::Words { choices, .. } => choices(),
            _ => Vec::new(),
        }
    }
}

/// What a key's value is to the place it goes to. The table holds that each is of the type its domain gives, and a test
/// that it does.
impl KeyValue {
    pub(super) fn whole(self) -> Option<u64> {
        if let Self::One(Value::Whole(n)) = self { Some(n) } else { None }
    }

    /// A whole number whose bound fits 32 bits.
    pub(super) fn count(self) -> u32 {
        self.whole().and_then(|n| u32::try_from(n).ok()).unwrap_or_default()
    }

    pub(super) fn number(self) -> f64 {
        if let Self::One(value) = self { value.as_number().unwrap_or_default() } else { 0.0 }
    }

    pub(super) fn flag(self) -> bool {
        matches!(self, Self::One(Value::Flag(true)))
    }

    /// The choice that its word names.
    pub(super) fn choice<T: Copy + Default>(self, all: &[T], word: fn(T) -> &'static str) -> T {
        self.choices(all, word).first().copied().unwrap_or_default()
    }

    /// The choices that its words name.
    pub(super) fn choices<T: Copy>(self, all: &[T], word: fn(T) -> &'static str) -> Vec<T> {
        let Self::Words(words) = self else { return Vec::new() };
        words.into_iter().filter_map(|given| all.iter().copied().find(|&choice| word(choice) == given)).collect()
    }

    pub(super) fn workers(self) -> WorkerList {
        if let Self::Workers(workers) = self { workers } else { WorkerList::default() }
    }

    pub(super) fn text(self) -> String {
        if let Self::Text(text) = self { text } else { String::new() }
    }

    pub(super) fn texts(self) -> Vec<String> {
        if let Self::Texts(texts) = self { texts } else { Vec::new() }
    }
}
