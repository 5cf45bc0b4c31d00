//! How the table of endpoints is read: from each of its rows one marker type with its description,
//! and one walk over all of them. The rows are in `endpoints`.

use super::Endpoint;

/// Runs `visit` once for every endpoint type; what a generic walk over the table builds on.
pub trait Visitor {
    /// Called with each marker.
    fn visit<T: DescribedEndpoint>(&mut self);
}

/// An endpoint whose types can be described; with the feature `openapi` that means a schema each.
#[cfg(feature = "openapi")]
pub trait DescribedEndpoint: Endpoint<Body: utoipa::PartialSchema, Answer: utoipa::PartialSchema> {
    /// The named schemas that body and answer refer to.
    fn schemas(into: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>);
}

/// An endpoint whose types can be described; with the feature `openapi` that means a schema each.
#[cfg(not(feature = "openapi"))]
pub trait DescribedEndpoint: Endpoint {}

macro_rules! endpoints {
    ($(
        $kind:ident $method:ident $path:literal => $name:ident($query:ty, $body_kind:ident $body:ty) -> $answer:ty $(as $answer_kind:ident)?,
        access: $access:expr, service: $service:expr, version: $version:literal, success: $success:literal,
        problems: [$($problem:ident),*], $summary:literal;
    )+) => {
        $(
            #[doc = $summary]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Endpoint for $name {
                type Query = $query;
                type Body = $body;
                type Answer = $answer;
                const SPEC: EndpointSpec = EndpointSpec {
                    name: stringify!($name),
                    method: Method::$method,
                    path: $path,
                    summary: $summary,
                    kind: Kind::$kind,
                    access: $access,
                    body: BodyKind::$body_kind,
                    answer: endpoints!(@answer $($answer_kind)?),
                    service: $service,
                    needs_version: $version,
                    success: $success,
                    problems: &[$(E::$problem),*],
                    params: <$query as QueryParams>::PARAMS,
                };
            }

            endpoints!(@mark $kind $name);

            #[cfg(feature = "openapi")]
            impl DescribedEndpoint for $name {
                fn schemas(into: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
                    <$body as utoipa::ToSchema>::schemas(into);
                    <$answer as utoipa::ToSchema>::schemas(into);
                }
            }

            #[cfg(not(feature = "openapi"))]
            impl DescribedEndpoint for $name {}
        )+

        /// Every endpoint, in the order of the table.
        pub const ALL: &[EndpointSpec] = &[$($name::SPEC),+];

        /// Shows every marker to `visitor`, in the order of the table.
        pub fn visit_all(visitor: &mut impl Visitor) {
            $(visitor.visit::<$name>();)+
        }
    };
    (@answer) => { AnswerKind::Json };
    (@answer $kind:ident) => { AnswerKind::$kind };
    (@mark Read $name:ident) => { impl ReadEndpoint for $name {} };
    (@mark Command $name:ident) => { impl CommandEndpoint for $name {} };
    (@mark Process $name:ident) => { impl CommandEndpoint for $name {} };
    (@mark Inquiry $name:ident) => { impl CommandEndpoint for $name {} };
    (@mark Stream $name:ident) => { impl StreamEndpoint for $name {} };
}
