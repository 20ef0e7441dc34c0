//! What keys do while the form for predictions is open.

use super::state::PredictForm;
use crate::tui::keys::{Action, Context};
use crate::tui::message::Effect;
use crate::tui::screens::screen::{Step, Transition};
use crate::tui::shared::{Remark, Shared};

pub(super) fn obey(form: &mut PredictForm, shared: &mut Shared, action: Action) -> Step {
    match action {
        Action::Up | Action::Down => form.step(action == Action::Down),
        Action::Left | Action::Right => form.nudge(action == Action::Right),
        Action::Type(c) => form.type_char(c),
        Action::Erase => form.erase(),
        Action::ClearValue => form.clear(),
        Action::Reset => form.reset(&shared.library),
        Action::Help => return Transition::Open(Context::Help).into(),
        Action::Back => {
            leave(form, shared);
            return Transition::Close.into();
        }
        Action::KeepPrediction => return keep(form, shared),
        _ => {}
    }
    Step::DONE
}

/// Keeps what was typed and is not in force, and says so.
fn leave(form: &PredictForm, shared: &mut Shared) {
    if form.is_in_force(&shared.library) {
        shared.library.unsaid.remove(&form.name);
        return;
    }
    shared.library.unsaid.insert(form.name.clone(), form.texts());
    shared.say(Remark::hint("not in force, but kept: `p` goes on with it"));
}

fn keep(form: &mut PredictForm, shared: &mut Shared) -> Step {
    let Some(prediction_specs) = form.read() else { return Step::DONE };
    let name = form.name.clone();
    shared.library.unsaid.remove(&name);
    shared.library.prediction_specs.insert(name.clone(), prediction_specs.clone());
    Step { transition: Transition::Close, effects: vec![Effect::Predict { name, prediction_specs }] }
}
