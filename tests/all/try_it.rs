//! Trying and saving, with the real program in a real terminal.

use std::path::Path;

use crate::common;
use crate::common::terminal::Session;

const MINE: &str = "\
title = \"Mine\" # my own
[workload]
kind = \"square\"
tasks = 10
[sweep]
backends = [\"threads\"]
workers = 1
repeats = 1
warmup = 0
";

fn checks(folder: &Path, file: &str) {
    let output = common::parlab().arg("check").arg(file).current_dir(folder).output().expect("parlab");
    assert!(output.status.success(), "{}", common::stdout(&output));
}

#[test]
fn a_scenario_is_changed_run_and_saved() {
    let folder = common::folder();
    let state = common::folder();
    std::fs::create_dir(folder.path().join("scenarios")).expect("a folder");
    common::scenario(&folder.path().join("scenarios"), "mine", MINE);
    let state_home = state.path().to_str().expect("UTF-8").to_owned();
    let session =
        Session::parlab().args(["mine", "--journal", "j"]).cwd(folder.path()).env("XDG_STATE_HOME", &state_home);
    let mut terminal = session.open();
    terminal.wait_for("n next");
    terminal.send("e");
    terminal.wait_for("try it: Mine");
    // Ten tasks become a hundred, by four threads at most.
    terminal.send("0");
    terminal.wait_for("of 100 tasks");
    terminal.send("\r");
    terminal.wait_for("r again");
    let journal = std::fs::read_to_string(folder.path().join("j")).expect("a journal");
    assert!(journal.contains("\"mine*\"") && journal.contains("\"tasks\":100"), "{journal}");
    assert!(!state.path().join("parlab/history.json").exists(), "what was tried is not remembered");
    terminal.send("e");
    terminal.wait_for("try it: Mine");
    terminal.send("\x13");
    terminal.wait_for("./scenarios/mine-2.toml");
    terminal.send("\r");
    terminal.wait_for("saved as ./scenarios/mine-2.toml");
    let saved = std::fs::read_to_string(folder.path().join("scenarios/mine-2.toml")).expect("a file");
    let copied = MINE.replace("\"Mine\"", "\"Mine (mine-2)\"");
    assert_eq!(saved, copied.replace("tasks = 10", "tasks = 100"));
    checks(folder.path(), "scenarios/mine-2.toml");
    // Over a file that exists only after a clear yes.
    terminal.send("e");
    terminal.wait_for("try it: Mine");
    terminal.send("0\x13");
    terminal.wait_for("mine-2-2.toml");
    terminal.send("\x15scenarios/mine-2\r");
    terminal.wait_for("overwrite it?");
    terminal.send("\r");
    assert_eq!(std::fs::read_to_string(folder.path().join("scenarios/mine-2.toml")).ok(), Some(saved));
    terminal.send("y");
    terminal.wait_for("saved as scenarios/mine-2.toml");
    let replaced = std::fs::read_to_string(folder.path().join("scenarios/mine-2.toml")).expect("a file");
    assert_eq!(replaced, copied.replace("tasks = 10", "tasks = 1000"));
    // Nowhere but in a folder that exists, and never in place of what is no file.
    terminal.send("e");
    terminal.wait_for("try it: Mine");
    terminal.send("\x13\x15nowhere/x\r");
    terminal.wait_for("there is no folder nowhere");
    std::fs::create_dir(folder.path().join("x.toml")).expect("a folder");
    terminal.send("\x15x\r");
    terminal.wait_for("x.toml is a folder");
    let left: Vec<_> =
        std::fs::read_dir(folder.path().join("scenarios")).expect("it").map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn where_there_is_no_folder_the_users_own_is_made() {
    let folder = common::folder();
    let config = common::folder();
    let home = config.path().to_str().expect("UTF-8").to_owned();
    let mut terminal = Session::parlab().args(["cubes"]).cwd(folder.path()).env("XDG_CONFIG_HOME", &home).open();
    terminal.wait_for("n next");
    terminal.send("e");
    terminal.wait_for("try it:");
    terminal.send("\x13");
    terminal.wait_for("cubes-2.toml");
    terminal.send("\r");
    terminal.wait_for("saved as");
    let file = config.path().join("parlab/scenarios/cubes-2.toml");
    checks(folder.path(), file.to_str().expect("UTF-8"));
    assert_eq!(std::fs::read_dir(folder.path()).expect("it").count(), 0, "nothing lies about");
}

#[test]
fn data_is_found_from_the_copy() {
    let folder = common::folder();
    let deep = folder.path().join("deep");
    std::fs::create_dir(&deep).expect("a folder");
    std::fs::write(deep.join("own.csv"), "0,0\n1,1\n0.1,0\n0.9,1\n0,0\n1,1\n").expect("data");
    let text = "title = 'D'\n[workload]\nkind = 'svc'\ndata = 'own.csv'\n[grid]\nC = [1, 2]\n[sweep]\nworkers = 1\n";
    common::scenario(&deep, "own", text);
    let mut terminal = Session::parlab().args(["deep/own.toml"]).cwd(folder.path()).open();
    terminal.wait_for("n next");
    terminal.send("e");
    terminal.wait_for("try it: D");
    terminal.send("\x13\x15copy\r");
    terminal.wait_for("saved as copy.toml");
    terminal.wait_for("outside of the library");
    checks(folder.path(), "copy.toml");
    let copy = std::fs::read_to_string(folder.path().join("copy.toml")).expect("a copy");
    assert!(copy.contains(&format!("data = \"{}", deep.display())), "{copy}");
}
