//! The grammar of LIST: numbers of workers as people write them.
//!
//! ```text
//! LIST  = ITEM { "," ITEM }
//! ITEM  = BOUND | BOUND ".." BOUND [ "step" N ] | "pow2.." BOUND | BOUND "x" BOUND
//! BOUND = N | "cores" | "cores+N" | "cores-N"
//! ```
//! Ranges include their end. `pow2..N` is 1, 2, 4, … up to N, and N itself even where it is no power of two.
//! `2x4` is a layout: two processes with four threads each, which is eight workers to all but `hybrid`.
//! What is named twice counts once, where it is named first.

use super::model::Layout;
use super::wording::{nearest, printable};

/// The most workers of one configuration.
pub const MAX_WORKERS: u32 = 4096;

/// The longest LIST, in bytes.
const MAX_TEXT: usize = 4096;

/// What a LIST names, each once, in the order it was first named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerList {
    /// Numbers of workers, those that layouts come to among them.
    pub workers: Vec<u32>,
    /// The layouts.
    pub layouts: Vec<Layout>,
    /// The first number that is not a layout's.
    pub plain: Option<u32>,
}

/// Numbers of workers and layouts without repetition, in the order they were first named.
#[derive(Debug)]
pub(super) struct Picked {
    seen: Vec<bool>,
    numbers: Vec<u32>,
    layouts: Vec<Layout>,
    plain: Option<u32>,
}

impl Picked {
    pub(super) fn new() -> Self {
        Self { seen: vec![false; MAX_WORKERS as usize + 1], numbers: Vec::new(), layouts: Vec::new(), plain: None }
    }

    /// Adds a number in `1..=MAX_WORKERS`.
    pub(super) fn add(&mut self, workers: u32) {
        self.plain.get_or_insert(workers);
        self.count(workers);
    }

    /// Adds processes with threads that come to at most `MAX_WORKERS`.
    pub(super) fn add_layout(&mut self, layout: Layout) {
        if !self.layouts.contains(&layout) {
            self.layouts.push(layout);
        }
        self.count(layout.workers());
    }

    fn count(&mut self, workers: u32) {
        if !std::mem::replace(&mut self.seen[workers as usize], true) {
            self.numbers.push(workers);
        }
    }

    pub(super) fn into_list(self) -> WorkerList {
        WorkerList { workers: self.numbers, layouts: self.layouts, plain: self.plain }
    }
}

/// All that a LIST names; `cores` is the number of usable CPUs.
///
/// # Errors
/// What is wrong with it, as a fragment that fits behind the LIST and a colon.
pub fn workers(text: &str, cores: u32) -> Result<WorkerList, String> {
    if text.len() > MAX_TEXT {
        return Err(format!("is longer than {MAX_TEXT} characters"));
    }
    if text.trim().is_empty() {
        return Err("is empty; write a number of workers".to_owned());
    }
    let mut picked = Picked::new();
    let alone = !text.contains(',');
    for part in text.split(',').map(str::trim) {
        if part.is_empty() {
            return Err("an item between two commas is empty; write 1,2,4".to_owned());
        }
        let named = |wrong| if alone { wrong } else { format!("\"{}\" {wrong}", printable(part)) };
        item(part, cores, &mut picked).map_err(named)?;
    }
    Ok(picked.into_list())
}

fn item(part: &str, cores: u32, picked: &mut Picked) -> Result<(), String> {
    let Some((first, rest)) = part.split_once("..") else {
        match part.contains('x') {
            true => picked.add_layout(layout(part, cores)?),
            false => picked.add(bound(part, cores)?),
        }
        return Ok(());
    };
    let (last, step) = match rest.split_once("step") {
        Some((last, step)) => (last, Some(step)),
        None => (rest, None),
    };
    if first.trim() == "pow2" {
        if step.is_some() {
            return Err("cannot have a step: powers of two have their own".to_owned());
        }
        let last = bound(last, cores)?;
        std::iter::successors(Some(1), |n| Some(n * 2)).take_while(|n| *n < last).for_each(|n| picked.add(n));
        picked.add(last);
        return Ok(());
    }
    let (first, last) = (bound(first, cores)?, bound(last, cores)?);
    if first > last {
        return Err(format!("must not end ({last}) before it starts ({first})"));
    }
    let step = step.map_or(Ok(1), |step| number(step.trim()).ok_or_else(|| not_understood(step)).and_then(within))?;
    (first..=last).step_by(step as usize).for_each(|n| picked.add(n));
    Ok(())
}

/// Processes with threads: two numbers with an `x` between them.
pub(super) fn layout(text: &str, cores: u32) -> Result<Layout, String> {
    let (processes, threads) = text.split_once('x').ok_or_else(|| not_understood(text))?;
    let (processes, threads) = (bound(processes, cores)?, bound(threads, cores)?);
    let workers = u64::from(processes) * u64::from(threads);
    if workers > MAX_WORKERS.into() {
        return Err(format!("makes {workers} workers, and must make at most {MAX_WORKERS}"));
    }
    Ok(Layout { processes, threads })
}

/// A number of workers, or one relative to the cores.
fn bound(text: &str, cores: u32) -> Result<u32, String> {
    let text = text.trim();
    let value = match text.strip_prefix("cores").map(str::trim_start) {
        None => number(text),
        Some("") => Some(i64::from(cores)),
        Some(rest) => match (rest.strip_prefix('+'), rest.strip_prefix('-')) {
            (Some(more), _) => digits(more.trim()).map(|more| i64::from(cores) + more),
            (_, Some(less)) => digits(less.trim()).map(|less| i64::from(cores) - less),
            _ => None,
        },
    };
    let value = value.ok_or_else(|| not_understood(text))?;
    let relative = text.starts_with("cores");
    within(value).map_err(|wrong| if relative { format!("{wrong}; {text} is {value} here") } else { wrong })
}

fn within(value: i64) -> Result<u32, String> {
    match u32::try_from(value) {
        Ok(n @ 1..=MAX_WORKERS) => Ok(n),
        Ok(0) | Err(_) if value < 1 => Err("must be at least 1".to_owned()),
        _ => Err(format!("must be at most {MAX_WORKERS}")),
    }
}

/// A whole number with or without a sign; the largest there is if it has too many digits.
fn number(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(text) => digits(text).map(|n| -n),
        None => digits(text),
    }
}

/// Digits alone, at most a number that can be added to any number of cores.
fn digits(text: &str) -> Option<i64> {
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().unwrap_or(i64::MAX).min(1 << 40))
}

fn not_understood(text: &str) -> String {
    let text = text.trim();
    const FORMS: &str = "write 4 or 1,2,4 or 1..8 or 1..8 step 2 or 1..cores+3 or pow2..cores or 2x4";
    let letters = text.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    match nearest(letters, ["cores", "pow2"]) {
        _ if text.is_empty() => format!("lacks a number; {FORMS}"),
        Some(near) if near != letters => format!("cannot be read at \"{}\"; did you mean {near}?", printable(text)),
        _ => format!("cannot be read at \"{}\"; {FORMS}", printable(text)),
    }
}
