//! Runs that are killed and gone on with, by the real program.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use serde_json::Value;

use crate::common::running::warnings;
use crate::common::{UNDISTURBED, folder, have, parlab, skip, stderr, untitled, wait_until};

/// Some trials of a twentieth of a second each.
const WAITING: &str = "[workload]\nkind = 'sleep'\ninputs = { repeat = 0.01, times = 8 }\n[sweep]\n\
                       backends = ['threads', 'processes']\nworkers = 2\nrepeats = 4\nwarmup = 1\n";

/// A run of a scenario in a folder, with a journal.
struct Case {
    folder: tempfile::TempDir,
    scenario: PathBuf,
}

impl Case {
    fn new(toml: &str) -> Self {
        let folder = folder();
        let scenario = untitled(folder.path(), toml);
        Self { folder, scenario }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn journal(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.path("journal")).unwrap_or_default()).into_owned()
    }

    /// How many whole lines of the journal tell of an event.
    fn count(&self, event: &str) -> usize {
        let name = format!("\"event\":\"{event}\"");
        self.journal().split_inclusive('\n').filter(|line| line.ends_with('\n') && line.contains(&name)).count()
    }

    fn start(&self) -> Child {
        let mut command = parlab();
        command.args(["run", "--yes", "--quiet", "--journal"]).arg(self.path("journal")).arg(&self.scenario);
        spawn(&mut command)
    }

    /// Goes on with it, whatever else is asked for.
    fn resume(&self, options: &[&str]) -> Output {
        let mut command = parlab();
        command.args(["run", "--quiet", "--format", "json", "--resume"]).arg(self.path("journal")).args(options);
        command.stdin(Stdio::null()).output().expect("parlab")
    }

    fn resumed(&self) -> Value {
        let output = self.resume(&["--yes"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).expect("a report")
    }
}

fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    command.spawn().expect("parlab")
}

/// Kills all of a run.
fn kill_all(mut child: Child) {
    let _ = killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL);
    let _ = child.wait();
}

/// What must be the same, cut short or not: configurations with their samples, tasks and checksums.
fn told(report: &Value) -> Vec<(String, usize, Value, Value)> {
    let configs = report["configs"].as_array().expect("configurations");
    let told = |config: &Value| {
        let samples = config["wall_s"]["samples"].as_array().expect("samples").len();
        (config["backend"].to_string(), samples, config["tasks_done"].clone(), config["checksum"].clone())
    };
    configs.iter().map(told).collect()
}

#[test]
fn a_run_that_is_killed_anywhere_is_gone_on_with() {
    let whole = Case::new(WAITING);
    let output = parlab().args(["run", "--quiet", "--format", "json"]).arg(&whole.scenario).output().expect("parlab");
    let whole = told(&serde_json::from_slice(&output.stdout).expect("a report"));
    // Before the first trial, in the warm-ups, at the end of a block, in the middle of one, before the last.
    for ended in [0, 2, 6, 10, 14] {
        let case = Case::new(WAITING);
        let child = case.start();
        wait_until("trials have ended", || case.count("trial_started") > 0 && case.count("trial_finished") >= ended);
        kill_all(child);
        let (before, finished) = (case.count("trial_finished"), case.count("run_finished"));
        assert_eq!(finished, 0, "it was cut short after {before} trials");
        let report = case.resumed();
        assert_eq!(told(&report), whole, "after {ended}");
        assert_eq!(warnings(&report, "resumed").len(), 1, "{}", report["warnings"]);
        // 3 configurations, a warm-up and 4 repeats each: each repeat once, and warm-ups as often as there were sittings.
        let events = case.count("trial_finished");
        assert!((15..=15 + before.min(3)).contains(&events), "{events} trials of 15 after {before}");
        assert_eq!((case.count("planned"), case.count("resumed"), case.count("run_finished")), (1, 1, 1));
        // Now it is done: the same report, and nothing is added.
        let (journal, again) = (case.journal(), case.resumed());
        assert_eq!((again, case.journal()), (report, journal));
    }
}

#[test]
fn a_run_that_was_interrupted_is_gone_on_with_again_and_again() {
    let case = Case::new(WAITING);
    let child = case.start();
    wait_until("a trial has ended", || case.count("trial_finished") >= 4);
    interrupt(child);
    assert_eq!(case.count("run_finished"), 1, "it was interrupted in order");
    let mut command = parlab();
    command.args(["run", "--quiet", "--resume"]).arg(case.path("journal"));
    let before = case.count("trial_finished");
    let child = spawn(&mut command);
    wait_until("another has ended", || case.count("trial_finished") > before + 3);
    kill_all(child);
    let report = case.resumed();
    assert!(told(&report).iter().all(|(_, samples, ..)| *samples == 4), "{report:#}");
    let told = warnings(&report, "resumed");
    assert!(told[0].contains("gone on with 2 times"), "{told:?}");
    assert!(warnings(&report, "interrupted").is_empty(), "it is not any more");
    assert_eq!(report["status"], "done");
}

fn interrupt(mut child: Child) {
    let _ = kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT);
    let _ = child.wait();
}

#[test]
fn another_journal_has_all_of_it_and_the_first_stays_as_it_was() {
    let case = Case::new(WAITING);
    let child = case.start();
    wait_until("trials have ended", || case.count("trial_finished") >= 5);
    kill_all(child);
    let before = case.journal();
    let path = case.path("other").display().to_string();
    let output = case.resume(&["--journal", &path]);
    assert_eq!((output.status.code(), case.journal()), (Some(0), before), "{}", stderr(&output));
    fs::rename(path, case.path("journal")).expect("a journal");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(case.resumed(), report, "nothing is missing in it");
    let same = case.path("journal").display().to_string();
    let output = case.resume(&["--journal", &same]);
    assert_eq!(output.status.code(), Some(0), "nothing is left to be written: {}", stderr(&output));
}

/// Commands that leave a mark each time that they are run.
fn commands(folder: &Path) -> String {
    let marks = folder.join("marks").display().to_string();
    fs::create_dir_all(&marks).expect("a folder");
    format!(
        "[workload]\nkind = 'command'\ncommand = ['sh', '-c', 'sleep 0.03; echo x >> {marks}/{{task}}; echo loss={{task}}']\n\
         tasks = 80\nvalues = {{ loss = 'loss=([0-9]+)' }}\n[sweep]\nbackends = ['threads']\nworkers = 2\n\
         baseline = 'none'\nrepeats = 1\nwarmup = 0\n"
    )
}

/// How many processes have a text in their command lines.
fn processes_with(text: &str) -> usize {
    let entries = fs::read_dir("/proc").expect("the processes").flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(text)).count()
}

#[test]
fn commands_that_came_to_a_result_are_not_run_again() {
    let place = folder();
    let case = Case::new(&commands(place.path()));
    let marks = || fs::read_dir(place.path().join("marks")).expect("a folder").count();
    for until in [20, 45] {
        let child = if until == 20 {
            case.start()
        } else {
            spawn(parlab().args(["run", "--yes", "--quiet", "--resume"]).arg(case.path("journal")))
        };
        wait_until("commands were run", || marks() >= until);
        kill_all(child);
    }
    // The journal says which need not be run again.
    let text = case.journal();
    let told: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let results = told.iter().filter(|event| event["event"] == "tasks_done").flat_map(|event| {
        event["results"].as_array().into_iter().flatten().filter_map(|result| result[0].as_u64()).collect::<Vec<_>>()
    });
    let recorded: std::collections::BTreeSet<u64> = results.collect();
    assert!(recorded.len() >= 30, "most were recorded: {recorded:?}");
    let often =
        |task: u64| fs::read_to_string(place.path().join(format!("marks/{task}"))).unwrap_or_default().len() / 2;
    // What was begun before may still end, and leave its mark.
    let marking = place.path().join("marks").display().to_string();
    wait_until("all commands have ended", || processes_with(&marking) == 0);
    let before: Vec<usize> = (0..80).map(often).collect();
    let report = case.resumed();
    for task in 0..80 {
        let again = often(task) - before[task as usize];
        assert_eq!(again, usize::from(!recorded.contains(&task)), "task {task} was run {again} times");
        assert_eq!(report["configs"][0]["results"][task as usize]["values"]["loss"].as_f64(), Some(task as f64));
    }
    let config = &report["configs"][0];
    assert_eq!((config["tasks_done"].as_u64(), config["wall_s"]["median"].as_f64()), (Some(80), None));
    let why = warnings(&report, "no-sample");
    assert!(why[0].contains("some of its tasks were run before the run was cut short"), "{why:?}");
}

#[test]
fn what_a_journal_would_run_is_asked_about() {
    let place = folder();
    let case = Case::new(&commands(place.path()));
    let child = case.start();
    wait_until("a command was run", || case.count("tasks_done") > 0);
    kill_all(child);
    let output = case.resume(&[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("sleep 0.03"), "{}", stderr(&output));
}

#[test]
fn what_cannot_be_gone_on_with_is_told() {
    let case = Case::new(WAITING);
    let refused = |options: &[&str], word: &str| {
        let output = case.resume(options);
        assert_eq!(output.status.code(), Some(2), "{word}: {}", stderr(&output));
        assert!(stderr(&output).contains(word), "{word}: {}", stderr(&output));
    };
    refused(&[], "No such file");
    fs::write(case.path("journal"), "title = 'Case'\n").expect("a file");
    refused(&[], "not a journal");
    let child = case.start();
    wait_until("trials have ended", || case.count("trial_finished") >= 4);
    refused(&[], "a run is still writing it");
    kill_all(child);
    refused(&["--workers", "3"], "as it was begun");
    refused(&["-s", "repeats=9"], "as it was begun");
    refused(&["--predict", "2:1.5"], "cannot be used with");
    let same = case.path("journal").display().to_string();
    refused(&["--journal", &same], "the same file");
    refused(&["-o", &same], "the same file");
    let whole = case.journal();
    // A plan that another scenario would have, and a journal that does not tell of its scenario.
    fs::write(case.path("journal"), whole.replacen("\"repeats\":4", "\"repeats\":3", 1)).expect("a file");
    assert_ne!(case.journal(), whole);
    assert_eq!(case.resume(&[]).status.code(), Some(0), "the first three blocks are those of three repeats");
    for odd in ["\"repeat\":{\"value\":true,", "\"repeat\":{\"value\":-1.0,", "\"list\":{\"value\":0.01,"] {
        fs::write(case.path("journal"), whole.replacen("\"repeat\":{\"value\":0.01,", odd, 1)).expect("a file");
        assert_ne!(case.journal(), whole);
        let output = case.resume(&[]);
        assert_eq!(output.status.code(), Some(2), "{odd}: {}", stderr(&output));
        assert!(!stderr(&output).contains("internal"), "{odd}: {}", stderr(&output));
    }
    fs::write(case.path("journal"), whole.replacen("\"warmup\":1,", "\"warmup\":0,", 1)).expect("a file");
    refused(&[], "not that of its scenario");
    let setup = whole.find("\"setup\":").expect("a setup");
    let end = setup + whole[setup..].find("\"machine\":").expect("the machine");
    fs::write(case.path("journal"), format!("{}{}", &whole[..setup], &whole[end..])).expect("a file");
    refused(&[], "before version 1.2");
}

/// Goes on with a journal on a disk of its own that has room for a little more; `None` where there can be none.
fn resume_on_a_small_disk(case: &Case, into: &Path) -> Option<Output> {
    if !have("unshare") {
        return None;
    }
    if !nix::unistd::geteuid().is_root() {
        skip("only root can have file systems of its own");
        return None;
    }
    // Room is told in whole pages: a file that grows to the end of the last takes up what the journal is not to have.
    let script = "mount --make-rprivate / && mount -t tmpfs -o size=256k tmpfs \"$2\" && cp \"$1\" \"$2/journal\" || exit 99; \
                  dd if=/dev/zero of=\"$2/rest\" bs=4096 2>/dev/null; \
                  \"$0\" run --yes --quiet --format json --resume \"$2/journal\"; status=$?; \
                  cp \"$2/journal\" \"$1\"; exit $status";
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script]).arg(parlab().get_program()).arg(case.path("journal")).arg(into);
    let output = command.envs(UNDISTURBED).stdin(Stdio::null()).output().expect("unshare");
    if output.status.code() == Some(99) {
        skip("it needs mounts of its own");
        return None;
    }
    Some(output)
}

#[test]
fn a_disk_that_is_full_takes_the_journal_and_not_what_was_in_it() {
    let case = Case::new(WAITING);
    let child = case.start();
    wait_until("trials have ended", || case.count("trial_finished") >= 4);
    kill_all(child);
    let (before, finished) = (case.journal(), case.count("trial_finished"));
    let place = folder();
    let Some(output) = resume_on_a_small_disk(&case, place.path()) else { return };
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("No space left on device"), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert!(told(&report).iter().all(|(_, samples, ..)| *samples == 4), "all was measured: {report:#}");
    // What was in it before is there still, and it can be gone on with where there is room.
    let whole = before.rfind('\n').expect("a line");
    assert_eq!(case.journal()[..=whole], before[..=whole]);
    assert!(case.count("trial_finished") >= finished && case.count("run_finished") == 0);
    assert!(told(&case.resumed()).iter().all(|(_, samples, ..)| *samples == 4));
}

#[test]
fn a_scenario_and_a_journal_exclude_each_other() {
    let output = parlab().args(["run", "speedup", "--resume", "journal"]).output().expect("parlab");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("cannot be used with"), "{}", stderr(&output));
}
