//! Where the time went: a line a configuration, a column for each share of its workers' time, and on request a line a
//! worker.

use super::wrap::wrapped;
use crate::record::label_at;
use crate::results::{Figures, LossShares, Row, TimeUse};
use crate::units::{self, Side, aligned};

/// A share below this everywhere has no column.
const LEAST: f64 = 0.005;

/// The columns that can best be done without where a line is too long, the first first.
const DISPENSABLE: [TimeUse; 5] = [TimeUse::Queue, TimeUse::Gate, TimeUse::Others, TimeUse::Startup, TimeUse::Idle];

/// A line a configuration; nothing where no accounts of lanes were kept.
pub(super) fn render(figures: &Figures, width: usize) -> String {
    let told: Vec<(&Row, &LossShares)> =
        figures.rows.iter().filter_map(|row| Some((row, row.time_shares.as_ref()?))).collect();
    if told.is_empty() {
        return String::new();
    }
    let with_startup = if figures.include_startup { " and start-up" } else { "" };
    let columns = columns(|what| told.iter().filter_map(|(_, shares)| shares.of(what)).fold(0.0, f64::max));
    let meanings: Vec<String> = columns.iter().map(|what| format!("{}: {}", what.heading(), what.doc())).collect();
    let heading = format!(
        "Where the time went: shares of workers × wall{with_startup}, all repeats together. {}.",
        capitalised(&meanings.join("; "))
    );
    let lines: Vec<(String, Cells)> =
        told.iter().map(|(row, shares)| (label_at(&row.config), cells(&columns, |what| shares.of(what)))).collect();
    format!("{}\n{}", wrapped(&heading, width, ""), table(&columns, &lines, width))
}

/// A line a worker, below each configuration's name.
pub(super) fn by_worker(figures: &Figures, width: usize) -> String {
    let of_row = |row: &Row| {
        let workers = &row.time_shares.as_ref()?.workers;
        let columns = columns(|what| workers.iter().filter_map(|worker| worker.of(what)).fold(0.0, f64::max));
        let lines: Vec<(String, Cells)> = (workers.iter().enumerate())
            .map(|(lane, worker)| (format!("worker {lane}"), cells(&columns, |what| worker.of(what))))
            .collect();
        Some(format!("{}\n{}", label_at(&row.config), table(&columns, &lines, width)))
    };
    let sections: Vec<String> = figures.rows.iter().filter_map(of_row).collect();
    if sections.is_empty() {
        return String::new();
    }
    let heading = "Where the time of each worker went: shares of the wall time, all repeats together; what a worker \
                   cannot know, start-up and time without a CPU, is within the others.";
    format!("{}\n{}", wrapped(heading, width, ""), sections.join("\n"))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A share for each column.
type Cells = Vec<Option<f64>>;

/// Work, and what takes a share worth a column; `most` is the largest of a use.
fn columns(most: impl Fn(TimeUse) -> f64) -> Vec<TimeUse> {
    TimeUse::ALL.into_iter().filter(|what| *what == TimeUse::Work || most(*what) >= LEAST).collect()
}

fn cells(columns: &[TimeUse], share: impl Fn(TimeUse) -> Option<f64>) -> Cells {
    columns.iter().map(|what| share(*what)).collect()
}

/// The table without as many columns as it must do without.
fn table(columns: &[TimeUse], lines: &[(String, Cells)], width: usize) -> String {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let mut dispensable = DISPENSABLE.into_iter();
    loop {
        let text = rows(columns, &shown, lines);
        let is_long = text.lines().any(|line| line.chars().count() > width);
        match dispensable.next().filter(|_| is_long) {
            Some(what) => shown.retain(|index| columns[*index] != what),
            None => return text,
        }
    }
}

fn rows(columns: &[TimeUse], shown: &[usize], lines: &[(String, Cells)]) -> String {
    let heading = std::iter::once(String::new()).chain(shown.iter().map(|&at| columns[at].heading().to_owned()));
    let line = |(name, cells): &(String, Cells)| {
        let cells = shown.iter().map(|&at| cells[at].map_or_else(|| "–".to_owned(), whole_percent));
        std::iter::once(name.clone()).chain(cells).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = std::iter::once(heading.collect()).chain(lines.iter().map(line)).collect();
    aligned(&rows, Side::of_figures).join("\n")
}

/// In whole percent: what is there is never nothing.
fn whole_percent(share: f64) -> String {
    match share {
        x if x > 0.0 && x < LEAST => "<1 %".to_owned(),
        x if x.abs() < LEAST => "0 %".to_owned(),
        x if (1.0 - LEAST..1.0).contains(&x) => ">99 %".to_owned(),
        x => format!("{} %", units::count((x * 100.0).round().max(0.0) as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_whole_and_never_read_as_nothing_or_all() {
        let cases = [(0.0, "0 %"), (0.001, "<1 %"), (0.005, "1 %"), (0.994, "99 %"), (0.9999, ">99 %"), (1.0, "100 %")];
        for (share, text) in cases {
            assert_eq!(whole_percent(share), text, "{share}");
        }
    }

    #[test]
    fn long_lines_do_without_some_columns() {
        let lines = vec![("processes × 16 pipe, payload 1024".to_owned(), vec![Some(0.1); TimeUse::COUNT])];
        let text = table(&TimeUse::ALL, &lines, 80);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("work") && text.contains("unknown") && !text.contains("gate"), "{text}");
    }
}
