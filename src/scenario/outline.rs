//! What a scenario does in a few words: parameters, inputs and sweep, for a user who chooses among scenarios.

use super::backends::{Scales, baseline_word};
use super::data::data_label;
use super::domain::NO_LIMIT;
use super::kind::{Domain, KindSpec, ParamSpec};
use super::model::{Axis, Inputs, Job, Scenario, Sweep, Value};
use super::schedule::Order;
use super::wording::{escaped, plain};

/// Inputs and values listed one by one; of more, only the first.
const LISTED_MAX: usize = 8;

/// What each setting is about, and what it says; empty ones are left out.
pub fn outline(scenario: &Scenario, spec: &KindSpec) -> Vec<(&'static str, String)> {
    let job = &scenario.job;
    let fields = [
        ("with", parameters(job, spec)),
        // A program is one task, and knows of no input.
        ("inputs", if spec.is_program() { String::new() } else { inputs(&job.inputs) }),
        ("beside", scenario.emulated.as_ref().map(emulated).unwrap_or_default()),
        ("sweep", sweep(&scenario.sweep, job)),
    ];
    fields.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// The kind's parameters, those aside that the grid varies and those that a file stands in for.
fn parameters(job: &Job, spec: &KindSpec) -> String {
    let varied = |name: &str| matches!(&job.inputs, Inputs::Grid(axes) if axes.iter().any(|axis| axis.key == name));
    let is_given =
        |param: &ParamSpec| job.params.get(param.name).and_then(Value::as_word).is_some_and(|w| !w.is_empty());
    let replaced = |name: &str| {
        let files = spec.params.iter().filter(|param| is_given(param));
        files.clone().any(|param| matches!(param.domain, Domain::File { instead_of } if instead_of.contains(&name)))
    };
    let shown = spec.params.iter().filter(|param| !varied(param.name) && !replaced(param.name));
    let words = shown.filter_map(|param| {
        let value = match (param.domain, job.params.get(param.name)?) {
            (Domain::File { .. }, Value::Word(file)) if file.is_empty() => return None,
            (Domain::File { .. }, Value::Word(file)) => data_label(file),
            (Domain::Function, Value::Word(function)) => match function.rsplit_once(':') {
                Some((file, name)) => format!("{name} of {}", data_label(file)),
                None => return None,
            },
            // Nothing was said of it, and nothing follows from that.
            (Domain::Place | Domain::Growth | Domain::Interpreter { .. }, Value::Word(word)) if word.is_empty() => {
                return None;
            }
            (
                Domain::Environment | Domain::Arguments | Domain::Patterns { .. } | Domain::Packages,
                Value::Words(words),
            ) if words.is_empty() => {
                return None;
            }
            // A limit that is none limits nothing.
            (Domain::Limit { .. }, Value::Number(limit)) if *limit == NO_LIMIT => return None,
            (_, value) => value.to_string(),
        };
        let unit = if param.unit.is_empty() || param.unit == param.name { "" } else { " " };
        Some(format!("{} {value}{unit}{}", param.name, if unit.is_empty() { "" } else { param.unit }))
    });
    words.collect::<Vec<_>>().join(" · ")
}

/// What stands for the tasks where these are emulated: its kind, its parameters and its lock.
fn emulated(job: &Job) -> String {
    let params = job.params.iter().map(|(name, value)| format!("{name} {value}"));
    let lock =
        job.interpreter.map(|lock| format!("lock emulated, asked for after {} ms", plain(lock.switch_interval_ms)));
    [job.kind.clone()].into_iter().chain(params).chain(lock).collect::<Vec<_>>().join(" · ")
}

fn inputs(inputs: &Inputs) -> String {
    match inputs {
        Inputs::Range { tasks } => format!("0 to {}", plain(tasks.saturating_sub(1) as f64)),
        Inputs::List(list) => listed(list.iter().map(|x| plain(*x))),
        Inputs::Texts(texts) => listed(texts.iter().map(|text| escaped(text).into_owned())),
        Inputs::Repeat { value, times } => format!("{}, {} times", plain(*value), plain(*times as f64)),
        Inputs::Grid(axes) => {
            let axis = |axis: &Axis| format!("{} {}", axis.key, listed(axis.values.iter().map(Value::to_string)));
            axes.iter().map(axis).collect::<Vec<_>>().join(" × ")
        }
    }
}

fn sweep(sweep: &Sweep, job: &Job) -> String {
    let mut parts = Vec::new();
    // A single loop hands nothing out.
    if sweep.backends.iter().any(|backend| backend.spec().scales != Scales::Single) {
        let chunk = sweep.chunk.map(|chunk| format!(", chunks of {}", plain(chunk as f64))).unwrap_or_default();
        parts.push(format!("{} schedule{chunk}", sweep.schedule.word()));
    }
    if job.order != Order::Given {
        parts.push(format!("{} order", job.order.word()));
    }
    parts.push(match sweep.baseline {
        None => "no baseline".to_owned(),
        baseline => format!("baseline {}", baseline_word(baseline)),
    });
    if sweep.include_startup {
        parts.push("start-up counted".to_owned());
    }
    parts.push(format!("seed {}", job.seed));
    parts.push(format!("timeout {} s", plain(sweep.timeout.as_secs_f64())));
    parts.join(" · ")
}

/// Items with commas between; of many, the first ones and how many there are in all.
fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    let all = items.len();
    let shown: Vec<String> = items.take(LISTED_MAX).collect();
    let rest = if all > LISTED_MAX { format!(" … ({all})") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}
