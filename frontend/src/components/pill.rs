//! A word with a colour and a shape. The word carries the meaning.

use aicmo_shared::campaign::CampaignStatus;
use aicmo_shared::lead::{ConsentStatus, LeadGrade, LeadStatus};
use leptos::prelude::*;

/// What the colour says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Neutral,
    /// New, or under way.
    Accent,
    /// Good, done.
    Good,
    /// Wants attention.
    Warn,
    /// Failed, or final in a bad way.
    Bad,
    /// Invented.
    Mock,
}

impl Tone {
    /// Every tone.
    #[cfg(test)]
    pub const ALL: &'static [Self] = &[
        Self::Neutral,
        Self::Accent,
        Self::Good,
        Self::Warn,
        Self::Bad,
        Self::Mock,
    ];

    /// The class of a pill in this tone.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "pill pill--neutral",
            Self::Accent => "pill pill--accent",
            Self::Good => "pill pill--good",
            Self::Warn => "pill pill--warn",
            Self::Bad => "pill pill--bad",
            Self::Mock => "pill pill--mock",
        }
    }

    /// The tone of a lead's status.
    pub const fn of_lead(status: LeadStatus) -> Self {
        match status {
            LeadStatus::New | LeadStatus::Enriched => Self::Accent,
            LeadStatus::Contacted | LeadStatus::Routed => Self::Neutral,
            LeadStatus::Replied | LeadStatus::Qualified => Self::Good,
            LeadStatus::ManualReview => Self::Warn,
            LeadStatus::Lost => Self::Bad,
        }
    }

    /// The tone of a campaign's status.
    pub const fn of_campaign(status: CampaignStatus) -> Self {
        match status {
            CampaignStatus::Planned => Self::Accent,
            CampaignStatus::Active => Self::Good,
            CampaignStatus::Paused => Self::Warn,
            CampaignStatus::Completed => Self::Neutral,
            CampaignStatus::Stopped => Self::Bad,
        }
    }

    /// The tone of a consent.
    pub const fn of_consent(consent: ConsentStatus) -> Self {
        match consent {
            ConsentStatus::Unknown => Self::Neutral,
            ConsentStatus::Consented => Self::Good,
            ConsentStatus::Dnc => Self::Bad,
        }
    }

    /// The tone of a grade.
    pub const fn of_grade(grade: LeadGrade) -> Self {
        match grade {
            LeadGrade::A | LeadGrade::B => Self::Good,
            LeadGrade::C => Self::Warn,
            LeadGrade::D => Self::Neutral,
        }
    }
}

/// A word in a tone.
#[component]
pub fn Pill(
    /// The colour and shape.
    #[prop(optional, into)]
    tone: Signal<Tone>,
    /// The word.
    #[prop(into)]
    word: Signal<String>,
    /// More words, on hover and for screen readers.
    #[prop(optional, into)]
    title: Option<String>,
) -> impl IntoView {
    view! {
        <span class=move || tone.get().class() title=title>
            <span class="pill__shape" aria-hidden="true"></span>
            {move || word.get()}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tone_has_its_own_class() {
        let classes: std::collections::HashSet<_> = Tone::ALL.iter().map(|tone| tone.class()).collect();
        assert_eq!(classes.len(), Tone::ALL.len());
    }
}
