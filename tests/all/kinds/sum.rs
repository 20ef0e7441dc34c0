//! `sum` against closed forms and exact sums.

use parlab::workload::{self, TaskContext as _};

use super::context::{TestDesk, tells_and_stops};
use super::{build, job, objections, results};
use crate::common::report;

/// The sums of the first slices of a series.
fn sums(body: &str, slices: u64) -> Vec<f64> {
    results("sum", &format!("tasks = {slices}\n{body}"), slices).iter().map(|values| values[0]).collect()
}

/// The terms of the random series as whole multiples of 2⁻⁵³: the generator run from its start, one by one.
fn random_terms(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::from_fn(move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z ^= z >> 30;
        z = z.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z ^= z >> 27;
        z = z.wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        Some(z >> 11)
    })
}

#[test]
fn whole_numbers_add_up_as_gauss_said() {
    for shape in ["chain", "tree"] {
        for terms in [1_u64, 31, 32, 33, 1000, 70_001] {
            let sums = sums(&format!("series = 'whole'\nshape = '{shape}'\nterms = {terms}"), 3);
            for (slice, sum) in (0..).zip(sums) {
                let (first, last) = (slice * terms, (slice + 1) * terms - 1);
                assert_eq!(sum, ((first + last) * terms / 2) as f64, "slice {slice} of {terms}, {shape}");
            }
        }
    }
}

#[test]
fn the_harmonic_series_is_the_logarithm_and_eulers_constant() {
    let n = 200_000.0_f64;
    let euler = 0.577_215_664_901_532_9;
    let expected = n.ln() + euler + 1.0 / (2.0 * n) - 1.0 / (12.0 * n * n);
    for shape in ["chain", "tree"] {
        let total: f64 = sums(&format!("series = 'harmonic'\nshape = '{shape}'\nterms = 50_000"), 4).iter().sum();
        assert!((total - expected).abs() < 1e-11, "{shape}: {total} and {expected}");
    }
}

#[test]
fn the_random_series_is_its_generators_and_a_tree_rounds_less() {
    let (terms, unit) = (300_000, 0.5_f64.powi(53));
    let exact: u128 = random_terms(7).take(terms).map(u128::from).sum();
    let [chain, tree] = ["chain", "tree"]
        .map(|shape| sums(&format!("series = 'random'\nshape = '{shape}'\nterms = {terms}"), 1)[0])
        // Half a unit of a sum of 150 000 is far more than 2⁻⁵³, so what it lost is a whole number of units.
        .map(|sum| ((sum / unit) as u128).abs_diff(exact) as f64 * unit);
    assert!(chain < 1e-6 && tree < 1e-10, "chain is off by {chain:e}, tree by {tree:e}");
    assert!(tree < chain, "chain is off by {chain:e}, tree by {tree:e}");
}

#[test]
fn slices_cut_one_and_the_same_series() {
    let fine: f64 = sums("terms = 1024\nshape = 'tree'", 8).iter().sum();
    let coarse = sums("terms = 8192\nshape = 'tree'", 1)[0];
    assert!((fine - coarse).abs() < 1e-9, "{fine} and {coarse}");
    assert_ne!(sums("terms = 100", 2)[0], sums("terms = 100", 2)[1]);
}

#[test]
fn words_may_vary_in_a_grid() {
    let all = results("sum", "terms = 1000\n[grid]\nseries = ['whole', 'random']\nshape = ['chain', 'tree']", 4);
    // In a grid without x every task has x = 1: the second slice.
    let second = |body: &str| results("sum", &format!("inputs = [1]\nterms = 1000\n{body}"), 1)[0];
    assert_eq!(all[1], second("series = 'whole'\nshape = 'tree'"));
    assert_eq!(all[2], second("series = 'random'\nshape = 'chain'"));
    assert_eq!(all[3], second("series = 'random'\nshape = 'tree'"));
}

/// The total that a single worker has put together when it is done; `None` if none is told.
fn total(body: &str) -> Option<f64> {
    let (context, job) = (TestDesk::default(), job("sum", body));
    let sum = workload::build(&job).expect("a known kind");
    for task in 0..job.inputs.len() {
        sum.run(task, &context).expect("it is not cancelled");
    }
    let told = workload::watch("sum").tally.expect("a tally")(&job, context.shared_cells());
    assert!(told.iter().all(|(name, _)| *name == "total"));
    told.first().map(|(_, total)| *total)
}

#[test]
fn the_total_is_what_the_closed_formula_says() {
    for combine in ["tree", "shared"] {
        let n = 70_001 * 30_u64;
        let whole = total(&format!("tasks = 30\nterms = 70_001\nseries = 'whole'\ncombine = '{combine}'"));
        assert_eq!(whole, Some((n * (n - 1) / 2) as f64), "{combine}");
        // 1/1 + … + 1/n, by Euler and Maclaurin.
        let n = 300_000.0_f64;
        let expected = n.ln() + 0.577_215_664_901_532_9 + 1.0 / (2.0 * n) - 1.0 / (12.0 * n * n);
        let harmonic = total(&format!("tasks = 3\nterms = 1e5\nseries = 'harmonic'\ncombine = '{combine}'")).unwrap();
        assert!((harmonic - expected).abs() < 1e-10, "{combine}: {harmonic} and {expected}");
        let random = total(&format!("tasks = 3\nterms = 1e5\ncombine = '{combine}'")).unwrap();
        let exact = random_terms(7).take(300_000).map(u128::from).sum::<u128>() as f64 * 0.5_f64.powi(53);
        assert!((random - exact).abs() < 1e-7, "{combine}: {random} and {exact}");
    }
    // The second slice, three times.
    let repeated = total("inputs = { repeat = 1, times = 3 }\nterms = 10\nseries = 'whole'\ncombine = 'shared'");
    assert_eq!(repeated, Some(3.0 * 145.0));
}

#[test]
fn every_backend_comes_to_the_same_total() {
    let mut seen: Vec<f64> = Vec::new();
    for combine in ["tree", "shared"] {
        let toml = format!(
            "[workload]\nkind = 'sum'\nterms = 1e5\ntasks = 9\nseries = 'whole'\ncombine = '{combine}'\n\
             [sweep]\nbackends = ['threads', 'processes']\nworkers = [1, 3]\nrepeats = 1\nwarmup = 0\n"
        );
        let (report, code, stderr) = report(&toml, &[]);
        assert_eq!(code, 0, "{stderr}");
        let configs = report["configs"].as_array().expect("configurations");
        seen.extend(configs.iter().map(|config| config["tally"]["total"].as_f64().expect("a total")));
    }
    assert_eq!(seen, [9e5 * (9e5 - 1.0) / 2.0; 10]);
}

#[test]
fn a_total_that_cannot_be_kept_is_not_told_or_refused() {
    let large = "inputs = [1e9]\nterms = 1e9\nseries = 'whole'";
    let refusal = workload::build(&job("sum", &format!("{large}\ncombine = 'shared'"))).err().expect("too much");
    assert!(refusal.to_string().contains("an accumulator of 63 bits cannot hold"), "{refusal}");
    assert!(workload::build(&job("sum", large)).is_ok());
    let context = TestDesk::default();
    let tally = workload::watch("sum").tally.expect("a tally");
    assert!(tally(&job("sum", large), context.shared_cells()).is_empty());
    // What several series come to together means nothing.
    assert_eq!(total("terms = 10\n[grid]\nseries = ['whole', 'random']"), None);
    assert!(total("terms = 10\n[grid]\nshape = ['chain', 'tree']\ncombine = ['shared', 'tree']").is_some());
}

#[test]
fn it_tells_how_far_it_is_and_stops() {
    tells_and_stops(&*build("sum", "tasks = 1\nterms = 1e6"), 0, 30);
    tells_and_stops(&*build("sum", "tasks = 1\nterms = 1e6\nshape = 'tree'"), 0, 30);
    tells_and_stops(&*build("sum", "tasks = 1\nterms = 1e6\ncombine = 'shared'"), 0, 30);
}

#[test]
fn parameters_keep_to_their_bounds() {
    assert!(objections("sum", "terms = 0").contains("terms = 0: must be at least 1"));
    assert!(objections("sum", "terms = 1e10").contains("must be at most 1e9"));
    assert!(objections("sum", "series = 'fourier'").contains("random"));
    assert!(objections("sum", "combine = 'sharde'").contains("did you mean \"shared\"?"));
    assert!(objections("sum", "shape = 'trees'").contains("did you mean \"tree\"?"));
}
