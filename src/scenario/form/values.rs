//! Values as one types them into a form, and as they stand in a file: words need no quotes there and lists no brackets.

use toml_edit::{Array, Value};

/// How a row's text is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ValueShape {
    /// As text, whatever it looks like.
    Text,
    /// As whatever it looks like; what looks like nothing is text.
    #[default]
    Any,
    /// As items with commas between.
    List,
}

impl ValueShape {
    /// A value of a file as it is shown in a form.
    pub(super) fn shown(self, value: &Value) -> String {
        match (self, value) {
            (Self::List, Value::Array(items)) => {
                let items: Vec<String> = items.iter().map(|item| Self::Any.shown(item)).collect();
                // Commas part items, so those within one need the brackets and quotes of the file.
                if items.iter().any(|item| item.contains(',')) { bare(value) } else { items.join(", ") }
            }
            (_, Value::String(text)) if self.is_plain(text.value()) => text.value().clone(),
            _ => bare(value),
        }
    }

    /// What was typed, as a value of a file: valid TOML, whatever it was.
    pub(super) fn read(self, typed: &str) -> Value {
        let quoted = typed.starts_with(['"', '\'']);
        match self {
            Self::Text if !quoted => Value::from(typed),
            Self::List if !typed.starts_with(['[', '{']) => {
                let items = typed.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::Array(items.map(|item| Self::Any.read(item)).collect::<Array>())
            }
            _ => typed.parse::<Value>().unwrap_or_else(|_| Value::from(typed)),
        }
    }

    /// Whether a text can be shown without quotes: typed like that, it is the same text.
    fn is_plain(self, text: &str) -> bool {
        let reads_back = matches!(self.read(text), Value::String(read) if read.value() == text);
        reads_back && text.trim() == text && !text.is_empty() && !text.chars().any(char::is_control)
    }
}

/// A value in a line, without what stands around it in the file.
fn bare(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(bare).collect::<Vec<_>>().join(", ")),
        Value::InlineTable(table) => {
            let pairs: Vec<String> = table.iter().map(|(key, value)| format!("{key} = {}", bare(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        _ => value.clone().decorated("", "").to_string().replace(['\n', '\r'], " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(toml: &str) -> Value {
        toml.parse().unwrap()
    }

    #[test]
    fn what_is_shown_reads_back_as_the_same_value() {
        let cases = [
            (ValueShape::Any, "4e7", "4e7"),
            (ValueShape::Any, "\"1..cores+3\"", "1..cores+3"),
            (ValueShape::Any, "\"1,2,4\"", "1,2,4"),
            (ValueShape::Any, "'4'", "'4'"),
            (ValueShape::Any, "true", "true"),
            (ValueShape::Text, "\"a title, with [brackets]\"", "a title, with [brackets]"),
            (ValueShape::Text, "\"\\\"quoted\\\"\"", "\"\\\"quoted\\\"\""),
            (ValueShape::List, "[1, 8,  1.5,\n 2, # four\n]", "1, 8, 1.5, 2"),
            (ValueShape::List, "['threads', \"processes\"]", "threads, processes"),
            (ValueShape::List, "{ repeat = 2, times = 16 }", "{ repeat = 2, times = 16 }"),
            (ValueShape::List, "[true, \"true\"]", "true, \"true\""),
            (ValueShape::List, "['a,b', 'c']", "['a,b', 'c']"),
        ];
        for (shape, toml, expected) in cases {
            let value = value(toml);
            assert_eq!(shape.shown(&value), expected);
            assert_eq!(bare(&shape.read(expected)).replace('\'', "\""), bare(&value).replace('\'', "\""), "{toml}");
        }
    }

    #[test]
    fn whatever_is_typed_is_valid_toml() {
        for typed in ["[1, 2", "a\"b", "= 3", "1.5.2", "{ x = ", "é\\", "\"open", "1 # two", "a\nb = 3", "[x]"] {
            for shape in [ValueShape::Any, ValueShape::Text, ValueShape::List] {
                let line = format!("a = {}\n", shape.read(typed));
                let table: toml_edit::DocumentMut = line.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
                assert_eq!(table.len(), 1, "{line}");
            }
        }
    }
}
