//! What is seen of processes: those that descend from a program, those that are orphaned, and the CPU time of all.

use std::collections::HashSet;
use std::process::Command;

use parlab::machine::tree::{CallSight, Roots, ThreadState, TreeError, TreeLook, TreeSampler};
use parlab::system::clock::monotonic_ns;

use super::program::{Program, look_until, looks};

fn pids(look: &TreeLook) -> HashSet<u32> {
    look.processes.iter().filter(|process| !process.has_ended).map(|process| process.pid).collect()
}

/// Watches a program from its start to its end; what was seen of its CPU time, and what `wait4` says of it.
fn watch_timed(arguments: &[&str]) -> (TreeSampler, f64, f64) {
    let mut arguments = arguments.to_vec();
    arguments.insert(0, "timed");
    let mut program = Program::start(&arguments);
    let child = program.told("child") as u32;
    let mut sampler = TreeSampler::new(Roots::of_program(child)).unwrap();
    sampler.look(monotonic_ns());
    program.go_on();
    let mut seen_s = 0.0;
    while sampler.is_alive() {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let look = sampler.look(monotonic_ns());
        assert!(look.cpu_s >= seen_s, "{} after {seen_s}", look.cpu_s);
        seen_s = look.cpu_s;
    }
    program.told("ended");
    seen_s = sampler.look(monotonic_ns()).cpu_s;
    program.go_on();
    let waited_s = program.told("microseconds") as f64 / 1e6;
    (sampler, seen_s, waited_s)
}

/// Accounts are in ticks of 10 ms, of which each process may lack two.
fn assert_equal(seen_s: f64, waited_s: f64, processes: usize) {
    assert!((seen_s - waited_s).abs() < 0.02 + 0.02 * processes as f64, "{seen_s} seen, {waited_s} by wait4");
}

#[test]
fn cpu_time_of_threads_that_came_and_went_is_counted() {
    let (mut sampler, seen_s, waited_s) = watch_timed(&["churn", "3000"]);
    assert_equal(seen_s, waited_s, 1);
    assert!(waited_s > 0.6, "{waited_s}");
    let account = sampler.account();
    let unseen_s = account.unseen_cpu_s;
    assert!(unseen_s > 0.1 && unseen_s < account.cpu_s, "{unseen_s} of {}", account.cpu_s);
    sampler.waited_for(account.processes[0].pid, waited_s);
    assert!((sampler.account().cpu_s - waited_s.max(seen_s)).abs() < 1e-6, "{}", sampler.account().cpu_s);
}

#[test]
fn cpu_time_of_processes_that_came_and_went_is_counted_once() {
    let (sampler, seen_s, waited_s) = watch_timed(&["forks", "8"]);
    // 8 children, and 8 of each of theirs.
    assert!(waited_s > 72.0 * 0.03 * 0.99, "{waited_s}");
    assert_equal(seen_s, waited_s, 1);
    let account = sampler.account();
    let parents: HashSet<u32> = account.processes.iter().map(|process| process.parent).collect();
    assert!(account.processes.len() > 3 && parents.len() > 2, "{parents:?}");
}

#[test]
fn cpu_time_of_children_that_are_not_waited_for_is_counted() {
    let mut program = Program::start(&["ignores"]);
    let mut sampler = TreeSampler::new(Roots::of_program(program.pid())).unwrap();
    look_until(&mut sampler, "both children computed", |look| look.cpu_s > 0.4);
    look_until(&mut sampler, "both children are gone", |look| pids(look).len() == 1);
    program.told("ready");
    let look = sampler.look(monotonic_ns());
    assert_eq!(look.processes[0].reaped_cpu_s, 0.0, "its system has it on no account");
    assert!(look.cpu_s > 0.4 && look.cpu_s < 0.7, "{}", look.cpu_s);
}

#[test]
fn orphans_are_found_at_the_reaper_and_the_reapers_own_are_not() {
    let mut program = Program::start(&["reaper"]);
    let [own, root, daemon] = ["own", "root", "daemon"].map(|word| program.told(word) as u32);
    let strays = Roots::of_program(root).with_strays_of(program.pid(), move |pid| pid == own);
    let mut sampler = TreeSampler::new(strays).unwrap();
    // Its parent is gone by now, so that no chain of parents leads to it.
    let look = look_until(&mut sampler, "the daemon", |look| look.processes.len() == 2);
    assert_eq!(pids(&look), HashSet::from([root, daemon]));
    let parent = |pid| look.processes.iter().find(|process| process.pid == pid).unwrap().parent;
    assert_eq!((parent(root), parent(daemon)), (program.pid(), program.pid()));
    let mut without = TreeSampler::new(Roots::of_program(root)).unwrap();
    assert_eq!(pids(&looks(&mut without, 5)[4]), HashSet::from([root]));
}

#[test]
fn a_program_that_executes_another_bears_its_name() {
    let mut program = Program::start(&["executes"]);
    program.told("ready");
    let mut sampler = TreeSampler::new(Roots::of_program(program.pid())).unwrap().at_any_cost();
    let named = |look: &TreeLook, name: &str| look.processes.iter().any(|process| &*process.name == name);
    look_until(&mut sampler, "its name", |look| named(look, "program"));
    program.go_on();
    let look = look_until(&mut sampler, "its new name, and threads", |look| {
        named(look, "other-name") && look.threads.iter().filter(|thread| !thread.state.has_ended()).count() == 5
    });
    assert_eq!(pids(&look), HashSet::from([program.pid()]));
    assert!(look.processes[0].command.ends_with("other-name threads"), "{look:?}");
}

#[test]
fn what_a_process_did_before_it_was_joined_does_not_count() {
    let mut program = Program::start(&["threads"]);
    program.told("ready");
    let mut first = TreeSampler::new(Roots::of_program(program.pid())).unwrap();
    let before_s = look_until(&mut first, "it computes", |look| look.cpu_s > 0.3).cpu_s;
    let mut joined = TreeSampler::new(Roots::of_running(program.pid())).unwrap().at_any_cost();
    let look = look_until(&mut joined, "it computes further", |look| look.cpu_s > 0.1);
    let all_s = first.look(monotonic_ns()).cpu_s;
    assert!(look.cpu_s <= all_s - before_s + 0.03, "{} of {all_s} after {before_s}", look.cpu_s);
    let seen_s: f64 = look.threads.iter().map(|thread| thread.seconds.running).sum();
    assert!((seen_s - look.cpu_s).abs() < 0.05, "{seen_s} of {}", look.cpu_s);
}

#[test]
fn what_cannot_be_joined_is_told() {
    let error = |pid| TreeSampler::new(Roots::of_running(pid)).unwrap_err();
    assert_eq!(error(4_194_304), TreeError::NoSuchProcess(4_194_304));
    assert_eq!(error(u32::MAX), TreeError::NoSuchProcess(u32::MAX));
    assert_eq!(error(0), TreeError::NoSuchProcess(0));
    let mut program = Program::start(&["threads"]);
    let process = program.told("ready") as u32;
    let mut sampler = TreeSampler::new(Roots::of_running(process)).unwrap();
    let look = look_until(&mut sampler, "all threads", |look| look.threads.len() == 5);
    let thread = look.threads[3].tid;
    assert_eq!(error(thread), TreeError::IsThread { thread, process });
    let mut zombie = Command::new("true").spawn().unwrap();
    crate::common::wait_until("it has ended", || !crate::common::is_alive(zombie.id()));
    assert_eq!(error(zombie.id()), TreeError::HasEnded(zombie.id()));
    assert!(TreeSampler::new(Roots::of_program(zombie.id())).is_ok(), "one that was started may be over");
    zombie.wait().unwrap();
}

#[test]
fn a_thousand_threads_are_looked_at_in_turn() {
    let mut program = Program::start(&["many", "1000"]);
    program.told("ready");
    let mut sampler = TreeSampler::new(Roots::of_program(program.pid())).unwrap();
    let look = look_until(&mut sampler, "all threads", |look| look.threads.len() == 1001);
    assert_eq!(look.processes[0].threads, 1001);
    let others = look.threads.iter().filter(|thread| thread.tid != program.pid());
    let states: HashSet<String> = others.map(|thread| format!("{:?}", thread.state)).collect();
    assert_eq!(states.len(), 1, "{states:?}");
    assert!(matches!(look.threads[1].state, ThreadState::InCall(call) if call.to_string() == "pause"), "{states:?}");
    let look = looks(&mut sampler, 20).pop().unwrap();
    assert!(
        look.covers > 0.0 && look.covers <= 1.0 && look.processes[0].calls == CallSight::Seen,
        "{:?}",
        look.processes
    );
    program.kill();
    let look = look_until(&mut sampler, "they are gone", |look| look.threads.is_empty());
    assert!(!sampler.is_alive() && pids(&look).is_empty());
    assert_eq!(sampler.account().threads.len(), 1001);
}
