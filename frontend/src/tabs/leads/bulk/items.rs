//! The leads of a bulk change with what became of each, one outcome at a time or all.

use aicmo_shared::JobId;
use aicmo_shared::api::{JobItemQuery, ListJobItems};
use aicmo_shared::job::{ItemOutcome, ItemUndo, Job, JobItem};
use leptos::prelude::*;

use crate::api::{self, Load, Reading};
use crate::components::button::Button;
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::table::{CELL_NUMBER, Column, Table};
use crate::format;

/// Rows of a page.
const PAGE: u32 = 50;

/// Which leads are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    All,
    Of(ItemOutcome),
    /// Those that an undo left.
    Kept,
}

impl Shown {
    fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Of(outcome) => outcome.as_str(),
            Self::Kept => "kept by the undo",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::All => "Every lead of the change",
            Self::Of(outcome) => outcome.label(),
            Self::Kept => "Changed by somebody since, so the undo left them",
        }
    }

    const fn count(self, job: &Job) -> u64 {
        match self {
            Self::All => job.total,
            Self::Of(ItemOutcome::Changed) => job.changed,
            Self::Of(ItemOutcome::Unchanged) => job.unchanged,
            Self::Of(ItemOutcome::Refused) => job.refused,
            Self::Kept => job.kept,
        }
    }
}

/// The panel of the leads.
#[component]
pub fn JobItems(
    /// Which bulk change.
    id: JobId,
    /// The bulk change, for the counts beside the choices.
    job: Load<Job>,
) -> impl IntoView {
    let shown = RwSignal::new(Shown::All);
    let pages = RwSignal::new(PageStack::default());
    let of = Signal::derive(move || shown.get().word().to_owned());
    let key = id.to_string();
    let items = Load::new(move || {
        let cursor = of.with(|of| pages.with(|pages| pages.cursor(of)));
        let (outcome, undo) = match shown.get() {
            Shown::All => (None, None),
            Shown::Of(outcome) => (Some(outcome), None),
            Shown::Kept => (None, Some(ItemUndo::Kept)),
        };
        let query = JobItemQuery {
            outcome,
            undo,
            cursor,
            limit: Some(PAGE),
        };
        api::read::<ListJobItems>(&[&key], &query)
    });
    view! {
        <Panel
            name="job-items"
            title="Leads"
            data=items
            skeleton=8
            flush=true
            toolbar=move || view! { <Choices shown job /> }
            empty=move || view! {
                <p class="empty__title">"No lead is like that"</p>
                <Button on_press=move |()| shown.set(Shown::All)>"Show all leads"</Button>
            }
            let:reading
        >
            <Items reading />
            <Pager
                pages
                of
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || reading.with(Vec::len))
                one="lead"
                many="leads"
            />
        </Panel>
    }
}

#[component]
fn Choices(shown: RwSignal<Shown>, job: Load<Job>) -> impl IntoView {
    let choices = std::iter::once(Shown::All)
        .chain(ItemOutcome::ALL.iter().copied().map(Shown::Of))
        .chain([Shown::Kept]);
    let chips: Vec<_> = choices
        .map(|choice| {
            view! {
                <button
                    type="button"
                    class="chip"
                    title=choice.meaning()
                    aria-pressed=move || (shown.get() == choice).to_string()
                    on:click=move |_| shown.set(choice)
                >
                    {choice.word()}
                    <span class="chip__count">
                        {move || job.with(|job| choice.count(job)).map(format::count)}
                    </span>
                </button>
            }
        })
        .collect();
    view! { <div class="chips" role="group" aria-label="Leads by outcome">{chips}</div> }
}

#[component]
fn Items(reading: Reading<Vec<JobItem>>) -> impl IntoView {
    let columns = vec![
        Column::number("No."),
        Column::text("Lead"),
        Column::text("Outcome"),
        Column::text("Why"),
    ];
    view! {
        <Table caption="Leads of the bulk change, in its order" columns>
            <For
                each=move || reading.get()
                key=|item| (item.number, item.outcome, item.undo)
                children=move |item| row(item)
            />
        </Table>
    }
}

fn row(item: JobItem) -> impl IntoView {
    let who = match item.name {
        Some(name) => {
            view! { <a class="lead__name" href=format!("/leads/{}", item.lead)>{name}</a> }.into_any()
        }
        None => view! { <span class="nothing">"gone"</span> }.into_any(),
    };
    let outcome = match item.outcome {
        Some(outcome) => view! {
            <Pill tone=tone_of(outcome) word=outcome.as_str() title=outcome.label().to_owned() />
        }
        .into_any(),
        None => view! { <span class="nothing">"waits"</span> }.into_any(),
    };
    let why = match (item.refusal, item.undo) {
        (Some(refusal), _) => format!("{}.", refusal.meaning()),
        (None, Some(ItemUndo::TakenBack)) => "Taken back.".to_owned(),
        (None, Some(ItemUndo::Kept)) => "Changed by somebody since, so the undo left it.".to_owned(),
        (None, None) => String::new(),
    };
    view! {
        <tr>
            <td class=format!("table__cell {CELL_NUMBER}")>{format::count(item.number)}</td>
            <th scope="row" class="table__cell">{who}</th>
            <td class="table__cell">{outcome}</td>
            <td class="table__cell">{why}</td>
        </tr>
    }
}

const fn tone_of(outcome: ItemOutcome) -> Tone {
    match outcome {
        ItemOutcome::Changed => Tone::Good,
        ItemOutcome::Unchanged => Tone::Neutral,
        ItemOutcome::Refused => Tone::Warn,
    }
}
