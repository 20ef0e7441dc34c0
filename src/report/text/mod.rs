//! The report for people: what was run and where, a table of configurations, what went wrong, what to notice.
//!
//! Plain text without colour, at most 80 columns wide unless a name forces it.

mod interpreter;
mod losses;
mod measured;
mod memory;
mod mpi;
mod noise;
mod program;
mod scaling;
mod search;
mod switches;
mod table;
mod tally;
mod wrap;

use super::words;
use crate::foreign::{PlainText, escaped};
use crate::record::{ClockFacts, MachineFacts, Planned, RunState, Status, TrialEnd, label};
use crate::results::{Figures, Fits, Row, SearchFigures, findings, is_one_program};
use crate::scenario::{Config, Point, Schedule};
use crate::units;
use wrap::{paragraphs, wrapped};

/// Columns of a line.
const WIDTH: usize = 80;

/// Values listed of what is varied; the table has all of them.
const VALUES_MAX: usize = 8;

/// Configurations whose outliers are told; the JSON report has all of them.
const OUTLIERS_MAX: usize = 4;

/// Problems told in full; the JSON report has all of them.
const PROBLEMS_MAX: usize = 12;

/// The report as text, ending in a newline.
pub fn render(state: &RunState) -> String {
    render_within(state, WIDTH)
}

/// As [`render`], in lines of so many columns, if that is fewer than usual. Figures may force them to be wider.
pub fn render_within(state: &RunState, columns: usize) -> String {
    let width = columns.clamp(1, WIDTH);
    let mut sections = Vec::new();
    if let Some(planned) = &state.planned {
        let figures = Figures::of(state);
        if is_one_program(&planned.plan) {
            sections.push(program::heading(planned, &figures, &machine_line(&planned.machine), width));
        } else {
            sections.push(heading(planned, width));
            sections.push(table::render(&figures, width));
            sections.push(notes(state, planned, &figures, width));
        }
        let lock = planned.scenario.interpreter.map(|which| interpreter::render(which, &figures, width));
        sections.push(lock.unwrap_or_default());
        sections.push(measured::render(state, &figures, width));
        sections.push(tally::render(state, &figures, width));
        sections.push(memory::render(&figures, width));
        sections.push(program::render(&figures, width));
        sections.push(losses::render(&figures, width));
        sections.push(switches::render(state, &figures, width));
        sections.push(noise::render(&figures, width));
        sections.push(metg(&figures, width));
        sections.push(scaling::render(&Fits::of(&figures), width));
        sections.push(SearchFigures::of(state).map(|found| search::render(&found, width)).unwrap_or_default());
    }
    sections.push(ending(state));
    sections.push(warnings(state, width));
    sections.push(happened(state, width));
    if let Some(planned) = &state.planned {
        sections.push(paragraphs(&planned.scenario.lesson, width));
    }
    sections.retain(|section| !section.is_empty());
    PlainText::lines(&(sections.join("\n\n") + "\n")).as_str().to_owned()
}

/// Where the time of each worker went, as text that ends in a newline; empty where that is not known.
pub fn by_worker(state: &RunState) -> String {
    let text = losses::by_worker(&Figures::of(state), WIDTH);
    if text.is_empty() { text } else { text + "\n" }
}

/// Title, the scenario in one line, the machine in one line.
fn heading(planned: &Planned, width: usize) -> String {
    let scenario = &planned.scenario;
    let facts = [
        scenario.name.clone(),
        scenario
            .emulated
            .as_ref()
            .map_or_else(|| scenario.kind.clone(), |kind| format!("{} and {kind}", scenario.kind)),
        match scenario.tasks {
            1 => "1 task".to_owned(),
            n => format!("{} tasks", units::count(n)),
        },
        schedule(&planned.plan.configs),
        varied(&planned.plan.configs),
        format!("seed {}", scenario.seed),
    ];
    let title = if scenario.title.is_empty() { &scenario.name } else { &scenario.title };
    let data = planned.data.iter().map(|data| wrapped(&data.in_words(), width, "  "));
    let lines = [wrapped(title, width, ""), wrapped(&dotted(&facts), width, "  ")].into_iter().chain(data);
    let clock = planned.machine.clock.iter().map(|facts| wrapped(&clock(facts), width, "  "));
    lines.chain([wrapped(&machine_line(&planned.machine), width, "  ")]).chain(clock).collect::<Vec<_>>().join("\n")
}

/// What tasks are timed with, and what that costs.
fn clock(facts: &ClockFacts) -> String {
    let empty = facts.empty_task_s.map(|s| format!("an empty task {}", units::seconds(s)));
    let [step, reading] = [facts.resolution_s, facts.reading_s].map(units::seconds);
    dotted(&[
        format!("clock {}", escaped(&facts.source)),
        format!("steps of {step}"),
        format!("a reading {reading}"),
        empty.unwrap_or_default(),
    ])
}

/// The schedule of all configurations; a sweep has one, save where `stealing` has no other worker to steal from.
fn schedule(configs: &[Config]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for config in configs {
        // One worker gets everything in order whatever the schedule is called.
        if (config.workers > 1 || configs.len() == 1) && !words.contains(&config.schedule.word()) {
            words.push(config.schedule.word());
        }
    }
    if words.is_empty() {
        words.extend(configs.first().map(|config| config.schedule.word()));
    }
    let chunk = configs.iter().find(|config| config.schedule != Schedule::Stealing).and_then(|config| config.chunk);
    let is_varied = configs.first().and_then(|config| config.point.as_ref()).is_some_and(|point| point.key == "chunk");
    match chunk.filter(|_| !is_varied) {
        Some(chunk) => format!("{}, chunk {}", words.join(" and "), units::count(chunk)),
        None => words.join(" and "),
    }
}

/// What is varied, with its values: `steps 20, 200, 2000`.
fn varied(configs: &[Config]) -> String {
    let mut points: Vec<&Point> = configs.iter().filter_map(|config| config.point.as_ref()).collect();
    points.dedup_by_key(|point| point.index);
    let mut values: Vec<String> = points.iter().map(|point| point.value_in_words()).collect();
    if values.len() > VALUES_MAX {
        values.drain(VALUES_MAX - 1..points.len() - 1);
        values.insert(VALUES_MAX - 1, "…".to_owned());
    }
    points.first().map_or_else(String::new, |point| format!("{} {}", point.key, values.join(", ")))
}

/// How short tasks may be.
fn metg(figures: &Figures, width: usize) -> String {
    if figures.metg.is_empty() {
        return String::new();
    }
    let told = figures.metg.iter().map(|metg| {
        let seconds = metg.seconds.map_or_else(|| "not between these points".to_owned(), units::seconds);
        format!("{}: {seconds}", label(&metg.config))
    });
    let told = told.collect::<Vec<_>>().join(" · ");
    let time = if figures.include_startup { "(wall + start-up)" } else { "wall" };
    let text = format!(
        "METG(50 %), the shortest task ({time} × workers ÷ tasks) at which the efficiency is still one half: {told}"
    );
    wrapped(&text, width, "  ")
}

/// The machine in a line: host, processor, CPUs, memory, kernel, as far as they are known.
pub(super) fn machine_line(facts: &MachineFacts) -> String {
    let limits = match facts.limited_by.as_slice() {
        [] => String::new(),
        limits => format!(" ({})", limits.join(", ")),
    };
    let cores = match (facts.usable_cpus, facts.logical_cpus) {
        (0, _) | (_, 0) => String::new(),
        (usable, logical) if usable == logical => format!("{logical} CPUs{limits}"),
        (usable, logical) => format!("{usable} of {logical} CPUs usable{limits}"),
    };
    let limits = match facts.memory_limited_by.as_slice() {
        [] => String::new(),
        limits => format!(" ({})", limits.join(", ")),
    };
    let memory = facts.memory_bytes.map(|bytes| units::bytes(bytes) + &limits).unwrap_or_default();
    let kernel = facts.kernel.as_ref().map(|release| format!("Linux {release}")).unwrap_or_default();
    let name = |word: &Option<String>| word.clone().unwrap_or_default();
    dotted(&[name(&facts.host), name(&facts.cpu_model), cores, memory, kernel].map(|fact| escaped(&fact).into_owned()))
}

/// What the table's columns mean.
fn notes(state: &RunState, planned: &Planned, figures: &Figures, width: usize) -> String {
    let timed = if figures.include_startup { "wall time and start-up, added," } else { "wall time" };
    let baseline = match figures.baseline {
        Some(row) => {
            let config = &figures.rows[row].config;
            // The time of each interpreter's own.
            let config =
                Config { point: config.point.clone().filter(|point| point.name().is_none()), ..config.clone() };
            let name = label(&config);
            let point = figures.interpreters().first().map(|point| point.key.as_str());
            let point = figures.varied().or(point).map(|key| format!(" at the same {key}")).unwrap_or_default();
            let weak = if figures.is_weak { "the workers, with which the work grows, × " } else { "" };
            format!(
                "Speedup: {weak}the {timed} of {name}{point} ÷ that of the configuration, paired by block: the geometric \
                 mean of these ratios. "
            )
        }
        None => String::new(),
    };
    let name = capitalised(figures.time_name());
    let wall = match repeats(state, planned, figures).as_str() {
        "0" | "1" => format!("{name}: of a single repeat."),
        repeats => format!("{name}: the geometric mean of {repeats} repeats; spread: (longest − shortest) ÷ median."),
    };
    let interval = interval(figures);
    let predicted = if figures.rows.iter().any(|row| row.predicted.is_some()) {
        " Off by: predicted ÷ measured − 1."
    } else {
        ""
    };
    let outliers = outliers(figures);
    wrapped(&format!("{baseline}{wall}{interval}{predicted}{outliers}"), width, "")
}

/// Which repeats lie far from the others, if any do.
fn outliers(figures: &Figures) -> String {
    let of = |row: &Row| {
        let times = row.outliers.iter().filter_map(|&at| row.samples_s.get(at)).map(|s| units::seconds(*s));
        (!row.outliers.is_empty()).then(|| format!("{} {}", row.label, times.collect::<Vec<_>>().join(", ")))
    };
    let all: Vec<String> = figures.rows.iter().filter_map(of).collect();
    let more = match all.len().saturating_sub(OUTLIERS_MAX) {
        0 => String::new(),
        n => format!("; and {n} more configurations"),
    };
    match all.as_slice() {
        [] => String::new(),
        all => {
            let told = all[..all.len().min(OUTLIERS_MAX)].join("; ");
            format!(" Far from the other repeats, and counted all the same: {told}{more}.")
        }
    }
}

/// What the interval of a speedup is, or why there is none although there are repeats.
fn interval(figures: &Figures) -> String {
    if figures.rows.iter().any(|row| row.speedup_ci95().is_some()) {
        return " 95 %: its interval, by Student's t on their logarithms.".to_owned();
    }
    let too_few = figures.rows.iter().find_map(|row| row.speedup?.too_few());
    too_few.map(|words| format!(" {words}.")).unwrap_or_default()
}

/// How many repeats the figures are of: as many as were planned; where trials were added, as many as there came to be.
fn repeats(state: &RunState, planned: &Planned, figures: &Figures) -> String {
    let trials = &planned.plan.trials;
    if trials.len().checked_sub(1).and_then(|last| state.added_for(last)).is_none() {
        let last = trials.iter().filter(|trial| !trial.warmup).map(|trial| trial.repeat).max();
        return units::count(last.map_or(0, |last| u64::from(last) + 1));
    }
    let samples = || figures.rows.iter().map(|row| row.samples_s.len() as u64).filter(|n| *n > 0);
    let (least, most) = (samples().min().unwrap_or_default(), samples().max().unwrap_or_default());
    let most_in_words = units::count(most);
    if least == most { most_in_words } else { format!("{} to {most_in_words}", units::count(least)) }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// How the run ended, where that needs saying.
fn ending(state: &RunState) -> String {
    let planned = state.planned.as_ref().map_or(0, |planned| planned.plan.trials.len());
    let complete = state.finished.iter().filter(|(_, outcome)| outcome.end == TrialEnd::Complete).count();
    let is_one = state.plan().is_some_and(is_one_program);
    let trials = format!("{} of {} trials complete", units::count(complete as u64), units::count(planned as u64));
    match words::status(state) {
        Status::Done => String::new(),
        // How it ended stands at its head.
        _ if is_one => String::new(),
        Status::Failed => format!("FAILED, {trials}"),
        Status::Interrupted => format!("INTERRUPTED, {trials}"),
    }
}

fn warnings(state: &RunState, width: usize) -> String {
    let warnings = words::warnings(state, &Figures::of(state));
    let mut lines: Vec<String> = warnings
        .iter()
        .take(PROBLEMS_MAX)
        .map(|warning| wrapped(&format!("! {} ({})", warning.message, warning.code.word()), width, "  "))
        .collect();
    if warnings.len() > PROBLEMS_MAX {
        lines.push(format!("! and {} more (see --format json)", warnings.len() - PROBLEMS_MAX));
    }
    lines.join("\n")
}

/// What the figures come to, in sentences.
fn happened(state: &RunState, width: usize) -> String {
    let found = findings(state, &Figures::of(state));
    let lines: Vec<String> =
        found.iter().map(|finding| wrapped(&format!("- {}", finding.message), width, "  ")).collect();
    if lines.is_empty() { String::new() } else { format!("What happened\n{}", lines.join("\n")) }
}

/// Facts in a row; what is not known is left out.
fn dotted(facts: &[String]) -> String {
    let known: Vec<&str> = facts.iter().map(String::as_str).filter(|fact| !fact.is_empty()).collect();
    known.join(" · ")
}
