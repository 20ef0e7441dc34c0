//! Axes fit what is known well; what lies far off is told at the edge, and every series is in the legend.

use parlab::chart::ChartUnit;
use parlab::scenario::{BackendKind, Config, Value};
use parlab::tui::Theme;
use parlab::tui::keys::Key;

use super::made::{Made, at, processes, serial, threads};
use crate::screens;

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

/// Efficiencies over the payload as on a machine that others used: the baseline of one point took forty times as long
/// in one of its repeats, and at another in all of them.
fn pickling() -> Made {
    let mut made = Made::new("square", 16);
    for (index, payload) in [0_u64, 1024, 65_536, 1_048_576, 16_777_216].into_iter().enumerate() {
        let point = |config| {
            let config = at(config, index as u32, "payload", Value::Whole(payload));
            Config { payload, ..config }
        };
        let base_s = 1e-3 * 4_f64.powi(index as i32);
        let near = |s: f64| [s, s * 1.02, s * 0.98];
        let alone = match index {
            0 => [base_s * 56.0, base_s * 57.0, base_s * 55.0],
            3 => [base_s, base_s * 40.0, base_s],
            _ => near(base_s),
        };
        let pipe = Config { dispatch: parlab::scenario::Dispatch::Pipe, ..processes(2) };
        made = made
            .with(point(serial()), &alone)
            .with(point(threads(2)), &near(base_s * 0.55))
            .with(point(processes(2)), &near(base_s * 0.7))
            .with(point(pipe), &near(base_s * 60.0));
    }
    made
}

/// The lines of the chart's panel, its frame left out.
fn chart_lines(screen: &str) -> Vec<String> {
    let top = screen.lines().position(|line| line.starts_with('╭')).expect("a panel");
    let width = screen.lines().nth(top).and_then(|line| line.find("╮")).expect("its corner");
    let width = screen.lines().nth(top).expect("a panel")[..width].chars().count();
    let rows = screen.lines().skip(top + 1).take_while(|line| !line.starts_with('╰'));
    rows.map(|line| line.chars().skip(1).take(width - 1).collect()).collect()
}

/// The labels of the y axis with the rows that they stand in.
fn y_ticks(chart: &[String]) -> Vec<(usize, String)> {
    let tick = |(row, line): (usize, &String)| {
        let at = line.find(['┤', '└'])?;
        let text = line[..at].trim();
        (!text.is_empty()).then(|| (row, text.to_owned()))
    };
    chart.iter().enumerate().filter_map(tick).collect()
}

#[test]
fn one_baseline_does_not_flatten_the_others() {
    for size in SIZES {
        let screen = pickling().results(size, &[Key::End]);
        let chart = chart_lines(&screen);
        let ticks = y_ticks(&chart);
        assert!(ticks.len() >= 3, "{size:?} {ticks:?}\n{screen}");
        for (_, text) in &ticks {
            let percent: f64 = text.strip_suffix(" %").expect("per cent").parse().expect("a number");
            assert!(percent <= 200.0, "made for the outlier, {size:?}\n{screen}");
        }
        // 56 ÷ 0.55 ÷ 2 and 56 ÷ 0.7 ÷ 2.
        let text = chart.join("\n");
        assert!(text.contains("↑5091 %"), "{size:?}\n{screen}");
        assert!(text.contains("↑4000 %") || size.1 < 24, "{size:?}\n{screen}");
    }
}

#[test]
fn every_series_is_in_the_legend_and_bytes_have_their_prefix() {
    for size in SIZES {
        let screen = pickling().results(size, &[]);
        let head: String = chart_lines(&screen).into_iter().take(4).collect();
        for mark in ["● ", "◆ ", "◇ "] {
            let name = head.split(mark).nth(1).and_then(|rest| rest.chars().next());
            assert!(name.is_some_and(char::is_alphanumeric), "{mark} has no name, {size:?}\n{screen}");
        }
        if size.0 >= 80 {
            assert!(screen.contains("16 MiB") && screen.contains("64 KiB"), "{size:?}\n{screen}");
        }
        // In the table as on the axis.
        assert!(!screen.contains("16777216") && !screen.contains("16.8 M"), "{size:?}\n{screen}");
        // Nothing is no power of two: it stands apart.
        assert!(chart_lines(&screen).iter().any(|line| line.contains("└") && line.contains('≈')), "{size:?}\n{screen}");
    }
    let text = pickling().text();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("payload 0 B, 1 KiB, 64 KiB, 1 MiB, 16 MiB"), "{text}");
}

/// An interval that reaches to three times its point says little of where the others stand.
#[test]
fn one_wide_interval_does_not_flatten_the_others() {
    let near = |s: f64| [s, s * 1.001, s * 0.999];
    let made = Made::new("countdown", 16)
        .with(serial(), &near(1.0))
        .with(processes(2), &near(1.0 / 1.2))
        .with(processes(3), &near(1.0 / 1.3))
        .with(threads(2), &[0.75, 0.45, 1.2]);
    let interval = parlab::results::Figures::of(&made.ended()).rows[3].speedup_ci95().expect("three repeats");
    assert!(interval.high > 4.0, "{interval:?}");
    for size in SIZES {
        let screen = made.results(size, &[]);
        for (_, text) in y_ticks(&chart_lines(&screen)) {
            let value: f64 = text.parse().expect("a number");
            assert!(value <= 2.0, "made for the interval, {size:?}\n{screen}");
        }
    }
}

#[test]
fn speedups_that_differ_stand_on_rows_of_their_own() {
    let near = |s: f64| [s, s * 1.001, s * 0.999];
    let made = Made::new("countdown", 16)
        .with(serial(), &near(1.0))
        .with(processes(1), &near(1.0 / 0.97))
        .with(processes(2), &near(1.0 / 1.04))
        .with(processes(3), &near(1.0 / 0.85))
        .with(processes(4), &near(1.0 / 0.79));
    for size in [(80, 24), (120, 40), (200, 60)] {
        let screen = made.results(size, &[]);
        let chart = chart_lines(&screen);
        let row_of = |n: usize| {
            let marks = chart.iter().enumerate().flat_map(|(row, line)| {
                let columns = line.chars().enumerate().filter(|(_, c)| *c == '◆' || *c == '◇');
                columns.map(move |(column, _)| (column, row)).collect::<Vec<_>>()
            });
            let mut marks: Vec<(usize, usize)> = marks.filter(|(_, row)| *row > 0).collect();
            marks.sort_unstable();
            marks.get(n).copied().map(|(_, row)| row)
        };
        let rows: Vec<usize> = (0..4).filter_map(row_of).collect();
        let [_, two, three, four] = rows[..] else { panic!("{size:?} {rows:?}\n{screen}") };
        let one = y_ticks(&chart).into_iter().find(|(_, text)| text == "1.00").map(|(row, _)| row);
        let one = one.unwrap_or_else(|| panic!("no mark at 1.00, {size:?}\n{screen}"));
        assert!(two < one && one < three && three < four, "{two} {one} {three} {four}, {size:?}\n{screen}");
    }
}

#[test]
fn ticks_are_even_and_have_the_same_decimals() {
    let near = |s: f64| [s, s * 1.001, s * 0.999];
    for best in [0.2, 0.51, 0.95, 1.2] {
        let made = Made::new("countdown", 16)
            .with(serial(), &near(1.0))
            .with(threads(1), &near(1.0))
            .with(threads(2), &near(f64::midpoint(1.0, best)))
            .with(threads(3), &near(best))
            .on_cpus(4);
        for size in SIZES {
            let screen = made.results(size, &[Key::Home]);
            let ticks = y_ticks(&chart_lines(&screen));
            assert!(ticks.len() >= 3, "{size:?} {ticks:?}\n{screen}");
            let apart: Vec<usize> = ticks.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
            assert!(apart.windows(2).all(|pair| pair[0] == pair[1]), "{size:?} {ticks:?}\n{screen}");
            let decimals = |text: &str| text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            assert!(ticks.iter().all(|(_, text)| decimals(text) == decimals(&ticks[0].1)), "{ticks:?}");
            assert!(ticks.iter().any(|(_, text)| text == "1.00"), "{size:?} {ticks:?}\n{screen}");
        }
    }
}

#[test]
fn x_is_fixed_by_the_plan() {
    let walls = [1.0, 1.01, 0.99];
    let made = Made::new("countdown", 16)
        .with(serial(), &walls)
        .with(threads(1), &walls)
        .with(threads(2), &walls)
        .with(threads(8), &walls)
        .on_cpus(8);
    for size in [(80, 24), (120, 40)] {
        let labels = |trials: usize| {
            let screen = screens::text(&screens::frame(&made.running(size, trials)));
            let axis = screen.lines().position(|line| line.contains('└')).expect("an axis");
            let labels = screen.lines().nth(axis + 1).expect("labels").chars().take(usize::from(size.0) * 2 / 5);
            labels.collect::<String>()
        };
        let all = labels(12);
        assert!(all.contains('1') && all.contains('2') && all.contains('8'), "{all}");
        for trials in 2..12 {
            assert_eq!(labels(trials), all, "after {trials} trials, {size:?}");
        }
    }
}

#[test]
fn hybrids_of_different_shape_are_told_apart() {
    let hybrid = |processes: u32, threads: u32| {
        let config = Config::new(BackendKind::HYBRID, processes * threads);
        Config { per_process: Some(threads), ..config }
    };
    let near = |s: f64| [s, s * 1.001, s * 0.999];
    let made = Made::new("countdown", 16)
        .with(serial(), &near(1.0))
        .with(threads(2), &near(0.6))
        .with(hybrid(2, 4), &near(0.52))
        .with(hybrid(4, 2), &near(0.51))
        .with(hybrid(8, 1), &near(0.4));
    for size in SIZES {
        let screen = made.results(size, &[]);
        let chart = chart_lines(&screen).join("\n");
        for shape in ["2x4", "4x2", "8x1"] {
            assert!(chart.contains(shape), "{shape} {size:?}\n{screen}");
        }
        // The legend has a name for each where there is room for names.
        for threads in [1, 2, 4].into_iter().filter(|_| size.0 >= 120) {
            assert!(chart.contains(&format!("nx{threads}")), "{threads} {size:?}\n{screen}");
        }
    }
}

#[test]
fn few_configurations_are_bars_with_numbers() {
    let near = |s: f64| [s, s * 1.01, s * 0.99];
    let made = Made::new("countdown", 16).with(serial(), &near(1.0)).with(threads(2), &near(0.8));
    for size in SIZES {
        let screen = made.results(size, &[]);
        let chart = chart_lines(&screen);
        let line = chart.iter().find(|line| line.contains("threads × 2")).expect("its line");
        assert!(line.contains("1.25"), "{size:?}\n{screen}");
        let axis = chart.iter().position(|line| line.contains("┬─")).expect("an axis");
        assert!(chart[axis].matches('┬').count() >= 3, "{size:?}\n{screen}");
        assert!(chart[axis + 1].contains("0.00") && chart[axis + 1].contains("1.00"), "{size:?}\n{screen}");
    }
    let plain = made.results_in((80, 24), Theme::PLAIN, &[]);
    assert!(plain.is_ascii() && plain.contains("threads x 2"), "{plain}");
}

#[test]
fn the_ideal_ends_at_the_cpus_that_may_be_used() {
    let walls = [1.0, 1.01, 0.99];
    let mut made = Made::new("countdown", 16).with(serial(), &walls).on_cpus(2);
    for workers in 1..=6 {
        made = made.with(threads(workers), &walls.map(|s| s / f64::from(workers)));
    }
    let screen = made.results((120, 40), &[]);
    let chart = chart_lines(&screen);
    // Six workers were six times as fast: an ideal beyond the two CPUs would run along with them.
    let legend = &chart[0];
    assert!(legend.contains("ideal") && !legend.contains("cut off"), "{screen}");
    assert_eq!(ChartUnit::Ratio.text(2.0), "2.00");
    let state = made.ended();
    let figures = parlab::results::Figures::of(&state);
    let chart = parlab::results::FiguresChart::of(&figures, parlab::results::ChartSubject::Figures, 16).chart;
    assert_eq!([1.0, 2.0, 6.0].map(|x| chart.reference_at(x)), [Some(1.0), Some(2.0), Some(2.0)]);
}

#[test]
fn names_of_both_are_told_where_tasks_are_worth_their_while() {
    let mut made = Made::new("countdown", 100);
    for (index, steps) in [20.0, 2e3, 2e5].into_iter().enumerate() {
        let point = |config| at(config, index as u32, "steps", Value::Number(steps));
        let work_s = steps * 1e-7;
        made = made.with(point(serial()), &[work_s; 3]);
        made = made
            .with(point(threads(2)), &[work_s / 2.0 + 1e-5; 3])
            .with(point(processes(2)), &[work_s / 2.0 + 1e-4; 3]);
    }
    for size in SIZES {
        let screen = made.results(size, &[]);
        let line = screen.lines().find(|line| line.contains("╰") && line.contains("METG"));
        let line = line.or_else(|| screen.lines().find(|line| line.contains("╰") && line.contains(" thr")));
        let line = line.unwrap_or_else(|| panic!("{size:?}\n{screen}"));
        let both = line.contains("thr") && line.contains("pro");
        assert!(both || line.contains("1 more"), "{size:?}\n{screen}");
        assert!(both || size.0 < 80, "{size:?}\n{screen}");
    }
}
