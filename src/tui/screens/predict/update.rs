//! What keys do while the form for predictions is open.

use super::state::PredictForm;
use crate::tui::keys::Action;
use crate::tui::message::{Effect, Exit};
use crate::tui::screens::screen::{Step, Transition};
use crate::tui::shared::Shared;

pub(super) fn obey(form: &mut PredictForm, shared: &mut Shared, action: Action) -> Step {
    match action {
        Action::Up | Action::Down => form.step(action == Action::Down),
        Action::Left | Action::Right => form.nudge(action == Action::Right),
        Action::Type(c) => form.type_char(c),
        Action::Erase => form.erase(),
        Action::Back => return Transition::Close.into(),
        Action::KeepPrediction => return keep(form, shared),
        Action::Quit => return Effect::Quit(Exit::Quit).into(),
        _ => {}
    }
    Step::DONE
}

fn keep(form: &mut PredictForm, shared: &mut Shared) -> Step {
    let Some(prediction_specs) = form.read() else { return Step::DONE };
    let name = form.name.clone();
    shared.library.prediction_specs.insert(name.clone(), prediction_specs.clone());
    Step { transition: Transition::Close, effects: vec![Effect::Predict { name, prediction_specs }] }
}
