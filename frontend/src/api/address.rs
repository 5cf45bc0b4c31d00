//! Writes the address of a request: path placeholders and query, both escaped.

use aicmo_shared::api::EndpointSpec;
use serde::Serialize;

/// Path and query of a call of `spec`.
pub fn address<Q: Serialize>(spec: &EndpointSpec, path: &[&str], query: &Q) -> String {
    let escaped: Vec<String> = path.iter().map(|piece| escape(piece)).collect();
    let pieces: Vec<&str> = escaped.iter().map(String::as_str).collect();
    let mut address = spec.path_with(&pieces);
    let query = query_text(query);
    if !query.is_empty() {
        address.push('?');
        address.push_str(&query);
    }
    address
}

/// The parameters of `query` as `a=b&c=d`; absent ones are left out.
pub fn query_text<Q: Serialize>(query: &Q) -> String {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(query) else {
        return String::new();
    };
    fields
        .iter()
        .filter_map(|(name, value)| {
            let text = match value {
                serde_json::Value::Null => return None,
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Some(format!("{}={}", escape(name), escape(&text)))
        })
        .collect::<Vec<_>>()
        .join("&")
}

/// Percent-encodes everything that is not an unreserved character.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.push(
                    char::from_digit(u32::from(nibble), 16)
                        .unwrap_or('0')
                        .to_ascii_uppercase(),
                );
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use aicmo_shared::api::{Endpoint, GetLead, LeadQuery, ListLeads, NoQuery};
    use aicmo_shared::lead::{LeadStatus, LeadView};

    use super::*;

    #[test]
    fn an_address_carries_only_what_was_asked_for() {
        let query = LeadQuery {
            status: Some(LeadStatus::New),
            view: Some(LeadView::Triage),
            email: Some("a+b@example.com".to_owned()),
            limit: Some(50),
            ..LeadQuery::default()
        };
        assert_eq!(
            address(&ListLeads::SPEC, &[], &query),
            "/api/v1/leads?filter%5Bemail%5D=a%2Bb%40example.com&filter%5Bstatus%5D=NEW\
             &filter%5Bview%5D=triage&limit=50"
        );
    }

    #[test]
    fn an_identifier_cannot_leave_its_place_in_the_path() {
        assert_eq!(
            address(&GetLead::SPEC, &["../status?x=ü"], &NoQuery {}),
            "/api/v1/leads/..%2Fstatus%3Fx%3D%C3%BC"
        );
    }
}
