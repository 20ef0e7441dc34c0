//! A file that was there was lost, or one that was asked for was not written, in silence.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use nix::sys::stat::Mode;
use serde_json::Value;

use crate::common::disk::Disk;
use crate::common::running::warnings;
use crate::common::terminal::Session;
use crate::common::{PATIENCE, Unprivileged, folder, parlab, scenario, stderr, stdout, untitled};

const TOML: &str = "[workload]\nkind = 'square'\ntasks = 90\n[sweep]\nbackends = ['threads']\nworkers = 1\nrepeats = 1\n\
                    warmup = 0\n";

/// More than fits into a pipe, in its journal.
const LONG: &str = "[workload]\nkind = 'square'\ntasks = 9000\n[sweep]\nbackends = ['threads']\nworkers = [1, 2]\n\
                    repeats = 2\nwarmup = 0\n";

const OLD: &str = "an old report that must not be lost";

/// A program that ends, or the test fails.
fn ended(command: &mut Command) -> Output {
    let folder = folder();
    let file = |name: &str| folder.path().join(name);
    command.stdin(Stdio::null());
    command.stdout(fs::File::create(file("out")).expect("a file"));
    command.stderr(fs::File::create(file("err")).expect("a file"));
    let mut child = command.spawn().expect("parlab");
    let until = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if Instant::now() > until {
            child.kill().expect("a child");
            child.wait().expect("a child");
            panic!("{command:?} does not end");
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    let read = |name: &str| fs::read(file(name)).expect("a file");
    Output { status, stdout: read("out"), stderr: read("err") }
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("no report: {error}: {}", stderr(output)))
}

/// `parlab run -q --format json` in a folder.
fn run(folder: &Path, args: &[&str]) -> Output {
    ended(parlab().args(["run", "-q", "--format", "json"]).args(args).current_dir(folder))
}

/// A folder with a scenario that reads data, and all the names that these two files can have.
fn with_data() -> tempfile::TempDir {
    let folder = folder();
    let svc = "[workload]\nkind = 'svc'\ndata = 'data.csv'\nfolds = 2\n[grid]\nC = [1.0]\n[sweep]\nrepeats = 1\n\
               workers = 1\nbackends = ['threads']\n";
    untitled(folder.path(), svc);
    let rows: String = (0..20).map(|i| format!("{},{},{}\n", i % 2, i % 3, i % 2)).collect();
    fs::write(folder.path().join("data.csv"), rows).expect("data");
    fs::create_dir(folder.path().join("deep")).expect("a folder");
    symlink(".", folder.path().join("here")).expect("a link");
    for file in ["case.toml", "data.csv"] {
        symlink(file, folder.path().join(format!("link-{file}"))).expect("a link");
        fs::hard_link(folder.path().join(file), folder.path().join(format!("hard-{file}"))).expect("a link");
    }
    folder
}

fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        entries.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn outputs_that_are_inputs_are_refused() {
    let folder = with_data();
    let before = contents(folder.path());
    for file in ["case.toml", "data.csv"] {
        let names = ["", "./", "deep/../", "here/", "link-", "hard-", "here/here/link-"];
        for output in names.map(|before| format!("{before}{file}")) {
            for option in ["-o", "--journal"] {
                let refused = run(folder.path(), &["case.toml", option, &output]);
                assert_eq!(
                    (code(&refused), stdout(&refused).as_str()),
                    (2, ""),
                    "{option} {output}: {}",
                    stderr(&refused)
                );
                assert!(stderr(&refused).contains("the same file as the "), "{}", stderr(&refused));
            }
            // The screen is not even opened.
            if file == "case.toml" {
                let refused = ended(parlab().args(["case.toml", "--journal", &output]).current_dir(folder.path()));
                assert!(code(&refused) == 2 && stderr(&refused).contains("the same file"), "{}", stderr(&refused));
            }
            assert_eq!(contents(folder.path()), before, "{output}");
        }
    }
    let other = folder.path().join("other.json");
    assert_eq!(code(&run(folder.path(), &["case.toml", "-o", "other.json"])), 0);
    assert!(other.exists(), "any other file will do");
}

#[test]
fn outputs_that_are_each_other_are_refused() {
    let folder = with_data();
    fs::write(folder.path().join("there"), OLD).expect("a file");
    symlink("new", folder.path().join("to-new")).expect("a link");
    fs::hard_link(folder.path().join("there"), folder.path().join("hard")).expect("a link");
    let before = contents(folder.path());
    let pairs = [
        ("new", "new"),
        ("new", "./new"),
        ("here/new", "deep/../new"),
        ("to-new", "new"),
        ("new", "to-new"),
        ("there", "there"),
        ("there", "hard"),
        ("here/hard", "there"),
    ];
    for (report, journal) in pairs {
        let refused = run(folder.path(), &["case.toml", "-o", report, "--journal", journal]);
        assert_eq!((code(&refused), stdout(&refused).as_str()), (2, ""), "{report} {journal}: {}", stderr(&refused));
        assert_eq!(contents(folder.path()), before, "{report} {journal}: nothing is touched");
    }
    // Where standard output goes, the report goes.
    let file = fs::OpenOptions::new().append(true).open(folder.path().join("there")).expect("a file");
    let mut same = parlab();
    same.args(["run", "-q", "case.toml", "--journal", "there"]).current_dir(folder.path()).stdout(file);
    assert_eq!(same.status().expect("parlab").code(), Some(2));
    assert_eq!(contents(folder.path()), before);
    // Any number of outputs may be thrown away.
    assert_eq!(code(&run(folder.path(), &["case.toml", "-o", "/dev/null", "--journal", "/dev/null"])), 0);
}

#[test]
fn a_report_that_does_not_fit_leaves_the_old_one() {
    let Some(disk) = Disk::new("size=128k") else { return };
    let folder = folder();
    let case = untitled(folder.path(), TOML);
    let long = "x".repeat(255);
    for name in ["old", &long] {
        fs::write(disk.path().join(name), OLD).expect("a file");
    }
    symlink("old", disk.path().join("link")).expect("a link");
    fs::write(disk.path().join("one"), OLD).expect("a file");
    fs::hard_link(disk.path().join("one"), disk.path().join("two")).expect("a link");
    disk.fill();
    let before = contents(disk.path());
    for name in ["old", "link", "one", &long] {
        let output = run(disk.path(), &[case.to_str().expect("a path"), "-o", name]);
        assert_eq!(code(&output), 1, "{name}: {}", stderr(&output));
        assert!(stderr(&output).contains("No space left on device"), "{}", stderr(&output));
        assert_eq!(contents(disk.path()), before, "{name}");
        let told = warnings(&report(&output), "report-redirected");
        assert!(matches!(&told[..], [only] if only.contains("No space left on device")), "{told:?}");
        assert_eq!(report(&output)["status"], "done", "nothing that was measured is lost");
    }
}

#[test]
fn without_an_inode_left_an_old_file_is_still_replaced() {
    let Some(disk) = Disk::new("size=1m,nr_inodes=4") else { return };
    let folder = folder();
    let case = untitled(folder.path(), TOML);
    let case = case.to_str().expect("a path");
    for name in ["old", "other", "filler"] {
        fs::write(disk.path().join(name), OLD).expect("a file");
    }
    let output = run(disk.path(), &[case, "-o", "new"]);
    assert_eq!((code(&output), disk.path().join("new").exists()), (1, false), "{}", stderr(&output));
    let output = run(disk.path(), &[case, "-o", "old"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let old = fs::read(disk.path().join("old")).expect("a report");
    assert_eq!(serde_json::from_slice::<Value>(&old).expect("JSON")["status"], "done");
    disk.fill();
    let before = contents(disk.path());
    let output = run(disk.path(), &[case, "-o", "other"]);
    assert_eq!(code(&output), 1);
    assert_eq!(contents(disk.path()), before);
}

#[test]
fn a_folder_that_cannot_be_written_spares_the_file_in_it() {
    let Some(user) = Unprivileged::new(61_301) else { return };
    let Some(disk) = Disk::new("size=1m,mode=755") else { return };
    let folder = folder();
    let case = untitled(folder.path(), TOML);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    let old = disk.path().join("old");
    fs::write(&old, OLD).expect("a file");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o666)).expect("a mode");
    let run = || {
        let mut command = user.parlab();
        command.args(["run", "-q", "--format", "json", "-o"]).arg(&old).arg(&case);
        ended(command.env("XDG_CONFIG_HOME", "/nonexistent"))
    };
    let whole = vec![b'x'; 20_000];
    fs::write(&old, &whole).expect("a file");
    let output = run();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let report = fs::read(&old).expect("a report");
    assert_eq!(serde_json::from_slice::<Value>(&report).expect("JSON, and no rest of the old")["status"], "done");
    assert_eq!(fs::metadata(&old).expect("a file").permissions().mode() & 0o777, 0o666);
    // It has a block of its own, which is too small for the report.
    fs::write(&old, OLD).expect("a file");
    disk.fill();
    let output = run();
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&old).expect("a file"), OLD);
    assert!(stderr(&output).contains("No space left"), "{}", stderr(&output));
}

#[test]
fn links_stay_links_and_owners_stay_owners() {
    let folder = folder();
    let case = untitled(folder.path(), TOML);
    let case = case.to_str().expect("a path");
    fs::write(folder.path().join("real"), OLD).expect("a file");
    symlink("real", folder.path().join("link")).expect("a link");
    symlink("later", folder.path().join("dangling")).expect("a link");
    if nix::unistd::geteuid().is_root() {
        std::os::unix::fs::chown(folder.path().join("real"), Some(61_302), Some(61_303)).expect("an owner");
    }
    let owner = |name: &str| {
        use std::os::unix::fs::MetadataExt as _;
        let found = fs::metadata(folder.path().join(name)).expect("a file");
        (found.uid(), found.gid())
    };
    let before = owner("real");
    for (link, file) in [("link", "real"), ("dangling", "later")] {
        assert_eq!(code(&run(folder.path(), &[case, "-o", link])), 0);
        assert!(fs::symlink_metadata(folder.path().join(link)).expect("a link").is_symlink(), "{link}");
        let report = fs::read(folder.path().join(file)).expect("a report");
        assert!(serde_json::from_slice::<Value>(&report).is_ok(), "{file}");
    }
    assert_eq!(owner("real"), before);
}

#[test]
fn standard_output_by_name_is_added_to() {
    let folder = folder();
    let case = untitled(folder.path(), TOML);
    let out = folder.path().join("out");
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        fs::write(&out, "before\n").expect("a file");
        let file = fs::OpenOptions::new().append(true).open(&out).expect("a file");
        let mut command = parlab();
        command.args(["run", "-q", "-o", name]).arg(&case).stdout(file);
        assert!(command.status().expect("parlab").success());
        let text = fs::read_to_string(&out).expect("a file");
        assert!(text.starts_with("before\nCase\n"), "{name}: {text}");
    }
}

#[test]
fn a_journal_that_is_not_whole_is_told() {
    let folder = folder();
    untitled(folder.path(), TOML);
    let output = run(folder.path(), &["case.toml", "--journal", "/dev/full"]);
    assert_eq!(code(&output), 1);
    let report = report(&output);
    let told = warnings(&report, "journal-incomplete");
    assert_eq!(told, ["the journal /dev/full is not whole: No space left on device (os error 28)"]);
    assert_eq!(report["status"], "done", "the run itself is well");
    let text = ended(parlab().args(["run", "-q", "case.toml", "--journal", "/dev/full"]).current_dir(folder.path()));
    assert!(stdout(&text).contains("(journal-incomplete)"), "{}", stdout(&text));
    assert_eq!(stderr(&text).lines().count(), 1, "told once as it happens: {}", stderr(&text));
    // One that fills up on the way.
    let Some(disk) = Disk::new("size=128k") else { return };
    let long = scenario(folder.path(), "long", &format!("title = 'Long'\n{LONG}"));
    let journal = disk.path().join("journal");
    let output = run(folder.path(), &[long.to_str().unwrap(), "--journal", journal.to_str().unwrap()]);
    assert_eq!((code(&output), warnings(&self::report(&output), "journal-incomplete").len()), (1, 1));
    // And one that is whole.
    let output = run(folder.path(), &["case.toml", "--journal", "journal"]);
    assert_eq!((code(&output), warnings(&self::report(&output), "journal-incomplete").len()), (0, 0));
}

#[test]
fn help_that_does_not_arrive_has_failed() {
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
    let commands: &[&[&str]] = &[
        &["--help"],
        &["-h"],
        &["--version"],
        &["-V"],
        &["run", "--help"],
        &["help"],
        &["help", "run"],
        &["list"],
        &["show", "cubes"],
        &["machine"],
        &["schema"],
        &["completions", "bash"],
        &["man"],
        &["check", "--help"],
    ];
    for args in commands {
        let output = parlab().args(*args).stdout(full()).output().expect("parlab");
        assert_eq!(code(&output), 1, "{args:?}");
        assert!(stderr(&output).contains("standard output: No space left"), "{args:?}: {}", stderr(&output));
        // A reader that has read enough is another matter, and a complaint that cannot be read is still one.
        let (reader, writer) = nix::unistd::pipe().expect("a pipe");
        drop(reader);
        let output = parlab().args(*args).stdout(writer).output().expect("parlab");
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""), "{args:?}");
    }
    let bad = parlab().arg("--no-such").stderr(full()).status().expect("parlab");
    assert_eq!(bad.code(), Some(2));
}

fn pipe(folder: &Path) -> PathBuf {
    let path = folder.join("pipe");
    nix::unistd::mkfifo(&path, Mode::S_IRWXU).expect("a pipe");
    path
}

fn open_to_read(pipe: &Path) -> fs::File {
    let flags = nix::libc::O_NONBLOCK;
    fs::OpenOptions::new().read(true).custom_flags(flags).open(pipe).expect("a reader")
}

#[test]
fn an_unread_pipe_holds_up_neither_report_nor_end() {
    let folder = folder();
    let long = scenario(folder.path(), "long", &format!("title = 'Long'\n{LONG}"));
    let pipe = pipe(folder.path());
    let args = [long.to_str().unwrap(), "--journal", pipe.to_str().unwrap()];
    let output = run(folder.path(), &args);
    let told = warnings(&report(&output), "journal-incomplete");
    assert!(code(&output) == 1 && told[0].ends_with("no process reads the pipe"), "{told:?}");
    let _reader = open_to_read(&pipe);
    let output = run(folder.path(), &args);
    let told = warnings(&report(&output), "journal-incomplete");
    assert!(code(&output) == 1 && told[0].ends_with("its reader does not take it"), "{told:?}");
}

#[test]
fn a_pipe_that_is_read_has_the_journal() {
    let folder = folder();
    let long = scenario(folder.path(), "long", &format!("title = 'Long'\n{LONG}"));
    let pipe = pipe(folder.path());
    let copy = folder.path().join("copy");
    let reader = {
        let (pipe, copy) = (pipe.clone(), copy.clone());
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            fs::File::open(pipe).expect("a writer").read_to_end(&mut bytes).expect("a journal");
            fs::write(copy, bytes).expect("a copy");
        })
    };
    let output = run(folder.path(), &[long.to_str().unwrap(), "--journal", pipe.to_str().unwrap()]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    reader.join().expect("a reader");
    let state = parlab::record::read(&copy).expect("a journal").state();
    assert_eq!(parlab::report::json::render(&state), stdout(&output));
}

#[test]
fn the_screen_neither_waits_for_a_pipe_nor_keeps_its_loss_to_itself() {
    let folder = folder();
    untitled(folder.path(), TOML);
    let pipe = pipe(folder.path());
    let session = Session::parlab().args(["case.toml", "--journal", pipe.to_str().unwrap()]);
    let mut terminal = session.cwd(folder.path()).open();
    terminal.wait_for("enter run");
    terminal.send("\r");
    terminal.wait_for("is not whole");
    terminal.send("\u{3}");
    assert_eq!(terminal.exit_code(), 1);
    terminal.wait_for("parlab: the journal ");
}

#[test]
fn nothing_is_saved_on_the_screen_in_place_of_the_journal() {
    let folder = folder();
    untitled(folder.path(), TOML);
    // An ending that reports have, so that the name can be typed.
    let session = Session::parlab().args(["case.toml", "--journal", "run.json"]).cwd(folder.path());
    let mut terminal = session.size(100, 30).open();
    terminal.wait_for("enter run");
    terminal.send("\r");
    terminal.wait_for("r again");
    let before = fs::read(folder.path().join("run.json")).expect("a journal");
    terminal.send("s");
    terminal.wait_for("save");
    // The name that is offered goes.
    terminal.send(&"\u{7f}".repeat(80));
    terminal.send("run.json\r");
    terminal.wait("an answer", |screen| {
        screen.contains("same file") || screen.contains("replace") || screen.contains("exists")
    });
    terminal.send("\r");
    terminal.send("y");
    terminal.wait_for("the same file as the journal");
    assert_eq!(fs::read(folder.path().join("run.json")).expect("a journal"), before);
}

#[test]
fn a_signal_ends_a_run_whose_journal_is_not_read() {
    let folder = folder();
    let case = untitled(
        folder.path(),
        "[workload]\nkind = 'sleep'\nunit_s = 100.0\ninputs = [1, 1]\n[sweep]\nbackends = ['processes']\nworkers = 2\nbaseline = 'none'\n",
    );
    let pipe = pipe(folder.path());
    let mut command = parlab();
    command.args(["run", "-q", "--journal"]).arg(&pipe).arg(&case).process_group(0);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("parlab");
    crate::common::wait_until("workers", || !crate::common::descendants(child.id()).is_empty());
    crate::common::running::send(child.id(), nix::sys::signal::Signal::SIGTERM);
    let until = Instant::now() + crate::common::AT_ONCE;
    while child.try_wait().expect("a child").is_none() {
        if Instant::now() > until {
            child.kill().expect("a child");
            panic!("it does not end");
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(child.wait().expect("a child").code(), Some(143));
}
