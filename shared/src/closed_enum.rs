//! Closed enums: one list writes the type, `ALL`, the wire text, the parser and the schema.
//!
//! Wire, column, CHECK constraint, command line and badge use the one spelling given here. A text
//! that no variant has is an `UnknownValue`, which carries the legal ones; it is never defaulted.
//! Transition tables build on `Lifecycle`: only `step_to` makes the `Transition` that a repository
//! accepts, so an illegal change of state cannot be written.

use std::fmt;

/// An enum whose values are a closed set of texts.
pub trait ClosedEnum: Copy + Eq + fmt::Debug + Sized + 'static {
    /// The name of the type, as messages and the OpenAPI document spell it.
    const NAME: &'static str;
    /// Every value, in the order of the domain.
    const ALL: &'static [Self];

    /// The one spelling of this value.
    fn as_str(self) -> &'static str;

    /// Finds the value spelled `text`; the comparison is exact.
    ///
    /// # Errors
    /// `UnknownValue` names the type, the text and the legal values.
    fn parse(text: &str) -> Result<Self, UnknownValue> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == text)
            .ok_or_else(|| UnknownValue::new::<Self>(text))
    }
}

/// A closed enum with a transition table.
pub trait Lifecycle: ClosedEnum {
    /// The legal next values; empty when this one is final.
    fn successors(self) -> &'static [Self];

    /// Whether `to` may follow.
    fn can_become(self, to: Self) -> bool {
        self.successors().contains(&to)
    }

    /// The only way to obtain a `Transition`.
    ///
    /// # Errors
    /// `IllegalTransition` names where we stand and what is legal from here.
    fn step_to(self, to: Self) -> Result<Transition<Self>, IllegalTransition> {
        if self.can_become(to) {
            Ok(Transition { from: self, to })
        } else {
            Err(IllegalTransition {
                kind: Self::NAME,
                from: self.as_str(),
                to: to.as_str(),
                legal: self.successors().iter().map(|value| value.as_str()).collect(),
            })
        }
    }
}

/// A step that the table allows. Its fields are private: nobody can make one up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition<E> {
    from: E,
    to: E,
}

impl<E: Copy> Transition<E> {
    /// Where the row must still stand when the step is taken.
    pub fn from(self) -> E {
        self.from
    }

    /// Where it stands afterwards.
    pub fn to(self) -> E {
        self.to
    }
}

/// A step that the table does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IllegalTransition {
    /// The name of the enum.
    pub kind: &'static str,
    /// Where the row stands.
    pub from: &'static str,
    /// What was asked for.
    pub to: &'static str,
    /// What may follow from here; empty when the state is final.
    pub legal: Vec<&'static str>,
}

impl fmt::Display for IllegalTransition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot go from {} to {}", self.kind, self.from, self.to)?;
        if self.legal.is_empty() {
            write!(f, "; {} is final", self.from)
        } else {
            write!(f, "; from {} it may go to {}", self.from, self.legal.join(", "))
        }
    }
}

impl std::error::Error for IllegalTransition {}

/// A text that no value of an enum has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownValue {
    /// The name of the enum.
    pub kind: String,
    /// The offending text, cut to 64 characters.
    pub value: String,
    /// The legal texts, in the order of the domain.
    pub legal: Vec<String>,
}

/// Marks a serde error message as an unknown enum value, so that the HTTP skin can answer 422 with
/// the legal list instead of a generic 400. serde carries only text across its error type.
const MARK: &str = "unknown value of closed enum ";

impl UnknownValue {
    /// What a failed parse of `E` reports.
    pub fn new<E: ClosedEnum>(text: &str) -> Self {
        Self {
            kind: E::NAME.to_owned(),
            value: text.chars().take(64).collect(),
            legal: E::ALL.iter().map(|value| value.as_str().to_owned()).collect(),
        }
    }

    /// The sentence for a person.
    pub fn sentence(&self) -> String {
        format!(
            "{} is not a {}: use one of {}",
            self.value,
            self.kind,
            self.legal.join(", ")
        )
    }

    /// Reads back what `Display` wrote into a serde error message, wherever it stands in it.
    pub fn from_message(message: &str) -> Option<Self> {
        let (_, rest) = message.split_once(MARK)?;
        let json = rest.get(..rest.rfind(']')? + 1)?;
        let (kind, value, legal): (String, String, Vec<String>) =
            serde_json::from_str(&format!("{json}]")).ok()?;
        Some(Self { kind, value, legal })
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written as the beginning of a JSON array so that `from_message` needs no grammar of its own.
        let triple = serde_json::json!([self.kind, self.value, self.legal]).to_string();
        f.write_str(MARK)?;
        f.write_str(triple.strip_suffix(']').unwrap_or(&triple))
    }
}

impl std::error::Error for UnknownValue {}

/// Writes a closed enum: type, `ALL`, texts, serde, `Display`, `FromStr` and schema.
#[macro_export]
macro_rules! closed_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal ),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$vmeta])* #[doc = concat!("`", $text, "`")] $variant ),+ }

        impl $name {
            /// Every value, in the order of the domain.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The one spelling of this value.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text ),+ }
            }
        }

        impl $crate::closed_enum::ClosedEnum for $name {
            const NAME: &'static str = stringify!($name);
            const ALL: &'static [Self] = Self::ALL;
            fn as_str(self) -> &'static str { Self::as_str(self) }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::closed_enum::UnknownValue;
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                <Self as $crate::closed_enum::ClosedEnum>::parse(text)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> ::std::result::Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> ::std::result::Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(d)?;
                <Self as $crate::closed_enum::ClosedEnum>::parse(&text)
                    .map_err(<D::Error as ::serde::de::Error>::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::schema::Schema> {
                ::utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(::utoipa::openapi::schema::Type::String)
                    .enum_values(Some([ $( $text ),+ ]))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl ::utoipa::ToSchema for $name {
            fn name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    closed_enum! {
        /// A lamp.
        pub enum Lamp { Off = "OFF", On = "ON" }
    }

    impl Lifecycle for Lamp {
        fn successors(self) -> &'static [Self] {
            match self {
                Self::Off => &[Self::On],
                Self::On => &[],
            }
        }
    }

    #[test]
    fn an_unknown_text_is_refused_with_the_legal_values() {
        let refused = serde_json::from_str::<Lamp>("\"DIM\"").expect_err("DIM is not a lamp state");
        let unknown = UnknownValue::from_message(&refused.to_string()).expect("the mark is found");
        assert_eq!(unknown.kind, "Lamp");
        assert_eq!(unknown.value, "DIM");
        assert_eq!(unknown.legal, ["OFF", "ON"]);
    }

    #[test]
    fn a_text_full_of_quotes_and_brackets_survives_the_round_trip() {
        let nasty = r#"a"b]c\ " at line 1 column 2"#;
        let unknown = UnknownValue::new::<Lamp>(nasty);
        let wrapped = format!("state: {unknown} at line 3 column 4");
        assert_eq!(UnknownValue::from_message(&wrapped), Some(unknown));
    }

    #[test]
    fn only_a_listed_step_makes_a_transition() {
        assert_eq!(Lamp::Off.step_to(Lamp::On).map(Transition::to), Ok(Lamp::On));
        let refused = Lamp::On.step_to(Lamp::Off).expect_err("on is final");
        assert_eq!(refused.to_string(), "Lamp cannot go from ON to OFF; ON is final");
    }

    #[test]
    fn comparison_is_exact() {
        assert!("on".parse::<Lamp>().is_err());
        assert!(" ON".parse::<Lamp>().is_err());
    }
}
