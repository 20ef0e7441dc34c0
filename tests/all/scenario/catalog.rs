//! The texts of `list`, `list --kinds` and `check`, whole.

use parlab::record::{History, Past};
use parlab::report::catalog::{check_text, kinds_json, kinds_text, list_json, list_text};
use parlab::scenario::library::Library;
use parlab::scenario::{DiagnosticList, Origin};
use parlab::workload;
use unicode_width::UnicodeWidthStr as _;

use super::parse;

/// The bundled scenarios, and two of a user's of which one is broken.
fn library() -> Library {
    let mut library = Library::open(&[], &super::catalog(2));
    library.entries.truncate(2);
    let mut own = library.entries[1].clone();
    own.origin = Origin::File("./scenarios/database.toml".into());
    own.call = "./scenarios/database.toml".to_owned();
    let mut broken = library.entries[0].clone();
    broken.origin = Origin::File("./scenarios/oops.toml".into());
    (broken.name, broken.call) = ("oops".to_owned(), "oops".to_owned());
    broken.scenario = Err(oops());
    library.entries.extend([own, broken]);
    library.notes.push("./more: the rest of it is not listed: there are too many scenarios".to_owned());
    library
}

/// The first scenario was run, and one's own of which the text has changed since.
fn history() -> History {
    let at = "2026-01-02T03:04:05Z".to_owned();
    let past = Past { name: "cubes".to_owned(), bundled: true, sha256: "old".to_owned(), at, best_speedup: Some(1.5) };
    let mut history = History::default();
    history.add(Past { name: "database".to_owned(), bundled: false, ..past.clone() });
    history.add(past);
    history
}

fn oops() -> DiagnosticList {
    parse("titel = 'oops'\n[workload]\nkind = 'sleep'\ntasks = 0\n[sweep]\nrepeats = 0\nworkers = \"0..4\"\n")
        .unwrap_err()
}

#[test]
fn the_library_in_80_columns() {
    insta::assert_snapshot!(list_text(&library(), &history(), 80));
}

#[test]
fn the_kinds_in_80_columns() {
    insta::assert_snapshot!(kinds_text(workload::specs(), 80));
}

#[test]
fn no_line_is_wider_than_asked_for() {
    for width in [40, 60, 80, 110] {
        for text in [list_text(&library(), &history(), width), kinds_text(workload::specs(), width)] {
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }
    // Whatever is asked for, there is a text; and none so wide that it is hard to read.
    assert!(!list_text(&library(), &history(), 0).is_empty());
    assert!(kinds_text(workload::specs(), usize::MAX).lines().all(|line| line.width() <= 110));
}

#[test]
fn scripts_get_the_same_facts() {
    let json = list_json(&library(), &history());
    let scenarios = json["scenarios"].as_array().unwrap();
    assert_eq!(json["schema"], "parlab.list/1");
    assert_eq!(scenarios.len(), 4);
    let database = &scenarios[2];
    assert_eq!((&database["name"], &database["call"]), (&"database".into(), &"./scenarios/database.toml".into()));
    assert_eq!((&database["origin"], &database["path"]), (&"file".into(), &"./scenarios/database.toml".into()));
    assert_eq!((&database["kind"], &database["tasks"]), (&"sleep".into(), &4.into()));
    assert_eq!((&database["configurations"], &database["trials"]), (&2.into(), &4.into()));
    assert_eq!((&database["chapter"], &database["run"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert_eq!((&scenarios[0]["chapter"], &scenarios[1]["chapter"]), (&"A map".into(), &"Waiting".into()));
    assert_eq!(scenarios[0]["run"]["best_speedup"], 1.5);
    assert!(scenarios[1]["run"].is_null());
    let broken = &scenarios[3];
    assert!(broken["title"].is_null() && broken["tasks"].is_null());
    assert_eq!(broken["problems"].as_array().unwrap().len(), 5);
    assert_eq!(broken["problems"][2]["line"], 4);
    assert!(scenarios[0]["path"].is_null() && scenarios[0]["problems"].as_array().unwrap().is_empty());
}

#[test]
fn scripts_get_every_kind_with_its_bounds() {
    let json = kinds_json(workload::specs());
    let kinds = json["kinds"].as_array().unwrap();
    let names: Vec<&str> = kinds.iter().map(|kind| kind["name"].as_str().unwrap()).collect();
    assert_eq!(names, workload::specs().map(|spec| spec.name).collect::<Vec<_>>());
    let sleep = &kinds[1];
    assert_eq!(sleep["nature"], "waits");
    assert_eq!(sleep["input"]["max"], 1e9);
    assert_eq!(sleep["parameters"][0]["unit"], "s");
    assert_eq!(sleep["parameters"][0]["default"], 1.0);
    assert_eq!(sleep["values"][0]["name"], "waited");
    assert_eq!(sleep["tally"], serde_json::json!([]));
    let race = kinds.iter().find(|kind| kind["name"] == "race").unwrap();
    assert_eq!((&race["tally"][0]["name"], &race["tally"][0]["unit"]), (&"lost".into(), &"updates".into()));
}

#[test]
fn a_check_says_ok_or_everything_that_is_wrong() {
    let fine = parse("title = 't'\n[workload]\nkind = 'square'\ntasks = 1e6\n[sweep]\nworkers = 1\n");
    assert_eq!(check_text("x.toml", &fine), "x.toml: ok: 1 000 000 tasks of square · 3 configurations · 12 trials\n");
    assert_eq!(
        check_text("x.toml", &Err(oops())),
        "x.toml: title: is missing; begin the file with title = \"…\"\n\
         x.toml:1: titel: no such key at the top of the file; did you mean title?\n\
         x.toml:4: tasks = 0: must be at least 1\n\
         x.toml:6: repeats = 0: must be at least 1\n\
         x.toml:7: workers = \"0..4\": must be at least 1\n"
    );
}
