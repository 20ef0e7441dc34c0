//! Leaves samples out of a fit for a while whose coefficients seem to stay at their bound, as LIBSVM does.

use libsvm_rs::qmatrix::QMatrix as _;

use super::{Bound, Leave, Solver};
use crate::workload::cancelled::Cancelled;

/// Within so many tolerances of the optimum all samples are taken back in, once.
const NEAR: f64 = 10.0;

impl Solver<'_> {
    /// Leaves out what seems settled.
    pub(super) fn shrink(&mut self, leave: &Leave<'_>) -> Result<(), Cancelled> {
        let most = self.extremes();
        if !self.unshrunk && most.0 + most.1 <= self.tolerance * NEAR {
            self.unshrunk = true;
            self.take_back_in(leave)?;
        }
        let mut i = 0;
        while i < self.active {
            if self.seems_settled(i, most) {
                self.active -= 1;
                while self.active > i {
                    if !self.seems_settled(self.active, most) {
                        self.swap(i, self.active);
                        break;
                    }
                    self.active -= 1;
                }
            }
            i += 1;
        }
        Ok(())
    }

    /// Looks at all samples again.
    pub(super) fn take_back_in(&mut self, leave: &Leave<'_>) -> Result<(), Cancelled> {
        self.reconstruct(leave)?;
        self.active = self.order.len();
        Ok(())
    }

    /// How much the condition of the optimum is missed most, from either side.
    fn extremes(&self) -> (f64, f64) {
        let (mut up, mut down) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        let raise = |most: &mut f64, to: f64| *most = if to >= *most { to } else { *most };
        for i in 0..self.active {
            let (gradient, bound) = (self.gradient[i], self.bounds[i]);
            let (of_upper, of_lower) = if self.signs[i] > 0 { (&mut up, &mut down) } else { (&mut down, &mut up) };
            if bound != Bound::Upper {
                raise(of_upper, -gradient);
            }
            if bound != Bound::Lower {
                raise(of_lower, gradient);
            }
        }
        (up, down)
    }

    fn seems_settled(&self, i: usize, (up, down): (f64, f64)) -> bool {
        let positive = self.signs[i] > 0;
        match self.bounds[i] {
            Bound::Upper => -self.gradient[i] > if positive { up } else { down },
            Bound::Lower => self.gradient[i] > if positive { down } else { up },
            Bound::Free => false,
        }
    }

    fn swap(&mut self, i: usize, j: usize) {
        self.matrix.swap_index(i, j);
        self.diagonal.swap(i, j);
        self.signs.swap(i, j);
        self.alpha.swap(i, j);
        self.bounds.swap(i, j);
        self.gradient.swap(i, j);
        self.gradient_bar.swap(i, j);
        self.order.swap(i, j);
    }

    /// Computes the gradient of the samples that are left out.
    pub(super) fn reconstruct(&mut self, leave: &Leave<'_>) -> Result<(), Cancelled> {
        let (active, all) = (self.active, self.order.len());
        if active == all {
            return Ok(());
        }
        for j in active..all {
            self.gradient[j] = self.gradient_bar[j] - 1.0;
        }
        let free: Vec<usize> = (0..active).filter(|&i| self.is_free(i)).collect();
        // Row by row, along whichever side has fewer rows to compute.
        if free.len() * all > 2 * active * (all - active) {
            for i in active..all {
                self.fetch(i, active, leave)?;
                let row = self.matrix.get_q(i, active);
                self.gradient[i] =
                    free.iter().fold(self.gradient[i], |sum, &j| sum + self.alpha[j] * f64::from(row[j]));
            }
        } else {
            for i in free {
                self.fetch(i, all, leave)?;
                let row = &self.matrix.get_q(i, all)[active..];
                let alpha = self.alpha[i];
                let outside = self.gradient[active..].iter_mut().zip(row);
                outside.for_each(|(gradient, &entry)| *gradient += alpha * f64::from(entry));
            }
        }
        Ok(())
    }
}
