//! The lanes of the trial on the screen, in their frame: what stands on each, and what time they span.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Styled};
use ratatui::widgets::{Block, Widget as _};

use super::shares::TimeShares;
use super::state::{Drawing, Ending, RunMonitor};
use super::{lock, memory, shares};
use crate::foreign::escaped;
use crate::record::{LaneKind, LaneState, LaneView, SPANS_MAX, Snapshot, TrialEnd};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Label, LaneRow, Lanes, Segment, paint};

/// The halves of the screen.
pub(super) fn halves(area: Rect) -> (Rect, Rect) {
    let width = area.width * 2 / 5;
    let left = Rect { width, ..area };
    (left, Rect { x: left.right(), width: area.width - width, ..area })
}

pub(super) fn lanes_panel(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let snapshot = &run.snapshot;
    let now_s = wall_s(run);
    // What a worker had in hand when its trial was broken off may be why it was.
    let broken_off = run.outcome().is_some_and(|outcome| outcome.end != TrialEnd::Complete);
    let segments = segments(snapshot, run.record.current.is_some() || broken_off);
    let place = lanes_place(run, area);
    // Lanes leave a third of their width for words, and a blank before them.
    let room = (place.width / 3).saturating_sub(1);
    let rows: Vec<LaneRow> = (0..snapshot.lanes.len())
        .map(|worker| lane_row(run, worker, segments.get(worker).map_or(&[], |segments| segments), room, theme))
        .collect();
    let (from_s, span_s) = run.look.zoom.edges(now_s, span_s(now_s, run));
    let (locked, work) = (lock::has_lock(run) || lock::is_of_threads(run), work(run));
    let lanes = Lanes { lanes: &rows, now_s, from_s, span_s, locked, fold: run.look.fold, work, theme };
    let hint: Vec<String> = run.look.zoom.words().into_iter().chain(lanes.sight(place)).collect();
    let hint = hint.join(" · ");
    let taken = if hint.is_empty() { 0 } else { paint::width(theme, &hint) + 3 };
    let block = with_state(workers_block(run, theme, area.width), run, theme);
    let block = lock::with_legend(block, run, work, theme, area.width.saturating_sub(4 + taken));
    block.render(area, buf);
    if !hint.is_empty() {
        paint::on_frame(buf, area, &hint, theme);
    }
    lanes.render(place, buf);
    let below = Rect { y: place.bottom(), height: (area.bottom() - 1).saturating_sub(place.bottom()), ..place };
    lock::render(run, theme, below, buf);
}

/// A worker's lane, with what stands at its end in so many columns at most.
fn lane_row<'a>(run: &'a RunMonitor, worker: usize, spans: &'a [Segment], room: u16, theme: &Theme) -> LaneRow<'a> {
    let lane = &run.snapshot.lanes[worker];
    let shares = TimeShares::of(lane, run.snapshot.elapsed_s);
    LaneRow {
        label: if lane.name.is_empty() { worker.to_string() } else { escaped(&lane.name).into_owned() },
        state: lane.state,
        spans,
        busy: run.history.of(worker),
        did: run.history.did(worker),
        turns: &lane.turns,
        share: shares.map(|shares| shares.computed),
        note: note(run, lane, memory::of_worker(&run.snapshot, worker, room, theme), room),
    }
}

/// The frame of the lanes, which says whose they are: `workers ● threads × 2`.
fn workers_block(run: &RunMonitor, theme: &Theme, width: u16) -> Block<'static> {
    let name = match run.snapshot.lanes.first().map(|lane| lane.kind) {
        Some(LaneKind::Thread) => "threads",
        Some(LaneKind::Rank) => "ranks",
        _ => "workers",
    };
    match run.row_on_screen() {
        Some(row) => theme.block_of(name, (row.mark, &row.label), width),
        None => theme.block(name, width),
    }
}

/// Seconds of the trial on the screen: as measured, if it ran to its end; else as seen.
pub(super) fn wall_s(run: &RunMonitor) -> f64 {
    let complete = run.outcome().filter(|outcome| outcome.end == TrialEnd::Complete);
    complete.map_or(run.snapshot.elapsed_s, |outcome| outcome.wall_s)
}

/// Tasks by worker; none where there are too many to draw.
fn segments(snapshot: &Snapshot, with_open: bool) -> Vec<Vec<Segment>> {
    if snapshot.spans.len() > SPANS_MAX as usize || (snapshot.spans.is_empty() && snapshot.done > 0) {
        return Vec::new();
    }
    let mut out: Vec<Vec<Segment>> = vec![Vec::new(); snapshot.lanes.len()];
    for span in &snapshot.spans {
        if let Some(lane) = out.get_mut(span.worker as usize) {
            let label = Label::Input(span.x);
            lane.push(Segment { start_s: span.start_s, end_s: Some(span.end_s), label, failed: span.failed });
        }
    }
    if with_open {
        for (lane, segments) in snapshot.lanes.iter().zip(&mut out).filter(|(lane, _)| lane.task.is_some()) {
            let start_s = lane.task_started_s;
            let label = lane.x.map_or(Label::None, Label::Input);
            segments.push(Segment { start_s, end_s: None, label, failed: false });
        }
    }
    out
}

/// How the work of the trial on the screen looks: as its backend does everywhere.
pub(super) fn work(run: &RunMonitor) -> Role {
    run.row_on_screen().map_or(Role::Text, |row| Role::Backend(row.mark.family))
}

fn note(run: &RunMonitor, lane: &LaneView, memory: Option<String>, room: u16) -> String {
    match (lane.state, memory) {
        (LaneState::Running | LaneState::Finished, _) if !lane.kind.is_worker() => shares::of_thread(lane, room),
        (LaneState::Stalled | LaneState::Lost, _) if lane.pid > 0 => format!("pid {}", lane.pid),
        (LaneState::Running | LaneState::Finished, Some(memory)) => memory,
        (LaneState::Running | LaneState::Finished, None) => shares::words(lane, run.snapshot.elapsed_s, room),
        _ => String::new(),
    }
}

/// The time at the right edge: what the trial took the last time, else the next round figure, so that the picture
/// does not shift with every frame.
fn span_s(now_s: f64, run: &RunMonitor) -> f64 {
    if run.record.current.is_none() {
        return now_s.max(1e-9);
    }
    match run.expected_s() {
        Some(expected_s) if expected_s >= now_s => expected_s,
        _ => round_up(now_s * 1.05),
    }
}

/// The next of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, …
fn round_up(s: f64) -> f64 {
    if !(s.is_finite() && s > 0.0) {
        return 0.1;
    }
    let decade = 10_f64.powf(s.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * decade).find(|&edge| edge >= s).unwrap_or(s).max(0.1)
}

/// The place of the lanes themselves within their panel.
pub(super) fn lanes_place(run: &RunMonitor, panel: Rect) -> Rect {
    let inner = Rect {
        y: panel.y + 1,
        height: panel.height.saturating_sub(2),
        x: panel.x + 2,
        width: panel.width.saturating_sub(4),
    };
    let below = lock::height(run).min(inner.height.saturating_sub(1));
    Rect { height: inner.height - below, ..inner }
}

/// Adds what the user should not miss to the panel's frame.
fn with_state(block: Block<'static>, run: &RunMonitor, theme: &Theme) -> Block<'static> {
    let (text, role) = match (run.is_on(), run.ending, run.drawing) {
        (false, _, _) => ("ended", Role::Dim),
        (true, Ending::Cancelling, _) => ("cancelling…", Role::Warn),
        (true, Ending::Killing, _) => ("killing…", Role::Bad),
        (true, Ending::NotAsked, Drawing::Frozen) => ("frozen: the run goes on", Role::Warn),
        (true, Ending::NotAsked, Drawing::Live) => return block,
    };
    let text = format!(" {} ", theme.text(text));
    block.title_top(Line::from(Styled::styled(text, theme.style(role))).right_aligned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_edge_is_a_round_figure() {
        for (now_s, edge_s) in [(0.0, 0.1), (0.13, 0.2), (0.95, 1.0), (1.01, 2.0), (4.0, 5.0), (61.0, 100.0)] {
            let got = round_up(now_s);
            assert!((got - edge_s).abs() < 1e-9, "{now_s}: {got}");
        }
        assert_eq!(round_up(f64::NAN), 0.1);
    }
}
