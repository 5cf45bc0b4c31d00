//! Passkeys: what is let in and what is refused, with an authenticator in software and a clock that
//! stands still.

use std::sync::Arc;

use aicmo_operations::accounts::{
    AccountSettings, Credentials, Presence, Refusal, Renewed, Visitor, add_passkey, add_person, authenticate,
    begin_passkey, begin_passkey_sign_in, list_passkeys, patch_user, remove_passkey,
    remove_user_second_factor, rename_passkey, sign_in, sign_in_by_passkey,
};
use aicmo_operations::{Mode, OperationError, Operations, Operator};
use aicmo_shared::access::Role;
use aicmo_shared::account::UserPatch;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::passkey::{PasskeyChallenge, PasskeyDraft, PasskeyName, PasskeySignIn};
use aicmo_shared::session::{PasswordAgain, SecretText, SignInRequest};
use aicmo_shared::{ErrorCode, PasskeyId, UserId};
use aicmo_store::{Store, audit_rows};
use aicmo_test_support::{Authenticator, on_both_databases};
use serde_json::Value;

use crate::accounts::visitor;
use crate::support::{FrozenClock, MINUTE, NOON, settings};

const PASSWORD: &str = "seven turtles walk home";
const ORIGIN: &str = "https://aicmo.example";

fn replica(store: &Store, clock: &Arc<FrozenClock>) -> Arc<Operations> {
    let settings = aicmo_operations::OperationsSettings {
        accounts: AccountSettings {
            public_url: ORIGIN.to_owned(),
            ..AccountSettings::default()
        },
        ..settings(clock.clone())
    };
    Operations::new(settings, Mode::Live(store.clone()))
}

/// A person who is signed in.
struct Person {
    user: UserId,
    visitor: Visitor,
}

impl Person {
    /// Adds somebody and signs them in.
    async fn new(ops: &Operations, name: &str) -> Self {
        let email = format!("{name}@people.example");
        let password = SecretText::new(PASSWORD);
        let person = add_person(
            ops,
            &Operator::process(),
            &email,
            name.to_owned(),
            Role::Admin,
            &password,
        )
        .await
        .expect("a person");
        let request = SignInRequest {
            email,
            password,
            code: None,
        };
        let renewed = sign_in(ops, &visitor(), request).await.expect("signed in");
        Self {
            user: person.id,
            visitor: visitor_of(ops, &renewed).await,
        }
    }

    async fn begin(&self, ops: &Operations) -> Result<PasskeyChallenge, OperationError> {
        begin_passkey(ops, &self.visitor, again()).await
    }

    async fn add(
        &mut self,
        ops: &Operations,
        asked: &PasskeyChallenge,
        credential: Value,
    ) -> Result<PasskeyId, OperationError> {
        let draft = PasskeyDraft {
            token: asked.token.clone(),
            name: "Phone".to_owned(),
            credential,
        };
        let (added, renewed) = add_passkey(ops, &self.visitor, draft).await?;
        self.visitor = visitor_of(ops, &renewed).await;
        Ok(added.passkey.id)
    }

    /// Adds a passkey of a new authenticator.
    async fn with_passkey(&mut self, ops: &Operations) -> (Authenticator, PasskeyId) {
        let mut phone = Authenticator::at(ORIGIN);
        let asked = self.begin(ops).await.expect("asked");
        let made = phone.create(&asked.options);
        let id = self.add(ops, &asked, made).await.expect("added");
        (phone, id)
    }

    async fn shut(&self, ops: &Operations) {
        let patch = UserPatch {
            active: Some(false),
            ..UserPatch::default()
        };
        patch_user(ops, &Operator::process(), self.user, 1, patch)
            .await
            .expect("shut");
    }
}

async fn visitor_of(ops: &Operations, renewed: &Renewed) -> Visitor {
    let credentials = Credentials {
        bearer: None,
        cookie: Some(renewed.token.clone()),
    };
    let principal = authenticate(ops, &credentials, Presence::Here)
        .await
        .expect("known");
    Visitor {
        operator: principal.operator("a-request".to_owned()),
        principal,
        credentials,
        ..visitor()
    }
}

fn again() -> PasswordAgain {
    PasswordAgain {
        password: SecretText::new(PASSWORD),
    }
}

async fn try_in(
    ops: &Operations,
    asked: &PasskeyChallenge,
    credential: Value,
) -> Result<Renewed, OperationError> {
    let request = PasskeySignIn {
        token: asked.token.clone(),
        credential,
    };
    sign_in_by_passkey(ops, &visitor(), request).await
}

async fn sign_in_with(ops: &Operations, phone: &mut Authenticator) -> Result<Renewed, OperationError> {
    let asked = begin_passkey_sign_in(ops).await.expect("asked");
    let answer = phone.answer(&asked.options);
    try_in(ops, &asked, answer).await
}

#[track_caller]
fn is_refused(outcome: Result<Renewed, OperationError>) {
    match outcome {
        Err(OperationError::Refused(Refusal::PasskeyRefused)) => {}
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("somebody was let in"),
    }
}

#[track_caller]
fn is_at<T>(outcome: Result<T, OperationError>, pointer: &str) {
    let problem = outcome.err().expect("refused").to_problem();
    assert_eq!(problem.code, ErrorCode::ValidationFailed);
    assert_eq!(problem.errors[0].pointer, pointer, "{}", problem.detail);
}

on_both_databases! {
    async fn a_ceremony_that_began_at_one_replica_ends_at_another(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let (here, there) = (replica(&db.store(), &clock), replica(&db.store(), &clock));
        let mut ada = Person::new(&here, "ada").await;
        let mut phone = Authenticator::at(ORIGIN);
        let asked = ada.begin(&here).await.expect("asked");
        let made = phone.create(&asked.options);
        ada.add(&there, &asked, made).await.expect("added there");
        let asked = begin_passkey_sign_in(&there).await.expect("asked");
        let answer = phone.answer(&asked.options);
        let renewed = try_in(&here, &asked, answer).await.expect("signed in here");
        assert_eq!(renewed.current.user.map(|user| user.id), Some(ada.user));
        let rows = audit_rows(&db.store().reader(), 0, 100).await.expect("the trail");
        let last = rows.last().expect("a row");
        assert_eq!(last.entry.action, AuditAction::SessionStarted);
        assert_eq!(last.entry.after.as_ref().expect("after")["by"], "passkey");
    }

    async fn an_answer_from_another_place_to_another_challenge_or_without_its_owner_is_refused(db: TestDatabase) {
        let ops = replica(&db.store(), &FrozenClock::at(NOON));
        let mut ada = Person::new(&ops, "ada").await;
        let (mut phone, _) = ada.with_passkey(&ops).await;
        for elsewhere in ["https://aicmo.example.evil", "https://evil.aicmo.example", "https://aicmo.example:444"] {
            elsewhere.clone_into(&mut phone.origin);
            is_refused(sign_in_with(&ops, &mut phone).await);
        }
        ORIGIN.clone_into(&mut phone.origin);
        phone.verifies = false;
        is_refused(sign_in_with(&ops, &mut phone).await);
        phone.verifies = true;
        sign_in_with(&ops, &mut phone).await.expect("the counters of failures are gone");

        let (one, other) = (begin_passkey_sign_in(&ops).await.expect("asked"), begin_passkey_sign_in(&ops).await.expect("asked"));
        let answer = phone.answer(&one.options);
        is_refused(try_in(&ops, &other, answer.clone()).await);
        let mut forged = answer;
        forged["response"]["signature"] = phone.answer(&other.options)["response"]["signature"].clone();
        is_refused(try_in(&ops, &one, forged).await);
        for nonsense in [Value::Null, Value::from(7), serde_json::json!({}), serde_json::json!({ "id": [] })] {
            is_refused(try_in(&ops, &one, nonsense).await);
        }
    }

    async fn an_answer_counts_once_and_within_five_minutes(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = replica(&db.store(), &clock);
        let mut ada = Person::new(&ops, "ada").await;
        let mut phone = Authenticator::at(ORIGIN);
        let asked = ada.begin(&ops).await.expect("asked");
        let made = phone.create(&asked.options);
        clock.advance(5 * MINUTE);
        is_at(ada.add(&ops, &asked, made).await, "/token");
        let asked = ada.begin(&ops).await.expect("asked");
        let made = phone.create(&asked.options);
        clock.advance(5 * MINUTE - 1);
        ada.add(&ops, &asked, made.clone()).await.expect("just in time");
        is_at(ada.add(&ops, &asked, made).await, "/token");

        let asked = begin_passkey_sign_in(&ops).await.expect("asked");
        let answer = phone.answer(&asked.options);
        clock.advance(5 * MINUTE);
        is_refused(try_in(&ops, &asked, answer).await);
        let asked = begin_passkey_sign_in(&ops).await.expect("asked");
        let answer = phone.answer(&asked.options);
        try_in(&ops, &asked, answer.clone()).await.expect("the first time");
        is_refused(try_in(&ops, &asked, answer).await);
    }

    async fn a_counter_that_goes_back_lets_nobody_in_and_stands_in_the_trail(db: TestDatabase) {
        let ops = replica(&db.store(), &FrozenClock::at(NOON));
        let mut ada = Person::new(&ops, "ada").await;
        let (mut phone, id) = ada.with_passkey(&ops).await;
        phone.counter = 10;
        sign_in_with(&ops, &mut phone).await.expect("signed in");
        phone.counter = 10;
        is_refused(sign_in_with(&ops, &mut phone).await);
        let rows = audit_rows(&db.store().reader(), 0, 100).await.expect("the trail");
        let last = &rows.last().expect("a row").entry;
        assert_eq!(last.action, AuditAction::UserPasskeyChanged);
        assert_eq!(last.subject_id.as_deref(), Some(ada.user.to_string().as_str()));
        let after = last.after.as_ref().expect("after");
        assert_eq!(after["state"], "copy_suspected");
        assert_eq!(after["passkey"], id.to_string());
        phone.counter = 20;
        sign_in_with(&ops, &mut phone).await.expect("the original goes on");
    }

    async fn a_passkey_opens_the_account_of_its_owner_alone_and_while_that_may_come_in(db: TestDatabase) {
        let ops = replica(&db.store(), &FrozenClock::at(NOON));
        let mut ada = Person::new(&ops, "ada").await;
        let grace = Person::new(&ops, "grace").await;
        let (mut phone, id) = ada.with_passkey(&ops).await;
        phone.claim(grace.user.get().as_bytes());
        is_refused(sign_in_with(&ops, &mut phone).await);
        phone.claim(ada.user.get().as_bytes());
        is_refused(sign_in_with(&ops, &mut Authenticator::at(ORIGIN)).await);
        sign_in_with(&ops, &mut phone).await.expect("signed in");

        let name = PasskeyName { name: "Mine now".to_owned() };
        for outcome in [
            rename_passkey(&ops, &grace.visitor, id, name).await.map(drop),
            remove_passkey(&ops, &grace.visitor, id, again()).await.map(drop),
        ] {
            assert!(matches!(outcome, Err(OperationError::NotFound(_))));
        }
        ada.shut(&ops).await;
        is_refused(sign_in_with(&ops, &mut phone).await);
    }

    async fn a_removed_passkey_opens_nothing(db: TestDatabase) {
        let ops = replica(&db.store(), &FrozenClock::at(NOON));
        let mut ada = Person::new(&ops, "ada").await;
        let (mut phone, id) = ada.with_passkey(&ops).await;
        let (mut stick, _) = ada.with_passkey(&ops).await;
        let renewed = remove_passkey(&ops, &ada.visitor, id, again()).await.expect("removed");
        ada.visitor = visitor_of(&ops, &renewed).await;
        is_refused(sign_in_with(&ops, &mut phone).await);
        sign_in_with(&ops, &mut stick).await.expect("the other one is still there");
        remove_user_second_factor(&ops, &Operator::process(), ada.user).await.expect("by an administrator");
        is_refused(sign_in_with(&ops, &mut stick).await);
    }

    async fn adding_is_bound_to_the_session_that_asked_and_a_passkey_is_added_once(db: TestDatabase) {
        let ops = replica(&db.store(), &FrozenClock::at(NOON));
        let mut ada = Person::new(&ops, "ada").await;
        let mut grace = Person::new(&ops, "grace").await;
        let mut phone = Authenticator::at(ORIGIN);
        let asked = ada.begin(&ops).await.expect("asked");
        let made = phone.create(&asked.options);
        is_at(grace.add(&ops, &asked, made.clone()).await, "/token");
        let sign_in = begin_passkey_sign_in(&ops).await.expect("asked");
        is_at(ada.add(&ops, &sign_in, made.clone()).await, "/token");
        phone.verifies = false;
        let unverified = phone.create(&asked.options);
        is_at(ada.add(&ops, &asked, unverified).await, "/credential");
        phone.verifies = true;
        ada.add(&ops, &asked, made).await.expect("a mistake does not use the challenge up");

        let asked = ada.begin(&ops).await.expect("asked");
        assert_eq!(asked.options["excludeCredentials"].as_array().map(Vec::len), Some(1));
        let made = phone.create(&asked.options);
        is_at(ada.add(&ops, &asked, made).await, "/credential");
        let asked = grace.begin(&ops).await.expect("asked");
        let made = phone.create(&asked.options);
        is_at(grace.add(&ops, &asked, made).await, "/credential");
    }

    async fn nobody_has_more_than_twenty_and_a_wrong_password_begins_nothing(db: TestDatabase) {
        let ops = replica(&db.store(), &FrozenClock::at(NOON));
        let mut ada = Person::new(&ops, "ada").await;
        let wrong = PasswordAgain { password: SecretText::new("not mine at all") };
        is_at(begin_passkey(&ops, &ada.visitor, wrong).await, "/password");
        for _ in 0..20 {
            ada.with_passkey(&ops).await;
        }
        is_at(ada.begin(&ops).await, "/password");
        let listed = list_passkeys(&ops, &ada.visitor).await.expect("a list").into_data();
        assert_eq!(listed.len(), 20);
        assert!(listed.windows(2).all(|pair| pair[0].id > pair[1].id), "the newest first");
    }

    async fn guessing_is_slowed_as_with_passwords(db: TestDatabase) {
        let ops = replica(&db.store(), &FrozenClock::at(NOON));
        let mut ada = Person::new(&ops, "ada").await;
        let (mut phone, _) = ada.with_passkey(&ops).await;
        phone.verifies = false;
        for _ in 0..5 {
            is_refused(sign_in_with(&ops, &mut phone).await);
        }
        phone.verifies = true;
        let slowed = sign_in_with(&ops, &mut phone).await;
        assert!(matches!(slowed, Err(OperationError::Refused(Refusal::RateLimited(_)))));
    }
}
