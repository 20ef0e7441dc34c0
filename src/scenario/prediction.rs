//! What a user expects of a run before it begins: how many times as fast, or how long.
//!
//! ```text
//! LIST  = ITEM { "," ITEM }
//! ITEM  = [ BACKEND ( ":" | "×" | "x" ) ] WORKERS [ DISPATCH ] ":" VALUE
//! WORKERS = a number, or processes × threads such as 2x4
//! VALUE = a speedup such as 1.8, or a time such as 0.5s, 500ms, 80us
//! ```
//! Without a backend an item is about every configuration with so many workers, unless another names its backend.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::backends::BackendKind;
use super::list::MAX_WORKERS;
use super::plan::{Config, Plan};
use super::schedule::Dispatch;
use super::series::SeriesKey;
use super::wording::{printable, remedy};

/// The longest LIST, in bytes.
const MAX_TEXT: usize = 4096;
/// The most that is expected, as a factor or in seconds.
const MOST: f64 = 1e6;
/// The least.
const LEAST: f64 = 1e-9;

const FORMS: &str = "write 2:1.8 for a speedup with 2 workers, 2:0.5s for a time, threads:2:1.8 for one backend alone, \
     hybrid:2x4:5 for 2 processes with 4 threads, 2pipe:1.1 for tasks through a pipe";

/// What is expected of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// So many times as fast as the baseline.
    Speedup(f64),
    /// So many seconds.
    WallS(f64),
}

/// An expectation as it was written, before it is known what it is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictionSpec {
    /// The backend it is about; `None` for all.
    pub backend: Option<BackendKind>,
    /// The number of workers it is about.
    pub workers: u32,
    /// How many of them share a process, if it is about such a configuration alone.
    pub per_process: Option<u32>,
    /// How their tasks get to them, if it is about such a configuration alone.
    pub dispatch: Option<Dispatch>,
    /// What is expected.
    pub expected: Expected,
}

/// What is expected of a configuration of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Index into [`Plan::configs`].
    pub config: usize,
    /// What is expected of it.
    pub expected: Expected,
}

impl PredictionSpec {
    /// What is expected of one configuration, and of none beside it but at other points.
    pub fn of(config: &Config, expected: Expected) -> Self {
        let SeriesKey { backend, dispatch, per_process } = SeriesKey::of(config);
        Self { backend: Some(backend), workers: config.workers, per_process, dispatch: Some(dispatch), expected }
    }

    /// Whether it is about a configuration.
    pub fn is_about(&self, config: &Config) -> bool {
        let series = SeriesKey::of(config);
        self.workers == config.workers
            && self.backend.is_none_or(|backend| backend == series.backend)
            && self.per_process.is_none_or(|_| self.per_process == series.per_process)
            && self.dispatch.is_none_or(|dispatch| dispatch == series.dispatch)
    }

    /// What it is about, as a name of a configuration: `threads × 2`, `processes × 2 pipe`, `hybrid × 2x4`.
    pub fn who(&self) -> String {
        let backend = self.backend.map_or("", BackendKind::word);
        let pipe = self.dispatch.filter(|dispatch| *dispatch == Dispatch::Pipe);
        format!(
            "{backend} × {}{}",
            self.workers_in_words(),
            pipe.map_or(String::new(), |pipe| format!(" {}", pipe.word()))
        )
    }

    /// Its workers: `8`, `2x4`.
    fn workers_in_words(&self) -> String {
        workers_in_words(self.workers, self.per_process)
    }

    /// How much it says of what it is about.
    fn precision(&self) -> usize {
        [self.backend.is_some(), self.per_process.is_some(), self.dispatch.is_some()]
            .iter()
            .filter(|&&said| said)
            .count()
    }
}

/// Workers as they are written: `8`, `2x4`.
fn workers_in_words(workers: u32, per_process: Option<u32>) -> String {
    per_process.map_or_else(|| workers.to_string(), |threads| format!("{}x{threads}", workers / threads.max(1)))
}

impl Expected {
    /// Reads a speedup (`1.8`) or a time with its unit (`0.5s`, `500ms`, `80us`).
    ///
    /// # Errors
    /// What is wrong with it, as a fragment that fits behind the text and a colon.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let number = text.trim_end_matches(|c: char| c.is_alphabetic()).trim_end();
        let scale = match text[number.len()..].trim_start() {
            "" => None,
            "s" => Some(1.0),
            "ms" => Some(1e-3),
            "us" | "µs" | "μs" => Some(1e-6),
            _ => return Err("is neither a speedup such as 1.8 nor a time such as 0.5s or 500ms".to_owned()),
        };
        let value: f64 = match number.parse() {
            _ if number.is_empty() => return Err("lacks a number; write a speedup such as 1.8".to_owned()),
            Ok(value) => value,
            Err(_) => return Err("is neither a speedup such as 1.8 nor a time such as 0.5s or 500ms".to_owned()),
        };
        let value = value * scale.unwrap_or(1.0);
        // Written so that what is no number is refused, too.
        if !(LEAST..=MOST).contains(&value) {
            let unit = if scale.is_some() { " s" } else { "" };
            return Err(if value > MOST {
                format!("must be at most {MOST}{unit}")
            } else {
                "must be more than 0".to_owned()
            });
        }
        Ok(if scale.is_some() { Self::WallS(value) } else { Self::Speedup(value) })
    }
}

impl fmt::Display for Expected {
    /// As it can be read again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Speedup(value) => write!(f, "{value}"),
            Self::WallS(value) => write!(f, "{value}s"),
        }
    }
}

/// Reads a LIST.
///
/// # Errors
/// What is wrong with it, as a fragment that fits behind the LIST and a colon.
pub fn prediction_specs(text: &str) -> Result<Vec<PredictionSpec>, String> {
    if text.len() > MAX_TEXT {
        return Err(format!("is longer than {MAX_TEXT} characters"));
    }
    let mut all: Vec<PredictionSpec> = Vec::new();
    for part in text.split(',').map(str::trim) {
        let spec = spec(part).map_err(|wrong| format!("\"{}\" {wrong}", printable(part)))?;
        if all.iter().any(|other| PredictionSpec { expected: spec.expected, ..*other } == spec) {
            return Err(format!("\"{}\" comes after another word about the same; keep one", printable(part)));
        }
        all.push(spec);
    }
    Ok(all)
}

fn spec(part: &str) -> Result<PredictionSpec, String> {
    let (who, value) = part.rsplit_once(':').ok_or_else(|| format!("cannot be read; {FORMS}"))?;
    let expected = Expected::read(value)?;
    let who = who.trim();
    let (backend, workers) = match who.find([':', '×', 'x']) {
        Some(at) if !who.starts_with(|c: char| c.is_ascii_digit()) => {
            let rest = who[at..].trim_start_matches([':', '×', 'x']);
            (Some(backend(who[..at].trim())?), rest.trim())
        }
        _ => (None, who),
    };
    let named = Dispatch::ALL.into_iter().find_map(|way| Some((way, workers.strip_suffix(way.word())?)));
    let (dispatch, workers) = named.map_or((None, workers), |(way, rest)| (Some(way), rest.trim_end()));
    let read = match workers.split_once('x') {
        None => number(workers).map(|workers| (workers, None)),
        Some((processes, threads)) => number(processes)
            .zip(number(threads))
            .and_then(|(processes, threads)| Some((processes.checked_mul(threads)?, Some(threads)))),
    };
    let read = read.filter(|(workers, _)| (1..=MAX_WORKERS).contains(workers));
    let (workers, per_process) =
        read.ok_or_else(|| format!("does not name a number of workers from 1 to {MAX_WORKERS}; {FORMS}"))?;
    Ok(PredictionSpec { backend, workers, per_process, dispatch, expected })
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn backend(word: &str) -> Result<BackendKind, String> {
    let words = BackendKind::ALL.map(BackendKind::word);
    BackendKind::named(word).ok_or_else(|| format!("names no backend; {}", remedy(word, words, "")))
}

/// Finds out which configurations of a plan the predictions are about, in the plan's order.
///
/// # Errors
/// Which of them is about nothing that will be measured, as a fragment.
pub fn predictions(prediction_specs: &[PredictionSpec], plan: &Plan) -> Result<Vec<Prediction>, String> {
    let mut found: BTreeMap<usize, Expected> = BTreeMap::new();
    let mut sorted: Vec<&PredictionSpec> = prediction_specs.iter().collect();
    sorted.sort_by_key(|spec| spec.precision());
    for spec in sorted {
        for config in about(spec, plan)? {
            found.insert(config, spec.expected);
        }
    }
    Ok(found.into_iter().map(|(config, expected)| Prediction { config, expected }).collect())
}

fn about(spec: &PredictionSpec, plan: &Plan) -> Result<Vec<usize>, String> {
    let is_speedup = matches!(spec.expected, Expected::Speedup(_));
    if is_speedup && plan.baseline.is_none() {
        return Err("without a baseline there are no speedups; write times, such as 2:0.5s".to_owned());
    }
    let all: Vec<usize> = (0..plan.configs.len()).filter(|&index| spec.is_about(&plan.configs[index])).collect();
    if all.is_empty() {
        return Err(about_nothing(spec, plan));
    }
    let baselines = plan.baselines();
    let measured: Vec<usize> = all.into_iter().filter(|&i| !is_speedup || baselines[i] != Some(i)).collect();
    if measured.is_empty() {
        return Err(format!(
            "{} is the baseline, whose speedup is 1; write a time, such as {}:0.5s",
            worker_words(spec.workers),
            spec.workers
        ));
    }
    Ok(measured)
}

fn worker_words(workers: u32) -> String {
    if workers == 1 { "the one with 1 worker".to_owned() } else { format!("the one with {workers} workers") }
}

/// What to say of one that is about no configuration: which there are instead.
fn about_nothing(spec: &PredictionSpec, plan: &Plan) -> String {
    let rows = plan.configs.iter().filter(|config| spec.backend.is_none_or(|backend| config.backend == backend));
    let rows = rows.filter(|config| spec.dispatch.is_none_or(|dispatch| config.dispatch == dispatch));
    let mut numbers: Vec<(u32, Option<u32>)> = match spec.per_process {
        None => rows.map(|config| (config.workers, None)).collect(),
        Some(_) => rows.map(|config| (config.workers, config.per_process)).collect(),
    };
    numbers.sort_unstable();
    numbers.dedup();
    let numbers: Vec<String> = numbers.into_iter().map(|(workers, each)| workers_in_words(workers, each)).collect();
    match (spec.backend, numbers.as_slice()) {
        (Some(backend), []) => format!("no configuration uses {}", backend.word()),
        (Some(backend), numbers) => {
            let (name, workers) = (backend.word(), spec.workers_in_words());
            format!("no configuration has {workers} workers by {name}; there are {}", numbers.join(", "))
        }
        (None, numbers) => {
            format!("no configuration has {} workers; there are {}", spec.workers_in_words(), numbers.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plan(baseline: Option<usize>) -> Plan {
        use BackendKind as B;
        let configs = [(B::SERIAL, 1), (B::THREADS, 1), (B::THREADS, 2), (B::PROCESSES, 2), (B::PROCESSES, 4)];
        let configs = configs.map(|(backend, workers)| Config::new(backend, workers)).into();
        Plan { configs, baseline, trials: Vec::new() }
    }

    fn read(text: &str) -> Result<Vec<(usize, Expected)>, String> {
        let found = predictions(&prediction_specs(text)?, &plan(Some(0)))?;
        Ok(found.into_iter().map(|prediction| (prediction.config, prediction.expected)).collect())
    }

    #[test]
    fn pairs_are_about_every_backend_unless_one_is_named() {
        use Expected::{Speedup, WallS};
        assert_eq!(read("2:1.8,4:3"), Ok(vec![(2, Speedup(1.8)), (3, Speedup(1.8)), (4, Speedup(3.0))]));
        assert_eq!(
            read("threads:2:1.1, 2:1.9"),
            Ok(vec![(2, Speedup(1.1)), (3, Speedup(1.9))]),
            "the special one wins"
        );
        for text in ["threads×2:1.9", "threads x 2 : 1.9", "threads x2:1.9", "threads:2:1.9"] {
            assert_eq!(read(text), Ok(vec![(2, Speedup(1.9))]), "{text}");
        }
        assert_eq!(read("1:0.9"), Ok(vec![(1, Speedup(0.9))]), "the baseline's own speedup is no prediction");
        assert_eq!(read("1:0.5s"), Ok(vec![(0, WallS(0.5)), (1, WallS(0.5))]), "its time is");
        assert_eq!(read("serial:1:250ms"), Ok(vec![(0, WallS(0.25))]));
    }

    #[test]
    fn layouts_and_ways_of_dispatch_can_be_named() {
        let of_layout = |threads| Config { per_process: Some(threads), ..Config::new(BackendKind::HYBRID, 4) };
        let of = |dispatch| Config { dispatch, ..Config::new(BackendKind::PROCESSES, 4) };
        let configs = vec![
            Config::new(BackendKind::SERIAL, 1),
            of(Dispatch::Shared),
            of(Dispatch::Pipe),
            of_layout(1),
            of_layout(2),
            Config::new(BackendKind::THREADS, 4),
        ];
        let plan = Plan { configs: configs.clone(), baseline: Some(0), trials: Vec::new() };
        let about = |text: &str| -> Result<Vec<usize>, String> {
            Ok(predictions(&prediction_specs(text)?, &plan)?.into_iter().map(|prediction| prediction.config).collect())
        };
        assert_eq!(about("4:2"), Ok(vec![1, 2, 3, 4, 5]));
        assert_eq!(about("processes:4:2"), Ok(vec![1, 2]));
        for text in ["processes × 4 pipe:2", "processes:4pipe:2", "4 pipe:2"] {
            assert_eq!(about(text), Ok(vec![2]), "{text}");
        }
        for text in ["hybrid:2x2:1.5", "hybrid × 2x2:1.5", "2x2:1.5"] {
            assert_eq!(about(text), Ok(vec![4]), "{text}");
        }
        let missing = "no configuration has 8x2 workers by hybrid; there are 4x1, 2x2";
        assert_eq!(about("hybrid:8x2:1"), Err(missing.to_owned()));
        for text in ["2x:1", "x2:1", "2x2x2:1", "0x4:1", "4096x2:1", "pipe:1"] {
            assert!(prediction_specs(text).is_err(), "{text}");
        }
        // What is said of a configuration is about that one alone, and its name is that of the configuration.
        for (index, config) in configs.iter().enumerate().skip(1) {
            let spec = PredictionSpec::of(config, Expected::Speedup(1.5));
            assert_eq!(predictions(&[spec], &plan).map(|found| found[0].config), Ok(index));
            assert_eq!(about(&format!("{}:1.5", spec.who())).as_ref().map(|found| found.contains(&index)), Ok(true));
        }
    }

    #[test]
    fn what_is_about_nothing_is_told() {
        let cases = [
            ("3:2", "no configuration has 3 workers; there are 1, 2, 4"),
            ("threads:4:2", "no configuration has 4 workers by threads; there are 1, 2"),
            ("serial:1:1", "the one with 1 worker is the baseline, whose speedup is 1; write a time, such as 1:0.5s"),
        ];
        for (text, message) in cases {
            assert_eq!(read(text), Err(message.to_owned()), "{text}");
        }
        let without = predictions(&prediction_specs("2:1.8").unwrap(), &plan(None));
        assert!(without.is_err_and(|wrong| wrong.starts_with("without a baseline")));
        assert!(predictions(&prediction_specs("2:1.8s").unwrap(), &plan(None)).is_ok());
    }

    #[test]
    fn what_cannot_be_read_is_told_with_a_remedy() {
        let forms = "write 2:1.8 for a speedup with 2 workers, 2:0.5s for a time, threads:2:1.8 for one backend alone, \
     hybrid:2x4:5 for 2 processes with 4 threads, 2pipe:1.1 for tasks through a pipe";
        let value = "is neither a speedup such as 1.8 nor a time such as 0.5s or 500ms";
        let cases = [
            ("", format!("\"\" cannot be read; {forms}")),
            ("2", format!("\"2\" cannot be read; {forms}")),
            ("2:1.8,", format!("\"\" cannot be read; {forms}")),
            ("2:fast", "\"2:fast\" ".to_owned() + value),
            ("2:1.8h", "\"2:1.8h\" ".to_owned() + value),
            ("2:1.8.1", "\"2:1.8.1\" ".to_owned() + value),
            ("2:", "\"2:\" lacks a number; write a speedup such as 1.8".to_owned()),
            ("2:0", "\"2:0\" must be more than 0".to_owned()),
            ("2:-1", "\"2:-1\" must be more than 0".to_owned()),
            ("2:1e9", "\"2:1e9\" must be at most 1000000".to_owned()),
            ("2:2e9ms", "\"2:2e9ms\" must be at most 1000000 s".to_owned()),
            ("0:1", format!("\"0:1\" does not name a number of workers from 1 to 4096; {forms}")),
            ("-2:1", format!("\"-2:1\" does not name a number of workers from 1 to 4096; {forms}")),
            ("2x:1", format!("\"2x:1\" does not name a number of workers from 1 to 4096; {forms}")),
            ("thread:2:1", "\"thread:2:1\" names no backend; did you mean threads?".to_owned()),
            ("2:1,2:1.5", "\"2:1.5\" comes after another word about the same; keep one".to_owned()),
        ];
        for (text, message) in cases {
            assert_eq!(prediction_specs(text), Err(message), "{text}");
        }
        assert!(prediction_specs(&"2:1,".repeat(2000)).is_err_and(|wrong| wrong.contains("longer")));
        assert!(Expected::read("nan").is_err() && Expected::read("inf").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_borne(text in "[0-9a-z:×,.\u{e9} -]{0,40}") {
            let _ = prediction_specs(&text);
        }

        #[test]
        fn what_is_shown_can_be_read_again(value in 1e-9..1e6_f64, is_time in any::<bool>()) {
            let expected = if is_time { Expected::WallS(value) } else { Expected::Speedup(value) };
            prop_assert_eq!(Expected::read(&expected.to_string()), Ok(expected));
        }
    }
}
