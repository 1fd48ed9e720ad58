//! The table at the end: what each ticker did, and how long it was unprotected at most.

use std::collections::BTreeMap;

use actors::TickerView;
use comfy_table::{CellAlignment, Table, presets};
use engine::ticker::Tally;
use engine::time::in_words;
use engine::{Money, TickerKey};

/// The summary of `views`, and of all of them together.
#[must_use]
pub fn table(views: &BTreeMap<TickerKey, TickerView>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "ticker",
        "trades",
        "wins",
        "realised",
        "commission",
        "open position",
        "unprotected at most",
    ]);
    for (key, view) in views {
        let open = view.position.as_ref().map_or_else(|| "flat".to_owned(), ToString::to_string);
        table.add_row(row(key.as_str(), &view.tally, open.trim_start_matches("holds ")));
    }
    table.add_row(row("all", &total(views.values().map(|view| &view.tally)), ""));
    for column in 1..=4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

fn row(name: &str, tally: &Tally, open: &str) -> [String; 7] {
    let exposed = tally.exposed_max.map_or_else(|| "never held".to_owned(), in_words);
    [
        name.to_owned(),
        tally.trades.to_string(),
        tally.wins.to_string(),
        format!("{:+}", tally.realized),
        tally.commission.to_string(),
        open.to_owned(),
        exposed,
    ]
}

fn total<'a>(tallies: impl Iterator<Item = &'a Tally>) -> Tally {
    tallies.fold(Tally::default(), |sum, own| Tally {
        trades: sum.trades + own.trades,
        wins: sum.wins + own.wins,
        realized: [sum.realized, own.realized].into_iter().sum::<Money>(),
        commission: [sum.commission, own.commission].into_iter().sum::<Money>(),
        exposed_max: sum.exposed_max.max(own.exposed_max),
        ..sum
    })
}
