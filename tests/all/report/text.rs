//! The text report, to the letter.

use parlab::report::text;
use unicode_width::UnicodeWidthStr;

use super::fixtures::{self, state};

fn text(events: &[parlab::record::Stamped]) -> String {
    let text = text::render(&state(events));
    for line in text.lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
        assert_eq!(line, line.trim_end(), "no blanks at the end");
    }
    text
}

#[test]
fn a_run_that_went_well() {
    insta::assert_snapshot!(text(&fixtures::done()));
}

#[test]
fn in_few_columns_lines_are_shorter() {
    let state = state(&fixtures::done());
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for columns in [50, 60, 79] {
        let narrow = text::render_within(&state, columns);
        assert!(narrow.lines().all(|line| line.width() <= columns), "{columns}\n{narrow}");
        let lesson = |text: &str| words(text.split("What happened").nth(1).expect("a section"));
        assert_eq!(lesson(&narrow), lesson(&text::render(&state)));
    }
    assert_eq!(text::render_within(&state, 200), text::render(&state));
}

#[test]
fn a_run_with_start_up_counted() {
    let text = text(&fixtures::done_with_startup());
    assert!(text.contains("the wall time and start-up, added, of serial"), "{text}");
}

#[test]
fn a_run_as_predicted() {
    insta::assert_snapshot!(text(&fixtures::done_as_predicted()));
}

#[test]
fn a_run_with_more_threads_than_cpus() {
    let text = text(&fixtures::oversubscribed());
    let section = text.split("Context switches").nth(1).expect("a section");
    let rows: Vec<Vec<&str>> = section.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(rows.contains(&vec!["serial", "3", "11"]), "{section}");
    assert!(!self::text(&fixtures::done()).contains("Context switches"));
}

#[test]
fn a_run_under_an_interpreters_lock() {
    insta::assert_snapshot!(text(&fixtures::under_a_lock()));
}

#[test]
fn a_run_whose_tasks_lost_updates() {
    insta::assert_snapshot!(text(&fixtures::done_with_tally()));
}

#[test]
fn a_run_whose_memory_was_watched() {
    insta::assert_snapshot!(text(&fixtures::done_with_memory()));
}

#[test]
fn a_run_without_a_baseline() {
    insta::assert_snapshot!(text(&fixtures::done_without_baseline()));
}

#[test]
fn a_run_that_was_interrupted() {
    insta::assert_snapshot!(text(&fixtures::interrupted()));
}

#[test]
fn a_run_that_lost_a_worker() {
    insta::assert_snapshot!(text(&fixtures::failed()));
}

#[test]
fn a_run_that_never_began() {
    assert_eq!(
        text(&[]),
        "INTERRUPTED, 0 of 0 trials complete\n\n\
         ! the run did not come to its end; this is what it had measured until then\n  (unfinished)\n"
    );
}

#[test]
fn the_widest_figures_fit() {
    let mut events = fixtures::failed();
    for stamped in &mut events {
        match &mut stamped.event {
            parlab::record::Event::Planned(planned) => planned.plan.configs[1].workers = 1024,
            parlab::record::Event::TrialFinished { outcome, .. } => {
                let outcome = std::sync::Arc::make_mut(outcome);
                outcome.wall_s *= 20_000.0;
                outcome.startup_s = Some(301.0);
            }
            _ => {}
        }
    }
    text(&events);
}

#[test]
fn a_title_cannot_write_to_the_terminal() {
    let mut events = fixtures::done();
    let parlab::record::Event::Planned(planned) = &mut events[0].event else { panic!("no plan") };
    planned.scenario.title = "a\u{1b}[2Jb".to_owned();
    assert!(!text(&events).contains('\u{1b}'));
}
