//! A source file reduced to what the rules ask for: which rooms and crates it names, where it prints or is unsafe.

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
    mentions: Vec<(usize, Mention)>,
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
        let mut reader = Reader { tokens: &tokens, module, scopes: Vec::new(), is_test, mentions: Vec::new() };
        reader.read();
        Self {
            path: path.to_owned(),
            room,
            lines: text.lines().count(),
            opens_with_purpose: text.starts_with("//!"),
            mentions: reader.mentions,
        }
    }

    /// What it names, each with its line.
    pub(crate) fn mentions(&self) -> impl Iterator<Item = (usize, &Mention)> {
        self.mentions.iter().map(|(line, mention)| (*line, mention))
    }
}

/// `src/engine/record.rs` is the module engine::record; `mod.rs` is its folder; `lib.rs` and `main.rs` are the root.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let steps = inside.split('/').filter(|step| !["mod", "lib", "main"].contains(step));
    steps.map(str::to_owned).collect()
}

/// Goes through the tokens once, keeping track of the module it is in.
struct Reader<'a> {
    tokens: &'a [Token],
    module: Vec<String>,
    /// The open braces, outermost first.
    scopes: Vec<Scope>,
    is_test: bool,
    mentions: Vec<(usize, Mention)>,
}

/// What an open brace changed.
struct Scope {
    /// Whether it is that of `mod name {`.
    is_module: bool,
    /// Whether the code around it is a test.
    was_test: bool,
}

impl Reader<'_> {
    fn read(&mut self) {
        let mut test_is_next = false;
        for at in 0..self.tokens.len() {
            match self.word(at) {
                "cfg" if self.is(at + 1, &["(", "test", ")"]) => test_is_next = true,
                ";" => test_is_next = false,
                "{" => {
                    self.open(at, test_is_next);
                    test_is_next = false;
                }
                "}" => self.close(),
                "crate" | "parlab" if self.is_path_start(at) && self.word(at + 1) == "::" => self.own(at + 2),
                "super" if self.is_path_start(at) => self.outer(at),
                "unsafe" => self.mention(at, Mention::Unsafe),
                word if PRINTS.contains(&word) && self.word(at + 1) == "!" && !self.is_test => {
                    self.mention(at, Mention::Print(word.to_owned()));
                }
                word if self.is_path_start(at) && (self.word(at + 1) == "::" || self.is_used(at)) => {
                    self.mention(at, Mention::Foreign(word.to_owned()));
                }
                _ => {}
            }
        }
    }

    /// An opening brace: perhaps that of `mod name {`.
    fn open(&mut self, at: usize, is_test: bool) {
        let is_module = at >= 2 && self.word(at - 2) == "mod";
        self.scopes.push(Scope { is_module, was_test: self.is_test });
        if is_module {
            self.module.push(self.word(at - 1).to_owned());
            self.is_test |= is_test;
        }
    }

    fn close(&mut self) {
        let Some(scope) = self.scopes.pop() else { return };
        self.is_test = scope.was_test;
        if scope.is_module {
            self.module.pop();
        }
    }

    /// A path that begins with `super::`, which may lead to the root of the crate.
    fn outer(&mut self, mut at: usize) {
        let mut depth = self.module.len();
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

    fn is(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(i, word)| self.word(at + i) == *word)
    }
}
