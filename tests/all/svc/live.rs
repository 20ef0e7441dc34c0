//! What a grid search has found, as whoever looks on while it runs sees it.

use std::sync::{Arc, mpsc};

use parlab::engine::{RunInfo, Session};

use parlab::record::{Event, MachineFacts, RunState, Stamped, Widths};

use parlab::results::SearchFigures;
use parlab::scenario::{Catalog, Overrides, Source};
use parlab::workload;

/// Runs a scenario to its end; everything that was told, and the session.
fn run(toml: &str) -> (RunState, Session) {
    let scenario = Source::new("x.toml", toml)
        .parse(&Catalog::new(workload::specs(), 2), &Overrides::default())
        .expect("a scenario");
    let (tell, told) = mpsc::channel::<Stamped>();
    let setting = RunInfo {
        started_at: "2026-01-02T03:04:05Z".to_owned(),
        machine: MachineFacts::default(),
        predictions: Vec::new(),
        data: None,
        origin: "x.toml".to_owned(),
        text: toml.to_owned(),
        widths: |_| Widths::default(),
        keeps_noisy: true,
        programs: parlab::engine::ProgramSetting::default(),
        part: None,
        earlier: Vec::new(),
    };
    let program = env!("CARGO_BIN_EXE_parlab").into();
    let session =
        Session::start(scenario, setting, program, Arc::default(), move |event| drop(tell.send(event))).expect("a run");
    let mut record = RunState::default();
    for stamped in told {
        record.apply(&stamped);
        if matches!(stamped.event, Event::RunFinished { .. }) {
            break;
        }
    }
    (record, session)
}

#[test]
fn a_snapshot_has_the_scores_of_a_search() {
    let (record, session) =
        run("title = 't'\n[workload]\nkind = 'svc'\nsamples = 120\nfolds = 3\n[grid]\nkernel = ['rbf', 'linear']\n\
         C = [0.1, 1, 10]\n[sweep]\nbackends = ['processes']\nworkers = 2\nrepeats = 1\nwarmup = 0\n");
    let found = SearchFigures::of(&record).expect("it searched a grid");
    let job = &record.planned.as_ref().expect("it was planned").job;
    let scores = SearchFigures::so_far(job, &session.control().snapshot().values).expect("and that is to be seen");
    assert_eq!(scores.axes.iter().map(|axis| axis.key.as_str()).collect::<Vec<_>>(), ["kernel", "C"]);
    assert!(scores.is_whole() && scores.combinations.iter().all(|one| (one.scored(), one.scores.len()) == (3, 3)));
    let means = |means: Vec<Option<f64>>| means.into_iter().map(|mean| mean.expect("a mean")).collect::<Vec<f64>>();
    let seen = means(scores.combinations.iter().map(|one| one.mean).collect());
    assert_eq!(seen, means(found.combinations.iter().map(|one| one.mean).collect()));
    assert_eq!((scores.best(), scores.best_so_far()), (found.best(), found.best()));
}

#[test]
fn other_kinds_have_none() {
    let sweep = "[sweep]\nbackends = ['threads']\nworkers = 1\nrepeats = 1\nwarmup = 0\n";
    let (_, session) = run(&format!("title = 't'\n[workload]\nkind = 'square'\n[grid]\nx = [1, 2]\n{sweep}"));
    let snapshot = session.control().snapshot();
    assert_eq!((snapshot.values, snapshot.done), (Vec::new(), 2));
}
