//! Runs in figures made up by hand, for the tests of the rules.

use super::super::figures::Row;
use crate::analysis::{self, summary};
use crate::chart::SeriesMark;
use crate::record::OrderFigures;
use crate::record::{Cause, Loss, Remedy};
use crate::scenario::{BackendKind, Config, Schedule, SeriesKey};

pub(super) use super::facts::{Fact, FindingInput};

/// A run on two usable CPUs; the first row is the baseline, and the speedups follow from the wall times.
pub(super) fn facts(mut rows: Vec<Fact>) -> FindingInput {
    let reference = rows.first().map(|row| (row.wall.median, row.workers));
    for row in rows.iter_mut().skip(1) {
        let Some((reference_s, workers)) = reference else { continue };
        row.speedup = analysis::speedup(reference_s, row.wall.median);
        row.efficiency = row.speedup.and_then(|s| analysis::efficiency(s, row.workers, workers));
        row.karp_flatt = row.speedup.and_then(|s| analysis::karp_flatt(s, row.workers));
    }
    FindingInput {
        tasks: 16,
        usable_cpus: Some(2),
        include_startup: false,
        inner_threads: false,
        baseline: (!rows.is_empty()).then_some(0),
        rows,
        uncounted: None,
        losses: Vec::new(),
    }
}

/// A configuration whose workers compute all the time on two CPUs, with two repeats alike to a hundredth.
fn fact(backend: BackendKind, workers: u32, wall_s: f64) -> Fact {
    let config = Config::new(backend, workers);
    Fact {
        label: crate::record::label(&config),
        series: SeriesKey::of(&config),
        workers,
        is_program: false,
        schedule: Schedule::Dynamic,
        wall: summary(&[wall_s * 0.995, wall_s * 1.005]).expect("two samples"),
        wall_s,
        startup_s: (backend != BackendKind::SERIAL).then_some(0.001),
        speedup: None,
        speedup_ci95: None,
        pairs: 1,
        efficiency: None,
        karp_flatt: None,
        trial_s: wall_s,
        cpu_s: wall_s * f64::from(workers.min(2)),
        preemptions: 2,
        task_s: None,
        order: None,
        predicted: None,
        lock: None,
        lock_waited_s: None,
        loss: None,
        memory: None,
        bytes_per_s: None,
        noise: None,
        program: None,
    }
}

pub(super) fn serial(wall_s: f64) -> Fact {
    fact(BackendKind::SERIAL, 1, wall_s)
}

pub(super) fn threads(workers: u32, wall_s: f64) -> Fact {
    fact(BackendKind::THREADS, workers, wall_s)
}

pub(super) fn processes(workers: u32, wall_s: f64) -> Fact {
    fact(BackendKind::PROCESSES, workers, wall_s)
}

/// Tasks of these durations, fetched one at a time in this order by workers who do nothing else.
pub(super) fn order(durations_s: &[f64], workers: u32) -> OrderFigures {
    let total_s: f64 = durations_s.iter().sum();
    let as_given_s = analysis::as_given(durations_s, workers);
    OrderFigures {
        longest_s: durations_s.iter().copied().fold(0.0, f64::max),
        total_s,
        idle_s: f64::from(workers) * as_given_s.expect("sound durations") - total_s,
        as_given_s,
        longest_first_s: analysis::longest_first(durations_s, workers),
    }
}

pub(super) fn loss(remedy: Remedy) -> Loss {
    Loss { trial: 0, worker: 1, pid: 4242, cause: Cause::Signal("SIGKILL".to_owned()), task: Some(3), remedy }
}

/// A configuration of which nothing is known.
pub(super) fn row(config: &Config) -> Row {
    Row {
        config: config.clone(),
        label: crate::record::label(config),
        place: 0,
        mark: SeriesMark { family: config.backend.row(), member: 0 },
        trials: 0,
        samples_s: Vec::new(),
        wall_s: None,
        outliers: Vec::new(),
        wall: None,
        time: None,
        startup_s: None,
        time_s: None,
        speedup: None,
        efficiency: None,
        karp_flatt: None,
        width: None,
        predicted: None,
        usage: None,
        tasks: None,
        tasks_per_s: None,
        tally: None,
        loss: None,
        memory: None,
        time_shares: None,
        bytes_per_s: None,
        s_per_byte: None,
        noise: None,
        program: None,
    }
}
