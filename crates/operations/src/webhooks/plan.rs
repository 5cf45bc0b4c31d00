//! Makes deliveries of events: one per webhook that asked for it, whoever makes them.
//!
//! The cursor is held while deliveries are made and is moved in the same transaction, and a webhook
//! can have one delivery per event, so neither a second replica nor a kill makes one twice or
//! leaves one out.

use aicmo_shared::DeliveryId;
use aicmo_shared::event::Event;
use aicmo_store::webhooks::{self, DeliveryRecord, WebhookRecord};
use aicmo_store::{Store, events};

use crate::context::Operations;
use crate::error::OperationError;
use crate::webhooks::body_of;

/// Events of one transaction.
const PAGE: u64 = 500;

/// So many events that concern nobody may pass before the cursor is moved behind them.
const IDLE: i64 = 5_000;

/// Remembers which events concern nobody, so that they are not written about.
#[derive(Debug, Default)]
pub struct Planner {
    /// Up to here nothing is left to do.
    seen: i64,
}

impl Planner {
    /// Makes deliveries of everything that is there; answers how many.
    pub async fn plan(&mut self, ops: &Operations, store: &Store) -> Result<usize, OperationError> {
        let mut made = 0;
        let reader = store.reader();
        let known = webhooks::active(&reader).await?;
        let Some(first) = known.iter().map(|webhook| webhook.from_seq).min() else {
            return Ok(0);
        };
        let cursor = webhooks::cursor(&reader).await?;
        self.seen = self.seen.max(cursor).max(first);
        loop {
            let page = events::list_after(&reader, self.seen, PAGE).await?.rows;
            let Some(last) = last_of(&page) else {
                return Ok(made);
            };
            // Read behind the page: whoever asks later than this begins behind it, but somebody may
            // have asked since the page before.
            let active = webhooks::active(&reader).await?;
            let is_wanted = page
                .iter()
                .any(|event| active.iter().any(|webhook| wants(webhook, event)));
            if is_wanted {
                made += self.make(ops, store).await?;
            } else {
                self.seen = last;
                if last - cursor > IDLE {
                    let notes = store.begin_notes().await?;
                    webhooks::move_cursor(&notes, last).await?;
                    notes.commit().await?;
                }
            }
        }
    }

    /// Makes the deliveries of one page, of which some webhook wants an event.
    async fn make(&mut self, ops: &Operations, store: &Store) -> Result<usize, OperationError> {
        let now = ops.now();
        let notes = store.begin_notes().await?;
        let after = webhooks::lock_cursor(&notes).await?.max(self.seen);
        let page = events::list_after(&notes, after, PAGE).await?.rows;
        let active = webhooks::hold_active(&notes).await?;
        let mut deliveries = Vec::new();
        let last = last_of(&page);
        for event in page {
            for webhook in active.iter().filter(|webhook| wants(webhook, &event)) {
                let id = DeliveryId::new(ops.new_id(now));
                let seq = i64::try_from(event.seq).ok();
                let body = body_of(event.clone())?;
                deliveries.push(DeliveryRecord::due(id, webhook.id, seq, event.kind, body, now));
            }
        }
        webhooks::add(&notes, &deliveries).await?;
        if let Some(last) = last {
            webhooks::move_cursor(&notes, last).await?;
        }
        notes.commit().await?;
        self.seen = last.unwrap_or(after);
        Ok(deliveries.len())
    }
}

fn last_of(page: &[Event]) -> Option<i64> {
    page.last().and_then(|event| i64::try_from(event.seq).ok())
}

fn wants(webhook: &WebhookRecord, event: &Event) -> bool {
    let is_new = i64::try_from(event.seq).is_ok_and(|seq| seq > webhook.from_seq);
    is_new && webhook.filter.takes(event.kind)
}
