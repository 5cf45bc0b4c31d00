//! `aicmo migrate`: the schema, without a server.

use aicmo_store::{Store, StoreError};

use super::block_on;
use super::output::print_text;
use crate::process::database::{explain, open_ready, rehearse};
use crate::process::lock::InstanceLock;
use crate::process::{Exit, Stop};
use crate::settings::{DatabaseAddress, Settings};

pub(super) fn migrate(settings: &Settings, check: bool, rehearse: bool) -> Result<Exit, Stop> {
    if rehearse {
        return try_steps(settings);
    }
    let store = settings.store_settings();
    let address = store.target.redacted();
    let explained = |error: StoreError| explain(&error, &address);
    if check {
        if let DatabaseAddress::Sqlite(path) = settings.database()
            && !path.exists()
        {
            print_text(&format!("{address} does not exist yet.\n"))?;
            return Ok(Exit::Failed);
        }
        let schema = block_on(async {
            let store = Store::open(&store).await?;
            let schema = store.schema().await;
            store.close().await;
            schema
        })?
        .map_err(explained)?;
        if schema.is_newer {
            return Err(explain(
                &StoreError::SchemaTooNew {
                    found: schema.applied.unwrap_or_default(),
                    expected: schema.expected,
                },
                &address,
            ));
        }
        let current = schema.pending == 0;
        print_text(&if current {
            format!("{address} has the current schema {}.\n", schema.expected)
        } else {
            format!(
                "{address} needs {} migrations to reach {}.\n",
                schema.pending, schema.expected
            )
        })?;
        return Ok(if current { Exit::Fine } else { Exit::Failed });
    }
    let _lock = match settings.database() {
        DatabaseAddress::Sqlite(path) => {
            if settings.database_url.is_none() {
                crate::process::data_dir::prepare(&settings.data_dir)?;
            }
            Some(InstanceLock::take(&path)?)
        }
        DatabaseAddress::Postgres { .. } => None,
    };
    block_on(async {
        let store = open_ready(&store).await?;
        store.close().await;
        Ok(())
    })?
    .map_err(explained)?;
    print_text(&format!("{address} has the current schema.\n"))
}

/// Tries the pending steps and leaves the database as it was.
fn try_steps(settings: &Settings) -> Result<Exit, Stop> {
    let wanted = settings.store_settings();
    let address = wanted.target.redacted();
    if let DatabaseAddress::Sqlite(path) = settings.database()
        && !path.exists()
    {
        return print_text(&format!(
            "{address} does not exist yet: there is nothing to rehearse.\n"
        ));
    }
    let tried = block_on(async {
        let store = Store::open(&wanted)
            .await
            .map_err(|error| explain(&error, &address))?;
        let tried = rehearse(&store, &address).await;
        store.close().await;
        tried
    })??;
    print_text(&format!(
        "{address}: {} pending steps went well on a copy in {:.1} s; nothing was changed.\n",
        tried.steps,
        tried.took.as_secs_f64()
    ))
}
