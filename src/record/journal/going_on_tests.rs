//! Journals that were cut short, and gone on with.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Journal, read};
use crate::record::{Event, Stamped};

fn event(trial: usize) -> Stamped {
    Stamped { elapsed_s: 0.25, trials_done: trial, event: Event::TrialStarted { trial } }
}

fn write(path: &Path, trials: std::ops::Range<usize>) {
    let mut journal = Journal::create(path).unwrap();
    trials.for_each(|trial| journal.record(&event(trial)));
    journal.settle();
}

fn journal() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    write(&path, 0..3);
    (folder, path)
}

#[test]
fn wherever_its_last_line_was_cut_a_journal_goes_on_after_its_whole_events() {
    let (_folder, path) = journal();
    let whole = fs::read(&path).unwrap();
    let last = 1 + whole[..whole.len() - 1].iter().rposition(|&byte| byte == b'\n').unwrap();
    for cut in last..=whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let recording = read(&path).unwrap();
        let kept = if cut + 1 >= whole.len() { 3 } else { 2 };
        assert_eq!((recording.events.len(), recording.torn), (kept, cut > last && kept == 2), "cut at {cut}");
        let mut journal = Journal::go_on(&path, &recording).unwrap();
        (kept..5).for_each(|trial| journal.record(&event(trial)));
        journal.settle();
        assert!(journal.lost().is_none());
        let again = read(&path).unwrap();
        assert_eq!(again.events, (0..5).map(event).collect::<Vec<_>>(), "cut at {cut}");
        assert!(!again.torn);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(std::str::from_utf8(&whole[..last]).unwrap()), "what was whole is left as it was");
        assert_eq!(text.lines().count(), 6, "cut at {cut}");
    }
}

#[test]
fn a_journal_that_a_run_is_writing_is_left_alone() {
    let (_folder, path) = journal();
    let recording = read(&path).unwrap();
    let mut live = Journal::create(&path).unwrap();
    live.record(&event(0));
    let before = fs::read(&path).unwrap();
    let shorter = super::Recording { whole_bytes: 10, ..recording };
    assert_eq!(Journal::go_on(&path, &shorter).unwrap_err().kind(), ErrorKind::ResourceBusy);
    assert_eq!(fs::read(&path).unwrap(), before);
    drop(live);
    let recording = read(&path).unwrap();
    let going_on = Journal::go_on(&path, &recording).unwrap();
    assert_eq!(Journal::go_on(&path, &recording).unwrap_err().kind(), ErrorKind::ResourceBusy, "nor two at a time");
    drop(going_on);
}

#[test]
fn what_became_shorter_since_or_is_no_file_is_not_gone_on_with() {
    let (folder, path) = journal();
    let recording = read(&path).unwrap();
    fs::write(&path, "").unwrap();
    assert_eq!(Journal::go_on(&path, &recording).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert!(Journal::go_on(folder.path(), &recording).is_err());
}
