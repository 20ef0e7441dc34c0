//! A run on a thread of its own: started here, watched and ended through its [`Control`].

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use super::control::Control;
use super::run::{RunInfo, run};
use super::trial::BoardExecutor;
use crate::backend::clock_facts;
use crate::record::{Event, MachineFacts, Stamped, Status, Warning, WarningCode};
use crate::scenario::Scenario;

/// A run in progress. Dropping it ends the run and waits for that.
pub struct Session {
    control: Arc<Control>,
    thread: Option<JoinHandle<()>>,
}

impl Session {
    /// Starts to carry out a scenario, which `control` may end from now on, or has ended already. `tell` is called on the run's thread with every event in order; the last
    /// is always [`Event::RunFinished`]. `program` is parlab's own binary, of which forkservers are made.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(
        scenario: Scenario,
        setting: RunInfo,
        program: PathBuf,
        control: Arc<Control>,
        mut tell: impl FnMut(Stamped) + Send + 'static,
    ) -> io::Result<Self> {
        let watched = Arc::clone(&control);
        let body = move || {
            let mut last = (0.0, 0);
            let result = catch_unwind(AssertUnwindSafe(|| {
                // Only here, where tasks are timed: those who script a run's trials have no clock.
                let machine = MachineFacts { clock: Some(clock_facts()), ..setting.machine };
                let setting = RunInfo { machine, ..setting };
                let mut executor = BoardExecutor::new(&scenario, &program, setting.programs.clone(), &watched);
                run(&scenario, setting, &mut executor, &watched, &mut |stamped| {
                    last = (stamped.elapsed_s, stamped.trials_done);
                    tell(stamped);
                });
            }));
            if result.is_err() {
                tell(broken_off(last));
            }
        };
        let thread = std::thread::Builder::new().name("engine".to_owned()).spawn(body)?;
        Ok(Self { control, thread: Some(thread) })
    }

    /// The handle to watch and end it with.
    pub fn control(&self) -> &Arc<Control> {
        &self.control
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.control.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The last event of a run whose engine panicked: a caller that waits for the end must not wait for ever.
fn broken_off((elapsed_s, trials_done): (f64, usize)) -> Stamped {
    let message = "parlab itself failed in the middle of the run; please report this".to_owned();
    let warnings = vec![Warning { code: WarningCode::InternalError, message }];
    Stamped { elapsed_s, trials_done, event: Event::RunFinished { status: Status::Failed, warnings } }
}
