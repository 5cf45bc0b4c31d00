//! The kinds of columns and indexes that the schema is made of, the same on both databases.
//!
//! Landed steps stand on these functions: a new kind gets a new function, an old one keeps its
//! meaning.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The closed values of a column.
pub(crate) type Values = &'static [&'static str];

/// `id`, the primary key.
pub(crate) fn id() -> ColumnDef {
    ColumnDef::new("id").uuid().not_null().primary_key().take()
}

/// A reference that must be there.
pub(crate) fn reference(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().take()
}

/// A reference that may be absent.
pub(crate) fn reference_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().null().take()
}

/// Text.
pub(crate) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// Text that may be absent.
pub(crate) fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().take()
}

/// Text that lists are ordered by: compared byte by byte on both databases.
pub(crate) fn sorted_text(manager: &SchemaManager<'_>, name: &'static str) -> ColumnDef {
    let mut column = text(name);
    if manager.get_database_backend() == DbBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}

/// An instant in epoch milliseconds.
pub(crate) fn at(name: &'static str) -> ColumnDef {
    number(name)
}

/// An instant that may be absent.
pub(crate) fn at_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

/// A whole number.
pub(crate) fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// A ratio that may be absent.
pub(crate) fn ratio_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).double().null().take()
}

/// Yes or no.
pub(crate) fn flag(name: &'static str, default: bool) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().default(default).take()
}

/// A value out of `values`.
pub(crate) fn closed(name: &'static str, values: Values) -> ColumnDef {
    text(name)
        .check(Expr::col(name).is_in(values.iter().copied()))
        .take()
}

/// A value out of `values`, or none.
pub(crate) fn closed_null(name: &'static str, values: Values) -> ColumnDef {
    text_null(name)
        .check(Expr::col(name).is_in(values.iter().copied()))
        .take()
}

/// `column` of `table` names a row of `target`.
pub(crate) fn foreign_key(
    table: &'static str,
    column: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{column}"))
        .from(table, column)
        .to(target, "id")
        .take()
}

/// An index; its name follows from table and columns.
pub(crate) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named_index(&format!("ix_{table}_{}", columns.join("_")), table, columns)
}

/// A unique index; its name follows from table and columns.
pub(crate) fn unique_index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named_index(&format!("ux_{table}_{}", columns.join("_")), table, columns)
        .unique()
        .take()
}

/// An index over the rows of which `predicate` holds. Queries repeat the predicate word for word.
pub(crate) fn partial_index(
    name: &str,
    table: &'static str,
    columns: &[&'static str],
    predicate: &'static str,
) -> IndexCreateStatement {
    named_index(name, table, columns)
        .and_where(Expr::cust(predicate))
        .take()
}

/// An index over the rows that hold a value outside their closed columns' lists. The constraints
/// refuse such rows, so it is empty; what got past them by hand is found through it at once. It
/// carries the closed columns too, so that it answers alone and is preferred to any other.
pub(crate) fn corrupt_index(
    table: &'static str,
    key: &[&'static str],
    columns: &[(&'static str, &[&str])],
) -> IndexCreateStatement {
    let outside: Vec<String> = columns
        .iter()
        .map(|(column, values)| format!("{column} NOT IN ('{}')", values.join("', '")))
        .collect();
    let carried: Vec<&'static str> = key
        .iter()
        .copied()
        .chain(columns.iter().map(|(column, _)| *column))
        .collect();
    named_index(&format!("ix_{table}_corrupt"), table, &carried)
        .and_where(Expr::cust(outside.join(" OR ")))
        .take()
}

fn named_index(name: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).take();
    for column in columns {
        index.col(*column);
    }
    index
}

/// Creates what a step is made of, in order.
pub(crate) async fn create(
    manager: &SchemaManager<'_>,
    table: TableCreateStatement,
    indexes: Vec<IndexCreateStatement>,
) -> Result<(), DbErr> {
    manager.create_table(table).await?;
    for index in indexes {
        manager.create_index(index).await?;
    }
    Ok(())
}

/// Drops tables, the last one first.
pub(crate) async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables.iter().rev() {
        manager.drop_table(Table::drop().table(*table).take()).await?;
    }
    Ok(())
}
