//! What a frame costs: the median time to draw the larger widgets into a buffer.
//!
//! `cargo bench --bench frame`. It fails if 1 024 cores take 2 ms or more, which is what a screen that must not
//! disturb the measurement can afford ten times a second.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use parlab::chart::{Chart, ChartPoint, ChartReference, ChartSeries, SeriesMark, XAxisKind};
use parlab::record::LaneState;
use parlab::tui::theme::{Role, Theme};
use parlab::tui::widgets::{Cores, Label, LaneFold, LaneRow, Lanes, Plot, Segment};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

const FRAMES: usize = 400;
const LIMIT_US: f64 = 2000.0;

fn main() -> ExitCode {
    let theme = Theme::FULL;
    let samples: Vec<f32> = (0..1024_u16).map(|i| f32::from(i * 37 % 101) / 100.0).collect();
    let usable: Vec<bool> = (0..1024).map(|core| core < 960).collect();
    let own: Vec<f32> = samples.iter().map(|load| load / 2.0).collect();
    let cores = Cores { samples: &samples, own: Some(&own), usable: &usable, theme: &theme };
    let worst = [(200, 60), (80, 24), (32, 8)].map(|size| report("1 024 cores", size, cores));

    let chart = chart();
    let plot = Plot { chart: &chart, selected: Some((1, 9)), theme: &theme };
    report("3 series of 16 points", (120, 40), plot);
    report("3 series of 16 points", (32, 10), plot);

    for (workers, tasks) in [(8, 12), (64, 150), (1024, 100)] {
        let spans = spans(workers, tasks);
        let rows: Vec<LaneRow<'_>> = spans.iter().enumerate().map(|(i, spans)| lane(i, spans)).collect();
        let lanes = Lanes {
            lanes: &rows,
            now_s: 9.0,
            from_s: 0.0,
            span_s: 10.0,
            locked: false,
            fold: LaneFold::Folded,
            work: Role::Backend(2),
            theme: &theme,
        };
        report(&format!("{workers} lanes of {tasks} tasks"), (120, 40), lanes);
    }
    if worst.into_iter().all(|us| us < LIMIT_US) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Draws many frames, prints the median time of one in microseconds, and returns it.
fn report(what: &str, (width, height): (u16, u16), widget: impl Widget + Copy) -> f64 {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    let mut times: Vec<f64> = (0..FRAMES)
        .map(|_| {
            buf.reset();
            let start = Instant::now();
            widget.render(area, black_box(&mut buf));
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let median_us = times[FRAMES / 2];
    println!("{what:<24} {width:>3}×{height:<3} {median_us:>8.1} µs a frame");
    median_us
}

fn chart() -> Chart {
    let point = |n: f64, serial: f64| {
        let y = 1.0 / (serial + (1.0 - serial) / n);
        ChartPoint { x: n, y, low: y * 0.95, high: y * 1.05, is_sure: true }
    };
    let named = |(mark, name): (usize, &str)| {
        let points = (1..=16).map(|n| point(f64::from(n), 0.02 + 0.05 * mark as f64)).collect();
        ChartSeries {
            name: name.to_owned(),
            mark: SeriesMark { family: mark, member: 0 },
            points,
            ..ChartSeries::default()
        }
    };
    Chart {
        series: ["processes", "threads", "hybrid"].into_iter().enumerate().map(named).collect(),
        predictions: Vec::new(),
        reference: Some(ChartReference::Ideal { slope: 1.0, until: None }),
        x_kind: XAxisKind::Workers,
        x_label: "workers".to_owned(),
        y_label: "speedup".to_owned(),
        ..Chart::default()
    }
}

fn spans(workers: usize, tasks: usize) -> Vec<Vec<Segment>> {
    let length_s = 9.0 / tasks as f64;
    let task = |i: usize| Segment {
        start_s: i as f64 * length_s,
        end_s: (i + 1 < tasks).then_some((i as f64 + 0.9) * length_s),
        label: Label::Input(i as f64),
        failed: i % 41 == 40,
    };
    vec![(0..tasks).map(task).collect(); workers]
}

fn lane(worker: usize, spans: &[Segment]) -> LaneRow<'_> {
    LaneRow {
        label: worker.to_string(),
        state: LaneState::Running,
        spans,
        busy: &[],
        did: [&[]; 8],
        turns: &[],
        share: Some(0.5),
        note: String::new(),
    }
}
