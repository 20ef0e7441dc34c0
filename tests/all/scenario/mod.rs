//! Scenarios from the outside: what is read, what it means, and what is said of what is wrong.

mod bundled;
mod catalog;
mod documents;
mod emulated;
mod files;
mod form;
mod fuzz;
mod library;
mod meaning;
mod messages;
mod outline;
mod plan;
mod schema;
mod set;
mod validator;
mod vary;
mod workers;

use parlab::scenario::{Catalog, DiagnosticList, Overrides, Scenario, Source};
use parlab::workload;

/// All kinds and backends on a machine with so many CPUs.
fn catalog(cpus: u32) -> Catalog {
    Catalog::new(workload::specs(), cpus)
}

/// Parses as on a machine with two cores.
fn parse(text: &str) -> Result<Scenario, DiagnosticList> {
    Source::new("x.toml", text).parse(&catalog(2), &Overrides::default())
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
    Source::new("x.toml", text).parse(&catalog(cores), &overrides)
}

/// Parses with `-s KEY=VALUE`, given as pairs, on two cores.
fn parse_set(text: &str, set: &[(&str, &str)]) -> Result<Scenario, DiagnosticList> {
    let mut overrides = Overrides::default();
    for (key, value) in set {
        overrides.set(key, value);
    }
    Source::new("x.toml", text).parse(&catalog(2), &overrides)
}
