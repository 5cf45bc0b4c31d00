//! Campaigns: unique names, steps by compare-and-swap, leads by status from the counters.

use aicmo_shared::audit::AuditAction;
use aicmo_shared::campaign::{CampaignMode, CampaignStatus};
use aicmo_shared::closed_enum::Lifecycle;
use aicmo_shared::lead::LeadStatus;
use aicmo_shared::{CampaignId, DateText};
use aicmo_store::IdPosition;
use aicmo_store::campaigns::{self, CampaignRecord};
use aicmo_store::{StoreError, new_id};
use aicmo_test_support::{NOON, a_campaign, a_lead, on_both_databases};

use crate::support::{HOUR, an_entry};

on_both_databases! {
    async fn a_campaign_comes_back_as_it_was_written(db: TestDatabase) {
        let written = a_campaign()
            .named("Spring launch")
            .with(|campaign| {
                campaign.client = Some("Acme".to_owned());
                campaign.description = Some("all of it".to_owned());
                campaign.mode = CampaignMode::Live;
                campaign.kill_switch = true;
                "Europe/Berlin".clone_into(&mut campaign.time_zone);
                campaign.start_on = DateText::parse("2026-02-01");
                campaign.end_on = DateText::parse("2026-02-28");
            })
            .insert(&db)
            .await;
        let reader = db.store().reader();
        assert_eq!(campaigns::record(&reader, written.id).await.expect("the record"), written);
        let campaign = campaigns::get(&reader, written.id).await.expect("the campaign");
        assert_eq!(campaign.legal_targets, CampaignStatus::Planned.successors());
        assert_eq!(campaign.leads_by_status.len(), LeadStatus::ALL.len());
        assert_eq!(campaign.leads, 0);
        let missing = campaigns::get(&reader, CampaignId::new(new_id(NOON))).await;
        assert!(matches!(missing, Err(StoreError::NotFound(_))), "{missing:?}");
    }

    async fn leads_are_counted_by_status_in_their_campaign(db: TestDatabase) {
        let spring = a_campaign().insert(&db).await;
        let autumn = a_campaign().insert(&db).await;
        for status in [LeadStatus::New, LeadStatus::New, LeadStatus::Contacted] {
            a_lead().with_status(status).in_campaign(spring.id).insert(&db).await;
        }
        a_lead().in_campaign(autumn.id).insert(&db).await;
        a_lead().insert(&db).await;
        let page = campaigns::list(&db.store().reader(), None, None, 10).await.expect("the list");
        let spring = page.rows.iter().find(|row| row.id == spring.id).expect("spring");
        assert_eq!(spring.leads, 3);
        let counts: Vec<u64> = spring.leads_by_status.iter().map(|entry| entry.count).collect();
        assert_eq!(counts, [2, 0, 1, 0, 0, 0, 0, 0]);
    }

    async fn a_name_is_taken_without_regard_to_case(db: TestDatabase) {
        a_campaign().named("Spring Launch").insert(&db).await;
        let tx = db.store().begin_write().await.expect("a transaction");
        let same = a_campaign().named(" spring launch").build();
        let taken = campaigns::insert(&tx, &same).await;
        assert!(matches!(taken, Err(StoreError::Duplicate("campaign name"))), "{taken:?}");
    }

    async fn a_step_is_taken_once(db: TestDatabase) {
        let planned = a_campaign().insert(&db).await;
        let step = CampaignStatus::Planned.step_to(CampaignStatus::Active).expect("legal");
        let at = NOON.plus_millis(HOUR);
        let tx = db.store().begin_write().await.expect("a transaction");
        let version = campaigns::change_status(&tx, &planned, step, Some("go"), at).await.expect("taken");
        assert_eq!(version, 2);
        let again = campaigns::change_status(&tx, &planned, step, None, at).await;
        assert!(matches!(again, Err(StoreError::Stale(_))), "{again:?}");
        tx.commit(an_entry(AuditAction::CampaignStatusChanged)).await.expect("committed");
        let active = campaigns::record(&db.store().reader(), planned.id).await.expect("the record");
        let expected = CampaignRecord {
            version: 2,
            status: CampaignStatus::Active,
            status_reason: Some("go".to_owned()),
            updated_at: at,
            ..planned
        };
        assert_eq!(active, expected);
    }

    async fn the_list_is_paged_newest_first(db: TestDatabase) {
        let mut ids = Vec::new();
        for n in 0..7 {
            let status = if n % 2 == 0 { CampaignStatus::Paused } else { CampaignStatus::Planned };
            ids.push(a_campaign().with_status(status).insert(&db).await.id);
        }
        ids.reverse();
        let reader = db.store().reader();
        let mut seen = Vec::new();
        let mut after: Option<IdPosition> = None;
        loop {
            let page = campaigns::list(&reader, None, after.as_ref(), 3).await.expect("a page");
            seen.extend(page.rows.iter().map(|row| row.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ids);
        let paused = campaigns::list(&reader, Some(CampaignStatus::Paused), None, 50).await.expect("a page");
        assert_eq!(paused.rows.len(), 4);
        assert_eq!(campaigns::count(&reader, Some(CampaignStatus::Paused)).await.expect("a count"), 4);
        assert_eq!(campaigns::count(&reader, None).await.expect("a count"), 7);
    }
}
