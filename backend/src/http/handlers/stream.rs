//! The event stream over HTTP.

use std::sync::Arc;

use aicmo_operations::stream::{self, StreamRequest, Subscription, Topics};
use aicmo_shared::api::StreamQuery;
use aicmo_shared::event;

use super::Ops;
use crate::http::ApiError;
use crate::http::extract::{LastEventId, Query, Watch};

/// `OpenStream`
pub async fn open_stream(
    ops: Ops,
    watch: Watch,
    header: LastEventId,
    query: Query<StreamQuery>,
) -> Result<Subscription, ApiError> {
    let request = StreamRequest {
        topics: topics(query.0.topics.as_deref()),
        after: match header.0 {
            Some(after) => Some(after),
            None => LastEventId::read(query.0.last_event_id.as_deref())?.0,
        },
        listener: watch.listener(),
        guard: Arc::new(watch),
    };
    Ok(stream::open_stream(&ops, request).await?)
}

/// The query has been checked against the list of topics.
fn topics(list: Option<&str>) -> Topics {
    event::topics_of(list.unwrap_or_default())
        .map_or_else(|_| Topics::all(), |topics| topics.into_iter().collect())
}
