//! What a scenario needs of Python: an interpreter, by one rule whatever its kind, and packages for it.

use super::kind::KindSpec;
use super::model::{Job, Params, Value};

/// The parameter that names the interpreter, and what stands for it in commands.
const PYTHON: &str = "python";

/// The parameter that names packages.
const PACKAGES: &str = "packages";

/// What a checked job needs of Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PythonNeeds<'j> {
    /// The interpreter: a name to be found in PATH, or a path.
    pub python: &'j str,
    /// Packages, by the names by which they are installed.
    pub packages: &'j [String],
}

impl Job {
    /// What it needs of Python, if it needs it.
    pub fn python_needs(&self) -> Option<PythonNeeds<'_>> {
        let python = self.params.get(PYTHON)?.as_word().filter(|python| !python.is_empty())?;
        Some(PythonNeeds { python, packages: self.params.get(PACKAGES).and_then(Value::as_words).unwrap_or_default() })
    }
}

/// Names the usual interpreter where one is needed and none is named.
pub(super) fn name_interpreter(spec: &KindSpec, usual: &str, params: &mut Params) {
    let words = params.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_words()?)));
    let is_needed = |(name, words): (&str, &[String])| match name {
        PACKAGES => !words.is_empty(),
        _ => words.iter().any(|word| word.contains("{python}")),
    };
    if !(spec.is_python() || words.into_iter().any(is_needed)) {
        return;
    }
    if let Some(Value::Word(python)) = params.get_mut(PYTHON).filter(|python| python.as_word() == Some("")) {
        usual.clone_into(python);
    }
}
