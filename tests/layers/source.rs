//! A source file reduced to what the rules ask for: which rooms and crates it names, where it prints or is unsafe.

use std::collections::{BTreeMap, BTreeSet};

use crate::paths::{Path, paths};
use crate::scopes::{Place, places, test_modules};
use crate::tokens::{Token, tokens};

/// Something a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mention {
    /// `crate::name`, however it was written: with `super`, in braces, within an expression.
    Own(String),
    /// `name::`, or `use name`, where the path does not start in our own crate.
    Foreign(String),
    /// `name!` of a macro that prints, outside of tests.
    Print(String),
    /// The keyword.
    Unsafe,
}

/// A file, read.
pub(crate) struct Source {
    /// Relative to the package: `src/engine/mod.rs`.
    pub(crate) path: String,
    /// The room it belongs to: `engine`; `lib` and `main` for those two.
    pub(crate) room: String,
    pub(crate) lines: usize,
    pub(crate) opens_with_purpose: bool,
    /// Its module below the crate: `["engine", "run"]`.
    pub(crate) module: Vec<String>,
    /// The modules that it declares for tests only.
    pub(crate) test_modules: Vec<Vec<String>>,
    /// The paths that it names outside of tests.
    pub(crate) paths: Vec<Path>,
    /// The types that it defines outside of tests, each with its line.
    pub(crate) types: Vec<(usize, String)>,
    /// What it defines at all.
    pub(crate) defined: BTreeSet<String>,
    /// The backends that it asks for by name outside of tests, each with its line.
    pub(crate) backends: Vec<(usize, String)>,
    mentions: Vec<(usize, Mention)>,
    /// How often each name occurs outside of tests.
    names: BTreeMap<String, usize>,
}

const PRINTS: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];

impl Source {
    pub(crate) fn read(path: &str, text: &str) -> Self {
        let module = module_of(path);
        let is_test = module.last().is_some_and(|name| name == "tests");
        let room = module
            .first()
            .cloned()
            .unwrap_or_else(|| if path.ends_with("main.rs") { "main" } else { "lib" }.to_owned());
        let tokens = tokens(text);
        let places = places(&tokens, &module, is_test);
        let mut reader = Reader { tokens: &tokens, places: &places, mentions: Vec::new() };
        reader.read();
        let outside_tests = || tokens.iter().zip(&places).filter(|(_, place)| !place.is_test);
        let mut names = BTreeMap::new();
        for (token, _) in outside_tests() {
            *names.entry(token.text.clone()).or_insert(0) += 1;
        }
        Self {
            path: path.to_owned(),
            room,
            lines: text.lines().count(),
            opens_with_purpose: text.starts_with("//!"),
            test_modules: test_modules(&tokens, &places),
            paths: paths(&tokens, &places),
            types: reader.types(),
            defined: reader.defined(),
            backends: reader.backends(),
            mentions: reader.mentions,
            module,
            names,
        }
    }

    /// How often a name occurs outside of tests.
    pub(crate) fn times_named(&self, name: &str) -> usize {
        self.names.get(name).copied().unwrap_or(0)
    }

    /// What it names, each with its line.
    pub(crate) fn mentions(&self) -> impl Iterator<Item = (usize, &Mention)> {
        self.mentions.iter().map(|(line, mention)| (*line, mention))
    }
}

/// The files that are not for tests only, as `mod.rs` has it of those below it.
pub(crate) fn outside_tests(sources: &[Source]) -> impl Iterator<Item = &Source> {
    let tests: BTreeSet<&[String]> =
        sources.iter().flat_map(|source| &source.test_modules).map(Vec::as_slice).collect();
    sources.iter().filter(move |source| !(0..=source.module.len()).any(|n| tests.contains(&source.module[..n])))
}

/// `src/engine/record.rs` is the module engine::record; `mod.rs` is its folder; `lib.rs` and `main.rs` are the root.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let steps = inside.split('/').filter(|step| !["mod", "lib", "main"].contains(step));
    steps.map(str::to_owned).collect()
}

/// What makes a name that of a type.
const TYPES: &[&str] = &["struct", "enum", "union", "trait", "type"];

/// What else makes a name one that others may import.
const ITEMS: &[&str] = &["fn", "const", "static", "mod"];

/// The backends' names, in whatever letters.
const BACKENDS: &[&str] = &["serial", "threads", "processes", "hybrid"];

/// Goes through the tokens, knowing where each stands.
struct Reader<'a> {
    tokens: &'a [Token],
    places: &'a [Place],
    mentions: Vec<(usize, Mention)>,
}

impl Reader<'_> {
    fn read(&mut self) {
        for at in 0..self.tokens.len() {
            match self.word(at) {
                "crate" | "parlab" if self.is_path_start(at) && self.word(at + 1) == "::" => self.own(at + 2),
                "super" if self.is_path_start(at) => self.outer(at),
                "unsafe" => self.mention(at, Mention::Unsafe),
                word if PRINTS.contains(&word) && self.word(at + 1) == "!" && !self.places[at].is_test => {
                    self.mention(at, Mention::Print(word.to_owned()));
                }
                word if self.is_path_start(at) && (self.word(at + 1) == "::" || self.is_used(at)) => {
                    self.mention(at, Mention::Foreign(word.to_owned()));
                }
                _ => {}
            }
        }
    }

    /// The types defined outside of tests. A `type` among the members of another is none of its own.
    fn types(&self) -> Vec<(usize, String)> {
        let defines = |at: usize| {
            let is_item = self.is_definition(at, TYPES) && !self.places[at].is_test;
            is_item && !(self.word(at) == "type" && self.places[at].is_member)
        };
        let found = (0..self.tokens.len()).filter(|&at| defines(at));
        found.map(|at| (self.tokens[at].line, self.word(at + 1).to_owned())).collect()
    }

    /// The names of all items, those of members among them.
    fn defined(&self) -> BTreeSet<String> {
        let found = (0..self.tokens.len())
            .filter(|&at| self.is_definition(at, TYPES) || self.is_definition(at, ITEMS) && !self.places[at].is_member);
        found.map(|at| self.word(at + 1).to_owned()).collect()
    }

    /// Whether a name is given at a token, as in `struct Name`.
    fn is_definition(&self, at: usize, words: &[&str]) -> bool {
        let is_raw = at > 0 && self.word(at - 1) == "#";
        words.contains(&self.word(at)) && !is_raw && self.tokens.get(at + 1).is_some_and(Token::is_name)
    }

    /// The backends asked for by name outside of tests: `BackendKind::Threads`, or `Self::Threads` in its own methods.
    fn backends(&self) -> Vec<(usize, String)> {
        let is_own = (1..self.tokens.len())
            .any(|at| self.word(at) == "BackendKind" && ["impl", "for", "enum", "struct"].contains(&self.word(at - 1)));
        let begins = |at: usize| self.word(at) == "BackendKind" || is_own && self.word(at) == "Self";
        let mut found = Vec::new();
        for at in (0..self.tokens.len()).filter(|&at| begins(at) && !self.places[at].is_test) {
            let named = self.word(at + 2);
            let is_backend = BACKENDS.contains(&named.to_lowercase().as_str()) || ["{", "*"].contains(&named);
            if self.word(at + 1) == "::" && is_backend {
                found.push((self.tokens[at].line, named.to_owned()));
            }
        }
        found
    }

    /// A path that begins with `super::`, which may lead to the root of the crate.
    fn outer(&mut self, mut at: usize) {
        let mut depth = self.places[at].module.len();
        while self.word(at) == "super" && self.word(at + 1) == "::" {
            depth = depth.saturating_sub(1);
            at += 2;
        }
        if depth == 0 {
            self.own(at);
        }
    }

    /// What follows `crate::`: one name, or names in braces.
    fn own(&mut self, at: usize) {
        if self.word(at) != "{" {
            self.mention(at, Mention::Own(self.word(at).to_owned()));
            return;
        }
        let mut depth = 0;
        for next in at..self.tokens.len() {
            match self.word(next) {
                "{" => depth += 1,
                "}" => depth -= 1,
                name if depth == 1 && ["{", ","].contains(&self.word(next - 1)) => {
                    self.mention(next, Mention::Own(name.to_owned()));
                }
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Whether a path may begin here: it goes on from no other name, and is no field or method.
    fn is_path_start(&self, at: usize) -> bool {
        let is_name = self.word(at).starts_with(|c: char| c.is_alphabetic() || c == '_');
        let before = if at > 0 { self.word(at - 1) } else { "" };
        let goes_on = before == "::" && at >= 2 && self.tokens[at - 2].is_name();
        is_name && !goes_on && before != "."
    }

    /// Whether it stands right after `use`, as in `use ratatui;`.
    fn is_used(&self, at: usize) -> bool {
        at > 0 && self.word(at - 1) == "use"
    }

    fn mention(&mut self, at: usize, mention: Mention) {
        let line = self.tokens.get(at).map_or(0, |token| token.line);
        self.mentions.push((line, mention));
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }
}
