//! The chart at any size, with any theme and any numbers: nothing breaks it.

use proptest::prelude::*;

use super::tests::{cluster, drawn, mark, speedups, two_cores};
use super::*;
use crate::chart::{ChartCurve, ChartReference, ChartSeries, ChartUnit, XAxisKind};
use crate::tui::widgets::frame::{draw, sizes, themes};

#[test]
fn any_size_and_theme_will_do() {
    for theme in themes() {
        for (w, h) in sizes() {
            for data in [two_cores(), cluster(), Vec::new()] {
                drawn(&data, None, (w, h), &theme);
                drawn(&data, Some((0, 3)), (w, h), &theme);
                drawn(&data, Some((7, 99)), (w, h), &theme);
            }
        }
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        0.0..100.0,
        Just(0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        (0i32..2000).prop_map(f64::from)
    ]
}

proptest! {
    #[test]
    fn nothing_breaks_it(
        points in proptest::collection::vec((number(), number(), number(), number()), 0..30),
        cut in 0usize..30, reference in proptest::option::of(number()),
        selected in proptest::option::of((0usize..3, 0usize..30)), w in 0u16..130, h in 0u16..40,
    ) {
        let points: Vec<ChartPoint> = points.into_iter().map(|(x, y, low, high)| ChartPoint { x, y, low, high, is_sure: low < y }).collect();
        let (a, b) = points.split_at(cut.min(points.len()));
        let series = vec![
            ChartSeries { name: "a…".into(), mark: mark(0), points: a.to_vec(), tags: vec!["2x4".into()] },
            ChartSeries { name: "b".into(), mark: mark(99), points: b.to_vec(), ..ChartSeries::default() },
        ];
        let curves = vec![ChartCurve { mark: mark(1), points: points.clone(), measured_until: 3.0 }];
        let chart = Chart {
            predictions: series.clone(),
            curves,
            reference: reference.map(|slope| ChartReference::Ideal { slope, until: Some(3.0) }),
            x_label: "work".to_owned(),
            y_label: "µs".to_owned(),
            ..speedups(&series)
        };
        let over_values = Chart { x_kind: XAxisKind::Values(ChartUnit::Bytes), y_unit: ChartUnit::Fraction, ..chart.clone() };
        let over_time = Chart { x_kind: XAxisKind::Time, y_unit: ChartUnit::Bytes, reference: None, ..chart.clone() };
        let with_level = Chart { reference: reference.map(ChartReference::Level), ..over_values.clone() };
        for theme in [Theme::FULL, Theme::PLAIN] {
            for chart in [&chart, &over_values, &over_time, &with_level] {
                draw(Plot { chart, selected, theme: &theme }, w, h, &theme);
            }
        }
    }
}
