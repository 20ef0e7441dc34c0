//! `[emulated]`: tasks of parlab's own beside a function of Python, on the same inputs and in one run, as a rule under an
//! emulated lock: so that the emulation and CPython stand in one chart.
//!
//! The two are points of the run that are called by names (`points`). Each has a baseline of its own, and what they take is never
//! compared: Python counts more slowly than what it is emulated by.

use super::catalog::Catalog;
use super::diagnostics::Diagnostics;
use super::job::{self, WorkloadInput};
use super::keys;
use super::kind::{Bounds, KindSpec};
use super::model::{Inputs, Job, Params};
use super::raw::Setting;
use super::section::Section;
use super::source::Origin;
use super::wording::plain;

/// The table.
pub(super) const TABLE: &str = "emulated";

/// What `[emulated]` says.
pub(super) struct EmulatedInput {
    /// Whether there is such a table, right or wrong.
    pub(super) exists: bool,
    /// Kind and parameters; `None` if anything is wrong with them, too.
    pub(super) tasks: Option<(&'static KindSpec, Params)>,
}

/// The tasks that stand for those of a job.
pub(super) fn job((spec, mut params): (&KindSpec, Params), of: &Job, catalog: &Catalog) -> Job {
    let mut job = of.clone();
    job::count_threads(spec, catalog.cpus, &mut params, &mut job.inputs);
    Job { kind: spec.name.to_owned(), params, ..job }
}

/// Reads the table. `varied` is where `[vary]` stands, if it does.
pub(super) fn read(
    root: &mut Section<'_>,
    work: &WorkloadInput<'_>,
    varied: Option<usize>,
    (catalog, origin): (&Catalog, &Origin),
    diagnostics: &mut Diagnostics<'_>,
) -> EmulatedInput {
    let mut section = root.section(TABLE, diagnostics);
    let exists = section.exists();
    let Some(header) = section.header().filter(|_| section.is_table()) else {
        return EmulatedInput { exists, tasks: None };
    };
    let mut complain = |message: &str| diagnostics.at(header, format!("[{TABLE}]"), message.to_owned());
    if work.kind.as_ref().is_some_and(|(spec, _)| !spec.is_python()) {
        complain("stands beside a function of Python alone; remove this, or write kind = \"python\" in [workload]");
    }
    if varied.is_some() {
        complain("cannot stand beside [vary]; keep one of the two");
    }
    let able: Vec<&'static KindSpec> = catalog.kinds.iter().copied().filter(|spec| spec.can_emulate()).collect();
    let Some((spec, named)) = job::kind(&mut section, TABLE, &able, diagnostics) else {
        return EmulatedInput { exists, tasks: None };
    };
    let params = job::params(&mut section, &[], spec, origin, diagnostics);
    section.close(diagnostics, keys::home);
    if let Some((_, inputs)) = &work.tasks {
        fit(inputs, spec, &named, diagnostics);
    }
    EmulatedInput { exists, tasks: params.map(|params| (spec, params)) }
}

/// Whether a kind takes the inputs of the function.
fn fit(inputs: &Inputs, spec: &KindSpec, named: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) {
    let Bounds { min, max } = spec.input;
    let is_beyond = |x: &f64| !(min..=max).contains(x);
    let beyond = match inputs {
        Inputs::Texts(_) => {
            diagnostics.about(named, "takes numbers, and the inputs in [workload] are texts; give numbers".to_owned());
            return;
        }
        Inputs::List(list) => list.iter().copied().find(is_beyond),
        Inputs::Repeat { value, .. } => Some(*value).filter(is_beyond),
        // The first and the last are the ends.
        Inputs::Range { tasks } => [0.0, tasks.saturating_sub(1) as f64].into_iter().find(is_beyond),
        Inputs::Grid(_) => None,
    };
    if let Some(x) = beyond {
        let (min, max) = (plain(min), plain(max));
        let message = format!("takes inputs from {min} to {max}, and among those in [workload] is {}", plain(x));
        diagnostics.about(named, message);
    }
}
