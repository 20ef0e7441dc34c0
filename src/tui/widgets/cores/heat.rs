//! The layout for many cores: a field of tiles, one a core or one for several, with a legend that says which.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{SortedCores, paint, split};
use crate::chart::heat;
use crate::tui::theme::{Glyphs, Role};

/// How the tiles are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TileGrid {
    /// Cores a tile stands for: a power of two.
    cores: usize,
    /// Columns a tile takes.
    tile: u16,
    /// Tiles in a full row.
    per_row: u16,
    /// Columns of the row labels, the blank after them included.
    label: u16,
}

impl TileGrid {
    fn rows(&self, n: usize) -> usize {
        n.div_ceil(self.cores).div_ceil(usize::from(self.per_row))
    }

    /// Whether there is room for a blank after every eight tiles.
    fn grouped(&self, width: u16) -> bool {
        let gaps = (self.per_row / 8).saturating_sub(1);
        self.per_row.is_multiple_of(8) && self.label + self.per_row * self.tile + gaps <= width
    }
}

impl SortedCores<'_> {
    /// Draws all cores as tiles, however little room there is.
    pub(super) fn heat(&self, area: Rect, buf: &mut Buffer) {
        let all = self.usable.len() + self.barred.len();
        if area.height == 1 {
            return self.one_line(all, area, buf);
        }
        let field = Rect { height: area.height - 1, ..area };
        let legend = Rect { y: area.bottom() - 1, height: 1, ..area };
        let rows = |grid: &TileGrid| grid.rows(self.usable.len()) + grid.rows(self.barred.len());
        let captioned = u16::from(!self.barred.is_empty() && field.height > 1);
        let above_caption = Rect { height: field.height - captioned, ..field };
        let grid = self.grid(above_caption);
        let together = rows(&grid) <= usize::from(field.height);
        let next = self.tiles(&self.usable, false, &grid, field, buf);
        if together {
            let below = Rect { y: next, height: field.bottom() - next, ..field };
            self.tiles(&self.barred, true, &grid, below, buf);
        } else if captioned > 0 {
            self.caption(Rect { y: field.bottom() - 1, height: 1, ..field }, buf);
        }
        self.legend(&grid, legend, buf);
    }

    /// The grid with the fewest cores a tile, then with the widest tiles in the roundest rows.
    fn grid(&self, area: Rect) -> TileGrid {
        let n = self.usable.len().max(1);
        let mut cores = 1;
        loop {
            let fitting = self.grids(cores, area.width).find(|grid| grid.rows(n) <= usize::from(area.height));
            if let Some(grid) = fitting {
                return grid;
            }
            if cores >= n {
                return TileGrid { cores, tile: 1, per_row: 1, label: 0 };
            }
            cores *= 2;
        }
    }

    fn grids(&self, cores: usize, width: u16) -> impl Iterator<Item = TileGrid> {
        let tiles = u16::try_from(self.usable.len().div_ceil(cores)).unwrap_or(u16::MAX);
        let label = self.digits + 1;
        // Own load and others' take a column each, however many cores must share a tile for that.
        let least = if self.meters.own.is_some() { 2 } else { 1 };
        let shapes = [(2, label), (least, label), (least, 0)];
        shapes.into_iter().flat_map(move |(tile, label)| {
            let most = width.saturating_sub(label) / tile;
            let round = [most.checked_ilog2().map_or(0, |log| 1 << log), most / 8 * 8, most / 4 * 4, most];
            // A single row needs no round length.
            let lengths = std::iter::once(tiles).filter(move |n| *n <= most).chain(round);
            lengths.filter(|n| *n > 0).map(move |per_row| TileGrid { cores, tile, per_row, label })
        })
    }

    /// Draws tiles row by row; returns the row below the last.
    fn tiles(&self, cores: &[usize], barred: bool, grid: &TileGrid, area: Rect, buf: &mut Buffer) -> u16 {
        let theme = self.theme();
        let grouped = grid.grouped(area.width);
        let per_row = usize::from(grid.per_row) * grid.cores;
        let rows = cores.chunks(per_row);
        let last = area.y + u16::try_from(rows.len()).unwrap_or(u16::MAX).min(area.height);
        for (row, y) in rows.zip(area.top()..area.bottom()) {
            if grid.label > 0 {
                self.label(row[0], Rect { y, height: 1, ..area }, buf);
            }
            for (i, tile) in row.chunks(grid.cores).enumerate() {
                let gaps = if grouped { i as u16 / 8 } else { 0 };
                let x = area.x + grid.label + i as u16 * grid.tile + gaps;
                for (x, (symbol, role)) in (x..).zip(self.tile(tile, barred, grid)) {
                    paint::dot(buf, area, (x, y), symbol, theme.style(role));
                }
            }
        }
        last
    }

    /// What stands for these cores, in one column or two.
    fn tile(&self, cores: &[usize], barred: bool, grid: &TileGrid) -> Vec<(&'static str, Role)> {
        let symbols = self.theme().symbols();
        if barred {
            return vec![(symbols.unusable, Role::Unusable)];
        }
        let all = self.mean(cores);
        match self.own_mean(cores) {
            Some(own) if grid.tile == 2 => split::tile(own, all - own, self.theme()).to_vec(),
            _ => {
                let shade = (symbols.shades[heat::shade(all, symbols.shades.len())], Role::Level(all));
                // Digits side by side would read as a number, so ASCII tiles keep a blank.
                let columns = if self.theme().glyphs == Glyphs::Unicode { usize::from(grid.tile) } else { 1 };
                vec![shade; columns]
            }
        }
    }

    fn mean(&self, cores: &[usize]) -> f64 {
        cores.iter().map(|core| self.sample(*core)).sum::<f64>() / cores.len().max(1) as f64
    }

    /// The mean of what is own; `None` where that is not known.
    fn own_mean(&self, cores: &[usize]) -> Option<f64> {
        let own: Option<f64> = cores.iter().map(|core| self.own(*core)).sum();
        own.filter(|_| self.meters.own.is_some()).map(|own| own / cores.len().max(1) as f64)
    }

    /// The longest legend that fits: what a tile stands for comes first.
    fn legend(&self, grid: &TileGrid, place: Rect, buf: &mut Buffer) {
        let theme = self.theme();
        let scale = format!("0 {} 100%", theme.symbols().shades.concat());
        let tile = match grid.cores {
            1 => String::new(),
            n => format!("{n} cores a cell   "),
        };
        let short = tile.trim_end().replace(" cores", "");
        let (min, median, max) = self.spread(|core| self.sample(core));
        let forms = if self.meters.own.is_some() {
            let (own_min, _, own_max) = self.spread(|core| self.own(core).unwrap_or(0.0));
            let (others_min, _, others_max) = self.spread(|core| self.sample(core) - self.own(core).unwrap_or(0.0));
            let both = format!("{tile}own {own_min}% to {own_max}%   others' {others_min}% to {others_max}%");
            let blank = if short.is_empty() { "" } else { "   " };
            [format!("{both}    {scale}"), both, format!("{short}{blank}others' to {others_max}%"), short]
        } else {
            let all = format!("{tile}min {min}%   median {median}%   max {max}%");
            [format!("{all}    {scale}"), all, format!("{tile}{min}% to {max}%"), short]
        };
        let fitting = forms.iter().find(|form| paint::width(theme, form) <= place.width);
        let text = fitting.unwrap_or(&forms[3]);
        paint::put(buf, place, (place.x, place.y), text, theme, theme.style(Role::Dim));
    }

    /// All on one line: tiles if there are as many columns, else a sentence.
    fn one_line(&self, all: usize, area: Rect, buf: &mut Buffer) {
        if all <= usize::from(area.width) && self.meters.own.is_none() {
            let grid = TileGrid { cores: 1, tile: 1, per_row: area.width, label: 0 };
            self.tiles(&self.usable, false, &grid, area, buf);
            let used = self.usable.len() as u16;
            let rest = Rect { x: area.x + used, width: area.width - used, ..area };
            self.tiles(&self.barred, true, &grid, rest, buf);
            return;
        }
        let mean = self.mean(&self.usable);
        let means = match self.own_mean(&self.usable) {
            Some(own) => format!("own {}%, others' {}%", paint::percent(own), paint::percent(mean - own)),
            None => format!("mean {}%", paint::percent(mean)),
        };
        let text = format!("{} cores, {means}", self.usable.len());
        paint::put(buf, area, (area.x, area.y), &text, self.theme(), self.theme().style(Role::Text));
    }

    /// Percent of the least, the middle and the most busy usable core, by some part of its load.
    fn spread(&self, load: impl Fn(usize) -> f64) -> (u8, u8, u8) {
        let mut levels: Vec<f64> = self.usable.iter().map(|core| load(*core)).collect();
        levels.sort_by(f64::total_cmp);
        let at = |i: usize| levels.get(i).copied().map_or(0, paint::percent);
        (at(0), at(levels.len() / 2), at(levels.len().saturating_sub(1)))
    }
}
