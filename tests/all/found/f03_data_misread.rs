//! Names of columns were taken for a sample, and an index for numbers to learn from. A first line and a first column are
//! judged as a careful reader would; the report says what they were taken for, and what is in doubt is a warning.

use serde_json::{Value, json};

use crate::common::{folder, parlab, scenario, stderr, stdout};

/// A run on some data: standard output, standard error, exit code.
fn run(csv: &str, keys: &str, format: &str) -> (String, String, Option<i32>) {
    let folder = folder();
    std::fs::write(folder.path().join("d.csv"), csv).unwrap();
    let toml = format!(
        "title = 't'\n[workload]\nkind = 'svc'\ndata = 'd.csv'\n{keys}\n[grid]\nC = [1]\n[sweep]\n\
         backends = ['threads']\nworkers = 1\nbaseline = 'none'\nrepeats = 1\nwarmup = 0\n"
    );
    let path = scenario(folder.path(), "case", &toml);
    let output = parlab().args(["run", "--quiet", "--format", format]).arg(path).output().unwrap();
    (stdout(&output), stderr(&output), output.status.code())
}

fn report(csv: &str, keys: &str) -> Value {
    let (out, err, code) = run(csv, keys, "json");
    assert_eq!(code, Some(0), "{csv}: {err}");
    serde_json::from_str(&out).unwrap()
}

/// Samples, columns to learn from, names and index that were read, and how many doubts were told.
fn read(csv: &str, keys: &str) -> (u64, u64, Value, bool, usize) {
    let report = report(csv, keys);
    let data = &report["data"];
    let warnings = report["warnings"].as_array().unwrap();
    let doubts = warnings.iter().filter(|warning| warning["code"] == "data-in-doubt").count();
    // On a quick machine a trial is too short to be timed well, too.
    let others = warnings.iter().filter(|warning| warning["code"] == "too-short").count();
    assert_eq!(doubts, warnings.len() - others);
    let number = |key: &str| data[key].as_u64().unwrap();
    (number("samples"), number("features"), data["header"].clone(), data["index_left_out"] == true, doubts)
}

/// Samples of two classes, with fractions.
const BODY: &str = "0.5,1.5,0\n2.5,0.5,1\n1.5,1.5,0\n3.5,0.5,1\n";

/// The same with an index.
const INDEXED: &str = "0,0.5,1.5,0\n1,2.5,0.5,1\n2,1.5,1.5,0\n3,3.5,0.5,1\n";

#[test]
fn numbers_of_columns_are_names() {
    assert_eq!(read(&format!("0,1,2\n{BODY}"), ""), (4, 2, json!(["0", "1", "2"]), false, 0));
    let whole = "0,1,2\n5,7,0\n3,1,1\n4,2,0\n8,2,1\n";
    assert_eq!(read(whole, ""), (4, 2, json!(["0", "1", "2"]), false, 0), "no other line has class 2");
    assert_eq!(read(BODY, ""), (4, 2, Value::Null, false, 0), "these are samples all");
}

#[test]
fn an_index_is_left_out_and_told() {
    let names = json!(["", "a", "b", "class"]);
    assert_eq!(read(&format!(",a,b,class\n{INDEXED}"), ""), (4, 2, names.clone(), true, 0));
    assert_eq!(read(&format!(",0,1,2\n{INDEXED}"), ""), (4, 2, json!(["", "0", "1", "2"]), true, 0));
    assert_eq!(read(&format!(",a,b,class\n{INDEXED}"), "index = 'no'"), (4, 3, names, false, 0));
    assert_eq!(read(INDEXED, ""), (4, 3, Value::Null, false, 1), "it counts the lines, and has no name to tell");
    let with = report(&format!(",a,b,class\n{INDEXED}"), "");
    let without = report(&format!("a,b,class\n{BODY}"), "");
    assert_eq!(with["grid"]["split_test_scores"], without["grid"]["split_test_scores"]);
}

#[test]
fn what_is_in_doubt_is_a_warning_until_it_is_said() {
    let doubtful = "0,1,2\n5,7,2\n3,1,1\n4,2,2\n8,2,1\n";
    assert_eq!(read(doubtful, "").4, 1);
    assert_eq!(read(doubtful, "header = 'yes'"), (4, 2, json!(["0", "1", "2"]), false, 0));
    assert_eq!(read(doubtful, "header = 'no'"), (5, 2, Value::Null, false, 0));
    let message = report(doubtful, "")["warnings"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("d.csv: line 1 (0,1,2) was taken for the names of the columns, since"), "{message}");
}

#[test]
fn quotes_semicolons_tabs_and_marks_are_read() {
    let names = json!(["a", "b", "class"]);
    for csv in [
        format!("a;b;class\n{}", BODY.replace(',', ";")),
        format!("\u{feff}a\tb\tclass\r\n{}", BODY.replace(',', "\t").replace('\n', "\r\n")),
        format!("\"a\",\"b\",\"class\"\n{}", BODY.replace("0.5,", "\"0.5\",")),
    ] {
        assert_eq!(read(&csv, ""), (4, 2, names.clone(), false, 0), "{csv:?}");
    }
}

#[test]
fn the_text_report_tells_what_was_read() {
    let (text, ..) = run(&format!(",a,b,class\n{INDEXED}"), "", "text");
    let text = text.replace("\n  ", " ");
    let said = "d.csv: 4 samples of 2 columns and a class (2 classes); line 1 taken for names: (none), a, b, class; \
                column 1 left out as an index";
    assert!(text.contains(said), "{text}");
}

#[test]
fn what_cannot_be_read_is_told_with_line_and_column() {
    for (csv, wrong) in [
        ("a,b,a\n1,2,0\n", ":1: column 3: is called \"a\" as column 1 is; give each a name of its own"),
        ("a,b,class\n1,2,0\n3,1\n", ":3: has 2 columns, and line 1 has 3; all must have as many"),
        ("a,b,class\n1,,0\n", ":2: column 2: is empty; remove the sample or fill it in"),
        ("a,b,class\n1,NA,0\n", ":2: column 2: NA stands for no value; remove the sample or fill it in"),
        ("a;b\n1,5;0\n", ":2: column 1: \"1,5\" has a comma before its fraction; write 1.5"),
        ("1,0\n\"2\n3,1\n", ":2: column 1: has a quote that is closed on another line, if at all"),
        ("x,2,0\n1,2,1\n", ":1: column 1: \"x\" is no number; if this line has names, say header = \"yes\""),
    ] {
        let (out, err, code) = run(csv, "", "json");
        assert_eq!((code, out.as_str()), (Some(2), ""), "{csv}");
        assert!(err.trim_end().ends_with(&format!("/d.csv{wrong}")), "{csv}: {err}");
    }
}
