//! A watched program: what it used, what its threads did with their time, its tasks by name, the end of its output.

use super::mpi;
use super::wrap::wrapped;
use crate::foreign::escaped;
use crate::record::{Activity, LaneKind, LaneTotals, NamedTasks, Planned, TrialEnd, label_at};
use crate::results::{Figures, ProgramFigures, Row, activity_heading, exit_in_words, lane_in_words, mpi_share};
use crate::units::{self, Side, aligned};

/// Lanes told one by one, and lines of output; the JSON report has more of both.
const LANES_MAX: usize = 16;
const LINES_MAX: usize = 10;
/// Columns of the bars of durations.
const BAR: usize = 24;

/// What was watched: the command, then its number, its start and its end, then the machine, as it is told.
pub(super) fn heading(planned: &Planned, figures: &Figures, machine: &str, width: usize) -> String {
    let scenario = &planned.scenario;
    let title = if scenario.title.is_empty() { &scenario.name } else { &scenario.title };
    let seen = figures.rows.iter().find_map(|row| row.program.as_ref());
    let pid = seen.map(|seen| seen.program.pid).filter(|pid| *pid > 0);
    let pid = pid.map(|pid| format!("pid {pid}"));
    let end = seen.map_or_else(|| "not seen to run".to_owned(), end_in_words);
    let facts = pid.into_iter().chain([format!("started {}", escaped(&planned.started_at)), end]);
    let facts = facts.collect::<Vec<_>>().join(" · ");
    let lines = [wrapped(&escaped(title), width, ""), wrapped(&facts, width, "  "), wrapped(machine, width, "  ")];
    lines.join("\n")
}

/// `exit status 3 after 1.20 s`, `called off after 1.20 s: killed by SIGINT`.
fn end_in_words(seen: &ProgramFigures) -> String {
    let after = units::seconds(seen.wall_s);
    let how = exit_in_words(seen.program.exit.as_ref());
    let early = match seen.end {
        TrialEnd::Cancelled if seen.program.exit.is_none() => return format!("left as it was after {after}"),
        TrialEnd::Cancelled => "called off",
        TrialEnd::TimedOut => "its time limit was reached",
        TrialEnd::Complete | TrialEnd::Broken => return format!("{how} after {after}"),
    };
    format!("{early} after {after}: {how}")
}

/// A section for each program; nothing where none was watched.
pub(super) fn render(figures: &Figures, width: usize) -> String {
    let told: Vec<(&Row, &ProgramFigures)> =
        figures.rows.iter().filter_map(|row| Some((row, row.program.as_ref()?))).collect();
    let with_names = told.len() > 1;
    let section = |(row, program): &(&Row, &ProgramFigures)| {
        let name = if with_names { format!("{}, its last trial: ", label_at(&row.config)) } else { String::new() };
        let usable = figures.usable_cpus.map_or_else(String::new, |cpus| format!(" of {cpus}"));
        // A study tells of each size in a line; a single program is told in full.
        let rest = if with_names { String::new() } else { in_full(program, width) };
        wrapped(&format!("{name}{}", summary(program, &usable)), width, "  ") + &rest
    };
    told.iter().map(section).collect::<Vec<_>>().join("\n")
}

/// What it used, in a sentence.
fn summary(figures: &ProgramFigures, usable: &str) -> String {
    let program = &figures.program;
    let count = |n: u32, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let mut parts = vec![
        exit_in_words(program.exit.as_ref()),
        format!("{} CPU in {}", units::seconds(figures.cpu_s), units::seconds(figures.wall_s)),
        format!("{}{usable} CPUs used", units::digits(figures.cpus_used)),
        format!(
            "at most {} and {}",
            count(program.processes.most, "process", "processes"),
            count(program.threads.most, "thread", "threads")
        ),
    ];
    parts.extend(figures.peak_memory_bytes.map(|bytes| format!("at most {} of memory", units::bytes(bytes))));
    let share = program.mpi.as_deref().and_then(mpi_share);
    parts.extend(share.map(|share| format!("{} of its ranks' time in MPI", units::percent(share))));
    if program.unseen_cpu_s > 0.01 * figures.cpu_s.max(0.1) {
        parts.push(format!("{} of it by threads too short to be seen", units::seconds(program.unseen_cpu_s)));
    }
    /// From this part of a core on.
    const DEAR: f64 = 0.01;
    if program.looking.share >= DEAR {
        parts.push(format!("looking at it took {} of a core", units::percent(program.looking.share)));
    }
    format!("Program: {}.", parts.join(" · "))
}

fn in_full(figures: &ProgramFigures, width: usize) -> String {
    let sections = [
        mpi::section(figures, width),
        time(figures, width),
        lanes(figures, width),
        tasks(figures),
        durations(figures),
        output(figures, width),
        remarks(figures, width),
    ];
    sections.iter().filter(|section| !section.is_empty()).map(|section| format!("\n\n{section}")).collect()
}

/// Where the time of all its threads went.
fn time(figures: &ProgramFigures, width: usize) -> String {
    if figures.shares.is_empty() {
        return String::new();
    }
    let share =
        |(activity, share): &(Activity, f64)| format!("{} {}", activity_heading(*activity), units::percent(*share));
    let shares = figures.shares.iter().map(share).collect::<Vec<_>>().join(" · ");
    let whose =
        if is_of_ranks(figures) { "ranks' time went" } else { "threads' time went (from samples, but for CPU time)" };
    wrapped(&format!("Where its {whose}: {shares}."), width, "  ")
}

fn lanes(figures: &ProgramFigures, width: usize) -> String {
    if figures.lanes.is_empty() {
        return String::new();
    }
    let activities: Vec<Activity> =
        figures.shares.iter().filter(|(_, share)| *share >= 0.005).map(|(activity, _)| *activity).take(5).collect();
    let heading =
        ["", "pid", "tid", "tasks", "lived"].into_iter().chain(activities.iter().map(|a| activity_heading(*a)));
    let mut rows: Vec<Vec<String>> = vec![heading.map(str::to_owned).collect()];
    let mut shown: Vec<&LaneTotals> = figures.lanes.iter().collect();
    shown.sort_by(|a, b| cpu_s(b).total_cmp(&cpu_s(a)));
    rows.extend(shown.iter().take(LANES_MAX).map(|lane| line(lane, &activities)));
    let more = figures.lanes.len().saturating_sub(LANES_MAX) + figures.program.lanes_left_out as usize;
    let rest = if more > 0 { format!("\n{more} more") } else { String::new() };
    let note = match is_of_ranks(figures) {
        true => "Ranks, those that computed the most first; what they did as parts of the time that they lived.",
        false => "Threads, those with the most CPU time first; what they did as parts of the time that they lived.",
    };
    let note = wrapped(note, width, "");
    format!("{note}\n{}{rest}", aligned(&rows, Side::of_figures).join("\n"))
}

fn is_of_ranks(figures: &ProgramFigures) -> bool {
    figures.lanes.first().is_some_and(|lane| lane.kind == LaneKind::Rank)
}

fn cpu_s(lane: &LaneTotals) -> f64 {
    lane.seconds.get(&Activity::Running).copied().unwrap_or(0.0)
}

fn line(lane: &LaneTotals, activities: &[Activity]) -> Vec<String> {
    let lived_s: f64 = lane.seconds.values().sum();
    let share = |activity: &Activity| match lane.seconds.get(activity) {
        Some(seconds) if lived_s > 0.0 => units::percent(seconds / lived_s),
        _ => "–".to_owned(),
    };
    let nothing = || "–".to_owned();
    let told = [
        lane_in_words(lane),
        if lane.pid > 0 { lane.pid.to_string() } else { nothing() },
        lane.tid.map_or_else(nothing, |tid| tid.to_string()),
        if lane.tasks > 0 { units::count(lane.tasks) } else { nothing() },
        units::seconds(lived_s),
    ];
    told.into_iter().chain(activities.iter().map(share)).collect()
}

/// Its tasks by name.
fn tasks(figures: &ProgramFigures) -> String {
    let program = &figures.program;
    if program.tasks.is_empty() {
        return String::new();
    }
    let with_pending = program.tasks.iter().any(|named| named.pending > 0);
    let mut heading = ["tasks by name", "done", "failed", "time", "mean", "longest"].map(str::to_owned).to_vec();
    if with_pending {
        heading.insert(2, "to do".to_owned());
    }
    let row = |named: &NamedTasks| {
        let is_timed = named.timed > 0;
        let timed = |seconds: f64| if is_timed { units::seconds(seconds) } else { "–".to_owned() };
        let mut row = vec![
            if named.name.is_empty() { "others".to_owned() } else { escaped(&named.name).into_owned() },
            units::count(named.done),
            units::count(named.failed),
            timed(named.seconds),
            timed(named.seconds / named.timed as f64),
            timed(named.max_s),
        ];
        if with_pending {
            row.insert(2, units::count(named.pending));
        }
        row
    };
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(program.tasks.iter().map(row)).collect();
    aligned(&rows, Side::of_figures).join("\n")
}

/// How long its tasks took, a bar for each power of two.
fn durations(figures: &ProgramFigures) -> String {
    let bins = &figures.program.durations;
    let most = bins.iter().map(|bin| bin.tasks).max().unwrap_or(0);
    if bins.len() < 2 {
        return String::new();
    }
    let line = |bin: &crate::record::DurationBin| {
        vec![
            format!("{} to {}", units::seconds(bin.from_s), units::seconds(bin.to_s)),
            units::count(bin.tasks),
            format!("{:<BAR$}", units::bar(bin.tasks as f64 / most as f64, BAR)),
        ]
    };
    let heading = ["tasks that took", "", ""].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(bins.iter().map(line)).collect();
    aligned(&rows, Side::of_figures).iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// The end of its output, as it came.
fn output(figures: &ProgramFigures, width: usize) -> String {
    let output = &figures.program.output;
    if output.lines.is_empty() {
        return String::new();
    }
    let last = output.lines.iter().skip(output.lines.len().saturating_sub(LINES_MAX));
    let cut = |line: &String| escaped(line).chars().take(width.saturating_sub(2)).collect::<String>();
    let lines: Vec<String> = last.map(|line| format!("  {}", cut(line)).trim_end().to_owned()).collect();
    format!("The end of its output, {} in all:\n{}", units::bytes(output.bytes), lines.join("\n"))
}

fn remarks(figures: &ProgramFigures, width: usize) -> String {
    let told = figures.program.remarks.iter().map(|remark| wrapped(&format!("- {}", escaped(remark)), width, "  "));
    let told: Vec<String> = told.collect();
    if told.is_empty() { String::new() } else { format!("What could not be seen:\n{}", told.join("\n")) }
}
