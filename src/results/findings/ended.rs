//! How a watched program came to its end, and how far it was where that came early: also where its time counts for
//! nothing, since it was called off or took longer than it may.

use super::facts::FindingInput;
use super::finding::Wording;
use super::program::subject;
use crate::foreign::escaped;
use crate::record::{Activity, Cause, LaneKind, LaneTotals, MemoryKills, TaskInHand, TrialEnd};
use crate::results::{ProgramFigures, exit_in_words, lane_in_words};
use crate::units;

/// Tasks in hand that are named.
const NAMED: usize = 3;

/// Speaks where it did not end well, or was not left to.
pub(super) fn exit(facts: &FindingInput) -> Option<Wording> {
    let (_, figures) = subject(facts)?;
    let after = units::seconds(figures.wall_s);
    let exit = figures.program.exit.as_ref();
    let message = match (figures.end, exit) {
        (TrialEnd::Cancelled, None) => format!("It was watched for {after}, and left as it was."),
        (TrialEnd::Cancelled, Some(exit)) => format!("The program was called off, and {} after {after}.", ended(exit)),
        (TrialEnd::TimedOut, exit) => {
            let ended = exit.map_or_else(String::new, |exit| format!(": it {}", ended(exit)));
            format!("The program was not done within its time limit, after {after}{ended}.")
        }
        (_, None | Some(Cause::Exit(0))) => return None,
        (_, Some(exit)) => {
            format!("The program {}{}.", ended(exit), perhaps_for_memory(exit, figures.program.memory_kills))
        }
    };
    Some(Wording { weight: 95, message })
}

fn ended(exit: &Cause) -> String {
    match exit {
        Cause::Exit(status) => format!("ended with exit status {status}"),
        signal @ Cause::Signal(_) => format!("was {}", exit_in_words(Some(signal))),
    }
}

/// Why a program was killed that nobody here has killed, where that may be for want of memory.
fn perhaps_for_memory(exit: &Cause, kills: MemoryKills) -> String {
    let is_killed = matches!(exit, Cause::Signal(name) if name == "SIGKILL");
    let told = match (kills.in_group, kills.on_machine) {
        _ if !is_killed => return String::new(),
        // That is told in a sentence of its own.
        (Some(1..), _) | (_, Some(1..)) => return String::new(),
        (Some(0), _) | (_, Some(0)) => "not for want of memory, of which the kernel has killed nothing meanwhile",
        (None, None) => "perhaps for want of memory: what the kernel kills for that is not to be seen here",
    };
    format!(", {told}")
}

/// Speaks where the kernel killed processes for want of memory, of the program's own control group if that is told.
pub(super) fn killed_for_memory(facts: &FindingInput) -> Option<Wording> {
    let (_, figures) = subject(facts)?;
    let MemoryKills { in_group, on_machine } = figures.program.memory_kills;
    let is_killed = matches!(&figures.program.exit, Some(Cause::Signal(name)) if name == "SIGKILL");
    let processes = |n: u64| format!("{} process{}", units::count(n), if n == 1 { "" } else { "es" });
    let (weight, message) = match (in_group.unwrap_or(0), on_machine.unwrap_or(0)) {
        (0, 0) => return None,
        (0, n) => {
            let whether =
                if is_killed { "the program perhaps among them" } else { "whether of the program is not told" };
            let message = format!("The kernel killed {} for want of memory meanwhile, {whether}.", processes(n));
            (if is_killed { 94 } else { 55 }, message)
        }
        (n, _) => {
            let message = format!(
                "The kernel killed {} of the program's control group for want of memory (oom_kill): give it more, or \
                 have fewer at work at once.",
                processes(n)
            );
            (94, message)
        }
    };
    Some(Wording { weight, message })
}

/// Speaks where it was stopped for a while.
pub(super) fn stopped(facts: &FindingInput) -> Option<Wording> {
    let (_, figures) = subject(facts)?;
    let stopped = figures.program.stopped.as_ref()?;
    let who = if stopped.pid == figures.program.pid {
        "The program".to_owned()
    } else {
        format!("Its process {} ({})", stopped.pid, escaped(&stopped.name))
    };
    let message = format!(
        "{who} was stopped for {} (by SIGSTOP, Ctrl-Z or a debugger), which is in its time{}.",
        units::seconds(stopped.seconds),
        if stopped.is_still { ", and still was at the end" } else { "" }
    );
    Some(Wording { weight: 90, message })
}

/// The program, where it did not come to a good end by itself.
fn cut_short(facts: &FindingInput) -> Option<&ProgramFigures> {
    let (_, figures) = subject(facts)?;
    let is_well = figures.end == TrialEnd::Complete && matches!(figures.program.exit, None | Some(Cause::Exit(0)));
    (!is_well).then_some(figures)
}

/// Says how many tasks were done until a program was cut short.
pub(super) fn reached(facts: &FindingInput) -> Option<Wording> {
    let figures = cut_short(facts)?;
    let named = &figures.program.tasks;
    let sum = |of: fn(&crate::record::NamedTasks) -> u64| named.iter().map(of).sum::<u64>();
    let (done, failed, pending) = (sum(|n| n.done), sum(|n| n.failed), sum(|n| n.pending));
    if named.is_empty() {
        return None;
    }
    let all = done + failed;
    let failed = if failed > 0 { format!(", {} of which failed", units::count(failed)) } else { String::new() };
    let left = if pending > 0 { format!("; {} were still to be done", units::count(pending)) } else { String::new() };
    let ended = if all == 1 { "1 task had ended".to_owned() } else { format!("{} tasks had ended", units::count(all)) };
    Some(Wording { weight: 88, message: format!("Until then {ended}{failed}{left}.") })
}

/// Says which tasks a program that was cut short had in hand, those first that took longest.
pub(super) fn in_hand(facts: &FindingInput) -> Option<Wording> {
    let program = &cut_short(facts)?.program;
    let name = |task: &TaskInHand| {
        format!("{} on {} for {}", escaped(&task.task), escaped(&task.worker), units::seconds(task.seconds))
    };
    let named: Vec<String> = program.in_hand.iter().take(NAMED).map(name).collect();
    let more = match (program.in_hand_count as usize).saturating_sub(named.len()) {
        0 => String::new(),
        n => format!(", and {} more", units::count(n as u64)),
    };
    let verb = if program.in_hand_count > 1 { "were" } else { "was" };
    (!named.is_empty()).then(|| Wording { weight: 93, message: format!("In hand {verb} {}{more}.", named.join(", ")) })
}

/// Says which thread computed most in a program that was cut short and told of no tasks.
pub(super) fn busiest(facts: &FindingInput) -> Option<Wording> {
    let figures = cut_short(facts)?;
    let ran = |lane: &LaneTotals| lane.seconds.get(&Activity::Running).copied().unwrap_or(0.0);
    let threads = figures.lanes.iter().filter(|lane| lane.kind == LaneKind::Thread);
    let most = threads.max_by(|a, b| ran(a).total_cmp(&ran(b))).filter(|lane| ran(lane) > 0.0)?;
    let mut rest: Vec<(&Activity, &f64)> = most.seconds.iter().collect();
    rest.sort_by(|a, b| b.1.total_cmp(a.1));
    let mostly = rest.first().filter(|(activity, _)| **activity != Activity::Running);
    let mostly = mostly.map_or_else(String::new, |(activity, seconds)| {
        format!(", and {} {}", units::seconds(**seconds), spent_on(**activity))
    });
    let tid = most.tid.map_or_else(String::new, |tid| format!(" ({tid})"));
    let message = format!(
        "Its busiest thread was {}{tid}: it computed for {}{mostly}.",
        lane_in_words(most),
        units::seconds(ran(most))
    );
    Some(Wording { weight: 62, message })
}

/// What a thread spent time on.
fn spent_on(activity: Activity) -> &'static str {
    match activity {
        Activity::Queued => "without a CPU",
        Activity::WaitingForGil => "waiting for the GIL",
        Activity::WaitingForLock => "on locks",
        Activity::Blocked => "in calls",
        _ => "otherwise",
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{facts, serial};
    use super::*;
    use crate::record::{NamedTasks, StoppedProcess, TrialOutcome, WatchedProgram};

    fn of(end: TrialEnd, program: WatchedProgram) -> FindingInput {
        let lanes = vec![LaneTotals {
            kind: LaneKind::Thread,
            name: "worker".to_owned(),
            tid: Some(12),
            seconds: [(Activity::Running, 2.0), (Activity::Blocked, 7.0)].into(),
            ..LaneTotals::default()
        }];
        let outcome = TrialOutcome { end, wall_s: 9.0, lanes, program: Some(program), ..TrialOutcome::default() };
        FindingInput { uncounted: ProgramFigures::of(&outcome), ..facts(Vec::new()) }
    }

    fn by(exit: Option<Cause>) -> WatchedProgram {
        WatchedProgram { pid: 10, exit, ..WatchedProgram::default() }
    }

    fn signal(name: &str) -> Option<Cause> {
        Some(Cause::Signal(name.to_owned()))
    }

    fn said(rule: fn(&FindingInput) -> Option<Wording>, facts: &FindingInput) -> String {
        rule(facts).map_or_else(String::new, |said| said.message)
    }

    #[test]
    fn each_end_has_its_sentence() {
        let told = |end, exit| said(exit_rule(), &of(end, by(exit)));
        fn exit_rule() -> fn(&FindingInput) -> Option<Wording> {
            exit
        }
        assert_eq!(told(TrialEnd::Complete, Some(Cause::Exit(0))), "");
        assert_eq!(told(TrialEnd::Complete, None), "", "it was joined, and has ended");
        assert_eq!(told(TrialEnd::Complete, Some(Cause::Exit(3))), "The program ended with exit status 3.");
        assert_eq!(told(TrialEnd::Complete, signal("SIGSEGV")), "The program was killed by SIGSEGV.");
        let off = "The program was called off, and was killed by SIGINT after 9.00 s.";
        assert_eq!(told(TrialEnd::Cancelled, signal("SIGINT")), off);
        assert_eq!(told(TrialEnd::Cancelled, None), "It was watched for 9.00 s, and left as it was.");
        let late = "The program was not done within its time limit, after 9.00 s: it ended with exit status 5.";
        assert_eq!(told(TrialEnd::TimedOut, Some(Cause::Exit(5))), late);
        assert_eq!(said(exit, &facts(vec![serial(1.0)])), "", "no program");
    }

    #[test]
    fn a_kill_is_told_for_memory_only_where_that_may_be() {
        let with = |in_group, on_machine| {
            let memory_kills = MemoryKills { in_group, on_machine };
            let input = of(TrialEnd::Complete, WatchedProgram { memory_kills, ..by(signal("SIGKILL")) });
            format!("{} {}", said(exit, &input), said(killed_for_memory, &input))
        };
        assert!(with(None, None).contains("perhaps for want of memory"));
        assert!(with(Some(0), Some(0)).contains("not for want of memory"));
        assert!(with(Some(2), Some(2)).contains("killed 2 processes of the program's control group"));
        assert!(with(Some(0), Some(1)).contains("killed 1 process for want of memory meanwhile, the program perhaps"));
        let memory_kills = MemoryKills { in_group: Some(1), on_machine: Some(1) };
        let worker = of(TrialEnd::Complete, WatchedProgram { memory_kills, ..by(Some(Cause::Exit(0))) });
        assert!(said(killed_for_memory, &worker).contains("killed 1 process of"), "one of its workers");
        assert_eq!(said(exit, &worker), "");
    }

    #[test]
    fn what_was_cut_short_is_told_with_how_far_it_came() {
        let tasks = vec![NamedTasks { done: 24, failed: 1, pending: 15, ..NamedTasks::default() }];
        let hand = |n: u32| TaskInHand { lane: n, worker: format!("w{n}"), task: format!("fit {n}"), seconds: 3.0 };
        let in_hand_of = (0..5).map(hand).collect();
        let program = WatchedProgram { tasks, in_hand: in_hand_of, in_hand_count: 9, ..by(signal("SIGINT")) };
        let off = of(TrialEnd::Cancelled, program.clone());
        assert_eq!(said(reached, &off), "Until then 25 tasks had ended, 1 of which failed; 15 were still to be done.");
        let told = "In hand were fit 0 on w0 for 3.00 s, fit 1 on w1 for 3.00 s, fit 2 on w2 for 3.00 s, and 6 more.";
        assert_eq!(said(in_hand, &off), told);
        assert_eq!(
            said(busiest, &off),
            "Its busiest thread was worker (12): it computed for 2.00 s, and 7.00 s in calls."
        );
        let well = of(TrialEnd::Complete, WatchedProgram { exit: Some(Cause::Exit(0)), ..program });
        assert_eq!([said(reached, &well), said(in_hand, &well), said(busiest, &well)], ["", "", ""]);
    }

    #[test]
    fn a_stop_is_told_with_who_and_how_long() {
        let with = |pid, is_still| {
            let stopped = StoppedProcess { pid, name: "sleep".to_owned(), seconds: 3.0, is_still };
            said(stopped_rule, &of(TrialEnd::Complete, WatchedProgram { stopped: Some(stopped), ..by(None) }))
        };
        fn stopped_rule(facts: &FindingInput) -> Option<Wording> {
            stopped(facts)
        }
        assert!(with(10, false).starts_with("The program was stopped for 3.00 s (by"));
        assert!(
            with(11, true).starts_with("Its process 11 (sleep) was stopped") && with(11, true).contains("still was")
        );
    }
}
