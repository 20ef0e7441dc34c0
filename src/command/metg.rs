//! `parlab metg`: the shortest task worth handing out, by backend and schedule. Runs of one length of task each follow
//! each other until [`MetgSweep`] wants no more; progress goes to standard error, what was found to standard output.

use std::process::ExitCode;
use std::sync::Arc;

use super::environment::{catalog, program, run_info};
use super::failure::Failure;
use super::rehearsal::rehearse;
use super::{outputs, signals, task_room};
use crate::cli::MetgArgs;
use crate::engine::{BoardExecutor, Control, ProgramSetting, run};
use crate::foreign::PlainText;
use crate::record::{RunState, Status, Warning, WarningCode, label};
use crate::report::{self, ProgressReporter};
use crate::results::{Figures, MetgPlan, MetgStep, MetgStudy, MetgSweep};
use crate::scenario::{BackendKind, Dispatch, Overrides, Runtime, Scales, Scenario, Schedule, Source};
use crate::units::{self, Letters};

/// What is measured together: all that get their tasks by one schedule and one way.
struct MetgGroup<'a> {
    args: &'a MetgArgs,
    backends: String,
    schedule: String,
    dispatch: Dispatch,
}

/// Tasks from shared memory: a fraction of a microsecond is to be found.
const SHARED: MetgPlan = MetgPlan { first: 256, serial_s: 0.02, tasks_max: 200_000 };
/// Tasks through a pipe: some tens of microseconds.
const PIPE: MetgPlan = MetgPlan { first: 16_384, serial_s: 0.02, tasks_max: 10_000 };

impl MetgGroup<'_> {
    fn plan(&self) -> MetgPlan {
        match self.dispatch {
            Dispatch::Shared => SHARED,
            Dispatch::Pipe => PIPE,
        }
    }

    /// The scenario of a length of task.
    fn scenario(&self, step: MetgStep) -> Result<(Source, Scenario), Failure> {
        let MetgStep { steps, tasks } = step;
        let text = format!(
            "title = \"The shortest task worth handing out\"\n\
             [workload]\n\
             kind = \"countdown\"\n\
             steps = {steps}\n\
             inputs = {{ repeat = 1, times = {tasks} }}\n\
             [sweep]\n\
             baseline = \"serial\"\n\
             dispatch = \"{}\"\n\
             chunk = 1\n\
             repeats = 5\n\
             warmup = 1\n",
            self.dispatch.word()
        );
        let source = Source::new("metg.toml", text);
        let scenario =
            source.parse(&catalog(), &self.overrides()).map_err(|problems| Failure::usage(problems.to_string()))?;
        Ok((source, scenario))
    }

    fn overrides(&self) -> Overrides {
        let mut overrides = Overrides::default();
        overrides.set_by_option("backends", &self.backends);
        overrides.set_by_option("schedule", &self.schedule);
        overrides.set_by_option("workers", &self.args.workers);
        for (name, given) in [("chunk", self.args.chunk), ("repeats", self.args.repeats), ("seed", self.args.seed)] {
            given.iter().for_each(|number| overrides.set_by_option(name, &number.to_string()));
        }
        overrides
    }
}

/// The groups that were asked for: of what is not said, each backend takes all that it can.
fn groups(args: &MetgArgs) -> Vec<MetgGroup<'_>> {
    let usual = || {
        BackendKind::with(|spec| {
            spec.scales == Scales::Workers && spec.runtime == Runtime::Parlab && !spec.is_launched()
        })
        .map(BackendKind::word)
        .collect::<Vec<_>>()
    };
    let asked = args.backends.as_deref().map_or_else(usual, |backends| backends.split(',').map(str::trim).collect());
    let able = |can: &dyn Fn(BackendKind) -> bool| {
        let words: Vec<&str> = asked.iter().copied().filter(|word| BackendKind::named(word).is_none_or(can)).collect();
        (!words.is_empty()).then(|| words.join(","))
    };
    let group =
        |schedule: &str, backends, dispatch| MetgGroup { args, backends, schedule: schedule.to_owned(), dispatch };
    let mut groups: Vec<MetgGroup> = match args.schedule.as_deref() {
        Some(given) => given.split(',').map(|word| group(word.trim(), asked.join(","), Dispatch::Shared)).collect(),
        None => Schedule::ALL
            .into_iter()
            .filter_map(|schedule| {
                let backends = able(&|backend| backend.spec().schedules.contains(&schedule))?;
                Some(group(schedule.word(), backends, Dispatch::Shared))
            })
            .collect(),
    };
    // A pipe hands out the next chunk to the worker that asks.
    let dynamic = Schedule::default().word();
    if groups.iter().any(|group| group.schedule == dynamic) {
        let piped = able(&|backend| backend.spec().dispatches.contains(&Dispatch::Pipe));
        groups.extend(piped.map(|backends| group(dynamic, backends, Dispatch::Pipe)));
    }
    groups
}

/// Measures, and delivers what was found.
///
/// # Errors
/// When it cannot be started. How it went is in the exit code.
pub(super) fn metg(args: &MetgArgs) -> Result<ExitCode, Failure> {
    let write =
        args.format.metg.ok_or_else(|| Failure::usage(format!("--format {}: not for this", args.format.name)))?;
    outputs::check(&outputs::outputs(args.output.as_deref(), None), &[])?;
    let groups = groups(args);
    // Whatever is wrong with one of them is told before anything is measured.
    for group in &groups {
        let (_, scenario) =
            group.scenario(MetgSweep::new(group.plan()).next().unwrap_or(MetgStep { steps: 1, tasks: 1 }))?;
        if !args.yes {
            task_room::check(&scenario)?;
        }
    }
    let control = Arc::new(Control::default());
    let heard = signals::listen(Arc::clone(&control))
        .map_err(|error| Failure::run(format!("cannot listen for signals: {error}")))?;
    let letters = Letters::of_environment();
    let mut progress = ProgressReporter::new(args.quiet, false, letters);
    let study = study(&groups, args, &control, &mut progress)?;
    heard.run_is_over();
    progress.finish();
    let text = PlainText::lines(&write(&study));
    let text = if args.format.is_for_people { text.map(|text| letters.fit(text)) } else { text };
    let delivered = match args.output.as_deref() {
        None => report::deliver(&text),
        Some(path) => report::deliver_to(path, &text, |message| {
            let mut study = study.clone();
            study.warnings.push(Warning { code: WarningCode::ReportRedirected, message });
            PlainText::lines(&write(&study))
        }),
    };
    if let Err(error) = &delivered {
        report::complain(&error.to_string());
    }
    progress.drain();
    Ok(ExitCode::from(match study.status {
        Status::Interrupted => heard.exit_code().unwrap_or(130),
        Status::Done if delivered.is_ok() => 0,
        _ => 1,
    }))
}

/// Searches group by group, until one of them does not go well.
fn study(
    groups: &[MetgGroup<'_>],
    args: &MetgArgs,
    control: &Arc<Control>,
    progress: &mut ProgressReporter,
) -> Result<MetgStudy, Failure> {
    let info = run_info(Source::new("metg.toml", ""), None, Vec::new());
    let mut study = MetgStudy {
        started_at: info.started_at,
        status: Status::Done,
        machine: info.machine,
        curves: Vec::new(),
        warnings: Vec::new(),
    };
    for group in groups {
        let mut sweep = MetgSweep::new(group.plan());
        while let Some(step) = sweep.next().filter(|_| study.status == Status::Done) {
            let state = measure(group, step, args.yes, control)?;
            let figures = Figures::of(&state);
            progress.tell(&told(group, step, &figures));
            sweep.add(step, &figures);
            study.status = state.status.unwrap_or(Status::Interrupted);
            for warning in state.warnings {
                if !study.warnings.contains(&warning) {
                    study.warnings.push(warning);
                }
            }
        }
        study.curves.extend_from_slice(sweep.curves());
    }
    Ok(study)
}

/// Runs the tasks of a length.
fn measure(group: &MetgGroup<'_>, step: MetgStep, yes: bool, control: &Arc<Control>) -> Result<RunState, Failure> {
    let (source, scenario) = group.scenario(step)?;
    let scenario = Arc::new(scenario);
    let data = rehearse(&scenario, yes, control)?;
    let (mut state, program) = (RunState::default(), program());
    let mut executor = BoardExecutor::new(&scenario, &program, ProgramSetting::default(), control);
    run(&scenario, run_info(source, data, Vec::new()), &mut executor, control, &mut |stamped| state.apply(&stamped));
    Ok(state)
}

/// `dynamic, tasks of 256 steps (194 ns): threads × 2 41 %, processes × 2 44 %`.
fn told(group: &MetgGroup<'_>, step: MetgStep, figures: &Figures) -> String {
    let serial_s = figures.baseline.and_then(|baseline| figures.rows[baseline].told_time_s());
    let length = serial_s.map(|s| format!(" ({})", units::seconds(s / step.tasks as f64))).unwrap_or_default();
    let others = figures.rows.iter().enumerate().filter(|(index, _)| figures.baseline != Some(*index));
    let each =
        others.filter_map(|(_, row)| Some(format!("{} {}", label(&row.config), units::percent(row.efficiency?))));
    let each = each.collect::<Vec<_>>().join(", ");
    let plural = if step.steps == 1 { "" } else { "s" };
    format!("{}, tasks of {} step{plural}{length}: {each}", group.schedule, units::count(step.steps))
}
