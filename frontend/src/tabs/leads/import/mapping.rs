//! What each column of the file becomes, with values from the file beside every choice.

use aicmo_shared::api::{MapImport, PreviewImport};
use aicmo_shared::campaign::Campaign;
use aicmo_shared::import::{FileReading, Import, ImportColumn, ImportMapping};
use leptos::prelude::*;

use super::super::detail::campaign_options;
use super::columns::{objections, sample_values};
use crate::api::{Load, Reading, command};
use crate::app::ShellState;
use crate::boot;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::components::field::SelectField;
use crate::format;

/// The form.
#[component]
pub fn MappingForm(
    /// The import.
    reading: Reading<Import>,
    /// Whether an earlier mapping is being changed.
    remapping: RwSignal<bool>,
    /// The campaigns to choose from.
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let file = Memo::new(move |_| reading.with(|import| import.reading.clone()));
    move || match file.get() {
        Some(file) => view! { <Columns file reading remapping campaigns /> }.into_any(),
        None => {
            view! { <p class="drop__text" role="status">"The file has not been read yet."</p> }.into_any()
        }
    }
}

#[component]
fn Columns(
    file: FileReading,
    reading: Reading<Import>,
    remapping: RwSignal<bool>,
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let blocked = super::write_block();
    let (id, suggested, campaign) = untrack(|| {
        reading.with(|import| {
            let campaign = import.campaign.map_or_else(String::new, |id| id.to_string());
            (import.id.to_string(), import.mapping.clone(), campaign)
        })
    });
    let key = format!("import-mapping:{id}");
    let kept = boot::draft(&key).and_then(|text| serde_json::from_str::<Vec<ImportColumn>>(&text).ok());
    let start = kept
        .filter(|kept| kept.len() == file.headers.len())
        .unwrap_or(suggested);
    let chosen: Vec<RwSignal<String>> = (0..file.headers.len())
        .map(|place| {
            RwSignal::new(
                start
                    .get(place)
                    .copied()
                    .unwrap_or(ImportColumn::Ignore)
                    .as_str()
                    .to_owned(),
            )
        })
        .collect();
    let campaign = RwSignal::new(campaign);
    let accepts = RwSignal::new(untrack(|| reading.with(|import| import.accepts_without_identity)));
    let signals = chosen.clone();
    let columns = Memo::new(move |_| {
        signals
            .iter()
            .map(|signal| signal.with(|word| word.parse().unwrap_or(ImportColumn::Ignore)))
            .collect::<Vec<ImportColumn>>()
    });
    let draft = key.clone();
    Effect::new(move |before: Option<()>| {
        let text = columns.with(|columns| serde_json::to_string(columns).unwrap_or_default());
        if before.is_some() {
            boot::keep_draft(&draft, &text);
        }
    });
    let headers = file.headers.clone();
    let wrong = Memo::new(move |_| columns.with(|columns| objections(columns, &headers, accepts.get())));
    let why_not = Signal::derive(move || {
        blocked
            .get()
            .or_else(|| wrong.with(|wrong| wrong.first().cloned()))
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if why_not.with_untracked(Option::is_some) {
            return;
        }
        let mapping = ImportMapping {
            columns: columns.get_untracked(),
            campaign: campaign.get_untracked().parse().ok(),
            accepts_without_identity: accepts.get_untracked(),
        };
        let id = id.clone();
        let key = key.clone();
        let work = async move {
            command::<MapImport>(&[&id], &mapping, None).await?;
            boot::drop_draft(&key);
            command::<PreviewImport>(&[&id], &(), None).await
        };
        doing.run_or(
            work,
            move |import: Import| {
                remapping.set(false);
                let rows = format::counted(import.counts.total, "row has", "rows have");
                shell
                    .toasts
                    .done(format!("{rows} a verdict now. No lead was written."));
                shell.changed();
            },
            move |error| {
                shell.changed();
                Some(error)
            },
        );
    };
    let rows: Vec<_> = file
        .headers
        .iter()
        .zip(chosen)
        .enumerate()
        .map(|(place, (header, value))| column_row(place, header, value, sample_values(&file, place)))
        .collect();
    view! {
        <p class="import__reading">
            {format!(
                "Read as {}, separated by {}, header in row {}.",
                file.encoding, file.delimiter, file.header_row
            )}
        </p>
        <form class="form mapping" novalidate aria-label="Columns" on:submit=submit>
            <div class="table__scroll" role="region" aria-label="Columns of the file" tabindex="0">
                <table class="table mapping__table">
                    <caption class="unseen">"Each column of the file, values from it, and what it becomes"</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="table__cell">"Column of the file"</th>
                            <th scope="col" class="table__cell">"First values"</th>
                            <th scope="col" class="table__cell">"Becomes"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <SelectField
                id="aicmo-import-campaign"
                label="Campaign of new leads"
                value=campaign
                options=campaign_options(campaigns, campaign)
                help="A lead that belongs to a campaign already stays there."
            />
            <label class="scope">
                <input
                    type="checkbox"
                    prop:checked=move || accepts.get()
                    on:change=move |event| accepts.set(event_target_checked(&event))
                />
                <span>
                    "Accept rows without identity: rows with neither e-mail, telephone nor profile become leads that \
                     nothing finds again"
                </span>
            </label>
            {move || {
                let found = wrong.get();
                (!found.is_empty()).then(|| view! {
                    <ul class="notice notice--warn mapping__wrong" role="status">
                        {found.into_iter().map(|text| view! { <li>{text}</li> }).collect::<Vec<_>>()}
                    </ul>
                })
            }}
            <DoingFailed doing lists_fields=true />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=why_not>
                    "Run the dry run"
                </Button>
                <Show when=move || remapping.get()>
                    <Button on_press=move |()| remapping.set(false)>"Keep the mapping"</Button>
                </Show>
                <span class="edit__state" role="status">
                    {move || if doing.busy().get() { "Every row is being checked. A large file takes a moment." } else { "" }}
                </span>
            </div>
            {move || blocked.get().map(|why| view! { <p class="blocked">{why}</p> })}
        </form>
    }
}

fn column_row(
    place: usize,
    header: &str,
    value: RwSignal<String>,
    sample: Vec<String>,
) -> impl IntoView + use<> {
    let header = if header.trim().is_empty() {
        format!("column {}", place + 1)
    } else {
        header.to_owned()
    };
    let options: Vec<_> = ImportColumn::ALL
        .iter()
        .map(|column| {
            let word = column.as_str();
            view! {
                <option value=word selected=move || value.with(|value| value == word)>{column.label()}</option>
            }
        })
        .collect();
    let is_out = move || value.with(|value| value == ImportColumn::Ignore.as_str());
    let values = if sample.is_empty() {
        view! { <span class="nothing">"empty in the first rows"</span> }.into_any()
    } else {
        sample
            .into_iter()
            .map(|text| view! { <span class="mapping__sample">{text}</span> })
            .collect::<Vec<_>>()
            .into_any()
    };
    view! {
        <tr class:mapping__row--out=is_out>
            <th scope="row" class="table__cell mapping__header">{header.clone()}</th>
            <td class="table__cell mapping__values">{values}</td>
            <td class="table__cell">
                <select
                    class="field__input field__input--select"
                    aria-label=format!("What {header} becomes")
                    prop:value=move || value.get()
                    on:change=move |event| value.set(event_target_value(&event))
                >
                    {options}
                </select>
            </td>
        </tr>
    }
}
