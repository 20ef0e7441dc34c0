//! Strikes at random moments, over backends, schedules and ways of dispatch, on the screen and without: whatever falls,
//! no result is lost, nothing is left behind, nothing hangs and no terminal is left raw.
//!
//! `PARLAB_STRIKES` says how many rounds, `PARLAB_STRIKES_SEED` from which seed; it is printed.

mod cases;
mod dice;
mod program;
mod round;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::alone;
use crate::common::{have, report};
use cases::{Case, Strike};
use round::{Verdict, play};

/// Rounds without a word.
const ROUNDS: usize = 300;
/// Rounds at a time: most of them wait most of the time.
const AT_A_TIME: usize = 4;
/// The share of rounds in which a strike must fall on a run that goes on.
const STRUCK_MIN: f64 = 0.6;

/// What came of the rounds of one kind.
#[derive(Default)]
struct Tally {
    rounds: usize,
    struck: usize,
    lost: usize,
    orphaned: usize,
    hung: usize,
    raw: usize,
}

impl Tally {
    fn count(&mut self, verdict: &Verdict) {
        self.rounds += 1;
        self.struck += usize::from(verdict.struck);
        self.lost += usize::from(!verdict.lost.is_empty());
        self.orphaned += usize::from(verdict.orphaned);
        self.hung += usize::from(verdict.hung);
        self.raw += usize::from(verdict.raw);
    }

    fn line(&self, name: &str) -> String {
        let Self { rounds, struck, lost, orphaned, hung, raw } = self;
        format!("{name:<28} {rounds:>6} {struck:>6} {lost:>5} {orphaned:>8} {hung:>5} {raw:>4}\n")
    }

    fn faults(&self) -> usize {
        self.lost + self.orphaned + self.hung + self.raw
    }
}

/// All rounds, and what went wrong in them.
#[derive(Default)]
struct Tallies {
    by_kind: BTreeMap<(Strike, bool), Tally>,
    all: Tally,
    faults: Vec<String>,
}

impl Tallies {
    fn count(&mut self, seed: u64, case: &Case, verdict: &Verdict) {
        self.by_kind.entry((case.strike, case.on_screen)).or_default().count(verdict);
        self.all.count(verdict);
        if !verdict.lost.is_empty() || verdict.orphaned || verdict.hung || verdict.raw {
            self.faults.push(format!("PARLAB_STRIKES=1 PARLAB_STRIKES_SEED={seed}: {verdict:?}\n{case:?}"));
        }
    }

    fn table(&self) -> String {
        let mut table = format!(
            "{:<28} {:>6} {:>6} {:>5} {:>8} {:>5} {:>4}\n",
            "", "rounds", "struck", "lost", "orphaned", "hung", "raw"
        );
        for ((strike, on_screen), tally) in &self.by_kind {
            let place = if *on_screen { ", screen" } else { "" };
            table += &tally.line(&format!("{strike:?}{place}"));
        }
        table + &self.all.line("all")
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What undisturbed tasks come to, by workload.
fn checksums(cases: &[(u64, Case)]) -> BTreeMap<&'static str, String> {
    let mut checksums = BTreeMap::new();
    for (_, case) in cases {
        checksums.entry(case.workload).or_insert_with(|| {
            let (report, code, stderr) = report(&case.undisturbed(), &[]);
            assert_eq!(code, 0, "{stderr}");
            report["configs"][0]["checksum"].as_str().expect("a checksum").to_owned()
        });
    }
    checksums
}

/// What undisturbed runs take, by what they run: it differs with the machine and the build.
fn lengths(cases: &[(u64, Case)]) -> BTreeMap<&str, Duration> {
    let mut lengths = BTreeMap::new();
    for (_, case) in cases {
        lengths.entry(case.plain()).or_insert_with(|| {
            let begun = Instant::now();
            let (_, code, stderr) = report(case.plain(), &[]);
            assert_eq!(code, 0, "{stderr}");
            begun.elapsed()
        });
    }
    lengths
}

#[test]
fn whatever_is_struck_nothing_is_lost_and_nothing_stays() {
    let _turn = alone();
    if !have("setsid") {
        return;
    }
    let rounds = number("PARLAB_STRIKES").map_or(ROUNDS, |rounds| rounds as usize);
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time");
    let first = number("PARLAB_STRIKES_SEED").unwrap_or(clock.as_nanos() as u64 >> 8);
    eprintln!("seed {first}");
    let cases: Vec<(u64, Case)> = (0..rounds as u64).map(|n| first.wrapping_add(n)).map(|n| (n, Case::of(n))).collect();
    let (expected, lengths) = (checksums(&cases), lengths(&cases));
    let (next, tallies) = (AtomicUsize::new(0), Mutex::new(Tallies::default()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some((seed, case)) = cases.get(next.fetch_add(1, Relaxed)) {
                    let mark = format!("{}-{seed}", std::process::id());
                    let verdict = play(case, mark, &expected[case.workload], lengths[case.plain()]);
                    tallies.lock().expect("no panic").count(*seed, case, &verdict);
                }
            });
        }
    });
    let tallies = tallies.into_inner().expect("no panic");
    eprintln!("{}", tallies.table());
    assert_eq!(tallies.all.faults(), 0, "seed {first}\n{}\n{}", tallies.table(), tallies.faults.join("\n"));
    let share = tallies.all.struck as f64 / rounds as f64;
    assert!(rounds < 50 || share >= STRUCK_MIN, "only {share} of the strikes fell, seed {first}");
}
