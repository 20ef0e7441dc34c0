//! `matmul`: products of square matrices by a library that may bring threads of its own, as numerical libraries do.
//! Workers times inner threads is what the machine has to carry.
//!
//! All entries are small whole numbers, so every sum is exact in whatever order it is added: neither the number of
//! inner threads nor the processor's way of multiplying and adding can change a result.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread::{Builder, scope};

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, s};
use nix::sys::resource::{Usage, UsageWho, getrusage};

use super::cancelled::Cancelled;
use super::param::Param;
use super::task::{Needs, ReleasedGil, TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Job, KindSpec, Nature, ParamSpec, ValueSpec};
use crate::system::random::SplitMix64;

pub(super) const SPEC: KindSpec = KindSpec {
    name: "matmul",
    summary: "multiplies two n × n matrices drawn from the seed; its library may use threads of its own",
    nature: Nature::Native,
    params: &[
        ParamSpec {
            name: "n",
            unit: "rows",
            doc: "rows and columns of the matrices",
            domain: Domain::Whole { default: 512, min: 1, max: 8192 },
        },
        ParamSpec {
            name: "inner_threads",
            unit: "threads",
            doc: "threads for one product, of which the worker is one",
            domain: Domain::Threads { default: 1, max: 1024 },
        },
    ],
    input: Bounds { min: -1e300, max: 1e300 },
    values: &[
        ValueSpec { name: "sum", unit: "", doc: "the sum of the product's entries" },
        ValueSpec { name: "trace", unit: "", doc: "the sum of those on its diagonal" },
    ],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// Rows of a tile: enough that the library's packing of its operands does not count.
const TILE_ROWS: usize = 64;
/// Multiplications in a tile: some milliseconds, after which threads look at the outside world.
const TILE_WORK: usize = 1 << 25;

struct Matmul {
    n: Param,
    inner_threads: Param,
    seed: u64,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(Matmul { n: Param::of_job(job, "n"), inner_threads: Param::of_job(job, "inner_threads"), seed: job.seed })
}

pub(super) fn needs(job: &Job) -> Needs {
    let n = Param::of_job(job, "n").largest() as u64;
    let inner_threads = Param::of_job(job, "inner_threads").largest() as u32;
    Needs { worker_bytes: 2 * n * n * size_of::<f64>() as u64, inner_threads, ..Needs::LITTLE }
}

impl Workload for Matmul {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let n = self.n.whole(task) as usize;
        let sums = context.without_lock(ReleasedGil::Native, || {
            let product = Product {
                left: matrix(n, self.seed, 2 * task, context)?,
                right: matrix(n, self.seed, 2 * task + 1, context)?,
                columns: (TILE_WORK / (TILE_ROWS * n)).clamp(1, n),
                next: AtomicUsize::new(0),
                called_off: AtomicBool::new(false),
            };
            product.compute(self.inner_threads.whole(task), context)
        })??;
        Ok(values_of([sums.all, sums.diagonal]))
    }

    fn cost(&self, task: u64) -> f64 {
        self.n.number(task).powi(3)
    }
}

/// A product in the making. Its tiles are summed as they come and not kept.
struct Product {
    left: Array2<f64>,
    right: Array2<f64>,
    /// Columns of a tile.
    columns: usize,
    /// The next tile that no thread has taken.
    next: AtomicUsize,
    called_off: AtomicBool,
}

/// Sums over some tiles.
#[derive(Clone, Copy, Default)]
struct Sums {
    all: f64,
    diagonal: f64,
}

impl Sums {
    fn plus(self, other: Self) -> Self {
        Self { all: self.all + other.all, diagonal: self.diagonal + other.diagonal }
    }
}

impl Product {
    /// Computes all tiles with so many threads, of which the caller's is one.
    fn compute(&self, threads: u64, context: &dyn TaskContext) -> Result<Sums, Cancelled> {
        scope(|scope| {
            let inner = move || (self.tiles(|_| Ok(())), getrusage(UsageWho::RUSAGE_THREAD).ok());
            // A thread that the system refuses is one fewer to take tiles; the others take them all.
            let helpers: Vec<_> = (1..threads)
                .map_while(|_| Builder::new().name("inner".to_owned()).spawn_scoped(scope, inner).ok())
                .collect();
            let own = self.tiles(|done| context.progress(done));
            let helped = helpers.into_iter().filter_map(|helper| helper.join().ok());
            helped.fold(own, |sums, (theirs, usage): (_, Option<Usage>)| {
                if let Some(usage) = usage {
                    context.count_in(&usage);
                }
                Ok(sums?.plus(theirs?))
            })
        })
    }

    /// Takes tiles until there are none left, or `look` says to stop.
    fn tiles(&self, look: impl Fn(f64) -> Result<(), Cancelled>) -> Result<Sums, Cancelled> {
        let n = self.left.nrows();
        let across = n.div_ceil(self.columns);
        let tiles = n.div_ceil(TILE_ROWS) * across;
        let mut scratch = Array2::zeros((TILE_ROWS.min(n), self.columns));
        let mut sums = Sums::default();
        loop {
            let tile = self.next.fetch_add(1, Relaxed);
            if tile >= tiles {
                return Ok(sums);
            }
            sums = sums.plus(self.tile(tile / across * TILE_ROWS, tile % across * self.columns, &mut scratch));
            let looked = look((tile + 1) as f64 / tiles as f64);
            self.called_off.fetch_or(looked.is_err(), Relaxed);
            if self.called_off.load(Relaxed) {
                return Err(Cancelled);
            }
        }
    }

    /// The sums over the tile whose first entry is this one.
    fn tile(&self, row: usize, column: usize, scratch: &mut Array2<f64>) -> Sums {
        let n = self.left.nrows();
        let (rows, columns) = (TILE_ROWS.min(n - row), self.columns.min(n - column));
        let mut tile = scratch.slice_mut(s![..rows, ..columns]);
        let (left, right) =
            (self.left.slice(s![row..row + rows, ..]), self.right.slice(s![.., column..column + columns]));
        general_mat_mul(1.0, &left, &right, 0.0, &mut tile);
        let on_diagonal = (row.max(column)..(row + rows).min(column + columns)).map(|i| tile[[i - row, i - column]]);
        Sums { all: tile.sum(), diagonal: on_diagonal.sum() }
    }
}

/// A matrix of whole numbers from −8 to 7: four bits each of random words.
fn matrix(n: usize, seed: u64, number: u64, context: &dyn TaskContext) -> Result<Array2<f64>, Cancelled> {
    let no_memory = || context.fail(&format!("there is no memory for matrices of {n} × {n} numbers"));
    let mut entries = Vec::new();
    entries.try_reserve_exact(n * n).map_err(|_| no_memory())?;
    let mut draws = Draws {
        stream: SplitMix64::new(seed ^ number.wrapping_add(1).wrapping_mul(0xD6E8_FEB8_6659_FD93)),
        left: 0,
        bits: 0,
    };
    for _ in 0..n {
        // A large one takes longer to fill than a cancellation may.
        if context.cancelled() {
            return Err(Cancelled);
        }
        entries.extend((0..n).map(|_| draws.next_entry()));
    }
    Array2::from_shape_vec((n, n), entries).map_err(|error| context.fail(&error.to_string()))
}

/// Entries, sixteen of each output of the generator.
struct Draws {
    stream: SplitMix64,
    /// Entries that the last output still has.
    left: u32,
    bits: u64,
}

impl Draws {
    fn next_entry(&mut self) -> f64 {
        if self.left == 0 {
            self.left = 16;
            self.bits = self.stream.next_word();
        }
        self.left -= 1;
        let entry = (self.bits & 15) as f64 - 8.0;
        self.bits >>= 4;
        entry
    }
}
