//! The texts of `list`, `list --kinds` and `check`: what there is to run, and whether a file can be.
//!
//! Nothing is printed here; the caller has the terminal.

use serde_json::{Value as Json, json};
use unicode_width::UnicodeWidthStr as _;

use crate::foreign::escaped;
use crate::record::{History, Past};
use crate::scenario::library::{Entry, Library};
use crate::scenario::{DiagnosticList, Domain, KindSpec, Nature, Origin, Plan, Scenario, ValueSpec, path};
use crate::units::{self, Side};

/// The narrowest page that texts are fitted to, in columns.
const NARROWEST: usize = 40;

/// The widest: longer lines are hard to read.
const WIDEST: usize = 110;

/// Before a scenario that was run.
const RUN_BEFORE: &str = "✓";

/// How many problems of a broken scenario the list shows; `check` shows all.
const SHOWN: usize = 3;

/// The library for people, fitted to `width` columns, by chapters and folders: each scenario with what it runs, or why
/// it cannot be run, and with a tick if it was run before.
pub fn list_text(library: &Library, history: &History, width: usize) -> String {
    let width = width.clamp(NARROWEST, WIDEST);
    let names = library.entries.iter().map(|entry| escaped(&entry.call).width()).max().unwrap_or(0).min(width / 3);
    let mut out = String::new();
    let mut heading = None;
    for entry in &library.entries {
        let group = group(entry);
        if heading.as_ref() != Some(&group) {
            let gap = if out.is_empty() { "" } else { "\n" };
            out.push_str(&format!("{gap}{group}\n"));
            heading = Some(group);
        }
        let mark = if past(entry, history).is_some() { RUN_BEFORE } else { " " };
        listed(entry, mark, names, width, &mut out);
    }
    out.push_str(&progress(library, history));
    for note in &library.notes {
        out.push('\n');
        out.extend(wrapped(note, width).map(|line| line + "\n"));
    }
    out
}

/// The library for scripts.
pub fn list_json(library: &Library, history: &History) -> Json {
    json!({
        "schema": "parlab.list/1",
        "scenarios": library.entries.iter().map(|entry| entry_json(entry, history)).collect::<Vec<_>>(),
        "notes": library.notes,
    })
}

/// The verdict on a checked file: one line if it is fine, else a line for each problem.
pub fn check_text(label: &str, checked: &Result<Scenario, DiagnosticList>) -> String {
    match checked {
        Ok(scenario) => format!("{label}: ok: {}\n", extent(scenario)),
        Err(problems) => format!("{problems}\n"),
    }
}

/// The registry of kinds for people, fitted to `width` columns.
pub fn kinds_text(specs: impl Iterator<Item = &'static KindSpec>, width: usize) -> String {
    let width = width.clamp(NARROWEST, WIDEST);
    specs.map(|spec| kind_text(spec, width)).collect::<Vec<_>>().join("\n")
}

/// The registry of kinds for scripts.
pub fn kinds_json(specs: impl Iterator<Item = &'static KindSpec>) -> Json {
    json!({ "schema": "parlab.kinds/1", "kinds": specs.map(kind_json).collect::<Vec<_>>() })
}

/// What will be run, in one line: `4 tasks of sleep · 2 configurations · 4 trials`.
pub fn extent(scenario: &Scenario) -> String {
    let plan = Plan::of(scenario);
    let count = |n: usize, what: &str| format!("{} {what}{}", units::count(n as u64), if n == 1 { "" } else { "s" });
    let tasks = scenario.job.inputs.len();
    let kinds: Vec<&str> = scenario.emulated.iter().map(|job| job.kind.as_str()).collect();
    let kinds = [&[scenario.job.kind.as_str()], kinds.as_slice()].concat();
    format!(
        "{} task{} of {} · {} · {}",
        units::count(tasks),
        if tasks == 1 { "" } else { "s" },
        kinds.join(" and "),
        count(plan.configs.len(), "configuration"),
        count(plan.trials.len(), "trial"),
    )
}

/// The heading that an entry stands below: its chapter, or the folder of its file.
fn group(entry: &Entry) -> String {
    match (entry.chapter(), &entry.origin) {
        (Some(chapter), _) => chapter.title.to_owned(),
        (None, Origin::File(path)) => path.parent().map(crate::scenario::label).unwrap_or_default(),
        (None, Origin::Bundled) => String::new(),
    }
}

/// When it was run before, if the history knows of it.
fn past<'h>(entry: &Entry, history: &'h History) -> Option<&'h Past> {
    let scenario = entry.scenario.as_ref().ok()?;
    history.of(&entry.name, entry.origin == Origin::Bundled, &scenario.sha256)
}

/// How much of the path was gone: `5 of 18 run`; nothing for a library without one.
fn progress(library: &Library, history: &History) -> String {
    let on_path = || library.entries.iter().filter(|entry| entry.chapter().is_some_and(|c| *c != path::OUTSIDE));
    let run = on_path().filter(|entry| past(entry, history).is_some()).count();
    match on_path().count() {
        0 => String::new(),
        all => format!("\n{RUN_BEFORE} run: {run} of {all} along the path\n"),
    }
}

fn listed(entry: &Entry, mark: &str, names: usize, width: usize, out: &mut String) {
    let indent = " ".repeat(names + 4);
    let room = width - indent.len();
    let call = escaped(&entry.call);
    out.push_str(&format!("{mark} {}", units::padded(&call, names, Side::Left)));
    // A name too long for its column has a line of its own.
    out.push_str(if call.width() > names { "\n" } else { "  " });
    let lead = if call.width() > names { indent.as_str() } else { "" };
    match &entry.scenario {
        Ok(scenario) => {
            out.push_str(&format!("{lead}{}\n", cut(&scenario.title, room)));
            for line in wrapped(&scenario.summary, room) {
                out.push_str(&format!("{indent}{line}\n"));
            }
            out.push_str(&format!("{indent}{}\n", cut(&extent(scenario), room)));
            let lacks = entry.lacks.iter().map(|lacks| format!("cannot be run here: {lacks}"));
            lacks.for_each(|lacks| out.extend(wrapped(&lacks, room).map(|line| format!("{indent}{line}\n"))));
        }
        Err(problems) => {
            let count = problems.count();
            let verdict = format!("cannot be run: {count} problem{}", if count == 1 { "" } else { "s" });
            out.push_str(&format!("{lead}{}\n", cut(&verdict, room)));
            for problem in problems.iter().take(SHOWN) {
                out.extend(wrapped(&problem.to_string(), room).map(|line| format!("{indent}{line}\n")));
            }
            if count > SHOWN {
                let more = format!("and {} more: parlab check tells all", count - SHOWN);
                out.extend(wrapped(&more, room).map(|line| format!("{indent}{line}\n")));
            }
        }
    }
}

fn entry_json(entry: &Entry, history: &History) -> Json {
    let path = match &entry.origin {
        Origin::Bundled => None,
        Origin::File(path) => Some(crate::scenario::label(path)),
    };
    let scenario = entry.scenario.as_ref().ok();
    let plan = scenario.map(Plan::of);
    json!({
        "name": entry.name,
        "call": entry.call,
        "origin": if path.is_none() { "bundled" } else { "file" },
        "path": path,
        "chapter": entry.chapter().map(|chapter| chapter.title),
        "run": past(entry, history).map(|past| json!({
            "at": past.at, "sha256": past.sha256, "best_speedup": past.best_speedup,
        })),
        "title": scenario.map(|scenario| &scenario.title),
        "summary": scenario.map(|scenario| &scenario.summary),
        "tags": scenario.map(|scenario| &scenario.tags),
        "kind": scenario.map(|scenario| &scenario.job.kind),
        "tasks": scenario.map(|scenario| scenario.job.inputs.len()),
        "configurations": plan.as_ref().map(|plan| plan.configs.len()),
        "trials": plan.as_ref().map(|plan| plan.trials.len()),
        "sha256": scenario.map(|scenario| &scenario.sha256),
        "lacks": entry.lacks,
        "problems": entry.scenario.as_ref().err().map(|problems| problems.iter().collect::<Vec<_>>()).unwrap_or_default(),
    })
}

fn kind_text(spec: &KindSpec, width: usize) -> String {
    let mut facts = vec![nature(spec.nature)];
    facts.extend(spec.tells_progress.then_some("tells how far it is"));
    facts.extend(spec.processes_only.map(|_| "processes only"));
    let heading = format!("{} · {}", spec.name, facts.join(" · "));
    let mut out: String = wrapped(&heading, width).map(|line| line + "\n").collect();
    out.extend(wrapped(spec.summary, width - 2).map(|line| format!("  {line}\n")));
    let input = (!spec.is_program()).then(|| ("x".to_owned(), format!("the input ({})", spec.input.span())));
    let mut rows: Vec<(String, String)> = input.into_iter().collect();
    rows.extend(
        spec.params.iter().map(|param| {
            (param.name.to_owned(), with_facts(param.doc, [param.unit.to_owned(), param.domain.allowed()]))
        }),
    );
    rows.extend(
        spec.results()
            .map(|value| (format!("→ {}", value.name), with_facts(value.doc, [value.unit.to_owned(), String::new()]))),
    );
    rows.extend(spec.tally.iter().map(|value| {
        (
            format!("⇒ {}", value.name),
            with_facts(value.doc, ["of all tasks together".to_owned(), value.unit.to_owned()]),
        )
    }));
    let names = rows.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let indent = " ".repeat(names + 4);
    for (name, text) in rows {
        let mut lead = format!("  {}  ", units::padded(&name, names, Side::Left));
        for line in wrapped(&text, width - indent.len()) {
            out.push_str(&format!("{lead}{line}\n"));
            lead.clone_from(&indent);
        }
    }
    out
}

fn kind_json(spec: &KindSpec) -> Json {
    json!({
        "name": spec.name,
        "summary": spec.summary,
        "nature": spec.nature,
        "gil": gil(spec.nature),
        "tells_progress": spec.tells_progress,
        "processes_only": spec.processes_only,
        "input": { "min": spec.input.min, "max": spec.input.max },
        "parameters": spec.params.iter().map(|param| {
            let mut json = domain_json(param.domain);
            json["name"] = param.name.into();
            json["unit"] = param.unit.into();
            json["doc"] = param.doc.into();
            json
        }).collect::<Vec<_>>(),
        "values": spec.values.iter().map(value_json).collect::<Vec<_>>(),
        "measured": spec.measured.iter().map(value_json).collect::<Vec<_>>(),
        "tally": spec.tally.iter().map(value_json).collect::<Vec<_>>(),
        "varied": spec.search.map(|search| search.varies),
    })
}

fn value_json(value: &ValueSpec) -> Json {
    json!({ "name": value.name, "unit": value.unit, "doc": value.doc })
}

fn domain_json(domain: Domain) -> Json {
    match domain {
        Domain::Number { default, bounds } => {
            json!({ "type": "number", "default": default, "min": bounds.min, "max": bounds.max })
        }
        Domain::Whole { default, min, max } => json!({ "type": "whole", "default": default, "min": min, "max": max }),
        Domain::Limit { max } => json!({ "type": "limit", "default": -1, "min": 1, "max": max, "choices": [-1] }),
        Domain::Threads { default, max } => {
            json!({ "type": "threads", "default": default, "min": 1, "max": max, "choices": ["all"] })
        }
        Domain::Flag { default } => json!({ "type": "flag", "default": default }),
        Domain::File { instead_of } => json!({ "type": "file", "default": null, "instead_of": instead_of }),
        Domain::Text { default, max } => json!({ "type": "text", "default": default, "max": max }),
        Domain::Command => json!({ "type": "command", "default": null }),
        Domain::Arguments => json!({ "type": "arguments", "default": [] }),
        Domain::Patterns { most } => json!({ "type": "patterns", "default": null, "max": most }),
        Domain::Environment => json!({ "type": "environment", "default": null }),
        Domain::Wholes { default, max } => json!({ "type": "wholes", "default": default, "min": 0, "max": max }),
        Domain::Growth => json!({ "type": "growth", "default": null }),
        Domain::Function => json!({ "type": "function", "default": null }),
        Domain::Interpreter { default } => json!({ "type": "interpreter", "default": default }),
        Domain::Packages => json!({ "type": "packages", "default": [] }),
        Domain::Place => json!({ "type": "path", "default": null }),
        Domain::Word { choices } => json!({ "type": "word", "default": choices.first(), "choices": choices }),
    }
}

pub(super) fn nature(nature: Nature) -> &'static str {
    match nature {
        Nature::Computes => "computes, holds the GIL",
        Nature::Native => "computes, releases the GIL",
        Nature::Waits => "waits, releases the GIL",
        Nature::Mixed => "computes (holds the GIL) or waits (releases it)",
        Nature::Misbehaves => "misbehaves",
        Nature::Outside => "does what it likes",
    }
}

/// What tasks do with an interpreter's lock while they do what they are for, where that can be said.
fn gil(nature: Nature) -> Option<&'static str> {
    match nature {
        Nature::Computes => Some("held"),
        Nature::Native | Nature::Waits => Some("released"),
        Nature::Mixed => Some("held or released"),
        Nature::Misbehaves | Nature::Outside => None,
    }
}

fn with_facts<const N: usize>(doc: &str, facts: [String; N]) -> String {
    let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    if facts.is_empty() { doc.to_owned() } else { format!("{doc} ({})", facts.join(", ")) }
}

/// As much of the text as fits, with an ellipsis if that is not all.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + c.to_string().width() >= width {
            break;
        }
        out.push(c);
    }
    format!("{}…", out.trim_end())
}

/// The text in lines of at most `width` columns; none for no text.
fn wrapped(text: &str, width: usize) -> impl Iterator<Item = String> {
    units::wrap(text, width, "").into_iter().filter(|line| !line.is_empty())
}
