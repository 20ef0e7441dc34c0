//! The least squares of X(N) = γN / (1 + α(N − 1) + βN(N − 1)) within 0 ≤ α, β ≤ 1 and γ ≥ 0.
//!
//! By Levenberg's and Marquardt's method (Marquardt, *An Algorithm for Least-Squares Estimation of Nonlinear Parameters*,
//! 1963) from the best point of a grid. A step ends at the bounds; a parameter at its bound that the squares would
//! have beyond is held there for a step, and let go once they would have it back (an active set).

use super::least_squares::{Triangle, UNKNOWNS};
use super::points::{ScalingGroup, ScalingSample};

/// α, β, γ.
pub(super) type Parameters = [f64; UNKNOWNS];

/// From where to where each may go.
pub(super) const BOUNDS: [[f64; 2]; UNKNOWNS] = [[0.0, 1.0], [0.0, 1.0], [0.0, f64::MAX]];

/// Steps until the search gives up getting better; some ten are usual.
const STEPS_MAX: u32 = 400;
/// A step that changes no parameter by more than this part is the last.
const PRECISION: f64 = 1e-13;
/// Steps in a row that gain no more than this part of the squares are the last ones.
const GAIN: f64 = 1e-13;
const IDLE_MAX: u32 = 8;
/// Values along each axis of the grid.
const GRID: u32 = 28;
/// Groups that are looked at first.
const FIRST_GROUPS: usize = 128;
/// The damping at the start, and beyond which no step is worth a try.
const DAMPING: f64 = 1e-3;
const DAMPING_MAX: f64 = 1e16;
/// Squares that are rounding, as a part of those of the throughputs.
const ROUNDING: f64 = 1e-28;

/// X(N).
pub(super) fn value([alpha, beta, gamma]: Parameters, n: f64) -> f64 {
    gamma * n / denominator(alpha, beta, n)
}

/// X(N) by each parameter.
pub(super) fn gradient([alpha, beta, gamma]: Parameters, n: f64) -> Parameters {
    let denominator = denominator(alpha, beta, n);
    let per_gamma = n / denominator;
    let per_alpha = -gamma * per_gamma * (n - 1.0) / denominator;
    [per_alpha, per_alpha * n, per_gamma]
}

fn denominator(alpha: f64, beta: f64, n: f64) -> f64 {
    1.0 + alpha * (n - 1.0) + beta * n * (n - 1.0)
}

/// What the squares come to over the groups' means.
pub(super) fn squares(groups: &[ScalingGroup], at: Parameters) -> f64 {
    groups.iter().map(|group| group.weight * (group.mean - value(at, group.workers)).powi(2)).sum()
}

/// The rows of the Jacobian at some parameters, those of `held` ones empty, with what is left of the throughputs.
pub(super) fn triangle(groups: &[ScalingGroup], at: Parameters, held: [bool; UNKNOWNS]) -> Triangle {
    let mut triangle = Triangle::default();
    for group in groups {
        let (weight, gradient) = (group.weight.sqrt(), gradient(at, group.workers));
        let row = std::array::from_fn(|i| if held[i] { 0.0 } else { weight * gradient[i] });
        triangle.add(row, weight * (group.mean - value(at, group.workers)));
    }
    triangle
}

/// Whether each parameter is at a bound.
pub(super) fn at_bounds(at: Parameters) -> [bool; UNKNOWNS] {
    std::array::from_fn(|i| BOUNDS[i].contains(&at[i]))
}

/// The parameters with the least squares, γ in the sample's unit; β is 0 where the law has none.
pub(super) fn least(sample: &ScalingSample, has_beta: bool) -> Parameters {
    let groups = &sample.groups;
    let few: Vec<ScalingGroup> =
        groups.iter().step_by(groups.len().div_ceil(FIRST_GROUPS)).chain(groups.last()).copied().collect();
    let is_few = groups.len() <= FIRST_GROUPS;
    // Of many groups, some say where to look.
    let first = if is_few { groups } else { &few };
    let found = from_anywhere(first, has_beta);
    if is_few { found } else { descend(groups, found, has_beta) }
}

/// The least squares of some groups, wherever they are.
fn from_anywhere(groups: &[ScalingGroup], has_beta: bool) -> Parameters {
    let found = descend(groups, start(groups, has_beta), has_beta);
    if !has_beta {
        return found;
    }
    // Where throughputs are all over the place there may be several valleys; Amdahl's curve is in the range of this law.
    let beside = descend(groups, from_anywhere(groups, false), true);
    if squares(groups, beside) < squares(groups, found) { beside } else { found }
}

/// Downhill from a start, to where it is level or leads out of bounds.
fn descend(groups: &[ScalingGroup], mut at: Parameters, has_beta: bool) -> Parameters {
    let (mut least, mut damping, mut idle) = (squares(groups, at), DAMPING, 0);
    for _ in 0..STEPS_MAX {
        let held = held(groups, at, has_beta);
        let next = step(groups, at, held, damping);
        let found = squares(groups, next);
        let moved =
            (0..UNKNOWNS).map(|i| (next[i] - at[i]).abs() / at[i].abs().max(f64::MIN_POSITIVE)).fold(0.0, f64::max);
        idle = if least - found > GAIN * least { 0 } else { idle + 1 };
        if found <= least {
            (at, least, damping) = (next, found, (damping / 10.0).max(1e-15));
        } else {
            damping *= 10.0;
        }
        if moved <= PRECISION || damping > DAMPING_MAX || idle > IDLE_MAX {
            break;
        }
    }
    rounded(groups, at, least)
}

/// A parameter that makes no difference to what is left is at its bound.
fn rounded(groups: &[ScalingGroup], mut at: Parameters, least: f64) -> Parameters {
    let all: f64 = groups.iter().map(|group| group.weight * group.mean.powi(2)).sum();
    let most = least * (1.0 + 1e-12) + ROUNDING * all;
    for i in 0..UNKNOWNS - 1 {
        let mut without = at;
        without[i] = 0.0;
        if squares(groups, without) <= most {
            at = without;
        }
    }
    at
}

/// Parameters at a bound beyond which the squares would be less, and β where there is none.
fn held(groups: &[ScalingGroup], at: Parameters, has_beta: bool) -> [bool; UNKNOWNS] {
    let mut downhill = [0.0; UNKNOWNS];
    for group in groups {
        let left = group.weight * (group.mean - value(at, group.workers));
        let gradient = gradient(at, group.workers);
        downhill.iter_mut().zip(gradient).for_each(|(sum, part)| *sum += left * part);
    }
    std::array::from_fn(|i| {
        let [low, high] = BOUNDS[i];
        let outward = (at[i] <= low && downhill[i] <= 0.0) || (at[i] >= high && downhill[i] >= 0.0);
        outward || (i == 1 && !has_beta)
    })
}

/// A step, cut off at the bounds.
fn step(groups: &[ScalingGroup], at: Parameters, held: [bool; UNKNOWNS], damping: f64) -> Parameters {
    let mut triangle = triangle(groups, at, held);
    // Each parameter is damped by its own scale, so that it makes no difference which units they have.
    for (i, length) in triangle.lengths().into_iter().enumerate() {
        let mut row = [0.0; UNKNOWNS];
        row[i] = length * damping.sqrt();
        triangle.add(row, 0.0);
    }
    let by = triangle.solution();
    std::array::from_fn(|i| {
        let [low, high] = BOUNDS[i];
        let to = at[i] + by[i];
        if to.is_finite() { to.clamp(low, high) } else { at[i] }
    })
}

/// The best point of a grid over α and β, each with the γ that suits it best.
fn start(groups: &[ScalingGroup], has_beta: bool) -> Parameters {
    let n = groups.last().map_or(1.0, |group| group.workers).max(2.0);
    // From where it first shows at the most workers on.
    let axis = |least: f64| {
        let factor = (1.0 / least).powf(1.0 / f64::from(GRID - 1));
        std::iter::once(0.0).chain((0..GRID).map(move |i| (least * factor.powi(i as i32)).min(1.0)))
    };
    let betas: Vec<f64> = if has_beta { axis(1e-3 / (n * n)).collect() } else { vec![0.0] };
    let mut best = ([0.0, 0.0, 1.0], f64::INFINITY);
    for alpha in axis(1e-3 / n) {
        for &beta in &betas {
            let at = [alpha, beta, suiting_gamma(groups, alpha, beta)];
            let found = squares(groups, at);
            if found < best.1 {
                best = (at, found);
            }
        }
    }
    best.0
}

/// The γ with the least squares for given α and β, in which X is linear.
fn suiting_gamma(groups: &[ScalingGroup], alpha: f64, beta: f64) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for group in groups {
        let one = value([alpha, beta, 1.0], group.workers);
        above += group.weight * group.mean * one;
        below += group.weight * one * one;
    }
    if below > 0.0 { above / below } else { 0.0 }
}
