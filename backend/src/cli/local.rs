//! Commands that work on the database themselves, without asking a server.

use std::sync::Arc;

use aicmo_operations::accounts::AccountSettings;
use aicmo_operations::webhooks::NoWayOut;
use aicmo_operations::{Mode, Operations, OperationsSettings, SystemClock};
use aicmo_store::{Store, StoreError, StoreSettings};

use crate::process::database::explain;
use crate::process::{Stop, facts, keys};
use crate::settings::{DatabaseAddress, Settings};

/// Runs `work` on the database that the settings name, which must be there and have the schema of
/// this program. A server may hold it meanwhile. Nothing is made or brought up to date.
pub(super) async fn with_database<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&Operations) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let store = open(settings, &settings.store_settings()).await?;
    let ops = operations(settings, store.clone())?;
    let outcome = work(&ops).await;
    store.close().await;
    outcome
}

/// The operations of a command on `store`. The keys are made up: no command looks for identities.
pub(super) fn operations(settings: &Settings, store: Store) -> Result<Arc<Operations>, Stop> {
    Ok(Operations::new(
        OperationsSettings {
            clock: Arc::new(SystemClock),
            secrets: keys::ephemeral()?,
            data_dir: settings.data_dir.clone(),
            import_max_bytes: settings.import_max_bytes(),
            campaign_ops_enabled: settings.campaign_ops_enabled,
            services_disabled: Vec::new(),
            streams_each: settings.streams_each(),
            webhook_port: Arc::new(NoWayOut),
            e2e: false,
            accounts: AccountSettings::default(),
            facts: facts::collect(settings, "command"),
        },
        Mode::Live(store),
    ))
}

/// Refuses where there is no database yet, which is nearly always a wrong directory.
pub(super) fn must_exist(settings: &Settings, address: &str) -> Result<(), Stop> {
    if let DatabaseAddress::Sqlite(path) = settings.database()
        && !path.exists()
    {
        return Err(Stop::configuration(format!(
            "The database {address} does not exist yet; name another one with AICMO_DATA_DIR or DATABASE_URL."
        )));
    }
    Ok(())
}

async fn open(settings: &Settings, wanted: &StoreSettings) -> Result<Store, Stop> {
    let address = wanted.target.redacted();
    must_exist(settings, &address)?;
    let explained = |error: StoreError| explain(&error, &address);
    let store = Store::open(wanted).await.map_err(explained)?;
    let schema = match store.schema().await {
        Ok(schema) => schema,
        Err(error) => {
            store.close().await;
            return Err(explained(error));
        }
    };
    if !schema.is_newer && schema.pending == 0 {
        return Ok(store);
    }
    store.close().await;
    Err(if schema.is_newer {
        explained(StoreError::SchemaTooNew {
            found: schema.applied.unwrap_or_default(),
            expected: schema.expected,
        })
    } else {
        Stop::configuration(format!(
            "The database {address} has an older schema than this program; `aicmo migrate` brings it up to date."
        ))
    })
}
