//! What makes configurations one series: those that differ in their number of workers alone, and make one curve.

use super::backends::BackendKind;
use super::plan::Config;
use super::schedule::Dispatch;

/// What the configurations of a series have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeriesKey {
    /// How workers are started.
    pub backend: BackendKind,
    /// How tasks get to them.
    pub dispatch: Dispatch,
    /// How many threads each process has; `None` where processes have no threads, or however many they have.
    pub per_process: Option<u32>,
}

impl SeriesKey {
    /// The series of a configuration, among those with as many threads a process.
    pub fn of(config: &Config) -> Self {
        Self { backend: config.backend, dispatch: config.dispatch, per_process: config.per_process }
    }

    /// The series of a configuration, however many threads its processes have: a chart draws those as one curve.
    pub fn curve(config: &Config) -> Self {
        Self { per_process: None, ..Self::of(config) }
    }

    /// The curves there may be, in the order they are listed.
    pub fn curves() -> impl Iterator<Item = Self> {
        let of = |backend: BackendKind| {
            let dispatches = backend.spec().dispatches.iter();
            dispatches.map(move |&dispatch| Self { backend, dispatch, per_process: None })
        };
        BackendKind::ALL.into_iter().flat_map(of)
    }

    /// Its name for people: `threads`, `processes pipe`.
    pub fn label(&self) -> String {
        format!("{}{}", self.backend.word(), self.dispatch_suffix())
    }

    /// What a name of a configuration ends with where its tasks take another way than they would by default: ` pipe`.
    pub fn dispatch_suffix(&self) -> String {
        let is_default = self.backend.spec().dispatches.first() == Some(&self.dispatch);
        if is_default { String::new() } else { format!(" {}", self.dispatch.word()) }
    }
}
