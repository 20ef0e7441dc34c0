//! What must fit together in a scenario: schedule and backends, kind and backends, the number of trials.
//!
//! A misfit is told where it can be mended: at the option if one is part of it, else at the line of the file.

use super::findings::Findings;
use super::kind::KindSpec;
use super::plan;
use super::setting::Setting;
use super::settings::{Axis, BackendKind, Baseline, Dispatch, Schedule, Sweep, Value};
use super::sweep::Choices;
use super::wording::{listed, plain_whole};

/// The most trials of a run, warm-ups included.
pub const MAX_TRIALS: u64 = 100_000;

/// Only threads can steal from each other.
pub(super) fn stealing(choices: &Choices<'_>, findings: &mut Findings<'_>) {
    if choices.schedule.value != Some(Schedule::Stealing) {
        return;
    }
    let blame = |suspects: [Option<&Setting<'_>>; 2], message: String, findings: &mut Findings<'_>| {
        if let Some(setting) = first_option_or(suspects) {
            findings.about(setting, message);
        }
    };
    let schedule = choices.schedule.given.as_ref();
    let others: Vec<&str> = (choices.backends.value.iter().flatten())
        .filter(|backend| **backend != BackendKind::Threads)
        .map(|backend| backend.word())
        .collect();
    if !others.is_empty() {
        let message = format!(
            "only threads can steal tasks, and the backends include {}; use backends \"threads\" or another schedule",
            listed(others, "\"")
        );
        blame([schedule, choices.backends.given.as_ref()], message, findings);
    }
    if choices.baseline.value == Some(Baseline::Processes) {
        let message = "only threads can steal tasks, and the baseline is \"processes\"; \
                       use baseline = \"threads\" or \"serial\", or another schedule";
        blame([schedule, choices.baseline.given.as_ref()], message.to_owned(), findings);
    }
}

/// Some kinds must not run within parlab itself.
pub(super) fn processes_only(
    kind: Option<&(&'static KindSpec, Setting<'_>)>,
    choices: &Choices<'_>,
    findings: &mut Findings<'_>,
) {
    let Some((spec, named)) = kind else { return };
    let Some(reason) = spec.processes_only else { return };
    if choices
        .backends
        .value
        .iter()
        .flatten()
        .any(|backend| !matches!(backend, BackendKind::Processes | BackendKind::Hybrid))
    {
        let setting = choices.backends.given.as_ref().unwrap_or(named);
        let message = format!("only processes can run {}: {reason}; write backends = [\"processes\"]", spec.name);
        findings.about(setting, message);
    }
    if matches!(choices.baseline.value, Some(Baseline::Serial | Baseline::Threads)) {
        let setting = choices.baseline.given.as_ref().unwrap_or(named);
        let message = format!(
            "only processes can run {}: {reason}; write baseline = \"processes\" or baseline = \"none\" in [sweep]",
            spec.name
        );
        findings.about(setting, message);
    }
}

/// The most bytes that the tasks of one chunk, or their results, may come to as a message.
pub const MAX_MESSAGE_BYTES: u64 = 1 << 30;

/// A pipe is for forked workers, and hands out the next chunk to whoever asks.
pub(super) fn pipe(choices: &Choices<'_>, findings: &mut Findings<'_>) {
    if !choices.dispatch.value.as_ref().is_some_and(|ways| ways.contains(&Dispatch::Pipe)) {
        return;
    }
    let given = choices.dispatch.given.as_ref();
    if let Some(backends) = &choices.backends.value
        && !backends.contains(&BackendKind::Processes)
        && let Some(setting) = first_option_or([given, choices.backends.given.as_ref()])
    {
        let words = listed(backends.iter().map(|backend| backend.word()), "\"");
        let message = format!(
            "a pipe is for processes, and the backends are {words}; add \"processes\" to them or remove dispatch"
        );
        findings.about(setting, message);
    }
    if let Some(schedule @ (Schedule::Static | Schedule::Guided | Schedule::Stealing)) = choices.schedule.value
        && let Some(setting) = first_option_or([choices.schedule.given.as_ref(), given])
    {
        let message = format!(
            "a pipe hands out the next chunk to whoever asks, which is \"dynamic\" and not \"{}\"; \
             use schedule = \"dynamic\" or remove dispatch",
            schedule.word()
        );
        findings.about(setting, message);
    }
}

/// A hybrid is processes with threads, and nothing else is.
pub(super) fn hybrid(choices: &Choices<'_>, findings: &mut Findings<'_>) {
    let (Some(backends), Some(hands)) = (&choices.backends.value, &choices.workers.value) else { return };
    if !backends.contains(&BackendKind::Hybrid) {
        return;
    }
    let given = [choices.workers.given.as_ref(), choices.backends.given.as_ref()];
    let message = match (hands.teams.is_empty(), hands.plain) {
        (true, _) => {
            "hybrid needs processes × threads; write workers = \"2x2\", or a list such as \"1x2, 2x2\"".to_owned()
        }
        (false, Some(plain)) if backends.len() == 1 => {
            format!("{plain} is for other backends, and hybrid is the only one; remove it or write {plain}x1")
        }
        _ => return,
    };
    // Without teams a LIST that was not given is the backends' fault.
    if let Some(setting) = given.into_iter().flatten().next() {
        findings.about(setting, message);
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
    choices: &Choices<'_>,
    varied: Option<(&Axis, &Setting<'_>)>,
    tasks: u64,
    findings: &mut Findings<'_>,
) {
    let piped = choices.dispatch.value.as_ref().is_some_and(|ways| ways.contains(&Dispatch::Pipe));
    let (Some(chunk), Some(payload)) = (choices.chunk.value, choices.payload.value) else { return };
    let most = |key: &str, fixed: u64| {
        let axis = varied.map(|(axis, _)| axis).filter(|axis| axis.key == key);
        axis.and_then(|axis| axis.values.iter().filter_map(whole).max()).unwrap_or(fixed)
    };
    let (chunk, payload) = (most("chunk", chunk.unwrap_or(1)), most("payload", payload));
    let bytes = chunk.min(tasks).saturating_mul(payload + plan::MESSAGE_ENTRY_BYTES);
    let of_it = varied.filter(|(axis, _)| ["chunk", "payload"].contains(&axis.key.as_str())).map(|(_, given)| given);
    let suspects = [of_it, choices.chunk.given.as_ref(), choices.payload.given.as_ref()];
    if let Some(setting) = first_option_or(suspects).filter(|_| piped && bytes > MAX_MESSAGE_BYTES) {
        let message = format!(
            "makes messages of {} bytes, a chunk of tasks with their payload each; at most {} are allowed",
            plain_whole(bytes),
            plain_whole(MAX_MESSAGE_BYTES)
        );
        findings.about(setting, message);
    }
}

/// A run must end some day.
pub(super) fn trials(sweep: &Sweep, vary: Option<&Axis>, blamed: Option<&Setting<'_>>, findings: &mut Findings<'_>) {
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
        Some(setting) => findings.about(setting, message),
        None => findings.of_file(&message),
    }
}

/// The setting to blame for the number of trials.
pub(super) fn multiplier<'c, 'd>(choices: &'c Choices<'d>) -> Option<&'c Setting<'d>> {
    first_option_or([
        choices.repeats.given.as_ref(),
        choices.warmup.given.as_ref(),
        choices.workers.given.as_ref(),
        choices.backends.given.as_ref(),
    ])
}

/// The first that is an option of the command line, else the first there is.
fn first_option_or<'c, 'd, const N: usize>(suspects: [Option<&'c Setting<'d>>; N]) -> Option<&'c Setting<'d>> {
    let given = suspects.into_iter().flatten();
    given.clone().find(|setting| setting.is_option()).or_else(|| suspects.into_iter().flatten().next())
}
