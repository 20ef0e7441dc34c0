//! Kinds of workload: their results against computations of another make, how they tell their progress and stop,
//! and that no backend or schedule changes what they return.

mod bounds;
mod context;
mod convoy;
mod everywhere;
mod http;
mod mandelbrot;
mod matmul;
mod memory;
mod race;
mod sum;
mod triad;

use context::TestDesk;
use parlab::scenario::{Catalog, DiagnosticList, Job, Overrides, Scenario, Source};
use parlab::workload::{self, Values, Workload};

/// Parses as on a machine with two CPUs.
fn parse(text: &str) -> Result<Scenario, DiagnosticList> {
    Source::new("x.toml", text).parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
}

/// A checked job, from the body of its `[workload]`.
fn job(kind: &str, body: &str) -> Job {
    let text = format!("title = 't'\n[workload]\nkind = '{kind}'\n{body}\n[sweep]\nseed = 7\n");
    parse(&text).unwrap_or_else(|problems| panic!("{problems}")).job
}

fn build(kind: &str, body: &str) -> Box<dyn Workload> {
    workload::build(&job(kind, body)).expect("a known kind")
}

/// The results of the first tasks, one after the other.
fn results(kind: &str, body: &str, tasks: u64) -> Vec<Values> {
    let workload = build(kind, body);
    (0..tasks).map(|task| workload.run(task, &TestDesk::default()).expect("it is not cancelled")).collect()
}

/// What is said of a parameter that is out of its bounds.
fn objections(kind: &str, body: &str) -> String {
    let text = format!("title = 't'\n[workload]\nkind = '{kind}'\ntasks = 1\n{body}\n");
    parse(&text).expect_err("out of bounds").to_string()
}
