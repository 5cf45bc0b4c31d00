//! The proof that the trail is whole, and the way to take it out of the house.

use aicmo_shared::access::Capability;
use aicmo_shared::api::{ExportAudit, VerifyAudit};
use aicmo_shared::audit::{AuditChainReport, AuditExport, AuditFilter, AuditFormat};
use leptos::prelude::*;

use super::address::AuditAddress;
use crate::api;
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::pill::{Pill, Tone};
use crate::format;
use crate::session::Allowed;

/// The two actions, and what the last verification found.
#[component]
pub fn Chain(
    /// The filter, for a table of what is on screen.
    address: Memo<AuditAddress>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let verifying = Doing::default();
    let exporting = Doing::default();
    let found = RwSignal::new(None::<AuditChainReport>);
    let verify = Callback::new(move |()| {
        verifying.run(api::command::<VerifyAudit>(&[], &(), None), move |report| {
            found.set(Some(report));
        });
    });
    let export = move |format: AuditFormat| {
        let filter = match format {
            AuditFormat::Ndjson => AuditFilter::default(),
            AuditFormat::Csv => address.with_untracked(|address| address.filter(format::day_begins)),
        };
        let body = AuditExport { format, filter };
        exporting.run(api::download::<ExportAudit>(&[], &body), move |file| {
            dom::save(&format!("audit-trail.{format}"), &file);
            shell.toasts.done(match format {
                AuditFormat::Ndjson => {
                    "The whole trail is in your downloads. Check it anywhere with: aicmo audit verify --file."
                }
                AuditFormat::Csv => "The entries under the filter are in your downloads, as a table.",
            });
        });
    };
    let export_all = Callback::new(move |()| export(AuditFormat::Ndjson));
    let export_table = Callback::new(move |()| export(AuditFormat::Csv));
    view! {
        <section class="panel audit__chain" aria-labelledby="audit-chain-title">
            <header class="panel__head">
                <h2 class="panel__title" id="audit-chain-title">"Proof"</h2>
            </header>
            <div class="panel__body">
                <p class="audit__note">
                    "Each row carries a hash over itself and the row before: a changed byte, a removed or a moved row is found."
                </p>
                <div class="audit__actions">
                    <Allowed needs=Capability::VerifyAudit>
                        <Button kind=ButtonKind::Primary on_press=verify busy=verifying.busy()>"Verify the chain"</Button>
                    </Allowed>
                    <Allowed needs=Capability::ExportAudit>
                        <Button on_press=export_all busy=exporting.busy()>"Export all, verifiable"</Button>
                        <Button on_press=export_table busy=exporting.busy()>"Export what is filtered, as a table"</Button>
                    </Allowed>
                </div>
                <div role="status">{move || found.get().map(|report| view! { <Found report /> })}</div>
                <DoingFailed doing=verifying />
                <DoingFailed doing=exporting />
            </div>
        </section>
    }
}

/// What the verification found.
#[component]
fn Found(report: AuditChainReport) -> impl IntoView {
    let rows = format::counted(report.rows, "row", "rows");
    let (tone, word, text) = match &report.broken {
        None if report.is_intact => (
            Tone::Good,
            "Intact",
            format!("{rows} checked: every one stands as it was written."),
        ),
        None => (Tone::Bad, "Broken", format!("{rows} checked.")),
        Some(broken) => (
            Tone::Bad,
            "Broken",
            format!(
                "Row {} {}. Rows before it are as they were written; do not trust the ones from it on.",
                format::count(broken.seq),
                broken.fault.meaning()
            ),
        ),
    };
    view! {
        <div class="audit__found" data-chain=if report.is_intact { "intact" } else { "broken" }>
            <p class="audit__line">
                <Pill tone word />
                {text}
            </p>
            <p class="audit__note">
                {format!(
                    "Checked {} in {} ms. Newest row: {}, hash ",
                    format::moment(report.checked_at),
                    report.took_ms,
                    format::count(report.head_seq),
                )}
                <code class="audit__hash">{report.head_hash}</code>
                ". Keep this hash elsewhere: it shows later whether the whole trail was written anew."
            </p>
        </div>
    }
}
