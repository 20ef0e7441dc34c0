//! What the threads of a program are seen in.

use std::collections::{HashMap, HashSet};

use nix::sys::signal::Signal;
use parlab::machine::tree::{Roots, ThreadState, TreeLook, TreeSampler};

use super::program::{Program, look_until, looks};

/// What the threads of each name were seen in.
fn seen(looks: &[TreeLook]) -> HashMap<String, HashSet<String>> {
    let mut seen: HashMap<String, HashSet<String>> = HashMap::new();
    for thread in looks.iter().flat_map(|look| &look.threads) {
        let state = match thread.state {
            ThreadState::InCall(call) => call.to_string(),
            other => format!("{other:?}"),
        };
        seen.entry(thread.name.to_string()).or_default().insert(state);
    }
    seen
}

fn are(states: &[&str]) -> HashSet<String> {
    states.iter().map(|state| (*state).to_owned()).collect()
}

fn runs(look: &TreeLook) -> bool {
    look.threads.iter().any(|thread| &*thread.name == "computes" && thread.state == ThreadState::Running)
}

#[test]
fn each_thread_is_seen_in_what_it_does() {
    let mut program = Program::start(&["threads"]);
    program.told("ready");
    let mut sampler = TreeSampler::new(Roots::of_program(program.pid())).unwrap().at_any_cost();
    look_until(&mut sampler, "all threads", |look| look.threads.len() == 5);
    look_until(&mut sampler, "one that computes on a CPU", runs);
    let looks = looks(&mut sampler, 60);
    let seen = seen(&looks);
    assert!(seen["computes"].is_subset(&are(&["Running", "Queued"])), "{seen:?}");
    assert_eq!(seen["reads"], are(&["read"]));
    assert_eq!(seen["locks"], are(&["OnLock"]));
    assert_eq!(seen["program"], are(&["read"]));
    let asleep = seen["sleeps"].iter().filter(|state| *state != "Running" && *state != "Queued");
    assert!(asleep.clone().count() > 0 && asleep.clone().all(|state| state.ends_with("nanosleep")), "{seen:?}");
    let last = looks.last().unwrap();
    for thread in &last.threads {
        let s = thread.seconds;
        let lived = (last.at_ns - thread.started_ns) as f64 / 1e9;
        // A start is told in ticks; what it was last seen doing is added up to the last look.
        assert!((s.sum() - lived).abs() < 0.02 + thread.age_ns as f64 / 1e9, "{thread:?} lived {lived}");
        assert_eq!((s.for_gil, s.on_disk, s.stopped), (0.0, 0.0, 0.0), "{thread:?}");
    }
    let process = &last.processes[0];
    assert_eq!((&*process.name, process.threads, process.is_root), ("program", 5, true));
    assert!(process.memory.rss_bytes > 0 && process.memory.peak_rss_bytes >= process.memory.rss_bytes, "{process:?}");
    assert!(process.memory.pss_bytes.is_some() && process.python.is_none(), "{process:?}");
}

#[test]
fn stopped_threads_are_seen_stopped_and_go_on_where_they_were() {
    let mut program = Program::start(&["threads"]);
    program.told("ready");
    let mut sampler = TreeSampler::new(Roots::of_program(program.pid())).unwrap().at_any_cost();
    look_until(&mut sampler, "all threads", |look| look.threads.len() == 5);
    looks(&mut sampler, 5);
    program.signal(Signal::SIGSTOP);
    let all_stopped = |look: &TreeLook| look.threads.iter().all(|thread| thread.state == ThreadState::Stopped);
    look_until(&mut sampler, "all are stopped", all_stopped);
    let stopped = seen(&looks(&mut sampler, 10));
    assert!(stopped.values().all(|states| *states == are(&["Stopped"])), "{stopped:?}");
    program.signal(Signal::SIGCONT);
    look_until(&mut sampler, "all go on", |look| {
        look.threads.iter().all(|thread| thread.state != ThreadState::Stopped)
    });
    let seen = seen(&looks(&mut sampler, 20));
    assert_eq!(seen["locks"], are(&["OnLock"]));
    assert_eq!(seen["reads"], are(&["read"]));
    look_until(&mut sampler, "one that computes on a CPU again", runs);
}

/// As long as their process takes no CPU time their files are not read.
#[test]
fn many_threads_that_sleep_are_known_to_until_they_do_not() {
    let mut program = Program::start(&["many", "64"]);
    program.told("ready");
    let mut sampler = TreeSampler::new(Roots::of_program(program.pid())).unwrap().at_any_cost();
    let asleep = |look: &TreeLook| {
        look.threads.len() == 65 && look.threads.iter().all(|t| matches!(t.state, ThreadState::InCall(_)))
    };
    look_until(&mut sampler, "all of them asleep", asleep);
    let before = looks(&mut sampler, 40).pop().unwrap();
    assert!(asleep(&before), "{before:?}");
    for thread in &before.threads {
        let lived = (before.at_ns - thread.started_ns) as f64 / 1e9;
        assert!((thread.seconds.sum() - lived).abs() < 0.02 + thread.age_ns as f64 / 1e9, "{thread:?} lived {lived}");
    }
    program.signal(Signal::SIGSTOP);
    look_until(&mut sampler, "all are stopped", |look| look.threads.iter().all(|t| t.state == ThreadState::Stopped));
    program.signal(Signal::SIGCONT);
    look_until(&mut sampler, "all sleep again", asleep);
    program.kill();
    look_until(&mut sampler, "all are gone", |look| look.threads.iter().all(|thread| thread.state.has_ended()));
}

#[test]
fn a_thread_that_never_sleeps_is_seen_to_take_another_name() {
    let program = Program::start(&["renames"]);
    let mut sampler = TreeSampler::new(Roots::of_program(program.pid())).unwrap();
    let look = look_until(&mut sampler, "its new name", |look| look.threads.iter().any(|t| &*t.name == "renamed"));
    assert_eq!(&*look.processes[0].name, "program", "that is the program's");
    let only = &look.threads[0];
    assert!(only.state.is_awake() && only.seconds.in_call < only.seconds.sum(), "{only:?}");
}
