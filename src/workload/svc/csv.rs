//! Reads a table of numbers from CSV: a sample a line, its class in the last column. What stands between the columns,
//! whether the first line has their names, and whether the first column merely counts the lines is found out as a
//! careful reader would, unless it is said; and it is told.

mod cells;
mod columns;
mod first_line;
mod lines;

use libsvm_rs::SvmNode;

use self::cells::{CellKind, kind, number};
use self::columns::Survey;
use self::lines::{CsvLines, separator};

/// What a reader is told, or is to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Choice {
    #[default]
    Auto,
    Yes,
    No,
}

impl Choice {
    /// As a parameter has it.
    pub(super) fn of(word: Option<&str>) -> Self {
        match word {
            Some("yes") => Self::Yes,
            Some("no") => Self::No,
            _ => Self::Auto,
        }
    }
}

/// What is said of a CSV beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct CsvOptions {
    /// Whether the first line has the names of the columns.
    pub(super) header: Choice,
    /// Whether the first column counts the lines.
    pub(super) index: Choice,
}

/// What a CSV holds.
#[derive(Debug, PartialEq)]
pub(super) struct CsvTable {
    /// The numbers of each line but its last.
    pub(super) rows: Vec<Vec<SvmNode>>,
    /// The last number of each line.
    pub(super) labels: Vec<i64>,
    /// The first line, if it was taken for the names of the columns, and its number.
    pub(super) header: Option<(u64, Vec<String>)>,
    /// Whether the first column was left out.
    pub(super) index: bool,
    /// Columns in all.
    pub(super) columns: usize,
    /// What stands between them.
    pub(super) separator: char,
    /// What may have been misread, a sentence each.
    pub(super) doubts: Vec<String>,
}

/// The largest label: beyond this not every whole number is a float.
const LABEL_MAX: f64 = 9_007_199_254_740_992.0;

/// At most how many lines and how many numbers the text holds, without reading them.
pub(super) fn extent(text: &str) -> (u64, u64) {
    let lines = text.bytes().filter(|&byte| byte == b'\n').count() as u64 + 1;
    (lines, lines + text.bytes().filter(|byte| b",;\t".contains(byte)).count() as u64)
}

/// Reads the table. Empty lines are passed over.
///
/// # Errors
/// What is wrong first, as it follows the file's name: `:12: …` with the line, or `: …`.
pub(super) fn read(text: &str, options: CsvOptions) -> Result<CsvTable, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let separator = separator(text);
    let survey = Survey::of(CsvLines::new(text, separator))?;
    let names = survey.names(options.header)?;
    let index = survey.index(names.is_some(), options.index);
    let mut doubts: Vec<String> =
        [names.as_ref().and_then(|names| names.doubt.clone()), index.doubt].into_iter().flatten().collect();
    doubts.extend(survey.doubt_of_sample(names.is_some(), options.header));
    if survey.columns() < 2 + usize::from(index.is_left_out) {
        return Err(format!(":{}: has an index and a class, and no numbers between them", survey.line()));
    }
    let mut table = CsvTable {
        rows: Vec::new(),
        labels: Vec::new(),
        header: names.map(|names| (survey.line(), names.names)),
        index: index.is_left_out,
        columns: survey.columns(),
        separator,
        doubts,
    };
    let mut lines = CsvLines::new(text, separator);
    let skipped = usize::from(table.header.is_some());
    let mut taken = 0;
    while let Some((line, cells)) = lines.next()? {
        taken += 1;
        if taken > skipped {
            let (row, label) = sample(cells, usize::from(table.index), separator)
                .map_err(|wrong| format!(":{line}: {wrong}{}", remedy(taken, cells, options)))?;
            table.rows.push(row);
            table.labels.push(label);
        }
    }
    if table.rows.is_empty() { Err(": holds no samples".to_owned()) } else { Ok(table) }
}

/// What may help where the first line is no sample.
fn remedy(taken: usize, cells: &csv::StringRecord, options: CsvOptions) -> &'static str {
    let is_sample = cells.iter().all(|cell| matches!(kind(cell), CellKind::Number { .. }));
    match taken == 1 && options.header == Choice::Auto && !is_sample {
        true => "; if this line has names, say header = \"yes\"",
        false => "",
    }
}

/// The numbers of a line, from a column on, and its class.
fn sample(cells: &csv::StringRecord, from: usize, separator: char) -> Result<(Vec<SvmNode>, i64), String> {
    let mut row = Vec::with_capacity(cells.len() - from);
    let mut label = 0.0;
    for (column, cell) in (1..).zip(cells).skip(from) {
        label = number(cell, separator).map_err(|wrong| format!("column {column}: {wrong}"))?;
        row.push(SvmNode { index: (column - from) as i32, value: label });
    }
    row.pop();
    row.shrink_to_fit();
    let given = cells.iter().next_back().unwrap_or_default();
    if label.fract() != 0.0 || label.abs() > LABEL_MAX {
        let given = crate::foreign::printable(given);
        return Err(format!("the last column is the class and must be a whole number, and {given} is none"));
    }
    debug_assert!(matches!(kind(given), CellKind::Number { .. }));
    Ok((row, label as i64))
}

#[cfg(test)]
mod tests;
