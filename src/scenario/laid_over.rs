//! Lays what the command line says over the tables of the file, so that all that reads them finds it there.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::catalog::Catalog;
use super::diagnostics::Diagnostics;
use super::keys::{KEYS, TABLES};
use super::kind::KindSpec;
use super::overrides::{BARE, COMMAND_LINE, Override, Overrides};
use super::wording::{listed, remedy};

/// Where a key stands: its table, empty for the top of the file, and its name.
type Place<'a> = (&'a str, &'a str);

/// The file's tables with these keys over its own; the very tables of the file where there are none.
pub(super) fn laid_over<'f, 'd>(
    file: &'f DeTable<'d>,
    overrides: &'d Overrides,
    catalog: &Catalog,
    diagnostics: &mut Diagnostics<'_>,
) -> Cow<'f, DeTable<'d>> {
    if overrides.placed().next().is_none() {
        return Cow::Borrowed(file);
    }
    let mut root = file.clone();
    let spec = kind(file, overrides, catalog);
    let mut done: Vec<(Place<'_>, usize)> = Vec::new();
    for (start, it) in overrides.placed() {
        let at = COMMAND_LINE + start;
        match place(&it.key, spec, catalog) {
            Err(message) => diagnostics.at(at, String::new(), message),
            Ok(place) => match done.iter().find(|(other, _)| *other == place) {
                Some((_, first)) => {
                    let first = overrides.subject(*first, None);
                    let message = format!("{} is set by {first} as well; keep one of the two", path(place));
                    diagnostics.at(at, String::new(), message);
                }
                None => {
                    done.push((place, at));
                    make_way(&mut root, place);
                    insert(&mut root, place, it, start);
                }
            },
        }
    }
    Cow::Owned(root)
}

/// The kind of workload whose parameters may be set.
fn kind(file: &DeTable<'_>, overrides: &Overrides, catalog: &Catalog) -> Option<&'static KindSpec> {
    let set = overrides.placed().map(|(_, it)| it).find(|it| ["kind", "workload.kind"].contains(&it.key.as_str()));
    let given = || file.get("workload")?.get_ref().as_table()?.get("kind")?.get_ref().as_str();
    let name = set.map(|it| it.text.trim_matches(['"', '\''])).or_else(given)?;
    catalog.kind(name)
}

/// Where its key stands.
fn place<'a>(key: &'a str, spec: Option<&'static KindSpec>, catalog: &Catalog) -> Result<Place<'a>, String> {
    if let Some((table, name)) = key.split_once('.') {
        let mut tables = TABLES.iter().map(|(table, _)| *table);
        let known = tables.clone();
        return match tables.find(|known| *known == table) {
            Some(table) => Ok((table, name)),
            None => Err(format!("no such table; {}", remedy(table, known, ""))),
        };
    }
    let specs = spec.as_ref().map_or(catalog.kinds.as_slice(), std::slice::from_ref);
    let params = || specs.iter().flat_map(|spec| spec.params).map(|param| param.name);
    let mut places: Vec<Place<'_>> =
        KEYS.iter().filter(|its| its.name == key).map(|its| (its.table, its.name)).collect();
    places.extend(params().find(|name| *name == key).map(|name| ("workload", name)));
    match places[..] {
        [place] => Ok(place),
        [] => Err(format!("no such key; {}", remedy(key, KEYS.iter().map(|its| its.name).chain(params()), ""))),
        _ => {
            let paths: Vec<String> = places.into_iter().map(path).collect();
            Err(format!("may be {}; write one of them", listed(paths.iter().map(String::as_str), "")))
        }
    }
}

/// Puts its value where its key stands; where the file has no table there, nothing can be put.
fn insert<'d>(root: &mut DeTable<'d>, (table, name): Place<'d>, it: &'d Override, start: usize) {
    let key = |name: &'d str| Spanned::new(COMMAND_LINE + start..COMMAND_LINE + start + 1, name.into());
    let table = match table {
        "" => Some(root),
        table => {
            if !root.contains_key(table) {
                let span = COMMAND_LINE + start..COMMAND_LINE + start + 1;
                root.insert(key(table), Spanned::new(span, DeValue::Table(DeTable::new())));
            }
            root.get_mut(table).and_then(|table| match table.get_mut() {
                DeValue::Table(table) => Some(table),
                _ => None,
            })
        }
    };
    if let Some(table) = table {
        // The key of the file stands elsewhere, and would stay.
        table.remove(name);
        table.insert(key(name), value(it, start));
    }
}

/// Its value: TOML, unless it is none or the option's words never are.
fn value(it: &Override, start: usize) -> Spanned<DeValue<'_>> {
    let parsed = if it.option.is_none() { DeValue::parse(&it.text).ok() } else { None };
    match parsed {
        Some(value) => moved(value, COMMAND_LINE + start + it.key.len() + 1),
        None => {
            let start = BARE + start;
            Spanned::new(start..start + it.text.len() + 1, DeValue::String(it.text.as_str().into()))
        }
    }
}

/// A key for people: `sweep.repeats`, `title`.
fn path((table, name): Place<'_>) -> String {
    if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") }
}

/// Takes out of the file what cannot stand beside a key that is set: the other source of inputs, and the single value
/// of what is varied.
fn make_way(root: &mut DeTable<'_>, (table, name): Place<'_>) {
    let others: &[Place<'_>] = match (table, name) {
        ("workload", "inputs") => &[("workload", "tasks")],
        ("workload", "tasks") => &[("workload", "inputs")],
        ("grid" | "vary", _) => &[("workload", name), ("sweep", name)],
        _ => &[],
    };
    for (table, name) in others {
        let table = root.get_mut(*table).map(Spanned::get_mut);
        let Some(DeValue::Table(table)) = table else { continue };
        let is_of_file = |value: &Spanned<DeValue<'_>>| value.span().start < COMMAND_LINE;
        if table.get(*name).is_some_and(is_of_file) {
            table.remove(*name);
        }
    }
}

/// The same value so many bytes further on.
fn moved(value: Spanned<DeValue<'_>>, by: usize) -> Spanned<DeValue<'_>> {
    let span = further(value.span(), by);
    let value = match value.into_inner() {
        DeValue::Array(items) => DeValue::Array(items.into_iter().map(|item| moved(item, by)).collect()),
        DeValue::Table(table) => {
            let entries = table.into_iter();
            let moved = entries.map(|(key, value)| {
                let span = further(key.span(), by);
                (Spanned::new(span, key.into_inner()), moved(value, by))
            });
            DeValue::Table(moved.collect())
        }
        value => value,
    };
    Spanned::new(span, value)
}

fn further(span: Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}
