//! Just enough of Rust's lexical structure: names, `::` and single signs, without comments and literals.

/// A name or a sign, and the line it stands on.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is_name(&self) -> bool {
        self.text.starts_with(is_name_char)
    }
}

pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let length = match skipped(rest) {
            Some(length) => length,
            None => {
                let length = token_length(rest, first);
                found.push(Token { text: rest[..length].to_owned(), line });
                length
            }
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

fn token_length(rest: &str, first: char) -> usize {
    if is_name_char(first) {
        name_length(rest)
    } else if rest.starts_with("::") {
        2
    } else {
        first.len_utf8()
    }
}

/// The length of what is no token: space, a comment, a literal, a lifetime.
fn skipped(rest: &str) -> Option<usize> {
    if rest.starts_with(char::is_whitespace) {
        return Some(rest.len() - rest.trim_start().len());
    }
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).unwrap_or_default();
        let after_hashes = if prefix.ends_with('r') { after.trim_start_matches('#') } else { after };
        after_hashes.starts_with('"') || (["b", ""].contains(prefix) && after.starts_with('\''))
    })?;
    let literal = &rest[prefix.len()..];
    let length = match literal.chars().next()? {
        '\'' => character_or_lifetime(literal),
        _ if prefix.ends_with('r') => raw_string(literal),
        _ => string(literal),
    };
    Some(prefix.len() + length)
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let step = &rest[at..];
        match () {
            () if step.starts_with("/*") => (depth, at) = (depth + 1, at + 2),
            () if step.starts_with("*/") => (depth, at) = (depth - 1, at + 2),
            () => at += step.chars().next().map_or(1, char::len_utf8),
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string(literal: &str) -> usize {
    let mut escaped = false;
    for (at, c) in literal.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    literal.len()
}

fn raw_string(literal: &str) -> usize {
    let hashes = literal.len() - literal.trim_start_matches('#').len();
    let end = format!("\"{}", "#".repeat(hashes));
    literal[hashes + 1..].find(&end).map_or(literal.len(), |at| hashes + 1 + at + end.len())
}

/// `'x'` and `'\''` are characters; `'a` without a quote after it is a lifetime.
fn character_or_lifetime(literal: &str) -> usize {
    let mut chars = literal.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => {
            chars.next();
            chars.find(|(_, c)| *c == '\'').map_or(literal.len(), |(at, _)| at + 1)
        }
        Some((at, c)) if literal[at + c.len_utf8()..].starts_with('\'') => at + c.len_utf8() + 1,
        _ => 1 + name_length(&literal[1..]),
    }
}

fn name_length(text: &str) -> usize {
    text.find(|c| !is_name_char(c)).unwrap_or(text.len())
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
