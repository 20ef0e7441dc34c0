//! Bytes that a configuration moved: how many a second, and what each cost.

use std::borrow::Cow;

use super::Row;
use crate::scenario::{Job, Point};
use crate::workload;

/// Bytes a second, of kinds that say how many their tasks move.
pub(super) fn bytes_per_s(row: &Row, job: &Job) -> Option<f64> {
    let time_s = row.time_s.filter(|time| time.median > 0.0)?.median;
    // Most kinds say nothing of it: no need to look at what the job is at each point.
    workload::moves_bytes(&job.kind).then_some(())?;
    let bytes = workload::bytes_moved(&at(job, row.config.point.as_ref()))?;
    Some(bytes / time_s)
}

/// The tasks at a point.
fn at<'a>(job: &'a Job, point: Option<&Point>) -> Cow<'a, Job> {
    match point.filter(|point| point.changes_tasks()) {
        None => Cow::Borrowed(job),
        Some(point) => {
            let mut job = job.clone();
            job.params.insert(point.key.clone(), point.value.clone());
            Cow::Owned(job)
        }
    }
}

/// Seconds of all workers together for a byte of the payload; each byte counts once, though it may be copied more often.
pub(super) fn s_per_byte(row: &Row, tasks: u64) -> Option<f64> {
    let time_s = row.time_s?.median;
    let bytes = row.config.payload as f64 * tasks as f64;
    (bytes > 0.0).then(|| time_s * f64::from(row.config.workers) / bytes)
}
