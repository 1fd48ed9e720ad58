//! Which question goes to which answer: one arm a message, once a session has begun.
//!
//! Read next: [`start`](crate::session::start).

use crate::session::{Connection, Desk};
use crate::wire::table::Request;

/// TWS's words while its Read-Only API is on.
const READ_ONLY: &str =
    "Error validating request.-'bU' : cause - The API interface is currently in Read-Only mode.";

impl Desk {
    fn is_read_only(&self) -> bool {
        self.exchange.options().account.is_read_only
    }

    pub(super) fn on_request(&mut self, from: Connection, client: i32, request: Request) {
        match request {
            Request::StartApi(_) => self.fail(from, -1, 501, "Already connected."),
            Request::Ids(_) => self.on_ids(from, client),
            Request::CurrentTime(_) => self.on_current_time(from),
            Request::CurrentTimeInMillis(_) => self.on_current_time_in_millis(from),
            Request::ManagedAccounts(_) => self.on_managed_accounts(from),
            Request::SetServerLogLevel(_) => {}
            Request::ContractData(asked) => self.on_contract_data(from, &asked),
            Request::MarketRule(asked) => self.on_market_rule(from, &asked),
            Request::MatchingSymbols(asked) => self.on_matching_symbols(from, &asked),
            Request::SmartComponents(asked) => self.on_smart_components(from, &asked),
            Request::MarketDepthExchanges(_) => self.on_market_depth_exchanges(from),
            Request::Config(asked) => self.on_config(from, &asked),
            Request::PlaceOrder(asked) if self.is_read_only() => {
                self.fail(from, asked.order_id(), 321, READ_ONLY)
            }
            Request::CancelOrder(asked) if self.is_read_only() => {
                self.fail(from, asked.order_id(), 321, READ_ONLY)
            }
            Request::GlobalCancel(_) if self.is_read_only() => self.fail(from, -1, 321, READ_ONLY),
            Request::PlaceOrder(asked) => self.on_place(from, client, asked),
            Request::CancelOrder(asked) => self.on_cancel(from, client, &asked),
            Request::GlobalCancel(_) => self.on_global_cancel(),
            Request::OpenOrders(_) => self.on_open_orders(from, Some(client)),
            Request::AllOpenOrders(_) => self.on_open_orders(from, None),
            Request::AutoOpenOrders(asked) => self.on_auto_open_orders(from, client, &asked),
            Request::CompletedOrders(_) => self.on_completed_orders(from),
            Request::Executions(asked) => self.on_executions(from, &asked),
            request => self.on_subscription(from, request),
        }
    }

    fn on_subscription(&mut self, from: Connection, request: Request) {
        match request {
            Request::MarketData(asked) => self.on_market_data(from, &asked),
            Request::CancelMarketData(named) => self.on_cancel_market_data(from, named.req_id()),
            Request::MarketDataType(asked) => self.on_market_data_type(from, &asked),
            Request::RealTimeBars(asked) => self.on_real_time_bars(from, &asked),
            Request::CancelRealTimeBars(named) => self.on_cancel_real_time_bars(from, named.req_id()),
            Request::TickByTick(asked) => self.on_tick_by_tick(from, &asked),
            Request::CancelTickByTick(named) => self.on_cancel_tick_by_tick(from, named.req_id()),
            Request::MarketDepth(asked) => self.on_market_depth(from, &asked),
            Request::CancelMarketDepth(named) => self.on_cancel_market_depth(from, named.req_id()),
            Request::HistoricalTicks(asked) => self.on_historical_ticks(from, &asked),
            Request::HistogramData(asked) => self.on_histogram(from, &asked),
            Request::HistoricalData(asked) => self.on_historical_data(from, &asked),
            Request::CancelHistoricalData(named) => self.on_cancel_historical_data(from, named.req_id()),
            Request::HeadTimestamp(asked) => self.on_head_timestamp(from, &asked),
            Request::Positions(_) => self.on_positions(from),
            Request::CancelPositions(_) => self.on_cancel_positions(from),
            Request::PositionsMulti(asked) => self.on_positions_multi(from, &asked),
            Request::CancelPositionsMulti(named) => self.on_cancel_positions_multi(from, named.req_id()),
            Request::AccountSummary(asked) => self.on_account_summary(from, &asked),
            Request::CancelAccountSummary(named) => self.on_cancel_account_summary(from, named.req_id()),
            Request::AccountData(asked) => self.on_account_data(from, &asked),
            Request::AccountUpdatesMulti(asked) => self.on_account_updates_multi(from, &asked),
            Request::CancelAccountUpdatesMulti(named) => {
                self.on_cancel_account_updates_multi(from, named.req_id())
            }
            Request::PnL(asked) => self.on_profit(from, &asked),
            Request::CancelPnL(named) => self.on_cancel_profit(from, named.req_id()),
            Request::PnLSingle(asked) => self.on_profit_single(from, &asked),
            Request::CancelPnLSingle(named) => self.on_cancel_profit_single(from, named.req_id()),
            Request::Unknown { id, req_id } => self.on_unserved(from, id, req_id),
            // A client may cancel what was answered long ago; TWS says nothing, and neither do we.
            _ => {}
        }
    }
}
