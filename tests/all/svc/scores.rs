//! Scores against those that scikit-learn 1.9.1 gave for the same data, folds and parameters.

use std::path::Path;
use std::time::Duration;

use parlab::scenario::{Catalog, Overrides, Scenario, Source, Value};
use parlab::workload::{self, Cancelled, SharedCells, TaskContext};

/// Nobody shares anything here.
static COMMONS: SharedCells = SharedCells::new();

/// A desk at which nothing ever happens.
struct Quiet;

impl TaskContext for Quiet {
    fn progress(&self, _: f64) -> Result<(), Cancelled> {
        Ok(())
    }
    fn cancelled(&self) -> bool {
        false
    }
    fn sleep(&self, _: Duration) -> Result<(), Cancelled> {
        Ok(())
    }
    fn worker(&self) -> u32 {
        0
    }
    fn shared_cells(&self) -> &SharedCells {
        &COMMONS
    }
}

/// A desk of a trial that was cancelled.
struct Cancelling;

impl TaskContext for Cancelling {
    fn progress(&self, _: f64) -> Result<(), Cancelled> {
        Err(Cancelled)
    }
    fn cancelled(&self) -> bool {
        true
    }
    fn sleep(&self, _: Duration) -> Result<(), Cancelled> {
        Err(Cancelled)
    }
    fn worker(&self) -> u32 {
        0
    }
    fn shared_cells(&self) -> &SharedCells {
        &COMMONS
    }
}

fn scenario(body: &str) -> Scenario {
    let text = format!("title = 't'\n[workload]\nkind = 'svc'\n{body}");
    // Beside this file, where its data lies.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/svc/x.toml");
    Source::new(path, text)
        .parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
        .unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Scores and support vectors of all tasks, in their order; two threads share them.
fn results(scenario: &Scenario) -> Vec<[f64; 2]> {
    let search = workload::build(&scenario.job).unwrap();
    let result = |task| {
        let [score, support_vectors, converged, fit_s, score_s] = search.run(task, &Quiet).unwrap();
        assert_eq!(converged, 1.0);
        assert!(fit_s > 0.0 && score_s > 0.0);
        [score, support_vectors]
    };
    let tasks = scenario.job.inputs.len();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| (0..tasks / 2).map(result).collect::<Vec<_>>());
        let second = (tasks / 2..tasks).map(result).collect::<Vec<_>>();
        [first.join().expect("the first half"), second].concat()
    })
}

fn scores(scenario: &Scenario) -> Vec<f64> {
    results(scenario).into_iter().map(|[score, _]| score).collect()
}

fn assert_close(ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len());
    for (task, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert!((ours - theirs).abs() <= 0.0005, "task {task}: {ours}, and scikit-learn has {theirs}");
    }
}

#[test]
fn the_lectures_search_scores_as_in_scikit_learn() {
    let scenario = scenario(
        "data = 'make_classification_13000.csv'\ngamma = 0.25\n[grid]\nC = [0.001, 10.0]\nkernel = ['rbf', 'poly']",
    );
    let ours = scores(&scenario);
    assert_close(&ours[..4], &[0.908462, 0.909231, 0.907231, 0.888000]);
    let means: Vec<f64> = ours.chunks(2).map(|folds| folds.iter().sum::<f64>() / 2.0).collect();
    assert_close(&means, &[0.908846, 0.897615, 0.928846, 0.904923]);
}

/// `GridSearchCV(SVC(gamma=0.5, degree=2), grid, cv=3)`, its split test scores.
const THREE_CLASSES: [[f64; 3]; 6] = [
    [0.333333, 0.433333, 0.466667],
    [0.433333, 0.500000, 0.366667],
    [0.533333, 0.433333, 0.466667],
    [0.466667, 0.500000, 0.500000],
    [0.400000, 0.533333, 0.566667],
    [0.466667, 0.533333, 0.466667],
];

const GRID: &str = "[grid]\nC = [0.1, 5]\nkernel = ['rbf', 'poly', 'linear']\n";

#[test]
fn three_classes_and_three_folds_score_as_in_scikit_learn() {
    for shrinking in [true, false] {
        let keys = format!("data = 'three_classes.csv'\nfolds = 3\ngamma = 0.5\ndegree = 2\nshrinking = {shrinking}\n");
        assert_close(&scores(&scenario(&(keys + GRID))), THREE_CLASSES.as_flattened());
    }
}

#[test]
fn without_gamma_it_is_one_over_the_features() {
    let keys = "data = 'three_classes.csv'\nfolds = 3\ndegree = 2\nsplit = 'combinations'\n".to_owned();
    assert_close(&scores(&scenario(&(keys + GRID))), &[0.388889, 0.444444, 0.477778, 0.488889, 0.5, 0.488889]);
}

#[test]
fn a_whole_combination_has_the_mean_of_its_folds() {
    let split =
        |word| format!("samples = 120\nfeatures = 3\nfolds = 4\nsplit = '{word}'\n{GRID}shrinking = [true, false]");
    let (apart, whole) = (scenario(&split("folds")), scenario(&split("combinations")));
    assert_eq!((apart.job.inputs.len(), whole.job.inputs.len()), (48, 12));
    let (apart, whole) = (results(&apart), results(&whole));
    for (folds, whole) in apart.chunks(4).zip(&whole) {
        for value in 0..2 {
            let mean = folds.iter().map(|values| values[value]).sum::<f64>() / 4.0;
            assert!((mean - whole[value]).abs() < 1e-12, "{mean} and {}", whole[value]);
        }
    }
}

#[test]
fn the_fold_is_the_innermost_axis() {
    let scenario = scenario("samples = 40\nfolds = 2\n[grid]\nkernel = ['rbf', 'linear']");
    let points: Vec<_> = (0..4).map(|task| scenario.job.inputs.grid_point(task)).collect();
    let kernel = |word: &str| Value::Word(word.to_owned());
    assert_eq!(points[1], [("kernel", &kernel("rbf")), ("fold", &Value::Whole(1))]);
    assert_eq!(points[2], [("kernel", &kernel("linear")), ("fold", &Value::Whole(0))]);
}

#[test]
fn classes_two_deviations_apart_can_be_told_apart_at_84_percent() {
    let scenario = scenario("samples = 2000\nfeatures = 5\n[grid]\nkernel = ['linear']");
    for score in scores(&scenario) {
        assert!((score - 0.841).abs() < 0.04, "{score}");
    }
}

#[test]
fn a_cancelled_search_begins_no_fit() {
    let scenario = scenario("samples = 40\n[grid]\nC = [1]");
    let search = workload::build(&scenario.job).unwrap();
    assert_eq!(search.run(0, &Cancelling), Err(Cancelled));
}
