//! Where a thing that something happened to is seen. Pure.

use aicmo_shared::activity::SubjectType;

/// The address of a subject; `None` when there is no screen for it.
pub fn subject_href(subject: SubjectType, id: Option<&str>) -> Option<String> {
    let id = id?;
    match subject {
        SubjectType::Lead => Some(format!("/leads/{id}")),
        SubjectType::Campaign => Some(format!("/campaigns/{id}")),
        SubjectType::Import => Some(format!("/leads?import={id}")),
        SubjectType::Job => Some(format!("/leads?change={id}")),
        SubjectType::Webhook => Some(format!("/diagnostics/webhooks/{id}")),
        SubjectType::Attempt | SubjectType::Approval | SubjectType::Session => None,
        SubjectType::System | SubjectType::User | SubjectType::ApiKey => Some("/diagnostics".to_owned()),
    }
}
