//! What a legal value is, per kind of setting.
//!
//! Each function turns text into a value or answers the rule as a phrase that follows the name of
//! the setting: "must be true or false". Empty text reaches only what may be unset.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use aicmo_shared::status::ServiceName;

use super::{Redacted, WebAddress};
use crate::http::{Network, TrustedProxies};

/// Where the figures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataSource {
    /// The database.
    Live,
    /// The fixed mock set.
    Mock,
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person.
    Text,
    /// For a program: one JSON object per line.
    Json,
}

pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err("must be true or false".into()),
    }
}

pub(super) fn seconds<const MIN: u64, const MAX: u64>(text: &str) -> Result<Duration, String> {
    number::<u64>(text, MIN, MAX, " of seconds").map(Duration::from_secs)
}

pub(super) fn count<const MIN: u32, const MAX: u32>(text: &str) -> Result<u32, String> {
    number(text, MIN, MAX, "")
}

pub(super) fn megabytes<const MIN: u64, const MAX: u64>(text: &str) -> Result<u64, String> {
    number(text, MIN, MAX, " of megabytes")
}

fn number<N: std::str::FromStr + PartialOrd + Display + Copy>(
    text: &str,
    min: N,
    max: N,
    unit: &str,
) -> Result<N, String> {
    match text.parse::<N>() {
        Ok(value) if value >= min && value <= max => Ok(value),
        _ => Err(format!("must be a whole number{unit} from {min} to {max}")),
    }
}

/// An address to listen on. Whether other machines may reach it is decided when the accounts are known.
pub(super) fn bind(text: &str) -> Result<SocketAddr, String> {
    let spelled = text
        .strip_prefix("localhost:")
        .map(|port| format!("127.0.0.1:{port}"));
    spelled
        .as_deref()
        .unwrap_or(text)
        .parse()
        .map_err(|_| "must be an address and a port, such as 127.0.0.1:8000".into())
}

/// A directory; whether it can be used is found out when it is opened.
#[expect(clippy::unnecessary_wraps, reason = "one shape for every parser of the table")]
pub(super) fn directory(text: &str) -> Result<PathBuf, String> {
    Ok(PathBuf::from(text))
}

#[expect(clippy::unnecessary_wraps, reason = "one shape for every parser of the table")]
pub(super) fn optional_path(text: &str) -> Result<Option<PathBuf>, String> {
    Ok((!text.is_empty()).then(|| PathBuf::from(text)))
}

pub(super) fn log_filter(text: &str) -> Result<String, String> {
    tracing_subscriber::EnvFilter::builder()
        .parse(text)
        .map(|_| text.to_owned())
        .map_err(|_| "must be a log filter such as info or warn,aicmo_backend=debug".into())
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json".into()),
    }
}

pub(super) fn data_source(text: &str) -> Result<DataSource, String> {
    match text {
        "live" => Ok(DataSource::Live),
        "mock" => Ok(DataSource::Mock),
        _ => Err("must be live or mock".into()),
    }
}

pub(super) fn services(text: &str) -> Result<Vec<ServiceName>, String> {
    let legal = ServiceName::SWITCHABLE;
    listed(text)
        .map(|name| legal.iter().copied().find(|service| service.as_str() == name))
        .collect::<Option<_>>()
        .ok_or_else(|| {
            let legal: Vec<_> = legal.iter().map(|service| service.as_str()).collect();
            format!(
                "must name services out of {}, separated by commas",
                legal.join(", ")
            )
        })
}

pub(super) fn proxies(text: &str) -> Result<TrustedProxies, String> {
    listed(text)
        .map(str::parse::<Network>)
        .collect::<Result<_, ()>>()
        .map(TrustedProxies)
        .map_err(|()| "must name networks such as 10.0.0.0/8 or fd00::/8, separated by commas".into())
}

pub(super) fn origins(text: &str) -> Result<Vec<WebAddress>, String> {
    listed(text).map(WebAddress::parse).collect()
}

pub(super) fn optional_address(text: &str) -> Result<Option<WebAddress>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    WebAddress::parse(text).map(Some)
}

/// The words of a list, without empty ones.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

pub(super) fn optional_key(text: &str) -> Result<Option<Redacted<String>>, String> {
    match text.chars().count() {
        0 => Ok(None),
        32.. => Ok(Some(Redacted::new(text.to_owned()))),
        _ => Err("must have at least 32 characters".into()),
    }
}

/// A secret of whatever shape its issuer gave it; only what could not travel in a header is refused.
pub(super) fn optional_secret(text: &str) -> Result<Option<Redacted<String>>, String> {
    if text.is_empty() {
        Ok(None)
    } else if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(Some(Redacted::new(text.to_owned())))
    } else {
        Err("must be visible ASCII characters without spaces".into())
    }
}

pub(super) fn optional_database(text: &str) -> Result<Option<super::DatabaseAddress>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    super::DatabaseAddress::parse(text).map(Some)
}
