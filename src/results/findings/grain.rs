//! How long tasks have to be: what is to be said of a run that varies them.
//!
//! The other rules compare configurations that did the same work, which those of different points did not.

use super::super::figures::{Figures, Row};
use super::super::shortest_tasks::{Metg, WORTH_WHILE};
use super::finding::{Finding, MOST};
use crate::record::label;
use crate::units;

/// A sentence for each backend and number of workers whose efficiency was measured.
pub(super) fn worth_while(figures: &Figures) -> Vec<Finding> {
    let sentence = |metg: &Metg| Some(Finding { rule: "task-length", message: of_one(figures, metg)? });
    figures.metg.iter().filter_map(sentence).take(MOST).collect()
}

fn of_one(figures: &Figures, metg: &Metg) -> Option<String> {
    let place = figures.rows.iter().find(|row| row.config == metg.config)?.place;
    let efficiency = |row: &Row| row.efficiency.filter(|_| row.place == place);
    let (name, half) = (label(&metg.config), units::percent(WORTH_WHILE));
    let mut measured = figures.rows.iter().filter_map(efficiency).peekable();
    measured.peek()?;
    Some(match metg.seconds {
        Some(seconds) => format!(
            "{name} are worth their while from {} a task on ({} × workers ÷ tasks, at an efficiency of {half}): with \
             shorter tasks most of their time goes into something else than work.",
            units::seconds(seconds),
            if figures.include_startup { "wall time with start-up" } else { "wall time" }
        ),
        None if measured.all(|efficiency| efficiency >= WORTH_WHILE) => {
            format!("{name} were at least {half} efficient at every length of task that was tried.")
        }
        None => {
            format!("{name} were not seen to cross {half} of efficiency between the lengths of task that were tried.")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{BackendKind, Config};

    fn said(seconds: Option<f64>, efficiencies: &[Option<f64>]) -> Vec<String> {
        let config = Config::new(BackendKind::THREADS, 2);
        let row = |efficiency: &Option<f64>| Row { efficiency: *efficiency, ..super::super::fixture::row(&config) };
        let rows = efficiencies.iter().map(row).collect();
        let figures = Figures { rows, metg: vec![Metg { config: config.clone(), seconds }], ..Figures::default() };
        worth_while(&figures).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn it_names_the_shortest_task_that_was_worth_while() {
        let said = said(Some(78e-6), &[Some(0.1), Some(0.9)]);
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("threads × 2 are worth their while from 78.0 µs a task on"), "{said:?}");
    }

    #[test]
    fn it_claims_nothing_that_was_not_measured() {
        assert!(said(None, &[Some(0.6), Some(0.5)])[0].contains("at every length"));
        assert!(said(None, &[Some(0.6), Some(0.4)])[0].contains("not seen to cross"));
        assert!(said(None, &[None, None]).is_empty());
        assert!(worth_while(&Figures::default()).is_empty());
    }
}
