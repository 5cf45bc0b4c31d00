//! The building blocks of every screen. Each decides nothing about the domain.

pub mod bars;
pub mod button;
pub mod dialog;
pub mod doing;
pub mod dom;
pub mod field;
pub mod figure;
pub mod icon;
pub mod once;
pub mod own_name;
pub mod pager;
pub mod panel;
pub mod password;
pub mod pill;
pub mod settled;
pub mod still;
pub mod table;
pub mod toast;
