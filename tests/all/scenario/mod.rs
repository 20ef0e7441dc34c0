//! Scenarios from the outside: what is read, what it means, and what is said of what is wrong.

mod bundled;
mod catalog;
mod documents;
mod files;
mod form;
mod fuzz;
mod library;
mod meaning;
mod messages;
mod outline;
mod plan;
mod schema;
mod vary;
mod workers;

use parlab::scenario::{self, DiagnosticList, Overrides, Scenario};
use parlab::workload;

/// Parses as on a machine with two cores.
fn parse(text: &str) -> Result<Scenario, DiagnosticList> {
    scenario::parse("x.toml", "x", text, workload::specs(), 2)
}

/// A scenario that is fine, from the body of its `[sweep]`.
fn with_sweep(body: &str) -> Scenario {
    let text = format!("title = 't'\n[workload]\nkind = 'square'\ntasks = 10\n[sweep]\n{body}");
    parse(&text).unwrap_or_else(|problems| panic!("{text}\n{problems}"))
}

/// Parses with options, given as (name without dashes, text).
fn parse_with(text: &str, options: &[(&str, &str)], cores: u32) -> Result<Scenario, DiagnosticList> {
    let mut overrides = Overrides::default();
    for (name, typed) in options {
        overrides.set_by_option(name, typed);
    }
    scenario::parse_with("x.toml", "x", text, workload::specs(), cores, &overrides)
}
