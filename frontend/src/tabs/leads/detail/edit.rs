//! The edit form: every text is kept as a draft while it is typed, and sent with the version that
//! the operator started from.

use aicmo_shared::api::{GetLead, NoQuery, PatchLead};
use aicmo_shared::campaign::Campaign;
use aicmo_shared::lead::{CompanySize, Lead};
use aicmo_shared::{ErrorCode, LeadId};
use leptos::prelude::*;

use super::super::edit_form::{LeadEdit, LeadField, LeadTexts};
use super::conflict::ConflictDialog;
use crate::api::{Load, Reading, command, read};
use crate::app::ShellState;
use crate::boot;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::components::field::{FieldKind, SelectField, TextField};

/// Under which key the draft of a lead is kept.
pub fn draft_key(lead: LeadId) -> String {
    format!("lead-edit:{lead}")
}

/// The texts on screen, one signal per field.
#[derive(Clone, Copy)]
pub struct Texts(StoredValue<Vec<(LeadField, RwSignal<String>)>>);

impl Texts {
    fn new(texts: &LeadTexts) -> Self {
        let fields = LeadField::ALL
            .iter()
            .map(|field| (*field, RwSignal::new(texts.get(*field).to_owned())))
            .collect();
        Self(StoredValue::new(fields))
    }

    /// Puts other texts on screen.
    pub fn show(self, texts: &LeadTexts) {
        let _ = self.0.try_with_value(|fields| {
            for (field, signal) in fields {
                signal.set(texts.get(*field).to_owned());
            }
        });
    }

    fn read(self) -> LeadTexts {
        let mut texts = LeadTexts::default();
        self.0.with_value(|fields| {
            for (field, signal) in fields {
                texts.set(*field, signal.get());
            }
        });
        texts
    }
}

/// The form.
#[component]
pub fn EditForm(
    /// The lead as the server has it.
    reading: Reading<Lead>,
    /// Whether the form is shown.
    editing: RwSignal<bool>,
    /// The campaigns to choose from.
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let (id, fresh) = untrack(|| reading.with(|lead| (lead.row.id, LeadEdit::begin(lead))));
    let key = draft_key(id);
    let kept = boot::draft(&key).and_then(|text| serde_json::from_str::<LeadEdit>(&text).ok());
    let restored = kept.is_some();
    let start = kept.unwrap_or(fresh);
    let texts = Texts::new(&start.mine);
    let base = RwSignal::new(start);
    let edit = Memo::new(move |_| {
        let mine = texts.read();
        base.with(|base| LeadEdit {
            version: base.version,
            base: base.base.clone(),
            mine,
        })
    });
    let draft = key.clone();
    Effect::new(move || {
        let text = edit.with(|edit| {
            edit.is_dirty()
                .then(|| serde_json::to_string(edit).unwrap_or_default())
        });
        boot::keep_draft(&draft, &text.unwrap_or_default());
    });
    let theirs = RwSignal::new(None::<Lead>);
    let finish = Callback::new(move |()| {
        boot::drop_draft(&draft_key(id));
        editing.set(false);
    });
    let save = Callback::new(move |()| {
        let edit = edit.get_untracked();
        if !edit.is_dirty() {
            finish.run(());
            return;
        }
        let changed = edit.mine.changed_from(&edit.base);
        let call = command::<PatchLead>(&[&id.to_string()], &edit.patch(), Some(edit.version));
        doing.run_or(
            call,
            move |lead: Lead| {
                let names: Vec<&str> = changed.iter().map(|field| field.label()).collect();
                shell
                    .toasts
                    .done(format!("{} is saved: {}.", lead.row.name, names.join(", ")));
                finish.run(());
                shell.changed();
            },
            move |error| {
                if error.error_code() != Some(ErrorCode::VersionConflict) {
                    return Some(error);
                }
                look_again(id, theirs, shell);
                None
            },
        );
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        save.run(());
    };
    let outdated = move || reading.with(|lead| lead.row.version) > base.with(|base| base.version);
    view! {
        <form class="form form--two edit" novalidate aria-label="Edit the lead" on:submit=submit>
            {restored.then(|| view! {
                <p class="notice form__whole" role="status">"Your draft from before is back. Save it or discard it."</p>
            })}
            <Show when=outdated>
                <p class="notice notice--warn form__whole" role="status">
                    <strong>"Changed by someone else. "</strong>
                    "What you type stays; nothing of it is sent before you choose. "
                    <Button kind=ButtonKind::Quiet on_press=move |()| look_again(id, theirs, shell)>
                        "Compare both"
                    </Button>
                    <Button kind=ButtonKind::Quiet on_press=move |()| finish.run(())>"Discard mine, take theirs"</Button>
                </p>
            </Show>
            <Inputs texts doing campaigns />
            <div class="form__whole"><DoingFailed doing /></div>
            <Foot edit theirs doing finish />
        </form>
        <ConflictDialog
            edit
            theirs
            on_rebased=Callback::new(move |rebased: LeadEdit| {
                texts.show(&rebased.mine);
                base.set(rebased);
                theirs.set(None);
                save.run(());
            })
            on_discard=Callback::new(move |()| {
                theirs.set(None);
                finish.run(());
                shell.changed();
            })
        />
    }
}

/// The buttons, and what is kept where.
#[component]
fn Foot(
    edit: Memo<LeadEdit>,
    theirs: RwSignal<Option<Lead>>,
    doing: Doing,
    finish: Callback<()>,
) -> impl IntoView {
    let is_dirty = move || edit.with(LeadEdit::is_dirty);
    let state = move || state_text(theirs.with(Option::is_some), doing.busy().get(), is_dirty());
    view! {
        <div class="form__actions form__whole">
            <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=super::super::write_block()>
                "Save"
            </Button>
            <Button on_press=finish>
                {move || if is_dirty() { "Discard changes" } else { "Close the form" }}
            </Button>
            <span class="edit__state" role="status">
                {state}
            </span>
        </div>
    }
}

/// What is said beside the buttons.
const fn state_text(collides: bool, saving: bool, dirty: bool) -> &'static str {
    match (collides, saving, dirty) {
        (true, _, _) => "Conflict: choose below",
        (_, true, _) => "Saving",
        (_, _, true) => "Not saved yet; the draft is kept in this browser",
        (_, _, false) => "No changes",
    }
}

/// Reads the lead as the server has it now, for the comparison.
fn look_again(id: LeadId, theirs: RwSignal<Option<Lead>>, shell: ShellState) {
    let look = read::<GetLead>(&[&id.to_string()], &NoQuery {});
    leptos::task::spawn_local(async move {
        match look.await {
            Ok(sourced) => theirs.set(Some(sourced.into_data())),
            Err(error) => shell.toasts.failed(error.line()),
        }
    });
}

#[component]
fn Inputs(texts: Texts, doing: Doing, campaigns: Load<Vec<Campaign>>) -> impl IntoView {
    LeadField::ALL
        .iter()
        .map(|field| input(*field, texts, doing, campaigns))
        .collect::<Vec<_>>()
}

fn input(field: LeadField, texts: Texts, doing: Doing, campaigns: Load<Vec<Campaign>>) -> AnyView {
    let signal = texts.0.with_value(|fields| {
        fields
            .iter()
            .find(|(known, _)| *known == field)
            .map(|(_, signal)| *signal)
    });
    let Some(value) = signal else {
        return ().into_any();
    };
    let id = format!("lead-edit-{}", field.wire_name());
    let error = doing.field(field.wire_name());
    match field {
        LeadField::CompanySize => {
            let options: Vec<(String, String)> = std::iter::once((String::new(), "Not known".to_owned()))
                .chain(
                    CompanySize::ALL
                        .iter()
                        .map(|size| (size.as_str().to_owned(), size.as_str().to_owned())),
                )
                .collect();
            view! { <SelectField id label=field.label() value options=Signal::stored(options) error /> }
                .into_any()
        }
        LeadField::Campaign => {
            let options = campaign_options(campaigns, value);
            view! { <SelectField id label=field.label() value options error /> }.into_any()
        }
        LeadField::Notes => view! {
            <div class="form__whole">
                <TextField id label=field.label() value kind=FieldKind::Area error />
            </div>
        }
        .into_any(),
        LeadField::Tags => {
            view! { <TextField id label=field.label() value help="Separated by commas." error /> }.into_any()
        }
        LeadField::Name => {
            view! { <TextField id label=field.label() value error required=true /> }.into_any()
        }
        LeadField::Phone => {
            view! { <TextField id label=field.label() value kind=FieldKind::Phone error /> }.into_any()
        }
        LeadField::Website => {
            view! { <TextField id label=field.label() value kind=FieldKind::Url error /> }.into_any()
        }
        _ => view! { <TextField id label=field.label() value error /> }.into_any(),
    }
}

/// No campaign, every known one, and the chosen one even where it is not among them.
pub fn campaign_options(
    campaigns: Load<Vec<Campaign>>,
    chosen: RwSignal<String>,
) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        let mut options = vec![(String::new(), "None".to_owned())];
        let known = campaigns.with(|campaigns| {
            campaigns
                .iter()
                .map(|campaign| (campaign.id.to_string(), campaign.name.clone()))
                .collect::<Vec<_>>()
        });
        options.extend(known.unwrap_or_default());
        let chosen = chosen.get();
        if !options.iter().any(|(id, _)| *id == chosen) {
            options.push((chosen, "The present campaign".to_owned()));
        }
        options
    })
}
