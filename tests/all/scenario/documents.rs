//! The pages under `scenarios/` that are made of the program's tables: they are what the program would write now.

use parlab::report::reference::kinds_markdown;
use parlab::scenario::Runtime;
use parlab::{scenario, workload};

/// Holds a page to what it should be; writes it anew where that is asked for.
#[track_caller]
fn hold(name: &str, page: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    if std::env::var_os("PARLAB_UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).expect("a page that can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "scenarios/{name} is stale; write it anew with PARLAB_UPDATE_DOCS=1 cargo test --test scenario documents"
    );
}

#[test]
fn the_page_of_kinds_is_the_table() {
    hold("KINDS.md", &kinds_markdown(workload::specs()));
}

#[test]
fn the_schema_is_the_checkers() {
    hold("scenario.schema.json", &format!("{:#}\n", scenario::schema(&super::catalog(2))));
}

#[test]
fn the_page_tells_all_of_every_kind() {
    let page = kinds_markdown(workload::specs());
    for spec in workload::specs() {
        let (_, rest) = page.split_once(&format!("\n## {}\n", spec.name)).expect("a section");
        let section = rest.split("\n## ").next().expect("its text");
        let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(rows.len(), spec.params.len() + spec.results().count(), "{}", spec.name);
        for param in spec.params {
            let row = rows.iter().find(|row| row.starts_with(&format!("| `{}` | {} |", param.name, param.unit)));
            let row = row.unwrap_or_else(|| panic!("{} of {}", param.name, spec.name));
            assert!(row.contains(&param.doc.replace('|', "\\|")), "{row}");
            // As many cells as the head has, whatever the texts hold.
            assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
        }
        for value in spec.results() {
            let measured = spec.measured.iter().any(|other| other.name == value.name);
            let row = format!("| `{}` | {} | {}", value.name, value.unit, value.doc.replace('|', "\\|"));
            let row = if measured { format!("{row} (measured) |") } else { format!("{row} |") };
            assert!(rows.contains(&row.as_str()), "{row}");
        }
        let alone = section.contains("Backends: processes and hybrid only");
        assert_eq!(alone, spec.processes_only.is_some(), "{}", spec.name);
        let backends = match spec.runtime {
            Runtime::Given => "Backends: program.",
            Runtime::Python => {
                "Backends: serial, python-threads, python-processes, joblib-loky, joblib-threading, dask."
            }
            Runtime::Parlab => "Backends: serial, threads, processes, hybrid, mpi.",
        };
        assert!(alone || section.contains(backends), "{section}");
    }
}
