//! Every message, word for word: the cases are data, in `tests/scenarios/*.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

/// A text and everything that is to be said of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    text: String,
    #[serde(default)]
    options: BTreeMap<String, String>,
    #[serde(default = "two")]
    cores: u32,
    problems: Vec<String>,
}

fn two() -> u32 {
    2
}

#[test]
fn each_case_is_answered_word_for_word() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let (mut cases, mut wrong) = (0, String::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file: Cases = toml::from_str(&std::fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for case in file.case {
            cases += 1;
            let options: Vec<(&str, &str)> = case.options.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            let said = match super::parse_with(&case.text, &options, case.cores) {
                Ok(_) => String::new(),
                Err(problems) => problems.to_string(),
            };
            let wanted = case.problems.join("\n");
            if said != wanted {
                let name = format!("{}: {}", path.file_name().unwrap().display(), case.name);
                wrong.push_str(&format!("── {name}\nwanted:\n{wanted}\nsaid:\n{said}\n"));
            }
        }
    }
    assert!(cases > 100, "only {cases} cases were found");
    assert!(wrong.is_empty(), "{wrong}");
}
