//! From TOML to a checked [`Scenario`], or to everything that is wrong with it.
//!
//! This file only says in which order the parts are read; what they may hold is said by each part.

use toml::de::DeTable;

use super::catalog::Catalog;
use super::diagnostic::{Diagnostic, DiagnosticList};
use super::diagnostics::Diagnostics;
use super::kind::KindSpec;
use super::model::{Job, Scenario};
use super::overrides::Overrides;
use super::section::Section;
use super::source::{Origin, Source};
use super::sweep::SweepInput;
use super::wording::is_hazard;
use super::{about, interpreter, job, rules, sweep, syntax, vary};

impl Source {
    /// Reads and checks a scenario, with options of the command line that stand in for keys of the file.
    ///
    /// # Errors
    /// Every problem of the text, of its TOML and of what it says; of the options; and of both together.
    pub fn parse(&self, catalog: &Catalog, overrides: &Overrides) -> Result<Scenario, DiagnosticList> {
        let Self { label, name, text, .. } = self;
        let damage = syntax::damage(text);
        let readable = damage.as_ref().map_or(text.as_str(), |damage| &damage.readable);
        // Recoverable, because a mended text may have mistakes left; they are among the complaints.
        let (root, _) = DeTable::parse_recoverable(readable);
        let mut diagnostics = Diagnostics::new(label, readable, text);
        diagnostics.syntax(damage.as_ref().map(|damage| damage.complaints.as_slice()).unwrap_or_default());
        if name.is_empty() || name.chars().any(is_hazard) {
            diagnostics
                .of_file("a scenario is called by its file's name, and this one has no plain name; rename the file");
        }
        let scenario = document(root.get_ref(), &self.origin, catalog, overrides, &mut diagnostics);
        match (diagnostics.finish(), scenario) {
            (None, Some(scenario)) => Ok(Scenario { name: name.clone(), sha256: self.sha256(), ..scenario }),
            (Some(problems), _) => Err(problems),
            (None, None) => Err(Diagnostic::of_file(label, "cannot be understood").into()),
        }
    }
}

/// What a file says; its name and its sum are for the caller to fill in.
fn document<'d>(
    root: &'d DeTable<'d>,
    origin: &Origin,
    catalog: &Catalog,
    overrides: &'d Overrides,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Scenario> {
    let mut root = Section::root(root);
    let about = about::read(&mut root, diagnostics);
    let work = job::read(&mut root, &catalog.kinds, origin, home, diagnostics);
    let varied = root.section("vary", diagnostics);
    let mut section = root.section("interpreter", diagnostics);
    let interpreter = interpreter::read(&mut section, diagnostics);
    section.close(diagnostics, home);
    let mut section = root.section("sweep", diagnostics);
    let input = SweepInput::read(&mut section, overrides, catalog, diagnostics);
    section.close(diagnostics, home);
    let vary = vary::read(&varied, &root, work.kind.as_ref().map(|(spec, _)| *spec), &input, diagnostics);
    root.close(diagnostics, |key| home(key).or_else(|| param_home(key, &catalog.kinds)));

    rules::stealing(&input, diagnostics);
    rules::pipe(&input, diagnostics);
    rules::hybrid(&input, diagnostics);
    if let Some((_, inputs)) = &work.tasks {
        let everything = varied.everything();
        let given = vary.as_ref().zip(everything.first().map(|(.., given)| given));
        rules::message(&input, given, inputs.len(), diagnostics);
    }
    rules::processes_only(work.kind.as_ref(), &input, diagnostics);
    let blamed = rules::multiplier(&input).cloned();
    let settled = input.settle();
    if let Some((sweep, ..)) = &settled {
        rules::trials(sweep, vary.as_ref(), blamed.as_ref(), diagnostics);
    }
    let (sweep, order, seed) = settled?;
    let (about, (kind, _), (mut params, mut inputs)) = (about?, work.kind?, work.tasks?);
    job::count_threads(kind, catalog.cpus, &mut params, &mut inputs);
    Some(Scenario {
        name: String::new(),
        title: about.title,
        summary: about.summary,
        tags: about.tags,
        lesson: about.lesson,
        sha256: String::new(),
        job: Job { kind: kind.name.to_owned(), params, inputs, order, seed, interpreter },
        sweep,
        vary,
    })
}

/// The table that a key belongs in, empty for the top of the file.
fn home(key: &str) -> Option<&'static str> {
    let homes: [(&[&str], &'static str); 4] =
        [(&about::KEYS, ""), (&job::KEYS, "workload"), (&interpreter::KEYS, "interpreter"), (&sweep::KEYS, "sweep")];
    homes.into_iter().find(|(keys, _)| keys.contains(&key)).map(|(_, home)| home)
}

fn param_home(key: &str, kinds: &[&'static KindSpec]) -> Option<&'static str> {
    kinds.iter().flat_map(|spec| spec.params).any(|param| param.name == key).then_some("workload")
}
