//! What the processes took up in memory: in all, each, and over time.

use super::wrap::wrapped;
use crate::record::MemoryCourse;
use crate::results::{Figures, Row};
use crate::units::{self, LEVELS, Side, aligned, level};

/// Columns of the course over time.
const COLUMNS: usize = 16;

const NOTE: &str = "Memory: proportional set sizes when they were largest together, so that a page that three processes \
                    share counts for a third in each; the parent forked the workers and made what they share.";

/// A line a configuration; nothing where no memory was measured.
pub(super) fn render(figures: &Figures, width: usize) -> String {
    if figures.is_one_program() {
        // Told with the program.
        return String::new();
    }
    let most = figures.rows.iter().filter_map(|row| Some(row.memory.as_ref()?.peak_bytes)).max();
    let Some(most) = most else { return String::new() };
    let mut rows = vec![["", "in all", "with workers", "parent", "over time"].map(str::to_owned).to_vec()];
    rows.extend(figures.rows.iter().map(|row| line(row, most)));
    format!("{}\n{}", wrapped(NOTE, width, ""), aligned(&rows, Side::of_figures).join("\n"))
}

fn line(row: &Row, most: u64) -> Vec<String> {
    let Some(memory) = &row.memory else { return [&row.label, "–", "–", "–", ""].map(str::to_owned).to_vec() };
    let at = memory.peak_at();
    let each: Vec<u64> = memory.processes.iter().filter_map(|process| process.bytes.get(at).copied()).collect();
    let parent = memory.parent_bytes.as_ref().and_then(|bytes| bytes.get(at).copied());
    vec![
        row.label.clone(),
        units::bytes(memory.peak_bytes),
        processes(&each),
        parent.map_or_else(|| "–".to_owned(), units::bytes),
        // Of equal width, or they would not stand below each other.
        format!("{:<COLUMNS$}", course(memory, most)),
    ]
}

/// How many processes, and what each takes up.
fn processes(each: &[u64]) -> String {
    let (Some(least), Some(most)) = (each.iter().min(), each.iter().max()) else { return "–".to_owned() };
    let (least, most) = (units::bytes(*least), units::bytes(*most));
    match each.len() {
        1 => most,
        n if least == most => format!("{n} × {most}"),
        n => format!("{n} × {least} to {most}"),
    }
}

/// The sum over all processes as bars, in equal steps of time.
fn course(memory: &MemoryCourse, most: u64) -> String {
    let bars = memory.resampled(&memory.total_bytes, COLUMNS).into_iter();
    bars.map(|bytes| LEVELS[level(bytes as f64 / most as f64)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_told_in_short() {
        const MIB: u64 = 1 << 20;
        assert_eq!(processes(&[]), "–");
        assert_eq!(processes(&[68 * MIB]), "68.0 MiB");
        assert_eq!(processes(&[64 * MIB, 64 * MIB]), "2 × 64.0 MiB");
        assert_eq!(processes(&[64 * MIB, 32 * MIB, 40 * MIB]), "3 × 32.0 MiB to 64.0 MiB");
    }

    #[test]
    fn bars_are_as_high_as_the_highest_of_all() {
        let at_s = vec![0.0, 1.0, 2.0, 4.0];
        let memory =
            MemoryCourse { at_s, total_bytes: vec![10, 40, 40, 80], peak_bytes: 80, ..MemoryCourse::default() };
        assert_eq!(course(&memory, 80).chars().count(), COLUMNS);
        assert!(course(&memory, 80).starts_with("▁▁▁▄▄▄▄") && course(&memory, 80).ends_with("█"));
        assert!(course(&memory, 160).ends_with("▄"));
    }
}
