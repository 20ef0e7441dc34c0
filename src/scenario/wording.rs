//! How misspelt words are answered, and how words are listed and numbers written in messages.
//!
//! Whatever comes from a file or a command line goes through [`printable`] before it is shown, so that a hostile
//! scenario can neither move the cursor nor fill the screen.

pub use crate::foreign::printable;
pub(super) use crate::foreign::{escaped, is_hazard};

/// Words longer than this are not compared with the known ones: the cost grows with the product of the lengths.
const COMPARABLE: usize = 40;

/// The known word that a misspelt one was probably meant to be.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > COMPARABLE {
        return None;
    }
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(&word, known), known))
        .filter(|(distance, known)| {
            let longest = length.max(known.chars().count());
            *distance <= (longest / 3).max(1) && *distance < longest
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// What to say after "not known": the likely word, or else all that there are.
pub(super) fn remedy<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone, quote: &str) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean {quote}{near}{quote}?"),
        None => match listed(known, quote) {
            list if list.is_empty() => "none is known here".to_owned(),
            list => format!("known are {list}"),
        },
    }
}

/// Words as a list: `"a", "b" and "c"`.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>, quote: &str) -> String {
    joined(words, quote, "and")
}

/// Words as a choice: `"a", "b" or "c"`.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    joined(words, "\"", "or")
}

fn joined<'a>(words: impl IntoIterator<Item = &'a str>, quote: &str, last: &str) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("{quote}{word}{quote}")).collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, others)) => format!("{} {last} {end}", others.join(", ")),
    }
}

/// A number as one would type it into a scenario: `2000000`, `0.1`, `1e12`.
pub fn plain(x: f64) -> String {
    // To a reader, -0 is no other zero than 0.
    let x = if x == 0.0 { 0.0 } else { x };
    let (digits, exponent) = (format!("{x}"), format!("{x:e}"));
    if digits.len() > 7 && exponent.len() < digits.len() { exponent } else { digits }
}

/// A whole number as one would type it.
pub fn plain_whole(n: u64) -> String {
    // Beyond 2⁵³ a float would not say it exactly.
    if n < 1 << 53 { plain(n as f64) } else { n.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["threads", "processes", "serial"];
        assert_eq!(nearest("thread", known), Some("threads"));
        assert_eq!(nearest("Proceses", known), Some("processes"));
        assert_eq!(nearest("mpi", known), None);
        assert_eq!(nearest("y", ["x"]), None);
        assert_eq!(nearest(&"t".repeat(1_000_000), known), None);
        assert_eq!(remedy("mpi", known, "\""), "known are \"threads\", \"processes\" and \"serial\"");
    }

    #[test]
    fn numbers_are_written_as_typed() {
        assert_eq!(plain(2e6), "2000000");
        assert_eq!(plain(0.1), "0.1");
        assert_eq!(plain(-1e300), "-1e300");
        assert_eq!(plain(0.0), "0");
        assert_eq!(plain(-0.0), "0");
        assert_eq!(plain(1234567.25), "1234567.25");
        assert_eq!(plain_whole(1_000_000_000_000), "1e12");
        assert_eq!(plain_whole(u64::MAX), "18446744073709551615");
    }
}
