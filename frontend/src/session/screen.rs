//! Which screen an address and a session give. Pure.

use aicmo_shared::account::LinkKind;
use aicmo_shared::session::Standing;

use super::Here;

/// A page outside the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorPage {
    /// Sign in.
    SignIn,
    /// Make the first administrator.
    SetUp,
    /// Take up an invitation.
    Invitation,
    /// Set a new password by a link.
    ResetPassword,
}

impl DoorPage {
    /// Where one lands after signing out; every other address asks to sign in where it stands.
    pub const SIGN_IN_PATH: &'static str = "/sign-in";

    /// The page that a link opens, whoever is signed in.
    fn of_link(path: &str) -> Option<Self> {
        let path = path.trim_end_matches('/');
        let kind = LinkKind::ALL.iter().copied().find(|kind| kind.page() == path)?;
        Some(match kind {
            LinkKind::SetUp => Self::SetUp,
            LinkKind::Invitation => Self::Invitation,
            LinkKind::PasswordReset => Self::ResetPassword,
        })
    }

    /// Its name for a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::SignIn => "Sign in",
            Self::SetUp => "Set up the workspace",
            Self::Invitation => "Accept the invitation",
            Self::ResetPassword => "Set a new password",
        }
    }
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Nobody knows yet who is signed in.
    Waiting,
    /// A page outside the console.
    Door(DoorPage),
    /// The console of this person; another person gets another console.
    Console(Option<String>),
}

impl Screen {
    /// The screen at `path` for whoever is here; `None` is no answer yet.
    pub fn of(path: &str, here: Option<&Here>) -> Self {
        let Some(here) = here else {
            return Self::Waiting;
        };
        if let Some(page) = DoorPage::of_link(path) {
            return Self::Door(page);
        }
        match here.standing {
            Standing::Nobody => Self::Door(DoorPage::SignIn),
            Standing::SetUpNeeded => Self::Door(DoorPage::SetUp),
            Standing::SignedIn | Standing::MockViewer | Standing::Key => {
                Self::Console(here.person.as_ref().map(|person| person.id.clone()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(standing: Standing) -> Here {
        Here {
            standing,
            ..Here::nobody()
        }
    }

    #[test]
    fn without_an_answer_neither_console_nor_door_is_shown() {
        for path in ["/", "/leads", "/setup"] {
            assert_eq!(Screen::of(path, None), Screen::Waiting);
        }
    }

    #[test]
    fn nobody_signs_in_where_they_stand_and_an_empty_workspace_is_set_up() {
        let nobody = here(Standing::Nobody);
        assert_eq!(
            Screen::of("/leads/1", Some(&nobody)),
            Screen::Door(DoorPage::SignIn)
        );
        let empty = here(Standing::SetUpNeeded);
        assert_eq!(
            Screen::of("/leads/1", Some(&empty)),
            Screen::Door(DoorPage::SetUp)
        );
    }

    #[test]
    fn a_link_is_followed_whoever_is_signed_in() {
        for standing in Standing::ALL.iter().copied() {
            let here = here(standing);
            for (path, page) in [
                ("/setup", DoorPage::SetUp),
                ("/invitation", DoorPage::Invitation),
                ("/reset-password", DoorPage::ResetPassword),
                ("/invitation/", DoorPage::Invitation),
            ] {
                assert_eq!(Screen::of(path, Some(&here)), Screen::Door(page));
            }
        }
    }

    #[test]
    fn somebody_gets_the_console() {
        for standing in [Standing::SignedIn, Standing::MockViewer] {
            assert_eq!(
                Screen::of("/sign-in", Some(&here(standing))),
                Screen::Console(None)
            );
        }
    }
}
