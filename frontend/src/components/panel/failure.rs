//! The error card of a panel: what happened, what to do, and what support needs to know.

use leptos::prelude::*;

use crate::api::ClientError;
use crate::boot;
use crate::components::button::{Button, ButtonKind};
use crate::format;

/// A failure in words, with Retry and the debug details.
#[expect(clippy::needless_pass_by_value, reason = "a component owns what it is given")]
#[component]
pub fn ErrorCard(
    /// What failed.
    error: ClientError,
    /// Asks again.
    #[prop(into)]
    on_retry: Callback<()>,
    /// Whether asking again is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Says what stands below it, when the last good value does.
    #[prop(optional, into)]
    note: Option<String>,
) -> impl IntoView {
    let request = error.request_id().map(str::to_owned);
    let details = [
        ("Type", Some(error.code().to_owned())),
        ("Message", Some(error.detail())),
        ("Cause", error.raw()),
        ("Route", Some(error.route.clone())),
        (
            "Time",
            Some(format!("{} ({})", format::clock(error.at), error.at)),
        ),
        ("Console build", Some(boot::build().to_string())),
    ];
    let open = RwSignal::new(false);
    let rows: Vec<_> = details
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .map(|(name, value)| view! { <dt>{name}</dt><dd><code>{value}</code></dd> })
        .collect();
    view! {
        <div class="failure" role="alert">
            <p class="failure__title">{error.title()}</p>
            <p class="failure__detail">{error.detail()}</p>
            <p class="failure__hint">{error.hint()} {note.map(|note| format!(" {note}"))}</p>
            <p class="failure__ids">
                <code>{error.code()}</code>
                {request.map(|id| view! { <span>" · request "<code class="failure__request">{id}</code></span> })}
            </p>
            <div class="failure__actions">
                <Button kind=ButtonKind::Secondary on_press=on_retry busy=busy>"Retry"</Button>
                <button
                    class="button button--quiet"
                    type="button"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    "Debug details"
                </button>
            </div>
            <dl class="facts facts--tight failure__debug" hidden=move || !open.get()>
                {rows}
            </dl>
        </div>
    }
}
