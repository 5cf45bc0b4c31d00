//! Who is here, as the answer of the server has it, read from the object that `boot.js` keeps.
//!
//! The fields are read one by one: the first screen is small, and to parse the whole answer by its
//! type would weigh more than all that is made of it.

use aicmo_shared::access::{Capability, Role};
use aicmo_shared::closed_enum::ClosedEnum;
use aicmo_shared::session::{SecondFactor, Standing};
use wasm_bindgen::JsValue;

use crate::boot::property;

/// Who is here, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    /// What they are to the server.
    pub standing: Standing,
    /// The person; `None` for nobody.
    pub person: Option<Person>,
    /// What they may do.
    pub capabilities: Vec<Capability>,
    /// What proves a write to come from this console.
    pub token: Option<String>,
    /// The address at which passkeys work.
    pub passkey_origin: Option<String>,
}

/// The person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// By which another person is told apart.
    pub id: String,
    /// The address they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// What they have beside the password.
    pub second_factor: SecondFactor,
    /// Recovery codes that have not been used.
    pub recovery_codes_left: u32,
}

impl Here {
    /// Nobody.
    pub const fn nobody() -> Self {
        Self {
            standing: Standing::Nobody,
            person: None,
            capabilities: Vec::new(),
            token: None,
            passkey_origin: None,
        }
    }

    /// Reads the answer; `None` when it is not one that this console knows.
    pub fn read(answer: &JsValue) -> Option<Self> {
        let capabilities = js_sys::Array::from(&property(answer, "capabilities")?);
        Some(Self {
            standing: word(answer, "standing")?,
            person: property(answer, "user").and_then(|user| Person::read(&user)),
            capabilities: capabilities
                .iter()
                .filter_map(|known| parse(&known.as_string()?))
                .collect(),
            token: property(answer, "session").and_then(|session| text(&session, "csrf_token")),
            passkey_origin: text(answer, "passkey_origin"),
        })
    }

    /// Whether a person with a session of their own is here.
    pub fn is_signed_in(&self) -> bool {
        self.standing == Standing::SignedIn
    }

    /// Whether there is nobody.
    pub fn is_outside(&self) -> bool {
        matches!(self.standing, Standing::Nobody | Standing::SetUpNeeded)
    }

    /// Whether the controls of `needs` exist for them. Mock data shows those of an operator, blocked
    /// with the reason: who looks at mock data wants to see what the product does.
    pub fn shows(&self, needs: Capability) -> bool {
        self.capabilities.contains(&needs)
            || self.standing == Standing::MockViewer && needs.least_role() == Role::Operator
    }
}

impl Person {
    fn read(user: &JsValue) -> Option<Self> {
        Some(Self {
            id: text(user, "id")?,
            email: text(user, "email")?,
            name: text(user, "display_name")?,
            role: word(user, "role")?,
            second_factor: word(user, "second_factor")?,
            recovery_codes_left: property(user, "recovery_codes_left").map_or(0, |left| count(&left)),
        })
    }
}

fn text(of: &JsValue, name: &str) -> Option<String> {
    property(of, name)?.as_string()
}

fn word<E: ClosedEnum>(of: &JsValue, name: &str) -> Option<E> {
    parse(&text(of, name)?)
}

fn parse<E: ClosedEnum>(text: &str) -> Option<E> {
    E::ALL.iter().copied().find(|known| known.as_str() == text)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates; a count of codes"
)]
fn count(number: &JsValue) -> u32 {
    number.as_f64().unwrap_or_default() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(standing: Standing, capabilities: &[Capability]) -> Here {
        Here {
            standing,
            capabilities: capabilities.to_vec(),
            ..Here::nobody()
        }
    }

    #[test]
    fn a_control_exists_for_whoever_has_its_capability() {
        let viewer = here(Standing::SignedIn, &[Capability::Read]);
        assert!(viewer.shows(Capability::Read));
        assert!(!viewer.shows(Capability::EditLeads));
    }

    #[test]
    fn mock_data_shows_the_work_of_an_operator_and_no_administration() {
        let mock = here(Standing::MockViewer, &[Capability::Read]);
        assert!(mock.shows(Capability::EditLeads));
        assert!(!mock.shows(Capability::ManageUsers));
        assert!(!mock.shows(Capability::ReadAudit));
    }

    #[test]
    fn a_word_that_no_enum_knows_is_none() {
        assert_eq!(parse::<Standing>("signed_in"), Some(Standing::SignedIn));
        assert_eq!(parse::<Role>("root"), None);
    }
}
