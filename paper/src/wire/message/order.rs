//! Orders and what becomes of them.
//!
//! Read next: [`trade`](crate::wire::message::trade).
use super::contract::Contract;
use super::message;

message! {
    PlaceOrderRequest { 1 order_id: int32, }
    one { 2 contract: Contract, 3 order: Box<Order>, 4 attached_orders: AttachedOrders, }
}
message! { AttachedOrders { 1 sl_order_id: int32, 2 sl_order_type: string, 3 pt_order_id: int32, 4 pt_order_type: string, } }
message! { CancelOrderRequest { 1 order_id: int32, } one { 2 order_cancel: OrderCancel, } }
message! { GlobalCancelRequest {} one { 1 order_cancel: OrderCancel, } }
message! { OrderCancel { 1 manual_order_cancel_time: string, 2 ext_operator: string, 3 manual_order_indicator: int32, } }
message! { AutoOpenOrdersRequest { 1 auto_bind: bool, } }
message! { CompletedOrdersRequest { 1 api_only: bool, } }
message! {
    /// An order's terms, as the client sent them and as they are echoed. What a plain stock order never carries (scale,
    /// volatility and delta-neutral terms) is left out; a client that sends it gets it neither obeyed nor echoed.
    Order {
        1 client_id: int32, 2 order_id: int32, 3 perm_id: int64, 4 parent_id: int32, 5 action: string, 6 total_quantity: string,
        7 display_size: int32, 8 order_type: string, 9 lmt_price: double, 10 aux_price: double, 11 tif: string, 12 account: string,
        13 settling_firm: string, 14 clearing_account: string, 15 clearing_intent: string, 16 all_or_none: bool,
        17 block_order: bool, 18 hidden: bool, 19 outside_rth: bool, 20 sweep_to_fill: bool, 21 percent_offset: double,
        22 trailing_percent: double, 23 trail_stop_price: double, 24 min_qty: int32, 25 good_after_time: string,
        26 good_till_date: string, 27 oca_group: string, 28 order_ref: string, 29 rule80_a: string, 30 oca_type: int32,
        31 trigger_method: int32, 32 active_start_time: string, 33 active_stop_time: string, 34 fa_group: string,
        35 fa_method: string, 36 fa_percentage: string, 59 hedge_type: string, 60 hedge_param: string, 61 algo_strategy: string,
        63 algo_id: string, 65 what_if: bool, 66 transmit: bool, 67 override_percentage_constraints: bool,
        68 open_close: string, 69 origin: int32, 70 short_sale_slot: int32, 71 designated_location: string,
        72 exempt_code: int32, 76 discretionary_amt: double, 77 opt_out_smart_routing: bool, 78 starting_price: double,
        79 stock_ref_price: double, 80 delta: double, 83 not_held: bool, 85 solicited: bool, 86 randomize_size: bool,
        87 randomize_price: bool, 93 adjusted_order_type: string, 94 trigger_price: double, 95 adjusted_stop_price: double,
        96 adjusted_stop_limit_price: double, 97 adjusted_trailing_amount: double, 98 adjustable_trailing_unit: int32,
        99 lmt_price_offset: double, 101 conditions_cancel_order: bool, 102 conditions_ignore_rth: bool,
        103 model_code: string, 104 ext_operator: string, 106 cash_qty: double, 114 auto_cancel_date: string,
        115 filled_quantity: string, 116 ref_futures_con_id: int32, 117 auto_cancel_parent: bool, 121 parent_perm_id: int64,
        122 use_price_mgmt_algo: int32, 123 duration: int32, 125 advanced_error_override: string,
        126 manual_order_time: string, 135 include_overnight: bool, 136 manual_order_indicator: int32, 137 submitter: string,
        138 deactivate: bool, 139 post_only: bool, 140 allow_pre_open: bool, 141 ignore_open_auction: bool,
        142 seek_price_improvement: int32, 143 what_if_type: int32,
    }
    one { 105 soft_dollar_tier: SoftDollarTier, }
    many { 100 conditions: OrderCondition, }
    map { 62 algo_params, 64 smart_combo_routing_params, 84 order_misc_options, }
}
message! { SoftDollarTier { 1 name: string, 2 value: string, 3 display_name: string, } }
message! {
    OrderCondition {
        1 kind: int32, 2 is_conjunction_connection: bool, 3 is_more: bool, 4 con_id: int32, 5 exchange: string, 6 symbol: string,
        7 sec_type: string, 8 percent: int32, 9 change_percent: double, 10 price: double, 11 trigger_method: int32,
        12 time: string, 13 volume: int32,
    }
}
message! { OpenOrder { 1 order_id: int32, } one { 2 contract: Contract, 3 order: Box<Order>, 4 order_state: OrderState, } }
message! { CompletedOrder {} one { 1 contract: Contract, 2 order: Box<Order>, 3 order_state: OrderState, } }
message! {
    OrderState {
        1 status: string, 2 init_margin_before: double, 3 maint_margin_before: double, 4 equity_with_loan_before: double,
        5 init_margin_change: double, 6 maint_margin_change: double, 7 equity_with_loan_change: double,
        8 init_margin_after: double, 9 maint_margin_after: double, 10 equity_with_loan_after: double,
        11 commission_and_fees: double, 12 min_commission_and_fees: double, 13 max_commission_and_fees: double,
        14 commission_and_fees_currency: string, 15 margin_currency: string, 25 suggested_size: string,
        26 reject_reason: string, 28 warning_text: string, 29 completed_time: string, 30 completed_status: string,
    }
}
message! {
    OrderStatus {
        1 order_id: int32, 2 status: string, 3 filled: string, 4 remaining: string, 5 avg_fill_price: double, 6 perm_id: int64,
        7 parent_id: int32, 8 last_fill_price: double, 9 client_id: int32, 10 why_held: string, 11 mkt_cap_price: double,
    }
}
message! { OrderBound { 1 perm_id: int64, 2 client_id: int32, 3 order_id: int32, } }
