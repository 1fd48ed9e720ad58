"""The common story, told by `ib_async`.

    agree_ib_async.py HOST PORT CONTROL
"""

import sys

from agreement import TRADES, price, step, tell
from ib_async import IB, LimitOrder, MarketOrder, Stock, StopOrder


def order(action, shares, kind, at):
    if kind == "MKT":
        return MarketOrder(action, shares, tif="DAY")
    return (LimitOrder if kind == "LMT" else StopOrder)(action, shares, at, tif="DAY")


def main(host, port, control):
    ib = IB()
    ib.connect(host, port, clientId=3)
    step(control, 900)
    for symbol, action, shares, kind, part, seconds in TRADES:
        contract = Stock(symbol, "SMART", "USD")
        ib.placeOrder(contract, order(action, shares, kind, price(symbol, part)))
        ib.reqCurrentTime()
        step(control, seconds)
        # What was said before the answer has been heard with it.
        ib.reqCurrentTime()
    account = ib.managedAccounts()[0]
    profit = ib.reqPnL(account)
    while profit.dailyPnL != profit.dailyPnL:
        ib.sleep(0.02)
    fills = [(fill.contract.symbol, fill.execution.side, fill.execution.shares, fill.execution.price) for fill in ib.fills()]
    commissions = [(fill.commissionReport.commission, fill.commissionReport.realizedPNL) for fill in ib.fills()]
    positions = {held.contract.symbol: (held.position, held.avgCost) for held in ib.reqPositions()}
    values = {value.tag: value.value for value in ib.accountSummary()}
    tell(fills, commissions, positions, (profit.dailyPnL, profit.unrealizedPnL, profit.realizedPnL), values["NetLiquidation"])
    ib.disconnect()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
