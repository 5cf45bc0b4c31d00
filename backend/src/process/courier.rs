//! Webhooks leave from a task of the server: watched over, so that a crash costs what was under way
//! and not the deliveries to come.

use std::sync::Arc;
use std::time::Duration;

use aicmo_operations::Operations;
use aicmo_operations::webhooks::{BrokenWayOut, Courier, NoWayOut, WebhookPort};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use aicmo_gateways::HttpWebhooks;

use crate::settings::Settings;

/// How long to wait before a courier that crashed is followed by another.
const PAUSE: Duration = Duration::from_secs(1);

/// Carries webhooks until it is dropped, which calls off what is under way. A process that serves
/// mock data carries none.
pub async fn carry_webhooks(ops: Arc<Operations>) {
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pause.tick().await;
        let Some(store) = ops.mode().store().cloned() else {
            return;
        };
        let mut work = JoinSet::new();
        work.spawn(Courier::new(Arc::clone(&ops), store).run());
        match work.join_next().await {
            Some(Err(crash)) if crash.is_panic() => {
                tracing::error!(error = %crash, "the courier of the webhooks crashed; another takes over");
            }
            _ => return,
        }
    }
}

/// How webhooks leave this process. Where HTTPS cannot be spoken they wait, Diagnostics say so, and
/// everything else runs.
pub fn way_out(settings: &Settings) -> Arc<dyn WebhookPort> {
    if settings.forced_mock().is_some() {
        return Arc::new(NoWayOut);
    }
    match HttpWebhooks::new(settings.webhook_allow_private) {
        Ok(webhooks) => Arc::new(webhooks),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "webhooks cannot be sent from this machine"
            );
            Arc::new(BrokenWayOut)
        }
    }
}
