//! Everything else that a client can ask: the error or the empty answer that TWS gives, never silence.
//!
//! One table by message id. What is not in it does not exist in any TWS this gateway claims to be.
//!
//! Read next: [`gateway`](crate::gateway).

use crate::session::{Connection, Desk};
use crate::wire::message::request::UserInfo;
use crate::wire::message::{ById, Empty};
use crate::wire::table::Reply;

/// What is said to a request that is not served.
enum Answer {
    /// Nothing: a cancel of something that was never there, a subscription to news that never come.
    Nothing,
    /// An error on the request's own id.
    Failure(i32, &'static str),
    /// An error on no id: the request has none.
    General(i32, &'static str),
    /// An answer without content.
    Empty(fn(Option<i32>) -> Reply),
}

const NOT_SERVED: &str =
    "Error validating request.-'bX' : cause - This request is not served by a paper gateway";
const NO_DATA: &str = "Historical Market Data Service error message:HMDS query returned no data";
const NO_ADVISOR: &str = "FA data operations ignored for non FA customers.";

impl Desk {
    pub(super) fn on_unserved(&mut self, from: Connection, message: u32, req_id: Option<i32>) {
        match answer(message) {
            Some(Answer::Nothing) => {}
            Some(Answer::Failure(code, text)) => self.fail(from, req_id.unwrap_or(-1), code, text),
            Some(Answer::General(code, text)) => self.fail(from, -1, code, text),
            Some(Answer::Empty(reply)) => self.say(from, reply(req_id)),
            None => self.fail(from, -1, 320, format!("Error reading request: unknown message id {message}")),
        }
    }
}

fn answer(message: u32) -> Option<Answer> {
    Some(match message {
        // News: bulletins may be subscribed to and never come; articles and providers there are none.
        12 | 13 => Answer::Nothing,
        85 => Answer::Empty(|_| Reply::NewsProviders(Empty {})),
        84 | 86 => Answer::Failure(321, NOT_SERVED),
        // Financial advisors.
        18 => Answer::General(321, NO_ADVISOR),
        19 => Answer::Failure(321, NO_ADVISOR),
        80 => Answer::Empty(|_| Reply::FamilyCodes(Empty {})),
        79 => Answer::Empty(|req_id| Reply::SoftDollarTiers(ById { req_id })),
        104 => Answer::Empty(|req_id| {
            Reply::UserInfo(UserInfo { req_id, white_branding_id: Some(String::new()) })
        }),
        // Options: calculations, exercise, chains.
        21 | 54 | 55 => Answer::Failure(321, NOT_SERVED),
        56 | 57 => Answer::Nothing,
        78 => Answer::Failure(200, "No security definition has been found for the request"),
        // Scanners.
        22 => Answer::Failure(162, NO_DATA),
        23 => Answer::Failure(365, "No scanner subscription found"),
        24 => Answer::General(321, NOT_SERVED),
        // Cancels of histograms and historical ticks, which were answered long ago.
        89 | 107 => Answer::Nothing,
        // Display groups, calendars, changes of the configuration: it is given when the gateway starts.
        67..=70 | 100 | 102 | 109 => Answer::Failure(321, NOT_SERVED),
        101 | 103 => Answer::Nothing,
        // Verification of programs, which IB agrees on with their makers.
        65 | 66 | 72 | 73 => Answer::General(321, NOT_SERVED),
        _ => return None,
    })
}
