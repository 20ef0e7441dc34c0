//! How sure the figures of a run are, told to what carries it out and to what shows it.

use super::figures::Figures;
use crate::record::{IntervalWidth, RunState, Widths, widest_in_words};

/// The intervals of all speedups or, where nothing is compared with anything, of all times; none where nothing was
/// measured, or nothing went well.
pub fn widths(state: &RunState) -> Widths {
    Figures::of(state).widths()
}

impl Figures {
    /// How wide the intervals are that are to be narrow, of all rows that have something to be sure of.
    pub fn widths(&self) -> Widths {
        let rows = self.rows.iter().enumerate();
        rows.filter_map(|(config, row)| row.width.map(|width| IntervalWidth { config, width })).collect()
    }
}

/// How sure the figures are of a run that goes on until they are sure enough, in one line and in a shorter one; `None`
/// for others, and before there is anything to tell.
pub fn precision_in_words(state: &RunState, figures: &Figures) -> Option<[String; 2]> {
    let plan = state.plan()?;
    let widest = figures.widths().widest()?;
    Some(widest_in_words(plan, widest, figures.wanted?, state.blocks()))
}
