//! The campaign list's filter as the address bar spells it. Pure.

use aicmo_shared::api::CampaignQuery;
use aicmo_shared::campaign::CampaignStatus;

/// The status in an address; `Err` is a word that no status has.
pub fn read(param: Option<String>) -> Result<Option<CampaignStatus>, String> {
    match param
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
    {
        None => Ok(None),
        Some(word) => word.parse().map(Some).map_err(|_| word),
    }
}

/// The search part of the address with its question mark; empty without a filter.
pub fn search(status: Option<CampaignStatus>) -> String {
    status.map_or_else(String::new, |status| format!("?status={status}"))
}

/// The question for the server.
pub fn query(status: Option<CampaignStatus>, cursor: Option<String>, limit: u32) -> CampaignQuery {
    CampaignQuery {
        status,
        cursor,
        limit: Some(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_survives_the_way_to_the_address_and_back() {
        for status in CampaignStatus::ALL.iter().copied() {
            let word = search(Some(status)).trim_start_matches("?status=").to_owned();
            assert_eq!(read(Some(word)), Ok(Some(status)));
        }
        assert_eq!(search(None), "");
        assert_eq!(read(Some(" ".to_owned())), Ok(None));
        assert_eq!(read(Some("RUNNING".to_owned())), Err("RUNNING".to_owned()));
    }
}
