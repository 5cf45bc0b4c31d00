//! One value of a row in a form that both databases share, and the sum over rows.

use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::sqlite::SqliteRow;
use sea_orm::sqlx::{self, Row as _, ValueRef as _};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::TableSum;
use super::tables::{Kind, Table};
use crate::audit::hex;

/// A value. A truth value is a number, as SQLite keeps it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'r> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'r str),
    Bytes(&'r [u8]),
    Uuid([u8; 16]),
}

/// The cells of a row of SQLite.
pub(super) fn of_sqlite<'r>(
    row: &'r SqliteRow,
    table: &Table,
    into: &mut Vec<Cell<'r>>,
) -> Result<(), sqlx::Error> {
    into.clear();
    for (place, column) in table.columns.iter().enumerate() {
        into.push(if row.try_get_raw(place)?.is_null() {
            Cell::Null
        } else {
            match column.kind {
                Kind::Int | Kind::SmallInt | Kind::Bool => Cell::Int(row.try_get_unchecked(place)?),
                Kind::Real => Cell::Real(row.try_get(place)?),
                Kind::Text => Cell::Text(row.try_get(place)?),
                Kind::Bytes => Cell::Bytes(row.try_get(place)?),
                Kind::Uuid => Cell::Uuid(*row.try_get::<Uuid, _>(place)?.as_bytes()),
            }
        });
    }
    Ok(())
}

/// The cells of a row of PostgreSQL.
pub(super) fn of_postgres<'r>(
    row: &'r PgRow,
    table: &Table,
    into: &mut Vec<Cell<'r>>,
) -> Result<(), sqlx::Error> {
    into.clear();
    for (place, column) in table.columns.iter().enumerate() {
        into.push(if row.try_get_raw(place)?.is_null() {
            Cell::Null
        } else {
            match column.kind {
                Kind::Int => Cell::Int(row.try_get(place)?),
                Kind::SmallInt => Cell::Int(row.try_get::<i32, _>(place)?.into()),
                Kind::Bool => Cell::Int(row.try_get::<bool, _>(place)?.into()),
                Kind::Real => Cell::Real(row.try_get(place)?),
                Kind::Text => Cell::Text(row.try_get(place)?),
                Kind::Bytes => Cell::Bytes(row.try_get(place)?),
                Kind::Uuid => Cell::Uuid(*row.try_get::<Uuid, _>(place)?.as_bytes()),
            }
        });
    }
    Ok(())
}

/// Adds a row in PostgreSQL's binary form of COPY.
pub(super) fn push_copy(into: &mut Vec<u8>, table: &Table, cells: &[Cell<'_>]) {
    into.extend_from_slice(&i16::try_from(cells.len()).unwrap_or(i16::MAX).to_be_bytes());
    for (cell, column) in cells.iter().zip(&table.columns) {
        match (cell, column.kind) {
            (Cell::Null, _) => into.extend_from_slice(&(-1_i32).to_be_bytes()),
            (Cell::Int(value), Kind::Bool) => push_field(into, &[u8::from(*value != 0)]),
            (Cell::Int(value), Kind::SmallInt) => {
                push_field(into, &i32::try_from(*value).unwrap_or(i32::MAX).to_be_bytes());
            }
            (Cell::Int(value), _) => push_field(into, &value.to_be_bytes()),
            (Cell::Real(value), _) => push_field(into, &value.to_be_bytes()),
            (Cell::Text(text), _) => push_field(into, text.as_bytes()),
            (Cell::Bytes(bytes), _) => push_field(into, bytes),
            (Cell::Uuid(bytes), _) => push_field(into, bytes),
        }
    }
}

fn push_field(into: &mut Vec<u8>, bytes: &[u8]) {
    into.extend_from_slice(&i32::try_from(bytes.len()).unwrap_or(i32::MAX).to_be_bytes());
    into.extend_from_slice(bytes);
}

/// Counts rows and adds up their hashes, lane by lane, so that their order does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    rows: u64,
    lanes: [u64; 4],
    spelled: Vec<u8>,
}

impl Sum {
    pub(super) fn add(&mut self, cells: &[Cell<'_>]) {
        self.spelled.clear();
        for cell in cells {
            let (tag, bytes): (u8, &[u8]) = match cell {
                Cell::Null => (0, &[]),
                Cell::Int(value) => (1, &value.to_be_bytes()),
                Cell::Real(value) => (2, &value.to_be_bytes()),
                Cell::Text(text) => (3, text.as_bytes()),
                Cell::Bytes(bytes) => (4, bytes),
                Cell::Uuid(bytes) => (4, bytes),
            };
            self.spelled.push(tag);
            self.spelled
                .extend_from_slice(&(bytes.len() as u64).to_be_bytes());
            self.spelled.extend_from_slice(bytes);
        }
        let hash = Sha256::digest(&self.spelled);
        for (lane, part) in self.lanes.iter_mut().zip(hash.chunks_exact(8)) {
            let part = part.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte));
            *lane = lane.wrapping_add(part);
        }
        self.rows += 1;
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn of_table(&self, table: &str) -> TableSum {
        let bytes: Vec<u8> = self.lanes.iter().flat_map(|lane| lane.to_be_bytes()).collect();
        TableSum {
            table: table.to_owned(),
            rows: self.rows,
            sum: hex(&bytes),
        }
    }
}
