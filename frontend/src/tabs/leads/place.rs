//! Which part of the Leads tab an address names: people, imports, or bulk changes. Pure.

use aicmo_shared::{ImportId, JobId};

/// A part of the tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The list of leads, with or without one of them open.
    People,
    /// The import history, and the place to drop a file.
    Imports,
    /// One import.
    Import(ImportId),
    /// The bulk changes.
    Changes,
    /// One bulk change.
    Change(JobId),
}

impl Place {
    /// Reads `show`, `import` and `change` through `param`.
    pub fn read(param: impl Fn(&str) -> Option<String>) -> Self {
        if let Some(import) = param("import").and_then(|id| id.parse().ok()) {
            return Self::Import(import);
        }
        if let Some(change) = param("change").and_then(|id| id.parse().ok()) {
            return Self::Change(change);
        }
        match param("show").as_deref() {
            Some("imports") => Self::Imports,
            Some("changes") => Self::Changes,
            _ => Self::People,
        }
    }

    /// Its address.
    pub fn address(self) -> String {
        match self {
            Self::People => "/leads".to_owned(),
            Self::Imports => "/leads?show=imports".to_owned(),
            Self::Import(id) => format!("/leads?import={id}"),
            Self::Changes => "/leads?show=changes".to_owned(),
            Self::Change(id) => format!("/leads?change={id}"),
        }
    }

    /// The part of the tab that it belongs to.
    pub const fn part(self) -> Self {
        match self {
            Self::Import(_) => Self::Imports,
            Self::Change(_) => Self::Changes,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(search: &str) -> Place {
        Place::read(|name| {
            search
                .trim_start_matches('?')
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        })
    }

    #[test]
    fn every_place_is_found_at_its_address() {
        const ID: &str = "019bbf00-0000-7000-8000-000000000001";
        let one = [
            ID.parse().map(Place::Import).ok(),
            ID.parse().map(Place::Change).ok(),
        ];
        let fixed = [Place::People, Place::Imports, Place::Changes].map(Some);
        for place in fixed.into_iter().chain(one).flatten() {
            let address = place.address();
            assert_eq!(read(address.trim_start_matches("/leads")), place, "{address}");
        }
        assert_eq!(read("?import=nonsense"), Place::People);
    }
}
