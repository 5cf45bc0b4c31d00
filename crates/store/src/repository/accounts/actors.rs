//! What to call whoever did something: people by their names, tools by the names of their keys.
//!
//! The trail and its relatives hold ids, so that a person can be erased; lists show names.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::users;
use crate::entity::api_key;
use crate::error::StoreError;
use crate::repository::CHUNK;
use crate::session::Session;

/// The names behind ids of actors.
#[derive(Debug, Default)]
pub struct ActorNames(HashMap<Uuid, String>);

impl ActorNames {
    /// Reads the names of those ids that are accounts or keys; asks nothing when none can be one.
    pub async fn read<'a>(
        session: &impl Session,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, StoreError> {
        let mut ids: Vec<Uuid> = ids.into_iter().filter_map(|id| id.parse().ok()).collect();
        ids.sort_unstable();
        ids.dedup();
        let people = users::names(session, ids.iter().copied()).await?;
        let mut names: HashMap<Uuid, String> = people
            .into_iter()
            .map(|(id, user)| (id, user.display_name))
            .collect();
        ids.retain(|id| !names.contains_key(id));
        for chunk in ids.chunks(CHUNK) {
            let keys = api_key::Entity::find()
                .select_only()
                .columns([api_key::Column::Id, api_key::Column::Name])
                .filter(api_key::Column::Id.is_in(chunk.iter().copied()))
                .into_tuple::<(Uuid, String)>()
                .all(session.connection())
                .await
                .map_err(StoreError::of("read the names of keys"))?;
            names.extend(keys);
        }
        Ok(Self(names))
    }

    /// The name behind `id`, or `id` itself when it names nobody.
    pub fn of(&self, id: String) -> String {
        match id.parse::<Uuid>() {
            Ok(known) => self.0.get(&known).cloned().unwrap_or(id),
            Err(_) => id,
        }
    }
}
