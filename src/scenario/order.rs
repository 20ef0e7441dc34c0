//! The order in which tasks are handed out: a permutation from positions of the schedule to task indices.
//!
//! It must take no memory to speak of for runs of 10⁹ tasks, so a long range is reversed or shuffled by formula
//! and only lists, whose inputs are in memory anyway, get a table.

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::model::{Inputs, Job};
use super::plan::shuffle;
use super::schedule::Order;

/// Above this many tasks a shuffle is computed instead of stored.
const TABLE_MAX: u64 = 1 << 16;

/// Maps positions of the schedule to tasks, one to one.
#[derive(Debug, Clone, PartialEq)]
pub enum Permutation {
    /// Position and task are the same.
    Identity,
    /// The last task comes first.
    Reversed {
        /// How many tasks there are.
        tasks: u64,
    },
    /// Looked up.
    Table(Vec<u32>),
    /// A keyed bijection, computed instead of stored.
    Shuffled(Feistel),
}

impl Permutation {
    /// The permutation a job asks for; `cost` estimates what a task costs, in any unit.
    ///
    /// Tasks of equal cost keep the order they were given in.
    pub fn of(job: &Job, cost: impl Fn(u64) -> f64) -> Self {
        let tasks = job.inputs.len();
        match (job.order, &job.inputs) {
            (Order::Given, _) => Self::Identity,
            (Order::Shuffled, _) if tasks <= TABLE_MAX => {
                let mut table: Vec<u32> = (0..tasks as u32).collect();
                shuffle(&mut table, &mut Pcg64Mcg::seed_from_u64(job.seed));
                Self::Table(table)
            }
            (Order::Shuffled, _) => Self::Shuffled(Feistel::new(tasks, job.seed)),
            (Order::LongestFirst | Order::ShortestFirst, Inputs::Repeat { .. }) => Self::Identity,
            (order, Inputs::Range { .. }) => {
                // A kind's cost is monotone in x, so the two ends tell which way it grows.
                let ends = cost(tasks - 1).total_cmp(&cost(0));
                let wanted = if order == Order::ShortestFirst { ends } else { ends.reverse() };
                if wanted.is_ge() { Self::Identity } else { Self::Reversed { tasks } }
            }
            (order, Inputs::List(_) | Inputs::Texts(_) | Inputs::Grid(_)) => {
                // Asked for once a task: a grid's cost takes a look at all its axes.
                let costs: Vec<f64> = (0..tasks).map(cost).collect();
                let mut table: Vec<u32> = (0..tasks as u32).collect();
                table.sort_by(|&a, &b| {
                    let (a, b) = (costs[a as usize], costs[b as usize]);
                    if order == Order::LongestFirst { b.total_cmp(&a) } else { a.total_cmp(&b) }
                });
                Self::Table(table)
            }
        }
    }

    /// The task at a position.
    pub fn task_at(&self, position: u64) -> u64 {
        match self {
            Self::Identity => position,
            Self::Reversed { tasks } => tasks - 1 - position,
            Self::Table(table) => u64::from(table[position as usize]),
            Self::Shuffled(feistel) => feistel.map(position),
        }
    }
}

/// A pseudo-random bijection on 0..n in constant memory: a four-round Feistel network on the next even number
/// of bits, walked along its cycle until it lands below n (Black & Rogaway, *Ciphers with Arbitrary Finite
/// Domains*, 2002).
#[derive(Debug, Clone, PartialEq)]
pub struct Feistel {
    tasks: u64,
    half_bits: u32,
    keys: [u64; 4],
}

impl Feistel {
    /// A bijection on `0..tasks` decided by the seed.
    pub fn new(tasks: u64, seed: u64) -> Self {
        let bits = u64::BITS - tasks.saturating_sub(1).leading_zeros();
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        Self { tasks, half_bits: bits.div_ceil(2).max(1), keys: std::array::from_fn(|_| rng.next_u64()) }
    }

    fn map(&self, position: u64) -> u64 {
        let mut value = position;
        loop {
            value = self.encrypt(value);
            if value < self.tasks {
                return value;
            }
        }
    }

    fn encrypt(&self, value: u64) -> u64 {
        let mask = (1 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits, value & mask);
        for key in self.keys {
            let mixed = (right ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            (left, right) = (right, left ^ ((mixed ^ (mixed >> 29)) & mask));
        }
        left << self.half_bits | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyed_bijection_is_one_for_every_small_size() {
        let around_powers = (9..14).flat_map(|power| (1u64 << power) - 2..=(1 << power) + 2);
        for tasks in (1..=260).chain(around_powers) {
            for seed in [0, 1, u64::MAX] {
                let feistel = Feistel::new(tasks, seed);
                let mut mapped: Vec<u64> = (0..tasks).map(|position| feistel.map(position)).collect();
                mapped.sort_unstable();
                assert!(mapped.into_iter().eq(0..tasks), "{tasks} tasks, seed {seed}");
            }
        }
    }
}
