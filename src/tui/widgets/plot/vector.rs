//! A picture in vectors drawn from the same layout: it shows the same as the cells do, to half a cell.
//!
//! What an SVG needs, and no more: it takes coordinates from [`crate::chart::ChartAreas::place`] alone and rounds
//! nothing.

use super::tests::mark;
use super::*;
use crate::chart::{ChartReference, ChartSeries, ChartUnit};

/// A coordinate in columns and rows, where a cell reaches from one whole number to the next.
type VectorPlace = (f64, f64);

struct VectorPicture {
    /// Series or prediction with its mark's symbol, and the point.
    marks: Vec<(&'static str, VectorPlace)>,
    /// Upper and lower end.
    whiskers: Vec<[VectorPlace; 2]>,
    polylines: Vec<Vec<VectorPlace>>,
    reference: Vec<VectorPlace>,
    x_ticks: Vec<VectorPlace>,
    y_ticks: Vec<f64>,
}

impl VectorPicture {
    fn new(layout: &ChartLayout, theme: &Theme) -> Self {
        let symbols = theme.symbols();
        let place = |point: &PlacedPoint| layout.areas.place(point.x, point.y);
        let series = layout.series.iter().map(|series| (theme.mark(series.mark), series));
        let predictions = layout.predictions.iter().map(|series| (symbols.guess, series));
        let reference = layout.reference.as_ref().expect("there is a line to compare with");
        let ends = |point: &PlacedPoint| [point.high, point.low].map(|y| layout.areas.place(point.x, y));
        Self {
            marks: series
                .chain(predictions)
                .flat_map(|(symbol, s)| s.points.iter().map(move |p| (symbol, place(p))))
                .collect(),
            whiskers: layout.series.iter().flat_map(|series| series.points.iter().map(ends)).collect(),
            polylines: layout.series.iter().map(|series| series.points.iter().map(place).collect()).collect(),
            reference: reference.points.iter().map(|(x, y)| layout.areas.place(*x, *y)).collect(),
            x_ticks: layout.x_ticks.iter().map(|tick| layout.areas.place(tick.at, 0.0)).collect(),
            y_ticks: layout.axes.y_ticks.iter().map(|tick| layout.areas.place(0.0, tick.at).1).collect(),
        }
    }
}

fn chart() -> Chart {
    let point = |x: f64, y: f64, spread: f64| ChartPoint { x, y, low: y - spread, high: y + spread, is_sure: true };
    let series =
        |name: &str, n, points| ChartSeries { name: name.to_owned(), mark: mark(n), points, ..ChartSeries::default() };
    Chart {
        series: vec![
            series(
                "threads",
                0,
                vec![point(1.0, 1.0, 0.0), point(2.0, 1.93, 0.5), point(3.0, 2.2, 0.6), point(4.0, 2.4, 0.5)],
            ),
            series(
                "processes",
                1,
                vec![point(1.0, 0.4, 0.0), point(2.0, 0.8, 0.0), point(3.0, 1.0, 0.0), point(4.0, 1.2, 0.3)],
            ),
        ],
        predictions: vec![series("threads", 0, vec![point(4.0, 3.6, 0.0)])],
        reference: Some(ChartReference::Ideal { slope: 1.0, until: None }),
        x_label: "workers".to_owned(),
        y_unit: ChartUnit::Ratio,
        y_label: "speedup".to_owned(),
        ..Chart::default()
    }
}

/// Whether a coordinate lies in a cell, its edges included.
fn is_in((x, y): VectorPlace, (column, row): (u16, u16)) -> bool {
    (x - f64::from(column) - 0.5).abs() <= 0.5 + 1e-9 && (y - f64::from(row) - 0.5).abs() <= 0.5 + 1e-9
}

/// The y of a straight line at x.
fn height_at(x: f64, [(from_x, from_y), (to_x, to_y)]: [VectorPlace; 2]) -> f64 {
    from_y + (to_y - from_y) * (x - from_x) / (to_x - from_x)
}

#[track_caller]
fn compare(columns: u16, rows: u16, theme: &Theme) {
    let (chart, area) = (chart(), Rect::new(0, 0, columns, rows));
    let plot = Plot { chart: &chart, selected: None, theme };
    let layout = plot.layout(area).expect("there are points, and room");
    let vectors = VectorPicture::new(&layout, theme);
    let cells = PlotCells::new(&layout, area);
    let mut buf = Buffer::empty(area);
    plot.render(area, &mut buf);
    let symbols = theme.symbols();
    let bottom = cells.plot.bottom() - 1;
    let picture = crate::tui::widgets::frame::lines(&buf);
    let inside = |symbol: &str, at: VectorPlace| {
        cells.plot.positions().any(|cell| buf[cell].symbol() == symbol && is_in(at, (cell.x, cell.y)))
    };

    for (symbol, at) in &vectors.marks {
        assert!(inside(symbol, *at), "{symbol} at {at:?} is not in\n{picture}");
    }
    let is_mark = |symbol: &str| [0, 1].map(|n| theme.mark(mark(n))).contains(&symbol) || symbol == symbols.guess;
    let marked = cells.plot.positions().filter(|cell| is_mark(buf[*cell].symbol())).count();
    assert_eq!(marked, vectors.marks.len(), "{picture}");

    let [top, foot, _] = symbols.whisker;
    for [high, low] in vectors.whiskers.iter().filter(|[high, low]| low.1 - high.1 >= 3.0) {
        assert!(inside(top, *high) && inside(foot, *low), "{high:?} to {low:?} is not in\n{picture}");
    }
    for at in &vectors.x_ticks {
        assert!(inside(symbols.tick_x, (at.0, f64::from(bottom) + 0.5)), "tick at {at:?} is not in\n{picture}");
    }
    let axis = cells.y_axis.right() - 1;
    for y in vectors.y_ticks.iter().filter(|y| **y < f64::from(bottom)) {
        let rows = (cells.plot.top()..bottom).filter(|row| buf[(axis, *row)].symbol() == symbols.tick_y);
        assert!(rows.into_iter().any(|row| is_in((0.5, *y), (0, row))), "tick at {y} is not in\n{picture}");
    }
    if theme.glyphs != crate::tui::theme::Glyphs::Unicode {
        lines_agree(&vectors, &cells, &buf, &picture);
    }
}

/// In ASCII a dot is the ideal's, and a dash or slash is of a line between two points: it passes through that cell.
#[track_caller]
fn lines_agree(vectors: &VectorPicture, cells: &PlotCells, buf: &Buffer, picture: &str) {
    let through = |ends: [VectorPlace; 2], column: u16, row: u16| {
        let edges = [f64::from(column), f64::from(column) + 1.0].map(|x| height_at(x, ends));
        let (least, most) = (edges[0].min(edges[1]), edges[0].max(edges[1]));
        least <= f64::from(row) + 1.0 + 1e-9 && most >= f64::from(row) - 1e-9
    };
    // A line between points starts in the middle of a column: up to half of one beside where the vector does.
    let beside = |ends: [VectorPlace; 2], column: u16, row: u16| {
        (column.saturating_sub(1)..=column + 1).any(|column| through(ends, column, row))
    };
    let ideal: Vec<[VectorPlace; 2]> = vectors.reference.windows(2).map(|pair| [pair[0], pair[1]]).collect();
    for cell in cells.plot.positions().filter(|cell| cell.y + 1 < cells.plot.bottom()) {
        let (column, row) = (cell.x, cell.y);
        match buf[cell].symbol() {
            "." => assert!(
                ideal.iter().any(|ends| through(*ends, column, row)),
                "dot at {cell} is not the ideal's\n{picture}"
            ),
            "/" | "\\" => {
                let mut pairs = vectors.polylines.iter().flat_map(|line| line.windows(2));
                assert!(pairs.any(|pair| beside([pair[0], pair[1]], column, row)), "no line at {cell}\n{picture}");
            }
            _ => {}
        }
    }
    let dots = cells.plot.positions().filter(|cell| buf[*cell].symbol() == ".").count();
    assert!(dots > usize::from(cells.plot.height) / 3, "the ideal is drawn\n{picture}");
}

#[test]
fn vectors_and_cells_show_the_same() {
    for (columns, rows) in [(72, 16), (120, 40), (60, 24)] {
        for theme in [Theme::FULL, Theme::PLAIN] {
            compare(columns, rows, &theme);
        }
    }
}
