//! A value that no log, report or message can print.

use std::fmt;

/// Wraps a secret. `Debug` and `Display` print `***`, and it has no serde, so the only way to the
/// value is `expose`, which is easy to find in a review.
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted<T>(T);

/// What stands in the place of a secret.
pub const MASK: &str = "***";

impl<T> Redacted<T> {
    /// Wraps a secret.
    pub const fn new(secret: T) -> Self {
        Self(secret)
    }

    /// The secret itself.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
