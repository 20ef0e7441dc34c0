//! What the times of a run give reason to doubt: a machine that drifts, trials too short for the clock. Worked out from
//! what was measured, told among the warnings of the run, and never a reason to leave anything out.

use crate::analysis::{Timed, drift};
use crate::record::{RunState, Warning, WarningCode, label_at};
use crate::scenario::Config;
use crate::units;

/// A trial should be so many times as long as a step of the clock, and as a look at it: then these are a part in a
/// thousand of what is told.
const STEPS_MIN: f64 = 1_000.0;

/// All of them, in the order in which they are told. `told_s` has the time that is told of each configuration.
pub(super) fn doubts(state: &RunState, told_s: &[Option<f64>]) -> Vec<Warning> {
    drifts(state, told_s.len()).into_iter().chain(too_short(state, told_s)).collect()
}

/// That all times became longer or shorter over the blocks of the run.
fn drifts(state: &RunState, configs: usize) -> Option<Warning> {
    let timed = |config: usize| {
        let samples = state.samples_by_block(config);
        samples.map(|(block, outcome)| Timed { block, time_s: outcome.wall_s }).collect()
    };
    let change = drift(&(0..configs).map(timed).collect::<Vec<Vec<Timed>>>())?;
    let (how, by) = if change > 0.0 { ("slower", change) } else { ("faster", -change) };
    let became = if change > 0.0 { "longer" } else { "shorter" };
    let message = format!(
        "the machine became {how} during the run: from the first block to the last all times became {} {became}. Speedups \
         are paired by block, and not affected; the times and their intervals are",
        units::percent(by)
    );
    Some(Warning { code: WarningCode::Drift, message })
}

/// That what speedups are made of is too short in some configurations, told once for all of them.
fn too_short(state: &RunState, told_s: &[Option<f64>]) -> Option<Warning> {
    let planned = state.planned.as_ref()?;
    let clock = planned.machine.clock.as_ref()?;
    let least_s = STEPS_MIN * clock.resolution_s.max(clock.reading_s);
    let told = planned.plan.configs.iter().zip(told_s).filter_map(|(config, told_s)| Some((config, (*told_s)?)));
    let short: Vec<(&Config, f64)> = told.filter(|(_, told_s)| *told_s < least_s).collect();
    let &(shortest, told_s) = short.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let others = match short.len() - 1 {
        0 => String::new(),
        1 => ", and one more configuration".to_owned(),
        n => format!(", and {n} more configurations"),
    };
    let message = format!(
        "trials too short to be timed well, which needs {}: {} takes {}{others}. Give them more tasks, or longer ones",
        units::seconds(least_s),
        label_at(shortest),
        units::seconds(told_s),
    );
    Some(Warning { code: WarningCode::TooShort, message })
}
