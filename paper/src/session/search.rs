//! What there is to find: symbols by a part of their name, exchanges behind SMART, exchanges with market depth.
//!
//! Read next: [`quotes`](crate::session::quotes).

use crate::market::calendar::date_of;
use crate::market::listing::Listing;
use crate::session::contracts::contract_of;
use crate::session::{Connection, Desk};
use crate::wire::message::contract::{
    Contract, ContractDescription, MatchingSymbolsRequest, SmartComponent, SmartComponents,
    SmartComponentsRequest, SymbolSamples,
};
use crate::wire::message::depth::{DepthDescription, MarketDepthExchanges};
use crate::wire::table::Reply;

/// The most symbols that TWS answers with.
const SAMPLES_MAX: usize = 16;

/// What every market data line names as the exchanges behind it.
pub const BBO_EXCHANGE: &str = "9c0001";

/// The exchanges behind it, each with the letter that ticks name it by.
const COMPONENTS: [(&str, &str); 3] = [("NASDAQ", "Q"), ("NYSE", "N"), ("ISLAND", "K")];

impl Desk {
    pub(super) fn on_matching_symbols(&mut self, from: Connection, asked: &MatchingSymbolsRequest) {
        let today = date_of(self.exchange.now());
        let pattern = asked.pattern().trim().to_ascii_uppercase();
        let mut found: Vec<&Listing> = match pattern.as_str() {
            "" => Vec::new(),
            pattern => self.exchange.market().listed(today).filter(|one| fits(one, pattern)).collect(),
        };
        // A symbol that begins so is meant before a company whose name does.
        found.sort_by_key(|one| (!one.symbol.starts_with(&pattern), one.symbol.clone()));
        let describe = |one: &Listing| ContractDescription {
            contract: Some(Contract { description: Some(one.name.clone()), ..contract_of(one, "") }),
            derivative_sec_types: Vec::new(),
        };
        let contract_descriptions = found.into_iter().take(SAMPLES_MAX).map(describe).collect();
        self.say(from, Reply::SymbolSamples(SymbolSamples { req_id: asked.req_id, contract_descriptions }));
    }

    pub(super) fn on_smart_components(&mut self, from: Connection, asked: &SmartComponentsRequest) {
        let known = COMPONENTS.iter().filter(|_| asked.bbo_exchange() == BBO_EXCHANGE);
        let smart_components = (0..).zip(known).map(|(bit, (exchange, letter))| SmartComponent {
            bit_number: Some(bit),
            exchange: Some((*exchange).to_owned()),
            exchange_letter: Some((*letter).to_owned()),
        });
        let smart_components = smart_components.collect();
        self.say(from, Reply::SmartComponents(SmartComponents { req_id: asked.req_id, smart_components }));
    }

    pub(super) fn on_market_depth_exchanges(&mut self, from: Connection) {
        let mut exchanges: Vec<&str> =
            self.exchange.market().listings().flat_map(|one| one.exchanges()).copied().collect();
        exchanges.sort_unstable();
        exchanges.dedup();
        let describe = |exchange: &str| DepthDescription {
            exchange: Some(exchange.to_owned()),
            sec_type: Some("STK".to_owned()),
            listing_exch: Some(String::new()),
            service_data_type: Some("Deep2".to_owned()),
            agg_group: Some(1),
        };
        let descriptions = exchanges.into_iter().map(describe).collect();
        self.say(from, Reply::MarketDepthExchanges(MarketDepthExchanges { descriptions }));
    }
}

fn fits(listing: &Listing, pattern: &str) -> bool {
    let words = || listing.name.split_whitespace();
    listing.symbol.starts_with(pattern) || words().any(|word| word.starts_with(pattern))
}
