//! Tables that fit a terminal of 80 columns: airy where that fits, else tight, else with cells in several lines.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::WIDTH;

/// A table with a rule below its header; `right` are the columns of numbers.
pub(crate) fn table<const N: usize>(header: [&str; N], rows: &[[String; N]], right: &[usize]) -> String {
    whole(header, rows, right).unwrap_or_else(|| made(header, rows, right, 1, true))
}

/// The same with each cell in one line; none where it would be too wide.
pub(super) fn whole<const N: usize>(
    header: [&str; N],
    rows: &[[String; N]],
    right: &[usize],
) -> Option<String> {
    let fits = |table: &String| table.lines().all(|line| line.chars().count() <= WIDTH);
    [2, 1].into_iter().map(|gap| made(header, rows, right, gap, false)).find(fits)
}

fn made<const N: usize>(
    header: [&str; N],
    rows: &[[String; N]],
    right: &[usize],
    gap: u16,
    squeezed: bool,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    if squeezed {
        let width = u16::try_from(WIDTH).unwrap_or(u16::MAX);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.add_rows(rows);
    let last = N.saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { gap }));
        if right.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    lines.insert(1.min(lines.len()), "─".repeat(width));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, table};

    #[test]
    fn a_table_fits_whatever_is_in_it() {
        let wide = |text: &str| [text.repeat(9), text.repeat(7), text.repeat(5)];
        let told = table(["one", "two", "three"], &[wide("word and "), wide("longer")], &[2]);
        assert!(told.lines().all(|line| line.chars().count() <= WIDTH), "{told}");
        assert!(told.lines().count() > 4, "{told}");
    }
}
