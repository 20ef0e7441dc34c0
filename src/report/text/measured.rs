//! What tasks measured within themselves, for runs of a few tasks: a line a configuration, a figure a task.

use crate::record::RunState;

use crate::results::{Figures, results};
use crate::scenario::KindSpec;
use crate::units;
use crate::workload;

use super::wrap::wrapped;

/// The most tasks that are told one by one.
const TASKS_MAX: u64 = 4;

/// A section for each value that the kind measures in seconds. Empty for kinds that measure nothing, for runs of many
/// tasks, and for searches, which have a section of their own.
pub(super) fn render(state: &RunState, figures: &Figures, width: usize) -> String {
    let facts = state.planned.as_ref().map(|planned| &planned.scenario);
    let Some(facts) = facts.filter(|facts| facts.tasks <= TASKS_MAX) else { return String::new() };
    let spec = workload::spec(&facts.kind).filter(|spec| spec.search.is_none());
    let sections = spec.into_iter().flat_map(|spec: &KindSpec| spec.measured);
    let sections = sections.filter(|value| value.unit == "s").filter_map(|value| {
        let lines: Vec<String> = (0..figures.rows.len()).filter_map(|i| line(state, figures, i, value.name)).collect();
        let heading = wrapped(&format!("{} of each task: {}.", value.name, value.doc), width, "");
        (!lines.is_empty()).then(|| format!("{heading}\n{}", lines.join("\n")))
    });
    sections.collect::<Vec<_>>().join("\n\n")
}

/// `  threads × 2  1.20 s · 5.51 ms`; nothing before the configuration has results.
fn line(state: &RunState, figures: &Figures, config: usize, name: &str) -> Option<String> {
    let label = figures.rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0);
    let told = results(state, config)?.iter().map(|result| {
        let value = result.values.as_ref().and_then(|values| values.get(name));
        value.map_or_else(|| "–".to_owned(), |seconds| units::seconds(*seconds))
    });
    Some(format!("  {:<label$}  {}", figures.rows[config].label, told.collect::<Vec<_>>().join(" · ")))
}
