//! A job as workers need it: its workload, built, and the order of its tasks.

use std::sync::{Arc, OnceLock};

use super::gil::Gil;
use crate::backend::broken::{Broken, Unready};
use crate::scenario::{Job, Permutation};
use crate::system::aside::aside;
use crate::workload::{BuildError, IsWanted, Workload, build_while};

/// What all workers of a run share: the workload, ready to run, and the order of its tasks. Forked processes have a
/// copy each, and so an interpreter of their own.
pub(in crate::backend) struct PreparedJob {
    pub(super) workload: Box<dyn Workload>,
    order: Permutation,
    /// The interpreter's lock, if tasks are to be run under one.
    pub(super) gil: Option<Gil>,
}

impl PreparedJob {
    /// Prepares a job while that is wanted: loads and computes whatever its tasks share.
    ///
    /// # Errors
    /// [`BuildError`] if the workload cannot be made ready.
    pub(in crate::backend) fn prepare(job: &Job, is_wanted: &IsWanted<'_>) -> Result<Self, BuildError> {
        let workload = build_while(job, is_wanted)?;
        let order = Permutation::of(job, |task| workload.cost(task));
        let gil = job.interpreter.map(|interpreter| Gil::new(interpreter.switch_interval()));
        Ok(Self::of(workload, order).under(gil))
    }

    pub(in crate::backend) fn of(workload: Box<dyn Workload>, order: Permutation) -> Self {
        Self { workload, order, gil: None }
    }

    pub(in crate::backend) fn under(self, gil: Option<Gil>) -> Self {
        Self { gil, ..self }
    }

    /// The task at a position of the order.
    #[inline]
    pub(in crate::backend) fn task_at(&self, position: u64) -> u64 {
        self.order.task_at(position)
    }
}

/// The job that a run is at, prepared in this process when first needed.
pub(in crate::backend) struct LazyJob {
    /// How many jobs of the run there were before it.
    pub(in crate::backend) number: u32,
    pub(in crate::backend) job: Job,
    prepared: OnceLock<Arc<PreparedJob>>,
}

impl LazyJob {
    pub(in crate::backend) fn new(number: u32, job: &Job) -> Self {
        Self { number, job: job.clone(), prepared: OnceLock::new() }
    }

    /// The job, prepared if it is not yet. What takes too long is left behind.
    ///
    /// # Errors
    /// If the workload cannot be made ready, or is not wanted any more before it is.
    pub(in crate::backend) fn prepare(&self, is_wanted: &IsWanted<'_>) -> Result<Arc<PreparedJob>, Unready> {
        if let Some(prepared) = self.prepared.get() {
            return Ok(Arc::clone(prepared));
        }
        let job = self.job.clone();
        let refused = |error| Broken(format!("cannot prepare the workload: {error}"));
        match aside(move |is_wanted| PreparedJob::prepare(&job, is_wanted), is_wanted).map_err(refused)? {
            Some(prepared) => {
                let prepared = Arc::new(prepared?);
                Ok(Arc::clone(self.prepared.get_or_init(|| prepared)))
            }
            None => Err(Unready::CalledOff),
        }
    }

    /// The job, which has been prepared.
    ///
    /// # Errors
    /// If it has not.
    pub(in crate::backend) fn prepared(&self) -> Result<Arc<PreparedJob>, Broken> {
        self.prepared.get().map(Arc::clone).ok_or_else(|| Broken("the workload was not prepared".to_owned()))
    }
}
