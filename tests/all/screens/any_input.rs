//! Whatever is pressed, at whatever size, with whatever going on: the screens bear it.

use parlab::record::{
    Activity, Event, LaneState, LaneView, LockView, MemoryCourse, ProcessMemory, Snapshot, Span, Status,
};
use parlab::scenario::{Catalog, Overrides, Source};
use parlab::tui::Theme;
use parlab::tui::keys::Key;
use parlab::tui::port::{FieldError, Unsaved};
use parlab::tui::screens::render;
use parlab::tui::state::State;
use parlab::tui::update::{Effect, Msg, update};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::fixture;

/// Something that may happen.
#[derive(Debug, Clone)]
enum Step {
    Press(Key),
    Resize(u16, u16),
    Snapshot(Box<Snapshot>),
    Sample(Vec<f32>),
    Start,
    Trial,
    Stumble,
    Finish(Status),
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        6 => prop::sample::select("/?qcrRgGhjkl xé漢p1.8sm".chars().map(Key::Char).collect::<Vec<_>>()),
        4 => prop::sample::select(vec![
            Key::Enter,
            Key::Esc,
            Key::Tab,
            Key::Backspace,
            Key::Up,
            Key::Down,
            Key::Left,
            Key::Right,
            Key::PageUp,
            Key::PageDown,
            Key::Home,
            Key::End,
            Key::Ctrl('c'),
            Key::Ctrl('z'),
            Key::Ctrl('l'),
            Key::Ctrl('s'),
            Key::Ctrl('u'),
        ]),
        1 => any::<char>().prop_map(Key::Char),
    ]
}

fn lock() -> impl Strategy<Value = Option<LockView>> {
    let doing = prop::sample::select(Activity::ALL.to_vec());
    let seconds = (any::<f64>(), any::<f64>(), any::<f64>(), any::<f64>());
    let lock = (doing, seconds, any::<u64>(), any::<u64>());
    prop::option::of(lock.prop_map(|(doing, (held_s, waited_s, blocked_s, native_s), waits, handovers)| LockView {
        activity: doing,
        held_s,
        waited_s,
        blocked_s,
        native_s,
        waits,
        handovers,
    }))
}

fn lane() -> impl Strategy<Value = LaneView> {
    use LaneState::{Absent, Finished, Lost, Running, Stalled, Waiting};
    let states = prop::sample::select(vec![Absent, Waiting, Running, Stalled, Lost, Finished]);
    (states, any::<u32>(), any::<Option<u64>>(), any::<f64>(), any::<Option<f64>>(), any::<f64>(), lock()).prop_map(
        |(state, pid, task, task_started_s, fraction, busy_s, lock)| LaneView {
            state,
            pid,
            cpu: None,
            task,
            x: task.map(|task| task as f64),
            task_started_s,
            fraction,
            done: 0,
            busy_s,
            lock,
            ..LaneView::default()
        },
    )
}

fn span() -> impl Strategy<Value = Span> {
    (0_u32..9, any::<f64>(), any::<f64>(), -1.0..9.0, any::<bool>())
        .prop_map(|(worker, x, start_s, end_s, failed)| Span { worker, task: 0, x, start_s, end_s, failed })
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let lanes = prop::collection::vec(lane(), 0..8);
    let spans = prop::collection::vec(span(), 0..20);
    let memory = (prop::collection::vec(any::<f64>(), 0..4), prop::collection::vec(any::<u64>(), 0..4), any::<u64>());
    let memory = prop::option::of(memory.prop_map(|(at_s, total_bytes, peak_bytes)| {
        let processes =
            (0..2).map(|worker| ProcessMemory { workers: vec![worker], bytes: total_bytes.clone() }).collect();
        MemoryCourse { peak_bytes, at_s, total_bytes, processes, parent_bytes: None }
    }));
    (any::<f64>(), any::<u64>(), lanes, spans, memory).prop_map(|(elapsed_s, done, lanes, spans, memory)| Snapshot {
        elapsed_s,
        started: 1,
        done,
        failed: 0,
        lanes,
        spans,
        values: Vec::new(),
        memory,
        program: None,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => key().prop_map(Step::Press),
        3 => (0_u16..220, 0_u16..70).prop_map(|(w, h)| Step::Resize(w, h)),
        2 => snapshot().prop_map(|snapshot| Step::Snapshot(Box::new(snapshot))),
        1 => prop::collection::vec(any::<f32>(), 0..70).prop_map(Step::Sample),
        2 => Just(Step::Start),
        3 => Just(Step::Trial),
        1 => Just(Step::Stumble),
        1 => prop::sample::select(vec![Status::Done, Status::Failed, Status::Interrupted]).prop_map(Step::Finish),
    ]
}

/// Answers with what the parser says, as the lab does.
fn check(state: &mut State, text: &str) {
    let read = Source::new("x.toml", text).parse(&Catalog::new(parlab::workload::specs(), 2), &Overrides::default());
    let preview = fixture::entries()[3].preview.clone();
    let troubles = read.err().map(|problems| {
        let trouble = |problem: &parlab::scenario::Diagnostic| {
            let form = state.editor().map(|editor| &editor.form);
            let row = form.zip(problem.line).and_then(|(form, line)| form.row_at(text, line));
            FieldError { row, text: problem.message.clone() }
        };
        problems.iter().map(trouble).collect::<Vec<_>>()
    });
    let checked = troubles.map_or_else(|| Ok(preview.expect("it can be run")), Err);
    update(state, Msg::Checked(checked));
}

fn take(state: &mut State, step: Step) {
    match step {
        Step::Press(key) => {
            for effect in update(state, Msg::Key(key)) {
                match effect {
                    Effect::Start(name) => drop(update(state, Msg::Started { name })),
                    Effect::Try(draft) => drop(update(state, Msg::Tried(draft))),
                    Effect::Edit { .. } => fixture::edit(state),
                    Effect::Check(draft) => check(state, &draft.text),
                    Effect::Save { .. } => drop(update(state, Msg::Saved(Err(Unsaved::Exists)))),
                    _ => {}
                }
            }
        }
        Step::Resize(width, height) => {
            update(state, Msg::Resized(Size::new(width, height)));
        }
        Step::Snapshot(snapshot) => {
            update(state, Msg::Snapshot(*snapshot));
        }
        Step::Sample(cores) => {
            update(state, Msg::Sample(parlab::machine::Sample { cores, ..fixture::sample() }));
        }
        Step::Start => fixture::start(state),
        Step::Trial => {
            let planned = state.shared.run.as_ref().is_some_and(|run| run.is_on() && run.record.planned.is_some());
            let ended = state.shared.run.as_ref().map_or(0, |run| run.record.finished.len());
            if planned && ended < 16 {
                fixture::run_trials(state, ended + 1);
                fixture::tell(state, 90.0, Event::TrialStarted { trial: (ended + 1).min(15) });
            }
        }
        Step::Stumble => fixture::misfortunes(state),
        Step::Finish(status) => fixture::finish(state, status, &[("more", "a problem with a rather long message")]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_that_happens_is_too_much(steps in prop::collection::vec(step(), 1..60), plain in any::<bool>()) {
        let theme = if plain { Theme::PLAIN } else { Theme::FULL };
        let mut state = fixture::state((80, 24), theme);
        for step in steps {
            take(&mut state, step);
            let area = Rect::new(0, 0, state.shared.size.width, state.shared.size.height);
            let mut buf = Buffer::empty(area);
            render(&state, &theme, area, &mut buf);
            if plain {
                let all_ascii = buf.content.iter().all(|cell| cell.symbol().is_ascii());
                prop_assert!(all_ascii, "characters beyond ASCII");
            }
        }
    }
}
