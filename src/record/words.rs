//! What happens in a run, in words: the same ones in reports, in progress lines and on the screen.

use super::cause::Cause;
use super::event::{Added, Disturbance, Loss, Remedy};
use super::noise::NoiseCause;
use super::precision::{IntervalWidth, Widths};
use crate::scenario::{Config, Job, Layout, Plan, Scales, SeriesKey};

/// The name of a configuration for people: `serial`, `threads × 4`, `processes × 2 pipe`, `hybrid × 2x4`; and by which
/// interpreter, where there are several: `serial (CPython)`, `threads × 4 (emulated)`.
pub fn label(config: &Config) -> String {
    let workers = match (config.layout(), config.backend.spec().scales) {
        (Some(Layout { processes, threads }), _) => format!(" × {processes}x{threads}"),
        (None, Scales::Single) => String::new(),
        (None, Scales::Workers | Scales::Teams) => format!(" × {}", config.workers),
    };
    let interpreter = config.point_name().map(|name| format!(" ({name})")).unwrap_or_default();
    format!("{}{workers}{}{interpreter}", config.backend.word(), SeriesKey::of(config).dispatch_suffix())
}

/// The name of a configuration with the point it is run at, if there are several: `threads × 4, steps 200`.
pub fn label_at(config: &Config) -> String {
    match config.point.as_ref().filter(|point| point.name().is_none()) {
        None => label(config),
        Some(point) => format!("{}, {} {}", label(config), point.key, point.value_in_words()),
    }
}

/// A trial for people: `processes × 2, steps 200, repeat 1`; by its number if the plan has no such trial.
pub fn trial_in_words(plan: &Plan, trial: usize) -> String {
    let planned = plan.trials.get(trial);
    let Some((planned, config)) = planned.and_then(|planned| Some((planned, plan.configs.get(planned.config)?))) else {
        return format!("trial {}", trial.saturating_add(1));
    };
    let round = if planned.warmup { "warm-up" } else { "repeat" };
    format!("{}, {round} {}", label_at(config), planned.repeat.saturating_add(1))
}

/// A task for people: what the grid says of it, `C = 1, kernel = poly, fold = 0`, else its number.
pub fn task_in_words(job: &Job, task: u64) -> String {
    let point: Vec<String> =
        job.inputs.grid_point(task).into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
    if point.is_empty() { format!("task {task}") } else { point.join(", ") }
}

/// A worker that was stopped from outside, or goes on after that, in one line.
pub fn stall_in_words(worker: u32, pid: u32, stopped: bool) -> String {
    if stopped {
        return format!("worker {worker} (pid {pid}) was stopped from outside; `kill -CONT {pid}` lets it go on");
    }
    format!("worker {worker} (pid {pid}) goes on")
}

/// What disturbed a trial, as a sentence without its end.
pub fn disturbance_in_words(why: Disturbance) -> &'static str {
    match why {
        Disturbance::ProgramStopped => "parlab was stopped for a while",
        Disturbance::MachineSuspended => "the machine was suspended for a while",
        Disturbance::WorkersStopped => "workers were stopped from outside for a while",
        Disturbance::WorkerReplaced => "a worker was lost, and another ran what it had begun",
        Disturbance::TwoSittings => "some of its tasks were run before the run was cut short",
    }
}

/// What made trials noisy: `2 by other programs`.
pub fn cause_in_words(cause: NoiseCause) -> &'static str {
    match cause {
        NoiseCause::Others => "other programs",
        NoiseCause::Steal => "the hypervisor",
        NoiseCause::Throttled => "the quota of the control group",
        NoiseCause::Speed => "CPUs of another speed",
    }
}

/// So many trials that were added to the plan, in one line; `None` where how sure the figures are says more.
pub fn added_in_words(trials: usize, why: Added) -> Option<String> {
    let plural = if trials == 1 { "trial" } else { "trials" };
    (why == Added::Noise).then(|| format!("measured again for noise: {trials} {plural}"))
}

/// How sure the least sure figure is, in one line: `widest interval: 8.1 % at processes × 2, wanted 5 %; block 6`, and in
/// short: `widest: 8.1 % at processes × 2`.
pub fn widest_in_words(plan: &Plan, widest: IntervalWidth, wanted: f64, block: u32) -> [String; 2] {
    let label = plan.configs.get(widest.config).map(label_at).unwrap_or_default();
    let width = width_beside(widest.width, wanted);
    let [full, short] = match widest.width.is_finite() {
        true => [format!("widest interval: {width} at {label}"), format!("widest: {width} at {label}")],
        false => [format!("no interval yet at {label}"), format!("none yet at {label}")],
    };
    [format!("{full}, wanted {}; block {block}", width_in_words(wanted)), short]
}

/// How sure each figure is, the least sure first and so many of them at most by name: `processes × 2: 8.1 %,
/// threads × 2: 6.3 %, 5 more within 5 %`. `None` where there is nothing to be sure of.
pub fn widths_in_words(plan: &Plan, widths: &Widths, wanted: f64, most: usize) -> Option<String> {
    let all = widths.widest_first();
    let (named, others) = all.split_at(most.min(all.len()));
    let name = |one: &IntervalWidth| {
        let label = plan.configs.get(one.config).map(label_at).unwrap_or_default();
        format!("{label}: {}", width_beside(one.width, wanted))
    };
    let within = others.iter().filter(|one| one.is_within(wanted)).count();
    let others = match (others.len(), within) {
        (0, _) => None,
        (more, 0) => Some(format!("{more} more")),
        (more, within) if within == more => Some(format!("{more} more within {}", width_in_words(wanted))),
        (more, within) => Some(format!("{more} more, {within} of them within {}", width_in_words(wanted))),
    };
    let parts: Vec<String> = named.iter().map(name).chain(others).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The width of an interval beside the one that is wanted: never the same words for one that is wider.
pub fn width_beside(width: f64, wanted: f64) -> String {
    let words = width_in_words(width);
    match width.is_finite() {
        false => "none".to_owned(),
        true if width > wanted && words == width_in_words(wanted) => format!(">{words}"),
        true => words,
    }
}

/// A part of a whole, as a percentage of at most two digits that tell something: `8.1 %`, `5 %`, `23 %`.
pub fn width_in_words(width: f64) -> String {
    match 100.0 * width {
        percent if percent >= 9.95 => format!("{percent:.0} %"),
        percent => format!("{} %", (percent * 10.0).round() / 10.0),
    }
}

/// The loss of a worker in one line: who, how, which task it held, and what is done about it.
pub fn loss_in_words(loss: &Loss) -> String {
    let how = match &loss.cause {
        Cause::Signal(name) => format!("was killed by {name}"),
        Cause::Exit(status) => format!("exited with status {status}"),
    };
    let held = loss.task.map(|task| format!(" while it held task {task}")).unwrap_or_default();
    let remedy = match loss.remedy {
        Remedy::Retried => "retried",
        Remedy::TaskFailed => "that task is marked failed",
        Remedy::Replaced => "replaced",
        Remedy::GivenUp => "the trial is given up",
    };
    format!("worker {} (pid {}) {how}{held}: {remedy}", loss.worker, loss.pid)
}
