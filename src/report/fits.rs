//! Fitted laws for scripts: the entries of `fits`, the same in the report of a run and in what `parlab fit` writes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::{Parameter, ScalingCurve};
use crate::foreign;
use crate::results::{Fits, SeriesFit};
use crate::scenario::{BackendKind, Dispatch};

/// What `parlab fit` writes.
#[derive(Serialize)]
struct FitsJson {
    fits: Vec<LawJson>,
}

/// A law of a series. What it does not have is `null`.
#[derive(Serialize)]
pub(super) struct LawJson {
    backend: Option<BackendKind>,
    dispatch: Option<Dispatch>,
    threads_per_process: Option<u32>,
    law: &'static str,
    parameters: BTreeMap<&'static str, f64>,
    standard_errors: BTreeMap<&'static str, Option<f64>>,
    /// Parameters that ended at a bound.
    at_bound: Vec<&'static str>,
    peak_workers: Option<f64>,
    peak_throughput: Option<f64>,
    points: usize,
    distinct_workers: Option<usize>,
    degrees_of_freedom: Option<u32>,
    residual_standard_error: Option<f64>,
    r_squared: Option<f64>,
    /// Points that the law was not fitted to, since they have more workers than there are CPUs.
    points_left_out: usize,
    /// Karp and Flatt's fraction by workers; with Amdahl's law alone.
    karp_flatt: Option<Vec<KarpFlattJson>>,
    cautions: Vec<String>,
}

#[derive(Serialize)]
struct KarpFlattJson {
    workers: u32,
    value: f64,
}

/// The entries of a run.
pub(super) fn laws(fits: &Fits) -> Vec<LawJson> {
    fits.series.iter().flat_map(of_series).collect()
}

/// The laws of one set of measurements as indented JSON, ending in a newline.
pub(super) fn render(fit: &SeriesFit) -> String {
    let mut text =
        foreign::json(&FitsJson { fits: of_series(fit) }).expect("structs with string keys always serialise");
    text.push('\n');
    text
}

fn of_series(fit: &SeriesFit) -> Vec<LawJson> {
    [usl(fit), amdahl(fit), gustafson(fit)].into_iter().flatten().collect()
}

fn usl(fit: &SeriesFit) -> Option<LawJson> {
    let usl = fit.usl.as_ref().ok()?;
    let curve = &usl.curve;
    let parameters = [("alpha", curve.alpha), ("beta", curve.beta), ("gamma", curve.gamma)];
    Some(LawJson {
        peak_workers: usl.peak_workers(),
        peak_throughput: usl.peak_throughput(),
        cautions: fit.cautions(),
        ..LawJson::of_curve(fit, "usl", curve, &parameters)
    })
}

fn amdahl(fit: &SeriesFit) -> Option<LawJson> {
    let amdahl = fit.amdahl.as_ref().ok()?;
    let parameters = [("serial_fraction", amdahl.serial_fraction()), ("gamma", amdahl.curve.gamma)];
    let fractions = fit.karp_flatt.iter().map(|&(workers, value)| KarpFlattJson { workers, value });
    Some(LawJson {
        points_left_out: amdahl.left_out,
        karp_flatt: Some(fractions.collect()),
        ..LawJson::of_curve(fit, "amdahl", &amdahl.curve, &parameters)
    })
}

fn gustafson(fit: &SeriesFit) -> Option<LawJson> {
    let gustafson = fit.gustafson.as_ref().ok()?;
    Some(LawJson {
        parameters: BTreeMap::from([("serial_fraction", gustafson.serial_fraction)]),
        standard_errors: BTreeMap::from([("serial_fraction", gustafson.standard_error)]),
        points: fit.points.len(),
        ..LawJson::plain(fit, "gustafson")
    })
}

impl LawJson {
    fn plain(fit: &SeriesFit, law: &'static str) -> Self {
        Self {
            backend: fit.key.map(|key| key.backend),
            dispatch: fit.key.map(|key| key.dispatch),
            threads_per_process: fit.key.and_then(|key| key.per_process),
            law,
            parameters: BTreeMap::new(),
            standard_errors: BTreeMap::new(),
            at_bound: Vec::new(),
            peak_workers: None,
            peak_throughput: None,
            points: 0,
            distinct_workers: None,
            degrees_of_freedom: None,
            residual_standard_error: None,
            r_squared: None,
            points_left_out: 0,
            karp_flatt: None,
            cautions: Vec::new(),
        }
    }

    fn of_curve(
        fit: &SeriesFit,
        law: &'static str,
        curve: &ScalingCurve,
        parameters: &[(&'static str, Parameter)],
    ) -> Self {
        let at_bound = parameters.iter().filter(|(_, parameter)| parameter.is_at_bound);
        Self {
            parameters: parameters.iter().map(|(name, parameter)| (*name, parameter.value)).collect(),
            standard_errors: parameters.iter().map(|(name, parameter)| (*name, parameter.standard_error)).collect(),
            at_bound: at_bound.map(|(name, _)| *name).collect(),
            points: curve.points,
            distinct_workers: Some(curve.distinct),
            degrees_of_freedom: Some(curve.freedom),
            residual_standard_error: curve.residual_error,
            r_squared: curve.r2,
            ..Self::plain(fit, law)
        }
    }
}
