//! `http`: asks a server on the loopback interface whether users exist. The server takes its time, and the worker that
//! asked waits: real requests over real connections, but nothing leaves the machine.
//!
//! A worker keeps one connection for all its requests, as an HTTP client with a session does; it is made while the
//! worker is started. A connection for each request would leave as many waiting to be forgotten by the kernel, and with
//! some ten thousand tasks there would be no ports left.

mod answers;
mod client;
mod entrance;
mod password;
mod server;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::io;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use self::answers::thinking_s;
use self::client::{Answer, ClientError, ResponseLine};
use self::server::Server;
use super::cancelled::Cancelled;
use super::param::Param;
use super::task::{Service, TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, Nature, ParamSpec, ValueSpec};

pub(super) const SPEC: KindSpec = KindSpec {
    name: "http",
    summary: "asks a server on this machine over HTTP whether a user exists; it thinks x × unit_s seconds for each \
              character of the name (users are pelita, aspp and ASPP)",
    nature: Nature::Waits,
    params: &[
        ParamSpec {
            name: "name",
            unit: "",
            doc: "the user to ask for",
            domain: Domain::Text { default: "pelita", max: 64 },
        },
        ParamSpec {
            name: "unit_s",
            unit: "s",
            doc: "how long the server thinks for each character, where x is 1",
            domain: Domain::Number { default: 0.5, bounds: Bounds { min: 0.0, max: 3600.0 } },
        },
    ],
    input: Bounds { min: 0.0, max: 1e9 },
    values: &[
        ValueSpec { name: "status", unit: "", doc: "the answer's HTTP status: 200, or 404 for an unknown name" },
        ValueSpec { name: "exists", unit: "", doc: "1 if there is such a user, 0 if not" },
        ValueSpec { name: "thought_s", unit: "s", doc: "how long the server says it thought" },
    ],
    measured: &[ValueSpec { name: "round_trip_s", unit: "s", doc: "how long the answer took" }],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// Descriptors that parlab needs besides those of the workers' connections; of these, the server takes
/// [`server::STRANGERS_MAX`] at most for connections that are not theirs.
const FILES_BESIDES: u64 = 128;

struct Http {
    inputs: Inputs,
    name: Param,
    unit_s: Param,
}

thread_local! {
    /// This worker's connection.
    static LINE: RefCell<Option<ResponseLine>> = const { RefCell::new(None) };
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    Box::new(Http {
        inputs: job.inputs.clone(),
        name: Param::of_job(job, "name"),
        unit_s: Param::of_job(job, "unit_s"),
    })
}

/// Starts the server of a trial with so many workers.
pub(super) fn serve(workers: u32) -> io::Result<Box<dyn Service>> {
    // Both ends of each connection, where the workers are threads.
    allow_files(2 * u64::from(workers) + FILES_BESIDES)?;
    Ok(Box::new(Server::start(workers)?))
}

impl Workload for Http {
    fn settle(&self, context: &dyn TaskContext) {
        // If there is no connection to be had, the first task will say so.
        let _ = with_line(context, |_| Ok(()));
    }

    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let (name, unit_s) = (self.name.word(task), self.inputs.x(task) * self.unit_s.number(task));
        let expected = Duration::from_secs_f64(self.cost(task));
        let asked = with_line(context, |line| {
            let begun = Instant::now();
            line.ask(name, unit_s, |socket| context.await_input(socket, expected))
                .map(|answer| (answer, begun.elapsed()))
        });
        match asked {
            Ok((answer, took)) => {
                let Answer { status, exists, thought_s } = answer;
                Ok(values_of([f64::from(status), f64::from(u8::from(exists)), thought_s, took.as_secs_f64()]))
            }
            // A server that is gone because the trial is called off is no failure of the task.
            Err(_) if context.cancelled() => Err(Cancelled),
            Err(ClientError::Cancelled) => Err(Cancelled),
            Err(ClientError::Failed(reason)) => Err(context.fail(&reason)),
        }
    }

    fn cost(&self, task: u64) -> f64 {
        thinking_s(self.name.word(task), self.inputs.x(task) * self.unit_s.number(task))
    }
}

/// Does something with this worker's connection, which is made if there is none. One that failed is not used again.
fn with_line<T>(
    context: &dyn TaskContext,
    talk: impl FnOnce(&mut ResponseLine) -> Result<T, ClientError>,
) -> Result<T, ClientError> {
    let service = context.service().ok_or_else(|| ClientError::Failed("there is no server to ask".to_owned()))?;
    LINE.with_borrow_mut(|kept| {
        let mut line = match kept.take().filter(|line| line.address() == service) {
            Some(line) => line,
            None => ResponseLine::open(service, &|| context.cancelled())?,
        };
        let said = talk(&mut line)?;
        *kept = Some(line);
        Ok(said)
    })
}

/// Makes room for so many open files, where a limit that may be raised is in the way.
fn allow_files(wanted: u64) -> io::Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft >= wanted {
        return Ok(());
    }
    if hard < wanted {
        let message = format!("it takes {wanted} open files, and {hard} are allowed (ulimit -Hn)");
        return Err(io::Error::other(message));
    }
    Ok(setrlimit(Resource::RLIMIT_NOFILE, wanted, hard)?)
}
