//! The speedup chart: series of points with error bars over workers, the ideal line, a legend, a crosshair.
//!
//! ```text
//! speedup over workers       ● threads  ○ processes  ┈┈ ideal      header
//! 4┤                              ⢀⠠⠂⠁                             canvas: y at its left,
//! 2┤              ⢀⠠⠂●⠤⠤⠤⠤⠤●⠤⠤⠤⠤●                                  its last row is the x axis
//! 0└────────┬────────┬─────┬────┬─
//!           1        2     3    4                                  tick labels
//! ```
//!
//! Both axes are linear, y from 0, unless the workers span more than a factor of 16: then both are logarithmic,
//! on which the ideal is a straight line too. An ideal far above the data is cut off, and the legend says so.
//! Over the values of something else, x is logarithmic beyond a factor of 10, with 0 at its left end if that was
//! measured, too, and ticks stand at the measured values; y is linear where there is a level to compare it with.

mod canvas;
mod legend;
mod marks;
mod scale;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint;
use crate::tui::theme::{Role, Theme};
use canvas::Canvas;
use scale::{Scale, Tick};

/// A measured point. What is not finite is not drawn; an error bar that is not finite is left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Workers.
    pub x: f64,
    /// What was measured.
    pub y: f64,
    /// Lower end of the error bar.
    pub low: f64,
    /// Upper end of the error bar.
    pub high: f64,
}

/// Points that belong together, in the order of x.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Which mark and colour it has, so that a series keeps them when others come and go.
    pub mark: usize,
    /// Its points.
    pub points: Vec<Point>,
}

/// A chart of series over workers.
#[derive(Debug, Clone, Copy)]
pub struct Plot<'a> {
    /// What was measured.
    pub series: &'a [Series],
    /// What was predicted: marks of their own in the colours of the series with the same [`Series::mark`].
    pub guesses: &'a [Series],
    /// The ideal's y for each worker: 1 for a speedup over a serial baseline. `None` draws no ideal line.
    pub ideal: Option<f64>,
    /// A fraction to compare y with, which is a fraction too: a horizontal line. `None` draws none.
    pub level: Option<f64>,
    /// The selected point: index of its series, index in its points.
    pub selected: Option<(usize, usize)>,
    /// What x counts.
    pub over: Over,
    /// What x is, e.g. `workers`.
    pub x_label: &'a str,
    /// What y is, e.g. `speedup`.
    pub y_label: &'a str,
    /// What the terminal can show.
    pub theme: &'a Theme,
}

/// What the x axis is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Numbers of workers.
    Workers,
    /// The values of something that was varied.
    Values,
}

/// Values beyond this are taken for mistakes, as what is not finite: they would leave nothing else to see.
const LARGEST: f64 = 1e15;

impl Point {
    fn is_drawable(&self) -> bool {
        let fine = |v: f64| v.is_finite() && v.abs() < LARGEST;
        fine(self.x) && fine(self.y)
    }

    /// The error bar, the point itself included.
    fn spread(&self) -> (f64, f64) {
        let or_y = |v: f64| if v.is_finite() && v.abs() < LARGEST { v } else { self.y };
        (or_y(self.low).min(self.y), or_y(self.high).max(self.y))
    }
}

/// Where the parts of the chart stand.
struct Parts {
    header: Rect,
    /// The y axis and its labels, beside the canvas.
    y_axis: Rect,
    /// Points and lines; its last row is the x axis.
    canvas: Rect,
    x_labels: Rect,
}

/// The data in the chart's terms.
struct Axes {
    x: Scale,
    y: Scale,
    /// Whether the ideal line leaves the chart at the top.
    clipped: bool,
}

impl Widget for Plot<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let Some(axes) = self.axes() else {
            paint::put_centred(buf, area, "nothing measured yet", self.theme, self.theme.style(Role::Dim));
            return;
        };
        let rows = area.height.saturating_sub(u16::from(area.height >= 6) + u16::from(area.height >= 4));
        let y_ticks = axes.y.value_ticks(rows);
        let parts = self.parts(&y_ticks, area);
        if parts.canvas.width < 4 {
            return;
        }
        let canvas = Canvas::new(parts.canvas, self.theme);
        self.axis_lines(&axes, &y_ticks, &parts, buf);
        self.draw_data(&axes, canvas, buf);
        self.legend(&axes, parts.header, buf);
        if axes.x.is_log() && parts.y_axis.width > 2 {
            let corner = Rect { width: parts.y_axis.width, ..parts.x_labels };
            paint::put_right(buf, corner, corner.y, "log", self.theme, self.theme.style(Role::Dim));
        }
        self.selected_labels(&axes, &parts, buf);
    }
}

impl Plot<'_> {
    fn points(&self) -> impl Iterator<Item = &Point> {
        self.series.iter().flat_map(|series| &series.points).filter(|point| point.is_drawable())
    }

    fn selected_point(&self) -> Option<&Point> {
        let (series, point) = self.selected?;
        self.series.get(series)?.points.get(point).filter(|point| point.is_drawable())
    }

    /// The ideal's slope if it can be drawn.
    fn slope(&self) -> Option<f64> {
        self.ideal.filter(|slope| slope.is_finite() && *slope > 0.0 && *slope < LARGEST)
    }

    /// What was measured and what was predicted.
    fn everything(&self) -> impl Iterator<Item = &Point> {
        let guesses = self.guesses.iter().flat_map(|series| &series.points).filter(|point| point.is_drawable());
        self.points().chain(guesses)
    }

    /// The level if it can be drawn.
    fn drawn_level(&self) -> Option<f64> {
        self.level.filter(|level| (0.0..=1.0).contains(level))
    }

    /// Scales that hold all points and as much of the ideal as leaves the points room; `None` without any point.
    fn axes(&self) -> Option<Axes> {
        let (x_min, x_max) = extent(self.everything().map(|point| point.x))?;
        let (mut y_min, mut y_max) = extent(self.everything().flat_map(|point| <[f64; 2]>::from(point.spread())))?;
        let wide = match self.over {
            Over::Workers => 16.0,
            Over::Values => 10.0,
        };
        let (least, _) = extent(self.everything().map(|point| point.x).filter(|x| *x > 0.0)).unwrap_or((x_min, x_max));
        let log_x = least > 0.0 && x_max / least > wide && (x_min > 0.0 || (x_min == 0.0 && self.over == Over::Values));
        // Nothing has a place of its own, left of the least there is.
        let log_min = if x_min > 0.0 { x_min } else { least / (x_max / least).powf(0.2) };
        if self.drawn_level().is_some() {
            let x = if log_x { Scale::log(log_min, x_max) } else { Scale::linear(x_min, x_max) };
            // Bars may be cut off: those of the shortest tasks would squash everything else.
            let (least, most) = extent(self.everything().map(|point| point.y))?;
            let y = Scale::linear(least.min(0.0), most.max(1.0) * 1.1);
            return Some(Axes { x, y, clipped: false });
        }
        let log = log_x && self.everything().all(|point| point.y > 0.0);
        // On a logarithmic axis more of the ideal can be shown without squashing the data.
        let most = if log { 4.0 } else { 1.6 };
        let ideal_top = self.slope().map_or(0.0, |slope| slope * x_max);
        let clipped = ideal_top > y_max.max(0.0) * most;
        let measured = y_max;
        y_max = if clipped { y_max * most } else { y_max.max(ideal_top) };
        if log {
            let (smallest, _) = extent(self.everything().map(|point| point.y))?;
            y_min = if y_min > 0.0 { y_min } else { smallest };
            return Some(Axes { x: Scale::log(log_min, x_max), y: Scale::log_floor(y_min, y_max), clipped });
        }
        // A little air above data that nothing else tops.
        if y_max <= measured {
            y_max += (y_max - y_min.min(0.0)) * 0.05;
        }
        Some(Axes { x: Scale::linear(x_min, x_max), y: Scale::linear(y_min.min(0.0), y_max), clipped })
    }

    fn parts(&self, y_ticks: &[Tick], area: Rect) -> Parts {
        let header_rows = u16::from(area.height >= 6);
        let label_rows = u16::from(area.height >= 4);
        let labels = y_ticks.iter().map(|tick| paint::width(self.theme, &tick.text)).max().unwrap_or(0);
        // Room for the selected value, always, so that the chart does not jump when one is selected.
        let labels = labels.max(if area.width >= 40 { 4 } else { 2 });
        let axis = if area.width >= labels + 12 { labels + 1 } else { 0 };
        let header = Rect { height: header_rows, ..area };
        let body = Rect { y: area.y + header_rows, height: area.height - header_rows - label_rows, ..area };
        let canvas = Rect { x: body.x + axis, width: body.width - axis, ..body };
        let y_axis = Rect { width: axis, ..body };
        let x_labels = Rect { y: body.bottom(), height: label_rows, ..area };
        Parts { header, y_axis, canvas, x_labels }
    }

    fn axis_lines(&self, axes: &Axes, y_ticks: &[Tick], parts: &Parts, buf: &mut Buffer) {
        let symbols = self.theme.symbols();
        let (line, text) = (self.theme.style(Role::Border), self.theme.style(Role::Dim));
        let bottom = parts.canvas.bottom() - 1;
        for x in parts.canvas.left()..parts.canvas.right() {
            paint::dot(buf, parts.canvas, (x, bottom), symbols.horizontal, line);
        }
        if let Some(axis) = parts.y_axis.right().checked_sub(1).filter(|_| parts.y_axis.width > 0) {
            for y in parts.y_axis.top()..bottom {
                paint::dot(buf, parts.y_axis, (axis, y), symbols.vertical, line);
            }
            paint::dot(buf, parts.y_axis, (axis, bottom), symbols.corner, line);
            let labels = Rect { width: parts.y_axis.width - 1, ..parts.y_axis };
            for tick in y_ticks {
                let y = row(axes.y.at(tick.value), parts.canvas);
                paint::put_right(buf, labels, y, &tick.text, self.theme, text);
                if y != bottom {
                    paint::dot(buf, parts.y_axis, (axis, y), symbols.tick_y, line);
                }
            }
        }
        let places = Scale::columns(parts.canvas.width);
        let measured = self.everything().map(|point| point.x);
        let ticks = match self.over {
            Over::Workers => axes.x.worker_ticks(measured, places),
            Over::Values => axes.x.measured_ticks(measured, places),
        };
        for tick in ticks {
            let x = column(axes.x.at(tick.value), parts.canvas);
            paint::dot(buf, parts.canvas, (x, bottom), symbols.tick_x, line);
            let start = centred(x, &tick.text, parts.x_labels);
            paint::put(buf, parts.x_labels, (start, parts.x_labels.y), &tick.text, self.theme, text);
        }
    }

    /// The selected point's own figures, in reverse where the crosshair meets the axes.
    fn selected_labels(&self, axes: &Axes, parts: &Parts, buf: &mut Buffer) {
        let Some(point) = self.selected_point() else { return };
        let style = self.theme.style(Role::Selected);
        let labels = Rect { width: parts.y_axis.width.saturating_sub(1), ..parts.y_axis };
        let text = crate::units::digits(point.y);
        if paint::width(self.theme, &text) <= labels.width {
            let y = row(axes.y.at(point.y), parts.canvas);
            let blank = " ".repeat(usize::from(labels.width));
            paint::put(buf, labels, (labels.x, y), &blank, self.theme, self.theme.style(Role::Text));
            paint::put_right(buf, labels, y, &text, self.theme, style);
        }
        if parts.x_labels.is_empty() {
            return;
        }
        let text = match self.over {
            Over::Workers => scale::plain(point.x),
            Over::Values => scale::compact(point.x),
        };
        let start = centred(column(axes.x.at(point.x), parts.canvas), &text, parts.x_labels);
        let y = parts.x_labels.y;
        // Blanks beside it cut off a neighbour's digits, which would otherwise read as its own.
        for beside in [start.checked_sub(1), Some(start + text.len() as u16)].into_iter().flatten() {
            paint::dot(buf, parts.x_labels, (beside, y), " ", style.remove_modifier(style.add_modifier));
        }
        paint::put(buf, parts.x_labels, (start, y), &text, self.theme, style);
    }
}

/// The least and the greatest.
fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |so_far, v| match so_far {
        None => Some((v, v)),
        Some((min, max)) => Some((v.min(min), v.max(max))),
    })
}

/// The row for a fraction of the axis; 0 is the last row of the canvas.
fn row(fraction: f64, canvas: Rect) -> u16 {
    let up = (fraction * f64::from(canvas.height - 1)).round() as u16;
    canvas.bottom() - 1 - up.min(canvas.height - 1)
}

/// The column for a fraction of the axis, which leaves a margin at both ends.
fn column(fraction: f64, canvas: Rect) -> u16 {
    let (margin, columns) = Scale::margins(canvas.width);
    let along = (fraction * f64::from(columns)).round() as u16;
    canvas.x + margin + along.min(columns)
}

/// Where text begins that stands in the middle of column `x`, kept within `area`.
fn centred(x: u16, text: &str, area: Rect) -> u16 {
    let width = text.len() as u16;
    x.saturating_sub((width - 1.min(width)) / 2).clamp(area.left(), area.right().saturating_sub(width).max(area.left()))
}

#[cfg(test)]
mod tests;
