//! Laws of scaling, fitted to what was measured: how throughput follows the number of workers.
//!
//! | law | X(N), the throughput of N workers | file |
//! |---|---|---|
//! | universal scalability law | γN / (1 + α(N − 1) + βN(N − 1)) | `usl` |
//! | Amdahl | the same with β = 0: γN / (1 + α(N − 1)), α the serial fraction | `amdahl` |
//! | Gustafson | the speedup N + (1 − N)s′ | `gustafson` |
//! | Karp and Flatt | [`super::karp_flatt`], a value a point and no fit | `../speedup` |
//!
//! Throughputs are in any unit, as long as it is one; so is γ, which is the throughput of one worker. Numbers of workers
//! are at least 1. Nothing is made of too few points: [`Unfit`] says why.

mod amdahl;
mod curve;
mod gustafson;
mod least_squares;
mod points;
mod search;
#[cfg(test)]
mod tests;
mod usl;

pub use amdahl::{Amdahl, amdahl};
pub use curve::{Parameter, ScalingCurve};
pub use gustafson::{Gustafson, gustafson};
pub use points::{POINTS_FEW, POINTS_MIN, ScalingPoint, Unfit, distinct_workers};
pub use usl::{Usl, usl};
