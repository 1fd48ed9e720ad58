//! What a record says, in the words that the logs and `why` have for it.

use engine::input::News;
use engine::{Body, Fact, Input, Snapshot, Verdict};

/// One record in one line.
#[must_use]
pub(super) fn words(body: &Body) -> String {
    match body {
        Body::Input(input) => format!("told: {}", of_input(input)),
        Body::Fact(fact) => fact.to_string(),
        Body::Request(request) => request.to_string(),
        Body::Verdict(Verdict { request, refused: None }) => format!("admitted: {request}"),
        Body::Verdict(Verdict { request, refused: Some(because) }) => {
            format!("refused: {request}: {because}")
        }
        Body::Account(fact) => fact.to_string(),
    }
}

fn of_input(input: &Input) -> String {
    match input {
        Input::Signal(signal) => format!("signal {signal}"),
        Input::Quote => "a quote".to_owned(),
        Input::Wakeup => "the time".to_owned(),
        Input::News(news) => of_news(news),
        Input::Refused { orders, because } => {
            format!("{} refused: {because}", count(orders.len(), "order"))
        }
        Input::Gap => "news of orders may be missing".to_owned(),
        Input::Snapshot(snapshot) => of_snapshot(snapshot),
        Input::Settle { order, price } => format!("{} went at {price}", order.short()),
        Input::Close(because) => format!("close ({because})"),
        Input::Command(command) => command.to_string(),
        Input::Withdraw(because) => format!("open nothing more ({because})"),
    }
}

fn of_news(news: &News) -> String {
    match news {
        News::Execution(execution) => execution.to_string(),
        News::Foreign(foreign) => {
            let (action, quantity, price) = (foreign.action, foreign.quantity, foreign.price);
            format!("somebody else's {action} of {quantity} at {price}")
        }
        News::Commission(commission) => Fact::Commissioned(commission.clone()).to_string(),
        News::Status(status) => status.to_string(),
        News::Terms(terms) => Fact::TermsEchoed(terms.clone()).to_string(),
        News::Margin { order, after: Ok(after) } => format!("{}: a margin of {after}", order.short()),
        News::Margin { order, after: Err(why) } => format!("{}: no margin told: {why}", order.short()),
        News::ChangeRefused { order, code, text } => {
            Fact::ChangeRefused { order: order.clone(), code: *code, text: text.clone() }.to_string()
        }
    }
}

fn of_snapshot(snapshot: &Snapshot) -> String {
    let Snapshot { executions, orders, position, .. } = snapshot;
    let (executions, orders) = (count(executions.len(), "execution"), count(orders.len(), "order"));
    format!("the broker holds {position}, {orders}, {executions}")
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
