//! Reads every key of the table of keys, where the file or the command line gives it.
//!
//! Whether the values fit together is for `rules` to say; what tasks do, for `job`.

use super::backends::BackendKind;
use super::diagnostics::Diagnostics;
use super::key::{KeySpec, KeyValues};
use super::keys;
use super::kind::KindSpec;
use super::list::WorkerList;
use super::model::{Interpreter, Sweep};
use super::raw::Setting;
use super::reader;
use super::section::Section;

/// The values of all keys, and which of them were given.
pub(super) struct GivenKeys<'d> {
    /// The values; of a key that was given wrongly, the default.
    pub(super) values: KeyValues,
    given: Vec<(&'static KeySpec, Setting<'d>)>,
    wrong: Vec<&'static KeySpec>,
    cores: u32,
}

impl<'d> GivenKeys<'d> {
    /// Nothing is given; `cores` is the number of usable CPUs that LISTs refer to.
    pub(super) fn new(cores: u32) -> Self {
        Self { values: KeyValues::default(), given: Vec::new(), wrong: Vec::new(), cores }
    }

    /// Reads the keys of a table. A value that an option stands in for is held to its bounds all the same.
    pub(super) fn read(&mut self, table: &str, section: &mut Section<'d>, diagnostics: &mut Diagnostics<'_>) {
        for key in keys::of(table) {
            (key.set)(&mut self.values, reader::key_default(key.domain, self.cores));
            let (below, top) = (section.replaced(key.name), section.get(key.name));
            let mut is_right = true;
            for setting in [below, top].into_iter().flatten() {
                let value = reader::key(&setting, key.domain, self.cores, diagnostics);
                is_right = value.is_some();
                value.into_iter().for_each(|value| (key.set)(&mut self.values, value));
                self.given.push((key, setting));
            }
            self.wrong.extend((!is_right).then_some(key));
        }
    }

    /// Has tasks run by backends that can, where nothing else is said: a program that is parallel by itself by the one
    /// for that, compared with itself, and Python by what it brings along.
    pub(super) fn suit(&mut self, spec: &KindSpec) {
        let usual = &mut self.values.sweep.backends;
        if usual.iter().all(|backend| backend.spec().runs(spec)) {
            return;
        }
        let able: Vec<BackendKind> = BackendKind::with(|backend| backend.runtime == spec.runtime).collect();
        let usual =
            if spec.is_python() { vec![BackendKind::PYTHON_THREADS, BackendKind::PYTHON_PROCESSES] } else { able };
        if self.given("sweep", "backends").is_none() {
            self.values.sweep.backends.clone_from(&usual);
        }
        if self.given("sweep", "baseline").is_none() && spec.is_program() {
            self.values.sweep.baseline = usual.first().copied();
        }
    }

    /// Where a key was given: by the option, if there is one.
    pub(super) fn given(&self, table: &str, name: &str) -> Option<&Setting<'d>> {
        let is_it = |key: &KeySpec| key.table == table && key.name == name;
        self.given.iter().rev().find(|(key, _)| is_it(key)).map(|(_, setting)| setting)
    }

    /// Whether a key has its default or was given within its bounds.
    pub(super) fn is_right(&self, table: &str, name: &str) -> bool {
        !self.wrong.iter().any(|key| key.table == table && key.name == name)
    }

    /// Whether all keys of a table have their defaults or were given within their bounds.
    pub(super) fn are_right(&self, table: &str) -> bool {
        !self.wrong.iter().any(|key| key.table == table)
    }

    /// Who runs the tasks; nothing if any key of `[sweep]` was given wrongly.
    pub(super) fn sweep(&self) -> Option<Sweep> {
        let KeyValues { workers, sweep, is_auto, auto, .. } = self.values.clone();
        let WorkerList { workers, layouts, .. } = workers;
        let auto = is_auto.then_some(auto);
        self.are_right("sweep").then_some(Sweep { workers, layouts, auto, ..sweep })
    }

    /// The interpreter, if there is to be a lock.
    pub(super) fn interpreter(&self, diagnostics: &mut Diagnostics<'_>) -> Option<Interpreter> {
        let given = |name| self.given("interpreter", name);
        if let (None, Some(interval)) = (given("gil"), given("switch_interval_ms")) {
            diagnostics.about(interval, "means nothing without the lock; add gil = true or remove this");
        }
        let switch_interval_ms = self.values.switch_interval_ms;
        (self.values.gil && self.are_right("interpreter")).then_some(Interpreter { switch_interval_ms })
    }
}
