//! The texts of the New campaign form and what keeps them from being sent; the rules of a reason.
//! Pure: the server decides, this only saves a trip and says early what is missing.

use aicmo_shared::DateText;
use aicmo_shared::campaign::{CampaignDraft, CampaignObjective};
use aicmo_shared::problem::FieldProblem;
use serde::{Deserialize, Serialize};

/// The most characters of a name.
pub const NAME_MAX: usize = 120;

/// Characters of a reason, both included.
pub const REASON: std::ops::RangeInclusive<usize> = 3..=500;

/// The texts of the form, as the draft store keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCampaign {
    pub name: String,
    pub client: String,
    pub objective: String,
    pub description: String,
    pub time_zone: String,
    pub start_on: String,
    pub end_on: String,
}

impl Default for NewCampaign {
    fn default() -> Self {
        Self {
            name: String::new(),
            client: String::new(),
            objective: CampaignObjective::LeadGeneration.as_str().to_owned(),
            description: String::new(),
            time_zone: String::new(),
            start_on: String::new(),
            end_on: String::new(),
        }
    }
}

impl NewCampaign {
    /// What to send, or what keeps it from being sent.
    pub fn draft(&self) -> Result<CampaignDraft, Vec<FieldProblem>> {
        let mut found = Vec::new();
        let name = self.name.trim();
        if name.is_empty() {
            found.push(objection("/name", "required", "Give the campaign a name."));
        } else if name.chars().count() > NAME_MAX {
            found.push(objection(
                "/name",
                "too_long",
                "A name has at most 120 characters.",
            ));
        }
        let objective = self.objective.parse::<CampaignObjective>();
        if objective.is_err() {
            found.push(objection("/objective", "required", "Choose an objective."));
        }
        let start_on = date(&self.start_on, "/start_on", &mut found);
        let end_on = date(&self.end_on, "/end_on", &mut found);
        if let (Some(start), Some(end)) = (&start_on, &end_on)
            && end < start
        {
            found.push(objection(
                "/end_on",
                "before_start",
                "The end lies before the start.",
            ));
        }
        match objective {
            Ok(objective) if found.is_empty() => Ok(CampaignDraft {
                name: name.to_owned(),
                client: text(&self.client),
                objective,
                description: text(&self.description),
                time_zone: text(&self.time_zone),
                start_on,
                end_on,
            }),
            _ => Err(found),
        }
    }

    /// Whether anything is written.
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }
}

/// What is wrong with a reason that must be given; `None` when it can be sent.
pub fn reason_objection(reason: &str) -> Option<&'static str> {
    let length = reason.trim().chars().count();
    if length == 0 {
        Some("Give a reason: it is kept in the record.")
    } else if length < *REASON.start() {
        Some("A reason has at least 3 characters.")
    } else if length > *REASON.end() {
        Some("A reason has at most 500 characters.")
    } else {
        None
    }
}

fn text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn date(text: &str, pointer: &str, found: &mut Vec<FieldProblem>) -> Option<DateText> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let date = DateText::parse(text);
    if date.is_none() {
        found.push(objection(
            pointer,
            "date_invalid",
            "This is not a date such as 2026-01-15.",
        ));
    }
    date
}

fn objection(pointer: &str, code: &str, message: &str) -> FieldProblem {
    FieldProblem {
        pointer: pointer.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(form: &NewCampaign) -> Vec<String> {
        form.draft()
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| problem.pointer)
            .collect()
    }

    #[test]
    fn a_name_is_needed_and_has_a_limit() {
        let mut form = NewCampaign::default();
        assert_eq!(pointers(&form), ["/name"]);
        form.name = "ü".repeat(NAME_MAX);
        assert!(form.draft().is_ok());
        form.name.push('x');
        assert_eq!(pointers(&form), ["/name"]);
    }

    #[test]
    fn the_end_may_not_lie_before_the_start() {
        let mut form = NewCampaign {
            name: "Spring".to_owned(),
            start_on: "2026-03-01".to_owned(),
            end_on: "2026-02-28".to_owned(),
            ..NewCampaign::default()
        };
        assert_eq!(pointers(&form), ["/end_on"]);
        form.end_on = "2026-03-01".to_owned();
        assert!(form.draft().is_ok());
        form.end_on = "2026-02-30".to_owned();
        assert_eq!(pointers(&form), ["/end_on"]);
    }

    #[test]
    fn blanks_are_not_sent() {
        let form = NewCampaign {
            name: " Spring ".to_owned(),
            client: "  ".to_owned(),
            ..NewCampaign::default()
        };
        let draft = form.draft().ok();
        assert_eq!(draft.as_ref().map(|draft| draft.name.as_str()), Some("Spring"));
        assert_eq!(draft.and_then(|draft| draft.client), None);
    }

    #[test]
    fn a_reason_has_three_to_five_hundred_characters() {
        for (reason, fine) in [
            (String::new(), false),
            (" ab ".to_owned(), false),
            ("abc".to_owned(), true),
            ("x".repeat(500), true),
            ("x".repeat(501), false),
        ] {
            assert_eq!(reason_objection(&reason).is_none(), fine, "{}", reason.len());
        }
    }
}
