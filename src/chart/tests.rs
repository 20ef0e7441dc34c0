//! One chart laid out at two sizes: ticks, points, whiskers, the ideal and the legend, exactly.

use super::*;

const THREADS: SeriesMark = SeriesMark { family: 1, member: 0 };

/// Three points of threads with error bars, one that cannot be drawn, a prediction, and the ideal. x goes from 1 to 4,
/// y from 1 to 4.
fn chart() -> Chart {
    let point = |x, y, spread| ChartPoint { x, y, low: y - spread, high: y + spread, is_sure: true };
    let points = vec![point(1.0, 1.0, 0.0), point(2.0, f64::NAN, 0.0), point(2.0, 1.5, 0.5), point(4.0, 2.0, 0.5)];
    let guess = vec![point(4.0, 3.0, 0.0)];
    Chart {
        series: vec![ChartSeries { name: "threads".to_owned(), mark: THREADS, points, ..ChartSeries::default() }],
        predictions: vec![ChartSeries {
            name: "threads".to_owned(),
            mark: THREADS,
            points: guess,
            ..ChartSeries::default()
        }],
        reference: Some(ChartReference::Ideal { slope: 1.0, until: None }),
        x_label: "workers".to_owned(),
        y_unit: ChartUnit::Ratio,
        y_label: "speedup".to_owned(),
        bars: "95 %".to_owned(),
        ..Chart::default()
    }
}

fn layout(chart: &Chart, columns: u16, rows: u16) -> ChartLayout {
    let surface = ChartSurface { columns, rows, text_width: &|text| text.len() as u16 };
    ChartLayout::new(chart, &surface).expect("there are points, and room")
}

fn area(x: u16, y: u16, width: u16, height: u16) -> ChartArea {
    ChartArea { x, y, width, height }
}

#[track_caller]
fn assert_near<const N: usize>(found: [f64; N], wanted: [f64; N]) {
    let near = found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-12);
    assert!(near, "{found:?} is not {wanted:?}");
}

fn labels(ticks: &[AxisTick]) -> Vec<(f64, &str)> {
    ticks.iter().map(|tick| (tick.at, tick.text.as_str())).collect()
}

#[test]
fn a_large_chart_is_laid_out() {
    let layout = layout(&chart(), 60, 12);
    assert_eq!(layout.areas.header, area(0, 0, 60, 1));
    assert_eq!(layout.areas.y_axis, area(0, 1, 5, 10));
    assert_eq!(layout.areas.plot, area(5, 1, 55, 10));
    assert_eq!(layout.areas.x_labels, area(0, 11, 60, 1));
    assert_eq!((layout.areas.margin, layout.areas.span()), (3, 48));
    assert_eq!(labels(&layout.x_ticks), [(0.0, "1"), (1.0 / 3.0, "2"), (1.0, "4")]);
    // Nine rows of one half from 0.5 on, so that the lowest data are off the x axis.
    assert_eq!(layout.axes.y, AxisScale::Linear { lo: 0.5, hi: 5.0 });
    assert_eq!(
        labels(&layout.axes.y_ticks),
        [(1.0 / 9.0, "1.00"), (3.0 / 9.0, "2.00"), (5.0 / 9.0, "3.00"), (7.0 / 9.0, "4.00"), (1.0, "5.00")]
    );
    let [one, two, four] = layout.series[0].points[..] else { panic!("{:?}", layout.series) };
    assert_eq!([one, two, four].map(|point| point.index), [0, 2, 3]);
    assert_near([one.x, one.y, one.low, one.high], [0.0, 1.0 / 9.0, 1.0 / 9.0, 1.0 / 9.0]);
    assert_near([two.x, two.y, two.low, two.high], [1.0 / 3.0, 2.0 / 9.0, 1.0 / 9.0, 3.0 / 9.0]);
    assert_near([four.x, four.y, four.low, four.high], [1.0, 3.0 / 9.0, 2.0 / 9.0, 4.0 / 9.0]);
    assert_eq!(layout.series[0].end(), Some(&four));
    assert_eq!([one, two, four].map(|point| (point.beyond, point.is_apart)), [(None, false); 3]);
    // The ideal passes through (1, 1) and (4, 4), and goes on over the margins of three columns.
    let PlacedReference { points } = layout.reference.expect("there is an ideal");
    assert_near(layout.areas.edges(), [-3.0 / 48.0, 51.0 / 48.0]);
    let [(left, low), (right, high)] = points[..] else { panic!("{points:?}") };
    assert_near([left, right], [-3.0 / 48.0, 51.0 / 48.0]);
    assert_near([low, high], [(1.0 - 3.0 / 16.0 - 0.5) / 4.5, (4.0 + 3.0 / 16.0 - 0.5) / 4.5]);
    // In columns and rows: nine rows from the first value to the last, in the middle of their rows.
    assert_near(layout.areas.place(0.0, 0.0).into(), [8.5, 10.5]);
    assert_near(layout.areas.place(1.0, 1.0).into(), [56.5, 1.5]);
}

#[test]
fn a_small_chart_has_three_ticks_too() {
    for (columns, rows) in [(20, 5), (30, 8), (60, 12), (120, 40), (16, 4)] {
        let small = layout(&chart(), columns, rows);
        assert!(small.axes.y_ticks.len() >= 3, "{columns}×{rows} {:?}", small.axes.y_ticks);
        assert!(small.axes.y_ticks.iter().any(|tick| tick.text == "1.00"), "{columns}×{rows}");
        assert_eq!(labels(&small.x_ticks), [(0.0, "1"), (1.0 / 3.0, "2"), (1.0, "4")]);
    }
    assert_eq!(layout(&chart(), 20, 5).legend, ChartLegend::default());
}

#[test]
fn surfaces_without_room_have_no_layout() {
    let fits = |columns, rows| {
        let surface = ChartSurface { columns, rows, text_width: &|text| text.len() as u16 };
        ChartLayout::new(&chart(), &surface).is_some()
    };
    assert_eq!([(0, 0), (3, 9), (40, 0), (4, 1), (40, 1)].map(|(w, h)| fits(w, h)), [false, false, false, true, true]);
    let nothing = Chart { series: Vec::new(), predictions: Vec::new(), ..chart() };
    let surface = ChartSurface { columns: 40, rows: 10, text_width: &|text| text.len() as u16 };
    assert_eq!(ChartLayout::new(&nothing, &surface), None);
}

#[test]
fn a_legend_leaves_out_what_can_be_guessed_and_no_series() {
    let legend = |columns, rows| layout(&chart(), columns, rows).legend;
    let names = |columns, rows| {
        let entries = legend(columns, rows).entries.into_iter();
        entries.map(|entry| (entry.line, entry.x, entry.name)).collect::<Vec<_>>()
    };
    let named = |entries: &[(u16, u16, &str)]| {
        entries.iter().map(|(line, x, name)| (*line, *x, (*name).to_owned())).collect::<Vec<_>>()
    };
    // The title, three columns, then 9 + 2 + 11 + 2 + 6 + 2 + 8 of entries.
    assert_eq!(legend(63, 8).title.as_deref(), Some("speedup over workers"));
    assert_eq!(names(63, 8), named(&[(0, 23, "threads"), (0, 34, "predicted"), (0, 47, "95 %"), (0, 55, "ideal")]));
    assert_eq!(legend(62, 8).title, None);
    assert_eq!(legend(62, 8).entries[3].mark, LegendMark::Reference);
    assert_eq!(names(40, 8), named(&[(0, 0, "threads"), (0, 11, "predicted"), (0, 24, "95 %"), (0, 32, "ideal")]));
    assert_eq!(names(39, 8), named(&[(0, 0, "threads"), (0, 11, "predicted"), (0, 24, "95 %")]));
    // What bars are is told before names are whole, which stand in the table, too.
    assert_eq!(names(24, 8), named(&[(0, 0, "thr"), (0, 6, "predicted"), (0, 18, "95 %")]));
    // Where there are rows to spare, nothing is left out.
    let all = [(0, 0, "threads"), (0, 11, "predicted"), (1, 0, "95 %"), (1, 8, "ideal")];
    assert_eq!(names(24, 12), named(&all));
}

#[test]
fn many_series_are_all_in_the_legend() {
    let mut chart = chart();
    let names = ["threads × 2", "processes × 2", "processes × 2 pipe", "hybrid × 2x2"];
    chart.predictions.clear();
    let one = chart.series[0].clone();
    let series = names.iter().enumerate();
    chart.series = series
        .map(|(family, name)| {
            let mark = SeriesMark { family, member: 0 };
            ChartSeries { name: (*name).to_owned(), mark, ..one.clone() }
        })
        .collect();
    for (columns, rows) in [(24, 6), (28, 8), (34, 11), (60, 20), (120, 40)] {
        let layout = layout(&chart, columns, rows);
        let marks = layout.legend.entries.iter().filter(|entry| matches!(entry.mark, LegendMark::Series(_)));
        assert_eq!(marks.clone().count(), 4, "{columns}×{rows}: {:?}", layout.legend);
        let width = |entry: &LegendEntry| entry.x + entry.mark.width() + 1 + entry.name.chars().count() as u16;
        assert!(layout.legend.entries.iter().all(|entry| width(entry) <= columns), "{:?}", layout.legend);
        let mut told: Vec<&str> = marks.map(|entry| entry.name.as_str()).collect();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), 4, "{columns}×{rows}: names that differ: {told:?}");
    }
}

#[test]
fn the_scale_follows_the_data_and_not_the_ideal() {
    let flat = ChartPoint { x: 8.0, y: 1.1, low: 1.0, high: 1.2, is_sure: true };
    let mut chart = chart();
    chart.series[0].points = vec![ChartPoint::bare(1.0, 1.0), flat];
    chart.predictions.clear();
    let layout = layout(&chart, 72, 16);
    assert!(layout.axes.cuts_reference);
    assert!(layout.axes.y.value(1.0) < 1.5, "{:?}", layout.axes.y);
    assert_eq!(layout.legend.entries[2].name, "ideal (cut off)");
}

#[test]
fn no_change_is_on_the_axis_whatever_the_data_are() {
    for ys in [[0.3, 0.4], [2.5, 2.6]] {
        let points = [2.0, 3.0].into_iter().zip(ys).map(|(x, y)| ChartPoint::bare(x, y)).collect();
        let series = vec![ChartSeries { points, ..ChartSeries::default() }];
        let axes = layout(&Chart { series, predictions: Vec::new(), ..chart() }, 60, 12).axes;
        assert!(axes.y_ticks.iter().any(|tick| tick.text == "1.00"), "{ys:?} {:?}", axes.y_ticks);
    }
}

#[test]
fn the_ideal_ends_at_the_cpus() {
    let mut chart = chart();
    chart.reference = Some(ChartReference::Ideal { slope: 1.0, until: Some(2.0) });
    let layout = layout(&chart, 72, 16);
    let end = layout.reference.expect("an ideal").points.last().copied().expect("an end");
    assert_near([end.0, end.1], [1.0 / 3.0, layout.axes.y.position(2.0)]);
}

#[test]
fn what_is_not_sure_and_far_off_is_left_to_the_edge() {
    let mut chart = chart();
    chart.predictions.clear();
    chart.series[0].points = vec![
        ChartPoint::bare(1.0, 1.0),
        ChartPoint::bare(2.0, 1.6),
        ChartPoint { is_sure: false, low: 1.0, high: 90.0, ..ChartPoint::bare(3.0, 28.0) },
        ChartPoint { is_sure: false, ..ChartPoint::bare(4.0, 1.8) },
    ];
    let layout = layout(&chart, 72, 16);
    let beyond: Vec<Option<Beyond>> = layout.series[0].points.iter().map(|point| point.beyond).collect();
    assert_eq!(beyond, [None, None, Some(Beyond::Above), None], "what lies near is shown in its place");
    assert!(layout.axes.y.value(1.0) < 4.5, "{:?}", layout.axes.y);
    // Where nothing is sure, all of it counts, but not its bars.
    chart.series[0].points.iter_mut().for_each(|point| point.is_sure = false);
    chart.series[0].points.remove(2);
    let layout = self::layout(&chart, 72, 16);
    assert!(layout.series[0].points.iter().all(|point| point.beyond.is_none()), "{:?}", layout.series);
}

#[test]
fn x_stands_still_while_points_come_in() {
    let mut chart = chart();
    chart.planned_x = vec![1.0, 2.0, 4.0, 5.0];
    let before = layout(&chart, 72, 16).x_ticks;
    chart.series[0].points.truncate(1);
    chart.predictions.clear();
    assert_eq!(layout(&chart, 72, 16).x_ticks, before);
}

#[test]
fn wide_ranges_are_logarithmic() {
    let mut chart = chart();
    chart.series[0].points.push(ChartPoint { x: 64.0, y: 30.0, low: 28.0, high: 32.0, is_sure: true });
    let ChartLayout { axes, x_ticks, .. } = layout(&chart, 72, 16);
    assert_eq!(axes.x, AxisScale::Log2 { lo: 0.0, hi: 6.0 });
    assert!(axes.y.is_log());
    assert_eq!(labels(&x_ticks), [(0.0, "1"), (1.0 / 6.0, "2"), (2.0 / 6.0, "4"), (1.0, "64")]);
    assert_eq!(
        axes.y_ticks.iter().map(|tick| tick.text.as_str()).collect::<Vec<_>>(),
        ["1", "2", "4", "8", "16", "32", "64"]
    );
    // Where the data hardly differ, powers of two would not tell them apart.
    chart.series[0].points.pop();
    chart.series[0].points.push(ChartPoint::bare(64.0, 2.1));
    chart.predictions.clear();
    assert!(!layout(&chart, 72, 16).axes.y.is_log());
}

#[test]
fn nothing_stands_beyond_a_gap() {
    let points = [0.0, 1024.0, 65_536.0, 16_777_216.0].map(|x| ChartPoint::bare(x, 0.5));
    let chart = Chart {
        series: vec![ChartSeries { points: points.to_vec(), ..ChartSeries::default() }],
        x_kind: XAxisKind::Values(ChartUnit::Bytes),
        y_unit: ChartUnit::Fraction,
        ..Chart::default()
    };
    let layout = layout(&chart, 72, 16);
    assert_eq!(
        labels(&layout.x_ticks).iter().map(|(_, text)| *text).collect::<Vec<_>>(),
        ["0", "1 KiB", "64 KiB", "16 MiB"]
    );
    let apart: Vec<bool> = layout.series[0].points.iter().map(|point| point.is_apart).collect();
    assert_eq!(apart, [true, false, false, false]);
    assert_eq!(layout.series[0].joined().count(), 2, "no line leads over the gap");
    assert!(layout.axes.x_gap.is_some_and(|gap| gap > 0.0 && gap < layout.series[0].points[1].x));
}

#[test]
fn fractions_are_compared_with_a_level() {
    let point = |x, y: f64| ChartPoint::bare(x, y);
    let chart = Chart {
        series: vec![ChartSeries { points: vec![point(2.0, 0.0036), point(4.0, 0.8)], ..ChartSeries::default() }],
        predictions: Vec::new(),
        reference: Some(ChartReference::Level(0.5)),
        x_kind: XAxisKind::Values(ChartUnit::Number),
        y_unit: ChartUnit::Fraction,
        ..chart()
    };
    for rows in [7, 9, 12, 30] {
        let layout = layout(&chart, 60, rows);
        let half = layout.axes.y_ticks.iter().find(|tick| tick.text == "50 %").expect("a tick at the level");
        assert_near([half.at], [layout.reference.as_ref().expect("a level").points[0].1]);
        let lowest = layout.series[0].points[0].y * f64::from(layout.areas.plot.height - 1);
        assert!(lowest.round() >= 1.0, "nothing is drawn through the axis: {lowest}");
        assert_eq!(layout.legend.entries.last().map(|entry| entry.name.as_str()), Some("50 %"));
    }
}

#[test]
fn a_curve_goes_on_beyond_what_was_measured() {
    let place = |x: f64| ChartPoint { low: x / 4.0, high: x, ..ChartPoint::bare(x, x / 2.0) };
    let points = [1.0, 4.0, 8.0].map(place).to_vec();
    let chart = Chart { curves: vec![ChartCurve { mark: THREADS, points, measured_until: 4.0 }], ..chart() };
    let layout = layout(&chart, 60, 12);
    let curve = &layout.curves[0];
    assert_eq!(layout.x_ticks.last().map(|tick| tick.text.as_str()), Some("8"));
    assert_near([curve.points[0].x, curve.measured_until, curve.points[2].x], [0.0, 3.0 / 7.0, 1.0]);
    let (y, half) = (layout.axes.y, curve.at(0.5).expect("it is on the axis"));
    assert_near([half.y], [y.position(2.25)]);
    assert_near(half.band.expect("a band"), [y.position(1.125), y.position(4.5)]);
    assert!(curve.at(-0.1).is_none() && curve.at(1.1).is_none() && curve.at(0.0).is_some() && curve.at(1.0).is_some());
    assert!(y.position(4.0) <= 1.0, "the axis holds the curve, whatever its band");
    let names: Vec<&str> = layout.legend.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["threads", "predicted", "law, 95 %", "95 %", "ideal"]);
}
