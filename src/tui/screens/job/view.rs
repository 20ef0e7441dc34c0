//! The job on top, its run below.
//!
//! ```text
//! ╭ job 4711 ───────────────────────────────────────────────────────────────────╮
//! │ state     waits: jobs of higher priority come first (Priority)              │
//! │ start     expected 2026-11-28T10:00:00                                      │
//! │ queue     place 2 of 7 in main                                              │
//! ╰─────────────────────────────────────────────────────────────────────────────╯
//! ╭ trial 5 of 12 · processes × 2 · repeat 2 of 3 ──────────────────────────────╮
//! │ …
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::state::JobMonitor;
use crate::batch::{JobEnd, JobPhase, JobState, ended_in_words, place_in_words, reason_in_words, state_in_words};
use crate::foreign::printable;
use crate::tui::screens::prose::ProseColumn;
use crate::tui::screens::run;
use crate::tui::screens::run::state::RunMonitor;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// Rows that the run's panels need to say anything, and those that are left to them where more has to be said of the job.
const RUN_MIN: u16 = 14;
const RUN_LEAST: u16 = 4;

/// Draws the job, and its run once that has begun.
pub(super) fn render(
    job: &JobMonitor,
    run: Option<&RunMonitor>,
    is_asking: bool,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let run = run.filter(|run| !run.is_preparing());
    let width = area.width.saturating_sub(4);
    let mut column = ProseColumn::new(theme, width);
    if is_asking {
        question(job, &mut column);
    } else {
        facts(job, run.is_some(), &mut column);
    }
    let wanted = column.height().saturating_add(2);
    let height = match run {
        Some(_) => {
            let has_more_to_say = is_asking || job.ended().is_some_and(|end| end != JobEnd::Completed);
            let run = if has_more_to_say { RUN_LEAST } else { RUN_MIN };
            wanted.min(area.height.saturating_sub(run)).max(3)
        }
        None => area.height,
    };
    let panel = Rect { height: height.min(area.height), ..area };
    let block = theme.block(&format!("job {}", job.job.id), panel.width);
    let inner = paint::padded(block.inner(panel));
    block.render(panel, buf);
    column.render(0, inner, buf);
    if let Some(run) = run {
        let below = Rect { y: panel.bottom(), height: area.height - panel.height, ..area };
        run::followed(run, theme, below, buf);
    }
}

fn question(job: &JobMonitor, column: &mut ProseColumn<'_>) {
    column.text(&format!("Cancel job {}, whether it waits or runs?", job.job.id), Role::Warn);
    column.text("y cancels it; what it has measured so far is kept. esc leaves it alone.", Role::Text);
}

fn facts(job: &JobMonitor, has_run: bool, column: &mut ProseColumn<'_>) {
    let known = &job.job;
    let (state, role) = match job.ended() {
        Some(end) => (ended_in_words(end, known.exit), role_of(end)),
        None => (state_in_words(known), Role::Accent),
    };
    column.field("state", &state, role);
    let waiting = known.rows.iter().find(|row| row.state == JobState::Pending);
    if known.phase == JobPhase::Pending {
        let reason = waiting.and_then(|row| row.reason.as_deref());
        reason.into_iter().for_each(|reason| column.field("reason", &reason_in_words(reason), Role::Text));
        let start = waiting.and_then(|row| row.start.as_deref());
        let start = start.map_or("not known yet".to_owned(), |at| format!("expected {}", printable(at)));
        column.field("start", &start, Role::Text);
        place_in_words(known).into_iter().for_each(|place| column.field("queue", &place, Role::Text));
    }
    if let Some(silence) = &known.silence {
        let times = if silence.times > 1 { format!(", {} times", silence.times) } else { String::new() };
        let why = format!("by what was last known: {}{times}; the job is not affected", silence.why);
        column.field("unsure", &why, Role::Warn);
    }
    if job.is_cancelled && job.ended().is_none() {
        column.field("asked", "it is being cancelled", Role::Warn);
    }
    job.refusal.iter().for_each(|why| column.field("refused", &format!("it was not cancelled: {why}"), Role::Bad));
    job.unreadable.iter().for_each(|why| column.field("journal", why, Role::Bad));
    if !job.output.is_empty() {
        column.field("output", "it ends with:", Role::Text);
        job.output.iter().for_each(|line| column.text(&format!("  {line}"), Role::Dim));
    }
    if !has_run && job.ended().is_none() {
        column.blank();
        let id = known.id;
        let text = "Its run is shown here as soon as that begins. q closes this screen and leaves the job alone;";
        column.text(&format!("{text} parlab submit --attach {id} comes back to it. c cancels it."), Role::Dim);
    }
}

fn role_of(end: JobEnd) -> Role {
    match end {
        JobEnd::Completed => Role::Good,
        JobEnd::Unknown | JobEnd::Cancelled => Role::Warn,
        _ => Role::Bad,
    }
}
