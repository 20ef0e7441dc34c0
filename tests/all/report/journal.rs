//! What is written is what is read.

use std::path::Path;

use parlab::record::{Event, Stamped};
use parlab::report::{Journal, journal, json};

use super::fixtures::{self, state};

#[test]
fn every_event_comes_back() {
    let mut events = fixtures::failed();
    events.extend(fixtures::done_as_predicted());
    let stall = |stopped| Event::WorkerStalled { trial: 1, worker: 0, pid: 4241, stopped };
    for event in [stall(true), stall(false), Event::Progress { trial: 1, done: 3, failed: 1 }] {
        events.insert(4, Stamped { elapsed_s: 0.1 + 0.2, trials_done: 1, event });
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let mut journal = Journal::create(&path).unwrap();
    events.iter().for_each(|event| journal.record(event).unwrap());
    // Read while it is still open: each event is on its way at once.
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), events.len());
    assert_eq!(journal::read(&path).unwrap(), events);
    let again = journal::read_ledger(&path).unwrap();
    assert_eq!(again, state(&events));
    assert_eq!(json::render(&again), json::render(&state(&events)));
}

#[test]
fn a_full_disk_takes_the_journal_and_nothing_else() {
    let mut journal = Journal::create(Path::new("/dev/full")).unwrap();
    let told: Vec<String> =
        fixtures::done().iter().filter_map(|event| journal.record(event).err()).map(|lost| lost.to_string()).collect();
    let [told] = told.as_slice() else { panic!("told {} times", told.len()) };
    assert!(told.starts_with("failed to write the journal /dev/full: No space left on device"), "{told}");
}
