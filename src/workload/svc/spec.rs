//! How the kind `svc` is described: what its parameters are and what its results mean.

use crate::scenario::{Bounds, Domain, GridSearch, KindSpec, Nature, ParamSpec, ValueSpec};

pub(in crate::workload) const SPEC: KindSpec = KindSpec {
    name: "svc",
    summary: "trains a support vector classifier with the parameters of a [grid] and scores it by cross-validation: on \
              each of the stratified folds, not shuffled, after training on the others",
    nature: Nature::Native,
    params: &[
        ParamSpec {
            name: "data",
            unit: "",
            doc: "a CSV beside the scenario file (or an absolute path, or a bundled file's name): numbers, and in the \
                  last column the class, a whole number; with commas, semicolons or tabs between",
            domain: Domain::File { instead_of: &["samples", "features"] },
        },
        ParamSpec {
            name: "header",
            unit: "",
            doc: "whether the first line of data has the names of its columns; auto finds out, and the report tells",
            domain: Domain::Word { choices: &["auto", "yes", "no"] },
        },
        ParamSpec {
            name: "index",
            unit: "",
            doc: "whether the first column of data only counts or names the lines, and is left out",
            domain: Domain::Word { choices: &["auto", "yes", "no"] },
        },
        ParamSpec {
            name: "samples",
            unit: "samples",
            doc: "without data: samples drawn from the seed, of two classes in turn, normally distributed around two \
                  points that are two standard deviations apart",
            domain: Domain::Whole { default: 1000, min: 4, max: 1_000_000_000 },
        },
        ParamSpec {
            name: "features",
            unit: "numbers",
            doc: "without data: numbers a sample has",
            domain: Domain::Whole { default: 4, min: 1, max: 100_000 },
        },
        ParamSpec {
            name: "folds",
            unit: "folds",
            doc: "parts that the data is split into; at most as many as the smallest class has samples",
            domain: Domain::Whole { default: 2, min: 2, max: 1000 },
        },
        ParamSpec {
            name: "split",
            unit: "",
            doc: "whether a task is one fold of a combination, or a combination with all its folds",
            domain: Domain::Word { choices: &["folds", "combinations"] },
        },
        ParamSpec {
            name: "C",
            unit: "",
            doc: "what a sample on the wrong side costs: the higher, the less regularised",
            domain: Domain::Number { default: 1.0, bounds: Bounds { min: 1e-12, max: 1e12 } },
        },
        ParamSpec {
            name: "kernel",
            unit: "",
            doc: "exp(−gamma·|u − v|²), (gamma·u·v)^degree or u·v",
            domain: Domain::Word { choices: &["rbf", "poly", "linear"] },
        },
        ParamSpec {
            name: "gamma",
            unit: "",
            doc: "the kernel's scale; 0 stands for 1 ÷ features",
            domain: Domain::Number { default: 0.0, bounds: Bounds { min: 0.0, max: 1e9 } },
        },
        ParamSpec {
            name: "degree",
            unit: "",
            doc: "of the kernel poly",
            domain: Domain::Whole { default: 3, min: 1, max: 20 },
        },
        ParamSpec {
            name: "shrinking",
            unit: "",
            doc: "whether samples that seem settled are left out for a while",
            domain: Domain::Flag { default: true },
        },
        ParamSpec {
            name: "max_iter",
            unit: "steps",
            doc: "the most steps of a fit, for each pair of classes; a fit that did not converge is told of in a warning",
            domain: Domain::Limit { max: 1_000_000_000_000_000 },
        },
    ],
    input: Bounds { min: 1.0, max: 1.0 },
    values: &[
        ValueSpec {
            name: "score",
            unit: "fraction",
            doc: "samples of the fold that are classified rightly; the folds' mean",
        },
        ValueSpec {
            name: "support_vectors",
            unit: "samples",
            doc: "samples that the classifier keeps; the folds' mean",
        },
        ValueSpec {
            name: "converged",
            unit: "fraction",
            doc: "1 if the fit came to the optimum, 0 if it was stopped before; the folds' mean",
        },
    ],
    measured: &[
        ValueSpec { name: "fit_s", unit: "s", doc: "how long training took; the folds' mean" },
        ValueSpec { name: "score_s", unit: "s", doc: "how long classifying the fold took; the folds' mean" },
    ],
    search: Some(GridSearch {
        varies: &["C", "kernel", "gamma", "degree", "shrinking", "max_iter"],
        part: FOLD,
        parts: "folds",
        split: ("split", "folds"),
        score: "score",
        settled: "converged",
    }),
    ..KindSpec::PLAIN
};

pub(super) const FOLD: &str = "fold";
