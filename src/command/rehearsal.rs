//! What happens before a run begins: it is seen to that the scenario can be run here, and that its data is there and
//! can be used, so that what is wrong is told before anything is measured, instead of once a trial.
//!
//! All of that may take its time, and happens on a thread that is left behind once the run is called off.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::memory_check::{Room, check_memory};
use super::needs;
use crate::engine::{Control, Urgency};
use crate::scenario::{Job, Scenario};
use crate::system::aside::aside;
use crate::workload::{self, BuildError, DataFacts};

/// Looks whether there is memory for a scenario, unless `yes`, and makes its data ready. When the run is called off meanwhile, or
/// something takes longer than a trial may, `control` knows: the run that begins ends at once.
///
/// Gives what was read of the file of data that all of its jobs name, if they name one.
///
/// # Errors
/// Why it cannot be run, with exit code 2, or 3 where a limit forbids it.
pub(super) fn rehearse(scenario: &Arc<Scenario>, yes: bool, control: &Control) -> Result<Option<DataFacts>, Failure> {
    let watch = RehearsalWatch { control, timeout: scenario.sweep.timeout };
    let checked = Arc::clone(scenario);
    let check = move |_: &dyn Fn() -> bool| if yes { Ok(()) } else { check_memory(&checked, &Room::here()) };
    if watch.see_to(check)?.is_none() {
        return Ok(None);
    }
    let asked = Arc::clone(scenario);
    if watch.see_to(move |_| check_python(&asked))?.is_none() {
        return Ok(None);
    }
    let mut read = Vec::new();
    for job in scenario.jobs() {
        let job = job.into_owned();
        let Some(data) = watch.see_to(move |is_wanted| make_ready(&job, is_wanted))? else { return Ok(None) };
        read.push(data);
    }
    read.dedup();
    Ok(if read.len() == 1 { read.remove(0) } else { None })
}

/// Looks whether there is what a scenario needs of Python.
///
/// # Errors
/// What is missing, with exit code 2.
fn check_python(scenario: &Scenario) -> Result<(), Failure> {
    needs::lacks(scenario).map_or(Ok(()), |missing| Err(Failure::usage(missing)))
}

/// Makes a workload ready and drops it again, but for what was read of its file. Whether there is room is known by then.
fn make_ready(job: &Job, is_wanted: &dyn Fn() -> bool) -> Result<Option<DataFacts>, Failure> {
    match workload::build_while(job, is_wanted) {
        Ok(workload) => Ok(workload.data().cloned()),
        Err(BuildError::CalledOff) => Ok(None),
        Err(error) => Err(Failure::usage(error.to_string())),
    }
}

/// Who may call a rehearsal off.
struct RehearsalWatch<'a> {
    control: &'a Control,
    /// How long each part may take.
    timeout: Duration,
}

impl RehearsalWatch<'_> {
    /// Does a part, while it is wanted; `None` if it was called off.
    fn see_to<T: Send + 'static>(
        &self,
        part: impl FnOnce(&dyn Fn() -> bool) -> Result<T, Failure> + Send + 'static,
    ) -> Result<Option<T>, Failure> {
        let until = Instant::now() + self.timeout;
        let is_on = || self.control.urgency() == Urgency::GoOn;
        let done = aside(part, &|| is_on() && Instant::now() < until)
            .map_err(|error| Failure::run(format!("cannot prepare the run: {error}")))?;
        // A program that was stopped meanwhile has its clocks go on.
        if done.is_none() && is_on() && !self.control.is_disturbed() {
            self.control.prepares_too_slowly();
        }
        done.transpose()
    }
}
