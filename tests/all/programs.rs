//! Programs that are parallel by themselves: started whole, told how many workers to have, and gone with all they started.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::common::running::Running;
use crate::common::{folder, have, is_alive, parlab, report, scenario, stderr, stdout, wait_until};

/// Files that run programs are asked about.
const YES: &[&str] = &["--yes"];

/// One trial of a command, as an array in TOML.
fn once(command: &str, more: &str) -> String {
    format!(
        "[workload]\nkind = \"program\"\ncommand = {command}\n{more}\n[sweep]\nworkers = 1\nrepeats = 1\nwarmup = 0\n"
    )
}

/// The processes whose command line holds a text that no other has.
fn with(text: &str) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let holds = |pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(text) && is_alive(*pid)
    };
    pids.filter(holds).collect()
}

/// The one warning with a code.
fn warning<'r>(report: &'r Value, code: &str) -> &'r str {
    let warnings = report["warnings"].as_array().expect("warnings");
    let found = warnings.iter().find(|warning| warning["code"] == code);
    found.and_then(|warning| warning["message"].as_str()).unwrap_or_else(|| panic!("no {code}: {warnings:?}"))
}

fn scale(folder: &Path, args: &[&str]) -> Output {
    parlab().args(["scale", "--quiet"]).args(args).current_dir(folder).output().expect("parlab")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}

/// Compiles a C program with OpenMP; `None` where there is no compiler.
fn openmp(folder: &Path, code: &str) -> Option<()> {
    if !have("cc") {
        return None;
    }
    std::fs::write(folder.join("prog.c"), code).expect("a file");
    let compiled = Command::new("cc").args(["-O1", "-fopenmp", "-o", "prog", "prog.c"]).current_dir(folder).output();
    let compiled = compiled.expect("cc");
    assert!(compiled.status.success(), "{}", stderr(&compiled));
    Some(())
}

#[test]
fn an_openmp_program_has_as_many_threads_as_it_is_told() {
    let folder = folder();
    let code = "#include <omp.h>\n#include <stdlib.h>\nint main(int n, char **a) { int team = 0;\n\
                #pragma omp parallel\n#pragma omp single\nteam = omp_get_num_threads();\n\
                return team == atoi(a[1]) && n == 2 ? 0 : 1; }\n";
    if openmp(folder.path(), code).is_none() {
        return;
    }
    let args = ["--workers", "1,2,5", "--repeats", "1", "--format", "json", "--", "./prog", "{workers}"];
    let output = scale(folder.path(), &args);
    let report = json(&output);
    assert_eq!((output.status.code(), &report["status"]), (Some(0), &"done".into()), "{}", report["warnings"]);
    let configs = report["configs"].as_array().expect("configs");
    let told: Vec<(&Value, &Value)> = configs.iter().map(|config| (&config["backend"], &config["workers"])).collect();
    let program = &Value::from("program");
    assert_eq!(told, [1, 2, 5].map(Value::from).iter().map(|n| (program, n)).collect::<Vec<_>>());
    assert_eq!(report["baseline"]["backend"], "program");
    assert_eq!(configs[0]["efficiency"], 1.0);
    assert!(configs.iter().all(|config| config["startup_s"]["median"].is_null() && config["tasks_done"] == 1));
    // Another number is another team: what was checked above can fail.
    let args = ["--workers", "1,2", "--repeats", "1", "--env", "OMP_NUM_THREADS=3", "--", "./prog", "{workers}"];
    assert_eq!(scale(folder.path(), &args).status.code(), Some(1));
}

#[test]
fn cpu_time_and_memory_are_those_of_the_program() {
    let burn = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    let (report, code, stderr) = report(&once(&format!("['sh', '-c', '{burn} & {burn}; wait']"), ""), YES);
    assert_eq!(code, 0, "{stderr}");
    let config = &report["configs"][0];
    let used = config["cpu_s"]["user"].as_f64().expect("a time") + config["cpu_s"]["system"].as_f64().expect("a time");
    let wall = config["wall_s"]["median"].as_f64().expect("a time");
    assert!(used > 0.0 && used <= 2.5 * wall + 0.1, "{used} of {wall}");
    let memory = "import sys; x = bytearray(200 << 20); sys.exit(0)";
    if have("python3") {
        let (report, ..) = self::report(&once(&format!("['python3', '-c', '{memory}']"), ""), YES);
        let peak = report["configs"][0]["memory"]["peak_rss_bytes"].as_u64().expect("a size");
        assert!((200 << 20..300 << 20).contains(&peak), "{peak}");
    }
}

#[test]
fn a_shell_runs_a_pipeline() {
    let pipeline = "printf 'a\\nb\\n' | tr ab xy | grep -q y && test \"$0\" != none && test {workers} = 1";
    let (report, code, stderr) = report(&once(&format!("'''{pipeline}'''"), "shell = true"), YES);
    assert_eq!((code, &report["status"]), (0, &"done".into()), "{stderr} {}", report["warnings"]);
}

#[test]
fn folder_input_and_variables_are_what_is_said() {
    let place = folder();
    std::fs::create_dir(place.path().join("sub")).expect("a folder");
    std::fs::write(place.path().join("words"), "x y\n").expect("a file");
    let check = "read a b; test \"$a$b\" = xy && test \"$(basename \"$PWD\")\" = sub && test \"$V\" = \"a 2\"";
    let toml = format!(
        "title = 't'\n[workload]\nkind = 'program'\ncommand = ['sh', '-c', '''{check}''']\ncwd = 'sub'\n\
         stdin = 'words'\nenv = {{ V = 'a {{workers}}' }}\n[sweep]\nworkers = 2\nrepeats = 1\nbaseline = 'none'\n"
    );
    let path = scenario(place.path(), "case", &toml);
    // From elsewhere: places of a file are beside it.
    let output = parlab().args(["run", "--quiet", "--yes"]).arg(path).current_dir("/").output().expect("parlab");
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn one_that_fails_is_told_with_its_end_and_its_last_words() {
    let cases = [
        ("echo one; echo two >&2; exit 3", "exit status 3; it wrote: one | two"),
        ("kill -SEGV $$", "killed by SIGSEGV"),
        ("printf \"a\\033[2Jb\\n\"; exit 1", "exit status 1; it wrote: a\\u{1b}[2Jb"),
        ("exec >&- 2>&-; exit 4", "exit status 4"),
    ];
    for (script, told) in cases {
        let (report, code, _) = report(&once(&format!("['sh', '-c', '''{script}''']"), ""), YES);
        assert_eq!((code, &report["status"]), (1, &"failed".into()), "{script}");
        let message = warning(&report, "tasks-failed");
        assert!(message.ends_with(told), "{script}: {message}");
    }
    for (status, ends) in [(0, 0), (3, 0), (4, 1)] {
        let command = format!("['sh', '-c', 'exit {status}']");
        assert_eq!(report(&once(&command, "expect_status = [0, 3]"), YES).1, ends, "{status}");
    }
}

#[test]
fn what_cannot_be_run_is_refused_before_anything_is() {
    let (report, code, stderr) = {
        let folder = folder();
        let path = scenario(folder.path(), "case", &format!("title = 't'\n{}", once("['no-such-program']", "")));
        let output = parlab().args(["run", "--quiet", "--yes"]).arg(path).output().expect("parlab");
        (stdout(&output), output.status.code(), stderr(&output))
    };
    assert_eq!((report.as_str(), code), ("", Some(2)), "{stderr}");
    assert!(stderr.contains("no-such-program: there is no such program in PATH"), "{stderr}");
}

#[test]
fn much_output_neither_stops_it_nor_is_kept() {
    let (report, code, stderr) =
        report(&once("['sh', '-c', 'head -c 1000000000 /dev/zero; echo end; exit 5']", ""), YES);
    assert_eq!(code, 1, "{stderr}");
    assert!(warning(&report, "tasks-failed").contains("exit status 5"), "{}", report["warnings"]);
}

#[test]
fn nothing_is_left_of_what_a_program_starts() {
    let daemon = "setsid sleep 7361.25 & (setsid sleep 7361.5 &) ; sleep 7361.75 & exit 0";
    let (_, code, stderr) = report(&once(&format!("['sh', '-c', '{daemon}']"), ""), YES);
    assert_eq!((code, with("sleep\u{0}7361.")), (0, vec![]), "{stderr}");
}

#[test]
fn a_killed_parlab_takes_its_programs_along() {
    let stubborn = "trap \"\" TERM INT HUP; setsid sleep 8462.25 & sleep 8462.5 & sleep 8462.75";
    let mut run = Running::start(&once(&format!("['sh', '-c', '{stubborn}']"), ""), YES);
    run.wait_until("all of it", |_| with("sleep\u{0}8462.").len() == 3);
    let group: Vec<u32> = run.children().iter().map(|(pid, _)| *pid).collect();
    assert!(group.len() >= 4, "the launcher, the shell and what it started: {group:?}");
    let pid = nix::unistd::Pid::from_raw(run.pid().cast_signed());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("a kill");
    wait_until("the end of all of it", || {
        with("sleep\u{0}8462.").is_empty() && !group.iter().any(|pid| is_alive(*pid))
    });
}

#[test]
fn one_that_ignores_the_end_is_ended_and_one_that_heeds_it_may_save() {
    let place = folder();
    let saved = place.path().join("saved");
    let heeds = format!("trap \"echo yes > {}; exit 0\" TERM; while :; do sleep 0.02; done", saved.display());
    let mut run = Running::start(&once(&format!("['sh', '-c', '{heeds}']"), ""), &["--yes", "-s", "timeout_s=0.3"]);
    run.wait_for("trial_finished", 1);
    assert_eq!(std::fs::read_to_string(&saved).expect("what it saved").trim(), "yes");
    let ignores = "trap \"\" TERM; while :; do sleep 0.02; : 9573; done";
    let mut run = Running::start(&once(&format!("['sh', '-c', '{ignores}']"), ""), &["--yes", "-s", "timeout_s=0.3"]);
    run.wait_for("trial_finished", 1);
    wait_until("its end", || with(": 9573").is_empty());
    // One that is stopped hears nothing until it goes on.
    let mut run =
        Running::start(&once("['sh', '-c', 'kill -STOP $$; : 10684']", ""), &["--yes", "-s", "timeout_s=0.3"]);
    run.wait_for("worker_stalled", 1);
    run.wait_for("trial_finished", 1);
    wait_until("its end", || with(": 10684").is_empty());
}

#[test]
fn weak_scaling_is_judged_by_what_is_done_in_a_time() {
    let place = folder();
    // It takes as long as it is told, which grows with the workers: nothing is gained by them.
    let args = ["--workers", "1,2", "--weak", "SIZE=0.2*{workers}", "--format", "json", "--journal", "journal"];
    let output =
        scale(place.path(), &[&args[..], &["--", "sh", "-c", "test \"$SIZE\" = {SIZE} && sleep {SIZE}"]].concat());
    let report = json(&output);
    assert_eq!(output.status.code(), Some(0), "{}", report["warnings"]);
    let [one, two] = [0, 1].map(|index| &report["configs"][index]);
    let ratio = two["wall_s"]["estimate"].as_f64().expect("s") / one["wall_s"]["estimate"].as_f64().expect("s");
    let (speedup, efficiency) = (two["speedup"]["value"].as_f64().expect("a ratio"), &two["efficiency"]);
    assert!((speedup - 2.0 / ratio).abs() < 1e-6 && ratio > 1.5, "{speedup} {ratio}");
    assert!((efficiency.as_f64().expect("a ratio") - 1.0 / ratio).abs() < 1e-6);
    assert!(two["karp_flatt"].is_null(), "it is of work that does not grow");
    // The journal has the whole scenario, and can be run as a file.
    let journal = std::fs::read_to_string(place.path().join("journal")).expect("a journal");
    let planned: Value = serde_json::from_str(journal.lines().nth(1).expect("a line")).expect("an event");
    let text = planned["text"].as_str().unwrap_or_else(|| panic!("no text in {planned}"));
    let path = scenario(place.path(), "again", text);
    let again = parlab().args(["check"]).arg(&path).output().expect("parlab");
    assert_eq!(again.status.code(), Some(0), "{text}\n{}", stdout(&again));
}

#[test]
fn misuse_is_told_with_its_remedy() {
    let place = folder();
    let cases: [(&[&str], &str); 6] = [
        (&["--weak", "SIZE={size}", "--", "true"], "cannot have {"),
        (&["--backends", "threads", "--", "true"], "is run by the backend \"program\" alone"),
        (&["--chunk", "3", "--", "true"], "means nothing to a program"),
        (&["-s", "tasks=3", "--", "true"], "means nothing to program"),
        (&["--env", "X", "--", "true"], "write NAME=VALUE"),
        (&["true"], "--"),
    ];
    for (args, told) in cases {
        let output = scale(place.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(told), "{args:?}: {}", stderr(&output));
    }
    let others = "[workload]\nkind = 'square'\ntasks = 1\n[sweep]\nbackends = ['program']\n";
    let path = scenario(place.path(), "square", &format!("title = 't'\n{others}"));
    let output = parlab().arg("check").arg(path).output().expect("parlab");
    assert!(stdout(&output).contains("take another"), "{}", stdout(&output));
}

#[test]
fn a_file_of_others_is_asked_about_before_its_first_run() {
    let place = folder();
    let state = place.path().join("state");
    let path =
        scenario(place.path(), "case", &format!("title = 't'\n{}", once("['sh', '-c', 'exit 0 # \u{9b}2J']", "")));
    let run = |options: &[&str]| {
        let mut command = parlab();
        command.args(["run", "--quiet", "--format", "json"]).args(options).arg(&path).env("XDG_STATE_HOME", &state);
        command.output().expect("parlab")
    };
    let refused = run(&[]);
    assert_eq!((refused.status.code(), stdout(&refused).as_str()), (Some(3), ""), "{}", stderr(&refused));
    let told = stderr(&refused);
    assert!(told.contains("add --yes") && told.contains("sh -c 'exit 0 # \\u{9b}2J'"), "{told}");
    let once = run(&["--yes"]);
    assert_eq!(once.status.code(), Some(0), "{}", stderr(&once));
    assert_eq!(run(&[]).status.code(), Some(3), "an option is for once");
    let sha256 = json(&once)["scenario"]["sha256"].as_str().expect("a sum").to_owned();
    std::fs::create_dir_all(state.join("parlab")).expect("a folder");
    std::fs::write(state.join("parlab/trusted"), format!("0000\n{sha256}\n")).expect("a file");
    assert_eq!(run(&[]).status.code(), Some(0), "it was agreed to");
    // Another text is another file.
    std::fs::write(&path, std::fs::read_to_string(&path).expect("a file").replace("exit 0", "exit  0"))
        .expect("a file");
    assert_eq!(run(&[]).status.code(), Some(3));
    // What is part of parlab runs nothing of others.
    assert_eq!(
        parlab().args(["run", "-q", "tiny-tasks", "-s", "tasks=9"]).output().expect("parlab").status.code(),
        Some(0)
    );
}

#[test]
fn a_yes_at_the_terminal_is_remembered() {
    if !have("script") {
        return;
    }
    let place = folder();
    let (state, log) = (place.path().join("state"), place.path().join("log"));
    let path = scenario(place.path(), "case", &format!("title = 't'\n{}", once("['sh', '-c', 'exit 0']", "")));
    let answer = |words: &str| {
        let line = format!("{} run --quiet {}", crate::common::binary().display(), path.display());
        let mut command = Command::new("script");
        command
            .args(["-q", "-e", "-f", "-c", &line])
            .arg(&log)
            .env("XDG_STATE_HOME", &state)
            .env("PARLAB_NOISE", "keep");
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null());
        let mut script = command.spawn().expect("script");
        let mut input = script.stdin.take().expect("a pipe");
        wait_until("the question", || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("[y/N]")));
        std::io::Write::write_all(&mut input, words.as_bytes()).expect("an answer");
        script.wait().expect("an end").code()
    };
    assert_eq!(answer("n\n"), Some(3));
    assert_eq!(answer("y\n"), Some(0), "{}", std::fs::read_to_string(&log).unwrap_or_default());
    let again = parlab().args(["run", "--quiet"]).arg(&path).env("XDG_STATE_HOME", &state).output().expect("parlab");
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
}
