//! What cannot be told from no change says so in its first words, and the sentences that matter are in sight.

use parlab::scenario::Config;
use parlab::tui::keys::Key;

use super::made::{Made, processes, serial, threads};

/// Repeats so far apart that a speedup of 1.32 means nothing.
fn unclear() -> Made {
    Made::new("countdown", 16)
        .with(serial(), &[1.47, 0.7, 2.1])
        .with(threads(2), &[1.0, 0.5, 1.9])
        .with(processes(2), &[1.2, 0.6, 2.2])
}

fn messages(made: &Made) -> Vec<String> {
    let json = made.json();
    let findings = json["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["message"].as_str().expect("a sentence").to_owned()).collect()
}

#[test]
fn no_sentence_is_taken_back_by_the_next() {
    let all = messages(&unclear());
    assert!(all[0].starts_with("No clear difference: threads × 2 were 1.32 times as fast as serial"), "{all:?}");
    assert!(all.iter().all(|message| !message.contains("Fastest") && !message.contains("cannot be told")), "{all:?}");
}

#[test]
fn slower_without_doubt_and_slower_perhaps_are_two_things() {
    let slower =
        |walls: &[f64]| messages(&Made::new("countdown", 4).with(serial(), &[1.0, 1.01, 0.99]).with(threads(2), walls));
    let sure = slower(&[2.0, 2.01, 1.99]);
    assert!(
        sure[0].starts_with("Nothing was faster than serial: the best of the others, threads × 2, took 2.00"),
        "{sure:?}"
    );
    let perhaps = slower(&[26.0, 0.8, 40.0]);
    assert!(
        perhaps[0].starts_with("No clear difference: threads × 2 took 9.41 times as long as serial"),
        "{perhaps:?}"
    );
}

#[test]
fn what_is_sure_comes_before_what_only_seems_better() {
    let made = Made::new("countdown", 16)
        .with(serial(), &[1.0, 1.01, 0.99])
        .with(threads(2), &[0.5, 0.4, 0.9])
        .with(processes(2), &[0.625, 0.62, 0.63]);
    let all = messages(&made);
    assert!(all[0].starts_with("Clearly faster were processes × 2: 1.60 times as fast as serial"), "{all:?}");
    assert!(all[1].starts_with("No clear difference: threads × 2 were 1.77 times as fast"), "{all:?}");
}

#[test]
fn a_lock_does_not_explain_what_is_no_difference() {
    let lock = parlab::record::LockUse { held_s: 1.0, waited_s: 0.98, waits: 100, handovers: 90 };
    let made =
        Made::new("countdown", 4).with(serial(), &[1.0, 1.1, 0.9]).and(threads(2), &[1.01, 0.9, 1.1], |outcome| {
            outcome.interpreter = Some(lock);
        });
    let all = messages(&made);
    assert!(all[0].starts_with("No clear difference"), "{all:?}");
    assert!(all.iter().all(|message| !message.contains("because one of them")), "{all:?}");
}

/// The inside of the panel of this title, line by line.
fn panel(screen: &str, title: &str) -> Vec<String> {
    let lines: Vec<Vec<char>> = screen.lines().map(|line| line.chars().collect()).collect();
    let top = lines.iter().position(|line| line.iter().collect::<String>().contains(title)).expect("the panel");
    let text: String = lines[top].iter().collect();
    let left = text[..text.find(title).expect("its title")].chars().count() - 1;
    let right = (left + 1..lines[top].len()).find(|&x| lines[top][x] == '╮').expect("its corner");
    let rows = lines[top + 1..].iter().take_while(|line| line.get(left) == Some(&'│'));
    rows.map(|line| line[left + 1..right].iter().collect::<String>().trim().to_owned()).collect()
}

#[test]
fn the_sentences_that_matter_fit_at_80_columns() {
    let made = Made::new("countdown", 16)
        .with(serial(), &[1.0, 1.01, 0.99])
        .with(threads(2), &[0.9, 0.4, 1.4])
        .with(processes(2), &[0.625, 0.62, 0.63])
        .with(processes(4), &[0.62, 0.625, 0.63]);
    let shown = panel(&made.results((80, 24), &[]), " what happened ").join(" ");
    let shown: Vec<&str> = shown.split_whitespace().collect();
    for message in messages(&made).iter().take(2) {
        let words: Vec<&str> = message.split_whitespace().collect();
        assert!(shown.windows(words.len()).any(|window| window == words), "{message}\nis not whole in\n{shown:?}");
    }
}

#[test]
fn each_panel_can_have_the_screen_to_itself() {
    let made = unclear();
    for size in [(60, 16), (80, 24), (120, 40)] {
        let z = Key::Char('z');
        let text = made.results(size, &[z]);
        assert!(text.contains("what happened") && !text.contains("configurations"), "{size:?}\n{text}");
        let last = messages(&made).pop().expect("a sentence");
        let end = last.split_whitespace().next_back().expect("a word");
        assert!(text.contains(end), "all of it is there, {size:?}\n{text}");
        let chart = made.results(size, &[z, z]);
        assert!(chart.contains("speedup") && !chart.contains("what happened"), "{size:?}\n{chart}");
        let table = made.results(size, &[z, z, z]);
        assert!(table.contains("3 configurations") && !table.contains("what happened"), "{size:?}\n{table}");
        assert_eq!(made.results(size, &[z, z, z, z]), made.results(size, &[]));
    }
}

#[test]
fn one_line_is_not_several() {
    let mut made = unclear();
    for words in 1..90 {
        made.planned.scenario.lesson = vec!["word"; words].join("\n\n");
        let screen = made.results((80, 24), &[]);
        assert!(!screen.contains(" 1 more lines"), "{screen}");
        if screen.contains("1 more line ") {
            return;
        }
    }
    panic!("one line was never left over");
}

#[test]
fn names_in_tables_stay_apart_where_room_is_short() {
    let pipe = Config { dispatch: parlab::scenario::Dispatch::Pipe, ..processes(2) };
    let mut made = Made::new("square", 16);
    for (index, payload) in [0_u64, 1024, 65_536].into_iter().enumerate() {
        let point = |config: &Config| {
            let value = parlab::scenario::Value::Whole(payload);
            Config { payload, ..super::made::at(config.clone(), index as u32, "payload", value) }
        };
        for config in [serial(), threads(2), processes(2), pipe.clone()] {
            made = made.with(point(&config), &[1.0, 1.01, 0.99]);
        }
    }
    for size in [(60, 16), (80, 24)] {
        let screen = made.results(size, &[]);
        let rows = panel(&screen, " 12 configurations ");
        let names: Vec<&str> = rows.iter().skip(1).filter_map(|row| row.split("  ").next()).take(4).collect();
        assert_eq!(names.len(), 4, "{names:?}\n{screen}");
        let mut apart: Vec<&str> = names.clone();
        apart.sort_unstable();
        apart.dedup();
        assert_eq!(apart.len(), 4, "{names:?}, {size:?}\n{screen}");
        let heading = &rows[0];
        assert!(!heading.contains('…'), "{heading}\n{screen}");
        let line = screen.lines().find(|line| line.contains("payload ")).expect("headings");
        assert!(!line.contains("efficiency│") && !line.contains("wall│"), "no heading touches the frame\n{screen}");
    }
}
