//! JSON merge patch (RFC 7396) as a type: absent, null and a value are three different things.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a patch says about one field. Use with `#[serde(default, skip_serializing_if = "Patch::is_absent")]`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The field is not in the document: unchanged.
    #[default]
    Absent,
    /// The field is null: clear it.
    Clear,
    /// The field has a value: set it.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the document does not name the field.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The field after the patch, given what it was.
    pub fn applied_to(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Absent => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => serializer.serialize_some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Document {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        title: Patch<String>,
    }

    #[test]
    fn absent_null_and_value_are_told_apart() {
        let read = |text| serde_json::from_str::<Document>(text).expect("a patch").title;
        assert_eq!(read("{}"), Patch::Absent);
        assert_eq!(read(r#"{"title":null}"#), Patch::Clear);
        assert_eq!(read(r#"{"title":"CEO"}"#), Patch::Set("CEO".to_owned()));
        let written = serde_json::to_string(&Document { title: Patch::Absent }).expect("serialises");
        assert_eq!(written, "{}");
    }
}
