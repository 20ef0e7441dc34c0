//! The command line, as typed.

use clap::CommandFactory;
use parlab::cli::{Cli, Command};
use parlab::report::Format;

fn read(line: &str) -> Result<Cli, clap::Error> {
    Cli::read(line.split_whitespace())
}

/// The message and the exit code of a command line that is refused.
fn refused(line: &str) -> (String, i32) {
    let error = read(line).expect_err(line);
    (error.to_string(), error.exit_code())
}

#[test]
fn clap_finds_no_fault_with_the_definition() {
    Cli::command().debug_assert();
}

#[test]
fn without_a_command_the_screen_opens() {
    let cli = read("parlab").unwrap();
    assert!(cli.scenario.is_none() && cli.command.is_none() && !cli.ascii);
    let cli = read("parlab --ascii gil").unwrap();
    assert_eq!(cli.scenario.unwrap(), "gil");
    assert!(cli.ascii);
    assert_eq!(read("parlab ./list").unwrap().scenario.unwrap(), "./list");
    assert_eq!(read("parlab -- list").unwrap().scenario.unwrap(), "list");
}

#[test]
fn run_takes_every_option_of_the_contract() {
    let line = "parlab run a.toml --backends threads,processes --workers 1..cores+3 --repeats 5 --warmup 0 --schedule \
                guided --chunk 16 --seed 7 --format json -o out.json --journal run.jsonl --predict 2:1.8,4:3 --quiet --yes";
    let Some(Command::Run(run)) = read(line).unwrap().command else { panic!("not a run") };
    assert_eq!(run.scenario.as_deref(), Some("a.toml".as_ref()));
    let overrides: Vec<_> = run.options.overrides.0.iter().collect();
    assert_eq!(
        overrides,
        [
            ("--backends", "backends", "threads,processes"),
            ("--workers", "workers", "1..cores+3"),
            ("--repeats", "repeats", "5"),
            ("--warmup", "warmup", "0"),
            ("--schedule", "schedule", "guided"),
            ("--chunk", "chunk", "16"),
            ("--seed", "seed", "7"),
        ]
    );
    assert_eq!(run.options.format.name, "json");
    assert_eq!(run.options.output.as_deref(), Some("out.json".as_ref()));
    assert_eq!(run.options.journal.as_deref(), Some("run.jsonl".as_ref()));
    assert_eq!(run.options.predict.as_deref(), Some("2:1.8,4:3"));
    assert!(run.options.quiet && run.options.yes);
}

#[test]
fn run_leaves_to_the_scenario_what_is_not_said() {
    let Some(Command::Run(run)) = read("parlab run a").unwrap().command else { panic!("not a run") };
    assert_eq!(run.options.overrides, parlab::cli::OverrideArgs::default());
    assert_eq!(run.options.format.name, "text");
    assert!(run.options.output.is_none() && run.options.journal.is_none() && !run.options.quiet && !run.options.yes);
}

#[test]
fn a_list_with_spaces_is_one_value() {
    let cli = Cli::read(["parlab", "run", "a", "--workers", "1..8 step 2"]).unwrap();
    let Some(Command::Run(run)) = cli.command else { panic!("not a run") };
    assert_eq!(run.options.overrides.0.iter().collect::<Vec<_>>(), [("--workers", "workers", "1..8 step 2")]);
}

#[test]
fn any_key_can_be_set_any_number_of_times() {
    let words =
        ["parlab", "run", "a", "-s", "repeats=5", "--repeats", "3", "--set", "grid.C = [0.1, 1]", "-s", "title="];
    let Some(Command::Run(run)) = Cli::read(words).unwrap().command else { panic!("not a run") };
    let overrides: Vec<_> = run.options.overrides.0.iter().collect();
    assert_eq!(
        overrides,
        [("--repeats", "repeats", "3"), ("-s", "repeats", "5"), ("-s", "grid.C", "[0.1, 1]"), ("-s", "title", "")]
    );
    for line in ["parlab run a -s repeats", "parlab run a -s =5"] {
        let (message, code) = refused(line);
        assert!(message.contains("write KEY=VALUE, such as repeats=5"), "{message}");
        assert_eq!(code, 2, "{line}");
    }
}

#[test]
fn the_other_commands() {
    let command = |line: &str| read(line).unwrap().command.unwrap();
    assert!(
        matches!(command("parlab list --kinds --format json"), Command::List(l) if l.kinds && l.format.name == "json")
    );
    assert!(matches!(command("parlab list"), Command::List(l) if !l.kinds && l.format.name == "text"));
    assert!(matches!(command("parlab list --format md"), Command::List(l) if l.format.name == "md"));
    assert!(matches!(command("parlab schema"), Command::Schema));
    assert!(matches!(
        command("parlab fit a.csv --format json --cpus 4 -o a.json"),
        Command::Fit(fit) if fit.file.as_os_str() == "a.csv" && fit.format.name == "json" && fit.cpus == Some(4)
    ));
    assert!(matches!(command("parlab fit -"), Command::Fit(fit) if fit.file.as_os_str() == "-" && fit.cpus.is_none()));
    assert!(matches!(command("parlab show gil"), Command::Show { name } if name == "gil"));
    assert!(matches!(command("parlab check a.toml b.toml"), Command::Check { files } if files.len() == 2));
    assert!(matches!(command("parlab machine --format json"), Command::Machine { format } if format.name == "json"));
    assert!(matches!(command("parlab __forkserver --fd 3"), Command::Forkserver { args } if args == ["--fd", "3"]));
}

#[test]
fn usage_errors_exit_with_2() {
    for line in [
        "parlab run",
        "parlab run a --repeats many",
        "parlab run a --format pdf",
        "parlab run a --colour",
        "parlab check",
        "parlab show",
        "parlab list --format csv",
        "parlab fit",
        "parlab fit a.csv --cpus 0",
        "parlab fit a.csv --format md",
        "parlab a b",
        "parlab a list",
    ] {
        assert_eq!(refused(line).1, 2, "{line}");
    }
}

#[test]
fn commands_of_a_later_version_are_no_scenarios() {
    for line in ["parlab compare", "parlab compare a b", "parlab --ascii report --format json j", "parlab replay"] {
        let (message, code) = refused(line);
        assert!(message.contains("comes with a later version"), "{line}: {message}");
        assert_eq!(code, 2, "{line}");
    }
    assert_eq!(read("parlab -- compare").unwrap().scenario.unwrap(), "compare");
    assert_eq!(read("parlab -- fit").unwrap().scenario.unwrap(), "fit");
    assert_eq!(read("parlab ./fit").unwrap().scenario.unwrap(), "./fit");
}

#[test]
fn formats_of_a_later_version_are_read_and_refused() {
    for word in ["text", "json"] {
        assert!(Format::named(word).unwrap().reporter().is_ok());
    }
    for word in ["csv", "md", "svg"] {
        let line = format!("parlab run a --format {word}");
        let Some(Command::Run(run)) = read(&line).unwrap().command else { panic!("{line}") };
        assert_eq!(run.options.format.name, word);
        let message = run.options.format.reporter().unwrap_err().to_string();
        assert_eq!(message, format!("--format {word}: comes with a later version; this one writes text and json"));
    }
}

#[test]
fn help_tells_commands_examples_and_exit_codes() {
    let (help, code) = refused("parlab --help");
    assert_eq!(code, 0);
    for part in
        ["run ", "list ", "show ", "check ", "machine ", "--ascii", "Examples:", "Exit codes:", "130  interrupted"]
    {
        assert!(help.contains(part), "{part} is missing:\n{help}");
    }
    assert!(!help.contains("forkserver"), "{help}");
    let (help, _) = refused("parlab run --help");
    for part in ["--backends <A,B>", "--workers <LIST>", "--journal <FILE>", "-o, --output <FILE>", "pow2..cores"] {
        assert!(help.contains(part), "{part} is missing:\n{help}");
    }
    let [options, overrides] = ["--quiet", "--repeats"].map(|option| help.find(option).unwrap());
    let heading = help.find("Instead of what the scenario says:").unwrap();
    assert!(options < heading && heading < overrides, "{help}");
}

#[cfg(unix)]
#[test]
fn a_file_name_need_not_be_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let name = OsStr::from_bytes(b"caf\xe9.toml");
    assert_eq!(Cli::read([OsStr::new("parlab"), name]).unwrap().scenario.unwrap(), name);
}
