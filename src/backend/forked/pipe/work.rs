//! The worker loop with tasks that come through a pipe, and results that go back through another.

use super::client::{PipeClient, put_payload_word};
use super::ends::PipeEnds;
use crate::backend::board::{Activity, payload};
use crate::backend::worker::Worker;
use crate::workload::Cancelled;

/// As [`Worker::work`]: comes to the gate, runs tasks until there are none left, and leaves.
pub(in crate::backend) fn work(worker: &Worker<'_>, ends: &PipeEnds) {
    let mut client = PipeClient::new(worker.board, ends, worker.number);
    worker.begin();
    // Being cancelled is no error here: the engine, which asked for it, knows.
    let _ = run_fetched(worker, &mut client);
    worker.end();
}

/// Fetches chunk after chunk, and delivers their results. They count as done when they are delivered.
fn run_fetched(worker: &Worker<'_>, client: &mut PipeClient<'_>) -> Result<(), Cancelled> {
    let mut runs = Vec::new();
    loop {
        // A worker that waits for the pipe, or has the kernel copy, keeps no other from running; the next task takes
        // the lock again.
        worker.turn_to(Activity::Fetching);
        let Some(positions) = client.fetch(|positions| worker.lane.claim(positions))? else { return Ok(()) };
        let count = positions.end - positions.start;
        for n in 0..count as usize {
            let (task, input, output) = client.open(n);
            let run = worker.run_task(task, || match input {
                [] => 0,
                _ => payload::consume(task, input, |at, word| put_payload_word(output, at, word)),
            })?;
            worker.lane.put_aside();
            client.close(n, task, run.values.as_ref().ok());
            runs.push(run);
        }
        worker.turn_to(Activity::Delivering);
        client.deliver(count, || runs.drain(..).for_each(|run| worker.settle(&run)))?;
    }
}
