//! Who may come in: accounts, their sessions, recovery codes and passkeys, links that work once, and
//! keys.

pub mod actors;
pub mod api_keys;
pub mod one_time_links;
pub mod passkeys;
pub mod recovery_codes;
pub mod sessions;
pub mod users;

use std::fmt;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::entity::{one_time_link, session as session_entity};
use crate::error::StoreError;
use crate::session::NotesTx;
use crate::session::sealed::Executor as _;

/// Ends every session and takes every open link away: for a database that was restored, in which
/// what was ended since stands open again.
pub async fn end_access(notes: &NotesTx) -> Result<(), StoreError> {
    let failed = StoreError::of("end the sessions and links of a backup");
    session_entity::Entity::delete_many()
        .exec(notes.connection())
        .await
        .map_err(&failed)?;
    one_time_link::Entity::delete_many()
        .filter(one_time_link::Column::UsedAt.is_null())
        .filter(one_time_link::Column::RevokedAt.is_null())
        .exec(notes.connection())
        .await
        .map_err(&failed)?;
    Ok(())
}

/// The SHA-256 of a random secret, which is all that is kept of it. Prints as `***`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Wraps a digest.
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest, for a comparison in constant time.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As the database keeps it: lower-case hexadecimal.
    pub(crate) fn text(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            use fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
