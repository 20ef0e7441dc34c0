//! Per-core meters, for one core or a thousand: the richest layout that has room for every core.
//!
//! ```text
//!  bars, one a row          bars in columns                    heat: a tile a core, or a tile for several
//!  0 ████████████▎   91%     0 ███▎  81%   4 ██▏   52%           0 ▒▒▓▓██░░░░▒▒████ ░░░░▒▒██████▒▒░░
//!  1 ██████▊         47%     1 ████  99%   5 ▏      1%          16 ██████▓▓▓▓██████ ██████████████▓▓
//!  2 · not usable            2 ██▊   71%   6 ████  98%         min 3%   median 96%   max 100%    0 ░▒▓█ 100%
//! ```
//!
//! Where it is known how much of the load is own, others' follows it: shaded on a bar, as dashes beside a tile's shade.
//!
//! ```text
//!  0 ████████░░░░    91%                                       0 ▓ █ ░ ▓-░≡█ ▓ ░
//! ```
//!
//! Cores that may not be used come after the others: each with a dot if there is room, else summed up in a line.

mod heat;
mod split;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::paint;
use crate::tui::theme::{Role, Theme};

/// Meters of all cores.
#[derive(Debug, Clone, Copy)]
pub struct Cores<'a> {
    /// How busy each core is, 0..1; what is not finite counts as idle.
    pub samples: &'a [f32],
    /// The part of that which is own load; `None` where that is not known.
    pub own: Option<&'a [f32]>,
    /// Whether each core may be used; where it is shorter than `samples`, the rest may.
    pub usable: &'a [bool],
    /// What the terminal can show.
    pub theme: &'a Theme,
}

/// The shortest bar that still tells a half from two thirds.
const SHORTEST_BAR: u16 = 4;
/// Columns of ` 100%`.
const PERCENT: u16 = 5;
/// Columns between columns of bars.
const GAP: u16 = 2;

impl Cores<'_> {
    /// What tells own load from others' in an area of this size, the longest form first; none where nothing does.
    pub fn legends(&self, area: Rect) -> Vec<String> {
        if self.own.is_none() || self.samples.is_empty() || area.is_empty() {
            return Vec::new();
        }
        let cores = SortedCores::new(self);
        let symbols = self.theme.symbols();
        let scales = (symbols.shades.concat(), symbols.others_thirds.concat());
        let both = |own: &str, others: &str| format!("{own} own {others} others'");
        let forms = match cores.bar_layout(area) {
            Some(_) => vec![both(symbols.eighths[7], symbols.others)],
            None => vec![
                both(&scales.0, &scales.1),
                both(symbols.shades[symbols.shades.len() - 1], symbols.others_thirds[2]),
            ],
        };
        let words = ["not usable", "unusable"].iter().filter(|_| !cores.barred.is_empty());
        let barred = |form: &String, words: &str| format!("{form} {} {words}", symbols.unusable);
        let with_barred = words.flat_map(|words| forms.iter().map(move |form| barred(form, words)));
        with_barred.chain(forms.iter().cloned()).collect()
    }
}

impl Widget for Cores<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        if self.samples.is_empty() {
            paint::put_centred(buf, area, "no core sampled yet", self.theme, self.theme.style(Role::Dim));
            return;
        }
        let cores = SortedCores::new(&self);
        if !cores.bars(area, buf) {
            cores.heat(area, buf);
        }
    }
}

/// The cores in the order they are shown.
struct SortedCores<'a> {
    meters: &'a Cores<'a>,
    usable: Vec<usize>,
    barred: Vec<usize>,
    /// Columns of the highest core's number.
    digits: u16,
}

/// How bars are laid out.
struct BarColumns {
    columns: u16,
    rows: u16,
    width: u16,
    percent: bool,
}

impl<'a> SortedCores<'a> {
    fn new(meters: &'a Cores<'a>) -> Self {
        let may_use = |core: &usize| meters.usable.get(*core).copied().unwrap_or(true);
        let (usable, barred) = (0..meters.samples.len()).partition(may_use);
        let digits = (meters.samples.len() - 1).to_string().len() as u16;
        Self { meters, usable, barred, digits }
    }

    fn theme(&self) -> &'a Theme {
        self.meters.theme
    }

    fn sample(&self, core: usize) -> f64 {
        let x = f64::from(self.meters.samples[core]);
        if x.is_finite() { x.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The part of a core's load that is own.
    fn own(&self, core: usize) -> Option<f64> {
        let own = f64::from(self.meters.own?.get(core).copied().unwrap_or(0.0));
        Some(if own.is_finite() { own.clamp(0.0, self.sample(core)) } else { 0.0 })
    }

    /// A bar for each core; false, and nothing drawn, if there is no room for that.
    fn bars(&self, area: Rect, buf: &mut Buffer) -> bool {
        let Some((columns, with_barred)) = self.bar_layout(area) else { return false };
        if with_barred {
            self.draw_bars(&columns, true, area, buf);
        } else {
            let room = Rect { height: area.height - 1, ..area };
            self.draw_bars(&columns, false, room, buf);
            self.caption(Rect { y: area.bottom() - 1, height: 1, ..area }, buf);
        }
        true
    }

    /// How bars are laid out, and whether cores that may not be used stand among them or in a line below; `None` if there
    /// is no room for bars.
    fn bar_layout(&self, area: Rect) -> Option<(BarColumns, bool)> {
        let all = self.usable.len() + self.barred.len();
        let alone = self.columns(self.usable.len(), area);
        let together = self.columns(all, area);
        // Cores that may not be used must not make the bars of those that may poorer.
        let same = |a: &BarColumns, b: &BarColumns| a.columns == b.columns && a.percent == b.percent;
        match (alone, together) {
            (Some(alone), Some(together)) if same(&alone, &together) => Some((together, true)),
            _ => {
                let room = Rect { height: area.height - 1, ..area };
                self.columns(self.usable.len(), room).map(|columns| (columns, false))
            }
        }
    }

    /// As few columns as the height allows, with percentages if they fit.
    fn columns(&self, n: usize, area: Rect) -> Option<BarColumns> {
        if n == 0 || area.is_empty() {
            return None;
        }
        let columns = u16::try_from(n.div_ceil(usize::from(area.height))).ok()?;
        let rows = u16::try_from(n.div_ceil(usize::from(columns))).ok()?;
        let width = (area.width + GAP).checked_div(columns)?.checked_sub(GAP)?;
        let bare = self.digits + 1 + SHORTEST_BAR;
        (width >= bare).then_some(BarColumns { columns, rows, width, percent: width >= bare + PERCENT })
    }

    fn draw_bars(&self, columns: &BarColumns, with_barred: bool, area: Rect, buf: &mut Buffer) {
        let barred = if with_barred { &self.barred[..] } else { &[] };
        for (i, core) in self.usable.iter().chain(barred).enumerate() {
            let rows = usize::from(columns.rows);
            let (column, row) = ((i / rows) as u16, (i % rows) as u16);
            let x = area.x + column * (columns.width + GAP);
            let place = Rect { x, y: area.y + row, width: columns.width, height: 1 };
            self.label(*core, place, buf);
            let rest = Rect { x: x + self.digits + 1, width: columns.width - self.digits - 1, ..place };
            if i < self.usable.len() {
                self.meter(*core, columns.percent, rest, buf);
            } else {
                self.barred_meter(rest, buf);
            }
        }
    }

    fn label(&self, core: usize, place: Rect, buf: &mut Buffer) {
        let number = Rect { width: self.digits.min(place.width), ..place };
        paint::put_right(buf, number, place.y, &core.to_string(), self.theme(), self.theme().style(Role::Dim));
    }

    fn meter(&self, core: usize, percent: bool, place: Rect, buf: &mut Buffer) {
        let level = self.sample(core);
        let bar = Rect { width: if percent { place.width - PERCENT } else { place.width }, ..place };
        match self.own(core) {
            Some(own) => split::bar(buf, bar, own, level, self.theme()),
            None => paint::bar(buf, bar, level, self.theme(), self.theme().style(Role::Level(level))),
        }
        if percent {
            let text = format!("{}%", paint::percent(level));
            paint::put_right(buf, place, place.y, &text, self.theme(), self.theme().style(Role::Text));
        }
    }

    fn barred_meter(&self, place: Rect, buf: &mut Buffer) {
        let style = self.theme().style(Role::Unusable);
        paint::dot(buf, place, (place.x, place.y), self.theme().symbols().unusable, style);
        let words = "not usable";
        if place.width >= words.len() as u16 + 2 {
            paint::put(buf, place, (place.x + 2, place.y), words, self.theme(), style);
        }
    }

    /// One line for all cores that may not be used.
    fn caption(&self, place: Rect, buf: &mut Buffer) {
        if self.barred.is_empty() {
            return;
        }
        let symbols = self.theme().symbols();
        let ranges = ranges(&self.barred, symbols.dash);
        let text = format!("{} {} not usable: {ranges}", symbols.unusable, self.barred.len());
        let style = self.theme().style(Role::Unusable);
        paint::put(buf, place, (place.x, place.y), &text, self.theme(), style);
    }
}

/// `0–3, 8, 12–63` for ascending numbers.
fn ranges(cores: &[usize], dash: &str) -> String {
    let mut parts = Vec::new();
    for run in cores.chunk_by(|a, b| a + 1 == *b) {
        match run {
            [first, .., last] => parts.push(format!("{first}{dash}{last}")),
            [only] => parts.push(only.to_string()),
            [] => {}
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests;
