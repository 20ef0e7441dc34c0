//! From values to fractions of an axis and back. It knows no ticks and no size.

/// A linear or logarithmic axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AxisScale {
    /// From `lo` to `hi`, which differ.
    Linear {
        /// The value at 0.
        lo: f64,
        /// The value at 1.
        hi: f64,
    },
    /// From 2^`lo` to 2^`hi`, which differ.
    Log2 {
        /// The exponent at 0.
        lo: f64,
        /// The exponent at 1.
        hi: f64,
    },
}

impl AxisScale {
    /// A linear axis, widened by one if it would be a single value.
    pub fn linear(lo: f64, hi: f64) -> Self {
        match hi > lo {
            true => Self::Linear { lo, hi },
            false => Self::Linear { lo: lo - 0.5, hi: lo + 0.5 },
        }
    }

    /// A logarithmic axis over positive values.
    pub fn log(lo: f64, hi: f64) -> Self {
        let (lo, hi) = (lo.log2(), hi.log2());
        match hi > lo {
            true => Self::Log2 { lo, hi },
            false => Self::Log2 { lo: lo - 1.0, hi: lo + 1.0 },
        }
    }

    /// A logarithmic axis that begins at a power of two a little below `lo`, so that nothing lies on the other axis,
    /// and is at least a factor of two long.
    pub fn log_floor(lo: f64, hi: f64) -> Self {
        let lo = (lo.log2() - 0.25).floor();
        Self::Log2 { lo, hi: hi.log2().max(lo + 1.0) }
    }

    /// Whether equal factors have equal lengths.
    pub fn is_log(&self) -> bool {
        matches!(self, Self::Log2 { .. })
    }

    /// The fraction of the axis at which a value lies; below 0 or above 1 outside of it.
    pub fn position(&self, value: f64) -> f64 {
        match *self {
            Self::Linear { lo, hi } => (value - lo) / (hi - lo),
            Self::Log2 { lo, hi } if value > 0.0 => (value.log2() - lo) / (hi - lo),
            Self::Log2 { .. } => 0.0,
        }
    }

    /// As [`Self::position`], kept on the axis.
    pub fn at(&self, value: f64) -> f64 {
        on_axis(self.position(value))
    }

    /// The value at a fraction of the axis.
    pub fn value(&self, position: f64) -> f64 {
        match *self {
            Self::Linear { lo, hi } => lo + (hi - lo) * position,
            Self::Log2 { lo, hi } => (lo + (hi - lo) * position).exp2(),
        }
    }
}

/// A fraction kept on the axis: what lies beyond an end is at that end.
pub fn on_axis(position: f64) -> f64 {
    if position.is_nan() { 0.0 } else { position.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_values_are_inverse() {
        let scales = [
            AxisScale::linear(-2.0, 7.0),
            AxisScale::log(0.5, 100.0),
            AxisScale::linear(3.0, 3.0),
            AxisScale::log(2.0, 2.0),
        ];
        for scale in scales {
            for i in 0..=10 {
                let x = f64::from(i) / 10.0;
                assert!((scale.position(scale.value(x)) - x).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn what_lies_beyond_an_end_is_kept_on_the_axis() {
        let scale = AxisScale::linear(0.0, 4.0);
        assert_eq!([-4.0, 1.0, 8.0].map(|value| scale.position(value)), [-1.0, 0.25, 2.0]);
        assert_eq!([-4.0, 1.0, 8.0, f64::NAN].map(|value| scale.at(value)), [0.0, 0.25, 1.0, 0.0]);
        assert_eq!([0.0, -1.0].map(|value| AxisScale::log(1.0, 8.0).position(value)), [0.0, 0.0]);
    }
}
