//! What the tasks of a trial left in what they share: lost updates, leaked objects, the total of a sum.

use super::wrap::wrapped;
use crate::record::RunState;
use crate::results::{Figures, Row, tally_figure};
use crate::scenario::ValueSpec;
use crate::units::{Side, aligned};
use crate::workload;

/// A line a configuration and what the columns mean; nothing for kinds that leave nothing.
pub(super) fn render(state: &RunState, figures: &Figures, width: usize) -> String {
    let kind = state.planned.as_ref().map_or("", |planned| &planned.scenario.kind);
    let spec = workload::spec(kind);
    let told = |value: &&ValueSpec| figures.tally.contains(&value.name);
    let values: Vec<&ValueSpec> = spec.into_iter().flat_map(|spec| spec.tally).filter(told).collect();
    if values.is_empty() {
        return String::new();
    }
    let heading = values.iter().map(|value| value.name.replace('_', " "));
    let mut rows = vec![[String::new()].into_iter().chain(heading).collect::<Vec<_>>()];
    rows.extend(figures.rows.iter().map(|row| {
        let cells = values.iter().map(|value| of(row, value.name).map_or_else(|| "–".to_owned(), tally_figure));
        [row.label.clone()].into_iter().chain(cells).collect()
    }));
    let legend: Vec<String> =
        values.iter().map(|value| format!("{}: {}", value.name.replace('_', " "), value.doc)).collect();
    let legend = wrapped(&format!("What was found in the end – {}.", legend.join("; ")), width, "");
    format!("{legend}\n{}", aligned(&rows, Side::of_figures).join("\n"))
}

fn of(row: &Row, name: &str) -> Option<f64> {
    row.tally.as_ref()?.get(name).copied()
}
