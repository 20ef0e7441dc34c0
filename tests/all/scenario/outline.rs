//! A scenario in a few words.

use parlab::scenario::library::bundled;
use parlab::scenario::{Overrides, outline};
use parlab::workload;

fn told(name: &str) -> Vec<String> {
    let source = bundled().find(|source| source.name == name).unwrap();
    let scenario = source.parse(&super::catalog(2), &Overrides::default()).unwrap();
    let spec = workload::specs().find(|spec| spec.name == scenario.job.kind).unwrap();
    outline(&scenario, spec).into_iter().map(|(about, text)| format!("{about}: {text}")).collect()
}

#[test]
fn parameters_inputs_and_sweep() {
    assert_eq!(
        told("database"),
        [
            "with: unit_s 0.1 s",
            "inputs: 1, 8, 1.5, 2",
            "sweep: dynamic schedule · baseline serial · seed 1235 · timeout 300 s"
        ]
    );
    let tiny = told("tiny-tasks");
    assert_eq!(tiny[0], "with: steps 200");
    assert!(tiny[2].contains("start-up counted"), "{tiny:?}");
    assert_eq!(told("speedup")[1], "inputs: 2, 16 times");
    assert_eq!(told("cubes")[0], "inputs: 0 to 999");
}

#[test]
fn what_the_grid_varies_and_what_a_file_stands_in_for_is_no_parameter() {
    let grid = told("grid-search");
    let data = "data bundled make_classification_13000.csv";
    assert_eq!(
        grid[0],
        format!(
            "with: {data} · header auto · index auto · folds 2 · split folds · gamma 0.25 · degree 3 · shrinking true"
        )
    );
    assert_eq!(grid[1], "inputs: C 0.001, 10 × kernel rbf, poly × fold 0, 1");
}
