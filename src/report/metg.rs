//! What `parlab metg` tells: the shortest task worth handing out, by backend and schedule, beside what others cost.
//! Builds strings and prints nothing.

use serde::Serialize;

use super::text::machine_line;
use crate::foreign::{self, PlainText};
use crate::record::{MachineFacts, Status, Warning, label};
use crate::results::{MetgCurve, MetgPoint, MetgStudy, WORTH_WHILE};
use crate::scenario::{BackendKind, Dispatch, Schedule};
use crate::units::{self, Side, aligned, bind, wrap};

/// Columns of a line.
const WIDTH: usize = 80;

/// What others hand out: tasks a second by two workers that get tasks without work one at a time, measured elsewhere on
/// a machine of the class of a small virtual one.
const OTHERS: [(&str, f64); 10] = [
    ("multiprocessing.pool.ThreadPool", 615_000.0),
    ("joblib with loky, in batches", 311_000.0),
    ("multiprocessing.Pool", 52_000.0),
    ("concurrent.futures.ProcessPoolExecutor", 9_000.0),
    ("joblib with loky, one at a time", 6_400.0),
    ("mpi4py.futures", 5_250.0),
    ("xargs -P2", 1_790.0),
    ("Ray", 1_730.0),
    ("Dask distributed", 580.0),
    ("GNU parallel", 330.0),
];
/// Workers of these.
const OTHERS_WORKERS: f64 = 2.0;

/// METG(50 %) that follows from a rate of tasks without work: at one half, a task takes as long as handing it out.
fn metg_of(tasks_per_s: f64) -> f64 {
    OTHERS_WORKERS / tasks_per_s / (1.0 - WORTH_WHILE)
}

/// The study for people; ends with a line break.
pub fn text(study: &MetgStudy) -> String {
    let title = "METG(50 %): the shortest task worth handing out".to_owned();
    let meaning = "METG(50 %): wall time × workers ÷ tasks at which the efficiency is one half, between two measured \
                   lengths of task. Efficiency: against the serial loop at the same length of task, start-up apart. \
                   Tasks/s: the most that were handed out.";
    let scale = "What others take, for the scale of things: 2 workers, tasks without work, one at a time, on a machine \
                 of this class. Measured elsewhere, not here; METG(50 %) follows from the rate.";
    let mut sections = vec![
        [title, prose(&machine_line(&study.machine))].join("\n"),
        table(&study.curves),
        prose(meaning),
        format!("{}\n{}", prose(scale), others()),
    ];
    if study.status == Status::Interrupted {
        sections.push("INTERRUPTED: this is what was measured until then".to_owned());
    }
    let warnings: Vec<String> = study
        .warnings
        .iter()
        .map(|warning| prose(&format!("! {} ({})", warning.message, warning.code.word())))
        .collect();
    sections.push(warnings.join("\n"));
    sections.retain(|section| !section.is_empty());
    PlainText::lines(&(sections.join("\n\n") + "\n")).as_str().to_owned()
}

fn prose(text: &str) -> String {
    wrap(&bind(text), WIDTH, "").join("\n")
}

fn table(curves: &[MetgCurve]) -> String {
    if curves.is_empty() {
        return "Nothing was measured.".to_owned();
    }
    let heading = ["", "schedule", "chunk", "METG(50 %)", "tasks/s"].map(str::to_owned).to_vec();
    let line = |curve: &MetgCurve| {
        vec![
            label(&curve.config),
            curve.config.schedule.word().to_owned(),
            curve.config.chunk.map_or_else(|| "–".to_owned(), units::count),
            found(curve),
            curve.tasks_per_s().map_or_else(|| "–".to_owned(), units::scaled),
        ]
    };
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(curves.iter().map(line)).collect();
    let side = |column: usize| if column < 2 { Side::Left } else { Side::Right };
    aligned(&rows, side).join("\n")
}

/// METG, or what is known of it.
fn found(curve: &MetgCurve) -> String {
    match (curve.seconds(), curve.at_most(), curve.at_least()) {
        (Some(seconds), ..) => units::seconds(seconds),
        (None, Some(seconds), _) => format!("at most {}", units::seconds(seconds)),
        (None, None, Some(seconds)) => format!("over {}", units::seconds(seconds)),
        (None, None, None) => "–".to_owned(),
    }
}

fn others() -> String {
    let heading = ["", "about", "tasks/s"].map(str::to_owned).to_vec();
    let line =
        |(name, rate): &(&str, f64)| vec![(*name).to_owned(), units::seconds(metg_of(*rate)), units::scaled(*rate)];
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(OTHERS.iter().map(line)).collect();
    aligned(&rows, Side::of_figures).join("\n")
}

/// The keys of the JSON form. Scripts rely on them.
#[derive(Serialize)]
struct StudyJson<'a> {
    schema: &'static str,
    parlab: &'static str,
    started_at: &'a str,
    status: Status,
    threshold: f64,
    host: Option<&'a str>,
    cpu_model: Option<&'a str>,
    usable_cpus: Option<u32>,
    metg: Vec<CurveJson>,
    /// Measured elsewhere.
    published: Vec<PublishedJson>,
    warnings: &'a [Warning],
}

#[derive(Serialize)]
struct CurveJson {
    backend: BackendKind,
    workers: u32,
    processes: Option<u32>,
    threads_per_process: Option<u32>,
    schedule: Schedule,
    chunk: Option<u64>,
    dispatch: Option<Dispatch>,
    seconds: Option<f64>,
    /// Where even the shortest tasks were efficient.
    at_most_s: Option<f64>,
    /// Where not even the longest tasks were.
    at_least_s: Option<f64>,
    tasks_per_s: Option<f64>,
    points: Vec<PointJson>,
}

#[derive(Serialize)]
struct PointJson {
    steps: u64,
    tasks: u64,
    granularity_s: f64,
    efficiency: f64,
}

#[derive(Serialize)]
struct PublishedJson {
    name: &'static str,
    workers: u32,
    tasks_per_s: f64,
    seconds: f64,
}

impl CurveJson {
    fn of(curve: &MetgCurve) -> Self {
        let (config, team) = (&curve.config, curve.config.layout());
        let point = |point: &MetgPoint| PointJson {
            steps: point.step.steps,
            tasks: point.step.tasks,
            granularity_s: point.grain.granularity_s,
            efficiency: point.grain.efficiency,
        };
        Self {
            backend: config.backend,
            workers: config.workers,
            processes: team.map(|team| team.processes),
            threads_per_process: team.map(|team| team.threads),
            schedule: config.schedule,
            chunk: config.chunk,
            dispatch: config.told_dispatch(),
            seconds: curve.seconds(),
            at_most_s: curve.at_most(),
            at_least_s: curve.at_least(),
            tasks_per_s: curve.tasks_per_s(),
            points: curve.points.iter().map(point).collect(),
        }
    }
}

/// The study for scripts, `parlab.metg/1`; ends with a line break.
pub fn json(study: &MetgStudy) -> String {
    let MachineFacts { host, cpu_model, usable_cpus, .. } = &study.machine;
    let published = |(name, tasks_per_s): &(&'static str, f64)| PublishedJson {
        name,
        workers: OTHERS_WORKERS as u32,
        tasks_per_s: *tasks_per_s,
        seconds: metg_of(*tasks_per_s),
    };
    let json = StudyJson {
        schema: "parlab.metg/1",
        parlab: env!("CARGO_PKG_VERSION"),
        started_at: &study.started_at,
        status: study.status,
        threshold: WORTH_WHILE,
        host: host.as_deref(),
        cpu_model: cpu_model.as_deref(),
        usable_cpus: Some(*usable_cpus).filter(|&n| n > 0),
        metg: study.curves.iter().map(CurveJson::of).collect(),
        published: OTHERS.iter().map(published).collect(),
        warnings: &study.warnings,
    };
    foreign::json(&json).expect("structs with string keys always serialise") + "\n"
}
