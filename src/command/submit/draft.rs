//! A job before it is sent: what is run in it, what it asks for, and its script.

use std::path::{Path, PathBuf};

use super::files::{JobFiles, text};
use super::request;
use crate::batch::{BatchScript, JobRequest, ScriptWord};
use crate::cli;
use crate::command::environment::found;
use crate::command::failure::Failure;
use crate::command::scale::program_text;
use crate::mpi::is_launcher;
use crate::scenario::{Origin, Overrides, Plan, Scenario, Source};

/// A job before it is sent.
pub(super) struct JobDraft {
    /// What is run in it.
    pub(super) work: Work,
    /// What it asks for.
    pub(super) needs: JobRequest,
}

/// What is run in a job.
pub(super) enum Work {
    /// A scenario, as it was found and with what the command line says instead.
    Scenario { source: Source, scenario: Box<Scenario>, overrides: Overrides },
    /// A program.
    Program(Vec<String>),
}

impl JobDraft {
    /// What the command line asks for.
    ///
    /// # Errors
    /// When a scenario has problems, or something else makes no sense.
    pub(super) fn of(args: &cli::Submit) -> Result<Self, Failure> {
        if let Some(named) = &args.scenario {
            let source = found(Path::new(named))?;
            let (scenario, needs) = request::of_scenario(args, &source)?;
            let (scenario, overrides) = (Box::new(scenario), args.overrides.0.clone());
            return Ok(Self { work: Work::Scenario { source, scenario, overrides }, needs });
        }
        if args.overrides.0.iter().next().is_some() {
            return Err(Failure::usage("a program has no keys of a scenario; leave these options out"));
        }
        let command = program_text(&args.command)?.command;
        let needs = request::of_program(args, &command);
        Ok(Self { work: Work::Program(command), needs })
    }

    /// The script, with its files at these places.
    ///
    /// # Errors
    /// When something of it is no text.
    pub(super) fn script(&self, places: &JobFiles) -> Result<String, Failure> {
        let (about, command) = (self.about(), self.command(places)?);
        let launches = match &self.work {
            Work::Program(command) => command.first().is_some_and(|first| is_launcher(first.as_ref())),
            Work::Scenario { scenario, .. } => request::launches(scenario),
        };
        let script =
            BatchScript { about: &about, needs: &self.needs, output: places.output, command: &command, launches };
        script.text().map_err(|error| Failure::usage(error.to_string()))
    }

    /// What it is, for people, in few words.
    pub(super) fn title(&self) -> String {
        match &self.work {
            Work::Scenario { scenario, .. } => scenario.title.clone(),
            Work::Program(command) => command.join(" "),
        }
    }

    /// What it is, for people.
    fn about(&self) -> Vec<String> {
        let what = match &self.work {
            Work::Scenario { source, scenario, .. } => {
                let plan = Plan::of(scenario);
                let (trials, configs) = (plan.trials.len(), plan.configs.len());
                format!("{} ({}): {trials} trials of {configs} configurations", source.label, scenario.title)
            }
            Work::Program(command) => command.join(" "),
        };
        vec![format!("parlab {}: {what}", env!("CARGO_PKG_VERSION"))]
    }

    fn command(&self, places: &JobFiles) -> Result<Vec<ScriptWord>, Failure> {
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("parlab"));
        let mut words: Vec<ScriptWord> = vec![text(&program)?.into()];
        match &self.work {
            Work::Scenario { source, overrides, .. } => {
                words.push("run".into());
                words.extend(scenario_words(source, places.scenario.as_deref())?);
                words.extend(overrides.iter().flat_map(override_words));
                if self.needs.array.is_some() {
                    words.extend([
                        "--configuration".into(),
                        ScriptWord::Expanded("\"$SLURM_ARRAY_TASK_ID\"".to_owned()),
                    ]);
                }
                words.extend(["--yes", "--quiet"].map(ScriptWord::from));
            }
            Work::Program(_) => words.extend(["watch", "--inline"].map(ScriptWord::from)),
        }
        words.extend(["--journal".into(), places.journal.clone()]);
        words.extend(["--format".into(), "json".into(), "--output".into(), places.report.clone()]);
        if let Work::Program(command) = &self.work {
            words.extend(std::iter::once("--".into()).chain(command.iter().map(|word| word.as_str().into())));
        }
        Ok(words)
    }
}

/// The scenario as `parlab run` finds it: its own file or name, or a copy of it, and what that is a copy of.
fn scenario_words(source: &Source, copy: Option<&str>) -> Result<Vec<ScriptWord>, Failure> {
    let own = match &source.origin {
        // The folder may be gone that a relative path starts from.
        Origin::File(path) => text(&std::path::absolute(path).unwrap_or_else(|_| path.clone()))?,
        Origin::Bundled => source.name.clone(),
    };
    let Some(copy) = copy else { return Ok(vec![own.into()]) };
    // Beside the copy there is nothing that could be taken for what is bundled with it.
    let beside = || text(&Path::new(copy).with_file_name(format!("{own}.toml")));
    let found_at = if source.origin == Origin::Bundled { beside()? } else { own };
    Ok(vec![copy.into(), "--found-at".into(), found_at.into()])
}

fn override_words((option, key, text): (&str, &str, &str)) -> [ScriptWord; 2] {
    let value = if option == format!("--{key}") { text.to_owned() } else { format!("{key}={text}") };
    [option.into(), value.into()]
}
