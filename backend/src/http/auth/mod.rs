//! How a credential travels: the session's cookie, the bearer key, the write token.
//!
//! Every endpoint of the table is admitted here before its body, its path or anything else of the
//! request is looked at. What a credential is worth and who may do what are decided by operations.

mod cookies;

use std::net::IpAddr;
use std::rc::Rc;

use actix_web::http::header::{AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use actix_web::{HttpMessage, HttpRequest, web};
use aicmo_operations::accounts::{
    Credentials, Presence, Principal, Refusal, Visitor, authenticate, csrf_token, is_familiar,
};
use aicmo_operations::{OperationError, Operations};
use aicmo_shared::access::{Access, Capability};
use aicmo_shared::api::{AnswerKind, Endpoint, EndpointSpec, Method};
use aicmo_shared::session::{BACKGROUND_HEADER, CSRF_HEADER, SecretText};

pub use cookies::Cookies;

use super::ApiError;
use super::extract::RequestId;
use super::front_door::Door;
use super::limits::{Budget, Payer};

/// `X-CSRF-Token` as header names are kept.
const WRITE_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
const _: () = assert!(CSRF_HEADER.eq_ignore_ascii_case("x-csrf-token"));

/// `X-Aicmo-Background` as header names are kept.
const BACKGROUND: HeaderName = HeaderName::from_static("x-aicmo-background");
const _: () = assert!(BACKGROUND_HEADER.eq_ignore_ascii_case("x-aicmo-background"));

/// The longest name of a browser that is looked at.
const USER_AGENT_MAX: usize = 512;

/// Who a request was found to come from; kept with the request.
#[derive(Clone)]
pub struct Known(Rc<(Principal, Credentials)>);

/// Lets a request in to `E`, or says why not: 401 and 429, 403, then 409 for what needs live data.
pub async fn admit<E: Endpoint>(request: &HttpRequest) -> Result<(), ApiError> {
    let spec = E::SPEC;
    let ops = request
        .app_data::<web::Data<Operations>>()
        .ok_or_else(|| ApiError::internal("the context of the operations is missing"))?;
    let presence = presence(request, &spec);
    let (principal, credentials) = find_out(request, ops, Budget::of(&spec), presence).await?;
    if spec.access != Access::Public && spec.method != Method::Get {
        require_write_token(request, &principal, &credentials)?;
    }
    // Whatever the viewer of a mock process may not do: the reason is that there is nothing to change.
    let is_moot = spec.kind.needs_live_data() && matches!(principal, Principal::MockViewer);
    if !is_moot {
        principal.may(spec.access).map_err(OperationError::from)?;
    }
    request
        .extensions_mut()
        .insert(Known(Rc::new((principal, credentials))));
    if spec.kind.needs_live_data() {
        ops.live(spec.service)?;
    }
    Ok(())
}

/// Lets in whoever may read, where no endpoint of the table is asked for.
pub async fn admit_reader(request: &HttpRequest, ops: &Operations) -> Result<(), ApiError> {
    let (principal, _) = find_out(request, ops, Budget::Reads, Presence::Away).await?;
    principal
        .may(Access::Needs(Capability::Read))
        .map_err(OperationError::from)?;
    Ok(())
}

/// Finds out who asks. Who is known pays for himself; for everybody else, and for keys that do not
/// work, the address does. A credential of which nothing is known costs a look-up, whatever comes of
/// it, so the address pays before that: who makes credentials up does not reach the database for ever.
async fn find_out(
    request: &HttpRequest,
    ops: &Operations,
    budget: Budget,
    presence: Presence,
) -> Result<(Principal, Credentials), ApiError> {
    let sent = credentials(request);
    let is_new = sent.as_ref().is_ok_and(|sent| !is_familiar(ops, sent));
    if is_new {
        charge(request, None, budget)?;
    }
    let found = match sent {
        Ok(sent) => match authenticate(ops, &sent, presence).await {
            Ok(principal) => Ok((principal, sent)),
            Err(error) => Err(ApiError::from(error)),
        },
        Err(error) => Err(error),
    };
    let account = found.as_ref().ok().and_then(|(principal, _)| principal.account());
    if account.is_some() || !is_new {
        charge(request, account, budget)?;
    }
    found
}

/// A command is always somebody's; a stream is opened again by itself, and a page that nobody uses
/// says so of what it reads.
fn presence(request: &HttpRequest, spec: &EndpointSpec) -> Presence {
    let asks_by_itself = spec.answer == AnswerKind::Events || request.headers().contains_key(BACKGROUND);
    if spec.method == Method::Get && asks_by_itself {
        Presence::Away
    } else {
        Presence::Here
    }
}

fn charge(request: &HttpRequest, account: Option<u128>, budget: Budget) -> Result<(), ApiError> {
    let Some(door) = request.app_data::<web::Data<Door>>() else {
        return Ok(());
    };
    let limits = door.limits();
    let payer = account.map_or_else(|| limits.address_of(request), Payer::Account);
    limits.charge(request, payer, budget)
}

/// A browser sends the cookie by itself; only our own pages know the token that goes with it.
fn require_write_token(
    request: &HttpRequest,
    principal: &Principal,
    credentials: &Credentials,
) -> Result<(), ApiError> {
    let (Principal::Person(_), Some(cookie)) = (principal, &credentials.cookie) else {
        return Ok(());
    };
    let sent = request.headers().get(WRITE_TOKEN).map(HeaderValue::as_bytes);
    let is_ours = sent.is_some_and(|sent| same(sent, csrf_token(cookie).as_bytes()));
    if is_ours {
        Ok(())
    } else {
        Err(OperationError::from(Refusal::CsrfFailed).into())
    }
}

/// Compares in a time that does not depend on where the two differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .fold(0, |differs, (one, other)| differs | (one ^ other))
            == 0
}

/// What the request brought along.
fn credentials(request: &HttpRequest) -> Result<Credentials, ApiError> {
    let bearer = match request.headers().get(AUTHORIZATION) {
        None => None,
        Some(value) => Some(
            value
                .to_str()
                .ok()
                .and_then(|text| text.split_once(' '))
                .filter(|(scheme, key)| scheme.eq_ignore_ascii_case("bearer") && !key.trim().is_empty())
                .map(|(_, key)| SecretText::new(key.trim()))
                .ok_or_else(|| ApiError::from(OperationError::from(Refusal::UnknownKey)))?,
        ),
    };
    let cookie = match bearer {
        Some(_) => None,
        None => Cookies::of(request).session(request),
    };
    Ok(Credentials { bearer, cookie })
}

/// Who the request comes from. It was admitted, so it is known.
pub fn principal(request: &HttpRequest) -> Principal {
    known(request).0.clone()
}

/// What the request brought along to be admitted.
pub fn credentials_of(request: &HttpRequest) -> Credentials {
    known(request).1.clone()
}

fn known(request: &HttpRequest) -> Rc<(Principal, Credentials)> {
    request.extensions().get::<Known>().map_or_else(
        || Rc::new((Principal::Nobody { had_session: false }, Credentials::default())),
        |known| Rc::clone(&known.0),
    )
}

/// Where a request comes from: the connection, or what a trusted proxy says of it.
fn address(request: &HttpRequest) -> Option<IpAddr> {
    let door = request.app_data::<web::Data<Door>>()?;
    match door.limits().address_of(request) {
        Payer::Address(address) => Some(address),
        Payer::Account(_) => None,
    }
}

/// Who asks for something about their own session, and from where.
pub fn visitor(request: &HttpRequest) -> Visitor {
    let known = known(request);
    let (principal, credentials) = known.as_ref();
    let user_agent = request
        .headers()
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Visitor {
        operator: principal.operator(RequestId::text(request)),
        principal: principal.clone(),
        credentials: credentials.clone(),
        address: address(request),
        user_agent: user_agent.chars().take(USER_AGENT_MAX).collect(),
        device_mark: Cookies::of(request).device(request),
    }
}
