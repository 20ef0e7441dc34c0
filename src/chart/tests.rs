//! One chart laid out at two sizes: ticks, points, whiskers, the ideal and the legend, exactly.

use super::*;

const THREADS: SeriesMark = SeriesMark { family: 1, member: 0 };

/// Three points of threads with error bars, one that cannot be drawn, a prediction, and the ideal. x goes from 1 to 4,
/// y from 0 to 4.
fn chart() -> Chart {
    let point = |x, y, spread| ChartPoint { x, y, low: y - spread, high: y + spread };
    let points = vec![point(1.0, 1.0, 0.0), point(2.0, f64::NAN, 0.0), point(2.0, 1.5, 0.5), point(4.0, 2.0, 0.5)];
    let guess = vec![point(4.0, 3.0, 0.0)];
    Chart {
        series: vec![ChartSeries { name: "threads".to_owned(), mark: THREADS, points }],
        predictions: vec![ChartSeries { name: "threads".to_owned(), mark: THREADS, points: guess }],
        reference: Some(ChartReference::Ideal { slope: 1.0 }),
        x_kind: XAxisKind::Workers,
        x_label: "workers".to_owned(),
        y_label: "speedup".to_owned(),
    }
}

fn layout(chart: &Chart, columns: u16, rows: u16) -> ChartLayout {
    let surface = ChartSurface { columns, rows, text_width: &|text| text.len() as u16 };
    ChartLayout::new(chart, ChartAxes::of(chart).expect("there are points"), &surface).expect("there is room")
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
    assert_eq!(labels(&layout.y_ticks), [(0.0, "0"), (0.5, "2"), (1.0, "4")]);
    let [one, two, four] = layout.series[0].points[..] else { panic!("{:?}", layout.series) };
    assert_eq!([one, two, four].map(|point| point.index), [0, 2, 3]);
    assert_near([one.x, one.y, one.low, one.high], [0.0, 0.25, 0.25, 0.25]);
    assert_near([two.x, two.y, two.low, two.high], [1.0 / 3.0, 0.375, 0.25, 0.5]);
    assert_near([four.x, four.y, four.low, four.high], [1.0, 0.5, 0.375, 0.625]);
    assert_eq!(layout.series[0].end(), Some(&four));
    assert_near(layout.predictions[0].points[..].iter().map(|p| p.y).collect::<Vec<_>>().try_into().unwrap(), [0.75]);
    // The ideal passes through (1, 1) and (4, 4), and goes on over the margins of three columns.
    let PlacedReference { left, right } = layout.reference.expect("there is an ideal");
    assert_near(layout.areas.edges(), [-3.0 / 48.0, 51.0 / 48.0]);
    assert_near([left, right], [0.25 - 0.75 * 3.0 / 48.0, 1.0 + 0.75 * 3.0 / 48.0]);
    // In columns and rows: nine rows from the first value to the last, in the middle of their rows.
    assert_near(layout.areas.place(0.0, 0.0).into(), [8.5, 10.5]);
    assert_near(layout.areas.place(1.0, 1.0).into(), [56.5, 1.5]);
    assert_near(layout.areas.place(two.x, two.y).into(), [24.5, 7.125]);
    assert_near(layout.areas.place(two.x, two.high).into(), [24.5, 6.0]);
}

#[test]
fn a_small_chart_has_the_same_points() {
    let (small, large) = (layout(&chart(), 20, 5), layout(&chart(), 60, 12));
    assert_eq!(small.areas.header, area(0, 0, 20, 0));
    assert_eq!(small.areas.y_axis, area(0, 0, 3, 4));
    assert_eq!(small.areas.plot, area(3, 0, 17, 4));
    assert_eq!(small.areas.x_labels, area(0, 4, 20, 1));
    assert_eq!((small.areas.margin, small.areas.span()), (1, 14));
    assert_eq!(labels(&small.x_ticks), [(0.0, "1"), (1.0 / 3.0, "2"), (1.0, "4")]);
    assert_eq!(labels(&small.y_ticks), [(0.0, "0")]);
    assert_eq!((&small.series, &small.predictions), (&large.series, &large.predictions));
    let PlacedReference { left, right } = small.reference.expect("there is an ideal");
    assert_near([left, right], [0.25 - 0.75 / 14.0, 1.0 + 0.75 / 14.0]);
    assert_near(small.areas.place(0.0, 0.0).into(), [4.5, 3.5]);
    assert_near(small.areas.place(1.0, 0.5).into(), [18.5, 2.0]);
    assert_eq!(small.legend, ChartLegend::default());
}

#[test]
fn surfaces_without_room_have_no_layout() {
    let axes = ChartAxes::of(&chart()).expect("there are points");
    let fits = |columns, rows| {
        let surface = ChartSurface { columns, rows, text_width: &|text| text.len() as u16 };
        ChartLayout::new(&chart(), axes, &surface).is_some()
    };
    assert_eq!([(0, 0), (3, 9), (40, 0), (4, 1), (40, 1)].map(|(w, h)| fits(w, h)), [false, false, false, true, true]);
    assert_eq!(ChartAxes::of(&Chart { series: Vec::new(), predictions: Vec::new(), ..chart() }), None);
}

#[test]
fn a_legend_leaves_out_what_can_be_guessed() {
    let legend = |columns| layout(&chart(), columns, 8).legend;
    let names = |columns| legend(columns).entries.into_iter().map(|entry| (entry.x, entry.name)).collect::<Vec<_>>();
    let named = |entries: &[(u16, &str)]| entries.iter().map(|(x, name)| (*x, (*name).to_owned())).collect::<Vec<_>>();
    // The title, three columns, then 9 + 2 + 11 + 2 + 8 of entries.
    assert_eq!(legend(55).title.as_deref(), Some("speedup over workers"));
    assert_eq!(names(55), named(&[(23, "threads"), (34, "predicted"), (47, "ideal")]));
    assert_eq!(legend(54).title, None);
    assert_eq!(legend(54).entries[2].mark, LegendMark::Reference);
    assert_eq!(names(54), named(&[(0, "threads"), (11, "predicted"), (24, "ideal")]));
    assert_eq!(names(32), named(&[(0, "threads"), (11, "predicted"), (24, "ideal")]));
    assert_eq!(names(31), named(&[(0, "threads"), (11, "predicted")]));
    assert_eq!(names(21), named(&[(0, "threads"), (10, "predicted")]));
}

#[test]
fn an_ideal_far_above_the_data_is_cut_off() {
    let flat = ChartPoint { x: 8.0, y: 1.1, low: 1.0, high: 1.2 };
    let mut chart = chart();
    chart.series[0].points.push(flat);
    chart.predictions.clear();
    let layout = layout(&chart, 72, 16);
    assert!(layout.axes.cuts_ideal);
    assert_eq!(layout.axes.y, AxisScale::linear(0.0, 2.5 * 1.6));
    assert_eq!(layout.legend.entries[1].name, "ideal (cut off)");
    assert!(layout.reference.is_some_and(|line| line.right > 1.0), "{:?}", layout.reference);
}

#[test]
fn wide_ranges_are_logarithmic() {
    let mut chart = chart();
    chart.series[0].points.push(ChartPoint { x: 64.0, y: 8.0, low: -1.0, high: 9.0 });
    let ChartLayout { axes, series, x_ticks, y_ticks, .. } = layout(&chart, 72, 16);
    assert_eq!(axes.x, AxisScale::Log2 { lo: 0.0, hi: 6.0 });
    assert_eq!(axes.y, AxisScale::Log2 { lo: -1.0, hi: 36f64.log2() });
    assert_eq!(labels(&x_ticks), [(0.0, "1"), (1.0 / 6.0, "2"), (2.0 / 6.0, "4"), (1.0, "64")]);
    assert_eq!(
        y_ticks.iter().map(|tick| tick.text.as_str()).collect::<Vec<_>>(),
        ["0.5", "1", "2", "4", "8", "16", "32"]
    );
    let last = series[0].end().expect("the last point");
    assert_eq!((last.x, last.low), (1.0, 0.0), "an error bar that goes below 0 ends on the axis");
}

#[test]
fn fractions_have_a_level_and_bars_that_may_be_cut_off() {
    let chart = Chart {
        series: vec![ChartSeries {
            name: "threads × 2".to_owned(),
            mark: THREADS,
            points: vec![
                ChartPoint { x: 2.0, y: 0.5, low: -0.6, high: 2.2 },
                ChartPoint { x: 4.0, y: 0.8, low: 0.8, high: 0.8 },
            ],
        }],
        predictions: Vec::new(),
        reference: Some(ChartReference::Level(0.5)),
        x_kind: XAxisKind::Values,
        ..chart()
    };
    let layout = layout(&chart, 60, 12);
    let PlacedReference { left, right } = layout.reference.expect("there is a level");
    assert_near([left, right], [0.5 / 1.1; 2]);
    let bar = layout.series[0].points[0];
    assert_near([bar.y, bar.low, bar.high], [0.5 / 1.1, -0.6 / 1.1, 2.0]);
    assert_eq!(layout.legend.entries[1].name, "50 %");
}
