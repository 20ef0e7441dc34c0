//! What somebody expects of a run before it begins: how many times as fast, or how long.
//!
//! ```text
//! LIST  = ITEM { "," ITEM }
//! ITEM  = [ BACKEND ( ":" | "×" | "x" ) ] WORKERS ":" VALUE
//! VALUE = a speedup such as 1.8, or a time such as 0.5s, 500ms, 80us
//! ```
//! Without a backend an item is about every configuration with so many workers, unless another names its backend.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::list::MAX_WORKERS;
use super::plan::{Config, Plan};
use super::settings::BackendKind;
use super::wording::{printable, remedy};

/// The longest LIST, in bytes.
const MAX_TEXT: usize = 4096;
/// Nobody expects more than this, as a factor or in seconds.
const MOST: f64 = 1e6;
/// Nor less.
const LEAST: f64 = 1e-9;

const FORMS: &str = "write 2:1.8 for a speedup with 2 workers, 2:0.5s for a time, threads:2:1.8 for one backend alone";

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
pub struct Guess {
    /// The backend it is about; `None` for all.
    pub backend: Option<BackendKind>,
    /// The number of workers it is about.
    pub workers: u32,
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
            return Err(if value > MOST { "is more than anybody expects" } else { "must be more than 0" }.to_owned());
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
pub fn guesses(text: &str) -> Result<Vec<Guess>, String> {
    if text.len() > MAX_TEXT {
        return Err(format!("is longer than {MAX_TEXT} characters"));
    }
    let mut all: Vec<Guess> = Vec::new();
    for part in text.split(',').map(str::trim) {
        let guess = guess(part).map_err(|wrong| format!("\"{}\" {wrong}", printable(part)))?;
        if all.iter().any(|other| (other.backend, other.workers) == (guess.backend, guess.workers)) {
            return Err(format!("\"{}\" comes after another word about the same; keep one", printable(part)));
        }
        all.push(guess);
    }
    Ok(all)
}

fn guess(part: &str) -> Result<Guess, String> {
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
    let digits = !workers.is_empty() && workers.bytes().all(|byte| byte.is_ascii_digit());
    let workers = workers.parse().ok().filter(|workers| digits && (1..=MAX_WORKERS).contains(workers));
    let workers =
        workers.ok_or_else(|| format!("does not name a number of workers from 1 to {MAX_WORKERS}; {FORMS}"))?;
    Ok(Guess { backend, workers, expected })
}

fn backend(word: &str) -> Result<BackendKind, String> {
    let named = BackendKind::ALL.into_iter().find(|backend| backend.word() == word);
    let words = BackendKind::ALL.map(BackendKind::word);
    named.ok_or_else(|| format!("names no backend; {}", remedy(word, words, "")))
}

/// Finds out which configurations of a plan the guesses are about, in the plan's order.
///
/// # Errors
/// Which guess is about nothing that will be measured, as a fragment.
pub fn predictions(guesses: &[Guess], plan: &Plan) -> Result<Vec<Prediction>, String> {
    let mut found: BTreeMap<usize, Expected> = BTreeMap::new();
    let (general, special): (Vec<&Guess>, Vec<&Guess>) = guesses.iter().partition(|guess| guess.backend.is_none());
    for guess in general.into_iter().chain(special) {
        for config in about(guess, plan)? {
            found.insert(config, guess.expected);
        }
    }
    Ok(found.into_iter().map(|(config, expected)| Prediction { config, expected }).collect())
}

fn about(guess: &Guess, plan: &Plan) -> Result<Vec<usize>, String> {
    let is_speedup = matches!(guess.expected, Expected::Speedup(_));
    if is_speedup && plan.baseline.is_none() {
        return Err("without a baseline there are no speedups; write times, such as 2:0.5s".to_owned());
    }
    let of_backend = |config: &Config| guess.backend.is_none_or(|backend| config.backend == backend);
    let meant = |config: &Config| of_backend(config) && config.workers == guess.workers;
    let all: Vec<usize> = (0..plan.configs.len()).filter(|&index| meant(&plan.configs[index])).collect();
    if all.is_empty() {
        return Err(nobody(guess, plan));
    }
    let measured: Vec<usize> = all.into_iter().filter(|&i| !is_speedup || plan.baseline != Some(i)).collect();
    if measured.is_empty() {
        return Err(format!(
            "{} is the baseline, whose speedup is 1; write a time, such as {}:0.5s",
            worker_words(guess.workers),
            guess.workers
        ));
    }
    Ok(measured)
}

fn worker_words(workers: u32) -> String {
    if workers == 1 { "the one with 1 worker".to_owned() } else { format!("the one with {workers} workers") }
}

fn nobody(guess: &Guess, plan: &Plan) -> String {
    let rows = plan.configs.iter().filter(|config| guess.backend.is_none_or(|backend| config.backend == backend));
    let mut numbers: Vec<u32> = rows.map(|config| config.workers).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    match (guess.backend, numbers.as_slice()) {
        (Some(backend), []) => format!("no configuration uses {}", backend.word()),
        (Some(backend), numbers) => {
            let (name, workers) = (backend.word(), guess.workers);
            format!("no configuration has {workers} workers by {name}; there are {}", numbers.join(", "))
        }
        (None, numbers) => {
            format!("no configuration has {} workers; there are {}", guess.workers, numbers.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plan(baseline: Option<usize>) -> Plan {
        use BackendKind::{Processes, Serial, Threads};
        let configs = [(Serial, 1), (Threads, 1), (Threads, 2), (Processes, 2), (Processes, 4)];
        let configs = configs.map(|(backend, workers)| Config::new(backend, workers)).into();
        Plan { configs, baseline, trials: Vec::new() }
    }

    fn read(text: &str) -> Result<Vec<(usize, Expected)>, String> {
        let found = predictions(&guesses(text)?, &plan(Some(0)))?;
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
        assert_eq!(read("1:0.9"), Ok(vec![(1, Speedup(0.9))]), "the baseline's own speedup is no guess");
        assert_eq!(read("1:0.5s"), Ok(vec![(0, WallS(0.5)), (1, WallS(0.5))]), "its time is");
        assert_eq!(read("serial:1:250ms"), Ok(vec![(0, WallS(0.25))]));
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
        let without = predictions(&guesses("2:1.8").unwrap(), &plan(None));
        assert!(without.is_err_and(|wrong| wrong.starts_with("without a baseline")));
        assert!(predictions(&guesses("2:1.8s").unwrap(), &plan(None)).is_ok());
    }

    #[test]
    fn what_cannot_be_read_is_told_with_a_remedy() {
        let forms = "write 2:1.8 for a speedup with 2 workers, 2:0.5s for a time, threads:2:1.8 for one backend alone";
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
            ("2:1e9", "\"2:1e9\" is more than anybody expects".to_owned()),
            ("0:1", format!("\"0:1\" does not name a number of workers from 1 to 4096; {forms}")),
            ("-2:1", format!("\"-2:1\" does not name a number of workers from 1 to 4096; {forms}")),
            ("2x4:1", format!("\"2x4:1\" does not name a number of workers from 1 to 4096; {forms}")),
            ("thread:2:1", "\"thread:2:1\" names no backend; did you mean threads?".to_owned()),
            ("2:1,2:1.5", "\"2:1.5\" comes after another word about the same; keep one".to_owned()),
        ];
        for (text, message) in cases {
            assert_eq!(guesses(text), Err(message), "{text}");
        }
        assert!(guesses(&"2:1,".repeat(2000)).is_err_and(|wrong| wrong.contains("longer")));
        assert!(Expected::read("nan").is_err() && Expected::read("inf").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_borne(text in "[0-9a-z:×,.\u{e9} -]{0,40}") {
            let _ = guesses(&text);
        }

        #[test]
        fn what_is_shown_can_be_read_again(value in 1e-9..1e6_f64, is_time in any::<bool>()) {
            let expected = if is_time { Expected::WallS(value) } else { Expected::Speedup(value) };
            prop_assert_eq!(Expected::read(&expected.to_string()), Ok(expected));
        }
    }
}
