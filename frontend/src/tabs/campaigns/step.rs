//! The legal steps of a campaign as an operator meets them: word, consequence, what it needs. Pure.

use aicmo_shared::access::Capability;
use aicmo_shared::campaign::{Campaign, CampaignStatus};

/// A step along the table of statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Activate,
    Pause,
    Resume,
    Complete,
    Stop,
}

impl Step {
    /// The step that leads from one status to another.
    pub const fn between(from: CampaignStatus, to: CampaignStatus) -> Option<Self> {
        match (from, to) {
            (CampaignStatus::Paused, CampaignStatus::Active) => Some(Self::Resume),
            (_, CampaignStatus::Active) => Some(Self::Activate),
            (_, CampaignStatus::Paused) => Some(Self::Pause),
            (_, CampaignStatus::Completed) => Some(Self::Complete),
            (_, CampaignStatus::Stopped) => Some(Self::Stop),
            (_, CampaignStatus::Planned) => None,
        }
    }

    /// The steps that are legal for a campaign, in the order of the buttons.
    pub fn legal(campaign: &Campaign) -> Vec<Self> {
        campaign
            .legal_targets
            .iter()
            .filter_map(|to| Self::between(campaign.status, *to))
            .collect()
    }

    /// What a person needs to take it.
    pub const fn needs(self) -> Capability {
        match self {
            Self::Activate | Self::Complete => Capability::EditCampaigns,
            Self::Pause | Self::Stop => Capability::Pause,
            Self::Resume => Capability::ResumeCampaign,
        }
    }

    /// The verb on the button.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Activate => "Activate",
            Self::Pause => "Pause",
            Self::Resume => "Resume",
            Self::Complete => "Complete",
            Self::Stop => "Stop",
        }
    }

    /// The button that leaves things as they are.
    pub const fn keep(self) -> &'static str {
        match self {
            Self::Activate => "Keep planned",
            Self::Pause | Self::Complete | Self::Stop => "Keep as it is",
            Self::Resume => "Keep paused",
        }
    }

    /// Whether the server asks for a reason.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Pause | Self::Stop)
    }

    /// Whether there is no way back.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Complete | Self::Stop)
    }

    /// Whether nothing but stopping happens, so that no feature switch may stand in its way.
    pub const fn only_stops(self) -> bool {
        matches!(self, Self::Pause | Self::Stop)
    }

    /// What happens, said before it does.
    pub const fn consequence(self) -> &'static str {
        match self {
            Self::Activate => {
                "The campaign becomes active. It sends nothing by itself while its mode is SIMULATION."
            }
            Self::Pause => {
                "Nothing more is sent for this campaign until it is resumed. What is on its way already is finished or dropped, never sent twice."
            }
            Self::Resume => "The campaign becomes active again and goes on where it stopped.",
            Self::Complete => {
                "The campaign ends. Nothing more is sent for it, and it cannot be resumed. Its leads and its record stay."
            }
            Self::Stop => {
                "The campaign ends at once. Nothing more is sent for it, and it cannot be resumed. Its leads and its record stay."
            }
        }
    }

    /// What has happened.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Activate => "is active",
            Self::Pause => "is paused. Nothing more is sent until it is resumed",
            Self::Resume => "is active again",
            Self::Complete => "is completed",
            Self::Stop => "is stopped for good",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicmo_shared::closed_enum::Lifecycle;

    #[test]
    fn every_legal_change_of_status_has_a_step() {
        for from in CampaignStatus::ALL {
            for to in from.successors() {
                assert!(Step::between(*from, *to).is_some(), "{from} to {to}");
            }
        }
    }

    #[test]
    fn a_step_needs_what_its_endpoint_needs() {
        use aicmo_shared::access::Access;
        use aicmo_shared::api::{
            ActivateCampaign, CompleteCampaign, Endpoint, PauseCampaign, ResumeCampaign, StopCampaign,
        };
        for (step, spec) in [
            (Step::Activate, ActivateCampaign::SPEC),
            (Step::Pause, PauseCampaign::SPEC),
            (Step::Resume, ResumeCampaign::SPEC),
            (Step::Complete, CompleteCampaign::SPEC),
            (Step::Stop, StopCampaign::SPEC),
        ] {
            assert_eq!(spec.access, Access::Needs(step.needs()), "{step:?}");
        }
    }

    #[test]
    fn a_paused_campaign_is_resumed_and_a_planned_one_activated() {
        assert_eq!(
            Step::between(CampaignStatus::Paused, CampaignStatus::Active),
            Some(Step::Resume)
        );
        assert_eq!(
            Step::between(CampaignStatus::Planned, CampaignStatus::Active),
            Some(Step::Activate)
        );
    }

    #[test]
    fn final_steps_say_that_there_is_no_way_back() {
        for step in [
            Step::Activate,
            Step::Pause,
            Step::Resume,
            Step::Complete,
            Step::Stop,
        ] {
            assert_eq!(
                step.is_final(),
                step.consequence().contains("cannot be resumed"),
                "{step:?}"
            );
        }
    }
}
