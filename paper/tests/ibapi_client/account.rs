//! Positions, account values and profit.

use std::collections::BTreeMap;

use ibapi::prelude::{
    AccountGroup, AccountId, AccountSummaryResult, AccountUpdate, AccountUpdateMulti, ContractId,
    PositionUpdate, PositionUpdateMulti,
};

use crate::orders::{Book, buy_at_market};
use crate::{connect, gateway, next, open, stock, within};

fn account() -> AccountId {
    AccountId("DSIM0001".to_owned())
}

#[tokio::test]
async fn a_purchase_shows_in_positions_portfolio_and_profit() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    open(&gateway).await;
    let mut positions = within(client.positions()).await.unwrap();
    assert!(matches!(next(&mut positions).await, PositionUpdate::PositionEnd));
    let mut book = Book::of(&client).await;
    let id = buy_at_market(&client, &stock("MSFT"), 100.0).await;
    book.until(|book| book.status(id) == "Filled").await;
    let PositionUpdate::Position(position) = next(&mut positions).await else { panic!("no position came") };
    assert_eq!((position.contract.symbol.to_string().as_str(), position.position), ("MSFT", 100.0));
    let cost = position.average_cost;
    let price = book.executions[0].price;
    assert!(
        (cost - price - 0.01).abs() < 1e-9,
        "the minimum commission of 1.00 is in the cost: {cost} {price}"
    );
    let mut profit = within(client.pnl(&account(), None)).await.unwrap();
    let profit = next(&mut profit).await;
    assert_eq!(profit.realized_pnl, Some(0.0));
    assert!((profit.daily_pnl - profit.unrealized_pnl.unwrap()).abs() < 0.01);
    let mut single = within(client.pnl_single(&account(), ContractId(272_093), None)).await.unwrap();
    assert_eq!(next(&mut single).await.position, 100.0);
    let mut updates = within(client.account_updates(&account())).await.unwrap();
    let mut portfolio = None;
    loop {
        match next(&mut updates).await {
            AccountUpdate::PortfolioValue(value) => portfolio = Some(value),
            AccountUpdate::End => break,
            _ => {}
        }
    }
    assert_eq!(portfolio.map(|value| value.position), Some(100.0));
}

#[tokio::test]
async fn the_summary_adds_up() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    let tags = ["NetLiquidation", "BuyingPower", "AvailableFunds", "AccountType", "$LEDGER"];
    let mut summary = within(client.account_summary(&AccountGroup("All".to_owned()), &tags)).await.unwrap();
    let mut values = BTreeMap::new();
    while let AccountSummaryResult::Summary(one) = next(&mut summary).await {
        values.insert(one.tag, (one.value, one.currency));
    }
    assert_eq!(values["NetLiquidation"], ("1000000.00".to_owned(), "USD".to_owned()));
    assert_eq!(values["BuyingPower"].0, "2000000.00");
    assert_eq!(values["AccountType"], ("INDIVIDUAL".to_owned(), String::new()));
    assert_eq!(values["CashBalance"].0, "1000000.00");
}

#[tokio::test]
async fn the_multi_requests_answer_and_end() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    let mut positions = within(client.positions_multi(Some(&account()), None)).await.unwrap();
    assert!(matches!(next(&mut positions).await, PositionUpdateMulti::PositionEnd));
    let mut updates = within(client.account_updates_multi(Some(&account()), None)).await.unwrap();
    let mut count = 0;
    while let AccountUpdateMulti::AccountMultiValue(_) = next(&mut updates).await {
        count += 1;
    }
    assert!(count > 20);
}

#[tokio::test]
async fn another_account_s_profit_is_refused() {
    let gateway = gateway();
    let client = connect(&gateway, 1).await;
    let mut profit = within(client.pnl(&AccountId("U1".to_owned()), None)).await.unwrap();
    let answer = within(futures::StreamExt::next(&mut profit)).await;
    assert!(answer.unwrap().is_err());
}
