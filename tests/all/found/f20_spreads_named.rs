//! One interval everywhere, and it says which; the baseline has none over itself.

use parlab::results::{ChartSubject, Figures, FiguresChart};
use parlab::tui::keys::Key;

use super::made::{Made, processes, serial, threads};

/// Three repeats: of processes × 2 from 0.6 to 0.7 s, which is far less than the interval of the ratio reaches.
fn made() -> Made {
    Made::new("countdown", 16)
        .with(serial(), &[1.0, 1.25, 0.8])
        .with(threads(1), &[1.0, 1.2, 0.9])
        .with(processes(2), &[0.65, 0.6, 0.7])
        .with(processes(3), &[0.5, 0.52, 0.51])
}

#[test]
fn whiskers_brackets_and_sentences_have_one_interval() {
    let made = made();
    let state = made.ended();
    let figures = Figures::of(&state);
    let ci95 = figures.rows[2].speedup_ci95().expect("three repeats");
    let chart = FiguresChart::of(&figures, ChartSubject::Figures, 16);
    let (series, point) = chart.point_of(2).expect("a point");
    let point = chart.chart.series[series].points[point];
    assert_eq!((point.low, point.high), (ci95.low, ci95.high), "whiskers");
    assert_eq!(chart.chart.bars, "95 %", "and they say which");
    let told = format!("{}–{}", parlab::units::digits(ci95.low), parlab::units::digits(ci95.high));
    assert!(made.text().contains(&told), "the report\n{}", made.text());
    let json = made.json();
    assert_eq!(json["configs"][2]["speedup"]["ci95"], serde_json::json!([ci95.low, ci95.high]));
    for size in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        let screen = made.results(size, &[Key::Home, Key::Down, Key::Down]);
        let line = screen.lines().find(|line| line.starts_with(" ◆ processes × 2   speedup ")).expect("its line");
        assert!(line.contains(&format!("(95 %: {told})")), "{size:?}\n{screen}");
        let legend: String = screen.lines().skip(1).take(4).collect();
        assert!(legend.contains("│ 95 %"), "the legend, {size:?}\n{screen}");
    }
}

#[test]
fn the_baseline_has_no_interval_over_itself() {
    let made = made();
    let figures = Figures::of(&made.ended());
    let chart = FiguresChart::of(&figures, ChartSubject::Figures, 16);
    let (series, point) = chart.point_of(0).expect("a point");
    let point = chart.chart.series[series].points[point];
    assert!(point.low.is_nan() && point.high.is_nan(), "{point:?}");
    let screen = made.results((200, 60), &[Key::Home]);
    let line = screen.lines().find(|line| line.starts_with(" ■ serial   ")).expect("its line");
    assert!(line.starts_with(" ■ serial   speedup 1.00   wall 1.00 s (95 %: "), "{line}");
    assert!(line.contains("repeats 3 of 800 ms – 1.25 s"), "its spread is of the wall time alone\n{line}");
}

#[test]
fn bars_say_which_interval_they_have() {
    let made = Made::new("countdown", 16).with(serial(), &[1.0, 1.01, 0.99]).with(threads(2), &[0.8, 0.81, 0.79]);
    for size in [(80, 24), (120, 40)] {
        let screen = made.results(size, &[]);
        let head = screen.lines().nth(2).expect("a legend");
        assert!(head.contains("─┤ 95 %"), "{size:?}\n{screen}");
    }
}

#[test]
fn too_few_repeats_have_no_whiskers() {
    let made = Made::new("countdown", 16)
        .with(serial(), &[1.0, 1.5])
        .with(threads(1), &[1.0, 1.2])
        .with(threads(2), &[0.5, 0.9])
        .with(threads(3), &[0.4, 0.9]);
    let screen = made.results((120, 40), &[Key::Home, Key::Down]);
    let line = screen.lines().find(|line| line.starts_with(" ● threads × 1   ")).expect("its line");
    assert!(!screen.contains("│ 95 %") && !line.contains("95 %"), "{screen}");
    assert!(line.contains("repeats 2 of 1.00–1.20 s"), "{line}");
}
