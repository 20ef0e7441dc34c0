//! The commands beside the runs themselves, by the real binary: what they print, and the exit codes that scripts
//! rely on.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use crate::common::{self, AT_ONCE, Unprivileged, folder, have, parlab, scenario, skip, stderr, stdout, untitled};
use serde_json::Value;

fn run(args: &[&str]) -> Output {
    let output = parlab().args(args).stdin(Stdio::null()).output().expect("parlab");
    assert!(!stderr(&output).contains("panicked"), "{args:?}: {}", stderr(&output));
    output
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|error| panic!("{error}: {}", stdout(output)))
}

#[test]
fn a_report_for_people_names_what_was_run() {
    let output = run(&["run", "cubes", "--repeats", "1", "--warmup", "0", "--workers", "1,2"]);
    assert_eq!(code(&output), 0);
    for word in ["serial", "threads × 2", "processes × 2"] {
        assert!(stdout(&output).contains(word), "{word}: {}", stdout(&output));
    }
    // Standard error is no terminal: a line a trial.
    assert_eq!(stderr(&output).lines().filter(|line| line.starts_with("trial ")).count(), 5, "{}", stderr(&output));
}

#[test]
fn names_that_are_not_known_are_answered_with_the_nearest() {
    for args in [&["run", "crunhc"][..], &["show", "crunhc"], &["crunhc"]] {
        let output = run(args);
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(stdout(&output).is_empty() && stderr(&output).contains("crunch"), "{args:?}: {}", stderr(&output));
    }
    let output = run(&["lst"]);
    assert_eq!(code(&output), 2, "taken for a scenario's name");
    for (args, near) in [(["run", "cubes", "--worker", "2"], "--workers"), (["run", "cubes", "--seeds", "2"], "--seed")]
    {
        let output = run(&args);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains(near), "{}", stderr(&output));
    }
}

#[test]
fn formats_of_later_versions_are_named_as_such() {
    for format in ["csv", "md", "svg"] {
        let output = run(&["run", "cubes", "--format", format]);
        assert_eq!((code(&output), stdout(&output).as_str()), (2, ""));
        let expected =
            format!("parlab: --format {format}: comes with a later version; this one writes text and json\n");
        assert_eq!(stderr(&output), expected);
    }
    for command in ["compare", "report", "replay"] {
        let output = run(&[command, "x"]);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains("later version"), "{}", stderr(&output));
    }
    assert_eq!(code(&run(&["run", "cubes", "--format", "yaml"])), 2);
    assert_eq!(code(&run(&["run", "cubes", "--format", ""])), 2);
}

#[test]
fn bad_options_are_refused_at_once() {
    let cases: &[&[&str]] = &[
        &["--workers", "0"],
        &["--workers", "-1"],
        &["--workers", "4097"],
        &["--workers", "1..99999999999999999999"],
        &["--workers", "5..1"],
        &["--workers", "1..8 step 0"],
        &["--workers", "nan"],
        &["--workers", "1.5"],
        &["--workers", ""],
        &["--workers", ","],
        &["--workers", "cores+999999999999"],
        &["--workers", "cores-5000"],
        &["--workers", "pow2..0"],
        &["--repeats", "0"],
        &["--repeats", "-3"],
        &["--repeats", "NaN"],
        &["--repeats", "18446744073709551616"],
        &["--repeats", "1001"],
        &["--warmup", "1000000"],
        &["--chunk", "0"],
        &["--chunk", "1e99"],
        &["--seed", "-1"],
        &["--seed", "0x10"],
        &["--schedule", "fastest"],
        &["--schedule", "stealing", "--backends", "processes"],
        &["--backends", ""],
        &["--backends", "threads,,processes"],
        &["--backends", "ray"],
        &["--workers", "1..4096", "--repeats", "1000"],
        &["--nonsense"],
        &["--repeats"],
        &["one", "too", "many"],
    ];
    for case in cases {
        let begun = Instant::now();
        let output = run(&[&["run", "cubes"], *case].concat());
        let took = begun.elapsed();
        assert_eq!(code(&output), 2, "{case:?}: {}", stderr(&output));
        assert!(stdout(&output).is_empty() && !stderr(&output).is_empty(), "{case:?}");
        assert!(took < AT_ONCE, "{case:?}: {took:?}");
    }
}

/// A file with many faults, and the line and a word of the answer for each.
const FAULTY: &str = "title = \"Faults\"\n\
     sumary = \"misspelt\"\n\
     [workload]\n\
     kind = \"countdown\"\n\
     steps = -1\n\
     inputs = [1, nan, -2]\n\
     [sweep]\n\
     backends = [\"thread\"]\n\
     workers = \"0..4\"\n\
     repeats = 0\n\
     timeout_s = 0\n\
     chunk = 1.5\n\
     order = \"longest\"\n";

#[test]
fn check_tells_every_problem_of_every_file() {
    let folder = folder();
    let faulty = scenario(folder.path(), "faulty", FAULTY);
    let fine = untitled(folder.path(), "[workload]\nkind = \"square\"\ntasks = 3\n");
    let output = parlab().arg("check").args([&faulty, &fine, Path::new("missing.toml")]).output().expect("parlab");
    assert_eq!(code(&output), 2);
    let told = stdout(&output) + &stderr(&output);
    let place = faulty.display();
    for (line, word) in [
        (2, "summary"),
        (5, "steps"),
        (6, "inputs[1]"),
        (6, "inputs[2]"),
        (8, "threads"),
        (9, "at least 1"),
        (10, "repeats"),
        (11, "timeout_s"),
        (12, "chunk"),
        (13, "longest-first"),
    ] {
        let start = format!("{place}:{line}: ");
        assert!(
            told.lines().any(|told| told.starts_with(&start) && told.contains(word)),
            "{start} … {word}, in:\n{told}"
        );
    }
    assert!(told.contains("missing.toml") && told.contains(&format!("{}: ok", fine.display())), "{told}");
    let output = parlab().args(["run", "--quiet"]).arg(&faulty).output().expect("parlab");
    assert_eq!((code(&output), stdout(&output).as_str()), (2, ""));
    assert!(stderr(&output).contains(&format!("{place}:13")), "a run tells all of them too: {}", stderr(&output));
    assert_eq!(code(&run(&["check"])), 2);
}

#[test]
fn files_that_are_no_scenarios_are_refused_at_once() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("binary.toml"), [0xFF, 0xFE, 0x00, 0x80]).expect("a file");
    fs::write(path("empty.toml"), "").expect("a file");
    fs::write(path("deep.toml"), format!("x = {}", "[".repeat(200_000))).expect("a file");
    fs::File::create(path("huge.toml")).and_then(|file| file.set_len(1 << 30)).expect("a sparse file");
    fs::create_dir(path("folder.toml")).expect("a folder");
    std::os::unix::fs::symlink(path("loop.toml"), path("loop.toml")).expect("a link");
    let workload = |text: &str| format!("title = \"T\"\n[workload]\nkind = \"square\"\n{text}\n");
    fs::write(path("many.toml"), workload("tasks = 1000000000000000000")).expect("a file");
    fs::write(path("negative.toml"), workload("tasks = -1")).expect("a file");
    fs::write(path("infinite.toml"), workload("inputs = [inf]")).expect("a file");
    fs::write(path("none.toml"), workload("inputs = []")).expect("a file");
    fs::write(path("both.toml"), workload("inputs = [1]\ntasks = 1")).expect("a file");
    fs::write(path("grid.toml"), workload("[grid]\nx = []")).expect("a file");
    nix::unistd::mkfifo(&path("fifo.toml"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    for name in [
        "binary", "empty", "deep", "huge", "folder", "loop", "many", "negative", "infinite", "none", "both", "grid",
        "fifo",
    ] {
        let file = path(&format!("{name}.toml"));
        for command in ["check", "run"] {
            let begun = Instant::now();
            let output = parlab().arg(command).arg(&file).output().expect("parlab");
            assert_eq!(code(&output), 2, "{command} {name}: {}", stderr(&output));
            assert!((stdout(&output) + &stderr(&output)).contains(name), "{command} {name}");
            assert!(begun.elapsed() < AT_ONCE, "{command} {name}: {:?}", begun.elapsed());
        }
    }
    let output = parlab().args(["check", "/dev/zero"]).output().expect("parlab");
    assert_eq!(code(&output), 2);
}

#[test]
fn the_machine_is_told_in_json_and_in_words() {
    let output = run(&["machine", "--format", "json"]);
    assert_eq!(code(&output), 0);
    let machine = json(&output);
    let (logical, usable) = (machine["logical_cpus"].as_u64(), machine["usable_cpus"].as_u64());
    assert!(usable >= Some(1) && usable <= logical, "{machine:#}");
    assert_eq!(machine["usable_list"].as_array().map(Vec::len), usable.map(|n| n as usize), "{machine:#}");
    let output = run(&["machine"]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).lines().count() > 3);
}

#[test]
fn fewer_cpus_are_usable_where_fewer_are_allowed() {
    if !have("taskset") {
        return;
    }
    let first = json(&run(&["machine", "--format", "json"]))["usable_list"][0].to_string();
    let on_one = || {
        let mut command = Command::new("taskset");
        command.args(["-c", &first]).arg(common::binary()).envs(crate::common::UNDISTURBED);
        command
    };
    let output = on_one().args(["machine", "--format", "json"]).output().expect("taskset");
    let machine = json(&output);
    assert_eq!(machine["usable_cpus"], 1);
    if machine["logical_cpus"].as_u64() > Some(1) {
        assert!(machine["limited_by"].as_array().expect("limits").contains(&"affinity".into()), "{machine:#}");
    }
    let args = ["run", "cubes", "--workers", "1..cores", "--repeats", "1", "--quiet", "--format", "json"];
    let output = on_one().args(args).output().expect("taskset");
    assert_eq!(json(&output)["configs"].as_array().map(Vec::len), Some(3), "serial, threads × 1, processes × 1");
}

/// parlab with at most so many processes and threads.
fn limited(user: &Unprivileged, tasks: u32) -> Command {
    let mut command = user.command("prlimit");
    command.arg(format!("--nproc={tasks}:{tasks}")).arg(user.binary());
    command
}

#[test]
fn more_workers_than_a_limit_allows_are_refused() {
    let args = ["run", "cubes", "--quiet", "--repeats", "1", "--warmup", "0", "--workers"];
    let Some(user) = Unprivileged::new(54_322) else { return };
    let output = limited(&user, 40).args(args).arg("1,40").output().expect("prlimit");
    assert_eq!((code(&output), stdout(&output).as_str()), (3, ""), "{}", stderr(&output));
    // One of the 40 is parlab itself.
    for word in ["40 workers and ", " are more than the 39 ", "ulimit -u", "--yes"] {
        assert!(stderr(&output).contains(word), "{word}: {}", stderr(&output));
    }
    let output = limited(&user, 40).args(args).arg("200").args(["--backends", "serial"]).output().expect("prlimit");
    assert_eq!(code(&output), 0, "a serial run starts no worker: {}", stderr(&output));
}

#[test]
fn what_a_limit_does_not_hold_for_is_not_refused() {
    if !have("prlimit") {
        return;
    }
    if !nix::unistd::getuid().is_root() {
        return skip("a limit holds for all but root");
    }
    let mut parlab = Command::new("prlimit");
    parlab.arg("--nproc=40:40").arg(common::binary());
    let output =
        parlab.args(["run", "cubes", "--quiet", "--repeats", "1", "--warmup", "0", "--workers", "60"]).output();
    let output = output.expect("prlimit");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

#[test]
fn a_limit_that_is_only_found_out_by_running_into_it_is_told() {
    let Some(user) = Unprivileged::new(54_321) else { return };
    for backend in ["threads", "processes"] {
        let toml = ["run", "cubes", "--quiet", "--yes", "--repeats", "2", "--warmup", "0", "--format", "json"];
        let more = ["--workers", "2,100", "--backends", backend];
        let output = limited(&user, 30).args(toml).args(more).output().expect("setpriv");
        let report = json(&output);
        assert_eq!((code(&output), report["status"].as_str()), (1, Some("failed")), "{backend}: {report:#}");
        let broken = common::running::warnings(&report, "trial-broken");
        assert_eq!(broken.len(), 2, "{backend}: {broken:?}");
        assert!(broken[0].contains("× 100"), "{broken:?}");
        let small = &report["configs"].as_array().expect("configs")[1];
        assert_eq!(small["wall_s"]["samples"].as_array().map(Vec::len), Some(2), "{backend}: the others are measured");
    }
}

#[test]
fn a_nursery_is_not_started_by_hand() {
    let begun = Instant::now();
    for args in [&["__forkserver"][..], &["__forkserver", "x"], &["--ascii", "__forkserver"]] {
        let output = run(args);
        assert_eq!(code(&output), 2, "{args:?}: {}", stderr(&output));
    }
    // Neither does one that is given a socket hold on to anything.
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().expect("a socket");
    let mut command = parlab();
    command.arg("__forkserver").stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)));
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().expect("parlab");
    drop(command);
    std::io::Write::write_all(&mut &ours, b"nonsense\n").expect("a socket");
    child.wait().expect("a status");
    assert!(begun.elapsed() < 2 * AT_ONCE);
    assert!(!stdout(&run(&["--help"])).contains("__forkserver"));
}

#[test]
fn help_and_version_are_printed_to_standard_output() {
    for args in [&["--help"][..], &["-h"], &["run", "--help"], &["check", "--help"], &["help"], &["help", "run"]] {
        let output = run(args);
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""), "{args:?}");
        assert!(stdout(&output).contains("Usage"), "{args:?}");
    }
    let output = run(&["--version"]);
    assert_eq!(stdout(&output), format!("parlab {}\n", env!("CARGO_PKG_VERSION")));
    let output = run(&["run"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (2, ""));
}

#[test]
fn names_of_files_may_be_anything() {
    let folder = folder();
    let toml = "title = \"T\"\n[workload]\nkind = \"square\"\ntasks = 3\n[sweep]\nrepeats = 1\nwarmup = 0\n";
    for name in ["with space", "ünï", "list", "-dash", "a.b"] {
        let path = scenario(folder.path(), name, toml);
        let output = parlab().args(["run", "--quiet", "--format", "json"]).arg(&path).output().expect("parlab");
        assert_eq!(code(&output), 0, "{name}: {}", stderr(&output));
        assert_eq!(json(&output)["scenario"]["name"], name);
        let output = parlab()
            .args(["run", "--quiet", "--workers", "1", "--", &format!("{name}.toml")])
            .current_dir(folder.path())
            .output()
            .expect("parlab");
        assert_eq!(code(&output), 0, "{name}: {}", stderr(&output));
    }
    use std::os::unix::ffi::OsStrExt as _;
    let path = folder.path().join(std::ffi::OsStr::from_bytes(b"bad-\xFF.toml"));
    fs::write(&path, toml).expect("a file");
    let output = parlab().args(["run", "--quiet"]).arg(&path).output().expect("parlab");
    assert!(matches!(code(&output), 0 | 2), "{}", stderr(&output));
}

#[test]
fn an_environment_without_anything_will_do() {
    let output = Command::new(common::binary())
        .args(["run", "cubes", "--quiet", "--repeats", "1", "--format", "json"])
        .env_clear()
        .current_dir("/")
        .output()
        .expect("parlab");
    assert_eq!((code(&output), json(&output)["status"].as_str()), (0, Some("done")), "{}", stderr(&output));
}

#[test]
fn the_pages_that_are_bundled_are_what_the_commands_print() {
    let page = |name: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name));
    for (args, name) in
        [(&["list", "--kinds", "--format", "md"][..], "KINDS.md"), (&["schema"], "scenario.schema.json")]
    {
        let output = run(args);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert_eq!(stdout(&output), page(name).expect("a page"), "{name}");
    }
    let output = run(&["list", "--format", "md"]);
    assert_eq!((code(&output), stdout(&output).as_str()), (2, ""));
    assert!(stderr(&output).contains("--format md: only kinds are written so; add --kinds"), "{}", stderr(&output));
}

#[test]
fn a_report_is_ascii_where_the_locale_says_so() {
    let folder = folder();
    let toml = "title = \"Wörter × Zahlen\"\nlesson = \"Größer → besser …\"\n[workload]\nkind = \"sleep\"\n\
                tasks = 12000\nunit_s = 0\n[sweep]\nworkers = 2\nrepeats = 2\nwarmup = 0\n";
    let path = scenario(folder.path(), "case", toml);
    for (locale, ascii) in [("C", true), ("POSIX", true), ("en_GB.ISO-8859-1", true), ("C.UTF-8", false)] {
        let output = parlab().env("LC_ALL", locale).arg("run").arg(&path).output().expect("parlab");
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert_eq!((output.stdout.is_ascii(), output.stderr.is_ascii()), (ascii, ascii), "{}", stdout(&output));
        let words = if ascii { "Woerter x Zahlen" } else { "Wörter × Zahlen" };
        assert!(stdout(&output).contains(words), "{}", stdout(&output));
        assert!(!ascii || stdout(&output).contains("threads x 2") && stdout(&output).contains("####"));
        assert!(!stdout(&output).lines().any(|line| line.contains('?')), "{}", stdout(&output));
        // What scripts read stays as it is.
        let output = parlab().env("LC_ALL", locale).args(["run", "--quiet", "--format", "json"]).arg(&path).output();
        assert_eq!(json(&output.expect("parlab"))["configs"].as_array().map(Vec::len), Some(3));
    }
}

#[test]
fn completions_and_the_manual_are_printed_whole_or_not_at_all() {
    let commands = ["run", "list", "show", "check", "schema", "machine", "completions", "man"];
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&["completions", shell]);
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
        let script = stdout(&output);
        assert!(commands.iter().all(|command| script.contains(command)), "{shell}: {script}");
    }
    let folder = folder();
    let script = folder.path().join("completions");
    fs::write(&script, run(&["completions", "bash"]).stdout).expect("a file");
    let source =
        "source \"$1\"; COMP_WORDS=(parlab ru); COMP_CWORD=1; _parlab parlab ru parlab; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", source, "bash"]).arg(script).output().expect("bash");
    assert_eq!((stdout(&output).as_str(), stderr(&output).as_str()), ("run\n", ""));
    let page = stdout(&run(&["man"]));
    assert!(page.lines().any(|line| line.starts_with(".TH parlab 1")), "{page}");
    assert!(commands.iter().all(|command| page.contains(&format!(".SH \"PARLAB {}\"", command.to_uppercase()))));

    for args in [&["completions", "zsh"][..], &["man"]] {
        let full = fs::File::options().write(true).open("/dev/full").expect("a full disk");
        let output = parlab().args(args).stdout(full).output().expect("parlab");
        assert_eq!(code(&output), 1, "{args:?}");
        assert!(stderr(&output).contains("standard output"), "{}", stderr(&output));
    }
    assert_eq!(code(&run(&["completions", "dash"])), 2);
    assert_eq!(code(&run(&["completions"])), 2);
}
