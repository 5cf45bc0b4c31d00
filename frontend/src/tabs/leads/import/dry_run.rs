//! What would happen: rows per verdict, and the step that makes it so.

use aicmo_shared::access::Capability;
use aicmo_shared::api::CommitImport;
use aicmo_shared::import::{Import, RowVerdict, VerdictCounts};
use leptos::prelude::*;

use super::stage::{count_of, tone_of_verdict};
use crate::api::{Reading, command};
use crate::app::ShellState;
use crate::components::bars::{Bar, Bars};
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::format;
use crate::session::Allowed;

/// The verdicts as bars.
#[component]
pub fn Verdicts(
    /// The import.
    reading: Reading<Import>,
) -> impl IntoView {
    let bars = Signal::derive(move || {
        reading.with(|import| {
            RowVerdict::ALL
                .iter()
                .map(|verdict| Bar {
                    word: verdict.as_str().to_owned(),
                    meaning: verdict.meaning().to_owned(),
                    count: count_of(&import.counts, *verdict),
                    tone: tone_of_verdict(*verdict),
                    href: None,
                })
                .collect()
        })
    });
    view! {
        <Bars
            title="Rows by verdict"
            word_title="Verdict"
            count_title="Rows"
            bars
            mock=Signal::derive(move || reading.mock_reason().is_some())
        />
    }
}

/// Rows that a commit would use.
fn usable(counts: &VerdictCounts) -> u64 {
    counts.total.saturating_sub(counts.invalid)
}

/// What a commit would do, in one sentence.
fn consequence(counts: &VerdictCounts) -> String {
    let mut parts = Vec::new();
    for (count, one, many) in [
        (counts.new, "lead is created", "leads are created"),
        (counts.merged, "known lead is filled", "known leads are filled"),
        (counts.unchanged, "gets a touch only", "get a touch only"),
        (
            counts.suppressed,
            "is kept as do-not-contact",
            "are kept as do-not-contact",
        ),
        (counts.invalid, "row is left out", "rows are left out"),
    ] {
        if count > 0 {
            parts.push(format::counted(count, one, many));
        }
    }
    if parts.is_empty() {
        "The file has no rows.".to_owned()
    } else {
        format!("{}.", parts.join(", "))
    }
}

/// The dry run's counts and the way on.
#[component]
pub fn DryRun(
    /// The import.
    reading: Reading<Import>,
    /// Goes back to the mapping.
    remapping: RwSignal<bool>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let blocked = super::write_block();
    let counts = Memo::new(move |_| reading.with(|import| import.counts));
    let why_not = Signal::derive(move || {
        blocked.get().or_else(|| {
            counts
                .with(|counts| usable(counts) == 0)
                .then(|| "no row of this file can be used".to_owned())
        })
    });
    let commit = move |()| {
        let id = untrack(|| reading.with(|import| import.id.to_string()));
        doing.run_or(
            command::<CommitImport>(&[&id], &(), None),
            move |_: Import| shell.changed(),
            move |error| {
                shell.changed();
                Some(error)
            },
        );
    };
    view! {
        <Verdicts reading />
        <p class="import__consequence">{move || counts.with(consequence)}</p>
        <DoingFailed doing />
        <Allowed needs=Capability::RunImports>
            <div class="form__actions">
                <Button kind=ButtonKind::Primary on_press=commit busy=doing.busy() blocked=why_not>
                    {move || format!("Commit {}", format::counted(counts.with(usable), "row", "rows"))}
                </Button>
                <Button on_press=move |()| remapping.set(true)>"Change the mapping"</Button>
            </div>
            {move || why_not.get().map(|why| view! { <p class="blocked">{why}</p> })}
        </Allowed>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_consequence_names_only_what_happens() {
        let counts = VerdictCounts {
            total: 10_000,
            new: 9_871,
            merged: 102,
            invalid: 27,
            ..VerdictCounts::default()
        };
        assert_eq!(usable(&counts), 9_973);
        assert_eq!(
            consequence(&counts),
            "9,871 leads are created, 102 known leads are filled, 27 rows are left out."
        );
        assert_eq!(consequence(&VerdictCounts::default()), "The file has no rows.");
    }
}
