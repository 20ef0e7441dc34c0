//! A few figures as horizontal bars with their numbers, each with its interval, on one axis.
//!
//! ```text
//! speedup                         ─┤ 95 %  ╎ ideal
//! ● serial                                    1.00
//! ██████████████▌
//! ○ threads × 2                   1.55 (1.50–1.60)
//! ██████████████████████▎┤     ╎
//! └─────────────┬─────────────┬─────────────┬──────
//! 0.00         1.00          2.00          3.00
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::paint;
use crate::chart::{BarsLayout, Chart, ChartPoint, SeriesMark, on_axis};
use crate::tui::theme::{Role, Theme};

/// A figure.
#[derive(Debug, Clone)]
pub struct BarItem<'a> {
    /// What it is of.
    pub name: &'a str,
    /// Its mark and colour, see [`crate::chart::ChartSeries::mark`].
    pub mark: SeriesMark,
    /// Its value with its interval.
    pub point: ChartPoint,
    /// What was predicted of it.
    pub predicted: Option<f64>,
    /// Whether it is the selected one.
    pub is_selected: bool,
}

/// The bars of a chart.
#[derive(Debug, Clone, Copy)]
pub struct BarList<'a> {
    /// The chart that the figures are of: its axis, its units, its line to compare with.
    pub chart: &'a Chart,
    /// The figures, from above.
    pub items: &'a [BarItem<'a>],
    /// What the terminal can show.
    pub theme: &'a Theme,
}

/// Rows of the axis with its labels.
const AXIS: u16 = 2;
/// Columns left of the bars.
const LEFT: u16 = 2;
/// Areas with fewer columns than this show nothing.
const NARROWEST: u16 = 8;
/// Columns that a number may take beside its bar.
const NUMBER: u16 = 7;
/// Columns that a bar has at least beside its name, which is shortened for it.
const BAR: u16 = 9;

impl Widget for BarList<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.width < NARROWEST {
            return;
        }
        let axis = if area.height >= 5 { AXIS } else { 0 };
        // Bars below their words are worth more than a legend.
        let two_each = u16::try_from(2 * self.items.len()).unwrap_or(u16::MAX).saturating_add(axis);
        let header = u16::from(area.height >= 6 && area.height != two_each);
        let body = Rect { y: area.y + header, height: area.height.saturating_sub(header + axis), ..area };
        let lines: u16 = if usize::from(body.height) >= 2 * self.items.len() { 2 } else { 1 };
        let bars = self.bars_area(body, lines);
        let Some(layout) = BarsLayout::new(self.chart, bars.width.max(3)) else { return };
        if header > 0 {
            self.header(Rect { height: 1, ..area }, buf);
        }
        let selected = self.items.iter().position(|item| item.is_selected).unwrap_or(0);
        let shown = usize::from(bars.height / lines);
        let first = (selected + 1).saturating_sub(shown);
        let blank = usize::from(bars.height) >= 3 * self.items.len() && lines == 2;
        let step = lines + u16::from(blank);
        for (n, item) in self.items.iter().skip(first).take(shown).enumerate() {
            let place = Rect { y: bars.y + n as u16 * step, height: lines, ..bars };
            self.item(item, &layout, place, area, buf);
        }
        if axis > 0 {
            let used = self.items.len().min(shown) as u16 * step;
            let y = (bars.y + used).min(bars.bottom());
            self.axis(&layout, Rect { y, height: AXIS, ..bars }, area, buf);
        }
    }
}

impl BarList<'_> {
    /// Where bars are: below the words, or between names and numbers where these share their lines.
    fn bars_area(&self, body: Rect, lines: u16) -> Rect {
        let widest = |texts: &mut dyn Iterator<Item = u16>| texts.max().unwrap_or(0);
        let (name, number) = match lines {
            1 => (
                widest(&mut self.items.iter().map(|item| paint::width(self.theme, item.name))) + 1,
                widest(&mut self.items.iter().map(|item| paint::width(self.theme, &self.number(item, NUMBER)))) + 1,
            ),
            _ => (0, 0),
        };
        let most = body.width.saturating_sub(LEFT + number + 1 + BAR).max(BAR);
        let left = (LEFT + name.min(most)).min(body.width);
        Rect { x: body.x + left, width: body.width.saturating_sub(left + number + 1), ..body }
    }

    fn header(&self, line: Rect, buf: &mut Buffer) {
        let dim = self.theme.style(Role::Dim);
        paint::put(buf, line, (line.x, line.y), &self.chart.y_label, self.theme, dim);
        let mut words = Vec::new();
        if !self.chart.bars.is_empty() && self.items.iter().any(|item| has_interval(&item.point)) {
            words.push(format!(
                "{}{} {}",
                self.theme.symbols().horizontal,
                self.theme.symbols().tick_y,
                self.chart.bars
            ));
        }
        if self.chart.reference_at(1.0).is_some() {
            words.push(format!("{} {}", self.theme.symbols().crosshair[1], self.reference_name()));
        }
        if self.items.iter().any(|item| item.predicted.is_some()) {
            words.push(format!("{} predicted", self.theme.symbols().guess));
        }
        let text = words.join("  ");
        let title = paint::width(self.theme, &self.chart.y_label) + 2;
        let place = Rect { x: line.x + title.min(line.width), width: line.width.saturating_sub(title), ..line };
        paint::put_right(buf, place, line.y, &text, self.theme, self.theme.style(Role::Text));
    }

    fn reference_name(&self) -> String {
        match self.chart.reference {
            Some(crate::chart::ChartReference::Level(level)) => crate::units::percent(level),
            _ => "ideal".to_owned(),
        }
    }

    /// One or two lines: its name and number, its bar.
    fn item(&self, item: &BarItem<'_>, layout: &BarsLayout, place: Rect, area: Rect, buf: &mut Buffer) {
        let style = self.theme.style(Role::Backend(item.mark.family));
        let line = Rect { x: area.x, width: area.width, height: 1, ..place };
        let two = place.height > 1;
        let room = if two { area.width.saturating_sub(paint::width(self.theme, item.name) + 4) } else { NUMBER };
        let number = self.number(item, room);
        let bar = Rect { y: place.bottom() - 1, height: 1, ..place };
        self.bar(item, layout, bar, buf);
        let mark = self.theme.mark(item.mark);
        paint::dot(buf, line, (line.x, line.y), mark, style);
        let name = if item.is_selected { self.theme.style(Role::Selected) } else { style };
        let until = if two { line.right().saturating_sub(paint::width(self.theme, &number) + 1) } else { place.x };
        let columns = until.saturating_sub(line.x + LEFT + 1);
        let text = paint::fit_ends(self.theme, item.name, columns);
        paint::put(buf, line, (line.x + LEFT, line.y), &text, self.theme, name);
        paint::put_right(
            buf,
            Rect { width: line.width.saturating_sub(1), ..line },
            line.y,
            &number,
            self.theme,
            self.theme.style(Role::Text),
        );
    }

    /// The value with its interval, if there is room for both.
    fn number(&self, item: &BarItem<'_>, room: u16) -> String {
        let unit = self.chart.y_unit;
        let value = unit.text(item.point.y);
        if !has_interval(&item.point) {
            return value;
        }
        let both = format!("{value} ({}–{})", unit.text(item.point.low), unit.text(item.point.high));
        if paint::width(self.theme, &both) <= room { both } else { value }
    }

    fn bar(&self, item: &BarItem<'_>, layout: &BarsLayout, line: Rect, buf: &mut Buffer) {
        let symbols = self.theme.symbols();
        let style = self.theme.style(Role::Backend(item.mark.family));
        let column = |value: f64| column(layout, line, value);
        let filled = Rect { width: column(item.point.y) - line.x + 1, ..line };
        if item.point.y > 0.0 {
            for x in filled.left()..filled.right() {
                paint::dot(buf, line, (x, line.y), symbols.eighths[7], style);
            }
        }
        if has_interval(&item.point) {
            self.interval(&item.point, layout, line, style, buf);
            let mark = self.theme.mark(item.mark);
            paint::dot(buf, line, (column(item.point.y), line.y), mark, style);
        }
        if let Some(reference) = self.chart.reference_at(item.point.x).filter(|value| is_inside(layout, *value)) {
            paint::dot(buf, line, (column(reference), line.y), symbols.crosshair[1], self.theme.style(Role::Ideal));
        }
        if let Some(predicted) = item.predicted {
            paint::dot(buf, line, (column(predicted), line.y), symbols.guess, self.theme.style(Role::Text));
        }
    }

    /// From end to end; what lies beyond the axis has no end.
    fn interval(&self, point: &ChartPoint, layout: &BarsLayout, line: Rect, style: Style, buf: &mut Buffer) {
        let symbols = self.theme.symbols();
        let (from, to) = (column(layout, line, point.low), column(layout, line, point.high));
        for x in from..=to {
            paint::dot(buf, line, (x, line.y), symbols.horizontal, style);
        }
        for end in [point.low, point.high].into_iter().filter(|end| is_inside(layout, *end)) {
            paint::dot(buf, line, (column(layout, line, end), line.y), symbols.tick_y, style);
        }
    }

    fn axis(&self, layout: &BarsLayout, place: Rect, area: Rect, buf: &mut Buffer) {
        let symbols = self.theme.symbols();
        let (line, text) = (self.theme.style(Role::Border), self.theme.style(Role::Dim));
        for x in place.left()..place.right() {
            paint::dot(buf, place, (x, place.y), symbols.horizontal, line);
        }
        let around = Rect { x: place.x.saturating_sub(LEFT), width: place.width + LEFT + 1, ..place };
        let labels = around.intersection(area);
        let mut free = labels.x;
        for tick in &layout.ticks {
            let x = column(layout, place, tick.value);
            paint::dot(buf, place, (x, place.y), symbols.tick_x, line);
            let width = paint::width(self.theme, &tick.text);
            let last = labels.right().saturating_sub(width).max(labels.x);
            let start = x.saturating_sub((width - width.min(1)) / 2).clamp(labels.x, last);
            if start >= free {
                paint::put(buf, labels, (start, place.y + 1), &tick.text, self.theme, text);
                free = start + width + 1;
            }
        }
    }
}

fn has_interval(point: &ChartPoint) -> bool {
    point.low.is_finite() && point.high.is_finite()
}

fn is_inside(layout: &BarsLayout, value: f64) -> bool {
    (0.0..=1.0).contains(&layout.axis.position(value))
}

/// The column of a value, kept on the axis.
fn column(layout: &BarsLayout, line: Rect, value: f64) -> u16 {
    let last = line.width.saturating_sub(1);
    line.x + ((on_axis(layout.axis.position(value)) * f64::from(last)).round() as u16).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{ChartReference, ChartSeries, ChartUnit};
    use crate::tui::widgets::frame::{draw, sizes, themes};

    fn chart() -> Chart {
        let sure = |x, y, low, high| ChartPoint { x, y, low, high, is_sure: true };
        let points = vec![ChartPoint::bare(1.0, 1.0), sure(2.0, 1.55, 1.4, 1.7)];
        Chart {
            series: vec![ChartSeries { name: "threads".to_owned(), points, ..ChartSeries::default() }],
            reference: Some(ChartReference::Ideal { slope: 1.0, until: Some(2.0) }),
            y_unit: ChartUnit::Ratio,
            y_label: "speedup".to_owned(),
            bars: "95 %".to_owned(),
            ..Chart::default()
        }
    }

    fn items(chart: &Chart) -> Vec<BarItem<'_>> {
        let item = |(n, point): (usize, &ChartPoint)| BarItem {
            name: ["serial", "threads × 2"][n],
            mark: SeriesMark { family: n, member: 0 },
            point: *point,
            predicted: None,
            is_selected: n == 1,
        };
        chart.series[0].points.iter().enumerate().map(item).collect()
    }

    #[test]
    fn bars_have_numbers_intervals_and_an_axis() {
        let chart = chart();
        let list = BarList { chart: &chart, items: &items(&chart), theme: &Theme::FULL };
        insta::assert_snapshot!(draw(list, 40, 9, &Theme::FULL));
        let list = BarList { theme: &Theme::PLAIN, ..list };
        insta::assert_snapshot!(draw(list, 40, 6, &Theme::PLAIN));
    }

    #[test]
    fn names_that_are_too_long_leave_room_for_bars_and_numbers() {
        let chart = chart();
        let names = ["python-threads × 2, library_threads 1", "python-processes × 2, library_threads 2"];
        let items: Vec<BarItem<'_>> =
            items(&chart).into_iter().zip(names).map(|(item, name)| BarItem { name, ..item }).collect();
        let list = BarList { chart: &chart, items: &items, theme: &Theme::FULL };
        insta::assert_snapshot!(draw(list, 30, 5, &Theme::FULL));
        insta::assert_snapshot!(draw(list, 30, 7, &Theme::FULL));
    }

    #[test]
    fn any_size_and_theme_will_do() {
        let chart = chart();
        for theme in themes() {
            for (w, h) in sizes() {
                draw(BarList { chart: &chart, items: &items(&chart), theme: &theme }, w, h, &theme);
                draw(BarList { chart: &chart, items: &[], theme: &theme }, w, h, &theme);
            }
        }
    }
}
