//! Whatever a file holds, reading it ends with a scenario or with problems: never with a panic, never with a
//! control character on somebody's terminal.

use parlab::scenario::DiagnosticList;
use parlab::scenario::library::bundled;
use proptest::prelude::*;

use super::{parse, parse_with};

/// What every answer must be like.
fn is_harmless(problems: &DiagnosticList) -> Result<(), TestCaseError> {
    prop_assert!(problems.count() > 0 && problems.iter().len() <= DiagnosticList::KEPT);
    for problem in problems {
        let line = problem.to_string();
        prop_assert!(!line.contains(char::is_control), "{line:?}");
        prop_assert!(line.chars().count() < 600, "{} characters: {line}", line.chars().count());
        prop_assert!(!problem.message.is_empty());
    }
    let lines: Vec<_> = problems.iter().map(|problem| (problem.file.is_some(), problem.line)).collect();
    prop_assert!(lines.is_sorted(), "{problems}");
    Ok(())
}

fn survives(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(scenario) => {
            prop_assert!(!scenario.title.is_empty() && !scenario.job.inputs.is_empty());
            prop_assert!(!scenario.sweep.workers.is_empty() && scenario.sweep.repeats > 0);
            Ok(())
        }
        Err(problems) => is_harmless(&problems),
    }
}

/// A bundled scenario with a few edits at random places.
fn mutated() -> impl Strategy<Value = String> {
    let texts: Vec<String> = bundled().map(|source| source.text).collect();
    let scraps = prop_oneof![
        Just(String::new()),
        Just("=".to_owned()),
        Just("\n".to_owned()),
        Just("[".to_owned()),
        Just("]]".to_owned()),
        Just("\"".to_owned()),
        Just("\"\"\"".to_owned()),
        Just("'''".to_owned()),
        Just("{".to_owned()),
        Just(".".to_owned()),
        Just("-".to_owned()),
        Just("\nworkload.kind = 1\n".to_owned()),
        Just("\n[sweep]\n".to_owned()),
        Just("\n[grid]\nx = [1, 2]\n".to_owned()),
        Just("\n[vary]\nchunk = [1, 2]\n".to_owned()),
        Just("1e999".to_owned()),
        any::<char>().prop_map(String::from),
        any::<i128>().prop_map(|n| n.to_string()),
    ];
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..12usize, scraps), 1..6);
    (prop::sample::select(texts), edits).prop_map(|(text, edits)| {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, cut, scrap) in edits {
            let at = at.index(chars.len() + 1);
            let end = (at + cut).min(chars.len());
            chars.splice(at..end, scrap.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        survives(&text)?;
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn text_of_tomls_own_letters_is_survived(text in "[a-c=\\[\\]{}\"'.,# \\n0-9eE+_-]{0,80}") {
        survives(&text)?;
    }

    #[test]
    fn a_scenario_edited_at_random_is_survived(text in mutated()) {
        survives(&text)?;
    }

    #[test]
    fn any_value_of_any_key_is_survived(
        key in prop::sample::select(vec![
            "backends", "workers", "baseline", "repeats", "warmup", "schedule", "chunk", "order", "include_startup",
            "seed", "timeout_s",
        ]),
        value in prop_oneof![
            any::<i64>().prop_map(|n| n.to_string()),
            any::<f64>().prop_map(|x| format!("{x:?}").replace("NaN", "nan")),
            any::<String>().prop_map(|text| toml::Value::String(text).to_string()),
            Just("{}".to_owned()),
            Just("[[]]".to_owned()),
            Just("1979-05-27T07:32:00Z".to_owned()),
        ],
    ) {
        survives(&format!("title='t'\n[workload]\nkind='square'\ntasks=1\n[sweep]\n{key} = {value}\n"))?;
    }

    #[test]
    fn any_option_is_survived(
        option in prop::sample::select(vec![
            "backends", "workers", "repeats", "warmup", "schedule", "chunk", "seed",
        ]),
        typed in any::<String>(),
    ) {
        let text = "title='t'\n[workload]\nkind='square'\ntasks=1\n";
        if let Err(problems) = parse_with(text, &[(option, &typed)], 2) {
            is_harmless(&problems)?;
            prop_assert!(problems.iter().all(|problem| problem.subject.starts_with("--")));
        }
    }
}

#[test]
fn a_million_mistakes_are_counted_and_few_are_shown() {
    const MIB: usize = 1 << 20;
    let fill = |unit: &str| unit.repeat(MIB / unit.len());
    let head = "title='t'\n[workload]\nkind='sleep'\n";
    let texts = [
        fill("x\n"),
        fill("="),
        fill("a=\n"),
        fill("["),
        fill("{"),
        fill("\0"),
        fill("a."),
        fill("a=1\n"),
        fill("[a]\n"),
        fill("[[a]]\n"),
        fill("\""),
        fill("'''\n"),
        fill("a={b="),
        format!("{head}inputs=[{}]", fill("-1,")),
        format!("{head}inputs=[{}]", fill("'\u{1b}',")),
        format!("{head}[sweep]\nworkers=[{}]", fill("0,")),
        format!("{head}[sweep]\nworkers='{}'", fill("1,")),
        format!("{head}[grid]\n{}", fill("x=[1]\n")),
        format!("{head}[vary]\n{}", fill("chunk=[1]\n")),
        format!("{head}[vary]\nchunk=[{}]", fill("1,")),
    ];
    // Texts of up to 64 KiB are told all their mistakes, larger ones the first.
    for text in texts.iter().flat_map(|text| [&text[..text.floor_char_boundary(1 << 16)], text]) {
        let problems = parse(text).expect_err("nothing of this is a scenario");
        assert!(problems.iter().len() <= DiagnosticList::KEPT);
        assert!(problems.to_string().len() < 40_000);
    }
}

#[test]
fn depth_is_no_danger_to_the_stack() {
    for text in [
        format!("title={}1{}", "[".repeat(200_000), "]".repeat(200_000)),
        format!("title={}1{}", "{a=".repeat(100_000), "}".repeat(100_000)),
        format!("{}b=1", "a.".repeat(200_000)),
        format!("[{}b]\nx=1", "a.".repeat(200_000)),
    ] {
        assert!(parse(&text).is_err());
    }
}
