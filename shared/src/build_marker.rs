//! The build marker: `AICMO_DASH_V3_<yyyy_mm_dd>_<short commit>`.
//!
//! Binary and console each carry their own; `X-Aicmo-Build` lets the console notice that it is
//! older than the server. The build scripts of both take the text from git (`build_from_git.rs`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// What every marker begins with.
pub const PREFIX: &str = "AICMO_DASH_V3_";

/// The response header that carries the server's marker.
pub const HEADER: &str = "X-Aicmo-Build";

/// A build marker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BuildMarker(String);

impl BuildMarker {
    /// Wraps the text that a build script made.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The marker as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BuildMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for BuildMarker {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for BuildMarker {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("BuildMarker")
    }
}
