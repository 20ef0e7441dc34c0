//! The figures of a configuration as one table of columns, from which text reports, the screen's table, its line about
//! the selected point, its help, and every further format take them. Nothing is written or drawn here.
//!
//! To add a figure: its field of [`Row`], and a line of [`COLUMNS`].

use super::column_values as values;
use super::figure::Figure;
use super::figures::{Figures, INTERVAL, Row, WALL_AND_STARTUP};

/// A figure that every configuration may have.
pub struct Column {
    /// Where it stands in an entry of `configs` of the JSON report, e.g. `wall_s.median`; `None` where it follows from
    /// what stands there.
    pub key: Option<&'static str>,
    /// What it is called.
    pub heading: &'static str,
    /// What it is called where that depends on the run.
    pub heading_of: Option<fn(&Figures) -> Option<&str>>,
    /// The unit of its number: `s`, `1/s`, `bytes`, or empty for counts and fractions of 1.
    pub unit: &'static str,
    /// What it means, in a line of the screen's help; `None` where another column's line says so, or the heading.
    pub doc: Option<&'static str>,
    /// Whether a run has it at all.
    pub applies: fn(&Figures) -> bool,
    /// Whether another column of the run says more: then it is among the first to go when room is short.
    pub yields: fn(&Figures) -> bool,
    /// Whether it is the last to go: it says which configuration a row is of, or how that did.
    pub stays: bool,
    /// Its place in the text report.
    pub text: Option<ColumnPlace>,
    /// Its place in the screen's table.
    pub table: Option<ColumnPlace>,
    /// Its place in the screen's line about one configuration.
    pub line: Option<ColumnPlace>,
    /// The figure of one configuration; `None` while it is not known.
    pub value: fn(&Row) -> Option<Figure>,
    /// The same where there is room for more than a figure.
    pub detail: Option<fn(&Row) -> Option<Figure>>,
}

/// A table that shows columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The text report.
    Text,
    /// The screen's table.
    Table,
    /// The screen's line about one configuration.
    Line,
}

/// Where a column stands in a view. Of each pair, the second is for scenarios that vary something.
#[derive(Debug, Clone, Copy)]
pub struct ColumnPlace {
    /// Columns stand in ascending order.
    order: [u8; 2],
    /// When room is short the highest goes first; 0 never goes.
    priority: [u8; 2],
    /// A heading of its own, where the usual one is too long.
    heading: Option<&'static str>,
}

impl ColumnPlace {
    const fn at(order: u8) -> Option<Self> {
        Self::with(order, 0)
    }

    const fn with(order: u8, priority: u8) -> Option<Self> {
        Some(Self { order: [order; 2], priority: [priority; 2], heading: None })
    }
}

impl Column {
    /// A column that every run has and no view shows yet.
    const PLAIN: Self = Self {
        key: None,
        heading: "",
        heading_of: None,
        unit: "",
        doc: None,
        applies: |_| true,
        yields: |_| false,
        stays: false,
        text: None,
        table: None,
        line: None,
        value: |_| None,
        detail: None,
    };

    /// Its place in a view.
    fn place(&self, view: View) -> Option<ColumnPlace> {
        match view {
            View::Text => self.text,
            View::Table => self.table,
            View::Line => self.line,
        }
    }
}

/// All columns that do not depend on the kind of workload. Tallies follow them: see [`columns`].
pub static COLUMNS: &[Column] = &[
    Column {
        stays: true,
        text: ColumnPlace::at(0),
        table: ColumnPlace::at(0),
        value: |row| Some(Figure::Label(row.label.clone())),
        ..Column::PLAIN
    },
    Column {
        heading_of: Some(Figures::varied),
        applies: |figures| figures.varied().is_some(),
        stays: true,
        text: ColumnPlace::at(1),
        table: ColumnPlace::at(1),
        line: ColumnPlace::at(1),
        value: values::varied,
        ..Column::PLAIN
    },
    Column {
        key: Some("wall_and_startup_s.estimate"),
        heading: WALL_AND_STARTUP,
        unit: "s",
        doc: Some(
            "where the scenario counts the start-up, what speedups are made of: both of a repeat added; their geometric \
             mean",
        ),
        applies: |figures| figures.include_startup,
        text: ColumnPlace::at(9),
        table: ColumnPlace::at(9),
        line: ColumnPlace::at(9),
        value: values::time,
        detail: Some(|row| {
            Some(Figure::Phrase(values::with_interval(row.told_time_s()?, row.time.and_then(|time| time.ci95))))
        }),
        ..Column::PLAIN
    },
    Column {
        key: Some("wall_s.estimate"),
        heading: "wall",
        unit: "s",
        doc: Some("seconds from the start of the work to the last task's end: the geometric mean of the repeats"),
        yields: |figures| figures.include_startup,
        text: ColumnPlace::at(11),
        table: ColumnPlace::at(10),
        line: ColumnPlace::at(10),
        value: values::wall,
        detail: Some(|row| {
            let ci95 = row.wall.filter(|_| row.time_s == row.wall_s).and_then(|wall| wall.ci95);
            Some(Figure::Phrase(values::with_interval(row.told_wall_s()?, ci95)))
        }),
        ..Column::PLAIN
    },
    Column { heading: "spread", text: ColumnPlace::with(12, 1), value: values::spread, ..Column::PLAIN },
    Column {
        key: Some("startup_s.median"),
        heading: "start-up",
        unit: "s",
        doc: Some("seconds from the first start until all workers are ready; timed apart from the work"),
        text: ColumnPlace::with(13, 2),
        table: ColumnPlace::with(50, 2),
        line: ColumnPlace::at(50),
        value: values::startup,
        ..Column::PLAIN
    },
    Column {
        key: Some("tasks_per_s"),
        heading: "tasks/s",
        unit: "1/s",
        text: ColumnPlace::with(14, 3),
        table: ColumnPlace::with(51, 3),
        line: ColumnPlace::at(51),
        value: values::tasks_per_s,
        ..Column::PLAIN
    },
    Column {
        key: Some("tasks_failed"),
        heading: "failed",
        applies: |figures| figures.rows.iter().any(|row| row.tasks.is_some_and(|tasks| tasks.failed > 0)),
        text: ColumnPlace::at(15),
        value: |row| row.tasks.map(|tasks| Figure::Count(tasks.failed)),
        ..Column::PLAIN
    },
    Column {
        key: Some("speedup.value"),
        heading: "speedup",
        doc: Some(
            "the baseline's wall time ÷ this configuration's, of the same block: the geometric mean of these ratios. 2 is \
             twice as fast. Bars and brackets: its 95 % interval",
        ),
        applies: |figures| figures.baseline.is_some(),
        stays: true,
        text: ColumnPlace::at(21),
        table: ColumnPlace::at(20),
        // With its interval first of all: the end of the line may be cut off.
        line: Some(ColumnPlace { order: [2, 20], priority: [0; 2], heading: None }),
        value: |row| row.speedup.map(|speedup| Figure::Speedup(speedup.value)),
        detail: Some(values::speedup_with_interval),
        ..Column::PLAIN
    },
    Column {
        key: Some("speedup.ci95"),
        heading: INTERVAL,
        doc: Some(
            "the interval of the speedup, by Student's t on the logarithms of the ratios of 3 blocks or more; a machine that \
             becomes slower from block to block does not widen it",
        ),
        applies: |figures| figures.rows.iter().any(|row| row.speedup_ci95().is_some()),
        text: ColumnPlace::at(40),
        value: |row| row.speedup_ci95().map(Figure::Between),
        ..Column::PLAIN
    },
    Column {
        heading: "width",
        doc: Some(
            "with repeats = \"auto\", while the run goes on: the 95 % interval of the speedup, or without a baseline of the \
             time, from end to end, as a part of it; {tick} where it is as narrow as was asked for",
        ),
        applies: |figures| figures.wanted.is_some(),
        stays: true,
        table: ColumnPlace::at(22),
        value: |row| row.width.map(Figure::Width),
        ..Column::PLAIN
    },
    Column {
        heading: "predicted",
        doc: Some("what was expected beforehand; off by: predicted ÷ measured − 1, so + is too much"),
        applies: values::has_predictions,
        text: ColumnPlace::at(30),
        table: ColumnPlace::with(30, 1),
        line: ColumnPlace::at(25),
        value: |row| row.predicted.map(|predicted| Figure::expected(predicted.expected)),
        detail: Some(values::predicted_with_error),
        ..Column::PLAIN
    },
    Column {
        key: Some("predicted.error"),
        heading: "off by",
        applies: values::has_predictions,
        text: ColumnPlace::at(31),
        table: ColumnPlace::at(31),
        value: |row| row.predicted?.error.map(Figure::Error),
        ..Column::PLAIN
    },
    Column {
        key: Some("efficiency"),
        heading: "efficiency",
        doc: Some("speedup ÷ workers: 100 % means that every worker paid in full"),
        applies: |figures| figures.baseline.is_some(),
        text: Some(ColumnPlace { order: [20; 2], priority: [0; 2], heading: Some("effic.") }),
        table: ColumnPlace::with(21, 1),
        line: Some(ColumnPlace { order: [35, 6], priority: [0; 2], heading: None }),
        value: |row| row.efficiency.map(Figure::Fraction),
        ..Column::PLAIN
    },
    Column {
        key: Some("task_s.median"),
        heading: "task",
        unit: "s",
        applies: |figures| figures.varied().is_some(),
        table: ColumnPlace::with(40, 2),
        // How long the tasks are there: the end of the line may be cut off.
        line: ColumnPlace::at(5),
        value: values::task,
        ..Column::PLAIN
    },
    Column {
        key: Some("bytes_per_s"),
        heading: "GB/s",
        unit: "bytes/s",
        doc: Some("bytes that the tasks moved between memory and cores, as STREAM counts them, in 10⁹ a second"),
        applies: |figures| figures.rows.iter().any(|row| row.bytes_per_s.is_some()),
        text: ColumnPlace::at(16),
        table: ColumnPlace::at(15),
        line: ColumnPlace::at(3),
        value: |row| row.bytes_per_s.map(Figure::BytesPerSecond),
        ..Column::PLAIN
    },
    Column {
        key: Some("payload_s_per_byte"),
        heading: "a byte",
        unit: "s",
        doc: Some("time × workers ÷ bytes of payload: what each costs, whichever way it takes"),
        applies: |figures| figures.rows.iter().any(|row| row.s_per_byte.is_some()),
        text: ColumnPlace::at(17),
        table: Some(ColumnPlace { order: [16; 2], priority: [1, 0], heading: None }),
        line: ColumnPlace::at(7),
        value: |row| row.s_per_byte.map(Figure::Seconds),
        ..Column::PLAIN
    },
    Column {
        key: Some("memory.pss_bytes"),
        heading: "memory",
        unit: "bytes",
        applies: |figures| figures.rows.iter().any(|row| row.memory.is_some()),
        table: ColumnPlace::at(60),
        line: ColumnPlace::at(40),
        value: values::memory,
        detail: Some(values::memory_with_shares),
        ..Column::PLAIN
    },
    Column { heading: "repeats", line: ColumnPlace::at(12), value: values::repeats, ..Column::PLAIN },
    Column { heading: "context switches", line: ColumnPlace::at(53), value: values::context_switches, ..Column::PLAIN },
];

/// A column as a view shows it.
pub struct ShownColumn<'f> {
    /// What stands above it.
    pub heading: &'f str,
    /// When room is short the highest goes first; 0 never goes.
    pub priority: u8,
    /// Whether it stays where even columns of priority 0 have to go.
    pub stays: bool,
    /// Whether the heading is a scenario's word, which may be long.
    pub is_scenarios: bool,
    order: u8,
    source: FigureSource<'f>,
}

/// Where the figures of a column come from.
enum FigureSource<'f> {
    Column {
        shown: fn(&Row) -> Option<Figure>,
        brief: fn(&Row) -> Option<Figure>,
    },
    /// What the tasks left under this name.
    Tally(&'f str),
}

impl ShownColumn<'_> {
    /// The figure of a configuration without what a line tells beside it, for where that has no room.
    pub fn brief(&self, row: &Row) -> Option<Figure> {
        match self.source {
            FigureSource::Column { brief, .. } => brief(row),
            FigureSource::Tally(_) => self.of(row),
        }
    }

    /// Whether another column of the run says more.
    pub fn yields(&self) -> bool {
        self.priority == YIELDING
    }

    /// The figure of a configuration.
    pub fn of(&self, row: &Row) -> Option<Figure> {
        match self.source {
            FigureSource::Column { shown, .. } => shown(row),
            FigureSource::Tally(name) => row.tally.as_ref()?.get(name).copied().map(Figure::Tally),
        }
    }
}

/// The columns of a view, in its order: those of [`COLUMNS`] that apply to the run, and on the screen one for each
/// thing that the tasks left in what they share.
pub fn columns(figures: &Figures, view: View) -> Vec<ShownColumn<'_>> {
    let varies = usize::from(figures.varied().is_some());
    let shown = COLUMNS.iter().filter(|column| (column.applies)(figures)).filter_map(|column| {
        let place = column.place(view)?;
        Some(ShownColumn {
            heading: column.heading_of.and_then(|of| of(figures)).or(place.heading).unwrap_or(column.heading),
            priority: if (column.yields)(figures) { YIELDING } else { place.priority[varies] },
            stays: column.stays,
            is_scenarios: column.heading_of.is_some(),
            order: place.order[varies],
            source: FigureSource::Column { shown: value(column, view), brief: column.value },
        })
    });
    let mut columns: Vec<ShownColumn> = shown.chain(tallies(figures, view)).collect();
    columns.sort_by_key(|column| column.order);
    columns
}

/// The priority of a column where another one says more.
const YIELDING: u8 = 9;

/// The figure in this view: with its spread where a line is all there is to tell.
fn value(column: &Column, view: View) -> fn(&Row) -> Option<Figure> {
    column.detail.filter(|_| view == View::Line).unwrap_or(column.value)
}

/// What the tasks left. The text report has a section of its own for it.
fn tallies(figures: &Figures, view: View) -> impl Iterator<Item = ShownColumn<'_>> {
    let (order, others) = match view {
        View::Text => (0, None),
        View::Table => (61, Some(4)),
        View::Line => (45, Some(0)),
    };
    // What a kind has to tell first of all is what one came for.
    let priorities = others.into_iter().flat_map(|others| [0].into_iter().chain(std::iter::repeat(others)));
    let names = figures.tally.iter().zip(priorities);
    names.map(move |(name, priority)| ShownColumn {
        heading: name,
        priority,
        stays: false,
        is_scenarios: false,
        order,
        source: FigureSource::Tally(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_columns_stand_at_one_place_or_have_one_name() {
        for view in [View::Text, View::Table, View::Line] {
            for varies in [0, 1] {
                let mut orders: Vec<u8> =
                    COLUMNS.iter().filter_map(|column| column.place(view)).map(|place| place.order[varies]).collect();
                let count = orders.len();
                orders.sort_unstable();
                orders.dedup();
                assert_eq!(orders.len(), count, "{view:?}");
            }
        }
        let mut names: Vec<&str> =
            COLUMNS.iter().map(|column| column.heading).filter(|name| !name.is_empty()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
