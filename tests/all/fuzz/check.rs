//! `parlab check FILE…`: files of scenarios with mistakes, and of anything else, under names of any kind.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::process::{Command, Output};

use parlab::scenario::library::bundled;

use super::corpus::{Corpus, Dice, scrap};
use super::hunt::{Input, hunt};
use super::streams::judge;
use crate::common::{folder, parlab};

/// Files checked by one process: it goes on to the next whatever it finds.
const BATCH: usize = 250;

/// A file.
#[derive(Debug, Clone)]
struct Scenario {
    name: OsString,
    text: Vec<u8>,
}

impl Input for Scenario {
    fn parts(&self) -> usize {
        self.text.len()
    }

    fn without(&self, parts: std::ops::Range<usize>) -> Self {
        Self { name: self.name.clone(), text: self.text.without(parts) }
    }

    fn bytes(&self) -> Vec<u8> {
        self.text.clone()
    }
}

fn name(dice: &mut Dice) -> OsString {
    let mut name = format!("{}", dice.below(1_000_000_000)).into_bytes();
    if dice.once_in(4) {
        name.extend(scrap(dice));
    }
    name.retain(|&byte| byte != 0 && byte != b'/');
    name.extend(b".toml");
    OsString::from_vec(name)
}

fn checked(files: &[Scenario]) -> Result<(), String> {
    let folder = folder();
    for file in files {
        std::fs::write(folder.path().join(&file.name), &file.text).map_err(|error| error.to_string())?;
    }
    let mut command: Command = parlab();
    command.arg("check").args(files.iter().map(|file| &file.name)).current_dir(folder.path());
    let output: Output = command.output().map_err(|error| error.to_string())?;
    judge(&output)?;
    match output.status.code() {
        Some(0 | 2) => Ok(()),
        code => Err(format!("exit code {code:?}")),
    }
}

#[test]
fn files_of_any_kind_are_checked() {
    let corpus = Corpus::new(bundled().map(|source| source.text.into_bytes()));
    let make = move |dice: &mut Dice| Scenario { name: name(dice), text: corpus.input(dice) };
    hunt("check", BATCH, make, checked);
}
