//! What is to be known of the columns of a CSV before its first line and its first column can be judged.

use std::collections::{HashMap, HashSet};

use super::cells::{CellKind, kind};
use super::lines::CsvLines;

/// The first line, and what stands below it.
pub(super) struct Survey {
    line: u64,
    pub(super) first: Vec<String>,
    pub(super) below: Vec<ColumnSurvey>,
    pub(super) rows: u64,
    /// How often each value of the last column stands below the first line, by its bits.
    pub(super) labels: HashMap<u64, u64>,
    /// Whether the values of the first column below the first line are all different.
    pub(super) is_first_distinct: bool,
}

/// What stands in a column below the first line.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ColumnSurvey {
    /// Whether any number there has a fraction, or is written as if it had.
    pub(super) has_fractions: bool,
    /// The first number, if all count on from there, one by one.
    pub(super) counts_from: Option<u64>,
}

impl Survey {
    /// # Errors
    /// Those of the lines.
    pub(super) fn of(mut lines: CsvLines<'_>) -> Result<Self, String> {
        let Some((line, cells)) = lines.next()? else { return Err(": holds no samples".to_owned()) };
        let first: Vec<String> = cells.iter().map(str::to_owned).collect();
        let mut survey = Self {
            line,
            below: vec![ColumnSurvey::default(); first.len()],
            first,
            rows: 0,
            labels: HashMap::new(),
            is_first_distinct: true,
        };
        let mut seen = HashSet::new();
        while let Some((_, cells)) = lines.next()? {
            let rows = survey.rows;
            survey.below.iter_mut().zip(cells).for_each(|(column, cell)| column.take_in(cell, rows));
            survey.is_first_distinct = survey.is_first_distinct && seen.insert(cells[0].to_owned());
            if let Some(CellKind::Number { value, .. }) = cells.iter().next_back().map(kind) {
                *survey.labels.entry(value.to_bits()).or_default() += 1;
            }
            survey.rows += 1;
        }
        Ok(survey)
    }

    /// The number of the first line.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn columns(&self) -> usize {
        self.first.len()
    }

    /// How often this class stands below the first line.
    pub(super) fn count_of_label(&self, value: f64) -> u64 {
        self.labels.get(&value.to_bits()).copied().unwrap_or(0)
    }

    /// Whether the first column counts the lines from 0 or from 1; from the first line on if that is a sample.
    pub(super) fn first_counts(&self, has_names: bool) -> bool {
        let from = self.below[0].counts_from;
        if has_names {
            return self.rows > 0 && from.is_some_and(|from| from <= 1);
        }
        let own = self.first[0].parse::<u64>().ok();
        own.is_some_and(|own| own <= 1 && (self.rows == 0 || from == Some(own + 1)))
    }
}

impl ColumnSurvey {
    fn take_in(&mut self, cell: &str, row: u64) {
        let number = match kind(cell) {
            CellKind::Number { plain, .. } => {
                self.has_fractions |= !plain && cell.contains(['.', 'e', 'E']);
                cell.parse::<u64>().ok().filter(|_| plain)
            }
            _ => None,
        };
        self.counts_from = match (row, self.counts_from) {
            (0, _) => number,
            (_, Some(from)) if number == from.checked_add(row) => Some(from),
            _ => None,
        };
    }
}
