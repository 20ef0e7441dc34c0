//! Where speedups count the start-up, tables show the time that they are made of, and say so.

use parlab::tui::keys::Key;
use parlab::units;

use super::made::{Made, at, processes, serial, threads};
use crate::common;
use crate::screens;

/// A millisecond of work, of which the start-up takes many times as long.
fn tiny() -> Made {
    let started = |startup_s| move |outcome: &mut parlab::record::TrialOutcome| outcome.startup_s = Some(startup_s);
    let mut made = Made::new("countdown", 4)
        .with(serial(), &[0.001, 0.001, 0.001])
        .and(threads(2), &[0.0005, 0.0005, 0.0005], started(0.0045))
        .and(processes(2), &[0.0005, 0.0005, 0.0005], started(0.0495));
    made.planned.scenario.include_startup = true;
    made
}

/// The figures of a row, by the headings above them, in a table whose columns lean right.
fn figure_under(screen: &str, heading: &str, row: &str) -> Option<String> {
    let cells = |line: &str| line.chars().collect::<Vec<char>>();
    let head = screen.lines().find(|line| line.contains(heading))?;
    let end = head[..head.find(heading)?].chars().count() + heading.chars().count();
    // The row may stand in a line of the chart, too: the table's is the one with something below the heading.
    let line = screen.lines().skip_while(|line| *line != head).skip(1).find(|line| line.contains(row))?;
    let text: String = cells(line).into_iter().take(end).collect();
    Some(text.trim_end().rsplit("  ").next().unwrap_or_default().trim().to_owned())
}

#[test]
fn every_size_shows_the_time_that_the_speedup_is_made_of() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let screen = tiny().results(size, &[Key::Home, Key::Down]);
        let time = |row| figure_under(&screen, "wall + start-up", row);
        assert_eq!(time("serial").as_deref(), Some("1.00 ms"), "{size:?}\n{screen}");
        assert_eq!(time("× 2").as_deref(), Some("5.00 ms"), "{size:?}\n{screen}");
        // The line about the selected row has it first.
        let detail = screen.lines().find(|line| line.starts_with(" ● threads × 2   ")).unwrap_or_default();
        assert!(detail.contains("   wall + start-up 5.00 ms"), "{size:?}\n{screen}");
    }
    // Where there is room for one figure it is the speedup, and no time contradicts it.
    let screen = tiny().results((60, 16), &[Key::Home, Key::Down]);
    let row = screen.lines().find(|line| line.contains("▸● threads × 2")).unwrap_or_default();
    assert!(row.contains("  0.20  ") && !screen.contains("│ wall") && !screen.contains(" wall "), "{screen}");
}

#[test]
fn what_says_less_yields_where_room_is_short() {
    for columns in 60..200 {
        let screen = tiny().results((columns, 24), &[]);
        let head = screen.lines().find(|line| line.contains("  speedup")).unwrap_or_default();
        assert!(head.contains("wall + start-up") || columns < 80, "{columns}\n{screen}");
        assert!(head.matches("wall").count() <= 1 || head.contains("efficiency"), "{columns}\n{screen}");
    }
}

#[test]
fn a_run_that_goes_on_shows_it_of_the_trial_that_ended() {
    for size in [(80, 24), (120, 40)] {
        let screen = screens::text(&screens::frame(&tiny().running(size, 2)));
        assert!(screen.contains("wall + start-up 5.00 ms"), "0.5 ms of work after 4.5 of hiring, {size:?}\n{screen}");
    }
}

#[test]
fn the_report_shows_it_too_and_its_spread() {
    let text = tiny().text();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let heading = text.lines().find(|line| line.contains("speedup")).unwrap_or_default();
    assert!(heading.trim_start().starts_with("wall + start-up"), "{text}");
    assert!(words.contains("Wall + start-up: the geometric mean of 3 repeats"), "{text}");
    let row = text.lines().find(|line| line.starts_with("processes × 2")).unwrap_or_default();
    assert!(row.contains("50.0 ms") && row.contains("0.020×"), "1 ms ÷ 50 ms\n{text}");
    // The work took as long each time, the hiring did not.
    let spread =
        Made::new("countdown", 4).with(serial(), &[0.001; 3]).and(threads(2), &[0.001, 0.002, 0.003], |outcome| {
            outcome.startup_s = Some(0.007 - 2.0 * outcome.wall_s);
        });
    let told = |include_startup| {
        let mut made = spread.clone();
        made.planned.scenario.include_startup = include_startup;
        let text = made.text();
        text.lines().find(|line| line.starts_with("threads × 2")).unwrap_or_default().to_owned()
    };
    // From 4 to 6 ms around 5, from 1 to 3 around 2.
    assert!(told(true).contains(" 40 %") && told(false).contains(" 100 %"), "{}\n{}", told(true), told(false));
    let configs = &tiny().json()["configs"];
    assert_eq!(configs[2]["wall_and_startup_s"]["median"], 0.05);
    assert_eq!(configs[2]["wall_s"]["median"], 0.0005);
}

#[test]
fn where_the_start_up_does_not_count_nothing_changes() {
    let mut made = tiny();
    made.planned.scenario.include_startup = false;
    let (screen, text) = (made.results((120, 40), &[]), made.text());
    assert!(!screen.contains("wall + start-up") && !text.contains("all + start-up"), "{screen}\n{text}");
    assert_eq!(made.json()["configs"][2]["wall_and_startup_s"]["median"], serde_json::Value::Null);
}

#[test]
fn points_that_vary_show_it_as_well() {
    let mut made = Made::new("countdown", 100);
    for (index, steps) in [2.0, 200.0, 20_000.0].into_iter().enumerate() {
        let point = |config| at(config, index as u32, "steps", parlab::scenario::Value::Number(steps));
        let wall_s = steps * 1e-6;
        made = made.with(point(serial()), &[wall_s]).and(point(threads(2)), &[wall_s / 2.0], |outcome| {
            outcome.startup_s = Some(0.01);
        });
    }
    made.planned.scenario.include_startup = true;
    for size in [(80, 24), (120, 40)] {
        let screen = made.results(size, &[Key::End]);
        assert!(screen.contains("wall + start-up"), "{size:?}\n{screen}");
        assert!(screen.contains("20.0 ms"), "10 ms of work after 10 ms of start-up, {size:?}\n{screen}");
    }
}

#[test]
fn in_a_real_run_each_speedup_is_the_ratio_of_the_times_beside_it() {
    let output = common::parlab().args(["run", "--quiet", "tiny-tasks"]).output().expect("parlab");
    let text = common::stdout(&output);
    let mut rows = text.lines().skip_while(|line| !line.contains("speedup"));
    let heading = rows.next().expect("a table");
    let end = heading.find("wall + start-up").map(|at| at + "wall + start-up".len());
    let end = end.unwrap_or_else(|| panic!("no column for it\n{text}"));
    let time_s = |line: &str| seconds(&line.chars().take(end).collect::<String>()).expect("a time");
    let rows: Vec<&str> = rows.take(3).collect();
    let serial_s = time_s(rows[0]);
    for row in rows {
        let told: f64 =
            row.split_whitespace().find_map(|word| word.strip_suffix('×')?.parse().ok()).expect("a speedup");
        let ratio = serial_s / time_s(row);
        assert!((told / ratio - 1.0).abs() < 0.06, "{told} beside {ratio}\n{text}");
    }
}

/// The last time in a text, in seconds.
fn seconds(text: &str) -> Option<f64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [.., number, unit] = words.as_slice() else { return None };
    let scale = match *unit {
        "ns" => 1e-9,
        "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => return None,
    };
    let value: f64 = number.parse().ok()?;
    assert_eq!(units::seconds(value * scale), format!("{number} {unit}"), "read as it was written");
    Some(value * scale)
}
