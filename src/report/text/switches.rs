//! Context switches, for runs in which more threads than CPUs took turns: a line a configuration.

use crate::record::{RunState, WarningCode};

use crate::results::Figures;
use crate::units::{self, Side, aligned};

use super::wrap::wrapped;

/// A section where the run was warned of oversubscription; else nothing.
pub(super) fn render(state: &RunState, figures: &Figures, width: usize) -> String {
    if !state.warnings.iter().any(|warning| warning.code == WarningCode::Oversubscribed) {
        return String::new();
    }
    let measured = figures.rows.iter().filter_map(|row| {
        let usage = row.usage.as_ref()?;
        let [forced, given] = [usage.switches_involuntary, usage.switches_voluntary].map(units::count);
        Some(vec![row.label.clone(), forced, given])
    });
    let rows: Vec<Vec<String>> =
        std::iter::once(["", "forced", "to wait"].map(str::to_owned).to_vec()).chain(measured).collect();
    if rows.len() < 2 {
        return String::new();
    }
    let heading = "Context switches a trial, the median: forced on a thread that could have gone on, since others had \
                   to have their turn; and of threads that had to wait.";
    format!("{}\n{}", wrapped(heading, width, ""), aligned(&rows, Side::of_figures).join("\n"))
}
