//! The chart: exact frames, what it says of what it leaves out, and that nothing breaks it.

use proptest::prelude::*;
use ratatui::style::Modifier;

use super::*;
use crate::tui::widgets::frame::{draw, lines, sizes, themes};

fn series(name: &str, mark: usize, points: &[(f64, f64, f64)]) -> Series {
    let points = points.iter().map(|(x, y, spread)| Point { x: *x, y: *y, low: y - spread, high: y + spread });
    Series { name: name.to_owned(), mark, points: points.collect() }
}

fn two_cores() -> Vec<Series> {
    vec![
        series("threads", 0, &[(1.0, 0.99, 0.01), (2.0, 1.93, 0.05), (3.0, 1.95, 0.1), (4.0, 1.9, 0.1)]),
        series("processes", 1, &[(1.0, 0.8, 0.2), (2.0, 1.3, 0.3), (3.0, 1.4, 0.1), (4.0, 1.35, 0.3)]),
    ]
}

fn cluster() -> Vec<Series> {
    let points: Vec<(f64, f64, f64)> =
        (0..=8).map(|i| f64::from(1 << i)).map(|n| (n, 1.0 / (0.02 + 0.98 / n), 0.0)).collect();
    vec![series("processes", 0, &points)]
}

fn plot<'a>(series: &'a [Series], selected: Option<(usize, usize)>, theme: &'a Theme) -> Plot<'a> {
    Plot {
        series,
        guesses: &[],
        ideal: Some(1.0),
        level: None,
        over: Over::Workers,
        selected,
        x_label: "workers",
        y_label: "speedup",
        theme,
    }
}

#[test]
fn small_charts_read_well() {
    insta::assert_snapshot!(draw(plot(&two_cores(), None, &Theme::FULL), 32, 10, &Theme::FULL), @"
    ● threads  ○ processes  ┈┈ ideal
      │                   ⡀⠠⠐ ⠁
      │               ⡀⠠⠐
      │           ⡀⠠⠐
     2┤       ⡀⣠⠴●⠒⠒⠒⠒⠒⠒⠒●⠒⠒⠒⠒⠒⠒⠒⠒●
      │   ⣀⡠⠔⠒⠉⢀⣀○⠤⠤⠤⠤⠤⠤⠤○⠤⠤⠤⠤⠤⠤⠤⠤○
      │⠠●○⠥⠒⠒⠊⠉⠁ ┴                ┴
      │
     0└─┬────────┬───────┬────────┬─
        1        2       3        4
    ");
    insta::assert_snapshot!(draw(plot(&two_cores(), None, &Theme::PLAIN), 32, 10, &Theme::PLAIN), @"
    o threads  x processes  .. ideal
      |                   . . .
      |               . .
      |           . .
     2+        --o-------o--------o
      |   -------x-------x--------x
      |.ox-----  -                -
      |
     0+-+--------+-------+--------+-
        1        2       3        4
    ");
}

#[test]
fn larger_charts_have_a_title_and_a_crosshair() {
    insta::assert_snapshot!(draw(plot(&two_cores(), Some((0, 2)), &Theme::FULL), 72, 16, &Theme::FULL), @"
    speedup over workers          ● threads  ○ processes  ┈┈ ideal (cut off)
        │                                               ⡀⠠ ⠂⠈
       3┤                                         ⢀ ⠄⠐ ⠁
        │                                     ⠠ ⠂⠈
        │                                ⡀⠠ ⠂⠁
        │                          ⢀ ⠄⠐⠈
    1.95┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⢀●⣀⣁⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀●⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀●
        │                 ⣀⣄⠴⠔⠋⠉                    ╎                   ┬
        │           ⢀⣠⡠⠦⠚⠉⠁     ┬                 ⢀⣀○⣀⣀⣀⣀⡀              │
        │       ⣀⠴⠔⠓⠉     ⣀⣀⡠⠤⠤⠒○⠒⠒⠒⠒⠊⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠁ ╎    ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉○
       1┤ ⢀ ●⠒⠊⠉⣀⣀⡠⠤⠤⠒⠒⠊⠉⠉      ┴                   ╎                   ┴
        │⠈  ○⠊⠉⠉                                    ╎
        │   ┴                                       ╎
        │                                           ╎
       0└───┬───────────────────┬───────────────────┬───────────────────┬───
            1                   2                   3                   4
    ");
}

#[test]
fn wide_ranges_are_logarithmic() {
    insta::assert_snapshot!(draw(plot(&cluster(), None, &Theme::FULL), 60, 12, &Theme::FULL), @"
    ● processes  ┈┈ ideal (cut off)
        │                                             ⡀⠄⠐ ⠁⠈
      64┤                                       ⢀⠠ ⠂⠈
        │                                 ⢀ ⠄⠐ ⠁     ⣀●⣀⣀⣀⠤⠤●
        │                            ⡀⠠ ⠂⣈●⡠⠤⠤⠒⠒●⠉⠉⠉⠉
      16┤                      ⢀ ⢄⣐⡨●⠒⠒⠉⠉
        │                 ⡀⣠⡠⠦●⠒⠉⠁
       4┤           ⢀⣀⡤⠦●⠊⠉
        │      ⣀⡤⠴●⠋⠉
       1┤⢀⠠ ●⠚⠉
        └───┬─────┬─────┬─────┬─────┬─────┬─────┬─────┬─────┬───
      log   1     2     4     8     16    32    64   128   256
    ");
}

/// Efficiencies over steps by decades, the shortest tasks with bars that go anywhere.
fn by_steps() -> Vec<Series> {
    let points = [(2.0, 0.05, 3.0), (20.0, 0.1, 0.05), (200.0, 0.4, 0.05), (2000.0, 0.9, 0.0), (2e4, 1.0, 0.0)];
    vec![series("threads × 2", 0, &points)]
}

#[test]
fn fractions_over_values_are_compared_with_a_level() {
    let data = by_steps();
    let over = Plot { ideal: None, over: Over::Values, x_label: "steps", ..plot(&data, None, &Theme::FULL) };
    let chart = Plot { level: Some(0.5), y_label: "efficiency", ..over };
    let plain = Plot { theme: &Theme::PLAIN, selected: Some((0, 2)), ..chart };
    insta::assert_snapshot!(draw(chart, 60, 12, &Theme::FULL), @"
    efficiency over steps, log            ● threads × 2  ┈┈ 50 %
        │   ┬
     1.0┤   │                                      ⣀⣀⣀⡠⠤⠤⠤⠒⠒●
        │   │                                 ⣀⠔●⠉⠉
        │   │                              ⢀⠤⠊
        │   │                           ⢀⠤⠊⠁
     0.5┤⠐ ⠂│ ⠂⠐ ⠂⠐ ⠂⠐ ⠂⠐ ⠂⠐ ⠂⠐ ⠂⠐ ⠂⠐⢀⠦⠚⠁⠂⠐ ⠂⠐ ⠂⠐ ⠂⠐ ⠂⠐ ⠂⠐ ⠂⠐ ⠂⠐
        │   │                    ⣀⠤⠔●⠁
        │   │               ⣀⡠⠔⠒⠉
        │   │  ⢀⣀⣀⣀⣀⣀⣀⣀⠤●⠔⠒⠉
     0.0└───●⠉⠉⠁────────┬───────────┬───────────┬───────────┬───
      log   2           20         200         2 k         20 k
    ");
    insta::assert_snapshot!(draw(plain, 40, 9, &Theme::PLAIN), @"
    o threads x 2  .. 50 %
        |  -
       1+  |                     -o------o
        |  |                  ---
        |. | . . . . . . . --- . . . . . . .
    0.40|~~|~~~~~~~~~~~~--o
        |  |      -o----  :
       0+--o-------+------+-------+------+--
      log  2       20    200     2 k    20 k
    ");
    // What is no fraction has no level, and spans as many decades as its values do.
    insta::assert_snapshot!(draw(Plot { y_label: "tasks a second", ..over }, 60, 9, &Theme::FULL), @"
    tasks a second over steps, both log            ● threads × 2
         │   ┬
        1┤   │                                           ⢀⣀⣀●
         │   │                         ⢀⣀⣀⠤⠤⠔⠒⠒⠉●⠉⠉⠉⠉⠉⠉⠉⠉⠁
         │   │                  ⣀⣀⠤⠔⠒●⠉⠁
    0.125┤   │           ●⣀⠤⠤⠒⠊⠉
         │   ●⣀⡠⠤⠤⠤⠒⠒⠒⠉⠉⠉┴
         └───┬───────────┬───────────┬──────────┬───────────┬───
       log   2           20         200        2 k         20 k
    ");
}

#[test]
fn values_within_a_decade_stand_on_a_linear_axis() {
    let points = [(1.0, 0.5, 0.0), (5.5, 0.6, 0.0), (10.0, 0.7, 0.0)];
    let data = [series("threads × 2", 0, &points)];
    let chart = Plot { ideal: None, level: Some(0.5), over: Over::Values, ..plot(&data, None, &Theme::FULL) };
    let text = draw(chart, 60, 9, &Theme::FULL);
    let ticks: Vec<&str> = text.lines().last().unwrap_or_default().split_whitespace().collect();
    assert_eq!(ticks, ["1", "5.5", "10"], "{text}");
    assert!(!text.contains("log"), "{text}");
}

#[test]
fn an_ideal_that_would_squash_the_data_is_cut_off() {
    let flat = [series("threads", 0, &[(1.0, 1.0, 0.0), (8.0, 1.1, 0.0)])];
    let text = draw(plot(&flat, None, &Theme::FULL), 60, 12, &Theme::FULL);
    assert!(text.contains("ideal (cut off)"), "{text}");
    let good = [series("threads", 0, &[(1.0, 1.0, 0.0), (8.0, 7.5, 0.0)])];
    let text = draw(plot(&good, None, &Theme::FULL), 60, 12, &Theme::FULL);
    assert!(text.contains("ideal") && !text.contains("cut off"), "{text}");
}

#[test]
fn legends_that_are_short_of_room_keep_the_series() {
    let header = |width| {
        let text = draw(plot(&two_cores(), None, &Theme::FULL), width, 10, &Theme::FULL);
        text.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(header(32), "● threads  ○ processes  ┈┈ ideal");
    assert_eq!(header(31), "● threads  ○ processes");
    assert_eq!(header(21), "● threads ○ processes");
}

#[test]
fn marks_on_one_cell_step_aside() {
    let same = [series("threads", 0, &[(1.0, 1.0, 0.0)]), series("processes", 1, &[(1.0, 1.0, 0.0)])];
    let text = draw(plot(&same, None, &Theme::FULL), 40, 10, &Theme::FULL);
    assert!(text.contains("●○"), "{text}");
}

#[test]
fn predictions_have_a_mark_of_their_own() {
    let guesses = [series("threads", 0, &[(2.0, 1.93, 0.0), (4.0, 3.8, 0.0)])];
    for theme in [Theme::FULL, Theme::PLAIN] {
        let data = two_cores();
        let text = draw(Plot { guesses: &guesses, ..plot(&data, None, &theme) }, 60, 12, &theme);
        let marks: Vec<&str> = text.lines().skip(1).flat_map(|line| line.matches('?')).collect();
        assert_eq!(marks.len(), 2, "{text}");
        assert!(text.lines().next().is_some_and(|legend| legend.contains("? predicted")), "{text}");
        let [mark, ..] = theme.symbols().marks;
        assert!(text.contains(&format!("{mark}?")), "beside what was measured at the same place\n{text}");
    }
}

#[test]
fn a_prediction_alone_is_drawn() {
    let guesses = [series("threads", 0, &[(2.0, 1.8, 0.0)])];
    let text = draw(Plot { guesses: &guesses, ..plot(&[], None, &Theme::FULL) }, 40, 10, &Theme::FULL);
    assert!(text.contains('?') && text.contains("ideal"), "{text}");
}

#[test]
fn the_selected_point_is_in_reverse() {
    let area = Rect::new(0, 0, 40, 10);
    let mut buf = Buffer::empty(area);
    plot(&two_cores(), Some((1, 2)), &Theme::PLAIN).render(area, &mut buf);
    let reversed = area.positions().filter(|at| buf[*at].modifier.contains(Modifier::REVERSED));
    let text: String = reversed.map(|at| buf[at].symbol()).collect();
    assert_eq!(text, "1.40x3", "{}", lines(&buf));
}

#[test]
fn nothing_to_draw_is_said_calmly() {
    let none = [series("threads", 0, &[(f64::NAN, 1.0, 0.0), (1.0, f64::INFINITY, 0.0)])];
    for series in [&[][..], &none] {
        let text = draw(plot(series, Some((0, 0)), &Theme::FULL), 40, 8, &Theme::FULL);
        assert_eq!(text.trim(), "nothing measured yet");
    }
}

#[test]
fn any_size_and_theme_will_do() {
    for theme in themes() {
        for (w, h) in sizes() {
            for data in [two_cores(), cluster(), Vec::new()] {
                draw(plot(&data, None, &theme), w, h, &theme);
                draw(plot(&data, Some((0, 3)), &theme), w, h, &theme);
                draw(plot(&data, Some((7, 99)), &theme), w, h, &theme);
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
        cut in 0usize..30, ideal in proptest::option::of(number()),
        selected in proptest::option::of((0usize..3, 0usize..30)), w in 0u16..130, h in 0u16..40,
    ) {
        let points: Vec<Point> = points.into_iter().map(|(x, y, low, high)| Point { x, y, low, high }).collect();
        let (a, b) = points.split_at(cut.min(points.len()));
        let series =
            [Series { name: "a…".into(), mark: 0, points: a.to_vec() }, Series { name: "b".into(), mark: 99, points: b.to_vec() }];
        for theme in [Theme::FULL, Theme::PLAIN] {
            let plot = Plot { guesses: &series, ideal, x_label: "work", y_label: "µs", ..plot(&series, selected, &theme) };
            draw(plot, w, h, &theme);
            draw(Plot { over: Over::Values, ..plot }, w, h, &theme);
            draw(Plot { over: Over::Values, ideal: None, level: ideal, ..plot }, w, h, &theme);
        }
    }
}
