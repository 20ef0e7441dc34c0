//! What a grid search found: the best combinations with their mean scores.

use super::wrap::wrapped;
use crate::results::SearchFigures;
use crate::scenario::Value;
use crate::units::{Side, aligned};

/// Combinations listed; the JSON report has all of them.
const LISTED_MAX: usize = 12;

/// What scikit-learn calls the figure.
const MEAN: &str = "mean_test_score";

/// A line a combination in the grid's order, and the best of them; the best ones only where there are too many.
pub(super) fn render(found: &SearchFigures, width: usize) -> String {
    let shown = shown(found);
    let heading = found.in_parts().then(|| "of the folds".to_owned());
    let keys = found.keys();
    let headings: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    let mut rows = vec![row(&headings, MEAN.to_owned(), heading)];
    rows.extend(shown.iter().map(|&index| {
        let (one, params) = (&found.combinations[index], found.params(index));
        let cells: Vec<String> =
            keys.iter().map(|key| params.get(key).map_or_else(nothing, ToString::to_string)).collect();
        let parts = one.scores.iter().map(|&score| figure(score)).collect::<Vec<_>>().join(" ");
        row(&cells, figure(one.mean), found.in_parts().then_some(parts))
    }));
    let mut lines = aligned(&rows, |_| Side::Left);
    if shown.len() < found.combinations.len() {
        let left = found.combinations.len() - shown.len();
        lines.push(format!("  and {left} more, all told by --format json"));
    }
    let best = match found.best() {
        Some(best) => {
            let mean = figure(found.combinations[best].mean);
            let doubt = if found.combinations[best].unsettled > 0 { ", of a fit that did not converge" } else { "" };
            format!("best_params_: {} · best_score_: {mean}{doubt}", params(best, found))
        }
        None => "The best combination is not known: some have no score.".to_owned(),
    };
    lines.push(wrapped(&best, width, "  "));
    lines.join("\n")
}

/// The indices of all combinations, or of those with the best means, in the grid's order.
fn shown(found: &SearchFigures) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..found.combinations.len()).collect();
    indices.sort_by(|&a, &b| found.merit(b).total_cmp(&found.merit(a)));
    indices.truncate(LISTED_MAX);
    indices.sort_unstable();
    indices
}

fn params(index: usize, found: &SearchFigures) -> String {
    let params = found.params(index);
    let pair = |(key, value): (&&str, &&Value)| format!("{key} = {value}");
    params.iter().map(pair).collect::<Vec<_>>().join(", ")
}

fn row(cells: &[String], mean: String, parts: Option<String>) -> Vec<String> {
    cells.iter().cloned().chain([mean]).chain(parts).collect()
}

fn figure(score: Option<f64>) -> String {
    score.map_or_else(nothing, |score| format!("{score:.6}"))
}

fn nothing() -> String {
    "–".to_owned()
}
