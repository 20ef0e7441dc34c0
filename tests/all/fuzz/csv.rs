//! The CSV reader: every input is read by the library, and some by whole runs.

use std::path::{Path, PathBuf};

use parlab::scenario::{Catalog, Overrides, Scenario, Source};
use parlab::workload;

use super::corpus::{Corpus, Dice};
use super::hunt::hunt;
use super::streams::{is_plain, judge};
use crate::common::{folder, parlab};

/// Good tables.
const TABLES: &[&str] = &[
    "1,2.5,0\n-3e1,4,1\n2,2,0\n5,6,1\n",
    "sepal,petal,class\n5.1,3.5,0\n4.9,3.0,1\n6.2,3.4,0\n5.9,3.0,1\n",
    "\u{feff}a,b,c,class\r\n1,2,3,1\r\n4,5,6,2\r\n7,8,9,1\r\n1,1,1,2\r\n",
    ",a,b,class\n0,1,2,0\n1,3,4,1\n2,5,6,0\n3,7,8,1\n",
    "0,1,2\n0.5,0.25,1\n0.1,0.2,0\n0.9,0.1,1\n",
    "\"a\",\"b\"\n1,0\n\n2,1\n3,0\n",
];

/// One input in so many is given to a whole run, too.
const RUNS: usize = 50;

fn toml(table: &Path) -> String {
    // A path in a temporary folder needs no escapes.
    let table = table.display();
    format!(
        "title = 't'\n[workload]\nkind = 'svc'\ndata = '{table}'\nfolds = 2\n[grid]\nC = [1.0]\n\
         [sweep]\nbackends = ['serial']\nrepeats = 1\nwarmup = 0\ntimeout_s = 2\n"
    )
}

fn scenario(table: &Path) -> Scenario {
    Source::new("x.toml", toml(table))
        .parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn read(table: &Path, file: &Path, bytes: &[u8], by_run: bool) -> Result<(), String> {
    std::fs::write(table, bytes).map_err(|error| error.to_string())?;
    for job in scenario(table).jobs() {
        if let Err(wrong) = workload::build(&job) {
            is_plain(wrong.to_string().as_bytes()).map_err(|hazard| format!("{wrong}: {hazard}"))?;
        }
    }
    if by_run {
        let output = parlab().args(["run", "--quiet"]).arg(file).output().map_err(|error| error.to_string())?;
        judge(&output)?;
    }
    Ok(())
}

#[test]
fn tables_of_any_kind_are_read() {
    let corpus = Corpus::new(TABLES.iter().map(|table| table.as_bytes().to_vec()));
    let folder = folder();
    let (table, file): (PathBuf, PathBuf) = (folder.path().join("table.csv"), folder.path().join("t.toml"));
    std::fs::write(&file, toml(&table)).expect("a scenario");
    let make = move |dice: &mut Dice| corpus.input(dice);
    let judge = move |batch: &[Vec<u8>]| {
        // The first of a batch goes through a whole run; one that is alone does, too.
        let mut inputs = batch.iter().enumerate();
        inputs.try_for_each(|(at, bytes)| read(&table, &file, bytes, at == 0))
    };
    hunt("csv", RUNS, make, judge);
    drop(folder);
}
