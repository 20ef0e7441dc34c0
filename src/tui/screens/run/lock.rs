//! An interpreter's lock on the screen of a run: who holds it, what it costs, and a legend to the lanes' marks.
//! Nothing at all where tasks are run without one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

use super::state::RunMonitor;
use crate::record::{Activity, LaneKind, LaneView, LockUse, LockView, TrialEnd};
use crate::scenario::Point;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{LaneDoing, paint};
use crate::units;

/// Rows that it takes.
pub(super) fn height(run: &RunMonitor) -> u16 {
    u16::from(has_lock(run))
}

pub(super) fn has_lock(run: &RunMonitor) -> bool {
    let is_locked = run.record.planned.as_ref().is_some_and(|planned| planned.scenario.interpreter.is_some());
    // Where it is emulated beside CPython, this one tells nothing of its own.
    let config =
        run.trial.and_then(|trial| run.record.plan()?.configs.get(run.record.plan()?.trials.get(trial)?.config));
    let point = config.and_then(|config| config.point.as_ref()).filter(|point| point.name().is_some());
    is_locked && point.is_none_or(Point::is_emulated)
}

/// Whether the lanes are threads of another program, or ranks: each tells all that it does.
pub(super) fn is_of_threads(run: &RunMonitor) -> bool {
    run.snapshot.lanes.first().is_some_and(|lane| matches!(lane.kind, LaneKind::Thread | LaneKind::Rank))
}

/// What a worker is doing, in a word; of one width, so that the time line beside it stands still.
pub(super) fn word(activity: Activity) -> &'static str {
    match activity {
        Activity::AtGate | Activity::Idle => "       ",
        Activity::Running => "lock   ",
        Activity::WaitingForLock => "waits  ",
        Activity::Blocked | Activity::Fetching | Activity::Delivering => "blocked",
        Activity::Native => "native ",
        Activity::Queued => "no CPU ",
        Activity::WaitingForGil => "GIL    ",
        Activity::Sending => "sends  ",
        Activity::Receiving => "receive",
        Activity::InCollective => "collect",
        Activity::WaitingForMessages => "waits  ",
    }
}

/// Adds to the panel's lower edge what the marks mean that are there; fewer of them where room is short.
pub(super) fn with_legend(
    block: Block<'static>,
    run: &RunMonitor,
    work: Role,
    theme: &Theme,
    room: u16,
) -> Block<'static> {
    let entries = entries(run);
    let legend = |entries: &[(LaneDoing, &str)]| {
        let mut spans = vec![Span::raw(" ")];
        for (state, word) in entries {
            spans.push(Span::styled(state.symbol(theme), theme.style(state.role(work))));
            spans.push(Span::styled(format!(" {word} "), theme.style(Role::Dim)));
        }
        Line::from(spans)
    };
    let fitting = (1..=entries.len()).rev().map(|n| legend(&entries[..n])).find(|l| l.width() <= usize::from(room));
    fitting.map_or(block.clone(), |legend| block.title_bottom(legend))
}

/// The part of a worker's time from which on a mark is explained.
const SEEN: f64 = 0.02;

/// What there is to explain: under a lock all that is done about it, else what takes some of the time of any worker.
fn entries(run: &RunMonitor) -> Vec<(LaneDoing, &'static str)> {
    if run.only_program().is_some() {
        return of_threads(run);
    }
    let is_about_a_lock = |doing: LaneDoing| {
        !matches!(doing, LaneDoing::Fetching | LaneDoing::Queued | LaneDoing::Messages | LaneDoing::Collective)
    };
    let takes_time = |activities: &[Activity]| {
        let part = |lane: &LaneView| activities.iter().map(|activity| lane.seconds[*activity as usize]).sum::<f64>();
        run.snapshot.lanes.iter().any(|lane| part(lane) > SEEN * run.snapshot.elapsed_s)
    };
    let is_seen = |doing: LaneDoing| match doing {
        LaneDoing::Blocked => takes_time(&[Activity::Blocked]),
        LaneDoing::Native => takes_time(&[Activity::Native]),
        LaneDoing::Fetching => takes_time(&[Activity::Fetching, Activity::Delivering]),
        LaneDoing::Running | LaneDoing::InTurns | LaneDoing::Waiting | LaneDoing::Queued => false,
        LaneDoing::Messages | LaneDoing::Collective => false,
    };
    let has_lock = has_lock(run);
    let is_told = |(doing, _): &(LaneDoing, _)| if has_lock { is_about_a_lock(*doing) } else { is_seen(*doing) };
    LaneDoing::ALL.into_iter().filter(is_told).collect()
}

/// What threads of other programs do, as far as any does it: where tasks are drawn, these show the work.
fn of_threads(run: &RunMonitor) -> Vec<(LaneDoing, &'static str)> {
    let took = |activities: &[Activity]| {
        let seconds = |lane: &LaneView| activities.iter().map(|activity| lane.seconds[*activity as usize]).sum::<f64>();
        run.snapshot.lanes.iter().map(seconds).sum::<f64>() > 0.0
    };
    let is_of_ranks = run.snapshot.lanes.first().is_some_and(|lane| lane.kind == LaneKind::Rank);
    let locks = took(&[Activity::WaitingForLock, Activity::WaitingForGil]);
    let requests = took(&[Activity::WaitingForMessages]);
    let gil = took(&[Activity::WaitingForGil]);
    let waiting = match (requests, gil) {
        (true, _) => "waits",
        (false, true) => "GIL, lock",
        (false, false) => "lock",
    };
    let all = [
        (LaneDoing::Running, if is_of_ranks { "computing" } else { "running" }, is_of_threads(run)),
        (LaneDoing::Messages, "messages", took(&[Activity::Sending, Activity::Receiving])),
        (LaneDoing::Collective, "collective", took(&[Activity::InCollective])),
        (LaneDoing::InTurns, "turns", is_of_threads(run) && (locks || is_of_ranks)),
        (LaneDoing::Waiting, waiting, locks || requests),
        (LaneDoing::Blocked, "in calls", took(&[Activity::Blocked])),
        (LaneDoing::Queued, "no CPU", took(&[Activity::Queued])),
    ];
    all.into_iter().filter(|(.., is_seen)| *is_seen).map(|(doing, word, _)| (doing, word)).collect()
}

/// `lock 1   held 98 %   154 waits   152 hand-overs`, in the first row of the area.
pub(super) fn render(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let (sums, wall_s) = sums(run);
    let locks = locks(run);
    let held = paint::percent(sums.held_s / (wall_s * f64::from(locks)));
    let waits = (units::count(sums.waits), if sums.waits == 1 { " wait" } else { " waits" });
    let handovers = (units::count(sums.handovers), if sums.handovers == 1 { " hand-over" } else { " hand-overs" });
    let holder = holder(run, locks, theme);
    let parts = [
        ("lock ", holder, ""),
        ("held ", format!("{held} %"), ""),
        ("", waits.0, waits.1),
        ("", handovers.0, handovers.1),
    ];
    let width = |(before, figure, after): &(&str, String, &str)| {
        [before, figure.as_str(), after].iter().map(|text| paint::width(theme, text)).sum::<u16>()
    };
    let all: u16 = parts.iter().map(width).sum();
    let gap = if all + 9 <= area.width { 3 } else { 1 };
    let mut x = area.x;
    for (i, part) in parts.iter().enumerate() {
        let begin = if i == 0 { x } else { x + gap };
        if begin + width(part) > area.right() {
            break;
        }
        let (before, figure, after) = part;
        x = paint::put(buf, area, (begin, area.y), before, theme, theme.style(Role::Dim));
        x = paint::put(buf, area, (x, area.y), figure, theme, theme.style(Role::Text));
        x = paint::put(buf, area, (x, area.y), after, theme, theme.style(Role::Dim));
    }
}

/// Interpreters of the trial on the screen, each with a lock.
fn locks(run: &RunMonitor) -> u32 {
    run.planned_trial().map_or(1, |(_, config)| config.forks().max(1))
}

/// Who has the lock. Padded, so that what follows stands still.
fn holder(run: &RunMonitor, locks: u32, theme: &Theme) -> String {
    let lanes = &run.snapshot.lanes;
    let holds = |lock: Option<LockView>| lock.is_some_and(|lock| lock.activity == Activity::Running);
    let holder = lanes.iter().position(|lane| holds(lane.lock)).filter(|_| run.record.current.is_some());
    let width = lanes.len().saturating_sub(1).to_string().len();
    match holder {
        _ if locks > 1 => "of each".to_owned(),
        Some(worker) => format!("{worker:>width$}"),
        None => format!("{:>width$}", theme.symbols().dash),
    }
}

/// What the lock cost in the trial on the screen, as measured if it ran to its end, else as seen; and in how long.
fn sums(run: &RunMonitor) -> (LockUse, f64) {
    let complete = run.outcome().filter(|outcome| outcome.end == TrialEnd::Complete);
    if let Some((lock, wall_s)) = complete.and_then(|outcome| Some((outcome.interpreter?, outcome.wall_s))) {
        return (lock, wall_s);
    }
    let nothing = LockUse { held_s: 0.0, waited_s: 0.0, waits: 0, handovers: 0 };
    let locks = run.snapshot.lanes.iter().filter_map(|lane| lane.lock);
    let sum = locks.fold(nothing, |sum, lock| LockUse {
        held_s: sum.held_s + lock.held_s,
        waited_s: sum.waited_s + lock.waited_s,
        waits: sum.waits.saturating_add(lock.waits),
        handovers: sum.handovers.saturating_add(lock.handovers),
    });
    (sum, run.snapshot.elapsed_s)
}
