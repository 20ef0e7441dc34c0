//! Every parameter of every kind keeps to the bounds that its table states, and says so.

use parlab::scenario::{Domain, KindSpec, ParamSpec};
use parlab::workload;

/// What is said of a scenario of a kind with a parameter set; nothing if it is fine.
fn said(spec: &KindSpec, param: &ParamSpec, value: &str) -> String {
    // A grid search takes its tasks from a grid over another parameter.
    let (tasks, grid) = match (spec.search.is_some(), param.name) {
        (false, _) => ("tasks = 2\n", ""),
        (true, "C") => ("", "[grid]\ndegree = [3]\n"),
        (true, _) => ("", "[grid]\nC = [1.0]\n"),
    };
    // A program must be named, and has no tasks.
    let tasks = if spec.is_program() { "" } else { tasks };
    let command = match (spec.starts_programs(), param.name, value) {
        (true, "function", _) if spec.is_python() => "",
        (true, ..) if spec.is_python() => "function = 'lecture.py:count'\n",
        (true, "command", _) => "",
        (true, "shell", "true") => "command = 'true'\n",
        (true, "shell", _) => "command = ['true']\n",
        (true, ..) => "command = ['true']\n",
        (false, ..) => "",
    };
    let sweep = if spec.processes_only.is_some() { "backends = ['processes']\nbaseline = 'none'\n" } else { "" };
    let (kind, name) = (spec.name, param.name);
    let text =
        format!("title = 't'\n[workload]\nkind = '{kind}'\n{tasks}{command}{name} = {value}\n{grid}[sweep]\n{sweep}");
    super::parse(&text).map_or_else(|problems| problems.to_string(), |_| String::new())
}

/// Values of a parameter that are allowed, and others with what is said of them.
#[expect(clippy::too_many_lines, reason = "an arm a domain")]
fn examples(domain: &Domain) -> (Vec<String>, Vec<(String, &'static str)>) {
    match *domain {
        Domain::Number { bounds, .. } => (
            vec![format!("{:?}", bounds.min), format!("{:?}", bounds.max)],
            vec![
                (format!("{:?}", bounds.min - bounds.min.abs().max(1.0) * 1e-3), "must be at least"),
                (format!("{:?}", bounds.max + bounds.max.abs().max(1.0) * 1e-3), "must be at most"),
                ("nan".to_owned(), "must be a number, not nan"),
                ("'1'".to_owned(), "must be a number"),
            ],
        ),
        Domain::Whole { min, max, .. } => (
            vec![min.to_string(), format!("{max}.0")],
            vec![
                ((min as i64 - 1).to_string(), "must be at least"),
                (format!("{:?}", (max as f64 * 1.001).ceil() + 1.0), "must be at most"),
                (format!("{min}.5"), "must be a whole number"),
            ],
        ),
        Domain::Limit { max } => (
            vec!["-1".to_owned(), "1".to_owned(), max.to_string(), "-1.0".to_owned()],
            vec![
                ("0".to_owned(), "must be at least 1"),
                ("-2".to_owned(), "must be at least 1"),
                ((max + 1).to_string(), "must be at most"),
                ("1.5".to_owned(), "must be a whole number"),
            ],
        ),
        Domain::Threads { max, .. } => (
            vec!["1".to_owned(), max.to_string(), "'all'".to_owned()],
            vec![
                ("0".to_owned(), "must be at least 1"),
                ((max + 1).to_string(), "must be at most"),
                ("'al'".to_owned(), "did you mean \"all\"?"),
                ("1.5".to_owned(), "must be a whole number"),
            ],
        ),
        Domain::Flag { .. } => {
            (vec!["true".to_owned(), "false".to_owned()], vec![("1".to_owned(), "must be true or false")])
        }
        Domain::Text { max, .. } => (
            vec!["'a'".to_owned(), format!("'{}'", "a".repeat(max))],
            vec![
                ("''".to_owned(), "must not be empty"),
                (format!("'{}'", "a".repeat(max + 1)), "are allowed"),
                ("'é'".to_owned(), "must be of printable ASCII characters alone"),
            ],
        ),
        Domain::Word { choices } => (
            choices.iter().map(|word| format!("'{word}'")).collect(),
            vec![(format!("'{}x'", choices[0]), "did you mean"), ("1".to_owned(), "not a number")],
        ),
        Domain::File { .. } => (Vec::new(), vec![("'no such file'".to_owned(), "no such file")]),
        Domain::Arguments => (
            vec!["[]".to_owned(), "['a', '', '{x}']".to_owned()],
            vec![("'a'".to_owned(), "must be an array"), ("[1]".to_owned(), "must be a string")],
        ),
        Domain::Patterns { most } => (
            vec!["{ a = 'a=(.*)' }".to_owned(), "{}".to_owned()],
            vec![
                ("{ a = '(' }".to_owned(), "is no regular expression"),
                ("{ 'a b' = 'x' }".to_owned(), "is no name of a figure"),
                (
                    format!("{{ {} }}", (0..=most).map(|n| format!("v{n} = 'x'")).collect::<Vec<_>>().join(", ")),
                    "are allowed",
                ),
            ],
        ),
        Domain::Growth => (
            vec!["'SIZE={workers}*1000'".to_owned(), "'n = {workers}^(1/3)'".to_owned()],
            vec![
                ("'{workers}'".to_owned(), "must be of the form NAME="),
                ("'A={workers}-1'".to_owned(), "must be above 0"),
                ("'A={other}'".to_owned(), "cannot have {"),
            ],
        ),
        Domain::Function => (
            vec!["'lecture.py:count'".to_owned(), "'lecture.py:A.b'".to_owned()],
            vec![
                ("'no such file.py:f'".to_owned(), "no such file"),
                ("'lecture.py'".to_owned(), "must name a file and a function"),
                ("'lecture.py:1'".to_owned(), "must name a file and a function"),
                ("'lecture.py:a..b'".to_owned(), "must name a file and a function"),
                ("1".to_owned(), "must be a string"),
            ],
        ),
        Domain::Interpreter { .. } => (
            vec!["'python3.12'".to_owned(), "'/opt/x/bin/python'".to_owned(), "'.venv/bin/python'".to_owned()],
            vec![("''".to_owned(), "must not be empty"), ("3.12".to_owned(), "must be a string")],
        ),
        Domain::Packages => (
            vec!["['numpy', 'scikit-learn', 'zope.interface']".to_owned(), "[]".to_owned()],
            vec![
                ("['numpy>=2']".to_owned(), "is no name of a package"),
                ("['--index-url=x']".to_owned(), "is no name of a package"),
                ("['']".to_owned(), "is no name of a package"),
                ("[1]".to_owned(), "must be a string"),
                ("'numpy'".to_owned(), "must be an array of names"),
                (format!("[{}]", vec!["'a'"; 101].join(", ")), "at most 100 are allowed"),
            ],
        ),
        Domain::Place => (vec!["'anywhere'".to_owned()], vec![("''".to_owned(), "must not be empty")]),
        Domain::Command => (
            vec!["['true']".to_owned(), "['a', '', '{workers}']".to_owned()],
            vec![
                ("[]".to_owned(), "must have from 1 to"),
                ("['']".to_owned(), "must begin with the name of a program"),
                ("[1]".to_owned(), "must be a string"),
                ("[\"a\\u0000\"]".to_owned(), "character of number 0"),
                ("'true'".to_owned(), "or add shell = true"),
            ],
        ),
        Domain::Environment => (
            vec!["{ A = 'x', B = '' }".to_owned(), "['A=x', 'B=']".to_owned(), "{}".to_owned()],
            vec![
                ("['A']".to_owned(), "must be of the form NAME=value"),
                ("{ A = 1 }".to_owned(), "must be a string"),
                ("{ 'A=B' = 'x' }".to_owned(), "is no name of a variable"),
                ("1".to_owned(), "must be a table of texts"),
            ],
        ),
        Domain::Wholes { max, .. } => (
            vec!["0".to_owned(), "[]".to_owned(), format!("[0, {max}]")],
            vec![
                ((max + 1).to_string(), "must be at most"),
                ("[0.5]".to_owned(), "must be a whole number"),
                ("'1'".to_owned(), "must be a whole number"),
            ],
        ),
    }
}

#[test]
fn parameters_keep_to_their_bounds() {
    for spec in workload::specs() {
        for param in spec.params {
            let (fine, wrong) = examples(&param.domain);
            for value in fine {
                let said = said(spec, param, &value);
                assert_eq!(said, "", "{} with {} = {value}", spec.name, param.name);
            }
            for (value, words) in wrong {
                let said = said(spec, param, &value);
                assert!(said.contains(words), "{} with {} = {value}: {said}", spec.name, param.name);
            }
        }
    }
}
