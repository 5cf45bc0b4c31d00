//! Plain text tables for a terminal.

/// Draws rows under a heading, each column as wide as its widest cell; the last one is not padded.
pub fn draw(heading: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = heading.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    let heading: Vec<String> = heading.iter().map(|cell| (*cell).to_owned()).collect();
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    for row in [&heading, &rule].into_iter().chain(rows) {
        let mut line = String::new();
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            if index > 0 {
                line.push_str("  ");
            }
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count()));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn columns_line_up_and_lines_have_no_trailing_space() {
        let rows = [vec!["a".into(), "one".into()], vec!["long".into(), "2".into()]];
        assert_eq!(
            draw(&["key", "value"], &rows),
            "key   value\n----  -----\na     one\nlong  2\n"
        );
    }
}
