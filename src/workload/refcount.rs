//! `refcount`: tasks take and drop references to objects that all workers share, as an interpreter does with every name
//! it looks up. Counts that are not protected go wrong in two ways: an object whose count never gets back to zero is
//! never freed, and one whose count gets there while it is still referenced is freed too early.
//!
//! An object here is its count and a mark for having been freed; its memory stays what it is, so using it afterwards is
//! counted instead of being undefined.

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::cancelled::Cancelled;
use super::param::Param;
use super::shared_cells::SharedCells;
use super::task::{TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, Nature, ParamSpec, ValueSpec};
use crate::system::random;

pub(super) const SPEC: KindSpec = KindSpec {
    name: "refcount",
    summary: "takes and drops a reference to one of the shared objects, x × steps times; dropping the last one frees \
              the object, and without protection the counts go wrong",
    nature: Nature::Computes,
    params: &[
        ParamSpec {
            name: "steps",
            unit: "references",
            doc: "references taken and dropped for one unit of input",
            domain: Domain::Number { default: 1e6, bounds: Bounds { min: 0.0, max: 1e15 } },
        },
        ParamSpec {
            name: "objects",
            unit: "objects",
            doc: "shared objects, each kept alive by one more reference until the trial is over",
            domain: Domain::Whole { default: 64, min: 1, max: OBJECTS_MAX as u64 },
        },
        ParamSpec {
            name: "protection",
            unit: "",
            doc: "none: load a count, change it, store it; atomic: one instruction for all three; mutex: one lock for all \
                  counts, as an interpreter without threads in mind would have it",
            domain: Domain::Word { choices: &["none", "atomic", "mutex"] },
        },
    ],
    input: Bounds { min: 0.0, max: 1e9 },
    values: &[ValueSpec {
        name: "references",
        unit: "references",
        doc: "the references that the task took and dropped",
    }],
    tally: &[
        ValueSpec { name: "freed_too_early", unit: "objects", doc: "freed while a task still had a reference" },
        ValueSpec { name: "leaked", unit: "objects", doc: "not freed although all references were dropped" },
        ValueSpec {
            name: "used_after_free",
            unit: "references",
            doc: "references taken to objects that had been freed: each might have been a crash",
        },
        ValueSpec { name: "objects", unit: "objects", doc: "the shared objects" },
    ],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// References between two looks at the outside world: some ms with the slowest protection.
const STRIDE: u64 = 1 << 11;

/// References that a task holds at a time, as the frames of a few nested calls do: each is dropped so many steps later.
const HELD: usize = 8;

/// The line of the shared cells that counts uses of freed objects, and the cells from which on counts and marks stand.
const USED_AFTER_FREE: usize = 0;
const COUNTS: usize = SharedCells::LINE;
const MARKS: usize = COUNTS + OBJECTS_MAX;
const OBJECTS_MAX: usize = 256;

struct RefCount {
    inputs: Inputs,
    steps: Param,
    objects: Param,
    protection: Param,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(RefCount {
        inputs: job.inputs.clone(),
        steps: Param::of_job(job, "steps"),
        objects: Param::of_job(job, "objects"),
        protection: Param::of_job(job, "protection"),
    })
}

/// What became of the objects, once the reference that had kept each alive is dropped, too.
pub(super) fn tally(job: &Job, shared_cells: &SharedCells) -> Vec<(&'static str, f64)> {
    let objects = Param::of_job(job, "objects").largest() as usize;
    let is_freed = |object: &Object<'_>| object.mark.load(Relaxed) != 0;
    let all = || (0..objects).map(|object| Object::of(shared_cells, object));
    let leaked = all().filter(|object| !is_freed(object) && object.count.load(Relaxed) != 0).count();
    vec![
        ("freed_too_early", all().filter(is_freed).count() as f64),
        ("leaked", leaked as f64),
        ("used_after_free", shared_cells.line(USED_AFTER_FREE).load(Relaxed) as f64),
        ("objects", objects as f64),
    ]
}

impl Workload for RefCount {
    fn settle(&self, context: &dyn TaskContext) {
        context.shared_cells().free_lock_of(context.worker());
    }

    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let (total, objects) = (self.cost(task) as u64, self.objects.whole(task));
        let protection = Protection::of(self.protection.word(task));
        let shared_cells = context.shared_cells();
        let (mut done, mut used_after_free) = (0, 0);
        let mut held: [Option<Object<'_>>; HELD] = [None; HELD];
        while done < total {
            let stride = STRIDE.min(total - done);
            for step in done..done + stride {
                let object = Object::of(shared_cells, pick(task, step, objects));
                protection.change(object, 1, context)?;
                used_after_free += object.mark.load(Relaxed);
                if let Some(earlier) = held[step as usize % HELD].replace(object) {
                    protection.change(earlier, -1, context)?;
                }
            }
            done += stride;
            context.progress(done as f64 / total as f64)?;
        }
        for object in held.into_iter().flatten() {
            protection.change(object, -1, context)?;
        }
        shared_cells.line(USED_AFTER_FREE).fetch_add(used_after_free, Relaxed);
        Ok(values_of([total as f64]))
    }

    fn cost(&self, task: u64) -> f64 {
        (self.inputs.x(task) * self.steps.number(task)).floor()
    }
}

/// An object, as far as there is one.
#[derive(Clone, Copy)]
struct Object<'a> {
    /// Its references but for the one that keeps it alive, so that fresh memory holds live objects; below zero (it
    /// wraps) when the count says that there are none.
    count: &'a AtomicU64,
    /// 1 once it was freed.
    mark: &'a AtomicU64,
}

impl<'a> Object<'a> {
    fn of(shared_cells: &'a SharedCells, object: usize) -> Self {
        let cells = shared_cells.cells();
        Self { count: &cells[COUNTS + object], mark: &cells[MARKS + object] }
    }

    /// Frees it, if this is the count of an object without references.
    fn free_at(&self, count: u64) {
        if count == u64::MAX {
            self.mark.store(1, Relaxed);
        }
    }

    fn change_in_steps(&self, by: i64) {
        let seen = black_box(self.count.load(Relaxed));
        let count = seen.wrapping_add_signed(by);
        self.count.store(count, Relaxed);
        self.free_at(count);
    }

    fn change_at_once(&self, by: i64) {
        let seen = self.count.fetch_add(by.cast_unsigned(), Relaxed);
        self.free_at(seen.wrapping_add_signed(by));
    }
}

/// What keeps two workers from changing a count at the same time.
#[derive(Clone, Copy)]
enum Protection {
    None,
    Atomic,
    Mutex,
}

impl Protection {
    fn of(word: &str) -> Self {
        match word {
            "atomic" => Self::Atomic,
            "mutex" => Self::Mutex,
            _ => Self::None,
        }
    }

    #[inline]
    fn change(self, object: Object<'_>, by: i64, context: &dyn TaskContext) -> Result<(), Cancelled> {
        match self {
            Self::None => object.change_in_steps(by),
            Self::Atomic => object.change_at_once(by),
            Self::Mutex => {
                let _held = context.shared_cells().lock(context)?;
                object.change_in_steps(by);
            }
        }
        Ok(())
    }
}

/// The object that a step of a task refers to: all equally often, in no order. The high half of the product of a random
/// word with the number of objects takes it there (Lemire, 2019).
#[inline]
fn pick(task: u64, step: u64, objects: u64) -> usize {
    let word = random::half_mix((task << 32).wrapping_add(step).wrapping_mul(random::GAMMA));
    ((u128::from(word) * u128::from(objects)) >> 64) as usize
}
