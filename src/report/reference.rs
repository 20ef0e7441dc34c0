//! The reference of kinds and of keys in Markdown, made of their tables.
//!
//! Nothing is printed here; the page under `scenarios/` and the README's table are this text, and tests hold them to
//! it.

use super::catalog::nature;
use crate::scenario::{BackendKind, BackendSpec, KEYS, KindSpec};

const HEAD: &str = "\
# Kinds of workload

This page is written by `parlab list --kinds --format md`, from the same table that scenarios are checked against.

A scenario names a kind in `[workload]`, with its parameters beside it. Each task has an input `x`, from `inputs`, `tasks`
or `[grid]`; a grid may vary parameters, too, and where it does not vary `x`, `x` is 1. Values of a result are the same
whichever worker runs the task; those that are measured are not.
";

/// The page, ending in a newline.
pub fn kinds_markdown(specs: impl Iterator<Item = &'static KindSpec> + Clone) -> String {
    let mut page = HEAD.to_owned();
    page.push_str(&table(
        ["kind", "what a task does"],
        specs.clone().map(|spec| [link(spec.name), spec.summary.to_owned()]),
    ));
    for spec in specs {
        page.push_str(&kind(spec));
    }
    page
}

/// The keys that every scenario has, as a table for the README.
pub fn scenario_keys_markdown() -> String {
    let heads = ["key", "may be", "default", "what it does"];
    let rows = KEYS.iter().map(|key| {
        let default = key.domain.default_text();
        let default = if default.is_empty() { default } else { code(&default) };
        [code(&key.path()), key.allowed(), default, key.doc.to_owned()]
    });
    table(heads, rows)
}

fn kind(spec: &KindSpec) -> String {
    let mut parts =
        vec![format!("\n## {}\n\n{}.\n", spec.name, sentence(spec.summary)), format!("\n{}\n", facts(spec))];
    if !spec.params.is_empty() {
        let rows = spec
            .params
            .iter()
            .map(|param| [code(param.name), param.unit.to_owned(), param.domain.allowed(), param.doc.to_owned()]);
        parts.push(table(["parameter", "unit", "values", "what it is"], rows));
    }
    let rows = spec.results().map(|value| {
        let measured = spec.measured.iter().any(|other| other.name == value.name);
        let doc = if measured { format!("{} (measured)", value.doc) } else { value.doc.to_owned() };
        [code(value.name), value.unit.to_owned(), doc]
    });
    parts.push(table(["result", "unit", "what it is"], rows));
    parts.concat()
}

/// What else inputs may be.
const TEXTS: &str =
    ", or texts: those of `inputs`, files by `files = \"*.csv\"`, or the lines of a file by `lines = \"list.txt\"`";

/// How its tasks behave, what they take and who can run them.
fn facts(spec: &KindSpec) -> String {
    let progress = if spec.tells_progress { " and tells how far it is" } else { "" };
    let inputs = match spec.search {
        Some(search) => format!(
            "Tasks come from a `[grid]` over {}, which has no `x`.",
            search.varies.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
        ),
        None if spec.is_program() => "It has no inputs: the program is the one task.".to_owned(),
        None => format!("Inputs: {}{}.", spec.input.span(), if spec.takes_texts { TEXTS } else { "" }),
    };
    let backends = match spec.processes_only {
        Some(reason) => {
            let isolated: Vec<&str> = BackendKind::with(BackendSpec::is_isolated).map(BackendKind::word).collect();
            format!("Backends: {} only; {reason}.", isolated.join(" and "))
        }
        None => {
            let able = BackendKind::with(|backend| backend.runs(spec));
            format!("Backends: {}.", able.map(BackendKind::word).collect::<Vec<_>>().join(", "))
        }
    };
    format!("A task {}{progress}. {inputs} {backends}", nature(spec.nature))
}

fn table<const N: usize>(heads: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: [String; N]| format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    let head = line(heads.map(str::to_owned));
    let rule = format!("|{}\n", "---|".repeat(N));
    format!("\n{head}{rule}{}", rows.map(line).collect::<String>())
}

fn link(name: &str) -> String {
    format!("[`{name}`](#{name})")
}

fn code(name: &str) -> String {
    format!("`{name}`")
}

/// The text with a capital first letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
