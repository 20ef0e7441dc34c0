//! Whether the first line of a CSV has the names of the columns, and whether its first column merely counts the lines.
//!
//! A data frame without names is written with the numbers of its columns for names, `0,1,2`, and with the numbers of its
//! lines in a first column that has no name: both look like numbers, and are none to learn from.

use super::Choice;
use super::cells::{CellKind, kind};
use super::columns::Survey;
use crate::foreign::printable;

/// A first line that has the names of the columns.
pub(super) struct Names {
    pub(super) names: Vec<String>,
    /// Why that is not certain.
    pub(super) doubt: Option<String>,
}

/// What the first column is taken for.
pub(super) struct Index {
    pub(super) is_left_out: bool,
    /// Why that is not certain.
    pub(super) doubt: Option<String>,
}

/// What a first line looks like.
enum Look {
    Names,
    MaybeNames(&'static str),
    Sample,
}

/// From so many columns on, `0,1,2` is hardly a sample.
const FEW: usize = 3;

impl Survey {
    /// The first line as names, if it has them.
    ///
    /// # Errors
    /// That two columns have the same name.
    pub(super) fn names(&self, choice: Choice) -> Result<Option<Names>, String> {
        let look = match choice {
            Choice::Yes => Look::Names,
            Choice::No => Look::Sample,
            Choice::Auto => self.look(),
        };
        let doubt = match look {
            Look::Sample => return Ok(None),
            Look::Names => None,
            Look::MaybeNames(why) => {
                let names = self.first_in_words();
                Some(format!(
                    "line {} ({names}) was taken for the names of the columns, since {why}; say header = \"no\" if it is a \
                     sample, or \"yes\"",
                    self.line()
                ))
            }
        };
        for (column, name) in self.first.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if let Some(before) = self.first[..column].iter().position(|other| other == name) {
                let (line, name) = (self.line(), printable(name));
                return Err(format!(
                    ":{line}: column {}: is called \"{name}\" as column {} is; give each a name of its own",
                    column + 1,
                    before + 1
                ));
            }
        }
        Ok(Some(Names { names: self.first.clone(), doubt }))
    }

    fn look(&self) -> Look {
        let kinds: Vec<CellKind> = self.first.iter().map(|cell| kind(cell)).collect();
        let texts = kinds.iter().filter(|kind| **kind == CellKind::Text).count();
        let numbers = kinds.iter().filter(|kind| matches!(kind, CellKind::Number { .. })).count();
        let plain = |kind: &CellKind| !matches!(kind, CellKind::Number { plain: false, .. });
        match (texts, numbers) {
            (0, 0) => Look::Sample,
            (0, _) => self.look_of_numbers(&kinds),
            (_, 0) => Look::Names,
            _ if kinds.last() != Some(&CellKind::Text) => Look::Sample,
            _ if kinds.iter().all(plain) => Look::Names,
            _ => Look::MaybeNames("its last column is no number"),
        }
    }

    /// The same of a line without any text.
    fn look_of_numbers(&self, kinds: &[CellKind]) -> Look {
        let nameless_first = kinds[0] == CellKind::Empty;
        let body = &kinds[usize::from(nameless_first)..];
        let counts = body.iter().zip(0_u32..).all(|(kind, n)| is_plain(kind) == Some(f64::from(n)));
        let (Some(CellKind::Number { value: label, .. }), false) = (body.last(), self.rows == 0) else {
            return Look::Sample;
        };
        let is_lone_label = self.count_of_label(*label) == 0;
        let fractions_below = self.below.iter().any(|column| column.has_fractions);
        match (counts, nameless_first) {
            (true, true) => Look::Names,
            (false, true) if self.first_counts(true) && body.iter().all(|kind| is_plain(kind).is_some()) => Look::Names,
            (true, false) if is_lone_label || fractions_below => Look::Names,
            (true, false) if body.len() >= FEW => Look::MaybeNames("it counts the columns from 0"),
            (true, false) | (_, true) => Look::Sample,
            (false, false) if is_lone_label && self.could_be_names(kinds) => {
                Look::MaybeNames("its last number is no class of any other line")
            }
            (false, false) => Look::Sample,
        }
    }

    /// Whether whole numbers, all of them different, stand above samples that make do without this line.
    fn could_be_names(&self, kinds: &[CellKind]) -> bool {
        let numbers: Option<Vec<f64>> = kinds.iter().map(is_plain).collect();
        let is_distinct = numbers.is_some_and(|mut numbers| {
            numbers.sort_by(f64::total_cmp);
            numbers.windows(2).all(|pair| pair[0] != pair[1])
        });
        is_distinct && self.labels.len() > 1 && self.labels.values().all(|&count| count > 1)
    }

    /// Why a first line that was taken for a sample may be none.
    pub(super) fn doubt_of_sample(&self, has_names: bool, choice: Choice) -> Option<String> {
        let counts = self.first.iter().zip(0_u32..).all(|(cell, n)| is_plain(&kind(cell)) == Some(f64::from(n)));
        (!has_names && choice == Choice::Auto && counts && self.rows > 0).then(|| {
            format!(
                "line {} ({}) was taken for a sample, and may have the numbers of the columns for names; say header = \
                 \"yes\" then, or \"no\"",
                self.line(),
                self.first_in_words()
            )
        })
    }

    /// What the first column is taken for.
    pub(super) fn index(&self, has_names: bool, choice: Choice) -> Index {
        let name = if has_names { self.first[0].as_str() } else { "" };
        let is_nameless = has_names && (name.is_empty() || name == "Unnamed: 0");
        let is_called_so = ["index", "id", "row", "rownames"].iter().any(|word| name.eq_ignore_ascii_case(word));
        let counts = self.first_counts(has_names);
        let told = |is_left_out, doubt: &str| {
            let doubt = Some(format!("column 1 {doubt}; say index = \"yes\" to leave it out, or \"no\" to keep it"));
            Index { is_left_out, doubt }
        };
        match choice {
            Choice::Yes => Index { is_left_out: true, doubt: None },
            Choice::No => Index { is_left_out: false, doubt: None },
            Choice::Auto if is_nameless && counts => Index { is_left_out: true, doubt: None },
            Choice::Auto if is_nameless && self.is_first_distinct => {
                told(true, "has no name and another value in each line, and was left out as an index")
            }
            Choice::Auto if is_nameless => told(false, "has no name, and was kept since values repeat in it"),
            Choice::Auto if counts && (!has_names || is_called_so) && self.rows >= 2 => {
                told(false, "counts the lines, and was kept as numbers to learn from")
            }
            Choice::Auto => Index { is_left_out: false, doubt: None },
        }
    }

    fn first_in_words(&self) -> String {
        printable(&self.first.join(","))
    }
}

/// The whole number that a cell is written as.
fn is_plain(kind: &CellKind) -> Option<f64> {
    if let CellKind::Number { value, plain: true } = kind { Some(*value) } else { None }
}
