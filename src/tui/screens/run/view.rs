//! A run as it goes: cores, progress, workers over time, the speedup so far.
//!
//! ```text
//! ╭ cores ─────────────────────────╮╭ trial 5 of 12 · processes × 2 · repeat 2 of 3 ─────────────────────╮
//! │ 0 ██████████████████████▎  91% ││ trial ██████████████████░░░░░░░░░░   62 %   2.5 of 4 tasks         │
//! │ 1 ███████████▊             47% ││ run   ██████████░░░░░░░░░░░░░░░░░░   38 %   ETA 12 s               │
//! │ 2 ▏                         1% │╰──────────────────────────────────────── • noisy: others' CPU 23 % ─╯
//! ╰────────────────────────────────╯╭ workers ───────────────────────────────────────────────────────────╮
//! ╭ speedup so far ────────────────╮│ 0  ▐1▌▐──────────── 8 ────────────────                            │
//! │ 4┤            ⢀⠔ ideal         ││ 1  ▐─1.5─▌▐── 2 ──▌                                               │
//! │ 2┤      ⡠⠊●   ○ threads        │╰────────────────────────────────────────────────────────────────────╯
//! │ 1┤ ●                           │ wall 4.21 s   start-up 1.8 ms   12.4 tasks/s   tasks done 3 of 4
//! ╰─┴──1───2───3───4───────────────╯ worker 1 (pid 4711) killed by SIGKILL while it held task 3: retried
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::state::RunMonitor;
use super::{cores, lanes_panel, light, lock, memory, program, progress};
use crate::machine::Sample;
use crate::record::{TrialOutcome, width_in_words};
use crate::results::{Figures, tally_figure};
use crate::tui::screens::layout::body_of;
use crate::tui::screens::prose::wrap;
use crate::tui::screens::results::view as results;
use crate::tui::screens::scores::Picture;
use crate::tui::screens::speedups::{self, TableMarks};
use crate::tui::screens::workers::{self, WorkerFigures};
use crate::tui::shared::Shared;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{lanes, paint};
use crate::units;

/// Rows of the trial's panel.
pub(super) const PROGRESS: u16 = 4;
/// Rows that a chart needs to say anything.
const CHART_MIN: u16 = 8;
/// Rows that a lesson needs to say anything.
const LESSON_MIN: u16 = 6;
/// Rows that a table needs to say anything.
const TABLE_MIN: u16 = 5;
/// Rows of the screen from which on the widest interval has a line of its own: on fewer it would cost the table its rows.
const WIDEST_MIN: u16 = 16;
/// Rows that lanes may have even if that is more than half of the room, as long as the table keeps its own.
const LANES_FEW: u16 = 7;

/// Draws a run, and the cores if there is a sample of them.
pub(super) fn render(run: &RunMonitor, sample: Option<&Sample>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if let Some(program) = run.only_program() {
        return program::render(run, program, sample, theme, area, buf);
    }
    let (left, right) = lanes_panel::halves(area);
    let cores_height = cores::height(sample, left, CHART_MIN);
    cores::render(sample, theme, Rect { height: cores_height, ..left }, buf);
    let chart = Rect { y: left.y + cores_height, height: left.height - cores_height, ..left };
    let picture = run.finding().map(|scores| Picture::of(scores, theme));
    let on_left = picture.as_ref().and_then(|picture| below_the_chart(picture, chart));
    speedup(run, theme, Rect { height: chart.height - on_left.map_or(0, |place| place.height), ..chart }, buf);
    if let (Some(picture), Some(place)) = (&picture, on_left) {
        picture.render(place, buf);
    }

    let on_top = Rect { height: PROGRESS, ..right };
    progress::render(run, theme, on_top, buf);
    if let Some((text, role)) = light::of_run(run, sample).shown(theme, on_top.width.saturating_sub(5)) {
        paint::on_frame_as(buf, on_top, &text, theme, role);
    }
    let (middle, news) = middle(run, theme, right);
    let lanes_height = lanes_height(run, middle.height);
    lanes_panel::lanes_panel(run, theme, Rect { height: lanes_height, ..middle }, buf);
    let table = Rect { y: middle.y + lanes_height, height: middle.height - lanes_height, ..middle };
    let on_right = picture.filter(|picture| on_left.is_none() && table.height >= picture.height_min());
    if let Some(picture) = on_right {
        picture.render(table, buf);
    } else if table.height > 0 {
        let lesson = lesson_place(run, table);
        let table = Rect { height: table.height - lesson.map_or(0, |lesson| lesson.height), ..table };
        let table = workers_beside(run, theme, area, table, buf);
        let marks = TableMarks { selected: None, running: run.running_row() };
        speedups::table(run.figures(), marks, &table_title(run.figures()), theme, table, buf);
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

/// What the table is called: `so far`, and where the run goes on for it how many figures are sure enough.
pub(super) fn table_title(figures: &Figures) -> String {
    let (Some(wanted), widths) = (figures.wanted, figures.widths()) else { return "so far".to_owned() };
    let all = widths.widest_first().len();
    format!("so far · {} of {all} within {}", widths.within(wanted), width_in_words(wanted))
}

/// Draws the workers in figures beside the table where there is room to spare, and gives what is left.
fn workers_beside(run: &RunMonitor, theme: &Theme, screen: Rect, table: Rect, buf: &mut Buffer) -> Rect {
    if !workers::has_room(screen) {
        return table;
    }
    let width = table.width / 2;
    let place = Rect { x: table.right() - width, width, ..table };
    let seen = run.snapshot.lanes.iter().map(|lane| WorkerFigures::seen(lane, run.snapshot.elapsed_s));
    workers::table(&seen.collect::<Vec<_>>(), "workers in figures", theme, place, buf);
    Rect { width: table.width - width, ..table }
}

/// What the largest trial of the plan needs, so that the picture stands still from trial to trial, as far as the table
/// keeps what it needs; where there are more workers than that, half of the room.
fn lanes_height(run: &RunMonitor, room: u16) -> u16 {
    let plan = run.record.planned.as_ref().map(|planned| &planned.plan);
    let workers = plan.and_then(|plan| plan.configs.iter().map(|config| config.workers).max()).unwrap_or(1);
    let wanted = u16::try_from(workers).unwrap_or(u16::MAX).saturating_add(3 + lock::height(run)).max(5);
    if wanted.saturating_add(TABLE_MIN) <= room {
        wanted.min((room / 2).max(LANES_FEW))
    } else {
        (room / 2).max(5).min(room)
    }
}

/// What stands where on the right: progress, lanes, the table and what is below it, a line of figures, news.
fn middle(run: &RunMonitor, theme: &Theme, right: Rect) -> (Rect, Vec<(String, Role)>) {
    let news = news_lines(run, theme, right);
    let height = right.height - PROGRESS - 1 - news.len() as u16;
    (Rect { y: right.y + PROGRESS, height, ..right }, news)
}

/// Rows that lanes have on the screen as it is.
pub(super) fn lane_rows(shared: &Shared) -> u16 {
    let (Some(run), Some(area)) = (&shared.run, body_of(shared.size)) else { return 1 };
    if let Some(watched) = run.only_program() {
        let panel = program::place_of_lanes(watched, &shared.theme, area);
        return lanes::rows_in(lanes_panel::lanes_place(run, panel)).max(1);
    }
    let (middle, _) = middle(run, &shared.theme, lanes_panel::halves(area).1);
    let panel = Rect { height: lanes_height(run, middle.height), ..middle };
    lanes::rows_in(lanes_panel::lanes_place(run, panel)).max(1)
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

pub(super) fn speedup(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block(&format!("{} so far", speedups::title(run)), area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    speedups::render(run, None, theme, inner, buf);
}

/// The trial in figures: `wall 4.21 s   start-up 1.8 ms   12.4 tasks/s   tasks done 3 of 4`.
fn figures(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let outcome = run.outcome();
    let wall_s = lanes_panel::wall_s(run);
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

/// The latest news as lines, newest last: as many whole pieces as there is room for, the newest in any case; above them
/// how sure the figures are, where the run goes on until they are sure enough.
pub(super) fn news_lines(run: &RunMonitor, theme: &Theme, area: Rect) -> Vec<(String, Role)> {
    let most = if area.height >= 32 { 6 } else { 2 };
    let mut lines: Vec<(String, Role)> = Vec::new();
    let width = area.width.saturating_sub(2);
    let precision = run.precision().filter(|_| area.height >= WIDEST_MIN);
    let precision = precision.map(|[full, short]| if paint::width(theme, &full) <= width { full } else { short });
    let most = most - usize::from(precision.is_some());
    for news in run.news.iter().rev() {
        let mut piece = wrap(theme, &news.text, width);
        piece.truncate(most);
        if lines.len() + piece.len() > most {
            break;
        }
        lines.splice(0..0, piece.into_iter().map(|line| (line, news.role)));
    }
    lines.splice(0..0, precision.map(|line| (line, Role::Dim)));
    lines
}
