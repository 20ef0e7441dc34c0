//! The threads of a program in figures: a row each, those with the most CPU time first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::record::{Activity, LaneKind, LaneTotals};
use crate::results::{ProgramFigures, activity_heading, lane_in_words};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Table, TableCell, TableColumn, paint};
use crate::units;

/// Columns that a name takes at least, where it is longer; beyond these a third of the room, so that figures have the rest.
const NAME: u16 = 16;
/// A share below this everywhere has no column.
const LEAST: f64 = 0.005;

/// Draws them with a frame.
pub(in crate::tui::screens) fn render(figures: &ProgramFigures, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block(name(figures), area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    if figures.lanes.is_empty() {
        return paint::put_centred(buf, inner, "no thread was seen", theme, theme.style(Role::Dim));
    }
    let is_of_ranks = is_of_ranks(figures);
    let others = figures.shares.iter().filter(|(activity, share)| *activity != Activity::Running && *share >= LEAST);
    // Of a rank the seconds beside it say how much that is.
    let running = (!is_of_ranks).then_some(Activity::Running).into_iter();
    let activities: Vec<Activity> = running.chain(others.map(|(activity, _)| *activity)).collect();
    let mut columns = vec![TableColumn::left("", 0), TableColumn::right("pid", 8)];
    columns.extend(figures.tells_tasks().then(|| TableColumn::right("tasks", 1)));
    columns.push(TableColumn::right(if is_of_ranks { "computing" } else { "CPU" }, 2));
    columns
        .extend((0..).zip(&activities).map(|(place, what)| TableColumn::right(activity_heading(*what), place.min(7))));
    let mut lanes: Vec<&LaneTotals> = figures.lanes.iter().collect();
    lanes.sort_by(|a, b| cpu_s(b).total_cmp(&cpu_s(a)));
    let rows: Vec<Vec<TableCell>> =
        lanes.iter().map(|lane| cells(lane, &activities, figures.tells_tasks(), theme, inner.width)).collect();
    let table = Table { columns: &columns, rows: &rows, selected: None, running: None, theme };
    let hidden = table.hidden(inner.height) + figures.program.lanes_left_out as usize;
    table.render(inner, buf);
    if hidden > 0 {
        paint::on_frame(buf, area, &format!("{hidden} more"), theme);
    }
}

fn name(figures: &ProgramFigures) -> &'static str {
    match (is_of_ranks(figures), figures.tells_tasks()) {
        (true, _) => "ranks",
        (false, true) => "workers",
        (false, false) => "threads",
    }
}

fn is_of_ranks(figures: &ProgramFigures) -> bool {
    figures.lanes.first().is_some_and(|lane| lane.kind == LaneKind::Rank)
}

fn cpu_s(lane: &LaneTotals) -> f64 {
    lane.seconds.get(&Activity::Running).copied().unwrap_or(0.0)
}

fn cells(lane: &LaneTotals, activities: &[Activity], with_tasks: bool, theme: &Theme, width: u16) -> Vec<TableCell> {
    let lived_s: f64 = lane.seconds.values().sum();
    let share = |activity: &Activity| match lane.seconds.get(activity) {
        Some(seconds) if lived_s > 0.0 => TableCell::from(format!("{} %", paint::percent(seconds / lived_s))),
        _ => TableCell::styled(theme.symbols().dash, Role::Dim),
    };
    // One elsewhere has no number here.
    let pid = match lane.pid {
        0 => TableCell::styled(theme.symbols().dash, Role::Dim),
        pid => pid.to_string().into(),
    };
    let name = paint::fit_ends(theme, &lane_in_words(lane), NAME.max(width / 3)).into_owned();
    let mut cells: Vec<TableCell> = vec![name.into(), pid];
    cells.extend(with_tasks.then(|| TableCell::from(units::count(lane.tasks))));
    cells.push(units::seconds(cpu_s(lane)).into());
    cells.extend(activities.iter().map(share));
    cells
}
