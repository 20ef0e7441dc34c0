//! Workers in figures, a row each: what one would ask after a look at their lanes, where there is room for it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::record::{Activity, LaneTotals, LaneView};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Table, TableCell, TableColumn, paint};
use crate::units;

/// Columns of a screen from which on there is room for more than one looks at all the time, and rows.
const WIDE: (u16, u16) = (160, 44);

/// Whether an area has room for what one would ask next.
pub(super) fn has_room(area: Rect) -> bool {
    area.width >= WIDE.0 && area.height >= WIDE.1
}

/// A worker in figures.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WorkerFigures {
    pid: u32,
    cpu: Option<u32>,
    tasks: u64,
    /// Parts of the time since the gate opened: computing, waiting for the lock, blocked, getting tasks.
    shares: [f64; 4],
}

impl WorkerFigures {
    /// Those of a worker as it is seen.
    pub(super) fn seen(lane: &LaneView, elapsed_s: f64) -> Self {
        let shares = shares(|activity| lane.seconds[activity as usize], elapsed_s);
        Self { pid: lane.pid, cpu: lane.cpu, tasks: lane.done, shares }
    }

    /// Those of a worker of a trial that ended.
    pub(super) fn of(lane: &LaneTotals, wall_s: f64) -> Self {
        let shares = shares(|activity| lane.seconds.get(&activity).copied().unwrap_or(0.0), wall_s);
        Self { pid: lane.pid, cpu: None, tasks: lane.tasks, shares }
    }
}

fn shares(seconds: impl Fn(Activity) -> f64, of_s: f64) -> [f64; 4] {
    let all = [
        seconds(Activity::Running) + seconds(Activity::Native),
        seconds(Activity::WaitingForLock),
        seconds(Activity::Blocked),
        seconds(Activity::Fetching) + seconds(Activity::Delivering),
    ];
    all.map(|seconds| if of_s > 0.0 { (seconds / of_s).clamp(0.0, 1.0) } else { 0.0 })
}

/// Draws them with a frame; columns that have nothing to say are left out.
pub(super) fn table(workers: &[WorkerFigures], title: &str, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block(title, area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    if workers.is_empty() {
        paint::put_centred(buf, inner, "no workers yet", theme, theme.style(Role::Dim));
        return;
    }
    let known = workers.iter().any(|worker| worker.shares.iter().any(|share| *share > 0.0));
    let with_cpu = workers.iter().any(|worker| worker.cpu.is_some());
    let mut columns =
        vec![TableColumn::left("worker", 0), TableColumn::right("pid", 5), TableColumn::right("tasks", 1)];
    columns.extend(with_cpu.then(|| TableColumn::right("cpu", 6)));
    if known {
        columns.extend(
            [("computes", 0), ("lock", 3), ("blocked", 2), ("fetches", 4)]
                .map(|(name, priority)| TableColumn::right(name, priority)),
        );
    }
    let cells = |(number, worker): (usize, &WorkerFigures)| {
        let mut cells: Vec<TableCell> =
            vec![number.to_string().into(), worker.pid.to_string().into(), units::count(worker.tasks).into()];
        cells.extend(with_cpu.then(|| TableCell::from(worker.cpu.map_or(String::new(), |cpu| cpu.to_string()))));
        if known {
            cells.extend(worker.shares.map(|share| TableCell::from(format!("{} %", paint::percent(share)))));
        }
        cells
    };
    let rows: Vec<Vec<TableCell>> = workers.iter().enumerate().map(cells).collect();
    let table = Table { columns: &columns, rows: &rows, selected: None, running: None, theme };
    let hidden = table.hidden(inner.height);
    table.render(inner, buf);
    if hidden > 0 {
        paint::on_frame(buf, area, &format!("{hidden} more"), theme);
    }
}
