//! What a journal keeps of a scenario besides its text, its tasks and its plan, so that a run can be gone on with as the
//! command line had it: the file may be gone by then, or say something else.

use serde::{Deserialize, Serialize};

use super::model::{Axis, Job, Scenario, Sweep};
use super::plan::Plan;

/// Who runs the tasks of a scenario, and what varies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// Who does them, and how often.
    pub sweep: Sweep,
    /// What takes several values in one run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vary: Option<Axis>,
    /// The tasks that are run beside those of a function of Python.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emulated: Option<Job>,
}

impl Setup {
    /// That of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let Scenario { sweep, vary, emulated, .. } = scenario;
        Self { sweep: sweep.clone(), vary: vary.clone(), emulated: emulated.clone() }
    }

    /// Whether a plan begins as that of these tasks does: a journal may say anything, and nothing large is made to find out.
    pub fn makes(&self, job: &Job, plan: &Plan) -> bool {
        let configs = plan.configs.len();
        let rounds = u64::from(self.sweep.repeats) + u64::from(self.sweep.warmup);
        let points = self.vary.as_ref().map_or(0, |vary| vary.values.len());
        let most = points.max(self.sweep.workers.len()).max(self.sweep.layouts.len());
        if most > configs || rounds.saturating_mul(configs as u64) > plan.trials.len() as u64 {
            return false;
        }
        let made = Plan::of(&self.clone().scenario(job.clone()));
        made.configs == plan.configs && made.baseline == plan.baseline && plan.trials.starts_with(&made.trials)
    }

    /// A scenario of these tasks, which has no name and no text.
    pub fn scenario(self, job: Job) -> Scenario {
        let Self { sweep, vary, emulated } = self;
        let [name, title, summary, lesson, sha256] = [(); 5].map(|()| String::new());
        Scenario { name, title, summary, tags: Vec::new(), lesson, sha256, job, sweep, vary, emulated }
    }
}
