//! Workers killed at every moment, on all backends that fork: start-up, gate, work and end are all over within
//! milliseconds, so the strikes fall anywhere. Every task is accounted for, or it is said that some are not.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::common::is_alive;
use crate::common::running::{Running, send};
use nix::sys::signal::Signal::SIGKILL;

/// How workers are forked and given tasks, and how often they are killed.
struct Case {
    name: &'static str,
    /// The sweep's backend and workers, and the workload.
    toml: &'static str,
    tasks: u64,
    repeats: usize,
    pause: Duration,
    /// The strike after which the rest is left in peace, unless `until` has yet to be seen.
    strikes: usize,
    /// How at least one trial must end.
    until: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "processes",
        toml: "[workload]\nkind = 'sleep'\nunit_s = 1\ninputs = { repeat = 0.01, times = 60 }\n\
               [sweep]\nbackends = ['processes']\nworkers = 3\n",
        tasks: 60,
        repeats: 5,
        pause: Duration::from_millis(17),
        strikes: usize::MAX,
        until: "complete",
    },
    Case {
        name: "hybrid",
        toml: "[workload]\nkind = 'sleep'\nunit_s = 1\ninputs = { repeat = 0.02, times = 120 }\n\
               [sweep]\nbackends = ['hybrid']\nworkers = '2x3'\n",
        tasks: 120,
        repeats: 4,
        pause: Duration::from_millis(41),
        strikes: 25,
        until: "complete",
    },
    // A message that is cut short is of no use to anybody: that trial is broken, and the next one has a new pipe.
    Case {
        name: "pipe",
        toml: "[workload]\nkind = 'square'\ntasks = 600\n\
               [sweep]\nbackends = ['processes']\nworkers = 3\ndispatch = 'pipe'\npayload = 300000\n",
        tasks: 600,
        repeats: 8,
        pause: Duration::from_millis(23),
        strikes: 5,
        until: "broken",
    },
];

/// Kills one worker after the other while a run goes on; how often.
fn strike(run: &mut Running, case: &Case) -> usize {
    let mut strikes = 0;
    let ended_so = |run: &Running| {
        run.events().iter().any(|told| told["event"] == "trial_finished" && told["outcome"]["end"] == case.until)
    };
    while run.count("run_finished") == 0 && is_alive(run.pid()) && (strikes < case.strikes || !ended_so(run)) {
        let workers = run.workers();
        // A worker that was forked this instant still has the forkserver's name and is not found.
        if let Some(&victim) = workers.get(strikes % workers.len().max(1)) {
            send(victim, SIGKILL);
            strikes += 1;
        }
        std::thread::sleep(case.pause);
    }
    strikes
}

#[test]
fn workers_killed_at_every_moment_are_replaced_or_it_is_said_what_is_lost() {
    for case in CASES {
        let toml = format!("{}baseline = 'none'\nwarmup = 0\nrepeats = {}\n", case.toml, case.repeats);
        let mut run = Running::start(&toml, &["--quiet"]);
        let strikes = strike(&mut run, case);
        run.wait();
        let (events, losses) = (run.events(), run.count("worker_lost"));
        let ended = run.finish();
        assert!(ended.code() <= 1, "{}: {}", case.name, ended.stderr);
        let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
        for outcome in events.iter().filter(|told| told["event"] == "trial_finished").map(|told| &told["outcome"]) {
            let end = outcome["end"].as_str().expect("an end");
            let kept = outcome["tasks_done"].as_u64().zip(outcome["tasks_failed"].as_u64());
            assert!(end != "complete" || kept.is_some_and(|(done, failed)| done + failed == case.tasks), "{outcome:#}");
            *ends.entry(end).or_default() += 1;
        }
        eprintln!("{}: {strikes} strikes, {losses} workers lost, trials: {ends:?}", case.name);
        assert!(strikes > 3 && losses > 3, "{}: {strikes} strikes, {losses} workers lost", case.name);
        assert!(ends.keys().all(|end| ["complete", "broken"].contains(end)), "{}: {ends:?}", case.name);
        assert_eq!(ends.values().sum::<usize>(), case.repeats, "{}", case.name);
        for end in ["complete", case.until] {
            assert!(ends.contains_key(end), "{}: no trial was {end}: {ends:?}", case.name);
        }
        let broken = ended.warnings("trial-broken");
        assert_eq!(broken.len(), ends.get("broken").copied().unwrap_or(0), "{}: {broken:?}", case.name);
        assert!(broken.iter().all(|told| told.contains("lost")), "{}: {broken:?}", case.name);
    }
}
