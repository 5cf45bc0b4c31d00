//! A file of leads from upload to commit: what becomes of which row, and what never does.

use std::path::PathBuf;
use std::sync::Arc;

use aicmo_operations::import::{
    ImportUpload, cancel_import, commit_import, get_import, list_import_rows, list_imports, map_import,
    preview_import, undo_import, upload_import,
};
use aicmo_operations::leads::{
    create_lead, get_lead, list_lead_consent, list_lead_events, list_leads, patch_lead,
};
use aicmo_operations::{Mode, OperationError, Operations, OperationsSettings};
use aicmo_shared::api::{ImportQuery, ImportRowQuery, LeadQuery};
use aicmo_shared::campaign::{CampaignDraft, CampaignStep};
use aicmo_shared::import::{
    Import, ImportColumn, ImportMapping, ImportRow, ImportState, ImportUndoRequest, VerdictCounts,
};
use aicmo_shared::lead::{
    ConsentOrigin, ConsentStatus, Lead, LeadDraft, LeadEventKind, LeadPatch, LeadSource, LeadStatus,
};
use aicmo_shared::{CampaignId, ErrorCode};
use aicmo_store::{Store, counters};
use aicmo_test_support::{on_both_databases, wait_until};
use tempfile::TempDir;

use crate::support::{FrozenClock, NOON, a_draft, an_operator, audit_rows, settings};

/// A context with a folder of its own.
pub struct Desk {
    pub ops: Arc<Operations>,
    pub store: Store,
    folder: TempDir,
}

impl Desk {
    pub fn at(store: Store) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ops = Operations::new(
            OperationsSettings {
                data_dir: folder.path().to_owned(),
                import_max_bytes: 20_000_000,
                ..settings(FrozenClock::at(NOON))
            },
            Mode::Live(store.clone()),
        );
        Self { ops, store, folder }
    }

    /// A file as the HTTP skin leaves it.
    pub fn file(&self, bytes: &[u8]) -> PathBuf {
        let file = tempfile::NamedTempFile::new_in(self.folder.path()).expect("a file");
        let (_, path) = file.keep().expect("it stays");
        std::fs::write(&path, bytes).expect("it is written");
        path
    }

    pub async fn upload(&self, bytes: impl AsRef<[u8]>) -> Result<Import, OperationError> {
        let upload = ImportUpload {
            file_name: "leads.csv".to_owned(),
            path: self.file(bytes.as_ref()),
            campaign: None,
        };
        upload_import(&self.ops, &an_operator(), upload).await
    }

    /// Uploaded, mapped as suggested, previewed.
    pub async fn previewed(&self, bytes: impl AsRef<[u8]>) -> Import {
        self.previewed_into(bytes, None).await
    }

    pub async fn previewed_into(&self, bytes: impl AsRef<[u8]>, campaign: Option<CampaignId>) -> Import {
        let uploaded = self.upload(bytes).await.expect("a file that can be read");
        let mapping = ImportMapping {
            columns: uploaded.mapping,
            campaign,
            ..ImportMapping::default()
        };
        map_import(&self.ops, &an_operator(), uploaded.id, mapping)
            .await
            .expect("the suggestion fits");
        preview_import(&self.ops, &an_operator(), uploaded.id)
            .await
            .expect("previewed")
    }

    pub async fn commit(&self, import: &Import) -> Import {
        commit_import(&self.ops, &an_operator(), import.id)
            .await
            .expect("the commit begins");
        self.settled(import).await
    }

    /// Waits until nobody works on the import any more.
    pub async fn settled(&self, import: &Import) -> Import {
        wait_until("the commit ends", || async {
            let seen = get_import(&self.ops, import.id)
                .await
                .expect("it is there")
                .into_data();
            if matches!(seen.state, ImportState::Committing | ImportState::Undoing) {
                Err(seen.committed)
            } else {
                Ok(seen)
            }
        })
        .await
    }

    pub async fn rows(&self, import: &Import) -> Vec<ImportRow> {
        let query = ImportRowQuery {
            limit: Some(200),
            ..ImportRowQuery::default()
        };
        list_import_rows(&self.ops, import.id, &query)
            .await
            .expect("rows")
            .into_data()
    }

    pub async fn lead(&self, email: &str) -> Option<Lead> {
        let query = LeadQuery {
            email: Some(email.to_owned()),
            ..LeadQuery::default()
        };
        let found = list_leads(&self.ops, &query).await.expect("a list").into_data();
        assert!(found.len() <= 1, "{email} belongs to several leads");
        let id = found.first()?.id;
        Some(get_lead(&self.ops, id).await.expect("it is there").into_data())
    }

    pub async fn n_leads(&self) -> u64 {
        let page = list_leads(&self.ops, &LeadQuery::default())
            .await
            .expect("a list");
        page.page().and_then(|page| page.total).expect("counted")
    }

    pub async fn n_touches(&self, lead: &Lead) -> usize {
        let events = list_lead_events(&self.ops, lead.row.id)
            .await
            .expect("events")
            .into_data();
        events
            .iter()
            .filter(|event| event.kind == LeadEventKind::Touch)
            .count()
    }

    pub async fn assert_counters_are_true(&self) {
        let check = counters::compare(&self.store.reader(), NOON)
            .await
            .expect("compared");
        assert!(check.mismatches.is_empty(), "{:?}", check.mismatches);
    }

    /// Files that the product keeps.
    pub fn n_kept_files(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("imports")).map_or(0, Iterator::count)
    }

    /// Files of any kind below the folder, the kept ones included.
    pub fn n_files(&self) -> usize {
        let left = std::fs::read_dir(self.folder.path()).expect("a folder");
        let loose = left.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_file()));
        loose.count() + self.n_kept_files()
    }
}

/// `row verdict reason+reason`; warnings carry a question mark.
pub fn told(rows: &[ImportRow]) -> Vec<String> {
    rows.iter()
        .map(|row| {
            let reasons: Vec<String> = row
                .notes
                .iter()
                .map(|note| format!("{}{}", note.reason, if note.is_warning { "?" } else { "" }))
                .collect();
            format!("{} {} {}", row.row_number, row.verdict, reasons.join("+"))
                .trim()
                .to_owned()
        })
        .collect()
}

async fn a_campaign(desk: &Desk, name: &str) -> CampaignId {
    let draft: CampaignDraft = serde_json::from_value(serde_json::json!({
        "name": name, "objective": "lead_generation",
    }))
    .expect("a draft");
    let made = aicmo_operations::campaigns::create_campaign(&desk.ops, &an_operator(), draft)
        .await
        .expect("a campaign");
    let step = CampaignStep { reason: None };
    aicmo_operations::campaigns::activate_campaign(&desk.ops, &an_operator(), made.id, step)
        .await
        .expect("active");
    made.id
}

on_both_databases! {
    async fn a_dry_run_tells_what_every_row_would_become_and_writes_no_lead(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let known = LeadDraft { name: Some("Bo Kim".to_owned()), ..a_draft("bo@example.org") };
        create_lead(&desk.ops, &an_operator(), known).await.expect("a lead");
        let previewed = desk
            .previewed(
                "Name,Email,Company,Title\n\
                 Ana Lima,ana@example.org,,\n\
                 Ana Lima,ANA@Example.org,Acme,\n\
                 Bo Kim,bo@example.org,,CEO\n\
                 ,,,Nobody\n",
            )
            .await;
        assert_eq!(previewed.state, ImportState::Previewed);
        let expected = VerdictCounts { total: 4, new: 1, merged: 2, invalid: 1, ..VerdictCounts::default() };
        assert_eq!(previewed.counts, expected);
        let rows = desk.rows(&previewed).await;
        assert_eq!(
            told(&rows),
            ["2 new", "3 merged", "4 merged", "5 invalid identity_missing+name_missing"]
        );
        assert_eq!(rows[1].fills, ["company"]);
        assert_eq!(rows[2].fills, ["title"]);
        assert!(rows.iter().all(|row| row.lead.is_none()), "nobody became a lead yet");
        assert_eq!(desk.n_leads().await, 1, "a dry run writes no lead");
        assert_eq!(desk.lead("bo@example.org").await.expect("known").row.title, None);
        assert!(desk.lead("ana@example.org").await.is_none());
        desk.assert_counters_are_true().await;
    }

    async fn a_commit_writes_each_row_once_with_touch_identity_and_history(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let previewed = desk
            .previewed(
                "First Name,Last Name,Email 1,Email 2,Phone 1,LinkedIn,Company,Source,Deal Stage,Notes\n\
                 Ana,Lima,Ana@Example.org,ana@home.example,+49 30 1234567,linkedin.com/in/ana,Acme,Fair,Hot,met her\n\
                 Ana,Lima,ana@home.example,,,,Other,,Spain,\n\
                 ,,broken,,,,,,,\n",
            )
            .await;
        let committed = desk.commit(&previewed).await;
        assert_eq!(committed.state, ImportState::Committed, "{:?}", committed.error);
        assert_eq!(committed.committed, 3);
        assert_eq!(committed.counts, previewed.counts);
        let rows = desk.rows(&committed).await;
        assert_eq!(told(&rows), ["2 new", "3 merged", "4 invalid email_invalid+name_missing"]);
        let ana = desk.lead("ana@example.org").await.expect("written");
        assert_eq!(rows[0].lead, Some(ana.row.id));
        assert_eq!(rows[1].lead, Some(ana.row.id));
        assert_eq!(rows[2].lead, None);
        assert_eq!(ana.row.name, "Ana Lima");
        assert_eq!(ana.row.company.as_deref(), Some("Acme"));
        assert_eq!(ana.row.source, LeadSource::Csv);
        assert_eq!(ana.row.source_channel.as_deref(), Some("Fair"));
        assert_eq!(ana.row.tags, ["Hot", "Spain"]);
        assert_eq!(ana.row.status, LeadStatus::New);
        assert_eq!(ana.phone_e164.as_deref(), Some("+49301234567"));
        assert!(ana.notes.as_deref().is_some_and(|notes| notes.contains("ana@home.example")));
        assert_eq!(desk.n_touches(&ana).await, 2);
        assert_eq!(desk.n_leads().await, 1);
        desk.assert_counters_are_true().await;
        audit_rows(&desk.store).await;
    }

    async fn the_same_address_from_another_campaign_is_one_lead_with_two_touches(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let first = a_campaign(&desk, "Spring").await;
        let second = a_campaign(&desk, "Autumn").await;
        for (campaign, file) in [
            (first, "Name,Email\nAna Lima,ana@example.org\n"),
            (second, "Name,Email\nAna Lima,ANA@EXAMPLE.ORG\n"),
        ] {
            let previewed = desk.previewed_into(file, Some(campaign)).await;
            assert_eq!(desk.commit(&previewed).await.state, ImportState::Committed);
        }
        assert_eq!(desk.n_leads().await, 1);
        let ana = desk.lead("ana@example.org").await.expect("written");
        assert_eq!(ana.row.campaign.as_ref().map(|campaign| campaign.id), Some(first));
        assert_eq!(desk.n_touches(&ana).await, 2);
    }

    async fn do_not_contact_survives_every_import_and_an_opt_out_makes_one(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let created = create_lead(&desk.ops, &an_operator(), a_draft("dora@example.org")).await.expect("a lead");
        let patch = LeadPatch { consent_status: Some(ConsentStatus::Dnc), ..LeadPatch::default() };
        patch_lead(&desk.ops, &an_operator(), created.lead.row.id, 1, patch).await.expect("do not contact");
        let previewed = desk
            .previewed(
                "Name,Email,Company,Email Opt Out\n\
                 Dora,dora@example.org,Acme,no\n\
                 Emil,emil@example.org,,2025-03-04\n\
                 Emil,emil@example.org,Bolt,false\n",
            )
            .await;
        assert_eq!(
            told(&desk.rows(&previewed).await),
            ["2 suppressed do_not_contact?", "3 suppressed do_not_contact?", "4 suppressed do_not_contact?"]
        );
        let committed = desk.commit(&previewed).await;
        assert_eq!((committed.counts.suppressed, committed.counts.total), (3, 3));
        let dora = desk.lead("dora@example.org").await.expect("kept");
        assert_eq!(dora.row.consent_status, ConsentStatus::Dnc);
        assert_eq!(dora.row.company.as_deref(), Some("Acme"), "what is known of her is kept all the same");
        let emil = desk.lead("emil@example.org").await.expect("written");
        assert_eq!(emil.row.consent_status, ConsentStatus::Dnc);
        assert_eq!(emil.consent_origin, Some(ConsentOrigin::Import));
        let told = async |id| list_lead_consent(&desk.ops, id).await.expect("a history").into_data();
        let of_emil = told(emil.row.id).await;
        assert_eq!(of_emil.len(), 1, "two rows about him are one step");
        let row = of_emil[0].evidence.as_deref().expect("the row of the file");
        assert!(row.ends_with("_row_3"), "the row that said so: {row}");
        assert_eq!(told(dora.row.id).await.len(), 1, "what was so already is no step");
        let again = desk.previewed("Name,Email,Unsubscribed\nEmil,emil@example.org,subscribed\n").await;
        desk.commit(&again).await;
        let emil = desk.lead("emil@example.org").await.expect("kept");
        assert_eq!(emil.row.consent_status, ConsentStatus::Dnc);
    }

    async fn a_lead_that_appears_after_the_dry_run_is_merged_and_the_counts_say_so(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let previewed = desk
            .previewed("Name,Email,Company\nAna Lima,ana@example.org,Acme\nBo,bo@example.org,\n")
            .await;
        assert_eq!(previewed.counts.new, 2);
        create_lead(&desk.ops, &an_operator(), a_draft("ana@example.org")).await.expect("a lead");
        let committed = desk.commit(&previewed).await;
        let expected = VerdictCounts { total: 2, new: 1, merged: 1, ..VerdictCounts::default() };
        assert_eq!(committed.counts, expected);
        let rows = desk.rows(&committed).await;
        assert_eq!(told(&rows), ["2 merged", "3 new"]);
        assert_eq!(rows[0].fills, ["name", "company"]);
        assert_eq!(desk.lead("ana@example.org").await.expect("one").row.name, "Ana Lima");
        assert_eq!(desk.n_leads().await, 2);
    }

    async fn people_who_share_addresses_are_told_apart_or_refused(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let first = desk
            .previewed("Name,Email,Phone\nAna,ana@example.org,+49 30 1234567\nBo,bo@example.org,\n")
            .await;
        desk.commit(&first).await;
        let second = desk
            .previewed(
                "Name,Email,Email 2,Phone\n\
                 Cleo,cleo@example.org,,+49 30 1234567\n\
                 Dirk,,,+49 30 1234567\n\
                 Ana,ana@example.org,bo@example.org,\n",
            )
            .await;
        let rows = desk.rows(&second).await;
        assert_eq!(
            told(&rows),
            ["2 new identity_shared?", "3 invalid identity_shared", "4 invalid identity_conflict"]
        );
        for email in ["ana@example.org", "bo@example.org"] {
            let id = desk.lead(email).await.expect("known").row.id.to_string();
            assert!(rows[2].notes[0].message.contains(&id), "both leads are named: {}", rows[2].notes[0].message);
        }
        assert_eq!(desk.commit(&second).await.counts, second.counts);
        assert_eq!(desk.n_leads().await, 3);
        assert!(!desk.lead("cleo@example.org").await.expect("new").identities.iter().any(|kind| {
            *kind == aicmo_shared::lead::IdentityKind::Phone
        }));
    }

    async fn mapping_again_forgets_the_verdicts(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let previewed = desk.previewed("Name,Email,Remark\nAna,ana@example.org,CEO\n").await;
        assert_eq!(previewed.counts.total, 1);
        let mapping = ImportMapping {
            columns: vec![ImportColumn::Name, ImportColumn::Email, ImportColumn::Title],
            ..ImportMapping::default()
        };
        let mapped = map_import(&desk.ops, &an_operator(), previewed.id, mapping).await.expect("mapped");
        assert_eq!(mapped.state, ImportState::Mapped);
        assert_eq!(mapped.counts, VerdictCounts::default());
        assert!(desk.rows(&mapped).await.is_empty());
        let again = preview_import(&desk.ops, &an_operator(), mapped.id).await.expect("previewed");
        let once_more = preview_import(&desk.ops, &an_operator(), again.id).await.expect("previewed again");
        assert_eq!(once_more.counts.total, 1);
        desk.commit(&once_more).await;
        assert_eq!(desk.lead("ana@example.org").await.expect("written").row.title.as_deref(), Some("CEO"));
    }

    async fn each_step_is_refused_out_of_its_turn_and_changes_nothing(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let uploaded = desk.upload("Name,Email\nAna,ana@example.org\n").await.expect("read");
        assert_eq!(uploaded.state, ImportState::Detected);
        let op = an_operator();
        for refused in [
            preview_import(&desk.ops, &op, uploaded.id).await,
            commit_import(&desk.ops, &op, uploaded.id).await,
        ] {
            assert_eq!(refused.expect_err("too early").code(), ErrorCode::ImportState);
        }
        let short = ImportMapping { columns: vec![ImportColumn::Email], ..ImportMapping::default() };
        let refused = map_import(&desk.ops, &op, uploaded.id, short).await.expect_err("does not fit");
        assert_eq!(refused.code(), ErrorCode::ValidationFailed);
        let rows = audit_rows(&desk.store).await;
        let cancelled = cancel_import(&desk.ops, &op, uploaded.id).await.expect("given up");
        assert_eq!(cancelled.state, ImportState::Cancelled);
        assert_eq!(audit_rows(&desk.store).await, rows + 1);
        assert_eq!(desk.n_kept_files(), 0, "nobody needs its file any more");
        let mapping = ImportMapping { columns: uploaded.mapping, ..ImportMapping::default() };
        for refused in [
            map_import(&desk.ops, &op, uploaded.id, mapping).await,
            cancel_import(&desk.ops, &op, uploaded.id).await,
        ] {
            assert_eq!(refused.expect_err("final").code(), ErrorCode::ImportState);
        }
    }

    async fn the_same_bytes_again_are_pointed_out_and_bring_nothing_but_touches(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let file = "Name,Email\nAna,ana@example.org\nBo,bo@example.org\n";
        let first = desk.previewed(file).await;
        assert_eq!(first.same_file_as, None);
        desk.commit(&first).await;
        let second = desk.previewed(file).await;
        assert_eq!(second.same_file_as, Some(first.id));
        assert_eq!((second.counts.unchanged, second.counts.total), (2, 2));
        desk.commit(&second).await;
        assert_eq!(desk.n_leads().await, 2);
        let ana = desk.lead("ana@example.org").await.expect("one");
        assert_eq!(desk.n_touches(&ana).await, 2);
        let history = list_imports(&desk.ops, &ImportQuery::default()).await.expect("a list").into_data();
        assert_eq!(history.iter().map(|import| import.id).collect::<Vec<_>>(), [second.id, first.id]);
    }
}

on_both_databases! {
    async fn rows_without_identity_become_leads_where_that_is_accepted_and_are_never_merged(db: TestDatabase) {
        let desk = Desk::at(db.store());
        let known = LeadDraft {
            name: Some("Front Desk".to_owned()),
            phone: Some("+49 30 1234567".to_owned()),
            ..LeadDraft::default()
        };
        create_lead(&desk.ops, &an_operator(), known).await.expect("a lead");
        let text = "Name,Email,Phone\nAna Lima,,\nAna Lima,,\nBo Kim,,+49 30 1234567\nCy Dunn,no address,\n,no address,\n";
        let strict = desk.previewed(text).await;
        assert_eq!(strict.counts.invalid, 5);

        let accepted = async || {
            let uploaded = desk.upload(text).await.expect("a file that can be read");
            let mapping = ImportMapping {
                columns: uploaded.mapping,
                accepts_without_identity: true,
                ..ImportMapping::default()
            };
            map_import(&desk.ops, &an_operator(), uploaded.id, mapping).await.expect("it fits");
            preview_import(&desk.ops, &an_operator(), uploaded.id).await.expect("previewed")
        };
        let previewed = accepted().await;
        assert!(previewed.accepts_without_identity);
        assert_eq!(
            told(&desk.rows(&previewed).await),
            [
                "2 new identity_missing?",
                "3 new identity_missing?",
                "4 new identity_shared?",
                "5 new email_invalid?+identity_missing?",
                "6 invalid email_invalid?+name_missing",
            ]
        );
        let committed = desk.commit(&previewed).await;
        assert_eq!((committed.counts.new, committed.counts.invalid), (4, 1));
        assert_eq!(desk.n_leads().await, 1 + 4);
        let again = desk.commit(&accepted().await).await;
        assert_eq!(again.counts.new, 4, "nothing finds them again");
        assert_eq!(desk.n_leads().await, 1 + 8);
        desk.assert_counters_are_true().await;
        let because = ImportUndoRequest { reason: Some("twice".to_owned()) };
        undo_import(&desk.ops, &an_operator(), again.id, because).await.expect("it begins");
        assert_eq!(desk.settled(&again).await.undo.expect("an undo").taken_back, 4);
        assert_eq!(desk.n_leads().await, 1 + 4);
        desk.assert_counters_are_true().await;
    }
}
