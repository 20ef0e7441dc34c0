//! `parlab fit`, as one uses it.

use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::common::{folder, parlab, stderr, stdout};

const SPECSDM91: &str =
    "workers,throughput\n1,64.9\n18,995.9\n36,1652.4\n72,1853.2\n108,1828.9\n144,1775.0\n216,1702.2\n";
const EXACT: &str = "workers,throughput\n1,1\n2,1.8868\n4,3.0769\n6,3.5294\n8,3.5398\n10,3.3557\n";

/// `parlab fit -` on a text.
fn fit(text: impl AsRef<[u8]>, options: &[&str]) -> Output {
    let mut command = parlab();
    command.args(["fit", "-"]).args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("parlab");
    let mut stdin = child.stdin.take().expect("a pipe");
    let text = text.as_ref().to_vec();
    // A program that has seen enough closes its end.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&text)));
    let output = child.wait_with_output().expect("parlab");
    writer.join().expect("a writer");
    output
}

/// The fits of a text by law.
fn law(text: &str, options: &[&str], law: &str) -> Value {
    let options: Vec<&str> = options.iter().copied().chain(["--format", "json"]).collect();
    let output = fit(text, &options);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let all: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(all.as_object().expect("an object").keys().collect::<Vec<_>>(), ["fits"]);
    let fits = all["fits"].as_array().expect("an array");
    fits.iter().find(|fit| fit["law"] == law).cloned().unwrap_or(Value::Null)
}

#[track_caller]
fn near(found: &Value, wanted: f64, within: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{found} is no number"));
    assert!((found - wanted).abs() <= within, "{found}, not {wanted}");
}

/// What is said on standard error of what is refused.
#[track_caller]
fn refused(text: impl AsRef<[u8]>, message: &str) {
    let output = fit(text, &[]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
    assert_eq!(stderr(&output), format!("parlab: standard input{message}\n"));
}

#[test]
fn a_published_fit_comes_out_to_its_digits() {
    let usl = law(SPECSDM91, &[], "usl");
    let (parameters, errors) = (&usl["parameters"], &usl["standard_errors"]);
    near(&parameters["alpha"], 0.0277285, 5e-8);
    near(&errors["alpha"], 0.0091217, 5e-8);
    near(&parameters["beta"], 1.0437e-4, 5e-9);
    near(&errors["beta"], 1.988e-5, 5e-9);
    near(&parameters["gamma"], 89.9952, 5e-5);
    near(&errors["gamma"], 14.2135, 5e-5);
    near(&usl["residual_standard_error"], 82.85, 5e-3);
    near(&usl["peak_workers"], 96.52, 5e-3);
    near(&usl["peak_throughput"], 1884.0, 0.5);
    assert_eq!(usl["degrees_of_freedom"], 4);
    assert!(usl["backend"].is_null() && usl["cautions"] == serde_json::json!([]));
    insta::assert_snapshot!(stdout(&fit(SPECSDM91, &[])));
}

#[test]
fn the_exact_set_comes_out() {
    let usl = law(EXACT, &[], "usl");
    near(&usl["parameters"]["alpha"], 0.02, 1e-4);
    near(&usl["parameters"]["beta"], 0.02, 1e-4);
    near(&usl["parameters"]["gamma"], 1.0, 1e-4);
    near(&usl["peak_workers"], 7.0, 1e-2);
}

#[test]
fn seconds_few_points_and_bounds_are_told_in_ascii_too() {
    let folder = folder();
    let file = folder.path().join("m.csv");
    std::fs::write(&file, "host,seconds,workers\nb,1,1\na,.5,2\na,0.25,4\n").unwrap();
    let written = folder.path().join("out.txt");
    let output = parlab()
        .current_dir(&folder)
        .args(["--ascii", "fit", "m.csv", "--cpus", "2", "-o", "out.txt"])
        .output()
        .unwrap();
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), ""), "{}", stderr(&output));
    let text = std::fs::read_to_string(written).unwrap();
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn amdahls_fraction_is_of_the_cpus_that_are_named() {
    let text = "workers,throughput\n1,1\n2,1.904761904761905\n4,3.4782608695652173\n8,3.5\n16,3.4\n";
    let within = law(text, &["--cpus", "4"], "amdahl");
    near(&within["parameters"]["serial_fraction"], 0.05, 1e-9);
    assert_eq!(within["points_left_out"], 2);
    assert_eq!(within["karp_flatt"][0]["workers"], 2);
    near(&within["karp_flatt"][1]["value"], 0.05, 1e-9);
    assert!(law(text, &["--cpus", "2"], "amdahl").is_null());
    let text = stdout(&fit(text, &["--cpus", "2"]));
    assert!(text.contains("Amdahl: no fit within 2 CPUs: a law needs at least 3 different numbers"), "{text}");
}

#[test]
fn what_cannot_be_fitted_is_told_with_its_place() {
    let wanted = "the first line must be a header with workers,throughput or workers,seconds";
    refused("", &format!(": is empty; {wanted}"));
    refused("1,2\n2,3\n", &format!(":1: has no column throughput or seconds, but 1, 2; {wanted}"));
    refused(
        "workers,seconds\n1,2\n2,1\n2,1.1\n",
        ": a law needs at least 3 different numbers of workers; there are 2; measure with others, too",
    );
    refused(
        "workers,seconds\n1,2\n2,0\n4,1\n",
        ":3: column 2: `0` is no time in seconds; write a number above 0, such as 12.5, or leave the line out",
    );
    refused(
        b"workers,seconds\n\x1b]0;x\x07\xff,2\n",
        ":2: column 1: `\\u{1b}]0;x\\u{7}\\xff` is no number of workers; write a whole number from 1 on",
    );
}

#[test]
fn files_are_named_in_errors_and_kept() {
    let folder = folder();
    let run = |args: &[&str]| parlab().current_dir(&folder).arg("fit").args(args).output().expect("parlab");
    std::fs::write(folder.path().join("m.csv"), EXACT).unwrap();
    let same = run(&["m.csv", "-o", "m.csv"]);
    assert_eq!(same.status.code(), Some(2));
    assert!(stderr(&same).contains("is the same file as the measurements m.csv"), "{}", stderr(&same));
    assert_eq!(std::fs::read_to_string(folder.path().join("m.csv")).unwrap(), EXACT);
    let missing = run(&["no.csv"]);
    assert_eq!(missing.status.code(), Some(2));
    assert_eq!(stderr(&missing), "parlab: no.csv: No such file or directory (os error 2)\n");
    let directory = run(&["."]);
    assert_eq!(stderr(&directory), "parlab: .: is no regular file; give it as standard input: parlab fit - < FILE\n");
    let nowhere = run(&["m.csv", "-o", "no/such/file"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(stdout(&nowhere).contains("Universal scalability law"), "what was worked out is not lost");
}

#[test]
fn a_million_lines_are_read() {
    let mut text = "workers,throughput\n".to_owned();
    for i in 0..1_000_000_u32 {
        let n = f64::from(i % 16 + 1);
        text.push_str(&format!("{n},{}\n", n / (1.0 + 0.03 * (n - 1.0))));
    }
    near(&law(&text, &[], "amdahl")["parameters"]["serial_fraction"], 0.03, 1e-9);
}
