//! Where each token stands: in which module, in tests or not, among the members of a type or not.

use std::rc::Rc;

use crate::tokens::Token;

/// Where a token stands.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The path of the module below the crate: `["engine", "run"]`.
    pub(crate) module: Rc<[String]>,
    /// Whether it is compiled for tests only.
    pub(crate) is_test: bool,
    /// Whether it stands within the braces of an `impl` or a `trait`.
    pub(crate) is_member: bool,
}

/// The place of each token of a file that is the module `module`.
pub(crate) fn places(tokens: &[Token], module: &[String], is_test: bool) -> Vec<Place> {
    let mut here = Place { module: module.into(), is_test, is_member: false };
    let mut around = Vec::new();
    let (mut test_is_next, mut members_are_next) = (false, false);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let mut found = Vec::with_capacity(tokens.len());
    for at in 0..tokens.len() {
        found.push(here.clone());
        match word(at) {
            "cfg" if is_for_tests(tokens, at) => test_is_next = true,
            "impl" | "trait" => members_are_next = true,
            ";" => (test_is_next, members_are_next) = (false, false),
            "{" => {
                let outside = here.clone();
                here.is_member |= members_are_next;
                if at >= 2 && word(at - 2) == "mod" {
                    here.module = here.module.iter().cloned().chain([word(at - 1).to_owned()]).collect();
                    here.is_test |= test_is_next;
                    here.is_member = false;
                }
                around.push(outside);
                (test_is_next, members_are_next) = (false, false);
            }
            "}" => here = around.pop().unwrap_or(here),
            _ => {}
        }
    }
    found
}

/// The modules that are declared for tests only, as in `#[cfg(test)] mod fixture;`.
pub(crate) fn test_modules(tokens: &[Token], places: &[Place]) -> Vec<Vec<String>> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    (0..tokens.len())
        .filter(|&at| word(at) == "cfg" && is_for_tests(tokens, at))
        .filter_map(|at| {
            // `cfg ( test ) ] mod name ;`, perhaps with `pub` or another attribute in between.
            let end = (at..tokens.len()).find(|&at| [";", "{"].contains(&word(at)))?;
            (word(end) == ";" && word(end - 2) == "mod").then(|| {
                let parent = places[at].module.iter().cloned();
                parent.chain([word(end - 1).to_owned()]).collect()
            })
        })
        .collect()
}

/// Whether `cfg(…)` holds in tests only.
fn is_for_tests(tokens: &[Token], at: usize) -> bool {
    let words = || tokens[at..].iter().map(|token| token.text.as_str()).take_while(|word| *word != "]");
    words().any(|word| word == "test") && !words().any(|word| ["not", "any"].contains(&word))
}
