//! Fits that did not converge, or are not finite, counted as results. A fit has no limit unless it is given one, as in
//! scikit-learn, whose scores (1.9.1) these are; what did not converge is told of, and what is not finite fails.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use parlab::scenario::{Catalog, Overrides, Source};
use parlab::workload::{self, Cancelled, SharedCells, TaskContext};
use serde_json::{Value, json};

use crate::common::{folder, parlab, scenario, stderr, stdout};

/// 300 samples of two classes, which a kernel of the third degree takes up to 17 million steps to tell apart.
const SLOW: &str = include_str!("slow_to_converge.csv");

/// Numbers so close together, as single precision has them, that a step changes nothing.
const HOPELESS: &str = "1,99999,0\n2,99999,1\n1,99999,0\n2,99999,1\n";

/// The report of a search on some data, and the exit code.
fn search(csv: &str, workload: &str, grid: &str) -> (Value, i32) {
    let folder = folder();
    std::fs::write(folder.path().join("d.csv"), csv).unwrap();
    let toml = format!(
        "title = 't'\n[workload]\nkind = 'svc'\ndata = 'd.csv'\n{workload}\n[grid]\n{grid}\n[sweep]\n\
         backends = ['threads']\nworkers = 2\nbaseline = 'none'\nrepeats = 2\nwarmup = 0\ntimeout_s = 600\n"
    );
    let path = scenario(folder.path(), "case", &toml);
    let output = parlab().args(["run", "--quiet", "--format", "json"]).arg(path).output().unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no report: {error}\n{}\n{}", stdout(&output), stderr(&output)));
    (report, output.status.code().unwrap_or(-1))
}

/// What is said of fits that did not converge.
fn told(report: &Value) -> Vec<&str> {
    let warnings = report["warnings"].as_array().unwrap().iter();
    warnings.filter(|warning| warning["code"] == "not-converged").map(|w| w["message"].as_str().unwrap()).collect()
}

fn folds(report: &Value, combination: usize) -> Vec<f64> {
    let scores = report["grid"]["split_test_scores"][combination].as_array().unwrap().iter();
    scores.map(|score| (score.as_f64().unwrap() * 1e6).round() / 1e6).collect()
}

#[test]
fn a_fit_that_takes_long_scores_as_in_scikit_learn() {
    let (report, code) = search(SLOW, "folds = 4\ngamma = 1.5", "kernel = ['poly']");
    assert_eq!((code, &report["warnings"]), (0, &json!([])));
    assert_eq!(folds(&report, 0), [0.933333, 0.906667, 0.906667, 0.933333]);
    assert_eq!(report["grid"]["converged"], json!([true]));
}

#[test]
fn a_fit_that_was_stopped_scores_as_in_scikit_learn_and_is_told_of_once() {
    for (shrinking, stopped) in
        [(true, [0.706667, 0.493333, 0.52, 0.746667]), (false, [0.546667, 0.64, 0.373333, 0.813333])]
    {
        let keys = format!("folds = 4\ngamma = 1.5\nmax_iter = 1000\nshrinking = {shrinking}");
        let (report, code) = search(SLOW, &keys, "C = [1.0]\nkernel = ['poly', 'rbf']");
        assert_eq!((code, &report["status"]), (0, &json!("done")));
        assert_eq!(folds(&report, 0), stopped);
        assert_eq!(folds(&report, 1), [0.906667, 0.906667, 0.906667, 0.893333], "these converged");
        let told = told(&report);
        assert_eq!(told.len(), 4, "once a fit, however often it is run: {told:?}");
        for (fold, message) in told.iter().enumerate() {
            assert!(message.contains(&format!("C = 1, kernel = poly, fold = {fold} ")), "{message}");
        }
        assert_eq!(report["grid"]["converged"], json!([false, true]));
        let result = &report["configs"][0]["results"];
        assert_eq!((&result[0]["values"]["converged"], &result[4]["values"]["converged"]), (&json!(0.0), &json!(1.0)));
    }
}

#[test]
fn a_fit_that_comes_no_nearer_ends_and_is_told_of() {
    let (report, code) = search(HOPELESS, "folds = 2", "kernel = ['poly']\ndegree = [2]");
    assert_eq!(code, 0);
    assert_eq!(told(&report).len(), 2, "{}", report["warnings"]);
    assert_eq!(report["grid"]["best_params"], json!({"kernel": "poly", "degree": 2}));
    assert_eq!(report["grid"]["converged"], json!([false]), "the best is not named without a word");
}

#[test]
fn what_is_not_finite_fails_with_the_reason() {
    let large = "1e80,1,0\n2e80,2,1\n3e80,1,0\n1e80,3,1\n2e80,1,0\n5e80,2,1\n3e80,1,0\n1e80,3,1\n";
    let (report, code) = search(large, "folds = 2", "kernel = ['poly', 'rbf']");
    assert_eq!((code, &report["status"]), (1, &json!("failed")));
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("coefficients are not finite: the data has large values; scale it"), "{warnings}");
    assert_eq!(
        (&report["grid"]["best_params"], &report["configs"][0]["results"][0]["values"]),
        (&Value::Null, &Value::Null)
    );
    assert!(report["configs"][0]["results"][2]["values"]["score"].is_number(), "the other kernel has a score");
}

/// A task's worker that is told to stop after so many looks.
struct Stopping(Cell<u32>);

impl TaskContext for Stopping {
    fn progress(&self, _: f64) -> Result<(), Cancelled> {
        Ok(())
    }
    fn cancelled(&self) -> bool {
        self.0.set(self.0.get().saturating_sub(1));
        self.0.get() == 0
    }
    fn sleep(&self, _: Duration) -> Result<(), Cancelled> {
        Ok(())
    }
    fn worker(&self) -> u32 {
        0
    }
    fn shared_cells(&self) -> &SharedCells {
        static NONE: SharedCells = SharedCells::new();
        &NONE
    }
}

#[test]
fn a_fit_hears_that_it_is_to_stop() {
    let text = "title = 't'\n[workload]\nkind = 'svc'\nsamples = 200\n[grid]\nC = [1e9]\n";
    let scenario = Source::new(Path::new("x.toml"), text)
        .parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
        .unwrap_or_else(|wrong| panic!("{wrong}"));
    let search = workload::build(&scenario.job).unwrap();
    assert!(search.run(0, &Stopping(Cell::new(u32::MAX))).is_ok());
    // It looks up twice before it begins, and four times while it classifies.
    assert_eq!(search.run(0, &Stopping(Cell::new(20))), Err(Cancelled));
}
