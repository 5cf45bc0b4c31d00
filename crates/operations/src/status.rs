//! The state of the process, for the shell of every screen. It never fails.
//!
//! Mode, build and services come from memory. The control flags are the one thing that is read;
//! when the database does not answer they are absent and the database service says why.

use aicmo_shared::status::{ServiceHealth, ServiceName, ServiceState, Status};
use aicmo_shared::{MockReason, Sourced};
use aicmo_store::{Store, control};

use crate::context::{Mode, Operations};
use crate::error::OperationError;
use crate::health::DatabaseHealth;

/// Mode, build, control flags and services. A database that is down shows as a service that is down.
///
/// # Errors
/// None; the type is that of every read.
pub async fn get_status(ops: &Operations) -> Result<Sourced<Status>, OperationError> {
    let mode = ops.mode();
    let control = match mode.store() {
        Some(store) => control_flags(ops, store).await.ok(),
        None => None,
    };
    let status = Status {
        build: ops.facts.build.clone(),
        mock_reason: mode.mock_reason(),
        e2e: ops.e2e,
        started_at: ops.facts.started_at,
        server_time: ops.now(),
        change_seq: Operations::change_seq(&mode),
        control,
        services: services(ops, &mode),
    };
    Ok(ops.about_process(&mode, status))
}

/// Reads the flags and tells the health tracker how that went.
pub(crate) async fn control_flags(
    ops: &Operations,
    store: &Store,
) -> Result<aicmo_shared::control::ControlFlags, OperationError> {
    let flags = control::flags(&store.reader())
        .await
        .map_err(OperationError::from);
    ops.health.learn(&flags, ops.now());
    flags
}

/// Every service with its state, in the order of `ServiceName`.
pub(crate) fn services(ops: &Operations, mode: &Mode) -> Vec<ServiceHealth> {
    let database = ops.health.database();
    ServiceName::ALL
        .iter()
        .map(|name| service(ops, mode, &database, *name))
        .collect()
}

fn service(ops: &Operations, mode: &Mode, database: &DatabaseHealth, name: ServiceName) -> ServiceHealth {
    let started_at = ops.facts.started_at;
    let health = |state, why: Option<String>, since, is_mock| ServiceHealth {
        name,
        state,
        why,
        since,
        is_mock,
    };
    if name == ServiceName::Database {
        return health(database.state, database.why.clone(), database.since, false);
    }
    if name == ServiceName::CampaignOps && !ops.campaign_ops_enabled {
        let why = "AICMO_CAMPAIGN_OPS_ENABLED is false.".to_owned();
        return health(ServiceState::Off, Some(why), started_at, false);
    }
    match mode {
        Mode::Mock(MockReason::DatabaseUnavailableAtStart) => {
            let why = "It shows mock data until the database is there.".to_owned();
            health(ServiceState::Degraded, Some(why), database.since, false)
        }
        Mode::Mock(_) => health(ServiceState::Up, None, started_at, false),
        Mode::Live(_) if ops.serves_mock(Some(name)) => {
            let why = "AICMO_SERVICES_DISABLED names it; it shows mock data.".to_owned();
            health(ServiceState::Off, Some(why), started_at, true)
        }
        Mode::Live(_) => match database.state {
            ServiceState::Down => {
                let why = "It needs the database, which does not answer.".to_owned();
                health(ServiceState::Down, Some(why), database.since, false)
            }
            ServiceState::Degraded => {
                let why = "It can be read but not changed.".to_owned();
                health(ServiceState::Degraded, Some(why), database.since, false)
            }
            ServiceState::Up | ServiceState::Off => health(ServiceState::Up, None, database.since, false),
        },
    }
}
