//! The main loop: messages in, frames out, effects carried out. Everything that decides anything is elsewhere.

mod effects;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use ratatui::layout::Rect;

use super::background::Background;
use super::cost::Meter;
use super::input::Reader;
use super::keys::Key;
use super::mailbox::{Mail, Mailbox};
use super::pacer::{Pacer, Tempo};
use super::port::{Lab, LiveRun};
use super::provoked::{is_provoked, overflow, provoke};
use super::remains;
use super::screens;
use super::screens::job::state::JobMonitor;
use super::signals;
use super::size::size;
use super::state::State;
use super::suspension::{Suspension, suspend};
use super::terminal::Terminal;
use super::theme::Theme;
use super::update::{Effect, Exit, Msg, update};
use crate::batch::FollowedJob;
use crate::system::jobs::Extent;

/// How long a cancelled run may take to end when the screen is left, how long a killed one, and how long files may take
/// to be written.
const GRACE: [Duration; 3] = [Duration::from_millis(400); 3];
/// How long all of that may take, whatever it waits for.
const END_GRACE: Duration = Duration::from_millis(1800);
/// How long messages that are at hand are handled before it is seen whether a frame is due.
const ROUND: Duration = Duration::from_millis(20);

/// With what the screen begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstScreen {
    /// The library.
    Library,
    /// The library, with this scenario selected.
    Selected(String),
    /// A run of this scenario at once: the screen is left when its results are.
    Started(String),
    /// This job, by what the lab tells of it as of a run that it starts.
    Following(Box<FollowedJob>),
}

/// Shows the lab on this terminal until the user leaves, or a signal says so.
///
/// # Errors
/// When the terminal cannot be drawn on or taken over, or another thread panicked.
pub fn run(lab: impl Lab, opening: FirstScreen, theme: Theme, if_proven: Option<Theme>) -> io::Result<Exit> {
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err(io::Error::other("this terminal cannot be drawn on; `parlab run` works without a screen"));
    }
    // Files are read while Ctrl-C still ends parlab by itself.
    let (entries, machine) = (lab.entries(), lab.machine());
    let mailbox = Arc::new(Mailbox::default());
    let background = Background::start()?;
    let mut terminal = Terminal::take()?;
    if if_proven.is_some() {
        terminal.ask_for_utf8()?;
    }
    let keys = Arc::clone(&mailbox);
    let _reader = Reader::start(move |input| {
        keys.post(input.into());
    })?;
    let heard = Arc::clone(&mailbox);
    signals::listen(move |signal| {
        provoke("signal");
        heard.post(Msg::Signal(signal));
    })?;
    let mut state = State::new(entries, machine, theme, size(screens::SIZE_MIN));
    state.shared.if_proven = if_proven;
    let at_once = match opening {
        FirstScreen::Library => None,
        FirstScreen::Selected(name) => {
            state.shared.library.select_name(&name);
            None
        }
        FirstScreen::Started(name) => Some(name),
        FirstScreen::Following(job) => {
            let name = format!("job {}", job.id);
            state.shared.job = Some(JobMonitor::new(*job));
            Some(name)
        }
    };
    state.shared.is_alone = at_once.is_some();
    let now = Instant::now();
    let meter = Meter::new(now, terminal.bytes_written());
    let pacer = Pacer::new(now);
    let lab = Arc::new(lab);
    App {
        lab,
        runs: 0,
        live: None,
        terminal,
        state,
        mailbox,
        background,
        meter,
        pacer,
        expected_continues: 0,
        unread_since: None,
        unseen_presses: 0,
    }
    .go(at_once)
}

/// How long a terminal is not read before it is thought to have no reader.
const UNSEEN: Duration = Duration::from_millis(300);

/// How the screen ends when its terminal is gone: no user looks at one that cannot be written to.
const GONE: Exit = Exit::Signal(Signal::SIGHUP);

/// Everything that the loop holds together.
struct App<L> {
    lab: Arc<L>,
    /// Runs that were asked for so far: the number of the last one.
    runs: u64,
    /// The last one, while it is prepared or on.
    live: Option<Box<dyn LiveRun>>,
    terminal: Terminal,
    state: State,
    mailbox: Arc<Mailbox>,
    background: Background,
    meter: Meter,
    pacer: Pacer,
    /// `SIGCONT`s still to come that end stops of our own.
    expected_continues: u32,
    /// Since when the terminal has not been read.
    unread_since: Option<Instant>,
    /// How often Ctrl-C was pressed since then.
    unseen_presses: u32,
}

impl<L: Lab> App<L> {
    fn go(mut self, at_once: Option<String>) -> io::Result<Exit> {
        at_once.into_iter().for_each(|name| self.carry_out(Effect::Start(name)));
        // Something is on the screen before anything that may take time.
        self.draw(Instant::now())?;
        let samples = Arc::clone(&self.mailbox);
        // Without meters the screen says that there are none; the rest works.
        let _ = self.lab.watch(Box::new(move |sample| samples.post(Msg::Sample(sample))));
        provoke("screen");
        if cfg!(debug_assertions) {
            std::thread::spawn(|| provoke("elsewhere"));
            std::thread::spawn(|| overflow(is_provoked("stack")));
        }
        let outcome = loop {
            if let Some(outcome) = self.step().transpose() {
                break outcome;
            }
        };
        self.leave(outcome.as_ref().map_or(1, |exit| exit.code()));
        outcome
    }

    /// Tells the lab of the run that has ended, in the background: the screen's record of it is the only one.
    fn tell_the_lab(&self) {
        if let Some(run) = &self.state.shared.run {
            let (lab, record) = (Arc::clone(&self.lab), run.record.clone());
            self.background.hand_over(move || lab.ended(&record));
        }
    }

    /// Waits for messages until a frame is due, handles those at hand, and draws. However fast messages come, it is
    /// drawn in between; however long drawing takes, some are handled.
    fn step(&mut self) -> io::Result<Option<Exit>> {
        let now = Instant::now();
        let mut next = self.mailbox.take(now + self.pacer.wait(now, self.tempo()));
        let round_ends = Instant::now() + ROUND;
        while let Some(mail) = next {
            if let Some(msg) = self.opened(mail)
                && let Some(exit) = self.handle(msg)?
            {
                return Ok(Some(exit));
            }
            next = if Instant::now() < round_ends { self.mailbox.take_now() } else { None };
        }
        if self.terminal.lost_to_a_panic() {
            return Err(io::Error::other("a thread panicked; what it said stands above"));
        }
        let now = Instant::now();
        if self.pacer.is_due(now, self.tempo()) {
            if self.terminal.is_read() {
                (self.unread_since, self.unseen_presses) = (None, 0);
                if self.draw(now).is_err() {
                    return Ok(Some(GONE));
                }
            } else {
                self.unread_since.get_or_insert(now);
                self.pacer.put_off(now);
            }
        }
        Ok(None)
    }

    /// The message, unless it is from a run that was given up.
    fn opened(&self, mail: Mail) -> Option<Msg> {
        let is_heard = mail.run.is_none_or(|run| run == self.runs && self.live.is_some());
        is_heard.then_some(mail.msg)
    }

    fn handle(&mut self, msg: Msg) -> io::Result<Option<Exit>> {
        let msg = match msg {
            Msg::Signal(Signal::SIGWINCH) => Msg::Resized(size(self.state.shared.size)),
            other => other,
        };
        match &msg {
            Msg::Sample(sample) => self.meter.sampler(sample.sampler_cpu_s),
            Msg::Snapshot(_) | Msg::Cost(_) => {}
            Msg::Engine(_) => {}
            _ => self.pacer.hurry(),
        }
        if self.insists(&msg) {
            return Ok(Some(Exit::Quit));
        }
        let (was_running, is_of_run) = (self.state.is_running(), matches!(msg, Msg::Engine(_) | Msg::Refused { .. }));
        let effects = update(&mut self.state, msg);
        if was_running && is_of_run && !self.state.is_running() {
            self.run_ended();
        }
        for effect in effects {
            match effect {
                Effect::Quit(exit) => return Ok(Some(exit)),
                Effect::Suspend { group } => {
                    if let Some(exit) = self.suspend(group) {
                        return Ok(Some(exit));
                    }
                }
                Effect::Retake => {
                    if let Some(exit) = self.retake() {
                        return Ok(Some(exit));
                    }
                }
                other => self.carry_out(other),
            }
        }
        Ok(None)
    }

    /// Whether the user insists on the end without seeing what a key does: where the terminal is not read, the second
    /// Ctrl-C ends parlab, whatever it would mean on the screen.
    fn insists(&mut self, msg: &Msg) -> bool {
        let is_unseen = self.unread_since.is_some_and(|since| since.elapsed() >= UNSEEN);
        self.unseen_presses += u32::from(is_unseen && matches!(msg, Msg::Key(Key::Ctrl('c'))));
        self.unseen_presses >= 2
    }

    /// The run has told its last. What it looked like then is kept; of one that was refused there is nothing to keep.
    fn run_ended(&mut self) {
        // Of its job there is more to hear.
        if self.state.shared.job.is_none()
            && let Some(live) = self.live.take()
        {
            update(&mut self.state, Msg::Snapshot(live.snapshot()));
        }
        self.tell_the_lab();
        self.pacer.hurry();
    }

    /// Stops, if a shell could have parlab go on; says how to end if there is nothing to come back to.
    fn suspend(&mut self, group: bool) -> Option<Exit> {
        let extent = if group { Extent::Group } else { Extent::Process };
        let live = &self.live;
        match suspend(&mut self.terminal, extent, &|| live.iter().for_each(|run| run.stood_still())) {
            Ok(Suspension::Refused) => {
                update(&mut self.state, Msg::CannotStop);
                self.pacer.hurry();
            }
            Ok(Suspension::ToEnd) => {}
            Ok(Suspension::Over { stopped, away }) => {
                self.expected_continues = u32::from(stopped);
                self.resumed(away);
            }
            Err(_gone) => return Some(GONE),
        }
        None
    }

    /// The process was told to continue: after a stop of our own, which has been dealt with, or after one that
    /// could not be seen coming.
    fn retake(&mut self) -> Option<Exit> {
        if let Some(rest) = self.expected_continues.checked_sub(1) {
            self.expected_continues = rest;
            return None;
        }
        if signals::asked_to_end() {
            return None;
        }
        if self.terminal.resume().is_err() {
            return Some(GONE);
        }
        // What is being timed finds out by itself whether there was a stop.
        self.resumed(Duration::ZERO);
        None
    }

    fn resumed(&mut self, stopped: Duration) {
        self.state.shared.size = size(self.state.shared.size);
        update(&mut self.state, Msg::Resumed { stopped_s: stopped.as_secs_f64() });
        self.terminal.forget();
        self.pacer.hurry();
    }

    fn tempo(&self) -> Tempo {
        if self.state.is_frozen() {
            Tempo::Frozen
        } else if self.state.is_running() && !(self.state.shared.job.is_some() && self.state.shared.is_preparing()) {
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
        let area = Rect::from((ratatui::layout::Position::ORIGIN, self.state.shared.size));
        let state = &self.state;
        let before = self.terminal.bytes_written();
        self.terminal.draw(area, |buf| screens::render(state, &state.shared.theme, area, buf))?;
        self.pacer.drawn(now, self.terminal.bytes_written() - before);
        Ok(())
    }

    /// Ends a run that is still on. The terminal is given back first, so that a user who waits for it does not wait for
    /// the run.
    fn leave(mut self, code: u8) {
        signals::end_within(END_GRACE, code);
        self.terminal.pause();
        // A job is left alone.
        if let Some(live) = self.live.take().filter(|_| self.state.shared.job.is_none()) {
            self.end(&*live);
        }
        if code == Exit::Quit.code() {
            self.leave_results();
        }
        self.background.finish(Instant::now() + GRACE[2]);
    }

    /// Leaves the report of the run that was looked at last on the normal screen, as much of it as one sees at once: what
    /// was on the other screen is gone, and a recording would end on nothing.
    fn leave_results(&mut self) {
        let lines = remains::lines(&mut self.state.shared, |record, columns| self.lab.summary(record, columns));
        self.terminal.leave_behind(&lines);
    }

    /// Ends a run: by word, then by force. One that is being prepared has nothing to end: it is left behind.
    fn end(&mut self, live: &dyn LiveRun) {
        if self.state.shared.is_preparing() {
            return live.cancel();
        }
        let harder: [fn(&dyn LiveRun); 2] = [|run| run.cancel(), |run| run.kill()];
        for (end, grace) in harder.into_iter().zip(GRACE) {
            end(live);
            let deadline = Instant::now() + grace;
            while self.state.is_running() {
                let Some(mail) = self.mailbox.take(deadline) else { break };
                if mail.run == Some(self.runs) {
                    update(&mut self.state, mail.msg);
                }
            }
            if !self.state.is_running() {
                return self.tell_the_lab();
            }
        }
    }
}
