//! Mock people, invitations, keys, sessions and passkeys.

use aicmo_shared::access::{Role, Scope};
use aicmo_shared::account::{AccountKind, Invitation, InvitationState, User, UserRef};
use aicmo_shared::api_key::{ApiKey, ApiKeyState};
use aicmo_shared::passkey::Passkey;
use aicmo_shared::session::{SecondFactor, SessionInfo};
use aicmo_shared::{ApiKeyId, InvitationId, PasskeyId, SessionId, UserId};

use super::{DAY, HOUR, MINUTE, ago, id};

/// Every account, newest first.
pub(super) fn users() -> Vec<User> {
    [
        (
            3,
            AccountKind::Service,
            "Mock reporting tool",
            Role::Viewer,
            SecondFactor::Off,
        ),
        (
            2,
            AccountKind::Person,
            "Mock Olive Operator",
            Role::Operator,
            SecondFactor::Off,
        ),
        (
            1,
            AccountKind::Person,
            "Mock Ada Admin",
            Role::Admin,
            SecondFactor::On,
        ),
    ]
    .into_iter()
    .map(|(number, kind, name, role, second_factor)| {
        let made = ago((40 - i64::from(number)) * DAY);
        let is_person = kind == AccountKind::Person;
        User {
            id: UserId::new(id(made, number)),
            version: 1,
            kind,
            email: is_person.then(|| format!("person{number}@mock.example")),
            display_name: name.to_owned(),
            role,
            active: true,
            second_factor,
            sessions: u32::from(is_person),
            last_sign_in_at: is_person.then(|| ago(i64::from(number) * HOUR)),
            created_at: made,
            updated_at: made,
        }
    })
    .collect()
}

fn admin() -> Option<UserRef> {
    users().pop().map(|user| UserRef {
        id: user.id,
        display_name: user.display_name,
    })
}

/// Every invitation, newest first.
pub(super) fn invitations() -> Vec<Invitation> {
    [
        (
            2,
            "mock.newcomer@mock.example",
            Role::Approver,
            InvitationState::Open,
            1,
        ),
        (
            1,
            "mock.olive@mock.example",
            Role::Operator,
            InvitationState::Accepted,
            38,
        ),
    ]
    .into_iter()
    .map(|(number, email, role, state, days)| Invitation {
        id: InvitationId::new(id(ago(days * DAY), number)),
        email: email.to_owned(),
        role,
        state,
        invited_by: admin(),
        created_at: ago(days * DAY),
        expires_at: ago((days - 7) * DAY),
    })
    .collect()
}

/// Every key, newest first.
pub(super) fn api_keys() -> Vec<ApiKey> {
    let owner = users().into_iter().next().map(|user| UserRef {
        id: user.id,
        display_name: user.display_name,
    });
    let Some(owner) = owner else { return Vec::new() };
    [
        (
            2,
            "Mock nightly report",
            vec![Scope::Read],
            ApiKeyState::Active,
            10,
        ),
        (
            1,
            "Mock old importer",
            vec![Scope::Read, Scope::ImportRun],
            ApiKeyState::Revoked,
            30,
        ),
    ]
    .into_iter()
    .map(|(number, name, scopes, state, days)| ApiKey {
        id: ApiKeyId::new(id(ago(days * DAY), number)),
        name: name.to_owned(),
        prefix: format!("aicmo_Mock0{number}"),
        scopes,
        state,
        owner: owner.clone(),
        expires_at: None,
        last_used_at: Some(ago(i64::from(number) * HOUR)),
        revoked_at: (state == ApiKeyState::Revoked).then(|| ago(DAY)),
        created_at: ago(days * DAY),
    })
    .collect()
}

/// The sessions of the mock viewer, the one seen last first.
pub(super) fn sessions() -> Vec<SessionInfo> {
    [
        (2, "Mock browser on Linux", true, 0),
        (1, "Mock browser on Android", false, 90),
    ]
    .into_iter()
    .map(|(number, device, current, minutes)| SessionInfo {
        id: SessionId::new(id(ago(HOUR), number)),
        current,
        device: device.to_owned(),
        signed_in_at: ago(2 * HOUR),
        last_seen_at: ago(minutes * MINUTE),
        expires_at: ago(-10 * HOUR),
    })
    .collect()
}

/// The passkeys of the mock viewer, the newest first.
pub(super) fn passkeys() -> Vec<Passkey> {
    [(2, "Mock security key", None), (1, "Mock phone", Some(3 * HOUR))]
        .into_iter()
        .map(|(number, name, used)| Passkey {
            id: PasskeyId::new(id(ago((30 - i64::from(number)) * DAY), number)),
            name: name.to_owned(),
            created_at: ago((30 - i64::from(number)) * DAY),
            last_used_at: used.map(ago),
        })
        .collect()
}
