//! The cores' panel on screens of three sizes, for 2 cores to 1024, as text.

use std::time::Duration;

use super::*;
use crate::machine::Core;
use crate::tui::theme::{Colours, Glyphs};
use crate::tui::widgets::frame::lines;

fn sample(own_age: Duration) -> Sample {
    Sample {
        layout: (0..4).map(|id| Core { id, usable: id < 3 }).collect(),
        cores: vec![1.0, 0.5, 0.25, 1.0],
        own: Some(vec![1.0, 0.25, 0.0, 0.0]),
        own_age,
        steal: None,
        over: Duration::from_millis(250),
        memory_used_bytes: 0,
        memory_total_bytes: 0,
        load1: None,
        sampler_cpu_s: 0.0,
    }
}

/// So many cores with loads that differ between neighbours, own for the first half for the most part, and others' for the
/// second. An eighth of more than two may not be used.
fn many(n: u32) -> Sample {
    let load = |i: u32| ((i * 37 + 5) % 101) as f32 / 100.0;
    let own = |i: u32| load(i) * if i < n / 2 { 0.9 } else { 0.25 };
    let usable = if n > 2 { n - n / 8 } else { n };
    Sample {
        layout: (0..n).map(|id| Core { id, usable: id < usable }).collect(),
        cores: (0..n).map(load).collect(),
        own: Some((0..n).map(own).collect()),
        ..sample(Duration::ZERO)
    }
}

/// The panel on the left of a screen of this size.
fn panel(sample: &Sample, (width, height): (u16, u16), theme: &Theme) -> String {
    let left = Rect::new(0, 0, width * 2 / 5, height - 2);
    let area = Rect { height: super::height(Some(sample), left, 8), ..left };
    let mut buf = Buffer::empty(area);
    render(Some(sample), theme, area, &mut buf);
    lines(&buf)
}

fn panels(size: (u16, u16), theme: &Theme) -> String {
    [2, 16, 128, 256, 1024].map(|n| panel(&many(n), size, theme)).join("\n")
}

#[test]
fn own_load_and_others_are_told_apart_at_all_sizes() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        insta::assert_snapshot!(format!("cores-{}x{}", size.0, size.1), panels(size, &Theme::FULL));
    }
    insta::assert_snapshot!("cores-80x24-plain", panels((80, 24), &Theme::PLAIN));
    let console = Theme { colours: Colours::Ansi16, glyphs: Glyphs::Console };
    insta::assert_snapshot!("cores-80x24-console", panels((80, 24), &console));
}

#[test]
fn characters_tell_them_apart_without_colours() {
    for glyphs in [Glyphs::Unicode, Glyphs::Console, Glyphs::Ascii] {
        let with = |colours| panels((80, 24), &Theme { colours, glyphs });
        assert_eq!(with(Colours::None), with(Colours::Rgb));
        let (mine, theirs) = (|own: f32| vec![own; 2], vec![1.0; 2]);
        for n in [2, 1024] {
            let whose = |own: f32| {
                let sample = Sample {
                    own: Some(mine(own).repeat(n / 2)),
                    cores: theirs.repeat(n / 2),
                    layout: (0..n as u32).map(|id| Core { id, usable: true }).collect(),
                    ..sample(Duration::ZERO)
                };
                let text = panel(&sample, (80, 24), &Theme { colours: Colours::None, glyphs });
                // Without the words on the frame, the cores themselves.
                text.lines().filter(|line| !line.contains("own")).collect::<Vec<_>>().join("\n")
            };
            assert_ne!(whose(1.0), whose(0.0), "{n} cores");
        }
    }
}

#[test]
fn where_it_is_not_known_the_frame_says_so() {
    let text = panel(&Sample { own: None, ..many(16) }, (80, 24), &Theme::FULL);
    assert!(text.contains(" cores ") && text.contains("load of all programs"), "{text}");
    assert!(!text.contains('░') && !text.contains("own"), "{text}");
}

#[test]
fn loads_are_told_in_cpus_that_may_be_used() {
    let words = load_in_words(&sample(Duration::ZERO));
    assert_eq!(words[0], "cores: own 1.2, others' 0.5 of 3 CPUs");
    assert_eq!(words[2], "own 1.2, others' 0.5");
    assert_eq!(load_in_words(&Sample { own: None, ..sample(Duration::ZERO) }), Vec::<String>::new());
    assert_eq!([0.04, 0.06, 99.9, 99.96, 1024.0, -0.1].map(in_cpus), ["0.0", "0.1", "99.9", "100", "1024", "0.0"]);
}

#[test]
fn old_knowledge_is_told_as_such() {
    let lines = |own_age_ms, n| {
        let sample = Sample { own_age: Duration::from_millis(own_age_ms), ..many(n) };
        panel(&sample, (80, 24), &Theme::FULL).lines().last().map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(lines(1750, 16), "╰─ █ own ░ others' · unusable ─╯");
    assert_eq!(lines(5250, 16), "╰─── █ own ░ others', 5 s ago ─╯");
    assert_eq!(lines(12_000, 1024), "╰── █ own ≡ others', 12 s ago ─╯");
}
