//! The table of leads.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "leads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub campaign_id: Option<Uuid>,
    pub name: String,
    pub name_norm: String,
    pub name_derived: bool,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub title: Option<String>,
    pub email: Option<String>,
    pub email_norm: Option<String>,
    pub phone: Option<String>,
    pub phone_e164: Option<String>,
    pub linkedin_url: Option<String>,
    pub website: Option<String>,
    pub company_size: Option<String>,
    pub industry: Option<String>,
    pub location: Option<String>,
    pub source: String,
    pub source_channel: Option<String>,
    pub source_ref: Option<String>,
    pub status: String,
    pub lost_reason: Option<String>,
    pub requires_human_review: bool,
    pub review_type: Option<String>,
    pub review_reason: Option<String>,
    pub consent_status: String,
    pub consent_at: Option<i64>,
    pub consent_origin: Option<String>,
    pub lead_score: Option<f64>,
    pub score_coverage: Option<f64>,
    pub tier: Option<String>,
    pub intent_score: Option<f64>,
    pub grade: Option<String>,
    pub grade_reason: Option<String>,
    pub conversion_probability: Option<f64>,
    pub urgency: i64,
    pub tags: String,
    pub owner: Option<String>,
    pub notes: Option<String>,
    pub first_touch_at: i64,
    pub last_touch_at: i64,
    pub last_contacted_at: Option<i64>,
    pub last_replied_at: Option<i64>,
    pub next_action_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
