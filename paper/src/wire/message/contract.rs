//! Contracts, their details and market rules.
//!
//! Read next: [`quote`](crate::wire::message::quote).
use super::message;

message! {
    Contract {
        1 con_id: int32, 2 symbol: string, 3 sec_type: string, 4 last_trade_date_or_contract_month: string, 5 strike: double,
        6 right: string, 7 multiplier: double, 8 exchange: string, 9 primary_exch: string, 10 currency: string,
        11 local_symbol: string, 12 trading_class: string, 13 sec_id_type: string, 14 sec_id: string, 15 description: string,
        16 issuer_id: string, 18 include_expired: bool, 19 combo_legs_descrip: string, 21 last_trade_date: string,
    }
    one { 17 delta_neutral_contract: DeltaNeutralContract, }
    many { 20 combo_legs: ComboLeg, }
}
message! { DeltaNeutralContract { 1 con_id: int32, 2 delta: double, 3 price: double, } }
message! {
    ComboLeg {
        1 con_id: int32, 2 ratio: int32, 3 action: string, 4 exchange: string, 5 open_close: int32, 6 short_sales_slot: int32,
        7 designated_location: string, 8 exempt_code: int32, 9 per_leg_price: double,
    }
}
message! { ContractDataRequest { 1 req_id: int32, } one { 2 contract: Contract, } }
message! { ContractData { 1 req_id: int32, } one { 2 contract: Contract, 3 contract_details: ContractDetails, } }
message! {
    ContractDetails {
        1 market_name: string, 2 min_tick: string, 3 order_types: string, 4 valid_exchanges: string, 5 price_magnifier: int32,
        6 under_con_id: int32, 7 long_name: string, 8 contract_month: string, 9 industry: string, 10 category: string,
        11 subcategory: string, 12 time_zone_id: string, 13 trading_hours: string, 14 liquid_hours: string, 15 ev_rule: string,
        16 ev_multiplier: double, 18 agg_group: int32, 19 under_symbol: string, 20 under_sec_type: string,
        21 market_rule_ids: string, 22 real_expiration_date: string, 23 stock_type: string, 24 min_size: string,
        25 size_increment: string, 26 suggested_size_increment: string, 62 min_algo_size: string,
        63 last_price_precision: string, 64 last_size_precision: string,
    }
    map { 17 sec_id_list, }
}
message! { MatchingSymbolsRequest { 1 req_id: int32, 2 pattern: string, } }
message! { SymbolSamples { 1 req_id: int32, } many { 2 contract_descriptions: ContractDescription, } }
message! { ContractDescription {} one { 1 contract: Contract, } words { 2 derivative_sec_types, } }
message! { SmartComponentsRequest { 1 req_id: int32, 2 bbo_exchange: string, } }
message! { SmartComponents { 1 req_id: int32, } many { 2 smart_components: SmartComponent, } }
message! { SmartComponent { 1 bit_number: int32, 2 exchange: string, 3 exchange_letter: string, } }
message! { MarketRuleRequest { 1 market_rule_id: int32, } }
message! { MarketRule { 1 market_rule_id: int32, } many { 2 price_increments: PriceIncrement, } }
message! { PriceIncrement { 1 low_edge: double, 2 increment: double, } }
