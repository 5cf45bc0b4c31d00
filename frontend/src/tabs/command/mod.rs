//! Command: what needs the operator now.

use aicmo_shared::api::{GetAttention, NoQuery};
use leptos::prelude::*;

use crate::api::{self, Load};
use crate::components::figure::{Figure, FigureSize, Quantity};
use crate::components::panel::Panel;

/// The tab.
#[component]
pub fn CommandTab() -> impl IntoView {
    let attention = Load::new(|| api::read::<GetAttention>(&[], &NoQuery {}));
    view! {
        <Panel name="triage" title="Triage needed" data=attention let:reading>
            <Figure
                size=FigureSize::Big
                value=reading.figure(|attention| Quantity::Count(attention.triage))
                href="/leads?view=triage"
            />
        </Panel>
    }
}
