//! Who an operation is open to: the two credentials, and what each needs.

use aicmo_shared::ErrorCode;
use aicmo_shared::access::Access;
use aicmo_shared::api::EndpointSpec;
use serde_json::{Value, json};

/// The two ways of saying who one is.
pub fn schemes() -> Value {
    json!({
        "session": { "type": "apiKey", "in": "cookie", "name": "aicmo_session",
            "description": "Set by signing in; named __Host-aicmo_session over https. Writes also need the \
                header X-CSRF-Token with the token that GET /api/v1/session answers." },
        "key": { "type": "http", "scheme": "bearer",
            "description": "An API key with the scope that the operation needs. Where it names none, only the \
                administrator's key of the settings will do." },
    })
}

/// Who an operation is open to, in the words of the document.
pub fn of(access: Access) -> Value {
    match access {
        Access::Public => json!([{}, { "session": [] }, { "key": [] }]),
        Access::OwnAccount => json!([{ "session": [] }]),
        Access::Needs(capability) => match capability.scope() {
            Some(scope) => json!([{ "session": [] }, { "key": [scope.as_str()] }]),
            // No key of the table has it; the administrator's key of the settings has.
            None => json!([{ "session": [] }, { "key": [] }]),
        },
    }
}

/// What an endpoint answers to whoever may not come in.
pub fn codes(spec: &EndpointSpec) -> &'static [ErrorCode] {
    match spec.access {
        // A key that does not work is refused everywhere.
        Access::Public => &[ErrorCode::Unauthenticated],
        Access::OwnAccount => &[
            ErrorCode::Unauthenticated,
            ErrorCode::SessionExpired,
            ErrorCode::ScopeRequired,
        ],
        Access::Needs(_) => &[
            ErrorCode::Unauthenticated,
            ErrorCode::SessionExpired,
            ErrorCode::RoleRequired,
            ErrorCode::ScopeRequired,
        ],
    }
}

/// Whether a success gives a browser a cookie, or takes one back.
pub fn sets_cookie(spec: &EndpointSpec) -> bool {
    matches!(
        spec.name,
        "SignIn"
            | "SignOut"
            | "SetUp"
            | "AcceptInvitation"
            | "ChangePassword"
            | "ConfirmSecondFactor"
            | "RemoveSecondFactor"
            | "RenewRecoveryCodes"
            | "SignInByPasskey"
            | "AddPasskey"
            | "RemovePasskey"
    )
}
