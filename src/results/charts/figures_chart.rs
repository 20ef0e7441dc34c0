//! A chart of figures with the rows that its points are of. What it shows is said elsewhere.

use crate::chart::{Chart, ChartPoint, ChartSeries, SeriesMark};

/// A chart, and which row each of its points is of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FiguresChart {
    /// What it shows; without any series and prediction while nothing is known.
    pub chart: Chart,
    /// The rows of the points of each series.
    pub(super) rows: Vec<Vec<usize>>,
    /// Whether it is of so few values of x that bars show it better than lines: by the plan, so that it stays so.
    pub(super) is_few: bool,
}

impl FiguresChart {
    /// Whether nothing is known that it could show.
    pub fn is_empty(&self) -> bool {
        self.chart.series.is_empty() && self.chart.predictions.is_empty()
    }

    /// Whether it is to be shown as bars with numbers.
    pub fn is_few(&self) -> bool {
        self.is_few
    }

    /// What was predicted of the series with a mark at x.
    pub fn predicted(&self, mark: SeriesMark, x: f64) -> Option<f64> {
        let series = self.chart.predictions.iter().filter(|series| series.mark == mark);
        series.flat_map(|series| &series.points).find(|point| point.x == x).map(|point| point.y)
    }

    /// Every point with its row and its mark, in the order of the rows.
    pub fn by_row(&self) -> Vec<(usize, SeriesMark, ChartPoint)> {
        let all = self.chart.series.iter().zip(&self.rows);
        let of_series = |(series, rows): (&ChartSeries, &Vec<usize>)| -> Vec<(usize, SeriesMark, ChartPoint)> {
            rows.iter().zip(&series.points).map(|(row, point)| (*row, series.mark, *point)).collect()
        };
        let mut points: Vec<(usize, SeriesMark, ChartPoint)> = all.flat_map(of_series).collect();
        points.sort_by_key(|(row, ..)| *row);
        points
    }

    /// The point of a row: index of its series, index in its points.
    pub fn point_of(&self, row: usize) -> Option<(usize, usize)> {
        let mut series = self.rows.iter().enumerate();
        series.find_map(|(series, rows)| Some((series, rows.iter().position(|of_point| *of_point == row)?)))
    }
}
