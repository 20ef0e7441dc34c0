//! Reads a table of numbers from CSV: commas between them, a sample a line, its class in the last column.

use csv::StringRecord;
use libsvm_rs::SvmNode;

use crate::scenario::printable;

/// What a CSV holds.
#[derive(Debug, PartialEq)]
pub(super) struct CsvTable {
    /// The numbers of each line but its last.
    pub(super) rows: Vec<Vec<SvmNode>>,
    /// The last number of each line.
    pub(super) labels: Vec<i64>,
}

/// The largest label: beyond this not every whole number is a float.
const LABEL_MAX: f64 = 9_007_199_254_740_992.0;

/// At most how many lines and how many numbers the text holds, without reading them.
pub(super) fn extent(text: &str) -> (u64, u64) {
    let count = |wanted: u8| text.bytes().filter(|&byte| byte == wanted).count() as u64;
    let lines = count(b'\n') + 1;
    (lines, lines + count(b','))
}

/// Reads the table. Empty lines are passed over, and so is a first line without any number: a header.
///
/// # Errors
/// What is wrong first, as it follows the file's name: `:12: …` with the line, or `: …`.
pub(super) fn read(text: &str) -> Result<CsvTable, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        // How many columns there are is told in words of our own.
        .flexible(true)
        // A quote is a character like any other, and wrong in a number.
        .quoting(false)
        .terminator(csv::Terminator::Any(b'\n'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut table = CsvTable { rows: Vec::new(), labels: Vec::new() };
    let mut first = None;
    let mut line = StringRecord::new();
    while reader.read_record(&mut line).map_err(|error| format!(": {error}"))? {
        if line.len() == 1 && line[0].is_empty() {
            continue;
        }
        let (number, columns) = (line_before(reader.position(), text), line.len());
        let (first_number, expected) = *first.get_or_insert((number, columns));
        if columns != expected {
            return Err(format!(
                ":{number}: has {columns} column{}, and line {first_number} has {expected}; all must have as many",
                if columns == 1 { "" } else { "s" }
            ));
        }
        if number == first_number {
            if columns < 2 {
                return Err(format!(":{number}: has one column; numbers and a class are wanted, with commas between"));
            }
            if is_header(&line) {
                continue;
            }
        }
        let (row, label) = sample(&line).map_err(|wrong| format!(":{number}: {wrong}"))?;
        table.rows.push(row);
        table.labels.push(label);
    }
    if table.rows.is_empty() { Err(": holds no samples".to_owned()) } else { Ok(table) }
}

/// The line that ends at a position. The record's own position is no help: empty lines before it belong to it.
fn line_before(position: &csv::Position, text: &str) -> u64 {
    let end = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(text.len());
    position.line() - u64::from(text[..end].ends_with('\n'))
}

fn is_header(line: &StringRecord) -> bool {
    line.iter().all(|field| !field.is_empty() && field.parse::<f64>().is_err())
}

fn sample(line: &StringRecord) -> Result<(Vec<SvmNode>, i64), String> {
    let mut row = Vec::with_capacity(line.len());
    let mut label = 0.0;
    for (column, field) in (1..).zip(line) {
        label = number(field).map_err(|wrong| format!("column {column}: {wrong}"))?;
        row.push(SvmNode { index: column, value: label });
    }
    row.pop();
    row.shrink_to_fit();
    if label.fract() != 0.0 || label.abs() > LABEL_MAX {
        let given = printable(line.iter().next_back().unwrap_or_default());
        return Err(format!("the last column is the class and must be a whole number, and {given} is none"));
    }
    Ok((row, label as i64))
}

fn number(field: &str) -> Result<f64, String> {
    match field.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(format!("{} is no finite number; remove the sample or fill it in", printable(field))),
        Err(_) if field.is_empty() => Err("is empty; remove the sample or fill it in".to_owned()),
        Err(_) => Err(format!("\"{}\" is no number", printable(field))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(table: &CsvTable) -> Vec<Vec<f64>> {
        table.rows.iter().map(|row| row.iter().map(|node| node.value).collect()).collect()
    }

    #[test]
    fn numbers_and_classes_are_read() {
        for text in [
            "1,2.5,0\n-3e1,4,1\n",
            "a,b,class\n1,2.5,0\n-3e1,4,1",
            "\u{feff}a,b,class\r\n1,2.5,0\r\n\r\n-3e1 , 4,1.0\r\n\n",
        ] {
            let table = read(text).unwrap();
            assert_eq!(values(&table), [[1.0, 2.5], [-30.0, 4.0]]);
            assert_eq!(table.labels, [0, 1]);
            assert_eq!(table.rows[0].iter().map(|node| node.index).collect::<Vec<_>>(), [1, 2]);
            let (lines, numbers) = extent(text);
            assert!(lines >= 2 && numbers >= 6);
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, wrong) in [
            ("", ": holds no samples"),
            ("\n\n", ": holds no samples"),
            ("a,b\n", ": holds no samples"),
            ("1\n2\n", ":1: has one column; numbers and a class are wanted, with commas between"),
            ("1,2,0\n\n1,0\n", ":3: has 2 columns, and line 1 has 3; all must have as many"),
            ("1,2,0\n1\n", ":2: has 1 column, and line 1 has 3; all must have as many"),
            ("1,0\nx,1\n", ":2: column 1: \"x\" is no number"),
            ("1,0\n2,\u{1b}[2J\n", ":2: column 2: \"\\u{1b}[2J\" is no number"),
            ("a,1\n2,1\n", ":1: column 1: \"a\" is no number"),
            ("1,0\n,1\n", ":2: column 1: is empty; remove the sample or fill it in"),
            ("nan,nan\n", ":1: column 1: nan is no finite number; remove the sample or fill it in"),
            ("1,0\n-inf,0\n", ":2: column 1: -inf is no finite number; remove the sample or fill it in"),
            ("1,0.5\n", ":1: the last column is the class and must be a whole number, and 0.5 is none"),
            ("1,0\n\"2\",1\n", ":2: column 1: \"\"2\"\" is no number"),
            ("\r\n1,0\r\n \r\n2\r3,1\r\n", ":4: column 1: \"2…\" is no number"),
            ("1,1e300\n", ":1: the last column is the class and must be a whole number, and 1e300 is none"),
        ] {
            assert_eq!(read(text).unwrap_err(), wrong, "{text:?}");
        }
    }
}
