//! What a program has used so far, in two lines of figures: time and CPUs, then processes and tasks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::counted;
use crate::record::WatchedProgram;
use crate::results::{exit_in_words, mpi_share};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// A program at one instant.
pub(in crate::tui::screens) struct ProgramSummary<'a> {
    pub(in crate::tui::screens) program: &'a WatchedProgram,
    /// Seconds since it was started.
    pub(in crate::tui::screens) elapsed_s: f64,
    /// CPUs that it may use; `None` where that is not known.
    pub(in crate::tui::screens) usable_cpus: Option<u32>,
    /// Bytes that its processes take up now.
    pub(in crate::tui::screens) memory_bytes: Option<u64>,
}

/// A figure between words.
type Part = (&'static str, String, &'static str);

impl ProgramSummary<'_> {
    /// Draws it in a frame of four rows.
    pub(in crate::tui::screens) fn render(&self, theme: &Theme, area: Rect, buf: &mut Buffer) {
        let block = theme.block(&self.title(), area.width);
        let inner = paint::padded(block.inner(area));
        block.render(area, buf);
        for (y, parts) in (inner.y..inner.bottom()).zip([self.used(), self.made_of()]) {
            line(&parts, theme, Rect { y, height: 1, ..inner }, buf);
        }
    }

    fn title(&self) -> String {
        match &self.program.exit {
            Some(exit) => format!("program {}: {}", self.program.pid, exit_in_words(Some(exit))),
            None => format!("program {}", self.program.pid),
        }
    }

    fn used(&self) -> Vec<Part> {
        let cpus = &self.program.cpus;
        let now = cpus.used.last().copied().unwrap_or(0.0);
        let of = self.usable_cpus.map_or_else(String::new, |cpus| format!(" of {cpus}"));
        let mut parts = vec![
            ("", units::seconds(self.elapsed_s), ""),
            ("CPUs ", format!("{now:.1}{of}"), ""),
            ("CPU time ", units::seconds(cpus.spent_s()), ""),
        ];
        parts.extend(self.memory_bytes.map(|bytes| ("memory ", units::bytes(bytes), "")));
        parts
    }

    fn made_of(&self) -> Vec<Part> {
        let program = self.program;
        let (done, failed) =
            program.tasks.iter().fold((0, 0), |(done, failed), named| (done + named.done, failed + named.failed));
        let mut parts = Vec::new();
        if !program.tasks.is_empty() {
            parts.push(("tasks ", units::count(done), " done"));
            parts.extend((failed > 0).then(|| ("", units::count(failed), " failed")));
        }
        let share = program.mpi.as_deref().and_then(mpi_share);
        parts.extend(share.map(|share| ("MPI ", units::percent(share), " of ranks' time")));
        parts.push(("", counted(program.processes.now.into(), "process", "processes"), ""));
        parts.push(("", counted(program.threads.now.into(), "thread", "threads"), ""));
        parts.extend(program.looks_hz.map(|hz| ("each seen ", format!("{hz:.1}/s"), "")));
        parts
    }
}

/// As many of the parts as there is room for.
fn line(parts: &[Part], theme: &Theme, row: Rect, buf: &mut Buffer) {
    let mut x = row.x;
    for (index, (before, figure, after)) in parts.iter().enumerate() {
        let gap = if index == 0 { 0 } else { 3 };
        let width = [before, figure.as_str(), after].iter().map(|text| paint::width(theme, text)).sum::<u16>();
        if x + gap + width > row.right() {
            return;
        }
        x = paint::put(buf, row, (x + gap, row.y), before, theme, theme.style(Role::Dim));
        x = paint::put(buf, row, (x, row.y), figure, theme, theme.style(Role::Text));
        x = paint::put(buf, row, (x, row.y), after, theme, theme.style(Role::Dim));
    }
}
