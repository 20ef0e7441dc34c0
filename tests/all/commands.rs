//! Programs as tasks: a command filled in task by task, run by workers of any backend.

use serde_json::Value;

use crate::common::running::Running;
use crate::common::{folder, is_alive, parlab, report, scenario, stderr, stdout, wait_until};

/// A scenario of commands over backends, with these lines.
fn commands(workload: &str, backends: &str, more: &str) -> String {
    format!(
        "[workload]\nkind = \"command\"\n{workload}\n{more}\n[sweep]\nbackends = [{backends}]\nworkers = 2\n\
         baseline = \"none\"\nrepeats = 1\nwarmup = 0\n"
    )
}

const ALL: &str = "'serial', 'threads', 'processes'";

/// The results of a configuration: its input and its values by task.
fn results(report: &Value, config: usize) -> &Vec<Value> {
    report["configs"][config]["results"].as_array().expect("results")
}

/// Processes whose command line holds a text that no other has.
fn with(text: &str) -> usize {
    let processes = std::fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let line = |pid: u32| std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    pids.filter(|&pid| String::from_utf8_lossy(&line(pid)).contains(text) && is_alive(pid)).count()
}

#[test]
fn a_grid_of_ones_own_program_has_figures_whoever_runs_it() {
    let toml = commands(
        "command = ['sh', '-c', 'echo loss=0.1; echo loss=$2$1; echo size={n}', 'x', '{C}', '{sign}']",
        ALL,
        "values = { loss = 'loss=([0-9.e-]+)', n = 'size=(.*)' }\n[grid]\nC = [0.25, 3, 1e6]\nsign = ['-', '']\nn = [7]",
    );
    let (report, code, stderr) = report(&toml, &["--yes"]);
    assert_eq!((code, &report["status"]), (0, &"done".into()), "{stderr} {}", report["warnings"]);
    let expected = [-0.25, 0.25, -3.0, 3.0, -1e6, 1e6];
    for config in 0..3 {
        let told = results(&report, config);
        let losses: Vec<f64> = told.iter().map(|task| task["values"]["loss"].as_f64().expect("a loss")).collect();
        assert_eq!(losses, expected, "{config}");
        assert!(told.iter().all(|task| task["values"]["n"] == 7.0 && task["values"]["cpu_s"].as_f64() >= Some(0.0)));
        assert_eq!(told[3]["input"], serde_json::json!({ "C": 3, "sign": "", "n": 7 }));
        assert_eq!(report["grid"]["best_params"], serde_json::json!({ "C": 1_000_000.0, "sign": "-", "n": 7 }));
        assert_eq!(report["grid"]["mean_test_scores"], serde_json::json!(expected));
        assert_eq!(report["grid"]["converged"][0], Value::Null);
        let used = &report["configs"][config]["cpu_s"];
        assert!(used["user"].as_f64().expect("s") + used["system"].as_f64().expect("s") > 0.0, "that of the programs");
    }
}

#[test]
fn inputs_are_texts_files_lines_or_numbers() {
    let place = folder();
    for (name, text) in [("b.csv", "1\n2\n"), ("a.csv", "1\n"), ("c.txt", "x\n")] {
        std::fs::write(place.path().join(name), text).expect("a file");
    }
    std::fs::write(place.path().join("list"), "one line\n\n{input}\n").expect("a file");
    let cases = [
        ("inputs = ['a b', '{x}', '']", vec!["a b", "{x}", ""]),
        ("files = '*.csv'", vec!["/a.csv", "/b.csv"]),
        ("lines = 'list'", vec!["one line", "{input}"]),
        ("inputs = [0.5, 2e6]", vec!["0.5", "2000000"]),
        ("tasks = 2", vec!["0", "1"]),
    ];
    for (source, expected) in cases {
        let workload = format!("command = ['printf', '%s:%s', '{{task}}', '{{input}}']\noutputs = 'out'\n{source}");
        let toml = format!("title = 't'\n{}", commands(&workload, "'threads'", ""));
        let path = scenario(place.path(), "case", &toml);
        let output = parlab().args(["run", "-q", "--yes"]).arg(path).output().expect("parlab");
        assert_eq!(output.status.code(), Some(0), "{source}: {}{}", stdout(&output), stderr(&output));
        for (task, expected) in expected.iter().enumerate() {
            let file = place.path().join(format!("out/{task:06}.txt"));
            let text = std::fs::read_to_string(file).expect("an output");
            assert!(text.starts_with(&format!("{task}:")) && text.ends_with(expected), "{source}: {text}");
        }
    }
}

#[test]
fn what_each_task_writes_is_kept_as_far_as_is_said() {
    let place = folder();
    let workload = "command = \"yes {x} | head -c 5000000; echo; echo v={x}\"\nshell = true\ntasks = 2\noutputs = 'o'\n\
                    output_limit = 1000\nvalues = { v = 'v=(\\\\d+)' }";
    let workload = workload.replace("'v=(\\\\d+)'", "'v=(\\d+)'");
    let path = scenario(place.path(), "case", &format!("title = 't'\n{}", commands(&workload, "'processes'", "")));
    let output = parlab().args(["run", "-q", "--yes", "--format", "json"]).arg(path).output().expect("parlab");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(results(&report, 0)[1]["values"]["v"], 1.0, "{}", report["warnings"]);
    for task in 0..2 {
        let text = std::fs::read(place.path().join(format!("o/{task:06}.txt"))).expect("an output");
        assert_eq!(text, format!("{task}\n").repeat(500).as_bytes());
    }
}

#[test]
fn tasks_that_fail_are_tried_again_and_those_that_hang_are_ended() {
    let place = folder();
    let tries = place.path().join("tries").display().to_string();
    let count = format!("echo {{x}} >> {tries}; test $(grep -c {{x}} {tries}) -ge 3");
    let workload = format!("command = '''{count}'''\nshell = true\ntasks = 1");
    let (_, code, _) = report(&commands(&workload, "'serial'", "retries = 2"), &["--yes"]);
    assert_eq!((code, std::fs::read_to_string(&tries).expect("a file").lines().count()), (0, 3));
    std::fs::remove_file(&tries).expect("a file");
    let (few, code, _) = report(&commands(&workload, "'serial'", "retries = 1"), &["--yes"]);
    assert_eq!(code, 1);
    assert!(few["warnings"].to_string().contains("2 attempts, the last: exit status 1"), "{}", few["warnings"]);
    let hangs = "command = ['sh', '-c', 'trap \"\" TERM; while test {x} = 1; do sleep 0.05; done']\ntasks = 3";
    let (report, code, _) = report(&commands(hangs, "'threads'", "timeout_s = 0.3"), &["--yes"]);
    assert_eq!(
        (code, &report["configs"][0]["tasks_done"], &report["configs"][0]["tasks_failed"]),
        (1, &2.into(), &1.into())
    );
    assert!(report["warnings"].to_string().contains("took longer than timeout_s"), "{}", report["warnings"]);
}

#[test]
fn a_worker_that_is_lost_takes_its_program_along_and_the_task_is_run_again() {
    let place = folder();
    let gate = place.path().join("gate");
    let wait = format!("while ! test -e {}; do sleep 0.05; : 7418; done", gate.display());
    let toml = commands(&format!("command = ['sh', '-c', '{wait}']\ntasks = 2"), "'processes'", "");
    let mut run = Running::start(&toml, &["--yes"]);
    run.wait_until("both programs", |_| with(": 7418") == 2);
    let worker = run.workers()[0];
    let pid = nix::unistd::Pid::from_raw(worker.cast_signed());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("a kill");
    run.wait_for("worker_lost", 1);
    run.wait_until("its replacement's program, and no third one", |_| with(": 7418") == 2);
    std::fs::write(&gate, "").expect("a file");
    let ended = run.finish();
    assert_eq!((ended.code(), &ended.report()["configs"][0]["tasks_done"]), (0, &2.into()), "{}", ended.stderr);
}

#[test]
fn programs_end_with_the_run_however_that_ends() {
    for (number, backend) in ["'serial'", "'threads'", "'processes'"].into_iter().enumerate() {
        for signal in [nix::sys::signal::Signal::SIGKILL, nix::sys::signal::Signal::SIGINT] {
            let mark = format!("8529.{number}{}", signal as i32);
            let script = format!("trap \"\" TERM INT; sleep {mark} & sleep {mark}");
            let toml = commands(&format!("command = ['sh', '-c', '{script}']\ntasks = 4"), backend, "");
            let mut run = Running::start(&toml, &["--yes"]);
            run.wait_until("a program", |_| with(&format!("sleep\u{0}{mark}")) >= 2);
            run.children();
            run.signal(signal);
            wait_until("the end of all of it", || with(&mark) == 0);
            run.wait();
            run.assert_nothing_is_left();
        }
    }
}

#[test]
fn what_cannot_be_filled_in_is_told() {
    let command = "command = ['true']";
    let cases = [
        (format!("{command}\ninputs = ['a']\ntasks = 2"), "", "keep one of the two"),
        (format!("{command}\nfiles = '*.none'"), "", "means no file that is there"),
        (format!("{command}\nlines = 'none'"), "", "cannot be read"),
        (format!("{command}\nfiles = '*'\ntasks = 1"), "", "keep one"),
        (command.to_owned(), "[grid]\n'a b' = [1]", "is no name"),
        (command.to_owned(), "[grid]\ncommand = [1]", "call the key otherwise"),
        (format!("{command}\ntasks = 1\nvalues = {{ a = '(' }}"), "", "is no regular expression"),
        (format!("{command}\ntasks = 1\nvalues = {{ a = 'x', b = 'x', c = 'x', d = 'x' }}"), "", "at most 3"),
        ("command = ['no-such-thing']\ntasks = 1".to_owned(), "", "no such program in PATH"),
    ];
    let place = folder();
    for (workload, more, told) in cases {
        let path = scenario(place.path(), "case", &format!("title = 't'\n{}", commands(&workload, "'threads'", more)));
        let output = parlab().args(["run", "-q", "--yes"]).arg(path).output().expect("parlab");
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{workload}{more}");
        assert!(stderr(&output).contains(told), "{workload}{more}: {}", stderr(&output));
    }
}
