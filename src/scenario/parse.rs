//! From TOML to a checked [`Scenario`], or to everything that is wrong with it.
//!
//! This file only says in which order the parts are read; what they may hold is said by each part.

use toml::de::DeTable;

use super::catalog::Catalog;
use super::diagnostic::{Diagnostic, DiagnosticList};
use super::diagnostics::Diagnostics;
use super::given::GivenKeys;
use super::key::KeyValues;
use super::kind::KindSpec;
use super::laid_over::laid_over;
use super::model::{Job, RecordedResults, Scenario};
use super::overrides::Overrides;
use super::runtime::Runtime;
use super::section::Section;
use super::source::{Origin, Source};
use super::sweep::SweepInput;
use super::wording::is_hazard;
use super::{emulated, job, keys, python, rules, syntax, vary};

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
        let (file, _) = DeTable::parse_recoverable(readable);
        let mut diagnostics = Diagnostics::new(label, readable, text, overrides);
        diagnostics.syntax(damage.as_ref().map(|damage| damage.complaints.as_slice()).unwrap_or_default());
        if name.is_empty() || name.chars().any(is_hazard) {
            diagnostics
                .of_file("a scenario is called by its file's name, and this one has no plain name; rename the file");
        }
        let tables = laid_over(file.get_ref(), overrides, catalog, &mut diagnostics);
        let root = Section::root(&tables, file.get_ref());
        let scenario = document(root, &self.origin, catalog, &mut diagnostics);
        match (diagnostics.finish(), scenario) {
            (None, Some(scenario)) => Ok(Scenario { name: name.clone(), sha256: self.sha256(), ..scenario }),
            (Some(problems), _) => Err(problems),
            (None, None) => Err(Diagnostic::of_file(label, "cannot be understood").into()),
        }
    }
}

/// What a file says; its name and its sum are for the caller to fill in.
fn document(
    mut root: Section<'_>,
    origin: &Origin,
    catalog: &Catalog,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Scenario> {
    let mut given = GivenKeys::new(catalog.cpus);
    given.read("", &mut root, diagnostics);
    if given.given("", "title").is_none() {
        diagnostics.missing("title", None, "title", "is missing; begin the file with title = \"…\"");
    }
    let work = job::read(&mut root, &catalog.kinds, origin, keys::home, diagnostics);
    let varied = root.section("vary", diagnostics);
    let beside = emulated::read(&mut root, &work, varied.header(), (catalog, origin), diagnostics);
    for table in ["interpreter", "sweep"] {
        let mut section = root.section(table, diagnostics);
        given.read(table, &mut section, diagnostics);
        section.close(diagnostics, keys::home);
    }
    work.kind.iter().for_each(|(spec, _)| given.suit(spec));
    let interpreter = given.interpreter(diagnostics);
    let vary = vary::read(&varied, &root, work.kind.as_ref().map(|(spec, _)| *spec), &given, diagnostics);
    root.close(diagnostics, |key| keys::home(key).or_else(|| param_home(key, &catalog.kinds)));

    let input = SweepInput::of(&given);
    // Of what does not run in parlab all that is told by itself.
    if work.kind.as_ref().is_none_or(|(spec, _)| spec.runtime == Runtime::Parlab) {
        rules::stealing(&input, diagnostics);
        rules::pipe(&input, diagnostics);
    }
    rules::layouts(&input, diagnostics);
    if let Some((_, inputs)) = &work.tasks {
        let everything = varied.everything();
        let given = vary.as_ref().zip(everything.first().map(|(.., given)| given));
        rules::message(&input, given, inputs.len(), diagnostics);
    }
    rules::processes_only(work.kind.as_ref(), &input, diagnostics);
    rules::runtime(work.kind.as_ref(), &given, beside.exists, diagnostics);
    if beside.exists {
        rules::baseline_of_emulation(&input, diagnostics);
    }
    rules::auto_repeats(&given, diagnostics);
    let blamed = rules::multiplier(&input).cloned();
    let mut sweep = given.sweep()?;
    sweep.launcher_is_of_file = given.given("sweep", "launcher").is_some_and(|launcher| !launcher.is_option());
    let points = vary.as_ref().map_or(1 + usize::from(beside.exists), |axis| axis.values.len());
    rules::trials(&sweep, points, blamed.as_ref(), diagnostics);
    let ((kind, _), (mut params, mut inputs)) = (work.kind?, work.tasks?);
    job::count_threads(kind, catalog.cpus, &mut params, &mut inputs);
    python::name_interpreter(kind, &catalog.python, &mut params);
    let KeyValues { title, summary, tags, lesson, order, seed, .. } = given.values;
    let job =
        Job { kind: kind.name.to_owned(), params, inputs, order, seed, interpreter, recorded: RecordedResults::new() };
    // The lock is that of the emulation: a function of Python has one of its own.
    let emulated = beside.tasks.map(|tasks| emulated::job(tasks, &job, catalog));
    let job = Job { interpreter: job.interpreter.filter(|_| emulated.is_none()), ..job };
    Some(Scenario {
        name: String::new(),
        title,
        summary,
        tags,
        lesson,
        sha256: String::new(),
        job,
        sweep,
        vary,
        emulated,
    })
}

fn param_home(key: &str, kinds: &[&'static KindSpec]) -> Option<&'static str> {
    kinds.iter().flat_map(|spec| spec.params).any(|param| param.name == key).then_some("workload")
}
