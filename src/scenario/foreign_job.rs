//! Whether tasks that a journal tells of are such as a checked scenario has: it may say anything.
//!
//! It is not asked whether files are there; building the tasks says that.

use super::domain::{ALL_CPUS, Domain, NO_LIMIT};
use super::growth::Growth;
use super::inputs::MAX_TASKS;
use super::keys::SWITCH_INTERVAL;
use super::kind::KindSpec;
use super::model::{Axis, Inputs, Interpreter, Job, Value};

impl Job {
    /// Whether it has each parameter of its kind and no other, all of them and its inputs within their bounds.
    pub fn suits(&self, spec: &KindSpec) -> bool {
        let holds = |(name, value): (&String, &Value)| domain(spec, name).is_some_and(|domain| domain.holds(value));
        let interval = |lock: Interpreter| Value::Number(lock.switch_interval_ms);
        let has_lock = self.interpreter.is_none_or(|lock| SWITCH_INTERVAL.holds(&interval(lock)));
        self.kind == spec.name
            && self.params.len() == spec.params.len()
            && self.params.iter().all(holds)
            && has_lock
            && self.inputs.suit(spec)
    }
}

impl Axis {
    /// Whether a parameter of this kind, if that is what it varies, is within its bounds at each value.
    pub fn suits(&self, spec: &KindSpec) -> bool {
        let holds = |domain: Domain| self.values.iter().all(|value| domain.holds(value));
        !self.values.is_empty() && domain(spec, &self.key).is_none_or(holds)
    }
}

impl Inputs {
    fn suit(&self, spec: &KindSpec) -> bool {
        let within = |x: f64| (spec.input.min..=spec.input.max).contains(&x);
        let is_input = |axis: &Axis| axis.key != "x" || axis.values.iter().all(|x| x.as_number().is_some_and(within));
        let suits = match self {
            Self::Range { tasks } => within(tasks.saturating_sub(1) as f64),
            Self::List(list) => list.iter().all(|&x| within(x)),
            Self::Repeat { value, .. } => within(*value),
            Self::Texts(_) => spec.takes_texts,
            Self::Grid(axes) => axes.iter().all(|axis| axis.suits(spec) && is_input(axis)),
        };
        suits && (1..=MAX_TASKS).contains(&self.len())
    }
}

fn domain(spec: &KindSpec, name: &str) -> Option<Domain> {
    spec.params.iter().find(|param| param.name == name).map(|param| param.domain)
}

impl Domain {
    /// Whether a parameter of a checked scenario may have a value.
    fn holds(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Number { bounds, .. }, value) => {
                value.as_number().is_some_and(|x| (bounds.min..=bounds.max).contains(&x))
            }
            (Self::Limit { .. }, Value::Number(x)) => *x == NO_LIMIT,
            (Self::Whole { min, max, .. }, Value::Whole(n)) => (min..=max).contains(n),
            (Self::Limit { max } | Self::Threads { max, .. }, Value::Whole(n)) => (1..=max).contains(n),
            (Self::Threads { .. }, Value::Word(word)) => word == ALL_CPUS,
            (Self::Flag { .. }, Value::Flag(_))
            | (Self::Arguments | Self::Patterns { .. } | Self::Environment | Self::Packages, Value::Words(_))
            | (Self::File { .. } | Self::Place | Self::Function | Self::Interpreter { .. }, Value::Word(_)) => true,
            (Self::Command, Value::Words(words)) => !words.is_empty(),
            (Self::Growth, Value::Word(text)) => text.is_empty() || Growth::parse(text).is_ok(),
            (Self::Text { max, .. }, Value::Word(text)) => !text.is_empty() && text.len() <= max,
            (Self::Wholes { max, .. }, Value::Wholes(all)) => all.iter().all(|n| *n <= max),
            // An array without anything in it is read as one of texts.
            (Self::Wholes { .. }, Value::Words(words)) => words.is_empty(),
            (Self::Word { choices }, Value::Word(word)) => choices.contains(&word.as_str()),
            _ => false,
        }
    }
}
