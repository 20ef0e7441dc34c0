//! Lanes: exact frames of what workers do, crowds, and that nothing breaks them.

use proptest::prelude::*;

use super::model::KINDS;
use super::*;
use crate::record::{Activity, LaneState, LaneTurn};
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::{draw, sizes, themes};

fn task(start_s: f64, end_s: Option<f64>, x: f64) -> Segment {
    Segment { start_s, end_s, label: Label::Input(x), failed: false }
}

fn lane<'a>(label: &str, state: LaneState, spans: &'a [Segment]) -> LaneRow<'a> {
    LaneRow {
        label: label.to_owned(),
        state,
        spans,
        busy: &[],
        did: [&[]; KINDS],
        turns: &[],
        share: None,
        note: String::new(),
    }
}

fn lanes<'a>(lanes: &'a [LaneRow<'a>], theme: &'a Theme) -> Lanes<'a> {
    Lanes {
        lanes,
        now_s: 5.4,
        from_s: 0.0,
        span_s: 8.0,
        locked: false,
        fold: LaneFold::Folded,
        work: Role::Backend(1),
        theme,
    }
}

fn at(rows: &[LaneRow<'_>], (w, h): (u16, u16), theme: &Theme) -> String {
    draw(lanes(rows, theme), w, h, theme)
}

#[test]
fn tasks_are_segments_with_their_inputs() {
    let first = [task(0.0, Some(1.0), 1.0), task(1.0, None, 8.0)];
    let second = [task(0.0, Some(1.5), 1.5), Segment { failed: true, ..task(1.5, Some(3.5), 2.0) }];
    let rows = [lane("0", LaneState::Running, &first), lane("1", LaneState::Finished, &second)];
    insta::assert_snapshot!(at(&rows, (60, 4), &Theme::FULL), @"
    0 ▐─ 1 ─▌▐───────────── 8 ──────────────╌
    1 ▐── 1.5 ──▌▐╳╳╳╳ 2 ╳╳╳╳╳▌
      ╵0             ╵2 s          ╵4 s           ╵6 s
    ");
    insta::assert_snapshot!(at(&rows, (60, 4), &Theme::PLAIN), @"
    0 [- 1 -][------------- 8 -------------->
    1 [-- 1.5 --][xxxx 2 xxxxx]
      '0             '2 s          '4 s           '6 s
    ");
    insta::assert_snapshot!(at(&rows, (24, 3), &Theme::FULL), @"
    0 ▐1▌▐─── 8 ────╌
    1 ▐──▌▐╳2╳╳▌
      ╵0            ╵5 s
    ");
}

#[test]
fn trouble_is_said_in_words() {
    let held = [task(0.5, None, 2.0)];
    let rows = [
        lane("0", LaneState::Stalled, &held),
        LaneRow { note: "SIGKILL in task 5".into(), ..lane("1", LaneState::Lost, &held) },
        lane("2", LaneState::Waiting, &[]),
        lane("3", LaneState::Absent, &[]),
    ];
    insta::assert_snapshot!(at(&rows, (72, 5), &Theme::FULL), @"
    0    ▐─────────── 2 ────────────╌                stopped
    1    ▐─────────── 2 ────────────╌                lost: SIGKILL in task 5
    2                                                at the gate
    3                                                not started yet
      ╵0          ╵2 s       ╵4 s        ╵6 s
    ");
    let narrow = at(&rows, (17, 5), &Theme::FULL);
    for word in ["stopped", "lost", "at the gate", "not started"] {
        assert!(narrow.contains(word), "{word} is missing:\n{narrow}");
    }
    let shared = at(&rows[..2], (20, 1), &Theme::FULL);
    assert!(shared.contains("0 stopped  1"), "{shared}");
}

#[test]
fn tiny_tasks_are_shown_by_density() {
    let tiny: Vec<Segment> = (0..500)
        .filter(|i| i % 2 == 0 || *i < 200)
        .map(|i| task(f64::from(i) * 0.01, Some(f64::from(i + 1) * 0.01), 1.0))
        .collect();
    let failing: Vec<Segment> = tiny.iter().map(|t| Segment { failed: t.start_s == 1.0, ..t.clone() }).collect();
    let busy: Vec<f32> = (0..54).map(|i| i as f32 / 54.0).collect();
    let rows = [
        lane("0", LaneState::Running, &tiny),
        lane("1", LaneState::Running, &failing),
        LaneRow { busy: &busy, ..lane("2", LaneState::Running, &[]) },
    ];
    insta::assert_snapshot!(at(&rows, (42, 4), &Theme::FULL), @"
    0 ██████████▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
    1 █████✗████▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
    2 ▁▁▁▁▂▂▂▃▃▃▄▄▄▄▅▅▅▆▆▆▆▇▇▇███
      ╵0        ╵2 s      ╵4 s      ╵6 s
    ");
    insta::assert_snapshot!(at(&rows, (42, 4), &Theme::PLAIN), @"
    0 ##########---------------
    1 #####x####---------------
    2 ____...,,,----===++++***###
      '0        '2 s      '4 s      '6 s
    ");
}

#[test]
fn under_a_lock_lanes_tell_what_was_done_about_it() {
    let one = [task(0.0, None, 8.0)];
    let over = [Segment { end_s: Some(3.0), ..one[0].clone() }];
    let trips: Vec<Segment> = (0..100).map(|i| task(f64::from(i) * 0.05, None, 0.0)).collect();
    let none = [0.0_f32; 9];
    let (held, waited) = ([1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0]);
    let away = [0.0, 0.0, 0.0, 0.0, 0.9, 0.9, 0.9, 0.9, 0.0];
    let rows = [
        LaneRow { did: [&held, &waited, &none, &none, &[], &[], &[], &[]], ..lane("0", LaneState::Running, &one) },
        LaneRow { did: [&none, &none, &away, &none, &[], &[], &[], &[]], ..lane("1", LaneState::Running, &trips) },
        LaneRow { did: [&none, &none, &none, &away, &[], &[], &[], &[]], ..lane("2", LaneState::Running, &[]) },
        LaneRow { did: [&held, &waited, &none, &none, &[], &[], &[], &[]], ..lane("3", LaneState::Finished, &over) },
    ];
    let at =
        |rows: &[LaneRow<'_>], (w, h), theme: &Theme| draw(Lanes { locked: true, ..lanes(rows, theme) }, w, h, theme);
    insta::assert_snapshot!(at(&rows, (60, 5), &Theme::FULL), @"
    0 ▐████████████▒▒▒▒▒ 8 ▒▒▒▒▒░░░░░░░░░░░░╌
    1                  ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
    2                  ══════════════════
    3 ▐████████ 8 █▒▒▒▒▒▒▒▒▌
      ╵0             ╵2 s          ╵4 s           ╵6 s
    ");
    insta::assert_snapshot!(at(&rows, (60, 5), &Theme::PLAIN), @"
    0 [############===== 8 =====::::::::::::>
    1                  ~~~~~~~~~~~~~~~~~~
    2                  NNNNNNNNNNNNNNNNNN
    3 [######## 8 #========]
      '0             '2 s          '4 s           '6 s
    ");
}

/// 64 workers, of which number 50 was lost, every seventh is done, and each began a little after the one before.
fn crowd(spans: &[Vec<Segment>]) -> Vec<LaneRow<'_>> {
    let state = |i: usize| match i {
        50 => LaneState::Lost,
        i if i.is_multiple_of(7) => LaneState::Finished,
        _ => LaneState::Running,
    };
    spans.iter().enumerate().map(|(i, spans)| lane(&i.to_string(), state(i), spans)).collect()
}

fn crowd_spans(n: usize) -> Vec<Vec<Segment>> {
    (0..n).map(|i| vec![task(i as f64 * 0.08, Some(i as f64 * 0.08 + 2.0), 1.0)]).collect()
}

#[test]
fn a_crowd_is_folded_into_strips() {
    let spans = crowd_spans(64);
    insta::assert_snapshot!(at(&crowd(&spans), (60, 7), &Theme::FULL), @"
     0–10 ░▒▓▓█████████▓▒░░
    11–21      ░▒▓▓█████████▓▒░░
    22–32           ░▒▓▓█████████▓▒░░
    33–43                ░▒▓▓█████████▓▒░░
    44–54                     ░▒▒▓█████████▓▒░░          50 lost
    55–63                          ░▒▓██████████▓▒░
          ╵0          ╵2 s       ╵4 s        ╵6 s
    ");
    insta::assert_snapshot!(at(&crowd(&spans[..12]), (40, 7), &Theme::PLAIN), @"
      0-1 899999996
      2-3 1999999993
      4-5  4999999991
      6-7   799999997
      8-9   1999999993
    10-11    4999999991
          '0                   '5 s
    ");
}

#[test]
fn a_crowd_is_looked_at_one_by_one() {
    let spans = crowd_spans(64);
    let rows = crowd(&spans);
    let from = |first| Lanes { fold: LaneFold::From(first), ..lanes(&rows, &Theme::FULL) };
    insta::assert_snapshot!(draw(from(48), 60, 5, &Theme::FULL), @"
    48                          ▐──── 1 ────▌
    49                          ▐──── 1 ────▌
    50                           ▐──── 1 ────▌              lost
    51                            ▐──── 1 ────▌
       ╵0           ╵2 s         ╵4 s         ╵6 s
    ");
    let area = Rect::new(0, 0, 60, 5);
    assert_eq!(from(48).sight(area).as_deref(), Some("48–51 of 64 workers"));
    assert_eq!(from(999).sight(area).as_deref(), Some("60–63 of 64 workers"));
    assert_eq!(lanes(&rows, &Theme::FULL).sight(area).as_deref(), Some("64 workers, 16 a row"));
    assert_eq!(lanes(&rows[..4], &Theme::FULL).sight(area), None);
}

#[test]
fn every_lane_is_in_a_row_or_can_be_brought_there() {
    for n in [1, 2, 60, 256, 1024] {
        for h in 1..60 {
            let folded = crowd::arrange(n, h, LaneFold::Folded);
            assert!(folded.len() <= usize::from(h));
            assert_eq!(folded.iter().flat_map(Clone::clone).collect::<Vec<_>>(), (0..n).collect::<Vec<_>>());
            let seen = (0..n).flat_map(|first| crowd::arrange(n, h, LaneFold::From(first)).into_iter().flatten());
            assert_eq!(seen.collect::<std::collections::BTreeSet<_>>().len(), n);
        }
    }
}

#[test]
fn no_workers_is_said_calmly() {
    assert_eq!(at(&[], (30, 3), &Theme::FULL).trim(), "no workers yet");
}

#[test]
fn any_size_and_theme_will_do() {
    let spans = crowd_spans(130);
    for theme in themes() {
        for size in sizes() {
            for n in [1, 2, 9, 130] {
                at(&crowd(&spans[..n]), size, &theme);
            }
        }
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), 0.0..10.0, Just(f64::NAN), Just(f64::INFINITY), Just(-1.0)]
}

proptest! {
    #[test]
    fn nothing_breaks_it(
        spans in proptest::collection::vec((number(), proptest::option::of(number()), number(), any::<bool>()), 0..60),
        busy in proptest::collection::vec(any::<f32>(), 0..60), states in proptest::collection::vec(0usize..6, 0..40),
        now_s in number(), from_s in number(), span_s in number(), first in prop::option::of(0usize..50), note in ".{0,20}", w in 0u16..130, h in 0u16..24,
    ) {
        let fold = first.map_or(LaneFold::Folded, LaneFold::From);
        let turns: Vec<LaneTurn> = spans.iter().map(|span| LaneTurn { activity: Activity::Blocked, from_s: span.0 }).collect();
        const STATES: [LaneState; 6] = [LaneState::Absent, LaneState::Waiting, LaneState::Running, LaneState::Stalled,
            LaneState::Lost, LaneState::Finished];
        let spans: Vec<Segment> = spans.into_iter()
            .map(|(start_s, end_s, x, failed)| Segment { start_s, end_s, label: Label::Input(x), failed }).collect();
        let row = |(i, state): (usize, &usize)| LaneRow {
            label: i.to_string(), state: STATES[*state], spans: if i % 3 == 0 { &[] } else { &spans[i.min(spans.len())..] },
            busy: &busy, did: if i % 2 == 0 { [&[]; KINDS] } else { [&busy, &busy[busy.len() / 2..], &busy, &busy, &busy, &[], &busy, &[]] },
            turns: if i % 4 < 2 { &[] } else { &turns }, share: spans.first().map(|span| span.start_s),
            note: note.clone(),
        };
        let rows: Vec<LaneRow<'_>> = states.iter().enumerate().map(row).collect();
        for theme in [Theme::FULL, Theme::PLAIN] {
            draw(Lanes { lanes: &rows, now_s, from_s, span_s, locked: w % 2 == 0, fold, work: Role::Backend(1), theme: &theme }, w, h, &theme);
        }
    }
}
