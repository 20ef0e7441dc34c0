//! A chart in characters, for texts: points, curves by laws with their bands, axes and a legend. Where things stand is
//! [`crate::chart`]'s to say; this only rounds that to cells.

use unicode_width::UnicodeWidthStr as _;

use crate::chart::{Chart, ChartLayout, ChartSurface, LegendMark, PlacedCurve};

/// What is drawn with; each has a lookalike in ASCII that is one character, too.
const POINT: char = '●';
const CURVE: char = '─';
/// The curve where nothing was measured.
const EXPECTED: char = '╌';
const BAND: char = '░';

/// The chart in so many columns and rows, a text a row without blanks at its end; none where there is nothing to draw,
/// or no room.
pub(super) fn render(chart: &Chart, columns: u16, rows: u16) -> Vec<String> {
    let text_width = |text: &str| text.width() as u16;
    let surface = ChartSurface { columns, rows, text_width: &text_width };
    let Some(layout) = ChartLayout::new(chart, &surface) else { return Vec::new() };
    let mut picture = TextPicture { layout: &layout, cells: vec![vec![' '; columns.into()]; rows.into()] };
    layout.curves.iter().for_each(|curve| picture.curve(curve));
    picture.axes();
    picture.points();
    picture.legend();
    picture.cells.into_iter().map(|row| row.into_iter().collect::<String>().trim_end().to_owned()).collect()
}

struct TextPicture<'a> {
    layout: &'a ChartLayout,
    cells: Vec<Vec<char>>,
}

impl TextPicture<'_> {
    fn put(&mut self, column: usize, row: usize, c: char) {
        if let Some(cell) = self.cells.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = c;
        }
    }

    /// A text of characters that take a column each.
    fn write(&mut self, column: usize, row: usize, text: &str) {
        text.chars().enumerate().for_each(|(i, c)| self.put(column + i, row, c));
    }

    /// The column for a fraction of the x axis.
    fn column(&self, fraction: f64) -> usize {
        self.layout.areas.place(fraction, 0.0).0 as usize
    }

    /// The row for a fraction of the y axis, if that is on it.
    fn row(&self, fraction: f64) -> Option<usize> {
        (0.0..=1.0).contains(&fraction).then(|| self.layout.areas.place(0.0, fraction).1 as usize)
    }

    /// The band in each column of the plot, and the curve on it.
    fn curve(&mut self, curve: &PlacedCurve) {
        let plot = self.layout.areas.plot;
        let left = self.layout.areas.place(0.0, 0.0).0;
        let span = f64::from(self.layout.areas.span().max(1));
        for column in plot.x..plot.x + plot.width {
            let x = (f64::from(column) + 0.5 - left) / span;
            let Some(place) = curve.at(x) else { continue };
            if let Some([low, high]) = place.band.filter(|[low, high]| *low <= 1.0 && *high >= 0.0) {
                let (from, to) = (self.row(high.min(1.0)), self.row(low.max(0.0)));
                for row in from.unwrap_or(0)..=to.unwrap_or(0) {
                    self.put(column.into(), row, BAND);
                }
            }
            let c = if x > curve.measured_until { EXPECTED } else { CURVE };
            if let Some(row) = self.row(place.y) {
                self.put(column.into(), row, c);
            }
        }
    }

    fn axes(&mut self) {
        let (areas, axes) = (self.layout.areas, &self.layout.axes);
        let bottom = usize::from(areas.plot.y + areas.plot.height) - 1;
        for column in areas.plot.x..areas.plot.x + areas.plot.width {
            self.put(column.into(), bottom, '─');
        }
        for tick in &self.layout.x_ticks {
            let column = self.column(tick.at);
            self.put(column, bottom, '┬');
            if areas.x_labels.height > 0 {
                let start = column.saturating_sub(tick.text.width().saturating_sub(1) / 2);
                self.write(start, areas.x_labels.y.into(), &tick.text);
            }
        }
        let Some(axis) = areas.y_axis.width.checked_sub(1).map(usize::from) else { return };
        for row in usize::from(areas.y_axis.y)..bottom {
            self.put(axis, row, '│');
        }
        self.put(axis, bottom, '└');
        for tick in &axes.y_ticks {
            let Some(row) = self.row(tick.at) else { continue };
            self.write(axis.saturating_sub(tick.text.width()), row, &tick.text);
            if row != bottom {
                self.put(axis, row, '┤');
            }
        }
        if axes.x.is_log() && areas.x_labels.height > 0 {
            self.write(axis.saturating_sub(3), areas.x_labels.y.into(), "log");
        }
    }

    fn points(&mut self) {
        let points = self.layout.series.iter().flat_map(|series| &series.points);
        for point in points {
            if let Some(row) = self.row(point.y) {
                self.put(self.column(point.x), row, POINT);
            }
        }
    }

    fn legend(&mut self) {
        let legend = &self.layout.legend;
        if let Some(title) = &legend.title {
            self.write(0, 0, title);
        }
        for entry in &legend.entries {
            let mark = match entry.mark {
                LegendMark::Series(_) | LegendMark::Predicted => POINT.to_string(),
                LegendMark::Curve => [CURVE, EXPECTED].iter().collect(),
                LegendMark::Bar => BAND.to_string(),
                LegendMark::Reference => [EXPECTED; 2].iter().collect(),
            };
            let x = usize::from(entry.x);
            self.write(x, entry.line.into(), &mark);
            self.write(x + usize::from(entry.mark.width()) + 1, entry.line.into(), &entry.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{ChartCurve, ChartPoint, ChartSeries, SeriesMark};

    #[test]
    fn curves_and_points_are_drawn_on_axes() {
        let mark = SeriesMark { family: 1, member: 0 };
        let points = [1.0, 2.0, 4.0].map(|x| ChartPoint::bare(x, 10.0 * x)).to_vec();
        let curve =
            [1.0, 4.0, 8.0].map(|x| ChartPoint { low: 8.0 * x, high: 12.0 * x, ..ChartPoint::bare(x, 10.0 * x) });
        let chart = Chart {
            series: vec![ChartSeries { name: "measured".to_owned(), mark, points, ..ChartSeries::default() }],
            curves: vec![ChartCurve { mark, points: curve.to_vec(), measured_until: 4.0 }],
            x_label: "workers".to_owned(),
            y_label: "throughput".to_owned(),
            ..Chart::default()
        };
        insta::assert_snapshot!(render(&chart, 60, 12).join("\n"), @"
        throughput over workers             ● measured  ─╌ law, 95 %
            │                                             ░░░░░░░
          80┤                                        ░░░░░░░░╌╌╌╌
            │                                  ░░░░░░░╌╌╌╌╌╌╌░░░░
          60┤                            ░░░░░░╌╌╌╌╌╌╌░░░░░░░░░░░
            │                      ░░░░░░╌╌╌╌╌╌░░░░░░░░░░
          40┤                 ░░░░───●╌╌╌░░░░░░░
            │           ░░░───────░░░░░░
          20┤     ░░───●───░░░░
            │   ●───░░░
           0└───┬──────┬─────────────┬──────────────────────────┬───
                1      2             4                          8
        ");
        assert!(render(&chart, 2, 1).is_empty() && render(&Chart::default(), 60, 12).is_empty());
    }
}
