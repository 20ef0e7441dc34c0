//! What the effects of a message are: the lab is asked, or told, here and nowhere else in the loop.

use std::sync::Arc;

use super::App;
use crate::record::RunState;
use crate::tui::port::{Draft, JobNews, Lab, LiveRun, RunNotice, RunSink};
use crate::tui::saving;
use crate::tui::update::{Effect, Msg, update};

impl<L: Lab> App<L> {
    pub(super) fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Start(name) => {
                let sink = self.next_run(&name);
                let started = self.lab.start(&name, sink);
                self.begin(started, Msg::Started { name: name.clone() }, name);
            }
            Effect::Predict { name, prediction_specs } => self.lab.predict(&name, prediction_specs),
            Effect::Try(draft) => {
                let name = draft.name.clone();
                let sink = self.next_run(&name);
                let started = self.lab.start_draft(&draft, sink);
                self.begin(started, Msg::Tried(draft), name);
            }
            Effect::Edit { name, text } => self.edit(name, text.as_deref()),
            Effect::Check(draft) => {
                let checked = self.state.editor().map(|editor| self.lab.check(&draft, &editor.form));
                checked.into_iter().for_each(|checked| drop(update(&mut self.state, Msg::Checked(checked))));
            }
            Effect::Save { draft, file, existing } => {
                let (lab, mailbox) = (Arc::clone(&self.lab), Arc::clone(&self.mailbox));
                self.background.hand_over(move || saving::save(&*lab, &mailbox, &draft, &file, existing));
            }
            Effect::OfferReport => {
                let offer = self.state.shared.run.as_ref().map(|run| self.lab.offer_report(&run.record));
                offer.into_iter().for_each(|offer| drop(update(&mut self.state, Msg::ReportOffer(offer))));
            }
            Effect::SaveReport { format, file, existing } => self
                .about_the_run(move |lab, record| Msg::ReportSaved(lab.save_report(record, format, &file, existing))),
            Effect::Cancel => self.live.iter().for_each(|run| run.cancel()),
            Effect::CancelJob => {
                let (lab, mailbox) = (Arc::clone(&self.lab), Arc::clone(&self.mailbox));
                let cancel = move || mailbox.post(Msg::Job(JobNews::Cancelled(lab.cancel_job())));
                self.background.hand_over(cancel);
            }
            Effect::Kill => self.live.iter().for_each(|run| run.kill()),
            Effect::GiveUp => self.give_up(),
            Effect::Reload => {
                let (lab, mailbox) = (Arc::clone(&self.lab), Arc::clone(&self.mailbox));
                self.background.hand_over(move || mailbox.post(Msg::Entries(lab.entries())));
            }
            Effect::Pace { running } => self.lab.set_pace(running),
            Effect::Redraw => self.terminal.forget(),
            Effect::Suspend { .. } | Effect::Retake | Effect::Quit(_) => {}
        }
    }

    /// Where what is heard of the next run goes.
    fn next_run(&mut self, name: &str) -> RunSink {
        self.runs += 1;
        let (number, name, mailbox) = (self.runs, name.to_owned(), Arc::clone(&self.mailbox));
        Box::new(move |notice| {
            let msg = match notice {
                RunNotice::Refused(why) => Msg::Refused { name: name.clone(), why },
                RunNotice::Event(event) => Msg::Engine(event),
                RunNotice::Job(news) => Msg::Job(news),
            };
            mailbox.post_of_run(number, msg);
        })
    }

    /// Lets go of a run that is being prepared. Should it have begun in this moment, its end is waited for elsewhere.
    fn give_up(&mut self) {
        if let Some(live) = self.live.take() {
            live.cancel();
            self.background.hand_over(move || drop(live));
        }
    }

    /// Asks the lab something about the run on the screen, in the background.
    fn about_the_run(&self, ask: impl FnOnce(&L, &RunState) -> Msg + Send + 'static) {
        let Some(run) = &self.state.shared.run else { return };
        let (lab, mailbox, record) = (Arc::clone(&self.lab), Arc::clone(&self.mailbox), run.record.clone());
        self.background.hand_over(move || mailbox.post(ask(&lab, &record)));
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
}
