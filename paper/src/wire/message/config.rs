//! How a gateway is set up: what a client gets when it asks for the configuration.
//!
//! A setting that is absent was not told; that is not the same as switched off.
//!
//! Read next: [`table`](crate::wire::table).
use super::message;

message! {
    /// TWS's ConfigResponse.
    Config { 1 req_id: int32, }
    one { 4 api: ApiConfig, 5 orders: OrdersConfig, }
    many { 3 messages: MessageConfig, }
}
message! {
    /// A message that TWS may raise, and what it does then.
    MessageConfig { 1 id: int32, 2 title: string, 3 message: string, 4 default_action: string, 5 enabled: bool, }
}
message! { ApiConfig {} one { 1 precautions: ApiPrecautions, 2 settings: ApiSettings, } }
message! { ApiPrecautions { 1 bypass_order_precautions: bool, 9 bypass_no_overfill_protection: bool, } }
message! {
    ApiSettings {
        1 read_only_api: bool, 3 download_open_orders_on_connection: bool, 4 include_virtual_fx_positions: bool,
        5 prepare_daily_pnl: bool, 8 socket_port: int32, 10 create_api_message_log_file: bool,
        11 include_market_data_in_log_file: bool, 12 expose_trading_schedule_to_api: bool,
        14 send_zero_positions_for_today_only: bool, 18 master_client_id: int32,
        23 round_account_values_to_nearest_whole_number: bool, 24 send_market_data_in_lots_for_us_stocks: bool,
        26 reject_messages_above_max_rate: bool, 27 maintain_connection_on_incorrect_fields: bool,
        35 allow_localhost_only: bool,
    }
}
message! { OrdersConfig {} one { 1 smart_routing: SmartRouting, } }
message! { SmartRouting { 1 seek_price_improvement: bool, 2 pre_open_reroute: bool, 3 do_not_route_to_dark_pools: bool, } }
