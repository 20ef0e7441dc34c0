//! What is made of the command line's own words: completions for shells, and the manual page.
//!
//! Texts only: nothing is installed, and nothing printed.

use std::io::{self, Write};

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::Cli;

/// The script by which a shell completes commands and options of parlab.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut visible(), "parlab", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The manual page in roff: parlab itself, and a section for each of its commands.
pub fn manual() -> String {
    let mut command = visible().disable_help_subcommand(true);
    command.build();
    let opening = rendered(&command, |man, out| {
        man.render_title(out)?;
        man.render_name_section(out)?;
        man.render_synopsis_section(out)?;
        man.render_description_section(out)?;
        man.render_options_section(out)
    });
    let sections = command.get_subcommands().map(section).collect::<String>();
    let closing = rendered(&command, Man::render_version_section);
    format!("{opening}{}{}{sections}{closing}", list(&command), examples(&command, "SH"))
}

/// The commands, each with what it does.
fn list(command: &Command) -> String {
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    for command in command.get_subcommands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        roff.control("TP", []).text([bold(command.get_name())]).text([roman(about)]);
    }
    roff.to_roff()
}

/// A command's section: what would stand on a page of its own, its headings one level lower.
fn section(command: &Command) -> String {
    let parts = rendered(command, |man, out| {
        man.render_description_section(out)?;
        man.render_synopsis_section(out)?;
        man.render_options_section(out)
    });
    let mut heading = Roff::new();
    heading.control("SH", [format!("parlab {}", command.get_name()).to_uppercase().as_str()]);
    format!("{}{}{}", heading.to_roff(), parts.replace(".SH ", ".SS "), examples(command, "SS"))
}

/// What `--help` ends with, line by line as it is there; nothing for a command without that.
fn examples(command: &Command, level: &str) -> String {
    let Some(text) = command.get_after_help() else { return String::new() };
    let mut roff = Roff::new();
    roff.control(level, ["EXAMPLES"]).control("nf", []);
    for line in text.to_string().lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff.to_roff()
}

fn rendered(command: &Command, render: impl Fn(&Man, &mut dyn Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    // Writing to memory cannot fail.
    let _ = render(&Man::new(command.clone()), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The command line without the commands that parlab keeps for itself, which generators would tell of.
fn visible() -> Command {
    let all = Cli::command();
    let kept = all.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let mut visible = Command::new("parlab").args(all.get_arguments().cloned()).subcommands(kept);
    visible = visible.version(env!("CARGO_PKG_VERSION"));
    if let Some(about) = all.get_about() {
        visible = visible.about(about.clone());
    }
    if let Some(about) = all.get_long_about() {
        visible = visible.long_about(about.clone());
    }
    visible.after_help(super::EXAMPLES).override_usage(super::USAGE)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    fn names() -> Vec<String> {
        visible().get_subcommands().map(|command| command.get_name().to_owned()).collect()
    }

    fn hidden() -> impl Iterator<Item = String> {
        let all = Cli::command();
        let hidden: Vec<String> =
            all.get_subcommands().filter(|command| command.is_hide_set()).map(|c| c.get_name().to_owned()).collect();
        assert!(!hidden.is_empty());
        hidden.into_iter()
    }

    #[test]
    fn completions_name_every_command() {
        assert!(names().len() >= 8);
        for &shell in Shell::value_variants() {
            let script = completions(shell);
            for name in names() {
                assert!(script.contains(&name), "{shell}: {name} is missing");
            }
            assert!(script.contains("backends"), "{shell}");
            assert!(hidden().all(|name| !script.contains(&name)), "{shell} completes what parlab keeps for itself");
        }
    }

    #[test]
    fn the_manual_names_every_command_and_option() {
        let page = manual();
        assert!(page.contains(".TH parlab 1"), "{page}");
        let mut all = visible();
        all.build();
        let commands = || all.get_subcommands().filter(|command| command.get_name() != "help");
        for command in commands() {
            assert!(page.contains(&format!(".SH \"PARLAB {}\"", command.get_name().to_uppercase())), "{command}");
        }
        for argument in commands().chain([&all]).flat_map(Command::get_arguments) {
            if let Some(long) = argument.get_long() {
                let long = long.replace('-', "\\-");
                let is_named = page.contains(&format!("\\-\\-{long}"));
                assert_eq!(is_named, !argument.is_hide_set(), "{long}, in\n{page}");
            }
        }
        assert!(hidden().all(|name| !page.contains(&name)), "{page}");
    }
}
