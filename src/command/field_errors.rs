//! What is wrong with a draft, in the terms of the form that it is changed in. Nothing is checked here.

use crate::scenario::Diagnostic;
use crate::scenario::form::ScenarioForm;
use crate::tui::port::FieldError;

/// A problem of a draft, beside the row that it is about.
pub(super) fn trouble(problem: &Diagnostic, text: &str, form: &ScenarioForm) -> FieldError {
    match problem.line.and_then(|line| form.row_at(text, line)) {
        Some(row) => FieldError { row: Some(row), text: without_lines(&problem.message) },
        None => {
            let subject = if problem.subject.is_empty() { String::new() } else { format!("{}: ", problem.subject) };
            FieldError { row: None, text: format!("{subject}{}", without_lines(&problem.message)) }
        }
    }
}

/// A message without the numbers of lines, which a form does not have; the keys that it names are its rows.
fn without_lines(message: &str) -> String {
    let mut parts = message.split(" on line ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let number = part.bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(if number > 0 { &part[number..] } else { part });
    }
    out
}
