//! The geometry of a heat map: which shade a value has, and which part of a table is shown where there is room for
//! less than all of it.

use std::ops::Range;

/// What is known of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HeatCell {
    /// Nothing yet.
    Nothing,
    /// This many of its parts.
    Parts(u32, u32),
    /// That there will never be a value.
    Failed,
    /// Its value.
    Value(f64),
}

/// The values at which shades begin and end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatScale {
    /// What has the faintest shade.
    pub low: f64,
    /// What has the fullest shade.
    pub high: f64,
}

impl HeatScale {
    /// From the least of the values to the greatest.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let nothing = Self { low: f64::INFINITY, high: f64::NEG_INFINITY };
        values.fold(nothing, |scale, x| Self { low: scale.low.min(x), high: scale.high.max(x) })
    }

    /// How full a value's shade is, 0..1; full for all where there is but one value.
    pub fn level(&self, value: f64) -> f64 {
        if self.high > self.low { ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0) } else { 1.0 }
    }
}

/// Which of `shades` shades a level 0..1 has: equal steps, the last for the topmost.
pub fn shade(level: f64, shades: usize) -> usize {
    ((level * shades as f64) as usize).min(shades.saturating_sub(1))
}

/// The part of `all` items that is shown where there is room for `room`: with the one to see in the middle, as far
/// as the ends allow.
pub fn window(all: usize, room: usize, to_see: Option<usize>) -> Range<usize> {
    let room = room.min(all);
    let start = to_see.unwrap_or(0).saturating_sub(room / 2).min(all - room);
    start..start + room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_are_equal_steps() {
        let scale = HeatScale::of([0.9, 0.8, 1.0].into_iter());
        assert_eq!(scale, HeatScale { low: 0.8, high: 1.0 });
        let shades = [0.8, 0.849, 0.851, 0.9001, 0.96, 1.0, 2.0, -1.0].map(|value| shade(scale.level(value), 4));
        assert_eq!(shades, [0, 0, 1, 2, 3, 3, 3, 0]);
        assert_eq!([f64::NAN, 0.5].map(|value| shade(scale.level(value), 4)), [0, 0]);
        let single = HeatScale { low: 0.5, high: 0.5 };
        assert_eq!(shade(single.level(0.5), 4), 3);
        assert_eq!(shade(HeatScale::of(std::iter::empty()).level(0.5), 4), 3);
    }

    #[test]
    fn a_window_has_the_one_to_see_in_the_middle() {
        assert_eq!(window(20, 5, None), 0..5);
        assert_eq!(window(20, 5, Some(10)), 8..13);
        assert_eq!(window(20, 5, Some(19)), 15..20);
        assert_eq!(window(20, 5, Some(1)), 0..5);
        assert_eq!(window(3, 5, Some(2)), 0..3);
        assert_eq!(window(0, 5, None), 0..0);
        assert_eq!(window(5, 0, Some(4)), 4..4);
    }
}
