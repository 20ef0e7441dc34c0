//! What keys do while the form for predictions is open.

use super::Effect;
use crate::tui::keys::Command;
use crate::tui::state::{PredictForm, State};

/// Opens the form for the selected scenario, if that can be run.
pub(super) fn open(state: &mut State) {
    let form = state.library.selected().and_then(|entry| {
        let before = state.library.prediction_specs.get(&entry.name);
        PredictForm::new(entry, before.map_or(&[], Vec::as_slice))
    });
    state.predict = form;
}

/// What a command means to the form; `None` if it means nothing to it, or if there is none.
pub(super) fn obey(state: &mut State, command: Command) -> Option<Vec<Effect>> {
    let form = state.predict.as_mut()?;
    match command {
        Command::Up | Command::Down => form.step(command == Command::Down),
        Command::Left | Command::Right => form.nudge(command == Command::Right),
        Command::Type(c) => form.type_char(c),
        Command::Erase => form.erase(),
        Command::Back => state.predict = None,
        Command::KeepPrediction => return Some(keep(state)),
        _ => return None,
    }
    Some(Vec::new())
}

fn keep(state: &mut State) -> Vec<Effect> {
    let Some((name, prediction_specs)) =
        state.predict.as_mut().and_then(|form| Some((form.name.clone(), form.read()?)))
    else {
        return Vec::new();
    };
    state.predict = None;
    state.library.prediction_specs.insert(name.clone(), prediction_specs.clone());
    vec![Effect::Predict { name, prediction_specs }]
}
