//! The form of a scenario: what comes out of it is what the parser reads, and the file stays as it was otherwise.

use std::path::Path;

use parlab::scenario::form::{ScenarioForm, relocated};
use parlab::scenario::library::bundled;
use parlab::scenario::{DiagnosticList, Domain, KindSpec, Origin, Scenario};
use parlab::workload;

const COMMENTED: &str = "\
# on top
title   = \"A title\"   # said of it

[workload]
kind    = \"countdown\"
steps   = 2e6          # a unit
inputs  = [1, 8,       # two of them
           1.5]

# how it is swept
[sweep]
workers = \"1..cores\"   # all of them
order   = 'given'
";

fn read(text: &str) -> Result<Scenario, DiagnosticList> {
    super::parse(text).map(|scenario| Scenario { sha256: String::new(), ..scenario })
}

fn form(text: &str) -> ScenarioForm {
    ScenarioForm::of(text, &super::catalog(2)).unwrap_or_else(|why| panic!("{why}:\n{text}"))
}

fn set(form: &mut ScenarioForm, table: &str, key: &str, value: &str) {
    let row = form.rows().iter().position(|row| (row.table.as_str(), row.key.as_str()) == (table, key));
    form.set(row.unwrap_or_else(|| panic!("no row [{table}] {key}")), value.to_owned());
}

/// The lines of one text that another does not have.
fn other_lines<'a>(a: &'a str, b: &str) -> Vec<&'a str> {
    a.lines().filter(|line| !b.lines().any(|other| other == *line)).collect()
}

#[test]
fn what_is_shown_says_the_same_when_it_is_typed() {
    for source in bundled() {
        let before = read(&source.text);
        let rows = form(&source.text).rows().len();
        for row in 0..rows {
            let mut form = form(&source.text);
            assert_eq!(form.text(), source.text);
            let value = form.rows()[row].value.clone();
            if !value.is_empty() {
                // A blank at the end is a change of the row, and none of its meaning.
                form.set(row, format!("{value} "));
                assert!(form.is_changed());
                // Data is looked for beside the file, and the bundled one is in another place.
                assert_eq!(read(&form.text()).ok(), before.clone().ok(), "{}: {:?}", source.name, form.rows()[row]);
            }
        }
    }
}

/// A small scenario of a kind.
fn least(spec: &KindSpec) -> String {
    let (sweep, kind) = ("\n[sweep]\nbackends = ['processes']\nbaseline = 'processes'\nworkers = 1\n", spec.name);
    match spec.search {
        Some(search) => {
            format!("title = 't'\n[workload]\nkind = '{kind}'\n[grid]\n{} = [1, 2]\n{sweep}", search.varies[0])
        }
        None => format!("title = 't'\n[workload]\nkind = '{kind}'\ninputs = [1]\n{sweep}"),
    }
}

#[test]
fn the_defaults_that_are_named_are_those_of_the_parser() {
    for spec in workload::specs() {
        let text = least(spec);
        let Ok(before) = read(&text) else { continue };
        let mut tried = 0;
        for (index, row) in form(&text).rows().iter().enumerate().filter(|(_, row)| !row.default.is_empty()) {
            // An interval is of no use without the lock, nor limits where the repeats are counted: they are refused.
            let is_refused =
                ["switch_interval_ms", "precision", "max_repeats", "max_seconds"].contains(&row.key.as_str());
            if row.value.is_empty() && !is_refused {
                let mut form = form(&text);
                form.set(index, row.default.clone());
                assert_eq!(read(&form.text()).ok().as_ref(), Some(&before), "{}: {row:?}", spec.name);
                tried += 1;
            }
        }
        assert!(tried >= 5, "{}", spec.name);
    }
    let mut plain = form("title = 't'\n[workload]\nkind = 'square'\ntasks = 2\n");
    let before = read(&plain.text());
    for key in ["backends", "workers", "baseline"] {
        let default = plain.rows().iter().find(|row| row.key == key).map(|row| row.default.clone()).unwrap();
        set(&mut plain, "sweep", key, &default);
    }
    assert_eq!(read(&plain.text()), before);
}

#[test]
fn every_choice_is_accepted() {
    for spec in workload::specs() {
        let text = format!("{}schedule = 'static'\n", least(spec));
        if read(&text).is_err() {
            continue;
        }
        for (index, row) in form(&text).rows().iter().enumerate() {
            // Who may run it, and who can steal, are matters between several keys.
            let choices = row
                .choices
                .iter()
                .filter(|_| !["backends", "baseline", "schedule", "dispatch", "gil"].contains(&&*row.key));
            for choice in choices {
                let mut form = form(&text);
                form.set(index, choice.clone());
                let read = read(&form.text());
                assert!(read.is_ok(), "{} {} = {choice}: {}", spec.name, row.key, read.unwrap_err());
            }
        }
    }
}

#[test]
fn only_the_changed_line_changes() {
    let change = |table: &str, key: &str, value: &str| {
        let mut form = form(COMMENTED);
        set(&mut form, table, key, value);
        form.text()
    };
    let steps = change("workload", "steps", "4e6");
    assert_eq!(other_lines(&steps, COMMENTED), ["steps   = 4e6          # a unit"]);
    assert_eq!(steps.lines().count(), COMMENTED.lines().count());
    let workers = change("sweep", "workers", "3");
    assert_eq!(other_lines(&workers, COMMENTED), ["workers = 3   # all of them"]);
    let title = change("", "title", "Say \"more\", [x]");
    assert_eq!(read(&title).unwrap().title, "Say \"more\", [x]");
    assert!(title.starts_with("# on top\ntitle   = ") && title.contains("   # said of it\n"), "{title}");
    let repeats = change("sweep", "repeats", "7");
    assert_eq!(other_lines(&repeats, COMMENTED), ["repeats = 7"]);
    let gone = change("sweep", "order", "");
    assert_eq!((other_lines(COMMENTED, &gone), other_lines(&gone, COMMENTED)), (vec!["order   = 'given'"], vec![]));
    let fresh = change("interpreter", "gil", "false");
    assert_eq!(other_lines(&fresh, COMMENTED), ["[interpreter]", "gil = false"]);
    assert!(read(&fresh).is_ok(), "{fresh}");
    let inputs = change("workload", "inputs", "{ repeat = 2, times = 4 }");
    assert_eq!(read(&inputs).unwrap().job.inputs.len(), 4);
    let inputs = change("workload", "inputs", "1, 2, 3,");
    assert_eq!(read(&inputs).unwrap().job.inputs.len(), 3);
}

#[test]
fn problems_are_led_back_to_their_rows() {
    let cases = [
        ("sweep", "workers", "0..4", "must be at least 1"),
        ("sweep", "repeats", "many", "must be a"),
        ("sweep", "schedule", "stealing", "only threads can steal"),
        ("sweep", "backends", "threads, thread", "did you mean"),
        ("workload", "steps", "-1", "must be at least"),
        ("workload", "inputs", "1, x", "must be a"),
        ("workload", "tasks", "4", "already given"),
    ];
    for (table, key, value, expected) in cases {
        let mut form = form(COMMENTED);
        set(&mut form, table, key, value);
        let text = form.text();
        let problems = read(&text).expect_err(key);
        let told: Vec<(String, String)> = problems
            .iter()
            .map(|problem| {
                let row = problem.line.and_then(|line| form.row_at(&text, line));
                (row.map(|row| form.rows()[row].key.clone()).unwrap_or_default(), problem.message.clone())
            })
            .collect();
        assert!(told.iter().any(|(row, message)| row == key && message.contains(expected)), "{key}: {told:?}");
    }
    let form = form(COMMENTED);
    let of_line = |line: u32| form.row_at(COMMENTED, line).map(|row| form.rows()[row].key.as_str());
    assert_eq!(
        [1, 2, 5, 7, 8, 12].map(of_line),
        [None, Some("title"), None, Some("inputs"), Some("inputs"), Some("workers")]
    );
}

#[test]
fn a_grids_keys_are_rows_of_their_own() {
    let text = "title = 't'\n[workload]\nkind = 'countdown'\n[grid]\nx = [1, 2]\nsteps = [10, 20] # few\n[sweep]\nworkers = 1\n";
    let mut form = form(text);
    let tables: Vec<(&str, &str)> = form
        .rows()
        .iter()
        .map(|row| (row.table.as_str(), row.key.as_str()))
        .filter(|(table, _)| *table != "sweep")
        .collect();
    let expected = [("", "title"), ("grid", "x"), ("grid", "steps"), ("interpreter", "gil")];
    assert_eq!(tables[..4], expected, "what the grid varies is no parameter beside it, and there are no other inputs");
    set(&mut form, "grid", "steps", "10, 20, 30");
    assert!(form.text().contains("steps = [10, 20, 30] # few\n"), "{}", form.text());
    assert_eq!(read(&form.text()).unwrap().job.inputs.len(), 6);
}

#[test]
fn every_parameter_of_every_kind_is_a_row() {
    for spec in workload::specs() {
        let form = form(&least(spec));
        let varied = spec.search.map(|search| search.varies[0]);
        for param in spec.params {
            let table = if varied == Some(param.name) { "grid" } else { "workload" };
            let row = form.rows().iter().find(|row| row.key == param.name && row.table == table);
            let row = row.unwrap_or_else(|| panic!("{} {}", spec.name, param.name));
            assert!(row.help == param.doc && row.allowed.contains(param.unit), "{row:?}");
        }
    }
}

#[test]
fn a_copy_elsewhere_finds_its_data() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.csv"), "0,1\n1,0\n").unwrap();
    let other = tempfile::tempdir().unwrap();
    let origin = Origin::File(folder.path().join("mine.toml"));
    let text = "title = 't'\n[workload]\nkind = 'svc'\ndata = \"own.csv\" # mine\n[grid]\nC = [1]\n";
    let copy = |text: &str, origin: &Origin, to: &Path| relocated(text, &super::catalog(2), origin, to);
    let moved = copy(text, &origin, other.path());
    let whole = format!("data = \"{}/own.csv\" # mine\n", folder.path().display());
    assert!(moved.contains(&whole), "{moved}");
    assert_eq!(copy(text, &origin, folder.path()), text, "beside the data nothing changes");
    assert_eq!(copy(text, &Origin::Bundled, other.path()), text);
    let named = text.replace("own.csv", "make_classification_13000.csv");
    assert_eq!(copy(&named, &origin, other.path()), named, "a bundled file is found from anywhere");
    assert!(workload::specs().any(|spec| spec.params.iter().any(|p| matches!(p.domain, Domain::File { .. }))));
}

#[test]
fn what_cannot_be_edited_says_why() {
    let refused = |text: &str| ScenarioForm::of(text, &super::catalog(2)).expect_err("no form");
    assert!(refused("title = ").contains("TOML"));
    assert!(refused("title = 't'\n[workload]\nkind = 'x'\n").contains("kind"));
    let long = format!("title = 't'\n[workload]\nkind = 'square'\ninputs = [{}1]\n", "1, ".repeat(5000));
    assert!(form(&long).rows().iter().all(|row| row.key != "inputs"), "too long for a line");
}

#[test]
fn what_is_varied_is_offered_once() {
    for (vary, table) in [("steps = [10, 20]", "workload"), ("chunk = [1, 2]", "sweep")] {
        let form = form(&format!("title = 't'\n[workload]\nkind = 'countdown'\ntasks = 2\n[vary]\n{vary}\n"));
        let key = vary.split(' ').next().unwrap();
        let tables: Vec<&str> = form.rows().iter().filter(|row| row.key == key).map(|row| row.table.as_str()).collect();
        assert_eq!(tables, ["vary"], "{key} could only be refused in [{table}]");
    }
}
