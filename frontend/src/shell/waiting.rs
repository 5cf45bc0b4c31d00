//! What stands before anybody knows who is signed in: nothing, or why the server does not say.

use std::time::Duration;

use leptos::prelude::*;

use crate::app::ShellState;
use crate::boot;

/// Between two questions.
const PERIOD: Duration = Duration::from_secs(3);

/// Asks until there is an answer.
#[component]
pub fn Waiting() -> impl IntoView {
    let session = ShellState::expect().session;
    let poll = set_interval_with_handle(move || session.ask(), PERIOD);
    on_cleanup(move || {
        if let Ok(handle) = poll {
            handle.clear();
        }
    });
    move || {
        session.failure().get().map(|why| {
            view! {
                <main class="door door--waiting">
                    <section class="door__card" role="alert" aria-labelledby="waiting-title">
                        <h1 class="door__title" id="waiting-title">"The server does not say who is signed in"</h1>
                        <p class="door__note">{why}</p>
                        <p class="door__note">"Nothing was changed. This page asks again every three seconds."</p>
                        <p class="door__foot">"Build " <code data-build-marker="">{boot::build().to_string()}</code></p>
                    </section>
                </main>
            }
        })
    }
}
