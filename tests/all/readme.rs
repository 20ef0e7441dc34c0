//! Holds the README to the program: its keys, its example, its commands.

use crate::common;
use parlab::report::reference::scenario_keys_markdown;
use parlab::tui::keys::keys_markdown;

const README: &str = include_str!("../../README.md");

/// The blocks of the README in a language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    README.split(&opening).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_keys_are_those_of_the_table() {
    let keys = keys_markdown();
    assert!(README.contains(&keys), "the README's key table is stale; it should be:\n{keys}");
}

#[test]
fn the_keys_of_scenarios_are_those_of_the_table() {
    let keys = scenario_keys_markdown();
    assert!(README.contains(&keys), "the README's table of scenario keys is stale; it should be:\n{keys}");
}

#[test]
fn the_two_commands_come_first() {
    let commands = blocks("sh");
    assert_eq!(commands[..2], ["cargo run --release\n", "cargo test\n"]);
}

#[test]
fn the_example_is_ten_lines_and_runs() {
    let example = blocks("toml")[0];
    assert_eq!(example.lines().count(), 10);
    let folder = common::folder();
    // The real thing, but small.
    let file = common::scenario(folder.path(), "mine", &example.replace("2e7", "2e4"));
    let output = common::parlab().arg("run").arg(file).args(["--format", "json", "--quiet"]).output().expect("parlab");
    assert!(output.status.success(), "{}", common::stderr(&output));
    assert!(common::stdout(&output).contains("\"status\": \"done\""));
}

#[test]
fn the_commands_are_understood() {
    let lines = blocks("sh").concat();
    let commands = lines
        .lines()
        .filter_map(|line| line.strip_prefix("parlab "))
        .map(|line| line.split(['#', '|']).next().unwrap_or_default().split_whitespace().collect::<Vec<_>>());
    let mut tried = 0;
    for command in commands {
        let mut words = vec!["parlab"];
        words.extend(&command);
        assert!(parlab::cli::Cli::read(words).is_ok(), "{command:?}");
        tried += 1;
    }
    assert!(tried >= 7);
}
