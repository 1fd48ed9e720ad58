//! The configuration as a client may read it: what this gateway really does, and nothing about what it does not have.
//!
//! TWS's own message has no field for the limits of its order presets. They are told among the messages, as what is raised
//! when one is passed: the code, the limit in words, and that the order is refused. What is not set is not listed.
//!
//! Read next: [`unserved`](crate::session::unserved).

use crate::exchange::options::Precautions;
use crate::exchange::refusal::Refusal;
use crate::session::{Connection, Desk};
use crate::wire::message::ById;
use crate::wire::message::config::{
    ApiConfig, ApiPrecautions, ApiSettings, Config, MessageConfig, OrdersConfig, SmartRouting,
};
use crate::wire::table::Reply;

/// What is known of the sockets and files around a desk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings {
    /// The port that clients connect to.
    pub port: Option<u16>,
    /// Can only this machine connect?
    pub is_local: bool,
    /// Are conversations kept in a file?
    pub is_captured: bool,
    /// Is there a limit of messages a second?
    pub is_paced: bool,
}

impl Desk {
    /// Tells the desk what is around it.
    pub fn set_surroundings(&mut self, surroundings: Surroundings) {
        self.surroundings = surroundings;
    }

    pub(super) fn on_config(&mut self, from: Connection, asked: &ById) {
        let account = &self.exchange.options().account;
        let precautions = ApiPrecautions {
            // An order passes the precautions by a field of its own; no setting lets all of them pass.
            bypass_order_precautions: Some(false),
            // A group without overfill protection is taken without a question.
            bypass_no_overfill_protection: Some(true),
        };
        let smart_routing = SmartRouting {
            seek_price_improvement: Some(false),
            pre_open_reroute: Some(false),
            do_not_route_to_dark_pools: Some(true),
        };
        let config = Config {
            req_id: asked.req_id,
            messages: raised(&account.precautions, account.orders_a_side_max),
            api: Some(ApiConfig { precautions: Some(precautions), settings: Some(self.settings()) }),
            orders: Some(OrdersConfig { smart_routing: Some(smart_routing) }),
        };
        self.say(from, Reply::Config(Box::new(config)));
    }

    fn settings(&self) -> ApiSettings {
        let Surroundings { port, is_local, is_captured, is_paced } = self.surroundings;
        ApiSettings {
            read_only_api: Some(self.exchange.options().account.is_read_only),
            download_open_orders_on_connection: Some(true),
            include_virtual_fx_positions: Some(false),
            prepare_daily_pnl: Some(true),
            socket_port: port.map(i32::from),
            create_api_message_log_file: Some(is_captured),
            include_market_data_in_log_file: Some(is_captured),
            expose_trading_schedule_to_api: Some(true),
            send_zero_positions_for_today_only: Some(true),
            master_client_id: self.master,
            round_account_values_to_nearest_whole_number: Some(false),
            send_market_data_in_lots_for_us_stocks: Some(false),
            reject_messages_above_max_rate: Some(is_paced),
            maintain_connection_on_incorrect_fields: Some(false),
            allow_localhost_only: Some(is_local),
        }
    }
}

/// The limits that are in force, each as the message that an order beyond it raises.
fn raised(limits: &Precautions, orders_a_side: usize) -> Vec<MessageConfig> {
    let percent = limits.price_percent.map(|max| {
        (Refusal::PricePrecaution, format!("A limit price lies more than {max} % from the market."))
    });
    let size = limits
        .size_max
        .map(|max| (Refusal::SizePrecaution, format!("An order is for more than {max} shares.")));
    let value =
        limits.value_max.map(|max| (Refusal::ValuePrecaution, format!("An order is worth more than {max}.")));
    let side = (
        Refusal::rejected("too many orders"),
        format!("More than {orders_a_side} orders would work on one side of a contract."),
    );
    let all = [percent, size, value, Some(side)].into_iter().flatten();
    all.map(|(refusal, message)| MessageConfig {
        id: Some(refusal.code()),
        title: Some("Precaution".to_owned()),
        message: Some(message),
        default_action: Some("Refuse".to_owned()),
        enabled: Some(true),
    })
    .collect()
}
