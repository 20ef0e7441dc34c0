//! Cores at all counts and areas: exact frames, and each core in a place of its own.

use proptest::prelude::*;

use super::*;
use crate::tui::widgets::frame::{draw, sizes, themes};

const COUNTS: [usize; 6] = [1, 2, 8, 64, 256, 1024];

/// Figures that differ between neighbours and reach from idle to busy.
fn samples(n: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 37 + 5) % 101) as f32 / 100.0).collect()
}

fn frame(n: usize, usable: usize, (w, h): (u16, u16), theme: &Theme) -> String {
    let flags: Vec<bool> = (0..n).map(|core| core < usable).collect();
    draw(Cores { samples: &samples(n), own: None, usable: &flags, theme }, w, h, theme)
}

#[test]
fn few_cores_are_wide_bars() {
    insta::assert_snapshot!(frame(2, 2, (32, 8), &Theme::FULL), @"
    0 █▎                          5%
    1 ██████████▌                42%
    ");
    insta::assert_snapshot!(frame(4, 4, (20, 4), &Theme::PLAIN), @"
    0 =               5%
    1 #####:         42%
    2 ##########.    79%
    3 ##             15%
    ");
}

#[test]
fn more_cores_are_columns_of_bars() {
    insta::assert_snapshot!(frame(8, 8, (32, 5), &Theme::FULL), @"
    0 ▍          5%  4 ████▏     52%
    1 ███▍      42%  5 ███████▏  89%
    2 ██████▍   79%  6 ██        25%
    3 █▎        15%  7 █████     62%
    ");
    insta::assert_snapshot!(frame(64, 64, (78, 10), &Theme::FULL), @"
    0 ▎       10 ████▍   20 ██▎     30 ▎       40 ████▎   50 ██▎     60 ▏
    1 ██▌     11 ▌       21 ████▌   31 ██▌     41 ▍       51 ████▌   61 ██▍
    2 ████▊   12 ██▊     22 ▋       32 ████▋   42 ██▋     52 ▋       62 ████▋
    3 ▉       13 ████▉   23 ██▉     33 ▉       43 ████▉   53 ██▉     63 ▊
    4 ███▏    14 █▏      24 █████▏  34 ███     44 █       54 █████
    5 █████▍  15 ███▎    25 █▎      35 █████▎  45 ███▎    55 █▎
    6 █▌      16 █████▌  26 ███▌    36 █▌      46 █████▌  56 ███▍
    7 ███▊    17 █▋      27 █████▊  37 ███▋    47 █▋      57 █████▋
    8 █████▉  18 ███▉    28 █▉      38 █████▉  48 ███▉    58 █▊
    9 ██▏     19 ▏       29 ████▏   39 ██      49         59 ████
    ");
}

#[test]
fn many_cores_are_a_field_of_tiles() {
    insta::assert_snapshot!(frame(64, 64, (32, 8), &Theme::FULL), @"
     0 ░░▒▒██░░▓▓██▒▒▓▓██▒▒▓▓░░
    12 ▒▒██░░▓▓██▒▒▓▓░░▒▒██░░▒▒
    24 ██░░▓▓██▒▒▓▓░░▒▒██░░▓▓██
    36 ░░▓▓██▒▒▓▓░░▒▒██░░▓▓██▒▒
    48 ▓▓░░▒▒▓▓░░▒▒██░░▓▓██▒▒▓▓
    60 ░░▒▒██░░

    min 0%   median 48%   max 99%
    ");
    insta::assert_snapshot!(frame(256, 256, (78, 10), &Theme::FULL), @"
      0 ░░▒▒██░░▓▓██▒▒▓▓ ██▒▒▓▓░░▒▒██░░▓▓ ██▒▒▓▓░░▒▒██░░▒▒ ██░░▓▓██▒▒▓▓░░▒▒
     32 ██░░▓▓██░░▓▓██▒▒ ▓▓░░▒▒██░░▓▓██▒▒ ▓▓░░▒▒▓▓░░▒▒██░░ ▓▓██▒▒▓▓░░▒▒██░░
     64 ▓▓██░░▓▓██▒▒▓▓░░ ▒▒██░░▓▓██▒▒▓▓██ ▒▒▓▓░░▒▒██░░▓▓██ ▒▒▓▓░░▒▒██░░▒▒██
     96 ░░▓▓██▒▒▓▓░░▒▒██ ░░▓▓██▒▒▓▓██▒▒▓▓ ░░▒▒██░░▓▓██▒▒▓▓ ░░▒▒██░░▒▒██░░▓▓
    128 ██▒▒▓▓░░▒▒██░░▓▓ ██░░▓▓██▒▒▓▓░░▒▒ ██░░▓▓██▒▒▓▓░░▒▒ ▓▓░░▒▒██░░▓▓██▒▒
    160 ▓▓░░▒▒██░░▓▓██░░ ▓▓██▒▒▓▓░░▒▒██░░ ▓▓██▒▒▓▓██▒▒▓▓░░ ▒▒██░░▓▓██▒▒▓▓░░
    192 ▒▒██░░▒▒██░░▓▓██ ▒▒▓▓░░▒▒██░░▓▓██ ▒▒▓▓██▒▒▓▓░░▒▒██ ░░▓▓██▒▒▓▓░░▒▒██
    224 ░░▒▒██░░▓▓██▒▒▓▓ ░░▒▒██░░▓▓██░░▓▓ ██▒▒▓▓░░▒▒██░░▓▓ ██▒▒▓▓░░▒▒▓▓░░▒▒

    min 0%   median 50%   max 100%    0 ░▒▓█ 100%
    ");
    insta::assert_snapshot!(frame(256, 256, (44, 10), &Theme::PLAIN), @"
      0 04715826 93704815 92603714 82593604
     32 71582693 70481592 60371482 59360471
     64 58269360 48158269 37048159 26037148
     96 25936047 15826937 04815926 03714825
    128 93604715 82693704 81592603 71482593
    160 60471582 69360481 58269370 48159260
    192 37148259 36047158 26937048 15926037
    224 14825936 04715826 93704815 92603714

    min 0%   median 50%   max 100%
    ");
}

#[test]
fn too_many_cores_share_tiles_and_the_legend_says_so() {
    insta::assert_snapshot!(frame(1024, 1024, (32, 8), &Theme::FULL), @"
       0 ▒▓▒▓▓▒▒▒ ▓▓▓▒▓▓▒▒ ▒▓▒▓▒▓▓▒
     192 ▓▒▓▒▓▒▓▒ ▒▓▒▓▒▓▓▓ ▒▒▓▒▒▒▓▓
     384 ▓▒▒▓▒▓▒▓ ▒▓▒▒▓▒▓▒ ▓▒▓▓▒▒▒▓
     576 ▒▓▒▓▓▓▒▒ ▓▒▓▒▓▓▓▒ ▒▓▒▓▒▓▒▓
     768 ▓▒▓▒▓▒▓▒ ▓▓▒▒▒▓▓▓ ▒▓▓▒▒▒▓▒
     960 ▓▒▓▓▒▓▒▓

    8 cores a cell   0% to 100%
    ");
    assert_eq!(frame(1024, 1024, (32, 1), &Theme::FULL), "1024 cores, mean 50%");
}

#[test]
fn cores_that_may_not_be_used_stand_apart() {
    insta::assert_snapshot!(frame(8, 4, (24, 8), &Theme::FULL), @"
    0 ▉                   5%
    1 ███████▏           42%
    2 █████████████▍     79%
    3 ██▌                15%
    4 · not usable
    5 · not usable
    6 · not usable
    7 · not usable
    ");
    insta::assert_snapshot!(frame(64, 2, (32, 4), &Theme::FULL), @"
     0 █▎                         5%
     1 ██████████▏               42%

    · 62 not usable: 2–63
    ");
    insta::assert_snapshot!(frame(80, 64, (32, 8), &Theme::PLAIN), @"
     0 0 4 7 1 5 8 2 6 9 3 7 0
    12 4 8 1 5 9 2 6 0 3 7 1 4
    24 8 2 5 9 3 6 0 4 7 1 5 8
    36 2 6 9 3 7 0 4 8 1 5 9 2
    48 6 0 3 7 1 4 8 2 5 9 3 6
    60 0 4 7 1
    . 16 not usable: 64-79
    min 0%   median 48%   max 99%
    ");
    let flags: Vec<bool> = (0..8).map(|core| core % 3 == 1).collect();
    let cores = Cores { samples: &samples(8), own: None, usable: &flags, theme: &Theme::FULL };
    insta::assert_snapshot!(draw(cores, 40, 3, &Theme::FULL), @"
    1 █████         42%  7 ███████▌      62%
    4 ██████▎       52%
    · 5 not usable: 0, 2–3, 5–6
    ");
}

#[test]
fn nothing_sampled_is_said_calmly() {
    let cores = Cores { samples: &[], own: None, usable: &[], theme: &Theme::FULL };
    assert_eq!(draw(cores, 30, 1, &Theme::FULL).trim(), "no core sampled yet");
}

/// A frame with one busy core differs from every frame with another busy one: each has a place of its own.
#[test]
fn every_core_has_a_place_where_there_is_room() {
    for n in COUNTS {
        for (w, h) in [(32, 8), (80, 24), (120, 40), (200, 60)] {
            let frame_of = |core: usize| {
                let mut samples = vec![0.0; n];
                samples[core] = 1.0;
                draw(Cores { samples: &samples, own: None, usable: &[], theme: &Theme::FULL }, w, h, &Theme::FULL)
            };
            let first = frame_of(0);
            if first.contains("a cell") {
                assert!(n > usize::from(w - 5) * usize::from(h - 1) / 2, "{n} cores share cells at {w}×{h}");
                continue;
            }
            let step = (n / 64).max(1);
            let mut frames: Vec<String> = (0..n).step_by(step).map(frame_of).collect();
            let drawn = frames.len();
            frames.sort();
            frames.dedup();
            assert_eq!(frames.len(), drawn, "{n} cores at {w}×{h}");
        }
    }
}

/// Where cores share tiles there are as many tiles as the legend promises.
#[test]
fn no_core_is_left_out_of_the_tiles() {
    for n in [100, 256, 1000, 1024, 1500] {
        for (w, h) in [(24, 4), (32, 8), (40, 3), (80, 10), (17, 6)] {
            let text = frame(n, n, (w, h), &Theme::FULL);
            let Some((field, legend)) = text.rsplit_once('\n') else { continue };
            let per_tile = match legend.split_once(" a cell") {
                Some((count, _)) => count.trim_end_matches(" cores").parse::<usize>().unwrap(),
                None => 1,
            };
            let cells = field.chars().filter(|c| "░▒▓█".contains(*c)).count();
            let tiles = n.div_ceil(per_tile);
            assert!(cells == tiles || cells == 2 * tiles, "{n} cores at {w}×{h}: {cells} cells\n{text}");
        }
    }
}

#[test]
fn any_size_and_theme_will_do() {
    for theme in themes() {
        for n in COUNTS {
            for size in sizes() {
                frame(n, n, size, &theme);
                frame(n, n / 3, size, &theme);
                let own: Vec<f32> = samples(n).iter().map(|load| load / 2.0).collect();
                let cores = Cores { samples: &samples(n), own: Some(&own), usable: &[], theme: &theme };
                draw(cores, size.0, size.1, &theme);
            }
        }
    }
}

#[test]
fn figures_that_are_none_count_as_idle() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0, 7.0];
    let text = draw(Cores { samples: &odd, own: None, usable: &[], theme: &Theme::FULL }, 16, 5, &Theme::FULL);
    let percents: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().last()).collect();
    assert_eq!(percents, ["0%", "0%", "0%", "0%", "100%"]);
}

#[test]
fn ranges_are_short() {
    assert_eq!(ranges(&[0, 1, 2, 3, 8, 12, 13], "–"), "0–3, 8, 12–13");
    assert_eq!(ranges(&[], "–"), "");
}

proptest! {
    #[test]
    fn nothing_breaks_it(
        samples in proptest::collection::vec(any::<f32>(), 0..600),
        own in proptest::option::of(proptest::collection::vec(any::<f32>(), 0..600)),
        usable in proptest::collection::vec(any::<bool>(), 0..600),
        w in 0u16..130, h in 0u16..40,
    ) {
        for theme in [Theme::FULL, Theme::PLAIN] {
            let cores = Cores { samples: &samples, own: own.as_deref(), usable: &usable, theme: &theme };
            cores.legends(Rect::new(0, 0, w, h));
            draw(cores, w, h, &theme);
        }
    }
}
