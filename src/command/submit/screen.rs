//! A job that is followed on the screen: what the screen asks for, answered from the job's folder and the batch system.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::files::output;
use super::follow::{Follower, JobNotice};
use super::output_tail::last_lines;
use super::told::{LINES, code, come_back, way_on};
use crate::batch::{BatchSystem, FollowedJob, JobEnd, JobFolder, JobId, ended_in_words};
use crate::command::environment::machine_facts;
use crate::command::failure::Failure;
use crate::command::saved_reports;
use crate::record::{Event, MachineFacts, RunState, Snapshot, Status};
use crate::report;
use crate::scenario::PredictionSpec;
use crate::scenario::form::ScenarioForm;
use crate::tui::port::{
    Draft, Existing, FieldError, JobNews, Lab, LibraryEntry, LiveRun, Preview, ReportOffer, RunNotice, RunSink,
    SampleSink, Saved, Unsaved,
};
use crate::tui::{self, FirstScreen, Theme};

/// How often it is looked whether there is something new.
const LOOK: Duration = Duration::from_millis(100);

/// Follows a job on the screen, until that is closed.
///
/// # Errors
/// When there is no terminal.
pub(super) fn show(
    system: &'static dyn BatchSystem,
    id: JobId,
    folder: &JobFolder,
    journals: Vec<PathBuf>,
    pace: Duration,
    ascii: bool,
) -> Result<ExitCode, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let (theme, if_proven) = (Theme::detect(&env, ascii), Theme::if_proven(&env, ascii));
    let known = Arc::new(Mutex::new(JobOutcome::default()));
    let ways = journals.clone();
    let lab = JobLab { system, id, folder: folder.clone(), journals, pace, known: Arc::clone(&known) };
    let first = FirstScreen::Following(Box::new(FollowedJob::new(id)));
    let exit = tui::run(lab, first, theme, if_proven).map_err(|error| Failure::run(error.to_string()))?;
    let JobOutcome { end, run } = *known.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(end) = end else {
        report::complain(&come_back(id));
        return Ok(exit.code().into());
    };
    report::complain(&format!("job {id} {}", ended_in_words(end, None)));
    way_on(end, &ways).iter().for_each(|way| report::complain(way));
    Ok(if exit.code() == 0 { code(end, run) } else { exit.code().into() })
}

/// What the screen works on: one job.
struct JobLab {
    system: &'static dyn BatchSystem,
    id: JobId,
    folder: JobFolder,
    journals: Vec<PathBuf>,
    pace: Duration,
    known: Arc<Mutex<JobOutcome>>,
}

/// What is known of a job in the end.
#[derive(Debug, Clone, Copy, Default)]
struct JobOutcome {
    /// How it ended.
    end: Option<JobEnd>,
    /// How its run did.
    run: Option<Status>,
}

/// There is nothing here but the job.
const NO_LIBRARY: &str = "only the job is shown here";

impl Lab for JobLab {
    fn machine(&self) -> MachineFacts {
        machine_facts()
    }

    fn entries(&self) -> Vec<LibraryEntry> {
        Vec::new()
    }

    fn predict(&self, _name: &str, _prediction_specs: Vec<PredictionSpec>) {}

    fn start(&self, _name: &str, tell: RunSink) -> Result<Box<dyn LiveRun>, String> {
        let follower = Follower::start(self.system, self.id, self.journals.clone(), self.pace);
        let follower = follower.map_err(|error| format!("cannot follow the job: {error}"))?;
        let following = Following { folder: self.folder.clone(), known: Arc::clone(&self.known), tell };
        let is_over = Arc::new(AtomicBool::new(false));
        let heeded = Arc::clone(&is_over);
        let body = move || following.follow(follower, &heeded);
        let thread = std::thread::Builder::new().name("following".to_owned()).spawn(body);
        let thread = thread.map_err(|error| format!("cannot follow the job: {error}"))?;
        Ok(Box::new(FollowedRun { is_over, thread: Some(thread) }))
    }

    fn form(&self, _name: &str, _text: Option<&str>) -> Result<ScenarioForm, String> {
        Err(NO_LIBRARY.to_owned())
    }

    fn check(&self, _draft: &Draft, _form: &ScenarioForm) -> Result<Preview, Vec<FieldError>> {
        Err(Vec::new())
    }

    fn start_draft(&self, _draft: &Draft, _tell: RunSink) -> Result<Box<dyn LiveRun>, String> {
        Err(NO_LIBRARY.to_owned())
    }

    /// The job itself remembers what it has run.
    fn ended(&self, _record: &RunState) {}

    fn suggest_file(&self, name: &str) -> String {
        name.to_owned()
    }

    fn save(&self, _draft: &Draft, _file: &str, _existing: Existing) -> Result<Saved, Unsaved> {
        Err(Unsaved::Failed(NO_LIBRARY.to_owned()))
    }

    fn summary(&self, record: &RunState, columns: u16) -> String {
        report::text::render_within(record, columns.into())
    }

    fn offer_report(&self, record: &RunState) -> ReportOffer {
        saved_reports::offer(record)
    }

    fn save_report(&self, record: &RunState, format: &str, file: &str, existing: Existing) -> Result<String, Unsaved> {
        saved_reports::save(record, format, file, existing, |path| self.check_saved(path))
    }

    /// The meters of this machine say nothing of a job's.
    fn watch(&self, _samples: SampleSink) -> Result<(), String> {
        Ok(())
    }

    fn set_pace(&self, _running: bool) {}

    fn cancel_job(&self) -> Result<(), String> {
        self.system.cancel(self.id, &|| true).map_err(|error| error.to_string())
    }
}

impl JobLab {
    /// The job's own files stay what they are.
    fn check_saved(&self, path: &Path) -> Result<(), Failure> {
        let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
        match folder.is_some_and(|folder| folder == self.folder.path()) {
            true => Err(Failure::usage("that is the job's own folder; name another file")),
            false => Ok(()),
        }
    }
}

/// Who tells the screen of the job.
struct Following {
    folder: JobFolder,
    known: Arc<Mutex<JobOutcome>>,
    tell: RunSink,
}

impl Following {
    fn follow(&self, mut follower: Follower, is_over: &AtomicBool) {
        while !is_over.load(Relaxed) {
            for notice in follower.step() {
                let news = match notice {
                    JobNotice::Job(job) => JobNews::Seen(job),
                    JobNotice::Unreadable(why) => JobNews::Unreadable(why),
                    JobNotice::Event(event) => {
                        if let Event::RunFinished { status, .. } = &event.event {
                            self.know(|known| known.run = Some(*status));
                        }
                        (self.tell)(RunNotice::Event(*event));
                        continue;
                    }
                    JobNotice::Ended(end, worst) => {
                        self.know(|known| known.end = Some(end));
                        is_over.store(true, Relaxed);
                        JobNews::Over { end, output: self.output(end, worst) }
                    }
                };
                (self.tell)(RunNotice::Job(news));
            }
            std::thread::sleep(LOOK);
        }
    }

    fn know(&self, note: impl FnOnce(&mut JobOutcome)) {
        note(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What a job that ended badly has printed last.
    fn output(&self, end: JobEnd, worst: Option<u32>) -> Vec<String> {
        if end == JobEnd::Completed { Vec::new() } else { last_lines(&output(&self.folder, worst), LINES) }
    }
}

/// The run of a job, as far as it is followed. It is neither cancelled nor killed by who looks on; dropping it ends the
/// looking on.
struct FollowedRun {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl LiveRun for FollowedRun {
    fn snapshot(&self) -> Snapshot {
        Snapshot::default()
    }

    fn cancel(&self) {}

    fn kill(&self) {}

    fn stood_still(&self) {}
}

impl Drop for FollowedRun {
    fn drop(&mut self) {
        self.is_over.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
