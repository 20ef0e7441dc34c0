//! Laws of scaling, fitted to what was measured of each series, or to measurements from a file.
//!
//! A run's configuration is one point: its speedup as it is told, or its tasks a second where nothing is compared. What
//! the laws are is [`crate::analysis`]'s matter; here is said what they are fitted to, and what is to be minded.

use std::collections::BTreeMap;

use super::charts::series_label;
use super::{Figures, Row};
use crate::analysis::{
    Amdahl, Gustafson, POINTS_FEW, ScalingCurve, ScalingPoint, Unfit, Usl, amdahl, distinct_workers, gustafson,
    karp_flatt, usl,
};
use crate::chart::{ChartCurve, ChartPoint, SeriesMark};
use crate::record::Measurements;
use crate::scenario::SeriesKey;
use crate::units;

/// The laws of a run: one entry a series with at least two different numbers of workers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fits {
    /// In the order of the plan.
    pub series: Vec<SeriesFit>,
}

/// The laws of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesFit {
    /// Which series; `None` for measurements from a file.
    pub key: Option<SeriesKey>,
    /// What charts and tables know it by.
    pub mark: SeriesMark,
    /// Its name for people.
    pub name: String,
    /// What the laws are fitted to.
    pub points: Vec<ScalingPoint>,
    /// The universal scalability law.
    pub usl: Result<Usl, Unfit>,
    /// Amdahl's, over points within the CPUs.
    pub amdahl: Result<Amdahl, Unfit>,
    /// Gustafson's.
    pub gustafson: Result<Gustafson, Unfit>,
    /// Karp and Flatt's serial fraction at each number of workers beyond the one that speedups are relative to.
    pub karp_flatt: Vec<(u32, f64)>,
    /// What speedups are relative to.
    pub reference: ScalingReference,
    /// CPUs that Amdahl's law was kept within; `None` where that is not known.
    pub cpus: Option<u32>,
}

/// A file of measurements with its laws.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedFile {
    /// What the file is called.
    pub name: String,
    /// Whether it has seconds, so that throughputs are 1 ÷ these.
    pub of_seconds: bool,
    /// The laws.
    pub fit: SeriesFit,
}

/// What the speedups are relative to that Gustafson's law and Karp and Flatt's fraction are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScalingReference {
    /// The throughput of one worker.
    pub throughput: f64,
    /// The number of workers that this was measured with; each is taken to do as much as one alone would.
    pub workers: f64,
}

/// Places that a curve is drawn through.
const CURVE_PLACES: i32 = 64;

/// How many times the most workers that were measured a curve goes on to, where it has room; a peak farther off is not
/// told of.
pub const BEYOND: f64 = 2.0;

impl Fits {
    /// The laws of a run. None where something else than the number of workers is varied.
    pub fn of(figures: &Figures) -> Self {
        if figures.varied().is_some() {
            return Self::default();
        }
        let mut keys: Vec<SeriesKey> = Vec::new();
        for row in &figures.rows {
            let key = SeriesKey::of(&row.config);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let fits = keys.into_iter().filter_map(|key| SeriesFit::of_series(figures, key));
        Self { series: fits.filter(|fit| distinct_workers(&fit.points) > 1).collect() }
    }

    /// The curves of the series' laws up to so many times the measured workers: `told` makes of workers and throughput
    /// what the chart shows.
    pub fn curves(&self, reach: f64, told: impl Fn(f64, f64) -> f64) -> Vec<ChartCurve> {
        self.series.iter().filter_map(|fit| fit.chart_curve(reach, &told)).collect()
    }
}

impl SeriesFit {
    /// The laws of measurements from a file. Without `cpus`, Amdahl's is of all of them.
    pub fn of_measurements(measurements: &Measurements, cpus: Option<u32>) -> Self {
        let all = measurements.all.iter();
        let points: Vec<ScalingPoint> =
            all.map(|one| ScalingPoint { workers: one.workers, throughput: one.throughput }).collect();
        let reference = ScalingReference::of(&points);
        Self::new(None, SeriesMark { family: 1, member: 0 }, "measured".to_owned(), points, reference, cpus)
    }

    fn of_series(figures: &Figures, key: SeriesKey) -> Option<Self> {
        let rows: Vec<&Row> = figures.rows.iter().filter(|row| SeriesKey::of(&row.config) == key).collect();
        let throughput = |row: &Row| match figures.baseline {
            Some(_) => row.speedup.map(|speedup| speedup.value),
            None => row.tasks_per_s,
        };
        let point =
            |row: &&Row| Some(ScalingPoint { workers: f64::from(row.config.workers), throughput: throughput(row)? });
        let points: Vec<ScalingPoint> = rows.iter().filter_map(point).collect();
        let baseline = figures.baseline.and_then(|baseline| figures.rows.get(baseline));
        let reference = match baseline.filter(|row| row.config.workers == 1) {
            Some(_) => ScalingReference { throughput: 1.0, workers: 1.0 },
            None => ScalingReference::of(&points),
        };
        let first = rows.first()?;
        let threads = key.per_process.map(|threads| format!(" × nx{threads}")).unwrap_or_default();
        let name = format!("{}{threads}", series_label(&first.config));
        let fit = Self::new(Some(key), first.mark, name, points, reference, figures.usable_cpus);
        Some(if figures.is_weak { fit.of_growing_work() } else { fit })
    }

    /// Without the laws of work that does not grow with the workers.
    fn of_growing_work(self) -> Self {
        Self { amdahl: Err(Unfit::GrowingWork), karp_flatt: Vec::new(), ..self }
    }

    fn new(
        key: Option<SeriesKey>,
        mark: SeriesMark,
        name: String,
        points: Vec<ScalingPoint>,
        reference: ScalingReference,
        cpus: Option<u32>,
    ) -> Self {
        Self {
            key,
            mark,
            name,
            usl: usl(&points),
            amdahl: amdahl(&points, cpus),
            gustafson: gustafson(&points, reference.throughput),
            karp_flatt: fractions(&points, reference),
            reference,
            cpus,
            points,
        }
    }

    /// The curve to draw: of the law with the most parameters that could be fitted.
    pub fn curve(&self) -> Option<&ScalingCurve> {
        let amdahl = || self.amdahl.as_ref().ok().map(|law| &law.curve);
        self.usl.as_ref().ok().map(|law| &law.curve).or_else(amdahl)
    }

    /// Its curve from the fewest measured workers to so many times the most.
    pub fn chart_curve(&self, reach: f64, told: &impl Fn(f64, f64) -> f64) -> Option<ChartCurve> {
        let curve = self.curve()?;
        let [first, last] = curve.range;
        let factor = reach * last / first;
        let place = |i: i32| {
            let x = first * factor.powf(f64::from(i) / f64::from(CURVE_PLACES));
            let ends = curve.band(x).map_or([f64::NAN; 2], |band| [band.low, band.high].map(|end| told(x, end)));
            ChartPoint {
                x,
                y: told(x, curve.at(x)),
                low: ends[0].min(ends[1]),
                high: ends[0].max(ends[1]),
                is_sure: false,
            }
        };
        let mut points: Vec<ChartPoint> = (0..=CURVE_PLACES).map(place).collect();
        // Rounding must not move the end off its whole number.
        points.iter_mut().last().into_iter().for_each(|point| point.x = reach * last);
        Some(ChartCurve { mark: self.mark, points, measured_until: last })
    }

    /// The series in one sentence: `processes: serial fraction 4.8 % ± 0.6; peak expected at 11 workers`.
    pub fn sentence(&self) -> String {
        let peak = match &self.usl {
            Err(unfit) => return format!("{}: {unfit}", self.name),
            Ok(usl) => peak_in_words(usl),
        };
        format!("{}: {}; {peak}", self.name, self.serial_fraction_in_words())
    }

    fn serial_fraction_in_words(&self) -> String {
        match (&self.amdahl, self.cpus) {
            (Ok(amdahl), _) => {
                let left_out = match (amdahl.left_out, self.cpus) {
                    (0, _) | (_, None) => String::new(),
                    (n, Some(cpus)) => format!(" ({} left out of it)", beyond(n, cpus)),
                };
                let fraction = amdahl.serial_fraction();
                let error = plus_minus(fraction.standard_error);
                format!("serial fraction {}{error}{left_out}", units::percent(fraction.value))
            }
            (Err(Unfit::GrowingWork), _) => match &self.gustafson {
                Ok(law) => {
                    let error = plus_minus(law.standard_error);
                    format!(
                        "serial fraction {}{error} of the time, by Gustafson's law",
                        units::percent(law.serial_fraction)
                    )
                }
                Err(unfit) => format!("no serial fraction, since {unfit}"),
            },
            (Err(Unfit::TooFew { distinct }), Some(cpus)) => {
                let numbers = if *distinct == 1 { "1 number".to_owned() } else { format!("{distinct} numbers") };
                format!("no serial fraction, with only {numbers} of workers within the {}", cpus_in_words(cpus))
            }
            (Err(unfit), _) => format!("no serial fraction, since {unfit}"),
        }
    }

    /// What is to be minded about the fits.
    pub fn cautions(&self) -> Vec<String> {
        let Some(curve) = self.curve() else { return Vec::new() };
        let mut cautions = Vec::new();
        if curve.freedom == 0 {
            cautions.push(
                "as many points as parameters: the curve goes through all of them, and how wrong it is cannot be known"
                    .to_owned(),
            );
        } else if curve.distinct < POINTS_FEW {
            cautions.push(format!(
                "only {} different numbers of workers: each point counts much; {POINTS_FEW} or more would tell more",
                curve.distinct
            ));
        }
        if self.reference.workers > 1.0 {
            cautions.push(format!(
                "one worker was not measured: speedups take each of {} workers to do as much as one alone would",
                self.reference.workers
            ));
        }
        cautions.extend(self.bounds_in_words());
        if let (Ok(amdahl), Some(cpus)) = (&self.amdahl, self.cpus)
            && amdahl.left_out > 0
        {
            cautions
                .push(format!("{} left out of Amdahl's fit: such workers share CPUs", beyond(amdahl.left_out, cpus)));
        }
        if let Some(peak) = self.usl.as_ref().ok().and_then(Usl::peak_workers).filter(|peak| *peak > curve.range[1]) {
            cautions.push(format!(
                "the peak at {} workers lies beyond the {} that were measured",
                workers_in_words(peak),
                curve.range[1]
            ));
        }
        cautions
    }

    /// Which parameters ended at a bound.
    fn bounds_in_words(&self) -> Option<String> {
        let usl = &self.usl.as_ref().ok()?.curve;
        let all = [("alpha", usl.alpha), ("beta", usl.beta), ("gamma", usl.gamma)];
        let told: Vec<String> = all
            .into_iter()
            .filter(|(_, parameter)| parameter.is_at_bound)
            .map(|(name, parameter)| format!("{name} at its bound of {}", parameter.value))
            .collect();
        (!told.is_empty())
            .then(|| format!("the best fit has {}: there is no standard error at a bound", told.join(" and ")))
    }
}

/// Karp and Flatt's fractions, each of the mean of the points with as many workers.
fn fractions(points: &[ScalingPoint], reference: ScalingReference) -> Vec<(u32, f64)> {
    let mut by_workers: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for point in points.iter().filter(|point| point.workers > reference.workers) {
        by_workers.entry(point.workers as u32).or_default().push(point.throughput / reference.throughput);
    }
    let mean = |speedups: &[f64]| speedups.iter().map(|speedup| speedup / speedups.len() as f64).sum::<f64>();
    let fraction = |(workers, speedups): (u32, Vec<f64>)| Some((workers, karp_flatt(mean(&speedups), workers)?));
    by_workers.into_iter().filter_map(fraction).collect()
}

impl ScalingReference {
    /// The mean of the fewest workers.
    fn of(points: &[ScalingPoint]) -> Self {
        let workers = points.iter().map(|point| point.workers).fold(f64::INFINITY, f64::min);
        let of_these = || points.iter().filter(|point| point.workers == workers).map(|point| point.throughput);
        let count = of_these().count().max(1) as f64;
        let mean = of_these().map(|throughput| throughput / count).sum::<f64>();
        Self { throughput: mean / workers, workers }
    }
}

/// Where more workers stop paying.
fn peak_in_words(usl: &Usl) -> String {
    let most = usl.curve.range[1];
    match usl.peak_workers() {
        Some(peak) if peak <= 1.0 => "more than one worker never pays".to_owned(),
        Some(peak) if peak <= most => format!("peak at {} workers", workers_in_words(peak)),
        Some(peak) if peak <= BEYOND * most => format!("peak expected at {} workers", workers_in_words(peak)),
        Some(_) | None => "no peak in sight".to_owned(),
    }
}

/// The standard error of a fraction, after its per cent: ` ± 0.6`; nothing without one.
pub fn plus_minus(error: Option<f64>) -> String {
    error.map(|error| format!(" ± {}", units::percent(error).trim_end_matches(" %"))).unwrap_or_default()
}

/// A number of workers from a formula: as a whole one beyond a few.
pub fn workers_in_words(workers: f64) -> String {
    if workers < 9.95 { format!("{workers:.1}") } else { units::count(workers.round() as u64) }
}

fn beyond(points: usize, cpus: u32) -> String {
    let (points, are) = if points == 1 { ("1 point".to_owned(), "is") } else { (format!("{points} points"), "are") };
    format!("{points} beyond the {} {are}", cpus_in_words(cpus))
}

fn cpus_in_words(cpus: u32) -> String {
    if cpus == 1 { "one CPU".to_owned() } else { format!("{cpus} CPUs") }
}
