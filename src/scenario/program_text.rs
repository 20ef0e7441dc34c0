//! The scenario of a program that was named on the command line, as the text of a file: so that it is checked, kept in
//! journals and run again as any other.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::wording::is_hazard;

/// A program with what is said of how it is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgramText {
    /// What it is called, if not by its command line.
    pub title: Option<String>,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Variables of its environment.
    pub environment: Vec<(String, String)>,
    /// The file that it reads.
    pub input: Option<String>,
    /// What grows with the workers.
    pub growth: Option<String>,
    /// The exit statuses of a run that went well; empty for 0 alone.
    pub expected: Vec<u64>,
    /// Further keys of `[workload]` with their values in TOML.
    pub workload: Vec<(&'static str, String)>,
    /// Keys of `[sweep]` with their values in TOML.
    pub sweep: Vec<(&'static str, String)>,
}

/// The most characters of a title.
const TITLE_MAX: usize = 60;

impl ProgramText {
    /// The text of the file.
    pub fn text(&self) -> String {
        let mut document = DocumentMut::new();
        document["title"] = self.title().into();
        let mut workload = Table::new();
        workload["kind"] = "program".into();
        workload["command"] = Item::Value(Value::Array(self.command.iter().collect::<Array>()));
        if !self.environment.is_empty() {
            let pairs = self.environment.iter().map(|(name, value)| (name.as_str(), Value::from(value.as_str())));
            workload["env"] = Item::Value(Value::InlineTable(pairs.collect::<InlineTable>()));
        }
        for (key, given) in [("stdin", &self.input), ("weak", &self.growth)] {
            given.iter().for_each(|given| workload[key] = given.as_str().into());
        }
        if !self.expected.is_empty() {
            let statuses = self.expected.iter().filter_map(|&status| i64::try_from(status).ok());
            workload["expect_status"] = Item::Value(Value::Array(statuses.collect::<Array>()));
        }
        put(&mut workload, &self.workload);
        document["workload"] = Item::Table(workload);
        let mut sweep = Table::new();
        put(&mut sweep, &self.sweep);
        document["sweep"] = Item::Table(sweep);
        document.to_string()
    }

    /// The command line, as far as a title goes.
    fn title(&self) -> String {
        let line = self.title.clone().unwrap_or_else(|| self.command.join(" "));
        let plain: String = line.chars().map(|c| if is_hazard(c) { ' ' } else { c }).collect();
        let title = plain.trim();
        match title.char_indices().nth(TITLE_MAX) {
            Some((at, _)) => format!("{}…", title[..at].trim_end()),
            None if title.is_empty() => "a program".to_owned(),
            None => title.to_owned(),
        }
    }

    /// What the scenario is called by: the program without its folder.
    pub fn name(&self) -> String {
        let program = self.command.first().map_or("", |program| program.rsplit('/').next().unwrap_or_default());
        let name: String = program.chars().filter(|c| !is_hazard(*c)).collect();
        if name.trim().is_empty() { "program".to_owned() } else { name }
    }
}

/// Puts keys with values in TOML into a table; what is none is taken for a text.
fn put(table: &mut Table, given: &[(&'static str, String)]) {
    for (key, value) in given {
        table[key] = Item::Value(value.parse().unwrap_or_else(|_| Value::from(value.as_str())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_named_is_the_text_of_a_scenario() {
        let command =
            ["/bin/pr\"og", "", "{workers}", "a\nb", "\u{1b}[2J", "é", "'quoted'", "\u{0}"].map(str::to_owned);
        let given = ProgramText {
            command: command.to_vec(),
            environment: vec![("A".to_owned(), "x = \"y\"".to_owned())],
            growth: Some("SIZE={workers}*2".to_owned()),
            expected: vec![0, 3],
            sweep: vec![("workers", "\"pow2..cores\"".to_owned()), ("repeats", "3".to_owned())],
            ..ProgramText::default()
        };
        let read: DocumentMut = given.text().parse().unwrap();
        let words = read["workload"]["command"].as_array().unwrap();
        assert_eq!(words.iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>(), command);
        assert_eq!(read["workload"]["env"]["A"].as_str(), Some("x = \"y\""));
        assert_eq!(read["sweep"]["repeats"].as_integer(), Some(3));
        assert_eq!(given.name(), "pr\"og");
        assert!(!read["title"].as_str().unwrap().chars().any(is_hazard));
    }
}
