//! What must fit together in a scenario: schedule and backends, kind and backends, the number of trials.
//!
//! A misfit is told where it can be mended: at the option if one is part of it, else at the line of the file.

use super::diagnostics::Diagnostics;
use super::kind::KindSpec;
use super::model::{Axis, BackendKind, Baseline, Dispatch, Schedule, Sweep, Value};
use super::plan;
use super::raw::Setting;
use super::sweep::SweepInput;
use super::wording::{listed, plain_whole};

/// The most trials of a run, warm-ups included.
pub const MAX_TRIALS: u64 = 100_000;

/// Only threads can steal from each other.
pub(super) fn stealing(input: &SweepInput<'_>, diagnostics: &mut Diagnostics<'_>) {
    if input.schedule.value != Some(Schedule::Stealing) {
        return;
    }
    let blame = |suspects: [Option<&Setting<'_>>; 2], message: String, diagnostics: &mut Diagnostics<'_>| {
        if let Some(setting) = first_option_or(suspects) {
            diagnostics.about(setting, message);
        }
    };
    let schedule = input.schedule.given.as_ref();
    let others: Vec<&str> = (input.backends.value.iter().flatten())
        .filter(|backend| **backend != BackendKind::Threads)
        .map(|backend| backend.word())
        .collect();
    if !others.is_empty() {
        let message = format!(
            "only threads can steal tasks, and the backends include {}; use backends \"threads\" or another schedule",
            listed(others, "\"")
        );
        blame([schedule, input.backends.given.as_ref()], message, diagnostics);
    }
    if input.baseline.value == Some(Baseline::Processes) {
        let message = "only threads can steal tasks, and the baseline is \"processes\"; \
                       use baseline = \"threads\" or \"serial\", or another schedule";
        blame([schedule, input.baseline.given.as_ref()], message.to_owned(), diagnostics);
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
    if input
        .backends
        .value
        .iter()
        .flatten()
        .any(|backend| !matches!(backend, BackendKind::Processes | BackendKind::Hybrid))
    {
        let setting = input.backends.given.as_ref().unwrap_or(named);
        let message = format!("only processes can run {}: {reason}; write backends = [\"processes\"]", spec.name);
        diagnostics.about(setting, message);
    }
    if matches!(input.baseline.value, Some(Baseline::Serial | Baseline::Threads)) {
        let setting = input.baseline.given.as_ref().unwrap_or(named);
        let message = format!(
            "only processes can run {}: {reason}; write baseline = \"processes\" or baseline = \"none\" in [sweep]",
            spec.name
        );
        diagnostics.about(setting, message);
    }
}

/// The most bytes that the tasks of one chunk, or their results, may come to as a message.
pub const MAX_MESSAGE_BYTES: u64 = 1 << 30;

/// A pipe is for forked workers, and hands out the next chunk to whoever asks.
pub(super) fn pipe(input: &SweepInput<'_>, diagnostics: &mut Diagnostics<'_>) {
    if !input.dispatch.value.as_ref().is_some_and(|ways| ways.contains(&Dispatch::Pipe)) {
        return;
    }
    let given = input.dispatch.given.as_ref();
    if let Some(backends) = &input.backends.value
        && !backends.contains(&BackendKind::Processes)
        && let Some(setting) = first_option_or([given, input.backends.given.as_ref()])
    {
        let words = listed(backends.iter().map(|backend| backend.word()), "\"");
        let message = format!(
            "a pipe is for processes, and the backends are {words}; add \"processes\" to them or remove dispatch"
        );
        diagnostics.about(setting, message);
    }
    if let Some(schedule @ (Schedule::Static | Schedule::Guided | Schedule::Stealing)) = input.schedule.value
        && let Some(setting) = first_option_or([input.schedule.given.as_ref(), given])
    {
        let message = format!(
            "a pipe hands out the next chunk to whoever asks, which is \"dynamic\" and not \"{}\"; \
             use schedule = \"dynamic\" or remove dispatch",
            schedule.word()
        );
        diagnostics.about(setting, message);
    }
}

/// A hybrid is processes with threads, and nothing else is.
pub(super) fn hybrid(input: &SweepInput<'_>, diagnostics: &mut Diagnostics<'_>) {
    let (Some(backends), Some(hands)) = (&input.backends.value, &input.workers.value) else { return };
    if !backends.contains(&BackendKind::Hybrid) {
        return;
    }
    let given = [input.workers.given.as_ref(), input.backends.given.as_ref()];
    let message = match (hands.layouts.is_empty(), hands.plain) {
        (true, _) => {
            "hybrid needs processes × threads; write workers = \"2x2\", or a list such as \"1x2, 2x2\"".to_owned()
        }
        (false, Some(plain)) if backends.len() == 1 => {
            format!("{plain} is for other backends, and hybrid is the only one; remove it or write {plain}x1")
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
pub(super) fn trials(
    sweep: &Sweep,
    vary: Option<&Axis>,
    blamed: Option<&Setting<'_>>,
    diagnostics: &mut Diagnostics<'_>,
) {
    let points = vary.map_or(1, |axis| axis.values.len());
    let configs = (plan::configurations(sweep).0.len() * points) as u64;
    let rounds = u64::from(sweep.repeats) + u64::from(sweep.warmup);
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
