//! The contracts: five real stocks and those that walk. What a client may ask about each of them.
//!
//! Read next: [`exchange`](crate::exchange).

use std::collections::BTreeSet;

/// The first contract id of a symbol that walks; IB's own ids are far below.
const WALK_CON_ID: i32 = 900_000_001;

/// A stock as a client finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// IB's contract id.
    pub con_id: i32,
    /// The ticker.
    pub symbol: String,
    /// Where it is listed.
    pub primary: &'static str,
    /// Its trading class.
    pub class: &'static str,
    /// The company.
    pub name: String,
    /// The company's identifier, where it is real.
    pub isin: Option<&'static str>,
    /// What it trades in.
    pub currency: &'static str,
    /// Parts of the currency's unit that it is quoted in: 100 for a stock in pence.
    pub magnifier: u32,
}

impl Listing {
    /// The exchanges that take its orders, SMART first.
    pub fn exchanges(&self) -> &'static [&'static str] {
        if self.primary == "LSE" { &["SMART", "LSE"] } else { &["SMART", "NASDAQ", "ISLAND", "NYSE"] }
    }
}

/// Everything that can be listed: the shipped stocks, then the user's own symbols and those that walk.
pub fn list<'a>(invented: impl Iterator<Item = &'a String>, pence: &BTreeSet<String>) -> Vec<Listing> {
    let real = [
        (265_598, "AAPL", "NASDAQ", "NMS", "APPLE INC", "US0378331005"),
        (208_813_719, "GOOG", "NASDAQ", "NMS", "GOOGLE INC", "US38259P5089"),
        (8_314, "IBM", "NYSE", "IBM", "INTL BUSINESS MACHINES CORP", "US4592001014"),
        (272_093, "MSFT", "NASDAQ", "NMS", "MICROSOFT CORP", "US5949181045"),
        (107_113_386, "FB", "NASDAQ", "NMS", "FACEBOOK INC-A", "US30303M1027"),
    ];
    let real = real.map(|(con_id, symbol, primary, class, name, isin)| Listing {
        con_id,
        symbol: symbol.to_owned(),
        primary,
        class,
        name: name.to_owned(),
        isin: Some(isin),
        currency: "USD",
        magnifier: 1,
    });
    let invented = invented.filter(|symbol| real.iter().all(|listing| listing.symbol != **symbol));
    let invented = (WALK_CON_ID..).zip(invented).map(|(con_id, symbol)| Listing {
        con_id,
        symbol: symbol.clone(),
        primary: if pence.contains(symbol) { "LSE" } else { "NASDAQ" },
        class: if pence.contains(symbol) { "SET1" } else { "NMS" },
        name: format!("{symbol} (INVENTED)"),
        isin: None,
        currency: if pence.contains(symbol) { "GBP" } else { "USD" },
        magnifier: if pence.contains(symbol) { 100 } else { 1 },
    });
    let mut listings: Vec<Listing> = invented.collect();
    listings.splice(0..0, real);
    listings
}
