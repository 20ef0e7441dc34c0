//! What must fit together in a scenario: schedule and backends, kind and backends, the number of trials.
//!
//! A misfit is told where it can be mended: at the option if one is part of it, else at the line of the file.

use super::backends::{BackendKind, BackendSpec, Scales};
use super::diagnostics::Diagnostics;
use super::given::GivenKeys;
use super::kind::KindSpec;
use super::model::{Axis, Params, Sweep, Value};
use super::plan;
use super::raw::Setting;
use super::runtime::Runtime;
use super::schedule::{Dispatch, Schedule};
use super::section::Section;
use super::sweep::SweepInput;
use super::wording::{listed, one_of, plain_whole};

/// The most trials of a run, warm-ups included.
pub const MAX_TRIALS: u64 = 100_000;

/// The words for the backends with some property.
fn words(property: impl Fn(&BackendSpec) -> bool) -> Vec<&'static str> {
    BackendKind::with(property).map(BackendKind::word).collect()
}

/// Few backends have workers that can steal from each other; a single one has no other to steal from.
pub(super) fn stealing(input: &SweepInput<'_>, diagnostics: &mut Diagnostics<'_>) {
    if input.schedule.value != Some(Schedule::Stealing) {
        return;
    }
    let can_steal = |spec: &BackendSpec| spec.schedules.contains(&Schedule::Stealing);
    let is_single = |spec: &BackendSpec| spec.scales == Scales::Single;
    let able = words(can_steal);
    let blame = |suspects: [Option<&Setting<'_>>; 2], message: String, diagnostics: &mut Diagnostics<'_>| {
        if let Some(setting) = first_option_or(suspects) {
            diagnostics.about(setting, message);
        }
    };
    let schedule = input.schedule.given.as_ref();
    let others: Vec<&str> = (input.backends.value.iter().flatten())
        .filter(|backend| !can_steal(backend.spec()))
        .map(|backend| backend.word())
        .collect();
    if !others.is_empty() {
        let message = format!(
            "only {} can steal tasks, and the backends include {}; use backends {} or another schedule",
            listed(able.iter().copied(), ""),
            listed(others, "\""),
            one_of(able.iter().copied())
        );
        blame([schedule, input.backends.given.as_ref()], message, diagnostics);
    }
    let unable = |backend: &BackendKind| !can_steal(backend.spec()) && !is_single(backend.spec());
    if let Some(baseline) = input.baseline.value.flatten().filter(unable) {
        let message = format!(
            "only {} can steal tasks, and the baseline is \"{}\"; use baseline = {}, or another schedule",
            listed(able.iter().copied(), ""),
            baseline.word(),
            able.iter()
                .copied()
                .chain(words(is_single))
                .map(|word| format!("\"{word}\""))
                .collect::<Vec<_>>()
                .join(" or ")
        );
        blame([schedule, input.baseline.given.as_ref()], message, diagnostics);
    }
}

/// Some kinds must not run within parlab itself.
pub(super) fn processes_only(
    kind: Option<&(&'static KindSpec, Setting<'_>)>,
    input: &SweepInput<'_>,
    diagnostics: &mut Diagnostics<'_>,
) {
    let Some((spec, named)) = kind else { return };
    let Some(reason) = spec.processes_only else { return };
    let runs_within = |backend: &BackendKind| !backend.spec().is_isolated();
    let instead = words(BackendSpec::is_isolated).first().copied().unwrap_or_default();
    if input.backends.value.iter().flatten().any(runs_within) {
        let setting = input.backends.given.as_ref().unwrap_or(named);
        let message = format!("only processes can run {}: {reason}; write backends = [\"{instead}\"]", spec.name);
        diagnostics.about(setting, message);
    }
    if input.baseline.value.flatten().as_ref().is_some_and(runs_within) {
        let setting = input.baseline.given.as_ref().unwrap_or(named);
        let message = format!(
            "only processes can run {}: {reason}; write baseline = \"{instead}\" or baseline = \"none\" in [sweep]",
            spec.name
        );
        diagnostics.about(setting, message);
    }
}

/// What says how tasks are handed out, which a program does by itself.
const HANDING_OUT: [&str; 5] = ["schedule", "chunk", "dispatch", "payload", "order"];

/// What says how tasks get to workers, which a library of Python does by its own rules; it takes chunks and an order.
const NOT_OF_PYTHON: [(&str, &str); 4] =
    [("sweep", "schedule"), ("sweep", "dispatch"), ("sweep", "payload"), ("interpreter", "gil")];

/// A program that is parallel by itself has a backend of its own, functions of Python have libraries, and nothing else has
/// these.
pub(super) fn runtime(
    kind: Option<&(&'static KindSpec, Setting<'_>)>,
    keys: &GivenKeys<'_>,
    has_emulation: bool,
    diagnostics: &mut Diagnostics<'_>,
) {
    let Some((spec, _)) = kind else { return };
    let misfit = |backend: &BackendKind| !backend.spec().runs(spec);
    let sweep = &keys.values.sweep;
    let given = |name| keys.given("sweep", name).filter(|_| keys.is_right("sweep", name));
    let named =
        [("backends", sweep.backends.iter().copied().find(misfit)), ("baseline", sweep.baseline.filter(misfit))];
    for (name, misfit) in named {
        let setting = misfit.and_then(|misfit| Some((given(name)?, misfit)));
        setting.into_iter().for_each(|(setting, misfit)| diagnostics.about(setting, about_misfit(spec, misfit)));
    }
    let (means, nothing): (_, Vec<(&str, &str)>) = match spec.runtime {
        Runtime::Parlab => return,
        Runtime::Given => (
            "means nothing to a program that does its own work; remove this",
            HANDING_OUT.map(|name| ("sweep", name)).into_iter().chain([("interpreter", "gil")]).collect(),
        ),
        Runtime::Python => {
            ("means nothing to a library of Python, which has its own ways; remove this", NOT_OF_PYTHON.to_vec())
        }
    };
    // What is emulated beside a function of Python may have a lock.
    let nothing = nothing.into_iter().filter(|(table, _)| !has_emulation || *table != "interpreter");
    for setting in nothing.filter_map(|(table, name)| keys.given(table, name)) {
        diagnostics.about(setting, means);
    }
}

/// Why a backend cannot run a kind, and what to do.
fn about_misfit(spec: &KindSpec, misfit: BackendKind) -> String {
    let able = words(|backend| backend.runs(spec));
    match (spec.runtime, misfit.spec().runtime, able.as_slice()) {
        (Runtime::Given, _, [own, ..]) => {
            format!("{} is run by the backend \"{own}\" alone; write \"{own}\" or remove this", spec.name)
        }
        (Runtime::Python, ..) => format!(
            "{} is run by {} alone, and not by \"{}\"; take one of these",
            spec.name,
            listed(able.iter().copied(), "\""),
            misfit.word()
        ),
        (_, Runtime::Python, _) => format!(
            "the backend \"{}\" runs functions of Python, and not {}; take another, or kind = \"python\"",
            misfit.word(),
            spec.name
        ),
        _ => format!(
            "the backend \"{}\" runs programs that are parallel by themselves, and not {}; take another",
            misfit.word(),
            spec.name
        ),
    }
}

/// A shell takes one text, and without one each argument is a text of its own.
pub(super) fn shell(workload: &mut Section<'_>, params: Option<&Params>, diagnostics: &mut Diagnostics<'_>) {
    // To ask a section for a key is to know it: of kinds that run no command it is none.
    let Some(params) = params.filter(|params| params.get("command").is_some()) else { return };
    let Some(command) = workload.get("command") else { return };
    let is_for_shell = params.get("shell") == Some(&Value::Flag(true));
    match command.is_list() {
        true if is_for_shell => diagnostics.about(&command, "must be one text for the shell, not an array"),
        false if !is_for_shell => {
            let message = "must be an array of the program and each of its arguments, or add shell = true";
            diagnostics.about(&command, message);
        }
        _ => {}
    }
}

/// The most bytes that the tasks of one chunk, or their results, may come to as a message.
pub const MAX_MESSAGE_BYTES: u64 = 1 << 30;

/// A pipe is for forked workers, and hands out the next chunk to the worker that asks.
pub(super) fn pipe(input: &SweepInput<'_>, diagnostics: &mut Diagnostics<'_>) {
    if !input.dispatch.value.as_ref().is_some_and(|ways| ways.contains(&Dispatch::Pipe)) {
        return;
    }
    let takes_pipes = |spec: &BackendSpec| spec.dispatches.contains(&Dispatch::Pipe);
    let given = input.dispatch.given.as_ref();
    if let Some(backends) = &input.backends.value
        && !backends.iter().any(|backend| takes_pipes(backend.spec()))
        && let Some(setting) = first_option_or([given, input.backends.given.as_ref()])
    {
        let able = words(takes_pipes);
        let message = format!(
            "a pipe is for {}, and the backends are {}; add {} to them or remove dispatch",
            listed(able.iter().copied(), ""),
            listed(backends.iter().map(|backend| backend.word()), "\""),
            one_of(able.iter().copied())
        );
        diagnostics.about(setting, message);
    }
    if let Some(schedule @ (Schedule::Static | Schedule::Guided | Schedule::Stealing)) = input.schedule.value
        && let Some(setting) = first_option_or([input.schedule.given.as_ref(), given])
    {
        let message = format!(
            "a pipe hands out the next chunk to the worker that asks, which is \"dynamic\" and not \"{}\"; \
             use schedule = \"dynamic\" or remove dispatch",
            schedule.word()
        );
        diagnostics.about(setting, message);
    }
}

/// Some backends are processes with threads, and all others are not.
pub(super) fn layouts(input: &SweepInput<'_>, diagnostics: &mut Diagnostics<'_>) {
    let (Some(backends), Some(workers)) = (&input.backends.value, &input.workers.value) else { return };
    let takes_layouts = |backend: &&BackendKind| backend.spec().scales == Scales::Teams;
    let Some(name) = backends.iter().find(takes_layouts).map(|backend| backend.word()) else { return };
    let given = [input.workers.given.as_ref(), input.backends.given.as_ref()];
    let message = match (workers.layouts.is_empty(), workers.plain) {
        (true, _) => {
            format!("{name} needs processes × threads; write workers = \"2x2\", or a list such as \"1x2, 2x2\"")
        }
        (false, Some(plain)) if backends.iter().all(|backend| takes_layouts(&backend)) => {
            format!("{plain} is for other backends, and {name} is the only one; remove it or write {plain}x1")
        }
        _ => return,
    };
    // Without layouts a LIST that was not given is the backends' fault.
    if let Some(setting) = given.into_iter().flatten().next() {
        diagnostics.about(setting, message);
    }
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Whole(n) => Some(*n),
        _ => None,
    }
}

/// A chunk is one message, which both ends have in memory as a whole.
///
/// `varied` is what `[vary]` varies, and where it says so.
pub(super) fn message(
    input: &SweepInput<'_>,
    varied: Option<(&Axis, &Setting<'_>)>,
    tasks: u64,
    diagnostics: &mut Diagnostics<'_>,
) {
    let piped = input.dispatch.value.as_ref().is_some_and(|ways| ways.contains(&Dispatch::Pipe));
    let (Some(chunk), Some(payload)) = (input.chunk.value, input.payload.value) else { return };
    let most = |key: &str, fixed: u64| {
        let axis = varied.map(|(axis, _)| axis).filter(|axis| axis.key == key);
        axis.and_then(|axis| axis.values.iter().filter_map(whole).max()).unwrap_or(fixed)
    };
    let (chunk, payload) = (most("chunk", chunk.unwrap_or(1)), most("payload", payload));
    let bytes = chunk.min(tasks).saturating_mul(payload + plan::MESSAGE_ENTRY_BYTES);
    let of_it = varied.filter(|(axis, _)| ["chunk", "payload"].contains(&axis.key.as_str())).map(|(_, given)| given);
    let suspects = [of_it, input.chunk.given.as_ref(), input.payload.given.as_ref()];
    if let Some(setting) = first_option_or(suspects).filter(|_| piped && bytes > MAX_MESSAGE_BYTES) {
        let message = format!(
            "makes messages of {} bytes, a chunk of tasks with their payload each; at most {} are allowed",
            plain_whole(bytes),
            plain_whole(MAX_MESSAGE_BYTES)
        );
        diagnostics.about(setting, message);
    }
}

/// A run must end some day.
pub(super) fn trials(sweep: &Sweep, points: usize, blamed: Option<&Setting<'_>>, diagnostics: &mut Diagnostics<'_>) {
    let configs = (plan::configurations(sweep).len() * points) as u64;
    let repeats = sweep.auto.map_or(sweep.repeats, |auto| auto.max_repeats);
    let rounds = u64::from(repeats) + u64::from(sweep.warmup);
    let trials = configs * rounds;
    if trials <= MAX_TRIALS {
        return;
    }
    let message = format!(
        "{configs} configurations, run {rounds} times each, make {trials} trials; at most {MAX_TRIALS} are allowed"
    );
    match blamed {
        Some(setting) => diagnostics.about(setting, message),
        None => diagnostics.of_file(&message),
    }
}

/// What is emulated beside a function of Python is compared with that by how much slower or faster each became.
pub(super) fn baseline_of_emulation(input: &SweepInput<'_>, diagnostics: &mut Diagnostics<'_>) {
    if let (Some(None), Some(given)) = (input.baseline.value, &input.baseline.given) {
        let message =
            "leaves nothing to compare by: [emulated] and Python each have times of their own; name a baseline";
        diagnostics.about(given, message);
    }
}

/// Limits of repeats that the run decides on mean nothing where their number is given.
pub(super) fn auto_repeats(keys: &GivenKeys<'_>, diagnostics: &mut Diagnostics<'_>) {
    let is_left = keys.values.is_auto || !keys.is_right("sweep", "repeats");
    // An option may fix the number for once, whatever the file would else be held to.
    let is_fixed_by_option = keys.given("sweep", "repeats").is_some_and(Setting::is_option);
    for name in ["precision", "max_repeats", "max_seconds"] {
        let given = keys.given("sweep", name).filter(|given| given.is_option() || !is_fixed_by_option);
        if let Some(given) = given.filter(|_| !is_left) {
            diagnostics
                .about(given, "means nothing where the repeats are counted; add repeats = \"auto\" or remove this");
        }
    }
}

/// The setting to blame for the number of trials.
pub(super) fn multiplier<'c, 'd>(input: &'c SweepInput<'d>) -> Option<&'c Setting<'d>> {
    first_option_or([
        input.repeats.given.as_ref(),
        input.warmup.given.as_ref(),
        input.workers.given.as_ref(),
        input.backends.given.as_ref(),
    ])
}

/// The first that is an option of the command line, else the first there is.
fn first_option_or<'c, 'd, const N: usize>(suspects: [Option<&'c Setting<'d>>; N]) -> Option<&'c Setting<'d>> {
    let given = suspects.into_iter().flatten();
    given.clone().find(|setting| setting.is_option()).or_else(|| suspects.into_iter().flatten().next())
}
