//! Choose or drop a file, see it travel, and read why it was refused.

use aicmo_shared::ErrorCode;
use aicmo_shared::api::UploadImport;
use aicmo_shared::import::Import;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use web_sys::{DragEvent, File, XmlHttpRequest};

use super::super::place::Place;
use crate::api::{ClientError, upload_with_progress};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::Doing;
use crate::format;

/// A file on its way.
#[derive(Clone, Debug, PartialEq)]
struct Travelling {
    name: String,
    size: u64,
    share: f64,
}

/// The place to drop a file.
#[component]
pub fn DropFile() -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let blocked = super::write_block();
    let travelling = RwSignal::new(None::<Travelling>);
    let over = RwSignal::new(false);
    let request = StoredValue::new_local(None::<XmlHttpRequest>);
    let navigate = use_navigate();
    let send = Callback::new(move |file: File| {
        let size = file_size(&file);
        travelling.set(Some(Travelling {
            name: file.name(),
            size,
            share: 0.0,
        }));
        let upload = upload_with_progress::<UploadImport>(&file, move |share| {
            let _ = travelling.try_update(|file| {
                if let Some(file) = file {
                    file.share = share;
                }
            });
        });
        request.set_value(upload.request());
        let navigate = navigate.clone();
        doing.run_or(
            upload,
            move |import: Import| {
                travelling.set(None);
                shell.changed();
                navigate(&Place::Import(import.id).address(), NavigateOptions::default());
            },
            Some,
        );
    });
    let take = Callback::new(move |file: Option<File>| {
        if let (Some(file), None, false) = (file, blocked.get_untracked(), doing.busy().get_untracked()) {
            send.run(file);
        }
    });
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        take.run(
            event
                .data_transfer()
                .and_then(|data| data.files())
                .and_then(|files| files.get(0)),
        );
    };
    let cancel = move |()| {
        if let Some(Some(request)) = request.try_update_value(Option::take) {
            let _ = request.abort();
        }
        travelling.set(None);
    };
    let is_travelling = move || doing.busy().get() && travelling.with(Option::is_some);
    view! {
        <section
            class="drop"
            class:drop--over=move || over.get()
            aria-label="Import a file"
            on:dragover=move |event: DragEvent| {
                event.prevent_default();
                over.set(blocked.with_untracked(Option::is_none));
            }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <Show when=is_travelling fallback=move || view! { <Choose take blocked /> }>
                <Travel travelling on_cancel=Callback::new(cancel) />
            </Show>
            {move || doing.error().get().map(|error| {
                let name = travelling.with_untracked(|file| file.as_ref().map(|file| file.name.clone()));
                view! { <Refused error name=name.unwrap_or_else(|| "The file".to_owned()) /> }
            })}
        </section>
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a file size is a whole number"
)]
fn file_size(file: &File) -> u64 {
    file.size() as u64
}

/// The button behind which the browser asks for a file.
#[component]
fn Choose(take: Callback<Option<File>>, blocked: Signal<Option<String>>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            take.run(input.files().and_then(|files| files.get(0)));
            input.set_value("");
        }
    };
    let ask = move |()| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <p class="drop__title">"Import a file of leads"</p>
        <p class="drop__text">
            "Drop a CSV file here, or choose one. Comma, semicolon, tab or pipe; UTF-8, UTF-16 or Windows-1252. Nothing is written before you have seen a dry run."
        </p>
        <input
            class="unseen"
            id="aicmo-import-file"
            type="file"
            tabindex="-1"
            aria-label="File of leads"
            accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"
            node_ref=input
            disabled=move || blocked.with(Option::is_some)
            on:change=chosen
        />
        <Button kind=ButtonKind::Primary id="aicmo-import-choose" blocked=blocked on_press=ask>"Choose a file"</Button>
        {move || blocked.get().map(|why| view! { <p class="blocked">{why}</p> })}
    }
}

#[component]
fn Travel(travelling: RwSignal<Option<Travelling>>, on_cancel: Callback<()>) -> impl IntoView {
    let share = move || travelling.with(|file| file.as_ref().map_or(0.0, |file| file.share));
    let text = move || {
        travelling.with(|file| {
            file.as_ref().map(|file| {
                if file.share < 1.0 {
                    format!("Sending {} ({})", file.name, format::bytes(file.size))
                } else {
                    format!("{} has arrived. The server reads it.", file.name)
                }
            })
        })
    };
    view! {
        <p class="drop__title" role="status">{text}</p>
        <progress class="progress" max="1" value=move || share().to_string() aria-label="Share of the file that is sent">
        </progress>
        <p class="drop__text">{move || format!("{} %", format::percent(100.0 * share()))}</p>
        <Button on_press=on_cancel>"Stop sending"</Button>
    }
}

/// Why the whole file was refused: where, what, and what to do.
#[component]
fn Refused(error: ClientError, name: String) -> impl IntoView {
    let extra = |key: &str| {
        error
            .problem()
            .and_then(|problem| problem.extras.get(key))
            .and_then(|value| match value {
                serde_json::Value::String(text) => Some(text.clone()),
                serde_json::Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
    };
    let places: Vec<_> = [
        ("Row", extra("row")),
        ("Column", extra("column")),
        ("Value", extra("value")),
    ]
    .into_iter()
    .filter_map(|(word, value)| Some((word, value?)))
    .map(|(word, value)| view! { <div><dt>{word}</dt><dd><code>{value}</code></dd></div> })
    .collect();
    let detail = error.detail();
    let reasons: Vec<_> = error
        .problem()
        .map(|problem| {
            problem
                .errors
                .iter()
                .filter(|field| field.message != detail)
                .map(|field| view! { <li>{field.message.clone()}</li> })
                .collect()
        })
        .unwrap_or_default();
    let advice = match error.error_code() {
        Some(ErrorCode::ValidationFailed | ErrorCode::UnsupportedMediaType) => {
            "Nothing was written. Correct the file and choose it again."
        }
        _ => error.hint(),
    };
    let request = error.request_id().map(str::to_owned);
    view! {
        <div class="failure failure--inline" role="alert">
            <p class="failure__title">{format!("{name} was not imported")}</p>
            <p class="failure__detail">{detail}</p>
            {(!places.is_empty()).then(|| view! { <dl class="refused__place">{places}</dl> })}
            {(!reasons.is_empty()).then(|| view! { <ul class="failure__fields">{reasons}</ul> })}
            <p class="failure__hint">{advice}</p>
            <p class="failure__ids">
                <code>{error.code()}</code>
                {request.map(|id| view! { <span>" · request "<code>{id}</code></span> })}
            </p>
        </div>
    }
}
