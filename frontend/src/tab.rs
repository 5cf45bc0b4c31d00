//! The tabs: one list for sidebar, routes, titles and keys.
//!
//! A tab enters `Tab::ALL` when it works; there are no dead ones. What a tab draws is in `tabs`.

/// A screen of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tab {
    /// What needs the operator now.
    Command,
    /// The people.
    Leads,
    /// The containers of work.
    Campaigns,
    /// What is running, and who may work with it.
    Diagnostics,
    /// The person's own account.
    Account,
}

impl Tab {
    /// Every tab, in the order of the sidebar.
    pub const ALL: &'static [Self] = &[
        Self::Command,
        Self::Leads,
        Self::Campaigns,
        Self::Diagnostics,
        Self::Account,
    ];

    /// Whether it stands in the sidebar; the account is reached by the menu of the person.
    pub const fn is_in_sidebar(self) -> bool {
        !matches!(self, Self::Account)
    }

    /// The first piece of its path, and its `data-tab`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Leads => "leads",
            Self::Campaigns => "campaigns",
            Self::Diagnostics => "diagnostics",
            Self::Account => "account",
        }
    }

    /// Its address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Command => "/command",
            Self::Leads => "/leads",
            Self::Campaigns => "/campaigns",
            Self::Diagnostics => "/diagnostics",
            Self::Account => "/account",
        }
    }

    /// Its name for a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Command => "Command",
            Self::Leads => "Leads",
            Self::Campaigns => "Campaigns",
            Self::Diagnostics => "Diagnostics",
            Self::Account => "Your account",
        }
    }

    /// The key that opens it after `g`.
    pub const fn key(self) -> char {
        match self {
            Self::Command => 'c',
            Self::Leads => 'l',
            Self::Campaigns => 'm',
            Self::Diagnostics => 'd',
            Self::Account => 'u',
        }
    }

    /// The tab with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|tab| tab.slug() == slug)
    }

    /// The tab that an address belongs to; the root belongs to Command.
    pub fn from_path(path: &str) -> Option<Self> {
        match path.trim_matches('/').split('/').next() {
            None | Some("") => Some(Self::Command),
            Some(slug) => Self::from_slug(slug),
        }
    }

    /// The tab that `g` and then `key` opens.
    pub fn from_key(key: &str) -> Option<Self> {
        let mut letters = key.chars();
        let letter = letters.next()?;
        if letters.next().is_some() {
            return None;
        }
        Self::ALL
            .iter()
            .copied()
            .find(|tab| tab.key() == letter.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_slug_a_path_and_a_key_lead_back_to_their_tab() {
        for tab in Tab::ALL.iter().copied() {
            assert_eq!(Tab::from_slug(tab.slug()), Some(tab));
            assert_eq!(Tab::from_path(tab.path()), Some(tab));
            assert_eq!(Tab::from_path(&format!("{}/some-id", tab.path())), Some(tab));
            assert_eq!(Tab::from_key(&tab.key().to_string()), Some(tab));
            assert_eq!(tab.path(), format!("/{}", tab.slug()));
        }
    }

    #[test]
    fn no_two_tabs_share_a_key() {
        let keys: HashSet<char> = Tab::ALL.iter().map(|tab| tab.key()).collect();
        assert_eq!(keys.len(), Tab::ALL.len());
    }

    #[test]
    fn the_root_is_command_and_an_unknown_address_is_no_tab() {
        assert_eq!(Tab::from_path("/"), Some(Tab::Command));
        assert_eq!(Tab::from_path("/workshop"), None);
        assert_eq!(Tab::from_key("gg"), None);
        assert_eq!(Tab::from_key("Tab"), None);
    }
}
