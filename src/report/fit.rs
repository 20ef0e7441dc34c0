//! The laws of measurements from a file for people: a chart, a table of the parameters, what they mean in plain words,
//! and what is to be minded.

use super::picture;
use crate::analysis::{Amdahl, Gustafson, Parameter, ScalingCurve, Unfit, Usl};
use crate::chart::{Chart, ChartPoint, ChartSeries, ChartUnit};
use crate::results::{BEYOND, FittedFile, SeriesFit, plus_minus, workers_in_words};
use crate::units::{self, Side, aligned, bind, wrap};

/// Columns of the chart, at most and at least, and its rows.
const CHART_COLUMNS: std::ops::RangeInclusive<usize> = 20..=100;
const CHART_ROWS: u16 = 18;
/// Points that Karp and Flatt's fraction is told of, the first and the last among them.
const FRACTIONS_MAX: usize = 12;

/// The whole text, ending in a newline, for a terminal of so many columns.
pub(super) fn render(file: &FittedFile, width: usize) -> String {
    let fit = &file.fit;
    let mut sections = vec![heading(file, width), chart(file, width).join("\n")];
    if let Ok(usl) = &fit.usl {
        sections.push(usl_in_words(usl, file.of_seconds, width));
    }
    sections.push(match &fit.amdahl {
        Ok(amdahl) => amdahl_in_words(amdahl, fit, width),
        Err(unfit) => no_amdahl(*unfit, fit, width),
    });
    if let Ok(gustafson) = &fit.gustafson {
        sections.push(gustafson_in_words(gustafson, width));
    }
    sections.push(karp_flatt(fit, width));
    let cautions: Vec<String> =
        fit.cautions().iter().map(|caution| lines(&format!("! {caution}"), width, "  ")).collect();
    sections.push(cautions.join("\n"));
    sections.retain(|section| !section.is_empty());
    sections.join("\n\n") + "\n"
}

fn heading(file: &FittedFile, width: usize) -> String {
    let (points, curve) = (file.fit.points.len(), file.fit.curve());
    let range = curve.map_or_else(String::new, |curve| {
        let [first, last] = curve.range.map(|n| units::count(n as u64));
        format!(" at {} different numbers of workers, {first} to {last}", units::count(curve.distinct as u64))
    });
    lines(&format!("{}: {} measurements{range}", file.name, units::count(points as u64)), width, "  ")
}

/// The measurements and the curve.
fn chart(file: &FittedFile, width: usize) -> Vec<String> {
    let fit = &file.fit;
    let points = fit.points.iter().map(|point| ChartPoint::bare(point.workers, point.throughput)).collect();
    let series = ChartSeries { name: fit.name.clone(), mark: fit.mark, points, ..ChartSeries::default() };
    let chart = Chart {
        series: vec![series],
        curves: fit.chart_curve(BEYOND, &|_, throughput| throughput).into_iter().collect(),
        x_label: "workers".to_owned(),
        y_unit: ChartUnit::Number,
        y_label: if file.of_seconds { "1 ÷ seconds" } else { "throughput" }.to_owned(),
        ..Chart::default()
    };
    picture::render(&chart, width.clamp(*CHART_COLUMNS.start(), *CHART_COLUMNS.end()) as u16, CHART_ROWS)
}

fn usl_in_words(usl: &Usl, of_seconds: bool, width: usize) -> String {
    let curve = &usl.curve;
    let named = [
        ("alpha", "contention: one worker at a time", curve.alpha),
        ("beta", "coherency: because of each other", curve.beta),
        ("gamma", if of_seconds { "of one worker, in 1/s" } else { "throughput of one worker" }, curve.gamma),
    ];
    let mut text =
        lines("Universal scalability law: X(N) = gamma N / (1 + alpha (N - 1) + beta N (N - 1))", width, "  ");
    text.push_str(&format!("\n{}\n", table(&named)));
    text.push_str(&lines(&quality(curve), width, "  "));
    let held_back = match (curve.alpha.value, usl.limit()) {
        (_, Some(limit)) => format!("No number of workers gets beyond {}.", figure(limit)),
        (alpha, None) if alpha == 0.0 && curve.beta.value == 0.0 => "Nothing holds more workers back.".to_owned(),
        _ => String::new(),
    };
    let peak = match (usl.peak_workers(), usl.peak_throughput()) {
        (Some(workers), Some(throughput)) if workers > 1.0 => {
            let told = if of_seconds { units::seconds(throughput.recip()) } else { figure(throughput) };
            let what = if of_seconds { "Least time" } else { "Most throughput" };
            let more = if of_seconds { "take longer" } else { "do less" };
            format!("{what}: {told} with {} workers; still more of them {more}.", workers_in_words(workers))
        }
        (Some(_), _) => "More than one worker never pays.".to_owned(),
        (None, _) => "The curve has no peak: more workers never do less.".to_owned(),
    };
    format!("{text}\n{}", lines(format!("{peak} {held_back}").trim(), width, "  "))
}

fn amdahl_in_words(amdahl: &Amdahl, fit: &SeriesFit, width: usize) -> String {
    let s = amdahl.serial_fraction();
    let limit = match amdahl.limit() {
        Some(limit) => format!("no number of workers is more than {} times one", units::digits(limit)),
        None => "nothing is serial".to_owned(),
    };
    let within = match (fit.cpus, amdahl.left_out) {
        (Some(cpus), 1..) => format!(" (of the points within {cpus} CPUs)"),
        _ => String::new(),
    };
    let interval = amdahl
        .curve
        .ci95(s, 1.0)
        .map(|ci95| format!("; 95 %: {} to {}", units::percent(ci95.low), units::percent(ci95.high)));
    let text = format!(
        "Amdahl: serial fraction {}{}{within}: {limit}.",
        fraction(s.value, s.standard_error),
        interval.unwrap_or_default()
    );
    format!("{}\n{}", lines(&text, width, "  "), lines(&quality(&amdahl.curve), width, "  "))
}

fn no_amdahl(unfit: Unfit, fit: &SeriesFit, width: usize) -> String {
    let within = fit.cpus.map_or_else(String::new, |cpus| format!(" within {cpus} CPUs"));
    lines(&format!("Amdahl: no fit{within}: {unfit}."), width, "  ")
}

fn gustafson_in_words(gustafson: &Gustafson, width: usize) -> String {
    let text = format!(
        "Gustafson: serial fraction {}, of the time that many workers take, if the work grows with them.",
        fraction(gustafson.serial_fraction, gustafson.standard_error)
    );
    lines(&text, width, "  ")
}

/// Karp and Flatt's fraction, point by point.
fn karp_flatt(fit: &SeriesFit, width: usize) -> String {
    let all = &fit.karp_flatt;
    if all.is_empty() {
        return String::new();
    }
    let told = |(workers, fraction): &(u32, f64)| format!("{workers}: {}", units::percent(*fraction));
    let mut texts: Vec<String> = all.iter().take(FRACTIONS_MAX - 1).map(told).collect();
    if all.len() > FRACTIONS_MAX {
        texts.push("…".to_owned());
    }
    texts.extend(all.iter().skip(FRACTIONS_MAX - 1).last().map(told));
    let text = format!(
        "Karp and Flatt's serial fraction by workers (one that grows tells of overhead): {}",
        texts.iter().map(|text| text.replace(' ', "\u{a0}")).collect::<Vec<_>>().join(", ")
    );
    lines(&text, width, "  ")
}

/// A line a parameter, with its standard error.
fn table(named: &[(&str, &str, Parameter)]) -> String {
    let mut rows = vec![["", "", "value", "standard error"].map(str::to_owned).to_vec()];
    rows.extend(named.iter().map(|(name, meaning, parameter)| {
        let error = match (parameter.standard_error, parameter.is_at_bound) {
            (Some(error), _) => figure(error),
            (None, true) => "none: at its bound".to_owned(),
            (None, false) => "not known".to_owned(),
        };
        vec![(*name).to_owned(), (*meaning).to_owned(), figure(parameter.value), error]
    }));
    aligned(&rows, |column| if column < 2 { Side::Left } else { Side::Right }).join("\n")
}

fn quality(curve: &ScalingCurve) -> String {
    let freedom = match curve.freedom {
        1 => "1 degree of freedom".to_owned(),
        n => format!("{n} degrees of freedom"),
    };
    let error = match curve.residual_error {
        Some(error) => format!("Residual standard error {} on {freedom}", figure(error)),
        None => format!("No residual standard error, with {freedom}"),
    };
    let r2 = curve.r2.map(|r2| format!("; R² {r2:.4}")).unwrap_or_default();
    format!("{error}{r2}.")
}

fn fraction(value: f64, error: Option<f64>) -> String {
    format!("{}{}", units::percent(value), plus_minus(error))
}

/// Six significant digits, as fits are published.
fn figure(x: f64) -> String {
    let exponent = if x == 0.0 { 0 } else { x.abs().log10().floor().clamp(-400.0, 400.0) as i32 };
    match exponent {
        -5..=9 => {
            let text = format!("{x:.*}", usize::try_from(5 - exponent).unwrap_or(0));
            let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            text.to_owned()
        }
        _ => format!("{x:.5e}"),
    }
}

fn lines(text: &str, width: usize, indent: &str) -> String {
    wrap(&bind(text), width.max(20), indent).join("\n")
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn figures_have_six_digits() {
        let cases = [
            (0.0277285123, "0.0277285"),
            (1.0437e-4, "0.00010437"),
            (89.99521, "89.9952"),
            (1884.04, "1884.04"),
            (0.0, "0"),
            (1.0, "1"),
            (-0.5, "-0.5"),
            (1234567.0, "1234567"),
            (1e-9, "1.00000e-9"),
            (1.5e300, "1.50000e300"),
        ];
        for (x, text) in cases {
            assert_eq!(figure(x), text);
        }
    }
}
