//! What a grid search has found: mean scores as a heat map over two keys of the grid, one below the other for the
//! values of further keys, and the best of them.
//!
//! ```text
//! ╭ mean scores by C and kernel ─────╮
//! │ C            rbf      poly       │
//! │ 0.001   ▒ 0.9088  ░ 0.8976       │
//! │ 10     ▸█ 0.9288  ▒ 0.9049       │
//! │ ▸ best: 0.9288, C 10, kernel rbf │
//! ╰──────────────────────────────────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::chart::heat::{HeatCell, HeatScale};
use crate::results::{Combination, SearchFigures};
use crate::scenario::{Axis, Value};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{HeatMap, paint};

/// Rows of the frame and of the line below the map.
const AROUND: u16 = 3;
/// Columns of the frame.
const BESIDE: u16 = 4;
/// Rows that a map needs to say anything: labels, and a row.
const MAP_MIN: u16 = 2;

/// The scores of two keys, with one value for each of the others.
struct Slice {
    /// The others with their values; empty if there are none.
    caption: String,
    rows: Vec<String>,
    columns: Vec<String>,
    cells: Vec<HeatCell>,
    best: Option<usize>,
}

/// Everything that is drawn.
pub(super) struct Picture<'a> {
    scores: &'a SearchFigures,
    title: String,
    corner: String,
    slices: Vec<Slice>,
    scale: HeatScale,
    theme: &'a Theme,
}

impl<'a> Picture<'a> {
    /// The picture of some scores.
    pub(super) fn of(scores: &'a SearchFigures, theme: &'a Theme) -> Self {
        let axes = &scores.axes;
        let mut varying: Vec<usize> = (0..axes.len()).filter(|&axis| axes[axis].values.len() > 1).collect();
        if varying.is_empty() && !axes.is_empty() {
            varying.push(0);
        }
        let (down, across) = (varying.first().copied(), varying.get(1).copied());
        let others = varying.get(2..).unwrap_or_default();
        let names: Vec<&str> = [down, across].into_iter().flatten().map(|axis| axes[axis].key.as_str()).collect();
        Self {
            title: format!("mean scores by {}", names.join(" and ")),
            corner: names.first().copied().unwrap_or_default().to_owned(),
            slices: slices(scores, down, across, others),
            scores,
            scale: HeatScale::of(scores.combinations.iter().filter_map(|cell| cell.mean)),
            theme,
        }
    }

    /// Rows that it would like to have, frame included.
    pub(super) fn height(&self) -> u16 {
        let rows = self.slices.iter().map(|slice| self.map(slice).height() + u16::from(!slice.caption.is_empty()));
        rows.fold(AROUND, u16::saturating_add)
    }

    /// The least that it can do with, frame included.
    pub(super) fn height_min(&self) -> u16 {
        AROUND + MAP_MIN + u16::from(self.slices.len() > 1)
    }

    /// Columns that it would like to have, frame included.
    pub(super) fn width(&self) -> u16 {
        let map = self.slices.first().map_or(0, |slice| self.map(slice).width());
        let texts = [self.title.clone(), self.verdict()];
        let text = texts.iter().map(|text| paint::width(self.theme, text)).max().unwrap_or(0);
        map.max(text).saturating_add(BESIDE)
    }

    fn map<'s>(&'s self, slice: &'s Slice) -> HeatMap<'s> {
        HeatMap {
            corner: &self.corner,
            rows: &slice.rows,
            columns: &slice.columns,
            cells: &slice.cells,
            scale: self.scale,
            best: slice.best,
            theme: self.theme,
        }
    }

    /// The best of all, or of those that are known so far.
    fn verdict(&self) -> String {
        let (known, all) = (self.scores.known(), self.scores.combinations.len());
        let so_far = if known < all { format!(" of {known} of {all}") } else { String::new() };
        let Some(best) = self.scores.best_so_far() else { return format!("none of {all} known yet") };
        let mean = self.scores.combinations[best].mean.unwrap_or(f64::NAN);
        let point: Vec<String> = self.scores.point(best).iter().map(|(key, value)| format!("{key} {value}")).collect();
        let doubt = if self.scores.combinations[best].unsettled > 0 { ", not converged" } else { "" };
        format!("{} best{so_far}: {mean:.4}, {}{doubt}", self.theme.symbols().pointer, point.join(", "))
    }

    /// Draws it: every slice if there is room for all of them, else the one with the best score.
    pub(super) fn render(&self, area: Rect, buf: &mut Buffer) {
        let block = self.theme.block(&self.title, area.width);
        let inner = block.inner(area);
        block.render(area, buf);
        let inner = paint::padded(inner);
        if inner.height == 0 {
            return;
        }
        let field = Rect { height: inner.height - 1, ..inner };
        let all_fit = self.height() <= area.height;
        let best = self.slices.iter().position(|slice| slice.best.is_some()).unwrap_or(0);
        let shown = if all_fit { &self.slices[..] } else { self.slices.get(best..=best).unwrap_or_default() };
        let mut y = field.y;
        for slice in shown {
            if !slice.caption.is_empty() && y < field.bottom() {
                paint::put(buf, field, (field.x, y), &slice.caption, self.theme, self.theme.style(Role::Title));
                y += 1;
            }
            let place = Rect { y, height: field.bottom().saturating_sub(y), ..field };
            let map = self.map(slice);
            let place = Rect { height: place.height.min(map.height()), ..place };
            map.render(place, buf);
            y += place.height;
            if !all_fit && let Some(hint) = self.hint(map.hidden(place)) {
                paint::on_frame(buf, area, &hint, self.theme);
            }
        }
        let below = y.min(field.bottom());
        paint::put(buf, inner, (inner.x, below), &self.verdict(), self.theme, self.theme.style(Role::Text));
    }

    /// What is not to be seen.
    fn hint(&self, (rows, columns): (usize, usize)) -> Option<String> {
        let slices = self.slices.len() - 1;
        let parts = [(slices, "tables"), (rows, "rows"), (columns, "columns")];
        let words: Vec<String> =
            parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} more {what}")).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// One slice for each combination of the other keys.
fn slices(scores: &SearchFigures, down: Option<usize>, across: Option<usize>, others: &[usize]) -> Vec<Slice> {
    let axes = &scores.axes;
    let labels = |axis: Option<usize>, none: &str| match axis {
        Some(axis) => axes[axis].values.iter().map(Value::to_string).collect(),
        None => vec![none.to_owned()],
    };
    let (rows, columns): (Vec<String>, Vec<String>) = (labels(down, ""), labels(across, "mean"));
    let count: usize = others.iter().map(|&axis| axes[axis].values.len()).product();
    let mut slices: Vec<Slice> = (0..count)
        .map(|number| Slice {
            caption: caption(axes, others, number),
            rows: rows.clone(),
            columns: columns.clone(),
            cells: vec![HeatCell::Nothing; rows.len() * columns.len()],
            best: None,
        })
        .collect();
    let best = scores.best_so_far();
    for (index, score) in scores.combinations.iter().enumerate() {
        let at = |axis: Option<usize>| axis.map_or(0, |axis| digit(axes, axis, index));
        let number = others.iter().fold(0, |number, &axis| number * axes[axis].values.len() + digit(axes, axis, index));
        let place = at(down) * columns.len() + at(across);
        if let Some(slice) = slices.get_mut(number)
            && let Some(cell) = slice.cells.get_mut(place)
        {
            *cell = heat(score);
            slice.best = slice.best.or((best == Some(index)).then_some(place));
        }
    }
    slices
}

/// Which value of an axis a combination has.
fn digit(axes: &[Axis], axis: usize, combination: usize) -> usize {
    let stride: usize = axes[axis + 1..].iter().map(|axis| axis.values.len()).product();
    combination / stride.max(1) % axes[axis].values.len().max(1)
}

/// The values of the other keys in a slice: its number's digits.
fn caption(axes: &[Axis], others: &[usize], number: usize) -> String {
    let mut stride: usize = others.iter().map(|&axis| axes[axis].values.len()).product();
    let pair = |&axis: &usize| {
        let axis = &axes[axis];
        stride /= axis.values.len();
        format!("{} {}", axis.key, axis.values[number / stride % axis.values.len()])
    };
    others.iter().map(pair).collect::<Vec<_>>().join(", ")
}

fn heat(score: &Combination) -> HeatCell {
    match score.mean {
        Some(mean) => HeatCell::Value(mean),
        None if score.failed > 0 => HeatCell::Failed,
        None if score.scored() > 0 => HeatCell::Parts(count(score.scored()), count(score.scores.len())),
        None => HeatCell::Nothing,
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
