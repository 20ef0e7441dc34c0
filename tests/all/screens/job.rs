//! A job that is followed: what is known of it, its run below, and what keys do about it.

use parlab::batch::{BatchError, FollowedJob, JobEnd, JobRow, JobState, QueuePlace};
use parlab::record::{Event, Status};
use parlab::tui::Theme;
use parlab::tui::keys::{Context, Key};
use parlab::tui::port::JobNews;
use parlab::tui::screens::job::state::JobMonitor;
use parlab::tui::state::State;
use parlab::tui::update::{Effect, Exit, Msg, update};
use proptest::prelude::*;

use super::{LARGE, LEAST, SMALL, expect, fixture, frame, press, text};

fn known() -> FollowedJob {
    FollowedJob::new("4711".parse().expect("a number"))
}

fn row(state: JobState) -> JobRow {
    JobRow {
        element: None,
        state,
        reason: (state == JobState::Pending).then(|| "Priority".to_owned()),
        elapsed: "0:07".to_owned(),
        limit: "1:00:00".to_owned(),
        cpus: "8".to_owned(),
        start: Some("2026-11-28T10:00:00".to_owned()),
        partition: "main".to_owned(),
        nodes: if state == JobState::Pending { String::new() } else { "node[17-18]".to_owned() },
    }
}

fn job(states: &[JobState]) -> FollowedJob {
    let mut job = known();
    let element = |n: u32| (states.len() > 1).then_some(n);
    job.saw((0..).zip(states).map(|(n, state)| JobRow { element: element(n), ..row(*state) }).collect());
    job
}

/// A screen that was opened on a job.
pub(crate) fn followed(size: (u16, u16), theme: Theme) -> State {
    let mut state = fixture::state(size, theme);
    state.shared.sample = None;
    state.shared.is_alone = true;
    state.shared.job = Some(JobMonitor::new(known()));
    update(&mut state, Msg::Started { name: "job 4711".to_owned() });
    state
}

fn see(state: &mut State, job: FollowedJob) {
    update(state, Msg::Job(JobNews::Seen(job)));
}

fn pending(size: (u16, u16), theme: Theme) -> State {
    let mut state = followed(size, theme);
    let mut job = job(&[JobState::Pending]);
    job.place = Some(QueuePlace { place: 2, of: 7 });
    see(&mut state, job);
    state
}

/// One whose run has come to its second trial.
fn running(size: (u16, u16), theme: Theme) -> State {
    let mut state = followed(size, theme);
    see(&mut state, job(&[JobState::Running]));
    fixture::start(&mut state);
    fixture::run_trials(&mut state, 9);
    fixture::tell(&mut state, 4.0, Event::TrialStarted { trial: 9 });
    fixture::tell(&mut state, 4.1, Event::GateOpened { trial: 9, startup_s: Some(0.001) });
    fixture::tell(&mut state, 4.5, Event::Progress { trial: 9, done: 2, failed: 0 });
    state
}

fn failed(end: JobEnd) -> JobNews {
    JobNews::Over { end, output: vec!["slurmstepd: error: too much".to_owned()] }
}

const SIZES: [((u16, u16), &str); 3] = [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x16")];

#[test]
fn a_job_that_waits() {
    for (size, name) in SIZES {
        expect(&format!("job-pending-{name}"), &pending(size, Theme::FULL));
    }
    expect("job-pending-80x24-plain", &pending(SMALL, Theme::PLAIN));
}

#[test]
fn a_job_that_runs() {
    for (size, name) in SIZES {
        expect(&format!("job-running-{name}"), &running(size, Theme::FULL));
    }
    expect("job-running-80x24-plain", &running(SMALL, Theme::PLAIN));
}

#[test]
fn a_controller_that_is_away() {
    let mut state = running(SMALL, Theme::FULL);
    let mut job = job(&[JobState::Running]);
    let said = "slurm_load_jobs error: Unable to contact slurm controller (connect failure)".to_owned();
    job.missed(&BatchError::Refused { program: "squeue", said });
    see(&mut state, job);
    expect("job-silent-80x24", &state);
}

#[test]
fn a_job_that_needed_too_much() {
    let mut state = running(SMALL, Theme::FULL);
    see(&mut state, job(&[JobState::Ended(JobEnd::OutOfMemory)]));
    update(&mut state, Msg::Job(failed(JobEnd::OutOfMemory)));
    fixture::finish(&mut state, Status::Interrupted, &[]);
    assert_eq!(state.context(), Context::Following, "how the job ended is told before what it has measured");
    expect("job-out-of-memory-80x24", &state);
    press(&mut state, &[Key::Tab]);
    assert_eq!(state.context(), Context::Results);
}

#[test]
fn the_question_whether_to_cancel() {
    let mut state = running(SMALL, Theme::FULL);
    press(&mut state, &[Key::Char('c')]);
    expect("job-cancel-80x24", &state);
}

#[test]
fn an_array_tells_how_many_have_come_how_far() {
    let mut state = pending(LARGE, Theme::FULL);
    see(&mut state, job(&[JobState::Ended(JobEnd::Completed), JobState::Running, JobState::Pending]));
    let text = text(&frame(&state)).replace('│', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").contains("(of 3 jobs 1 waiting, 1 running, 1 ended)"), "{text}");
}

#[test]
fn it_asks_before_it_cancels_and_does_so_once() {
    for mut state in [pending(SMALL, Theme::FULL), running(SMALL, Theme::FULL)] {
        for keep in [Key::Esc, Key::Char('n'), Key::Char('q'), Key::Ctrl('c')] {
            press(&mut state, &[Key::Char('c')]);
            assert_eq!(state.context(), Context::Cancelling);
            assert_eq!(update(&mut state, Msg::Key(keep)), [], "{keep:?}");
            assert_eq!(state.context(), Context::Following);
        }
        press(&mut state, &[Key::Char('c')]);
        assert_eq!(update(&mut state, Msg::Key(Key::Char('y'))), [Effect::CancelJob]);
        assert!(text(&frame(&state)).contains("it is being cancelled"));
        press(&mut state, &[Key::Char('c')]);
        assert_eq!(state.context(), Context::Following, "it was asked already");
        update(&mut state, Msg::Job(JobNews::Cancelled(Err("scancel: Access denied".to_owned()))));
        assert!(text(&frame(&state)).contains("it was not cancelled: scancel: Access denied"));
        press(&mut state, &[Key::Char('c')]);
        assert_eq!(state.context(), Context::Cancelling, "it may be asked again");
    }
}

#[test]
fn closing_the_screen_ends_nothing() {
    for key in [Key::Char('q'), Key::Esc, Key::Ctrl('c')] {
        for mut state in [pending(SMALL, Theme::FULL), running(SMALL, Theme::FULL)] {
            assert_eq!(update(&mut state, Msg::Key(key)), [Effect::Quit(Exit::Quit)], "{key:?}");
        }
    }
}

#[test]
fn its_results_are_a_key_away_and_from_there_too_it_asks() {
    let mut state = pending(SMALL, Theme::FULL);
    press(&mut state, &[Key::Tab]);
    assert_eq!(state.context(), Context::Following, "there are none yet");
    let mut state = running(SMALL, Theme::FULL);
    press(&mut state, &[Key::Tab]);
    assert_eq!(state.context(), Context::Interim);
    press(&mut state, &[Key::Char('c')]);
    assert_eq!(state.context(), Context::Cancelling);
    press(&mut state, &[Key::Esc, Key::Tab, Key::Char('q')]);
    assert_eq!(state.context(), Context::Following);
    fixture::finish(&mut state, Status::Done, &[]);
    assert_eq!(state.context(), Context::Results);
    press(&mut state, &[Key::Tab]);
    assert_eq!(state.context(), Context::Following);
    press(&mut state, &[Key::Tab]);
    assert_eq!(update(&mut state, Msg::Key(Key::Char('q'))), [Effect::Quit(Exit::Quit)]);
}

#[test]
fn what_its_run_tells_is_refused_with_the_reason() {
    let mut state = pending(SMALL, Theme::FULL);
    update(&mut state, Msg::Job(JobNews::Unreadable("j.jsonl: a journal of version 9".to_owned())));
    assert!(text(&frame(&state)).contains("j.jsonl: a journal of version 9"));
}

/// Anything that may become known of a job, in whatever words.
fn news() -> impl Strategy<Value = JobNews> {
    let states = prop::sample::select(vec![
        JobState::Pending,
        JobState::Starting,
        JobState::Running,
        JobState::Suspended,
        JobState::Completing,
        JobState::Ended(JobEnd::Failed),
        JobState::Ended(JobEnd::Unknown),
        JobState::Ended(JobEnd::Completed),
    ]);
    let said = "[ -~]{0,60}|\\PC{0,400}|[\u{0}-\u{9f}漢é]{0,80}";
    let row = (states, said, said, prop::option::of(said), prop::option::of(0u32..300));
    let row = row.prop_map(|(state, cpus, nodes, reason, element)| JobRow {
        element,
        state,
        reason: reason.clone(),
        elapsed: cpus.clone(),
        limit: nodes.clone(),
        cpus,
        start: reason,
        partition: nodes.clone(),
        nodes,
    });
    let seen = (prop::collection::vec(row, 0..5), prop::option::of((any::<u32>(), any::<u32>())), said);
    let seen = seen.prop_map(|(rows, place, said)| {
        let mut job = known();
        job.saw(rows);
        job.place = place.map(|(place, of)| QueuePlace { place, of });
        if said.len() % 2 == 0 {
            job.missed(&BatchError::Refused { program: "squeue", said });
        }
        JobNews::Seen(job)
    });
    let ends = prop::sample::select(vec![JobEnd::Completed, JobEnd::Cancelled, JobEnd::NodeFailed]);
    prop_oneof![
        4 => seen,
        1 => said.prop_map(JobNews::Unreadable),
        1 => (ends, prop::collection::vec(said, 0..6)).prop_map(|(end, output)| JobNews::Over { end, output }),
        1 => said.prop_map(|why| JobNews::Cancelled(Err(why))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_becomes_known_is_borne_at_any_size(
        (width, height) in (1u16..=200, 1u16..=70),
        is_running: bool,
        is_plain: bool,
        steps in prop::collection::vec((news(), prop::sample::select(vec!['c', 'y', 'n', '\t', '?', 'x', 's'])), 1..6),
    ) {
        let theme = if is_plain { Theme::PLAIN } else { Theme::FULL };
        let size = (width, height);
        let mut state = if is_running { running(size, theme) } else { followed(size, theme) };
        for (news, key) in steps {
            update(&mut state, Msg::Job(news));
            let shown = text(&frame(&state));
            prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
            press(&mut state, &[if key == '\t' { Key::Tab } else { Key::Char(key) }]);
            frame(&state);
        }
    }
}
