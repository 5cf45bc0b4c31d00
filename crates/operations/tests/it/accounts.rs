//! Sessions, keys and the lockout at the edges of their times, with a clock that stands still.

use std::sync::Arc;

use aicmo_operations::accounts::{
    Credentials, Presence, Principal, Refusal, Renewed, Visitor, accept_invitation, add_person, authenticate,
    create_api_key, create_invitation, find_account, may_still, patch_user, revoke_api_key, set_up,
    set_up_link, sign_in,
};
use aicmo_operations::{Actor, Mode, OperationError, Operations, Operator};
use aicmo_shared::access::{Access, Capability, Role, Scope};
use aicmo_shared::account::{InvitationAcceptance, InvitationDraft, SetUpRequest, UserPatch};
use aicmo_shared::api_key::ApiKeyDraft;
use aicmo_shared::audit::ActorType;
use aicmo_shared::session::{SecretText, SignInRequest};
use aicmo_store::{BackupSource, DatabaseTarget, Store, StoreSettings, accounts, back_up, unpack};
use aicmo_test_support::{on_both_databases, wait_until};

use crate::support::{FrozenClock, HOUR, MINUTE, NOON, settings};

const PASSWORD: &str = "seven turtles walk home";
const SECOND: i64 = 1_000;

fn replica(store: &Store, clock: &Arc<FrozenClock>) -> Arc<Operations> {
    Operations::new(settings(clock.clone()), Mode::Live(store.clone()))
}

pub fn visitor() -> Visitor {
    Visitor {
        principal: Principal::Nobody { had_session: false },
        operator: Operator::process(),
        credentials: Credentials::default(),
        address: "10.0.0.1".parse().ok(),
        user_agent: String::new(),
        device_mark: None,
    }
}

async fn ada(ops: &Operations) {
    let password = SecretText::new(PASSWORD);
    add_person(
        ops,
        &Operator::process(),
        "ada@people.example",
        "Ada".to_owned(),
        Role::Admin,
        &password,
    )
    .await
    .expect("a person");
}

async fn try_in(ops: &Operations, visitor: &Visitor, password: &str) -> Result<Renewed, OperationError> {
    let request = SignInRequest {
        email: "ada@people.example".to_owned(),
        password: SecretText::new(password),
        code: None,
    };
    sign_in(ops, visitor, request).await
}

fn cookie(renewed: &Renewed) -> Credentials {
    Credentials {
        bearer: None,
        cookie: Some(renewed.token.clone()),
    }
}

async fn is_in(ops: &Operations, credentials: &Credentials) -> bool {
    matches!(
        authenticate(ops, credentials, Presence::Here).await,
        Ok(Principal::Person(_) | Principal::Key(_))
    )
}

/// Invites somebody and answers the token of the link.
async fn invited(ops: &Operations, by: &Operator, email: &str) -> SecretText {
    let draft = InvitationDraft {
        email: email.to_owned(),
        role: Role::Admin,
    };
    let made = create_invitation(ops, by, draft).await.expect("invited");
    SecretText::new(made.link.expose().split_once("#token=").expect("a token").1)
}

fn taken_up(token: &SecretText) -> InvitationAcceptance {
    InvitationAcceptance {
        token: token.clone(),
        display_name: "Somebody".to_owned(),
        password: SecretText::new(PASSWORD),
    }
}

on_both_databases! {
    async fn a_session_ends_after_its_hours_and_after_a_quarter_of_them_without_a_request(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = replica(&db.store(), &clock);
        ada(&ops).await;
        let idle = cookie(&try_in(&ops, &visitor(), PASSWORD).await.expect("signed in"));
        clock.advance(3 * HOUR - MINUTE);
        assert!(is_in(&ops, &idle).await, "within a quarter of twelve hours");
        let user = find_account(&ops, "ada@people.example").await.expect("Ada").id;
        let since = ops.now().plus_millis(-MINUTE);
        wait_until("the request is noted", async || {
            let live = accounts::sessions::Live { now: ops.now(), seen_since: since };
            let seen = accounts::sessions::list(&db.store().reader(), user, live).await.expect("a list");
            if seen.is_empty() { Err("not yet") } else { Ok(()) }
        })
        .await;
        clock.advance(2 * HOUR);
        assert!(is_in(&ops, &idle).await, "the request in between counts");
        clock.advance(3 * HOUR + MINUTE);
        assert!(!is_in(&ops, &idle).await, "nothing for three hours");

        let busy = cookie(&try_in(&ops, &visitor(), PASSWORD).await.expect("signed in"));
        for hour in 1..12 {
            clock.advance(HOUR);
            assert!(is_in(&ops, &busy).await, "after {hour} hours");
            let now = ops.now();
            wait_until("the request is noted", async || {
                let live = accounts::sessions::Live { now, seen_since: now.plus_millis(-MINUTE) };
                let seen = accounts::sessions::list(&db.store().reader(), user, live).await.expect("a list");
                if seen.is_empty() { Err("not yet") } else { Ok(()) }
            })
            .await;
        }
        clock.advance(HOUR);
        assert!(!is_in(&ops, &busy).await, "twelve hours are over, whatever it did");
    }

    async fn a_session_ends_idle_however_long_a_page_and_a_stream_go_on_asking(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = replica(&db.store(), &clock);
        ada(&ops).await;
        let open = cookie(&try_in(&ops, &visitor(), PASSWORD).await.expect("signed in"));
        let access = Access::Needs(Capability::Read);
        for _ in 0..5 {
            clock.advance(30 * MINUTE);
            let asked = authenticate(&ops, &open, Presence::Away).await.expect("an answer");
            assert!(matches!(asked, Principal::Person(_)), "{asked:?}");
            assert!(may_still(&ops, &open, access).await);
        }
        clock.advance(30 * MINUTE);
        assert!(!may_still(&ops, &open, access).await, "three hours");
        assert!(!is_in(&ops, &open).await);
    }

    async fn a_person_is_noted_although_their_page_has_just_asked_by_itself(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = replica(&db.store(), &clock);
        ada(&ops).await;
        let open = cookie(&try_in(&ops, &visitor(), PASSWORD).await.expect("signed in"));
        clock.advance(2 * MINUTE);
        authenticate(&ops, &open, Presence::Away).await.expect("an answer");
        assert!(is_in(&ops, &open).await);
        let user = find_account(&ops, "ada@people.example").await.expect("Ada").id;
        let live = accounts::sessions::Live { now: ops.now(), seen_since: ops.now().plus_millis(-MINUTE) };
        wait_until("the request is noted", async || {
            let seen = accounts::sessions::list(&db.store().reader(), user, live).await.expect("a list");
            if seen.is_empty() { Err("not yet") } else { Ok(()) }
        })
        .await;
    }

    async fn what_one_replica_ends_another_knows_within_a_second(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let (here, there) = (replica(&db.store(), &clock), replica(&db.store(), &clock));
        ada(&here).await;
        let owner = find_account(&here, "ada@people.example").await.expect("Ada");
        let draft = ApiKeyDraft {
            name: "Nightly".to_owned(),
            scopes: vec![Scope::Read],
            owner: Some(owner.id),
            expires_at: Some(NOON.plus_millis(HOUR)),
        };
        let made = create_api_key(&here, &Operator::process(), draft.clone()).await.expect("a key");
        let short = create_api_key(&here, &Operator::process(), draft).await.expect("a key");
        let by = |secret: &SecretText| Credentials { bearer: Some(secret.clone()), cookie: None };
        assert!(is_in(&there, &by(&made.secret)).await && is_in(&here, &by(&made.secret)).await);
        revoke_api_key(&here, &Operator::process(), made.key.id).await.expect("revoked");
        assert!(!is_in(&here, &by(&made.secret)).await, "at once where it was revoked");
        clock.advance(SECOND);
        assert!(!is_in(&there, &by(&made.secret)).await, "a second later elsewhere");
        assert!(is_in(&there, &by(&short.secret)).await);
        clock.advance(HOUR);
        assert!(!is_in(&there, &by(&short.secret)).await, "expired");

        let session = cookie(&try_in(&here, &visitor(), PASSWORD).await.expect("signed in"));
        assert!(is_in(&there, &session).await);
        let second = add_person(&here, &Operator::process(), "grace@people.example", "Grace".to_owned(),
            Role::Admin, &SecretText::new(PASSWORD)).await.expect("a person");
        assert_eq!(second.role, Role::Admin);
        let patch = UserPatch { active: Some(false), ..UserPatch::default() };
        patch_user(&here, &Operator::process(), owner.id, owner.version, patch).await.expect("shut out");
        clock.advance(SECOND);
        assert!(!is_in(&there, &session).await);
    }

    async fn the_wait_of_a_guesser_passes_and_a_success_forgets_the_failures(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = replica(&db.store(), &clock);
        ada(&ops).await;
        let fails = async || {
            let refused = try_in(&ops, &visitor(), "not the password").await;
            assert!(matches!(refused, Err(OperationError::Refused(Refusal::InvalidCredentials))), "{refused:?}");
        };
        for _ in 0..5 {
            fails().await;
        }
        let waits = try_in(&ops, &visitor(), PASSWORD).await;
        assert!(matches!(waits, Err(OperationError::Refused(Refusal::RateLimited(1)))), "{waits:?}");
        let elsewhere = Visitor { address: "10.0.0.2".parse().ok(), ..visitor() };
        try_in(&ops, &elsewhere, PASSWORD).await.expect("another address is not slowed");
        clock.advance(SECOND);
        try_in(&ops, &visitor(), PASSWORD).await.expect("the wait is over");
        for _ in 0..5 {
            fails().await;
        }
    }

    async fn an_address_that_is_padded_with_spaces_is_no_way_round_the_wait(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = replica(&db.store(), &clock);
        ada(&ops).await;
        let padded = |n: usize| {
            let spaces: String = (0..302).map(|at| if n >> at.min(31) & 1 == 1 { '\t' } else { ' ' }).collect();
            format!("ada@people.example{spaces}{}", "x".repeat(2_000))
        };
        for n in 0..8 {
            let visitor = Visitor { address: format!("10.0.0.{n}").parse().ok(), ..visitor() };
            let request = SignInRequest { email: padded(n), password: SecretText::new(PASSWORD), code: None };
            let refused = sign_in(&ops, &visitor, request).await;
            assert!(matches!(refused, Err(OperationError::Refused(Refusal::InvalidCredentials))), "{refused:?}");
        }
        let spaced = SignInRequest {
            email: "  Ada@People.example\t".to_owned(),
            password: SecretText::new(PASSWORD),
            code: None,
        };
        sign_in(&ops, &visitor(), spaced).await.expect("an address that means hers is hers");
    }

    async fn of_two_who_set_up_at_once_one_is_the_administrator(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = replica(&db.store(), &clock);
        let mut requests = Vec::new();
        for n in 0..2 {
            let link = set_up_link(&ops).await.expect("made").expect("nobody is there");
            let token = link.expose().split_once("#token=").expect("a token").1.to_owned();
            requests.push(SetUpRequest {
                token: SecretText::new(token),
                email: format!("person{n}@people.example"),
                display_name: format!("Person {n}"),
                password: SecretText::new(PASSWORD),
            });
        }
        let visitors = [visitor(), visitor()];
        let mut requests = requests.into_iter();
        let (one, other) = tokio::join!(
            set_up(&ops, &visitors[0], requests.next().expect("a request")),
            set_up(&ops, &visitors[1], requests.next().expect("a request")),
        );
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(), 1, "{one:?} {other:?}");
        assert_eq!(accounts::users::count(&db.store().reader()).await.expect("counted"), 1);
    }

    async fn whoever_was_let_in_at_the_time_of_a_backup_is_not_let_in_by_it(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = replica(&db.store(), &clock);
        ada(&ops).await;
        let session = cookie(&try_in(&ops, &visitor(), PASSWORD).await.expect("signed in"));
        let token = invited(&ops, &Operator::process(), "grace@people.example").await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("backup.db");
        std::fs::File::create(&path).expect("a file");
        let source = BackupSource { made_at: NOON, build: "a build".to_owned(), files: Vec::new() };
        back_up(&db.store(), &path, source).await.expect("backed up");
        unpack(&path).await.expect("unpacked");
        let restored = Store::open(&StoreSettings::new(DatabaseTarget::Sqlite { path })).await.expect("a database");
        let there = replica(&restored, &clock);
        assert!(is_in(&ops, &session).await && !is_in(&there, &session).await);
        let refused = accept_invitation(&there, &visitor(), taken_up(&token)).await;
        assert!(matches!(refused, Err(OperationError::Refused(Refusal::LinkInvalid))), "{refused:?}");
        try_in(&there, &visitor(), PASSWORD).await.expect("the password is the one of that time");
        restored.close().await;
    }

    async fn whoever_is_no_administrator_any_more_lets_nobody_in_by_a_link(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = replica(&db.store(), &clock);
        ada(&ops).await;
        for (n, patch) in [
            UserPatch { active: Some(false), ..UserPatch::default() },
            UserPatch { role: Some(Role::Viewer), ..UserPatch::default() },
        ].into_iter().enumerate() {
            let email = format!("grace{n}@people.example");
            let grace = add_person(&ops, &Operator::process(), &email, "Grace".to_owned(), Role::Admin,
                &SecretText::new(PASSWORD)).await.expect("a person");
            let as_grace = Operator {
                actor: Actor { kind: ActorType::User, id: grace.id.to_string() },
                request_id: "req-1".to_owned(),
            };
            let token = invited(&ops, &as_grace, &format!("friend{n}@people.example")).await;
            patch_user(&ops, &Operator::process(), grace.id, grace.version, patch).await.expect("changed");
            let refused = accept_invitation(&ops, &visitor(), taken_up(&token)).await;
            assert!(matches!(refused, Err(OperationError::Refused(Refusal::LinkInvalid))), "{refused:?}");
        }
        let token = invited(&ops, &Operator::process(), "linus@people.example").await;
        accept_invitation(&ops, &visitor(), taken_up(&token)).await.expect("another's link works");
    }
}
