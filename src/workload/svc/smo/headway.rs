//! Tells a fit that comes no nearer from one that takes long, so that a fit without a limit of steps ends.
//!
//! Kernels are kept in single precision. Where their values are so large that its rounding hides what tells two samples
//! apart, steps change nothing that the next step looks at, and go on so for days; or errors push the coefficients to
//! and fro. LIBSVM's own limit, 10 million steps, is long enough to be sure of either.

/// Steps after which LIBSVM gives up; here they are only looked back on.
const WINDOW: u64 = 10_000_000;

/// What is told of the steps so far.
pub(super) struct Headway {
    steps: u64,
    /// Steps in a row that were in vain, up to now.
    in_vain: u64,
    /// The least objective at the end of any window.
    least: f64,
}

impl Default for Headway {
    fn default() -> Self {
        Self { steps: 0, in_vain: 0, least: f64::INFINITY }
    }
}

/// Whether a step that no bound stopped left its violation as it was; it ought to be gone.
pub(super) fn in_vain(before: f64, after: f64) -> bool {
    after > before * 0.99
}

impl Headway {
    /// Takes note of a step; whether a window has come to its end.
    #[inline]
    pub(super) fn is_up_after(&mut self, in_vain: bool) -> bool {
        self.steps += 1;
        self.in_vain = if in_vain { self.in_vain + 1 } else { 0 };
        self.steps.is_multiple_of(WINDOW)
    }

    /// At the end of a window with this objective: whether it is worth while to go on.
    pub(super) fn goes_on(&mut self, objective: f64) -> bool {
        let is_nearer = objective < self.least;
        self.least = self.least.min(objective);
        is_nearer && self.in_vain < WINDOW / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a fit whose steps are like this goes on after the window.
    fn window(headway: &mut Headway, in_vain: bool, objective: f64) -> bool {
        headway.steps += WINDOW - 1;
        headway.in_vain += if in_vain { WINDOW - 1 } else { 0 };
        assert!(headway.is_up_after(in_vain), "a window is over");
        headway.goes_on(objective)
    }

    #[test]
    fn a_fit_goes_on_as_long_as_it_comes_nearer() {
        let mut headway = Headway::default();
        assert!((1..9).all(|n| window(&mut headway, false, -f64::from(n))));
        assert!(!window(&mut headway, false, -8.0), "no nearer than before");
        let mut headway = Headway::default();
        assert!(!window(&mut headway, true, -1.0), "nothing changed in all that time");
        assert!(!window(&mut Headway::default(), false, f64::NAN));
        assert!(in_vain(2.0, 2.0) && !in_vain(2.0, 1.0));
    }
}
