//! The script that a batch system runs: what the job asks for as its first lines, then its command.
//!
//! Nothing is handed in here, and nothing of the command is judged.

use super::request::{JobRequest, Reasoned};
use super::shell::ScriptWord;
use crate::foreign::escaped;

/// A script before it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchScript<'a> {
    /// What it is, in a line or more for people.
    pub about: &'a [String],
    /// What the job asks for.
    pub needs: &'a JobRequest,
    /// Where what it prints goes, as Slurm's patterns have it; said elsewhere if it is not said here.
    pub output: Option<&'a str>,
    /// The command line.
    pub command: &'a [ScriptWord],
    /// Whether the command starts its processes by itself, as `mpirun` does: then it is no step of the job.
    pub launches: bool,
}

/// A word that no script can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}: holds a character that no script can hold")]
pub struct NoText(String);

impl BatchScript<'_> {
    /// The script as `sbatch` takes it.
    ///
    /// # Errors
    /// When a word of the command has a zero byte.
    pub fn text(&self) -> Result<String, NoText> {
        let mut lines = vec!["#!/bin/bash".to_owned()];
        lines.extend(self.about.iter().map(|line| format!("# {}", escaped(line))));
        lines.extend(self.directives());
        lines.extend([
            String::new(),
            "# Since Slurm 22.05 steps are told how many CPUs each task has by these alone.".to_owned(),
            "export SRUN_CPUS_PER_TASK=\"$SLURM_CPUS_PER_TASK\"".to_owned(),
            String::new(),
            self.command_line()?,
            String::new(),
        ]);
        Ok(lines.join("\n"))
    }

    /// What the job asks for, a line each, with the reasons above.
    fn directives(&self) -> Vec<String> {
        let needs = self.needs;
        let mut lines = vec![directive("job-name", &needs.name)];
        lines.extend(needs.partition.iter().map(|partition| directive("partition", partition)));
        lines.extend(needs.account.iter().map(|account| directive("account", account)));
        lines.extend(needs.time.iter().flat_map(|time| reasoned("time", time)));
        lines.extend([directive("nodes", &needs.nodes), directive("ntasks", &needs.tasks)]);
        lines.extend(reasoned("cpus-per-task", &needs.cpus_per_task));
        lines.extend(needs.memory.iter().flat_map(|memory| reasoned("mem", memory)));
        lines.extend(needs.array.map(|jobs| directive("array", &format!("0-{}", jobs.get() - 1))));
        lines.extend(self.output.map(|output| directive("output", &output)));
        lines
    }

    fn command_line(&self) -> Result<String, NoText> {
        const STEP: &str = "srun --nodes=1 --ntasks=1 --cpus-per-task=\"$SLURM_CPUS_PER_TASK\" ";
        let has_zero = |word: &&ScriptWord| matches!(word, ScriptWord::Literal(text) if text.contains('\0'));
        if let Some(word) = self.command.iter().find(has_zero) {
            return Err(NoText(escaped(&word.written()).into_owned()));
        }
        let words: Vec<_> = self.command.iter().map(ScriptWord::written).collect();
        let step = if self.launches { "" } else { STEP };
        Ok(format!("exec {step}{}", words.join(" ")))
    }
}

fn directive(name: &str, value: &impl ToString) -> String {
    format!("#SBATCH --{name}={}", value.to_string())
}

fn reasoned<T: ToString>(name: &str, need: &Reasoned<T>) -> impl Iterator<Item = String> {
    let why = need.why.as_ref().map(|why| format!("# {}", escaped(why)));
    why.into_iter().chain([directive(name, &need.value)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::request::{Amount, JobName, MemorySize};

    fn needs() -> JobRequest {
        JobRequest {
            name: JobName::of("numbers"),
            partition: None,
            account: None,
            time: None,
            nodes: Amount::ONE,
            tasks: Amount::ONE,
            cpus_per_task: Reasoned::said(Amount::at_least_one(4)),
            memory: None,
            array: None,
        }
    }

    fn words(words: &[&str]) -> Vec<ScriptWord> {
        words.iter().map(|&word| word.into()).collect()
    }

    #[test]
    fn a_script_says_what_the_job_needs_and_why() {
        let needs = JobRequest {
            partition: Some(JobName::of("main")),
            account: Some(JobName::of("physics")),
            time: Some(Reasoned::because("90".parse().unwrap(), "an estimate")),
            memory: Some(Reasoned::said("2G".parse::<MemorySize>().unwrap())),
            array: Some(Amount::at_least_one(5)),
            cpus_per_task: Reasoned::because(Amount::at_least_one(4), "as many as\nworkers"),
            ..needs()
        };
        let mut command = words(&["/opt/parlab", "run", "my scenario.toml", "--journal"]);
        command.push(ScriptWord::Expanded("\"run-$SLURM_JOB_ID.jsonl\"".to_owned()));
        let about = ["Written by parlab".to_owned(), "a\u{1b}[2J".to_owned()];
        let script = BatchScript {
            about: &about,
            needs: &needs,
            output: Some("out-%j.txt"),
            command: &command,
            launches: false,
        };
        assert_eq!(
            script.text().unwrap(),
            r#"#!/bin/bash
# Written by parlab
# a\u{1b}[2J
#SBATCH --job-name=numbers
#SBATCH --partition=main
#SBATCH --account=physics
# an estimate
#SBATCH --time=01:30:00
#SBATCH --nodes=1
#SBATCH --ntasks=1
# as many as\u{a}workers
#SBATCH --cpus-per-task=4
#SBATCH --mem=2048M
#SBATCH --array=0-4
#SBATCH --output=out-%j.txt

# Since Slurm 22.05 steps are told how many CPUs each task has by these alone.
export SRUN_CPUS_PER_TASK="$SLURM_CPUS_PER_TASK"

exec srun --nodes=1 --ntasks=1 --cpus-per-task="$SLURM_CPUS_PER_TASK" /opt/parlab run 'my scenario.toml' --journal "run-$SLURM_JOB_ID.jsonl"
"#
        );
    }

    #[test]
    fn a_launcher_is_no_step_and_what_is_not_needed_is_not_asked_for() {
        let (needs, command) = (needs(), words(&["parlab", "watch", "--", "mpirun", "./it's"]));
        let script = BatchScript { about: &[], needs: &needs, output: None, command: &command, launches: true };
        let text = script.text().unwrap();
        assert!(text.ends_with("\nexec parlab watch -- mpirun './it'\\''s'\n"), "{text}");
        let asked: Vec<&str> = text.lines().filter(|line| line.starts_with("#SBATCH")).collect();
        assert_eq!(
            asked,
            ["#SBATCH --job-name=numbers", "#SBATCH --nodes=1", "#SBATCH --ntasks=1", "#SBATCH --cpus-per-task=4"]
        );
        let zero = words(&["a\0b"]);
        let refused = BatchScript { command: &zero, ..script }.text().unwrap_err().to_string();
        assert!(refused.contains("holds a character"), "{refused}");
    }
}
