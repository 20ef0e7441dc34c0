//! What is left on the terminal when the screen is closed: the report of the run that was looked at last.

use super::shared::Shared;
use super::widgets::paint;
use crate::record::RunState;

/// Its lines, as many and as wide as one sees at once; none where nothing was run.
pub(super) fn lines(shared: &mut Shared, report: impl FnOnce(&RunState) -> String) -> Vec<String> {
    shared.file_away();
    let looked_at = shared.run.as_ref().filter(|run| !run.is_on() && run.record.planned.is_some());
    let Some(run) = looked_at.or_else(|| shared.ended().next()) else { return Vec::new() };
    let (columns, rows) = (shared.size.width, usize::from(shared.size.height.saturating_sub(2)));
    let report = report(&run.record);
    report.lines().take(rows).map(|line| paint::fit(&shared.theme, line, columns).into_owned()).collect()
}
