//! A watched program as it goes, where it is the only one: there is nothing to compare it with, so its CPUs over time
//! stand where other runs have their chart, and its tasks and output where these have their table.
//!
//! ```text
//! ╭ cores ────────────────────╮╭ program 4711 ────────────────────────────────╮
//! │ 0 ██████████████     91 % ││ 12.3 s   CPUs 1.7 of 2   CPU time 21.1 s       │
//! ╰───────────────────────────╯╰────────────────────────────────────── quiet ─╯
//! ╭ CPUs used ────────────────╮╭ threads ─────────────────────────────────────╮
//! │                           ││ MainThread ████▒▒▒▒░░░░┄┄┄     GIL        48% │
//! ╰───────────────────────────╯╰ █ running ▒ turns ░ lock, GIL ┄ in calls ──────╯
//! ╭ tasks by name ────────────╮╭ output ──────────────────────────────────────╮
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::look::WholePanel;
use super::state::RunMonitor;
use super::{cores, lanes_panel, light};
use crate::chart::SeriesMark;
use crate::foreign::escaped;
use crate::machine::Sample;
use crate::record::{LaneView, WatchedMpi, WatchedProgram};
use crate::results::{cpus_over_time, memory_over_time, trouble_in_words};
use crate::tui::screens::program::summary::ProgramSummary;
use crate::tui::screens::program::{messages, output, ranks, tasks, waits};
use crate::tui::screens::prose::wrap;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Plot, paint};

/// Rows of the program in figures.
const SUMMARY: u16 = 4;
/// Rows that the chart needs to say anything, and those that tasks or output do, the frame included.
const CHART_MIN: u16 = 8;
const BELOW_MIN: u16 = 5;
/// Rows of the screen from which on a remark has two lines.
const REMARK_MIN: u16 = 16;
/// Rows of a single name of tasks with heading and frame.
const NAMES_MIN: u16 = 4;

/// Draws a program that is watched, and the cores if there is a sample of them.
pub(super) fn render(
    run: &RunMonitor,
    program: &WatchedProgram,
    sample: Option<&Sample>,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    match (run.look.whole, &program.mpi) {
        (Some(WholePanel::Output), _) => return output::render(&program.output, theme, area, buf),
        (Some(WholePanel::Ranks), Some(mpi)) => return ranks::render(mpi, theme, area, buf),
        _ => {}
    }
    let (remark, role) = remark_lines(program, theme, area);
    let (area, below) = parted(area, remark.len() as u16);
    for (y, text) in (below.y..below.bottom()).zip(&remark) {
        paint::put(buf, below, (below.x + 1, y), text, theme, theme.style(role));
    }
    let (left, right) = lanes_panel::halves(area);
    let cores_height = cores::height(sample, left, CHART_MIN);
    cores::render(sample, theme, Rect { height: cores_height, ..left }, buf);
    let on_top = Rect { height: SUMMARY, ..right };
    summary(run, program).render(theme, on_top, buf);
    if let Some((text, role)) = light::of_run(run, sample).shown(theme, on_top.width.saturating_sub(5)) {
        paint::on_frame_as(buf, on_top, &text, theme, role);
    }
    let chart = Rect { y: left.y + cores_height, height: left.height - cores_height, ..left };
    let of_waits = |mpi: &WatchedMpi| waits::height(mpi);
    let names = program.mpi.as_deref().map_or_else(|| tasks::height(&program.tasks), of_waits).min(chart.height / 2);
    let (chart, named) = parted(chart, if names >= NAMES_MIN { names } else { 0 });
    over_time(run, program, theme, chart, buf);
    if named.height > 0 {
        match program.mpi.as_deref() {
            Some(mpi) => waits::render(mpi, theme, named, buf),
            None => tasks::render(&program.tasks, theme, named, buf),
        }
    }
    let lanes = lanes_panel(area);
    lanes_panel::lanes_panel(run, theme, lanes, buf);
    let below = Rect { y: lanes.bottom(), height: right.bottom() - lanes.bottom(), ..right };
    if below.height > 0 {
        match program.mpi.as_deref() {
            Some(mpi) => messages::render(mpi, theme, below, buf),
            None => output::render(&program.output, theme, below, buf),
        }
    }
}

/// What is wrong with its ranks; else what could not be seen of it, or is to be known of what is seen: the latest, in a line
/// or two.
fn remark_lines(program: &WatchedProgram, theme: &Theme, area: Rect) -> (Vec<String>, Role) {
    let trouble = program.mpi.as_deref().and_then(|mpi| Some(trouble_in_words(mpi, mpi.troubles.first()?)));
    let role = if trouble.is_some() { Role::Bad } else { Role::Warn };
    let remark = || program.remarks.last().map(|remark| escaped(remark).into_owned());
    let Some(text) = trouble.or_else(remark) else { return (Vec::new(), role) };
    let text = format!("{} {text}", theme.symbols().bullet);
    let mut lines = wrap(theme, &text, area.width.saturating_sub(2));
    lines.truncate(if area.height >= REMARK_MIN { 2 } else { 1 });
    (lines, role)
}

/// Where the lanes stand on the screen as it is.
pub(super) fn place_of_lanes(program: &WatchedProgram, theme: &Theme, area: Rect) -> Rect {
    lanes_panel(parted(area, remark_lines(program, theme, area).0.len() as u16).0)
}

/// Where the lanes stand: below the figures, above the output where there is room for it.
fn lanes_panel(area: Rect) -> Rect {
    let (_, right) = lanes_panel::halves(area);
    let middle = Rect { y: right.y + SUMMARY, height: right.height - SUMMARY, ..right };
    let output = if middle.height >= 20 { middle.height / 4 } else { 0 };
    parted(middle, if output >= BELOW_MIN { output } else { 0 }).0
}

fn parted(area: Rect, below: u16) -> (Rect, Rect) {
    let above = Rect { height: area.height - below, ..area };
    (above, Rect { y: above.bottom(), height: below, ..area })
}

fn summary<'a>(run: &RunMonitor, program: &'a WatchedProgram) -> ProgramSummary<'a> {
    let memory = run.snapshot.memory.as_ref().and_then(|memory| memory.total_bytes.last().copied());
    ProgramSummary {
        program,
        elapsed_s: lanes_panel::wall_s(run),
        usable_cpus: run.figures().usable_cpus,
        memory_bytes: memory,
    }
}

/// Its CPUs over time; where it tells of workers elsewhere the memory of these, since the CPUs are of what tells alone.
fn over_time(run: &RunMonitor, program: &WatchedProgram, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mark = run.row_on_screen().map_or(SeriesMark::default(), |row| row.mark);
    let is_elsewhere = run.snapshot.lanes.iter().any(LaneView::is_elsewhere);
    let (title, chart) = match run.snapshot.memory.as_ref().filter(|_| is_elsewhere) {
        Some(memory) => ("memory of its workers", memory_over_time(memory, mark)),
        None => ("CPUs used", cpus_over_time(&program.cpus, mark, "")),
    };
    let block = theme.block(title, area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    Plot { chart: &chart, selected: None, theme }.render(inner, buf);
}
