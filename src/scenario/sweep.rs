//! What the rules look at: some keys of `[sweep]`, each with its value and with the setting it came from.

use super::backends::BackendKind;
use super::given::GivenKeys;
use super::key::KeyValues;
use super::list::WorkerList;
use super::raw::Setting;
use super::schedule::{Dispatch, Schedule};

/// A value and the setting it came from, if it is not the default; no value if it was given wrongly.
pub(super) struct Given<'d, T> {
    pub(super) value: Option<T>,
    pub(super) given: Option<Setting<'d>>,
}

/// Keys of `[sweep]` that must fit together.
pub(super) struct SweepInput<'d> {
    pub(super) backends: Given<'d, Vec<BackendKind>>,
    pub(super) workers: Given<'d, WorkerList>,
    pub(super) baseline: Given<'d, Option<BackendKind>>,
    pub(super) repeats: Given<'d, u32>,
    pub(super) warmup: Given<'d, u32>,
    pub(super) schedule: Given<'d, Schedule>,
    pub(super) chunk: Given<'d, Option<u64>>,
    pub(super) dispatch: Given<'d, Vec<Dispatch>>,
    pub(super) payload: Given<'d, u64>,
}

impl<'d> SweepInput<'d> {
    /// Looks the keys up.
    pub(super) fn of(keys: &GivenKeys<'d>) -> Self {
        Self {
            backends: look_up(keys, "backends", |values| values.sweep.backends.clone()),
            workers: look_up(keys, "workers", |values| values.workers.clone()),
            baseline: look_up(keys, "baseline", |values| values.sweep.baseline),
            repeats: look_up(keys, "repeats", |values| values.sweep.repeats),
            warmup: look_up(keys, "warmup", |values| values.sweep.warmup),
            schedule: look_up(keys, "schedule", |values| values.sweep.schedule),
            chunk: look_up(keys, "chunk", |values| values.sweep.chunk),
            dispatch: look_up(keys, "dispatch", |values| values.sweep.dispatch.clone()),
            payload: look_up(keys, "payload", |values| values.sweep.payload),
        }
    }
}

fn look_up<'d, T>(keys: &GivenKeys<'d>, name: &str, value: fn(&KeyValues) -> T) -> Given<'d, T> {
    let value = keys.is_right("sweep", name).then(|| value(&keys.values));
    Given { value, given: keys.given("sweep", name).cloned() }
}
