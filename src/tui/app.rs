//! The main loop: messages in, frames out, effects carried out. Everything that decides anything is elsewhere.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use ratatui::layout::{Rect, Size};

use super::cost::Meter;
use super::input::{Input, Reader};
use super::mailbox::Mailbox;
use super::pacer::{Pacer, Tempo};
use super::port::{Draft, EventSink, Lab, LiveRun};
use super::screens;
use super::signals;
use super::state::State;
use super::terminal::Terminal;
use super::theme::Theme;
use super::update::{Effect, Exit, Msg, update};

/// How long a cancelled run may take to end when the screen is left, and how long a killed one.
const GRACE: [Duration; 2] = [Duration::from_millis(400), Duration::from_millis(400)];
/// How long messages that are at hand are handled before it is seen whether a frame is due.
const ROUND: Duration = Duration::from_millis(20);
/// Terminals that claim to be larger than this are not believed.
const SIZE_MAX: Size = Size::new(1000, 400);

/// Shows the lab on this terminal until the user leaves, or a signal says so. `open` is the scenario to
/// select first.
///
/// # Errors
/// When the terminal cannot be drawn on or taken over, or another thread panicked.
pub fn run(lab: impl Lab, open: Option<String>, theme: Theme) -> io::Result<Exit> {
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err(io::Error::other("this terminal cannot be drawn on; `parlab run` works without a screen"));
    }
    let mailbox = Arc::new(Mailbox::default());
    let terminal = Terminal::take()?;
    let size = size()?;
    let keys = Arc::clone(&mailbox);
    let _reader = Reader::start(move |input| {
        keys.post(match input {
            Input::Key(key) => Msg::Key(key),
            Input::Closed => Msg::InputClosed,
        });
    })?;
    let signals = Arc::clone(&mailbox);
    let _listener = signals::listen(move |signal| signals.post(Msg::Signal(signal)))?;
    let mut state = State::new(lab.entries(), lab.machine(), theme, size);
    if let Some(name) = open {
        state.library.select_name(&name);
    }
    let now = Instant::now();
    let meter = Meter::new(now, terminal.bytes_written());
    let pacer = Pacer::new(now);
    App { lab, live: None, terminal, state, mailbox, meter, pacer, expected_continues: 0 }.go()
}

/// Everything that the loop holds together.
struct App<L> {
    lab: L,
    live: Option<Box<dyn LiveRun>>,
    terminal: Terminal,
    state: State,
    mailbox: Arc<Mailbox>,
    meter: Meter,
    pacer: Pacer,
    /// `SIGCONT`s still to come that end stops of our own.
    expected_continues: u32,
}

impl<L: Lab> App<L> {
    fn go(mut self) -> io::Result<Exit> {
        // Something is on the screen before anything that may take time.
        self.draw(Instant::now())?;
        let samples = Arc::clone(&self.mailbox);
        // Without meters the screen says that there are none; the rest works.
        let _ = self.lab.watch(Box::new(move |sample| samples.post(Msg::Sample(sample))));
        provoke();
        let outcome = loop {
            if let Some(outcome) = self.step().transpose() {
                break outcome;
            }
        };
        self.leave();
        outcome
    }

    /// Waits for messages until a frame is due, handles those at hand, and draws. However fast messages come, it is
    /// drawn in between; however long drawing takes, some are handled.
    fn step(&mut self) -> io::Result<Option<Exit>> {
        let now = Instant::now();
        let mut next = self.mailbox.take(now + self.pacer.wait(now, self.tempo()));
        let round_ends = Instant::now() + ROUND;
        while let Some(msg) = next {
            if let Some(exit) = self.handle(msg)? {
                return Ok(Some(exit));
            }
            next = if Instant::now() < round_ends { self.mailbox.take_now() } else { None };
        }
        if self.terminal.lost_to_a_panic() {
            return Err(io::Error::other("a thread panicked; what it said stands above"));
        }
        let now = Instant::now();
        if self.pacer.is_due(now, self.tempo())
            && let Err(_gone) = self.draw(now)
        {
            // Nobody looks at a terminal that cannot be written to.
            return Ok(Some(Exit::Signal(Signal::SIGHUP)));
        }
        Ok(None)
    }

    fn handle(&mut self, msg: Msg) -> io::Result<Option<Exit>> {
        let msg = match msg {
            Msg::Signal(Signal::SIGWINCH) => Msg::Resized(size().unwrap_or(self.state.size)),
            other => other,
        };
        match &msg {
            Msg::Sample(sample) => self.meter.sampler(sample.sampler_cpu_s),
            Msg::Snapshot(_) | Msg::Cost(_) => {}
            Msg::Engine(_) => {}
            _ => self.pacer.hurry(),
        }
        let was_running = self.state.is_running();
        let effects = update(&mut self.state, msg);
        if was_running && !self.state.is_running() {
            if let Some(live) = self.live.take() {
                update(&mut self.state, Msg::Snapshot(live.snapshot()));
            }
            self.pacer.hurry();
        }
        for effect in effects {
            if let Effect::Quit(exit) = effect {
                return Ok(Some(exit));
            }
            self.carry_out(effect)?;
        }
        Ok(None)
    }

    fn carry_out(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::Start(name) => {
                let started = self.lab.start(&name, self.events());
                self.begin(started, Msg::Started { name: name.clone() }, name);
            }
            Effect::Predict { name, prediction_specs } => self.lab.predict(&name, prediction_specs),
            Effect::Try(draft) => {
                let started = self.lab.start_draft(&draft, self.events());
                let name = draft.name.clone();
                self.begin(started, Msg::Tried(draft), name);
            }
            Effect::Edit { name, text } => self.edit(name, text.as_deref()),
            Effect::Check(draft) => {
                let checked = self.state.editor.as_ref().map(|editor| self.lab.check(&draft, &editor.form));
                checked.into_iter().for_each(|checked| drop(update(&mut self.state, Msg::Checked(checked))));
            }
            Effect::Save { draft, file, existing } => {
                let outcome = self.lab.save(&draft, &file, existing);
                if outcome.is_ok() {
                    update(&mut self.state, Msg::Entries(self.lab.entries()));
                }
                update(&mut self.state, Msg::Saved(outcome));
            }
            Effect::Cancel => self.live.iter().for_each(|run| run.cancel()),
            Effect::Kill => self.live.iter().for_each(|run| run.kill()),
            Effect::Reload => {
                update(&mut self.state, Msg::Entries(self.lab.entries()));
            }
            Effect::Pace { running } => self.lab.set_pace(running),
            Effect::Suspend { group } => self.suspend(group)?,
            Effect::Retake => self.retake()?,
            Effect::Redraw => self.terminal.forget(),
            Effect::Quit(_) => {}
        }
        Ok(())
    }

    /// Where the events of a run go.
    fn events(&self) -> EventSink {
        let events = Arc::clone(&self.mailbox);
        Box::new(move |event| events.post(Msg::Engine(event)))
    }

    /// Opens the form of a scenario, or says why not.
    fn edit(&mut self, name: String, text: Option<&str>) {
        let msg = match self.lab.form(&name, text) {
            Ok(form) => {
                let checked = self.lab.check(&Draft { name: name.clone(), text: form.text() }, &form);
                Msg::ScenarioForm { file: self.lab.suggest_file(&name), name, form, checked }
            }
            Err(why) => Msg::Refused { name, why },
        };
        update(&mut self.state, msg);
    }

    fn begin(&mut self, started: Result<Box<dyn LiveRun>, String>, begun: Msg, name: String) {
        let msg = match started {
            Ok(run) => {
                self.live = Some(run);
                begun
            }
            Err(why) => Msg::Refused { name, why },
        };
        for effect in update(&mut self.state, msg) {
            if let Effect::Pace { running } = effect {
                self.lab.set_pace(running);
            }
        }
        self.pacer.hurry();
    }

    fn suspend(&mut self, group: bool) -> io::Result<()> {
        let before = Instant::now();
        self.terminal.pause();
        signals::stop(group);
        self.terminal.resume()?;
        self.expected_continues += 1;
        self.live.iter().for_each(|run| run.stood_still());
        self.resumed(before.elapsed());
        Ok(())
    }

    /// The process was told to continue: after a stop of our own, which has been dealt with, or after one that
    /// nobody could see coming.
    fn retake(&mut self) -> io::Result<()> {
        self.terminal.resume()?;
        match self.expected_continues.checked_sub(1) {
            Some(rest) => self.expected_continues = rest,
            None => self.live.iter().for_each(|run| run.stood_still()),
        }
        self.resumed(Duration::ZERO);
        Ok(())
    }

    fn resumed(&mut self, stopped: Duration) {
        self.state.size = size().unwrap_or(self.state.size);
        update(&mut self.state, Msg::Resumed { stopped_s: stopped.as_secs_f64() });
        self.terminal.forget();
        self.pacer.hurry();
    }

    fn tempo(&self) -> Tempo {
        if self.state.is_frozen() {
            Tempo::Frozen
        } else if self.state.is_running() {
            Tempo::Running
        } else {
            Tempo::Idle
        }
    }

    fn draw(&mut self, now: Instant) -> io::Result<()> {
        if self.state.wants_snapshots()
            && let Some(live) = &self.live
        {
            update(&mut self.state, Msg::Snapshot(live.snapshot()));
        }
        if let Some(cost) = self.meter.read(now, self.terminal.bytes_written()) {
            update(&mut self.state, Msg::Cost(cost));
        }
        let area = Rect::from((ratatui::layout::Position::ORIGIN, self.state.size));
        let state = &self.state;
        let before = self.terminal.bytes_written();
        self.terminal.draw(area, |buf| screens::render(state, &state.theme, area, buf))?;
        self.pacer.drawn(now, self.terminal.bytes_written() - before);
        Ok(())
    }

    /// PipeEnds a run that is still on: by word, then by force. The terminal is given back first, so that whoever waits
    /// for it does not wait for the run.
    fn leave(&mut self) {
        self.terminal.pause();
        let Some(live) = self.live.take() else { return };
        let harder: [fn(&dyn LiveRun); 2] = [|run| run.cancel(), |run| run.kill()];
        for (end, grace) in harder.into_iter().zip(GRACE) {
            end(&*live);
            let deadline = Instant::now() + grace;
            while self.state.is_running() {
                let Some(msg) = self.mailbox.take(deadline) else { break };
                if matches!(msg, Msg::Engine(_)) {
                    update(&mut self.state, msg);
                }
            }
            if !self.state.is_running() {
                return;
            }
        }
    }
}

/// Panics where a test asks for it, to see that the terminal survives; release builds cannot be asked.
fn provoke() {
    if cfg!(debug_assertions) {
        match std::env::var("PARLAB_PROVOKE_PANIC").as_deref() {
            Ok("screen") => panic!("provoked on the screen's thread"),
            Ok("elsewhere") => drop(std::thread::spawn(|| panic!("provoked on another thread"))),
            _ => {}
        }
    }
}

fn size() -> io::Result<Size> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(Size::new(width.min(SIZE_MAX.width), height.min(SIZE_MAX.height)))
}
