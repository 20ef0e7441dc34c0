//! Goes through inputs until one fails, makes that one small, writes it out and says how to come upon it again.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::corpus::Dice;
use crate::common::PATIENCE;

/// How many inputs, unless the environment says otherwise.
const INPUTS: u64 = 10_000;
/// How long a failing input is made smaller.
const SHRINKING: Duration = Duration::from_secs(20);

/// Something to feed in.
pub(super) trait Input: Clone + Debug + Send + 'static {
    /// How many parts it could be cut down by.
    fn parts(&self) -> usize;

    /// The same without some of its parts.
    fn without(&self, parts: std::ops::Range<usize>) -> Self;

    /// What is written out.
    fn bytes(&self) -> Vec<u8>;
}

impl Input for Vec<u8> {
    fn parts(&self) -> usize {
        self.len()
    }

    fn without(&self, parts: std::ops::Range<usize>) -> Self {
        [&self[..parts.start], &self[parts.end..]].concat()
    }

    fn bytes(&self) -> Vec<u8> {
        self.clone()
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text}: not a number")))
}

fn seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    number("PARLAB_FUZZ_SEED").unwrap_or(now as u64)
}

/// Makes inputs and judges them, so many at a time.
///
/// # Panics
/// When one fails, or takes longer than anything may.
pub(super) fn hunt<I: Input>(
    name: &str,
    batch: usize,
    make: impl Fn(&mut Dice) -> I + Send + 'static,
    judge: impl Fn(&[I]) -> Result<(), String> + Send + 'static,
) {
    let (seed, inputs) = (seed(), number("PARLAB_FUZZ").unwrap_or(INPUTS));
    eprintln!("{name}: {inputs} inputs, PARLAB_FUZZ_SEED={seed}");
    let at_hand: Arc<Mutex<Vec<I>>> = Arc::default();
    let (seen, tell) = (Arc::clone(&at_hand), mpsc::channel());
    let (told, judged) = tell;
    let worker = std::thread::spawn(move || {
        let numbers: Vec<u64> = (0..inputs).collect();
        for numbers in numbers.chunks(batch) {
            let batch: Vec<I> = numbers.iter().map(|&number| make(&mut Dice::new(seed, number))).collect();
            seen.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&batch);
            if let Err(wrong) = attempt(&judge, &batch) {
                return Some(culprit(&judge, &batch, wrong));
            }
            let _ = told.send(());
        }
        None
    });
    loop {
        match judged.recv_timeout(PATIENCE) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => break,
            // Made smaller, or hung: the one takes its own time, the other for ever.
            Err(RecvTimeoutError::Timeout) => {
                let hung = at_hand.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let files = written(name, &hung);
                panic!("{name}: no end after {PATIENCE:?}; PARLAB_FUZZ_SEED={seed}, one of {files:?}");
            }
        }
    }
    if let Some((input, wrong)) = worker.join().expect("a worker that is not hung") {
        let file = written(name, std::slice::from_ref(&input));
        panic!("{name}: {wrong}\nPARLAB_FUZZ_SEED={seed}; the input is in {file:?}:\n{input:?}");
    }
}

/// Judges inputs; that the judge panics is a failure of theirs.
fn attempt<I: Input>(judge: &dyn Fn(&[I]) -> Result<(), String>, inputs: &[I]) -> Result<(), String> {
    let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| judge(inputs)));
    judged.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("a panic: {}", text.unwrap_or_default()))
    })
}

/// The first of a batch that fails by itself, made as small as there is time for; else the first of all.
fn culprit<I: Input>(judge: &dyn Fn(&[I]) -> Result<(), String>, batch: &[I], wrong: String) -> (I, String) {
    let alone = batch.iter().find_map(|input| {
        let wrong = attempt(judge, std::slice::from_ref(input)).err()?;
        Some((input.clone(), wrong))
    });
    let Some((mut input, mut wrong)) = alone else { return (batch[0].clone(), format!("of a batch: {wrong}")) };
    let until = Instant::now() + SHRINKING;
    let mut size = input.parts() / 2;
    while size > 0 {
        let mut at = 0;
        while at < input.parts() && Instant::now() < until {
            let smaller = input.without(at..(at + size).min(input.parts()));
            match attempt(judge, std::slice::from_ref(&smaller)) {
                Err(still) => (input, wrong) = (smaller, still),
                Ok(()) => at += size,
            }
        }
        size /= 2;
    }
    (input, wrong)
}

/// Where inputs were written to.
fn written<I: Input>(name: &str, inputs: &[I]) -> Vec<PathBuf> {
    let write = |(at, input): (usize, &I)| {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}-{at}", name.replace(' ', "-")));
        std::fs::write(&path, input.bytes()).expect("a file");
        path
    };
    inputs.iter().enumerate().map(write).collect()
}

#[test]
fn what_fails_is_found_and_made_small() {
    let judge = |inputs: &[Vec<u8>]| match inputs.iter().any(|input| input.contains(&b'!')) {
        true => Err("it shouts".to_owned()),
        false => Ok(()),
    };
    let batch = [b"calm".to_vec(), b"some words! and more".to_vec()];
    assert_eq!(culprit(&judge, &batch, String::new()), (b"!".to_vec(), "it shouts".to_owned()));
}
