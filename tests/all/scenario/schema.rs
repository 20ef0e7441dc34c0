//! The JSON schema against the checker: both read the same files.

use std::sync::LazyLock;

use parlab::scenario::library::bundled;
use parlab::scenario::{self, KindSpec};
use parlab::workload;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::parse;
use super::validator::{self, assert_is_schema, is_valid};

static SCHEMA: LazyLock<Json> = LazyLock::new(|| scenario::schema(&super::catalog(2)));

fn json(text: &str) -> Json {
    toml::from_str(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn passes(text: &str) -> bool {
    is_valid(&SCHEMA, &json(text))
}

/// The errors of a text, innermost ones too.
fn complaints(text: &str) -> Vec<String> {
    validator::complaints(&SCHEMA, &json(text))
}

#[test]
fn it_is_a_schema_itself() {
    assert_is_schema(&SCHEMA);
}

#[test]
fn every_bundled_scenario_names_it_and_passes() {
    let mut tried = 0;
    for source in bundled() {
        assert!(
            source.text.starts_with("#:schema scenario.schema.json\n"),
            "{}: name it in the first line",
            source.name
        );
        assert_eq!(complaints(&source.text), [""; 0], "{}", source.name);
        tried += 1;
    }
    assert!(tried >= 14);
}

/// A scenario of a kind with nothing but what it must have.
fn least(spec: &KindSpec) -> String {
    let inputs = match spec.search.is_some() || spec.is_program() {
        true => "",
        false => "inputs = { repeat = 1, times = 2 }\n",
    };
    let command = match (spec.is_python(), spec.starts_programs()) {
        (true, _) => "function = 'lecture.py:count'\n",
        (_, true) => "command = ['true']\n",
        _ => "",
    };
    let grid = if spec.search.is_some() { "[grid]\nC = [1.0]\n" } else { "" };
    let sweep = if spec.processes_only.is_some() { "backends = ['processes']\nbaseline = 'none'\n" } else { "" };
    format!("title = 't'\n[workload]\nkind = '{}'\n{command}{inputs}{grid}[sweep]\n{sweep}", spec.name)
}

/// The same with a line more in a table.
fn with(spec: &KindSpec, table: &str, line: &str) -> String {
    let text = least(spec);
    match text.contains(&format!("[{table}]\n")) {
        true => text.replacen(&format!("[{table}]\n"), &format!("[{table}]\n{line}\n"), 1),
        false => format!("{text}[{table}]\n{line}\n"),
    }
}

#[test]
fn each_kind_has_its_own_parameters() {
    for spec in workload::specs() {
        assert_eq!(complaints(&least(spec)), [""; 0], "{}", spec.name);
        assert!(parse(&least(spec)).is_ok(), "{}", spec.name);
        for other in workload::specs() {
            for param in other.params.iter().filter(|param| spec.params.iter().all(|own| own.name != param.name)) {
                assert!(
                    !passes(&with(spec, "workload", &format!("{} = 1", param.name))),
                    "{} in {}",
                    param.name,
                    spec.name
                );
            }
        }
    }
}

#[test]
fn both_refuse_what_is_wrong() {
    let sleep = |body: &str| format!("title = 't'\n[workload]\nkind = 'sleep'\n{body}");
    let fine = sleep("tasks = 2\n");
    assert!(passes(&fine) && parse(&fine).is_ok());
    let wrong = [
        "[workload]\nkind = 'sleep'\ntasks = 1\n".to_owned(),
        "title = 't'\n".to_owned(),
        "title = ''\n[workload]\nkind = 'sleep'\ntasks = 1\n".to_owned(),
        "title = 't'\nlessen = 'x'\n[workload]\nkind = 'sleep'\ntasks = 1\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'sleeep'\ntasks = 1\n".to_owned(),
        "title = 't'\n[workload]\ntasks = 1\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'sleep'\ntasks = 1\n[swep]\nrepeats = 1\n".to_owned(),
        "title = 't'\ntags = 'one'\n[workload]\nkind = 'sleep'\ntasks = 1\n".to_owned(),
        sleep(""),
        sleep("tasks = 0\n"),
        sleep("tasks = 1.5\n"),
        sleep("tasks = 1\ninputs = [1]\n"),
        sleep("tasks = 1\n[grid]\nx = [1]\n"),
        sleep("inputs = []\n"),
        sleep("inputs = [-1]\n"),
        sleep("inputs = ['1']\n"),
        sleep("inputs = { repeat = 1 }\n"),
        sleep("inputs = { repeat = 1, times = 2, often = 3 }\n"),
        sleep("tasks = 1\nunit_s = -1\n"),
        sleep("tasks = 1\nunit_s = '1'\n"),
        sleep("tasks = 1\nunits = 1\n"),
        sleep("tasks = 1\nsteps = 1\n"),
        sleep("[grid]\n"),
        sleep("[grid]\nx = 1\n"),
        sleep("[grid]\nx = []\n"),
        sleep("[grid]\nsteps = [1]\n"),
        sleep("tasks = 1\n[sweep]\nrepeats = 0\n"),
        sleep("tasks = 1\n[sweep]\nrepeats = 1001\n"),
        sleep("tasks = 1\n[sweep]\nworkers = 0\n"),
        sleep("tasks = 1\n[sweep]\nworkers = [1, 0]\n"),
        sleep("tasks = 1\n[sweep]\nbackends = []\n"),
        sleep("tasks = 1\n[sweep]\nbackends = ['thread']\n"),
        sleep("tasks = 1\n[sweep]\nschedule = 'random'\n"),
        sleep("tasks = 1\n[sweep]\nbaseline = 'ray'\n"),
        sleep("tasks = 1\n[sweep]\norder = 1\n"),
        sleep("tasks = 1\n[sweep]\ninclude_startup = 'yes'\n"),
        sleep("tasks = 1\n[sweep]\nseed = -1\n"),
        sleep("tasks = 1\n[sweep]\ntimeout_s = 0\n"),
        sleep("tasks = 1\n[sweep]\nsteps = 1\n"),
        sleep("tasks = 1\n[interpreter]\nlock = true\n"),
        sleep("tasks = 1\n[interpreter]\nswitch_interval_ms = 0\n"),
        "title = 't'\n[workload]\nkind = 'http'\nname = ''\ntasks = 1\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'http'\nname = 'é'\ntasks = 1\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'matmul'\ninner_threads = 'some'\ntasks = 1\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'sum'\nshape = 'bush'\ntasks = 1\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'svc'\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'svc'\ntasks = 1\n[grid]\nC = [1]\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'svc'\nshrinking = 1\n[grid]\nC = [1]\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'svc'\n[grid]\nfolds = [2]\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'svc'\n[grid]\nx = [1]\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'svc'\ndata = 'make_classification_13000.csv'\nsamples = 9\n[grid]\nC = [1]\n"
            .to_owned(),
        "title = 't'\n[workload]\nkind = 'crash'\ntasks = 1\n".to_owned(),
        "title = 't'\n[workload]\nkind = 'crash'\ntasks = 1\n[sweep]\nbackends = ['processes']\n".to_owned(),
    ];
    for text in wrong {
        assert!(parse(&text).is_err(), "the checker takes it:\n{text}");
        assert!(!passes(&text), "the schema takes it:\n{text}");
    }
}

#[test]
fn numbers_may_be_written_either_way() {
    let text = "title = 't'\n[workload]\nkind = 'sum'\nterms = 2e3\ntasks = 1e1\n[sweep]\nworkers = '1..cores+3'\n";
    assert!(parse(text).is_ok());
    assert_eq!(complaints(text), [""; 0]);
}

/// Keys that some table knows, and some that none does.
fn key() -> impl Strategy<Value = String> {
    let known: Vec<&str> = (workload::specs().flat_map(|spec| spec.params).map(|param| param.name))
        .chain([
            "title", "summary", "tags", "lesson", "kind", "inputs", "tasks", "x", "repeats", "seed", "gil", "order",
        ])
        .collect();
    prop_oneof![prop::sample::select(known).prop_map(str::to_owned), "[a-z_]{1,8}"]
}

/// Values of all types, of which some suit some key.
fn value() -> impl Strategy<Value = String> {
    let some = ["1", "2.5", "-1", "0", "true", "'rbf'", "'all'", "[1, 2]", "['rbf']", "[1.5]", "[]", "{ a = 1 }"];
    prop::sample::select(some.to_vec()).prop_map(str::to_owned)
}

#[test]
fn a_command_is_refused_where_none_is_run() {
    for kind in workload::specs().filter(|kind| !kind.starts_programs()) {
        let text = with(kind, "workload", "command = ['true']");
        assert!(!passes(&text) && parse(&text).is_err(), "{text}");
    }
}

proptest! {
    /// A file that the checker takes has nothing that the schema complains of; so what the schema refuses, be it an
    /// unknown key or a value that does not belong there, the checker refuses, too.
    #[test]
    fn what_the_schema_refuses_the_checker_refuses(
        kind in prop::sample::select(workload::specs().collect::<Vec<_>>()),
        table in prop::sample::select(vec!["workload", "grid", "sweep", "interpreter"]),
        key in key(),
        value in value(),
    ) {
        let text = with(kind, table, &format!("{key} = {value}"));
        // A key that is there already makes no TOML.
        if let Ok(json) = toml::from_str::<Json>(&text) {
            prop_assert!(is_valid(&SCHEMA, &json) || parse(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_that_nobody_knows_is_refused_by_both(
        kind in prop::sample::select(workload::specs().collect::<Vec<_>>()),
        table in prop::sample::select(vec!["workload", "grid", "sweep", "interpreter"]),
        key in "zz[a-z]{1,6}",
    ) {
        let text = with(kind, table, &format!("{key} = 1"));
        prop_assert!(!passes(&text) && parse(&text).is_err(), "{text}");
        let text = format!("{key} = 1\n{}", least(kind));
        prop_assert!(!passes(&text) && parse(&text).is_err(), "{text}");
    }
}
