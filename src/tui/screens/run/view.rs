//! A run as it goes: cores, progress, workers over time, the speedup so far.
//!
//! ```text
//! ╭ cores ─────────────────────────╮╭ trial 5 of 12 · processes × 2 · repeat 2 of 3 ─────────────────────╮
//! │ 0 ██████████████████████▎  91% ││ trial ██████████████████░░░░░░░░░░   62 %   2.5 of 4 tasks         │
//! │ 1 ███████████▊             47% ││ run   ██████████░░░░░░░░░░░░░░░░░░   38 %   ETA 12 s               │
//! │ 2 ▏                         1% │╰────────────────────────────────────────────────────────────────────╯
//! ╰────────────────────────────────╯╭ workers ───────────────────────────────────────────────────────────╮
//! ╭ speedup so far ────────────────╮│ 0  ▐1▌▐──────────── 8 ────────────────                            │
//! │ 4┤            ⢀⠔ ideal         ││ 1  ▐─1.5─▌▐── 2 ──▌                                               │
//! │ 2┤      ⡠⠊●   ○ threads        │╰────────────────────────────────────────────────────────────────────╯
//! │ 1┤ ●                           │ wall 4.21 s   start-up 1.8 ms   12.4 tasks/s   tasks done 3 of 4
//! ╰─┴──1───2───3───4───────────────╯ worker 1 (pid 4711) killed by SIGKILL while it held task 3: retried
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Styled};
use ratatui::widgets::{Block, Widget as _};

use super::state::{Drawing, Ending, RunMonitor};
use super::{lock, memory};
use crate::machine::Sample;
use crate::record::{LaneState, LaneView, SPANS_MAX, Snapshot, TrialEnd, TrialOutcome};
use crate::results::tally_figure;
use crate::tui::screens::prose::wrap;
use crate::tui::screens::results::view as results;
use crate::tui::screens::scores::Picture;
use crate::tui::screens::speedups::{self, TableMarks};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Cores, Gauge, GaugeProgress, Label, LaneRow, Lanes, Segment, paint};
use crate::units;

/// Rows of the trial's panel.
const PROGRESS: u16 = 4;
/// Rows that a chart needs to say anything.
const CHART_MIN: u16 = 8;
/// Rows that a lesson needs to say anything.
const LESSON_MIN: u16 = 6;
/// Rows that a table needs to say anything.
const TABLE_MIN: u16 = 5;

/// Draws a run, and the cores if there is a sample of them.
pub(super) fn render(run: &RunMonitor, sample: Option<&Sample>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let width = area.width * 2 / 5;
    let left = Rect { width, ..area };
    let right = Rect { x: left.right(), width: area.width - width, ..area };
    let cores_height = cores_height(sample, left);
    cores(sample, theme, Rect { height: cores_height, ..left }, buf);
    let chart = Rect { y: left.y + cores_height, height: left.height - cores_height, ..left };
    let picture = run.finding().map(|scores| Picture::of(scores, theme));
    let on_left = picture.as_ref().and_then(|picture| below_the_chart(picture, chart));
    speedup(run, theme, Rect { height: chart.height - on_left.map_or(0, |place| place.height), ..chart }, buf);
    if let (Some(picture), Some(place)) = (&picture, on_left) {
        picture.render(place, buf);
    }

    progress(run, theme, Rect { height: PROGRESS, ..right }, buf);
    let news = news_lines(run, theme, right);
    let middle = Rect { y: right.y + PROGRESS, height: right.height - PROGRESS - 1 - news.len() as u16, ..right };
    let lanes_height = lanes_height(run, middle.height);
    workers(run, theme, Rect { height: lanes_height, ..middle }, buf);
    let table = Rect { y: middle.y + lanes_height, height: middle.height - lanes_height, ..middle };
    let on_right = picture.filter(|picture| on_left.is_none() && table.height >= picture.height_min());
    if let Some(picture) = on_right {
        picture.render(table, buf);
    } else if table.height > 0 {
        let lesson = lesson_place(run, table);
        let table = Rect { height: table.height - lesson.map_or(0, |lesson| lesson.height), ..table };
        let marks = TableMarks { selected: None, running: run.running_row() };
        speedups::table(run.figures(), marks, "so far", theme, table, buf);
        if let Some(place) = lesson {
            results::lesson(run, None, theme, place, buf);
        }
    }
    let below = Rect { x: right.x + 1, width: right.width.saturating_sub(2), ..right };
    figures(run, theme, Rect { y: middle.bottom(), height: 1, ..below }, buf);
    for (y, (line, role)) in (middle.bottom() + 1..).zip(&news) {
        paint::put(buf, below, (below.x, y), line, theme, theme.style(*role));
    }
}

/// What the largest trial of the plan needs, so that the picture stands still from trial to trial; half of that with
/// two lanes a row, or all there is, if the rest would not do for a table.
fn lanes_height(run: &RunMonitor, room: u16) -> u16 {
    let plan = run.record.planned.as_ref().map(|planned| &planned.plan);
    let workers = plan.and_then(|plan| plan.configs.iter().map(|config| config.workers).max()).unwrap_or(1);
    let other = 3 + lock::height(run);
    let wanted = u16::try_from(workers).unwrap_or(u16::MAX).saturating_add(other).max(5);
    let two_a_row = u16::try_from(workers.div_ceil(2)).unwrap_or(u16::MAX).saturating_add(other).max(5);
    let with_table = |height: &u16| height.saturating_add(TABLE_MIN) <= room;
    [wanted, two_a_row].into_iter().find(with_table).unwrap_or(room)
}

/// Where the lesson stands: below the table, if that leaves room to spare on a large screen.
fn lesson_place(run: &RunMonitor, table: Rect) -> Option<Rect> {
    let rows = u16::try_from(run.figures().rows.len()).unwrap_or(u16::MAX).saturating_add(3);
    let height = table.height.checked_sub(rows).filter(|height| *height >= LESSON_MIN)?;
    let has_one = !results::lesson_text(run).is_empty();
    has_one.then_some(Rect { y: table.y + rows, height, ..table })
}

/// Where the scores stand below the chart, if that leaves it what it needs.
fn below_the_chart(picture: &Picture<'_>, chart: Rect) -> Option<Rect> {
    let room = chart.height.saturating_sub(CHART_MIN);
    let height = picture.height().min(room);
    (height >= picture.height_min()).then_some(Rect { y: chart.bottom() - height, height, ..chart })
}

/// As many rows as there are cores, as long as the chart keeps what it needs.
fn cores_height(sample: Option<&Sample>, area: Rect) -> u16 {
    let cores = sample.map_or(1, |sample| sample.cores.len());
    let wanted = u16::try_from(cores).unwrap_or(u16::MAX).saturating_add(2).max(4);
    let most = if wanted <= area.height - CHART_MIN { area.height - CHART_MIN } else { area.height / 2 };
    wanted.min(most).max(3)
}

fn cores(sample: Option<&Sample>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block("cores", area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    match sample {
        Some(sample) => {
            let usable: Vec<bool> = sample.layout.iter().map(|core| core.usable).collect();
            Cores { samples: &sample.cores, usable: &usable, theme }.render(inner, buf);
        }
        None => paint::put_centred(buf, inner, "not sampled yet", theme, theme.style(Role::Dim)),
    }
}

fn speedup(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block(&format!("{} so far", speedups::title(run.figures())), area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    speedups::render(run, None, theme, inner, buf);
}

fn progress(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block(&trial_title(run, theme, area.width.saturating_sub(4)), area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let (tasks, run_text) = (tasks_text(run), run_text(run));
    let text_width = paint::width(theme, &tasks).max(paint::width(theme, &run_text));
    let trial = if run.is_hiring() {
        GaugeProgress::Unknown { clock_s: run.elapsed_s() }
    } else {
        GaugeProgress::Fraction(run.trial_fraction())
    };
    let gauges = [("trial", trial, tasks), ("run", GaugeProgress::Fraction(run.run_fraction()), run_text)];
    for (y, (name, progress, text)) in (inner.y..inner.bottom()).zip(&gauges) {
        paint::put(buf, inner, (inner.x, y), name, theme, theme.style(Role::Dim));
        let place = Rect { x: inner.x + 6, y, width: inner.width.saturating_sub(6), height: 1 };
        Gauge { progress: *progress, text, text_width, role: Role::Accent, theme }.render(place, buf);
    }
}

/// The trial on the screen: `trial 5 of 12 · processes × 2 · repeat 2 of 3`, or less of it where room is short.
fn trial_title(run: &RunMonitor, theme: &Theme, width: u16) -> String {
    let (Some((trial, config)), Some(planned)) = (run.planned_trial(), &run.record.planned) else {
        return "preparing".to_owned();
    };
    let trials = &planned.plan.trials;
    let rounds = trials.iter().filter(|t| t.warmup == trial.warmup && t.config == trial.config).count();
    let round = if trial.warmup { "warm-up" } else { "repeat" };
    let label = crate::record::label_at(config);
    let number = run.trial.unwrap_or(0) + 1;
    let (all, repeat) = (trials.len(), trial.repeat + 1);
    let full = format!("trial {number} of {all} · {label} · {round} {repeat} of {rounds}");
    let tight = format!("trial {number}/{all} · {label} · {round} {repeat}/{rounds}");
    let short = format!("trial {number}/{all} · {label}");
    [full, tight, short].into_iter().find(|title| paint::width(theme, title) <= width).unwrap_or(label)
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

fn tasks_text(run: &RunMonitor) -> String {
    if run.is_hiring() {
        let workers = run.planned_trial().map_or(0, |(_, config)| config.workers);
        return format!("hiring {} of {workers}", run.snapshot.hired.min(workers));
    }
    let tasks = run.tasks();
    let plural = if tasks == 1 { "task" } else { "tasks" };
    let parts = run.snapshot.lanes.iter().any(|lane| lane.fraction.is_some()) && run.record.current.is_some();
    if parts && tasks < 1_000 {
        return format!("{:.1} of {tasks} {plural}", run.tasks_done());
    }
    // Of whole tasks too, those in hand count by their parts, or the percentage beside would say otherwise.
    format!("{} of {} {plural}", units::count(run.tasks_done() as u64), units::count(tasks))
}

fn run_text(run: &RunMonitor) -> String {
    if !run.is_on() {
        return format!("took {}", units::seconds(run.elapsed_s()));
    }
    match run.eta_s() {
        // Tenths of a second would only flicker.
        Some(s) if s.round() < 100.0 => format!("ETA {s:.0} s"),
        Some(s) => format!("ETA {}", units::seconds(s.round())),
        None => "ETA not known yet".to_owned(),
    }
}

fn workers(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = workers_block(run, theme, area.width);
    let block = lock::with_legend(with_state(block, run, theme), run, work(run), theme, area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let snapshot = &run.snapshot;
    let now_s = wall_s(run);
    // What a worker had in hand when its trial was broken off may be why it was.
    let broken_off = run.outcome().is_some_and(|outcome| outcome.end != TrialEnd::Complete);
    let segments = segments(snapshot, run.record.current.is_some() || broken_off);
    // Lanes leave a third of their width for words, and a blank before them.
    let room = (inner.width / 3).saturating_sub(1);
    let lanes: Vec<LaneRow> = snapshot
        .lanes
        .iter()
        .enumerate()
        .map(|(worker, lane)| LaneRow {
            label: worker.to_string(),
            state: lane.state,
            spans: segments.get(worker).map_or(&[], |segments| segments),
            busy: run.history.of(worker),
            lock: run.history.lock_of(worker),
            note: note(lane, memory::of_worker(snapshot, worker, room, theme)),
        })
        .collect();
    let below = lock::height(run).min(inner.height.saturating_sub(1));
    let place = Rect { height: inner.height - below, ..inner };
    Lanes { lanes: &lanes, now_s, span_s: span_s(now_s, run), work: work(run), theme }.render(place, buf);
    lock::render(run, theme, Rect { y: place.bottom(), height: below, ..inner }, buf);
}

/// The frame of the lanes, which says whose they are: `workers ● threads × 2`.
fn workers_block(run: &RunMonitor, theme: &Theme, width: u16) -> Block<'static> {
    match run.row_on_screen() {
        Some(row) => theme.block_of("workers", (row.mark, &row.label), width),
        None => theme.block("workers", width),
    }
}

/// Seconds of the trial on the screen: as measured, if it ran to its end; else as seen.
fn wall_s(run: &RunMonitor) -> f64 {
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
fn work(run: &RunMonitor) -> Role {
    run.row_on_screen().map_or(Role::Text, |row| Role::Backend(row.mark.family))
}

fn note(lane: &LaneView, memory: Option<String>) -> String {
    match (lane.state, lane.lock, memory) {
        (LaneState::Stalled | LaneState::Lost, ..) if lane.pid > 0 => format!("pid {}", lane.pid),
        (LaneState::Running | LaneState::Finished, _, Some(memory)) => memory,
        (LaneState::Running | LaneState::Finished, Some(lock), None) => lock::word(lock.activity).to_owned(),
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

/// The trial in figures: `wall 4.21 s   start-up 1.8 ms   12.4 tasks/s   tasks done 3 of 4`.
fn figures(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let outcome = run.outcome();
    let wall_s = wall_s(run);
    let startup_s = outcome.map_or(run.record.current_startup_s, |outcome| outcome.startup_s);
    let done = run.snapshot.done;
    let mut parts: Vec<(&str, String, &str)> = Vec::new();
    if let Some(startup_s) = startup_s.filter(|_| run.figures().include_startup) {
        parts.push(("wall + start-up ", units::seconds(wall_s + startup_s), ""));
    }
    parts.push(("wall ", units::seconds(wall_s), ""));
    if let Some((name, value)) = outcome.and_then(|outcome| telling(run, outcome)) {
        parts.push((name, format!(" {}", tally_figure(value)), ""));
    }
    if let Some(startup_s) = startup_s {
        parts.push(("start-up ", units::seconds(startup_s), ""));
    }
    if wall_s > 0.0 && done > 0 {
        parts.push(("", units::scaled(done as f64 / wall_s), " tasks/s"));
    }
    if run.snapshot.failed > 0 {
        parts.push(("failed ", units::count(run.snapshot.failed), ""));
    }
    let area = memory::in_all(&run.snapshot, theme, area, buf);
    let mut x = area.x;
    for (i, (before, figure, after)) in parts.iter().enumerate() {
        let gap = if i == 0 { 0 } else { 3 };
        let width = gap + [before, figure.as_str(), after].iter().map(|text| paint::width(theme, text)).sum::<u16>();
        if x + width > area.right() {
            break;
        }
        x = paint::put(buf, area, (x + gap, area.y), before, theme, theme.style(Role::Dim));
        x = paint::put(buf, area, (x, area.y), figure, theme, theme.style(Role::Text));
        x = paint::put(buf, area, (x, area.y), after, theme, theme.style(Role::Dim));
    }
}

/// What the trial's tasks left that tells most, and what that is called.
fn telling<'a>(run: &'a RunMonitor, outcome: &TrialOutcome) -> Option<(&'a str, f64)> {
    let name = run.figures().tally.first()?;
    Some((name, *outcome.tally.as_ref()?.get(*name)?))
}

/// The latest news as lines, newest last: as many whole pieces as there is room for, the newest in any case.
fn news_lines(run: &RunMonitor, theme: &Theme, area: Rect) -> Vec<(String, Role)> {
    let most = if area.height >= 32 { 6 } else { 2 };
    let mut lines: Vec<(String, Role)> = Vec::new();
    for news in run.news.iter().rev() {
        let mut piece = wrap(theme, &news.text, area.width.saturating_sub(2));
        piece.truncate(most);
        if lines.len() + piece.len() > most {
            break;
        }
        lines.splice(0..0, piece.into_iter().map(|line| (line, news.role)));
    }
    lines
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
