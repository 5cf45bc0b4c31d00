//! The tables as SeaORM sees them. Closed values are text here: `column` turns them into enums, so
//! that one unknown word fails one row and not the list it stands in.
