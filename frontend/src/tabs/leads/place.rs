//! Which part of the Leads tab an address names: people, or imports. Pure.

use aicmo_shared::ImportId;

/// A part of the tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The list of leads, with or without one of them open.
    People,
    /// The import history, and the place to drop a file.
    Imports,
    /// One import.
    Import(ImportId),
}

impl Place {
    /// Reads `show` and `import` through `param`.
    pub fn read(param: impl Fn(&str) -> Option<String>) -> Self {
        match (
            param("import").and_then(|id| id.parse().ok()),
            param("show").as_deref(),
        ) {
            (Some(import), _) => Self::Import(import),
            (None, Some("imports")) => Self::Imports,
            (None, _) => Self::People,
        }
    }

    /// Its address.
    pub fn address(self) -> String {
        match self {
            Self::People => "/leads".to_owned(),
            Self::Imports => "/leads?show=imports".to_owned(),
            Self::Import(id) => format!("/leads?import={id}"),
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
        let import = "019bbf00-0000-7000-8000-000000000001".parse().map(Place::Import);
        for place in [Ok(Place::People), Ok(Place::Imports), import]
            .into_iter()
            .flatten()
        {
            let address = place.address();
            assert_eq!(read(address.trim_start_matches("/leads")), place, "{address}");
        }
        assert_eq!(read("?import=nonsense"), Place::People);
    }
}
