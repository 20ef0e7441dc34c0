//! What is written is what is read; and whatever a file holds, it is read or refused.

use std::fs;
use std::path::{Path, PathBuf};

use parlab::record::{Event, Journal, JournalError, Recording, Stamped, read};
use parlab::report::{json, text};
use proptest::prelude::*;

use super::fixtures::{self, state};

/// A journal of these events in a folder, and its bytes.
fn written(events: &[Stamped]) -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let mut journal = Journal::create(&path).unwrap();
    events.iter().for_each(|event| journal.record(event));
    assert!(journal.lost().is_none());
    // Read while it is still open: each event is on its way at once.
    let bytes = fs::read(&path).unwrap();
    (folder, path, bytes)
}

/// What becomes of a file with these bytes.
fn read_back(bytes: &[u8]) -> Result<Recording, JournalError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    fs::write(&path, bytes).unwrap();
    read(&path)
}

/// Everything that is made of a recording can be made of this one.
fn tell(recording: &Recording) {
    let state = recording.state();
    text::render(&state);
    json::render(&state);
}

const HEADER: &str = "{\"format\":\"parlab.journal\",\"major\":1,\"minor\":0,\"parlab\":\"0\"}\n";

#[test]
fn every_event_comes_back() {
    let mut events = fixtures::failed();
    events.extend(fixtures::done_as_predicted());
    let stall = |stopped| Event::WorkerStalled { trial: 1, worker: 0, pid: 4241, stopped };
    for event in [stall(true), stall(false), Event::Progress { trial: 1, done: 3, failed: 1 }] {
        events.insert(4, Stamped { elapsed_s: 0.1 + 0.2, trials_done: 1, event });
    }
    let (_folder, path, bytes) = written(&events);
    assert_eq!(String::from_utf8(bytes).unwrap().lines().count(), events.len() + 1);
    let recording = read(&path).unwrap();
    assert_eq!(recording.events, events);
    assert_eq!((recording.parlab.as_str(), recording.torn), (env!("CARGO_PKG_VERSION"), false));
    let again = recording.state();
    assert_eq!(again, state(&events));
    assert_eq!(json::render(&again), json::render(&state(&events)));
}

#[test]
fn a_full_disk_takes_the_journal_and_nothing_else() {
    let mut journal = Journal::create(Path::new("/dev/full")).unwrap();
    let mut told = Vec::new();
    for event in fixtures::done() {
        journal.record(&event);
        told.extend(journal.newly_lost().map(|lost| lost.to_string()));
    }
    let [told] = told.as_slice() else { panic!("told {} times", told.len()) };
    assert!(told.starts_with("failed to write the journal /dev/full: No space left on device"), "{told}");
}

#[test]
fn inputs_are_told_once() {
    let (_folder, _, bytes) = written(&fixtures::done());
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!((text.matches("\"inputs\"").count(), text.matches("\"input\"").count()), (1, 0));
}

#[test]
fn cut_short_anywhere_it_lacks_one_event_at_most() {
    let events = fixtures::failed();
    let (_folder, path, bytes) = written(&events);
    let header = bytes.iter().position(|&byte| byte == b'\n').unwrap();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    for length in (0..bytes.len()).rev() {
        file.set_len(length as u64).unwrap();
        if length <= header {
            assert!(matches!(read(&path), Err(JournalError::NotAJournal { .. })), "{length}");
            continue;
        }
        let recording = read(&path).unwrap();
        let begun = bytes[header + 1..length].split_inclusive(|&byte| byte == b'\n').count();
        let whole = begun - usize::from(recording.torn);
        assert_eq!(recording.events, events[..whole], "{length}");
    }
}

#[test]
fn a_damaged_line_is_named_and_only_the_last_may_be_torn() {
    let (_folder, _, bytes) = written(&fixtures::done());
    let mut damaged = bytes.clone();
    let third = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
    damaged[third] = b'?';
    let error = read_back(&damaged).unwrap_err();
    assert!(matches!(error, JournalError::Torn { line: 3, .. }), "{error}");
    assert!(error.to_string().contains("run.jsonl:3: not an event of a run: "), "{error}");
    let mut torn = bytes[..third].to_vec();
    torn.extend(b"\xff");
    let recording = read_back(&torn).unwrap();
    assert!(recording.torn && recording.events.len() == 1);
    assert!(matches!(read_back(&[&torn[..], b"\n"].concat()), Err(JournalError::Torn { line: 3, .. })));
}

#[test]
fn what_is_no_journal_is_refused_as_such() {
    let event = "{\"elapsed_s\":0.25,\"trials_done\":3,\"event\":\"trial_started\",\"trial\":3}\n";
    for text in [
        "",
        "\n",
        event,
        "{}",
        "[1]\n",
        "title = 'x'\n",
        "{\"format\":\"parlab.report\",\"major\":1,\"minor\":0,\"parlab\":\"0\"}\n",
        "{\"format\":\"parlab.journal\",\"major\":0,\"minor\":0,\"parlab\":\"0\"}\n",
        "{\"format\":\"parlab.journal\",\"major\":1e99,\"minor\":0,\"parlab\":\"0\"}\n",
        "{\"format\":\"parlab.journal\",\"minor\":0,\"parlab\":\"0\"}\n",
    ] {
        let error = read_back(text.as_bytes()).unwrap_err();
        assert!(matches!(error, JournalError::NotAJournal { .. }), "{text}: {error}");
        assert!(error.to_string().contains("before version 1 of the format"), "{error}");
    }
    let newer = "{\"format\":\"parlab.journal\",\"major\":2,\"other\":[]}\nwhatever\n";
    let error = read_back(newer.as_bytes()).unwrap_err();
    assert!(matches!(error, JournalError::TooNew { major: 2, .. }), "{error}");
    assert!(error.to_string().contains("use a newer one"), "{error}");
}

#[test]
fn what_a_later_minor_version_adds_is_left_out() {
    let header = HEADER.replace("\"minor\":0", "\"minor\":7,\"more\":true");
    let known = "{\"elapsed_s\":0.25,\"trials_done\":3,\"event\":\"trial_started\",\"trial\":3,\"why\":\"more\"}\n";
    let unknown = "{\"elapsed_s\":0.5,\"trials_done\":3,\"event\":\"lunch\"}\n";
    let recording = read_back(format!("{header}{unknown}{known}").as_bytes()).unwrap();
    assert_eq!(recording.events.len(), 1);
    assert!(matches!(read_back(format!("{HEADER}{unknown}{known}").as_bytes()), Err(JournalError::Torn { .. })));
    assert!(matches!(read_back(format!("{header}nonsense\n{known}").as_bytes()), Err(JournalError::Torn { .. })));
}

#[test]
fn only_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    for path in [folder.path(), &pipe, Path::new("/dev/zero"), &folder.path().join("none")] {
        let error = read(path).unwrap_err();
        assert!(matches!(error, JournalError::Io { .. }), "{error}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
}

/// A journal of a run that is done, with something in place of something else.
fn tampered(changes: &[(&str, &str)]) -> Recording {
    let (_folder, _, bytes) = written(&fixtures::done());
    let mut text = String::from_utf8(bytes).unwrap();
    for (what, with) in changes {
        assert!(text.contains(what), "{what}");
        text = text.replace(what, with);
    }
    read_back(text.as_bytes()).unwrap()
}

#[test]
fn whatever_a_journal_says_can_be_told() {
    let inputs = r#""inputs":{"range":{"tasks":4}}"#;
    let axis = |values: String| format!(r#"{{"key":"C","values":[{values}]}}"#);
    let grid = |axes: String| format!(r#""inputs":{{"grid":[{axes}]}}"#);
    let search = (r#""kind":"countdown""#, r#""kind":"svc""#);
    let large = vec![axis(vec!["1"; 3000].join(",")); 7].join(",");
    for (what, with) in [
        (r#""config":3"#, r#""config":18446744073709551615"#.to_owned()),
        (r#""repeat":2"#, r#""repeat":4294967295"#.to_owned()),
        (r#""trial":7"#, r#""trial":18446744073709551615"#.to_owned()),
        (r#""trials_done":5"#, r#""trials_done":18446744073709551615"#.to_owned()),
        (r#""tasks_done":4"#, r#""tasks_done":18446744073709551615,"tasks_failed":18446744073709551615"#.to_owned()),
        (r#""wall_s":2.0"#, r#""wall_s":1e308"#.to_owned()),
        (r#""steps":0.0"#, r#""steps":"inf""#.to_owned()),
        (r#""baseline":0"#, r#""baseline":99"#.to_owned()),
        (inputs, r#""inputs":{"list":[]}"#.to_owned()),
        (inputs, r#""inputs":{"repeat":{"value":1,"times":18446744073709551615}}"#.to_owned()),
        (inputs, grid(String::new())),
        (inputs, grid(axis(String::new()))),
        (inputs, grid(large)),
    ] {
        let with = if what.contains("tasks_done") { with.replace(",\"tasks_failed\"", ",\"x\"") } else { with };
        tell(&tampered(&[(what, &with)]));
        tell(&tampered(&[(what, &with), search]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn bytes_that_flip_break_nothing(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 1..4),
        digits in prop::collection::vec((any::<prop::sample::Index>(), b'0'..=b'9'), 0..4),
    ) {
        let (_folder, _, mut bytes) = written(&fixtures::failed());
        for (at, mask) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= mask;
        }
        for (at, digit) in digits {
            let places: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at].is_ascii_digit()).collect();
            bytes[places[at.index(places.len())]] = digit;
        }
        if let Ok(recording) = read_back(&bytes) {
            tell(&recording);
        }
    }
}
