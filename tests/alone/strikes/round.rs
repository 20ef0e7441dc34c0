//! One round: starts a run, strikes it, and looks at what has become of it.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::Value;

use super::cases::{Case, Strike};
use super::program::Program;
use crate::common::running::{events, send};

/// What takes longer than this to end hangs: a run lasts well under a second.
const HUNG: Duration = Duration::from_secs(60);
/// What is left behind is gone within this.
const GONE: Duration = Duration::from_secs(10);

/// What came of a round.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the table")]
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) struck: bool,
    /// What was lost, in words.
    pub(super) lost: Vec<String>,
    pub(super) orphaned: bool,
    pub(super) hung: bool,
    pub(super) raw: bool,
}

/// Plays a round; `expected` is the checksum that undisturbed tasks come to, and `length` what such a run takes.
pub(super) fn play(case: &Case, mark: String, expected: &str, length: Duration) -> Verdict {
    let mut program = Program::start(case, mark);
    let mut verdict = Verdict::default();
    let (started, mut asked) = (Instant::now(), Instant::now());
    let waits = |program: &mut Program| program.ended().is_none() && started.elapsed() < HUNG;
    // On the screen the run begins with a key.
    while case.on_screen && waits(&mut program) && !program.begin(&mut asked) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let (begun, mut due) = (Instant::now(), Duration::ZERO);
    let pauses = case.pauses_ms.iter().map(|&pause| Duration::from_millis(pause));
    for pause in std::iter::once(length.mul_f64(case.moment)).chain(pauses) {
        due += pause;
        while begun.elapsed() < due && waits(&mut program) {
            std::thread::sleep(Duration::from_millis(1));
        }
        verdict.struck |= strike_when_possible(&mut program, case.strike);
    }
    let status = wait_for_end(&mut program);
    verdict.hung = status.is_none();
    verdict.orphaned = !verdict.hung && !is_clean(&program);
    verdict.raw = !verdict.hung && case.strike != Strike::Killed && program.left_raw();
    verdict.lost = losses(&program, case, expected);
    if let (Some(status), false) = (status, case.on_screen) {
        verdict.lost.extend(report_missing(&program, status.code()));
    }
    verdict
}

/// Strikes as soon as there is somebody to strike, if that is soon.
fn strike_when_possible(program: &mut Program, kind: Strike) -> bool {
    let until = Instant::now() + Duration::from_millis(300);
    loop {
        if strike(program, kind) {
            return true;
        }
        if program.ended().is_some() || program.run_is_over() || Instant::now() > until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Strikes what there is to strike; whether a strike fell on a run that went on.
fn strike(program: &mut Program, kind: Strike) -> bool {
    if program.ended().is_some() || program.run_is_over() {
        return false;
    }
    let parlab = program.pid();
    let hit = |target: Option<u32>, signal| target.map(|pid| send(pid, signal)).is_some();
    match kind {
        Strike::WorkerKilled => hit(program.workers().first().copied(), Signal::SIGKILL),
        Strike::ForkserverKilled => hit(program.forkserver(), Signal::SIGKILL),
        Strike::WorkerStopped => {
            let worker = program.workers().last().copied();
            let stopped = hit(worker, Signal::SIGSTOP);
            std::thread::sleep(Duration::from_millis(10));
            hit(worker, Signal::SIGCONT) && stopped
        }
        Strike::Terminated => hit(Some(parlab), Signal::SIGTERM),
        Strike::Interrupted => hit(Some(parlab), Signal::SIGINT),
        Strike::HungUp => hit(Some(parlab), Signal::SIGHUP),
        Strike::Killed => hit(Some(parlab), Signal::SIGKILL),
        Strike::TerminalClosed => program.close_terminal(),
    }
}

/// Waits for its end; the screen, which would stay, is told to end when the run is over.
fn wait_for_end(program: &mut Program) -> Option<std::process::ExitStatus> {
    let until = Instant::now() + HUNG;
    let mut told = false;
    while Instant::now() < until {
        if let Some(status) = program.ended() {
            return Some(status);
        }
        if !told && program.run_is_over() {
            told = true;
            // Without a screen it is on its way out by itself, and may be slow with its report.
            if program.stdout().is_empty() {
                std::thread::sleep(Duration::from_millis(20));
            }
            if program.ended().is_none() && program.has_screen() {
                send(program.pid(), Signal::SIGTERM);
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    None
}

fn is_clean(program: &Program) -> bool {
    let until = Instant::now() + GONE;
    while !program.orphans().is_empty() {
        if Instant::now() > until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    true
}

/// What lacks in trials that are said to be complete.
fn losses(program: &Program, case: &Case, expected: &str) -> Vec<String> {
    let told = events(&program.journal());
    let tasks = told.iter().find_map(|event| event["scenario"]["tasks"].as_u64());
    let outcomes = told.iter().filter(|event| event["event"] == "trial_finished").map(|event| &event["outcome"]);
    let complete = outcomes.filter(|outcome| outcome["end"] == "complete");
    complete.flat_map(|outcome| faults(outcome, tasks.unwrap_or(0), case, expected)).collect()
}

fn faults(outcome: &Value, tasks: u64, case: &Case, expected: &str) -> Vec<String> {
    let count = |name: &str| outcome[name].as_u64().unwrap_or(0);
    let (done, failed) = (count("tasks_done"), count("tasks_failed"));
    let mut faults = Vec::new();
    if done + failed != tasks {
        faults.push(format!("{done} done and {failed} failed of {tasks}"));
    }
    // What the bytes of a payload add to it is not in the undisturbed one.
    if failed == 0 && !case.toml.contains("payload") && outcome["checksum"] != expected {
        faults.push(format!("checksum {} and not {expected}", outcome["checksum"]));
    }
    if let Some(results) = outcome["results"].as_array() {
        let missing = results.iter().filter(|result| result["values"].is_null()).count() as u64;
        if missing != failed || results.len() as u64 != tasks {
            faults.push(format!("{missing} results of {} missing, {failed} failed", results.len()));
        }
    }
    faults
}

/// A run that was not killed outright has a report, and an exit code that is documented.
fn report_missing(program: &Program, code: Option<i32>) -> Option<String> {
    let code = code?;
    let is_known = [0, 1, 129, 130, 143].contains(&code);
    let report: Option<Value> = serde_json::from_str(&program.stdout()).ok();
    let status = report.as_ref().and_then(|report| report["status"].as_str()).unwrap_or("none");
    let fits = match code {
        0 => status == "done",
        1 => status == "failed",
        // It may have been told to end before there was anything to report.
        _ => status != "done" || is_known,
    };
    (!is_known || !fits).then(|| format!("exit code {code} and a report that says {status}"))
}
