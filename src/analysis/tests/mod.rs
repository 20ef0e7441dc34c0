//! Whether intervals hold the truth as often as they say, where the truth is known.

mod hodges_lehmann;
pub(super) mod random;
mod simulation;

use simulation::{Course, Design, designs, ranks, score, student};

#[test]
fn nineteen_of_twenty_intervals_hold_the_truth() {
    for design in designs(4, &[Course::Steady, Course::ByBlock, Course::ByTrial]) {
        let found = score(design, student);
        assert!((0.93..=0.97).contains(&found.coverage), "{design:?}: {found:?}");
    }
}

/// `cargo test --lib analysis::tests -- --nocapture` prints the table that [`super::paired`] tells of.
#[test]
fn students_interval_is_narrower_than_that_of_ranks_and_is_there_for_few() {
    println!("noise course  blocks   Student: coverage width   signed ranks: coverage width");
    for design in designs(4, &[Course::Steady, Course::ByBlock]) {
        let (t, rank) = (score(design, student), score(design, ranks));
        let Design { noise, course, blocks, .. } = design;
        let (a, b, c, d) = (t.coverage, t.width, rank.coverage, rank.width);
        println!("{noise:<5} {course:<7?} {blocks:>6}   {a:>17.3} {b:>5.2}   {c:>22.3} {d:>5.2}");
        assert_eq!(rank.coverage.is_nan(), design.blocks < 6, "{design:?}: {rank:?}");
        assert!(rank.width.is_nan() || rank.width > t.width, "{design:?}: {t:?} {rank:?}");
    }
}

/// On a machine that becomes 30 % slower from the first trial to the last.
#[test]
fn only_a_drawn_order_is_fair_to_the_baseline() {
    for blocks in [3, 5] {
        let drawn = Design { noise: 0.03, course: Course::ByTrial, blocks, configs: 8, baseline_first: false };
        let first = score(Design { baseline_first: true, ..drawn }, student).bias;
        let drawn = score(drawn, student).bias;
        assert!(drawn.abs() < 0.002, "{blocks}: {drawn}");
        assert!(first < -0.005, "{blocks}: {first}");
    }
}
