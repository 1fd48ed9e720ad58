"""The official Python client (package `ibapi-latest`, module `ibapi`) against a running gateway.

    official_client.py HOST PORT [VERSION]

VERSION is the newest server version that the client owns up to; 178 makes it speak the text protocol.

One story, from connecting to a position that is closed again. Every step says what it saw; the first that does not see
what it should ends the story with exit code 1 and a line that says so. It talks to nothing but HOST:PORT.
"""

import sys
import threading
import time
from decimal import Decimal

import ibapi.client
from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.order_cancel import OrderCancel
from ibapi.wrapper import EWrapper

GUARD = 60.0
INFORMATION = range(2100, 2200)


class Mismatch(Exception):
    """The gateway said something else than it should."""


class Story(EWrapper, EClient):
    """Keeps everything that is heard."""

    def __init__(self):
        EClient.__init__(self, self)
        self.news = threading.Condition()
        self.accounts = self.next_id = self.rule = self.now = None
        self.details, self.ended, self.ticks, self.bars = [], set(), {}, []
        self.statuses, self.open, self.executions, self.commissions = {}, {}, [], {}
        self.perm_ids = {}
        self.positions, self.summary, self.errors, self.completed = {}, {}, [], []
        self.found, self.past, self.book = [], [], {}

    def told(self, change):
        with self.news:
            change()
            self.news.notify_all()

    def until(self, what, holds):
        """Waits until something holds, and says so."""
        deadline = time.monotonic() + GUARD
        with self.news:
            while not holds():
                if not self.news.wait(deadline - time.monotonic()):
                    raise Mismatch(f"{what}: it never came. Last errors: {self.errors[-3:]}")
        print(f"ok   {what}")

    def end(self, name, key=None):
        self.told(lambda: self.ended.add((name, key)))

    def error(self, reqId, errorTime, errorCode, errorString, advancedOrderRejectJson=""):
        if errorCode not in INFORMATION:
            self.told(lambda: self.errors.append((reqId, errorCode, errorString)))

    def managedAccounts(self, accountsList):
        self.told(lambda: setattr(self, "accounts", accountsList))

    def nextValidId(self, orderId):
        self.told(lambda: setattr(self, "next_id", orderId))

    def currentTime(self, time):
        self.told(lambda: setattr(self, "now", time))

    def contractDetails(self, reqId, contractDetails):
        self.told(lambda: self.details.append(contractDetails))

    def contractDetailsEnd(self, reqId):
        self.end("details", reqId)

    def marketRule(self, marketRuleId, priceIncrements):
        self.told(lambda: setattr(self, "rule", (marketRuleId, [(one.lowEdge, one.increment) for one in priceIncrements])))

    def tickPrice(self, reqId, tickType, price, attrib):
        self.told(lambda: self.ticks.update({tickType: price}))

    def historicalData(self, reqId, bar):
        self.told(lambda: self.bars.append(bar))

    def historicalDataEnd(self, reqId, start, end):
        self.end("history", reqId)

    def symbolSamples(self, reqId, contractDescriptions):
        self.told(lambda: setattr(self, "found", contractDescriptions))

    def historicalTicksLast(self, reqId, ticks, done):
        self.told(lambda: (setattr(self, "past", ticks), self.ended.add(("ticks", reqId))))

    def updateMktDepth(self, reqId, position, operation, side, price, size):
        self.told(lambda: self.book.update({(side, position): (price, size)}))

    def openOrder(self, orderId, contract, order, orderState):
        self.told(lambda: self.open.update({orderId: (contract, order, orderState)}))

    def openOrderEnd(self):
        self.end("open orders")

    def orderStatus(self, orderId, status, filled, remaining, avgFillPrice, permId, parentId, lastFillPrice, clientId,
                    whyHeld, mktCapPrice):
        self.perm_ids[orderId] = permId
        self.told(lambda: self.statuses.setdefault(orderId, []).append((status, filled, remaining, whyHeld)))

    def execDetails(self, reqId, contract, execution):
        self.told(lambda: self.executions.append((reqId, execution)))

    def execDetailsEnd(self, reqId):
        self.end("executions", reqId)

    def commissionAndFeesReport(self, commissionAndFeesReport):
        report = commissionAndFeesReport
        self.told(lambda: self.commissions.update({report.execId: report}))

    def position(self, account, contract, position, avgCost):
        self.told(lambda: self.positions.update({contract.symbol: (account, position, avgCost)}))

    def positionEnd(self):
        self.end("positions")

    def accountSummary(self, reqId, account, tag, value, currency):
        self.told(lambda: self.summary.update({tag: value}))

    def accountSummaryEnd(self, reqId):
        self.end("summary", reqId)

    def completedOrder(self, contract, order, orderState):
        self.told(lambda: self.completed.append((order, orderState)))

    def completedOrdersEnd(self):
        self.end("completed orders")

    def status(self, order_id):
        return self.statuses.get(order_id, [("", 0, 0, "")])[-1]


def check(what, holds, seen):
    if not holds:
        raise Mismatch(f"{what}: saw {seen}")
    print(f"ok   {what}")


def stock(symbol):
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = symbol, "STK", "SMART", "USD"
    return contract


def order(action, quantity, kind, price=None, parent=0, transmit=True, ref=""):
    one = Order()
    one.action, one.totalQuantity, one.orderType = action, Decimal(quantity), kind
    one.parentId, one.transmit, one.orderRef = parent, transmit, ref
    if kind == "LMT":
        one.lmtPrice = price
    if kind == "STP":
        one.auxPrice = price
    one.tif = "GTC" if parent else "DAY"
    return one


def connect(story, host, port, client_id):
    story.connect(host, port, clientId=client_id)
    threading.Thread(target=story.run, daemon=True).start()
    story.until("connected, with an account and an order id", lambda: story.accounts and story.next_id)
    newest = min(226, ibapi.client.MAX_CLIENT_VER)
    check(f"the server speaks version {newest}", story.serverVersion() == newest, story.serverVersion())


def connect_again(host, port, client_id):
    """Connects with an id that was in use just now: until this client's reader has let go of the socket it still is."""
    deadline = time.monotonic() + GUARD
    while time.monotonic() < deadline:
        story = Story()
        story.connect(host, port, clientId=client_id)
        threading.Thread(target=story.run, daemon=True).start()
        with story.news:
            story.news.wait_for(lambda: (story.accounts and story.next_id) or story.errors, GUARD)
        if story.next_id:
            print("ok   connected again")
            return story
        check("an id that is still in use is error 326", story.errors[0][1] == 326, story.errors)
        story.disconnect()
        time.sleep(0.1)
    raise Mismatch("the client id was never free again")


def look_around(story):
    check("the account is a simulated one", story.accounts.startswith("DSIM"), story.accounts)
    story.reqCurrentTime()
    story.until("the time is market time", lambda: story.now and story.now < 1_400_000_000)
    story.reqContractDetails(1, stock("AAPL"))
    story.until("contract details end", lambda: ("details", 1) in story.ended)
    details = story.details[0]
    check("AAPL is contract 265598", details.contract.conId == 265598, details.contract)
    check("hours are in US/Eastern", details.timeZoneId == "US/Eastern", details.timeZoneId)
    story.reqContractDetails(2, stock("NOSUCH"))
    story.until("an unknown symbol is error 200", lambda: any(one[:2] == (2, 200) for one in story.errors))
    story.reqMarketRule(int(details.marketRuleIds.split(",")[0]))
    story.until("market rule 26 has two bands", lambda: story.rule == (26, [(0.0, 0.0001), (1.0, 0.01)]))
    story.reqHistoricalData(3, stock("AAPL"), "", "5 D", "1 day", "TRADES", 1, 1, False, [])
    story.until("daily history ends", lambda: ("history", 3) in story.ended)
    check("five days of history", len(story.bars) == 5 and len(story.bars[0].date) == 8, story.bars)
    story.reqMatchingSymbols(7, "aap")
    story.until("AAPL is found by a part of its name", lambda: [one.contract.symbol for one in story.found] == ["AAPL"])
    story.reqHistoricalTicks(8, stock("AAPL"), "", "20080926 15:59:59 US/Eastern", 20, "TRADES", 1, False, [])
    story.until("ticks of the past end", lambda: ("ticks", 8) in story.ended)
    check("twenty of them", len(story.past) == 20 and all(one.price > 0 and one.size > 0 for one in story.past), story.past)
    story.reqAccountSummary(4, "All", "NetLiquidation,BuyingPower")
    story.until("the account summary ends", lambda: ("summary", 4) in story.ended)
    check("the net liquidation is the cash", story.summary.get("NetLiquidation") == "1000000.00", story.summary)
    story.cancelAccountSummary(4)
    story.reqMktData(5, stock("AAPL"), "236", False, False, [])
    story.until("a bid below an ask, once the exchange is open", lambda: 0 < story.ticks.get(1, -1) < story.ticks.get(2, -1))
    story.reqMktDepth(9, stock("AAPL"), 5, False, [])
    story.until("five rows on either side of the book", lambda: len(story.book) == 10)
    rows = [[story.book[side, row][0] for row in range(5)] for side in (0, 1)]
    check("the asks rise", rows[0] == sorted(rows[0]), rows)
    check("the bids fall", rows[1] == sorted(rows[1], reverse=True) and rows[1][0] < rows[0][0], rows)
    story.cancelMktDepth(9, False)


def try_out(story):
    """What an order would do to the account; nothing is placed."""
    asked = order("BUY", 100, "LMT", round(story.ticks[2], 2))
    asked.whatIf = True
    story.placeOrder(story.next_id, stock("AAPL"), asked)
    story.until("a what-if order is answered", lambda: story.next_id in story.open)
    state = story.open.pop(story.next_id)[2]
    margin = 100 * asked.lmtPrice / 2
    check("it would bind half of its worth", abs(float(state.initMarginChange) - margin) < 0.01, state.initMarginChange)
    check("it would cost a dollar", state.commissionAndFees == 1.0, state.commissionAndFees)
    asked.totalQuantity = Decimal(1_000_000)
    story.placeOrder(story.next_id, stock("AAPL"), asked)
    story.until("one that cannot be paid is error 201", lambda: any(one[:2] == (story.next_id, 201) for one in story.errors))
    check("none of them was placed", story.next_id not in story.statuses, story.statuses)


def fill_in_parts(story, first):
    """More shares than the market shows at once, there and back."""
    for order_id, action in ((first, "BUY"), (first + 1, "SELL")):
        story.placeOrder(order_id, stock("IBM"), order(action, 2500, "MKT"))
        story.until(f"a large {action} fills", lambda: story.status(order_id)[:3] == ("Filled", Decimal(2500), Decimal(0)))
        fills = [one for _, one in story.executions if one.orderId == order_id]
        check("in several parts", len(fills) > 1 and sum(one.shares for one in fills) == 2500, fills)
        parts = [filled for _, filled, _, _ in story.statuses[order_id]]
        check("whose sum only grows", parts == sorted(parts) and any(0 < part < 2500 for part in parts), parts)


def come_back(story, host, port, rests):
    """Leaves an order behind, and finds it and the day's executions after connecting anew."""
    one = order("BUY", 10, "LMT", 10.0, ref="py.R1")
    one.tif = "GTC"
    story.placeOrder(rests, stock("IBM"), one)
    story.until("an order is left behind", lambda: story.status(rests)[0] == "Submitted")
    before = {one.execId for _, one in story.executions}
    story.disconnect()
    again = connect_again(host, port, client_id=31)
    again.until("it is told of at once", lambda: rests in again.open and again.status(rests)[0] == "Submitted")
    check("with its own words", again.open[rests][1].orderRef == "py.R1", again.open[rests][1])
    check("it has its permanent id", again.perm_ids[rests] == story.perm_ids[rests], again.perm_ids)
    check("its id is not given again", again.next_id > rests, again.next_id)
    again.reqExecutions(1, ExecutionFilter())
    again.until("executions end", lambda: ("executions", 1) in again.ended)
    after = {one.execId for _, one in again.executions}
    check("they are those of before", after == before, after ^ before)
    again.cancelOrder(rests, OrderCancel())
    again.until("it can be cancelled", lambda: again.status(rests)[0] == "Cancelled")
    return again


def trade(story):
    entry, target, stop = story.next_id, story.next_id + 1, story.next_id + 2
    ask = story.ticks[2]
    story.reqPositions()
    story.until("no positions yet", lambda: ("positions", None) in story.ended and not story.positions)
    story.placeOrder(entry, stock("AAPL"), order("BUY", 300, "LMT", round(ask * 1.02, 2), transmit=False, ref="py.E1"))
    story.placeOrder(target, stock("AAPL"), order("SELL", 300, "LMT", round(ask * 1.5, 2), entry, False, "py.T1"))
    check("nothing is told of a family that is held back", entry not in story.statuses, story.statuses)
    story.placeOrder(stop, stock("AAPL"), order("SELL", 300, "STP", round(ask * 0.5, 2), entry, True, "py.S1"))
    story.until("the entry fills", lambda: story.status(entry)[0] == "Filled")
    story.until("the target works", lambda: story.status(target)[:3] == ("Submitted", Decimal(0), Decimal(300)))
    story.until("the stop waits for its trigger", lambda: story.status(stop)[0] == "PreSubmitted" and "trigger" == story.status(stop)[3])
    check("the stop slept before", story.statuses[stop][0][3] == "child,trigger", story.statuses[stop])
    story.until("the position is 300", lambda: story.positions.get("AAPL", (0, 0, 0))[1] == 300)
    mine = [one for _, one in story.executions if one.orderId == entry]
    check("the executions add up", sum(one.shares for one in mine) == 300 and mine[-1].cumQty == 300, mine)
    check("they carry the order's words", mine[0].orderRef == "py.E1" and mine[0].side == "BOT", mine[0])
    story.until("each execution has its commission", lambda: all(one.execId in story.commissions for one in mine))
    cost = sum(story.commissions[one.execId].commissionAndFees for one in mine)
    check("300 shares cost 1.50", abs(cost - 1.5) < 1e-6, cost)
    return entry, target, stop


def change_and_close(story, entry, target, stop):
    moved = order("SELL", 300, "STP", round(story.ticks[2] * 0.6, 2), transmit=True, ref="py.S1")
    moved.tif = "GTC"
    story.placeOrder(stop, stock("AAPL"), moved)
    story.until("the stop moves", lambda: story.open[stop][1].auxPrice == moved.auxPrice)
    crooked = order("SELL", 300, "STP", moved.auxPrice + 0.005, ref="py.S1")
    story.placeOrder(stop, stock("AAPL"), crooked)
    story.until("a crooked price is error 110", lambda: any(one[:2] == (stop, 110) for one in story.errors))
    story.open.clear()
    story.reqOpenOrders()
    story.until("both exits are open", lambda: ("open orders", None) in story.ended and set(story.open) == {target, stop})
    check("the order lives as it was", story.open[stop][1].auxPrice == moved.auxPrice, story.open[stop][1])
    far = stop + 1
    story.placeOrder(far, stock("IBM"), order("BUY", 10, "LMT", 10.0))
    story.until("an order far below the market works", lambda: story.status(far)[0] == "Submitted")
    story.cancelOrder(far, OrderCancel())
    story.until("it is cancelled, with 202", lambda: story.status(far)[0] == "Cancelled" and any(one[:2] == (far, 202) for one in story.errors))
    close = order("SELL", 300, "LMT", round(story.ticks[1] * 0.97, 2), ref="py.T1")
    close.tif = "GTC"
    story.placeOrder(target, stock("AAPL"), close)
    story.until("the target closes the trade", lambda: story.status(target)[0] == "Filled")
    story.until("its sibling is cancelled", lambda: story.status(stop)[0] == "Cancelled")
    story.until("the position is told as zero", lambda: story.positions["AAPL"][1] == 0)
    before = len(story.executions)
    story.reqExecutions(6, ExecutionFilter())
    story.until("executions end", lambda: ("executions", 6) in story.ended)
    shares = sum(one.shares for _, one in story.executions[before:] if one.orderId in (entry, target))
    check("they are all told again", shares == 600, shares)
    story.reqCompletedOrders(False)
    story.until("completed orders end", lambda: ("completed orders", None) in story.ended)
    # In text a completed order has no id but its permanent one.
    done = {one.permId: state.status for one, state in story.completed}
    ended = {entry: "Filled", target: "Filled", stop: "Cancelled", far: "Cancelled"}
    wanted = {story.perm_ids[order]: status for order, status in ended.items()}
    check("they say how each ended", done == wanted, done)


def main(host, port):
    story = Story()
    try:
        connect(story, host, port, client_id=31)
        look_around(story)
        try_out(story)
        entry, target, stop = trade(story)
        change_and_close(story, entry, target, stop)
        fill_in_parts(story, stop + 2)
        story = come_back(story, host, port, stop + 4)
        refused = Story()
        refused.connect(host, port, clientId=31)
        threading.Thread(target=refused.run, daemon=True).start()
        refused.until("a client id in use is error 326", lambda: any(one[1] == 326 for one in refused.errors))
    except Mismatch as mismatch:
        print(f"MISMATCH {mismatch}", file=sys.stderr)
        return 1
    finally:
        story.disconnect()
    print("the official Python client's story passed")
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    if len(sys.argv) == 4:
        ibapi.client.MAX_CLIENT_VER = int(sys.argv[3])
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
