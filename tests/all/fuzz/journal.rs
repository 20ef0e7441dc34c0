//! The journal reader, and all that is made of what it read: mutated journals of real runs.

use std::path::PathBuf;

use parlab::record::read;

use super::corpus::{Corpus, Dice};
use super::hunt::hunt;
use super::streams::is_plain;
use crate::common::{folder, parlab, untitled};

/// Runs whose journals have events of every kind that a reader meets.
const RUNS: &[&str] = &[
    "[workload]\nkind = 'square'\ntasks = 3\n[sweep]\nbackends = ['threads', 'processes']\nworkers = 2\nrepeats = 2\n",
    "[workload]\nkind = 'crash'\nhow = 'kill'\nat = 1\nwait_s = 0\ninputs = [0, 1, 2]\n[sweep]\nbackends = ['processes']\n\
     baseline = 'none'\nworkers = 2\nrepeats = 1\nwarmup = 0\n",
    "[workload]\nkind = 'countdown'\nsteps = 1000\ninputs = [1, 2]\n[interpreter]\ngil = true\n[sweep]\n\
     backends = ['threads']\nworkers = [1, 2]\nrepeats = 1\nwarmup = 0\n",
    "[workload]\nkind = 'svc'\nsamples = 40\n[grid]\nC = [1.0, 10.0]\n[sweep]\nrepeats = 1\nwarmup = 0\n",
];

fn journals() -> Vec<Vec<u8>> {
    let journal = |toml: &&str| {
        let folder = folder();
        let path: PathBuf = folder.path().join("journal");
        let mut run = parlab();
        run.args(["run", "--quiet", "--journal"]).arg(&path).arg(untitled(folder.path(), toml));
        let output = run.output().expect("parlab");
        std::fs::read(&path).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    };
    RUNS.iter().map(journal).collect()
}

#[test]
fn journals_of_any_kind_are_read() {
    let corpus = Corpus::new(journals());
    let folder = folder();
    let path = folder.path().join("journal");
    let judge = move |batch: &[Vec<u8>]| {
        for bytes in batch {
            std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
            match read(&path) {
                Err(refused) => {
                    is_plain(refused.to_string().as_bytes()).map_err(|wrong| format!("{refused}: {wrong}"))?;
                }
                Ok(recording) => drop(recording.state()),
            }
        }
        Ok(())
    };
    hunt("journal", 1, move |dice: &mut Dice| corpus.input(dice), judge);
    drop(folder);
}
