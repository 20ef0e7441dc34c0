//! `crash`: tasks that kill, abort, exit or block their worker on purpose, to see what becomes of the others.

use std::time::Duration;

use super::cancelled::Cancelled;
use super::param::Param;
use super::task::{TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, Nature, ParamSpec, ValueSpec};

pub(super) const SPEC: KindSpec = KindSpec {
    name: "crash",
    summary: "tasks with x = at bring their worker down in the way asked for; the others wait a moment and return x",
    nature: Nature::Misbehaves,
    params: &[
        ParamSpec {
            name: "how",
            unit: "",
            doc: "by a signal to itself, by abort, by exit, by a panic, or by never coming back",
            domain: Domain::Word { choices: &["abort", "kill", "exit", "panic", "hang"] },
        },
        ParamSpec {
            name: "at",
            unit: "",
            doc: "the input whose tasks misbehave",
            domain: Domain::Number { default: 1.0, bounds: Bounds { min: -1e300, max: 1e300 } },
        },
        ParamSpec {
            name: "wait_s",
            unit: "s",
            doc: "how long every task waits first",
            domain: Domain::Number { default: 0.01, bounds: Bounds { min: 0.0, max: 3600.0 } },
        },
    ],
    input: Bounds { min: -1e300, max: 1e300 },
    values: &[ValueSpec { name: "x", unit: "", doc: "the input of a task that behaved" }],
    processes_only: Some("it brings its worker down, and anything but a process of its own would take parlab with it"),
    ..KindSpec::PLAIN
};

struct Crash {
    inputs: Inputs,
    how: Param,
    at: Param,
    wait_s: Param,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(Crash {
        inputs: job.inputs.clone(),
        how: Param::of_job(job, "how"),
        at: Param::of_job(job, "at"),
        wait_s: Param::of_job(job, "wait_s"),
    })
}

impl Workload for Crash {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        context.sleep(Duration::from_secs_f64(self.wait_s.number(task)))?;
        let x = self.inputs.x(task);
        if x == self.at.number(task) {
            misbehave(self.how.word(task), x);
        }
        Ok(values_of([x]))
    }

    fn cost(&self, task: u64) -> f64 {
        self.wait_s.number(task)
    }
}

fn misbehave(how: &str, x: f64) {
    match how {
        "abort" => std::process::abort(),
        "kill" => drop(nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL)),
        "exit" => std::process::exit(3),
        "panic" => panic!("the task with x = {x} was asked to panic"),
        _ => loop {
            std::thread::sleep(Duration::from_secs(3600));
        },
    }
}
