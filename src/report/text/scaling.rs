//! What the laws of scaling say, a line a series.

use super::wrap::wrapped;
use crate::results::Fits;

/// A section with a line for each series of at least two different numbers of workers; empty without any.
pub(super) fn render(fits: &Fits, width: usize) -> String {
    if fits.series.is_empty() {
        return String::new();
    }
    let laws = if fits.series.iter().any(|fit| fit.curve().is_some()) {
        "Scaling: serial fractions by Amdahl's law, ± a standard error; peaks by the universal scalability law"
    } else {
        "Scaling"
    };
    let heading = wrapped(laws, width, "  ");
    let lines = fits.series.iter().map(|fit| wrapped(&format!("- {}", fit.sentence()), width, "  "));
    [heading].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}
