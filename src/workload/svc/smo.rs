//! Trains a classifier of two classes: sequential minimal optimisation as LIBSVM does it (Fan, Chen & Lin 2005), step
//! for step, on the library's own kernel matrix.
//!
//! The library's loop gives up after 10 million steps without a word, says nothing of how it ended and hears nothing
//! while it runs. This one says how it ended, has the limit that it is given, and looks up after every step.

mod headway;
mod shrinking;

use libsvm_rs::qmatrix::{QMatrix as _, SvcQ};
use libsvm_rs::{SvmNode, SvmParameter};

use self::headway::Headway;
use crate::workload::cancelled::Cancelled;

/// Stands in for a curvature that is not positive.
const TAU: f64 = 1e-12;

/// Steps after which samples that seem settled are looked for, at most.
const SHRINK_EVERY: usize = 1000;

/// Products of numbers between two looks at the outside world: a few milliseconds.
const STRIDE: usize = 1 << 20;

/// What is to be told apart.
pub(super) struct Pair {
    /// The samples of both classes.
    pub(super) samples: Vec<Vec<SvmNode>>,
    /// 1 or −1 for each of them.
    pub(super) signs: Vec<i8>,
}

/// How long a fit may go on.
pub(super) struct Leave<'a> {
    /// The most steps, if there is such a limit.
    pub(super) steps: Option<u64>,
    /// Whether it is to stop at once.
    pub(super) is_cancelled: &'a dyn Fn() -> bool,
}

impl Leave<'_> {
    /// # Errors
    /// [`Cancelled`] when the fit is to stop.
    pub(super) fn look(&self) -> Result<(), Cancelled> {
        if (self.is_cancelled)() { Err(Cancelled) } else { Ok(()) }
    }
}

/// How a fit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// At the optimum, within the tolerance.
    Converged,
    /// Before that: it used up its steps, or came no nearer.
    Stopped,
    /// With numbers that are none.
    NotFinite,
}

/// What a fit came to.
#[derive(Debug)]
pub(super) struct Solution {
    /// How it ended.
    pub(super) verdict: Verdict,
    /// The coefficient of each sample, with the sign of its class.
    pub(super) coefficients: Vec<f64>,
    /// What is taken off each decision.
    pub(super) rho: f64,
}

/// Where a coefficient stands between its bounds, 0 and C.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Lower,
    Upper,
    Free,
}

/// The state of a fit. The first `active` samples are looked at, the others are settled for now; `order` has the
/// sample's place in the pair for each place here.
struct Solver<'a> {
    matrix: SvcQ<'a>,
    diagonal: Vec<f64>,
    signs: Vec<i8>,
    alpha: Vec<f64>,
    bounds: Vec<Bound>,
    gradient: Vec<f64>,
    /// The part of the gradient that the coefficients at their upper bound make up.
    gradient_bar: Vec<f64>,
    order: Vec<usize>,
    active: usize,
    /// Whether all samples were taken back in near the end.
    unshrunk: bool,
    /// The row of the matrix for the first sample of the step.
    row: Vec<f32>,
    c: f64,
    tolerance: f64,
    /// Entries of a row that are computed at a time.
    entries: usize,
}

/// Trains on two classes.
///
/// # Errors
/// [`Cancelled`] when it was told to stop.
pub(super) fn solve(pair: &Pair, parameter: &SvmParameter, leave: &Leave<'_>) -> Result<Solution, Cancelled> {
    let mut solver = Solver::new(pair, parameter);
    let converged = solver.run(parameter.shrinking, leave)?;
    Ok(solver.solution(converged))
}

impl<'a> Solver<'a> {
    fn new(pair: &'a Pair, parameter: &SvmParameter) -> Self {
        let count = pair.samples.len();
        let matrix = SvcQ::new(&pair.samples, parameter, &pair.signs);
        Self {
            diagonal: matrix.get_qd().to_vec(),
            matrix,
            signs: pair.signs.clone(),
            alpha: vec![0.0; count],
            bounds: vec![Bound::Lower; count],
            gradient: vec![-1.0; count],
            gradient_bar: vec![0.0; count],
            order: (0..count).collect(),
            active: count,
            unshrunk: false,
            row: vec![0.0; count],
            c: parameter.c,
            tolerance: parameter.eps,
            entries: (STRIDE / pair.samples.first().map_or(1, Vec::len).max(1)).max(1),
        }
    }

    /// Goes step by step to the optimum; whether it got there.
    fn run(&mut self, shrinking: bool, leave: &Leave<'_>) -> Result<bool, Cancelled> {
        let every = self.alpha.len().min(SHRINK_EVERY);
        let (mut steps, mut until_shrinking) = (0, every + 1);
        let mut headway = Headway::default();
        while leave.steps.is_none_or(|most| steps < most) {
            leave.look()?;
            until_shrinking -= 1;
            if until_shrinking == 0 {
                until_shrinking = every;
                if shrinking {
                    self.shrink(leave)?;
                }
            }
            let (mut chosen, mut was_shrunk) = (self.choose(leave)?, false);
            if chosen.is_none() {
                self.take_back_in(leave)?;
                (chosen, was_shrunk) = (self.choose(leave)?, true);
            }
            let Some((i, j)) = chosen else { return Ok(true) };
            if was_shrunk {
                until_shrinking = 1;
            }
            steps += 1;
            let violation = self.violation(i, j);
            self.step(i, j, leave)?;
            let in_vain = self.is_free(i) && self.is_free(j) && headway::in_vain(violation, self.violation(i, j));
            if headway.is_up_after(in_vain) && !headway.goes_on(self.objective(leave)?) {
                return Ok(false);
            }
        }
        Ok(false)
    }

    fn is_free(&self, i: usize) -> bool {
        self.bounds[i] == Bound::Free
    }

    /// By how much two samples miss the condition of the optimum.
    fn violation(&self, i: usize, j: usize) -> f64 {
        f64::from(self.signs[j]) * self.gradient[j] - f64::from(self.signs[i]) * self.gradient[i]
    }

    /// The two samples whose step brings most, and in `row` the first one's row; `None` at the optimum.
    fn choose(&mut self, leave: &Leave<'_>) -> Result<Option<(usize, usize)>, Cancelled> {
        let Some((i, most)) = self.first() else { return Ok(None) };
        self.fetch(i, self.active, leave)?;
        self.row[..self.active].copy_from_slice(self.matrix.get_q(i, self.active));
        let (j, other_most) = self.second(i, most);
        Ok(j.filter(|_| most + other_most >= self.tolerance).map(|j| (i, j)))
    }

    /// The sample that misses the condition most from one side, and by how much.
    fn first(&self) -> Option<(usize, f64)> {
        let (mut most, mut found) = (f64::NEG_INFINITY, None);
        let samples = self.signs.iter().zip(&self.gradient).zip(&self.bounds).take(self.active);
        for (t, ((&sign, &gradient), &bound)) in samples.enumerate() {
            let (out, toward) = if sign > 0 { (Bound::Upper, -gradient) } else { (Bound::Lower, gradient) };
            if bound != out && toward >= most {
                (most, found) = (toward, Some(t));
            }
        }
        Some((found?, most))
    }

    /// The sample from the other side that brings most together with `i`, and how much is missed most there.
    fn second(&self, i: usize, most: f64) -> (Option<usize>, f64) {
        let (mut other_most, mut best, mut found) = (f64::NEG_INFINITY, f64::INFINITY, None);
        let (own, sign_i) = (self.diagonal[i], f64::from(self.signs[i]));
        let samples = self.signs.iter().zip(&self.gradient).zip(&self.bounds).zip(self.diagonal.iter().zip(&self.row));
        for (j, (((&sign, &gradient), &bound), (&other, &entry))) in samples.take(self.active).enumerate() {
            let (out, toward) = if sign > 0 { (Bound::Lower, gradient) } else { (Bound::Upper, -gradient) };
            if bound == out {
                continue;
            }
            other_most = if toward >= other_most { toward } else { other_most };
            let difference = most + toward;
            if difference > 0.0 {
                let curvature = own + other - 2.0 * sign_i * f64::from(sign) * f64::from(entry);
                let gain = -(difference * difference) / if curvature > 0.0 { curvature } else { TAU };
                if gain <= best {
                    (best, found) = (gain, Some(j));
                }
            }
        }
        (found, other_most)
    }

    /// Moves two coefficients to where the objective is least along their line. The first one's row is in `row`.
    fn step(&mut self, i: usize, j: usize, leave: &Leave<'_>) -> Result<(), Cancelled> {
        let before = (self.alpha[i], self.alpha[j]);
        self.move_both(i, j);
        let moved = (self.alpha[i] - before.0, self.alpha[j] - before.1);
        self.fetch(j, self.active, leave)?;
        let row_j = self.matrix.get_q(j, self.active);
        for ((gradient, &q_i), &q_j) in self.gradient.iter_mut().zip(&self.row).zip(row_j) {
            *gradient += f64::from(q_i) * moved.0 + f64::from(q_j) * moved.1;
        }
        self.take_note(i, leave)?;
        self.take_note(j, leave)
    }

    fn move_both(&mut self, i: usize, j: usize) {
        let (c, entry) = (self.c, f64::from(self.row[j]));
        let (mut a, mut b) = (self.alpha[i], self.alpha[j]);
        let along = |curvature: f64, slope: f64| slope / if curvature > 0.0 { curvature } else { TAU };
        if self.signs[i] == self.signs[j] {
            let curvature = self.diagonal[i] + self.diagonal[j] - 2.0 * entry;
            let delta = along(curvature, self.gradient[i] - self.gradient[j]);
            let sum = a + b;
            (a, b) = (a - delta, b + delta);
            (a, b) = if sum > c && a > c {
                (c, sum - c)
            } else if sum <= c && b < 0.0 {
                (sum, 0.0)
            } else {
                (a, b)
            };
            (a, b) = if sum > c && b > c {
                (sum - c, c)
            } else if sum <= c && a < 0.0 {
                (0.0, sum)
            } else {
                (a, b)
            };
        } else {
            let curvature = self.diagonal[i] + self.diagonal[j] + 2.0 * entry;
            let delta = along(curvature, -self.gradient[i] - self.gradient[j]);
            let difference = a - b;
            (a, b) = (a + delta, b + delta);
            (a, b) = if difference > 0.0 && b < 0.0 {
                (difference, 0.0)
            } else if difference <= 0.0 && a < 0.0 {
                (0.0, -difference)
            } else {
                (a, b)
            };
            (a, b) = if difference > 0.0 && a > c {
                (c, c - difference)
            } else if difference <= 0.0 && b > c {
                (c + difference, c)
            } else {
                (a, b)
            };
        }
        (self.alpha[i], self.alpha[j]) = (a, b);
    }

    /// Takes note of where a coefficient stands now.
    fn take_note(&mut self, i: usize, leave: &Leave<'_>) -> Result<(), Cancelled> {
        let was_upper = self.bounds[i] == Bound::Upper;
        self.bounds[i] = match self.alpha[i] {
            alpha if alpha >= self.c => Bound::Upper,
            alpha if alpha <= 0.0 => Bound::Lower,
            _ => Bound::Free,
        };
        if was_upper == (self.bounds[i] == Bound::Upper) {
            return Ok(());
        }
        let share = if was_upper { -self.c } else { self.c };
        self.fetch(i, self.order.len(), leave)?;
        let row = self.matrix.get_q(i, self.order.len());
        self.gradient_bar.iter_mut().zip(row).for_each(|(gradient, &entry)| *gradient += share * f64::from(entry));
        Ok(())
    }

    /// Has the beginning of a row computed, a part at a time.
    fn fetch(&mut self, i: usize, length: usize, leave: &Leave<'_>) -> Result<(), Cancelled> {
        for part in (self.entries..length).step_by(self.entries) {
            self.matrix.get_q(i, part);
            leave.look()?;
        }
        Ok(())
    }

    /// The value that is to be made least.
    fn objective(&mut self, leave: &Leave<'_>) -> Result<f64, Cancelled> {
        self.reconstruct(leave)?;
        Ok(self.alpha.iter().zip(&self.gradient).map(|(alpha, gradient)| alpha * (gradient - 1.0)).sum::<f64>() / 2.0)
    }

    /// What is taken off each decision: the mean over the free samples, or the middle of what the bounds allow.
    fn rho(&self) -> f64 {
        let (mut free, mut sum) = (0_u32, 0.0);
        let (mut high, mut low) = (f64::INFINITY, f64::NEG_INFINITY);
        for i in 0..self.active {
            let at = f64::from(self.signs[i]) * self.gradient[i];
            match (self.bounds[i], self.signs[i] > 0) {
                (Bound::Free, _) => (free, sum) = (free + 1, sum + at),
                (Bound::Upper, false) | (Bound::Lower, true) => high = high.min(at),
                (Bound::Upper, true) | (Bound::Lower, false) => low = low.max(at),
            }
        }
        if free > 0 { sum / f64::from(free) } else { f64::midpoint(high, low) }
    }

    fn solution(self, converged: bool) -> Solution {
        let rho = self.rho();
        let mut coefficients = vec![0.0; self.order.len()];
        for ((&place, &alpha), &sign) in self.order.iter().zip(&self.alpha).zip(&self.signs) {
            coefficients[place] = alpha * f64::from(sign);
        }
        let finite = |numbers: &[f64]| numbers.iter().all(|number| number.is_finite());
        // A gradient that is no number lets any point pass for the optimum.
        let is_finite = rho.is_finite() && finite(&coefficients) && finite(&self.gradient[..self.active]);
        let verdict = match (is_finite, converged) {
            (false, _) => Verdict::NotFinite,
            (true, true) => Verdict::Converged,
            (true, false) => Verdict::Stopped,
        };
        Solution { verdict, coefficients, rho }
    }
}
