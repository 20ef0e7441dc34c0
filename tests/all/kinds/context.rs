//! A context that writes down what a task says of its progress, and calls it off when asked to.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use parlab::workload::{Cancelled, SharedCells, TaskContext, Workload};

/// A context for one task.
#[derive(Default)]
pub(crate) struct TestDesk {
    told: RefCell<Vec<f64>>,
    looks: Cell<usize>,
    slept: RefCell<Vec<f64>>,
    /// The look at which the task is called off, counted from 1.
    cancelled_at: Option<usize>,
    shared_cells: SharedCells,
}

impl TestDesk {
    /// A context at which the task is called off at a look, counted from 1.
    pub(crate) fn cancelled_at(look: usize) -> Self {
        Self { cancelled_at: Some(look), ..Self::default() }
    }

    /// How long the task slept each time, in seconds.
    pub(crate) fn slept(&self) -> Vec<f64> {
        self.slept.borrow().clone()
    }

    fn look(&self) -> Result<(), Cancelled> {
        self.looks.set(self.looks.get() + 1);
        if self.cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

impl TaskContext for TestDesk {
    fn progress(&self, fraction: f64) -> Result<(), Cancelled> {
        self.told.borrow_mut().push(fraction);
        self.look()
    }

    fn cancelled(&self) -> bool {
        self.cancelled_at.is_some_and(|at| self.looks.get() >= at)
    }

    fn sleep(&self, duration: Duration) -> Result<(), Cancelled> {
        self.slept.borrow_mut().push(duration.as_secs_f64());
        self.look()
    }

    fn worker(&self) -> u32 {
        0
    }

    fn shared_cells(&self) -> &SharedCells {
        &self.shared_cells
    }
}

/// Fails unless a task tells at least `looks` times how far it is, never goes back, gets near the end, and
/// stops at once when it is called off at any of a few places.
#[track_caller]
pub(crate) fn tells_and_stops(workload: &dyn Workload, task: u64, looks: usize) {
    let context = TestDesk::default();
    workload.run(task, &context).expect("it is not cancelled");
    let told = context.told.borrow();
    assert!(told.len() >= looks, "told {} times, expected at least {looks}", told.len());
    assert!(told.is_sorted() && told[0] >= 0.0 && (0.5..=1.0).contains(&told[told.len() - 1]), "{told:?}");
    for at in [1, looks / 2, looks] {
        let context = TestDesk { cancelled_at: Some(at), ..TestDesk::default() };
        assert_eq!(workload.run(task, &context), Err(Cancelled));
        assert_eq!(context.looks.get(), at, "it went on after it was called off");
    }
}
