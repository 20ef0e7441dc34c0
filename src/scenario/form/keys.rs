//! What a form says of a key or parameter: all of it follows from the table of keys or from the kind's description.

use super::values::ValueShape;
use crate::scenario::backends::BackendKind;
use crate::scenario::domain::Domain;
use crate::scenario::key::{KeyDomain, KeySpec};
use crate::scenario::keys;
use crate::scenario::kind::{KindSpec, ParamSpec};

/// What is to be said of a key.
#[derive(Debug, Clone, Default)]
pub(super) struct AboutKeys {
    pub(super) default: String,
    pub(super) help: String,
    pub(super) allowed: String,
    pub(super) choices: Vec<String>,
    pub(super) shape: ValueShape,
}

/// The keys that are rows of a form, with their tables.
pub fn described() -> impl Iterator<Item = (&'static str, &'static str)> {
    keys::KEYS.iter().filter(|key| key.in_form).map(|key| (key.table, key.name))
}

/// The keys of a table that are rows of a form.
pub(super) fn rows(table: &str) -> impl Iterator<Item = &'static KeySpec> {
    keys::of(table).filter(|key| key.in_form)
}

/// What there is to say of a key; nothing if it is none.
pub(super) fn about(table: &str, key: &str) -> AboutKeys {
    keys::find(table, key).map(about_key).unwrap_or_default()
}

pub(super) fn about_key(key: &KeySpec) -> AboutKeys {
    let words = key.domain.words();
    AboutKeys {
        default: key.domain.default_text(),
        help: key.doc.to_owned(),
        allowed: key.allowed(),
        choices: match key.domain {
            KeyDomain::Words { .. } => selections(&words),
            _ => owned(&words),
        },
        shape: match key.domain {
            KeyDomain::Inputs | KeyDomain::Words { .. } | KeyDomain::Tags { .. } => ValueShape::List,
            KeyDomain::Line { .. } | KeyDomain::Lines { .. } | KeyDomain::Word { .. } => ValueShape::Text,
            _ => ValueShape::Any,
        },
    }
}

pub(super) fn about_param(param: &ParamSpec) -> AboutKeys {
    let unit = if param.unit.is_empty() { String::new() } else { format!("{}, ", param.unit) };
    AboutKeys {
        default: param.domain.default_text(),
        help: param.doc.to_owned(),
        allowed: format!("{unit}{}", param.domain.allowed()),
        choices: owned(param.domain.choices()),
        shape: match param.domain {
            Domain::Word { .. }
            | Domain::File { .. }
            | Domain::Place
            | Domain::Growth
            | Domain::Function
            | Domain::Interpreter { .. } => ValueShape::Text,
            _ => ValueShape::Any,
        },
    }
}

/// The same for a scenario of a kind: backends that cannot run it are no choice.
pub(super) fn about_key_of(key: &KeySpec, spec: &KindSpec) -> AboutKeys {
    let (about, all) = (about_key(key), key.domain.words());
    let is_able = |word: &&str| BackendKind::named(word).is_none_or(|backend| backend.spec().runs(spec));
    let able: Vec<&str> = all.iter().copied().filter(is_able).collect();
    if able.len() == all.len() {
        return about;
    }
    let choices = if matches!(key.domain, KeyDomain::Words { .. }) { selections(&able) } else { owned(&able) };
    AboutKeys { choices, allowed: about.allowed.replace(&all.join(" | "), &able.join(" | ")), ..about }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Every selection of some words: the smaller ones first, in the order they are listed.
fn selections(all: &[&str]) -> Vec<String> {
    let mut sets: Vec<u32> = (1..1 << all.len()).collect();
    sets.sort_by_key(|set| set.count_ones());
    let names = |set: u32| all.iter().enumerate().filter(move |(i, _)| set >> i & 1 == 1).map(|(_, word)| *word);
    sets.into_iter().map(|set| names(set).collect::<Vec<_>>().join(", ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::backends::BackendKind;

    #[test]
    fn backends_are_chosen_in_every_selection() {
        let all = selections(&BackendKind::ALL.map(BackendKind::word));
        assert_eq!(all.len(), (1 << BackendKind::ALL.len()) - 1);
        assert_eq!(all[0], "serial");
        assert_eq!(all.last().unwrap(), &BackendKind::ALL.map(BackendKind::word).join(", "));
    }
}
