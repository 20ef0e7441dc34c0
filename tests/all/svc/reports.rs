//! What a run of the real program tells of a search.

use std::path::Path;

use crate::common::{folder, parlab, report, stderr, stdout, untitled};

const BODY: &str = "[workload]\nkind = 'svc'\nsamples = 300\nfolds = 3\n\
                    [grid]\nC = [1e-6, 1.0]\nkernel = ['rbf', 'linear']\n\
                    [sweep]\nbackends = ['serial', 'threads', 'processes']\nworkers = '1,2'\nrepeats = 1\nwarmup = 0\n";

#[test]
fn all_backends_find_the_same_and_nothing_is_printed_besides() {
    for schedule in ["static", "dynamic", "guided"] {
        let (report, code, noise) = report(BODY, &["--schedule", schedule]);
        assert_eq!((report["status"].as_str(), code), (Some("done"), 0), "{report:#}");
        assert_eq!(noise, "", "the library must be quiet");
        let configs = report["configs"].as_array().unwrap();
        assert_eq!(configs.len(), 5);
        for config in configs {
            assert_eq!(config["checksum"], configs[0]["checksum"]);
            for (ours, first) in
                config["results"].as_array().unwrap().iter().zip(configs[0]["results"].as_array().unwrap())
            {
                assert_eq!(ours["input"], first["input"]);
                assert_eq!(ours["values"]["score"], first["values"]["score"]);
                // Measured anew in each trial, so no checksum may depend on it.
                assert!(ours["values"]["fit_s"].as_f64().unwrap() > 0.0);
            }
        }
    }
}

#[test]
fn the_best_combination_is_named() {
    let (report, _, _) = report(BODY, &["--backends", "serial"]);
    let grid = &report["grid"];
    let results = report["configs"][0]["results"].as_array().unwrap();
    let means: Vec<f64> = results
        .chunks(3)
        .map(|folds| folds.iter().map(|fold| fold["values"]["score"].as_f64().unwrap()).sum::<f64>() / 3.0)
        .collect();
    assert_eq!(grid["mean_test_scores"], serde_json::json!(means));
    let best = grid["best_index"].as_u64().unwrap() as usize;
    assert!(means.iter().all(|mean| *mean <= means[best]));
    assert!(means[..best].iter().all(|mean| *mean < means[best]), "of equal ones the first is named");
    assert_eq!(grid["best_score"], means[best]);
    assert_eq!(grid["best_params"], grid["params"][best]);
    assert_eq!(grid["params"][1], serde_json::json!({"C": 1e-6, "kernel": "linear"}));
    assert_eq!(grid["split_test_scores"].as_array().unwrap().len(), 4);
    assert_eq!(grid["split_test_scores"][0].as_array().unwrap().len(), 3);
}

#[test]
fn other_kinds_have_no_grid_to_tell_of() {
    let (report, _, _) = report("[workload]\nkind = 'square'\ntasks = 2\n[sweep]\nbackends = ['serial']\n", &[]);
    assert!(report.as_object().unwrap().contains_key("grid") && report["grid"].is_null());
}

#[test]
fn people_are_told_the_same() {
    let folder = folder();
    let path = untitled(folder.path(), BODY);
    let output = parlab().args(["run", "--quiet", "--backends", "serial"]).arg(path).output().unwrap();
    let text = stdout(&output);
    assert!(text.contains("\n  C     kernel  mean_test_score  of the folds\n"), "{text}");
    assert!(text.contains("\nbest_params_: C = "), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_copy_of_the_bundled_scenario_finds_its_data_anywhere() {
    let folder = folder();
    let shown = parlab().args(["show", "grid-search"]).output().unwrap();
    let copy = folder.path().join("copy.toml");
    std::fs::write(&copy, &shown.stdout).unwrap();
    let output = parlab().arg("check").arg(&copy).current_dir("/").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    // A file beside it of that name comes first.
    std::fs::write(folder.path().join("make_classification_13000.csv"), "1,0\n").unwrap();
    let output = parlab().args(["run", "copy.toml"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("one class only"), "{}", stderr(&output));
}

#[test]
fn data_is_found_from_wherever_parlab_is_started() {
    let folder = folder();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/svc/three_classes.csv");
    std::fs::copy(data, folder.path().join("own.csv")).unwrap();
    let body = "[workload]\nkind = 'svc'\ndata = 'own.csv'\n[grid]\nC = [1]\n[sweep]\nrepeats = 1\nwarmup = 0\n";
    let path = untitled(folder.path(), body);
    let output = parlab().args(["run", "--quiet"]).arg(path).current_dir("/").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
