//! What a monitor may know about this process and its work: levels, and no data of any person.
//!
//! Collected when asked for, each figure in time that does not grow with the data. When the database
//! does not answer, its figures are absent and `database_up` says why.

use aicmo_shared::{MockReason, Timestamp};
use aicmo_store::{Store, StoreError, audit_head, imports, jobs};

use crate::context::{Mode, Operations};
use crate::metrics;

/// A level with its name, without the prefix of the product.
#[derive(Clone, Debug, PartialEq)]
pub struct Gauge {
    pub name: &'static str,
    /// One sentence.
    pub help: &'static str,
    pub labels: Vec<(&'static str, String)>,
    pub value: f64,
}

fn gauge(name: &'static str, help: &'static str, value: f64) -> Gauge {
    Gauge {
        name,
        help,
        labels: Vec::new(),
        value,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a monitor reads figures as floating point"
)]
fn number(value: u64) -> f64 {
    value as f64
}

/// The levels of this moment.
pub async fn collect(ops: &Operations) -> Vec<Gauge> {
    let mode = ops.mode();
    let mut gauges = about_process(ops, &mode);
    if let Mode::Live(store) = &mode {
        let found = about_data(ops, store).await;
        let is_up = found.is_ok();
        gauges.push(gauge(
            "database_up",
            "1 while the database answers.",
            f64::from(u8::from(is_up)),
        ));
        match found {
            Ok(found) => gauges.extend(found),
            Err(error) => tracing::debug!(%error, "the database gives no figures to a monitor"),
        }
        gauges.extend(about_connections(store));
    }
    gauges
}

fn about_process(ops: &Operations, mode: &Mode) -> Vec<Gauge> {
    let facts = ops.facts();
    let reason = mode.mock_reason().map_or("", MockReason::as_str);
    let seconds = ops.now().since(facts.started_at).max(0);
    vec![
        Gauge {
            labels: vec![
                ("build", facts.build.to_string()),
                ("version", facts.version.clone()),
            ],
            ..gauge("build_info", "Which build this is; always 1.", 1.0)
        },
        Gauge {
            labels: vec![("reason", reason.to_owned())],
            ..gauge(
                "mock_mode",
                "1 while the process serves invented data.",
                f64::from(u8::from(!reason.is_empty())),
            )
        },
        gauge(
            "uptime_seconds",
            "How long the process has run.",
            number(u64::try_from(seconds).unwrap_or_default()) / 1_000.0,
        ),
        gauge(
            "event_clients",
            "Open event streams.",
            number(u64::try_from(ops.hub().listeners()).unwrap_or_default()),
        ),
        gauge(
            "event_seq",
            "The place of the newest event that this process knows of.",
            number(Operations::change_seq(mode)),
        ),
    ]
}

async fn about_data(ops: &Operations, store: &Store) -> Result<Vec<Gauge>, StoreError> {
    let reader = store.reader();
    let (head, _) = audit_head(&reader).await?;
    let (importing, oldest_import) = imports::under_way(&reader).await?;
    let changing = jobs::under_way(&reader).await?;
    let oldest_change = changing.iter().map(|job| job.updated_at).min();
    let age = |oldest: Option<Timestamp>| oldest.map_or(0, |at| ops.now().since(at).max(0));
    let mut gauges = vec![gauge(
        "audit_seq",
        "The place of the newest row of the audit trail.",
        number(head),
    )];
    for (queue, waiting, oldest) in [
        ("imports", importing, oldest_import),
        ("bulk_changes", changing.len() as u64, oldest_change),
    ] {
        let labels = vec![("queue", queue.to_owned())];
        let depth = gauge(
            "queue_depth",
            "Work that is waiting or under way.",
            number(waiting),
        );
        let seconds = number(u64::try_from(age(oldest)).unwrap_or_default()) / 1_000.0;
        let oldest = gauge(
            "queue_oldest_seconds",
            "How long the oldest piece of it has been there.",
            seconds,
        );
        gauges.push(Gauge {
            labels: labels.clone(),
            ..depth
        });
        gauges.push(Gauge { labels, ..oldest });
    }
    if let Ok(figures) = metrics::get_attention(ops).await {
        let figures = figures.into_data();
        for (name, help, value) in [
            ("leads", "Leads.", figures.leads),
            ("leads_to_triage", "Leads that wait for a person.", figures.triage),
            ("leads_high_intent", "Leads of high intent.", figures.high_intent),
            (
                "approvals_pending",
                "Approvals that wait for a decision.",
                figures.approvals_pending,
            ),
            (
                "attempts_failed_last_24h",
                "Attempts that failed in the last day.",
                figures.failed_last_24h,
            ),
            (
                "corrupt_rows",
                "Rows with a value that no enum knows.",
                figures.corrupt_rows,
            ),
        ] {
            gauges.push(gauge(name, help, number(value)));
        }
    }
    Ok(gauges)
}

fn about_connections(store: &Store) -> Vec<Gauge> {
    let mut gauges = Vec::new();
    for (pool, used) in store.connections() {
        for (state, value) in [("busy", used.busy), ("idle", used.idle), ("most", used.most)] {
            gauges.push(Gauge {
                labels: vec![("pool", pool.to_owned()), ("state", state.to_owned())],
                ..gauge(
                    "database_connections",
                    "Connections to the database; most is what the pool may open.",
                    f64::from(value),
                )
            });
        }
    }
    gauges
}
