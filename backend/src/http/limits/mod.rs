//! How many requests one caller may send, per minute.
//!
//! Three budgets: reads, writes, and signing in. A budget is a bucket that refills evenly, so a caller
//! that stays below its rate never meets it, and one that saved up may send a burst. Who pays is told
//! by whoever knows it: the account behind a request, else the address it came from. Owns the buckets
//! and their headers; does not own who a caller is. Memory is bounded: `bucket` has a fixed number of
//! buckets, and `forget_idle` drops the full ones.

mod address;
mod bucket;

pub use address::{Network, TrustedProxies};

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;

use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};
use aicmo_shared::ErrorCode;
use aicmo_shared::access::Access;
use aicmo_shared::api::{self, EndpointSpec, Kind};

use super::ApiError;
use bucket::{Buckets, Level};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Requests per minute; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// `GET` and `HEAD`.
    pub reads: u32,
    /// Everything else.
    pub writes: u32,
    /// Commands that are open to everybody: signing in, and what leads to it.
    pub sign_ins: u32,
}

impl Default for Budgets {
    /// What the settings say when nobody sets them.
    fn default() -> Self {
        Self {
            reads: 12_000,
            writes: 3_000,
            sign_ins: 60,
        }
    }
}

/// Who pays for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payer {
    /// The network address it came from; of an IPv6 address the network of one customer.
    Address(IpAddr),
    /// A person with a session, or a key; the bootstrap key is the id without a bit set.
    Account(u128),
}

/// Which budget a request is paid from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// `GET` and `HEAD`.
    Reads,
    /// Everything else.
    Writes,
    /// Commands that are open to everybody.
    SignIns,
}

impl Budget {
    /// The budget of an endpoint.
    pub const fn of(spec: &EndpointSpec) -> Self {
        match (spec.kind, spec.access, spec.method) {
            (Kind::Read | Kind::Stream, ..) | (Kind::Inquiry, _, api::Method::Get) => Self::Reads,
            (Kind::Command, Access::Public, _) => Self::SignIns,
            (Kind::Command | Kind::Process | Kind::Inquiry, ..) => Self::Writes,
        }
    }

    /// The budget of a request to no endpoint.
    pub fn of_method(method: &Method) -> Self {
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            Self::Reads
        } else {
            Self::Writes
        }
    }
}

/// A budget and what was left of it; without a level it has no limit.
type Charge = (Budget, Option<Level>);

/// What a request has been charged; shared with the front door, which writes the headers.
#[derive(Clone, Debug, Default)]
pub struct Bill(Rc<Cell<Option<Charge>>>);

/// The buckets of all callers.
#[derive(Debug)]
pub struct Limits {
    reads: Option<Policy>,
    writes: Option<Policy>,
    sign_ins: Option<Policy>,
    proxies: TrustedProxies,
}

#[derive(Debug)]
struct Policy {
    name: &'static str,
    header: HeaderValue,
    buckets: Buckets,
}

impl Policy {
    fn new(name: &'static str, per_minute: u32) -> Option<Self> {
        let buckets = Buckets::per_minute(per_minute)?;
        let header = HeaderValue::from_str(&format!("\"{name}\";q={per_minute};w=60")).ok()?;
        Some(Self {
            name,
            header,
            buckets,
        })
    }
}

impl Limits {
    /// Buckets of these sizes; `proxies` may say for whom they speak.
    pub fn new(budgets: Budgets, proxies: TrustedProxies) -> Self {
        Self {
            reads: Policy::new("reads", budgets.reads),
            writes: Policy::new("writes", budgets.writes),
            sign_ins: Policy::new("sign-ins", budgets.sign_ins),
            proxies,
        }
    }

    /// The address that a request is charged to when nobody is known behind it.
    pub fn address_of(&self, request: &HttpRequest) -> Payer {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
        Payer::Address(address::network_of(self.proxies.client(peer, request.headers())))
    }

    /// Takes one request from `payer`'s bucket and notes it on the bill of the request.
    ///
    /// # Errors
    /// `RateLimited` when the bucket is empty.
    pub fn charge(&self, request: &HttpRequest, payer: Payer, budget: Budget) -> Result<(), ApiError> {
        let charged = self
            .policy(budget)
            .map(|policy| (policy, policy.buckets.take(&payer)));
        if let Some(bill) = request.extensions().get::<Bill>() {
            bill.0.set(Some((budget, charged.map(|(_, level)| level))));
        }
        let Some((policy, level)) = charged.filter(|(_, level)| !level.allowed) else {
            return Ok(());
        };
        Err(ApiError::new(
            ErrorCode::RateLimited,
            format!(
                "More than {} {} came within a minute. Ask again in {} s.",
                policy.buckets.size(),
                policy.name,
                level.wait_seconds
            ),
        )
        .with_extra("policy", policy.name)
        .with_extra("limit", policy.buckets.size())
        .with_extra("retry_after", level.wait_seconds))
    }

    /// Writes what was charged.
    pub fn dress(&self, headers: &mut HeaderMap, bill: &Bill) {
        let Some((budget, Some(level))) = bill.0.get() else {
            return;
        };
        let Some(policy) = self.policy(budget) else {
            return;
        };
        headers.insert(RATE_LIMIT_POLICY, policy.header.clone());
        let left = format!(
            "\"{}\";r={};t={}",
            policy.name, level.remaining, level.wait_seconds
        );
        if let Ok(left) = HeaderValue::from_str(&left) {
            headers.insert(RATE_LIMIT, left);
        }
    }

    /// Forgets the buckets that are full again.
    pub fn forget_idle(&self) {
        for policy in [&self.reads, &self.writes, &self.sign_ins].into_iter().flatten() {
            policy.buckets.forget_idle();
        }
    }

    fn policy(&self, budget: Budget) -> Option<&Policy> {
        match budget {
            Budget::Reads => self.reads.as_ref(),
            Budget::Writes => self.writes.as_ref(),
            Budget::SignIns => self.sign_ins.as_ref(),
        }
    }
}

impl Bill {
    /// Whether the request was charged, be it to a budget without a limit.
    pub fn is_paid(&self) -> bool {
        self.0.get().is_some()
    }
}
