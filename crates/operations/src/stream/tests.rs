//! One listener against a hub that tells by hand.

use std::sync::atomic::{AtomicBool, Ordering};

use aicmo_shared::Timestamp;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::build_marker::BuildMarker;
use aicmo_shared::event::{Event, EventFacts, EventKind};
use async_trait::async_trait;

use super::batch::Batch;
use super::*;
use crate::accounts::Cache;

/// Opens and closes the door by hand.
struct Door(AtomicBool);

#[async_trait]
impl Guard for Door {
    async fn may_listen(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

fn event(seq: u64, kind: EventKind) -> Event {
    Event {
        seq,
        at: Timestamp::from_millis(0),
        topic: kind.topic(),
        kind,
        subject_type: SubjectType::Lead,
        subject_id: Some("0197".to_owned()),
        facts: EventFacts::default(),
    }
}

fn listen(hub: &Arc<Hub>, door: &Arc<Door>) -> Subscription {
    let (receiver, position) = hub.listen().expect("the hub is open");
    let hello = StreamHello {
        build: BuildMarker::new("test"),
        mock_reason: None,
        seq: position,
        heartbeat_seconds: HEARTBEAT_SECONDS,
    };
    let request = StreamRequest {
        topics: Topics::all(),
        after: None,
        listener: "test".to_owned(),
        guard: Arc::clone(door) as Arc<dyn Guard>,
    };
    let seat = hub.seats().take("test").expect("a seat");
    Subscription::new(
        request,
        Arc::clone(hub),
        seat,
        receiver,
        Start::at(position),
        &hello,
    )
}

fn tell(hub: &Hub, seq: u64, kind: EventKind) {
    hub.tell(Batch::of(&[event(seq, kind)]), seq);
}

async fn text(subscription: &mut Subscription) -> Option<String> {
    let bytes = subscription.next().await?;
    Some(String::from_utf8(bytes.to_vec()).expect("text"))
}

fn open_door() -> Arc<Door> {
    Arc::new(Door(AtomicBool::new(true)))
}

#[tokio::test]
async fn who_reads_too_slowly_is_told_to_fetch_everything_and_is_let_go() {
    let hub = Hub::new(16, Arc::default());
    let mut slow = listen(&hub, &open_door());
    let mut quick = listen(&hub, &open_door());
    assert!(text(&mut quick).await.expect("hello").contains("event: hello"));
    for seq in 1..=1_000 {
        tell(&hub, seq, EventKind::LeadCreated);
        let told = text(&mut quick).await.expect("told");
        assert!(told.starts_with(&format!("id: {seq}\n")), "{told}");
    }
    assert!(text(&mut slow).await.expect("hello").contains("event: hello"));
    let told = text(&mut slow).await.expect("one last word");
    assert!(
        told.contains("event: resync") && told.contains("too_slow"),
        "{told}"
    );
    assert!(told.starts_with("id: 1000\n"), "{told}");
    assert_eq!(text(&mut slow).await, None);
    drop(slow);
    assert_eq!(hub.listeners(), 1, "its seat is free");
}

#[tokio::test]
async fn who_may_no_longer_listen_is_let_go_as_soon_as_somebodys_access_changes() {
    let hub = Hub::new(16, Arc::default());
    let door = open_door();
    let mut subscription = listen(&hub, &door);
    text(&mut subscription).await.expect("hello");
    tell(&hub, 1, EventKind::AccessChanged);
    assert!(text(&mut subscription).await.is_some(), "it was somebody else's");
    door.0.store(false, Ordering::SeqCst);
    tell(&hub, 2, EventKind::LeadCreated);
    assert!(text(&mut subscription).await.is_some(), "nobody asked yet");
    tell(&hub, 3, EventKind::AccessChanged);
    tell(&hub, 4, EventKind::LeadCreated);
    assert_eq!(text(&mut subscription).await, None);
}

#[tokio::test]
async fn a_closed_hub_ends_every_stream_and_takes_no_other() {
    let hub = Hub::new(16, Arc::default());
    let mut subscription = listen(&hub, &open_door());
    text(&mut subscription).await.expect("hello");
    hub.close();
    assert_eq!(text(&mut subscription).await, None);
    assert!(hub.listen().is_none());
}

#[tokio::test]
async fn what_is_remembered_of_access_is_forgotten_once_however_many_listen() {
    let cache = Arc::new(Cache::default());
    let hub = Hub::new(16, Arc::clone(&cache));
    let before = cache.generation();
    let mut listeners = [listen(&hub, &open_door()), listen(&hub, &open_door())];
    tell(&hub, 1, EventKind::LeadCreated);
    assert_eq!(cache.generation(), before);
    tell(&hub, 2, EventKind::AccessChanged);
    assert_eq!(cache.generation(), before + 1, "before anybody hears of it");
    for listener in &mut listeners {
        for _ in 0..3 {
            assert!(text(listener).await.is_some());
        }
    }
    assert_eq!(cache.generation(), before + 1);
}

#[tokio::test]
async fn a_beat_carries_no_older_place_than_what_was_told_before_it() {
    for _ in 0..50 {
        let hub = Hub::new(16, Arc::default());
        let (mut receiver, _) = hub.listen().expect("the hub is open");
        std::thread::scope(|scope| {
            scope.spawn(|| (1..=50).for_each(|seq| tell(&hub, seq, EventKind::LeadCreated)));
            scope.spawn(|| (0..50).for_each(|_| hub.beat()));
        });
        let mut last = 0;
        while let Ok(batch) = receiver.try_recv() {
            let bytes = batch.render(Topics::all(), 0).expect("bytes");
            let told = String::from_utf8(bytes.to_vec()).expect("text");
            let id = told
                .lines()
                .find_map(|line| line.strip_prefix("id: ")?.parse().ok());
            let id: u64 = id.expect("a place");
            assert!(id >= last, "{id} after {last}");
            last = id;
        }
    }
}
