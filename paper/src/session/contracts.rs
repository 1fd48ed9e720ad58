//! Contracts: found by id or by what a client knows of them, told with their hours and their market rule.
//!
//! Only listed stocks are found; everything else is error 200, as TWS answers for what does not exist.
//!
//! Read next: [`search`](crate::session::search).

use std::collections::BTreeMap;

use crate::market::calendar::{ZONE_NAME, date_of};
use crate::market::listing::Listing;
use crate::market::price::{MARKET_RULE, MARKET_RULE_BANDS};
use crate::session::{Connection, Desk};
use crate::wire::message::ById;
use crate::wire::message::contract::{
    Contract, ContractData, ContractDataRequest, ContractDetails, MarketRule, MarketRuleRequest,
    PriceIncrement,
};
use crate::wire::table::Reply;

/// Trading sessions, the one under way included, whose hours contract details carry.
const HOURS_SESSIONS: usize = 5;

/// What orders may be, in TWS's own words.
const ORDER_TYPES: &str = "ACTIVETIM,ADJUST,AON,COND,CONDORDER,DAY,FOK,GAT,GTC,GTD,IOC,LIT,LMT,LOC,MIT,MKT,MOC,MTL,OCA,\
                           OPG,REL,STP,STPLMT,TRAIL,TRAILLIT,TRAILLMT,WHATIF";

/// The words of error 200.
pub const NOT_FOUND: &str = "No security definition has been found for the request";

impl Desk {
    /// The listing that a contract means, today.
    pub(super) fn find(&self, contract: Option<&Contract>) -> Option<Listing> {
        let contract = contract?;
        let today = date_of(self.exchange.now());
        self.exchange.market().listed(today).find(|listing| is_meant(contract, listing)).cloned()
    }

    pub(super) fn on_contract_data(&mut self, from: Connection, asked: &ContractDataRequest) {
        let Some(listing) = self.find(asked.contract.as_ref()) else {
            return self.fail(from, asked.req_id(), 200, NOT_FOUND);
        };
        let named = asked.contract.as_ref().and_then(|contract| contract.exchange.clone());
        let exchange = named.filter(|name| !name.is_empty()).unwrap_or_else(|| "SMART".to_owned());
        let data = ContractData {
            req_id: asked.req_id,
            contract: Some(contract_of(&listing, &exchange)),
            contract_details: Some(self.details(&listing)),
        };
        self.say(from, Reply::ContractData(Box::new(data)));
        self.say(from, Reply::ContractDataEnd(ById { req_id: asked.req_id }));
    }

    pub(super) fn on_market_rule(&mut self, from: Connection, asked: &MarketRuleRequest) {
        if asked.market_rule_id() != MARKET_RULE {
            let text = format!(
                "Error processing request.-'ch' : cause - Invalid market rule id {}",
                asked.market_rule_id()
            );
            return self.fail(from, -1, 322, text);
        }
        let band =
            |(low_edge, increment)| PriceIncrement { low_edge: Some(low_edge), increment: Some(increment) };
        let price_increments = MARKET_RULE_BANDS.into_iter().map(band).collect();
        self.say(from, Reply::MarketRule(MarketRule { market_rule_id: Some(MARKET_RULE), price_increments }));
    }

    fn details(&self, listing: &Listing) -> ContractDetails {
        let (calendar, now) = (self.exchange.market().calendar(), self.exchange.now());
        let rules = vec![MARKET_RULE.to_string(); listing.exchanges().len()].join(",");
        let isin = listing.isin.map(|isin| ("ISIN".to_owned(), isin.to_owned()));
        ContractDetails {
            market_name: text(listing.class),
            // The smallest tick of any band; the one in force at a price is the market rule's.
            min_tick: text("0.0001"),
            order_types: text(ORDER_TYPES),
            valid_exchanges: Some(listing.exchanges().join(",")),
            price_magnifier: i32::try_from(listing.magnifier).ok(),
            under_con_id: Some(0),
            long_name: Some(listing.name.clone()),
            time_zone_id: text(ZONE_NAME),
            trading_hours: Some(calendar.trading_hours(now, HOURS_SESSIONS)),
            liquid_hours: Some(calendar.hours(now, HOURS_SESSIONS)),
            ev_multiplier: Some(0.0),
            agg_group: Some(1),
            market_rule_ids: Some(rules),
            stock_type: text("COMMON"),
            // TWS says so of every stock that its own screens trade in fractions. The API still refuses them.
            min_size: text("0.0001"),
            size_increment: text("0.0001"),
            suggested_size_increment: text("100"),
            sec_id_list: isin.into_iter().collect::<BTreeMap<_, _>>(),
            ..ContractDetails::default()
        }
    }
}

/// A listing as the wire writes it.
pub fn contract_of(listing: &Listing, exchange: &str) -> Contract {
    Contract {
        con_id: Some(listing.con_id),
        symbol: Some(listing.symbol.clone()),
        sec_type: text("STK"),
        exchange: Some(exchange.to_owned()).filter(|name| !name.is_empty()),
        primary_exch: text(listing.primary),
        currency: text(listing.currency),
        local_symbol: Some(listing.symbol.clone()),
        trading_class: text(listing.class),
        ..Contract::default()
    }
}

fn is_meant(contract: &Contract, listing: &Listing) -> bool {
    let says = |said: &str, fits: &dyn Fn(&str) -> bool| said.is_empty() || fits(said);
    let by_id = contract.con_id() != 0 && contract.con_id() == listing.con_id;
    let named = contract.symbol() == listing.symbol
        || contract.symbol().is_empty() && contract.local_symbol() == listing.symbol;
    let by_name = contract.con_id() == 0 && named && contract.sec_type() == "STK";
    (by_id || by_name)
        && says(contract.sec_type(), &|kind| kind == "STK")
        && says(contract.currency(), &|currency| currency == listing.currency)
        && says(contract.exchange(), &|exchange| listing.exchanges().contains(&exchange))
        && says(contract.primary_exch(), &|primary| {
            primary == listing.primary || primary == "ISLAND" && listing.primary == "NASDAQ"
        })
}

fn text(words: &str) -> Option<String> {
    Some(words.to_owned())
}
