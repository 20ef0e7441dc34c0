//! What the interpreters' locks cost: a line a configuration, for runs under one.

use super::wrap::wrapped;
use crate::record::LockUse;
use crate::results::{Figures, Row};
use crate::scenario::Interpreter;
use crate::units;

/// A sentence that says which lock, and a line for each configuration that has been measured.
pub(super) fn render(interpreter: Interpreter, figures: &Figures, width: usize) -> String {
    let heading = format!(
        "Under an interpreter's lock, switch interval {}: threads share one, each process has its own.",
        units::seconds(interpreter.switch_interval_ms / 1e3)
    );
    let label = figures.rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0);
    let mut lines = vec![wrapped(&heading, width, "")];
    lines.extend(figures.rows.iter().filter_map(|row| {
        let lock = row.usage.as_ref()?.interpreter?;
        Some(format!("  {:<label$}  {}", row.label, told(row, lock)?))
    }));
    lines.join("\n")
}

fn told(row: &Row, lock: LockUse) -> Option<String> {
    let wall_s = row.wall_s?.median;
    let locks = row.config.forks().max(1);
    let held = (100.0 * lock.held_s / (wall_s * f64::from(locks))).min(100.0);
    let waits = match lock.waits {
        0 => "no waits".to_owned(),
        1 => format!("1 wait, {}", units::seconds(lock.waited_s)),
        n => format!("{} waits, {} in all", units::count(n), units::seconds(lock.waited_s)),
    };
    let handovers = match lock.handovers {
        1 => "1 hand-over".to_owned(),
        n => format!("{} hand-overs", units::count(n)),
    };
    Some(format!("held {held:.0} % · {waits} · {handovers}"))
}
