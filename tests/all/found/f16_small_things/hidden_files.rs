//! Files that editors and file managers hide were listed as scenarios that cannot be run.

use std::os::unix::fs::symlink;

use serde_json::Value;

use crate::common::terminal::Session;
use crate::common::{folder, parlab, scenario, stdout};

const TOML: &str = "title = 'Mine'\n[workload]\nkind = 'square'\ntasks = 3\n";

/// Two folders of scenarios: `./scenarios` and the user's own, each with one scenario and much that is hidden.
fn folders() -> tempfile::TempDir {
    let folder = folder();
    for (place, name) in [("scenarios", "mine"), ("config/parlab/scenarios", "own")] {
        let place = folder.path().join(place);
        std::fs::create_dir_all(&place).expect("a folder");
        scenario(&place, name, TOML);
        // Emacs' lock, macOS' resource fork, vim's and others' copies, a sound scenario that is hidden, and no name.
        symlink("user@host.1:2", place.join(format!(".#{name}.toml"))).expect("a link");
        std::fs::write(place.join(format!("._{name}.toml")), b"\0\x05\x16\x07\0\x02\0\0Mac OS X").expect("a file");
        std::fs::write(place.join(format!(".{name}.toml.swp.toml")), b"b0VIM").expect("a file");
        std::fs::write(place.join(".hidden.toml"), TOML).expect("a file");
        std::fs::write(place.join(".toml"), TOML).expect("a file");
        std::fs::write(place.join("..toml"), TOML).expect("a file");
    }
    folder
}

#[test]
fn hidden_files_are_not_listed() {
    let folder = folders();
    let mut list = parlab();
    list.args(["list", "--format", "json"]).current_dir(folder.path());
    let output = list.env("XDG_CONFIG_HOME", folder.path().join("config")).output().expect("parlab");
    let list: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let all = list["scenarios"].as_array().expect("scenarios").iter();
    let files: Vec<&str> = all.filter(|one| one["origin"] == "file").filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(files, ["mine", "own"]);
    assert_eq!(list["notes"], Value::Array(Vec::new()));
}

#[test]
fn hidden_files_are_not_in_the_library_on_the_screen() {
    let folder = folders();
    let bundled = parlab::scenario::library::bundled().count();
    let session = Session::parlab().cwd(folder.path()).size(100, 30);
    let mut terminal = session.env("XDG_CONFIG_HOME", folder.path().join("config").to_str().expect("a path")).open();
    terminal.wait_for(&format!("scenarios {} ", bundled + 2));
    terminal.send("q");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn hidden_files_are_found_by_their_path() {
    let folder = folders();
    let mut check = parlab();
    check.args(["check", "scenarios/.hidden.toml"]).current_dir(folder.path());
    let output = check.output().expect("parlab");
    assert!(output.status.success(), "who names it means it: {}", stdout(&output));
}
