//! Editing a lead under the version that was seen.

use aicmo_operations::campaigns::create_campaign;
use aicmo_operations::leads::{create_lead, get_lead, patch_lead};
use aicmo_shared::campaign::{CampaignDraft, CampaignObjective};
use aicmo_shared::lead::{CompanySize, IdentityKind, LeadPatch, ReviewType};
use aicmo_shared::patch::Patch;
use aicmo_shared::{CampaignId, ErrorCode};
use aicmo_store::{Store, leads};
use aicmo_test_support::on_both_databases;
use uuid::Uuid;

use crate::support::{a_draft, an_operator, audit_rows, live};

fn set(text: &str) -> Patch<String> {
    Patch::Set(text.to_owned())
}

async fn audit_text(store: &Store) -> String {
    let rows = aicmo_store::audit_rows(&store.reader(), 0, 100)
        .await
        .expect("the trail can be read");
    format!("{rows:?}")
}

on_both_databases! {
    async fn an_absent_field_is_unchanged_and_null_clears(db: TestDatabase) {
        let ops = live(&db.store());
        let operator = an_operator();
        let id = create_lead(&ops, &operator, a_draft("ada@x.example")).await.expect("created").lead.row.id;
        let first = LeadPatch {
            company: set(" Engines "),
            title: set("CEO"),
            company_size: Patch::Set(CompanySize::Small),
            tags: Some(vec!["vip".to_owned()]),
            ..LeadPatch::default()
        };
        let edited = patch_lead(&ops, &operator, id, 1, first).await.expect("edited");
        assert_eq!(edited.row.version, 2);
        assert_eq!(edited.row.company.as_deref(), Some("Engines"));
        let second = LeadPatch { title: Patch::Clear, company_size: Patch::Clear, ..LeadPatch::default() };
        let edited = patch_lead(&ops, &operator, id, 2, second).await.expect("edited");
        assert_eq!(edited.row.company.as_deref(), Some("Engines"), "absent is unchanged");
        assert_eq!((edited.row.title, edited.company_size), (None, None));
        assert_eq!(edited.row.tags, ["vip"]);
    }

    async fn a_stale_edit_is_refused_with_the_current_version_and_loses_nothing(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        let operator = an_operator();
        let id = create_lead(&ops, &operator, a_draft("ada@x.example")).await.expect("created").lead.row.id;
        let edit = |company: &str| LeadPatch { company: set(company), ..LeadPatch::default() };
        patch_lead(&ops, &operator, id, 1, edit("First")).await.expect("edited");
        let rows = audit_rows(&store).await;
        let problem = patch_lead(&ops, &operator, id, 1, edit("Second")).await.expect_err("stale").to_problem();
        assert_eq!(problem.code, ErrorCode::VersionConflict);
        assert_eq!(problem.extras["current"], 2);
        let lead = get_lead(&ops, id).await.expect("there").into_data();
        assert_eq!(lead.row.company.as_deref(), Some("First"));
        assert_eq!(audit_rows(&store).await, rows);
    }

    async fn of_many_edits_at_once_exactly_one_wins(db: TestDatabase) {
        let ops = live(&db.store());
        let id = create_lead(&ops, &an_operator(), a_draft("ada@x.example")).await.expect("created").lead.row.id;
        let edits: Vec<_> = (0..6)
            .map(|number| {
                let ops = ops.clone();
                let edit = LeadPatch { company: set(&format!("Number {number}")), ..LeadPatch::default() };
                tokio::spawn(async move { patch_lead(&ops, &an_operator(), id, 1, edit).await })
            })
            .collect();
        let mut won = 0;
        for edit in edits {
            match edit.await.expect("no panic") {
                Ok(_) => won += 1,
                Err(error) => {
                    let problem = error.to_problem();
                    assert_eq!(problem.code, ErrorCode::VersionConflict, "{error:?}");
                    assert_eq!(problem.extras["current"], 2);
                }
            }
        }
        assert_eq!(won, 1);
    }

    async fn an_edit_that_changes_nothing_writes_nothing(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        let id = create_lead(&ops, &an_operator(), a_draft("ada@x.example")).await.expect("created").lead.row.id;
        let rows = audit_rows(&store).await;
        let same = LeadPatch { company: Patch::Clear, tags: Some(Vec::new()), ..LeadPatch::default() };
        let lead = patch_lead(&ops, &an_operator(), id, 1, same).await.expect("nothing to do");
        assert_eq!(lead.row.version, 1);
        assert_eq!(audit_rows(&store).await, rows);
    }

    async fn the_audit_trail_holds_no_personal_value(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        let id = create_lead(&ops, &an_operator(), a_draft("secretive@x.example")).await.expect("created").lead.row.id;
        let edit = LeadPatch {
            name: Some("Secretive Person".to_owned()),
            phone: set("+43 1 555 0177"),
            notes: set("Secretive notes"),
            owner: set("olga"),
            ..LeadPatch::default()
        };
        patch_lead(&ops, &an_operator(), id, 1, edit).await.expect("edited");
        let trail = audit_text(&store).await;
        for personal in ["secretive", "Secretive", "0177", "5550177"] {
            assert!(!trail.contains(personal), "{personal} stands in the trail: {trail}");
        }
        assert!(trail.contains("olga") && trail.contains("hash:"), "{trail}");
    }

    async fn a_new_number_finds_the_lead_unless_another_lead_has_it(db: TestDatabase) {
        let ops = live(&db.store());
        let operator = an_operator();
        let ada = create_lead(&ops, &operator, a_draft("ada@x.example")).await.expect("created").lead.row.id;
        let bo = create_lead(&ops, &operator, a_draft("bo@x.example")).await.expect("created").lead.row.id;
        let number = || LeadPatch { phone: set("+43 1 555 0100"), ..LeadPatch::default() };
        let ada = patch_lead(&ops, &operator, ada, 1, number()).await.expect("edited");
        assert_eq!(ada.identities, [IdentityKind::Email, IdentityKind::Phone]);
        let bo = patch_lead(&ops, &operator, bo, 1, number()).await.expect("edited");
        assert_eq!(bo.identities, [IdentityKind::Email], "contact data only");
        assert_eq!(bo.phone_e164.as_deref(), Some("+4315550100"));
        let wrong = LeadPatch { phone: set("call me"), ..LeadPatch::default() };
        let problem = patch_lead(&ops, &operator, bo.row.id, 2, wrong).await.expect_err("no number").to_problem();
        assert_eq!(problem.errors[0].pointer, "/phone");
    }

    async fn a_cleared_flag_takes_its_reason_with_it(db: TestDatabase) {
        let ops = live(&db.store());
        let operator = an_operator();
        let id = create_lead(&ops, &operator, a_draft("ada@x.example")).await.expect("created").lead.row.id;
        let flag = LeadPatch {
            requires_human_review: Some(true),
            review_type: Patch::Set(ReviewType::Pricing),
            review_reason: set("Asks for a rebate."),
            ..LeadPatch::default()
        };
        let flagged = patch_lead(&ops, &operator, id, 1, flag).await.expect("flagged");
        assert_eq!(flagged.review_type, Some(ReviewType::Pricing));
        let clear = LeadPatch { requires_human_review: Some(false), ..LeadPatch::default() };
        let cleared = patch_lead(&ops, &operator, id, 2, clear).await.expect("cleared");
        assert!(!cleared.row.requires_human_review);
        assert_eq!((cleared.review_type, cleared.row.review_reason), (None, None));
    }

    async fn a_lead_moves_only_to_a_campaign_that_exists(db: TestDatabase) {
        let ops = live(&db.store());
        let operator = an_operator();
        let id = create_lead(&ops, &operator, a_draft("ada@x.example")).await.expect("created").lead.row.id;
        let absent = LeadPatch { campaign: Patch::Set(CampaignId::new(Uuid::from_u128(4))), ..LeadPatch::default() };
        let problem = patch_lead(&ops, &operator, id, 1, absent).await.expect_err("no campaign").to_problem();
        assert_eq!(problem.errors[0].pointer, "/campaign");
        let draft = CampaignDraft {
            name: "Spring".to_owned(),
            client: None,
            objective: CampaignObjective::Sales,
            description: None,
            time_zone: None,
            start_on: None,
            end_on: None,
        };
        let campaign = create_campaign(&ops, &operator, draft).await.expect("created");
        let there = LeadPatch { campaign: Patch::Set(campaign.id), ..LeadPatch::default() };
        let moved = patch_lead(&ops, &operator, id, 1, there).await.expect("moved");
        assert_eq!(moved.row.campaign.map(|campaign| campaign.name), Some("Spring".to_owned()));
        let record = leads::record(&db.store().reader(), id).await.expect("kept");
        assert_eq!(record.campaign, Some(campaign.id));
    }
}
