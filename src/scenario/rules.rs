//! What must fit together in a scenario: schedule and backends, kind and backends, the number of trials.
//!
//! A misfit is told where it can be mended: at the option if one is part of it, else at the line of the file.

use super::findings::Findings;
use super::kind::KindSpec;
use super::plan;
use super::setting::Setting;
use super::settings::{Axis, BackendKind, Baseline, Schedule, Sweep};
use super::sweep::Choices;
use super::wording::listed;

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
    if choices.backends.value.iter().flatten().any(|backend| *backend != BackendKind::Processes) {
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
