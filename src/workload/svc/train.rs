//! Trains a classifier of any number of classes: each against each other, as LIBSVM does it, and puts the parts together
//! as the library's model.

use libsvm_rs::{SvmModel, SvmNode, SvmParameter};

use super::smo::{Leave, Pair, Solution, Verdict, solve};
use crate::workload::cancelled::Cancelled;

/// Samples copied between two looks at the outside world.
const STRIDE: usize = 256;

/// The samples of a class to train on, in their order.
pub(super) struct Class<'a> {
    /// The number it goes by.
    pub(super) number: u32,
    pub(super) samples: Vec<&'a Vec<SvmNode>>,
}

/// Trains on all pairs of classes; the model, and the worst that is to be said of a pair.
///
/// # Errors
/// [`Cancelled`] when it was told to stop.
pub(super) fn train(
    classes: &[Class<'_>],
    parameter: &SvmParameter,
    leave: &Leave<'_>,
) -> Result<(SvmModel, Verdict), Cancelled> {
    let solve = |(i, j): (usize, usize)| solve(&pair(&classes[i], &classes[j], leave)?, parameter, leave);
    let solutions = pairs(classes.len()).map(solve).collect::<Result<Vec<Solution>, Cancelled>>()?;
    let worst = solutions.iter().map(|solution| solution.verdict).max().unwrap_or(Verdict::Converged);
    Ok((model(classes, &solutions, parameter, leave)?, worst))
}

/// Each of so many classes with each behind it.
pub(super) fn pairs(classes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..classes).flat_map(move |i| (i + 1..classes).map(move |j| (i, j)))
}

fn pair(positive: &Class<'_>, negative: &Class<'_>, leave: &Leave<'_>) -> Result<Pair, Cancelled> {
    let samples = copies(positive.samples.iter().chain(&negative.samples).copied(), leave)?;
    let signs = [(positive, 1), (negative, -1)].map(|(class, sign)| vec![sign; class.samples.len()]).concat();
    Ok(Pair { samples, signs })
}

fn copies<'a>(
    samples: impl Iterator<Item = &'a Vec<SvmNode>>,
    leave: &Leave<'_>,
) -> Result<Vec<Vec<SvmNode>>, Cancelled> {
    let copy = |(n, sample): (usize, &Vec<SvmNode>)| {
        if n.is_multiple_of(STRIDE) {
            leave.look()?;
        }
        Ok(sample.clone())
    };
    samples.enumerate().map(copy).collect()
}

/// The model that the pairs' solutions make up: the samples with a coefficient in any of them, class by class.
fn model(
    classes: &[Class<'_>],
    solutions: &[Solution],
    parameter: &SvmParameter,
    leave: &Leave<'_>,
) -> Result<SvmModel, Cancelled> {
    let parts = Parts { classes, solutions };
    let support: Vec<Vec<usize>> = (0..classes.len()).map(|class| parts.supporting(class)).collect();
    let samples = support.iter().zip(classes).flat_map(|(of_class, class)| of_class.iter().map(|&i| class.samples[i]));
    Ok(SvmModel {
        param: parameter.clone(),
        nr_class: classes.len(),
        sv: copies(samples, leave)?,
        sv_coef: (1..classes.len()).map(|row| parts.coefficients(row - 1, &support)).collect(),
        rho: solutions.iter().map(|solution| solution.rho).collect(),
        prob_a: Vec::new(),
        prob_b: Vec::new(),
        prob_density_marks: Vec::new(),
        sv_indices: Vec::new(),
        label: classes.iter().map(|class| class.number as i32).collect(),
        n_sv: support.iter().map(Vec::len).collect(),
    })
}

/// The solutions of all pairs, as they are about a class.
struct Parts<'a> {
    classes: &'a [Class<'a>],
    solutions: &'a [Solution],
}

impl Parts<'_> {
    /// The coefficients that the samples of a class have against those of another.
    fn against(&self, class: usize, other: usize) -> &[f64] {
        let (i, j) = (class.min(other), class.max(other));
        // Pairs that begin with an earlier class come first.
        let before = i * (2 * self.classes.len() - i - 1) / 2;
        let (first, second) = self.solutions[before + j - i - 1].coefficients.split_at(self.classes[i].samples.len());
        if class == i { first } else { second }
    }

    /// The samples of a class that have a coefficient against any other.
    fn supporting(&self, class: usize) -> Vec<usize> {
        let others = (0..self.classes.len()).filter(|&other| other != class);
        let all: Vec<&[f64]> = others.map(|other| self.against(class, other)).collect();
        (0..self.classes[class].samples.len()).filter(|&i| all.iter().any(|own| own[i] != 0.0)).collect()
    }

    /// A row of the model's coefficients. A class has as many rows as there are others, in their order.
    fn coefficients(&self, row: usize, support: &[Vec<usize>]) -> Vec<f64> {
        let of_class = |class: usize| {
            let own = self.against(class, if row < class { row } else { row + 1 });
            support[class].iter().map(move |&i| own[i])
        };
        (0..support.len()).flat_map(of_class).collect()
    }
}
