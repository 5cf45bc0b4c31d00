//! What a commit did is undone, and what somebody touched since stays and is listed.

use aicmo_operations::OperationError;
use aicmo_operations::import::{commit_import, list_import_rows, undo_import};
use aicmo_operations::leads::{change_lead_status, create_lead, patch_lead};
use aicmo_shared::api::ImportRowQuery;
use aicmo_shared::import::{Import, ImportRow, ImportState, ImportUndoRequest, KeptReason, RowUndo};
use aicmo_shared::lead::{ConsentStatus, LeadDraft, LeadPatch, LeadStatus, LeadStatusChange};
use aicmo_shared::patch::Patch;
use aicmo_shared::{ErrorCode, LeadId};
use aicmo_test_support::on_both_databases;

use super::import::Desk;
use crate::support::{a_draft, an_operator, audit_rows};

fn because(reason: &str) -> ImportUndoRequest {
    ImportUndoRequest {
        reason: Some(reason.to_owned()),
    }
}

impl Desk {
    async fn undo(&self, import: &Import) -> Import {
        undo_import(&self.ops, &an_operator(), import.id, because("the wrong file"))
            .await
            .expect("it begins");
        self.settled(import).await
    }

    async fn kept(&self, import: &Import) -> Vec<ImportRow> {
        let query = ImportRowQuery {
            undo: Some(RowUndo::Kept),
            ..ImportRowQuery::default()
        };
        list_import_rows(&self.ops, import.id, &query)
            .await
            .expect("rows")
            .into_data()
    }

    async fn edit(&self, id: LeadId, version: i64, patch: LeadPatch) {
        patch_lead(&self.ops, &an_operator(), id, version, patch)
            .await
            .expect("edited");
    }
}

fn title(text: &str) -> LeadPatch {
    LeadPatch {
        title: Patch::Set(text.to_owned()),
        ..LeadPatch::default()
    }
}

on_both_databases! {
    async fn leads_that_an_import_created_are_gone_and_may_come_in_again(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let file = "Name,Email,Company\nAna Lima,ana@example.org,\nAna Lima,ana@example.org,Acme\nBo Kim,bo@example.org,\n,,Nobody\n";
        let committed = desk.commit(&desk.previewed(file).await).await;
        assert!(committed.undo_until.is_some());
        assert_eq!(desk.n_leads().await, 2);

        let undone = desk.undo(&committed).await;
        assert_eq!(undone.state, ImportState::Undone, "{:?}", undone.error);
        let progress = undone.undo.expect("an undo");
        assert_eq!((progress.total, progress.taken_back, progress.restored, progress.kept), (3, 3, 0, 0));
        assert_eq!(progress.reason, "the wrong file");
        assert_eq!(undone.undo_until, None);
        assert_eq!(desk.n_leads().await, 0);
        let rows = desk.rows(&committed).await;
        assert!(rows.iter().all(|row| row.lead.is_none()));
        assert_eq!(rows[3].undo, None, "a row that wrote nothing has nothing to undo");
        desk.assert_counters_are_true().await;
        audit_rows(&desk.store).await;

        let again = desk.commit(&desk.previewed(file).await).await;
        assert_eq!((again.state, again.counts.new), (ImportState::Committed, 2));
        assert_eq!(desk.n_leads().await, 2);
        desk.assert_counters_are_true().await;
    }

    async fn a_known_lead_is_as_it_was_unless_edited_since(db: TestDatabase) {
        let desk = Desk::at(db.store());
        for email in ["ana@example.org", "bo@example.org"] {
            create_lead(&desk.ops, &an_operator(), LeadDraft { name: None, ..a_draft(email) }).await.expect("a lead");
        }
        let before = desk.lead("ana@example.org").await.expect("known");
        let file = "Name,Email,Company,Title,Phone,Tag\n\
                    Ana Lima,ana@example.org,Acme,CEO,+49 30 1234567,fair\n\
                    Bo Kim,bo@example.org,Acme,CEO,,\n";
        let committed = desk.commit(&desk.previewed(file).await).await;
        let rows = desk.rows(&committed).await;
        let changed: Vec<&str> = rows[0].changes.iter().map(|change| change.field.as_str()).collect();
        assert!(changed.contains(&"company") && changed.contains(&"identities"), "{changed:?}");
        let bo = desk.lead("bo@example.org").await.expect("known");
        desk.edit(bo.row.id, bo.row.version, title("Chairman")).await;

        let undone = desk.undo(&committed).await;
        let progress = undone.undo.expect("an undo");
        assert_eq!((progress.taken_back, progress.restored, progress.kept), (0, 1, 1));
        let ana = desk.lead("ana@example.org").await.expect("still known");
        let same = |lead: &aicmo_shared::lead::Lead| {
            (lead.row.name.clone(), lead.row.name_derived, lead.row.company.clone(), lead.row.title.clone(),
             lead.row.phone.clone(), lead.phone_e164.clone(), lead.row.tags.clone(), lead.identities.clone())
        };
        assert_eq!(same(&ana), same(&before));
        assert_eq!(desk.n_touches(&ana).await, 1);
        let bo = desk.lead("bo@example.org").await.expect("still known");
        assert_eq!((bo.row.company.as_deref(), bo.row.title.as_deref()), (None, Some("Chairman")));
        let kept = desk.kept(&committed).await;
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].row_number, kept[0].kept.as_slice()), (3, &[KeptReason::Edited][..]));
        desk.assert_counters_are_true().await;
    }

    async fn a_lead_that_somebody_worked_on_stays_and_is_listed_with_the_reason(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let file = "Name,Email,Opted out\n\
                    Ana Lima,ana@example.org,\nBo Kim,bo@example.org,\nCy Dunn,cy@example.org,\n\
                    Di Fox,di@example.org,yes\nEd Gray,ed@example.org,\n";
        let committed = desk.commit(&desk.previewed(file).await).await;
        let ana = desk.lead("ana@example.org").await.expect("written");
        desk.edit(ana.row.id, ana.row.version, title("CEO")).await;
        let bo = desk.lead("bo@example.org").await.expect("written");
        let change = LeadStatusChange { to: LeadStatus::Qualified, reason: None, reason_code: None };
        change_lead_status(&desk.ops, &an_operator(), bo.row.id, bo.row.version, change).await.expect("moved");
        create_lead(&desk.ops, &an_operator(), a_draft("cy@example.org")).await.expect("touched again");

        let undone = desk.undo(&committed).await;
        let progress = undone.undo.expect("an undo");
        assert_eq!((progress.taken_back, progress.restored, progress.kept), (1, 0, 4));
        let kept: Vec<_> = desk.kept(&committed).await.into_iter().map(|row| (row.row_number, row.kept)).collect();
        assert_eq!(kept[0], (2, vec![KeptReason::Edited]));
        assert_eq!(kept[1], (3, vec![KeptReason::StatusChanged]));
        assert!(kept[2].0 == 4 && kept[2].1.contains(&KeptReason::TouchedAgain), "{kept:?}");
        assert_eq!(kept[3], (5, vec![KeptReason::DoNotContact]));
        assert!(desk.lead("ed@example.org").await.is_none());
        let di = desk.lead("di@example.org").await.expect("an opt-out is never forgotten");
        assert_eq!(di.row.consent_status, ConsentStatus::Dnc);
        assert_eq!(desk.n_touches(&ana).await, 1, "a lead that stays says where it came from");
        desk.assert_counters_are_true().await;
    }

    async fn two_imports_of_one_person_are_undone_in_either_order(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let first = desk.commit(&desk.previewed("Name,Email\nAna Lima,ana@example.org\n").await).await;
        let second =
            desk.commit(&desk.previewed("Name,Email,Company\nAna Lima,ana@example.org,Acme\n").await).await;
        let undone = desk.undo(&second).await;
        assert_eq!(undone.undo.expect("an undo").restored, 1);
        assert_eq!(desk.lead("ana@example.org").await.expect("known").row.company, None);
        let undone = desk.undo(&first).await;
        assert_eq!(undone.undo.expect("an undo").taken_back, 1);
        assert_eq!(desk.n_leads().await, 0);

        let first = desk.commit(&desk.previewed("Name,Email\nBo Kim,bo@example.org\n").await).await;
        let second =
            desk.commit(&desk.previewed("Name,Email,Company\nBo Kim,bo@example.org,Acme\n").await).await;
        let kept = desk.undo(&first).await.undo.expect("an undo");
        assert_eq!((kept.taken_back, kept.kept), (0, 1), "the second import touched it");
        assert_eq!(desk.undo(&second).await.undo.expect("an undo").restored, 1);
        assert_eq!(desk.n_leads().await, 1);
        desk.assert_counters_are_true().await;
    }

    async fn what_cannot_be_undone_says_why(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let previewed = desk.previewed("Name,Email\nAna Lima,ana@example.org\n").await;
        let refused = async |import: &Import, request: ImportUndoRequest| -> OperationError {
            undo_import(&desk.ops, &an_operator(), import.id, request).await.expect_err("refused")
        };
        let early = refused(&previewed, because("the wrong file")).await.to_problem();
        assert_eq!(early.code, ErrorCode::ImportState);
        let committed = desk.commit(&previewed).await;
        let unsaid = refused(&committed, ImportUndoRequest::default()).await.to_problem();
        assert_eq!((unsaid.code, unsaid.errors[0].pointer.as_str()), (ErrorCode::ReasonRequired, "/reason"));
        assert_eq!(desk.n_leads().await, 1);
        desk.undo(&committed).await;
        assert_eq!(refused(&committed, because("once more")).await.to_problem().code, ErrorCode::ImportState);
        let again = commit_import(&desk.ops, &an_operator(), committed.id).await.expect_err("it is over");
        assert_eq!(again.to_problem().code, ErrorCode::ImportState);
    }
}
