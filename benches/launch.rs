//! How fast can programs be started? As many `true` as `xargs -P2` starts, and single ones timed as hyperfine times them.
//!
//! `cargo bench --bench launch`. Each pair takes turns, and the shortest times are compared: a machine that is used by
//! others makes single times longer, and never shorter. Needs xargs; where there is no hyperfine, it says so, and single
//! programs are not compared.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use parlab::engine::{BoardExecutor, Control, Executor as _, ProgramSetting};
use parlab::record::TrialEnd;
use parlab::scenario::{BackendKind, Catalog, Config, Overrides, ProgramText, Source};
use parlab::system::launch::{Launcher, ProgramOrder, Word};
use parlab::workload;

const PARLAB: &str = env!("CARGO_BIN_EXE_parlab");

/// Programs that are started in a round, two at a time.
const MANY: usize = 1000;
const ROUNDS: usize = 7;

/// Runs of a single program in a round.
const SINGLES: usize = 10;

/// The rate of xargs is this part of parlab's at most.
const AT_LEAST: f64 = 1.0;

/// How far the time of a single program may be from hyperfine's.
const WITHIN: f64 = 0.02;

fn main() {
    let rates: Vec<[f64; 2]> = (0..ROUNDS).map(|_| [MANY as f64 / launched().as_secs_f64(), by_xargs()]).collect();
    let best = |who: usize| rates.iter().map(|rates| rates[who]).fold(0.0, f64::max);
    let ratio = best(0) / best(1);
    println!(
        "true, two at a time: parlab {:.0}/s, xargs -P2 {:.0}/s, ratio {ratio:.2} (must be at least {AT_LEAST})",
        best(0),
        best(1)
    );
    assert!(ratio >= AT_LEAST);
    if Command::new("hyperfine").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("single programs: there is no hyperfine to compare with (cargo install hyperfine)");
        return;
    }
    let mut worst: f64 = 0.0;
    for command in [&["sleep", "0.05"][..], &["sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"]] {
        let rounds: Vec<[f64; 2]> = (0..ROUNDS).map(|_| [timed(command), by_hyperfine(command)]).collect();
        let least = |who: usize| rounds.iter().map(|seconds| seconds[who]).fold(f64::INFINITY, f64::min);
        let off = least(0) / least(1) - 1.0;
        worst = worst.max(off.abs());
        let [ours, theirs] = [least(0), least(1)].map(|s| s * 1e3);
        println!("{}: parlab {ours:.3} ms, hyperfine -N {theirs:.3} ms, {:+.2} %", command[0], off * 100.0);
    }
    println!("single programs: at most {:.2} % off (must be less than {:.0} %)", worst * 100.0, WITHIN * 100.0);
    assert!(worst < WITHIN);
}

/// How long it takes to start many programs, two of them at a time, and to wait for the last one.
fn launched() -> Duration {
    let mut launcher = Launcher::start(Path::new(PARLAB)).expect("a launcher");
    let nothing = std::fs::File::options().read(true).write(true).open("/dev/null").expect("nothing");
    let files = || std::array::from_fn(|_| std::os::fd::AsFd::as_fd(&nothing));
    let order = ProgramOrder { words: vec!["true".to_owned()], environment: BTreeMap::new(), folder: None };
    let begun = Instant::now();
    let (mut ordered, mut ended) = (0, 0);
    while ended < MANY {
        while ordered < MANY && ordered - ended < 2 {
            launcher.line().expect("a line").order(&order, files()).expect("an order");
            ordered += 1;
        }
        match launcher.line().expect("a line").hear(Duration::from_secs(10)).expect("a word") {
            Some((Word::Ended { .. }, _)) => ended += 1,
            Some((Word::Refused { why, .. }, _)) => panic!("{why}"),
            Some(_) => {}
            None => panic!("no word"),
        }
    }
    begun.elapsed()
}

/// As many a second by xargs.
fn by_xargs() -> f64 {
    let lines = "x\n".repeat(MANY);
    let mut command = Command::new("xargs");
    command.args(["-P2", "-n1", "true"]).stdin(Stdio::piped());
    let begun = Instant::now();
    let mut xargs = command.spawn().expect("xargs");
    xargs.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("lines");
    assert!(xargs.wait().expect("an end").success());
    MANY as f64 / begun.elapsed().as_secs_f64()
}

/// The shortest time of a program in a run of parlab.
fn timed(command: &[&str]) -> f64 {
    let text = ProgramText { command: command.iter().map(|&word| word.to_owned()).collect(), ..ProgramText::default() };
    let catalog = Catalog::new(workload::specs(), 2);
    let scenario = Source::new("p.toml", text.text()).parse(&catalog, &Overrides::default()).expect("a scenario");
    let control = Control::default();
    let mut executor = BoardExecutor::new(&scenario, Path::new(PARLAB), ProgramSetting::default(), &control);
    let config = Config::new(BackendKind::PROGRAM, 1);
    let trials = (0..SINGLES).map(|trial| executor.trial(trial, &config, false, &mut |_| {}));
    let walls = trials.map(|outcome| {
        assert_eq!((outcome.end, outcome.tasks_done), (TrialEnd::Complete, 1));
        outcome.wall_s
    });
    walls.fold(f64::INFINITY, f64::min)
}

/// The shortest time of a program that hyperfine tells.
fn by_hyperfine(command: &[&str]) -> f64 {
    let file = std::env::temp_dir().join(format!("parlab-bench-{}.json", std::process::id()));
    let quoted: Vec<String> = command.iter().map(|word| format!("'{word}'")).collect();
    let mut hyperfine = Command::new("hyperfine");
    hyperfine.args(["-N", "--style", "none", "--runs", &SINGLES.to_string(), "--export-json"]).arg(&file);
    let output = hyperfine.arg(quoted.join(" ")).output().expect("hyperfine");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
    let _ = std::fs::remove_file(&file);
    told["results"][0]["min"].as_f64().expect("a time")
}
