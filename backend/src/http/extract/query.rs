//! The query of an address, checked against the parameters that the endpoint table lists.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use aicmo_shared::ErrorCode;
use aicmo_shared::api::{ParamKind, ParamSpec, QueryParams};

use crate::http::ApiError;

/// The parameters of this request.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: QueryParams> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

/// Refuses unknown, repeated and unreadable parameters by name; an empty value counts as absent, as
/// a form sends it.
pub fn read<T: QueryParams>(query: &str) -> Result<T, ApiError> {
    if query.is_empty() {
        return Ok(T::default());
    }
    let pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> = serde_urlencoded::from_str(query).map_err(|_| {
        ApiError::new(
            ErrorCode::MalformedRequest,
            "The query of the address could not be read.",
        )
    })?;
    let mut seen: Vec<(&str, &str)> = Vec::with_capacity(pairs.len());
    for (name, value) in &pairs {
        let Some(spec) = T::PARAMS.iter().find(|spec| spec.name == name.as_ref()) else {
            return Err(unknown(name, T::PARAMS));
        };
        if seen.iter().any(|(earlier, _)| *earlier == spec.name) {
            return Err(invalid(
                spec,
                "repeated",
                format!("{} is given more than once.", spec.name),
            ));
        }
        check(spec, value)?;
        seen.push((spec.name, value));
    }
    seen.retain(|(_, value)| !value.is_empty());
    serde_urlencoded::to_string(&seen)
        .ok()
        .and_then(|clean| serde_urlencoded::from_str(&clean).ok())
        .ok_or_else(|| {
            ApiError::new(
                ErrorCode::InvalidFilter,
                "The query of the address could not be understood.",
            )
        })
}

fn check(spec: &ParamSpec, value: &str) -> Result<(), ApiError> {
    if value.is_empty() {
        return Ok(());
    }
    if value.contains('\0') {
        let message = format!("{} must not hold the character U+0000.", spec.name);
        return Err(invalid(spec, "invalid", message));
    }
    match spec.kind {
        ParamKind::Text => Ok(()),
        ParamKind::Boolean if matches!(value, "true" | "false") => Ok(()),
        ParamKind::Boolean => Err(invalid(
            spec,
            "not_a_boolean",
            format!("{} takes true or false.", spec.name),
        )),
        ParamKind::Id if value.parse::<aicmo_shared::LeadId>().is_ok() => Ok(()),
        ParamKind::Id => Err(invalid(spec, "not_an_id", format!("{} takes an id.", spec.name))),
        ParamKind::Time if aicmo_shared::Timestamp::parse(value).is_some() => Ok(()),
        ParamKind::Time => Err(invalid(
            spec,
            "not_a_time",
            format!(
                "{} takes an RFC 3339 time such as 2026-01-15T09:30:00Z.",
                spec.name
            ),
        )),
        ParamKind::Ratio => match value.parse::<f64>() {
            Ok(number) if (0.0..=1.0).contains(&number) => Ok(()),
            _ => {
                let message = format!("{} takes a number from 0 to 1.", spec.name);
                Err(invalid(spec, "out_of_range", message))
            }
        },
        ParamKind::Integer(least, most) => match value.parse::<u32>() {
            Ok(number) if (least..=most).contains(&number) => Ok(()),
            _ => {
                let message = format!("{} takes a whole number from {least} to {most}.", spec.name);
                Err(invalid(spec, "out_of_range", message))
            }
        },
        ParamKind::OneOf(legal) | ParamKind::SomeOf(legal) => {
            let legal = legal();
            let many = matches!(spec.kind, ParamKind::SomeOf(_));
            let mut words = value
                .split(|letter| many && letter == ',')
                .map(|word| if many { word.trim() } else { word });
            let Some(value) = words.find(|word| !(legal.contains(word) || many && word.is_empty())) else {
                return Ok(());
            };
            let shown: String = value.chars().take(64).collect();
            let message = format!(
                "{shown} is not legal for {}: use one of {}.",
                spec.name,
                legal.join(", ")
            );
            Err(ApiError::new(ErrorCode::InvalidEnumValue, message.clone())
                .with_field(spec.name, "invalid_enum_value", message)
                .with_extra("legal", legal))
        }
    }
}

fn invalid(spec: &ParamSpec, code: &str, message: String) -> ApiError {
    ApiError::new(ErrorCode::InvalidFilter, message.clone()).with_field(spec.name, code, message)
}

fn unknown(name: &str, legal: &[ParamSpec]) -> ApiError {
    let shown: String = name.chars().take(64).collect();
    let legal: Vec<&str> = legal.iter().map(|spec| spec.name).collect();
    let message = if legal.is_empty() {
        format!("There is no parameter {shown}: this address takes none.")
    } else {
        format!("There is no parameter {shown}: use one of {}.", legal.join(", "))
    };
    ApiError::new(ErrorCode::InvalidFilter, message.clone())
        .with_field(shown, "unknown_parameter", message)
        .with_extra("legal", legal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicmo_shared::api::{LeadQuery, NoQuery};
    use aicmo_shared::lead::{LeadSort, LeadStatus};

    fn refused(query: &str) -> ErrorCode {
        read::<LeadQuery>(query).expect_err(query).code()
    }

    #[test]
    fn a_query_is_read_with_and_without_escapes() {
        let query =
            read::<LeadQuery>("filter[status]=NEW&filter%5Bemail%5D=a%2Bb%40c.de&sort=newest&limit=200")
                .expect("legal");
        assert_eq!(query.status, Some(LeadStatus::New));
        assert_eq!(query.email.as_deref(), Some("a+b@c.de"));
        assert_eq!(query.sort, Some(LeadSort::Newest));
        assert_eq!(query.limit, Some(200));
    }

    #[test]
    fn an_empty_value_counts_as_absent() {
        assert_eq!(
            read::<LeadQuery>("filter[status]=&limit=&cursor=").expect("legal"),
            LeadQuery::default()
        );
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        assert_eq!(refused("filter[status]=ENGAGED"), ErrorCode::InvalidEnumValue);
        for query in [
            "page=2",
            "limit=0",
            "limit=201",
            "limit=-1",
            "limit=ten",
            "filter[review]=yes",
            "filter[campaign]=spring",
            "limit=10&limit=10",
            "filter%5Bstatus%5D=NEW&filter[status]=LOST",
        ] {
            assert_eq!(refused(query), ErrorCode::InvalidFilter, "{query}");
        }
        assert!(read::<NoQuery>("a=1").is_err());
    }
}
