//! The lines above the chart, with the theme's marks: what the chart shows at the left, whose marks are whose at the
//! right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Plot, paint};
use crate::chart::{ChartLegend, LegendMark};
use crate::tui::theme::Role;

impl Plot<'_> {
    pub(super) fn legend(&self, legend: &ChartLegend, line: Rect, buf: &mut Buffer) {
        if line.is_empty() {
            return;
        }
        if let Some(title) = &legend.title {
            paint::put(buf, line, (line.x, line.y), title, self.theme, self.theme.style(Role::Dim));
        }
        for entry in &legend.entries {
            let (symbol, style) = self.legend_mark(entry.mark);
            let (x, y) = (line.x.saturating_add(entry.x), line.y.saturating_add(entry.line));
            let name_x = x.saturating_add(entry.mark.width() + 1);
            paint::put(buf, line, (x, y), symbol, self.theme, style);
            paint::put(buf, line, (name_x, y), &entry.name, self.theme, self.theme.style(Role::Text));
        }
    }

    fn legend_mark(&self, mark: LegendMark) -> (&'static str, Style) {
        let symbols = self.theme.symbols();
        let (symbol, role) = match mark {
            LegendMark::Series(mark) => (self.theme.mark(mark), Role::Backend(mark.family)),
            LegendMark::Predicted => (symbols.guess, Role::Text),
            LegendMark::Curve => (symbols.law, Role::Text),
            LegendMark::Bar => (symbols.whisker[2], Role::Text),
            LegendMark::Reference => (symbols.ideal, Role::Ideal),
        };
        (symbol, self.theme.style(role))
    }
}
