//! Provenance: a value travels with where it came from, of when it is and whether it is invented.
//!
//! `Sourced` has private fields and two constructors. `MockReason` has no variant for a failure at
//! run time, so an error handler cannot turn a failed query into mock data.

use serde::{Deserialize, Serialize};

use crate::closed_enum;
use crate::time::Timestamp;

closed_enum! {
    /// Where a value came from.
    pub enum Source {
        /// Computed from the database of this process.
        Live = "live",
        /// From the fixed mock set.
        Mock = "mock",
    }
}

closed_enum! {
    /// Why a process, or one service of it, serves the fixed mock set. Decided once, at start.
    pub enum MockReason {
        /// `AICMO_DATA_SOURCE=mock`.
        ForcedBySetting = "forced_by_setting",
        /// `AICMO_E2E_MODE=true`.
        E2eMode = "e2e_mode",
        /// The database could not be opened while the process started.
        DatabaseUnavailableAtStart = "database_unavailable_at_start",
        /// The service is named in `AICMO_SERVICES_DISABLED`.
        ServiceDisabled = "service_disabled",
    }
}

impl MockReason {
    /// Why, what it means and how to leave, for banner and problem document.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ForcedBySetting => {
                "AICMO_DATA_SOURCE is set to mock. These figures are invented and nothing can be changed. \
                 Start with AICMO_DATA_SOURCE=live to leave."
            }
            Self::E2eMode => {
                "AICMO_E2E_MODE is on. These figures are invented, the clock stands still and nothing can be \
                 changed. Start without AICMO_E2E_MODE to leave."
            }
            Self::DatabaseUnavailableAtStart => {
                "The database could not be opened when the server started. These figures are invented and \
                 nothing can be changed. The server keeps trying and turns live by itself."
            }
            Self::ServiceDisabled => {
                "AICMO_SERVICES_DISABLED names this service. Its figures are invented and nothing in it can be \
                 changed. Remove it from the setting and restart to leave."
            }
        }
    }
}

/// A page of a list: where to go on, and how many there are where that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PageInfo {
    /// Opaque; null on the last page. Bound to filter and sort.
    pub next_cursor: Option<String>,
    /// The most rows this page may have.
    pub limit: u32,
    /// Rows that match the filter; null when counting them is not cheap and was not asked for.
    pub total: Option<u64>,
    /// Whether `total` is an exact count; always true when `total` is given.
    pub total_is_exact: bool,
}

/// A value with its provenance. On the wire: `data`, `is_mock`, `source`, `mock_reason`,
/// `generated_at`, and `page` for lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire<T>")]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub struct Sourced<T> {
    data: T,
    is_mock: bool,
    source: Source,
    mock_reason: Option<MockReason>,
    generated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<PageInfo>,
}

impl<T> Sourced<T> {
    /// A value computed from the database at `generated_at`.
    pub const fn live(data: T, generated_at: Timestamp) -> Self {
        Self {
            data,
            is_mock: false,
            source: Source::Live,
            mock_reason: None,
            generated_at,
            page: None,
        }
    }

    /// A value from the fixed mock set, with the reason why.
    pub const fn mock(data: T, reason: MockReason, generated_at: Timestamp) -> Self {
        Self {
            data,
            is_mock: true,
            source: Source::Mock,
            mock_reason: Some(reason),
            generated_at,
            page: None,
        }
    }

    /// Adds the paging of a list.
    #[must_use]
    pub fn with_page(mut self, page: PageInfo) -> Self {
        self.page = Some(page);
        self
    }

    /// Another value of the same provenance; a part of a whole is as mock as the whole.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced {
            data: convert(self.data),
            is_mock: self.is_mock,
            source: self.source,
            mock_reason: self.mock_reason,
            generated_at: self.generated_at,
            page: self.page,
        }
    }

    /// The value.
    pub const fn data(&self) -> &T {
        &self.data
    }

    /// The value, without its provenance: for tests and for code that has drawn the provenance.
    pub fn into_data(self) -> T {
        self.data
    }

    /// Whether the value is invented.
    pub const fn is_mock(&self) -> bool {
        self.is_mock
    }

    /// Why the value is invented; `None` exactly when it is live.
    pub const fn mock_reason(&self) -> Option<MockReason> {
        self.mock_reason
    }

    /// When the value was computed.
    pub const fn generated_at(&self) -> Timestamp {
        self.generated_at
    }

    /// The paging, when this is a list.
    pub const fn page(&self) -> Option<&PageInfo> {
        self.page.as_ref()
    }
}

/// What arrives, before the three provenance fields are found to agree.
#[derive(Deserialize)]
struct Wire<T> {
    data: T,
    is_mock: bool,
    source: Source,
    mock_reason: Option<MockReason>,
    generated_at: Timestamp,
    #[serde(default)]
    page: Option<PageInfo>,
}

impl<T> TryFrom<Wire<T>> for Sourced<T> {
    type Error = String;

    fn try_from(wire: Wire<T>) -> Result<Self, Self::Error> {
        let is_mock = wire.source == Source::Mock;
        if wire.is_mock != is_mock || wire.mock_reason.is_some() != is_mock {
            return Err(format!(
                "the provenance contradicts itself: is_mock {}, source {}, mock_reason {}",
                wire.is_mock,
                wire.source,
                wire.mock_reason.map_or("null", MockReason::as_str)
            ));
        }
        Ok(Self {
            data: wire.data,
            is_mock,
            source: wire.source,
            mock_reason: wire.mock_reason,
            generated_at: wire.generated_at,
            page: wire.page,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_has_the_four_fields_and_they_agree() {
        let at = Timestamp::from_millis(0);
        let live = serde_json::to_value(Sourced::live(1, at)).expect("serialises");
        assert_eq!(
            live,
            serde_json::json!({"data": 1, "is_mock": false, "source": "live", "mock_reason": null,
                "generated_at": "1970-01-01T00:00:00.000Z"})
        );
        let mock = Sourced::mock(1, MockReason::E2eMode, at);
        let round: Sourced<i32> =
            serde_json::from_value(serde_json::to_value(&mock).expect("serialises")).expect("reads back");
        assert_eq!(round, mock);
    }

    #[test]
    fn an_envelope_that_contradicts_itself_is_refused() {
        for (is_mock, source, reason) in [
            (true, "live", None),
            (false, "mock", Some("e2e_mode")),
            (true, "mock", None),
            (false, "live", Some("e2e_mode")),
        ] {
            let text = serde_json::json!({"data": 1, "is_mock": is_mock, "source": source,
                "mock_reason": reason, "generated_at": "2026-01-15T09:30:00Z"});
            assert!(
                serde_json::from_value::<Sourced<i32>>(text.clone()).is_err(),
                "{text}"
            );
        }
    }
}
