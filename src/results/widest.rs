//! How sure the figures of a run are: the widest of their intervals. What a run that decides on its repeats goes by, and
//! what its progress tells.

use super::figures::{Figures, Row};
use crate::record::{RunState, Widest, widest_in_words};

/// The widest interval of a speedup or, where nothing is compared with anything, of a time, as a part of that figure.
/// `None` where nothing was measured, or nothing went well.
pub fn widest(state: &RunState) -> Option<Widest> {
    widest_of(&Figures::of(state), state)
}

/// The same, from figures that are there already.
fn widest_of(figures: &Figures, state: &RunState) -> Option<Widest> {
    let baselines = state.plan()?.baselines();
    let is_compared = |(config, row): &(usize, &Row)| row.speedup.is_some() && baselines[*config] != Some(*config);
    let rows = || figures.rows.iter().enumerate();
    let widths: Vec<Widest> = if rows().any(|row| is_compared(&row)) {
        rows().filter(is_compared).map(|(config, row)| Widest { config, width: speedup_width(row) }).collect()
    } else {
        let measured = rows().filter(|(_, row)| row.time_s.is_some());
        measured.map(|(config, row)| Widest { config, width: time_width(row) }).collect()
    };
    widths.into_iter().max_by(|a, b| a.width.total_cmp(&b.width).then(b.config.cmp(&a.config)))
}

/// How sure the figures are of a run that goes on until they are sure enough, in one line; `None` for others, and before
/// there is anything to tell.
pub fn precision_in_words(state: &RunState, figures: &Figures) -> Option<String> {
    let planned = state.planned.as_ref()?;
    let auto = planned.auto.filter(|_| state.status.is_none())?;
    let widest = widest_of(figures, state)?;
    Some(widest_in_words(&planned.plan, &widest, auto.precision, state.blocks()))
}

fn speedup_width(row: &Row) -> f64 {
    let width = row.speedup.zip(row.speedup_ci95()).map(|(speedup, ci95)| (ci95.high - ci95.low) / speedup.value);
    width.unwrap_or(f64::INFINITY)
}

fn time_width(row: &Row) -> f64 {
    let width = row.time.and_then(|time| time.ci95.map(|ci95| (ci95.high - ci95.low) / time.value));
    width.unwrap_or(f64::INFINITY)
}
