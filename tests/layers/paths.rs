//! The paths that a file names: what it imports, under which names, and what it refers to within expressions.

use crate::scopes::Place;
use crate::tokens::Token;

/// A path, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) line: usize,
    /// The module that it is seen from.
    pub(crate) seen_from: Vec<String>,
    /// From the root of the crate where it began with `crate`, `self` or `super`; else as it was written.
    pub(crate) steps: Vec<String>,
    /// Whether `steps` begin at the root of the crate.
    pub(crate) is_absolute: bool,
    /// The name that it is imported as, if it is imported; `*` for everything.
    pub(crate) import: Option<Import>,
}

/// A name that `use` brings into a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) name: String,
    /// Whether others may import it from there, as with `pub use`.
    pub(crate) is_public: bool,
}

/// All paths outside of tests.
pub(crate) fn paths(tokens: &[Token], places: &[Place]) -> Vec<Path> {
    let mut reader = Reader { tokens, places, found: Vec::new() };
    let mut at = 0;
    while at < tokens.len() {
        at = reader.step(at);
    }
    reader.found
}

struct Reader<'a> {
    tokens: &'a [Token],
    places: &'a [Place],
    found: Vec<Path>,
}

impl Reader<'_> {
    /// Reads what begins at a token, and returns where to go on.
    fn step(&mut self, at: usize) -> usize {
        if self.places[at].is_test || !self.is_path_start(at) {
            return at + 1;
        }
        if self.word(at) == "use" && self.word(at + 1) != "<" {
            let is_public = self.is_public(at);
            return self.tree(at + 1, &[], is_public);
        }
        if self.word(at + 1) != "::" || self.is_visibility(at) {
            return at + 1;
        }
        let mut steps = vec![self.word(at).to_owned()];
        let mut next = at + 1;
        while self.word(next) == "::" && self.is_name(next + 1) {
            steps.push(self.word(next + 1).to_owned());
            next += 2;
        }
        self.tell(at, &steps, None);
        next
    }

    /// One branch of a `use`, up to the comma, brace or semicolon after it.
    fn tree(&mut self, mut at: usize, prefix: &[String], is_public: bool) -> usize {
        let mut steps = prefix.to_vec();
        let begin = at;
        loop {
            match self.word(at) {
                "::" => at += 1,
                "{" => {
                    at += 1;
                    while !["}", ""].contains(&self.word(at)) {
                        at = self.tree(at, &steps, is_public);
                        at += usize::from(self.word(at) == ",");
                    }
                    return at + 1;
                }
                "*" => {
                    self.tell(begin, &steps, Some(Import { name: "*".to_owned(), is_public }));
                    return at + 1;
                }
                "as" => {
                    self.tell(begin, &steps, Some(Import { name: self.word(at + 1).to_owned(), is_public }));
                    return at + 2;
                }
                // `{self, …}` is the path so far.
                "self" if !steps.is_empty() => at += 1,
                name if self.is_name(at) => {
                    steps.push(name.to_owned());
                    at += 1;
                }
                _ => break,
            }
        }
        if let Some(name) = steps.last().cloned() {
            self.tell(begin, &steps, Some(Import { name, is_public }));
        }
        at
    }

    /// Writes a path down, from the root of the crate if it says where it begins.
    fn tell(&mut self, at: usize, steps: &[String], import: Option<Import>) {
        let seen_from = self.places[at].module.to_vec();
        let mut base = match steps[0].as_str() {
            "crate" | "parlab" => Some(Vec::new()),
            "self" | "super" => Some(seen_from.clone()),
            _ => None,
        };
        let mut rest = steps;
        if let Some(base) = &mut base {
            while let Some(("crate" | "parlab" | "self" | "super", after)) = first(rest) {
                if rest[0] == "super" {
                    base.pop();
                }
                rest = after;
            }
        }
        let is_absolute = base.is_some();
        let steps = base.unwrap_or_default().into_iter().chain(rest.iter().cloned()).collect();
        self.found.push(Path { line: self.tokens[at].line, seen_from, steps, is_absolute, import });
    }

    /// Whether a path may begin here: it goes on from no other name, and is no field or method.
    fn is_path_start(&self, at: usize) -> bool {
        let before = if at > 0 { self.word(at - 1) } else { "" };
        self.is_name(at) && before != "." && before != "::"
    }

    /// Whether this is the path of `pub(in path)`.
    fn is_visibility(&self, at: usize) -> bool {
        at >= 3 && self.word(at - 1) == "in" && self.word(at - 2) == "(" && self.word(at - 3) == "pub"
    }

    /// Whether `pub` or `pub(…)` stands before a token.
    fn is_public(&self, at: usize) -> bool {
        at > 0 && ["pub", ")"].contains(&self.word(at - 1))
    }

    fn is_name(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_name)
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }
}

fn first(steps: &[String]) -> Option<(&str, &[String])> {
    steps.split_first().map(|(first, rest)| (first.as_str(), rest))
}
