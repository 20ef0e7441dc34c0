//! Earlier runs were thrown away because their file could not be read, was a link, or was written by many at once.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

use serde_json::{Value, json};

use crate::common::terminal::Session;
use crate::common::{Unprivileged, folder, parlab, scenario, stderr, stdout};

const TOML: &str = "[workload]\nkind = 'square'\ntasks = 3\n[sweep]\nbackends = ['threads']\nworkers = 1\nrepeats = 1\n\
                    warmup = 0\n";

/// A state folder, and scenarios to run.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { folder: folder() };
        fs::create_dir_all(home.folder.path().join("state/parlab")).expect("a folder");
        home
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn history(&self) -> PathBuf {
        self.state().join("parlab/history.json")
    }

    /// A scenario like no other.
    fn scenario(&self, n: usize) -> PathBuf {
        scenario(self.folder.path(), &format!("s{n}"), &format!("title = 'Number {n}'\n{TOML}"))
    }

    fn start(&self, n: usize) -> Child {
        let mut command = parlab();
        command.env("XDG_STATE_HOME", self.state()).args(["run", "-q"]).arg(self.scenario(n));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("parlab")
    }

    fn run(&self, n: usize) -> Output {
        let output = self.start(n).wait_with_output().expect("parlab");
        assert!(output.status.success(), "the run itself is well: {}", stderr(&output));
        output
    }

    /// Five runs were remembered.
    fn five() -> Self {
        let home = Self::new();
        for n in 1..=5 {
            assert_eq!(stderr(&home.run(n)), "");
        }
        assert_eq!(home.names(), ["s1", "s2", "s3", "s4", "s5"]);
        home
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&fs::read(self.history()).expect("a file")).expect("JSON")
    }

    fn change(&self, change: impl FnOnce(&mut Value)) {
        let mut json = self.json();
        change(&mut json);
        fs::write(self.history(), json.to_string()).expect("a file");
    }

    /// What is remembered, in order.
    fn names(&self) -> Vec<String> {
        let json = self.json();
        let runs = json["runs"].as_array().expect("runs").iter();
        runs.map(|run| run["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// The files beside the history, but for the lock.
    fn kept(&self) -> Vec<String> {
        let entries = fs::read_dir(self.history().parent().expect("a folder")).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
        let mut kept: Vec<String> = names.filter(|name| name != "history.json" && name != "history.lock").collect();
        kept.sort();
        kept
    }

    fn list(&self) -> Output {
        let output = parlab().env("XDG_STATE_HOME", self.state()).arg("list").output().expect("parlab");
        assert!(output.status.success());
        output
    }
}

#[test]
fn a_bad_record_costs_that_record() {
    let bad = [json!("1.5"), json!(-1.0), json!([]), json!({"x": 1})];
    for speedup in bad {
        let home = Home::five();
        home.change(|json| json["runs"][2]["best_speedup"] = speedup.clone());
        assert_eq!(stderr(&home.run(6)), "");
        assert_eq!((home.names(), home.kept()), (["s1", "s2", "s4", "s5", "s6"].map(String::from).to_vec(), vec![]));
    }
    // A figure that no number can hold, a name that could write to the terminal, a member given twice, no object at all.
    let spoilt = ["\"best_speedup\": 1e999", "\"name\": \"a\\u009b2J\"", "\"name\": \"x\", \"name\": \"y\"", "7"];
    for spoilt in spoilt {
        let home = Home::five();
        let text = fs::read_to_string(home.history()).expect("a file");
        let at = text.match_indices('{').nth(3).expect("the third record").0;
        let record = if spoilt == "7" { "7,".to_owned() } else { format!("{{{spoilt}}},") };
        fs::write(home.history(), format!("{}{record}{}", &text[..at], &text[at..])).expect("a file");
        home.run(6);
        assert_eq!(home.names(), ["s1", "s2", "s3", "s4", "s5", "s6"], "{spoilt}");
    }
}

#[test]
fn a_byte_order_mark_costs_nothing() {
    let home = Home::five();
    let text = fs::read_to_string(home.history()).expect("a file");
    fs::write(home.history(), format!("\u{feff}{text}")).expect("a file");
    assert_eq!(stderr(&home.run(6)), "");
    assert_eq!(home.names().len(), 6);
}

#[test]
fn another_versions_file_is_left_alone_and_told() {
    for schema in ["parlab.history/2", "parlab.history/1.1", "parlab.history/10"] {
        let home = Home::five();
        home.change(|json| json["schema"] = schema.into());
        let before = fs::read(home.history()).expect("a file");
        let told = [stderr(&home.run(6)), stderr(&home.list())];
        for told in told {
            assert!(told.contains("another version") && told.lines().count() == 1, "{told}");
        }
        assert_eq!((fs::read(home.history()).expect("a file"), home.kept()), (before, vec![]), "{schema}");
    }
}

#[test]
fn what_is_no_history_is_kept_beside_and_told() {
    let home = Home::five();
    let sound = fs::read(home.history()).expect("a file");
    let cut = &sound[..sound.len() - 20];
    let nan = String::from_utf8(sound.clone()).expect("text").replacen("\"at\"", "\"x\": NaN, \"at\"", 1);
    let twice = String::from_utf8(sound.clone()).expect("text").replacen("\"runs\"", "\"runs\": [], \"runs\"", 1);
    let huge = [b"x".repeat(5 << 20), sound.clone()].concat();
    let texts: [&[u8]; 7] = [cut, nan.as_bytes(), twice.as_bytes(), &huge, b"\xff\xfe", b"[]", b"{\"schema\": 7}"];
    for (n, text) in texts.into_iter().enumerate() {
        fs::write(home.history(), text).expect("a file");
        assert!(stderr(&home.list()).contains("cannot be understood"));
        assert_eq!(fs::read(home.history()).expect("a file"), text, "who only reads it changes nothing");
        let told = stderr(&home.run(6));
        let name = if n == 0 { "history.json.bad".to_owned() } else { format!("history.json.bad-{}", n + 1) };
        assert!(told.contains(&name) && told.lines().count() == 1, "{told}");
        assert_eq!(fs::read(home.history().with_file_name(&name)).expect("a kept file"), text);
        assert_eq!((home.names(), home.kept().len()), (vec!["s6".to_owned()], n + 1), "none replaces another");
    }
}

#[test]
fn a_file_that_may_not_be_read_is_left_alone_and_told() {
    let Some(user) = Unprivileged::new(61_401) else { return };
    let home = Home::five();
    let case = home.scenario(6);
    let before = fs::read(home.history()).expect("a file");
    fs::set_permissions(home.folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    let run = || {
        let mut command = user.parlab();
        command.args(["run", "-q"]).arg(&case).env("XDG_STATE_HOME", home.state());
        let output = command.env("XDG_CONFIG_HOME", "/nonexistent").output().expect("parlab");
        assert!(output.status.success(), "{}", stderr(&output));
        stderr(&output)
    };
    let modes = |folder: u32, file: u32| {
        fs::set_permissions(home.history(), fs::Permissions::from_mode(file)).expect("a mode");
        fs::set_permissions(home.state().join("parlab"), fs::Permissions::from_mode(folder)).expect("a mode");
    };
    // Not to be read, though the folder would take another in its place.
    modes(0o777, 0o600);
    let told = run();
    assert!(told.contains("cannot be read") && told.lines().count() == 1, "{told}");
    // Not to be written, nor the folder.
    modes(0o755, 0o644);
    let told = run();
    assert!(told.contains("is not remembered") && told.lines().count() == 1, "{told}");
    assert_eq!(fs::read(home.history()).expect("a file"), before);
    // The file alone is to be written.
    modes(0o755, 0o666);
    assert_eq!(run(), "");
    assert_eq!(home.names().len(), 6);
}

#[test]
fn a_link_stays_a_link() {
    let home = Home::five();
    let real = home.folder.path().join("dot-files/h.json");
    fs::create_dir(real.parent().expect("a folder")).expect("a folder");
    fs::rename(home.history(), &real).expect("moved");
    symlink("../../dot-files/h.json", home.history()).expect("a link");
    home.run(6);
    assert!(home.history().is_symlink());
    assert_eq!((home.names().len(), real.is_symlink()), (6, false));
    // What makes no sense is kept beside the file, not beside the link.
    fs::write(&real, "{").expect("a file");
    home.run(7);
    assert!(home.history().is_symlink());
    assert_eq!(home.names(), ["s7"]);
    assert_eq!(fs::read_to_string(real.with_file_name("h.json.bad")).expect("a kept file"), "{");
    // A link to nothing yet.
    fs::remove_file(&real).expect("a file");
    home.run(8);
    assert!(home.history().is_symlink() && real.exists());
    // The customary way to have nothing remembered.
    fs::remove_file(home.history()).expect("a link");
    symlink("/dev/null", home.history()).expect("a link");
    assert_eq!(stderr(&home.run(9)), "");
    assert!(home.history().is_symlink() && !fs::metadata(home.history()).expect("a device").is_file());
}

#[test]
fn forty_runs_at_once_are_all_remembered() {
    let home = Home::five();
    let children: Vec<Child> = (10..50).map(|n| home.start(n)).collect();
    for child in children {
        let output = child.wait_with_output().expect("parlab");
        assert!(output.status.success() && stderr(&output).is_empty(), "{}", stderr(&output));
    }
    let mut names = home.names();
    names.sort();
    let mut expected: Vec<String> = (1..=5).chain(10..50).map(|n| format!("s{n}")).collect();
    expected.sort();
    assert_eq!(names, expected);
    assert_eq!(home.kept(), [""; 0]);
}

#[test]
fn without_a_home_nothing_is_made() {
    let folder = folder();
    let missing = folder.path().join("missing");
    let mut command = parlab();
    command.env_remove("XDG_STATE_HOME").env("HOME", &missing).args(["run", "-q", "cubes", "--repeats", "1"]);
    let output = command.output().expect("parlab");
    assert!(output.status.success() && stderr(&output).is_empty(), "{}", stderr(&output));
    assert!(!missing.exists(), "{}", stdout(&output));
}

#[test]
fn the_screen_tells_when_it_is_closed() {
    let home = Home::five();
    home.change(|json| json["schema"] = "parlab.history/2".into());
    let state = home.state();
    let mut terminal = Session::parlab().env("XDG_STATE_HOME", path(&state)).open();
    terminal.wait_for("scenarios ");
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.wait_for("another version");
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path")
}
