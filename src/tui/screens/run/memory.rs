//! The memory of a trial's processes over time, where the Run screen has a few columns to spare: beside each lane, and
//! in all. Draws nothing for kinds that are not watched for it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::record::{MemoryCourse, Snapshot};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{paint, sparkline};
use crate::units;

/// Columns of a course over time: with the figure before it, all that a lane at 80 columns has room for.
const COURSE: u16 = 4;

/// What a worker's process takes up by now, and how that came: `64.0 MiB ▂▄▆██`, relative to the most that any takes
/// up. `None` if it has no process to itself; the figure alone where there is no room for more columns than `room`.
pub(super) fn of_worker(snapshot: &Snapshot, worker: usize, room: u16, theme: &Theme) -> Option<String> {
    let memory = snapshot.memory.as_ref()?;
    let mut processes = memory.processes.iter();
    let own = processes.find(|process| matches!(process.workers[..], [only] if only as usize == worker))?;
    let most = memory.processes.iter().flat_map(|process| &process.bytes).copied().max()?;
    let now = units::bytes(*own.bytes.last()?);
    let both = format!("{now} {}", course(memory, &own.bytes, most, theme));
    Some(if paint::width(theme, &both) <= room { both } else { now })
}

/// Draws what all processes together take up at the right end of an area, `memory 194 MiB ▁▃▆██`, and gives what is
/// left of the area.
pub(super) fn in_all(snapshot: &Snapshot, theme: &Theme, area: Rect, buf: &mut Buffer) -> Rect {
    let Some(memory) = &snapshot.memory else { return area };
    let Some(now) = memory.total_bytes.last() else { return area };
    let (name, figure) = ("memory ", units::bytes(*now));
    let course = course(memory, &memory.total_bytes, memory.peak_bytes, theme);
    let width = [name, &figure, " ", &course].iter().map(|text| paint::width(theme, text)).sum::<u16>();
    if width > area.width {
        return area;
    }
    let x = paint::put(buf, area, (area.right() - width, area.y), name, theme, theme.style(Role::Dim));
    let x = paint::put(buf, area, (x, area.y), &figure, theme, theme.style(Role::Text));
    paint::put(buf, area, (x + 1, area.y), &course, theme, theme.style(Role::Accent));
    Rect { width: (area.width - width).saturating_sub(3), ..area }
}

/// Bytes over time as bars, relative to the most there can be.
fn course(memory: &MemoryCourse, bytes: &[u64], most: u64, theme: &Theme) -> String {
    let bytes = memory.resampled(bytes, COURSE.into());
    let history: Vec<f32> = bytes.into_iter().map(|bytes| (bytes as f64 / most.max(1) as f64) as f32).collect();
    sparkline::text(&history, COURSE, theme)
}
