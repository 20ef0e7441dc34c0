//! `matmul` against schoolbook multiplication of the same matrices, and its inner threads.

use parlab::scenario::{Inputs, Value};
use parlab::workload::{Cancelled, SharedCells, TaskContext};

use super::context::tells_and_stops;
use super::{build, job, objections, results};
use crate::common::report;
use crate::common::running::warnings;

/// The matrix that a number stands for, by a generator written down from its description.
fn matrix(n: usize, seed: u64, number: u64) -> Vec<Vec<i64>> {
    let mut state = seed ^ (number + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let mut nibbles = Vec::new();
    while nibbles.len() < n * n {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        nibbles.extend((0..16).map(|i| (z >> (4 * i) & 15) as i64 - 8));
    }
    nibbles.chunks(n).take(n).map(<[i64]>::to_vec).collect()
}

/// Sum and trace of the product, an entry at a time.
fn schoolbook(n: usize, task: u64) -> [f64; 2] {
    let (a, b) = (matrix(n, 7, 2 * task), matrix(n, 7, 2 * task + 1));
    let entry = |i: usize, j: usize| (0..n).map(|k| a[i][k] * b[k][j]).sum::<i64>();
    let sum: i64 = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| entry(i, j)).sum();
    [sum as f64, (0..n).map(|i| entry(i, i)).sum::<i64>() as f64]
}

#[test]
fn products_are_those_of_the_schoolbook() {
    for n in [1, 2, 63, 64, 65, 130] {
        for (task, values) in (0..).zip(results("matmul", &format!("tasks = 3\nn = {n}"), 3)) {
            assert_eq!(values[..2], schoolbook(n, task), "n = {n}, task {task}");
        }
    }
}

#[test]
fn tiles_in_both_directions_make_one_product() {
    // From n = 725 on a tile is narrower than the matrix. Sum and trace follow from row and column sums alone.
    let n = 800;
    let (a, b) = (matrix(n, 7, 0), matrix(n, 7, 1));
    let columns = |k: usize| a.iter().map(|row| row[k]).sum::<i64>();
    let sum: i64 = (0..n).map(|k| columns(k) * b[k].iter().sum::<i64>()).sum();
    let trace: i64 = (0..n).map(|i| (0..n).map(|k| a[i][k] * b[k][i]).sum::<i64>()).sum();
    for threads in ["1", "2", "5", "'all'"] {
        let body = format!("tasks = 1\nn = {n}\ninner_threads = {threads}");
        assert_eq!(results("matmul", &body, 1)[0][..2], [sum as f64, trace as f64], "{threads} threads");
    }
}

#[test]
fn all_means_as_many_threads_as_there_are_usable_cpus() {
    assert_eq!(job("matmul", "tasks = 1\ninner_threads = 'all'").params["inner_threads"], Value::Whole(2));
    assert_eq!(job("matmul", "tasks = 1").params["inner_threads"], Value::Whole(1));
    let Inputs::Grid(axes) = job("matmul", "[grid]\ninner_threads = ['all', 3]").inputs else { panic!("no grid") };
    assert_eq!(axes[0].values, [Value::Whole(2), Value::Whole(3)]);
}

#[test]
fn it_tells_how_far_it_is_and_stops() {
    tells_and_stops(&*build("matmul", "tasks = 1\nn = 700"), 0, 10);
}

#[test]
fn filling_a_large_matrix_can_be_called_off() {
    /// Looks only; a product of this size would take minutes to come to its first report of progress.
    struct Impatient(std::cell::Cell<u32>);
    impl TaskContext for Impatient {
        fn progress(&self, _: f64) -> Result<(), Cancelled> {
            panic!("it went on to multiply")
        }
        fn cancelled(&self) -> bool {
            self.0.set(self.0.get() + 1);
            self.0.get() > 10
        }
        fn sleep(&self, _: std::time::Duration) -> Result<(), Cancelled> {
            Ok(())
        }
        fn worker(&self) -> u32 {
            0
        }
        fn shared_cells(&self) -> &SharedCells {
            panic!("products share nothing")
        }
    }
    let context = Impatient(std::cell::Cell::new(0));
    assert_eq!(build("matmul", "tasks = 1\nn = 8192").run(0, &context), Err(Cancelled));
    assert_eq!(context.0.get(), 11);
}

#[test]
fn parameters_keep_to_their_bounds() {
    assert!(objections("matmul", "n = 0").contains("n = 0: must be at least 1"));
    assert!(objections("matmul", "n = 10000").contains("must be at most 8192"));
    assert!(objections("matmul", "inner_threads = 0").contains("must be at least 1"));
    assert!(objections("matmul", "inner_threads = 1025").contains("must be at most 1024"));
    assert!(objections("matmul", "inner_threads = 'al'").contains("did you mean \"all\"?"));
    assert!(objections("matmul", "inner_threads = 1.5").contains("must be a whole number"));
}

#[test]
fn more_threads_than_cpus_are_warned_of_and_no_failure() {
    let toml = |inner: &str| {
        format!(
            "[workload]\nkind = 'matmul'\nn = 200\ntasks = 4\ninner_threads = {inner}\n\
             [sweep]\nbackends = ['threads']\nworkers = 2\nrepeats = 1\nwarmup = 0\n"
        )
    };
    let (all, code, stderr) = report(&toml("'all'"), &[]);
    assert_eq!((code, &all["status"]), (0, &"done".into()), "{stderr}");
    let told = warnings(&all, "oversubscribed");
    assert!(told.len() == 1 && told[0].starts_with("2 workers × ") || all["machine"]["usable_cpus"] == 1, "{told:?}");
    let (one, ..) = report(&toml("1"), &[]);
    assert!(warnings(&one, "oversubscribed").is_empty());
    assert_eq!(all["configs"][0]["checksum"], one["configs"][0]["checksum"]);
}

#[test]
fn what_inner_threads_use_is_on_the_bill() {
    let toml = "[workload]\nkind = 'matmul'\nn = 600\ntasks = 2\ninner_threads = 4\n\
                [sweep]\nbackends = ['serial']\nworkers = 1\nrepeats = 1\nwarmup = 0\n";
    let cpu_s = |inner: &str| {
        let (report, code, stderr) = report(&toml.replace("inner_threads = 4", inner), &[]);
        assert_eq!(code, 0, "{stderr}");
        // Of so little time it is by chance how much the kernel counts as user time.
        ["user", "system"]
            .map(|mode| report["configs"][0]["cpu_s"][mode].as_f64().expect("CPU time"))
            .iter()
            .sum::<f64>()
    };
    // Without the others' share the bill would be a quarter of it.
    let (alone, helped) = (cpu_s("inner_threads = 1"), cpu_s("inner_threads = 4"));
    assert!(helped > 0.5 * alone, "{helped} s of CPU time with helpers, {alone} s without");
}
