//! How far the trial on the screen is, and the run: two bars with what they count.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::state::RunMonitor;
use crate::scenario::PlannedTrial;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Gauge, GaugeProgress, paint};
use crate::units;

/// Columns that a gauge takes beside its text: its name, a bar that tells something, the percentage.
const GAUGE_MIN: u16 = 27;

/// Draws both in a frame.
pub(super) fn render(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block(&trial_title(run, theme, area.width.saturating_sub(4)), area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let run_text = run_text(run);
    let tasks = tasks_text(run, inner.width.saturating_sub(GAUGE_MIN));
    let text_width = paint::width(theme, &tasks).max(paint::width(theme, &run_text));
    let trial = if run.is_starting() {
        GaugeProgress::Unknown { clock_s: run.elapsed_s() }
    } else {
        GaugeProgress::Fraction(run.trial_fraction())
    };
    let unknown = GaugeProgress::Unknown { clock_s: run.elapsed_s() };
    let whole = run.run_fraction().map_or(unknown, GaugeProgress::Fraction);
    let gauges = [("trial", trial, tasks), ("run", whole, run_text)];
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
    // Of what is measured again the blocks' numbers go on, though not all configurations are in each.
    let alike = |trials: &[PlannedTrial]| {
        trials.iter().filter(|t| t.warmup == trial.warmup && t.config == trial.config).count()
    };
    let rounds = alike(trials);
    let round = if trial.warmup { "warm-up" } else { "repeat" };
    let label = crate::record::label_at(config);
    let number = run.trial.unwrap_or(0) + 1;
    let (all, repeat) = (trials.len(), alike(trials.get(..number).unwrap_or_default()));
    let full = format!("trial {number} of {all} · {label} · {round} {repeat} of {rounds}");
    let tight = format!("trial {number}/{all} · {label} · {round} {repeat}/{rounds}");
    let short = format!("trial {number}/{all} · {label}");
    [full, tight, short].into_iter().find(|title| paint::width(theme, title) <= width).unwrap_or(label)
}

fn tasks_text(run: &RunMonitor, room: u16) -> String {
    if run.is_starting() {
        let workers = run.planned_trial().map_or(0, |(_, config)| config.workers);
        return format!("starting {} of {workers}", run.snapshot.started.min(workers));
    }
    let tasks = run.tasks();
    let plural = if tasks == 1 { "task" } else { "tasks" };
    let parts = run.snapshot.lanes.iter().any(|lane| lane.fraction.is_some()) && run.record.current.is_some();
    if parts && tasks < 1_000 {
        return format!("{:.1} of {tasks} {plural}", run.tasks_done());
    }
    // Of whole tasks too, those in hand count by their parts, or the percentage beside would say otherwise.
    let done = run.tasks_done();
    let full = format!("{} of {} {plural}", units::count(done as u64), units::count(tasks));
    if full.chars().count() <= usize::from(room) {
        return full;
    }
    format!("{} of {}", units::scaled(done.floor()), units::scaled(tasks as f64))
}

fn run_text(run: &RunMonitor) -> String {
    if !run.is_on() {
        return format!("took {}", units::seconds(run.elapsed_s()));
    }
    if run.run_fraction().is_none() {
        return format!("block {}", run.record.blocks());
    }
    match run.eta_s() {
        // Tenths of a second would only flicker.
        Some(s) if s.round() < 100.0 => format!("ETA {s:.0} s"),
        Some(s) => format!("ETA {}", units::seconds(s.round())),
        None => "ETA not known yet".to_owned(),
    }
}
