//! The two steps to a bulk change: what shall change, and what that would do, confirmed by its number.

use aicmo_shared::api::{PreviewBulk, StartBulk};
use aicmo_shared::campaign::Campaign;
use aicmo_shared::job::{BulkDraft, BulkPreview, BulkQuestion, Job, LeadChange, LeadSelection};
use aicmo_shared::lead::{LeadStatus, LostReason};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::super::place::Place;
use super::draft::{Fields, Kind, Missing};
use crate::api::{Load, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{FieldKind, SelectField, TextField};
use crate::format;

const FIRST: &str = "aicmo-bulk-first";
const REASON: &str = "aicmo-bulk-reason";

/// The dialog of whichever change is asked for.
#[component]
pub fn BulkDialog(
    /// Which change; none while it is closed.
    asked: RwSignal<Option<Kind>>,
    /// The leads that are meant.
    selection: Callback<(), LeadSelection>,
    /// The campaigns to choose from.
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let kind = RwSignal::new(Kind::Status);
    Effect::new(move || {
        if let Some(asked) = asked.get() {
            kind.set(asked);
            open.set(true);
        }
    });
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            asked.set(None);
        }
        now
    });
    let title = Signal::derive(move || kind.get().title().to_owned());
    view! {
        <Dialog open title>
            <Steps kind=kind.get_untracked() open selection campaigns />
        </Dialog>
    }
}

#[component]
fn Steps(
    kind: Kind,
    open: RwSignal<bool>,
    selection: Callback<(), LeadSelection>,
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let form = Form {
        kind,
        status: RwSignal::new(String::new()),
        lost: RwSignal::new(String::new()),
        tags: RwSignal::new(String::new()),
        owner: RwSignal::new(String::new()),
        campaign: RwSignal::new(String::new()),
        reason: RwSignal::new(String::new()),
    };
    let previewed = RwSignal::new(None::<(BulkQuestion, BulkPreview)>);
    let is_confirming = Memo::new(move |_| previewed.with(Option::is_some));
    let looking = Doing::default();
    let look = Callback::new(move |change: LeadChange| {
        let question = BulkQuestion {
            selection: selection.run(()),
            change,
        };
        let call = command::<PreviewBulk>(&[], &question, None);
        looking.run(call, move |preview| previewed.set(Some((question, preview))));
    });
    view! {
        <Show
            when=move || is_confirming.get()
            fallback=move || view! { <What form looking look open campaigns /> }
        >
            <Confirm form previewed looking look open />
        </Show>
    }
}

#[derive(Clone, Copy)]
struct Form {
    kind: Kind,
    status: RwSignal<String>,
    lost: RwSignal<String>,
    tags: RwSignal<String>,
    owner: RwSignal<String>,
    campaign: RwSignal<String>,
    reason: RwSignal<String>,
}

impl Form {
    fn fields(self) -> Fields {
        Fields {
            status: self.status.get(),
            lost: self.lost.get(),
            tags: self.tags.get(),
            owner: self.owner.get(),
            campaign: self.campaign.get(),
            reason: self.reason.get(),
        }
    }
}

/// The first step: what shall change.
#[component]
fn What(
    form: Form,
    looking: Doing,
    look: Callback<LeadChange>,
    open: RwSignal<bool>,
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let kind = form.kind;
    let missing = RwSignal::new(None::<Missing>);
    dom::focus_soon(if kind == Kind::DoNotContact { REASON } else { FIRST });
    let error = move |of: Missing, pointer: &'static str| {
        let server = looking.field(pointer);
        Signal::derive(move || {
            missing
                .get()
                .filter(|missing| *missing == of)
                .map(|missing| missing.sentence().to_owned())
                .or_else(|| server.get())
        })
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        match untrack(|| form.fields()).change(kind) {
            Ok(change) => {
                missing.set(None);
                look.run(change);
            }
            Err(what) => missing.set(Some(what)),
        }
    };
    let is_lost = Memo::new(move |_| kind == Kind::Status && form.fields().is_lost());
    let tags_help = "Separated by commas.";
    let field = match kind {
        Kind::Status => {
            let options = Signal::stored(choices(
                "Choose a status",
                LeadStatus::ALL
                    .iter()
                    .map(|s| (s.as_str().to_owned(), s.as_str().to_owned())),
            ));
            let codes = Signal::stored(choices(
                "Choose a reason",
                LostReason::ALL
                    .iter()
                    .map(|r| (r.as_str().to_owned(), format::spaced(r.as_str()))),
            ));
            view! {
                <SelectField
                    id=FIRST
                    label="New status"
                    value=form.status
                    options
                    help="A lead that cannot take this step keeps its status and is listed with the reason."
                    error=error(Missing::Status, "change/to")
                    required=true
                />
                <Show when=move || is_lost.get()>
                    <SelectField
                        id="aicmo-bulk-lost"
                        label="Why they are lost"
                        value=form.lost
                        options=codes
                        error=error(Missing::Lost, "change/reason_code")
                        required=true
                    />
                </Show>
            }
            .into_any()
        }
        Kind::AddTags | Kind::RemoveTags => view! {
            <TextField
                id=FIRST
                label="Tags"
                value=form.tags
                help=tags_help
                error=error(Missing::Tags, "change/tags")
                required=true
            />
        }
        .into_any(),
        Kind::Owner => view! {
            <TextField
                id=FIRST
                label="Owner"
                value=form.owner
                help="Empty takes the leads from whoever has them."
                error=looking.field("change/owner")
            />
        }
        .into_any(),
        Kind::Campaign => {
            let options = Signal::derive(move || {
                let list = campaigns.with(Clone::clone).unwrap_or_default();
                choices(
                    "No campaign",
                    list.into_iter().map(|c| (c.id.to_string(), c.name)),
                )
            });
            view! {
                <SelectField
                    id=FIRST
                    label="Campaign"
                    value=form.campaign
                    options
                    error=looking.field("change/campaign")
                />
            }
            .into_any()
        }
        Kind::DoNotContact => view! {
            <p class="form__consequence">
                "Nobody of them is written to any more, whatever campaign they are in. It cannot be undone."
            </p>
        }
        .into_any(),
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            {field}
            <TextField
                id=REASON
                label="Reason"
                value=form.reason
                kind=FieldKind::Area
                help="3 to 500 characters; kept with the change and your name. Needed for do-not-contact and for \
                      opening lost leads again."
                error=error(Missing::Reason, "reason")
                max=500_u32
            />
            <DoingFailed doing=looking lists_fields=true />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=looking.busy()>"See what it would do"</Button>
                <Button on_press=move |()| open.set(false)>"Cancel"</Button>
            </div>
        </form>
    }
}

fn choices(none: &str, words: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), none.to_owned()))
        .chain(words)
        .collect()
}

/// The second step: what it would do, confirmed by the number of leads.
#[component]
fn Confirm(
    form: Form,
    previewed: RwSignal<Option<(BulkQuestion, BulkPreview)>>,
    looking: Doing,
    look: Callback<LeadChange>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let starting = Doing::default();
    let navigate = use_navigate();
    let understood = RwSignal::new(false);
    let is_final = Memo::new(move |_| {
        previewed.with(|seen| seen.as_ref().is_some_and(|(_, preview)| !preview.can_be_undone))
    });
    let count =
        Memo::new(move |_| previewed.with(|seen| seen.as_ref().map_or(0, |(_, preview)| preview.count)));
    let blocked = Signal::derive(move || {
        if count.get() == 0 {
            Some("no lead is meant".to_owned())
        } else if is_final.get() && !understood.get() {
            Some("tick that you understand".to_owned())
        } else {
            None
        }
    });
    let start = move |()| {
        let Some((question, preview)) = previewed.get_untracked() else {
            return;
        };
        let change = question.change.clone();
        let draft = BulkDraft {
            selection: question.selection,
            change: question.change,
            expected_count: preview.count,
            reason: untrack(|| form.fields()).reason(),
        };
        let navigate = navigate.clone();
        starting.run_or(
            command::<StartBulk>(&[], &draft, None),
            move |job: Job| {
                open.set(false);
                shell.changed();
                navigate(&Place::Change(job.id).address(), NavigateOptions::default());
            },
            move |error| {
                if error.field("expected_count").is_some() {
                    // People came or went meanwhile: the new number is looked up, and confirmed anew.
                    look.run(change);
                }
                Some(error)
            },
        );
    };
    dom::focus_soon("aicmo-bulk-confirm");
    view! {
        <div class="form">
            {move || previewed.get().map(|(question, preview)| summary(&question.change, &preview))}
            <Show when=move || is_final.get()>
                <label class="switch">
                    <input
                        type="checkbox"
                        prop:checked=move || understood.get()
                        on:change=move |event| understood.set(event_target_checked(&event))
                    />
                    <span>"I understand that this cannot be undone"</span>
                </label>
            </Show>
            <DoingFailed doing=looking lists_fields=true />
            <DoingFailed doing=starting lists_fields=true />
            <div class="form__actions">
                {move || {
                    let kind = if is_final.get() { ButtonKind::Danger } else { ButtonKind::Primary };
                    let start = start.clone();
                    view! {
                        <Button kind id="aicmo-bulk-confirm" on_press=start blocked busy=starting.busy()>
                            {move || format!("Change {}", format::counted(count.get(), "lead", "leads"))}
                        </Button>
                    }
                }}
                <Button on_press=move |()| previewed.set(None)>"Back"</Button>
            </div>
        </div>
    }
}

/// What a change would do, in words and numbers.
fn summary(change: &LeadChange, preview: &BulkPreview) -> impl IntoView + use<> {
    let leads = |n: u64| format::counted(n, "lead", "leads");
    let looked = if preview.judged < preview.count {
        format!(
            "{} are meant. Of the newest {}:",
            leads(preview.count),
            format::count(preview.judged)
        )
    } else {
        format!(
            "{} meant:",
            format::counted(preview.count, "lead is", "leads are")
        )
    };
    let mut lines = vec![(leads(preview.changed), "would change".to_owned())];
    if preview.unchanged > 0 {
        lines.push((leads(preview.unchanged), "would stay: so already".to_owned()));
    }
    lines.extend(preview.refused.iter().map(|refused| {
        (
            leads(refused.count),
            format!("would refuse: {}", refused.reason.meaning()),
        )
    }));
    let lines: Vec<_> = lines
        .into_iter()
        .map(|(number, what)| view! { <li><strong>{number}</strong>{format!(" {what}")}</li> })
        .collect();
    let undo = if preview.can_be_undone {
        "It can be undone for ten minutes after its end."
    } else {
        "It cannot be undone."
    };
    view! {
        <p class="form__consequence">{format!("{}.", change.describe())}</p>
        <p>{looked}</p>
        <ul class="row-notes">{lines}</ul>
        <p class="drop__text">{undo}</p>
    }
}
