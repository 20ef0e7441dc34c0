//! The yardstick: a fixed piece of work in registers, which takes longer or shorter only as the CPU is slower or faster.
//!
//! It touches no memory and calls nothing, so that neither caches nor the kernel have a part in it. A CPU that is shared,
//! throttled or clocked otherwise shows in how long it takes; what one piece loses to an interrupt, the least of a few
//! does not.

use std::hint::black_box;

/// Pieces in a row, of which the quickest counts.
const PIECES: u32 = 4;
/// Steps of a piece, each of which waits for the one before: a multiplication and an addition, about 4 cycles on
/// processors of today, so that a piece takes some 20 µs.
const STEPS: u32 = 20_000;
/// Multiplier and increment of Knuth's generator MMIX (TAOCP 2, section 3.3.4): any odd numbers would do.
const FACTOR: u64 = 6_364_136_223_846_793_005;
const ADDEND: u64 = 1_442_695_040_888_963_407;

/// How long the yardstick took, in units of the clock that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yardstick {
    /// The quickest piece.
    pub least: u64,
    /// All pieces together: what timing it cost.
    pub cost: u64,
}

/// Times the yardstick by this clock: a few pieces, some 80 µs in all.
pub fn yardstick(now: impl Fn() -> u64) -> Yardstick {
    let mut timed = Yardstick { least: u64::MAX, cost: 0 };
    for _ in 0..PIECES {
        let begun = now();
        piece();
        let took = now().saturating_sub(begun);
        timed = Yardstick { least: timed.least.min(took), cost: timed.cost.saturating_add(took) };
    }
    timed
}

/// The work itself. A compiler that knew the factor could do several steps at once.
fn piece() {
    let (factor, addend) = (black_box(FACTOR), black_box(ADDEND));
    let (mut x, mut left) = (black_box(1_u64), STEPS);
    while left > 0 {
        x = x.wrapping_mul(factor).wrapping_add(addend);
        left -= 1;
    }
    black_box(x);
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn the_quickest_piece_counts_and_all_of_them_cost() {
        // Each piece ends so much after it begun.
        let (took, looks) = ([30, 20, 50, 25], Cell::new(0));
        let clock = || {
            let look = looks.replace(looks.get() + 1);
            100 * (look / 2) as u64 + if look % 2 == 1 { took[look / 2] } else { 0 }
        };
        assert_eq!(yardstick(clock), Yardstick { least: 20, cost: 125 });
    }
}
