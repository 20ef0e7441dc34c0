//! The options that say what to run otherwise than the scenario does: one for each key of the table that has one, and
//! `-s KEY=VALUE` for all of them. Nothing is checked here but that a number is one.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};

use crate::scenario::{Domain, KEYS, KeyDomain, KeySpec, Overrides};

const HEADING: &str = "Instead of what the scenario says";

/// The option for any key.
const SET: &str = "set";

/// What to run otherwise than the scenario says, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OverrideArgs(pub Overrides);

impl Args for OverrideArgs {
    fn augment_args(command: Command) -> Command {
        command.next_help_heading(HEADING).args(KEYS.iter().filter_map(option)).arg(set())
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for OverrideArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut read = Self::default();
        read.update_from_arg_matches(matches)?;
        Ok(read)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for key in KEYS.iter().filter(|key| key.option.is_some()) {
            let number = || matches.get_one::<u64>(key.name).map(u64::to_string);
            let typed = if is_whole(key) { number() } else { matches.get_one::<String>(key.name).cloned() };
            typed.iter().for_each(|typed| self.0.set_by_option(key.name, typed));
        }
        for (key, value) in matches.get_many::<(String, String)>(SET).into_iter().flatten() {
            self.0.set(key, value);
        }
        Ok(())
    }
}

/// The option of a key, if it has one.
fn option(key: &'static KeySpec) -> Option<Arg> {
    let arg = Arg::new(key.name).long(key.name).value_name(key.option?).help(help(key));
    Some(match key.domain {
        KeyDomain::WholeOr { word, .. } => arg.value_parser(move |text: &str| whole_or(text, word)),
        _ if is_whole(key) => arg.value_parser(value_parser!(u64)),
        _ => arg,
    })
}

fn is_whole(key: &KeySpec) -> bool {
    matches!(key.domain, KeyDomain::Automatic { .. } | KeyDomain::Plain(Domain::Whole { .. }))
}

/// A whole number, or the word.
fn whole_or(text: &str, word: &str) -> Result<String, String> {
    let is_right = text == word || text.parse::<u64>().is_ok();
    if is_right { Ok(text.to_owned()) } else { Err(format!("write a whole number or {word}")) }
}

/// What the key does, with a capital letter, and the words that it takes.
fn help(key: &KeySpec) -> String {
    let mut letters = key.doc.chars();
    let first = letters.next().map(char::to_uppercase);
    let doc: String = first.into_iter().flatten().chain(letters).collect();
    match (key.domain, key.domain.words()) {
        (KeyDomain::WholeOr { word, .. }, _) => format!("{doc}, or {word}"),
        (KeyDomain::Workers { .. }, _) => format!("{doc} (see LIST below)"),
        (_, words) if words.is_empty() => doc,
        (_, words) => format!("{doc}: {}", words.join(", ")),
    }
}

fn set() -> Arg {
    Arg::new(SET)
        .short('s')
        .long(SET)
        .value_name("KEY=VALUE")
        .help("Any key of the scenario, with a value as in its file; words need no quotes: repeats=5, grid.C=[0.1,1]")
        .action(ArgAction::Append)
        .value_parser(key_and_value)
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').map(|(key, value)| (key.trim(), value.trim())).unwrap_or_default();
    if key.is_empty() {
        return Err("write KEY=VALUE, such as repeats=5".to_owned());
    }
    Ok((key.to_owned(), value.to_owned()))
}
