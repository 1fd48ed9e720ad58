"""The `ib_async` client (text protocol, server version 178) against a running gateway.

    ib_async_client.py HOST PORT

One story, from connecting to a position that is closed again. Every step says what it saw; the first that does not see
what it should ends the story with exit code 1. It talks to nothing but HOST:PORT.
"""

import sys
import time

from ib_async import IB, LimitOrder, MarketOrder, Stock

GUARD = 60.0


class Mismatch(Exception):
    """The gateway said something else than it should."""


def check(what, holds):
    if not holds:
        raise Mismatch(what)
    print(f"ok   {what}")


def until(ib, what, holds):
    """Lets the client work until something holds, and says so."""
    deadline = time.monotonic() + GUARD
    while not holds():
        if time.monotonic() > deadline:
            raise Mismatch(f"{what}: it never came")
        ib.sleep(0.02)
    print(f"ok   {what}")


def data(ib, stock):
    details = ib.reqContractDetails(stock)[0]
    check("details name the contract's rules", details.contract.symbol == "AAPL" and "26" in details.marketRuleIds)
    check("the market rule has two bands", [band.increment for band in ib.reqMarketRule(26)] == [0.0001, 0.01])
    ticker = ib.reqMktData(stock)
    until(ib, "a quote that does not cross", lambda: 0 < ticker.bid < ticker.ask)
    bars = ib.reqHistoricalData(stock, "", "2 D", "1 day", "TRADES", True)
    check("two daily bars", len(bars) == 2 and bars[0].low <= bars[0].close <= bars[0].high)
    live = ib.reqRealTimeBars(stock, 5, "TRADES", True)
    until(ib, "a five-second bar", lambda: len(live) > 0)
    check("a symbol is found", ib.reqMatchingSymbols("AAP")[0].contract.conId == 265598)
    past = ib.reqHistoricalTicks(stock, "", "20080926 15:59:59 US/Eastern", 20, "BID_ASK", True)
    check("ticks of the past", len(past) == 20 and all(0 < tick.priceBid < tick.priceAsk for tick in past))
    book = ib.reqMktDepth(stock, numRows=5, isSmartDepth=True)
    until(ib, "five rows on either side", lambda: len(book.domBids) == 5 and len(book.domAsks) == 5)
    check("best first", book.domBids[0].price > book.domBids[4].price and book.domAsks[0].price < book.domAsks[4].price)
    ib.cancelMktDepth(stock, isSmartDepth=True)
    ticks = ib.reqTickByTickData(stock, "BidAsk")
    until(ib, "a tick by tick", lambda: len(ticks.tickByTicks) > 0)
    return ticker


def trade(ib, stock, ticker):
    bracket = ib.bracketOrder("BUY", 100, round(ticker.ask + 5, 2), round(ticker.ask * 2, 2), round(ticker.ask / 2, 2))
    entry, target, stop = [ib.placeOrder(stock, order) for order in bracket]
    until(ib, "the entry fills", lambda: entry.orderStatus.status == "Filled" and entry.filled() == 100)
    until(ib, "the target works", lambda: target.orderStatus.status == "Submitted")
    check("the stop waits", stop.orderStatus.status == "PreSubmitted")
    until(ib, "commissions are reported", lambda: all(fill.commissionReport.execId for fill in entry.fills))
    check("one minimum was paid", sum(fill.commissionReport.commission for fill in entry.fills) == 1.0)
    stop.order.auxPrice = round(stop.order.auxPrice + 1, 2)
    stop.order.parentId = 0
    ib.placeOrder(stock, stop.order)
    until(ib, "the stop is changed", lambda: any("Modify" in entry.message for entry in stop.log))
    state = ib.whatIfOrder(stock, MarketOrder("BUY", 10))
    check("what-if knows the margin", float(state.initMarginChange) > 0)
    until(ib, "the position is held", lambda: any(held.position == 100 for held in ib.positions()))
    resting = ib.placeOrder(stock, LimitOrder("BUY", 10, 1.0))
    until(ib, "a limit rests", lambda: resting.orderStatus.status == "Submitted")
    ib.cancelOrder(resting.order)
    until(ib, "and is cancelled", lambda: resting.orderStatus.status == "Cancelled")
    refused = ib.placeOrder(stock, LimitOrder("BUY", 10, 100.005))
    until(ib, "a price off its tick is refused", lambda: any(entry.errorCode == 110 for entry in refused.log))
    ib.cancelOrder(target.order)
    until(ib, "the target takes its sibling along", lambda: stop.orderStatus.status == "Cancelled")
    close = ib.placeOrder(stock, MarketOrder("SELL", 100))
    until(ib, "the position is closed", lambda: close.orderStatus.status == "Filled")
    return entry, close


def fill_in_parts(ib, stock):
    """More shares than the market shows at once, there and back."""
    for action in ("BUY", "SELL"):
        large = ib.placeOrder(stock, MarketOrder(action, 2500))
        until(ib, f"a large {action} fills", lambda: large.orderStatus.status == "Filled")
        until(ib, "in several parts", lambda: len(large.fills) > 1 and large.filled() == 2500)
        parts = [fill.execution.cumQty for fill in large.fills]
        check("whose sum only grows", parts == sorted(set(parts)) and parts[-1] == 2500)


def main():
    ib = IB()
    ib.connect(sys.argv[1], int(sys.argv[2]), clientId=7)
    check("version 178", ib.client.serverVersion() == 178)
    check("its account", ib.managedAccounts() == ["DSIM0001"])
    stock = Stock("AAPL", "SMART", "USD")
    check("qualified", ib.qualifyContracts(stock) and stock.conId == 265598)
    ticker = data(ib, stock)
    entry, close = trade(ib, stock, ticker)
    fill_in_parts(ib, stock)
    values = {value.tag: value.value for value in ib.accountSummary()}
    check("the account is summed up", float(values["NetLiquidation"]) > 0)
    ib.disconnect()
    ib.connect(sys.argv[1], int(sys.argv[2]), clientId=7)
    shares = {fill.execution.execId: fill.execution.shares for fill in ib.fills()}
    check("executions are there after a reconnect", sum(shares.values()) == 200 + 2 * 2500)
    check("nothing is held", not [held for held in ib.positions() if held.position])
    completed = {trade.order.permId for trade in ib.reqCompletedOrders(False)}
    check("both orders are complete", {entry.order.permId, close.order.permId} <= completed)
    ib.disconnect()


if __name__ == "__main__":
    try:
        main()
    except Mismatch as mismatch:
        print(f"FAILED {mismatch}")
        sys.exit(1)
