//! The chart: exact frames, and what it says of what it leaves out.

use ratatui::style::Modifier;

use super::*;
use crate::chart::{ChartReference, ChartSeries, ChartUnit, SeriesMark, XAxisKind};
use crate::tui::widgets::frame::{draw, lines};

/// The mark of the n-th backend that starts workers.
pub(super) fn mark(n: usize) -> SeriesMark {
    SeriesMark { family: n + 1, member: 0 }
}

fn series(name: &str, n: usize, points: &[(f64, f64, f64)]) -> ChartSeries {
    let point = |(x, y, spread): &(f64, f64, f64)| ChartPoint {
        x: *x,
        y: *y,
        low: y - spread,
        high: y + spread,
        is_sure: *spread <= y / 2.0,
    };
    let points = points.iter().map(point).collect();
    ChartSeries { name: name.to_owned(), mark: mark(n), points, ..ChartSeries::default() }
}

pub(super) fn two_cores() -> Vec<ChartSeries> {
    vec![
        series("threads", 0, &[(1.0, 0.99, 0.01), (2.0, 1.93, 0.05), (3.0, 1.95, 0.1), (4.0, 1.9, 0.1)]),
        series("processes", 1, &[(1.0, 0.8, 0.2), (2.0, 1.3, 0.3), (3.0, 1.4, 0.1), (4.0, 1.35, 0.3)]),
    ]
}

pub(super) fn cluster() -> Vec<ChartSeries> {
    let points: Vec<(f64, f64, f64)> =
        (0..=8).map(|i| f64::from(1 << i)).map(|n| (n, 1.0 / (0.02 + 0.98 / n), 0.0)).collect();
    vec![series("processes", 0, &points)]
}

pub(super) fn speedups(series: &[ChartSeries]) -> Chart {
    Chart {
        series: series.to_vec(),
        reference: Some(ChartReference::Ideal { slope: 1.0, until: None }),
        x_label: "workers".to_owned(),
        y_unit: ChartUnit::Ratio,
        y_label: "speedup".to_owned(),
        ..Chart::default()
    }
}

fn efficiencies(series: &[ChartSeries]) -> Chart {
    Chart {
        reference: Some(ChartReference::Level(0.5)),
        x_kind: XAxisKind::Values(ChartUnit::Number),
        x_label: "steps".to_owned(),
        y_unit: ChartUnit::Fraction,
        y_label: "efficiency".to_owned(),
        ..speedups(series)
    }
}

/// A chart of speedups as the terminal shows it.
pub(super) fn drawn(
    series: &[ChartSeries],
    selected: Option<(usize, usize)>,
    (w, h): (u16, u16),
    theme: &Theme,
) -> String {
    draw(Plot { chart: &speedups(series), selected, theme }, w, h, theme)
}

#[test]
fn small_charts_read_well() {
    insta::assert_snapshot!(drawn(&two_cores(), None, (32, 10), &Theme::FULL), @"
    ● threads  ◆ processes  ┈┈ ideal
        │                   ⢀⠠ ⠂⠈
    3.00┤               ⢀ ⠄⠂
        │            ⡀⠄⠈
    2.00┤        ⣀●⠬⠤⠤⠤⠤⠤⠤●⠤⠤⠤⠤⠤⠤⠤●
        │    ⣀⠴⠚⠉ ◆⣀⣀⣀⣀⣀⣀⠤◆⠤⠤⠤⢄⣀⣀⣀◆
    1.00┤⢀●◆⠭⠤⠒⠒⠉⠉┴               ┴
        │
    0.00└─┬───────┬───────┬───────┬─
          1       2       3       4
    ");
    insta::assert_snapshot!(drawn(&two_cores(), None, (32, 10), &Theme::PLAIN), @"
    o threads  x processes  .. ideal
        |                   . . .
    3.00+               . .
        |            ..
    2.00+        -o---   -o---   -o
        |    - .  x  -  - x  -  - x
    1.00+.ox--  - -               -
        |
    0.00+-+-------+-------+-------+-
          1       2       3       4
    ");
}

#[test]
fn larger_charts_have_a_title_and_a_crosshair() {
    insta::assert_snapshot!(drawn(&two_cores(), Some((0, 2)), (72, 16), &Theme::FULL), @"
    speedup over workers          ● threads  ◆ processes  ┈┈ ideal (cut off)
        │                        ⢀ ⠂⠁
    1.95┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⢀⠐╌╌╌╌╌╌╌⢀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀●⣀⣀⣀⣀⡀              ┬
        │                    ⡀⢂⠔●⠉⠉⠉⠉⠉⠉⠉⠁           ┴    ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠒⠒●
        │                 ⠠⢀⡢⠊⠁                     ╎                   ┴
        │               ⠠⡨⠔⠁    ┬                   ╎                   ┬
    1.50┤             ⢄⠕⠊       │                   ┬                   │
        │         ⢀⢠⡠⠋⠁         │  ⢀⣀⣀⣀⣀⣀⡠⠤⠤⠤⠤⠤⠤⠒⠒⠒⠒◆⠒⠒⠒⠒⠒⠒⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⠤⠤⠤◆
        │       ⡀⡰⠔⠁        ⢀⡠⠤⠒◆⠉⠉⠁                ┴                   │
        │     ⣀⠖⠊      ⢀⡠⠤⠒⠉⠁   │                   ╎                   │
    1.00┤  ⢀●⠊⠁   ⢀⡠⠤⠒⠉⠁        ┴                   ╎                   ┴
        │⠠⠈ │⢀⡠⠤⠒⠉⠁                                 ╎
        │   ◆⠁                                      ╎
        │   ┴                                       ╎
    0.50└───┬───────────────────┬───────────────────┬───────────────────┬───
            1                   2                   3                   4
    ");
}

#[test]
fn wide_ranges_are_logarithmic() {
    insta::assert_snapshot!(drawn(&cluster(), None, (60, 12), &Theme::FULL), @"
    ● processes  ┈┈ ideal (cut off)
      64┤                                     ⢀ ⠄⠂⠈
        │                                 ⢀ ⠂⠁   ⢀⣀⣀⣀⠤●⠤⠤⠒⠒⠒●
        │                            ⡀⠠⠐ ⣁●⠤⠤⠒⠒⠉●⠁
        │                        ⡀⠠⣐●⠤⠒⠊⠉
       8┤                    ⣀●⠬⠒⠊⠉
        │              ⢀●⡤⠦⠚⠉⠁
        │          ⢀⣀⠤⠒⠊⠁
        │      ⣀⠤⠖●⠁
       1┤ ⡀⠠●⠒⠉
        └───┬─────┬─────┬─────┬─────┬─────┬─────┬─────┬─────┬───
      log   1     2     4     8     16    32    64   128   256
    ");
}

/// Efficiencies over steps by decades, the shortest tasks with bars that go anywhere.
fn by_steps() -> Vec<ChartSeries> {
    let points = [(2.0, 0.05, 3.0), (20.0, 0.1, 0.05), (200.0, 0.4, 0.05), (2000.0, 0.9, 0.0), (2e4, 1.0, 0.0)];
    vec![series("threads × 2", 0, &points)]
}

#[test]
fn fractions_over_values_are_compared_with_a_level() {
    let chart = efficiencies(&by_steps());
    let full = Plot { chart: &chart, selected: None, theme: &Theme::FULL };
    let plain = Plot { theme: &Theme::PLAIN, selected: Some((0, 2)), ..full };
    insta::assert_snapshot!(draw(full, 60, 12, &Theme::FULL), @"
    efficiency over steps, log            ● threads × 2  ┈┈ 50 %
    100 %┤   │                                       ⢀⣀⣀⣀⠤⠤⠤●
         │   │                                 ⡠●⠊⠉⠉⠉⠁
     75 %┤   │                              ⣀⠔⠉
         │   │                           ⢀⠔⠊
     50 %┤⠠⠠ │⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⢄⡠⠊⠅⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠
         │   │                    ⢀⡠⠤●⠁
     25 %┤   │               ⢀⡠⠤⠒⠉⠁
         │   │   ⣀⣀⣀⣀⣀⣀⣀⡠●⠤⠒⠉⠁
      0 %┤   ●⠉⠉⠉
         └───┬───────────┬───────────┬──────────┬───────────┬───
       log   2           20         200        2 k         20 k
    ");
    insta::assert_snapshot!(draw(plain, 40, 9, &Theme::PLAIN), @"
    o threads x 2  .. 50 %
         |  |
    100 %+  |                     o---   o
         |  |
     40 %+.~|~.~.~.~.~.~.~.o---. . . . . . .
         |  |       ---   -:
      0 %+  o---   o       :
         +--+------+-------+------+------+--
       log  2      20     200    2 k    20 k
    ");
    // What is no fraction has no level, and spans as many decades as its values do.
    let rates =
        Chart { reference: None, y_unit: ChartUnit::Number, y_label: "tasks a second".to_owned(), ..chart.clone() };
    insta::assert_snapshot!(draw(Plot { chart: &rates, ..full }, 60, 9, &Theme::FULL), @"
    tasks a second over steps, both log            ● threads × 2
        │   │
       1┤   │                                ⣀⣀⡠●⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤●
        │   │                      ⢀●⡠⠤⠤⠒⠒⠊⠉⠉
    0.25┤   │                ⢀⣀⠤⠔⠒⠉⠁
        │   │         ⢀⣀●⠤⠔⠒⠉⠁
    6e-2┤   ●⡠⠤⠤⠔⠒⠒⠊⠉⠉⠁ ┴
        └───┬───────────┬───────────┬───────────┬───────────┬───
      log   2           20         200         2 k         20 k
    ");
}

#[test]
fn values_within_a_decade_stand_on_a_linear_axis() {
    let points = [(1.0, 0.5, 0.0), (5.5, 0.6, 0.0), (10.0, 0.7, 0.0)];
    let data = [series("threads × 2", 0, &points)];
    let chart = efficiencies(&data);
    let text = draw(Plot { chart: &chart, selected: None, theme: &Theme::FULL }, 60, 9, &Theme::FULL);
    let ticks: Vec<&str> = text.lines().last().unwrap_or_default().split_whitespace().collect();
    assert_eq!(ticks, ["1", "5.5", "10"], "{text}");
    assert!(!text.contains("log"), "{text}");
}

#[test]
fn an_ideal_that_would_squash_the_data_is_cut_off() {
    let flat = [series("threads", 0, &[(1.0, 1.0, 0.0), (8.0, 1.1, 0.0)])];
    let text = drawn(&flat, None, (60, 12), &Theme::FULL);
    assert!(text.contains("ideal (cut off)"), "{text}");
    let good = [series("threads", 0, &[(1.0, 1.0, 0.0), (8.0, 7.5, 0.0)])];
    let text = drawn(&good, None, (60, 12), &Theme::FULL);
    assert!(text.contains("ideal") && !text.contains("cut off"), "{text}");
}

#[test]
fn what_lies_far_off_stands_at_the_edge_with_its_value() {
    let mut data = two_cores();
    data[1].points[2] = ChartPoint { is_sure: false, ..ChartPoint::bare(3.0, 28.0) };
    for theme in [Theme::FULL, Theme::PLAIN] {
        let text = drawn(&data, None, (60, 12), &theme);
        let arrow = if theme == Theme::PLAIN { "^28.0" } else { "↑28.0" };
        assert!(text.lines().nth(1).is_some_and(|top| top.contains(arrow)), "{text}");
    }
}

#[test]
fn points_of_one_x_are_told_apart_by_words() {
    let mut data = vec![series("hybrid", 3, &[(4.0, 1.9, 0.0), (4.0, 1.7, 0.0), (4.0, 1.88, 0.0)])];
    data[0].tags = ["1x4", "2x2", "4x1"].map(str::to_owned).to_vec();
    data.push(series("threads", 0, &[(1.0, 1.0, 0.0), (2.0, 1.5, 0.0), (4.0, 1.89, 0.0)]));
    let text = drawn(&data, None, (60, 14), &Theme::FULL);
    assert!(["1x4", "2x2", "4x1"].iter().all(|tag| text.contains(tag)), "{text}");
}

#[test]
fn marks_on_one_cell_step_aside() {
    let same = [series("threads", 0, &[(1.0, 1.0, 0.0)]), series("processes", 1, &[(1.0, 1.0, 0.0)])];
    let text = drawn(&same, None, (40, 10), &Theme::FULL);
    assert!(text.contains("●◆"), "{text}");
}

#[test]
fn predictions_have_a_mark_of_their_own() {
    let predictions = vec![series("threads", 0, &[(2.0, 1.93, 0.0), (4.0, 3.8, 0.0)])];
    let chart = Chart { predictions, ..speedups(&two_cores()) };
    for theme in [Theme::FULL, Theme::PLAIN] {
        let text = draw(Plot { chart: &chart, selected: None, theme: &theme }, 60, 12, &theme);
        let marks: Vec<&str> = text.lines().skip(1).flat_map(|line| line.matches('?')).collect();
        assert_eq!(marks.len(), 2, "{text}");
        assert!(text.lines().next().is_some_and(|legend| legend.contains("? predicted")), "{text}");
        let mark = theme.mark(mark(0));
        assert!(text.contains(&format!("{mark}?")), "beside what was measured at the same place\n{text}");
    }
}

#[test]
fn a_prediction_alone_is_drawn() {
    let chart = Chart { predictions: vec![series("threads", 0, &[(2.0, 1.8, 0.0)])], ..speedups(&[]) };
    let text = draw(Plot { chart: &chart, selected: None, theme: &Theme::FULL }, 40, 10, &Theme::FULL);
    assert!(text.contains('?') && text.contains("ideal"), "{text}");
}

#[test]
fn the_selected_point_is_in_reverse() {
    let area = Rect::new(0, 0, 40, 10);
    let mut buf = Buffer::empty(area);
    Plot { chart: &speedups(&two_cores()), selected: Some((1, 2)), theme: &Theme::PLAIN }.render(area, &mut buf);
    let reversed = area.positions().filter(|at| buf[*at].modifier.contains(Modifier::REVERSED));
    let text: String = reversed.map(|at| buf[at].symbol()).collect();
    assert_eq!(text, "1.40x3", "{}", lines(&buf));
}

#[test]
fn nothing_to_draw_is_said_calmly() {
    let none = [series("threads", 0, &[(f64::NAN, 1.0, 0.0), (1.0, f64::INFINITY, 0.0)])];
    for series in [&[][..], &none] {
        let text = drawn(series, Some((0, 0)), (40, 8), &Theme::FULL);
        assert_eq!(text.trim(), "nothing measured yet");
    }
}
