//! Data that cannot be used: told before anything is run, with file, line and remedy.

use std::path::Path;
use std::process::Output;

use nix::sys::stat::Mode;
use parlab::scenario::{Catalog, Overrides, Source};

use crate::common::{folder, parlab, stderr, stdout, untitled};

const DATA: &str = "[workload]\nkind = 'svc'\ndata = 'd.csv'\n[grid]\nC = [1, 2]\n";

fn parlab_on(command: &str, folder: &Path, toml: &str) -> Output {
    let path = untitled(folder, toml);
    parlab().arg(command).arg(path).output().unwrap()
}

/// What `check` and `run` say of a file that is none.
fn checked(prepare: impl FnOnce(&Path)) -> String {
    let folder = folder();
    prepare(&folder.path().join("d.csv"));
    let [check, run] = ["check", "run"].map(|command| parlab_on(command, folder.path(), DATA));
    assert_eq!((check.status.code(), run.status.code()), (Some(2), Some(2)));
    let said = stdout(&check);
    assert!(stderr(&run).contains(said.trim()), "{} and {said}", stderr(&run));
    assert!(said.contains("case.toml:4: data = 'd.csv': ") && said.contains("/d.csv: "), "{said}");
    said
}

/// What `run` says of a file's content; `check` does not look into it.
fn run(csv: &str, keys: &str) -> String {
    let folder = folder();
    std::fs::write(folder.path().join("d.csv"), csv).unwrap();
    let toml = DATA.replace("[grid]", &format!("{keys}\n[grid]"));
    assert_eq!(parlab_on("check", folder.path(), &toml).status.code(), Some(0));
    let output = parlab_on("run", folder.path(), &toml);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{csv}");
    let said = stderr(&output);
    assert_eq!(said.lines().count(), 1, "{said}");
    said.trim().rsplit_once("/d.csv").unwrap_or_else(|| panic!("{said}")).1.to_owned()
}

#[test]
fn a_file_that_is_none_is_found_by_check() {
    assert!(checked(|_| ()).contains("there is no such file"));
    assert!(checked(|path| std::fs::create_dir(path).unwrap()).contains("is a folder; name a data file in it"));
    let pipe = |path: &Path| nix::unistd::mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    assert!(checked(pipe).contains("is a pipe; a data file must be a regular file"));
    let device = |path: &Path| std::os::unix::fs::symlink("/dev/zero", path).unwrap();
    assert!(checked(device).contains("is a device; a data file must be a regular file"));
    let huge = |path: &Path| std::fs::File::create(path).unwrap().set_len((256 << 20) + 1).unwrap();
    assert!(checked(huge).contains("is larger than 256 MiB, the most a data file may be"));
}

#[test]
fn content_that_cannot_be_used_is_told_with_its_line() {
    assert_eq!(run("1,2,0\n1,1\n", ""), ":2: has 2 columns, and line 1 has 3; all must have as many");
    assert_eq!(run("a,y\n1,0\nx,1\n", ""), ":3: column 1: \"x\" is no number");
    assert_eq!(run("1,0\nNaN,1\n", ""), ":2: column 1: NaN is no finite number; remove the sample or fill it in");
    assert_eq!(run("1,0\n2,0\n", ""), ": has samples of one class only; there is nothing to tell apart");
    assert_eq!(run("1,0\n2,0\n3,1\n", ""), ": folds = 2 is too many: the smallest class has 1 sample");
    assert_eq!(run("1,0\n2,0\n3,1\n1,1\n", "folds = 3"), ": folds = 3 is too many: the smallest class has 2 samples");
    assert_eq!(run("", ""), ": holds no samples");
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_line() {
    let folder = folder();
    std::fs::write(folder.path().join("d.csv"), b"1,0\n\xff,1\n").unwrap();
    let output = parlab_on("run", folder.path(), DATA);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("/d.csv:2: byte 0xff is not valid UTF-8"), "{}", stderr(&output));
}

#[test]
fn more_than_the_memory_is_refused_before_it_is_allocated() {
    let folder = folder();
    let toml = "[workload]\nkind = 'svc'\nsamples = 1e9\nfeatures = 1e5\n[grid]\nC = [1]\n";
    let output = parlab_on("run", folder.path(), toml);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains(" of memory to give; ask for fewer workers"), "{}", stderr(&output));
    // To try it all the same does not make room for the data itself.
    let output = parlab().args(["run", "--yes"]).arg(untitled(folder.path(), toml)).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("1 000 000 000 samples take ") && said.contains(" are free; use fewer"), "{said}");
}

/// What a worker needs, by the body of a scenario.
fn worker_bytes(toml: &str) -> u64 {
    let text = format!("title = 't'\n{toml}");
    let scenario =
        Source::new("x.toml", &text).parse(&Catalog::new(parlab::workload::specs(), 2), &Overrides::default()).unwrap();
    parlab::workload::needs(&scenario.job).worker_bytes
}

#[test]
fn what_every_worker_takes_is_known_beforehand() {
    let drawn = |samples: u64, features: u64| {
        worker_bytes(&format!(
            "[workload]\nkind = 'svc'\nsamples = {samples}\nfeatures = {features}\n[grid]\nC = [1]\n"
        ))
    };
    // A copy of 100 × (24 + 8 + 4 × 16) bytes, what a fit keeps, and a kernel of 100 × 100 numbers of 4 bytes.
    assert_eq!(drawn(100, 4), 100 * (96 + 160) + 40_000);
    // The kernel's rows are kept up to 200 MiB.
    assert_eq!(drawn(100_000, 1), 100_000 * (48 + 160) + (200 << 20));
    assert!(drawn(1_000_000_000, 100_000) > 1 << 50);
    // The bundled data has 13 000 lines of 4 numbers and a class.
    let bundled = worker_bytes("[workload]\nkind = 'svc'\ndata = 'make_classification_13000.csv'\n[grid]\nC = [1]\n");
    let training = bundled - (200 << 20);
    assert!((13_000 * (96 + 160)..13_100 * (112 + 160) + 200).contains(&training), "{training}");
}
