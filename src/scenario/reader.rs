//! Reads a setting as what the domain of its parameter or key allows.

use super::commands;
use super::diagnostics::Diagnostics;
use super::domain::{ALL_CPUS, Bounds, Domain, NO_LIMIT};
use super::key::{KeyDomain, KeyValue};
use super::list::{self, MAX_WORKERS, Picked, WorkerList};
use super::model::Value;
use super::raw::Setting;
use super::texts;

/// What a parameter is when nothing is said.
pub(super) fn param_default(domain: Domain) -> Value {
    match domain {
        Domain::Number { default, .. } => Value::Number(default),
        Domain::Whole { default, .. } | Domain::Threads { default, .. } => Value::Whole(default),
        Domain::Limit { .. } => Value::Number(NO_LIMIT),
        Domain::Flag { default } => Value::Flag(default),
        Domain::File { .. } => Value::Word(String::new()),
        // Which interpreter there is where none is named is the catalog's to say.
        Domain::Place | Domain::Growth | Domain::Function | Domain::Interpreter { .. } => Value::Word(String::new()),
        Domain::Text { default, .. } => Value::Word(default.to_owned()),
        Domain::Command | Domain::Arguments | Domain::Patterns { .. } | Domain::Environment | Domain::Packages => {
            Value::Words(Vec::new())
        }
        Domain::Wholes { default, .. } => Value::Wholes(default.to_vec()),
        Domain::Word { choices } => Value::Word(choices.first().copied().unwrap_or_default().to_owned()),
    }
}

/// The value of a parameter within its bounds.
pub(super) fn param(given: &Setting<'_>, domain: Domain, diagnostics: &mut Diagnostics<'_>) -> Option<Value> {
    match domain {
        Domain::Number { bounds, .. } => given.number(diagnostics, bounds).map(Value::Number),
        Domain::Whole { min, max, .. } => given.whole(diagnostics, min, max).map(Value::Whole),
        Domain::Limit { .. } if given.is_number(NO_LIMIT) => Some(Value::Number(NO_LIMIT)),
        Domain::Limit { max } => given.whole(diagnostics, 1, max).map(Value::Whole),
        Domain::Threads { .. } if given.is_word() => {
            given.choice(diagnostics, &[ALL_CPUS], |word| word).map(|word| Value::Word(word.to_owned()))
        }
        Domain::Threads { max, .. } => given.whole(diagnostics, 1, max).map(Value::Whole),
        Domain::Flag { .. } => given.flag(diagnostics).map(Value::Flag),
        Domain::File { .. } => given.mistyped(diagnostics, "one file for all tasks"),
        Domain::Place | Domain::Function | Domain::Interpreter { .. } => {
            given.mistyped(diagnostics, "one path for all tasks")
        }
        Domain::Command => commands::command(given, diagnostics).map(Value::Words),
        Domain::Arguments => commands::arguments(given, diagnostics).map(Value::Words),
        Domain::Patterns { most } => commands::patterns(given, most, diagnostics).map(Value::Words),
        Domain::Packages => commands::packages(given, diagnostics).map(Value::Words),
        Domain::Growth => commands::growth(given, diagnostics).map(Value::Word),
        Domain::Environment => commands::environment(given, diagnostics).map(Value::Words),
        Domain::Wholes { max, .. } => wholes(given, max, diagnostics).map(Value::Wholes),
        Domain::Text { max, .. } => given.ascii(diagnostics, max).map(|text| Value::Word(text.to_owned())),
        Domain::Word { choices } => {
            given.choice(diagnostics, choices, |word| word).map(|word| Value::Word(word.to_owned()))
        }
    }
}

/// A whole number or an array of some, each once.
fn wholes(given: &Setting<'_>, max: u64, diagnostics: &mut Diagnostics<'_>) -> Option<Vec<u64>> {
    if !given.is_list() {
        return given.whole(diagnostics, 0, max).map(|n| vec![n]);
    }
    let items = given.items(diagnostics, "whole numbers")?;
    let read: Vec<Option<u64>> = items.iter().map(|item| item.whole(diagnostics, 0, max)).collect();
    let mut all = read.into_iter().collect::<Option<Vec<u64>>>()?;
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// What a key is when nothing is said, with so many usable CPUs.
pub(super) fn key_default(domain: KeyDomain, cores: u32) -> KeyValue {
    match domain {
        KeyDomain::Plain(domain) => KeyValue::One(param_default(domain)),
        KeyDomain::Positive { default, .. } => KeyValue::One(Value::Number(default)),
        KeyDomain::WholeOr { default, .. } => KeyValue::One(Value::Whole(default)),
        KeyDomain::Word { default, .. } => KeyValue::Words(vec![default]),
        KeyDomain::Words { default, .. } => KeyValue::Words(default.to_vec()),
        KeyDomain::Workers { default } => {
            KeyValue::Workers(list::workers(default, cores.clamp(1, MAX_WORKERS)).unwrap_or_default())
        }
        _ => KeyValue::Left,
    }
}

/// The value of a key within its bounds. The domains that depend on the kind are left alone: `job` reads them.
pub(super) fn key(
    given: &Setting<'_>,
    domain: KeyDomain,
    cores: u32,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<KeyValue> {
    match domain {
        KeyDomain::Plain(domain) => param(given, domain, diagnostics).map(KeyValue::One),
        KeyDomain::Positive { max, .. } => positive(given, max, diagnostics).map(|x| KeyValue::One(Value::Number(x))),
        KeyDomain::WholeOr { word, .. } if given.string().is_some_and(|text| text.trim() == word) => {
            Some(KeyValue::Left)
        }
        KeyDomain::WholeOr { word, .. } if given.string().is_some_and(|text| text.trim().parse::<f64>().is_err()) => {
            given.mistyped(diagnostics, &format!("a whole number or \"{word}\""))
        }
        KeyDomain::WholeOr { min, max, .. } | KeyDomain::Automatic { min, max, .. } => {
            given.whole(diagnostics, min, max).map(|n| KeyValue::One(Value::Whole(n)))
        }
        KeyDomain::Word { choices, .. } => word(given, &choices(), diagnostics).map(|word| KeyValue::Words(vec![word])),
        KeyDomain::Words { choices, or_one: true, .. } if !given.is_list() => {
            word(given, &choices(), diagnostics).map(|word| KeyValue::Words(vec![word]))
        }
        KeyDomain::Words { choices, default, .. } => {
            words(given, &choices(), default, diagnostics).map(KeyValue::Words)
        }
        KeyDomain::Workers { .. } => workers(given, cores, diagnostics).map(KeyValue::Workers),
        KeyDomain::Line { max } => texts::line(given, max, diagnostics).map(KeyValue::Text),
        KeyDomain::Lines { max } => texts::paragraphs(given, max, diagnostics).map(KeyValue::Text),
        KeyDomain::Tags { most, max } => texts::tags(given, most, max, diagnostics).map(KeyValue::Texts),
        KeyDomain::Kind | KeyDomain::Inputs | KeyDomain::Tasks => Some(KeyValue::Left),
    }
}

fn positive(given: &Setting<'_>, max: f64, diagnostics: &mut Diagnostics<'_>) -> Option<f64> {
    let x = given.number(diagnostics, Bounds { min: f64::NEG_INFINITY, max })?;
    if x <= 0.0 {
        diagnostics.about(given, "must be more than 0");
        return None;
    }
    Some(x)
}

/// One of a few words, as they are written down here.
fn word(given: &Setting<'_>, known: &[&'static str], diagnostics: &mut Diagnostics<'_>) -> Option<&'static str> {
    given.choice(diagnostics, known, |word| word)
}

/// Words, each once, in the order they are first named.
fn words(
    given: &Setting<'_>,
    known: &[&'static str],
    example: &[&str],
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Vec<&'static str>> {
    let items = given.items(diagnostics, &format!("words such as {example:?}"))?;
    if items.is_empty() {
        diagnostics.about(given, "must not be empty");
        return None;
    }
    let read: Vec<Option<&str>> = items.iter().map(|item| word(item, known, diagnostics)).collect();
    let mut words = Vec::new();
    for word in read {
        let word = word?;
        if !words.contains(&word) {
            words.push(word);
        }
    }
    Some(words)
}

/// Numbers of workers and layouts: a LIST, a whole number, or an array of numbers and of layouts in quotes.
fn workers(given: &Setting<'_>, cores: u32, diagnostics: &mut Diagnostics<'_>) -> Option<WorkerList> {
    if let Some(text) = given.string() {
        return list::workers(text, cores).map_err(|wrong| diagnostics.about(given, wrong)).ok();
    }
    let most = u64::from(MAX_WORKERS);
    let mut picked = Picked::new();
    if !given.is_array() {
        picked.add(count(given, 1, most, diagnostics)?);
        return Some(picked.into_list());
    }
    let items = given.items(diagnostics, "whole numbers")?;
    if items.is_empty() || items.len() > MAX_WORKERS as usize {
        diagnostics.about(given, format!("must have from 1 to {MAX_WORKERS} entries, and has {}", items.len()));
        return None;
    }
    let mut all = true;
    for item in &items {
        match item.string().filter(|text| text.contains('x')) {
            Some(text) => match list::layout(text, cores) {
                Ok(layout) => picked.add_layout(layout),
                Err(wrong) => {
                    diagnostics.about(item, wrong);
                    all = false;
                }
            },
            None => match count(item, 1, most, diagnostics) {
                Some(workers) => picked.add(workers),
                None => all = false,
            },
        }
    }
    all.then(|| picked.into_list())
}

/// A whole number that fits 32 bits, because its bound does.
fn count(given: &Setting<'_>, min: u64, max: u64, diagnostics: &mut Diagnostics<'_>) -> Option<u32> {
    given.whole(diagnostics, min, max).and_then(|n| u32::try_from(n).ok())
}
