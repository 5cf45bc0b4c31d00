//! The panel: one block of data and the only boundary around it.
//!
//! It owns loading, ready, empty, error, disabled and stale, the mock badge, the age, Retry and the
//! debug details. What fails inside is not felt outside. `state` decides, `view` draws.

mod failure;
mod state;
mod view;

pub use view::Panel;
