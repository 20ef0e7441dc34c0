//! The table of keys, of which everything that knows keys is made; and `-s KEY=VALUE`, which sets any of them.

use clap::CommandFactory as _;
use parlab::cli::Cli;
use parlab::scenario::form::ScenarioForm;
use parlab::scenario::{
    BackendKind, Dispatch, Domain, Inputs, KEYS, KeyDomain, KeySpec, Overrides, Scenario, Source, Value, schema,
};

use super::{catalog, parse, parse_set};

const BASE: &str = "\
title = 'a title'
[workload]
kind = 'countdown'
steps = 10
inputs = [1, 2]
[interpreter]
gil = true
[sweep]
backends = ['threads', 'processes']
repeats = 4
";

/// A scenario with these keys set otherwise.
#[track_caller]
fn set(pairs: &[(&str, &str)]) -> Scenario {
    parse_set(BASE, pairs).unwrap_or_else(|problems| panic!("{pairs:?}: {problems}"))
}

/// What is said of keys that cannot be set so.
#[track_caller]
fn refused(pairs: &[(&str, &str)]) -> String {
    parse_set(BASE, pairs).expect_err("problems").to_string()
}

/// Values that a key may have, as one would type them; one of them at least is not the one that it has.
fn values(key: &KeySpec) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    match key.domain {
        KeyDomain::Plain(Domain::Whole { max, .. }) => vec![max.min(7).to_string()],
        KeyDomain::Plain(Domain::Number { bounds, .. }) => vec![bounds.max.to_string()],
        KeyDomain::Plain(Domain::Flag { .. }) => words(&["true", "false"]),
        KeyDomain::Positive { .. } => words(&["0.5"]),
        KeyDomain::Automatic { max, .. } => vec![max.to_string()],
        KeyDomain::WholeOr { max, word, .. } => vec![max.to_string(), word.to_owned()],
        KeyDomain::Word { choices, .. } | KeyDomain::Words { choices, .. } => words(&choices()),
        KeyDomain::Workers { .. } => words(&["1,3"]),
        KeyDomain::Line { .. } | KeyDomain::Lines { .. } => words(&["another text"]),
        KeyDomain::Tags { .. } => words(&["one, two"]),
        KeyDomain::Kind => words(&["race"]),
        KeyDomain::Inputs => words(&["[3, 4]"]),
        KeyDomain::Tasks => words(&["5"]),
        KeyDomain::Plain(domain) => panic!("{domain:?}: give a value of it here"),
    }
}

#[test]
fn every_key_can_be_set() {
    let auto = BASE.replace("repeats = 4", "repeats = 'auto'");
    for key in KEYS {
        // Limits are for runs that decide on their repeats themselves.
        let text = if ["precision", "max_repeats", "max_seconds"].contains(&key.name) { &auto } else { BASE };
        let base = parse(text).unwrap();
        let set = |value: &str| parse_set(text, &[(&key.path(), value)]).ok();
        let others: Vec<Scenario> = values(key).iter().filter_map(|value| set(value)).collect();
        let others: Vec<&Scenario> = others.iter().filter(|scenario| **scenario != base).collect();
        assert!(!others.is_empty(), "-s {}=… leaves all as it was", key.path());
        for scenario in others {
            // What ran is told; the file is the same.
            assert_eq!((&scenario.sha256, &scenario.name), (&base.sha256, &base.name), "{}", key.path());
        }
    }
}

#[test]
fn every_key_is_known_wherever_keys_are() {
    let schema = schema(&catalog(2));
    let file = &schema["allOf"][0]["properties"];
    let form = ScenarioForm::of(BASE, &catalog(2)).unwrap();
    let cli = Cli::command();
    let run = cli.find_subcommand("run").unwrap();
    for key in KEYS {
        let table = if key.table.is_empty() { file } else { &file[key.table]["properties"] };
        let doc = table[key.name]["description"].as_str();
        assert!(doc.is_some_and(|doc| doc.starts_with(key.doc) && !key.doc.is_empty()), "{}: {doc:?}", key.path());
        let row = form.rows().iter().find(|row| (row.table.as_str(), row.key.as_str()) == (key.table, key.name));
        assert_eq!(row.is_some(), key.in_form, "{}", key.path());
        if let Some(row) = row {
            assert!(row.help.starts_with(key.doc), "{}", key.path());
            assert_eq!(row.default, key.domain.default_text());
            // Of backends, those that can run the scenario's kind.
            let names_backends = ["backends", "baseline"].contains(&key.name);
            assert!(row.allowed == key.allowed() || names_backends, "{}: {}", key.path(), row.allowed);
        }
        let option = run.get_arguments().find(|arg| arg.get_long() == Some(key.name));
        assert_eq!(option.is_some(), key.option.is_some(), "{}", key.path());
        let help = option.and_then(|option| option.get_help()).map(|help| help.to_string().to_lowercase());
        assert!(help.is_none_or(|help| help.starts_with(&key.doc.to_lowercase())), "{}", key.path());
        let same = KEYS.iter().filter(|other| other.name == key.name).count();
        assert_eq!(same, 1, "{}: its table could not be left out", key.path());
    }
}

#[test]
fn the_table_of_a_key_may_be_left_out() {
    for (short, long, value) in
        [("repeats", "sweep.repeats", "9"), ("steps", "workload.steps", "1e3"), ("gil", "interpreter.gil", "false")]
    {
        assert_eq!(set(&[(short, value)]), set(&[(long, value)]), "{short}");
    }
}

#[test]
fn a_value_is_toml_and_else_the_text_that_it_is() {
    assert_eq!(set(&[("repeats", "5")]).sweep.repeats, 5);
    assert_eq!(set(&[("title", "two words")]).title, "two words");
    assert_eq!(set(&[("title", "\"quoted\"")]).title, "quoted");
    assert_eq!(set(&[("workers", "1..cores+1")]).sweep.workers, [1, 2, 3]);
    assert_eq!(set(&[("workers", "[2, 3]")]).sweep.workers, [2, 3]);
    for backends in ["processes", "[\"processes\"]"] {
        assert_eq!(set(&[("backends", backends)]).sweep.backends, [BackendKind::PROCESSES], "{backends}");
    }
    assert_eq!(set(&[("dispatch", "shared,pipe")]).sweep.dispatch, [Dispatch::Shared, Dispatch::Pipe]);
    assert_eq!(set(&[("inputs", "{ repeat = 2, times = 16 }")]).job.inputs, Inputs::Repeat { value: 2.0, times: 16 });
    assert_eq!(set(&[("steps", "1e6")]).job.params["steps"], Value::Number(1e6));
}

#[test]
fn a_table_that_the_file_does_not_have_is_made() {
    let text = "title = 't'\n[workload]\nkind = 'countdown'\nsteps = 5\ntasks = 2\n";
    let scenario = parse_set(text, &[("interpreter.gil", "true"), ("vary.steps", "[10, 20]")]).unwrap();
    assert!(scenario.job.interpreter.is_some());
    assert_eq!(scenario.vary.map(|axis| axis.values.len()), Some(2));
    let scenario = parse_set(text, &[("vary.chunk", "1, 10"), ("repeats", "2")]).unwrap();
    assert_eq!(scenario.vary.map(|axis| axis.values), Some(vec![Value::Whole(1), Value::Whole(10)]));
    let kind = "title = 't'\n[workload]\nkind = 'svc'\n[grid]\nC = [1.0]\n";
    let scenario = parse_set(kind, &[("grid.C", "[0.1, 1]"), ("grid.kernel", "rbf,linear")]).unwrap();
    let Inputs::Grid(axes) = scenario.job.inputs else { panic!("no grid") };
    assert_eq!(axes.iter().map(|axis| axis.values.len()).collect::<Vec<_>>()[..2], [2, 2]);
}

#[test]
fn one_source_of_inputs_takes_the_place_of_the_other() {
    assert_eq!(set(&[("tasks", "7")]).job.inputs, Inputs::Range { tasks: 7 });
    let said = refused(&[("grid.x", "[1, 2]")]);
    assert_eq!(said, "-s grid.x=[1, 2]: the inputs are already given by inputs on line 5; keep one of the two");
    let said = refused(&[("tasks", "7"), ("inputs", "[1]")]);
    assert_eq!(said, "-s tasks=7: the inputs are already given by -s inputs=[1]; keep one of the two");
}

#[test]
fn what_is_wrong_is_told_at_the_option() {
    for (pair, message) in [
        (("repeats", "0"), "-s repeats=0: must be at least 1"),
        (("sweep.repeats", "many"), "-s sweep.repeats=many: must be a whole number or \"auto\""),
        (("repeats", "\"5\""), "-s repeats=\"5\": must be a whole number, not a string; remove the quotes"),
        (("title", "5"), "-s title=5: must be a string, not a number"),
        (("repeat", "5"), "-s repeat=5: no such key; did you mean repeats?"),
        (("sweep.repeat", "5"), "-s sweep.repeat=5: no such key in [sweep]; did you mean repeats?"),
        (("step", "5"), "-s step=5: no such key; did you mean steps?"),
        (("sweap.repeats", "5"), "-s sweap.repeats=5: no such table; did you mean sweep?"),
        (("workload.repeats", "5"), "-s workload.repeats=5: no such key in [workload]; it belongs in [sweep]"),
        (("steps", "-1"), "-s steps=-1: must be at least 0"),
        (("inputs", "[1, \"a\"]"), "-s inputs=[1, \"a\"]: must be a number, not a string"),
        (("kind", "countdwn"), "-s kind=countdwn: no workload is called so; did you mean \"countdown\"?"),
        (("schedule", "guidet"), "-s schedule=guidet: is not known; did you mean \"guided\"?"),
        (
            ("title", "\u{1b}[2J"),
            "-s title=\\u{1b}[2J: holds the control character \\u{1b}; only plain text may be shown",
        ),
        (("vary.steps", "[1]"), "-s vary.steps=[1]: must have from 2 to 100 values, and has 1"),
        (("title", ""), "-s title=: must not be empty"),
    ] {
        assert_eq!(refused(&[pair]), message);
    }
}

#[test]
fn a_key_is_set_once() {
    let said = refused(&[("repeats", "5"), ("sweep.repeats", "6")]);
    assert_eq!(said, "-s sweep.repeats=6: sweep.repeats is set by -s repeats=5 as well; keep one of the two");
    let mut overrides = Overrides::default();
    overrides.set_by_option("repeats", "5");
    overrides.set("repeats", "6");
    let said = Source::new("x.toml", BASE).parse(&catalog(2), &overrides).unwrap_err().to_string();
    assert_eq!(said, "-s repeats=6: sweep.repeats is set by --repeats \"5\" as well; keep one of the two");
}

#[test]
fn an_option_does_not_excuse_the_file() {
    let text = BASE.replace("repeats = 4", "repeats = 0").replace("steps = 10", "steps = -1");
    let said = parse_set(&text, &[("repeats", "5"), ("steps", "5")]).unwrap_err().to_string();
    assert_eq!(said, "x.toml:4: steps = -1: must be at least 0\nx.toml:10: repeats = 0: must be at least 1");
}
