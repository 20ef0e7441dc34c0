//! What benches share: a run of nothing but handing out, of which they take single trials.

use parlab::scenario::{Catalog, Overrides, Scenario, Source};
use parlab::workload;

/// So many squares; who computes them, and how they are handed out, is the configuration's to say.
pub(crate) fn squares(tasks: u64) -> Scenario {
    let text = format!(
        "title = 'Squares'\n[workload]\nkind = 'square'\ntasks = {tasks}\n[sweep]\nbaseline = 'none'\ntimeout_s = 600\n"
    );
    Source::new("squares.toml", &text)
        .parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
        .unwrap_or_else(|why| panic!("{why}"))
}
